package noise

import (
	"errors"
	"fmt"
	"math/big"

	"yumen/enclave/noise/normal"
)

// ErrLevel says that a level of confidence is not between 90 % and one in a billion below 1.
var ErrLevel = errors.New("noise: level of confidence out of range")

// tailAt is an upper bound of P(|Z| > h) of the law before the cut, for h at least a deviation: there the density is convex, so each value
// weighs no more than the integral around it, and all values together weigh at least σ√2π (Poisson's summation).
func (s Scale) tailAt(h *big.Int) *big.Rat {
	at := new(big.Rat).SetInt(h)
	at.Add(at, big.NewRat(1, 2)).Quo(at, s.Deviation())
	low, _ := normal.CDF(at)
	out := new(big.Rat).Sub(big.NewRat(1, 1), low)
	return out.Add(out, out)
}

// Tail is an upper bound of what the cut takes away, P(|Z| > Cut): 5.2e-5 at a deviation of 10, 5.8e-5 at 20, 6.4e-5 at most. The law that is drawn from
// is at that distance in total variation from the law that is not cut, and its variance is smaller by about 1 in a thousand.
func (s Scale) Tail() *big.Rat { return s.tailAt(big.NewInt(s.Cut())) }

// lattice bounds how far a discrete Gaussian lies, in total variation, from what is computed out of a continuous one whose variance is smaller by 1.
// Round a normal x of variance σ²−1 at random to a whole number, by a discrete Gaussian of variance 1 around x. The weights of that rounding
// add up to √2π (1 ± e) whatever x is, e = 2Σ exp(−2π²k²) < 5.4e-9 (Poisson's summation), so that the result has each
// probability of the discrete Gaussian of variance σ² within a factor (1+e)/(1−e). (Peikert, "An Efficient and Parallel Gaussian
// Sampler for Lattices", CRYPTO 2010, theorem 3.1.)
func lattice() *big.Rat { return big.NewRat(1, 100_000_000) }

// Slack is what each cell that one entity touches adds to a bound on guesses, beside Loss: the tail that is cut, and the lattice.
func (s Scale) Slack() *big.Rat { return new(big.Rat).Add(s.Tail(), lattice()) }

// Loss is what one released column costs: the square of the parameter μ of Gaussian differential privacy (Dong, Roth, Su, "Gaussian
// Differential Privacy", 2019, theorem 2.7) of a cell that an entity moves by its whole sensitivity. It is 1/(σ²−1) and not 1/σ², because the
// discrete law is a little easier to tell from its neighbour than the continuous one, and falls with the deviation, so the plainest scale of a σ stands for all.
func Loss(sigma *big.Rat) (*big.Rat, error) {
	if _, err := NewScale(sigma, 1); err != nil {
		return nil, err
	}
	square := new(big.Rat).Mul(sigma, sigma)
	return square.Inv(square.Sub(square, big.NewRat(1, 1))), nil
}

// Level is a level of confidence with its quantile of the normal law, found once for many columns.
type Level struct{ z *big.Rat }

// NewLevel is the level of an interval that holds the truth with this probability at least, from 0.9 to 1 − 10^-9.
func NewLevel(probability *big.Rat) (Level, error) {
	rest := new(big.Rat).Sub(big.NewRat(1, 1), probability)
	if rest.Cmp(big.NewRat(1, 1_000_000_000)) < 0 || rest.Cmp(big.NewRat(1, 10)) > 0 {
		return Level{}, ErrLevel
	}
	z, err := normal.Quantile(rest.Sub(big.NewRat(1, 1), rest.Quo(rest, big.NewRat(2, 1))))
	if err != nil {
		return Level{}, fmt.Errorf("noise: level: %w", err)
	}
	return Level{z}, nil
}

// HalfWidth is an h so that the noise is at most h with the level's probability at least: the interval amount ± h holds the truth that often. It is the
// smallest one of the law before the cut, or one more.
func (s Scale) HalfWidth(level Level) (*big.Int, error) {
	if !s.Valid() {
		return nil, ErrScale
	}
	if level.z == nil {
		return nil, ErrLevel
	}
	width := new(big.Rat).Mul(level.z, s.Deviation())
	width.Sub(width, big.NewRat(1, 2))
	whole, part := new(big.Int).DivMod(width.Num(), width.Denom(), new(big.Int))
	if part.Sign() != 0 {
		whole.Add(whole, big.NewInt(1))
	}
	if cut := big.NewInt(s.Cut()); whole.Cmp(cut) > 0 {
		return cut, nil
	}
	return whole, nil
}
