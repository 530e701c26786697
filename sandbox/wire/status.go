package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Code is the outcome that a worker reports. The list is closed; everything else is a violation.
type Code string

// The outcomes of a worker.
const (
	CodeOK       Code = "ok"
	CodeJob      Code = "job"      // the job frame was not valid
	CodeOpen     Code = "open"     // the engine or a snapshot could not be opened
	CodeRefused  Code = "refused"  // a statement is not a single SELECT over what was handed over
	CodeQuery    Code = "query"    // the engine failed
	CodeType     Code = "type"     // a result has a type that does not travel
	CodeTooMany  Code = "too_many" // more rows than allowed
	CodeInternal Code = "internal" // a defect of the worker
	CodeRejected Code = "rejected" // an ingest that was quarantined; Faults say why
)

// Codes lists every outcome.
var Codes = []Code{CodeOK, CodeJob, CodeOpen, CodeRefused, CodeQuery, CodeType, CodeTooMany, CodeInternal, CodeRejected}

// Status is the last word of a worker. Rows and Files state how much was sent, so that a cut result is noticed.
type Status struct {
	Code    Code             `json:"code"`
	Rows    int64            `json:"rows,omitempty"`
	Files   map[string]int64 `json:"files,omitempty"` // bytes by name
	Columns []Column         `json:"columns,omitempty"`
	Report  *Report          `json:"report,omitempty"`
	Faults  []Fault          `json:"faults,omitempty"`
	Cage    *Cage            `json:"cage,omitempty"`
}

// Cage is what a probe worker finds around itself.
type Cage struct {
	Layers      uint64   `json:"layers"`       // the bits that the constructor has set up
	NoNewPrivs  bool     `json:"no_new_privs"` // as the kernel reports it
	Seccomp     int      `json:"seccomp"`      // mode 0, 1 or 2
	Capable     bool     `json:"capable"`      // any capability is left
	Root        []string `json:"root"`         // directories of an ordinary host that are there
	Environment []string `json:"environment"`  // names alone
	Tried       int      `json:"tried"`        // how many forbidden acts were tried
	Done        []string `json:"done"`         // and which of them were done
}

// WriteStatus writes the status line.
func WriteStatus(w io.Writer, s *Status) error {
	line, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode status: %w", err)
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// ReadStatus reads the one line to the end of the stream. More than one line, more than [MaxStatus] bytes, unknown fields
// or an unknown code are errors.
func ReadStatus(r io.Reader) (*Status, error) {
	line, err := io.ReadAll(io.LimitReader(r, MaxStatus+1))
	if err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	if len(line) > MaxStatus {
		return nil, fmt.Errorf("status is over its limit")
	}
	if i := bytes.IndexByte(line, '\n'); i < 0 || i != len(line)-1 {
		return nil, fmt.Errorf("status is not one line")
	}
	var s Status
	if err := decodeStrict(line, &s); err != nil {
		return nil, fmt.Errorf("status is not valid")
	}
	if !slices.Contains(Codes, s.Code) {
		return nil, fmt.Errorf("status has an unknown code")
	}
	if s.Rows < 0 || len(s.Faults) > MaxFaults || (s.Code == CodeRejected) != (len(s.Faults) > 0) {
		return nil, fmt.Errorf("status contradicts itself")
	}
	for _, f := range s.Faults {
		if !slices.Contains(Rules, f.Rule) || f.Row < 0 || f.Field < 0 || len(f.Column) > 256 {
			return nil, fmt.Errorf("status has an unknown fault")
		}
	}
	return &s, nil
}
