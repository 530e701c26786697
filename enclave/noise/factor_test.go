package noise_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise"
)

func reading(t *testing.T, percent int, entity, column string) noise.Reading {
	t.Helper()
	r, err := noise.Secret{1, 2, 3}.Reading(percent, entity, column)
	require.NoError(t, err)
	return r
}

// Every factor is off by p at least and by 2p at most, to either side alike, and evenly between.
func TestFactorsLieBetweenPAndTwiceP(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for p := 1; p <= noise.MaxFactor; p++ {
		r := reading(t, p, "person", "income")
		require.Equal(t, int64(1), r.Multiplier&1)
		least, most := int64(math.MaxInt64), int64(0)
		const draws = 20_000
		more := 0
		sizes := make([]int, 16)
		for i := range draws {
			key := random.Uint64()
			if i < 4 {
				key = []uint64{0, math.MaxUint64, 1 << 63, 1 << 33}[i]
			}
			f := r.Of(key) - r.Unit
			size := max(f, -f)
			require.GreaterOrEqual(t, 100*size, int64(p)*r.Unit)
			require.LessOrEqual(t, 100*size, 2*int64(p)*r.Unit)
			least, most = min(least, size), max(most, size)
			if f > 0 {
				more++
			}
			sizes[(size-r.Least)*16>>16]++
		}
		require.InDelta(t, 0.5, float64(more)/draws, 0.02, p)
		require.InDelta(t, float64(p)/100, float64(least)/float64(r.Unit), 0.001, p)
		require.InDelta(t, float64(2*p)/100, float64(most)/float64(r.Unit), 0.001, p)
		var statistic float64
		for _, n := range sizes {
			statistic += (float64(n) - draws/16) * (float64(n) - draws/16) / (draws / 16)
		}
		require.Less(t, statistic, critical(15), "p = %d", p)
	}
}

// One entity's factor is uniform over secrets whatever its key, and the factors of two columns, types and entities have nothing in common.
func TestFactorsAreIndependent(t *testing.T) {
	const secrets = 2000
	draw := func(i int, entity, column string, key uint64) float64 {
		r, err := noise.Secret{byte(i), byte(i >> 8)}.Reading(10, entity, column)
		require.NoError(t, err)
		return float64(r.Of(key)-r.Unit) / float64(r.Unit)
	}
	correlation := func(x, y func(i int) float64) float64 {
		var sum float64
		for i := range secrets {
			sum += x(i) * y(i)
		}
		return sum / secrets / (0.1 * 0.1 * 7 / 3)
	}
	for _, key := range []uint64{0, 0x0123456789abcdef} {
		own := func(i int) float64 { return draw(i, "person", "income", key) }
		require.InDelta(t, 1, correlation(own, own), 0.05)
		require.InDelta(t, 0, correlation(own, func(i int) float64 { return draw(i, "person", "assets", key) }), 0.1)
		require.InDelta(t, 0, correlation(own, func(i int) float64 { return draw(i, "firm", "income", key) }), 0.1)
		require.InDelta(t, 0, correlation(own, func(i int) float64 { return draw(i+1, "person", "income", key) }), 0.1)
	}
	random := rand.New(rand.NewPCG(2, 2))
	other := reading(t, 11, "person", "a")
	var scaled float64
	x := reading(t, 10, "person", "a")
	for range secrets {
		key := random.Uint64()
		scaled += float64(x.Of(key)-x.Unit) / float64(x.Unit) * float64(other.Of(key)-other.Unit) / float64(other.Unit)
	}
	require.InDelta(t, 0, scaled/secrets/(0.011*7/3), 0.1, "another p is another draw: one at two sizes would be two equations for one amount")
	a, b, c := reading(t, 10, "person", "a"), reading(t, 10, "person", "b"), reading(t, 10, "person", "c")
	require.NotEqual(t, a, reading(t, 10, "persona", ""), "where a type ends is part of it")
	var two, three float64
	for range secrets {
		key := random.Uint64()
		x, y, z := a.Of(key)-a.Unit, b.Of(key)-b.Unit, c.Of(key)-c.Unit
		two += float64(x) / float64(a.Unit) * float64(y) / float64(b.Unit)
		three += math.Copysign(1, float64(x)) * math.Copysign(1, float64(y)) * math.Copysign(1, float64(z))
	}
	require.InDelta(t, 0, two/secrets/(0.01*7/3), 0.1)
	require.InDelta(t, 0, three/secrets, 0.1, "nor do two tell the third")
}

// What is read never changes: a new load has the factors of the last one.
func TestFactorVectors(t *testing.T) {
	r := reading(t, 10, "person", "income")
	var got []int64
	for _, key := range []uint64{0, 1 << 33, 0x0123456789abcdef, 0xfedcba9876543210, 0x5555555555555555} {
		got = append(got, r.Of(key))
	}
	require.Equal(t, goldenFactors, fmt.Sprint(r, got))
}

func TestThreeDigitsAreLeft(t *testing.T) {
	f, err := noise.NewFactor(10, big.NewInt(7))
	require.NoError(t, err)
	for _, c := range []struct{ sum, unit, want int64 }{
		{0, 10, 0}, {4, 10, 0}, {5, 10, 1}, {-5, 10, -1}, {9994, 10, 999}, {9995, 10, 1000}, {9999, 10, 1000}, {10_049, 10, 1000}, {10_050, 10, 1010},
		{123_449_999, 1000, 123_000}, {123_500_000, 1000, 124_000}, {-123_500_000, 1000, -124_000}, {999_499_999, 1000, 999_000}, {999_500_000, 1000, 1_000_000},
	} {
		v, err := f.Round(noise.Seal(big.NewInt(c.sum)), c.unit)
		require.NoError(t, err)
		require.Equal(t, c.want, v.Amount().Int64(), "%d of %d", c.sum, c.unit)
		require.False(t, v.Valid(), "it decides nothing")
		require.Equal(t, f, v.Factor())
		off := new(big.Rat).Sub(big.NewRat(c.sum, c.unit), new(big.Rat).SetInt64(c.want))
		require.LessOrEqual(t, off.Abs(off).Cmp(new(big.Rat).SetFrac(noise.ThirdDigit(v.Amount()), big.NewInt(2))), 0)
	}
	huge := new(big.Int).Lsh(big.NewInt(1), noise.MaxBits)
	for _, bad := range []noise.Exact{{}, noise.Seal(huge)} {
		_, err := f.Round(bad, 10)
		require.ErrorIs(t, err, noise.ErrExact)
	}
	_, err = f.Round(noise.Seal(huge), 0)
	require.ErrorIs(t, err, noise.ErrFactor)
	_, err = noise.Factor{}.Round(noise.Seal(big.NewInt(1)), 1)
	require.ErrorIs(t, err, noise.ErrFactor)
	for _, p := range []int{-1, 0, noise.MaxFactor + 1} {
		_, err := noise.NewFactor(p, big.NewInt(1))
		require.ErrorIs(t, err, noise.ErrFactor)
		_, err = noise.Secret{}.Reading(p, "person", "income")
		require.ErrorIs(t, err, noise.ErrFactor)
	}
	_, err = noise.NewFactor(10, new(big.Int))
	require.ErrorIs(t, err, noise.ErrFactor)
}
