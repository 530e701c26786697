package compile

import (
	"encoding/json"
	"slices"
	"strings"

	"yumen/catalog"
)

// Scope is the row scope of a grant: for each dataset, conditions on its own columns (the path of a condition's column is
// ignored). It is part of what a cohort is: the same text under another scope is another cohort.
type Scope map[string][]Condition

// cohort is the rows of a family in governed form: the row scope is part of it. Paths are decorated with the scope of the tables
// behind them, so that in two cohorts equal paths are equal relations, whatever grants they came from.
type cohort struct {
	base   Base
	box    Box // the row scope of the root is in it
	keys   []Key
	filter map[string][]Condition // scope of a joined table, by decorated path
	rename map[string]string      // path of the plan -> decorated path
	reads  map[string]Attachment  // by dataset: the snapshots that it is read from, where they are not the run's own
}

// govern applies a row scope to a family's rows.
func govern(base Base, keys []Key, box Box, scope Scope) cohort {
	c := cohort{filter: map[string][]Condition{}, rename: map[string]string{base.Root.Path: base.Root.Path}}
	c.base.Root = base.Root
	for _, t := range byPath(base.Joins) {
		old := t.Path
		t.Path = c.path(t.Parent) + strings.TrimPrefix(old, t.Parent)
		if conditions := scope[t.Dataset]; len(conditions) > 0 {
			t.Path += scopeMark(conditions)
			c.filter[t.Path] = own(conditions, t.Path)
		}
		t.Parent, t.Inner = c.path(t.Parent), false
		c.rename[old] = t.Path
		c.base.Joins = append(c.base.Joins, t)
	}
	mark := baseMark(base, scope)
	for _, r := range base.Rollups {
		c.rename[r.Path] = r.Path + mark
	}
	rootScope := own(scope[base.Root.Dataset], base.Root.Path)
	for _, r := range base.Rollups {
		c.base.Rollups = append(c.base.Rollups, c.rollup(r, rootScope))
	}
	for _, e := range base.Entities {
		c.base.Entities = append(c.base.Entities, c.entity(e))
	}
	for _, k := range keys {
		k.Column = c.column(k.Column)
		c.keys = append(c.keys, k)
	}
	c.box = conjunction(c.renamed(box), rootScope)
	return c
}

// byPath returns the joins sorted, so that a parent stands before its children: its path is a prefix of theirs.
func byPath(joins []Table) []Table {
	out := slices.Clone(joins)
	slices.SortFunc(out, func(a, b Table) int { return strings.Compare(a.Path, b.Path) })
	return out
}

func own(conditions []Condition, path string) []Condition {
	out := slices.Clone(conditions)
	for i := range out {
		out[i].Column.Path = path
	}
	return out
}

// scopeMark decorates a path with what narrows the table behind it.
func scopeMark(conditions []Condition) string {
	text, err := json.Marshal(own(conditions, ""))
	if err != nil {
		panic("compile: conditions are plain data") // strings and booleans always encode
	}
	digest := string(catalog.DigestOf(text))
	return "?" + digest[len(digest)-16:]
}

// baseMark decorates roll-ups: they are computed from all governed tables of the base.
func baseMark(base Base, scope Scope) string {
	var conditions []Condition
	for _, t := range append([]Table{base.Root}, byPath(base.Joins)...) {
		conditions = append(conditions, own(scope[t.Dataset], t.Path)...)
	}
	if len(conditions) == 0 {
		return ""
	}
	return scopeMark(conditions)
}

func (c cohort) path(old string) string {
	if p, ok := c.rename[old]; ok {
		return p
	}
	return old
}

func (c cohort) column(r ColumnRef) ColumnRef { r.Path = c.path(r.Path); return r }

func (c cohort) entity(e EntityRef) EntityRef { e.Path = c.path(e.Path); return e }

func (c cohort) measure(m Measure) Measure {
	m.Column, m.Entity = c.column(m.Column), c.entity(m.Entity)
	if m.Other != nil {
		other := *m.Other
		other.Column = c.column(other.Column)
		m.Other = &other
	}
	return m
}

func (c cohort) renamed(b Box) Box {
	out := Box{}
	for _, x := range b.Conditions {
		x.Column = c.column(x.Column)
		out.Conditions = append(out.Conditions, x)
	}
	for _, p := range b.Matched {
		out.Matched = append(out.Matched, c.path(p))
	}
	return out
}

func (c cohort) rollup(r Rollup, scope []Condition) Rollup {
	out := Rollup{Path: c.path(r.Path), Entity: c.entity(r.Entity), Box: conjunction(c.renamed(r.Box), scope)}
	for _, x := range r.Columns {
		x.Column = c.column(x.Column)
		out.Columns = append(out.Columns, x)
	}
	return out
}

// origin follows a reference up the joins that run on hashed keys: where both have a value, it is the same entity.
func (c cohort) origin(e EntityRef) (EntityRef, []string) {
	var through []string
	for {
		i := slices.IndexFunc(c.base.Joins, func(t Table) bool { return t.Path == e.Path })
		if i < 0 || c.base.Joins[i].Entity != e.Index || c.base.Joins[i].ParentEntity < 0 {
			return e, through
		}
		t := c.base.Joins[i]
		through = append(through, t.Path)
		up := slices.IndexFunc(c.base.Entities, func(x EntityRef) bool { return x.Path == t.Parent && x.Index == t.ParentEntity })
		if up < 0 {
			return e, through
		}
		e = c.base.Entities[up]
	}
}

// representative is the reference whose figures are also those of e within the cohort: its origin, if every join on the way
// must match.
func (c cohort) representative(e EntityRef) EntityRef {
	root, through := c.origin(e)
	for _, p := range through {
		if !slices.Contains(c.box.Matched, p) {
			return e
		}
	}
	return root
}

// oneRow reports whether an entity of the reference has at most one row in the base.
func (c cohort) oneRow(e EntityRef) bool {
	root, _ := c.origin(e)
	return root.Unique && root.Path == c.base.Root.Path
}

// representatives lists the distinct representatives of all references, and for each reference which one is its own.
func (c cohort) representatives() (reps []EntityRef, of []int) {
	for _, e := range c.base.Entities {
		r := c.representative(e)
		i := slices.Index(reps, r)
		if i < 0 {
			i, reps = len(reps), append(reps, r)
		}
		of = append(of, i)
	}
	return reps, of
}
