// Package normal encloses values of the normal distribution, of exponentials and of square roots between two rationals, so that a bound on
// what an attacker can guess is never rounded to the side that flatters. It holds no data and draws nothing; no floating point anywhere.
//
// Numbers are intervals of integers in units of 2^-192. Every operation rounds its lower end down and its upper end up.
package normal

import "math/big"

// Precision is the number of fractional bits of an enclosure.
const Precision = 192

// span is an interval of non-negative numbers, in units of 2^-Precision.
type span struct{ low, high *big.Int }

func unit() *big.Int { return new(big.Int).Lsh(big.NewInt(1), Precision) }

// floor and ceiling of a/b for b > 0; Div and Mod of math/big are Euclidean.
func floorDiv(a, b *big.Int) *big.Int { return new(big.Int).Div(a, b) }

func ceilDiv(a, b *big.Int) *big.Int {
	q, m := new(big.Int).DivMod(a, b, new(big.Int))
	if m.Sign() != 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// of encloses a rational that is not negative.
func of(x *big.Rat) span {
	scaled := new(big.Int).Lsh(x.Num(), Precision)
	return span{floorDiv(scaled, x.Denom()), ceilDiv(scaled, x.Denom())}
}

func (a span) times(b span) span {
	low := new(big.Int).Mul(a.low, b.low)
	high := new(big.Int).Mul(a.high, b.high)
	return span{low.Rsh(low, Precision), ceilDiv(high, unit())}
}

func (a span) over(n int64) span {
	d := big.NewInt(n)
	return span{floorDiv(a.low, d), ceilDiv(a.high, d)}
}

func (a span) plus(b span) span {
	return span{new(big.Int).Add(a.low, b.low), new(big.Int).Add(a.high, b.high)}
}

func (a span) minus(b span) span {
	return span{new(big.Int).Sub(a.low, b.high), new(big.Int).Sub(a.high, b.low)}
}

// inverse encloses 1/a for a > 0.
func (a span) inverse() span {
	square := new(big.Int).Lsh(big.NewInt(1), 2*Precision)
	return span{floorDiv(square, a.high), ceilDiv(square, a.low)}
}

// root encloses the square root.
func (a span) root() span {
	low := new(big.Int).Sqrt(new(big.Int).Lsh(a.low, Precision))
	up := new(big.Int).Lsh(a.high, Precision)
	high := new(big.Int).Sqrt(up)
	if new(big.Int).Mul(high, high).Cmp(up) < 0 {
		high.Add(high, big.NewInt(1))
	}
	return span{low, high}
}

func rational(n *big.Int) *big.Rat { return new(big.Rat).SetFrac(n, unit()) }

func (a span) rationals() (low, high *big.Rat) { return rational(a.low), rational(a.high) }
