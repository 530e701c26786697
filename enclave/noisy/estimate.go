package noisy

import (
	"errors"
	"fmt"
	"math/big"

	"yumen/enclave/noise"
	"yumen/enclave/noise/normal"
)

// ErrNoNoise says that a value never was covered: nothing is decided from it.
var ErrNoNoise = errors.New("noisy: a value without noise")

// Estimate is a noisy value, or a sum of several, with what is known of its noise. Its zero value decides nothing.
type Estimate struct {
	amount   *big.Int
	cut      *big.Int // the noise is never larger
	variance *big.Rat // of the noise, at most
	single   noise.Scale
	factor   noise.Factor // covers a sum in place of noise: it decides nothing
}

// Of is the estimate that one covered value gives.
func Of(v noise.Value) (Estimate, error) {
	if v.Factor().Valid() {
		return factored(v), nil
	}
	if !v.Valid() {
		return Estimate{}, ErrNoNoise
	}
	deviation := v.Scale().Deviation()
	return Estimate{amount: v.Amount(), cut: big.NewInt(v.Scale().Cut()), variance: deviation.Mul(deviation, deviation), single: v.Scale()}, nil
}

// Sum adds estimates of different cells, whose noise is independent: that of factors is not.
func Sum(parts ...Estimate) (Estimate, error) {
	if len(parts) == 0 {
		return Estimate{}, ErrNoNoise
	}
	out := Estimate{amount: new(big.Int), cut: new(big.Int), variance: new(big.Rat)}
	for _, p := range parts {
		if p.amount == nil || p.factor.Valid() {
			return Estimate{}, ErrNoNoise
		}
		out.amount.Add(out.amount, p.amount)
		out.cut.Add(out.cut, p.cut)
		out.variance.Add(out.variance, p.variance)
	}
	if len(parts) == 1 {
		out.single = parts[0].single
	}
	return out, nil
}

// Amount is the noisy number.
func (e Estimate) Amount() *big.Int { return new(big.Int).Set(e.amount) }

// Cut is the farthest the truth can be.
func (e Estimate) Cut() *big.Int { return new(big.Int).Set(e.cut) }

// Deviation is the standard deviation of the noise, rounded up: the σ that an answer carries.
func (e Estimate) Deviation() (*big.Rat, error) {
	if e.amount == nil {
		return nil, ErrNoNoise
	}
	if e.single.Valid() {
		return e.single.Deviation(), nil
	}
	if e.factor.Valid() {
		return e.factorDeviation()
	}
	_, high, err := normal.Root(e.variance)
	if err != nil {
		return nil, fmt.Errorf("noisy: deviation: %w", err)
	}
	return high, nil
}

// HalfWidth is an h so that amount ± h holds the truth with the probability of the level at least. For one value it is a quantile of its law; for a
// sum it is Chernoff's bound, √(2·variance·ln(2/(1−level))): the discrete Gaussian, cut or not, is sub-Gaussian of its own variance, and so are sums.
func (e Estimate) HalfWidth(at Level) (*big.Int, error) {
	if e.amount == nil {
		return nil, ErrNoNoise
	}
	if e.single.Valid() {
		h, err := e.single.HalfWidth(at.one)
		if err != nil {
			return nil, fmt.Errorf("noisy: half width: %w", err)
		}
		return h, nil
	}
	if at.exponent == nil {
		return nil, noise.ErrLevel
	}
	if e.factor.Valid() {
		return e.factorHalfWidth(at)
	}
	square := new(big.Rat).Mul(at.exponent, e.variance)
	_, high, err := normal.Root(square.Add(square, square))
	if err != nil {
		return nil, fmt.Errorf("noisy: half width: %w", err)
	}
	h := new(big.Int).Div(high.Num(), high.Denom())
	if h.Cmp(e.cut) >= 0 {
		return e.Cut(), nil
	}
	return h, nil // the noise is whole: what exceeds h exceeds its floor
}
