package compile

import (
	"errors"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// restriction is a set of values of one operand's column while a cohort is built.
type restriction struct {
	*operand
	domain *domain
	spans  []span
	less   []span // what later conditions of the conjunction exclude, taken away once
	null   bool
	last   int // position of the last condition on the column
}

// cohortBuilder gathers the conjunction of a cohort: one restriction per column.
type cohortBuilder struct {
	b       *builder
	parts   []*restriction
	matched []*node // tables whose match is required beyond the conditions
}

func (c *cohortBuilder) clone() *cohortBuilder {
	out := &cohortBuilder{b: c.b, matched: slices.Clone(c.matched)}
	for _, p := range c.parts {
		copied := *p
		copied.less = slices.Clip(p.less)
		out.parts = append(out.parts, &copied)
	}
	return out
}

// add intersects the cohort with a restriction.
func (c *cohortBuilder) add(r *restriction) {
	for _, p := range c.parts {
		if p.ref == r.ref {
			p.less, p.null, p.last = append(p.less, complement(r.spans)...), p.null && r.null, r.last
			return
		}
	}
	c.parts = append(c.parts, r)
}

// where adds the rows for which a condition is true; negated, those for which it is false.
func (c *cohortBuilder) where(t footprint.Term, negated bool) error {
	switch e := t.Expr.(type) {
	case nil:
		return nil
	case *sqltree.Not:
		return c.where(footprint.Term{In: t.In, Expr: e.X}, !negated)
	case *sqltree.Logic:
		if e.And != negated {
			for _, part := range e.Args {
				if err := c.where(footprint.Term{In: t.In, Expr: part}, negated); err != nil {
					return err
				}
			}
			return nil
		}
	case *sqltree.Literal:
		if e.Kind == sqltree.LiteralBool && (e.Text == "true") != negated {
			return nil
		}
	}
	r, err := c.b.restrict(t, negated)
	if err != nil {
		return err
	}
	c.add(r)
	return nil
}

// within adds the condition of a CASE inside an aggregate. A constant off the grid is a fault of the aggregate's form there; in FILTER it is
// what it is in WHERE.
func (c *cohortBuilder) within(t footprint.Term) error {
	err := c.where(t, false)
	var refusal *catalog.Refusal
	if errors.As(err, &refusal) && refusal.Code == catalog.CodeLiteralGrid {
		refusal.Code = catalog.CodePredicateForm
	}
	return err
}

// restrict reads a condition on one column as the set of values for which it is true, or, negated, false. NULL makes a
// comparison neither.
func (b *builder) restrict(t footprint.Term, negated bool) (*restriction, error) {
	inside := func(e sqltree.Expr) footprint.Term { return footprint.Term{In: t.In, Expr: e} }
	switch e := t.Expr.(type) {
	case *sqltree.Not:
		return b.restrict(inside(e.X), !negated)
	case *sqltree.Logic:
		return b.combine(t, e, negated)
	case *sqltree.Compare:
		return b.comparison(t, e, negated)
	case *sqltree.Between:
		both := &sqltree.Logic{Pos: e.Pos, And: true, Args: []sqltree.Expr{
			&sqltree.Compare{Pos: e.Pos, Op: sqltree.GreaterEqual, Left: e.X, Right: e.Low},
			&sqltree.Compare{Pos: e.Pos, Op: sqltree.LessEqual, Left: e.X, Right: e.High}}}
		return b.combine(t, both, negated)
	case *sqltree.In:
		return b.membership(t, e, negated)
	case *sqltree.IsNull:
		o, d, err := b.columnOf(inside(e.X))
		if err != nil {
			return nil, err
		}
		if d.average {
			return nil, sqltree.Refuse(sqltree.ReasonPredicate, o.at)
		}
		if e.Negated != negated {
			return &restriction{operand: o, domain: d, spans: everything(), last: o.at}, nil
		}
		return &restriction{operand: o, domain: d, null: true, last: o.at}, nil
	case *sqltree.Call:
		if e.Class == sqltree.ClassMatch {
			return b.match(t, e, negated)
		}
	case *sqltree.Column, *sqltree.Cast:
		truth := &sqltree.Compare{Pos: sqltree.Pos(e.Position()), Op: sqltree.Equal, Left: e,
			Right: &sqltree.Literal{Pos: sqltree.Pos(e.Position()), Kind: sqltree.LiteralBool, Text: "true"}}
		return b.comparison(t, truth, negated)
	}
	return nil, sqltree.Refuse(sqltree.ReasonPredicate, t.Expr.Position())
}

// columnOf is the operand of a condition with its domain.
func (b *builder) columnOf(t footprint.Term) (*operand, *domain, error) {
	o, err := b.operand(t)
	if err != nil {
		return nil, nil, err
	}
	if o == nil {
		return nil, nil, sqltree.Refuse(sqltree.ReasonPredicate, t.Expr.Position())
	}
	d, err := o.domain(b)
	return o, d, err
}

// combine joins conditions on one column by AND or OR.
func (b *builder) combine(t footprint.Term, e *sqltree.Logic, negated bool) (*restriction, error) {
	var out *restriction
	all := e.And != negated // every one must hold
	var spans []span        // the union of the regions, or of what they exclude
	for _, part := range e.Args {
		r, err := b.restrict(footprint.Term{In: t.In, Expr: part}, negated)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = r
		} else if out.ref != r.ref {
			return nil, sqltree.Refuse(sqltree.ReasonAcross, e.Position())
		}
		if all {
			out.null = out.null && r.null
			spans = append(spans, complement(r.spans)...)
		} else {
			out.null = out.null || r.null
			spans = append(spans, r.spans...)
		}
		out.last = r.last
	}
	out.spans = tidy(spans)
	if all {
		out.spans = complement(spans)
	}
	return out, nil
}

var flipped = map[sqltree.CompareOp]sqltree.CompareOp{sqltree.Less: sqltree.Greater, sqltree.LessEqual: sqltree.GreaterEqual,
	sqltree.Greater: sqltree.Less, sqltree.GreaterEqual: sqltree.LessEqual}

func (b *builder) comparison(t footprint.Term, e *sqltree.Compare, negated bool) (*restriction, error) {
	left, op, right := e.Left, e.Op, e.Right
	if _, constant := left.(*sqltree.Literal); constant {
		left, right = right, left
		if f, ok := flipped[op]; ok {
			op = f
		}
	}
	l, ok := right.(*sqltree.Literal)
	if !ok {
		return nil, b.notConstant(footprint.Term{In: t.In, Expr: left}, footprint.Term{In: t.In, Expr: right})
	}
	o, d, err := b.columnOf(footprint.Term{In: t.In, Expr: left})
	if err != nil {
		return nil, err
	}
	if l.Kind == sqltree.LiteralNull {
		return nullComparison(o, d, op, l, negated)
	}
	v, err := o.edge(d, l)
	if err != nil {
		return nil, err
	}
	if err := d.admit(op, v); err != nil {
		return nil, err
	}
	if o.gen == "prefix" && op != sqltree.Equal && op != sqltree.NotEqual {
		return nil, sqltree.Refuse(sqltree.ReasonPredicate, e.Position())
	}
	r := &restriction{operand: o, domain: d, spans: compared(op, v), null: op == sqltree.DistinctFrom, last: l.Position()}
	if negated {
		r.spans, r.null = complement(r.spans), op == sqltree.NotDistinctFrom
	}
	return r, nil
}

// notConstant names the fault of a comparison without a constant: a cast or a function of a column says so itself.
func (b *builder) notConstant(sides ...footprint.Term) error {
	for _, s := range sides {
		if _, _, err := b.columnOf(s); err != nil {
			return err
		}
	}
	return sqltree.Refuse(sqltree.ReasonPredicate, sides[1].Expr.Position())
}

// nullComparison reads IS [NOT] DISTINCT FROM NULL; "= NULL" is never true, so it is refused as a mistake.
func nullComparison(o *operand, d *domain, op sqltree.CompareOp, l *sqltree.Literal, negated bool) (*restriction, error) {
	if op != sqltree.DistinctFrom && op != sqltree.NotDistinctFrom {
		return nil, sqltree.Refuse(sqltree.ReasonPredicate, l.Position())
	}
	if (op == sqltree.NotDistinctFrom) != negated {
		return &restriction{operand: o, domain: d, null: true, last: l.Position()}, nil
	}
	return &restriction{operand: o, domain: d, spans: everything(), last: l.Position()}, nil
}

func (b *builder) membership(t footprint.Term, e *sqltree.In, negated bool) (*restriction, error) {
	if len(e.List) == 0 {
		return nil, sqltree.Refuse(sqltree.ReasonPredicate, e.Position())
	}
	any := &sqltree.Logic{Pos: e.Pos}
	for _, v := range e.List {
		any.Args = append(any.Args, &sqltree.Compare{Pos: e.Pos, Op: sqltree.Equal, Left: e.X, Right: v})
	}
	return b.combine(t, any, negated != e.Negated)
}

// match reads LIKE 'text', LIKE 'prefix%' and starts_with(c, 'prefix').
func (b *builder) match(t footprint.Term, e *sqltree.Call, negated bool) (*restriction, error) {
	if len(e.Args) != 2 {
		return nil, sqltree.Refuse(sqltree.ReasonPredicate, e.Position())
	}
	o, d, err := b.columnOf(footprint.Term{In: t.In, Expr: e.Args[0]})
	if err != nil {
		return nil, err
	}
	l, ok := e.Args[1].(*sqltree.Literal)
	if !ok || l.Kind != sqltree.LiteralText || o.generalised() || o.result != nil || d.typ.Name != "VARCHAR" {
		return nil, sqltree.Refuse(sqltree.ReasonPredicate, e.Position())
	}
	text, prefix := l.Text, true
	if e.Name == "~~" || e.Name == "!~~" {
		text, prefix = strings.CutSuffix(l.Text, "%")
		if strings.ContainsAny(text, "%_") {
			return nil, sqltree.Refuse(sqltree.ReasonPredicate, l.Position())
		}
	}
	var v edge
	if prefix {
		v, err = d.prefix(text, l.Position())
	} else if v, err = d.value(l); err == nil {
		err = d.admit(sqltree.Equal, v)
	}
	if err != nil {
		return nil, err
	}
	r := &restriction{operand: o, domain: d, spans: compared(sqltree.Equal, v), last: l.Position()}
	if negated != (e.Name == "!~~") {
		r.spans = complement(r.spans)
	}
	return r, nil
}

// box is the canonical box of the cohort over a base whose inner joins must match.
func (c *cohortBuilder) box(matched ...*node) (Box, error) {
	match := map[string]bool{}
	for _, n := range slices.Concat(c.matched, matched) {
		n.matchTo(match)
	}
	for _, p := range c.parts {
		if p.node != nil && !p.null {
			p.node.matchTo(match)
		}
	}
	out := Box{}
	for _, p := range c.parts {
		if p.node != nil && p.null && p.node.parent != nil && !match[p.node.path] {
			return Box{}, sqltree.Refuse(sqltree.ReasonUnmatched, p.last)
		}
		condition, whole, err := p.condition()
		if err != nil {
			return Box{}, err
		}
		if whole {
			continue
		}
		out.Conditions = append(out.Conditions, condition)
		if p.result != nil {
			match[p.ref.Path] = true
		}
	}
	slices.SortFunc(out.Conditions, func(x, y Condition) int { return compareRefs(x.Column, y.Column) })
	for path := range match {
		out.Matched = append(out.Matched, path)
	}
	slices.Sort(out.Matched)
	return out, nil
}

// region is the values that all conditions of the restriction leave.
func (r *restriction) region() []span { return meet(r.spans, complement(r.less)) }

// condition is the canonical condition of a restriction. Whole says that it restricts nothing.
func (r *restriction) condition() (c Condition, whole bool, err error) {
	set, whole, ok := r.domain.set(r.region(), r.null)
	if !ok {
		return c, false, sqltree.Refuse(sqltree.ReasonPredicate, r.last)
	}
	if !whole && set.Empty() {
		return c, false, sqltree.Refuse(sqltree.ReasonEmptyCohort, r.last)
	}
	c = Condition{Column: r.ref, Type: r.domain.typ.String(), Set: set}
	if r.column != nil && r.column.Sensitive {
		c.Sensitive, c.SensitiveValues = true, r.domain.sensitiveValues(r.column)
	}
	return c, whole, nil
}
