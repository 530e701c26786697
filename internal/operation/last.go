package operation

import (
	"bytes"
	"context"
	"sync"
	"time"

	"yumen/enclave/audit"
	"yumen/internal/metastore/sqlite"
)

// Backups knows when a zone was last backed up. A backup is another process's act, so the log is asked: each entry once.
type Backups struct {
	store *sqlite.Store

	mu   sync.Mutex
	read int64 // entries that were read
	last audit.Entry
}

// NewBackups reads the log of a store.
func NewBackups(s *sqlite.Store) *Backups { return &Backups{store: s} }

// Last is when the last backup was made, and false if there was none or the log cannot be read.
func (b *Backups) Last(ctx context.Context) (time.Time, bool) {
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
			if bytes.Contains(e, []byte(audit.ActionBackupMake)) {
				if d, err := audit.Decode(e); err == nil && d.Action == audit.ActionBackupMake {
					b.last = d
				}
			}
			b.read++
		}
		return nil
	})
	return time.UnixMilli(b.last.Time), err == nil && b.last.Time > 0
}
