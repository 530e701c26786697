package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// union writes the rows of several relations, one after the other unless the text orders them. The first names the columns.
func (w *postWriter) union(o *footprint.Over, outermost bool) (overRelation, error) {
	w.sorted(o.Tree)
	from, err := w.stacked(o)
	if err != nil {
		return from, err
	}
	w.over, w.windowed = &overScope{query: &footprint.Over{Tree: o.Tree}, columns: from.columns, inside: true}, true // columns order it, and nothing new
	terms, err := w.unionOrder(o.Tree)
	if err != nil {
		return from, err
	}
	out := overRelation{}
	var outputs []string
	for i, c := range from.columns {
		as := fmt.Sprintf("o%d", i)
		if outermost {
			as = sqltree.Quote(c.name)
		}
		outputs = append(outputs, c.column.output()+" AS "+as)
		out.columns = append(out.columns, overColumn{name: c.name, column: postExpr{as, c.column.typ}, cell: c.cell, from: tidySources(c.from)})
	}
	out.sql = fmt.Sprintf("SELECT %s FROM (%s) AS cells ORDER BY %s", strings.Join(outputs, ", "), from.sql, terms)
	if t := o.Tree; t.Limit != nil {
		out.sql += fmt.Sprintf(" LIMIT %d", *t.Limit)
	}
	if o.Tree.Offset > 0 {
		out.sql += fmt.Sprintf(" OFFSET %d", o.Tree.Offset)
	}
	if len(out.sql) > maxPostText {
		return out, sqltree.Refuse(sqltree.ReasonTooManyReferences, o.Tree.Position(), maxPostText)
	}
	return out, nil
}

// stacked puts the relations together as one with the columns x0, x1, …, each of a type that all have, and m, the number of the relation.
func (w *postWriter) stacked(o *footprint.Over) (overRelation, error) {
	var all []overRelation
	out := overRelation{}
	for n, c := range o.Union {
		r, err := w.cells(c)
		if err != nil {
			return out, err
		}
		if n == 0 {
			out.columns = append(out.columns, r.columns...)
		}
		if len(r.columns) != len(out.columns) {
			return out, sqltree.Refuse(sqltree.ReasonUnionColumns, c.Position())
		}
		for i := range out.columns {
			mine, theirs := &out.columns[i], r.columns[i]
			if mine.column.typ != theirs.column.typ {
				t, ok := common(mine.column.typ, theirs.column.typ)
				if !ok {
					return out, sqltree.Refuse(sqltree.ReasonCellType, c.Position())
				}
				mine.column.typ = t
			}
			mine.cell = mine.cell && theirs.cell
			mine.from = slices.Concat(mine.from, theirs.from)
		}
		all = append(all, r)
	}
	var parts []string
	for n, r := range all {
		columns := []string{fmt.Sprintf("%d AS m", n)}
		for i, c := range r.columns {
			sql, t := c.column.sql, out.columns[i].column.typ
			if c.column.typ != t {
				sql = fmt.Sprintf("TRY_CAST(%s AS %s)", sql, t)
			}
			columns = append(columns, fmt.Sprintf("%s AS x%d", sql, i))
		}
		parts = append(parts, fmt.Sprintf("SELECT %s FROM (%s) AS t", strings.Join(columns, ", "), r.sql))
	}
	for i := range out.columns {
		out.columns[i].column.sql, out.columns[i].relation = fmt.Sprintf("x%d", i), ""
	}
	out.sql = strings.Join(parts, " UNION ALL ")
	return out, nil
}

// unionOrder is the order of the text, then that of the relations and of all columns.
func (w *postWriter) unionOrder(t *sqltree.Select) (string, error) {
	var terms []string
	columns := numbered("x", len(w.over.columns))
	for _, o := range t.Order {
		if o.All {
			for _, c := range columns {
				terms = append(terms, postExpr{sql: c}.ordered(o))
			}
			continue
		}
		if l, ok := o.Expr.(*sqltree.Literal); ok && l.Kind == sqltree.LiteralNumber {
			n := whole(l)
			if n < 1 || n > int64(len(columns)) {
				return "", sqltree.Refuse(sqltree.ReasonOrdinal, l.Position())
			}
			terms = append(terms, postExpr{sql: columns[n-1]}.ordered(o))
			continue
		}
		x, err := w.expr(o.Expr)
		if err != nil {
			return "", err
		}
		terms = append(terms, x.ordered(o))
	}
	terms = append(terms, "m")
	for _, c := range columns {
		terms = append(terms, postExpr{sql: c}.ordered(sqltree.Order{}))
	}
	return strings.Join(terms, ", "), nil
}
