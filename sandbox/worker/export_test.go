package worker

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/sandbox/wire"
)

// Engine is a hardened engine without a gate and without a cage, to see what the engine's own settings refuse.
type Engine struct{ e *engine }

// Hardened opens one that may spill to dir and nothing else.
func Hardened(ctx context.Context, dir string) (*Engine, error) {
	e, err := open(ctx, &wire.Job{Threads: 1, Memory: 128})
	if err != nil {
		return nil, err
	}
	return &Engine{e}, e.harden(reach{spill: dir})
}

// Exec runs a statement to its end.
func (e *Engine) Exec(sql string) error {
	return e.e.query(sql, func([]driver.Value) error { return nil })
}

var (
	Qualified = qualified
	Inert     = inert
	Decimal   = decimal
	Fair      = fair
	Bound     = bound
)

// OpenSource opens a source and checks its records.
func OpenSource(path, dir string, bytes, rows int64) error {
	s, err := openSource(path, allowance{dir: dir, bytes: bytes, rows: rows})
	if err != nil || s.format == formatParquet {
		return err
	}
	return s.check(rows, nil)
}

// Progress is a progress whose reports can be read.
type Progress struct {
	progress
	pipe bytes.Buffer
}

// NewProgress returns one at its beginning.
func NewProgress() *Progress {
	p := &Progress{}
	p.out = wire.NewFileWriter(&p.pipe)
	return p
}

func (p *Progress) Begin(work, rest float64) { p.begin(work, rest) }
func (p *Progress) Reach(done, total int64)  { p.reach(done, total) }

// Told is what was reported, in percent.
func (p *Progress) Told(t testing.TB) (told []int) {
	require.NoError(t, p.out.Close())
	require.NoError(t, wire.ReadFiles(&p.pipe, 1<<20, func(_ string, chunk []byte) error {
		told = append(told, int(chunk[0]))
		return nil
	}))
	return told
}

// Rejected reports whether an error is a quarantine.
func Rejected(err error) bool {
	var r *rejection
	return errors.As(err, &r) && len(r.faults) > 0
}

// ScanObject scans one line of JSON.
func ScanObject(line []byte) (map[string]string, wire.Rule) {
	var s scanner
	keys := map[string]int{}
	rule := s.scan(line, keys)
	out := map[string]string{}
	for k, i := range keys {
		out[k] = string(s.value(i))
	}
	return out, rule
}

// Texts are the rows of a query of our own, as texts.
func (e *Engine) Texts(t testing.TB, sql string) [][]string {
	t.Helper()
	var out [][]string
	err := e.e.query(sql, func(row []driver.Value) error {
		var line []string
		for _, v := range row {
			line = append(line, fmt.Sprint(v))
		}
		out = append(out, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Tree is the serialized tree of a text.
func (e *Engine) Tree(t testing.TB, sql string) []byte {
	t.Helper()
	row, err := e.e.one("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", sql)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(row[0].(string))
}
