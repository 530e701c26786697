package rewrite

import (
	"errors"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// aggregate finds an accepted form of one aggregate.
func (l *level) aggregate(e sqltree.Expr) (sqltree.Expr, bool) {
	fault := l.asked(e)
	if fault == nil {
		return e, true
	}
	var filter sqltree.Expr
	name, args, distinct := "", []sqltree.Expr(nil), false
	switch x := e.(type) {
	case *sqltree.Call:
		name, args, distinct, filter = x.Name, x.Args, x.Distinct, x.Filter
	case *open:
		name, args, distinct, filter = x.name, x.args, x.distinct, x.filter
	}
	condition, ok := l.filter(filter)
	if !ok {
		l.f.notes.say("去掉 FILTER 中无法使用的条件", "a condition of FILTER that cannot be used is left out")
	}
	for _, form := range l.forms(name, args, distinct) {
		if condition != nil {
			form = mapped(form, func(x sqltree.Expr) sqltree.Expr {
				if c, isCall := x.(*sqltree.Call); isCall && c.Class == sqltree.ClassAggregate {
					return filtered(c, condition)
				}
				return nil
			})
		}
		if l.alone(form) {
			if c, isCall := e.(*sqltree.Call); !same(form, e) && (!isCall || !same(form, unfiltered(c))) {
				l.f.notes.about("%s 改为 %s", "%s became %s", spoken(name), signature(form))
			}
			return form, true
		}
	}
	l.lost(name, fault)
	return nil, l.classed(args)
}

func unfiltered(c *sqltree.Call) *sqltree.Call {
	out := *c
	out.Filter = nil
	return &out
}

// spoken is the name of a function for a person.
func spoken(name string) string {
	if name == "count_star" {
		return "count(*)"
	}
	return name + "(…)"
}

// asked is what is said to an aggregate alone.
func (l *level) asked(e sqltree.Expr) error {
	return l.probe(func(s *sqltree.Select) { s.Items = []sqltree.Item{{Expr: e}} })
}

// alone reports whether an aggregate is accepted.
func (l *level) alone(e sqltree.Expr) bool { return l.asked(e) == nil }

// lost tells why an aggregate is left out.
func (l *level) lost(name string, fault error) {
	var r *catalog.Refusal
	switch {
	case errors.As(fault, &r) && r.Code == catalog.CodeMethodNotGranted:
		l.f.notes.about("授权不包含 %s：去掉", "the grant does not include %s: left out", spoken(name))
	case errors.As(fault, &r) && r.Code == catalog.CodeColumnNotGranted:
		l.f.notes.about("%s 用到授权不包含的字段：去掉", "%s is of a column that the grant does not include: left out", spoken(name))
	default:
		l.f.notes.about("%s 会暴露单个主体的值：去掉", "%s would reveal a single entity's value: left out", spoken(name))
	}
}

// filter repairs the condition of FILTER. Without one that can be used, the aggregate has none.
func (l *level) filter(e sqltree.Expr) (sqltree.Expr, bool) {
	var kept []sqltree.Expr
	whole := true
	for _, c := range conjuncts(e) {
		to, ok := l.condition(c)
		if ok {
			kept = append(kept, conjuncts(to)...)
		}
		whole = whole && ok
	}
	return all(kept, true), whole
}

// forms are what an aggregate may be said as, the nearest first.
func (l *level) forms(name string, args []sqltree.Expr, distinct bool) []sqltree.Expr {
	arg := l.spelled(first(args))
	out := l.direct(name, arg, distinct)
	switch name {
	case "count_star":
		return append(out, countAll())
	case "count", "approx_count_distinct", "regr_count":
		return append(out, l.counted(arg, distinct || name == "approx_count_distinct")...)
	case "count_if", "countif", "bool_or", "bool_and", "any", "every":
		return append(out, l.countIf(arg)...)
	case "sum", "kahan_sum", "sumkahan", "fsum", "sum_no_overflow":
		return append(out, l.added("sum", arg)...)
	case "avg", "mean", "favg", "kahan_avg":
		return append(out, l.added("avg", arg)...)
	case "any_value", "first", "last", "arbitrary", "list", "array_agg", "string_agg", "group_concat", "listagg", "mode", "histogram",
		"min_by", "max_by", "arg_min", "arg_max", "argmin", "argmax", "row":
		return out
	case "min", "max", "median", "quantile", "quantile_cont", "quantile_disc", "percentile_cont", "percentile_disc", "approx_quantile",
		"reservoir_quantile", "mad", "entropy":
		return out
	}
	for _, ref := range columnsOf(arg) {
		if o := l.find(ref); o.usable() && (o.is(catalog.RoleMeasure) || o.result != "") {
			out = append(out, call("avg", ref), call("sum", ref))
		}
	}
	return out
}

// direct is the call as it stands, with its argument as it is spelled.
func (l *level) direct(name string, arg sqltree.Expr, distinct bool) []sqltree.Expr {
	if sqltree.ClassOf(name) != sqltree.ClassAggregate || arg == nil {
		return nil
	}
	c := call(name, arg)
	c.Distinct = distinct
	return []sqltree.Expr{c}
}

// counted are the forms of count(x) and count(DISTINCT x).
func (l *level) counted(arg sqltree.Expr, distinct bool) []sqltree.Expr {
	var out []sqltree.Expr
	if c, ok := arg.(*sqltree.Case); ok && len(c.Whens) == 1 {
		if condition, ok := l.filter(c.Whens[0].If); ok {
			for _, form := range l.counted(c.Whens[0].Then, distinct) {
				if a, isCall := form.(*sqltree.Call); isCall {
					out = append(out, filtered(a, condition))
				}
			}
			return out
		}
	}
	if x, other, ok := l.nullIf(arg); ok {
		out = append(out, filtered(call("count", x), other), filtered(countAll(), other))
	}
	for _, ref := range columnsOf(arg) {
		o := l.find(ref)
		switch {
		case o == nil || !o.granted:
		case guarded(o.column):
			out = append(out, l.entities(o)...)
		case !distinct:
			out = append(out, call("count", ref))
		default:
			if k, ok := l.keyFor(ref); ok {
				l.f.notes.about("要数 %s 的取值，请按它分组", "to count the values of %s, group by it", signature(ref))
				l.extra = appendNew(l.extra, k)
				out = append(out, countAll())
			}
		}
	}
	if _, constant := arg.(*sqltree.Literal); constant || len(columnsOf(arg)) == 0 || l.isRow(arg) {
		out = append(out, countAll())
	}
	return out
}

// isRow reports whether an argument is a whole row.
func (l *level) isRow(arg sqltree.Expr) bool {
	c, ok := arg.(*sqltree.Column)
	return ok && len(c.Names) == 1 && l.find(c) == nil && slices.ContainsFunc(l.sources, func(s *source) bool { return strings.EqualFold(s.name, c.Names[0]) })
}

// entities counts the entities of the table that a guarded column is of.
func (l *level) entities(o *operand) []sqltree.Expr {
	var out []sqltree.Expr
	count := func(e catalog.Entity) {
		c := call("count")
		c.Distinct = true
		for _, k := range e.Key {
			c.Args = append(c.Args, l.reference(o.src, k))
		}
		if len(e.Key) > 0 {
			out = append(out, c)
		}
	}
	if o.src.granted == nil {
		return nil
	}
	for _, e := range o.src.granted.Spec.Entities {
		if known(e.Key, o.column.Name) {
			count(e)
		}
	}
	for _, e := range o.src.granted.Spec.Entities {
		count(e)
	}
	return out
}

// nullIf reads nullif(x, constant) as x and the condition that it is another value.
func (l *level) nullIf(arg sqltree.Expr) (x, other sqltree.Expr, ok bool) {
	c, isCall := arg.(*sqltree.Call)
	if !isCall || c.Name != "nullif" || len(c.Args) != 2 {
		return nil, nil, false
	}
	v, constant := c.Args[1].(*sqltree.Literal)
	if !constant || v.Kind == sqltree.LiteralNull {
		return nil, nil, false
	}
	other, ok = l.filter(compare(c.Args[0], sqltree.NotEqual, v))
	return c.Args[0], other, ok && other != nil
}

// countIf counts the rows that meet a condition.
func (l *level) countIf(arg sqltree.Expr) []sqltree.Expr {
	condition, ok := l.filter(arg)
	if !ok || condition == nil {
		return nil
	}
	return []sqltree.Expr{filtered(countAll(), condition)}
}

// classed asks for the columns of an aggregate that has no safe form as group keys: their values, or classes of them, tell what can be told.
func (l *level) classed(args []sqltree.Expr) bool {
	for _, arg := range args {
		for _, ref := range columnsOf(l.spelled(arg)) {
			o := l.find(ref)
			if !o.usable() {
				continue
			}
			if k, ok := l.keyFor(ref); ok && len(l.extra) < 2 {
				l.f.notes.about("改为按 %s 的取值或档次计数", "rows are counted by values or classes of %s instead", signature(ref))
				l.extra = appendNew(l.extra, k)
			}
			break
		}
	}
	return false
}
