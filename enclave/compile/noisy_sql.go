package compile

import (
	"fmt"
	"math/big"

	"yumen/catalog"
)

// flat is one pass over the rows of a set, for statistics to which every row adds by itself.
func (n *NoisyProgram) flat(w *writer, set int, wanted []Statistic) string {
	c := n.rows(set)
	r := relate(c)
	columns, figures := named("k", r.keysOf(w, c.keys)), []string{}
	for i, s := range wanted {
		x, m := fmt.Sprintf("m%d", i), c.measure(s.Measure)
		switch m.Kind {
		case MeasureRows:
			figures = append(figures, "count(*)")
		case MeasureEntities:
			columns = append(columns, r.entity(w, m.Entity)+" AS "+x)
			figures = append(figures, n.number(c, m.Entity, x))
		default:
			amount, figure := n.added(w, r, c, s, i)
			columns, figures = append(columns, amount...), append(figures, figure)
		}
	}
	if len(columns) == 0 {
		columns = []string{"1 AS r"}
	}
	keys := numbered("k", len(c.keys))
	return fmt.Sprintf("WITH base AS (SELECT %s%s)\nSELECT %s FROM base%s", list(columns), r.from(w, r.member(w, c.box)), list(keys, figures), grouped(keys))
}

// added is the columns of a row and the sum over them that give an amount: read times its entity's factor, or cut.
func (n *NoisyProgram) added(w *writer, r *relation, c cohort, s Statistic, i int) (columns []string, figure string) {
	x, m := fmt.Sprintf("m%d", i), c.measure(s.Measure)
	f := s.Factored
	if f == nil {
		return []string{n.contribution(w, r, m, s.Measure) + " AS " + x}, "sum(" + x + ")"
	}
	drawn := fmt.Sprintf("f%d", i)
	return []string{f.amount(w, r.column(w, m.Column), m.Type) + " AS " + x, f.drawn(w, r.entity(w, c.entity(f.key))) + " AS " + drawn},
		fmt.Sprintf("sum(%s * %s)", x, f.factor(w, drawn, m.Type))
}

// perEntity adds up what each entity contributes, and cuts that. The entities themselves are counted on the way.
func (n *NoisyProgram) perEntity(w *writer, set int, wanted []Statistic) string {
	c := n.cohort[set]
	r := relate(c)
	keys, columns := numbered("k", len(c.keys)), named("k", r.keysOf(w, c.keys))
	var inner, figures []string
	for i, s := range wanted {
		x, m := fmt.Sprintf("m%d", i), c.measure(s.Measure)
		if m.Kind == MeasureEntities {
			figures = append(figures, "count(e)")
			continue
		}
		columns = append(columns, r.column(w, m.Column)+" AS "+x)
		inner = append(inner, fmt.Sprintf("%s AS s%d", n.within(w, "sum("+x+")", s.Measure.Column, wideAs(m.Type)), i))
		figures = append(figures, fmt.Sprintf("sum(s%d)", i))
	}
	columns = append(columns, r.entity(w, c.entity(n.cut()))+" AS e")
	return fmt.Sprintf("WITH base AS (SELECT %s%s),\nentity AS (SELECT %s FROM base%s)\nSELECT %s FROM entity%s", list(columns), r.from(w, r.member(w, c.box)),
		list(keys, []string{"e"}, inner), grouped(keys, []string{"e"}), list(keys, figures), grouped(keys))
}

// number counts the entities of a reference.
func (n *NoisyProgram) number(c cohort, e EntityRef, x string) string {
	if c.oneRow(e) {
		return "count(" + x + ")"
	}
	return "count(DISTINCT " + x + ")"
}

// contribution is what a row adds to an amount, every factor cut. The measure is in governed form, and as the plan has it.
func (n *NoisyProgram) contribution(w *writer, r *relation, m, as Measure) string {
	cut := func(i int) string {
		f := m.factors()[i]
		typ := wideAs(f.Type)
		if m.Kind == MeasureSum {
			typ = f.Type // what is cut is no larger than what is there, and the engine adds it up in 128 bits
		}
		return n.within(w, r.column(w, f.Column), as.factors()[i].Column, typ)
	}
	switch m.Kind {
	case MeasureSquares:
		return fmt.Sprintf("%s * %s", cut(0), cut(0))
	case MeasureProducts:
		return fmt.Sprintf("%s * %s", cut(0), cut(1))
	}
	return cut(0)
}

// within cuts a value to the clip of a column of the plan, either way, in a type that holds it. A clip that the type does not hold cuts nothing
// of it, and is compared in a wider one.
func (n *NoisyProgram) within(w *writer, x string, c ColumnRef, typ string) string {
	clip := n.clips[c]
	if clip == nil {
		return w.fail("an amount without a clip")
	}
	most := clip.FloatString(scaleOf(typ))
	if _, err := catalog.CanonicalValue(typ, most); err != nil {
		typ = wideAs(typ)
	}
	if typ == wideAs(typ) {
		x = fmt.Sprintf("CAST(%s AS %s)", x, typ)
	}
	least := new(big.Rat).Neg(clip).FloatString(scaleOf(typ))
	return fmt.Sprintf("least(greatest(%s, %s), %s)", x, w.bind(typ, least), w.bind(typ, most))
}

// wideAs is the widest type of as many decimal places.
func wideAs(typ string) string { return fmt.Sprintf("DECIMAL(38,%d)", scaleOf(typ)) }
