package noise

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
)

// MaxFactor is the largest p of a factor, in percent: beyond it too little is left of a sum.
const MaxFactor = 20

// steps is how many sizes a factor has, of either sign.
const steps = 1 << 16

// ErrFactor says that p is not a percentage from 1 to MaxFactor, or that what one entity adds at most is not above zero.
var ErrFactor = errors.New("noise: a factor needs p from 1 to 20 percent and the most that one entity adds")

// Factor covers amounts, not presence: what each entity adds to a sum is read times 1 + f, where f has either sign as likely and a size anywhere
// in [p, 2p], never near 0, and the sum is told to three digits. The f of an entity and a column is fixed (Reading), so that no load draws anew. No theorem
// speaks of it, so a sum that it covers decides nothing. Its zero value covers nothing.
type Factor struct {
	percent int64
	most    *big.Int
}

// NewFactor is the cover with p in percent of sums to which one entity adds no more than most, in the last place of the sum, and nothing negative.
func NewFactor(percent int, most *big.Int) (Factor, error) {
	if percent < 1 || percent > MaxFactor || most == nil || most.Sign() < 1 {
		return Factor{}, ErrFactor
	}
	return Factor{int64(percent), new(big.Int).Set(most)}, nil
}

// Valid reports whether the factor came from NewFactor.
func (f Factor) Valid() bool { return f.percent != 0 }

// Part is p.
func (f Factor) Part() *big.Rat { return big.NewRat(f.percent, 100) }

// Most is what one entity adds to a sum at most.
func (f Factor) Most() *big.Int { return new(big.Int).Set(f.most) }

// Reading is how the amounts of one column are read: whole numbers of 1/Unit that are a function of the entity's hashed key alone. The engine computes
// it in integers, by Of: two products of secrets and a key that it holds, from which the bits in the middle are taken.
//
// Offset is uniform over as many bits as Of keeps, so that each entity's factor is uniform over the secret, whatever its key, and those of two columns
// are independent. Those of two entities are as independent as their keys, which are values of a pseudo-random function.
type Reading struct {
	Unit       int64 // what 1 is
	Least      int64 // p in Unit: the smallest |f|; the largest is less than twice that
	Multiplier int64 // odd, of 31 bits
	Offset     int64 // of 42 bits
}

// The bits that Of takes, which the SQL of the engine takes as well.
const (
	KeyShift   = 33                 // the upper 31 bits of a key are multiplied
	DrawShift  = 24                 // from here on the sum is read
	DrawMask   = 1<<17 - 1          // a sign and a size
	offsetMask = 1<<42 - 1          // all that Of can see of an offset
	SignBit    = DrawMask &^ 0xffff // set for what is read as less
)

// Reading is that of a column of amounts of entities of a type, at p percent. It does not depend on the dataset, the snapshot or the row, so that neither a
// load nor a copy draws anew.
func (s Secret) Reading(percent int, entity, column string) (Reading, error) {
	if percent < 1 || percent > MaxFactor {
		return Reading{}, ErrFactor
	}
	// p is in it, for one draw at two sizes would be two equations for one amount.
	context := binary.BigEndian.AppendUint32([]byte{byte(percent)}, uint32(len(entity)))
	key, err := s.derive(infoFactor, string(context)+entity+column)
	if err != nil {
		return Reading{}, fmt.Errorf("noise: factor: %w", err)
	}
	whole := gcd(int64(percent), 100)
	part, of := int64(percent)/whole, 100/whole // p in lowest terms, so that it is a whole number of 1/Unit
	times := (steps + part - 1) / part
	return Reading{
		Unit: of * times, Least: part * times,
		Multiplier: int64(binary.BigEndian.Uint32(key)>>1) | 1<<30 | 1,
		Offset:     int64(binary.BigEndian.Uint64(key[8:]) & offsetMask),
	}, nil
}

// Reading is Secret.Reading: it does not depend on the source's snapshot.
func (s *Source) Reading(percent int, entity, column string) (Reading, error) {
	return s.secret.Reading(percent, entity, column)
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// More and Less are what is added to the drawn number for a factor above 1, and for one below.
func (r Reading) More() int64 { return r.Unit + r.Least }

// Less is what is added where the sign bit is drawn: the largest size first.
func (r Reading) Less() int64 { return r.Unit - r.Least - (steps - 1) - SignBit }

// Of is 1 + f of an entity, by its hashed key, in Unit.
func (r Reading) Of(key uint64) int64 {
	drawn := (int64(key>>KeyShift)*r.Multiplier + r.Offset) >> DrawShift & DrawMask // below 2^62 + 2^42
	if drawn < SignBit {
		return drawn + r.More()
	}
	return drawn + r.Less()
}

// Round takes a sum of amounts that were read times 1 + f, in 1/unit of its last place, and leaves its first three digits.
func (f Factor) Round(exact Exact, unit int64) (Value, error) {
	if !f.Valid() || unit < 1 {
		return Value{}, ErrFactor
	}
	if exact.amount == nil || exact.amount.BitLen() > MaxBits {
		return Value{}, ErrExact
	}
	whole := new(big.Int).Quo(exact.amount, big.NewInt(unit))
	grid := ThirdDigit(whole)
	out := Value{factor: f}
	out.amount.Mul(halfAway(exact.amount, new(big.Int).Mul(grid, big.NewInt(unit))), grid)
	return out, nil
}

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

// ThirdDigit is what one is worth in the third digit of a number, at least 1: what Round leaves is off by half of it at most.
func ThirdDigit(a *big.Int) *big.Int {
	grid := big.NewInt(1)
	for limit := big.NewInt(1000); limit.CmpAbs(a) <= 0; limit.Mul(limit, big.NewInt(10)) {
		grid.Mul(grid, big.NewInt(10))
	}
	return grid
}
