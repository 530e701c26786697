package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/audittest"
	"yumen/internal/metastore"
	"yumen/internal/metastore/sqlite"
)

func TestAppend(t *testing.T) {
	l := audittest.New(t)
	story := audittest.Story()
	for i, p := range l.Append(t, story...) {
		require.Equal(t, int64(i), p.Seq)
		require.Equal(t, story[i].Time, p.Time)
		require.Equal(t, tlog.RecordHash(p.Entry), p.LeafHash)
		e, err := audit.Decode(p.Entry)
		require.NoError(t, err)
		require.Equal(t, p.Seq, e.Seq)
		l.View(t, func(tx audit.Reader) {
			stored, err := tx.AuditEntry(p.Seq)
			require.NoError(t, err)
			require.Equal(t, p.Entry, stored)
		})
	}
}

// A clock that goes back neither stops the log nor disorders it, and is on record.
func TestClockBehindTheLog(t *testing.T) {
	l := audittest.New(t)
	at := func(ms int64) audit.Entry {
		return audittest.Entry(ms, audit.ActionSessionOpen, audittest.Person("bank_a"), "", "opened")
	}
	var got [][2]int64
	for _, p := range l.Append(t, at(100), at(300), at(200), at(300), at(301)) {
		e, err := audit.Decode(p.Entry)
		require.NoError(t, err)
		got = append(got, [2]int64{e.Time, e.Wall})
	}
	require.Equal(t, [][2]int64{{100, 0}, {300, 0}, {300, 200}, {300, 0}, {301, 0}}, got)
}

// The entry lives and dies with the transaction of its effect.
func TestAppendIsPartOfTheTransaction(t *testing.T) {
	l := audittest.New(t)
	stop := errors.New("stop")
	err := l.Store.Update(t.Context(), func(tx *sqlite.Tx) error {
		require.NoError(t, tx.Put("run", metastore.Record{ID: "a", Doc: []byte(`1`)}))
		_, err := audit.Append(tx, audittest.Story()[0])
		require.NoError(t, err)
		return stop
	})
	require.ErrorIs(t, err, stop)
	err = l.Store.Update(t.Context(), func(tx *sqlite.Tx) error { // an effect whose entry is invalid
		if err := tx.Put("run", metastore.Record{ID: "a", Doc: []byte(`1`)}); err != nil {
			return err
		}
		_, err := audit.Append(tx, audit.Entry{})
		return err
	})
	require.ErrorIs(t, err, audit.ErrInvalid)
	require.NoError(t, l.Store.View(t.Context(), func(tx *sqlite.Tx) error {
		size, err := tx.AuditSize()
		require.NoError(t, err)
		require.Zero(t, size)
		_, err = tx.Get("run", "a")
		require.ErrorIs(t, err, metastore.ErrNotFound)
		return nil
	}))
}

// faulty fails the call number failAt (from 0) of a transaction; with after set, a write takes effect first.
type faulty struct {
	audit.Tx
	calls, failAt int
	after         bool
}

var errInjected = errors.New("injected fault")

func (f *faulty) fails() bool { f.calls++; return f.calls-1 == f.failAt }

func (f *faulty) AuditSize() (int64, error) {
	if f.fails() {
		return 0, errInjected
	}
	return f.Tx.AuditSize()
}
func (f *faulty) AuditEntry(n int64) ([]byte, error) {
	if f.fails() {
		return nil, errInjected
	}
	return f.Tx.AuditEntry(n)
}
func (f *faulty) AuditHashes(indexes []int64) ([]tlog.Hash, error) {
	if f.fails() {
		return nil, errInjected
	}
	return f.Tx.AuditHashes(indexes)
}
func (f *faulty) AuditEntries(from, to int64) iter.Seq2[[]byte, error] {
	if f.fails() {
		return func(yield func([]byte, error) bool) { yield(nil, errInjected) }
	}
	return f.Tx.AuditEntries(from, to)
}
func (f *faulty) AuditAppend(n int64, entry []byte, class string, hashes []tlog.Hash) error {
	if f.fails() {
		if f.after {
			if err := f.Tx.AuditAppend(n, entry, class, hashes); err != nil {
				return err
			}
		}
		return errInjected
	}
	return f.Tx.AuditAppend(n, entry, class, hashes)
}

// Each call to the store fails in turn, done or not done: the error reaches the caller, who rolls back, and the log is as before.
func TestAppendEachCallFails(t *testing.T) {
	l := audittest.New(t)
	l.Append(t, audittest.Story()[:3]...)
	before := l.Checkpoint(t)
	calls := 0
	for failAt := 0; ; failAt++ {
		for _, after := range []bool{false, true} {
			err := l.Store.Update(t.Context(), func(tx *sqlite.Tx) error {
				f := &faulty{Tx: tx, failAt: failAt, after: after}
				_, err := audit.Append(f, audittest.Story()[3])
				calls = f.calls
				if err == nil {
					return errors.New("end of the calls")
				}
				return err
			})
			if failAt < calls {
				require.ErrorIs(t, err, errInjected)
			}
			require.Equal(t, before, l.Checkpoint(t))
		}
		if failAt > calls {
			break
		}
	}
	require.GreaterOrEqual(t, calls, 4)
}

func TestReadersFailClosed(t *testing.T) {
	l := audittest.New(t)
	l.Append(t, audittest.Story()...)
	signer := l.Signer
	l.View(t, func(tx audit.Reader) {
		full := tx.(audit.Tx)
		for name, read := range map[string]func(tx audit.Reader) error{
			"checkpoint": func(tx audit.Reader) error { _, err := audit.SignCheckpoint(tx, signer); return err },
			"checkpoint before": func(tx audit.Reader) error {
				_, err := audit.SignCheckpointBefore(tx, signer, 1<<60)
				return err
			},
			"prove":       func(tx audit.Reader) error { _, err := audit.Prove(tx, 2, signer); return err },
			"inclusion":   func(tx audit.Reader) error { _, err := audit.Inclusion(tx, 2, 7); return err },
			"consistency": func(tx audit.Reader) error { _, err := audit.Consistency(tx, 3, 7); return err },
			"export": func(tx audit.Reader) error {
				return audit.Export(tx, signer, func(string, []byte) error { return nil })
			},
		} {
			count := &faulty{Tx: full, failAt: -1}
			require.NoError(t, read(count), name)
			require.Positive(t, count.calls)
			for i := range count.calls {
				require.ErrorIs(t, read(&faulty{Tx: full, failAt: i}), errInjected, "%s, call %d", name, i)
			}
		}
		require.ErrorIs(t, audit.Export(tx, signer, func(string, []byte) error { return errInjected }), errInjected)
		_, err := audit.SignCheckpoint(tx, nil)
		require.Error(t, err)
		_, err = audit.SignCheckpointBefore(tx, nil, 1<<60)
		require.Error(t, err)
		for _, c := range [][2]int64{{-1, 7}, {7, 7}, {8, 7}} {
			_, err := audit.Inclusion(tx, c[0], c[1])
			require.ErrorIs(t, err, audit.ErrInvalid)
		}
		for _, c := range [][2]int64{{-1, 7}, {8, 7}} {
			_, err := audit.Consistency(tx, c[0], c[1])
			require.ErrorIs(t, err, audit.ErrInvalid)
		}
		_, err = audit.Consistency(tx, 3, 8)
		require.ErrorIs(t, err, metastore.ErrNotFound)
	})
}

func TestExportDirRefusesAFullDirectory(t *testing.T) {
	l := audittest.New(t)
	l.Append(t, audittest.Story()...)
	dir := t.TempDir()
	l.View(t, func(tx audit.Reader) {
		require.NoError(t, audit.ExportDir(tx, l.Signer, dir))
		require.Error(t, audit.ExportDir(tx, l.Signer, dir))
	})
}

func BenchmarkAppend(b *testing.B) {
	l := audittest.New(b)
	entry := func(i int) audit.Entry {
		e := audittest.Story()[2]
		e.Subject, e.Time = audittest.ID(catalog.PrefixRun, i), int64(1000+i)
		return e
	}
	b.Run("in one transaction", func(b *testing.B) { // what the entry adds to an effect's transaction
		require.NoError(b, l.Store.Update(b.Context(), func(tx *sqlite.Tx) error {
			for i := 0; b.Loop(); i++ {
				if _, err := audit.Append(tx, entry(i)); err != nil {
					return err
				}
			}
			return nil
		}))
	})
	b.Run("with its commit", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if err := l.Store.Update(b.Context(), func(tx *sqlite.Tx) error { _, err := audit.Append(tx, entry(i)); return err }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestBundleKeepsEntriesApart(t *testing.T) {
	l := audittest.New(t)
	places := l.Append(t, audittest.Story()...)
	l.View(t, func(tx audit.Reader) {
		b, err := audit.ReadTile(tx, audit.Tile{Level: audit.LevelEntries, N: 0, Width: 7})
		require.NoError(t, err)
		entries, err := audit.SplitBundle(b, 7)
		require.NoError(t, err)
		for i, e := range entries {
			require.True(t, bytes.Equal(places[i].Entry, e), fmt.Sprint(i))
		}
		for _, width := range []int{6, 8} {
			_, err = audit.SplitBundle(b, width)
			require.ErrorIs(t, err, audit.ErrInvalid)
		}
	})
}
