package compile

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// domain is what may be said about one column, or one result of a roll-up, in a condition.
type domain struct {
	typ      catalog.Type
	values   []string // the closed domain, canonical, in the order of the values; nil when open
	universe []span   // all values but NULL that the column can have
	notNull  bool     // NULL cannot occur: verified, or declared
	free     bool     // any literal of the type
	grids    []catalog.Grid
	only     bool // conditions only through the generalisers or the grid
	average  bool // a roll-up's average: ranges alone
	declared []catalog.Generaliser
}

// domainOf is columnDomain, read once a column and copied for each use.
func (b *builder) domainOf(c *catalog.Column) (*domain, bool) {
	known, ok := b.domains[c]
	if !ok {
		if known, ok = columnDomain(c); !ok {
			return nil, false
		}
		b.domains[c] = known
	}
	copied := *known
	return &copied, true
}

// columnDomain reads a declaration. A column without a way to be filtered has an empty one: not free and without a grid.
func columnDomain(c *catalog.Column) (*domain, bool) {
	t, err := catalog.ParseType(c.Type)
	if err != nil {
		return nil, false
	}
	d := &domain{typ: t, universe: everything(), only: c.GeneralisedOnly, notNull: c.Nullable != nil && !*c.Nullable}
	for _, text := range c.Generalise {
		g, err := catalog.ParseGeneraliser(text)
		if err != nil {
			return nil, false
		}
		d.declared = append(d.declared, g)
	}
	if t.Name == catalog.TypeBoolean {
		d.values = []string{"false", "true"}
	}
	for _, v := range c.Domain {
		d.values = append(d.values, string(v))
	}
	d.close(c.Bounds)
	if !d.gridOf(c) {
		return nil, false
	}
	d.free = len(d.grids) == 0 && !d.only && c.Has(catalog.RoleDimension)
	return d, true
}

// close computes the universe from the closed domain or the bounds.
func (d *domain) close(bounds []catalog.Bound) {
	typ := d.typ.String()
	slices.SortFunc(d.values, func(a, b string) int { return strings.Compare(mark(typ, a), mark(typ, b)) })
	d.values = slices.Compact(d.values)
	switch {
	case len(d.values) > 0:
		d.universe = nil
		for _, v := range d.values {
			m := mark(typ, v)
			d.universe = append(d.universe, span{m, after(m)})
		}
		d.universe = tidy(d.universe)
	case len(bounds) == 2:
		d.universe = []span{{lo: mark(typ, string(bounds[0])), hi: d.next(string(bounds[1]))}}
	}
}

// next is the mark just above a value of an ordered type; empty at the type's end. Texts have no next value but the mark has.
func (d *domain) next(text string) string {
	if !d.typ.Ordered() {
		return after(text)
	}
	n, err := d.typ.Successor(text)
	if err != nil {
		return ""
	}
	return mark(d.typ.String(), n)
}

// gridOf finds the edges at which conditions may begin and end: the declared grid; for dates the finest declared period; for
// numbers that are only to be seen in bands, the bands.
func (d *domain) gridOf(c *catalog.Column) bool {
	texts := []string{}
	switch {
	case c.Grid != "":
		texts = append(texts, c.Grid)
	case d.typ.Name == catalog.TypeDate:
		texts = finestPeriod(d.declared)
	case d.only:
		for _, g := range d.declared {
			if g.Name == catalog.GeneraliseBand {
				texts = append(texts, fmt.Sprintf("step(%d)", g.N))
			}
		}
	}
	for _, text := range texts {
		g, err := catalog.ParseGrid(text, d.typ)
		if err != nil {
			return false
		}
		d.grids = append(d.grids, g)
	}
	return true
}

func finestPeriod(declared []catalog.Generaliser) []string {
	for _, p := range []catalog.GeneraliserName{catalog.GeneraliseMonth, catalog.GeneraliseQuarter, catalog.GeneraliseYear, catalog.GeneraliseDecade} {
		if slices.Contains(declared, catalog.Generaliser{Name: p}) {
			return []string{string(p)}
		}
	}
	return nil
}

// sensitiveValues are those of the column behind a domain. An average is none of its column's values, and is no column either.
func (d *domain) sensitiveValues(c *catalog.Column) []string {
	if d.average {
		return nil
	}
	return c.SensitiveValues
}

// resultDomain is the domain of a roll-up's result: counts are at least one and lie on 1-2-5; sums and averages inherit the
// grid of their column.
func resultDomain(function string, column *catalog.Column) (*domain, bool) {
	if function == "count" {
		t := catalog.Type{Name: catalog.TypeBigint}
		g, err := catalog.ParseGrid("1-2-5", t)
		return &domain{typ: t, universe: []span{{lo: mark(t.String(), "1")}}, notNull: true, grids: []catalog.Grid{g}}, err == nil
	}
	base, ok := columnDomain(column)
	if !ok {
		return nil, false
	}
	d := &domain{typ: base.typ, universe: everything(), average: function == "avg"}
	if !d.average {
		d.typ = catalog.Type{Name: catalog.TypeDecimal, Precision: 38, Scale: base.typ.Scale}
	}
	if low := base.universe[0].lo; len(column.Bounds) == 2 && low >= mark(d.typ.String(), "0") { // sums of what is not negative are not
		d.universe = []span{{lo: mark(d.typ.String(), "0")}}
	}
	if column.Grid == "" {
		return d, true
	}
	g, err := catalog.ParseGrid(column.Grid, d.typ)
	d.grids = []catalog.Grid{g}
	return d, err == nil
}

// describe names the grid and generalisers for a remedy.
func (d *domain) describe() string {
	var names []string
	for _, g := range d.declared {
		names = append(names, g.String())
	}
	return strings.Join(names, ", ")
}

// describeGrid names the grid, and the edges nearest to a value that is none of them.
func (d *domain) describeGrid(value string) string {
	var names []string
	for _, g := range d.grids {
		name := g.String()
		if below, above, err := g.Around(value); err == nil && value != "" && below != above {
			name += fmt.Sprintf(" (… %s | %s …)", plainNumber(below), plainNumber(above))
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// plainNumber is a number without the zeros behind its point.
func plainNumber(text string) string {
	if strings.Contains(text, ".") {
		return strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// literal is the canonical text of a constant that is compared with the column.
func (d *domain) literal(l *sqltree.Literal) (string, error) {
	fits := false
	switch l.Kind {
	case sqltree.LiteralNumber:
		fits = d.typ.Numeric()
	case sqltree.LiteralText:
		fits = d.typ.Name == catalog.TypeVarchar || d.typ.Name == catalog.TypeDate
	case sqltree.LiteralDate:
		fits = d.typ.Name == catalog.TypeDate
	case sqltree.LiteralBool:
		fits = d.typ.Name == catalog.TypeBoolean
	}
	if !fits {
		return "", sqltree.Refuse(sqltree.ReasonLiteral, l.Position(), d.typ.String())
	}
	text, err := d.typ.Canonical(l.Text)
	switch {
	case err == nil:
		return text, nil
	case l.Kind == sqltree.LiteralNumber && len(d.grids) > 0:
		return "", sqltree.Refuse(sqltree.ReasonGrid, l.Position(), d.describeGrid(""))
	case l.Kind == sqltree.LiteralNumber:
		return "", sqltree.Refuse(sqltree.ReasonDomain, l.Position())
	}
	return "", sqltree.Refuse(sqltree.ReasonLiteral, l.Position(), d.typ.String())
}

// edge is one value on the axis of a column: its mark and the mark just above it. For a generalised column it is a whole
// period, band or prefix.
type edge struct {
	lo, hi  string
	aligned bool // a declared generaliser made it: no grid is asked
	at      int
}

// compared is the region of the values for which "column op edge" holds.
func compared(op sqltree.CompareOp, e edge) []span {
	switch op {
	case sqltree.Equal, sqltree.NotDistinctFrom:
		return tidy([]span{{e.lo, e.hi}})
	case sqltree.NotEqual, sqltree.DistinctFrom:
		return complement([]span{{e.lo, e.hi}})
	case sqltree.Less:
		return tidy([]span{{"", e.lo}})
	case sqltree.LessEqual:
		return tidy([]span{{"", e.hi}})
	case sqltree.Greater:
		if e.hi == "" {
			return nil
		}
		return []span{{e.hi, ""}}
	}
	return []span{{e.lo, ""}}
}

// admit checks that a comparison is one that the column allows: its literal in the domain, its ends on the grid.
func (d *domain) admit(op sqltree.CompareOp, e edge) error {
	equality := op == sqltree.Equal || op == sqltree.NotEqual || op == sqltree.NotDistinctFrom || op == sqltree.DistinctFrom
	if d.typ.Name == catalog.TypeBoolean && !equality {
		return sqltree.Refuse(sqltree.ReasonPredicate, e.at)
	}
	if e.aligned {
		return nil
	}
	if len(d.grids) == 0 {
		return d.admitFree(equality, e)
	}
	if d.average && (equality || op == sqltree.LessEqual || op == sqltree.Greater) {
		return sqltree.Refuse(sqltree.ReasonGrid, e.at, d.describeGrid(d.text(e)))
	}
	if equality && !d.inDomain(e) {
		return sqltree.Refuse(sqltree.ReasonDomain, e.at)
	}
	for _, m := range compared(op, e) {
		for _, end := range []string{m.lo, m.hi} {
			if !d.onGrid(end) {
				return sqltree.Refuse(sqltree.ReasonGrid, e.at, d.describeGrid(d.text(e)))
			}
		}
	}
	return nil
}

func (d *domain) admitFree(equality bool, e edge) error {
	switch {
	case d.only:
		return sqltree.Refuse(sqltree.ReasonGeneralisedOnly, e.at, d.describe())
	case !d.free:
		return sqltree.Refuse(sqltree.ReasonNoFilter, e.at)
	case equality && !d.inDomain(e):
		return sqltree.Refuse(sqltree.ReasonDomain, e.at)
	case !equality && !d.typ.Ordered() && len(d.values) == 0:
		return sqltree.Refuse(sqltree.ReasonPredicate, e.at)
	}
	return nil
}

// text is the value at which an edge begins, or empty.
func (d *domain) text(e edge) string {
	text, ok := unmark(d.typ.String(), e.lo)
	if !ok {
		return ""
	}
	return text
}

func (d *domain) inDomain(e edge) bool { return holds(d.universe, e.lo) }

// onGrid reports whether a mark is an edge of a grid, unbounded, or at an end of the column's bounds.
func (d *domain) onGrid(m string) bool {
	ends := d.universe[len(d.universe)-1]
	if m == "" || m <= d.universe[0].lo || ends.hi != "" && m >= ends.hi {
		return true
	}
	text, ok := unmark(d.typ.String(), m)
	return ok && slices.ContainsFunc(d.grids, func(g catalog.Grid) bool { return g.Contains(text) })
}

// value is the edge of a plain literal.
func (d *domain) value(l *sqltree.Literal) (edge, error) {
	text, err := d.literal(l)
	if err != nil {
		return edge{}, err
	}
	return edge{lo: mark(d.typ.String(), text), hi: d.next(text), at: l.Position()}, nil
}

// prefix is the edge of all texts that begin so; its length must be declared.
func (d *domain) prefix(text string, at int) (edge, error) {
	if _, err := d.typ.Canonical(text); err != nil {
		return edge{}, sqltree.Refuse(sqltree.ReasonLiteral, at, d.typ.String())
	}
	n := int64(utf8.RuneCountInString(text))
	if !slices.Contains(d.declared, catalog.Generaliser{Name: catalog.GeneralisePrefix, N: n}) {
		if d.describe() == "" {
			return edge{}, sqltree.Refuse(sqltree.ReasonPredicate, at)
		}
		return edge{}, sqltree.Refuse(sqltree.ReasonPrefix, at, d.describe())
	}
	return edge{lo: text, hi: beyondPrefix(text), aligned: true, at: at}, nil
}

// band is the edge of one band, [n·k, n·k+n).
func (d *domain) band(l *sqltree.Literal, width int64) (edge, error) {
	text, err := d.literal(l)
	if err != nil {
		return edge{}, err
	}
	low, ok := new(big.Rat).SetString(text)
	if !ok || !new(big.Rat).Quo(low, new(big.Rat).SetInt64(width)).IsInt() {
		return edge{}, sqltree.Refuse(sqltree.ReasonGrid, l.Position(), fmt.Sprintf("step(%d)", width))
	}
	high := new(big.Rat).Add(low, new(big.Rat).SetInt64(width)).FloatString(d.typ.Scale)
	return edge{lo: mark(d.typ.String(), text), hi: mark(d.typ.String(), high), aligned: true, at: l.Position()}, nil
}

// set is the canonical set of a region of the column. An empty one is false.
func (d *domain) set(spans []span, null bool) (set Set, whole, ok bool) {
	inside := meet(spans, d.universe)
	full := covers(inside, d.universe)
	if full && (null || d.notNull) {
		return Set{}, true, true
	}
	if len(inside) > 0 && d.notNull {
		null = false
	}
	if full && d.average { // an average is compared with intervals alone
		return Set{Intervals: []Interval{{}}, Null: null}, false, true
	}
	if full {
		return Set{Except: true, Null: null}, false, true
	}
	if len(d.values) > 0 {
		s := Set{Null: null}
		for _, v := range d.values {
			if holds(inside, mark(d.typ.String(), v)) {
				s.Values = append(s.Values, v)
			}
		}
		slices.Sort(s.Values)
		return s, false, true
	}
	s, ok := setOf(d.typ.String(), d.unbounded(inside), null)
	return s, false, ok
}

// unbounded opens the ends of a region that reach the ends of the bounds, so that equal cohorts have one form.
func (d *domain) unbounded(spans []span) []span {
	spans = slices.Clone(spans)
	bottom, top := d.universe[0].lo, d.universe[len(d.universe)-1].hi
	for i := range spans {
		if spans[i].lo <= bottom {
			spans[i].lo = ""
		}
		if top != "" && spans[i].hi == top {
			spans[i].hi = ""
		}
	}
	return spans
}
