package disclosure

import "math/big"

// Concentration tells how a total spreads over entities: the absolute values of the entities' own totals, exact.
type Concentration struct {
	Entities int64    // entities with a non-NULL contribution
	Top1     *big.Rat // the largest |Σx| of one entity
	Top2     *big.Rat // the second largest, zero when there is one entity
	Total    *big.Rat // the sum of all |Σx|
}

// Consistent reports whether the figures are there and can be those of some entities.
func (c Concentration) Consistent() bool {
	if s, ok := c.small(); ok {
		return s.consistent(c.Entities)
	}
	return c.possible()
}

func (c Concentration) possible() bool {
	if c.Top1 == nil || c.Top2 == nil || c.Total == nil || c.Entities < 0 {
		return false
	}
	if c.Top2.Sign() < 0 || c.Top2.Cmp(c.Top1) > 0 {
		return false
	}
	rest := c.rest()
	bound := new(big.Rat).Mul(c.Top2, new(big.Rat).SetInt64(max(0, c.Entities-2)))
	return rest.Sign() >= 0 && rest.Cmp(bound) <= 0
}

// Zero reports whether nothing was contributed at all: every entity's total is zero.
func (c Concentration) Zero() bool { return c.Total.Sign() == 0 }

// Alike reports whether all entities have the same absolute total, zero included: then each one's is known.
func (c Concentration) Alike() bool {
	if s, ok := c.small(); ok && c.Entities >= 0 {
		return s.alike(c.Entities)
	}
	return c.same()
}

func (c Concentration) same() bool {
	all := new(big.Rat).Mul(c.Top1, new(big.Rat).SetInt64(c.Entities))
	return all.Cmp(c.Total) == 0
}

// top is the sum of the n largest totals; n is 1 or 2.
func (c Concentration) top(n int) *big.Rat {
	if n == 1 {
		return c.Top1
	}
	return new(big.Rat).Add(c.Top1, c.Top2)
}

// rest is what all but the two largest contribute.
func (c Concentration) rest() *big.Rat {
	return new(big.Rat).Sub(c.Total, c.top(2))
}

// TopShare is the part of the total that the n largest entities hold (n is 1 or 2), or nil when the total is zero.
func (c Concentration) TopShare(n int) *big.Rat {
	if c.Zero() {
		return nil
	}
	return new(big.Rat).Quo(c.top(n), c.Total)
}

// Remainder is what remains beside the two largest in units of the largest, (X − x1 − x2)/x1, or nil when x1 is zero.
func (c Concentration) Remainder() *big.Rat {
	if c.Top1.Sign() == 0 {
		return nil
	}
	return new(big.Rat).Quo(c.rest(), c.Top1)
}

// percent reports the sign of part − p% of whole, exactly.
func percent(part, whole *big.Rat, p int64) int {
	left := new(big.Rat).Mul(part, big.NewRat(100, 1))
	right := new(big.Rat).Mul(whole, new(big.Rat).SetInt64(p))
	return left.Cmp(right)
}
