package sqltree

func (d *decoder) exprs(list []any, at Pos) []Expr {
	var out []Expr
	for _, v := range list {
		out = append(out, d.expr(v, at))
	}
	return out
}

// optional reads an expression that may be null.
func (d *decoder) optional(o *object, name string) Expr {
	v := o.take(name)
	if v == nil {
		return nil
	}
	return d.expr(v, o.at)
}

// expr reads an expression that has no alias: names inside an expression have no meaning here.
func (d *decoder) expr(v any, at Pos) Expr {
	e, alias := d.aliased(v, at)
	if alias != "" {
		refuse(ReasonNestedAlias, Pos(e.Position()))
	}
	return e
}

func (d *decoder) aliased(v any, at Pos) (Expr, string) {
	o := asObject(v, at)
	defer d.in(o.at)()
	class, kind, alias := o.text("class"), o.text("type"), o.text("alias")
	o.take("query_location")
	e := d.node(o, class, kind)
	o.done()
	return e, alias
}

func (d *decoder) node(o *object, class, kind string) Expr {
	switch class {
	case "COLUMN_REF":
		return d.column(o)
	case "CONSTANT":
		return d.constant(o)
	case "CAST":
		return d.cast(o)
	case "FUNCTION":
		return d.call(o)
	case "COMPARISON":
		return d.compare(o, kind)
	case "BETWEEN":
		return &Between{Pos: o.at, X: d.expr(o.take("input"), o.at), Low: d.expr(o.take("lower"), o.at), High: d.expr(o.take("upper"), o.at)}
	case "CONJUNCTION":
		return d.logic(o, kind)
	case "OPERATOR":
		return d.operator(o, kind)
	case "CASE":
		return d.caseOf(o)
	case "STAR":
		return d.star(o, false)
	case "WINDOW":
		return d.window(o)
	case "SUBQUERY":
		return d.scalar(o)
	case "PARAMETER":
		return d.parameter(o, kind)
	}
	refuse(d.refusedClass(class), o.at)
	return nil
}

// refusedClass names the fault of an expression outside the closed set.
func (d *decoder) refusedClass(class string) Reason {
	switch class {
	case "POSITIONAL_REFERENCE":
		return ReasonPositional
	case "LAMBDA", "LAMBDA_REF", "COLLATE":
		return ReasonFunction
	}
	return ReasonUnknownNode
}

func (d *decoder) column(o *object) Expr {
	names := o.texts("column_names")
	if len(names) == 0 {
		refuse(ReasonUnknownNode, o.at)
	}
	return &Column{Pos: o.at, Names: names}
}

// star consumes the fields of a star. In ORDER BY ALL the parser writes it with columns set.
func (d *decoder) star(o *object, order bool) Expr {
	if order {
		o.must("class", "STAR", ReasonUnknownNode)
		o.must("type", "STAR", ReasonUnknownNode)
		o.must("alias", "", ReasonNestedAlias)
		o.take("query_location")
	}
	if o.bool("columns") != order {
		refuse(ReasonStar, o.at)
	}
	o.empty(ReasonStar, "exclude_list", "replace_list", "expr", "qualified_exclude_list", "rename_list")
	if o.text("relation_name") != "" && order {
		refuse(ReasonStar, o.at)
	}
	if order {
		o.done()
	}
	return &Star{Pos: o.at}
}

func (d *decoder) call(o *object) Expr {
	c := &Call{Pos: o.at, Name: o.text("function_name"), Operator: o.bool("is_operator"), Distinct: o.bool("distinct")}
	if schema := o.text("schema"); schema != "" && schema != "main" {
		refuse(ReasonFunction, o.at)
	}
	o.empty(ReasonFunction, "catalog")
	class, known := functions[c.Name]
	if _, aggregate := refusedAggregates[c.Name]; aggregate {
		refuse(ReasonAggregate, o.at)
	}
	if !known {
		d.refuseFunction(o.at)
	}
	c.Class = class
	o.empty(ReasonAggregate, "export_state")
	orders := o.object("order_bys")
	orders.must("type", "ORDER_MODIFIER", ReasonUnknownNode)
	orders.empty(ReasonAggregateOrder, "orders")
	orders.done()
	c.Args = d.arguments(c, o.list("children"))
	c.Filter = d.optional(o, "filter")
	if class != ClassAggregate && class != ClassCells && (c.Distinct || c.Filter != nil) {
		refuse(ReasonFunction, o.at)
	}
	return c
}

// arguments reads the arguments of a call. The parts of a tuple are the arguments of count(DISTINCT (a, b)), and of nothing else.
func (d *decoder) arguments(c *Call, list []any) []Expr {
	if c.Name != "count" || !c.Distinct || len(list) != 1 {
		return d.exprs(list, c.Pos)
	}
	o := asObject(list[0], c.Pos)
	if name, isText := o.fields["function_name"].(string); !isText || name != "row" {
		return d.exprs(list, c.Pos)
	}
	defer d.in(o.at)()
	return d.tuple(o)
}

// tuple reads the parts of (a, b).
func (d *decoder) tuple(o *object) []Expr {
	o.must("class", "FUNCTION", ReasonUnknownNode)
	o.must("type", "FUNCTION", ReasonUnknownNode)
	o.must("alias", "", ReasonNestedAlias)
	o.must("function_name", "row", ReasonFunction)
	o.take("query_location")
	if schema := o.text("schema"); schema != "" && schema != "main" {
		refuse(ReasonFunction, o.at)
	}
	o.empty(ReasonFunction, "catalog", "filter", "export_state")
	if o.bool("distinct") || o.bool("is_operator") {
		refuse(ReasonFunction, o.at)
	}
	orders := o.object("order_bys")
	orders.must("type", "ORDER_MODIFIER", ReasonUnknownNode)
	orders.empty(ReasonAggregateOrder, "orders")
	orders.done()
	parts := d.exprs(o.list("children"), o.at)
	o.done()
	if len(parts) == 0 {
		refuse(ReasonFunction, o.at)
	}
	return parts
}

// refuseFunction refuses a function or operator outside the closed list.
func (d *decoder) refuseFunction(at Pos) {
	if d.joining {
		refuse(ReasonJoinCondition, at)
	}
	refuse(ReasonFunction, at)
}

func (d *decoder) compare(o *object, kind string) Expr {
	ops := map[string]CompareOp{
		"COMPARE_EQUAL": Equal, "COMPARE_NOTEQUAL": NotEqual, "COMPARE_LESSTHAN": Less, "COMPARE_LESSTHANOREQUALTO": LessEqual,
		"COMPARE_GREATERTHAN": Greater, "COMPARE_GREATERTHANOREQUALTO": GreaterEqual,
		"COMPARE_DISTINCT_FROM": DistinctFrom, "COMPARE_NOT_DISTINCT_FROM": NotDistinctFrom,
	}
	op, ok := ops[kind]
	if !ok {
		refuse(ReasonUnknownNode, o.at)
	}
	return &Compare{Pos: o.at, Op: op, Left: d.expr(o.take("left"), o.at), Right: d.expr(o.take("right"), o.at)}
}

func (d *decoder) logic(o *object, kind string) Expr {
	l := &Logic{Pos: o.at, And: kind == "CONJUNCTION_AND", Args: d.exprs(o.list("children"), o.at)}
	if !l.And && kind != "CONJUNCTION_OR" || len(l.Args) < 2 {
		refuse(ReasonUnknownNode, o.at)
	}
	return l
}

func (d *decoder) operator(o *object, kind string) Expr {
	switch kind {
	case "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_COALESCE":
	case "GROUPING_FUNCTION":
		refuse(ReasonGroupingSets, o.at)
	default: // elements of lists and structs, TRY
		d.refuseFunction(o.at)
	}
	args := d.exprs(o.list("children"), o.at)
	if len(args) == 0 {
		refuse(ReasonUnknownNode, o.at)
	}
	switch kind {
	case "COMPARE_IN", "COMPARE_NOT_IN":
		return &In{Pos: o.at, X: args[0], List: args[1:], Negated: kind == "COMPARE_NOT_IN"}
	case "OPERATOR_COALESCE":
		return &Call{Pos: o.at, Name: "coalesce", Class: ClassScalar, Args: args}
	}
	if len(args) != 1 {
		refuse(ReasonUnknownNode, o.at)
	}
	if kind == "OPERATOR_NOT" {
		return &Not{Pos: o.at, X: args[0]}
	}
	return &IsNull{Pos: o.at, X: args[0], Negated: kind == "OPERATOR_IS_NOT_NULL"}
}

func (d *decoder) caseOf(o *object) Expr {
	c := &Case{Pos: o.at}
	for _, v := range o.list("case_checks") {
		w := asObject(v, o.at)
		c.Whens = append(c.Whens, When{If: d.expr(w.take("when_expr"), o.at), Then: d.expr(w.take("then_expr"), o.at)})
		w.done()
	}
	c.Else = d.expr(o.take("else_expr"), o.at)
	if len(c.Whens) == 0 {
		refuse(ReasonUnknownNode, o.at)
	}
	return c
}

// scalar reads a subquery that stands for one value.
func (d *decoder) scalar(o *object) Expr {
	o.must("subquery_type", "SCALAR", ReasonSubquery)
	o.must("comparison_type", "INVALID", ReasonSubquery)
	o.empty(ReasonSubquery, "child")
	return &Query{Pos: o.at, Select: d.statement(o.take("subquery"), o.at)}
}
