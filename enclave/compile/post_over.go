package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// maxPostText is the longest outer query: a relation that is named twice is written twice.
const maxPostText = 128 << 10

// overColumn is a column of a relation of cells: its names in the text, and its name and type in the generated query.
type overColumn struct {
	relation, name string
	column         postExpr
	cell           bool // a released cell as it is: sums of such are exact
	merged         bool // of a join with USING: the bare name means the column of the other side
	from           []Source
	formula        *Formula // over the cells of its own SELECT; nil where that is not known
}

// overRelation is a generated query over cells.
type overRelation struct {
	sql     string
	columns []overColumn
}

// overScope is the place of an expression in a SELECT over cells.
type overScope struct {
	query   *footprint.Over
	columns []overColumn // of FROM
	grouped bool
	inside  bool     // inside an aggregate, in WHERE or in a group key: rows before they are grouped
	keys    []string // generated group keys
	keyType []cellType
	sums    []string // generated aggregates a0, a1, …
	values  []string // generated subqueries v0, v1, …, each of one value
	aliases int      // of the select list that may be used
}

// postOver writes a SELECT over cells. The outermost names its columns as the text does; others call them o0, o1, ….
func (w *postWriter) postOver(o *footprint.Over, outermost bool) (overRelation, error) {
	if o.Tree.Distinct {
		return overRelation{}, sqltree.Refuse(sqltree.ReasonNested, o.Tree.Position())
	}
	saved := w.place
	w.place = place{}
	defer func() { w.place = saved }()
	if o.Union != nil {
		return w.union(o, outermost)
	}
	from := overRelation{sql: "SELECT 1 AS one"}
	if o.From != nil {
		var err error
		if from, err = w.overFrom(o.From); err != nil {
			return from, err
		}
	}
	w.over = &overScope{query: o, columns: from.columns}
	where, err := w.overWhere(o.Tree)
	if err != nil {
		return from, err
	}
	out, err := w.overOutputs(o, func() string { return w.withValues(from.sql) + where }, outermost)
	if err == nil && len(out.sql) > maxPostText {
		err = sqltree.Refuse(sqltree.ReasonTooManyReferences, o.Tree.Position(), maxPostText)
	}
	return out, err
}

// overWhere is the condition of WHERE, or empty, and reads the group keys.
func (w *postWriter) overWhere(t *sqltree.Select) (where string, err error) {
	w.over.inside = true
	defer func() { w.over.inside = false }()
	if t.Where != nil {
		if where, err = w.condition(t.Where); err != nil {
			return "", err
		}
		where = " WHERE " + where
	}
	return where, w.overKeys(t)
}

// withValues reads a relation together with the values of subqueries. They stand as columns of their own: what may be NULL for its type holds
// none.
func (w *postWriter) withValues(sql string) string {
	columns := append([]string{"*"}, named("v", w.over.values)...)
	return fmt.Sprintf("SELECT * FROM (SELECT %s FROM (%s) AS t) AS rows", strings.Join(columns, ", "), sql)
}

// overKeys reads the group keys: expressions, ordinals, or with ALL the outputs without an aggregate.
func (w *postWriter) overKeys(t *sqltree.Select) error {
	exprs := slices.Clone(t.Groups)
	for i, e := range exprs {
		if l, ok := e.(*sqltree.Literal); ok && l.Kind == sqltree.LiteralNumber {
			n := whole(l)
			if n < 1 || n > int64(len(t.Items)) {
				return sqltree.Refuse(sqltree.ReasonOrdinal, l.Position())
			}
			exprs[i] = t.Items[n-1].Expr
		}
	}
	aggregated := t.Having != nil
	for _, item := range t.Items {
		found := w.aggregates(item.Expr)
		aggregated = aggregated || found
		if t.GroupAll && !found {
			exprs = append(exprs, item.Expr)
		}
	}
	w.over.aliases = len(t.Items)
	for _, e := range exprs {
		x, err := w.expr(e)
		if err != nil {
			return err
		}
		w.over.keys, w.over.keyType = append(w.over.keys, x.output()), append(w.over.keyType, x.typ)
	}
	w.over.aliases = 0
	w.over.grouped = aggregated || len(exprs) > 0 || t.GroupAll
	return nil
}

// aggregates reports whether an expression holds an aggregate of its own SELECT.
func (w *postWriter) aggregates(e sqltree.Expr) bool {
	found := false
	sqltree.Walk(e, func(e sqltree.Expr) bool {
		c, ok := e.(*sqltree.Call)
		found = found || ok && (c.Class == sqltree.ClassAggregate || c.Class == sqltree.ClassCells)
		return !found
	})
	return found
}

// overOutputs writes the select list, HAVING, the order and the limit, with groups and windows below them.
func (w *postWriter) overOutputs(o *footprint.Over, rows func() string, outermost bool) (overRelation, error) {
	t := o.Tree
	w.sorted(t)
	out := overRelation{}
	var outputs, values []string
	for i, item := range t.Items {
		w.over.aliases = i
		x, from, err := w.traced(item.Expr)
		if err != nil {
			return out, err
		}
		name := item.Alias
		if name == "" {
			name = sqltree.Text(item.Expr)
			if c, ok := item.Expr.(*sqltree.Column); ok {
				name = c.Names[len(c.Names)-1]
			}
		}
		as := fmt.Sprintf("o%d", i)
		if outermost {
			as = sqltree.Quote(name)
		}
		outputs, values = append(outputs, x.output()+" AS "+as), append(values, x.output()+" IS NOT NULL")
		out.columns = append(out.columns, overColumn{name: name, column: postExpr{as, x.typ}, cell: w.exact(x), from: from})
	}
	w.over.aliases = 0
	having := ""
	if t.Having != nil {
		w.windowed = true
		condition, err := w.condition(t.Having)
		w.windowed = false
		if err != nil {
			return out, err
		}
		having = " WHERE " + condition
	}
	terms, err := w.overOrder(t)
	if err != nil {
		return out, err
	}
	sql := w.overGroups(rows())
	windows := "*"
	for i, x := range w.windows {
		windows += fmt.Sprintf(", %s AS w%d", x, i)
	}
	out.sql = fmt.Sprintf("SELECT %s FROM (SELECT %s FROM (%s) AS groups%s) AS cells%s ORDER BY %s", strings.Join(outputs, ", "), windows, sql, having,
		w.something(values, outermost), terms)
	if t.Limit != nil {
		out.sql += fmt.Sprintf(" LIMIT %d", *t.Limit)
	}
	if t.Offset > 0 {
		out.sql += fmt.Sprintf(" OFFSET %d", t.Offset)
	}
	return out, nil
}

// something leaves a row without any value out of an answer that is one row: it would be of withheld cells alone.
func (w *postWriter) something(values []string, outermost bool) string {
	one := w.over.query.From == nil || w.over.grouped && len(w.over.keys) == 0
	if !outermost || !one {
		return ""
	}
	return " WHERE " + strings.Join(values, " OR ")
}

// overGroups is the relation that outputs are computed from: k0… and a0… of the groups, or the rows themselves.
func (w *postWriter) overGroups(rows string) string {
	if !w.over.grouped {
		return rows
	}
	columns := append(named("k", w.over.keys), named("a", w.over.sums)...)
	if len(columns) == 0 {
		columns = []string{"count(*) AS n"}
	}
	sql := fmt.Sprintf("SELECT %s FROM (%s) AS rows", strings.Join(columns, ", "), rows)
	if len(w.over.keys) > 0 {
		sql += " GROUP BY " + strings.Join(numbered("k", len(w.over.keys)), ", ")
	}
	if len(w.over.values) > 0 {
		sql = w.withValues(sql)
	}
	return sql
}

// overOrder is the order of the text and then that of all outputs, so that equal questions give equal bytes.
func (w *postWriter) overOrder(t *sqltree.Select) (string, error) {
	w.over.aliases = len(t.Items)
	defer func() { w.over.aliases = 0 }()
	var terms []string
	for _, o := range t.Order {
		if o.All {
			continue
		}
		e := o.Expr
		if l, ok := e.(*sqltree.Literal); ok && l.Kind == sqltree.LiteralNumber {
			n := whole(l)
			if n < 1 || n > int64(len(t.Items)) {
				return "", sqltree.Refuse(sqltree.ReasonOrdinal, l.Position())
			}
			e = t.Items[n-1].Expr
		}
		x, err := w.expr(e)
		if err != nil {
			return "", err
		}
		terms = append(terms, x.ordered(o))
	}
	for i := range t.Items {
		order := sqltree.Order{}
		if len(t.Order) == 1 && t.Order[0].All {
			order = t.Order[0]
		}
		terms = append(terms, fmt.Sprintf("%d%s", i+1, strings.TrimPrefix(postExpr{sql: "k0"}.ordered(order), "k0")))
	}
	return strings.Join(terms, ", "), nil
}

// condition is a truth value that is not true where it cannot be computed.
func (w *postWriter) condition(e sqltree.Expr) (string, error) {
	x, err := w.expr(e)
	if err == nil && x.typ.kind != kindBool {
		err = sqltree.Refuse(sqltree.ReasonCellType, e.Position())
	}
	return x.tried(), err
}

// exact reports whether an output is a released cell or key as it is.
func (w *postWriter) exact(x postExpr) bool {
	i := slices.IndexFunc(w.over.columns, func(c overColumn) bool { return c.column.sql == x.sql })
	return i >= 0 && w.over.columns[i].cell && !w.over.grouped
}
