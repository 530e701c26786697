package rewrite

import (
	"strings"

	"yumen/catalog/sqltree"
)

var compareOps = map[string]sqltree.CompareOp{
	"COMPARE_EQUAL": sqltree.Equal, "COMPARE_NOTEQUAL": sqltree.NotEqual, "COMPARE_LESSTHAN": sqltree.Less, "COMPARE_LESSTHANOREQUALTO": sqltree.LessEqual,
	"COMPARE_GREATERTHAN": sqltree.Greater, "COMPARE_GREATERTHANOREQUALTO": sqltree.GreaterEqual,
	"COMPARE_DISTINCT_FROM": sqltree.DistinctFrom, "COMPARE_NOT_DISTINCT_FROM": sqltree.NotDistinctFrom,
}

// expr reads an expression; what has no form of its own is open.
func (r *reader) expr(v any) sqltree.Expr {
	defer r.enter()()
	m, _ := v.(map[string]any)
	o := object(m)
	class := o.text("class")
	switch class {
	case "COLUMN_REF":
		if names := o.texts("column_names"); len(names) > 0 {
			return &sqltree.Column{Pos: sqltree.None, Names: names}
		}
	case "CONSTANT":
		if l, ok := sqltree.ReadConstant(v); ok {
			l.Pos = sqltree.None
			return l
		}
	case "CAST":
		return r.cast(v, o)
	case "FUNCTION":
		return r.call(o)
	case "COMPARISON":
		if op, ok := compareOps[o.text("type")]; ok {
			return &sqltree.Compare{Pos: sqltree.None, Op: op, Left: r.expr(o["left"]), Right: r.expr(o["right"])}
		}
	case "BETWEEN":
		return &sqltree.Between{Pos: sqltree.None, X: r.expr(o["input"]), Low: r.expr(o["lower"]), High: r.expr(o["upper"])}
	case "CONJUNCTION":
		return &sqltree.Logic{Pos: sqltree.None, And: o.text("type") == "CONJUNCTION_AND", Args: r.exprs(o.list("children"))}
	case "OPERATOR":
		return r.operator(o)
	case "CASE":
		return r.choice(o)
	case "STAR":
		return &open{name: openStar, star: o.text("relation_name")}
	case "WINDOW":
		return r.window(o)
	case "SUBQUERY":
		return r.subquery(o)
	case "PARAMETER":
		return &open{name: openParam}
	}
	return &open{name: strings.ToLower(class), args: r.parts(o)}
}

// parts are the expressions right below a node of a kind that is not known.
func (r *reader) parts(o object) []sqltree.Expr {
	out := r.exprs(o.list("children"))
	for _, name := range []string{"child", "expr"} {
		if o[name] != nil {
			out = append(out, r.expr(o[name]))
		}
	}
	return out
}

// cast reads a conversion; of a constant it may be a literal, such as DATE '2024-01-01'.
func (r *reader) cast(v any, o object) sqltree.Expr {
	if l, ok := sqltree.ReadConstant(v); ok {
		l.Pos = sqltree.None
		return l
	}
	typ := o.in("cast_type")
	text := typ.text("id")
	if info := typ.in("type_info"); info != nil && info["width"] != nil {
		text += "(" + number(info["width"]) + "," + number(info["scale"]) + ")"
	}
	return &sqltree.Cast{Pos: sqltree.None, X: r.expr(o["child"]), Type: text, Try: o.is("try_cast")}
}

func (r *reader) call(o object) sqltree.Expr {
	name := o.text("function_name")
	args := r.exprs(o.list("children"))
	if len(o.in("order_bys").list("orders")) > 0 {
		r.notes.say("去掉聚合函数内的 ORDER BY", "ORDER BY inside an aggregate is left out")
		if len(args) == 0 || strings.HasPrefix(name, "percentile") { // WITHIN GROUP (ORDER BY x)
			first, _ := o.in("order_bys").list("orders")[0].(map[string]any)
			args = append([]sqltree.Expr{r.expr(object(first)["expression"])}, args...)
		}
	}
	filter := r.optional(o["filter"])
	class := sqltree.ClassOf(name)
	if schema := o.text("schema"); class == "" || schema != "" && schema != "main" {
		return &open{name: name, args: args, filter: filter, distinct: o.is("distinct")}
	}
	c := &sqltree.Call{Pos: sqltree.None, Name: name, Class: class, Args: args, Distinct: o.is("distinct"), Filter: filter, Operator: o.is("is_operator")}
	if row, tuple := first(args).(*open); tuple && row.name == "row" && name == "count" && c.Distinct && len(args) == 1 {
		c.Args = row.args
	}
	return c
}

func first(list []sqltree.Expr) sqltree.Expr {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func (r *reader) operator(o object) sqltree.Expr {
	args := r.exprs(o.list("children"))
	if len(args) == 0 {
		panic(stop{})
	}
	switch kind := o.text("type"); kind {
	case "OPERATOR_NOT":
		return &sqltree.Not{Pos: sqltree.None, X: args[0]}
	case "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL":
		return &sqltree.IsNull{Pos: sqltree.None, X: args[0], Negated: kind == "OPERATOR_IS_NOT_NULL"}
	case "COMPARE_IN", "COMPARE_NOT_IN":
		if e := tuples(args); e != nil {
			return map[bool]sqltree.Expr{false: e, true: &sqltree.Not{Pos: sqltree.None, X: e}}[kind == "COMPARE_NOT_IN"]
		}
		return &sqltree.In{Pos: sqltree.None, X: args[0], List: args[1:], Negated: kind == "COMPARE_NOT_IN"}
	case "OPERATOR_COALESCE":
		return &sqltree.Call{Pos: sqltree.None, Name: "coalesce", Class: sqltree.ClassScalar, Args: args}
	default:
		return &open{name: strings.ToLower(kind), args: args}
	}
}

// tuples reads (a, b) IN ((1, 2), …) as comparisons of the parts, or nil.
func tuples(args []sqltree.Expr) sqltree.Expr {
	left, ok := args[0].(*open)
	if !ok || left.name != "row" {
		return nil
	}
	var any []sqltree.Expr
	for _, arg := range args[1:] {
		right, ok := arg.(*open)
		if !ok || right.name != "row" || len(right.args) != len(left.args) {
			return nil
		}
		var every []sqltree.Expr
		for i := range right.args {
			every = append(every, &sqltree.Compare{Pos: sqltree.None, Op: sqltree.Equal, Left: left.args[i], Right: right.args[i]})
		}
		any = append(any, all(every, true))
	}
	return all(any, false)
}

func (r *reader) choice(o object) sqltree.Expr {
	c := &sqltree.Case{Pos: sqltree.None, Else: r.expr(o["else_expr"])}
	for _, v := range o.list("case_checks") {
		w, _ := v.(map[string]any)
		c.Whens = append(c.Whens, sqltree.When{If: r.expr(object(w)["when_expr"]), Then: r.expr(object(w)["then_expr"])})
	}
	if len(c.Whens) == 0 {
		panic(stop{})
	}
	return c
}

// window reads a function over a window; one with a frame, or outside the closed list, is open.
func (r *reader) window(o object) sqltree.Expr {
	name, args := o.text("function_name"), r.exprs(o.list("children"))
	w := &sqltree.Window{Pos: sqltree.None, Name: name, Args: args, Partition: r.exprs(o.list("partitions")), Order: r.orders(o.list("orders"))}
	plain := o.text("start") == "UNBOUNDED_PRECEDING" && o.text("end") == "CURRENT_ROW_RANGE" && o.text("exclude_clause") == "NO_OTHER"
	for _, clause := range []string{"start_expr", "end_expr", "offset_expr", "default_expr", "filter_expr"} {
		plain = plain && o[clause] == nil
	}
	if plain && sqltree.WindowOf(name, len(args)) && !o.is("ignore_nulls") && !o.is("distinct") && len(o.list("arg_orders")) == 0 {
		if name == "mean" {
			w.Name = "avg"
		}
		return w
	}
	all := append(append([]sqltree.Expr{}, args...), w.Partition...)
	for _, key := range w.Order {
		if key.Expr != nil {
			all = append(all, key.Expr)
		}
	}
	return &open{name: openWindow, args: all}
}

func (r *reader) subquery(o object) sqltree.Expr {
	q := r.statement(o["subquery"])
	if o.text("subquery_type") == "SCALAR" {
		return &sqltree.Query{Pos: sqltree.None, Select: q}
	}
	x := &open{name: openSubquery, query: q}
	if o["child"] != nil {
		x.args = []sqltree.Expr{r.expr(o["child"])}
	}
	return x
}
