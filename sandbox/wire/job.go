package wire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Kind names what a worker is asked to do.
type Kind string

// The jobs of a worker.
const (
	KindProbe  Kind = "probe"  // report the cage and exit; the engine is not opened
	KindParse  Kind = "parse"  // a caller's text to a parse tree, without data
	KindRun    Kind = "run"    // generated statements over snapshots
	KindPost   Kind = "post"   // a generated statement over released cells
	KindIngest Kind = "ingest" // a source to a query file and an identity file
	// KindSuggest profiles a source, so that a declaration can be proposed.
	KindSuggest Kind = "suggest"
	// KindWarm is no job: it tells a worker that is started in advance what for. The engine is opened, and the job awaited.
	KindWarm Kind = "warm"
)

// Job is the one document that a worker receives. Exactly the part of its kind is present.
type Job struct {
	Kind    Kind   `json:"kind"`
	Threads int    `json:"threads"`
	Memory  int    `json:"memory_mb"` // limit of the engine, in MiB
	FDs     string `json:"fds"`       // directory whose entry N is descriptor N
	Spill   string `json:"spill"`     // private directory for spilled blocks, "" to forbid spilling
	Data    string `json:"data"`      // private directory for files that the job builds, "" when it builds none

	Probe  *Probe  `json:"probe,omitempty"`
	Parse  *Parse  `json:"parse,omitempty"`
	Run    *Run    `json:"run,omitempty"`
	Post   *Post   `json:"post,omitempty"`
	Ingest *Ingest `json:"ingest,omitempty"`

	Suggest *Suggest `json:"suggest,omitempty"`
}

// Probe asks what a worker finds in its cage and could do there. Its one file is sealed like a snapshot.
type Probe struct {
	// Deadly asks for a system call that ends the process, and for nothing else.
	Deadly bool `json:"deadly"`
}

// Parse asks for the serialized tree of a text. The answer is one cell in one row.
type Parse struct {
	SQL string `json:"sql"`
}

// Run asks for the rows of statements over attached snapshots; statement i answers with rows of stmt i.
type Run struct {
	Snapshots  []string    `json:"snapshots"` // catalog names; snapshot i is descriptor FDFirst+i
	Statements []Statement `json:"statements"`
	MaxRows    int         `json:"max_rows"` // over all statements
	// Bulk says that the statements are too long for a job document: they are a JSON list in the descriptor behind the snapshots.
	Bulk bool `json:"bulk,omitempty"`
}

// MaxBulk is the largest list of statements in bytes.
const MaxBulk = 64 << 20

// ReadStatements reads a list of statements.
func ReadStatements(r io.Reader) ([]Statement, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBulk+1))
	if err != nil || len(b) > MaxBulk {
		return nil, fmt.Errorf("statements cannot be read")
	}
	var out []Statement
	if err := decodeStrict(b, &out); err != nil {
		return nil, fmt.Errorf("statements: %w", err)
	}
	return out, nil
}

// Statement is one generated SELECT with its bound values ($1…). Reads names the snapshots that it reads: no more, no fewer.
type Statement struct {
	SQL   string   `json:"sql"`
	Args  []Value  `json:"args,omitempty"`
	Reads []string `json:"reads,omitempty"`
}

// Value is a bound literal: a type of the engine and its canonical text; Null means NULL.
type Value struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"`
	Null bool   `json:"null,omitempty"`
}

// Column is a named column with its type.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Post asks for one SELECT over relations of cells, each of which it names; the rows of relation i are those of stmt i in the cells stream
// in descriptor FDFirst.
type Post struct {
	Relations []Relation        `json:"relations"`
	SQL       string            `json:"sql"`
	Args      []Value           `json:"args,omitempty"`
	Formats   []string          `json:"formats"` // parquet, csv, json
	Label     map[string]string `json:"label"`
	MaxRows   int               `json:"max_rows"`
}

// Relation is a relation of cells: its name in the statement, and its columns.
type Relation struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
}

// The files of a post job.
const (
	FileRows    = "rows.json" // an array of arrays, always there
	FileParquet = "data.parquet"
	FileCSV     = "data.csv"
	FileJSON    = "data.json"
)

// EncodeJob returns the frame of a job: its length and its document.
func EncodeJob(j *Job) ([]byte, error) {
	body, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("encode job: %w", err)
	}
	if len(body) > MaxJob {
		return nil, fmt.Errorf("job of %d bytes is over the limit of %d", len(body), MaxJob)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	return append(frame, body...), nil
}

// ReadJob reads one frame. Unknown fields, trailing data and a missing or second part are errors.
func ReadJob(r io.Reader) (*Job, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("job length: %w", err)
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > MaxJob {
		return nil, fmt.Errorf("job length %d is out of range", n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, fmt.Errorf("job body: %w", err)
	}
	var j Job
	if err := decodeStrict(body, &j); err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	if err := j.validate(); err != nil {
		return nil, err
	}
	return &j, nil
}

func (j *Job) validate() error {
	parts := 0
	for _, present := range []bool{j.Probe != nil, j.Parse != nil, j.Run != nil, j.Post != nil, j.Ingest != nil, j.Suggest != nil} {
		if present {
			parts++
		}
	}
	var own bool
	switch j.Kind {
	case KindProbe:
		own = parts == 1 && j.Probe != nil
	case KindWarm:
		own = parts == 0
	case KindParse:
		own = parts == 1 && j.Parse != nil
	case KindRun:
		own = parts == 1 && j.Run != nil
	case KindPost:
		own = parts == 1 && j.Post != nil
	case KindIngest:
		own = parts == 1 && j.Ingest != nil
	case KindSuggest:
		own = parts == 1 && j.Suggest != nil
	}
	if !own {
		return fmt.Errorf("a job holds exactly the part of its kind")
	}
	return nil
}

// decodeStrict decodes one JSON document: unknown fields and trailing data are errors.
func decodeStrict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("trailing data")
	}
	return nil
}
