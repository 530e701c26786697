package rewrite

import (
	"math/big"
	"slices"

	"yumen/catalog/sqltree"
)

// added are the forms of a sum or an average.
func (l *level) added(name string, arg sqltree.Expr) []sqltree.Expr {
	switch x := arg.(type) {
	case *sqltree.Case:
		if out := l.addedCase(name, x); len(out) > 0 {
			return out
		}
	case *sqltree.Cast:
		if flag := l.flags(x.X); name == "sum" && flag {
			return l.countIf(x.X)
		}
	case *open:
		if x.name == "if" && len(x.args) == 3 {
			return l.addedCase(name, &sqltree.Case{Pos: sqltree.None, Whens: []sqltree.When{{If: x.args[0], Then: x.args[1]}}, Else: x.args[2]})
		}
	case *sqltree.Call:
		if out := l.addedCall(name, x); len(out) > 0 {
			return append(out, l.inner(name, arg)...)
		}
	}
	return l.inner(name, arg)
}

// flags reports whether an expression is a condition.
func (l *level) flags(e sqltree.Expr) bool {
	switch e.(type) {
	case *sqltree.Compare, *sqltree.Between, *sqltree.In, *sqltree.IsNull, *sqltree.Logic, *sqltree.Not:
		return true
	}
	return false
}

// inner is the sum or average of the measures inside an argument, each alone.
func (l *level) inner(name string, arg sqltree.Expr) []sqltree.Expr {
	var out []sqltree.Expr
	for _, ref := range columnsOf(arg) {
		o := l.find(ref)
		switch {
		case o == nil || !o.granted:
		case guarded(o.column):
			out = append(out, l.entities(o)...)
		default:
			out = append(out, call(name, ref), call("avg", ref), call("count", ref))
		}
	}
	return out
}

// addedCall reads functions around a measure that a sum can do without.
func (l *level) addedCall(name string, x *sqltree.Call) []sqltree.Expr {
	switch {
	case x.Name == "nullif":
		arg, other, ok := l.nullIf(x)
		if !ok {
			return nil
		}
		if zero(x.Args[1]) && name == "sum" {
			return []sqltree.Expr{call("sum", arg)}
		}
		return []sqltree.Expr{filtered(call(name, arg), other)}
	case (x.Name == "least" || x.Name == "greatest") && len(x.Args) == 2 && name == "sum":
		return l.capped(x)
	case x.Name == "/" && len(x.Args) == 2 && len(columnsOf(x.Args[1])) > 0:
		return []sqltree.Expr{operator("/", call("sum", x.Args[0]), call("sum", x.Args[1])), operator("/", l.sumOf(x.Args[0]), l.sumOf(x.Args[1]))}
	case x.Name == "*" && len(x.Args) == 2 && name == "sum":
		for i, factor := range x.Args {
			if c, ok := factor.(*sqltree.Cast); ok && l.flags(c.X) { // sum(x * (condition)::INT)
				if condition, ok := l.filter(c.X); ok && condition != nil {
					return []sqltree.Expr{filtered(call("sum", x.Args[1-i]), condition)}
				}
			}
		}
	}
	return nil
}

// sumOf is the sum of the only measure of an expression.
func (l *level) sumOf(e sqltree.Expr) sqltree.Expr {
	if refs := columnsOf(e); len(refs) == 1 {
		return call("sum", refs[0])
	}
	return call("sum", e)
}

// capped reads sum(least(x, c)) as the sum of what is below and c for each of the others, and greatest the other way round.
func (l *level) capped(x *sqltree.Call) []sqltree.Expr {
	v, constant := x.Args[1].(*sqltree.Literal)
	if !constant || v.Kind != sqltree.LiteralNumber {
		return nil
	}
	below, okBelow := l.filter(compare(x.Args[0], sqltree.Less, v))
	above, okAbove := l.filter(compare(x.Args[0], sqltree.GreaterEqual, v))
	if !okBelow || !okAbove || below == nil || above == nil {
		return nil
	}
	edge := v
	if c, ok := below.(*sqltree.Compare); ok {
		if l, ok := c.Right.(*sqltree.Literal); ok {
			edge = l
		}
	}
	kept, cut := below, above
	if x.Name == "greatest" {
		kept, cut = above, below
	}
	return []sqltree.Expr{operator("+", filtered(call("sum", x.Args[0]), kept), operator("*", edge, filtered(countAll(), cut)))}
}

func zero(e sqltree.Expr) bool {
	v, ok := e.(*sqltree.Literal)
	if !ok || v.Kind != sqltree.LiteralNumber || len(v.Text) > 40 {
		return false
	}
	r, ok := new(big.Rat).SetString(v.Text)
	return ok && r.Sign() == 0
}

// addedCase reads a CASE with constant results as counts of rows times these constants, and one with a measure as a sum under a condition.
func (l *level) addedCase(name string, x *sqltree.Case) []sqltree.Expr {
	if name != "sum" && len(x.Whens) > 1 {
		return nil
	}
	var out sqltree.Expr
	var before []sqltree.Expr
	for _, w := range append(slices.Clone(x.Whens), sqltree.When{Then: x.Else}) {
		if v, constant := w.Then.(*sqltree.Literal); constant && (v.Kind == sqltree.LiteralNull || zero(v)) {
			before = append(before, pushed(orTrue(w.If), true))
			continue
		}
		conditions := slices.Clone(before)
		if w.If != nil {
			conditions = append(conditions, w.If)
			before = append(before, pushed(w.If, true))
		}
		condition, ok := l.filter(all(conditions, true))
		if !ok {
			return nil
		}
		term := weighted(name, w.Then)
		if term = mapped(term, func(e sqltree.Expr) sqltree.Expr {
			if c, isCall := e.(*sqltree.Call); isCall && c.Class == sqltree.ClassAggregate {
				return filtered(c, condition)
			}
			return nil
		}); out != nil {
			term = operator("+", out, term)
		}
		out = term
	}
	if out == nil {
		return nil
	}
	return []sqltree.Expr{out}
}

func orTrue(e sqltree.Expr) sqltree.Expr {
	if e == nil {
		return &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralBool, Text: "true"}
	}
	return e
}

// weighted is what a branch adds for each of its rows.
func weighted(name string, then sqltree.Expr) sqltree.Expr {
	v, constant := then.(*sqltree.Literal)
	switch {
	case !constant || name != "sum":
		return call(name, then)
	case v.Text == "1":
		return countAll()
	}
	return operator("*", v, countAll())
}
