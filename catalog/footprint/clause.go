package footprint

import (
	"slices"
	"strconv"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// clause is a part of a SELECT, for what its columns are used as and which names it may use.
type clause struct {
	use     Use
	aliases *aliasScope
	inner   bool // the SELECT is an inner query, which may group by keys of entities
	group   bool // GROUP BY itself
	output  bool // the select list or ORDER BY: outside an aggregate only group keys stand there
	where   bool // WHERE: no aggregate
}

// clauses binds everything but FROM, in the order in which faults are named: keys, conditions, outputs.
func (b *binder) clauses(s *Select, inner bool) error {
	for _, i := range s.Tree.Items {
		name := i.Alias
		if name == "" {
			name = sqltree.Text(i.Expr)
		}
		s.Outputs = append(s.Outputs, Output{Expr: i.Expr, Name: name})
	}
	if err := b.groupBy(s, inner); err != nil {
		return err
	}
	if err := b.expr(s, s.Tree.Where, clause{use: UseCondition, where: true}); err != nil {
		return err
	}
	for i, o := range s.Outputs {
		c := clause{use: UseKey, inner: inner, output: true, aliases: &aliasScope{outputs: i}}
		if err := b.expr(s, o.Expr, c); err != nil {
			return err
		}
	}
	b.columnNames(s)
	if err := b.groupAll(s, inner); err != nil {
		return err
	}
	if err := b.expr(s, s.Tree.Having, clause{use: UseCondition, aliases: s.allAliases(false)}); err != nil {
		return err
	}
	return b.orderBy(s)
}

func (s *Select) allAliases(first bool) *aliasScope {
	return &aliasScope{outputs: len(s.Outputs), first: first}
}

// columnNames gives outputs that are bare columns without an alias the declared spelling of the column's name.
func (b *binder) columnNames(s *Select) {
	for i, item := range s.Tree.Items {
		c, ok := item.Expr.(*sqltree.Column)
		if !ok || item.Alias != "" {
			continue
		}
		switch ref := s.refs[c]; {
		case ref.Column != nil:
			s.Outputs[i].Name = ref.Column.Name
		case ref.Source != nil:
			s.Outputs[i].Name = ref.Source.columns[ref.Output]
		default:
			s.Outputs[i].Name = c.Names[len(c.Names)-1]
		}
	}
}

// groupBy binds the group keys; a whole number is an output's ordinal, a bare alias its expression.
func (b *binder) groupBy(s *Select, inner bool) error {
	s.Grouped = s.Tree.GroupAll || len(s.Tree.Groups) > 0
	for _, e := range s.Tree.Groups {
		ordinal, err := s.ordinal(e)
		if err != nil {
			return err
		}
		c := clause{use: UseKey, inner: inner, group: true, aliases: s.allAliases(false)}
		if ordinal >= 0 {
			e, c.aliases = s.Outputs[ordinal].Expr, &aliasScope{outputs: ordinal}
		}
		if err := b.expr(s, e, c); err != nil {
			return err
		}
		s.Keys = append(s.Keys, s.unalias(e))
	}
	return nil
}

// groupAll makes every output without an aggregate a group key; a subquery's value is the same for all groups.
func (b *binder) groupAll(s *Select, inner bool) error {
	if !s.Tree.GroupAll {
		return nil
	}
	for i, o := range s.Outputs {
		if s.Aggregated(o.Expr) || holdsQuery(o.Expr) {
			continue
		}
		c := clause{use: UseKey, inner: inner, group: true, aliases: &aliasScope{outputs: i}}
		if err := b.expr(s, o.Expr, c); err != nil {
			return err
		}
		s.Keys = append(s.Keys, s.unalias(o.Expr))
	}
	return nil
}

// unalias replaces a bare alias by the expression that it names.
func (s *Select) unalias(e sqltree.Expr) sqltree.Expr {
	for {
		c, ok := e.(*sqltree.Column)
		if !ok || s.refs[c].Source != nil {
			return e
		}
		e = s.Outputs[s.refs[c].Output].Expr
	}
}

// ordinal is the number of the output that a whole number names, or -1 for anything else.
func (s *Select) ordinal(e sqltree.Expr) (int, error) {
	l, ok := e.(*sqltree.Literal)
	if !ok || l.Kind != sqltree.LiteralNumber {
		return -1, nil
	}
	n, err := strconv.Atoi(l.Text)
	if err != nil || n < 1 || n > len(s.Outputs) {
		return -1, sqltree.Refuse(sqltree.ReasonOrdinal, l.Position())
	}
	return n - 1, nil
}

func (b *binder) orderBy(s *Select) error {
	for _, o := range s.Tree.Order {
		if o.All {
			for _, out := range s.Outputs {
				s.Order = append(s.Order, sqltree.Order{Expr: out.Expr, Descending: o.Descending, NullsFirst: o.NullsFirst})
			}
			continue
		}
		ordinal, err := s.ordinal(o.Expr)
		if err != nil {
			return err
		}
		if ordinal >= 0 {
			o.Expr = s.Outputs[ordinal].Expr
		} else if err := b.expr(s, o.Expr, clause{use: UseKey, output: true, aliases: s.allAliases(true)}); err != nil {
			return err
		}
		o.Expr = s.unalias(o.Expr)
		s.Order = append(s.Order, o)
	}
	return nil
}

// expr binds the names of an expression and records what they touch.
func (b *binder) expr(s *Select, e sqltree.Expr, c clause) error {
	switch e := e.(type) {
	case nil:
		return nil
	case *sqltree.Star:
		return sqltree.Refuse(sqltree.ReasonStar, e.Position())
	case *sqltree.Column:
		return b.column(s, e, c)
	case *sqltree.Query:
		return b.scalar(s, e, c)
	case *sqltree.Call:
		if e.Class == sqltree.ClassAggregate {
			return b.aggregate(s, e, c)
		}
	case *sqltree.Window:
		if !c.output || c.inner || !s.overCells() {
			return sqltree.Refuse(sqltree.ReasonWindow, e.Position())
		}
	}
	if _, bare := e.(*sqltree.Column); !bare && c.output {
		c.inner = false // a key of an entity passes an inner query bare or not at all
	}
	for _, child := range sqltree.Children(e) {
		if err := b.expr(s, child, c); err != nil {
			return err
		}
	}
	return nil
}

// scalar binds a subquery that stands for one value beside aggregates: among rows of the data none can stand.
func (b *binder) scalar(s *Select, e *sqltree.Query, c clause) error {
	if c.inner || c.group || c.where || c.use == UseCount || c.use == UseMeasure {
		return sqltree.Refuse(sqltree.ReasonSubquery, e.Position())
	}
	if s.Scalars[e] != nil {
		return nil
	}
	var around []string
	for _, src := range s.Sources {
		around = append(around, src.Name)
	}
	value, err := b.value(e, s.scope, around)
	if err == nil {
		s.Scalars[e] = value
	}
	return err
}

func holdsQuery(e sqltree.Expr) bool {
	return len((&sqltree.Select{Items: []sqltree.Item{{Expr: e}}}).Queries()) > 0
}

// overCells reports whether the rows of the answer are groups, each once: a window over rows of the data is none.
func (s *Select) overCells() bool {
	aggregated := slices.ContainsFunc(s.Outputs, func(o Output) bool { return s.Aggregated(o.Expr) })
	return !s.Tree.Distinct && (s.Grouped || aggregated)
}

// column binds one reference and judges keys and identifiers by where they stand.
func (b *binder) column(s *Select, e *sqltree.Column, c clause) error {
	ref, err := s.resolve(e, s.Sources, c.aliases)
	if err != nil {
		return err
	}
	s.refs[e] = ref
	if ref.Source == nil {
		return b.alias(s, ref, c)
	}
	return b.touch(Term{s, e}, e.Pos, c)
}

// alias judges a reference to an output by what the output holds. An output knows only the aliases before it, so references
// come to an end.
func (b *binder) alias(s *Select, ref Ref, c clause) error {
	if c.group {
		c.aliases = &aliasScope{outputs: ref.Output}
		return b.expr(s, s.Outputs[ref.Output].Expr, c)
	}
	return nil
}

// touch records the columns behind a reference: one, or those of the result of an inner query.
func (b *binder) touch(t Term, at sqltree.Pos, c clause) error {
	t = t.Follow()
	if column, ok := t.Expr.(*sqltree.Column); ok {
		ref := t.In.refs[column]
		return b.touchColumn(ref.Source, ref.Column, at, c)
	}
	sqltree.Walk(t.Expr, func(e sqltree.Expr) bool {
		if column, ok := e.(*sqltree.Column); ok {
			b.touchResult(Term{t.In, column}, c.use)
		}
		return true
	})
	return nil
}

// touchResult records the use of a column inside a result of an inner query, where it was judged already.
func (b *binder) touchResult(t Term, use Use) {
	if src, c := t.Column(); c != nil && !guarded(c) {
		b.facts.use(src.Dataset, c, use)
	}
}

func (b *binder) touchColumn(src *Source, col *catalog.Column, at sqltree.Pos, c clause) error {
	if err := granted(src, col, at); err != nil {
		return err
	}
	if !col.Grade.Valid() {
		return sqltree.Refuse(sqltree.ReasonNoGrade, int(at))
	}
	use := c.use
	if guarded(col) {
		key := col.Has(catalog.RoleEntityKey)
		switch {
		case key && c.inner && (c.group || c.output):
			use = UseRollupKey
		case key && c.use == UseCount:
		case c.use == UseCount || c.use == UseMeasure:
			return sqltree.Refuse(sqltree.ReasonKeyArgument, int(at))
		case c.group:
			return sqltree.Refuse(sqltree.ReasonKeyGroup, int(at))
		case c.output:
			return sqltree.Refuse(sqltree.ReasonKeyOutput, int(at))
		default:
			return sqltree.Refuse(sqltree.ReasonKeyCondition, int(at))
		}
	}
	b.facts.use(src.Dataset, col, use)
	return nil
}

// aggregate binds a call of an aggregate: its argument is counted or measured, its filter is a condition.
func (b *binder) aggregate(s *Select, e *sqltree.Call, c clause) error {
	switch {
	case c.where:
		return sqltree.Refuse(sqltree.ReasonAggregateInWhere, e.Position())
	case c.group:
		return sqltree.Refuse(sqltree.ReasonAggregateInGroup, e.Position())
	case c.use == UseCount || c.use == UseMeasure:
		return sqltree.Refuse(sqltree.ReasonNestedAggregate, e.Position())
	}
	use := UseMeasure
	if e.Name == "count" || e.Name == "count_star" {
		use = UseCount
	}
	for _, arg := range e.Args {
		inside := clause{use: use}
		if _, bare := arg.(*sqltree.Column); !bare && use == UseCount {
			inside.use = UseMeasure // a key is counted bare or not at all
		}
		if err := b.argument(s, arg, inside); err != nil {
			return err
		}
	}
	if err := b.expr(s, e.Filter, clause{use: UseCondition, where: true}); err != nil {
		return err
	}
	return b.grantMethod(s, e)
}

// argument binds the argument of an aggregate. The conditions of a CASE are conditions, as a filter is.
func (b *binder) argument(s *Select, arg sqltree.Expr, c clause) error {
	choice, ok := arg.(*sqltree.Case)
	if !ok {
		return b.expr(s, arg, c)
	}
	for _, w := range choice.Whens {
		if err := b.expr(s, w.If, clause{use: UseCondition, where: true}); err != nil {
			return err
		}
		if err := b.argument(s, w.Then, c); err != nil {
			return err
		}
	}
	return b.argument(s, choice.Else, c)
}

// grantMethod records the method and, where the view limits methods, refuses what is not in every table's list.
func (b *binder) grantMethod(s *Select, e *sqltree.Call) error {
	method := MethodOf(e)
	b.facts.method(method)
	for _, src := range s.Sources {
		if src.Granted != nil && src.Granted.Methods != nil && !src.Granted.Methods[method] {
			return sqltree.Refuse(sqltree.ReasonMethodNotGranted, e.Position())
		}
	}
	return nil
}
