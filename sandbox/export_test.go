package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"time"

	"yumen/catalog"
	"yumen/sandbox/wire"
)

// WithoutNamespaces is a layer that a plan has no bit for. Without namespaces there is no private root either: its mounts would be the host's.
const WithoutNamespaces uint64 = 1 << 63

// Weakened starts a runner at the level full, with layers taken away. Nothing but a test can do this.
func Weakened(c Config, without uint64) (*Runner, error) {
	c.Level = "full"
	if without&WithoutNamespaces != 0 {
		without |= wire.LayerRoot
	}
	c.weaken = func(l *level) {
		if without&WithoutNamespaces != 0 {
			l.namespaces = false
		}
		l.bits &^= without
		if l.bits&wire.LayerSeccomp == 0 {
			l.filter, l.builder = nil, nil
		}
	}
	r, err := New(c)
	if err == nil && r.level.name != "full" {
		r.Close()
		return nil, errors.New("the host does not allow the full cage")
	}
	return r, err
}

// Loose runs one statement in a worker that gets this very file, whatever it is, and returns the one cell of its answer.
func (r *Runner) Loose(ctx context.Context, file *os.File, st Statement) (string, error) {
	answer := ""
	t := &task{job: wire.Job{Kind: wire.KindRun, Run: &wire.Run{Snapshots: []string{"d"}, Statements: []Statement{st}, MaxRows: 1}},
		files: []*os.File{file}, memoryMB: 512, threads: 2, timeout: time.Minute,
		result: func(in io.Reader) error {
			return wire.ReadCells(in, 1<<20, func(_ int, row wire.Row) error {
				answer = *row[0]
				return nil
			})
		}}
	_, err := r.execute(ctx, t)
	return answer, err
}

// What reads the words of a worker behind the decoders of package wire.
var (
	Syntax   = syntax
	Rejected = rejected
)

// Posted checks the answer of a post job: its last word, and the file of rows.
func Posted(status *wire.Status, rows []byte) (*PostResult, error) {
	return posted(status, map[string]*bytes.Buffer{wire.FileRows: bytes.NewBuffer(rows)})
}

// Ingested checks the last word of an ingest that sent no file.
func Ingested(spec *catalog.DatasetSpec, status *wire.Status) (*IngestReport, error) {
	return ingested(spec, status, map[string]*sink{wire.FileQuery: newSink(io.Discard), wire.FileIdentity: newSink(io.Discard)})
}

// Tried is what a worker of this runner does of the acts that its cage must stop, and whether a forbidden system call ends it.
func (r *Runner) Tried(ctx context.Context) error {
	weaken := r.config.weaken
	r.config.weaken = nil
	defer func() { r.config.weaken = weaken }()
	return r.probeLevel(ctx)
}

// FirstRow runs one statement over one snapshot and returns how long it took until its first row.
func (r *Runner) FirstRow(ctx context.Context, file *os.File, st Statement) (first time.Duration, err error) {
	start := time.Now()
	t := &task{job: wire.Job{Kind: wire.KindRun, Run: &wire.Run{Snapshots: []string{"d"}, Statements: []Statement{st}, MaxRows: 1}},
		files: []*os.File{file}, memoryMB: 512, threads: 2, timeout: time.Minute,
		result: func(in io.Reader) error {
			return wire.ReadCells(in, 1<<20, func(int, wire.Row) error {
				first = time.Since(start)
				return nil
			})
		}}
	_, err = r.do(ctx, t)
	return first, err
}

// MoveIntoGroups has workers moved into their control groups after their birth, as where the gateway may not have them born there.
func (r *Runner) MoveIntoGroups() { r.groups.atClone = false }
