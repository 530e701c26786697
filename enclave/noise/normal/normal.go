package normal

import (
	"errors"
	"math/big"
)

// Farthest is the largest argument, in absolute value, of CDF: beyond it the answer is nearer to 0 or 1 than an enclosure is wide.
const Farthest = 12

// ErrArgument says that an argument lies outside what a function encloses.
var ErrArgument = errors.New("normal: argument out of range")

// pi, to 78 decimals, rounded down; one more in the last place is rounded up.
const pi = "3141592653589793238462643383279502884197169399375105820974944592307816406286208"

func pies() span {
	digits, _ := new(big.Int).SetString(pi, 10)
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(len(pi)-1)), nil)
	above := new(big.Int).Add(digits, big.NewInt(1))
	return span{of(new(big.Rat).SetFrac(digits, scale)).low, of(new(big.Rat).SetFrac(above, scale)).high}
}

// CDF encloses Φ(x), the probability that a standard normal variable is at most x. For |x| above Farthest it is the enclosure at
// ±Farthest, widened to 0 or 1.
func CDF(x *big.Rat) (low, high *big.Rat) {
	size := new(big.Rat).Abs(x)
	var half span // Φ(|x|) − 1/2
	if farthest := big.NewRat(Farthest, 1); size.Cmp(farthest) > 0 {
		half = central(of(farthest))
		half.high = new(big.Int).Rsh(unit(), 1)
	} else {
		half = central(of(size))
	}
	middle := span{new(big.Int).Rsh(unit(), 1), new(big.Int).Rsh(unit(), 1)}
	if x.Sign() < 0 {
		return middle.minus(half).rationals()
	}
	return middle.plus(half).rationals()
}

// central encloses the integral of the normal density from 0 to x: the alternating series Σ (−1)^k x^(2k+1) / (2^k k! (2k+1)), over √(2π).
// Once its terms shrink, what is left out is smaller than the next term (Leibniz).
func central(x span) span {
	half := x.times(x).over(2)
	peak := new(big.Int).Rsh(half.high, Precision).Int64() + 1 // beyond it the powers shrink
	power, sum := x, x
	for k := int64(1); ; k++ {
		power = power.times(half).over(k)
		term := power.over(2*k + 1)
		if k%2 == 1 {
			sum = sum.minus(term)
		} else {
			sum = sum.plus(term)
		}
		if k > peak && power.high.Cmp(big.NewInt(1)) <= 0 {
			break
		}
	}
	one := big.NewInt(1)
	sum = span{new(big.Int).Sub(sum.low, one), new(big.Int).Add(sum.high, one)}
	if sum.low.Sign() < 0 {
		sum.low = new(big.Int)
	}
	two := span{new(big.Int).Lsh(unit(), 1), new(big.Int).Lsh(unit(), 1)}
	return sum.times(two.times(pies()).root().inverse())
}

// Exp encloses e^−x for 0 ≤ x ≤ 256.
func Exp(x *big.Rat) (low, high *big.Rat, err error) {
	if x.Sign() < 0 || x.Cmp(big.NewRat(256, 1)) > 0 {
		return nil, nil, ErrArgument
	}
	at := of(x)
	term := span{unit(), unit()}
	sum := term
	halved := 2 * (new(big.Int).Rsh(at.high, Precision).Int64() + 1) // beyond it each term is at most half the one before
	for k := int64(1); ; k++ {
		term = term.times(at).over(k)
		sum = sum.plus(term)
		if k > halved && term.high.Cmp(big.NewInt(1)) <= 0 {
			break // all that follow together are less than this one
		}
	}
	sum.high = new(big.Int).Add(sum.high, big.NewInt(2))
	low, high = sum.inverse().rationals()
	return low, high, nil
}

// Root encloses √x for x ≥ 0.
func Root(x *big.Rat) (low, high *big.Rat, err error) {
	if x.Sign() < 0 {
		return nil, nil, ErrArgument
	}
	low, high = of(x).root().rationals()
	return low, high, nil
}

// Quantile is a z with Φ(z) ≥ p, and at most 2^-40 above the smallest such one, for 1/2 ≤ p ≤ 1 − 2^-64.
func Quantile(p *big.Rat) (*big.Rat, error) {
	ceiling := new(big.Rat).Sub(big.NewRat(1, 1), new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 64)))
	if p.Cmp(big.NewRat(1, 2)) < 0 || p.Cmp(ceiling) > 0 {
		return nil, ErrArgument
	}
	below, above := new(big.Int), new(big.Int).Lsh(big.NewInt(Farthest), 40) // in units of 2^-40
	scale := new(big.Int).Lsh(big.NewInt(1), 40)
	for {
		middle := new(big.Int).Add(below, above)
		if middle.Rsh(middle, 1); middle.Cmp(below) == 0 {
			return new(big.Rat).SetFrac(above, scale), nil
		}
		if low, _ := CDF(new(big.Rat).SetFrac(middle, scale)); low.Cmp(p) >= 0 {
			above = middle
		} else {
			below = middle
		}
	}
}
