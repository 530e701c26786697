package enclave_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

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
	f, give, err := c.Take(id, 10)
	require.NoError(t, err)
	require.True(t, usable(f))
	return f, give
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

func TestCacheNeverTakesAFileFromARun(t *testing.T) {
	_, c := newShelf(t, 20)
	a, giveA := take(t, c, "a")
	_, giveB := take(t, c, "b")
	_, _, err := c.Take("c", 10)
	e, ok := enclave.Of(err)
	require.True(t, ok)
	require.Equal(t, enclave.KindUnavailable, e.Kind)
	require.NotEmpty(t, e.Detail.Zh)
	require.True(t, usable(a))
	require.EqualValues(t, 20, c.Used(), "a refused file does not count")
	giveB()
	_, giveC := take(t, c, "c")
	require.True(t, usable(a))
	giveC()
	giveA()
}

// What can never fit is refused without throwing out what others use.
func TestCacheRefusesWhatNeverFits(t *testing.T) {
	s, c := newShelf(t, 20)
	a, give := take(t, c, "a")
	give()
	_, _, err := c.Take("giant", 21)
	require.Error(t, err)
	require.True(t, usable(a), "it was thrown out for nothing")
	require.EqualValues(t, 1, s.opened.Load())
}

func TestCacheForgetsAFailedOpen(t *testing.T) {
	s, c := newShelf(t, 20)
	s.fail.Store(true)
	_, give, err := c.Take("a", 10)
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
			if _, _, err := c.Take("a", 10); errors.Is(err, errShelf) {
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
				f, give, err := c.Take(string(rune('a'+(i+j)%5)), 10)
				if err != nil {
					continue // the others hold everything
				}
				require.True(t, usable(f), "a file was closed under a run")
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
