package noise

import (
	"errors"
	"math/big"
)

// MaxBits bounds an exact value, so that no data can make an answer fail: the sum of any declared column fits.
const MaxBits = 256

// ErrExact says that an exact value is missing, or too large to be one.
var ErrExact = errors.New("noise: no exact value")

// Exact is a value that nothing covers yet. It has no accessor and prints as nothing: Cover is all that can be done with it.
type Exact struct{ amount *big.Int }

// Seal takes the exact value of a cell: of an empty one too, for a cell that is missing tells that nobody is in it.
func Seal(amount *big.Int) Exact {
	if amount == nil {
		return Exact{}
	}
	return Exact{new(big.Int).Set(amount)}
}

// String shows nothing.
func (Exact) String() string { return "(exact)" }

// GoString shows nothing.
func (Exact) GoString() string { return "(exact)" }

// MarshalJSON refuses: an exact value is not written anywhere.
func (Exact) MarshalJSON() ([]byte, error) { return nil, ErrExact }

// Value is what noise has covered. It may be kept, compared and shown.
type Value struct {
	amount big.Int
	scale  Scale
	factor Factor // in place of a scale
}

// Restore is a value that was covered before and kept.
func Restore(amount *big.Int, scale Scale) Value {
	v := Value{scale: scale}
	v.amount.Set(amount)
	return v
}

// Amount is the noisy value; it may be negative.
func (v Value) Amount() *big.Int { return new(big.Int).Set(&v.amount) }

// Scale is the spread of its noise.
func (v Value) Scale() Scale { return v.scale }

// Factor is what covers it instead of noise, if that is valid.
func (v Value) Factor() Factor { return v.factor }

// Valid reports whether the value has noise: the zero value has none and decides nothing, nor does one that factors cover.
func (v Value) Valid() bool { return v.scale.Valid() }

// Cover adds the noise of a canonical cell to its exact value.
func (s *Source) Cover(scale Scale, cell []byte, exact Exact) (Value, error) {
	if !scale.Valid() {
		return Value{}, ErrScale
	}
	s.stream.open(s.draw, scale, cell)
	z := scale.sample(&s.stream) // before anything is known of the value
	if exact.amount == nil || exact.amount.BitLen() > MaxBits {
		return Value{}, ErrExact
	}
	out := Value{scale: scale}
	out.amount.Add(exact.amount, big.NewInt(z))
	return out, nil
}
