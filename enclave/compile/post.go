package compile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// post writes the outer query: outputs, HAVING, ORDER BY and LIMIT over the relations of cells. Every output is cast to its static
// type, and every order is total, so that equal questions give equal bytes. What leaves the range of its type is NULL in that one row: an
// answer neither fails nor changes its shape by what it holds.
func post(q *footprint.Query, parts []*builtPart, p *Plan) error {
	w := &postWriter{parts: parts}
	var out overRelation
	var err error
	if q.Over == nil {
		out, err = w.part(0, true)
	} else {
		out, err = w.postOver(q.Over, true)
	}
	if err != nil {
		return err
	}
	for _, c := range out.columns {
		p.Post.Sources, p.Post.Formulas = append(p.Post.Sources, c.from), append(p.Post.Formulas, c.formula)
		p.Post.Columns = append(p.Post.Columns, PostColumn{Name: c.name, Type: c.column.typ.String()})
	}
	p.Post.SQL, p.Post.Args, p.Post.Clauses = out.sql, w.args, w.clauses
	p.Post.Clauses.Over = q.Over != nil
	return nil
}

// part writes a grouped SELECT over its cells, once. The outermost names its columns as the text does; others call them o0, o1, ….
func (w *postWriter) part(i int, outermost bool) (overRelation, error) {
	x := w.parts[i]
	if x.written != nil {
		return *x.written, nil
	}
	saved := w.place
	w.place = place{b: x.builder, plan: x.plan, relation: x.relation}
	defer func() { w.place = saved }()
	out, err := w.partOutputs(outermost)
	if err == nil && len(out.sql) > maxPostText {
		err = sqltree.Refuse(sqltree.ReasonTooManyReferences, x.builder.outer.Tree.Position(), maxPostText)
	}
	if err == nil {
		x.written = &out
	}
	return out, err
}

func (w *postWriter) partOutputs(outermost bool) (overRelation, error) {
	var outputs []string
	var out overRelation
	w.sorted(w.b.outer.Tree)
	for _, o := range w.b.outer.Outputs {
		x, from, err := w.traced(o.Expr)
		if err != nil {
			return out, err
		}
		as := fmt.Sprintf("o%d", len(outputs))
		if outermost {
			as = sqltree.Quote(o.Name)
		}
		outputs = append(outputs, fmt.Sprintf("%s AS %s", x.output(), as))
		out.columns = append(out.columns, overColumn{name: o.Name, column: postExpr{as, x.typ}, cell: bareCell.MatchString(x.sql), from: from, formula: w.formula(o.Expr)})
	}
	having, err := w.having()
	if err != nil {
		return out, err
	}
	order, err := w.order()
	if err != nil {
		return out, err
	}
	out.sql = "SELECT " + strings.Join(outputs, ", ") + " FROM " + w.rows(having)
	if order != "" {
		out.sql += " ORDER BY " + order
	}
	if n := w.b.outer.Tree.Limit; n != nil {
		out.sql += fmt.Sprintf(" LIMIT %d", *n)
	}
	if n := w.b.outer.Tree.Offset; n > 0 {
		out.sql += fmt.Sprintf(" OFFSET %d", n)
	}
	return out, nil
}

// having is the condition of HAVING, or empty.
func (w *postWriter) having() (string, error) {
	having := w.b.outer.Tree.Having
	if having == nil {
		return "", nil
	}
	w.windowed = true // windows are over what HAVING leaves
	defer func() { w.windowed = false }()
	x, err := w.expr(having)
	if err == nil && x.typ.kind != kindBool {
		err = sqltree.Refuse(sqltree.ReasonCellType, having.Position())
	}
	return " WHERE " + x.tried(), err
}

// rows is the relation of the part's rows: the cells that HAVING leaves, with the values of subqueries and the columns of windows over them.
func (w *postWriter) rows(having string) string {
	cells := Relation(w.relation)
	if len(w.values) > 0 {
		cells = "(SELECT " + strings.Join(append([]string{"*"}, named("v", w.values)...), ", ") + " FROM " + cells + ") AS cells"
	}
	if len(w.windows) == 0 {
		return cells + having
	}
	columns := "*"
	for i, x := range w.windows {
		columns += fmt.Sprintf(", %s AS w%d", x, i)
	}
	return "(SELECT " + columns + " FROM " + cells + having + ") AS cells"
}

// order is the order of the text, then all group keys: first those that are shown, as they are shown.
func (w *postWriter) order() (string, error) {
	var terms []string
	for _, o := range w.b.outer.Order {
		x, err := w.expr(o.Expr)
		if err != nil {
			return "", err
		}
		terms = append(terms, x.ordered(o))
	}
	var keys []int
	for _, o := range w.b.outer.Outputs {
		if i := w.b.keyOf(footprint.Term{In: w.b.outer, Expr: o.Expr}); i >= 0 && !slices.Contains(keys, i) {
			keys = append(keys, i)
		}
	}
	for i := range w.plan.Keys {
		if !slices.Contains(keys, i) {
			keys = append(keys, i)
		}
	}
	for _, i := range keys {
		terms = append(terms, fmt.Sprintf("k%d ASC NULLS LAST", i))
	}
	return strings.Join(terms, ", "), nil
}

// postExpr is a generated expression with its static type.
type postExpr struct {
	sql string
	typ cellType
}

// output is the expression as a column of the answer.
func (x postExpr) output() string {
	sql := fmt.Sprintf("CAST(%s AS %s)", x.sql, x.typ)
	if bareCell.MatchString(x.sql) {
		return sql
	}
	if x.typ.kind == kindDouble {
		sql = fmt.Sprintf("CASE WHEN isfinite(%s) THEN %s END", sql, sql)
	}
	return "TRY(" + sql + ")"
}

// tried is the expression, NULL where it cannot be computed. A cell or a key as it is cannot fail.
func (x postExpr) tried() string {
	if bareCell.MatchString(x.sql) {
		return x.sql
	}
	return "TRY(" + x.sql + ")"
}

var bareCell = regexp.MustCompile(`^[kcxyv][0-9]+$`)

func (x postExpr) as(t cellType) string {
	if x.typ == t {
		return x.sql
	}
	return fmt.Sprintf("CAST(%s AS %s)", x.sql, t)
}

// maxSteps is how many expressions an outer query may come to.
const maxSteps = 100_000

// postWriter writes expressions over cells; the constants of the text become parameters.
type postWriter struct {
	parts []*builtPart
	args  []Value
	place
	steps   int // expressions written: an alias is written again wherever it is used
	clauses Clauses
}

// place is where an expression stands.
type place struct {
	// of a grouped SELECT, whose cells are a relation
	b        *builder
	plan     *Plan
	relation int
	values   []string // generated subqueries v0, v1, …, each of one value
	// windows are the columns w0, w1, … over the released rows; windowed is set where none can stand: inside one, and in HAVING.
	windows  []string
	windowed bool
	from     []Source // keys and cells that were written since it was emptied
	// over is where an expression over cells stands, nil in a grouped SELECT itself.
	over *overScope
}

func (w *postWriter) expr(e sqltree.Expr) (postExpr, error) {
	if w.steps++; w.steps > maxSteps {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonTooDeep, e.Position(), sqltree.MaxDepth)
	}
	if w.over != nil {
		if x, done, err := w.leaf(e); done || err != nil {
			return x, err
		}
		return w.composed(e, e)
	}
	t := footprint.Term{In: w.b.outer, Expr: e}
	if x, isKey, err := w.key(t); isKey || err != nil {
		return x, err
	}
	if t = t.Follow(); t.In != w.b.outer {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonNotAggregated, e.Position())
	}
	return w.composed(t.Expr, e)
}

// composed writes an expression that is made of others; at is where the text has it.
func (w *postWriter) composed(e, at sqltree.Expr) (postExpr, error) {
	switch e := e.(type) {
	case *sqltree.Literal:
		return w.literal(e)
	case *sqltree.Call:
		return w.call(e)
	case *sqltree.Compare:
		return w.compare(e)
	case *sqltree.Between:
		return w.between(e)
	case *sqltree.Logic:
		return w.logic(e)
	case *sqltree.Not:
		return w.prefixed("NOT ", e.X)
	case *sqltree.In:
		return w.in(e)
	case *sqltree.IsNull:
		x, err := w.expr(e.X)
		if e.Negated {
			return postExpr{"(" + x.sql + " IS NOT NULL)", typeBool}, err
		}
		return postExpr{"(" + x.sql + " IS NULL)", typeBool}, err
	case *sqltree.Case:
		return w.caseOf(e)
	case *sqltree.Cast:
		return w.cast(e)
	case *sqltree.Window:
		return w.window(e)
	case *sqltree.Query:
		return w.value(e)
	}
	return postExpr{}, sqltree.Refuse(sqltree.ReasonNotAggregated, at.Position())
}

// key is an expression that is a group key.
func (w *postWriter) key(t footprint.Term) (x postExpr, isKey bool, err error) {
	k, labels, fault := w.b.labelled(t)
	i := w.b.indexOf(k)
	if fault == nil && i >= 0 && len(labels) != 1 {
		w.trace(Source{Part: w.relation, Key: true, Index: i})
	}
	switch {
	case fault != nil:
		return x, false, nil
	case len(labels) == 1:
		x, err = w.expr(labels[0])
		return x, true, err
	case i >= 0 && labels != nil:
		x, err = w.named(i, labels)
		return x, true, err
	case i >= 0:
		return postExpr{fmt.Sprintf("k%d", i), typeOfColumn(w.plan.Keys[i].Type)}, true, nil
	}
	return x, false, nil
}

// named is a key in the words of the text: the label of each bin.
func (w *postWriter) named(key int, labels []sqltree.Expr) (postExpr, error) {
	texts, t, err := w.unified(labels[0].Position(), labels)
	if err != nil {
		return postExpr{}, err
	}
	sql := fmt.Sprintf("CASE k%d", key)
	for i, x := range texts {
		sql += fmt.Sprintf(" WHEN %d THEN %s", i, x)
	}
	return postExpr{sql + " END", t}, nil
}

// literal binds a constant of the text: it never stands in the generated text.
func (w *postWriter) literal(l *sqltree.Literal) (postExpr, error) {
	var t cellType
	switch l.Kind {
	case sqltree.LiteralNull:
		return postExpr{"NULL", typeNull}, nil
	case sqltree.LiteralBool:
		t = typeBool
	case sqltree.LiteralText:
		t = typeText
	case sqltree.LiteralDate:
		t = typeDate
	default:
		t = numberType(l)
	}
	return postExpr{w.bind(t, l.Text), t}, nil
}

// numberType is the type of a number in the text: BIGINT where it fits, an exact decimal, or DOUBLE.
func numberType(l *sqltree.Literal) cellType {
	switch _, fraction, point := strings.Cut(l.Text, "."); {
	case l.Type == "DOUBLE":
		return typeDouble
	case point && len(fraction) > 0:
		return decimalType(len(fraction))
	case l.Type == "INTEGER" || l.Type == "BIGINT" || l.Type == "SMALLINT" || l.Type == "TINYINT":
		return typeInteger
	}
	return decimalType(0)
}

func (w *postWriter) cast(e *sqltree.Cast) (postExpr, error) {
	if c, ok := e.X.(*sqltree.Column); ok && w.over == nil && w.b.keyOf(footprint.Term{In: w.b.outer, Expr: c}) < 0 {
		if src, column := (footprint.Term{In: w.b.outer, Expr: c}).Column(); src != nil && column != nil {
			return postExpr{}, sqltree.Refuse(sqltree.ReasonCastColumn, e.Position())
		}
	}
	x, err := w.expr(e.X)
	if err != nil {
		return postExpr{}, err
	}
	if e.Implicit && e.Type == "BOOLEAN" && x.typ.kind == kindBool {
		return x, nil
	}
	t, ok := castType(e.Type)
	if !ok || !x.typ.numeric() && x.typ.kind != kindBool {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonCellCast, e.Position())
	}
	return postExpr{fmt.Sprintf("TRY_CAST(%s AS %s)", x.sql, t), t}, nil
}
