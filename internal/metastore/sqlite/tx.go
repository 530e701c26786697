package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"yumen/internal/metastore"
)

// errEnded: a transaction was used after the function that got it.
var errEnded = errors.New("transaction has ended")

// Tx is one transaction. It is for one goroutine and for the time of the function that got it.
type Tx struct {
	ctx      context.Context // asked before each statement
	inner    context.Context // given to the statements
	session  *session        // nil when the transaction has ended
	writable bool
	failed   error // the first failed write
}

// Update runs fn in one write transaction, which begins immediately, so that fn sees every earlier update and no other can commit
// before it. It commits if fn returns nil, and rolls back if fn fails or panics, if a write inside it failed (whatever fn made of the
// error), or if the context ends before the commit. An error from the commit itself may come after its effect.
//
// The context is asked between statements and not inside them: a statement is short, and an interrupted commit would leave its
// outcome open without need.
func (s *Store) Update(ctx context.Context, fn func(tx *Tx) error) error {
	return s.write.transaction(ctx, context.WithoutCancel(ctx), "BEGIN IMMEDIATE", true, fn)
}

// View runs fn on one snapshot, the state when View began. Writes fail with metastore.ErrReadOnly.
func (s *Store) View(ctx context.Context, fn func(tx *Tx) error) error {
	return s.read.transaction(ctx, ctx, "BEGIN", false, func(tx *Tx) error {
		var n int // SQLite takes its snapshot at the first read
		if err := tx.row("SELECT count(*) FROM (SELECT 1 FROM sqlite_schema LIMIT 1)").Scan(&n); err != nil {
			return tx.fail("begin", err)
		}
		return fn(tx)
	})
}

func (p *pool) transaction(ctx, inner context.Context, begin string, writable bool, fn func(tx *Tx) error) error {
	if p.broken.Load() {
		return fmt.Errorf("metadata store: %w", metastore.ErrBroken)
	}
	s, err := p.take(ctx)
	if err != nil {
		return fmt.Errorf("metadata store: wait for a connection: %w", err)
	}
	tx := &Tx{ctx: ctx, inner: inner, session: s, writable: writable}
	committed := false
	defer func() { // also when fn panics
		tx.session = nil
		if committed {
			p.put(s)
		} else if _, err := s.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
			p.discard(s)
		} else {
			p.put(s)
		}
	}()
	if _, err := s.conn.ExecContext(inner, begin); err != nil {
		return fmt.Errorf("metadata store: begin: %w", err)
	}
	if err := fn(tx); err != nil || !writable {
		return err
	}
	if tx.failed != nil {
		return tx.failed
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("metadata store: before the commit: %w", err)
	}
	if _, err := s.conn.ExecContext(inner, "COMMIT"); err != nil {
		if primary(err) == sqlite3.SQLITE_IOERR {
			p.broken.Store(true)
		}
		return fmt.Errorf("metadata store: commit: %w", disk(err))
	}
	committed = true
	return nil
}

// disk names what a full or failing disk did.
func disk(err error) error {
	switch primary(err) {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", metastore.ErrFull, err)
	case sqlite3.SQLITE_IOERR:
		return fmt.Errorf("%w: %w", metastore.ErrBroken, err)
	}
	return err
}

// primary is SQLite's primary result code, 0 for another error.
func primary(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// scanner is a row, or the reason why there is none.
type scanner struct {
	row *sql.Row
	err error
}

// Scan copies the columns of the row.
func (s scanner) Scan(dest ...any) error {
	if s.err != nil {
		return s.err
	}
	return s.row.Scan(dest...)
}

func (t *Tx) row(text string, args ...any) scanner {
	st, err := t.stmt(text) //nolint:sqlclosecheck // the session keeps its statements; pool.close closes them
	if err != nil {
		return scanner{err: err}
	}
	return scanner{row: st.QueryRowContext(t.inner, args...)}
}

// each calls scan for every row of the result.
func (t *Tx) each(text string, args []any, scan func(row *sql.Rows) error) (err error) {
	st, err := t.stmt(text) //nolint:sqlclosecheck // the session keeps its statements; pool.close closes them
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(t.inner, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// exec runs a write and returns how many rows it changed.
func (t *Tx) exec(text string, args ...any) (int64, error) {
	if !t.writable {
		return 0, metastore.ErrReadOnly
	}
	st, err := t.stmt(text) //nolint:sqlclosecheck // the session keeps its statements; pool.close closes them
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(t.inner, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *Tx) stmt(text string) (*sql.Stmt, error) {
	if t.session == nil {
		return nil, errEnded
	}
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	return t.session.stmt(t.inner, text)
}

// fail names the operation of an error and turns "no rows" into metastore.ErrNotFound.
func (t *Tx) fail(op string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		err = metastore.ErrNotFound
	}
	if primary(err) == sqlite3.SQLITE_FULL {
		err = disk(err)
	}
	return fmt.Errorf("metadata store: %s: %w", op, err)
}

// failWrite is fail for a write: the transaction can no longer commit, so nobody can lose a half-written effect by dropping an error.
func (t *Tx) failWrite(op string, err error) error {
	err = t.fail(op, err)
	if t.failed == nil {
		t.failed = err
	}
	return err
}
