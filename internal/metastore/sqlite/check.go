package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrDamaged: the database file contradicts itself.
var ErrDamaged = errors.New("metadata store is damaged")

// Check reads the whole database and verifies its pages, indexes and constraints, and that the log has as many hashes as its entries
// need. It does not prove the log; enclave/audit/verify does.
func (s *Store) Check(ctx context.Context) error {
	return s.View(ctx, func(tx *Tx) error {
		ok := 0
		err := tx.each("PRAGMA integrity_check(1)", nil, func(row *sql.Rows) error {
			var line string // may quote stored values: it stays here
			if err := row.Scan(&line); err != nil {
				return err
			}
			if line != "ok" {
				return ErrDamaged
			}
			ok++
			return nil
		})
		if err == nil && ok != 1 {
			err = ErrDamaged
		}
		if err != nil {
			return tx.fail("check", err)
		}
		return tx.checkLog()
	})
}

func (t *Tx) checkLog() error {
	size, err := t.AuditSize()
	if err != nil {
		return err
	}
	var entries, hashes int64
	if err := t.row("SELECT (SELECT count(*) FROM audit_entries), (SELECT count(*) FROM audit_hashes)").Scan(&entries, &hashes); err != nil {
		return t.fail("check", err)
	}
	if entries != size || hashes != tlog.StoredHashCount(size) {
		return t.fail("check", fmt.Errorf("log of %d entries has %d of them and %d hashes: %w", size, entries, hashes, ErrDamaged))
	}
	return nil
}

// Backup writes a copy of one snapshot of the database to a new file, or into an empty one. Updates go on meanwhile.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("metadata store: backup: %w", err)
		}
	}()
	select {
	case <-s.read.done:
		return errClosed
	default:
	}
	if err := createPrivate(path); err != nil {
		return err
	}
	p, err := openPool(s.path, 1, nil) // a connection of its own: the writer is busy, the readers refuse the statement
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if _, err := p.db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
