package normal_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise/normal"
)

func rat(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	require.True(t, ok, text)
	return r
}

// Values of printed tables (Abramowitz and Stegun, table 26.1), to fifteen decimals.
func TestCDFEnclosesTheTable(t *testing.T) {
	for x, want := range map[string]string{
		"0":   "0.500000000000000",
		"0.5": "0.691462461274013",
		"1":   "0.841344746068543",
		"2":   "0.977249868051821",
		"3":   "0.998650101968370",
		"4":   "0.999968328758167",
		"-1":  "0.158655253931457",
	} {
		low, high := normal.CDF(rat(t, x))
		require.LessOrEqual(t, low.Cmp(high), 0, x)
		require.Equal(t, want, low.FloatString(15), x)
		require.Equal(t, want, high.FloatString(15), x)
	}
}

// The enclosures are narrow, hold what floating point finds, and never fall as x grows.
func TestCDFIsNarrowAndMonotone(t *testing.T) {
	narrow := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 60))
	var before *big.Rat
	for i := int64(-260); i <= 260; i++ {
		x := big.NewRat(i, 20)
		low, high := normal.CDF(x)
		width := new(big.Rat).Sub(high, low)
		require.GreaterOrEqual(t, width.Sign(), 0)
		require.Negative(t, width.Cmp(narrow), "%d/20", i)
		at, _ := low.Float64()
		f := float64(i) / 20
		require.InDelta(t, 0.5*math.Erfc(-f/math.Sqrt2), at, 1e-15)
		if before != nil {
			require.LessOrEqual(t, before.Cmp(high), 0)
		}
		before = low
	}
}

func TestExpAndRoot(t *testing.T) {
	for _, x := range []string{"0", "1/3", "1", "8", "31.5", "200"} {
		low, high, err := normal.Exp(rat(t, x))
		require.NoError(t, err)
		require.LessOrEqual(t, low.Cmp(high), 0)
		f, _ := rat(t, x).Float64()
		l, _ := low.Float64()
		h, _ := high.Float64()
		require.InDelta(t, math.Exp(-f), l, 1e-15)
		require.InDelta(t, math.Exp(-f), h, 1e-15)

		low, high, err = normal.Root(rat(t, x))
		require.NoError(t, err)
		require.LessOrEqual(t, new(big.Rat).Mul(low, low).Cmp(rat(t, x)), 0)
		require.GreaterOrEqual(t, new(big.Rat).Mul(high, high).Cmp(rat(t, x)), 0)
		l, _ = low.Float64()
		require.InDelta(t, math.Sqrt(f), l, 1e-12)
	}
	_, _, err := normal.Exp(rat(t, "-1/7"))
	require.ErrorIs(t, err, normal.ErrArgument)
	_, _, err = normal.Exp(rat(t, "257"))
	require.ErrorIs(t, err, normal.ErrArgument)
	_, _, err = normal.Root(rat(t, "-1"))
	require.ErrorIs(t, err, normal.ErrArgument)
}

func TestQuantileRoundsUp(t *testing.T) {
	for p, want := range map[string]string{"0.5": "0.00000000", "0.975": "1.95996398", "0.995": "2.57582930", "0.9995": "3.29052673"} {
		z, err := normal.Quantile(rat(t, p))
		require.NoError(t, err)
		require.Equal(t, want, z.FloatString(8))
		low, _ := normal.CDF(z)
		require.GreaterOrEqual(t, low.Cmp(rat(t, p)), 0)
	}
	_, err := normal.Quantile(rat(t, "0.4"))
	require.ErrorIs(t, err, normal.ErrArgument)
	_, err = normal.Quantile(rat(t, "1"))
	require.ErrorIs(t, err, normal.ErrArgument)
}
