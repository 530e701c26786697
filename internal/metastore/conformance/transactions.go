package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"sync"

	"github.com/stretchr/testify/require"

	"yumen/internal/metastore"
)

var errStop = errors.New("stop")

// writeAll writes one of everything.
func writeAll[T Tx](tx T) error {
	return errors.Join(
		tx.Put("run", named("a", "n")),
		appendEntry(tx, []byte(`{"n":0}`)),
		tx.PutIdempotent(metastore.Response{Account: "acc", Key: "k", Request: "r", Created: 1, Expires: 2}),
	)
}

// nothing checks that the store holds none of it.
func (s suite[T]) nothing() {
	s.t.Helper()
	s.view(func(tx T) {
		require.ErrorIs(s.t, second(tx.Get("run", "a")), metastore.ErrNotFound)
		size, err := tx.AuditSize()
		require.NoError(s.t, err)
		require.Zero(s.t, size)
		_, found, err := tx.Idempotent("acc", "k", 1)
		require.NoError(s.t, err)
		require.False(s.t, found)
	})
}

func (s suite[T]) rollback() {
	s.updateFails(errStop, func(tx T) error {
		require.NoError(s.t, writeAll(tx))
		return errStop
	})
	s.nothing()
	require.PanicsWithValue(s.t, "stop", func() {
		_ = s.s.Update(s.t.Context(), func(tx T) error {
			require.NoError(s.t, writeAll(tx))
			panic("stop")
		})
	})
	s.nothing()
	s.update(writeAll[T])
	s.view(func(tx T) { require.NoError(s.t, second(tx.Get("run", "a"))) })
}

func (s suite[T]) droppedError() {
	for _, bad := range []func(tx T) error{
		func(tx T) error { r := record("b"); r.Version = 7; return tx.Put("run", r) },
		func(tx T) error { return tx.Put("run", metastore.Record{}) },
		func(tx T) error { return tx.Put("run", named("b", "n")) },
		func(tx T) error { return tx.Delete("run", "absent", 1) },
		func(tx T) error { return tx.AuditAppend(9, []byte("x"), "3y", nil) },
	} {
		err := s.s.Update(s.t.Context(), func(tx T) error {
			require.NoError(s.t, writeAll(tx))
			require.Error(s.t, bad(tx))
			return nil
		})
		require.Error(s.t, err)
		s.nothing()
	}
}

func (s suite[T]) ended() {
	var kept T
	s.update(func(tx T) error { kept = tx; return nil })
	require.Error(s.t, kept.Put("run", record("a")))
	require.Error(s.t, second(kept.Get("run", "a")))
	s.view(func(tx T) { kept = tx })
	require.Error(s.t, second(kept.List("run", metastore.Query{})))
	s.nothing()
}

func (s suite[T]) readOnly() {
	s.view(func(tx T) {
		for _, err := range []error{
			tx.Put("run", record("a")),
			tx.Delete("run", "a", 1),
			appendEntry(tx, []byte(`{}`)),
			tx.PutIdempotent(metastore.Response{Account: "a", Key: "k", Request: "r", Created: 1, Expires: 2}),
			second(tx.PurgeIdempotent(1)),
		} {
			require.ErrorIs(s.t, err, metastore.ErrReadOnly)
		}
	})
	s.nothing()
}

func (s suite[T]) snapshot() {
	s.put("run", record("a"))
	s.view(func(tx T) {
		s.put("run", record("b")) // commits beside the view, before its first read
		list, err := tx.List("run", metastore.Query{})
		require.NoError(s.t, err)
		require.Equal(s.t, []string{"a"}, ids(list))
		s.update(func(inner T) error { return inner.Delete("run", "a", 1) })
		require.NoError(s.t, second(tx.Get("run", "a")))
		require.ErrorIs(s.t, second(tx.Get("run", "b")), metastore.ErrNotFound)
	})
	s.view(func(tx T) {
		list, err := tx.List("run", metastore.Query{})
		require.NoError(s.t, err)
		require.Equal(s.t, []string{"b"}, ids(list))
	})
	s.update(func(tx T) error { // a view does not see an update that has not committed
		if err := tx.Put("run", record("c")); err != nil {
			return err
		}
		s.view(func(other T) { require.ErrorIs(s.t, second(other.Get("run", "c")), metastore.ErrNotFound) })
		return nil
	})
}

func (s suite[T]) endedContext() {
	ctx, cancel := context.WithCancel(s.t.Context())
	err := s.s.Update(ctx, func(tx T) error {
		require.NoError(s.t, writeAll(tx))
		cancel()
		return nil
	})
	require.ErrorIs(s.t, err, context.Canceled)
	s.nothing()
	require.ErrorIs(s.t, s.s.Update(ctx, func(T) error { return nil }), context.Canceled)
	require.ErrorIs(s.t, s.s.View(ctx, func(T) error { return nil }), context.Canceled)

	waiting, cancelWait := context.WithCancel(s.t.Context())
	s.update(func(T) error { // one writer waits for another only as long as its context lives
		done := make(chan error, 1)
		go func() { done <- s.s.Update(waiting, func(tx T) error { return writeAll(tx) }) }()
		cancelWait()
		require.ErrorIs(s.t, <-done, context.Canceled)
		return nil
	})
	s.nothing()
}

// Writers that read, add one and write lose nothing; views between them never see a sum that no commit made.
func (s suite[T]) concurrent() {
	const writers, rounds = 8, 25
	number := func(n int) []byte { return []byte(strconv.Itoa(n)) }
	pair := func(n int) (a, b metastore.Record) {
		a, b = record("a"), record("b")
		a.Doc, b.Doc = number(n), number(-n)
		return a, b
	}
	a, b := pair(0)
	s.put("n", a, b)
	read := func(tx T) (a, b metastore.Record, n, m int, err error) {
		a, errA := tx.Get("n", "a")
		b, errB := tx.Get("n", "b")
		return a, b, n, m, errors.Join(errA, errB, json.Unmarshal(a.Doc, &n), json.Unmarshal(b.Doc, &m))
	}
	add := func(tx T) error {
		a, b, n, m, err := read(tx)
		if err != nil {
			return err
		}
		a.Doc, b.Doc = number(n+1), number(m-1)
		return errors.Join(tx.Put("n", a), tx.Put("n", b))
	}
	var wg sync.WaitGroup
	errs := make(chan error, 2*writers*rounds)
	for range writers {
		wg.Go(func() {
			for range rounds {
				errs <- s.s.Update(s.t.Context(), add)
				errs <- s.s.View(s.t.Context(), func(tx T) error {
					if _, _, n, m, err := read(tx); err != nil || n != -m {
						return errors.Join(errStop, err)
					}
					return nil
				})
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(s.t, err)
	}
	s.view(func(tx T) {
		a, _, n, _, err := read(tx)
		require.NoError(s.t, err)
		require.Equal(s.t, writers*rounds, n)
		require.Equal(s.t, int64(writers*rounds+1), a.Version)
	})
}
