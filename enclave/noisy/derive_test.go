package noisy_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise"
	"yumen/enclave/noisy"
)

func confidence(t testing.TB) *noisy.Confidence {
	t.Helper()
	c, err := noisy.NewConfidence(big.NewRat(95, 100))
	require.NoError(t, err)
	return c
}

func levelOf(t testing.TB, num, den int64) noisy.Level {
	t.Helper()
	l, err := noisy.NewLevel(big.NewRat(num, den))
	require.NoError(t, err)
	return l
}

// The intervals of what is derived hold the truth at least as often as they say, from noisy cells alone.
func TestIntervalsHoldTheTruth(t *testing.T) {
	source, sure := newSource(t, "intervals"), confidence(t)
	one, cell := newScale(t, 10, 1), newScale(t, 10, 50)
	cover := func(name string, s noise.Scale, exact int64) noisy.Estimate {
		v, err := source.Cover(s, []byte(name), noise.Seal(big.NewInt(exact)))
		require.NoError(t, err)
		e, err := noisy.Of(v)
		require.NoError(t, err)
		return e
	}
	holds := func(b noisy.Bounded, truth *big.Rat) bool { return b.Low.Cmp(truth) <= 0 && truth.Cmp(b.High) <= 0 }
	const trials = 1500
	held := map[string]int{}
	for i := range trials {
		count, sum, squares := cover(fmt.Sprint("n", i), one, 800), cover(fmt.Sprint("s", i), cell, 16_000), cover(fmt.Sprint("q", i), cell, 400_000)
		bounded, err := sure.Together(count)
		require.NoError(t, err)
		if holds(bounded[0], big.NewRat(800, 1)) {
			held["count"]++
		}
		b, err := sure.Together(sum, count)
		require.NoError(t, err)
		mean, err := b[0].Over(b[1])
		require.NoError(t, err)
		if holds(mean, big.NewRat(20, 1)) {
			held["mean"]++
		}
		require.Zero(t, mean.Point.Cmp(new(big.Rat).SetFrac(sum.Amount(), count.Amount())))
		b, err = sure.Together(squares, sum, count)
		require.NoError(t, err)
		square, err := b[1].Times(b[1]).Over(b[2])
		require.NoError(t, err)
		variance, err := b[0].Minus(square).Positive().Over(b[2].Minus(noisy.Certain(big.NewRat(1, 1))))
		require.NoError(t, err)
		deviation, err := variance.Root()
		require.NoError(t, err)
		if low, high := new(big.Rat).Mul(deviation.Low, deviation.Low), new(big.Rat).Mul(deviation.High, deviation.High); low.Cmp(big.NewRat(80_000, 799)) <= 0 && big.NewRat(80_000, 799).Cmp(high) <= 0 {
			held["deviation"]++
		}
		if holds(variance, big.NewRat(80_000, 799)) { // (400,000 − 16,000²/800) / 799
			held["variance"]++
		}
		merged, err := noisy.Sum(count, sum)
		require.NoError(t, err)
		bounded, err = sure.Together(merged)
		require.NoError(t, err)
		if holds(bounded[0], big.NewRat(16_800, 1)) {
			held["merged"]++
		}
	}
	for _, name := range []string{"count", "mean", "variance", "deviation", "merged"} {
		require.GreaterOrEqual(t, held[name], trials*94/100, name)
	}
	require.Less(t, held["count"], trials*98/100, "a count's interval is not wider than its law asks")
}

func TestSpreadOfSums(t *testing.T) {
	scale := newScale(t, 10, 1)
	single := estimate(t, 100, scale)
	deviation, err := single.Deviation()
	require.NoError(t, err)
	require.Equal(t, "10", deviation.RatString())
	h, err := single.HalfWidth(levelOf(t, 95, 100))
	require.NoError(t, err)
	require.Equal(t, "20", h.String())

	four, err := noisy.Sum(single, single, single, single)
	require.NoError(t, err)
	deviation, err = four.Deviation()
	require.NoError(t, err)
	require.Equal(t, "20.0000", deviation.FloatString(4))
	require.Equal(t, "160", four.Cut().String())
	h, err = four.HalfWidth(levelOf(t, 95, 100))
	require.NoError(t, err)
	require.Equal(t, "54", h.String()) // 20 √(2 ln 40) = 54.3
	h, err = four.HalfWidth(levelOf(t, 99_999_999, 100_000_000))
	require.NoError(t, err)
	require.Equal(t, "123", h.String()) // 20 √(2 ln 2·10^8) = 123.6

	one, err := noisy.Sum(single)
	require.NoError(t, err)
	require.Equal(t, single, one)
	for _, bad := range [][]noisy.Estimate{nil, {{}}, {single, {}}} {
		_, err = noisy.Sum(bad...)
		require.ErrorIs(t, err, noisy.ErrNoNoise)
	}
	_, err = noisy.Estimate{}.HalfWidth(levelOf(t, 95, 100))
	require.ErrorIs(t, err, noisy.ErrNoNoise)
	_, err = noisy.Estimate{}.Deviation()
	require.ErrorIs(t, err, noisy.ErrNoNoise)
	for _, e := range []noisy.Estimate{single, four} {
		_, err = e.HalfWidth(noisy.Level{})
		require.ErrorIs(t, err, noise.ErrLevel)
	}
	for _, p := range []*big.Rat{big.NewRat(1, 2), big.NewRat(1, 1)} {
		_, err = noisy.NewConfidence(p)
		require.ErrorIs(t, err, noise.ErrLevel)
	}
}

// Interval arithmetic by hand.
func TestBounded(t *testing.T) {
	b := func(point, low, high int64) noisy.Bounded {
		return noisy.Bounded{Point: big.NewRat(point, 1), Low: big.NewRat(low, 1), High: big.NewRat(high, 1)}
	}
	show := func(x noisy.Bounded) string {
		return x.Point.RatString() + " " + x.Low.RatString() + " " + x.High.RatString()
	}
	require.Equal(t, "3 1 5", show(b(1, 0, 2).Plus(b(2, 1, 3))))
	require.Equal(t, "-1 -3 1", show(b(1, 0, 2).Minus(b(2, 1, 3))))
	require.Equal(t, "-2 -4 0", show(b(1, 0, 2).By(big.NewRat(-2, 1))))
	require.Equal(t, "2 -6 6", show(b(1, -2, 2).Times(b(2, 1, 3))))
	q, err := b(6, 4, 8).Over(b(2, 1, 4))
	require.NoError(t, err)
	require.Equal(t, "3 1 8", show(q))
	q, err = b(6, 4, 8).Over(b(-2, -4, -1))
	require.NoError(t, err)
	require.Equal(t, "-3 -8 -1", show(q))
	for _, d := range []noisy.Bounded{b(0, 0, 1), b(1, -1, 2), b(-1, -2, 0)} {
		_, err = b(1, 1, 1).Over(d)
		require.ErrorIs(t, err, noisy.ErrDivision)
	}
	_, err = b(1, -1, 2).Root()
	require.ErrorIs(t, err, noisy.ErrDivision)
	root, err := b(9, 4, 16).Root()
	require.NoError(t, err)
	require.Equal(t, "2.000 3.000 4.000 1.000", root.Low.FloatString(3)+" "+root.Point.FloatString(3)+" "+root.High.FloatString(3)+" "+root.Off().FloatString(3))
	require.Equal(t, "1 0 2", show(b(1, -3, 2).Positive()))
	require.Equal(t, "1 -4 3", show(b(1, -3, 2).Rounded(big.NewRat(1, 1))))
	require.Equal(t, "4", b(1, -3, 2).Off().RatString())
}
