package sandbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// load is what a tenant asks for: jobs, all at once or one after the other.
type load struct {
	tenant string
	jobs   int
	inRow  bool
	each   func(*rand.Rand) (time.Duration, int64)
}

// finish runs loads in bubble time and returns when the last job of each tenant ended. At no time do running jobs exceed the budgets.
func finish(t *testing.T, slots int, memory int64, loads ...load) map[string]time.Duration {
	ends := map[string]time.Duration{}
	const cores = 5
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(slots, memory, cores, time.Now)
		start := time.Now()
		type ended struct {
			tenant string
			at     time.Duration
		}
		done := make(chan ended)
		total := 0
		job := func(rng *rand.Rand, l load) {
			took, need := l.each(rng)
			threads, release, err := q.acquire(t.Context(), l.tenant, need, 1+rng.IntN(8))
			require.NoError(t, err)
			require.Positive(t, threads)
			q.mu.Lock()
			require.Greater(t, q.cores, -slots, "one thread beyond the cores for each job, and the first fits")
			require.GreaterOrEqual(t, q.slots, 0)
			require.GreaterOrEqual(t, q.memory, int64(0))
			q.mu.Unlock()
			time.Sleep(took)
			release()
			release() // a second call gives nothing back
			done <- ended{l.tenant, time.Since(start)}
		}
		for i, l := range loads {
			total += l.jobs
			if l.inRow {
				go func() {
					for n := range l.jobs {
						job(rand.New(rand.NewPCG(uint64(i), uint64(n))), l)
					}
				}()
				continue
			}
			for n := range l.jobs {
				go job(rand.New(rand.NewPCG(uint64(i), uint64(n))), l)
			}
		}
		for range total {
			e := <-done
			ends[e.tenant] = max(ends[e.tenant], e.at)
		}
		require.Equal(t, slots, q.slots)
		require.Equal(t, memory, q.memory)
		require.Equal(t, cores, q.cores)
		require.Empty(t, q.tenants, "nothing is kept of who is gone")
	})
	return ends
}

func alike(took time.Duration, need int64) func(*rand.Rand) (time.Duration, int64) {
	return func(rng *rand.Rand) (time.Duration, int64) {
		return took/2 + time.Duration(rng.Int64N(int64(took))), need
	}
}

// Two tenants with the same load finish within 1.2 of each other, whoever comes first and however many slots there are.
func TestEqualLoadsFinishTogether(t *testing.T) {
	for _, slots := range []int{1, 2, 3, 4, 8} {
		ends := finish(t, slots, 1000, load{"a", 200, false, alike(time.Second, 10)}, load{"b", 200, false, alike(time.Second, 10)})
		require.Less(t, float64(max(ends["a"], ends["b"]))/float64(min(ends["a"], ends["b"])), 1.2, "%d slots: %v", slots, ends)
	}
}

// A tenant with few jobs, or short ones, does not wait for all of another's.
func TestFewJobsAreNotHeldBack(t *testing.T) {
	ends := finish(t, 2, 1000, load{"many", 1000, false, alike(time.Second, 10)}, load{"few", 10, true, alike(time.Second, 10)})
	require.Less(t, ends["few"], 30*time.Second)
	ends = finish(t, 1, 1000, load{"long", 100, false, alike(10*time.Second, 10)}, load{"short", 100, false, alike(time.Second, 10)})
	require.Less(t, ends["short"], 400*time.Second, "served by time, not by number: %v", ends)
	var loads []load
	for i := range 20 {
		loads = append(loads, load{fmt.Sprint(i), 20, false, alike(time.Second, 10)})
	}
	all := finish(t, 4, 1000, loads...)
	var ordered []time.Duration
	for _, end := range all {
		ordered = append(ordered, end)
	}
	slices.Sort(ordered)
	require.Less(t, float64(ordered[19])/float64(ordered[0]), 1.2)
}

// A job that needs nearly everything gets its turn among small ones.
func TestLargeJobsAreNotStarved(t *testing.T) {
	ends := finish(t, 4, 1000, load{"small", 1000, false, alike(time.Second, 200)}, load{"large", 3, true, alike(time.Second, 900)})
	require.Less(t, ends["large"], 20*time.Second, "%v", ends)
}

// Who gives up waiting holds nobody back and takes nothing along.
func TestQueueGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(4, 100, 4, time.Now)
		_, first, err := q.acquire(t.Context(), "a", 60, 1)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() {
			_, _, err := q.acquire(ctx, "b", 90, 1)
			gone <- err
		}()
		synctest.Wait()
		through := make(chan func())
		go func() {
			_, release, err := q.acquire(t.Context(), "c", 10, 1)
			require.NoError(t, err)
			through <- release
		}()
		synctest.Wait()
		select {
		case <-through:
			t.Fatal("a small job overtook a large one")
		default:
		}
		cancel()
		require.ErrorIs(t, <-gone, context.Canceled)
		(<-through)()
		first()
		require.Empty(t, q.tenants)
		require.Equal(t, 4, q.slots)
		require.EqualValues(t, 100, q.memory)
	})
}

// Threads follow the cores that are free: the first job gets what it asks for, nobody waits for cores, and what is given back is there
// for the next.
func TestThreadsFollowTheCores(t *testing.T) {
	q := newQueue(4, 100, 4, time.Now)
	take := func(asked, want int) func() {
		got, release, err := q.acquire(t.Context(), "a", 10, asked)
		require.NoError(t, err)
		require.Equal(t, want, got)
		return release
	}
	first := take(3, 3)
	second := take(3, 1)
	third := take(8, 1)
	require.Equal(t, -1, q.cores)
	first()
	fourth := take(8, 2)
	second()
	third()
	fourth()
	take(8, 4)()
	require.Equal(t, 4, q.cores)
}
