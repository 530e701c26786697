package worker

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"yumen/sandbox/wire"
)

// run answers generated statements over read-only snapshots. The statements are looked at only when the engine is closed.
func run(e *engine, j *wire.Job, result io.Writer) (*wire.Status, error) {
	for i, name := range j.Run.Snapshots {
		if err := e.attach(fmt.Sprintf("%s/%d", j.FDs, wire.FDFirst+i), name); err != nil {
			return nil, err
		}
	}
	if err := e.harden(reach{spill: j.Spill}); err != nil {
		return nil, err
	}
	attached := func(table []string) bool {
		for _, name := range j.Run.Snapshots {
			if strings.EqualFold(table[0], name) && table[1] == "main" && table[2] == "data" {
				return true
			}
		}
		return false
	}
	statements := j.Run.Statements
	if j.Run.Bulk {
		var err error
		if statements, err = bulk(j); err != nil {
			return nil, fail(wire.CodeJob, err)
		}
	}
	out := wire.NewCellWriter(result)
	for i, st := range statements {
		reads := make([]string, len(st.Reads))
		for i, name := range st.Reads {
			reads[i] = name + ".main.data"
		}
		s, err := e.prepare(st.SQL, st.Args, reads, attached)
		if err != nil {
			return nil, err
		}
		err = s.text(func([]wire.Column) error { return nil }, func(row wire.Row) error {
			if out.Rows() >= int64(j.Run.MaxRows) {
				return fail(wire.CodeTooMany, errors.New("too many rows"))
			}
			return out.Write(i, row)
		})
		if err != nil {
			return nil, err
		}
	}
	return &wire.Status{Code: wire.CodeOK, Rows: out.Rows()}, out.Close()
}

// bulk reads the statements that did not fit into the job document.
func bulk(j *wire.Job) ([]wire.Statement, error) {
	f := os.NewFile(uintptr(wire.FDFirst+len(j.Run.Snapshots)), "statements")
	defer f.Close()
	return wire.ReadStatements(f)
}
