package rewrite

import (
	"fmt"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// notes are what a rewrite changes, each said once.
type notes struct{ said []catalog.Text }

// maxNotes is how many changes are told.
const maxNotes = 12

func (n *notes) say(zh, en string) { n.add(catalog.Text{Zh: zh, En: en}) }

// about says something of names of the text or the catalog.
func (n *notes) about(zh, en string, names ...any) {
	n.add(catalog.Text{Zh: fmt.Sprintf(zh, names...), En: fmt.Sprintf(en, names...)})
}

func (n *notes) add(t catalog.Text) {
	for _, known := range n.said {
		if known == t {
			return
		}
	}
	if len(n.said) < maxNotes {
		n.said = append(n.said, t)
	}
}

// children are the direct parts of an expression, open ones included.
func children(e sqltree.Expr) []sqltree.Expr {
	if x, ok := e.(*open); ok {
		out := append([]sqltree.Expr{}, x.args...)
		if x.filter != nil {
			out = append(out, x.filter)
		}
		return out
	}
	return sqltree.Children(e)
}

// walk calls visit for an expression and, while it returns true, for what is inside.
func walk(e sqltree.Expr, visit func(sqltree.Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	for _, c := range children(e) {
		walk(c, visit)
	}
}

// has reports whether a part of an expression is of a kind.
func has(e sqltree.Expr, is func(sqltree.Expr) bool) bool {
	found := false
	walk(e, func(x sqltree.Expr) bool {
		found = found || is(x)
		return !found
	})
	return found
}

// aggregates reports whether an expression is itself an aggregate of rows.
func aggregates(e sqltree.Expr) bool {
	switch x := e.(type) {
	case *sqltree.Call:
		return x.Class == sqltree.ClassAggregate || x.Class == sqltree.ClassCells
	case *open:
		return sqltree.Aggregates(x.name) || aggregateNames[x.name]
	}
	return false
}

// aggregateNames are further aggregates that texts use.
var aggregateNames = map[string]bool{"any": true, "every": true, "percentile_cont": true, "percentile_disc": true, "approx_quantile": true}

func windowed(e sqltree.Expr) bool {
	if _, ok := e.(*sqltree.Window); ok {
		return true
	}
	x, ok := e.(*open)
	return ok && x.name == openWindow
}

func queried(e sqltree.Expr) bool {
	if _, ok := e.(*sqltree.Query); ok {
		return true
	}
	x, ok := e.(*open)
	return ok && x.query != nil
}

// mapped is an expression whose parts went through change, outermost first; change returns nil for what stays and is looked into.
func mapped(e sqltree.Expr, change func(sqltree.Expr) sqltree.Expr) sqltree.Expr {
	if e == nil {
		return nil
	}
	if to := change(e); to != nil {
		return to
	}
	m := func(x sqltree.Expr) sqltree.Expr { return mapped(x, change) }
	all := func(list []sqltree.Expr) []sqltree.Expr {
		out := make([]sqltree.Expr, len(list))
		for i, x := range list {
			out[i] = m(x)
		}
		return out
	}
	switch x := e.(type) {
	case *sqltree.Call:
		c := *x
		c.Args, c.Filter = all(x.Args), m(x.Filter)
		return &c
	case *sqltree.Compare:
		return &sqltree.Compare{Pos: sqltree.None, Op: x.Op, Left: m(x.Left), Right: m(x.Right)}
	case *sqltree.Between:
		return &sqltree.Between{Pos: sqltree.None, X: m(x.X), Low: m(x.Low), High: m(x.High)}
	case *sqltree.Logic:
		return &sqltree.Logic{Pos: sqltree.None, And: x.And, Args: all(x.Args)}
	case *sqltree.Not:
		return &sqltree.Not{Pos: sqltree.None, X: m(x.X)}
	case *sqltree.In:
		return &sqltree.In{Pos: sqltree.None, X: m(x.X), List: all(x.List), Negated: x.Negated}
	case *sqltree.IsNull:
		return &sqltree.IsNull{Pos: sqltree.None, X: m(x.X), Negated: x.Negated}
	case *sqltree.Cast:
		c := *x
		c.X = m(x.X)
		return &c
	case *sqltree.Case:
		return mappedCase(x, m)
	case *sqltree.Window:
		w := *x
		w.Args, w.Partition, w.Order = all(x.Args), all(x.Partition), append([]sqltree.Order{}, x.Order...)
		for i := range w.Order {
			w.Order[i].Expr = m(w.Order[i].Expr)
		}
		return &w
	case *open:
		o := *x
		o.args, o.filter = all(x.args), m(x.filter)
		return &o
	}
	return e
}

func mappedCase(x *sqltree.Case, m func(sqltree.Expr) sqltree.Expr) sqltree.Expr {
	c := &sqltree.Case{Pos: sqltree.None, Else: m(x.Else)}
	for _, w := range x.Whens {
		c.Whens = append(c.Whens, sqltree.When{If: m(w.If), Then: m(w.Then)})
	}
	return c
}

// same reports whether two expressions are written alike.
func same(a, b sqltree.Expr) bool { return strings.EqualFold(signature(a), signature(b)) }

// signature is a text that is equal for expressions that are written alike.
func signature(e sqltree.Expr) string {
	if text, err := sqltree.ExprSQL(e); err == nil {
		return text
	}
	var parts []string
	for _, c := range children(e) {
		parts = append(parts, signature(c))
	}
	name := fmt.Sprintf("%T", e)
	if x, ok := e.(*open); ok {
		name = x.name
	}
	return name + "(" + strings.Join(parts, ",") + ")"
}

// conjuncts are the parts of a conjunction.
func conjuncts(e sqltree.Expr) []sqltree.Expr {
	l, ok := e.(*sqltree.Logic)
	switch {
	case e == nil:
		return nil
	case !ok || !l.And:
		return []sqltree.Expr{e}
	}
	var out []sqltree.Expr
	for _, part := range l.Args {
		out = append(out, conjuncts(part)...)
	}
	return out
}

// all joins conditions; nil is none.
func all(list []sqltree.Expr, and bool) sqltree.Expr {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return &sqltree.Logic{Pos: sqltree.None, And: and, Args: list}
}

func compare(x sqltree.Expr, op sqltree.CompareOp, l *sqltree.Literal) sqltree.Expr {
	return &sqltree.Compare{Pos: sqltree.None, Op: op, Left: x, Right: l}
}

func countAll() *sqltree.Call {
	return &sqltree.Call{Pos: sqltree.None, Name: "count_star", Class: sqltree.ClassAggregate}
}

func call(name string, args ...sqltree.Expr) *sqltree.Call {
	return &sqltree.Call{Pos: sqltree.None, Name: name, Class: sqltree.ClassOf(name), Args: args}
}

func operator(name string, a, b sqltree.Expr) *sqltree.Call {
	c := call(name, a, b)
	c.Operator = true
	return c
}

// filtered is an aggregate under one more condition.
func filtered(c *sqltree.Call, condition sqltree.Expr) *sqltree.Call {
	out := *c
	out.Filter = all(append(conjuncts(c.Filter), conjuncts(condition)...), true)
	return &out
}

func numberLiteral(text string) *sqltree.Literal {
	return &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralNumber, Text: text, Type: numberType(text)}
}

// numberType is what the parser would call the type of a number.
func numberType(text string) string {
	digits := strings.TrimPrefix(text, "-")
	if whole, fraction, point := strings.Cut(digits, "."); point {
		return fmt.Sprintf("DECIMAL(%d,%d)", len(whole)+len(fraction), len(fraction))
	}
	if len(digits) > 9 {
		return "BIGINT"
	}
	return "INTEGER"
}

// literal is a canonical value of a column as a literal.
func literal(t catalog.Type, text string) *sqltree.Literal {
	switch {
	case t.Numeric():
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return numberLiteral(text)
	case t.Name == catalog.TypeDate:
		return &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralDate, Text: text}
	case t.Name == catalog.TypeBoolean:
		return &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralBool, Text: text}
	}
	return &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralText, Text: text}
}
