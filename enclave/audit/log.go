package audit

import (
	"encoding/json"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"
)

// Reader is what reading the log needs of a transaction. All its answers are of one snapshot.
type Reader interface {
	AuditSize() (int64, error)
	AuditEntry(n int64) ([]byte, error)
	AuditHashes(indexes []int64) ([]tlog.Hash, error)
	AuditEntries(from, to int64) iter.Seq2[[]byte, error]
}

// Tx is what appending needs of a transaction. AuditAppend must fail unless n is the size of the log at that moment, must keep entry,
// class and hashes with everything else the transaction writes or nothing of it, and must never change them afterwards.
type Tx interface {
	Reader
	AuditAppend(n int64, entry []byte, class string, hashes []tlog.Hash) error
}

// Place is where an entry came to stand.
type Place struct {
	Seq      int64
	Time     int64     // as entered
	LeafHash tlog.Hash // RFC 6962 hash of Entry
	Entry    []byte    // canonical JSON
}

// Append writes the entry as the next one, in the caller's transaction: when that commits, the entry is part of the log, and not
// before. It sets V and Seq. If the clock is behind the log, the entry takes the time of the one before and keeps its own as Wall, so
// that the order of times is the order of entries and a clock set back is on record.
func Append(tx Tx, e Entry) (Place, error) {
	n, err := tx.AuditSize()
	if err != nil {
		return Place{}, fmt.Errorf("audit: size: %w", err)
	}
	e.V, e.Seq, e.Wall = Version, n, 0
	if n > 0 {
		last, err := timeOf(tx, n-1)
		if err != nil {
			return Place{}, err
		}
		if e.Time < last {
			e.Time, e.Wall = last, e.Time
		}
	}
	b, err := e.Encode()
	if err != nil {
		return Place{}, err
	}
	leaf := tlog.RecordHash(b)
	hashes, err := tlog.StoredHashesForRecordHash(n, leaf, tlog.HashReaderFunc(tx.AuditHashes))
	if err != nil {
		return Place{}, fmt.Errorf("audit: hashes: %w", err)
	}
	if err := tx.AuditAppend(n, b, string(e.Class), hashes); err != nil {
		return Place{}, fmt.Errorf("audit: append: %w", err)
	}
	return Place{Seq: n, Time: e.Time, LeafHash: leaf, Entry: b}, nil
}

// timeOf reads the time of an entry that this package wrote.
func timeOf(tx Reader, n int64) (int64, error) {
	b, err := tx.AuditEntry(n)
	if err != nil {
		return 0, fmt.Errorf("audit: entry before: %w", err)
	}
	var e struct {
		Time int64 `json:"time"`
	}
	if json.Unmarshal(b, &e) != nil || e.Time <= 0 {
		return 0, invalid("the entry before cannot be read")
	}
	return e.Time, nil
}

// Inclusion returns the path that proves entry n in the log of the first size entries, from the leaf's sibling upwards.
func Inclusion(tx Reader, n, size int64) (tlog.RecordProof, error) {
	if n < 0 || n >= size {
		return nil, invalid("entry is not in a log of that size")
	}
	p, err := tlog.ProveRecord(size, n, tlog.HashReaderFunc(tx.AuditHashes))
	if err != nil {
		return nil, fmt.Errorf("audit: inclusion: %w", err)
	}
	return p, nil
}

// Consistency returns the proof that the log of size newer continues the log of size older. It is empty for an empty or equal one.
func Consistency(tx Reader, older, newer int64) (tlog.TreeProof, error) {
	if older < 0 || older > newer {
		return nil, invalid("the older log is the greater one")
	}
	if older == 0 || older == newer {
		return nil, nil
	}
	p, err := tlog.ProveTree(newer, older, tlog.HashReaderFunc(tx.AuditHashes))
	if err != nil {
		return nil, fmt.Errorf("audit: consistency: %w", err)
	}
	return p, nil
}
