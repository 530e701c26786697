package disclosure

import (
	"math/big"
	"slices"
)

// Class is a class of comparable answers: vectors over atoms, whose released values are linear equations of the atoms' totals.
// Its row space is everything that can be computed from the answers together.
type Class struct {
	Kind Kind
	// Low and High bound what one row adds to an amount, nil where nothing is declared. Amounts of which none is negative are taken to be
	// bounded by zero all the same.
	Low, High *big.Rat
	// Columns are those whose released cells must each have a vector here.
	Columns []int
	// Unknown says that the class is too large or was cut short: its columns are withheld.
	Unknown bool
	// Single tells, by reference, that an entity is in one atom only, so that counts of a union add up.
	Single []bool
	Atoms  []Atom
	// Parts tells, by atom, its public part: who is in a part, everybody knows; which atom of it he is in, his sensitive values say. Atoms that
	// nobody is in are there as well. None where marks are not judged.
	Parts []int
	// Vectors of what was released earlier, of this response's cells, and of what must stay undetermined.
	Vectors []Vector
}

// Atom is a set of rows, or of entities, with equal membership in all cells of a class. Lists are by reference.
type Atom struct {
	Entities []int64 // distinct entities
	// Members number the entities of an atom, where they are few and the reference is not single; nil when they are not known.
	Members [][]int64
	Totals  []Concentration // of the entities' absolute totals; none where each row counts one entity once
	Holders [][]int64       // of marks: the entities that hold each declared sensitive value
	Sums    []*big.Rat      // the atom's signed totals, where there are Totals
}

// Role says what a vector stands for.
type Role int

// The roles of a vector.
const (
	RoleEarlier  Role = iota // released before: it stays
	RoleCell                 // a cell of this response, at Place
	RoleWithheld             // withheld before: it must stay undetermined
	RolePart                 // what an earlier answer left out: when it is determined, it must pass the rules
	RoleKept                 // given the value of an earlier load, from which few changed: neither released nor withheld
)

// Vector is one cell, as the atoms that it holds.
type Vector struct {
	Role       Role
	Place      Place
	Atoms      []int   // sorted, each once
	Times      []int64 // how often each is added; none: once
	References []int   // indexes of the references that the cell's tables have
}

// fault says why a vector may not join.
type fault int

const (
	faultNone  fault = iota
	faultAlone       // falls on the cell alone: a part that is dominated or alike would be determined
	faultGroup       // falls on all cells of the row and set: few entities, a withheld cell, or a search cut short
)

// audit is the state of one class, one space for each reference.
type audit struct {
	class   *Class
	rules   Rules
	spaces  []*view
	known   map[string]bool // cells that were judged on exact evidence
	earlier []Vector        // released before
	cells   map[Place][]Vector
	asked   map[int]bool
}

// view is the space of one reference. Atoms with K entities or more come first, then those with fewer, then those with none.
type view struct {
	ref          int
	space        *space
	place        []int          // atom -> coordinate
	atom         []int          // coordinate -> atom
	large, small int            // numbers of the first two kinds
	parts        map[int]Vector // of the protected vectors, by number: the unions
	withheld     []Vector       // all protected vectors
	marks        *marks         // where marks are judged
}

// audits prepare a class. What a kept cell was told differs from its value of now by a few entities at most. Its value of now must not be
// determined, or the difference were told; and nothing forbidden may follow from what it was told, as if nobody had changed. Each is an
// audit of its own.
func audits(c *Class, r Rules) []*audit {
	vectors := func(role Role) []Vector {
		out := slices.Clone(c.Vectors)
		for i, v := range out {
			if v.Role == RoleKept {
				out[i].Role = role
			}
		}
		return out
	}
	out := []*audit{newAudit(c, r, vectors(RoleEarlier))}
	if len(c.Parts) == 0 && slices.ContainsFunc(c.Vectors, func(v Vector) bool { return v.Role == RoleKept }) {
		out = append(out, newAudit(c, r, vectors(RoleWithheld)))
	}
	return out
}

func newAudit(c *Class, r Rules, vectors []Vector) *audit {
	a := &audit{class: c, rules: r, known: map[string]bool{}, cells: map[Place][]Vector{}, asked: map[int]bool{}}
	for _, column := range c.Columns {
		a.asked[column] = true
	}
	var protected []Vector
	for _, v := range vectors {
		switch v.Role {
		case RoleCell:
			a.cells[v.Place] = append(a.cells[v.Place], v)
			a.know(v)
		case RoleEarlier:
			a.earlier = append(a.earlier, v)
			a.know(v)
		default:
			protected = append(protected, v)
		}
	}
	for ref := range c.Single {
		if len(c.Parts) > 0 {
			a.spaces = append(a.spaces, a.marks(ref, vectors))
			continue
		}
		a.spaces = append(a.spaces, a.view(ref, vectors, protected))
	}
	return a
}

func (a *audit) view(ref int, vectors, protected []Vector) *view {
	w := a.ordered(ref)
	var kept []vector
	for _, p := range protected {
		if p.Role == RolePart {
			w.parts[len(kept)] = p
		}
		kept = append(kept, w.vector(p))
		w.withheld = append(w.withheld, p)
	}
	w.space = newSpace(kept)
	var told []vector
	for _, v := range vectors {
		if v.Role == RoleEarlier && v.has(ref) {
			told = append(told, w.vector(v))
		}
	}
	w.space.extend(told)
	return w
}

// ordered puts the atoms in order.
func (a *audit) ordered(ref int) *view {
	w := &view{ref: ref, place: make([]int, len(a.class.Atoms)), parts: map[int]Vector{}}
	var few, none []int
	for i, atom := range a.class.Atoms {
		switch n := atom.Entities[ref]; {
		case n >= a.rules.K:
			w.atom = append(w.atom, i)
		case n > 0:
			few = append(few, i)
		default:
			none = append(none, i)
		}
	}
	w.large, w.small = len(w.atom), len(few)
	w.atom = append(append(w.atom, few...), none...)
	for at, i := range w.atom {
		w.place[i] = at
	}
	return w
}

// with adds a cell's vectors when nothing forbidden follows; undo takes them back.
func (a *audit) with(at Place) (f fault, undo func()) {
	var steps []step
	undo = func() {
		for i := len(steps) - 1; i >= 0; i-- {
			steps[i].undo()
		}
	}
	if a.class.Unknown || len(a.cells[at]) == 0 {
		return faultGroup, undo
	}
	for _, v := range a.cells[at] {
		for _, w := range a.spaces {
			if !v.has(w.ref) {
				continue
			}
			s := w.space.add(w.vector(v))
			steps = append(steps, s)
			f = max(f, a.judge(w, s))
		}
	}
	if f != faultNone {
		undo()
	}
	return f, undo
}

// settle makes the cells that joined so far stay.
func (a *audit) settle() {
	for _, w := range a.spaces {
		w.space.settle()
	}
}

// judge decides what follows from one more vector. What earlier answers determined already is not blamed on it.
func (a *audit) judge(w *view, s step) fault {
	if w.space.cut() {
		return faultGroup
	}
	if s.pivot < 0 {
		return faultNone
	}
	if w.marks != nil {
		return a.marked(w, s)
	}
	if s.pivot >= w.large && s.pivot < w.large+w.small && a.reachable(w) {
		return faultGroup
	}
	f := faultNone
	for _, i := range s.determined {
		if part, union := w.parts[i]; union {
			f = max(f, a.part(w.ref, part.Atoms))
			continue
		}
		// A withheld cell. It falls on this cell alone where the reason is its amount.
		if g := a.breaks(w.ref, w.withheld[i].Atoms); g != faultNone {
			f = max(f, g)
			continue
		}
		f = faultGroup
	}
	for _, i := range s.changed {
		if atoms, is := w.indicator(w.space.rows[i]); is {
			f = max(f, a.part(w.ref, atoms))
		}
	}
	return f
}
