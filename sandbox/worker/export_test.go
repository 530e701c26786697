package worker

import (
	"context"
	"database/sql/driver"

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
