package disclosure

import (
	"math/big"
	"slices"

	"yumen/enclave/disclosure/interval"
)

// rangeSteps bounds the exact searches of one response; a search that needs more is cut short, and what is asked is withheld.
const rangeSteps = 4_000_000

// ranges decides what the linear audit leaves open: a withheld cell that no combination of answers gives may still lie in a narrow range,
// because counts and amounts have bounds. A withheld count must not be a single whole number. A withheld amount that breaks a rule must
// be able to lie farther from its value, to both sides, than the protection of that rule. Cells of this response are withheld as well until that
// is so.
func (j *judgement) ranges(audits []*audit) {
	effort := interval.NewEffort(rangeSteps)
	for _, a := range audits {
		if a.class.Unknown {
			continue
		}
		for _, w := range a.spaces {
			g := j.ground(a, w, effort)
			if g == nil {
				continue
			}
			if !g.sound() {
				g.closeAll()
				continue
			}
			for i, t := range w.withheld {
				if need := g.need(t); need != nil && len(w.space.kept[i]) > 0 && !g.moves(i, need) {
					g.protect(t, need)
				}
			}
		}
	}
}

// ground is what is known of the atoms of a class through one reference.
type ground struct {
	judge     *judgement
	audit     *audit
	view      *view
	effort    *interval.Effort
	whole     bool
	value     []*big.Rat // by atom
	low, high []*big.Rat // by atom: what everybody knows of it, nil for nothing
	columns   map[int][]entry
}

// ground prepares the atoms, or returns nil where nothing bounds them.
func (j *judgement) ground(a *audit, w *view, effort *interval.Effort) *ground {
	g := &ground{judge: j, audit: a, view: w, effort: effort, whole: a.class.Kind == Count}
	low, high := a.class.Low, a.class.High
	if g.whole {
		low, high = new(big.Rat), nil
	} else if low == nil && a.class.positive(w.ref) {
		low = new(big.Rat)
	}
	if low == nil && high == nil || len(w.withheld) == 0 {
		return nil
	}
	single := a.class.Single[w.ref] // every entity is a row
	if g.whole && !single && !slices.ContainsFunc(a.class.Atoms, func(x Atom) bool { return len(x.Totals) > 0 }) {
		return nil // entities that are in several atoms do not add up: no equation holds
	}
	for _, atom := range a.class.Atoms {
		rows := new(big.Rat).SetInt64(atom.Entities[w.ref])
		g.value = append(g.value, atom.value(w.ref, rows))
		g.low = append(g.low, total(low, rows, single || low != nil && low.Sign() >= 0))
		g.high = append(g.high, total(high, rows, single || high != nil && high.Sign() <= 0))
	}
	return g
}

// total is the bound of so many rows; where an entity may have more rows than one, their number is only known to be no smaller.
func total(bound, rows *big.Rat, known bool) *big.Rat {
	if bound == nil || !known {
		return nil
	}
	return new(big.Rat).Mul(bound, rows)
}

// value is what an atom adds up to: its rows, unless it has sums; nil when there is no evidence.
func (a Atom) value(ref int, rows *big.Rat) *big.Rat {
	if len(a.Totals) == 0 {
		return rows
	}
	if ref >= len(a.Sums) {
		return nil
	}
	return a.Sums[ref]
}

// positive reports whether nobody contributes less than zero, which everybody may guess then.
func (c *Class) positive(ref int) bool {
	return !slices.ContainsFunc(c.Atoms, func(a Atom) bool {
		return ref >= len(a.Sums) || ref >= len(a.Totals) || a.Sums[ref] == nil || a.Totals[ref].Total == nil || a.Totals[ref].Total.Cmp(a.Sums[ref]) != 0
	})
}

// sound reports whether the evidence is there and within its bounds.
func (g *ground) sound() bool {
	for i, v := range g.value {
		if v == nil || g.low[i] != nil && v.Cmp(g.low[i]) < 0 || g.high[i] != nil && v.Cmp(g.high[i]) > 0 {
			return false
		}
	}
	return true
}

// need is how far the range of a protected vector must reach beyond its value, or nil when it needs no protection: a union, or a cell that
// was withheld to protect others.
func (g *ground) need(t Vector) *big.Rat {
	breaks := g.audit.breaks(g.view.ref, t.Atoms) != faultNone
	if !breaks && (t.Role == RolePart || !g.whole) || !t.has(g.view.ref) {
		return nil
	}
	if g.whole {
		return new(big.Rat)
	}
	c, ok := g.audit.concentration(g.view.ref, t.Atoms)
	if !ok {
		return new(big.Rat)
	}
	return g.judge.rules.Protection(c)
}

// wide reports whether a range protects the value of a vector.
func (g *ground) wide(r interval.Range, t Vector, need *big.Rat) bool {
	if r.Point() {
		return false
	}
	if need.Sign() == 0 {
		return true
	}
	value := g.sum(t)
	above := r.High == nil || new(big.Rat).Sub(r.High, value).Cmp(need) >= 0
	below := r.Low == nil || new(big.Rat).Sub(value, r.Low).Cmp(need) >= 0
	return above && below
}

func (g *ground) sum(t Vector) *big.Rat {
	out := new(big.Rat)
	for i, at := range t.Atoms {
		out.Add(out, new(big.Rat).Mul(new(big.Rat).SetInt64(int64(t.times(i))), g.value[at]))
	}
	return out
}
