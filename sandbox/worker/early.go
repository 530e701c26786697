package worker

import (
	"context"
	"fmt"

	"yumen/sandbox/wire"
)

// early opens the engine of a worker that is started in advance, and plays what a job does on a table of its own that is gone afterwards: what is
// done for the first time takes longer.
func early(ctx context.Context, of *wire.Job) (*engine, error) {
	e, err := open(ctx, of)
	if err != nil {
		return nil, err
	}
	if err := e.rehearse(of.Spill); err != nil {
		return nil, fail(wire.CodeOpen, err)
	}
	return e, nil
}

func (e *engine) rehearse(spill string) error {
	if err := e.spillTo(spill); err != nil {
		return err
	}
	for _, sql := range []string{"ATTACH ':memory:' AS rehearsal", "CREATE TABLE rehearsal.main.data AS SELECT 1 AS x"} {
		if err := e.exec(sql); err != nil {
			return err
		}
	}
	s, err := e.prepare("SELECT sum(x) FROM rehearsal.main.data", nil, []string{"rehearsal.main.data"}, func(table []string) bool { return table[0] == "rehearsal" })
	if err != nil {
		return err
	}
	err = s.text(func([]wire.Column) error { return nil }, func(wire.Row) error { return nil })
	if err != nil {
		return err
	}
	for _, sql := range []string{fmt.Sprintf("DEALLOCATE s%d", e.serial), "DETACH rehearsal"} {
		if err := e.exec(sql); err != nil {
			return err
		}
	}
	return nil
}

// ready is the engine of a job: the one that was opened in advance, with the threads that the job may have, or a new one.
func (e *engine) ready(ctx context.Context, j *wire.Job) (*engine, error) {
	if e == nil {
		return open(ctx, j)
	}
	if e.threads == threads(j) {
		return e, nil
	}
	return e, fail(wire.CodeOpen, e.exec(fmt.Sprintf("SET threads=%d", threads(j))))
}
