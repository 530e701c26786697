package interval_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure/interval"
)

func n(x int64) *big.Rat { return big.NewRat(x, 1) }

func effort() *interval.Effort { return interval.NewEffort(5_000_000) }

func sum(at ...int) (out []interval.Term) {
	for _, i := range at {
		out = append(out, interval.Term{At: i, Times: 1})
	}
	return out
}

func ranges(t *testing.T, s interval.System, target []interval.Term) interval.Range {
	v, err := interval.New(s)
	require.NoError(t, err)
	r, err := v.Range(target, effort())
	require.NoError(t, err)
	return r
}

// brute is a system of a few whole numbers from 0 to 4 that has a solution, with all of its solutions.
func brute(rng *rand.Rand) (s interval.System, solutions [][]int64) {
	const top = 4
	m := 2 + rng.IntN(4)
	truth := make([]int64, m)
	for i := range truth {
		truth[i] = rng.Int64N(top + 1)
		s.Unknowns = append(s.Unknowns, interval.Unknown{Low: n(0), High: n(top), Whole: true})
	}
	for range rng.IntN(m) + 1 {
		e, value := interval.Equation{}, int64(0)
		for i := range truth {
			if times := rng.Int64N(4) - 1; times != 0 {
				e.Terms, value = append(e.Terms, interval.Term{At: i, Times: times}), value+times*truth[i]
			}
		}
		e.Value = n(value)
		s.Equations = append(s.Equations, e)
	}
	var try func(at []int64)
	try = func(at []int64) {
		if len(at) < m {
			for x := range int64(top + 1) {
				try(append(at[:len(at):len(at)], x))
			}
			return
		}
		for _, e := range s.Equations {
			got := int64(0)
			for _, term := range e.Terms {
				got += term.Times * at[term.At]
			}
			if n(got).Cmp(e.Value) != 0 {
				return
			}
		}
		solutions = append(solutions, at)
	}
	try(nil)
	return s, solutions
}

// TestRange compares with a search through all numbers: both ends are reached and nothing lies beyond them.
func TestRange(t *testing.T) {
	points := 0
	for seed := range 600 {
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		s, solutions := brute(rng)
		v, err := interval.New(s)
		require.NoError(t, err)
		for range 3 {
			var target []interval.Term
			for i := range s.Unknowns {
				if times := rng.Int64N(4) - 1; times != 0 {
					target = append(target, interval.Term{At: i, Times: times})
				}
			}
			low, high := int64(1<<30), int64(-1<<30)
			for _, at := range solutions {
				value := int64(0)
				for _, term := range target {
					value += term.Times * at[term.At]
				}
				low, high = min(low, value), max(high, value)
			}
			r, err := v.Range(target, effort())
			require.NoError(t, err)
			require.Equal(t, n(low).RatString(), r.Low.RatString(), "seed %d", seed)
			require.Equal(t, n(high).RatString(), r.High.RatString(), "seed %d", seed)
			require.Equal(t, low == high, r.Point())
			if r.Point() {
				points++
			}
		}
	}
	require.NotZero(t, points)
}

// TestFractions: without whole numbers the ends are fractions, and an end without bound is nil.
func TestFractions(t *testing.T) {
	free := interval.Unknown{}
	s := interval.System{Unknowns: []interval.Unknown{{Low: n(0)}, {Low: n(0)}, free},
		Equations: []interval.Equation{{Terms: []interval.Term{{At: 0, Times: 2}, {At: 1, Times: 3}}, Value: n(7)}, {Terms: sum(1, 2), Value: n(1)}}}
	r := ranges(t, s, sum(0))
	require.Equal(t, "7/2", r.High.RatString())
	require.Equal(t, "0", r.Low.RatString())
	require.Equal(t, "-4/3", ranges(t, s, sum(2)).Low.RatString())
	whole := interval.System{Unknowns: []interval.Unknown{{Low: n(0), Whole: true}, {Low: n(0), Whole: true}}, Equations: s.Equations[:1]}
	require.True(t, ranges(t, whole, sum(0)).Point(), "2x + 3y = 7 has one solution in whole numbers")
	open := interval.System{Unknowns: []interval.Unknown{{Low: n(3)}, free, {High: n(2)}}}
	require.Nil(t, ranges(t, open, sum(0)).High)
	require.Equal(t, "3", ranges(t, open, sum(0)).Low.RatString())
	require.Nil(t, ranges(t, open, sum(0, 1)).Low)
	require.Equal(t, "-2", ranges(t, open, []interval.Term{{At: 2, Times: -1}}).Low.RatString())
	joined := interval.System{Unknowns: []interval.Unknown{{Low: n(0)}, {}, {High: n(2)}}, Equations: []interval.Equation{{Terms: []interval.Term{{At: 0, Times: 1}, {At: 1, Times: -1}}, Value: n(0)}}}
	require.Equal(t, "0", ranges(t, joined, sum(1)).Low.RatString())
	require.Nil(t, ranges(t, joined, sum(1)).High)
}

// TestNothing: what cannot be, what was cut short and what names no unknown are no ranges.
func TestNothing(t *testing.T) {
	two := []interval.Unknown{{Low: n(0), Whole: true}, {Low: n(0), Whole: true}}
	for _, e := range [][]interval.Equation{
		{{Terms: sum(0), Value: n(-1)}},
		{{Terms: sum(0), Value: big.NewRat(1, 2)}},
		{{Terms: sum(0), Value: n(1)}, {Terms: sum(0), Value: n(2)}},
		{{Value: n(1)}},
	} {
		_, err := interval.New(interval.System{Unknowns: two, Equations: e})
		require.ErrorIs(t, err, interval.ErrImpossible)
	}
	v, err := interval.New(interval.System{Unknowns: two, Equations: []interval.Equation{{Terms: sum(0, 1), Value: n(-1)}}})
	require.NoError(t, err)
	_, err = v.Range(sum(0), effort())
	require.ErrorIs(t, err, interval.ErrImpossible)
	v, err = interval.New(interval.System{Unknowns: two, Equations: []interval.Equation{{Terms: []interval.Term{{At: 0, Times: 2}, {At: 1, Times: 4}}, Value: n(7)}}})
	require.NoError(t, err)
	_, err = v.Range(sum(0), effort())
	require.ErrorIs(t, err, interval.ErrImpossible, "an even number is not odd")
	_, err = v.Range(sum(2), effort())
	require.ErrorIs(t, err, interval.ErrShape)
	_, err = interval.New(interval.System{Equations: []interval.Equation{{Terms: sum(0), Value: n(1)}}})
	require.ErrorIs(t, err, interval.ErrShape)
	_, err = interval.New(interval.System{Unknowns: two, Equations: []interval.Equation{{Terms: sum(0)}}})
	require.ErrorIs(t, err, interval.ErrShape)
	s := interval.System{Unknowns: two, Equations: []interval.Equation{{Terms: sum(0, 1), Value: n(9)}}}
	v, err = interval.New(s)
	require.NoError(t, err)
	_, err = v.Range(sum(0), interval.NewEffort(3))
	require.ErrorIs(t, err, interval.ErrCut)
	r, err := v.Range(sum(0), effort())
	require.NoError(t, err, "a search that was cut short leaves no trace")
	require.Equal(t, "9", r.High.RatString())
}
