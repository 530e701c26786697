// Package conformance owns the suite that every metadata store must pass unchanged. A bug that one store had and another not becomes
// a test here.
package conformance

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/internal/metastore"
)

// Tx is what a transaction of a store can do; the stores' own documentation states each method's errors.
type Tx interface {
	Documents
	Log
	Responses
}

// Documents are records by kind.
type Documents interface {
	Get(kind, id string) (metastore.Record, error)
	GetByName(kind, name string) (metastore.Record, error)
	Put(kind string, r metastore.Record) error
	Delete(kind, id string, version int64) error
	List(kind string, q metastore.Query) ([]metastore.Record, error)
	Kinds() ([]string, error)
}

// Log is the append-only log and its hashes.
type Log interface {
	AuditSize() (int64, error)
	AuditEntry(n int64) ([]byte, error)
	AuditAppend(n int64, entry []byte, class string, hashes []tlog.Hash) error
	AuditHashes(indexes []int64) ([]tlog.Hash, error)
	AuditEntries(from, to int64) iter.Seq2[[]byte, error]
}

// Responses are the kept answers of idempotent requests.
type Responses interface {
	Idempotent(account, key string, now int64) (metastore.Response, bool, error)
	PutIdempotent(r metastore.Response) error
	PurgeIdempotent(now int64) (int64, error)
	Responses(fn func(metastore.Response) error) error
}

// Store is a store with its own type of transaction.
type Store[T Tx] interface {
	Update(ctx context.Context, fn func(tx T) error) error
	View(ctx context.Context, fn func(tx T) error) error
}

// suite binds one open store to one test.
type suite[T Tx] struct {
	t *testing.T
	s Store[T]
}

// Run runs the suite. open returns a new, empty store that is closed when the test ends.
func Run[T Tx](t *testing.T, open func(t *testing.T) Store[T]) {
	for _, c := range []struct {
		name string
		test func(suite[T])
	}{
		{"put, get, list and delete", suite[T].documents},
		{"compare and swap", suite[T].compareAndSwap},
		{"names are unique in their kind", suite[T].names},
		{"texts compare byte by byte", suite[T].bytewise},
		{"hostile texts are kept or refused", suite[T].hostileTexts},
		{"invalid records are refused", suite[T].invalid},
		{"lists are ordered, filtered and paged", suite[T].lists},
		{"an update is rolled back as a whole", suite[T].rollback},
		{"a dropped write error still rolls back", suite[T].droppedError},
		{"an ended transaction is useless", suite[T].ended},
		{"a view is read-only", suite[T].readOnly},
		{"a view is one snapshot", suite[T].snapshot},
		{"an ended context stops an update", suite[T].endedContext},
		{"concurrent writers lose no update", suite[T].concurrent},
		{"the log grows at its end", suite[T].log},
		{"concurrent appends are dense", suite[T].concurrentLog},
		{"responses are kept until they expire", suite[T].responses},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(suite[T]{t: t, s: open(t)}) })
	}
}

func (s suite[T]) update(fn func(tx T) error) {
	s.t.Helper()
	require.NoError(s.t, s.s.Update(s.t.Context(), fn))
}

func (s suite[T]) view(fn func(tx T)) {
	s.t.Helper()
	require.NoError(s.t, s.s.View(s.t.Context(), func(tx T) error { fn(tx); return nil }))
}

func (s suite[T]) updateFails(want error, fn func(tx T) error) {
	s.t.Helper()
	require.ErrorIs(s.t, s.s.Update(s.t.Context(), fn), want)
}

// record is a small valid record.
func record(id string) metastore.Record {
	return metastore.Record{ID: id, Created: 1, Updated: 1, Doc: []byte(`{}`)}
}

func (s suite[T]) put(kind string, records ...metastore.Record) {
	s.t.Helper()
	s.update(func(tx T) error {
		for _, r := range records {
			if err := tx.Put(kind, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func ids(records []metastore.Record) []string {
	out := []string{}
	for _, r := range records {
		out = append(out, r.ID)
	}
	return out
}
