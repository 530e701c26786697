// Package interval owns what follows about unknown numbers from linear equations and bounds: the exact range of a sum of them. It is
// what an attacker computes who knows every published cell and wants a withheld one.
//
// Everything is decided on exact fractions. Work is bounded by an Effort; a search that runs out of it says so and is no answer.
package interval

import (
	"errors"
	"math/big"
)

// Errors of a search.
var (
	ErrCut        = errors.New("interval: the search was cut short")
	ErrImpossible = errors.New("interval: no numbers fit the equations and bounds")
	ErrShape      = errors.New("interval: a term names no unknown")
)

// Unknown is a number within bounds, both inclusive; nil is no bound.
type Unknown struct {
	Low, High *big.Rat
	Whole     bool // it is a whole number
}

// Term is a multiple of an unknown.
type Term struct {
	At    int
	Times int64
}

// Equation says what a sum of terms comes to. An unknown stands in one term at most.
type Equation struct {
	Terms []Term
	Value *big.Rat
}

// System is what is known.
type System struct {
	Unknowns  []Unknown
	Equations []Equation
}

// Range is what a sum can be, both ends included and reached; nil is no bound.
type Range struct{ Low, High *big.Rat }

// Point reports whether only one number is left.
func (r Range) Point() bool { return r.Low != nil && r.High != nil && r.Low.Cmp(r.High) == 0 }

// Effort bounds elementary steps, over all searches that share it.
type Effort struct{ left int }

// NewEffort allows so many steps; one takes some hundred nanoseconds.
func NewEffort(steps int) *Effort { return &Effort{left: steps} }

func (e *Effort) spend(n int) error {
	if e.left -= n; e.left < 0 {
		return ErrCut
	}
	return nil
}
