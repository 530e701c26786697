package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	"yumen/sandbox/wire"
)

// Row is one row of text cells: every value in exact text (integers and decimals in full, dates as ISO, booleans true and
// false, doubles as the shortest text that reads back); nil is NULL.
type Row = wire.Row

// Value is a bound literal: a type of the engine and its canonical text; Null means NULL.
type Value = wire.Value

// Statement is one generated SELECT. Args bind $1…, each cast to its own type.
type Statement = wire.Statement

// SnapshotRef is the query file of a snapshot under the name that generated statements use for it: "<name>".main.data.
// The names memory, system and temp belong to the engine and fail.
type SnapshotRef struct {
	Name string
	File *os.File // sealed, read-only
}

// RunSpec is one run: statements over snapshots. Zero limits are the runner's defaults.
type RunSpec struct {
	Snapshots  []SnapshotRef
	Statements []Statement
	MemoryMB   int
	Threads    int
	Timeout    time.Duration
}

var errCells = errors.New("cells do not fit the question")

// Run answers each statement with its rows, in order. Every statement must be a single SELECT that scans nothing but the
// given snapshots; the worker checks it again on the engine's own plan. It answers in full or not at all.
func (r *Runner) Run(ctx context.Context, spec RunSpec) ([][]Row, error) {
	job := &wire.Run{Statements: spec.Statements, MaxRows: r.config.MaxRows}
	t := &task{job: wire.Job{Kind: wire.KindRun, Run: job}, spillMB: r.config.SpillMB, timeout: orDefault(spec.Timeout, r.config.Timeout),
		memoryMB: orInt(spec.MemoryMB, r.config.JobMemoryMB), threads: orInt(spec.Threads, r.config.Threads)}
	if len(spec.Snapshots) >= wire.MaxFiles {
		return nil, ErrCapacity
	}
	for _, s := range spec.Snapshots {
		job.Snapshots = append(job.Snapshots, s.Name)
		t.files = append(t.files, s.File)
	}
	statements, err := bulk(job)
	if err != nil {
		return nil, err
	}
	if statements != nil {
		defer statements.Close()
		t.files = append(t.files, statements)
	}
	out := make([][]Row, len(spec.Statements))
	var total int64
	t.result = func(in io.Reader) error {
		return wire.ReadCells(in, r.config.MaxResultBytes, func(stmt int, row Row) error {
			if total++; total > int64(r.config.MaxRows) || stmt < 0 || stmt >= len(out) {
				return errCells
			}
			if rows := out[stmt]; len(rows) > 0 && len(rows[0]) != len(row) {
				return errCells
			}
			out[stmt] = append(out[stmt], row)
			return nil
		})
	}
	status, err := r.do(ctx, t)
	if err != nil {
		return nil, err
	}
	if status.Code != wire.CodeOK || status.Rows != total {
		return nil, violation("rows")
	}
	return out, nil
}

// bulk moves statements that are too long for a job document into a sealed file; nil when they are not.
func bulk(job *wire.Run) (*os.File, error) {
	size := 0
	for _, s := range job.Statements {
		size += len(s.SQL)
		for _, a := range s.Args {
			size += len(a.Type) + len(a.Text) + 32
		}
	}
	if size < wire.MaxJob/8 { // the worst that JSON makes of a byte is six
		return nil, nil
	}
	text, err := json.Marshal(job.Statements)
	if err != nil || len(text) > wire.MaxBulk {
		return nil, ErrCapacity
	}
	job.Statements, job.Bulk = nil, true
	return Seal("statements", func(w *os.File) error {
		_, err := w.Write(text)
		return err
	})
}

func orInt(n, fallback int) int {
	if n > 0 {
		return n
	}
	return fallback
}
