package compile

import (
	"cmp"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"

	"yumen/catalog"
)

// reader is the rows of one pass, and what it reads of each.
type reader struct {
	w       *writer
	n       *NoisyProgram
	r       *relation
	rows    cohort // those that all its statistics are over
	columns []string
	filters []Box
	values  []string
}

func (n *NoisyProgram) reader(w *writer, statistics []int) *reader {
	rows := n.rows(n.Statistics[statistics[0]].Set)
	rows.box = n.common(statistics)
	out := &reader{w: w, n: n, r: relate(rows), rows: rows}
	out.columns = named("k", out.r.keysOf(w, rows.keys))
	return out
}

// value is the column with an expression.
func (b *reader) value(x string) string {
	i := slices.Index(b.values, x)
	if i < 0 {
		i, b.values = len(b.values), append(b.values, x)
		b.columns = append(b.columns, fmt.Sprintf("%s AS m%d", x, i))
	}
	return fmt.Sprintf("m%d", i)
}

// rest is what a set demands besides what all do.
func (b *reader) rest(set int) Box { return beyond(b.n.rows(set).box, b.rows.box) }

// counted is the number of rows of a set.
func (b *reader) counted(set int) string {
	if rest := b.rest(set); len(rest.Matched) == 0 && len(rest.Conditions) == 1 && present(rest.Conditions[0]) {
		return "count(" + b.value(b.r.column(b.w, rest.Conditions[0].Column)) + ")"
	}
	return b.filtered("count(*)", set)
}

// added is a sum over the rows of a set of what is NULL where one of these columns is.
func (b *reader) added(x string, set int, of ...ColumnRef) string {
	rest := b.rest(set)
	demands := func(c Condition) bool { return !present(c) || !slices.Contains(of, c.Column) }
	if len(rest.Matched) == 0 && !slices.ContainsFunc(rest.Conditions, demands) {
		return "sum(" + x + ")"
	}
	return b.filtered("sum("+x+")", set)
}

// filtered is an aggregate over the rows of a set.
func (b *reader) filtered(aggregate string, set int) string {
	rest := b.rest(set)
	if len(rest.Conditions)+len(rest.Matched) == 0 {
		return aggregate
	}
	i := slices.IndexFunc(b.filters, func(x Box) bool { return reflect.DeepEqual(x, rest) })
	if i < 0 {
		i, b.filters = len(b.filters), append(b.filters, rest)
		b.columns = append(b.columns, fmt.Sprintf("%s AS f%d", b.selects(rest), i))
	}
	return fmt.Sprintf("%s FILTER (WHERE f%d)", aggregate, i)
}

// selects says which rows belong to a box, where what is NULL selects none: of one comparison the engine makes a filter of its scan.
func (b *reader) selects(box Box) string {
	out := []string{b.r.member(b.w, Box{Matched: box.Matched})}
	for _, c := range box.Conditions {
		_, _, average := b.r.average(c.Column)
		if average || c.Set.Null || present(c) {
			out = append(out, b.r.condition(b.w, c))
			continue
		}
		out = append(out, "("+cmp.Or(strings.Join(b.r.ranges(b.w, c), " OR "), "FALSE")+")")
	}
	return all(out...)
}

// base is the rows with what is read of them.
func (b *reader) base() string {
	if len(b.columns) == 0 {
		b.columns = []string{"1 AS r"}
	}
	return fmt.Sprintf("base AS (SELECT %s%s)", list(b.columns), b.r.from(b.w, b.selects(b.rows.box)))
}

// flat is one pass over the rows, for statistics to which every row adds by itself, and for counts of entities.
func (n *NoisyProgram) flat(w *writer, statistics []int) string {
	b := n.reader(w, statistics)
	var figures []string
	for _, i := range statistics {
		figures = append(figures, b.figure(n.Statistics[i]))
	}
	keys := numbered("k", len(b.rows.keys))
	return fmt.Sprintf("WITH %s\nSELECT %s FROM base%s", b.base(), list(keys, figures), grouped(keys))
}

// figure is what a statistic comes to over the rows of its set.
func (b *reader) figure(s Statistic) string {
	switch m := b.rows.measure(s.Measure); m.Kind {
	case MeasureRows:
		return b.counted(s.Set)
	case MeasureEntities:
		return b.number(s.Set, m.Entity)
	default:
		if f := s.Factored; f != nil { // read times its entity's factor, and not cut
			x, drawn := b.value(f.amount(b.w, b.r.column(b.w, m.Column), m.Type)), b.value(f.drawn(b.w, b.r.entity(b.w, b.rows.entity(f.key))))
			return b.added(fmt.Sprintf("%s * %s", x, f.factor(b.w, drawn, m.Type)), s.Set, m.Column)
		}
		var of []ColumnRef
		for _, f := range m.factors() {
			of = append(of, f.Column)
		}
		return b.added(b.n.contribution(b, m, s.Measure), s.Set, of...)
	}
}

// number counts the entities of a reference.
func (b *reader) number(set int, e EntityRef) string {
	if b.rows.oneRow(e) && e.Path == b.rows.base.Root.Path {
		return b.counted(set) // each row has one
	}
	x := b.value(b.r.entity(b.w, e))
	if b.rows.oneRow(e) {
		return b.filtered("count("+x+")", set)
	}
	return b.filtered("count(DISTINCT "+x+")", set)
}

// perEntity adds up what each entity contributes, and cuts that. The entities themselves are counted on the way.
func (n *NoisyProgram) perEntity(w *writer, statistics []int) string {
	b := n.reader(w, statistics)
	keys := numbered("k", len(b.rows.keys))
	var inner, figures []string
	column := func(x string) string {
		i := slices.Index(inner, x)
		if i < 0 {
			i, inner = len(inner), append(inner, x)
		}
		return fmt.Sprintf("s%d", i)
	}
	for _, i := range statistics {
		s := n.Statistics[i]
		m := b.rows.measure(s.Measure)
		if m.Kind == MeasureEntities {
			figures = append(figures, fmt.Sprintf("count(*) FILTER (WHERE %s > 0)", column(b.counted(s.Set))))
			continue
		}
		x := column(fmt.Sprintf("CAST(%s AS %s)", b.added(b.value(b.r.column(w, m.Column)), s.Set, m.Column), wideAs(m.Type)))
		figures = append(figures, fmt.Sprintf("sum(%s)", n.within(w, x, s.Measure.Column, wideAs(m.Type), n.rowsOf(n.cut()))))
	}
	b.columns = append(b.columns, b.r.entity(w, b.rows.entity(n.cut()))+" AS e")
	return fmt.Sprintf("WITH %s,\nentity AS (SELECT %s FROM base%s)\nSELECT %s FROM entity%s", b.base(),
		list(keys, named("s", inner)), grouped(keys, []string{"e"}), list(keys, figures), grouped(keys))
}

// marks counts the entities of one reference: each is read once, with a bit for every cell that it is in.
func (n *NoisyProgram) marks(w *writer, statistics []int) string {
	b := n.reader(w, statistics)
	var inner, figures []string
	for _, i := range statistics {
		s := n.Statistics[i]
		if s.Set == universal {
			figures = append(figures, "count(*)")
			continue
		}
		mark := b.filtered("bit_or(c)", s.Set)
		at := slices.Index(inner, mark)
		if at < 0 {
			at, inner = len(inner), append(inner, mark)
		}
		for key := range n.Keys {
			figures = append(figures, fmt.Sprintf("count(*) FILTER (WHERE (s%d & %d) <> 0)", at, 1<<key))
		}
	}
	b.columns = append(b.columns, b.r.entity(w, n.counted(n.Statistics[statistics[0]].Set, n.Statistics[statistics[0]].Measure))+" AS e")
	return fmt.Sprintf("WITH %s,\ncell AS (SELECT *, %s AS c FROM base),\nentity AS (SELECT %s FROM cell WHERE e IS NOT NULL GROUP BY e)\nSELECT %s FROM entity",
		b.base(), b.mark(), list(named("s", inner)), list(figures))
}

// mark is the bit of the cell that a row is in; NULL for a key that no declaration has.
func (b *reader) mark() string {
	text := "CASE"
	for key, values := range b.n.Keys {
		var is []string
		for i, v := range values {
			if v == nil {
				is = append(is, fmt.Sprintf("k%d IS NULL", i))
				continue
			}
			is = append(is, fmt.Sprintf("k%d = %s", i, b.w.bind(b.n.plan.Keys[i].Type, *v)))
		}
		text += fmt.Sprintf(" WHEN %s THEN %d", all(is...), 1<<key)
	}
	return text + " END"
}

// contribution is what a row adds to an amount, every factor cut; NULL where one of them is. The measure is in governed form, and as the plan has it.
func (n *NoisyProgram) contribution(b *reader, m, as Measure) string {
	cut := func(i int) string {
		f := m.factors()[i]
		x := b.value(b.r.column(b.w, f.Column))
		if m.Kind == MeasureSum { // what is cut is no larger than what is there, and the engine adds it up in 128 bits
			return n.within(b.w, x, as.factors()[i].Column, f.Type, big.NewInt(1))
		}
		return n.within(b.w, fmt.Sprintf("CAST(%s AS %s)", x, wideAs(f.Type)), as.factors()[i].Column, wideAs(f.Type), big.NewInt(1))
	}
	switch m.Kind {
	case MeasureSquares:
		return fmt.Sprintf("%s * %s", cut(0), cut(0))
	case MeasureProducts:
		return fmt.Sprintf("%s * %s", cut(0), cut(1))
	}
	return cut(0)
}

// within cuts so many values of a column of the plan, added up, to its clip, either way where the bounds that every load proves do not; NULL stays NULL. The type
// holds the value. A clip that it does not hold cuts nothing of it.
func (n *NoisyProgram) within(w *writer, x string, c ColumnRef, typ string, rows *big.Int) string {
	clip := n.clips[c]
	if clip == nil {
		return w.fail("an amount without a clip")
	}
	most := clip.FloatString(scaleOf(typ))
	if _, err := catalog.CanonicalValue(typ, most); err != nil {
		return x
	}
	least := new(big.Rat).Neg(clip).FloatString(scaleOf(typ))
	var cuts string
	if !n.inside(c, 1, rows) {
		cuts += fmt.Sprintf(" WHEN %s > %s THEN %s", x, w.bind(typ, most), w.bind(typ, most))
	}
	if !n.inside(c, -1, rows) {
		cuts += fmt.Sprintf(" WHEN %s < %s THEN %s", x, w.bind(typ, least), w.bind(typ, least))
	}
	if cuts == "" {
		return x
	}
	return fmt.Sprintf("CASE%s ELSE %s END", cuts, x)
}

// wideAs is the widest type of as many decimal places.
func wideAs(typ string) string { return fmt.Sprintf("DECIMAL(38,%d)", scaleOf(typ)) }
