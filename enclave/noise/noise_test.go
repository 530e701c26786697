package noise_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise"
)

// The same cell of the same snapshot gets the same noise, from whichever source and in whatever order; what changes anything gets another.
func TestEqualMeaningEqualNoise(t *testing.T) {
	a, b := source(t, "s1"), source(t, "s1")
	s := scale(t, 1000, 1, 1)
	var forward, backward []int64
	for i := range 200 {
		forward = append(forward, a.Draw(s, cell(i)))
	}
	for i := 199; i >= 0; i-- {
		backward = append([]int64{b.Draw(s, cell(i))}, backward...)
	}
	require.Equal(t, forward, backward)
}

// golden are draws that must never change: a stored answer is only replayed, but an asked one is drawn again.
func TestGoldenVectors(t *testing.T) {
	s := source(t, "golden")
	for _, c := range []struct {
		scale noise.Scale
		want  []int64
	}{
		{scale(t, 10, 1, 1), goldenTen},
		{scale(t, 20, 1, 1), goldenTwenty},
		{scale(t, 7, 3, 1), goldenThirds},
		{scale(t, 40, 1, 1_000_000_000_000), goldenWide},
	} {
		var got []int64
		for i := range c.want {
			got = append(got, s.Draw(c.scale, cell(i)))
		}
		require.Equal(t, c.want, got, c.scale)
	}
	require.Equal(t, goldenName, fmt.Sprintf("%x", s.Name(scale(t, 10, 1, 1), cell(0))))
}

// Draws that differ in secret, snapshot, scale or cell are not correlated: 4,000 pairs each, within five deviations of none.
func TestAnythingElseIsIndependent(t *testing.T) {
	const pairs = 4000
	s, wide := scale(t, 100, 1, 1), scale(t, 101, 1, 1)
	other, err := noise.New(noise.Secret{1, 2, 4}, []byte("s"))
	require.NoError(t, err)
	first, second := source(t, "s"), source(t, "t")
	for name, pair := range map[string]func(i int) (int64, int64){
		"secret":       func(i int) (int64, int64) { return first.Draw(s, cell(i)), other.Draw(s, cell(i)) },
		"snapshot":     func(i int) (int64, int64) { return first.Draw(s, cell(i)), second.Draw(s, cell(i)) },
		"scale":        func(i int) (int64, int64) { return first.Draw(s, cell(i)), first.Draw(wide, cell(i)) },
		"next cell":    func(i int) (int64, int64) { return first.Draw(s, cell(i)), first.Draw(s, cell(i+1)) },
		"longer cell":  func(i int) (int64, int64) { return first.Draw(s, cell(i)), first.Draw(s, append(cell(i), 0)) },
		"two distance": func(i int) (int64, int64) { return first.Draw(s, cell(i)), first.Draw(s, cell(i+2)) },
	} {
		var sum float64
		same := 0
		for i := range pairs {
			x, y := pair(i)
			sum += float64(x) * float64(y) / (100 * 100)
			if x == y {
				same++
			}
		}
		require.Less(t, math.Abs(sum)/math.Sqrt(pairs), 5.0, name)
		require.Less(t, same, 40, name) // 11 are expected: 1 in 2σ√π
	}
	require.NotEqual(t, first.Name(s, cell(1)), first.Name(wide, cell(1)))
	require.NotEqual(t, first.Name(s, cell(1)), second.Name(s, cell(1)))
	require.Equal(t, first.Name(s, cell(1)), source(t, "s").Name(s, cell(1)))
}

func TestCoverAddsTheNoiseAndNothingElse(t *testing.T) {
	from, s := source(t, "s"), scale(t, 10, 1, 3)
	huge := new(big.Int).Lsh(big.NewInt(1), noise.MaxBits-1)
	for i, exact := range []*big.Int{big.NewInt(0), big.NewInt(-5), big.NewInt(1000), huge, new(big.Int).Neg(huge)} {
		v, err := from.Cover(s, cell(i), noise.Seal(exact))
		require.NoError(t, err)
		require.Equal(t, from.Draw(s, cell(i)), new(big.Int).Sub(v.Amount(), exact).Int64())
		require.True(t, v.Valid())
		require.Equal(t, v, noise.Restore(v.Amount(), s))
	}
	_, err := from.Cover(s, cell(0), noise.Exact{})
	require.ErrorIs(t, err, noise.ErrExact)
	_, err = from.Cover(s, cell(0), noise.Seal(nil))
	require.ErrorIs(t, err, noise.ErrExact)
	_, err = from.Cover(s, cell(0), noise.Seal(new(big.Int).Lsh(huge, 1)))
	require.ErrorIs(t, err, noise.ErrExact)
	_, err = from.Cover(noise.Scale{}, cell(0), noise.Seal(huge))
	require.ErrorIs(t, err, noise.ErrScale)
}

// Neither an exact value nor the secret shows, however it is printed.
func TestNothingPrints(t *testing.T) {
	exact := noise.Seal(big.NewInt(987654321))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(verb, exact), "987654321")
		require.NotContains(t, fmt.Sprintf(verb, noise.Secret{77, 78, 79}), "77")
	}
	_, err := json.Marshal(exact)
	require.Error(t, err)
}

func TestScaleLimits(t *testing.T) {
	for _, c := range []struct {
		sigma *big.Rat
		delta int64
	}{
		{nil, 1}, {big.NewRat(10, 1), 0}, {big.NewRat(10, 1), -1}, {big.NewRat(19, 10), 1}, {big.NewRat(-10, 1), 1},
		{big.NewRat(10*noise.MaxDenominator+1, noise.MaxDenominator+1), 1}, {big.NewRat(10, 1), noise.MaxSpread/10 + 1}, {big.NewRat(1<<62, 1), 1 << 62},
	} {
		_, err := noise.NewScale(c.sigma, c.delta)
		require.ErrorIs(t, err, noise.ErrScale)
	}
	s, err := noise.NewScale(big.NewRat(21, 2), 4)
	require.NoError(t, err)
	require.Equal(t, "42", s.Deviation().RatString())
	require.Equal(t, "21/2", s.Sigma().RatString())
	require.Equal(t, int64(168), s.Cut())
	require.Equal(t, int64(4), s.Sensitivity())
}

// The sampler's own arithmetic is that of math/big, at the extremes that the limits of a scale allow and anywhere between.
func TestArithmeticCannotOverflow(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	bound := func(bits uint) uint64 { return random.Uint64() >> (64 - bits) }
	check := func(a, b, c, d uint64) {
		want := new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(b))
		want.Sub(want, new(big.Int).Mul(new(big.Int).SetUint64(c), new(big.Int).SetUint64(d))).Abs(want)
		distance, square, double := noise.Distance(a, b, c, d)
		require.Equal(t, want, distance)
		want.Mul(want, want)
		require.Equal(t, want.String(), square.String())
		if want.BitLen() < 256 {
			require.Equal(t, want.Lsh(want, 1).String(), double.String())
		}
	}
	for range 20_000 {
		check(bound(1+uint(random.IntN(63))), bound(58), bound(1+uint(random.IntN(56))), bound(57))
	}
	check(math.MaxUint64, math.MaxUint64, 0, 0)
	check(0, 0, math.MaxUint64, math.MaxUint64)
	check(0, 1, 1, 1)

	// What the sampler forms at the largest scales stays below the widths that its comments state.
	for _, den := range []int64{1, 3, noise.MaxDenominator} {
		num := int64(noise.MaxSpread)
		if den > 1 {
			num-- // not a multiple
		}
		s, err := noise.NewScale(big.NewRat(num, den), 1)
		require.NoError(t, err)
		step := uint64(num/den) + 1
		a, _, _ := noise.Distance(uint64(s.Cut())*uint64(den), uint64(den)*step, uint64(num), uint64(num))
		b, _, d := noise.Distance(uint64(num), uint64(den)*step, 0, 0)
		require.LessOrEqual(t, a.BitLen(), 116)
		require.LessOrEqual(t, b.BitLen(), 116)
		require.LessOrEqual(t, d.BitLen(), 233)
		require.Less(t, uint64(s.Cut())*uint64(den), uint64(1)<<58+1)
		from := source(t, "extreme")
		for i := range 200 {
			z := from.Draw(s, cell(i))
			require.LessOrEqual(t, max(z, -z), s.Cut())
		}
	}
}

func TestSubtraction(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		a, b := new(big.Int), new(big.Int)
		for range 4 {
			a.Lsh(a, 64).Or(a, new(big.Int).SetUint64(random.Uint64()))
			b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(random.Uint64()))
		}
		b.Rsh(b, uint(random.IntN(256)))
		got, ok := noise.Minus(a, b)
		require.Equal(t, a.Cmp(b) >= 0, ok)
		if ok {
			require.Equal(t, new(big.Int).Sub(a, b).String(), got.String())
		}
	}
}

// Both widths of a coin read the same stream alike, and fall as often as they should.
func TestCoins(t *testing.T) {
	from := source(t, "coins")
	for _, c := range [][2]uint64{{1, 3}, {1, 2}, {0, 7}, {7, 7}, {999_999_999_989, 1_000_000_000_000}, {1<<62 - 1, 1 << 62}} {
		const tosses = 20_000
		heads := 0
		for i := range tosses {
			narrow, wide := from.Coins(c[0], c[1], cell(i))
			if c[0] < c[1] {
				require.Equal(t, narrow, wide)
			}
			if narrow {
				heads++
			}
		}
		p := float64(c[0]) / float64(c[1])
		require.InDelta(t, p, float64(heads)/tosses, 5*math.Sqrt(p*(1-p)/tosses)+1e-9)
	}
	for _, n := range []uint64{1, 2, 3, 11, 41} {
		count := make([]float64, n)
		for i := range 20_000 {
			count[from.Uniform(n, cell(i))]++
		}
		var statistic float64
		for _, got := range count {
			want := 20_000 / float64(n)
			statistic += (got - want) * (got - want) / want
		}
		require.LessOrEqual(t, statistic, critical(int(max(n-1, 1))))
	}
}

// BenchmarkCells is the noise of an answer of 5,000 cells: at most 5 ms.
func BenchmarkCells(b *testing.B) {
	for name, s := range map[string]noise.Scale{"count": scale(b, 10, 1, 1), "sum": scale(b, 20, 1, 1_000_000_00)} {
		b.Run(name, func(b *testing.B) {
			from := source(b, "bench")
			canonical := append(make([]byte, 180), cell(0)...)
			exact := noise.Seal(big.NewInt(1234))
			for b.Loop() {
				for i := range 5000 {
					canonical[0], canonical[1] = byte(i), byte(i>>8)
					if _, err := from.Cover(s, canonical, exact); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
