package operation

import (
	"bytes"
	"context"
	"sync"
	"time"

	"yumen/enclave/audit"
	"yumen/internal/metastore/sqlite"
)

// Marks are the times of what matters to backups; zero for what never happened.
type Marks struct {
	Backup    time.Time // the last one was made
	Epoch     time.Time // its key was rotated
	Destroyed time.Time // a snapshot was destroyed
}

// Backups follows the log for what matters to backups. A backup is another process's act, so the log is asked: each entry once.
type Backups struct {
	store *sqlite.Store

	mu    sync.Mutex
	read  int64 // entries that were read
	marks Marks
}

// NewBackups reads the log of a store.
func NewBackups(s *sqlite.Store) *Backups { return &Backups{store: s} }

// Last is when the last backup was made, and false if there was none or the log cannot be read.
func (b *Backups) Last(ctx context.Context) (time.Time, bool) {
	m, err := b.Marks(ctx)
	return m.Backup, err == nil && !m.Backup.IsZero()
}

// Marks reads what is new in the log.
func (b *Backups) Marks(ctx context.Context) (Marks, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.store.View(ctx, func(tx *sqlite.Tx) error {
		size, err := tx.AuditSize()
		if err != nil {
			return err
		}
		for e, err := range tx.AuditEntries(b.read, size) {
			if err != nil {
				return err
			}
			b.note(e)
			b.read++
		}
		return nil
	})
	return b.marks, err
}

// note takes up one entry. Few are of interest, so the others are not decoded.
func (b *Backups) note(entry []byte) {
	for action, mark := range map[audit.Action]*time.Time{audit.ActionBackupMake: &b.marks.Backup, audit.ActionKeyRotate: &b.marks.Epoch,
		audit.ActionSnapshotDestroy: &b.marks.Destroyed} {
		if !bytes.Contains(entry, []byte(action)) {
			continue
		}
		if e, err := audit.Decode(entry); err == nil && e.Action == action && (action != audit.ActionKeyRotate || e.Subject == EpochSubject) {
			*mark = time.UnixMilli(e.Time)
		}
	}
}
