package worker

import (
	"errors"
	"io"

	"yumen/sandbox/wire"
)

// parse serializes the tree of a caller's text. The text is a bound value: it is neither prepared nor run.
func parse(e *engine, j *wire.Job, result io.Writer) (*wire.Status, error) {
	if err := e.harden(reach{}); err != nil {
		return nil, err
	}
	row, err := e.one("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", j.Parse.SQL)
	if err != nil {
		return nil, fail(wire.CodeQuery, err)
	}
	tree, ok := row[0].(string)
	if !ok {
		return nil, fail(wire.CodeQuery, errors.New("no tree"))
	}
	out := wire.NewCellWriter(result)
	if err := out.Write(0, wire.Row{&tree}); err != nil {
		return nil, err
	}
	return &wire.Status{Code: wire.CodeOK, Rows: out.Rows()}, out.Close()
}
