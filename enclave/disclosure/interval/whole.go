package interval

import (
	"errors"
	"math/big"
	"slices"
)

// most is the largest value of a sum within the part, nil without bound. Where unknowns are whole numbers, so is what is found: the plane is
// cut in two at a fraction, and both halves are searched.
func (p *part) most(target []Term, effort *Effort) (*big.Rat, error) {
	if p.broken != nil {
		return nil, p.broken
	}
	if p.ready == nil {
		t, err := newTableau(p.unknowns, p.equations, effort)
		if err != nil {
			if !errors.Is(err, ErrCut) {
				p.broken = err
			}
			return nil, err
		}
		p.ready = t
	}
	p.ready.effort = effort
	best, at, err := p.ready.most(target)
	if err != nil {
		p.ready = nil // the tableau stands in the middle of a step
		return nil, err
	}
	if best == nil {
		return nil, nil
	}
	i := p.fraction(at)
	if i < 0 {
		return best, nil
	}
	b := &branching{part: p, target: target, effort: effort, step: p.step(target)}
	if err := b.halves(p.unknowns, i, at[i]); err != nil {
		return nil, err
	}
	if b.best == nil {
		return nil, ErrImpossible
	}
	return b.best, nil
}

// fraction is the first unknown that should be whole and is not, or -1.
func (p *part) fraction(at []*big.Rat) int {
	for i, u := range p.unknowns {
		if u.Whole && !at[i].IsInt() {
			return i
		}
	}
	return -1
}

// step reports whether the sum itself is a whole number.
func (p *part) step(target []Term) bool {
	return !slices.ContainsFunc(target, func(t Term) bool { return !p.unknowns[t.At].Whole })
}

// branching is a search for the largest whole solution.
type branching struct {
	part   *part
	target []Term
	effort *Effort
	step   bool
	best   *big.Rat
}

// halves searches below and above a fraction.
func (b *branching) halves(unknowns []Unknown, at int, x *big.Rat) error {
	above, below := slices.Clone(unknowns), slices.Clone(unknowns)
	above[at].Low, below[at].High = ceiling(x), floor(x)
	if err := b.search(above); err != nil {
		return err
	}
	return b.search(below)
}

func (b *branching) search(unknowns []Unknown) error {
	t, err := newTableau(unknowns, b.part.equations, b.effort)
	if errors.Is(err, ErrImpossible) {
		return nil
	}
	if err != nil {
		return err
	}
	value, at, err := t.most(b.target)
	if err != nil {
		return err
	}
	if value == nil {
		return ErrCut // without bound below a bounded sum: it cannot be
	}
	if b.step {
		value = floor(value)
	}
	if b.best != nil && value.Cmp(b.best) <= 0 {
		return nil
	}
	if i := b.part.fraction(at); i >= 0 {
		return b.halves(unknowns, i, at[i])
	}
	b.best = value
	return nil
}
