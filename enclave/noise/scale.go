package noise

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
)

// Cut is where the noise ends, in standard deviations.
const Cut = 4

// Limits of a scale. Within them no step of the sampler can overflow; NewScale refuses the rest.
const (
	MaxSpread      = 1 << 56 // numerator of sigma times sensitivity
	MaxDenominator = 1 << 16 // denominator of sigma
)

// ErrScale says that a scale is not one that the sampler draws from.
var ErrScale = errors.New("noise: sigma must be at least 2 and sigma times sensitivity within limits")

// Scale is the spread of one column: noise of standard deviation sigma times its sensitivity, before the cut. Its zero value is no scale.
type Scale struct {
	num, den uint64 // sigma times sensitivity, in lowest terms of sigma
	delta    uint64
}

// NewScale makes the scale of a column whose value one entity moves by at most sensitivity.
func NewScale(sigma *big.Rat, sensitivity int64) (Scale, error) {
	if sigma == nil || sensitivity < 1 || sigma.Cmp(big.NewRat(2, 1)) < 0 || sigma.Denom().Cmp(big.NewInt(MaxDenominator)) > 0 {
		return Scale{}, ErrScale
	}
	num := new(big.Int).Mul(sigma.Num(), big.NewInt(sensitivity))
	if num.Cmp(big.NewInt(MaxSpread)) > 0 {
		return Scale{}, ErrScale
	}
	return Scale{num: num.Uint64(), den: sigma.Denom().Uint64(), delta: uint64(sensitivity)}, nil
}

// Valid reports whether the scale came from NewScale.
func (s Scale) Valid() bool { return s.den != 0 }

// Sensitivity is how far one entity moves the value, at most.
func (s Scale) Sensitivity() int64 { return int64(s.delta) }

// Deviation is the standard deviation, sigma times the sensitivity, before the cut.
func (s Scale) Deviation() *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(s.num), new(big.Int).SetUint64(s.den))
}

// Sigma is the deviation per unit of sensitivity.
func (s Scale) Sigma() *big.Rat {
	return new(big.Rat).Quo(s.Deviation(), new(big.Rat).SetInt64(int64(s.delta)))
}

// Cut is the largest noise: four deviations, rounded down. A value is never farther from the truth.
func (s Scale) Cut() int64 { return int64(Cut * s.num / s.den) }

// step is t = ⌊deviation⌋ + 1, the scale of the Laplace proposal of algorithm 3.
func (s Scale) step() uint64 { return s.num/s.den + 1 }

// encode is the scale's part of a canonical cell: two scales of one deviation draw alike.
func (s Scale) encode() []byte {
	var out [16]byte
	binary.BigEndian.PutUint64(out[:8], s.num)
	binary.BigEndian.PutUint64(out[8:], s.den)
	return out[:]
}

// String is the deviation in lowest terms.
func (s Scale) String() string { return fmt.Sprintf("σ·Δ = %s", s.Deviation().RatString()) }
