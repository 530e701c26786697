package disclosure

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSmall: whole units decide as the exact fractions do, wherever they decide at all.
func TestSmall(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	fits, unsafe := 0, 0
	for range 20_000 {
		figure := func(most int64) *big.Rat { return big.NewRat(rng.Int64N(most), []int64{1, 1, 10, 100, 3}[rng.IntN(5)]) }
		most := int64(1) << (2 + rng.IntN(58))
		c := Concentration{Entities: rng.Int64N(9) - 1, Top1: figure(most), Top2: figure(most)}
		c.Total = new(big.Rat).Add(c.Top1, c.Top2)
		if rng.IntN(3) > 0 {
			c.Total.Add(c.Total, figure(most))
		}
		s, ok := c.small()
		if !ok {
			continue
		}
		fits++
		r := Rules{K: 1, P: rng.Int64N(101), Dominance: []Dominance{{N: 1 + rng.IntN(2), Percent: 1 + rng.Int64N(100), Above: rng.IntN(2) == 0}}}
		want := r.Dominance[0].Unsafe(c) || UnsafeP(c, r.P)
		if want {
			unsafe++
		}
		require.Equal(t, want, s.dominated(r), "%v %v", c, r)
		require.Equal(t, c.possible(), s.consistent(c.Entities), "%v", c)
		if rng.IntN(2) == 0 && c.Entities >= 0 {
			c.Total = new(big.Rat).Mul(c.Top1, big.NewRat(c.Entities, 1))
			s, ok = c.small()
		}
		require.Equal(t, c.same(), c.Alike(), "%v", c)
		if ok && c.Entities >= 0 {
			require.Equal(t, c.same(), s.alike(c.Entities), "%v", c)
		}
	}
	require.Greater(t, fits, 5_000)
	require.Greater(t, unsafe, 1_000)
	_, ok := Concentration{Top1: big.NewRat(1<<60, 1), Top2: new(big.Rat), Total: big.NewRat(1<<60, 1)}.small()
	require.False(t, ok, "a hundred times that is no int64")
	_, ok = Concentration{}.small()
	require.False(t, ok)
}
