package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
)

// session is one connection with the statements prepared on it. Whoever took it from its pool owns it.
type session struct {
	conn  *sql.Conn            // nil until first used
	stmts map[string]*sql.Stmt // by text; the texts are few and constant, so the map is bounded
}

// pool hands out sessions, so that prepared statements live as long as their connection.
type pool struct {
	db   *sql.DB
	idle chan *session // holds every session that nobody uses
	size int
	done chan struct{} // closed by close

	broken *atomic.Bool // of the store
}

// errClosed: the store was closed.
var errClosed = errors.New("store is closed")

func newPool(db *sql.DB, size int) *pool {
	p := &pool{db: db, idle: make(chan *session, size), size: size, done: make(chan struct{}), broken: new(atomic.Bool)}
	for range size {
		p.idle <- &session{stmts: map[string]*sql.Stmt{}}
	}
	return p
}

// take waits for a session until the context ends.
func (p *pool) take(ctx context.Context) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s := <-p.idle:
		if s.conn != nil {
			return s, nil
		}
		conn, err := p.db.Conn(ctx)
		if err != nil {
			p.idle <- s
			return nil, err
		}
		s.conn = conn
		return s, nil
	case <-p.done:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// put returns a session whose transaction has ended.
func (p *pool) put(s *session) { p.idle <- s }

// discard closes the connection of a session whose state is unknown; its place in the pool gets a new connection at the next use.
func (p *pool) discard(s *session) {
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // database/sql closes it and does not reuse it
	_ = s.conn.Close()
	p.idle <- &session{stmts: map[string]*sql.Stmt{}}
}

// close ends every wait for a session, waits for those that are in use and closes the connections. It is for one call.
func (p *pool) close() error {
	close(p.done)
	var errs []error
	for range p.size {
		s := <-p.idle
		for _, st := range s.stmts {
			errs = append(errs, st.Close())
		}
		if s.conn != nil {
			errs = append(errs, s.conn.Close())
		}
	}
	return errors.Join(append(errs, p.db.Close())...)
}

// stmt returns the statement of this text, prepared once for each connection.
func (s *session) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if st := s.stmts[text]; st != nil {
		return st, nil
	}
	st, err := s.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s.stmts[text] = st
	return st, nil
}
