package noise_test

import (
	"encoding/binary"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise"
	"yumen/enclave/noise/normal"
)

func source(t testing.TB, snapshot string) *noise.Source {
	t.Helper()
	secret := noise.Secret{1, 2, 3}
	s, err := noise.New(secret, []byte(snapshot))
	require.NoError(t, err)
	return s
}

func scale(t testing.TB, num, den, sensitivity int64) noise.Scale {
	t.Helper()
	s, err := noise.NewScale(big.NewRat(num, den), sensitivity)
	require.NoError(t, err)
	return s
}

func cell(i int) []byte { return binary.BigEndian.AppendUint64([]byte("cell "), uint64(i)) }

// law is the closed form of the cut law: probabilities of 0..Cut, and an enclosure of the tail of the law that is not cut.
type law struct {
	p         []float64
	tail      [2]*big.Rat
	exact     []*big.Rat // lower ends of the weights
	wholeHigh *big.Rat
}

func lawOf(t testing.TB, s noise.Scale) law {
	t.Helper()
	weight := func(n int64) (low, high *big.Rat) {
		x := new(big.Rat).Quo(big.NewRat(n, 1), s.Deviation())
		low, high, err := normal.Exp(x.Mul(x, x).Quo(x, big.NewRat(2, 1)))
		require.NoError(t, err)
		return low, high
	}
	add := func(sum [2]*big.Rat, n, times int64) [2]*big.Rat {
		low, high := weight(n)
		m := big.NewRat(times, 1)
		return [2]*big.Rat{new(big.Rat).Add(sum[0], low.Mul(low, m)), new(big.Rat).Add(sum[1], high.Mul(high, m))}
	}
	zero := [2]*big.Rat{new(big.Rat), new(big.Rat)}
	inside := add(zero, 0, 1)
	var out law
	for n := int64(1); n <= s.Cut(); n++ {
		inside = add(inside, n, 2)
	}
	outside := zero
	last := 3 * s.Cut() // beyond it the weights fall by more than half each, and all together are less than the last one
	for n := s.Cut() + 1; n <= last; n++ {
		outside = add(outside, n, 2)
	}
	_, rest := weight(last)
	outside[1] = new(big.Rat).Add(outside[1], rest.Mul(rest, big.NewRat(4, 1)))
	out.wholeHigh = new(big.Rat).Add(inside[1], outside[1])
	out.tail = [2]*big.Rat{
		new(big.Rat).Quo(outside[0], out.wholeHigh),
		new(big.Rat).Quo(outside[1], new(big.Rat).Add(inside[0], outside[0])),
	}
	for n := int64(0); n <= s.Cut(); n++ {
		low, _ := weight(n)
		out.exact = append(out.exact, new(big.Rat).Quo(low, inside[1]))
		p, _ := out.exact[n].Float64()
		out.p = append(out.p, p)
	}
	return out
}

// critical is about the 1 − 10^-6 quantile of a chi-square variable (Wilson and Hilferty).
func critical(freedom int) float64 {
	f := 2 / (9 * float64(freedom))
	return float64(freedom) * math.Pow(1-f+4.7534*math.Sqrt(f), 3)
}

// chiSquare compares draws with the closed form; values that are expected less than 20 times are taken together.
func chiSquare(t *testing.T, s noise.Scale, draws int) {
	t.Helper()
	from := source(t, "law of "+s.String())
	count := map[int64]int{}
	for i := range draws {
		z := from.Draw(s, cell(i))
		require.LessOrEqual(t, max(z, -z), s.Cut())
		count[z]++
	}
	l := lawOf(t, s)
	var statistic, restWant, restGot float64
	bins := 0
	put := func(want, got float64) {
		statistic += (got - want) * (got - want) / want
		bins++
	}
	for z := -s.Cut(); z <= s.Cut(); z++ {
		want, got := l.p[max(z, -z)]*float64(draws), float64(count[z])
		if want < 20 {
			restWant, restGot = restWant+want, restGot+got
			continue
		}
		put(want, got)
	}
	if restWant > 5 {
		put(restWant, restGot)
	}
	require.Less(t, statistic, critical(bins-1), "%v over %d bins", s, bins)
}

func TestDrawsFollowTheClosedForm(t *testing.T) {
	for _, s := range []noise.Scale{scale(t, 10, 1, 1), scale(t, 20, 1, 1), scale(t, 40, 1, 1), scale(t, 2, 1, 1), scale(t, 7, 3, 1), scale(t, 5, 2, 12)} {
		chiSquare(t, s, 100_000)
	}
}

// A wide scale has too many values to count: draws are binned at the quantiles of the normal law, which the discrete one is at this scale.
func TestWideDrawsFollowTheNormalLaw(t *testing.T) {
	for _, s := range []noise.Scale{scale(t, 40, 1, 1_000_000_000_000), scale(t, 10, 1, 7_205_759_403_792_793), scale(t, 655_371, 65_536, 99_999_999)} {
		const draws, bins = 50_000, 64
		from := source(t, "wide")
		deviation, _ := s.Deviation().Float64()
		count := make([]float64, bins)
		for i := range draws {
			z := from.Draw(s, cell(i))
			require.LessOrEqual(t, max(z, -z), s.Cut())
			u := 0.5 * math.Erfc(-float64(z)/deviation/math.Sqrt2)
			count[min(int(u*bins), bins-1)]++
		}
		var statistic float64
		for _, got := range count {
			const want = float64(draws) / bins
			statistic += (got - want) * (got - want) / want
		}
		require.Less(t, statistic, critical(bins-1), s)
	}
}

// Mean 0, variance below σ² by no more than the cut takes: exactly, from the closed form.
func TestTheCutIsSymmetricAndSmall(t *testing.T) {
	for _, sigma := range []int64{10, 20, 40} {
		s := scale(t, sigma, 1, 1)
		l := lawOf(t, s)
		var variance float64
		for n, p := range l.p {
			variance += 2 * p * float64(n*n)
		}
		share := variance / float64(sigma*sigma)
		require.InDelta(t, 0.9990, share, 3e-4)
	}
}

// The stated tail is above the true one and close to it, and never above what the comment says.
func TestTailIsAnUpperBound(t *testing.T) {
	most := big.NewRat(65, 1_000_000)
	for _, s := range []noise.Scale{scale(t, 2, 1, 1), scale(t, 7, 3, 1), scale(t, 10, 1, 1), scale(t, 20, 1, 1), scale(t, 40, 1, 1), scale(t, 10, 1, 12)} {
		l := lawOf(t, s)
		stated := s.Tail()
		require.GreaterOrEqual(t, stated.Cmp(l.tail[1]), 0, s)
		near := new(big.Rat).Mul(l.tail[0], big.NewRat(13, 10))
		require.Negative(t, stated.Cmp(near), s)
		if s.Deviation().IsInt() {
			require.Negative(t, stated.Cmp(most), s)
		}
	}
}

// The half width covers at least as often as it says, by the closed form, and a little less would not.
func TestHalfWidthCovers(t *testing.T) {
	for _, s := range []noise.Scale{scale(t, 2, 1, 1), scale(t, 7, 3, 1), scale(t, 10, 1, 1), scale(t, 20, 1, 1), scale(t, 40, 1, 1), scale(t, 10, 1, 31)} {
		l := lawOf(t, s)
		for _, level := range []*big.Rat{big.NewRat(9, 10), big.NewRat(95, 100), big.NewRat(99, 100), big.NewRat(999, 1000)} {
			at, err := noise.NewLevel(level)
			require.NoError(t, err)
			h, err := s.HalfWidth(at)
			require.NoError(t, err)
			require.GreaterOrEqual(t, l.within(h.Int64()).Cmp(level), 0, "%v at %v", s, level)
			step := 2 + s.Cut()/200 // the cut makes the law narrower than the stated one, by less than a fiftieth of a deviation
			require.Negative(t, l.within(h.Int64()-step).Cmp(level), "%v at %v: too wide", s, level)
		}
	}
	for _, p := range []*big.Rat{big.NewRat(1, 1), big.NewRat(1, 2), big.NewRat(0, 1)} {
		_, err := noise.NewLevel(p)
		require.ErrorIs(t, err, noise.ErrLevel)
	}
	_, err := scale(t, 10, 1, 1).HalfWidth(noise.Level{})
	require.ErrorIs(t, err, noise.ErrLevel)
	_, err = noise.Scale{}.HalfWidth(noise.Level{})
	require.ErrorIs(t, err, noise.ErrScale)
}

// within is a lower bound of P(|Z| ≤ h).
func (l law) within(h int64) *big.Rat {
	sum := new(big.Rat)
	for n := int64(0); n <= h && n < int64(len(l.exact)); n++ {
		sum.Add(sum, l.exact[n])
		if n > 0 {
			sum.Add(sum, l.exact[n])
		}
	}
	return sum
}
