package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/catalog/sqltree"
)

// window writes a function over the released rows as a column of its own, so that every expression around it stands over columns alone. What
// was withheld is NULL to it, as everywhere in the outer query. The database's order of equals is no order: row_number goes on by all keys.
func (w *postWriter) window(e *sqltree.Window) (postExpr, error) {
	w.clauses.Window = true
	if w.windowed {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonWindow, e.Position())
	}
	w.windowed = true
	defer func() { w.windowed = false }()
	call, t, err := w.windowCall(e)
	if err != nil {
		return postExpr{}, err
	}
	over, err := w.windowOver(e)
	if err != nil {
		return postExpr{}, err
	}
	sql := fmt.Sprintf("TRY_CAST(%s OVER (%s) AS %s)", call, over, t)
	i := slices.Index(w.windows, sql)
	if i < 0 {
		i, w.windows = len(w.windows), append(w.windows, sql)
	}
	if len(w.windows) > MaxAggregates {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonTooManyCells, e.Position(), MaxAggregates)
	}
	return postExpr{fmt.Sprintf("w%d", i), t}, nil
}

// windowCall is the function with its argument. Cells add up exactly, for the bounds of their columns leave room; computed decimals could leave
// the range of decimals, and are added as doubles.
func (w *postWriter) windowCall(e *sqltree.Window) (call string, t cellType, err error) {
	if len(e.Args) == 0 {
		return e.Name + "()", typeInteger, nil
	}
	x, err := w.expr(e.Args[0])
	if err != nil {
		return "", t, err
	}
	if e.Name == "count" {
		return "count(" + x.tried() + ")", typeInteger, nil
	}
	if !x.typ.numeric() || x.typ.kind == kindNull {
		return "", t, sqltree.Refuse(sqltree.ReasonCellType, e.Args[0].Position())
	}
	t = x.typ
	t.name = ""
	if e.Name == "avg" || e.Name == "sum" && t.kind == kindDecimal && !bareCell.MatchString(x.sql) {
		t = typeDouble
	}
	return fmt.Sprintf("%s(%s)", e.Name, postExpr{x.as(t), t}.tried()), t, nil
}

func (w *postWriter) windowOver(e *sqltree.Window) (string, error) {
	var parts, terms []string
	for _, p := range e.Partition {
		x, err := w.expr(p)
		if err != nil {
			return "", err
		}
		terms = append(terms, x.tried())
	}
	if len(terms) > 0 {
		parts, terms = append(parts, "PARTITION BY "+strings.Join(terms, ", ")), nil
	}
	for _, o := range e.Order {
		x, err := w.expr(o.Expr)
		if err != nil {
			return "", err
		}
		terms = append(terms, x.ordered(o))
	}
	if e.Name == "row_number" && w.over != nil {
		terms = append(terms, w.overTotal()...)
	}
	if e.Name == "row_number" && w.over == nil {
		for i := range w.plan.Keys {
			terms = append(terms, fmt.Sprintf("k%d ASC NULLS LAST", i))
		}
	}
	if len(terms) > 0 {
		parts = append(parts, "ORDER BY "+strings.Join(terms, ", "))
	}
	return strings.Join(parts, " "), nil
}

// ordered is the expression as a term of an order.
func (x postExpr) ordered(o sqltree.Order) string {
	direction, nulls := "ASC", "LAST"
	if o.Descending {
		direction = "DESC"
	}
	if o.NullsFirst {
		nulls = "FIRST"
	}
	return fmt.Sprintf("%s %s NULLS %s", x.tried(), direction, nulls)
}

// overTotal are all columns of the rows in a SELECT over cells: an order that is total.
func (w *postWriter) overTotal() []string {
	names := numbered("k", len(w.over.keys))
	if !w.over.grouped {
		names = numbered("x", len(w.over.columns))
	}
	for i := range names {
		names[i] += " ASC NULLS LAST"
	}
	return names
}
