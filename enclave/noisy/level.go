package noisy

import (
	"fmt"
	"math/big"

	"yumen/enclave/noise"
	"yumen/enclave/noise/normal"
)

// Level is a level of confidence: the quantile for single values and the exponent of Chernoff's bound for sums.
type Level struct {
	one      noise.Level
	exponent *big.Rat
}

// NewLevel is the level of an interval that holds the truth with this probability at least, from 0.9 to 1 − 10^-9.
func NewLevel(probability *big.Rat) (Level, error) {
	one, err := noise.NewLevel(probability)
	if err != nil {
		return Level{}, fmt.Errorf("noisy: %w", err)
	}
	rest := new(big.Rat).Sub(big.NewRat(1, 1), probability)
	exponent, err := logarithm(rest.Quo(rest, big.NewRat(2, 1)))
	if err != nil {
		return Level{}, err
	}
	return Level{one, exponent}, nil
}

// logarithm is an x with e^−x ≤ p, at most 2^-20 above the smallest one.
func logarithm(p *big.Rat) (*big.Rat, error) {
	below, above := int64(0), int64(64)<<20
	for above-below > 1 {
		middle := (below + above) / 2
		_, high, err := normal.Exp(big.NewRat(middle, 1<<20))
		if err != nil {
			return nil, fmt.Errorf("noisy: logarithm: %w", err)
		}
		if high.Cmp(p) <= 0 {
			above = middle
		} else {
			below = middle
		}
	}
	return big.NewRat(above, 1<<20), nil
}

// Confidence gives intervals that hold together: the level of each is found once for every number of intervals that share the rest. Not safe for
// concurrent use.
type Confidence struct {
	probability *big.Rat
	shared      map[int]Level
}

// NewConfidence is that of a probability from 0.9 on.
func NewConfidence(probability *big.Rat) (*Confidence, error) {
	one, err := NewLevel(probability)
	if err != nil {
		return nil, err
	}
	return &Confidence{new(big.Rat).Set(probability), map[int]Level{1: one}}, nil
}

// among is the level of each of n intervals that hold together with the probability of the confidence.
func (c *Confidence) among(n int) (Level, error) {
	if found, ok := c.shared[n]; ok {
		return found, nil
	}
	rest := new(big.Rat).Sub(big.NewRat(1, 1), c.probability)
	rest.Quo(rest, big.NewRat(int64(n), 1))
	level, err := NewLevel(rest.Sub(big.NewRat(1, 1), rest))
	if err != nil {
		return Level{}, err
	}
	c.shared[n] = level
	return level, nil
}
