package noisy

import (
	"errors"
	"fmt"
	"math/big"

	"yumen/enclave/noise/normal"
)

// ErrDivision says that a divisor may be zero, by its interval, or that what is under a root may be negative.
var ErrDivision = errors.New("noisy: the divisor's interval holds zero")

// Bounded is a number derived from noisy cells, with an interval that holds the truth of what was asked: of clamped contributions, where a
// column is clamped.
type Bounded struct{ Point, Low, High *big.Rat }

// Together gives estimates intervals that all hold at once with the probability of the confidence at least (the rest is shared out evenly). What is
// computed from them keeps that level, whatever it is: interval arithmetic needs no independence.
func (c *Confidence) Together(estimates ...Estimate) ([]Bounded, error) {
	each, err := c.among(max(len(estimates), 1))
	if err != nil {
		return nil, err
	}
	out := make([]Bounded, 0, len(estimates))
	for _, e := range estimates {
		h, err := e.HalfWidth(each)
		if err != nil {
			return nil, err
		}
		out = append(out, Bounded{
			Point: new(big.Rat).SetInt(e.amount),
			Low:   new(big.Rat).SetInt(new(big.Int).Sub(e.amount, h)),
			High:  new(big.Rat).SetInt(new(big.Int).Add(e.amount, h)),
		})
	}
	return out, nil
}

// Plus is a + b.
func (a Bounded) Plus(b Bounded) Bounded {
	return Bounded{new(big.Rat).Add(a.Point, b.Point), new(big.Rat).Add(a.Low, b.Low), new(big.Rat).Add(a.High, b.High)}
}

// By is a·c for a constant.
func (a Bounded) By(c *big.Rat) Bounded {
	out := Bounded{new(big.Rat).Mul(a.Point, c), new(big.Rat).Mul(a.Low, c), new(big.Rat).Mul(a.High, c)}
	if c.Sign() < 0 {
		out.Low, out.High = out.High, out.Low
	}
	return out
}

// Minus is a − b.
func (a Bounded) Minus(b Bounded) Bounded { return a.Plus(b.By(big.NewRat(-1, 1))) }

// Times is a·b.
func (a Bounded) Times(b Bounded) Bounded {
	out := Bounded{Point: new(big.Rat).Mul(a.Point, b.Point)}
	for _, x := range []*big.Rat{a.Low, a.High} {
		for _, y := range []*big.Rat{b.Low, b.High} {
			end := new(big.Rat).Mul(x, y)
			if out.Low == nil || end.Cmp(out.Low) < 0 {
				out.Low = end
			}
			if out.High == nil || end.Cmp(out.High) > 0 {
				out.High = end
			}
		}
	}
	return out
}

// Over is a/b, for a b whose interval lies on one side of zero.
func (a Bounded) Over(b Bounded) (Bounded, error) {
	if b.Low.Sign() <= 0 && b.High.Sign() >= 0 {
		return Bounded{}, ErrDivision
	}
	return a.Times(Bounded{new(big.Rat).Inv(b.Point), new(big.Rat).Inv(b.High), new(big.Rat).Inv(b.Low)}), nil
}

// Certain is a constant.
func Certain(n *big.Rat) Bounded { return Bounded{n, n, n} }

// Positive is a where it is above zero, and zero elsewhere.
func (a Bounded) Positive() Bounded {
	cut := func(x *big.Rat) *big.Rat {
		if x.Sign() < 0 {
			return new(big.Rat)
		}
		return x
	}
	return Bounded{cut(a.Point), cut(a.Low), cut(a.High)}
}

// Root is the square root of an a that is not negative: its ends rounded outwards, its point up.
func (a Bounded) Root() (Bounded, error) {
	if a.Low.Sign() < 0 {
		return Bounded{}, ErrDivision
	}
	low, _, err := normal.Root(a.Low)
	if err != nil {
		return Bounded{}, fmt.Errorf("noisy: root: %w", err)
	}
	_, point, err := normal.Root(a.Point)
	if err != nil {
		return Bounded{}, fmt.Errorf("noisy: root: %w", err)
	}
	_, high, err := normal.Root(a.High)
	if err != nil {
		return Bounded{}, fmt.Errorf("noisy: root: %w", err)
	}
	return Bounded{point, low, high}, nil
}

// Rounded is a after a rounding that moves it by so much at most.
func (a Bounded) Rounded(by *big.Rat) Bounded {
	return Bounded{a.Point, new(big.Rat).Sub(a.Low, by), new(big.Rat).Add(a.High, by)}
}

// Off is how far the truth is from the point at most.
func (a Bounded) Off() *big.Rat {
	below, above := new(big.Rat).Sub(a.Point, a.Low), new(big.Rat).Sub(a.High, a.Point)
	if below.Cmp(above) > 0 {
		return below
	}
	return above
}
