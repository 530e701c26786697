package compile

import (
	"math/big"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// draft is one cell while the plan is built: its cohort and its measure.
type draft struct {
	cohort  *cohortBuilder
	measure Measure
}

// aggregate is an aggregate of the text over its cells: drafts until the plan sorts them.
type aggregate struct {
	method string // count, sum, avg, or the function of a moment
	forms  []form // count; sum; sum and count; or what the moment is derived from
}

// cellsOf finds every aggregate of the outputs, of HAVING and of ORDER BY.
func (b *builder) cellsOf() error {
	exprs := []sqltree.Expr{b.outer.Tree.Having}
	for _, o := range b.outer.Outputs {
		exprs = append(exprs, o.Expr)
	}
	for _, o := range b.outer.Order {
		exprs = append(exprs, o.Expr)
	}
	var fault error
	for _, e := range exprs {
		sqltree.Walk(e, func(e sqltree.Expr) bool {
			c, ok := e.(*sqltree.Call)
			if !ok || c.Class != sqltree.ClassAggregate || fault != nil {
				return fault == nil
			}
			if len(b.aggregates) == maxCalls {
				fault = sqltree.Refuse(sqltree.ReasonTooManyCells, c.Position(), MaxAggregates)
				return false
			}
			if b.aggregates[c] == nil {
				b.aggregates[c], fault = b.aggregate(c)
			}
			return false
		})
	}
	if fault != nil {
		return fault
	}
	if len(b.drafts) == 0 {
		b.rows(b.where.clone())
	}
	return nil
}

// aggregate reads one call as the cells that it is computed from.
func (b *builder) aggregate(e *sqltree.Call) (*aggregate, error) {
	c := b.where.clone()
	if e.Filter != nil {
		if err := c.where(footprint.Term{In: b.outer, Expr: e.Filter}, false); err != nil {
			return nil, err
		}
	}
	return b.overCohort(e, c)
}

func (b *builder) overCohort(e *sqltree.Call, c *cohortBuilder) (*aggregate, error) {
	if sqltree.TwoArguments(e.Name) {
		if len(e.Args) != 2 || e.Distinct || b.inner != nil {
			return nil, sqltree.Refuse(sqltree.ReasonArgument, e.Position())
		}
		return b.moments(e, footprint.MethodOf(e), []footprint.Term{b.term(e.Args[0]), b.term(e.Args[1])}, c)
	}
	var arg footprint.Term
	if len(e.Args) > 1 && footprint.MethodOf(e) == footprint.MethodDistinct {
		return b.countDistinct(e, c)
	}
	if len(e.Args) > 1 {
		return nil, sqltree.Refuse(sqltree.ReasonArgument, e.Position())
	}
	if len(e.Args) == 1 {
		arg = footprint.Term{In: b.outer, Expr: e.Args[0]}.Follow()
	}
	return b.overArgument(e, arg, c)
}

// overArgument reads a call as the aggregate of an argument over a cohort.
func (b *builder) overArgument(e *sqltree.Call, arg footprint.Term, c *cohortBuilder) (*aggregate, error) {
	method := footprint.MethodOf(e)
	if choice, ok := arg.Expr.(*sqltree.Case); ok {
		return b.conditional(e, method, arg, choice, c)
	}
	l, constant := arg.Expr.(*sqltree.Literal)
	switch {
	case arg.Expr == nil && method == footprint.MethodCount && !e.Distinct,
		constant && method == footprint.MethodCount && l.Kind != sqltree.LiteralNull,
		constant && method == footprint.MethodSum && number(l, 1) && !e.Distinct:
		return &aggregate{method: footprint.MethodCount, forms: []form{only(b.rows(c))}}, nil
	case constant || arg.Expr == nil:
		return nil, sqltree.Refuse(sqltree.ReasonArgument, e.Position())
	case method == footprint.MethodDistinct:
		return b.countDistinct(e, c)
	case e.Distinct:
		return nil, sqltree.Refuse(sqltree.ReasonArgument, e.Position())
	case b.inner != nil:
		return b.overRollup(method, arg, e, c)
	case method == footprint.MethodCount:
		return b.countColumn(arg, c)
	}
	return b.moments(e, method, []footprint.Term{arg}, c)
}

// rows is the cell that counts the rows of a cohort: rows of the root, or entities where the rows are those of a roll-up.
func (b *builder) rows(c *cohortBuilder) int {
	if b.inner != nil {
		return b.entities(c, b.entity)
	}
	return b.draft(c, Measure{Kind: MeasureRows})
}

// entities is the cell that counts distinct entities; of the root's own unique entity they are its rows.
func (b *builder) entities(c *cohortBuilder, e EntityRef) int {
	if e.Unique && e.Path == b.root.path {
		return b.draft(c, Measure{Kind: MeasureRows})
	}
	return b.draft(c, Measure{Kind: MeasureEntities, Entity: e})
}

func (b *builder) draft(c *cohortBuilder, m Measure) int {
	b.drafts = append(b.drafts, draft{cohort: c, measure: m})
	return len(b.drafts) - 1
}

// countKey restricts a cohort to rows that have the entity: its table matches, and its key is not empty. Rows without one of
// the root's own entities belong to nobody and are in no cohort.
func (b *builder) countKey(c *cohortBuilder, n *node, index int) {
	c.matched = append(c.matched, n)
	for n.parent != nil && n.entity == index {
		n, index = n.parent, n.parentEntity
	}
	e := n.src.Granted.Spec.Entities[index]
	if n.parent == nil || e.OneRow() || !slices.ContainsFunc(e.Key, func(k string) bool { return !b.facts.notNull(n.src.Dataset, k) }) {
		return
	}
	o := &operand{ref: ColumnRef{Path: n.path, Column: EntityColumn(index)}, node: n, at: sqltree.None}
	hashed := catalog.Type{Name: "UBIGINT"}
	c.add(&restriction{operand: o, domain: &domain{typ: hashed, universe: everything()}, spans: everything(), last: sqltree.None})
}

// keyColumn is the entity whose whole key a column is.
func (b *builder) keyColumn(t footprint.Term) (n *node, index int) {
	src, c := t.Column()
	if c == nil || !c.Has(catalog.RoleEntityKey) || b.nodes[src] == nil {
		return nil, -1
	}
	return b.nodes[src], src.Granted.Spec.EntityOf(c.Name)
}

// countDistinct counts the entities of a key: all its columns, in any order.
func (b *builder) countDistinct(e *sqltree.Call, c *cohortBuilder) (*aggregate, error) {
	var source *footprint.Source
	var names []string
	for _, arg := range e.Args {
		src, column := b.term(arg).Column()
		if column == nil || b.nodes[src] == nil || !column.Has(catalog.RoleEntityKey) || source != nil && source != src {
			return nil, sqltree.Refuse(sqltree.ReasonCountDistinct, e.Position())
		}
		source, names = src, append(names, column.Name)
	}
	index := source.Granted.Spec.EntityOf(names...)
	if index < 0 {
		return nil, partOfKey(sqltree.ReasonCountPart, source, names, e.Position())
	}
	n := b.nodes[source]
	c.matched = append(c.matched, n)
	return &aggregate{method: footprint.MethodCount, forms: []form{only(b.entities(c, b.entityRef(n, index)))}}, nil
}

// partOfKey refuses columns that are not a full key, and names the full keys that they belong to.
func partOfKey(why sqltree.Reason, src *footprint.Source, names []string, at int) error {
	var full []string
	for _, e := range src.Granted.Spec.Entities {
		if slices.ContainsFunc(e.Key, func(k string) bool { return strings.EqualFold(k, names[0]) }) {
			full = append(full, strings.Join(e.Key, ", "))
		}
	}
	return sqltree.Refuse(why, at, "("+strings.Join(full, "), (")+")")
}

// countColumn counts rows where a column is not NULL.
func (b *builder) countColumn(arg footprint.Term, c *cohortBuilder) (*aggregate, error) {
	if n, index := b.keyColumn(arg); n != nil {
		if index < 0 {
			return nil, sqltree.Refuse(sqltree.ReasonKeyArgument, arg.Expr.Position())
		}
		b.countKey(c, n, index)
	} else if _, err := b.present(arg, c); err != nil {
		return nil, err
	}
	return &aggregate{method: footprint.MethodCount, forms: []form{only(b.rows(c))}}, nil
}

// present restricts a cohort to rows where a column is not NULL.
func (b *builder) present(arg footprint.Term, c *cohortBuilder) (*operand, error) {
	at := arg.Expr.Position()
	o, err := b.operand(arg)
	if err != nil {
		return nil, err
	}
	if o == nil || o.generalised() || o.result != nil {
		return nil, sqltree.Refuse(sqltree.ReasonArgument, at)
	}
	return o, b.notNull(o, c)
}

func (b *builder) notNull(o *operand, c *cohortBuilder) error {
	d, ok := b.domainOf(o.column)
	if !ok {
		return sqltree.Refuse(sqltree.ReasonArgument, o.at)
	}
	d.notNull = d.notNull || b.facts.notNull(o.node.src.Dataset, o.column.Name)
	c.add(&restriction{operand: o, domain: d, spans: everything(), last: o.at})
	return nil
}

// measured reads the argument of a sum or an average: a bare column that is a measure.
func (b *builder) measured(arg footprint.Term, at int) (*operand, error) {
	switch arg.Follow().Expr.(type) {
	case *sqltree.Column, *sqltree.Cast:
	default:
		return nil, sqltree.Refuse(sqltree.ReasonArgument, at)
	}
	o, err := b.operand(arg)
	if err != nil {
		return nil, err
	}
	if o == nil || o.generalised() || o.result != nil {
		return nil, sqltree.Refuse(sqltree.ReasonArgument, at)
	}
	t, err := catalog.ParseType(o.column.Type)
	if err != nil || !t.Numeric() || !o.column.Has(catalog.RoleMeasure) {
		return nil, sqltree.Refuse(sqltree.ReasonMeasure, o.at)
	}
	return o, nil
}

func sensitiveValues(c *catalog.Column) []string {
	if c.Sensitive {
		return c.SensitiveValues
	}
	return nil
}

// overRollup reads count, sum and avg over results of the roll-up as cells over the base: the sum of an entity's sums is the
// sum of the base column, and its rows are entities.
func (b *builder) overRollup(method string, arg footprint.Term, e *sqltree.Call, c *cohortBuilder) (*aggregate, error) {
	call, isResult := arg.Expr.(*sqltree.Call)
	if !isResult || arg.In != b.inner || call.Class != sqltree.ClassAggregate {
		if method == footprint.MethodCount {
			return b.countColumn(arg, c)
		}
		return nil, sqltree.Refuse(sqltree.ReasonRollupMoments, e.Position())
	}
	o, err := b.result(call)
	if err != nil {
		return nil, err
	}
	if o.column != nil {
		base, err := b.present(footprint.Term{In: b.inner, Expr: call.Args[0]}.Follow(), c)
		if err != nil {
			return nil, err
		}
		return b.overSum(method, base, o, e, c)
	}
	switch method {
	case footprint.MethodCount:
		return &aggregate{method: method, forms: []form{only(b.rows(c))}}, nil
	case footprint.MethodSum:
		return &aggregate{method: footprint.MethodCount, forms: []form{only(b.draft(c, Measure{Kind: MeasureRows}))}}, nil
	case footprint.MethodAvg:
		return &aggregate{method: method, forms: []form{only(b.draft(c, Measure{Kind: MeasureRows})), only(b.rows(c))}}, nil
	}
	return nil, sqltree.Refuse(sqltree.ReasonRollupMoments, e.Position())
}

func (b *builder) overSum(method string, base, o *operand, e *sqltree.Call, c *cohortBuilder) (*aggregate, error) {
	switch {
	case method == footprint.MethodCount:
		return &aggregate{method: method, forms: []form{only(b.rows(c))}}, nil
	case o.result.Func == footprint.MethodAvg:
		return nil, sqltree.Refuse(sqltree.ReasonRollupAverage, e.Position())
	case method != footprint.MethodSum && method != footprint.MethodAvg:
		return nil, sqltree.Refuse(sqltree.ReasonRollupMoments, e.Position())
	}
	cell, err := b.monomial(monomial{big.NewRat(1, 1), []*operand{base}}, c, e)
	if err != nil {
		return nil, err
	}
	a := &aggregate{method: method, forms: []form{only(cell)}}
	if method == footprint.MethodAvg {
		a.forms = append(a.forms, only(b.rows(c)))
	}
	return a, nil
}
