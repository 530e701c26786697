package disclosure

import "math/big"

// Protection is how far the possible values of a withheld total must reach beyond it, so that the rule would pass for the farthest:
// (100/k)·(x1 + … + xn) − X, or zero where the total is safe.
func (d Dominance) Protection(c Concentration) *big.Rat {
	out := new(big.Rat).Mul(c.top(d.N), big.NewRat(100, d.Percent))
	return positive(out.Sub(out, c.Total))
}

// ProtectionP is that of the p% rule, p%·x1 − (X − x1 − x2).
func ProtectionP(c Concentration, p int64) *big.Rat {
	out := new(big.Rat).Mul(c.Top1, big.NewRat(p, 100))
	return positive(out.Sub(out, c.rest()))
}

// Protection is how far the range of a withheld total must reach beyond it to both sides: what the dominance rules ask, and p% of the
// largest contributor, whoever else is in the cell.
func (r Rules) Protection(c Concentration) *big.Rat {
	out := new(big.Rat).Mul(c.Top1, big.NewRat(r.P, 100))
	for _, d := range r.Dominance {
		if need := d.Protection(c); need.Cmp(out) > 0 {
			out = need
		}
	}
	return out
}

func positive(x *big.Rat) *big.Rat {
	if x.Sign() < 0 {
		return new(big.Rat)
	}
	return x
}
