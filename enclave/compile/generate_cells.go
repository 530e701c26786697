package compile

import (
	"fmt"
	"strings"

	"yumen/enclave/disclosure"
)

// field is one output column of a statement and the way it is read into the evidence of a group.
type field struct {
	sql  string
	read func(*group, *string) error
}

func selects(fields []field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.sql
	}
	return out
}

// readGroup is the step that reads keys and fields; known says that the group must have been seen before.
func (g *generator) readGroup(set int, fields []field, known bool) step {
	keys := len(g.plan.Keys)
	return step{width: keys + len(fields), limit: g.in.Limits.Rows, read: func(e *gathering, row []*string) error {
		to, err := e.group(set, row[:keys], known)
		if err != nil {
			return err
		}
		for i, f := range fields {
			if err := f.read(to, row[keys+i]); err != nil {
				return err
			}
		}
		return nil
	}}
}

// rowsOf is the common table expression of a set's rows: its keys (k…), its representatives (e…) and what each cell adds up (m…).
func (g *generator) rowsOf(w *writer, set int) string {
	c := g.sets[set]
	r := relate(c)
	var entities, measures []string
	for i, e := range g.reps[set] {
		entities = append(entities, fmt.Sprintf("%s AS e%d", r.entity(w, e), i))
	}
	for _, j := range g.columns(set) {
		if m := g.measure(j); m.Kind != MeasureRows {
			measures = append(measures, fmt.Sprintf("%s AS m%d", r.contribution(w, m), j))
			measures = append(measures, r.judgedFactors(w, m, j)...)
		}
	}
	return fmt.Sprintf("WITH base AS (SELECT %s%s)", list(named("k", r.keysOf(w, c.keys)), entities, measures),
		r.from(w, r.member(w, c.box)))
}

// cells writes the values of a set's cells, and the evidence for every reference with one row an entity: rows are entities then,
// so it costs no roll-up.
func (g *generator) cells(set int) error {
	w := &writer{}
	base := g.rowsOf(w, set)
	var fields []field
	for i, e := range g.reps[set] {
		if g.sets[set].oneRow(e) {
			fields = append(fields, field{fmt.Sprintf("count(e%d)", i), readEntities(i)})
		}
	}
	for _, j := range g.columns(set) {
		m := g.measure(j)
		fields = append(fields, field{g.value(set, j, m), readValue(j)})
		if m.kind() != disclosure.Amount {
			continue
		}
		for i, e := range g.reps[set] {
			if g.sets[set].oneRow(e) {
				fields = append(fields, totals(fmt.Sprintf("m%d", j), g.present(e, i), j, i)...)
				fields = append(fields, m.contributors(fmt.Sprintf("m%d", j), g.present(e, i), j, i)...)
				fields = append(fields, g.rowShares(w, m, j, i)...)
			}
		}
	}
	keys := numbered("k", len(g.plan.Keys))
	sql := fmt.Sprintf("%s\nSELECT %s FROM base%s", base, list(keys, selects(fields)), grouped(keys))
	return g.add(w, sql, g.readGroup(set, fields, false), g.sets[set])
}

// present restricts an aggregate to rows that have an entity of the reference; those of the root always have.
func (g *generator) present(e EntityRef, rep int) string {
	if e.Path == g.plan.Base.Root.Path {
		return ""
	}
	return fmt.Sprintf(" FILTER (WHERE e%d IS NOT NULL)", rep)
}

func (g *generator) value(set, column int, m Measure) string {
	switch m.Kind {
	case MeasureRows:
		return "count(*)"
	case MeasureEntities:
		if g.sets[set].oneRow(m.Entity) {
			return fmt.Sprintf("count(m%d)", column)
		}
		return fmt.Sprintf("count(DISTINCT m%d)", column)
	default:
		return fmt.Sprintf("sum(m%d)", column)
	}
}

// totals are the figures of a concentration over expressions with one value an entity: how many there are, the two largest
// magnitudes, and the sum of the magnitudes.
func totals(x, filter string, column, rep int) []field {
	top := fmt.Sprintf("max(abs(%s), 2)%s", x, filter)
	return []field{
		{fmt.Sprintf("count(%s)%s", x, filter), readTotal(column, rep, 0)},
		{fmt.Sprintf("coalesce(%s[1], 0)", parenthesised(top, filter)), readTotal(column, rep, 1)},
		{fmt.Sprintf("coalesce(%s[2], 0)", parenthesised(top, filter)), readTotal(column, rep, 2)},
		{fmt.Sprintf("coalesce(sum(abs(%s))%s, 0)", x, filter), readTotal(column, rep, 3)},
	}
}

// parenthesised protects a filtered aggregate before an index.
func parenthesised(x, filter string) string {
	if filter == "" {
		return x
	}
	return "(" + x + ")"
}

// contributors counts the entities whose product is not zero. Who is multiplied by nothing contributes nothing: a column that is zero but for
// a few is a condition in disguise.
func (m Measure) contributors(x, filter string, column, rep int) []field {
	if m.Kind != MeasureProducts {
		return nil
	}
	return []field{{fmt.Sprintf("count(nullif(%s, 0))%s", x, filter), readTotal(column, rep, 4)}}
}

// judgedFactors are the columns of a product that have declared sensitive values, as they are.
func (r *relation) judgedFactors(w *writer, m Measure, column int) []string {
	var out []string
	for i, f := range m.factors() {
		if m.Kind != MeasureSum && len(f.SensitiveValues) > 0 {
			out = append(out, fmt.Sprintf("%s AS %s", r.column(w, f.Column), m.factor(column, i)))
		}
	}
	return out
}

// factor names the i-th column of an amount among the rows of a set.
func (m Measure) factor(column, i int) string {
	if m.Kind == MeasureSum {
		return fmt.Sprintf("m%d", column)
	}
	return fmt.Sprintf("f%d_%d", column, i)
}

// sensitive calls f for every declared sensitive value of the columns of an amount.
func (m Measure) sensitive(column int, f func(n int, x, typ, text string)) {
	n := 0
	for i, c := range m.factors() {
		for _, text := range c.SensitiveValues {
			f(n, m.factor(column, i), c.Type, text)
			n++
		}
	}
}

// rowShares count the entities whose measured value is a declared sensitive one, where rows are entities.
func (g *generator) rowShares(w *writer, m Measure, column, rep int) []field {
	var out []field
	m.sensitive(column, func(n int, x, typ, text string) {
		out = append(out, field{
			fmt.Sprintf("count(*) FILTER (WHERE %s = %s AND e%d IS NOT NULL)", x, w.bind(typ, text), rep),
			readShare(column, rep, n),
		})
	})
	return out
}

// entities writes the evidence for every reference whose entities may have several rows: a roll-up per key and entity.
func (g *generator) entities(set int) error {
	for i, e := range g.reps[set] {
		if g.sets[set].oneRow(e) {
			continue
		}
		if err := g.entity(set, i); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) entity(set, rep int) error {
	w := &writer{}
	base := g.rowsOf(w, set)
	keys := numbered("k", len(g.plan.Keys))
	inner := []string{"count(*) AS r"}
	fields := []field{{"count(*)", readEntities(rep)}}
	for _, j := range g.columns(set) {
		m := g.measure(j)
		s := fmt.Sprintf("s%d", j)
		switch m.Kind {
		case MeasureRows:
			fields = append(fields, totals("r", "", j, rep)...)
		case MeasureEntities:
			if g.sets[set].representative(m.Entity) == g.reps[set][rep] {
				continue // each counts once
			}
			inner = append(inner, fmt.Sprintf("nullif(count(DISTINCT m%d), 0) AS %s", j, s))
			fields = append(fields, totals(s, "", j, rep)...)
		default:
			inner = append(inner, fmt.Sprintf("sum(m%d) AS %s", j, s))
			fields = append(fields, totals(s, "", j, rep)...)
			fields = append(fields, m.contributors(s, "", j, rep)...)
			holds, shares := g.entityShares(w, m, j, rep)
			inner, fields = append(inner, holds...), append(fields, shares...)
		}
	}
	sql := fmt.Sprintf("%s,\nentity AS (SELECT %s, %s FROM base WHERE e%d IS NOT NULL GROUP BY %s)\nSELECT %s FROM entity%s",
		base, list(keys, []string{fmt.Sprintf("e%d", rep)}), strings.Join(inner, ", "), rep, list(keys, []string{fmt.Sprintf("e%d", rep)}),
		list(keys, selects(fields)), grouped(keys))
	return g.add(w, sql, g.readGroup(set, fields, true), g.sets[set])
}

// entityShares count the entities that have a row with a declared sensitive value.
func (g *generator) entityShares(w *writer, m Measure, column, rep int) (holds []string, fields []field) {
	m.sensitive(column, func(n int, x, typ, text string) {
		h := fmt.Sprintf("h%d_%d", column, n)
		holds = append(holds, fmt.Sprintf("bool_or(%s = %s) AS %s", x, w.bind(typ, text), h))
		fields = append(fields, field{fmt.Sprintf("count(*) FILTER (WHERE %s)", h), readShare(column, rep, n)})
	})
	return holds, fields
}
