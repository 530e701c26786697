package sandbox_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
	"yumen/sandbox/wire"
)

// uncaged is a runner whose workers have no layer at all: what a cage costs is what they do not pay.
func uncaged(b *testing.B) *sandbox.Runner {
	b.Helper()
	r, err := sandbox.Weakened(sandbox.Config{Worker: sandboxtest.Worker(b)}, sandbox.WithoutNamespaces|wire.LayerLimits|wire.LayerNoNewPrivs|wire.LayerCaps|
		wire.LayerUndumpable|wire.LayerDeathsig|wire.LayerLandlock|wire.LayerSeccomp)
	require.NoError(b, err)
	b.Cleanup(r.Close)
	return r
}

// way is one of the ways that are compared, with how long each turn took.
type way struct {
	name   string
	runner *sandbox.Runner
	took   []time.Duration
	first  []time.Duration // until the first row
}

// inTurns runs a job in every way, one after the other, each time beginning with another one.
func inTurns(b *testing.B, ways []*way, job func(*sandbox.Runner) (first time.Duration)) {
	turn := 0
	for b.Loop() {
		for i := range ways {
			w := ways[(i+turn)%len(ways)]
			if w.runner.Warm() != nil {
				waitWarm(b, w.runner, 1, warmKinds...)
			}
			time.Sleep(100 * time.Millisecond) // questions do not come one upon the other; a worker that waits has opened its engine by then
			start := time.Now()
			first := job(w.runner)
			w.took, w.first = append(w.took, time.Since(start)), append(w.first, first)
		}
		turn++
	}
	for _, w := range ways {
		b.ReportMetric(milliseconds(quantile(w.took, 0.5)), w.name+"-ms")
		if first := quantile(w.first, 0.5); first > 0 {
			b.ReportMetric(milliseconds(first), w.name+"-first-ms")
		}
	}
}

func quantile(took []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[int(q*float64(len(sorted)-1))]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// added is the median of the differences between the first rows of two ways, turn by turn.
func added(a, b *way) time.Duration {
	var all []time.Duration
	for i := range a.first {
		all = append(all, a.first[i]-b.first[i])
	}
	return quantile(all, 0.5)
}

// cageWays are the full cage, the same again (what they differ by is noise), and no cage.
func cageWays(b *testing.B) []*way {
	full := func() *sandbox.Runner { return sandboxtest.Runner(b) }
	return []*way{{name: "full", runner: full()}, {name: "again", runner: full()}, {name: "uncaged", runner: uncaged(b)}}
}

// BenchmarkCage is a run of one row over one small snapshot, from the call to its first row, and until its worker has ended: caged, caged again,
// uncaged, and by a worker that was started in advance.
func BenchmarkCage(b *testing.B) {
	ways := append(cageWays(b), &way{name: "warm", runner: warmed(b)})
	file := numbers(b, ways[0].runner, 1000)
	inTurns(b, ways, func(r *sandbox.Runner) time.Duration {
		first, err := r.FirstRow(b.Context(), file, sandbox.Statement{SQL: `SELECT sum(x) FROM d.main.data`, Reads: []string{"d"}})
		require.NoError(b, err)
		return first
	})
	b.ReportMetric(milliseconds(added(ways[0], ways[2])), "added-ms")
	b.ReportMetric(milliseconds(added(ways[0], ways[1])), "noise-ms")
}

// BenchmarkCageScan reads a snapshot again and again in one run, for about a second.
func BenchmarkCageScan(b *testing.B) {
	ways := cageWays(b)
	spec := one(numbers(b, ways[0].runner, 2_000_000), `SELECT sum(x), max(x), count(*) FROM d.main.data WHERE x >= 7`, 0)
	spec.Statements = slices.Repeat(spec.Statements, 200)
	inTurns(b, ways, func(r *sandbox.Runner) time.Duration {
		_, err := r.Run(b.Context(), spec)
		require.NoError(b, err)
		return 0
	})
	full, again, without := quantile(ways[0].took, 0.5), quantile(ways[1].took, 0.5), quantile(ways[2].took, 0.5)
	b.ReportMetric(100*(float64(full)/float64(without)-1), "added-%")
	b.ReportMetric(100*(float64(full)/float64(again)-1), "noise-%")
}

// BenchmarkParse is a whole parse: by a worker that starts, and by one that was started in advance.
func BenchmarkParse(b *testing.B) {
	ways := []*way{{name: "cold", runner: sandboxtest.Runner(b)}, {name: "warm", runner: warmed(b)}}
	inTurns(b, ways, func(r *sandbox.Runner) time.Duration {
		_, err := r.Parse(b.Context(), "SELECT district, count(*) FROM persons GROUP BY district")
		require.NoError(b, err)
		return 0
	})
}

// BenchmarkDeadline is how long after its deadline a run has ended: the worker killed, reaped, and everything given back.
func BenchmarkDeadline(b *testing.B) {
	const timeout = 300 * time.Millisecond
	r := sandboxtest.Runner(b)
	spec := one(numbers(b, r, 1000), endless, timeout)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		_, err := r.Run(b.Context(), spec)
		took = append(took, time.Since(start)-timeout)
		require.ErrorIs(b, err, sandbox.ErrTimeout)
	}
	for _, q := range []float64{0.5, 0.9, 1} {
		b.ReportMetric(milliseconds(quantile(took, q)), fmt.Sprintf("p%g-ms", 100*q))
	}
}
