package noise_test

import (
	"encoding/binary"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/noise"
)

func factors(t *testing.T, column string, part int64) *noise.Factors {
	t.Helper()
	f, err := noise.NewFactors(noise.Secret{9}, []byte(column), part)
	require.NoError(t, err)
	return f
}

// A factor lies p to 2p from 1, to either side, is fixed for entity and column, and differs between columns.
func TestFactors(t *testing.T) {
	const p = 100_000
	f, again, other := factors(t, "amount", p), factors(t, "amount", p), factors(t, "fee", p)
	const entities = 20_000
	up, different := 0, 0
	var mean float64
	for i := range entities {
		key := binary.BigEndian.AppendUint64(nil, uint64(i))
		x := f.Of(key)
		size := max(x-noise.FactorUnit, noise.FactorUnit-x)
		require.GreaterOrEqual(t, size, int64(p))
		require.LessOrEqual(t, size, int64(2*p))
		require.Equal(t, x, again.Of(key))
		if x > noise.FactorUnit {
			up++
		}
		if x != other.Of(key) {
			different++
		}
		mean += float64(x-noise.FactorUnit) / entities
	}
	require.InDelta(t, entities/2, up, 5*70.7)
	require.Greater(t, different, entities-20)
	require.InDelta(t, 0, mean, 5*0.153*noise.FactorUnit/141.4)
	for _, part := range []int64{0, -1, noise.MaxPart + 1} {
		_, err := noise.NewFactors(noise.Secret{9}, nil, part)
		require.ErrorIs(t, err, noise.ErrPart)
	}
}

func TestRoundKeepsThreeDigits(t *testing.T) {
	for exact, want := range map[string]string{
		"0": "0", "499999": "0", "500000": "1", "-500000": "-1", "999000000": "999", "1234000000": "1230", "1235000000": "1240",
		"-1235000000": "-1240", "9999000000": "10000", "123456789012345000000": "123000000000000",
	} {
		amount, ok := new(big.Int).SetString(exact, 10)
		require.True(t, ok)
		m, err := noise.Round(noise.Seal(amount))
		require.NoError(t, err)
		require.Equal(t, want, m.Amount().String(), exact)
	}
	_, err := noise.Round(noise.Exact{})
	require.ErrorIs(t, err, noise.ErrExact)
}

// The range holds the sum that was perturbed, whatever the factors.
func TestRangeHoldsTheSum(t *testing.T) {
	const p = 100_000
	f := factors(t, "amount", p)
	for n := range 300 {
		sum, perturbed := new(big.Int), new(big.Int)
		for i := range n {
			amount := big.NewInt(int64(i * i % 977))
			sum.Add(sum, amount)
			perturbed.Add(perturbed, amount.Mul(amount, big.NewInt(f.Of(binary.BigEndian.AppendUint64(nil, uint64(i+1000*n))))))
		}
		m, err := noise.Round(noise.Seal(perturbed))
		require.NoError(t, err)
		low, high, err := m.Range(p)
		require.NoError(t, err)
		truth := new(big.Rat).SetInt(sum)
		require.LessOrEqual(t, low.Cmp(truth), 0)
		require.GreaterOrEqual(t, high.Cmp(truth), 0)
	}
	minus, err := noise.Round(noise.Seal(big.NewInt(-5_000_000)))
	require.NoError(t, err)
	_, _, err = minus.Range(p)
	require.ErrorIs(t, err, noise.ErrPart)
	_, _, err = noise.Measured{}.Range(0)
	require.ErrorIs(t, err, noise.ErrPart)
}
