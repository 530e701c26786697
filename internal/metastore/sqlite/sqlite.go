// Package sqlite owns the metadata store of a single machine: one SQLite file in WAL mode, with one writer at a time and readers
// beside it. Package metastore states what every store promises.
//
// The store is trusted with documents, log entries and hashes; it is not trusted with the truth of the log, which the signed
// checkpoints prove (enclave/audit/verify). In particular SQLite drops a damaged tail of its write-ahead log in silence, as after a
// crash: only a checkpoint kept elsewhere shows that committed entries are gone.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"

	"yumen/internal/durable"
	"yumen/internal/metastore"
)

// Config says where the store is.
type Config struct {
	// Path of the database file, in a directory that exists and that only the daemon's user may enter. Beside it SQLite keeps
	// Path-wal and Path-shm, and this package Path.lock. Required. It must not be on a network file system: locks lie there.
	Path string
	// Readers is how many views may run at the same time. Default 8.
	Readers int

	steps fs.FS // migrations of a test; nil for those of the program
}

// Store is an open store. It is safe for use by many goroutines.
type Store struct {
	path  string
	lock  *lock // held from Open to Close; nil beside another process
	write *pool // one connection: updates wait for each other in Go, where a context can end the wait
	read  *pool // connections that refuse writes

	// broken: a commit failed in the disk. What was written of it may come to life when the write-ahead log is read again, so neither
	// what the store holds nor what it lacks may be acted on until then.
	broken atomic.Bool
	once   sync.Once // Close
	closed error
}

// Open opens the store for the one process that serves it; a store that does not exist or is empty is made. It fails with
// metastore.ErrLocked while another process holds the store, and with metastore.ErrOlderSchema or metastore.ErrNewerSchema unless it has
// this program's schema.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	return open(ctx, cfg, (*Store).open)
}

// OpenBeside opens a store that another process may be serving, for snapshots, backups and single entries of the log. It takes no lock
// and makes nothing: the store must exist and have this program's schema. SQLite itself keeps the two processes' transactions apart.
func OpenBeside(ctx context.Context, cfg Config) (*Store, error) {
	return open(ctx, cfg, (*Store).openBeside)
}

func open(ctx context.Context, cfg Config, how func(*Store, context.Context, Config) error) (*Store, error) {
	if cfg.Path == "" {
		return nil, fmt.Errorf("metadata store: path is missing: %w", metastore.ErrInvalid)
	}
	if cfg.Readers <= 0 {
		cfg.Readers = 8
	}
	path, err := filepath.Abs(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("metadata store: %w", err)
	}
	s := &Store{path: path}
	if err := how(s, ctx, cfg); err != nil {
		return nil, errors.Join(fmt.Errorf("metadata store: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, cfg Config) (err error) {
	if s.lock, err = lockFile(s.path + ".lock"); err != nil {
		return err
	}
	if err := createPrivate(s.path); err != nil {
		return err
	}
	if s.write, err = s.openPool(1, url.Values{"_txlock": {"immediate"}}); err != nil {
		return err
	}
	if err := settings(ctx, s.write.db); err != nil {
		return err
	}
	if err := settle(ctx, s.write.db, cfg.schema()); err != nil { // the only user of the writer until Open returns
		return err
	}
	s.read, err = s.openPool(cfg.Readers, url.Values{"_query_only": {"1"}})
	return err
}

func (s *Store) openBeside(ctx context.Context, cfg Config) (err error) {
	if _, err := os.Stat(s.path); err != nil {
		return err
	}
	if s.write, err = s.openPool(1, url.Values{"_txlock": {"immediate"}}); err != nil {
		return err
	}
	have, err := version(ctx, s.write.db)
	if err != nil {
		return err
	}
	if err := fits(have, cfg.schema()); err != nil {
		return err
	}
	s.read, err = s.openPool(cfg.Readers, url.Values{"_query_only": {"1"}})
	return err
}

// Close waits for running transactions, folds the write-ahead log into the database and releases the store. It can be repeated.
func (s *Store) Close() error {
	s.once.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Store) close() error {
	var errs []error
	for _, p := range []*pool{s.read, s.write} { // the writer last: it can checkpoint when the readers are gone
		if p != nil {
			errs = append(errs, p.close())
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// createPrivate makes the empty database file, which SQLite takes for a new database; SQLite gives its other files the same mode.
func createPrivate(path string) error {
	_, err := os.Stat(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return durable.WriteFile(path, 0o600, func(io.Writer) error { return nil })
}

// openPool opens connections that know when the store is broken.
func (s *Store) openPool(conns int, extra url.Values) (*pool, error) {
	p, err := openPool(s.path, conns, extra)
	if err == nil {
		p.broken = &s.broken
	}
	return p, err
}

func openPool(path string, conns int, extra url.Values) (*pool, error) {
	q := url.Values{
		"_busy_timeout": {"10000"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"}, // a commit is on the disk before it returns
		"_foreign_keys": {"1"},
		"_defensive":    {"1"},
		"_dqs":          {"0"},
		"_pragma":       {"recursive_triggers(1)", "trusted_schema(0)", "cell_size_check(1)"},
	}
	for k, v := range extra {
		q[k] = v
	}
	uri := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	c, err := sqlite.NewConnector(uri.String())
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return newPool(db, conns), nil
}

// settings checks that the database took what durability rests on: SQLite ignores what it cannot do.
func settings(ctx context.Context, db *sql.DB) error {
	for _, want := range []struct{ pragma, value string }{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"},
	} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+want.pragma).Scan(&got); err != nil {
			return fmt.Errorf("read setting %s: %w", want.pragma, err)
		}
		if got != want.value {
			return fmt.Errorf("setting %s is %s, must be %s", want.pragma, got, want.value)
		}
	}
	return nil
}
