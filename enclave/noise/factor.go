package noise

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"math/big"
)

// FactorUnit is the denominator of a factor: parts per million.
const FactorUnit = 1_000_000

// MaxPart is the largest p of a factor, in parts per million: a fifth.
const MaxPart = 200_000

// ErrPart says that p is not between one part per million and MaxPart.
var ErrPart = errors.New("noise: the part p of a factor must lie above 0 and at most at a fifth")

// Factors perturb what single entities add to a column: each is read times 1 + f, where |f| lies in [p, 2p] and never near 0, so that no
// sequence of questions fixes one entity's amount better than ±p. f is keyed by entity and column and the same over all snapshots, so that a
// new load does not draw anew. Not safe for concurrent use.
type Factors struct {
	mac    hash.Hash
	stream stream
	part   uint64
}

// NewFactors is the family of factors of one column (its canonical name), with p in parts per million.
func NewFactors(secret Secret, column []byte, part int64) (*Factors, error) {
	if part < 1 || part > MaxPart {
		return nil, ErrPart
	}
	key, err := secret.derive(infoFactor, string(column))
	if err != nil {
		return nil, fmt.Errorf("factors: %w", err)
	}
	return &Factors{mac: hmac.New(sha256.New, key), part: uint64(part)}, nil
}

// Of is the factor of one entity (its pseudonym), in parts per million: FactorUnit + f.
func (f *Factors) Of(entity []byte) int64 {
	f.stream.open(f.mac, Scale{num: f.part, den: 1}, entity)
	negative := f.stream.bit()
	size := int64(f.part + f.stream.uniform(f.part+1))
	if negative {
		return FactorUnit - size
	}
	return FactorUnit + size
}

// Measured is a sum of perturbed contributions, to three significant digits. It covers amounts, not presence, so it is no Value: it decides nothing.
type Measured struct{ amount big.Int }

// Round takes the sum of contributions that were each multiplied by FactorUnit times a factor, in parts per million.
func Round(exact Exact) (Measured, error) {
	if exact.amount == nil || exact.amount.BitLen() > MaxBits {
		return Measured{}, ErrExact
	}
	var out Measured
	out.amount.Set(threeDigits(halfAway(exact.amount, big.NewInt(FactorUnit))))
	return out, nil
}

// Amount is the rounded sum.
func (m Measured) Amount() *big.Int { return new(big.Int).Set(&m.amount) }

// halfAway is a/b for b > 0 to the nearest whole number, halves away from zero.
func halfAway(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(new(big.Int).Abs(a), b, new(big.Int))
	if r.Lsh(r, 1).Cmp(b) >= 0 {
		q.Add(q, big.NewInt(1))
	}
	if a.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

// threeDigits rounds a whole number to its first three digits.
func threeDigits(a *big.Int) *big.Int {
	grid := thirdDigit(a)
	return new(big.Int).Mul(halfAway(a, grid), grid)
}

// thirdDigit is what one is worth in the third digit of a number, at least 1.
func thirdDigit(a *big.Int) *big.Int {
	grid := big.NewInt(1)
	for limit := big.NewInt(1000); limit.CmpAbs(a) <= 0; limit.Mul(limit, big.NewInt(10)) {
		grid.Mul(grid, big.NewInt(10))
	}
	return grid
}

// Range is what the sum was before factors of this p and the rounding, when no contribution was negative: nothing finer is known for certain.
func (m Measured) Range(part int64) (low, high *big.Rat, err error) {
	if part < 1 || part > MaxPart || m.amount.Sign() < 0 {
		return nil, nil, ErrPart
	}
	off := new(big.Rat).SetInt(thirdDigit(&m.amount)) // half a step of either rounding, and more
	at := new(big.Rat).SetInt(&m.amount)
	unit := big.NewRat(FactorUnit, 1)
	low = new(big.Rat).Sub(at, off)
	low.Mul(low, unit).Quo(low, big.NewRat(FactorUnit+2*part, 1))
	if low.Sign() < 0 {
		low.SetInt64(0)
	}
	high = new(big.Rat).Add(at, off)
	high.Mul(high, unit).Quo(high, big.NewRat(FactorUnit-2*part, 1))
	return low, high, nil
}
