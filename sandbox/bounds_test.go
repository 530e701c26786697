package sandbox_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox"
	"yumen/sandbox/wire"
)

// working waits for a worker that was not there before and is in its cage.
func working(t testing.TB, before []int) int {
	pid := 0
	require.Eventually(t, func() bool {
		for _, p := range caged() {
			if !slices.Contains(before, p) {
				pid = p
			}
		}
		return pid != 0
	}, 20*time.Second, 2*time.Millisecond)
	return pid
}

// TestLimitsSeenFromOutside reads the limits of a running worker as the kernel has them.
func TestLimitsSeenFromOutside(t *testing.T) {
	r := at(t, "full")
	spec := one(numbers(t, r, 100_000), endless, 30*time.Second)
	spec.MemoryMB, spec.Threads = 128, 1
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	defer wait.Wait()
	defer cancel()
	before := caged()
	wait.Go(func() { _, _ = r.Run(ctx, spec) })
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", working(t, before)))
	require.NoError(t, err)
	for name, want := range map[string]int64{"cpu time": 32, "address space": (128 + 2560) << 20, "processes": 49, "open files": 65, "core file size": 0, "locked memory": 0, "file size": 0} {
		require.Regexp(t, regexp.MustCompile(fmt.Sprintf(`(?m)^Max %s +%d +%d `, name, want, want)), string(b))
	}
}

// TestProcessorTimeEnds says that a worker whose soft limit is its hard one ends there, whatever it does with the signal.
func TestProcessorTimeEnds(t *testing.T) {
	r, err := sandbox.Weakened(sandbox.Config{Worker: attackWorker(t)}, wire.LayerSeccomp) // which would not let it choose a second
	if err != nil {
		t.Skip("the host does not allow the full cage")
	}
	defer r.Close()
	_, err = r.Loose(soon(t), fileWithout(t, nil), sandbox.Statement{SQL: "die of the cpu"})
	require.ErrorIs(t, err, sandbox.ErrExecution)
	require.ErrorContains(t, err, "signal killed")
}

// TestNoPartialRows ends workers that have sent rows already, in every way that ends one.
func TestNoPartialRows(t *testing.T) {
	r := at(t, "full")
	file := numbers(t, r, 100_000)
	spec := one(file, "SELECT x FROM d.main.data LIMIT 50000", 0)
	spec.Statements = append(spec.Statements, sandbox.Statement{SQL: endless, Reads: []string{"d"}})
	send := func(s unix.Signal) func(int, func()) {
		return func(pid int, _ func()) { require.NoError(t, unix.Kill(pid, s)) }
	}
	for name, c := range map[string]struct {
		end     func(pid int, cancel func())
		timeout time.Duration
		want    error
	}{
		"killed":    {end: send(unix.SIGKILL), want: sandbox.ErrExecution},
		"crashed":   {end: send(unix.SIGSEGV), want: sandbox.ErrExecution},
		"stopped":   {end: send(unix.SIGSTOP), timeout: 3 * time.Second, want: sandbox.ErrTimeout},
		"cancelled": {end: func(_ int, cancel func()) { cancel() }, want: context.Canceled},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		asked := spec
		asked.Timeout = c.timeout
		var wait sync.WaitGroup
		var out [][]sandbox.Row
		var err error
		before := caged()
		wait.Go(func() { out, err = r.Run(ctx, asked) })
		pid := working(t, before)
		require.Eventually(t, func() bool { return sent(pid) }, 20*time.Second, 5*time.Millisecond)
		c.end(pid, cancel)
		wait.Wait()
		cancel()
		require.ErrorIs(t, err, c.want, name)
		require.Nil(t, out, name)
	}
}

// sent reports whether a worker has written more than its last word would be.
func sent(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	written := 0
	_, rest, ok := strings.Cut(string(b), "wchar: ")
	_, serr := fmt.Sscan(rest, &written)
	return err == nil && ok && serr == nil && written > 100_000
}

// BenchmarkKill is the time from a cancellation to the end of its run, as a distribution: of a query that computes, and of one that has
// taken all of its memory.
func BenchmarkKill(b *testing.B) {
	for name, sql := range map[string]string{"computing": endless, "holding memory": strings.ReplaceAll(heavySQL["groups without end"], "TABLE", "d.main.data")} {
		b.Run(name, func(b *testing.B) {
			r := at(b, "full")
			spec := one(numbers(b, r, 2000), sql, 0)
			spec.MemoryMB = 1024
			var took []time.Duration
			for b.Loop() {
				ctx, cancel := context.WithCancel(b.Context())
				ended := make(chan error, 1)
				go func() {
					_, err := r.Run(ctx, spec)
					ended <- err
				}()
				time.Sleep(400 * time.Millisecond)
				began := time.Now()
				cancel()
				require.ErrorIs(b, <-ended, context.Canceled)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			for _, percent := range []int{50, 90, 99, 100} {
				b.ReportMetric(float64(took[(len(took)-1)*percent/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", percent))
			}
		})
	}
}
