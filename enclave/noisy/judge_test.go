package noisy_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise"
	"yumen/enclave/noisy"
)

func newSource(t testing.TB, snapshot string) *noise.Source {
	t.Helper()
	s, err := noise.New(noise.Secret{7}, []byte(snapshot))
	require.NoError(t, err)
	return s
}

func newScale(t testing.TB, sigma, sensitivity int64) noise.Scale {
	t.Helper()
	s, err := noise.NewScale(big.NewRat(sigma, 1), sensitivity)
	require.NoError(t, err)
	return s
}

func estimate(t testing.TB, amount int64, scale noise.Scale) noisy.Estimate {
	t.Helper()
	e, err := noisy.Of(noise.Restore(big.NewInt(amount), scale))
	require.NoError(t, err)
	return e
}

func drawn(canon string, scale noise.Scale, exact int64) noisy.Drawn {
	return noisy.Drawn{Cell: noisy.Cell{Canon: []byte(canon), Scale: scale}, Exact: noise.Seal(big.NewInt(exact))}
}

// k + 4σ to the unit: 45 at grade 2, 90 at grade 3; with the complement, and with noise scaled by a type of many rows.
func TestTheLineIsKAndFourDeviations(t *testing.T) {
	ten, twenty, wide := newScale(t, 10, 1), newScale(t, 20, 1), newScale(t, 10, 3)
	type group = noisy.Group[noisy.Estimate]
	one := func(amount int64, s noise.Scale) []noisy.Estimate { return []noisy.Estimate{estimate(t, amount, s)} }
	for name, c := range map[string]struct {
		k     int64
		group group
		want  bool
	}{
		"grade 2, at the line":        {5, group{Counts: one(45, ten)}, true},
		"grade 2, below":              {5, group{Counts: one(44, ten)}, false},
		"grade 3, at the line":        {10, group{Counts: one(90, twenty)}, true},
		"grade 3, below":              {10, group{Counts: one(89, twenty)}, false},
		"scaled noise":                {5, group{Counts: one(125, wide)}, true},
		"scaled noise, below":         {5, group{Counts: one(124, wide)}, false},
		"second type too few":         {5, group{Counts: append(one(45, ten), one(44, ten)...)}, false},
		"complement, at the line":     {5, group{Counts: one(60, ten), Universes: one(145, ten)}, true},
		"complement, below":           {5, group{Counts: one(60, ten), Universes: one(144, ten)}, false},
		"a universe for another type": {5, group{Counts: one(60, ten), Universes: append(one(500, ten), one(500, ten)...)}, false},
		"no counts":                   {5, group{Values: one(999, ten)}, false},
		"no noise on the count":       {5, group{Counts: make([]noisy.Estimate, 1)}, false},
		"no noise on the universe":    {5, group{Counts: one(60, ten), Universes: make([]noisy.Estimate, 1)}, false},
		"no noise on a value":         {5, group{Counts: one(60, ten), Values: make([]noisy.Estimate, 1)}, false},
		"no rule":                     {0, group{Counts: one(60, ten)}, false},
		"negative":                    {5, group{Counts: one(-60, ten)}, false},
	} {
		require.Equal(t, []bool{c.want}, noisy.Judge(noisy.Rules{K: c.k}, []group{c.group}), name)
	}
	_, err := noisy.Of(noise.Value{})
	require.ErrorIs(t, err, noisy.ErrNoNoise)
}

// Whatever is shown has k entities for certain and k beside it; what is far enough above the line is shown for certain.
func TestShownIsLargeEnoughForCertain(t *testing.T) {
	random := rand.New(rand.NewPCG(21, 22))
	source, scale := newSource(t, "s"), newScale(t, 10, 1)
	shownOnes, near := 0, 0
	for i := range 20_000 {
		count, beside := random.Int64N(120), random.Int64N(200)
		covered, err := noisy.Cover(source, []noisy.Group[noisy.Drawn]{{
			Counts:    []noisy.Drawn{drawn(fmt.Sprint("count", i), scale, count)},
			Universes: []noisy.Drawn{drawn(fmt.Sprint("universe", i), scale, count+beside)},
		}})
		require.NoError(t, err)
		groups, err := noisy.Estimates(covered)
		require.NoError(t, err)
		if noisy.Judge(noisy.Rules{K: 5}, groups)[0] {
			shownOnes++
			require.GreaterOrEqual(t, count, int64(5))
			require.GreaterOrEqual(t, beside, int64(5))
			if count < 45 {
				near++
			}
		} else {
			require.False(t, count >= 85 && beside >= 165)
		}
	}
	require.Greater(t, shownOnes, 3000)
	require.Greater(t, near, 100, "the line itself is noisy")
}

// alike finds noise that hides a difference: a snapshot under which exact + noise is the wanted number.
func alike(t *testing.T, canon string, scale noise.Scale, exact, want int64) noise.Value {
	t.Helper()
	for i := range 100_000 {
		v, err := newSource(t, fmt.Sprint("other data", i)).Cover(scale, []byte(canon), noise.Seal(big.NewInt(exact)))
		require.NoError(t, err)
		if v.Amount().Int64() == want {
			return v
		}
	}
	require.Fail(t, "no such noise")
	return noise.Value{}
}

// Other data under noise that gives the same numbers come to the same answer, byte by byte: shown, withheld, merged, derived. Whoever lets an exact
// value into a decision breaks this.
func TestEqualNoisyValuesEqualOutcomes(t *testing.T) {
	random := rand.New(rand.NewPCG(23, 24))
	scale := newScale(t, 10, 1)
	source := newSource(t, "s")
	var first, second []noisy.Group[noise.Value]
	for i := range 24 {
		exact := 20 + random.Int64N(60) // around the line
		canon := fmt.Sprint("cell", i)
		v, err := source.Cover(scale, []byte(canon), noise.Seal(big.NewInt(exact)))
		require.NoError(t, err)
		sum, err := source.Cover(scale, []byte(canon+" sum"), noise.Seal(big.NewInt(7*exact)))
		require.NoError(t, err)
		first = append(first, noisy.Group[noise.Value]{Counts: []noise.Value{v}, Values: []noise.Value{sum}})
		other := v.Amount().Int64() + random.Int64N(41) - 20 // an exact count that this noisy one may stand for
		second = append(second, noisy.Group[noise.Value]{
			Counts: []noise.Value{alike(t, canon, scale, other, v.Amount().Int64())},
			Values: []noise.Value{alike(t, canon, scale, sum.Amount().Int64()-random.Int64N(20), sum.Amount().Int64())},
		})
	}
	require.Equal(t, outcome(t, first), outcome(t, second))
	require.Contains(t, outcome(t, first), "true")
	require.Contains(t, outcome(t, first), "false")
}

// outcome writes all that comes of covered cells.
func outcome(t *testing.T, covered []noisy.Group[noise.Value]) string {
	t.Helper()
	rules := noisy.Rules{K: 5}
	groups, err := noisy.Estimates(covered)
	require.NoError(t, err)
	shown := noisy.Judge(rules, groups)
	sure := confidence(t)
	out := fmt.Sprint(shown)
	for _, g := range groups {
		b, err := sure.Together(g.Values[0], g.Counts[0])
		require.NoError(t, err)
		mean, err := b[0].Over(b[1])
		out += fmt.Sprint(g.Counts[0].Amount(), g.Values[0].Amount(), mean, err, "\n")
	}
	return out
}
