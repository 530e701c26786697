package noisy_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise"
	"yumen/enclave/noisy"
)

// told is the estimate of a sum of amounts, read times their factors under a secret.
func told(t *testing.T, seed uint64, percent int, most int64, amounts []int64) noisy.Estimate {
	t.Helper()
	r, err := noise.Secret{byte(seed), byte(seed >> 8)}.Reading(percent, "person", "income")
	require.NoError(t, err)
	f, err := noise.NewFactor(percent, big.NewInt(most))
	require.NoError(t, err)
	keys := rand.New(rand.NewPCG(seed, 9))
	sum := new(big.Int)
	for _, x := range amounts {
		sum.Add(sum, new(big.Int).Mul(big.NewInt(x), big.NewInt(r.Of(keys.Uint64()))))
	}
	covered, err := noisy.Cover(nil, []noisy.Group[noisy.Drawn]{{Values: []noisy.Drawn{{Exact: noise.Seal(sum), Factor: f, Unit: r.Unit}}}})
	require.NoError(t, err)
	estimates, err := noisy.Estimates(covered)
	require.NoError(t, err)
	return estimates[0].Values[0]
}

// worlds are sums of amounts up to the most that one entity adds: alike, of a few large among many small, of one alone.
func worlds() map[string][]int64 {
	alike, mixed, random := make([]int64, 300), make([]int64, 400), make([]int64, 200)
	draw := rand.New(rand.NewPCG(4, 4))
	for i := range alike {
		alike[i] = 1000
	}
	for i := range mixed {
		mixed[i] = []int64{3, 1000}[max(0, 2-i/2)/2]
	}
	for i := range random {
		random[i] = draw.Int64N(1001)
	}
	return map[string][]int64{"all at the most": alike, "few large": mixed, "any": random, "one": {1000}, "nothing": {0, 0, 0}, "small": {1, 2, 3, 4}}
}

// Over secrets, the interval holds the truth as often as it says, the deviation is no smaller than what is seen, and nothing is ever beyond the cut. Where
// everybody is at the declared most, a half of the interval would not do.
func TestFactorIntervalsHold(t *testing.T) {
	level, err := noisy.NewLevel(big.NewRat(95, 100))
	require.NoError(t, err)
	for name, amounts := range worlds() {
		truth := new(big.Int)
		for _, x := range amounts {
			truth.Add(truth, big.NewInt(x))
		}
		for _, percent := range []int{5, 10, 20} {
			const draws = 400
			inside, near := 0, 0
			squares := new(big.Rat)
			deviation := new(big.Rat)
			for seed := range uint64(draws) {
				e := told(t, seed, percent, 1000, amounts)
				off := new(big.Int).Sub(e.Amount(), truth)
				h, err := e.HalfWidth(level)
				require.NoError(t, err)
				require.LessOrEqual(t, off.CmpAbs(e.Cut()), 0, "%s: beyond what is sure", name)
				if off.CmpAbs(h) <= 0 {
					inside++
				}
				if off.CmpAbs(new(big.Int).Quo(h, big.NewInt(3))) <= 0 {
					near++
				}
				square := new(big.Rat).SetInt(new(big.Int).Mul(off, off))
				squares.Add(squares, square)
				if d, err := e.Deviation(); err == nil && d.Cmp(deviation) > 0 {
					deviation = d
				}
			}
			require.GreaterOrEqual(t, inside, draws*95/100, "%s at %d %%", name, percent)
			squares.Quo(squares, big.NewRat(draws, 1))
			require.LessOrEqual(t, squares.Cmp(new(big.Rat).Mul(new(big.Rat).Mul(deviation, deviation), big.NewRat(13, 10))), 0, "%s at %d %%", name, percent)
			if name == "all at the most" {
				require.Less(t, near, draws*95/100, "%d %%: far too wide", percent)
			}
		}
	}
}

// Nothing is known of the largest amount but a declaration: the wider it is, the wider the interval, up to what is sure.
func TestFactorIntervalsAreNeverWiderThanSure(t *testing.T) {
	level, err := noisy.NewLevel(big.NewRat(95, 100))
	require.NoError(t, err)
	amounts := worlds()["any"]
	before := new(big.Int)
	for _, most := range []int64{1000, 10_000, 1_000_000, 1 << 60} {
		e := told(t, 1, 10, most, amounts)
		h, err := e.HalfWidth(level)
		require.NoError(t, err)
		require.GreaterOrEqual(t, h.Cmp(before), 0)
		require.LessOrEqual(t, h.Cmp(e.Cut()), 0)
		before = h
	}
	require.Equal(t, told(t, 1, 10, 1<<60, amounts).Cut(), before)
	quarter := new(big.Int).Quo(told(t, 1, 10, 1, amounts).Amount(), big.NewInt(4))
	require.Less(t, new(big.Int).Sub(before, quarter).Int64(), int64(1000), "2p/(1 − 2p) is a quarter")
}

// A sum that factors cover is shown beside counts, and never decides.
func TestFactoredSumsDecideNothing(t *testing.T) {
	sum := told(t, 1, 10, 1000, worlds()["all at the most"])
	count := covered(t, 1000)
	rules := noisy.Rules{K: 5}
	for _, c := range []struct {
		group noisy.Group[noisy.Estimate]
		shown bool
	}{
		{noisy.Group[noisy.Estimate]{Counts: []noisy.Estimate{count}, Values: []noisy.Estimate{sum}}, true},
		{noisy.Group[noisy.Estimate]{Counts: []noisy.Estimate{sum}}, false},
		{noisy.Group[noisy.Estimate]{Counts: []noisy.Estimate{count, sum}}, false},
		{noisy.Group[noisy.Estimate]{Counts: []noisy.Estimate{count}, Universes: []noisy.Estimate{sum}}, false},
	} {
		require.Equal(t, []bool{c.shown}, noisy.Judge(rules, []noisy.Group[noisy.Estimate]{c.group}))
	}
	_, err := noisy.Sum(sum, count)
	require.ErrorIs(t, err, noisy.ErrNoNoise, "factors of two cells are not independent")
	_, err = noisy.Of(noise.Value{})
	require.ErrorIs(t, err, noisy.ErrNoNoise)
}

// covered is the estimate of a count.
func covered(t *testing.T, n int64) noisy.Estimate {
	t.Helper()
	source, err := noise.New(noise.Secret{}, nil)
	require.NoError(t, err)
	scale, err := noise.NewScale(big.NewRat(10, 1), 1)
	require.NoError(t, err)
	v, err := source.Cover(scale, []byte("c"), noise.Seal(big.NewInt(n)))
	require.NoError(t, err)
	e, err := noisy.Of(v)
	require.NoError(t, err)
	return e
}
