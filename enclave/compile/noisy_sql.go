package compile

import (
	"fmt"
	"math/big"
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
			columns = append(columns, n.contribution(w, r, m, s.Measure)+" AS "+x)
			figures = append(figures, "sum("+x+")")
		}
	}
	if len(columns) == 0 {
		columns = []string{"1 AS r"}
	}
	keys := numbered("k", len(c.keys))
	return fmt.Sprintf("WITH base AS (SELECT %s%s)\nSELECT %s FROM base%s", list(columns), r.from(w, r.member(w, c.box)), list(keys, figures), grouped(keys))
}

// perEntity adds up what each entity contributes, and cuts that.
func (n *NoisyProgram) perEntity(w *writer, set int, wanted []Statistic) string {
	c := n.cohort[set]
	r := relate(c)
	keys, columns := numbered("k", len(c.keys)), named("k", r.keysOf(w, c.keys))
	var inner, figures []string
	for i, s := range wanted {
		x, m := fmt.Sprintf("m%d", i), c.measure(s.Measure)
		columns = append(columns, r.number(w, m.Column, m.Type)+" AS "+x)
		inner = append(inner, fmt.Sprintf("%s AS s%d", n.within(w, "sum("+x+")", s.Measure.Column, m.Type), i))
		figures = append(figures, fmt.Sprintf("sum(s%d)", i))
	}
	columns = append(columns, r.entity(w, c.entity(n.cut()))+" AS e")
	return fmt.Sprintf("WITH base AS (SELECT %s%s),\nentity AS (SELECT %s FROM base%s)\nSELECT %s FROM entity%s", list(columns), r.from(w, r.member(w, c.box)),
		list(keys, inner), grouped(keys, []string{"e"}), list(keys, figures), grouped(keys))
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
		return n.within(w, r.column(w, f.Column), as.factors()[i].Column, f.Type)
	}
	switch m.Kind {
	case MeasureSquares:
		return fmt.Sprintf("%s * %s", cut(0), cut(0))
	case MeasureProducts:
		return fmt.Sprintf("%s * %s", cut(0), cut(1))
	}
	return cut(0)
}

// within cuts a value to the clip of a column of the plan, either way.
func (n *NoisyProgram) within(w *writer, x string, c ColumnRef, typ string) string {
	clip := n.clips[c]
	if clip == nil {
		return w.fail("an amount without a clip")
	}
	places := scaleOf(typ)
	text := clip.FloatString(places)
	wide := fmt.Sprintf("DECIMAL(38,%d)", places)
	return fmt.Sprintf("least(greatest(CAST(%s AS %s), %s), %s)", x, wide, w.bind(wide, new(big.Rat).Neg(clip).FloatString(places)), w.bind(wide, text))
}
