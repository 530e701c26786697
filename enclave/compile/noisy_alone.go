package compile

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"yumen/catalog"
)

// A statistic is of the tables that its own rows, keys and measure name. What else the text joins or rolls up for its other columns neither
// changes the value nor lets anybody move it, so it is part neither of the canonical cell nor of what noise is scaled by: otherwise one value
// would have as many draws as there are tables to join and not to use.

// wanted are the paths of a base that something names.
type wanted map[string]bool

// of marks what a box, keys and a measure name. Keys of which a box already holds the values are given as columns beside it.
func (w wanted) of(b Box, keys []ColumnRef, m Measure) wanted {
	for _, c := range b.Conditions {
		w[c.Column.Path] = true
	}
	for _, p := range b.Matched {
		w[p] = true
	}
	for _, k := range keys {
		w[k.Path] = true
	}
	for _, f := range m.factors() {
		w[f.Column.Path] = true
	}
	if m.Kind == MeasureEntities {
		w[m.Entity.Path] = true
	}
	return w
}

// alone is a base with nothing in it but what is named, and a box over it. Results of a roll-up that are not named are left out, and all of
// it where nothing asks for it.
func (b Base) alone(box Box, keys []ColumnRef, m Measure) (Base, Box) {
	var rollups []Rollup
	for _, r := range b.Rollups {
		if left := box.without(r.Path); r.Entity.Path == b.Root.Path && left.Subset(r.Box) {
			box = left // every row has a key, so it is in its entity's roll-up
		}
		named := func(c ColumnRef) bool {
			return slices.Contains(keys, c) || slices.ContainsFunc(box.Conditions, func(x Condition) bool { return x.Column == c })
		}
		r.Columns = slices.DeleteFunc(slices.Clone(r.Columns), func(c RollupColumn) bool { return !named(ColumnRef{Path: r.Path, Column: c.Name}) })
		if len(r.Columns) == 0 && !box.matches(r.Path) {
			continue
		}
		before := r.Path
		r.Path = r.named()
		box = box.withPath(before, r.Path)
		rollups = append(rollups, r)
	}
	named := wanted{b.Root.Path: true}.of(box, keys, m)
	for _, r := range rollups {
		named.of(r.Box, nil, Measure{Kind: MeasureEntities, Entity: r.Entity})
		for _, c := range r.Columns {
			if c.Column.Path != "" {
				named[c.Column.Path] = true
			}
		}
	}
	out := Base{Root: b.Root, Rollups: rollups}
	for _, t := range slices.Backward(byPath(b.Joins)) {
		if named[t.Path] {
			named[t.Parent] = true
			out.Joins = append(out.Joins, t)
		}
	}
	out.Joins = byPath(out.Joins)
	for _, e := range b.Entities {
		if named[e.Path] {
			out.Entities = append(out.Entities, e)
		}
	}
	return out, box
}

// without is a box that does not ask for a match.
func (b Box) without(path string) Box {
	b.Matched = slices.DeleteFunc(slices.Clone(b.Matched), func(p string) bool { return p == path })
	return b
}

// named is the path of a roll-up by its content.
func (r Rollup) named() string {
	r.Path = ""
	content, err := json.Marshal(r)
	if err != nil {
		panic("compile: a roll-up is plain data") // strings and numbers always encode
	}
	return rollupPath + strings.TrimPrefix(string(catalog.DigestOf(content)), "sha256:")
}

// setOf is the box of a statistic, with the row scope of the root, which is a condition like any other; and the columns of its keys.
func (n *NoisyProgram) setOf(s Statistic) (Box, []ColumnRef) {
	if s.Set == universal {
		return conjunction(Box{}, n.rootScope()), nil
	}
	var keys []ColumnRef
	for _, k := range n.plan.Keys {
		keys = append(keys, k.Column)
	}
	return n.open(conjunction(n.plan.Sets[s.Set], n.rootScope())), keys
}

func (n *NoisyProgram) rootScope() []Condition {
	return own(n.in.Scope[n.plan.Base.Root.Dataset], n.plan.Base.Root.Path)
}

// scoped is the base of the plan, its roll-ups over the rows that the row scope leaves.
func (n *NoisyProgram) scoped() Base {
	out := n.plan.Base
	out.Rollups = slices.Clone(out.Rollups)
	for i, r := range out.Rollups {
		out.Rollups[i].Box = conjunction(r.Box, n.rootScope())
	}
	return out
}

// joinedScope is the row scope of the tables that a base joins; the root's is in the box.
func (n *NoisyProgram) joinedScope(b Base) Scope {
	out := Scope{}
	for _, t := range b.Joins {
		if conditions := n.in.Scope[t.Dataset]; len(conditions) > 0 {
			out[t.Dataset] = conditions
		}
	}
	return out
}

// bounded says the results of roll-ups within what they can be: between one row and as many as are declared, and the sums of as many values within
// their bounds. A line beyond that is none.
func (n *NoisyProgram) bounded(b Box) Box {
	b.Conditions = slices.Clone(b.Conditions)
	for i, x := range b.Conditions {
		if domain, known := n.resultDomain(x); known {
			if within, ok := x.Set.Intersect(domain, x.Type); ok {
				within.Null = x.Set.Null
				b.Conditions[i].Set = within
			}
		}
	}
	return b
}

// open leaves out the conditions on results of roll-ups that nothing fails.
func (n *NoisyProgram) open(b Box) Box {
	out := b
	out.Conditions = nil
	for _, x := range b.Conditions {
		domain, known := n.resultDomain(x)
		if known && domain.Subset(x.Set, x.Type) && (x.Set.Null || x.Column.Column == "count" && b.matches(x.Column.Path)) {
			continue
		}
		out.Conditions = append(out.Conditions, x)
	}
	return out
}

// resultDomain are the values that a roll-up's count or sum can have.
func (n *NoisyProgram) resultDomain(x Condition) (Set, bool) {
	i := slices.IndexFunc(n.plan.Base.Rollups, func(r Rollup) bool { return r.Path == x.Column.Path })
	if i < 0 {
		return Set{}, false
	}
	r := n.plan.Base.Rollups[i]
	j := slices.IndexFunc(r.Columns, func(c RollupColumn) bool { return c.Name == x.Column.Column })
	reach, err := reaches(n.plan.Base, n.in.Specs)
	if j < 0 || err != nil {
		return Set{}, false
	}
	low, high := big.NewRat(1, 1), new(big.Rat).SetInt(reach.own[reach.origin(r.Entity)])
	switch c := r.Columns[j]; c.Func {
	case "count":
	case "sum":
		spec := n.in.Specs[n.plan.datasetOf(c.Column.Path)]
		if spec == nil || spec.Column(c.Column.Column) == nil || len(spec.Column(c.Column.Column).Bounds) != 2 {
			return Set{}, false
		}
		least, errLeast := spec.Column(c.Column.Column).Bounds[0].Rat()
		most, errMost := spec.Column(c.Column.Column).Bounds[1].Rat()
		if errLeast != nil || errMost != nil {
			return Set{}, false
		}
		rows := high
		if low = least; least.Sign() < 0 {
			low = new(big.Rat).Mul(least, rows)
		}
		if high = most; most.Sign() > 0 {
			high = new(big.Rat).Mul(most, rows)
		}
	default:
		return Set{}, false
	}
	scale := scaleOf(x.Type)
	high = new(big.Rat).Add(high, new(big.Rat).SetFrac(big.NewInt(1), power(scale)))
	return Set{Intervals: []Interval{{Lo: low.FloatString(scale), Hi: high.FloatString(scale)}}}, true
}

// everybody reports whether a statistic is of the whole universe: by no key, and by no condition that anything fails.
func (n *NoisyProgram) everybody(s Statistic) bool {
	_, box := n.scoped().alone(n.open(n.plan.Sets[s.Set]), nil, s.Measure)
	return len(n.plan.Keys)+len(box.Conditions)+len(box.Matched) == 0
}

// reachOf is how far entities reach in what a statistic is of.
func (n *NoisyProgram) reachOf(s Statistic) (reaching, error) {
	box, keys := n.setOf(s)
	base, _ := n.scoped().alone(box, keys, s.Measure)
	return reaches(base, n.in.Specs)
}

// measured is what a statistic counts, with one form for each meaning: entities behind joins that must match are those in front of them, and where
// each row is an entity, the entities are the rows.
func (n *NoisyProgram) measured(s Statistic, box Box) Measure {
	m := s.Measure
	if m.Kind != MeasureEntities {
		return m
	}
	m.Entity = cohort{base: n.plan.Base, box: box}.representative(m.Entity)
	if m.Entity.Unique && m.Entity.Path == n.plan.Base.Root.Path {
		return Measure{Kind: MeasureRows}
	}
	return m
}
