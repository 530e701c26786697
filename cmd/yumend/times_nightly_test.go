//go:build nightly

package main

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/internal/api"
)

// How often each kind of question is asked, and the Kolmogorov–Smirnov coefficient of a false alarm in ten thousand.
const (
	timesAsked  = 100
	coefficient = 2.23
)

// TestTimes asks, through real workers and in turn, questions whose answer is withheld, empty, too small or given, each for an institution of its own, and
// compares how long each takes until its state shows. Who measures learns nothing that the questions themselves do not say.
func TestTimes(t *testing.T) {
	const dir = "../../testdata/corpus"
	z := newTestZone(t)
	tables := z.loadCorpus(t, dir, rawTables(t, dir))
	kinds := map[string]string{
		"small":    "SELECT count(*) AS n, sum(registered_capital) AS s FROM enterprises WHERE industry = 'rocket' AND district = 'D2'",
		"empty":    "SELECT count(*) AS n, sum(registered_capital) AS s FROM enterprises WHERE industry = 'rocket' AND district = 'D1'",
		"withheld": "SELECT count(*) AS n, sum(registered_capital) AS s FROM enterprises WHERE industry = 'I3' AND district = 'D0'",
		"given":    "SELECT count(*) AS n, sum(registered_capital) AS s FROM enterprises WHERE industry = 'I1' AND district = 'D1'",
	}
	names := []string{"small", "empty", "withheld", "given"}
	z.institutions(t, len(names)*timesAsked)
	times := map[string][]float64{}
	for i := range timesAsked {
		for j := range names {
			k := (i + j) % len(names)
			name := names[k]
			p, grant := z.institution(t, i*len(names)+k, tables)
			times[name] = append(times[name], z.untilShown(t, p, grant, kinds[name]))
		}
	}
	for _, a := range names {
		for _, b := range names {
			d := gap(times[a], times[b])
			require.Less(t, d, coefficient*math.Sqrt(2.0/timesAsked), "%s and %s can be told apart by their times", a, b)
		}
	}
}

// untilShown is how many milliseconds pass from a question's submission to the moment at which its state shows.
func (z *testZone) untilShown(t *testing.T, p enclave.Principal, grant, text string) float64 {
	start := time.Now()
	run, err := z.svc.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: text}, "")
	require.NoError(t, err)
	states, err := z.svc.Watch(t.Context(), p, run.Run)
	require.NoError(t, err)
	last := ""
	for s := range states {
		last = s
	}
	took := time.Since(start)
	require.Equal(t, "released", last)
	return float64(took.Milliseconds())
}

// gap is the largest difference of two empirical distributions.
func gap(a, b []float64) float64 {
	worst := 0.0
	for _, x := range slices.Concat(a, b) {
		worst = max(worst, math.Abs(share(a, x)-share(b, x)))
	}
	return worst
}

func share(of []float64, upTo float64) float64 {
	n := 0
	for _, x := range of {
		if x <= upTo {
			n++
		}
	}
	return float64(n) / float64(len(of))
}

// The comparison can fail: what takes one tick longer in a third of the cases is told apart.
func TestTimesCanBeToldApart(t *testing.T) {
	var a, b []float64
	for i := range timesAsked {
		a, b = append(a, 250), append(b, 250)
		if i%3 == 0 {
			b[i] = 500
		}
	}
	require.Greater(t, gap(a, b), coefficient*math.Sqrt(2.0/timesAsked), fmt.Sprint(gap(a, b)))
	require.Zero(t, gap(a, slices.Clone(a)))
}
