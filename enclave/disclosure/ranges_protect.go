package disclosure

import (
	"math/big"
	"slices"

	"yumen/enclave/disclosure/interval"
)

// helpers bounds the cells that are withheld one by one to protect others; then all are.
const helpers = 64

// protect withholds cells of this response until a protected vector is safe: each time the one of fewest entities that makes it so, or where no
// single one does, the one of fewest entities. What earlier answers say alone is not blamed on this response, as long as it adds nothing.
func (g *ground) protect(t Vector, need *big.Rat) {
	if g.safe(t, need, g.equations(nil)) {
		return
	}
	alone := g.span(t, g.earlier())
	for range helpers {
		near := g.near(t)
		if len(near) == 0 {
			return
		}
		i := slices.IndexFunc(near, func(at Place) bool { return g.settled(t, need, alone, g.equations(&at)) })
		g.withhold(near[max(i, 0)])
		if i >= 0 || g.settled(t, need, alone, g.equations(nil)) {
			return
		}
	}
	g.closeAll()
}

// settled reports whether a vector is safe, or as unsafe as the earlier answers alone leave it.
func (g *ground) settled(t Vector, need *big.Rat, alone *interval.Range, with []Vector) bool {
	r := g.span(t, with)
	if r == nil {
		return false
	}
	return g.wide(*r, t, need) || alone != nil && equal(r.Low, alone.Low) && equal(r.High, alone.High)
}

func equal(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 }

func (g *ground) safe(t Vector, need *big.Rat, with []Vector) bool {
	r := g.span(t, with)
	return r != nil && g.wide(*r, t, need)
}

// span is the exact range of a vector under equations, nil when the search is cut short.
func (g *ground) span(t Vector, with []Vector) *interval.Range {
	var s interval.System
	for i := range g.value {
		s.Unknowns = append(s.Unknowns, interval.Unknown{Low: g.low[i], High: g.high[i], Whole: g.whole})
	}
	for _, v := range with {
		s.Equations = append(s.Equations, interval.Equation{Terms: v.terms(), Value: g.sum(v)})
	}
	solver, err := interval.New(s)
	if err != nil {
		return nil
	}
	r, err := solver.Range(t.terms(), g.effort)
	if err != nil {
		return nil
	}
	return &r
}

func (v Vector) terms() []interval.Term {
	out := make([]interval.Term, len(v.Atoms))
	for i, at := range v.Atoms {
		out[i] = interval.Term{At: at, Times: int64(v.times(i))}
	}
	return out
}

// earlier are the equations of the answers of before.
func (g *ground) earlier() []Vector {
	return slices.DeleteFunc(slices.Clone(g.audit.earlier), func(v Vector) bool { return !v.has(g.view.ref) })
}

// equations are those of before and of the cells of this response that still leave, but one.
func (g *ground) equations(but *Place) []Vector {
	out := g.earlier()
	for _, at := range g.leaving() {
		if but != nil && g.falls(*but, at) {
			continue
		}
		for _, v := range g.audit.cells[at] {
			if v.has(g.view.ref) {
				out = append(out, v)
			}
		}
	}
	return out
}

// leaving are the places of this response whose own value still leaves, in order of (set, row, column).
func (g *ground) leaving() []Place {
	var out []Place
	for at := range g.audit.cells {
		if g.audit.asked[at.Column] && g.judge.out.Cells[at.Row][at.Column].Released {
			out = append(out, at)
		}
	}
	slices.SortFunc(out, g.judge.order)
	return out
}

// order is that in which cells are decided.
func (j *judgement) order(a, b Place) int {
	if by := j.table.Columns[a.Column].Set - j.table.Columns[b.Column].Set; by != 0 {
		return by
	}
	if a.Row != b.Row {
		return a.Row - b.Row
	}
	return a.Column - b.Column
}

// falls reports whether a cell falls when another one is withheld: an amount falls alone, a count with all cells of its row and set.
func (g *ground) falls(withheld, at Place) bool {
	if !g.whole {
		return withheld == at
	}
	sets := g.judge.table.Columns
	return withheld.Row == at.Row && sets[withheld.Column].Set == sets[at.Column].Set
}

// near lists the cells of this response that can have to do with a vector, those of fewest entities first, the later of equals first.
func (g *ground) near(t Vector) []Place {
	reached := map[int]bool{}
	for _, at := range t.Atoms {
		reached[at] = true
	}
	with := g.equations(nil)
	for grown := true; grown; {
		grown = false
		for _, v := range with {
			if !slices.ContainsFunc(v.Atoms, func(at int) bool { return reached[at] }) {
				continue
			}
			for _, at := range v.Atoms {
				grown = grown || !reached[at]
				reached[at] = true
			}
		}
	}
	out := slices.DeleteFunc(g.leaving(), func(at Place) bool {
		return !slices.ContainsFunc(g.audit.cells[at], func(v Vector) bool {
			return v.has(g.view.ref) && slices.ContainsFunc(v.Atoms, func(at int) bool { return reached[at] })
		})
	})
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b Place) int { return int(g.harm(a) - g.harm(b)) })
	return out
}

// harm is what is lost with a cell: its entities.
func (g *ground) harm(at Place) int64 {
	return slices.Min(g.judge.table.Rows[at.Row].Groups[g.judge.table.Columns[at.Column].Set].Entities)
}

// withhold takes a cell back, and what falls with it, in whatever class.
func (g *ground) withhold(at Place) {
	for _, c := range g.judge.columnsOf(g.judge.table.Columns[at.Column].Set) {
		if g.judge.out.Cells[at.Row][c].Released && g.falls(at, Place{at.Row, c}) {
			g.judge.out.Cells[at.Row][c] = Verdict{Reasons: []Reason{ReasonLinear}}
		}
	}
}

// closeAll withholds every cell of the class: nothing is proven.
func (g *ground) closeAll() {
	for _, at := range g.leaving() {
		g.withhold(at)
	}
}
