package enclave_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
)

// shelf opens files of ten bytes and counts how often.
type shelf struct {
	t      *testing.T
	opened atomic.Int64
	fail   atomic.Bool
	gate   chan struct{} // when given, an open waits for it
}

var errShelf = errors.New("the shelf is closed")

func (s *shelf) open(id string) (*os.File, int64, error) {
	s.opened.Add(1)
	if s.gate != nil {
		<-s.gate
	}
	if s.fail.Load() {
		return nil, 0, errShelf
	}
	path := filepath.Join(s.t.TempDir(), id)
	require.NoError(s.t, os.WriteFile(path, make([]byte, 10), 0o600))
	f, err := os.Open(path)
	return f, 10, err
}

func newShelf(t *testing.T, budget int64) (*shelf, *enclave.SealedCache) {
	s := &shelf{t: t}
	c := enclave.NewSealedCache(budget, s.open)
	t.Cleanup(c.CloseAll)
	return s, c
}

// usable reports whether a file is still open.
func usable(f *os.File) bool {
	_, err := f.Stat()
	return err == nil
}

func take(t *testing.T, c *enclave.SealedCache, id string) (*os.File, func()) {
	all, give, err := c.Take(t.Context(), 10, id)
	require.NoError(t, err)
	require.True(t, usable(all[0]))
	return all[0], give
}

func TestCacheOpensOnceAndShares(t *testing.T) {
	s, c := newShelf(t, 20)
	one, give := take(t, c, "a")
	same, giveSame := take(t, c, "a")
	require.Same(t, one, same)
	give()
	require.True(t, usable(same), "another run holds it")
	giveSame()
	again, giveAgain := take(t, c, "a")
	require.Same(t, one, again)
	giveAgain()
	giveAgain()
	require.EqualValues(t, 1, s.opened.Load())
	require.EqualValues(t, 10, c.Used())
}

func TestCacheEvictsTheLeastRecentlyUsed(t *testing.T) {
	s, c := newShelf(t, 20)
	a, giveA := take(t, c, "a")
	giveA()
	b, giveB := take(t, c, "b")
	giveB()
	_, giveA = take(t, c, "a")
	giveA()
	_, giveC := take(t, c, "c")
	giveC()
	require.False(t, usable(b), "nobody held it, and it was used least recently")
	require.True(t, usable(a))
	require.EqualValues(t, 20, c.Used())
	_, giveB = take(t, c, "b")
	giveB()
	require.EqualValues(t, 4, s.opened.Load(), "what was evicted is opened again")
}

// A run waits for room that others hold, and takes nothing until it has all.
func TestCacheNeverTakesAFileFromARun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := newShelf(t, 30)
		a, giveA := take(t, c, "a")
		_, giveB := take(t, c, "b")
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := c.Take(impatient, 10, "c", "d")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, usable(a))
		require.EqualValues(t, 20, c.Used(), "who waits in vain counts for nothing")

		through := make(chan func())
		go func() {
			all, give, err := c.Take(t.Context(), 10, "c", "d", "c")
			require.NoError(t, err)
			require.Len(t, all, 3)
			require.Same(t, all[0], all[2])
			through <- give
		}()
		synctest.Wait()
		again, giveAgain := take(t, c, "a")
		require.Same(t, a, again, "what is there is had at once, whoever waits for room")
		giveAgain()
		second := make(chan func())
		go func() {
			_, give, err := c.Take(t.Context(), 10, "e")
			require.NoError(t, err)
			second <- give
		}()
		synctest.Wait()
		require.EqualValues(t, 20, c.Used(), "a small one would fit, but a large one came first")
		giveB()
		giveCD := <-through
		require.True(t, usable(a))
		synctest.Wait()
		giveA()
		(<-second)()
		giveCD()
		require.False(t, usable(a), "it was given back, and there was no room beside it")
	})
}

// Two runs that need each other's snapshots both finish.
func TestCacheDoesNotTie(t *testing.T) {
	_, c := newShelf(t, 20)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				one, two := string(rune('a'+(i+j)%4)), string(rune('a'+(i+j+1+i%2)%4))
				_, give, err := c.Take(t.Context(), 10, one, two)
				if assert.NoError(t, err) {
					give()
				}
			}
		})
	}
	wg.Wait()
	require.LessOrEqual(t, c.Used(), int64(20))
}

// What can never fit is refused without throwing out what others use.
func TestCacheRefusesWhatNeverFits(t *testing.T) {
	s, c := newShelf(t, 20)
	a, give := take(t, c, "a")
	give()
	for _, ids := range [][]string{{"x", "y", "z"}, {"a", "y", "z"}} {
		_, _, err := c.Take(t.Context(), 10, ids...)
		var r *catalog.Refusal
		require.ErrorAs(t, err, &r)
		require.Equal(t, catalog.CodeCapacity, r.Code)
		require.NotEmpty(t, r.Message.Zh)
		require.NotEmpty(t, r.Remedy.Zh)
	}
	require.True(t, usable(a), "it was thrown out for nothing")
	require.EqualValues(t, 1, s.opened.Load())
}

func TestCacheForgetsAFailedOpen(t *testing.T) {
	s, c := newShelf(t, 20)
	s.fail.Store(true)
	_, give, err := c.Take(t.Context(), 10, "a")
	require.ErrorIs(t, err, errShelf)
	require.Nil(t, give)
	require.Zero(t, c.Used())
	s.fail.Store(false)
	_, give = take(t, c, "a")
	give()
	require.EqualValues(t, 2, s.opened.Load())
}

func TestCacheSharesAFailedOpen(t *testing.T) {
	s, c := newShelf(t, 100)
	s.gate = make(chan struct{})
	s.fail.Store(true)
	var wg sync.WaitGroup
	var failed atomic.Int64
	for range 8 {
		wg.Go(func() {
			if _, _, err := c.Take(t.Context(), 10, "a"); errors.Is(err, errShelf) {
				failed.Add(1)
			}
		})
	}
	close(s.gate)
	wg.Wait()
	require.EqualValues(t, 8, failed.Load())
	require.Zero(t, c.Used(), "whoever waited for it holds nothing")
}

func TestCacheUnderLoad(t *testing.T) {
	s, c := newShelf(t, 30)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			for j := range 40 {
				f, give, err := c.Take(t.Context(), 10, string(rune('a'+(i+j)%5)))
				if !assert.NoError(t, err) {
					return
				}
				assert.True(t, usable(f[0]), "a file was closed under a run")
				give()
			}
		})
	}
	wg.Wait()
	require.LessOrEqual(t, c.Used(), int64(30))
	require.Positive(t, s.opened.Load())
	c.CloseAll()
	require.Zero(t, c.Used())
}

func TestCacheClosesWhenTheLastRunGivesBack(t *testing.T) {
	_, c := newShelf(t, 20)
	a, give := take(t, c, "a")
	c.CloseAll()
	require.True(t, usable(a))
	give()
	require.False(t, usable(a))
	require.Zero(t, c.Used())
}
