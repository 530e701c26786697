package noisy

import (
	"fmt"
	"math/big"

	"yumen/enclave/noise"
	"yumen/enclave/noise/normal"
)

// How far factors move a sum S of amounts that are not negative, of which one entity adds A at most. Each amount x moves by f·x, independently, with f
// symmetric and |f| uniform in [p, 2p], so the variance is 7/3·p²·Σx² ≤ 7/3·p²·A·S. Such an f is sub-Gaussian of its own variance:
// E exp(tf) = Σ (2^(2k+1) − 1)(tp)^2k / (2k+1)!, which is below exp(7/6·(tp)²) term by term. So Chernoff's bound holds as it does for noise, and besides
// no sum moves by more than 2p·S. S itself is known from what is published, to the rounding and to just that.

// factored is the estimate that a sum covered by factors gives.
func factored(v noise.Value) Estimate {
	e := Estimate{amount: v.Amount(), factor: v.Factor()}
	e.cut = up(e.sure())
	return e
}

// rounding is how far the rounding to three digits moved the sum, at most.
func (e Estimate) rounding() *big.Rat {
	return new(big.Rat).SetFrac(noise.ThirdDigit(e.amount), big.NewInt(2))
}

// highest is the largest sum of amounts read times their factors that is told as this.
func (e Estimate) highest() *big.Rat {
	return new(big.Rat).Add(new(big.Rat).SetInt(new(big.Int).Abs(e.amount)), e.rounding())
}

// sure is the farthest that the truth can be: S·(1 − 2p) is no more than the highest.
func (e Estimate) sure() *big.Rat {
	twice := new(big.Rat).Add(e.factor.Part(), e.factor.Part())
	off := new(big.Rat).Mul(e.highest(), twice)
	off.Quo(off, new(big.Rat).Sub(big.NewRat(1, 1), twice))
	return off.Add(off, e.rounding())
}

// perAmount is 7/3·p²·A: the variance for each unit of S, at most.
func (e Estimate) perAmount() *big.Rat {
	p := e.factor.Part()
	out := new(big.Rat).Mul(p, p)
	return out.Mul(out, new(big.Rat).Mul(big.NewRat(7, 3), new(big.Rat).SetInt(e.factor.Most())))
}

// factorDeviation bounds the standard deviation by the largest S that there can be.
func (e Estimate) factorDeviation() (*big.Rat, error) {
	part := new(big.Rat).Add(e.factor.Part(), e.factor.Part())
	largest := new(big.Rat).Quo(e.highest(), new(big.Rat).Sub(big.NewRat(1, 1), part))
	_, high, err := normal.Root(new(big.Rat).Mul(e.perAmount(), largest))
	if err != nil {
		return nil, fmt.Errorf("noisy: deviation: %w", err)
	}
	if most := part.Mul(part, largest); most.Cmp(high) < 0 {
		return most, nil
	}
	return high, nil
}

// factorHalfWidth is Chernoff's: with c² = 2·ln(2/(1−level))·7/3·p²·A, what is told lies within c·√S of S but for the rounding r. Then √S is no more than
// (c + √(c² + 4·highest))/2, so S is within c²/2 + √(c²·highest + c⁴/4) + r.
func (e Estimate) factorHalfWidth(at Level) (*big.Int, error) {
	square := new(big.Rat).Mul(at.exponent, e.perAmount())
	square.Add(square, square)
	half := new(big.Rat).Quo(square, big.NewRat(2, 1))
	under := new(big.Rat).Mul(square, e.highest())
	_, root, err := normal.Root(under.Add(under, new(big.Rat).Mul(half, half)))
	if err != nil {
		return nil, fmt.Errorf("noisy: half width: %w", err)
	}
	h := root.Add(root, half)
	h = h.Add(h, e.rounding())
	if sure := e.sure(); sure.Cmp(h) < 0 {
		h = sure
	}
	return up(h), nil
}

// up is a number that is not negative, rounded up.
func up(x *big.Rat) *big.Int { return ceilDiv(x.Num(), x.Denom()) }
