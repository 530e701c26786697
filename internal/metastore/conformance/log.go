package conformance

import (
	"errors"
	"fmt"
	"sync"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/internal/metastore"
)

// appendEntry writes the next entry with its hashes.
func appendEntry[T Tx](tx T, entry []byte) error {
	n, err := tx.AuditSize()
	if err != nil {
		return err
	}
	hashes, err := tlog.StoredHashes(n, entry, tlog.HashReaderFunc(tx.AuditHashes))
	if err != nil {
		return err
	}
	return tx.AuditAppend(n, entry, "3y", hashes)
}

func (s suite[T]) log() {
	const n = 700
	entry := func(i int) []byte { return fmt.Appendf(nil, `{"seq":%d}`, i) }
	for i := 0; i < n; i += 100 {
		s.update(func(tx T) error {
			var err error
			for j := i; j < i+100; j++ {
				err = errors.Join(err, appendEntry(tx, entry(j)))
			}
			return err
		})
	}
	s.view(func(tx T) {
		size, err := tx.AuditSize()
		require.NoError(s.t, err)
		require.Equal(s.t, int64(n), size)
		got, err := tx.AuditEntry(n - 1)
		require.NoError(s.t, err)
		require.Equal(s.t, entry(n-1), got)
		for _, bad := range []int64{n, -1} {
			require.ErrorIs(s.t, second(tx.AuditEntry(bad)), metastore.ErrNotFound)
		}
		i := 3
		for got, err := range tx.AuditEntries(3, 690) {
			require.NoError(s.t, err)
			require.Equal(s.t, entry(i), got)
			require.NoError(s.t, second(tx.AuditEntry(0)), "the transaction is free inside the loop")
			i++
		}
		require.Equal(s.t, 690, i)
		var last error
		for _, err := range tx.AuditEntries(n-1, n+1) {
			last = err
		}
		require.ErrorIs(s.t, last, metastore.ErrNotFound)
		s.tree(tx, n, entry)
	})
	s.logRefuses(n)
}

// tree checks that the stored hashes are those of the entries, in the order asked.
func (s suite[T]) tree(tx T, n int64, entry func(int) []byte) {
	root, err := tlog.TreeHash(n, tlog.HashReaderFunc(tx.AuditHashes))
	require.NoError(s.t, err)
	for i := range n {
		proof, err := tlog.ProveRecord(n, i, tlog.HashReaderFunc(tx.AuditHashes))
		require.NoError(s.t, err)
		require.NoError(s.t, tlog.CheckRecord(proof, n, root, i, tlog.RecordHash(entry(int(i)))))
	}
	back, err := tx.AuditHashes([]int64{tlog.StoredHashIndex(0, 1), tlog.StoredHashIndex(0, 0), tlog.StoredHashIndex(0, 1)})
	require.NoError(s.t, err)
	require.Equal(s.t, []tlog.Hash{tlog.RecordHash(entry(1)), tlog.RecordHash(entry(0)), tlog.RecordHash(entry(1))}, back)
	require.ErrorIs(s.t, second(tx.AuditHashes([]int64{0, tlog.StoredHashIndex(0, n)})), metastore.ErrNotFound)
	none, err := tx.AuditHashes(nil)
	require.NoError(s.t, err)
	require.Empty(s.t, none)
}

func (s suite[T]) logRefuses(n int64) {
	one := func(tx T, k int64) []tlog.Hash { // as many hashes as entry k needs
		return make([]tlog.Hash, tlog.StoredHashCount(k+1)-tlog.StoredHashCount(k))
	}
	for _, k := range []int64{0, n - 1, n + 1} {
		s.updateFails(metastore.ErrConflict, func(tx T) error { return tx.AuditAppend(k, []byte("x"), "3y", one(tx, k)) })
	}
	for _, bad := range []func(tx T) error{
		func(tx T) error { return tx.AuditAppend(-1, []byte("x"), "3y", nil) },
		func(tx T) error { return tx.AuditAppend(n, nil, "3y", one(tx, n)) },
		func(tx T) error { return tx.AuditAppend(n, make([]byte, metastore.MaxEntry+1), "3y", one(tx, n)) },
		func(tx T) error { return tx.AuditAppend(n, []byte("x"), "", one(tx, n)) },
		func(tx T) error { return tx.AuditAppend(n, []byte("x"), "3y", nil) },
		func(tx T) error { return tx.AuditAppend(n, []byte("x"), "3y", make([]tlog.Hash, 64)) },
	} {
		s.updateFails(metastore.ErrInvalid, bad)
	}
	s.view(func(tx T) {
		size, err := tx.AuditSize()
		require.NoError(s.t, err)
		require.Equal(s.t, n, size)
	})
}

func (s suite[T]) concurrentLog() {
	const writers, rounds = 8, 20
	var wg sync.WaitGroup
	errs := make(chan error, writers*rounds)
	for w := range writers {
		wg.Go(func() {
			for i := range rounds {
				errs <- s.s.Update(s.t.Context(), func(tx T) error { return appendEntry(tx, fmt.Appendf(nil, `{"w":%d,"i":%d}`, w, i)) })
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(s.t, err)
	}
	s.view(func(tx T) {
		var entries [][]byte
		for e, err := range tx.AuditEntries(0, writers*rounds) {
			require.NoError(s.t, err)
			entries = append(entries, e)
		}
		require.Len(s.t, entries, writers*rounds)
		s.tree(tx, writers*rounds, func(i int) []byte { return entries[i] })
	})
}
