package sqlite

import (
	"database/sql"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"yumen/internal/metastore"
)

// batch is how many entries an iteration reads at a time, so that the caller may use the transaction inside the loop.
const batch = 256

// AuditSize returns the number of entries of the log.
func (t *Tx) AuditSize() (n int64, err error) {
	if err := t.row("SELECT coalesce(max(seq) + 1, 0) FROM audit_entries").Scan(&n); err != nil {
		return 0, t.fail("log size", err)
	}
	return n, nil
}

// AuditEntry returns entry n (from 0), or metastore.ErrNotFound.
func (t *Tx) AuditEntry(n int64) (entry []byte, err error) {
	if err := t.row("SELECT entry FROM audit_entries WHERE seq = ?", n).Scan(&entry); err != nil {
		return nil, t.fail("log entry", err)
	}
	return entry, nil
}

// AuditAppend writes entry n with its retention class and the hashes that tlog.StoredHashes gives for it. It fails with
// metastore.ErrConflict unless n is the size of the log. Entries and hashes are never changed or removed.
func (t *Tx) AuditAppend(n int64, entry []byte, class string, hashes []tlog.Hash) error {
	if err := t.auditAppend(n, entry, class, hashes); err != nil {
		return t.failWrite("log append", err)
	}
	return nil
}

func (t *Tx) auditAppend(n int64, entry []byte, class string, hashes []tlog.Hash) error {
	switch {
	case n < 0 || len(entry) == 0 || len(entry) > metastore.MaxEntry:
		return fmt.Errorf("entry has no bytes or more than %d: %w", metastore.MaxEntry, metastore.ErrInvalid)
	case class == "" || len(class) > metastore.MaxKind:
		return fmt.Errorf("retention class: %w", metastore.ErrInvalid)
	case int64(len(hashes)) != tlog.StoredHashCount(n+1)-tlog.StoredHashCount(n):
		return fmt.Errorf("number of hashes does not fit the entry: %w", metastore.ErrInvalid)
	}
	size, err := t.AuditSize()
	if err != nil {
		return err
	}
	if size != n {
		return metastore.ErrConflict
	}
	if _, err := t.exec("INSERT INTO audit_entries (seq, class, entry) VALUES (?, ?, ?)", n, class, entry); err != nil {
		return err
	}
	first := tlog.StoredHashIndex(0, n)
	for i, h := range hashes {
		if _, err := t.exec("INSERT INTO audit_hashes (idx, hash) VALUES (?, ?)", first+int64(i), h[:]); err != nil {
			return err
		}
	}
	return nil
}

// AuditHashes returns the hashes at these stored indexes, in the order asked; metastore.ErrNotFound if one is not there.
func (t *Tx) AuditHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, idx := range indexes {
		var h []byte
		if err := t.row("SELECT hash FROM audit_hashes WHERE idx = ?", idx).Scan(&h); err != nil {
			return nil, t.fail("log hash", err)
		}
		if copy(out[i][:], h) != tlog.HashSize {
			return nil, t.fail("log hash", fmt.Errorf("hash has %d bytes", len(h)))
		}
	}
	return out, nil
}

// AuditEntries yields the entries from (inclusive) to to (exclusive) in order. It ends after an error, which is
// metastore.ErrNotFound if the log is shorter.
func (t *Tx) AuditEntries(from, to int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for from < to {
			got, err := t.auditBatch(from, min(to, from+batch))
			if err == nil && len(got) == 0 {
				err = metastore.ErrNotFound
			}
			if err != nil {
				yield(nil, t.fail("log entries", err))
				return
			}
			for _, entry := range got {
				if !yield(entry, nil) {
					return
				}
			}
			from += int64(len(got))
		}
	}
}

func (t *Tx) auditBatch(from, to int64) (out [][]byte, err error) {
	err = t.each("SELECT entry FROM audit_entries WHERE seq >= ? AND seq < ? ORDER BY seq", []any{from, to}, func(row *sql.Rows) error {
		var entry []byte
		if err := row.Scan(&entry); err != nil {
			return err
		}
		out = append(out, entry)
		return nil
	})
	return out, err
}
