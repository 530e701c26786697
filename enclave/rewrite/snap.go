package rewrite

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// grids are the edges at which conditions on an operand may begin and end.
func (o *operand) grid() (g catalog.Grid, t catalog.Type, ok bool) {
	if t, ok = o.typ(); !ok {
		return g, t, false
	}
	text := "1-2-5"
	if o.result != "count" {
		text = gridText(o.column, t)
	}
	g, err := catalog.ParseGrid(text, t)
	return g, t, err == nil
}

// gridText is the declared grid of a column, the finest declared period of a date, or the width of a band.
func gridText(c *catalog.Column, t catalog.Type) string {
	if c.Grid != "" {
		return c.Grid
	}
	declared := generalisersOf(c)
	if t.Name == catalog.TypeDate {
		for _, p := range []catalog.GeneraliserName{catalog.GeneraliseMonth, catalog.GeneraliseQuarter, catalog.GeneraliseYear, catalog.GeneraliseDecade} {
			if slices.Contains(declared, catalog.Generaliser{Name: p}) {
				return string(p)
			}
		}
	}
	for _, g := range declared {
		if g.Name == catalog.GeneraliseBand {
			return fmt.Sprintf("step(%d)", g.N)
		}
	}
	return ""
}

func generalisersOf(c *catalog.Column) []catalog.Generaliser {
	var out []catalog.Generaliser
	for _, text := range c.Generalise {
		if g, err := catalog.ParseGeneraliser(text); err == nil {
			out = append(out, g)
		}
	}
	return out
}

// snapper moves the constants of a condition on one column to the nearest edges.
type snapper struct {
	ref   *sqltree.Column
	grid  catalog.Grid
	typ   catalog.Type
	moved []string // what was compared, and with which edges it is compared now
	fail  bool
}

// snapped is a condition on one column with its constants on the grid.
func (l *level) snapped(c sqltree.Expr) (sqltree.Expr, bool) { return l.onGrid(c, l.holds) }

// onGrid is an expression on one column with its constants on the grid, if it is accepted then: as a condition, or as a group key.
func (l *level) onGrid(e sqltree.Expr, accepted func(sqltree.Expr) bool) (sqltree.Expr, bool) {
	ref, o := l.single(e)
	if o == nil {
		return nil, false
	}
	g, t, ok := o.grid()
	if !ok {
		return nil, false
	}
	s := &snapper{ref: ref, grid: g, typ: t}
	out := mapped(e, s.change)
	if s.fail || len(s.moved) == 0 || !accepted(out) {
		return nil, false
	}
	for _, m := range s.moved {
		l.f.notes.about("常量不在 %s 的网格上：%s", "a constant is off the grid of %s: %s", signature(ref), m)
	}
	return out, true
}

// change rewrites one comparison.
func (s *snapper) change(e sqltree.Expr) sqltree.Expr {
	switch x := e.(type) {
	case *sqltree.Compare:
		left, op, right := x.Left, x.Op, x.Right
		if _, constant := left.(*sqltree.Literal); constant {
			left, right, op = right, left, mirrored(op)
		}
		if g, t, ok := s.periods(left); ok {
			return s.aligned(g, t, left, x.Op, right)
		}
		if v, ok := s.value(right); ok && same(left, s.ref) {
			return s.compared(op, v)
		}
	case *sqltree.Between:
		low, okLow := s.value(x.Low)
		high, okHigh := s.value(x.High)
		if same(x.X, s.ref) && okLow && okHigh {
			from := s.compared(sqltree.GreaterEqual, low)
			to := s.compared(sqltree.LessEqual, high)
			return s.wide([]sqltree.Expr{from, to})
		}
	case *sqltree.In:
		if same(x.X, s.ref) {
			return s.member(x)
		}
	}
	return nil
}

// periods are the values of a generaliser that is written around the column: of band(x, n) and of date_trunc.
func (s *snapper) periods(e sqltree.Expr) (g catalog.Grid, t catalog.Type, ok bool) {
	c, isCall := e.(*sqltree.Call)
	if !isCall || c.Class != sqltree.ClassGeneralise || len(c.Args) != 2 {
		return g, t, false
	}
	text, arg := "", c.Args[0]
	switch l, constant := c.Args[1].(*sqltree.Literal); {
	case c.Name == "band" && constant:
		text = "step(" + l.Text + ")"
	case c.Name == "date_trunc" || c.Name == "datetrunc":
		part, isText := c.Args[0].(*sqltree.Literal)
		if !isText {
			return g, t, false
		}
		text, arg = strings.ToLower(part.Text), c.Args[1]
	}
	g, err := catalog.ParseGrid(text, s.typ)
	return g, s.typ, err == nil && same(arg, s.ref)
}

// aligned compares a generaliser with a value that it can have.
func (s *snapper) aligned(g catalog.Grid, t catalog.Type, left sqltree.Expr, op sqltree.CompareOp, right sqltree.Expr) sqltree.Expr {
	v, ok := s.value(right)
	below, _, err := g.Around(v)
	if !ok || err != nil || below == "" {
		s.fail = true
		return nil
	}
	s.tell(op, v, s.text(below), "", "")
	return compare(left, op, literal(t, below))
}

// wide joins the two ends of a range; a range that became empty reaches to the next edge.
func (s *snapper) wide(ends []sqltree.Expr) sqltree.Expr {
	from, okFrom := ends[0].(*sqltree.Compare)
	to, okTo := ends[1].(*sqltree.Compare)
	if okFrom && okTo && same(from.Right, to.Right) {
		if v, ok := s.value(to.Right); ok {
			ends[1] = compare(s.ref, sqltree.Less, literal(s.typ, s.above(v)))
		}
	}
	return all(ends, true)
}

func mirrored(op sqltree.CompareOp) sqltree.CompareOp {
	to, ok := map[sqltree.CompareOp]sqltree.CompareOp{sqltree.Less: sqltree.Greater, sqltree.LessEqual: sqltree.GreaterEqual,
		sqltree.Greater: sqltree.Less, sqltree.GreaterEqual: sqltree.LessEqual}[op]
	if !ok {
		return op
	}
	return to
}

// value is the canonical text of a constant of the column's type; a number with too many digits is cut.
func (s *snapper) value(e sqltree.Expr) (string, bool) {
	l, ok := e.(*sqltree.Literal)
	if !ok || l.Kind == sqltree.LiteralNull || l.Kind == sqltree.LiteralBool {
		return "", false
	}
	if text, err := s.typ.Canonical(l.Text); err == nil {
		return text, true
	}
	r, ok := new(big.Rat).SetString(l.Text)
	if !ok || !s.typ.Numeric() || len(l.Text) > 60 {
		return "", false
	}
	text, err := s.typ.Canonical(r.FloatString(s.typ.Scale))
	return text, err == nil
}

// above is the first edge above a value, or empty.
func (s *snapper) above(v string) string {
	next, err := s.typ.Successor(v)
	if err != nil {
		return ""
	}
	_, hi, err := s.grid.Around(next)
	if err != nil {
		return ""
	}
	return hi
}

// near is the edge nearest to a value.
func (s *snapper) near(v string) (edge, below, above string) {
	below, above, err := s.grid.Around(v)
	if err != nil || below == "" && above == "" {
		s.fail = true
		return "", "", ""
	}
	if below == "" || above != "" && s.distance(v, above) < s.distance(below, v) {
		return above, below, above
	}
	return below, below, above
}

// distance is how far apart two values are.
func (s *snapper) distance(a, b string) float64 {
	if s.typ.Name == catalog.TypeDate {
		x, _ := time.Parse(time.DateOnly, a)
		y, _ := time.Parse(time.DateOnly, b)
		return y.Sub(x).Hours()
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	if !okX || !okY {
		return 0
	}
	d, _ := new(big.Rat).Sub(y, x).Float64()
	return d
}

// compared is a comparison with edges in the place of a value.
func (s *snapper) compared(op sqltree.CompareOp, v string) sqltree.Expr {
	switch op {
	case sqltree.Less, sqltree.GreaterEqual, sqltree.LessEqual, sqltree.Greater:
		edge, below, above := s.near(v)
		to := sqltree.GreaterEqual
		if op == sqltree.Less || op == sqltree.LessEqual {
			to = sqltree.Less
		}
		if below != above || to != op {
			s.tell(op, v, string(to)+" "+s.text(edge), below, above)
		}
		return compare(s.ref, to, literal(s.typ, edge))
	}
	below, _, err := s.grid.Around(v)
	above := s.above(v)
	if err != nil || below == "" || above == "" {
		s.fail = true
		return nil
	}
	low, high := compare(s.ref, sqltree.GreaterEqual, literal(s.typ, below)), compare(s.ref, sqltree.Less, literal(s.typ, above))
	s.tell(op, v, "["+s.text(below)+", "+s.text(above)+")", "", "")
	if op == sqltree.Equal || op == sqltree.NotDistinctFrom {
		return all([]sqltree.Expr{low, high}, true)
	}
	return all([]sqltree.Expr{compare(s.ref, sqltree.Less, literal(s.typ, below)), compare(s.ref, sqltree.GreaterEqual, literal(s.typ, above))}, false)
}

// tell notes what a comparison became, and which edges are nearest.
func (s *snapper) tell(op sqltree.CompareOp, v, to, below, above string) {
	text := fmt.Sprintf("%s %s → %s", op, s.text(v), to)
	if below != "" && above != "" && below != above {
		text += fmt.Sprintf(" (%s | %s)", s.text(below), s.text(above))
	}
	s.moved = append(s.moved, text)
}

// text is a value as a reader writes it.
func (s *snapper) text(v string) string { return literal(s.typ, v).Text }

// member is a list of values as the cells of the grid that hold them.
func (s *snapper) member(x *sqltree.In) sqltree.Expr {
	var any []sqltree.Expr
	for _, v := range x.List {
		text, ok := s.value(v)
		if !ok {
			s.fail = true
			return nil
		}
		e := s.compared(sqltree.Equal, text)
		if !slices.ContainsFunc(any, func(k sqltree.Expr) bool { return same(k, e) }) {
			any = append(any, e)
		}
	}
	if x.Negated {
		return pushed(all(any, false), true)
	}
	return all(any, false)
}
