package sandbox_test

import (
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

var warmKinds = []string{"parse", "run", "post"}

// waitWarm waits until so many workers of every kind wait for a job.
func waitWarm(t testing.TB, r *sandbox.Runner, n int, kinds ...string) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, kind := range kinds {
			if r.Warm()[kind].Idle != n {
				return false
			}
		}
		return true
	}, time.Minute, time.Millisecond)
}

func warmed(t testing.TB, change ...func(*sandbox.Config)) *sandbox.Runner {
	t.Helper()
	r := sandboxtest.Runner(t, append([]func(*sandbox.Config){func(c *sandbox.Config) { c.Warm = 1 }}, change...)...)
	if r.LevelName() != "full" {
		t.Skip("the host does not allow the full cage")
	}
	return r
}

// Every kind of job is done by a worker that waited for it, once each, with its files; and another one waits then.
func TestWarmWorkers(t *testing.T) {
	for _, spawner := range []string{"", self} {
		r := warmed(t, func(c *sandbox.Config) { c.Spawner = spawner })
		a, b := numbers(t, r, 10), numbers(t, r, 5)
		waitWarm(t, r, 1, warmKinds...)
		tree, err := r.Parse(soon(t), "SELECT count(*) FROM persons")
		require.NoError(t, err)
		require.Contains(t, string(tree), `"SELECT_NODE"`)
		for range 3 {
			waitWarm(t, r, 1, "run")
			out, err := r.Run(soon(t), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "a", File: a}, {Name: "b", File: b}},
				Statements: []sandbox.Statement{{SQL: `SELECT count(*), max(b.x) FROM a.main.data a JOIN b.main.data b USING (x)`, Reads: []string{"a", "b"}}}})
			require.NoError(t, err)
			require.Equal(t, [][]string{{"5", "4"}}, plain(out[0]))
		}
		n := "7"
		out, err := r.Post(soon(t), sandbox.PostSpec{Relations: cells("n", "BIGINT", [][]*string{{&n}}), SQL: "SELECT n + 1 AS m FROM cells",
			Formats: []string{"parquet"}})
		require.NoError(t, err)
		require.NotEmpty(t, out.Files["data.parquet"])
		require.Len(t, out.Rows, 1)
		waitWarm(t, r, 1, warmKinds...)
		require.Equal(t, map[string]sandbox.WarmFigures{"parse": {Idle: 1, Hits: 1}, "run": {Idle: 1, Hits: 3}, "post": {Idle: 1, Hits: 1}}, r.Warm())
	}
}

// A job that the cage of no waiting worker would hold to its limits gets a worker of its own; so does one that finds none.
func TestWarmWorkersFit(t *testing.T) {
	r := warmed(t)
	file := numbers(t, r, 10)
	waitWarm(t, r, 1, warmKinds...)
	for _, change := range []func(*sandbox.RunSpec){func(s *sandbox.RunSpec) { s.MemoryMB = 256 }, func(s *sandbox.RunSpec) { s.Timeout = time.Hour }} {
		spec := one(file, "SELECT sum(x) FROM d.main.data", 0)
		change(&spec)
		_, err := r.Run(soon(t), spec)
		require.NoError(t, err)
	}
	require.Equal(t, sandbox.WarmFigures{Idle: 1, Misses: 2}, r.Warm()["run"])
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := r.Parse(soon(t), "SELECT 1")
			require.NoError(t, err)
		})
	}
	all.Wait()
	f := r.Warm()["parse"]
	require.EqualValues(t, 8, f.Hits+f.Misses)
	require.Positive(t, f.Hits)
}

// Workers that die while they wait are replaced, and a job that comes meanwhile gets one of its own.
func TestWarmWorkersThatDie(t *testing.T) {
	r := warmed(t)
	waitWarm(t, r, 1, warmKinds...)
	for _, pid := range childrenOf(os.Getpid(), "yumen-worker") {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	waitWarm(t, r, 0, warmKinds...)
	_, err := r.Parse(soon(t), "SELECT 1")
	require.NoError(t, err)
	waitWarm(t, r, 1, warmKinds...)
	_, err = r.Parse(soon(t), "SELECT 1")
	require.NoError(t, err)
}

// A worker that waited too long is ended, and another one started for the job after the next.
func TestWarmWorkersDoNotWaitForEver(t *testing.T) {
	r := warmed(t, func(c *sandbox.Config) { c.WarmFor = 500 * time.Millisecond })
	waitWarm(t, r, 0, warmKinds...)
	require.Eventually(t, func() bool { return len(childrenOf(os.Getpid(), "yumen-worker")) == 0 }, 10*time.Second, time.Millisecond)
	_, err := r.Parse(soon(t), "SELECT 1")
	require.NoError(t, err)
	waitWarm(t, r, 1, "parse")
}

// Whenever a runner is closed, nothing is left of it.
func TestWarmWorkersAreClosed(t *testing.T) {
	for _, when := range []time.Duration{0, 5 * time.Millisecond, 50 * time.Millisecond, time.Second} {
		r := warmed(t, func(c *sandbox.Config) { c.Warm = 2 })
		time.Sleep(when) // any moment of starting is one to be closed at
		r.Close()
		require.Empty(t, childrenOf(os.Getpid(), "yumen-worker"))
		_, err := r.Parse(soon(t), "SELECT 1")
		require.ErrorIs(t, err, sandbox.ErrClosed)
	}
}

func TestWarmWorkersNeedMemory(t *testing.T) {
	_, err := sandbox.New(sandbox.Config{Worker: sandboxtest.Worker(t), MemoryMB: 700, Warm: 1})
	require.ErrorContains(t, err, "no memory")
}

// A worker that waited is believed no more than another one.
func TestWarmWorkersThatLie(t *testing.T) {
	r, err := sandbox.New(sandbox.Config{Worker: program(t, "hostile"), Warm: 2, MaxRows: 100_000, MaxResultBytes: 8 << 20})
	require.NoError(t, err)
	defer r.Close()
	names := []string{"exit", "failing exit", "panic", "no status", "no result", "fewer rows", "more rows", "cut", "trailing", "garbage", "endless rows", "endless zeros",
		"endless status", "endless words", "statement number", "ragged", "files instead", "rejected instead"}
	for _, name := range names {
		require.Eventually(t, func() bool { return r.Warm()["run"].Idle > 0 }, time.Minute, time.Millisecond)
		out, err := r.Run(soon(t), sandbox.RunSpec{Statements: []sandbox.Statement{{SQL: name}}})
		require.ErrorIs(t, err, sandbox.ErrExecution, name)
		require.Nil(t, out, name)
	}
	require.EqualValues(t, len(names), r.Warm()["run"].Hits)
}
