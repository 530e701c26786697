package compile

import (
	"fmt"
	"slices"

	"yumen/enclave/disclosure"
)

// nested is a comparator that contains the set's cells by construction: the universe, or the same family without some of its sensitive
// conditions and keys. Only comparator minus cell is judged, by entity counts.
type nested struct {
	against disclosure.Against
	cohort  cohort
	kept    []int       // indexes of the keys that the comparator groups by
	shares  []Condition // declared sensitive values of what it lacks, one each, in governed form
	empty   bool        // it equals every cell by the boxes, so nothing is asked
	judged  []int       // representatives whose entities are counted
	present []bool      // by position in judged: a reference that no differing row has does not count
}

// maxSensitive bounds the number of sensitive conditions and keys of a set: every subset of them is a comparator.
const maxSensitive = 6

// comparators lists the nested comparators of a set.
func (g *generator) comparators(set int) ([]nested, error) {
	c := g.sets[set]
	universe := nested{against: disclosure.AgainstUniverse, cohort: govern(g.plan.Base, nil, Box{}, g.in.Scope)}
	universe.empty = len(c.keys) == 0 && universe.cohort.box.Subset(c.box)
	for i, e := range g.reps[set] {
		origin, through := c.origin(e)
		if len(through) > 0 && origin.Path == c.base.Root.Path {
			continue // the entities of the root decide: where this one is there, it is the same
		}
		universe.judged = append(universe.judged, i)
		universe.present = append(universe.present, e.Path != c.base.Root.Path)
	}
	out := []nested{universe}
	sensitive := g.sensitive(set)
	if len(sensitive) > maxSensitive {
		return nil, ErrTooLarge
	}
	for subset := 1; subset < 1<<len(sensitive); subset++ {
		out = append(out, g.without(set, sensitive, subset))
	}
	return out, nil
}

// dropped is a sensitive condition or key of a set.
type dropped struct {
	condition int // index into the set's conditions, or -1
	key       int // index into the keys, or -1
}

func (g *generator) sensitive(set int) []dropped {
	var out []dropped
	for i, c := range g.plan.Sets[set].Conditions {
		if c.Sensitive {
			out = append(out, dropped{i, -1})
		}
	}
	for i, k := range g.plan.Keys {
		if k.Sensitive {
			out = append(out, dropped{-1, i})
		}
	}
	return out
}

// without is the family without one subset of its sensitive conditions and keys.
func (g *generator) without(set int, sensitive []dropped, subset int) nested {
	full := g.plan.Sets[set]
	box, kept := Box{Matched: full.Matched}, []int{}
	n := nested{against: disclosure.AgainstSensitive}
	lacks := func(d dropped) bool {
		i := slices.Index(sensitive, d)
		return i >= 0 && subset&(1<<i) != 0
	}
	for i, c := range full.Conditions {
		if lacks(dropped{i, -1}) {
			n.shares = append(n.shares, valueShares(c.Column, c.SensitiveValues)...)
			continue
		}
		box.Conditions = append(box.Conditions, c)
	}
	var keys []Key
	for i, k := range g.plan.Keys {
		if lacks(dropped{-1, i}) {
			n.shares = append(n.shares, valueShares(k.Column, k.SensitiveValues)...)
			continue
		}
		kept, keys = append(kept, i), append(keys, k)
	}
	n.cohort, n.kept = govern(g.plan.Base, keys, box, g.in.Scope), kept
	n.shares = n.cohort.renamed(Box{Conditions: n.shares}).Conditions
	n.empty = len(kept) == len(g.plan.Keys) && n.cohort.box.Subset(g.sets[set].box)
	for i := range g.reps[set] {
		n.judged, n.present = append(n.judged, i), append(n.present, false)
	}
	return n
}

// valueShares asks for each declared sensitive value of a column. Values are compared as canonical texts.
func valueShares(column ColumnRef, values []string) []Condition {
	var out []Condition
	for _, v := range values {
		out = append(out, Condition{Column: column, Type: "VARCHAR", Set: Set{Values: []string{v}}})
	}
	return out
}

// nested writes the statements of a set's nested comparators.
func (g *generator) nested(set int) error {
	comparators, err := g.comparators(set)
	if err != nil {
		return err
	}
	g.nest[set] = comparators
	for n := range comparators {
		if err := g.sizes(set, n); err != nil {
			return err
		}
		for position, rep := range comparators[n].judged {
			if comparators[n].empty || g.sets[set].oneRow(g.reps[set][rep]) {
				continue
			}
			if err := g.beyond(set, n, position); err != nil {
				return err
			}
		}
	}
	return nil
}

// sizes counts the entities of a comparator's own cells: where rows are entities the difference to a cell is a subtraction. With
// them come the shares of declared sensitive values, for every reference.
func (g *generator) sizes(set, n int) error {
	c, reps := g.nest[set][n], g.reps[set]
	w := &writer{}
	r := relate(c.cohort)
	var entities, held, columns []string
	var read []func(*size, *string) error
	for position, rep := range c.judged {
		one := g.sets[set].oneRow(reps[rep])
		if c.empty || !one && len(c.shares) == 0 {
			continue
		}
		distinct := "DISTINCT "
		if one {
			distinct = ""
		}
		entities = append(entities, fmt.Sprintf("%s AS e%d", r.entity(w, reps[rep]), rep))
		columns = append(columns, fmt.Sprintf("count(%se%d)", distinct, rep))
		read = append(read, readSize(position))
		for v := range c.shares {
			columns = append(columns, fmt.Sprintf("count(%se%d) FILTER (WHERE h%d)", distinct, rep, v))
			read = append(read, readHolders(position, v))
		}
	}
	if len(columns) == 0 {
		return nil
	}
	for v, condition := range c.shares {
		held = append(held, fmt.Sprintf("%s AS h%d", r.textIs(w, condition), v))
	}
	keys := numbered("k", len(c.kept))
	sql := fmt.Sprintf("WITH base AS (SELECT %s%s)\nSELECT %s FROM base%s", list(named("k", r.keysOf(w, c.cohort.keys)), entities, held),
		r.from(w, r.member(w, c.cohort.box)), list(keys, columns), grouped(keys))
	return g.add(w, sql, step{width: len(keys) + len(columns), limit: g.in.Limits.Rows, read: func(e *gathering, row []*string) error {
		s := e.size(set, n, row[:len(keys)])
		for i, f := range read {
			if err := f(s, row[len(keys)+i]); err != nil {
				return err
			}
		}
		return nil
	}}, c.cohort)
}

// textIs compares a column's canonical text with a value; it is never NULL.
func (r *relation) textIs(w *writer, c Condition) string {
	return fmt.Sprintf("coalesce(CAST(%s AS VARCHAR) = %s, FALSE)", r.column(w, c.Column), w.bind("VARCHAR", c.Set.Values[0]))
}

// beyond counts, for every cell, the entities that have a row in the comparator outside the cell, where entities may have several
// rows: those of the comparator, less those whose rows are all in the cell.
func (g *generator) beyond(set, n, position int) error {
	c, a := g.nest[set][n], g.sets[set]
	rep := g.reps[set][c.judged[position]]
	w := &writer{}
	r := relate(a, c.cohort)
	keys, kept := numbered("k", len(a.keys)), []string{}
	for _, i := range c.kept {
		kept = append(kept, fmt.Sprintf("k%d", i))
	}
	e := r.entity(w, rep)
	base := fmt.Sprintf("base AS (SELECT %s%s)",
		list(named("k", r.keysOf(w, a.keys)), []string{e + " AS e", r.member(w, a.box) + " AS inside"}),
		r.from(w, all(e+" IS NOT NULL", r.member(w, c.cohort.box))))
	sql := fmt.Sprintf(`WITH %s,
whole AS (SELECT %s FROM base%s),
part AS (SELECT %s FROM base WHERE inside%s),
size AS (SELECT %s FROM whole%s)
SELECT %s FROM part JOIN whole ON %s JOIN size ON %s%s`,
		base,
		list(kept, []string{"e", "count(*) AS r"}), grouped(kept, []string{"e"}),
		list(keys, []string{"e", "count(*) AS r"}), grouped(keys, []string{"e"}),
		list(kept, []string{"count(*) AS n"}), grouped(kept),
		list(prefixed("part.", keys), []string{"coalesce(min(size.n), 0) - count(*) FILTER (WHERE part.r = whole.r)"}),
		all("part.e = whole.e", same("part", "whole", kept...)), same("part", "size", kept...), grouped(prefixed("part.", keys)))
	return g.add(w, sql, step{width: len(keys) + 1, limit: g.in.Limits.Rows, read: func(e *gathering, row []*string) error {
		to, err := e.group(set, row[:len(keys)], true)
		if err != nil {
			return err
		}
		return readBeyond(n, position)(to, row[len(keys)])
	}}, a, c.cohort)
}
