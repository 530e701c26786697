package interval

import (
	"math/big"
	"slices"
)

// Solver answers questions about one system. What follows by itself is known from the start; the rest falls into parts that share no
// unknown, and each is prepared when it is first asked about.
type Solver struct {
	unknowns []Unknown
	fixed    []*big.Rat // by unknown: its only value, where substitution finds one
	parts    []*part
	partOf   []int // by unknown that is not fixed
}

// part is a connected piece of the system over unknowns that are not fixed, numbered anew.
type part struct {
	unknowns  []Unknown
	equations []Equation
	place     map[int]int // unknown of the system -> of the part
	ready     *tableau
	broken    error
}

// New prepares a system. ErrImpossible when substitution alone finds a contradiction.
func New(s System) (*Solver, error) {
	v := &Solver{unknowns: s.Unknowns, fixed: make([]*big.Rat, len(s.Unknowns)), partOf: make([]int, len(s.Unknowns))}
	for i, u := range s.Unknowns {
		if u.Low != nil && u.High != nil && u.Low.Cmp(u.High) == 0 {
			if err := v.fix(i, u.Low); err != nil {
				return nil, err
			}
		}
	}
	for _, e := range s.Equations {
		if e.Value == nil || slices.ContainsFunc(e.Terms, func(t Term) bool { return t.At < 0 || t.At >= len(s.Unknowns) }) {
			return nil, ErrShape
		}
	}
	rest, err := v.substitute(s.Equations)
	if err != nil {
		return nil, err
	}
	v.split(rest)
	return v, nil
}

// fix notes the only value of an unknown.
func (v *Solver) fix(at int, value *big.Rat) error {
	u := v.unknowns[at]
	if u.Low != nil && value.Cmp(u.Low) < 0 || u.High != nil && value.Cmp(u.High) > 0 || u.Whole && !value.IsInt() {
		return ErrImpossible
	}
	v.fixed[at] = value
	return nil
}

// substitute takes what is fixed out of the equations until none has a single unknown left, and returns those with several.
func (v *Solver) substitute(equations []Equation) ([]Equation, error) {
	of := make([][]int, len(v.unknowns))
	for i, e := range equations {
		for _, t := range e.Terms {
			of[t.At] = append(of[t.At], i)
		}
	}
	rest := make([]Equation, len(equations))
	var queue []int
	for i := range equations {
		queue = append(queue, i)
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		rest[i] = v.without(equations[i])
		switch terms := rest[i].Terms; {
		case len(terms) == 0 && rest[i].Value.Sign() != 0:
			return nil, ErrImpossible
		case len(terms) == 1:
			at := terms[0].At
			if err := v.fix(at, new(big.Rat).Quo(rest[i].Value, new(big.Rat).SetInt64(terms[0].Times))); err != nil {
				return nil, err
			}
			queue = append(queue, of[at]...)
		}
	}
	return slices.DeleteFunc(rest, func(e Equation) bool { return len(e.Terms) < 2 }), nil
}

// without is an equation over the unknowns that are not fixed.
func (v *Solver) without(e Equation) Equation {
	out := Equation{Value: new(big.Rat).Set(e.Value)}
	for _, t := range e.Terms {
		switch {
		case t.Times == 0:
		case v.fixed[t.At] != nil:
			out.Value.Sub(out.Value, new(big.Rat).Mul(new(big.Rat).SetInt64(t.Times), v.fixed[t.At]))
		default:
			out.Terms = append(out.Terms, t)
		}
	}
	return out
}

// split finds the parts.
func (v *Solver) split(equations []Equation) {
	leader := make([]int, len(v.unknowns))
	for i := range leader {
		leader[i] = i
	}
	find := func(i int) int {
		for leader[i] != i {
			leader[i] = leader[leader[i]]
			i = leader[i]
		}
		return i
	}
	for _, e := range equations {
		for _, t := range e.Terms[1:] {
			leader[find(t.At)] = find(e.Terms[0].At)
		}
	}
	index := map[int]int{}
	for i := range v.unknowns {
		if v.fixed[i] != nil {
			continue
		}
		n, have := index[find(i)]
		if !have {
			n, v.parts = len(v.parts), append(v.parts, &part{place: map[int]int{}})
			index[find(i)] = n
		}
		p := v.parts[n]
		v.partOf[i], p.place[i] = n, len(p.unknowns)
		p.unknowns = append(p.unknowns, v.unknowns[i])
	}
	for _, e := range equations {
		p := v.parts[v.partOf[e.Terms[0].At]]
		moved := Equation{Value: e.Value}
		for _, t := range e.Terms {
			moved.Terms = append(moved.Terms, Term{p.place[t.At], t.Times})
		}
		p.equations = append(p.equations, moved)
	}
}

// Range is what a sum of terms can be. The sums of different parts do not depend on each other. ErrCut when the effort is used up:
// nothing is known then.
func (v *Solver) Range(target []Term, effort *Effort) (Range, error) {
	out := Range{Low: new(big.Rat), High: new(big.Rat)}
	of := map[int][]Term{}
	for _, t := range target {
		if t.At < 0 || t.At >= len(v.unknowns) {
			return Range{}, ErrShape
		}
		if x := v.fixed[t.At]; x != nil {
			x = new(big.Rat).Mul(x, new(big.Rat).SetInt64(t.Times))
			out.Low.Add(out.Low, x)
			out.High.Add(out.High, x)
			continue
		}
		n := v.partOf[t.At]
		of[n] = append(of[n], Term{v.parts[n].place[t.At], t.Times})
	}
	for n := range v.parts {
		if of[n] == nil {
			continue
		}
		r, err := v.parts[n].bounds(of[n], effort)
		if err != nil {
			return Range{}, err
		}
		out.Low, out.High = sum(out.Low, r.Low), sum(out.High, r.High)
	}
	return out, nil
}

// sum adds two ends; nil is no bound.
func sum(a, b *big.Rat) *big.Rat {
	if a == nil || b == nil {
		return nil
	}
	return new(big.Rat).Add(a, b)
}

// bounds is the range of a sum within the part.
func (p *part) bounds(target []Term, effort *Effort) (Range, error) {
	if len(p.unknowns) == 1 { // no equation
		return scaled(p.unknowns[0], target), nil
	}
	high, err := p.most(target, effort)
	if err != nil {
		return Range{}, err
	}
	turned := slices.Clone(target)
	for i := range turned {
		turned[i].Times = -turned[i].Times
	}
	low, err := p.most(turned, effort)
	if low != nil {
		low = new(big.Rat).Neg(low)
	}
	return Range{Low: low, High: high}, err
}

// scaled is the range of a multiple of one unknown; several terms of it add up.
func scaled(u Unknown, target []Term) Range {
	times := new(big.Rat)
	for _, t := range target {
		times.Add(times, new(big.Rat).SetInt64(t.Times))
	}
	low, high := u.Low, u.High
	if u.Whole {
		low, high = ceiling(low), floor(high)
	}
	switch times.Sign() {
	case 0:
		return Range{Low: new(big.Rat), High: new(big.Rat)}
	case -1:
		low, high = high, low
	}
	end := func(x *big.Rat) *big.Rat {
		if x == nil {
			return nil
		}
		return new(big.Rat).Mul(x, times)
	}
	return Range{Low: end(low), High: end(high)}
}

func floor(x *big.Rat) *big.Rat {
	if x == nil || x.IsInt() {
		return x
	}
	return new(big.Rat).SetInt(new(big.Int).Div(x.Num(), x.Denom())) // Euclidean: the denominator is positive
}

func ceiling(x *big.Rat) *big.Rat {
	if x == nil || x.IsInt() {
		return x
	}
	return new(big.Rat).Add(floor(x), big.NewRat(1, 1))
}
