package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// overFrom writes the relations of a FROM clause as one with the columns x0, x1, ….
func (w *postWriter) overFrom(f footprint.OverFrom) (overRelation, error) {
	switch f := f.(type) {
	case *footprint.Cells:
		r, err := w.cells(f)
		if err != nil {
			return r, err
		}
		if len(f.Columns) > len(r.columns) {
			return r, sqltree.Refuse(sqltree.ReasonColumnList, f.Position())
		}
		return renumbered(r, func(c *overColumn, i int) {
			if i < len(f.Columns) {
				c.name = f.Columns[i]
			}
			c.relation = f.Name
		}), nil
	case *footprint.OverJoin:
		left, err := w.overFrom(f.Left)
		if err != nil {
			return left, err
		}
		right, err := w.overFrom(f.Right)
		if err != nil {
			return right, err
		}
		return w.overJoin(f.Tree, left, right)
	}
	return overRelation{}, sqltree.Refuse(sqltree.ReasonTableFunction, f.Position())
}

// cells writes a relation of cells under the names o0, o1, ….
func (w *postWriter) cells(c *footprint.Cells) (overRelation, error) {
	if c.Over != nil {
		return w.postOver(c.Over, false)
	}
	return w.part(c.Part, false)
}

// renumbered gives the columns of a relation the names x0, x1, ….
func renumbered(in overRelation, change func(*overColumn, int)) overRelation {
	out := overRelation{columns: slices.Clone(in.columns)}
	var columns []string
	for i := range out.columns {
		c := &out.columns[i]
		columns = append(columns, fmt.Sprintf("%s AS x%d", c.column.sql, i))
		c.column.sql = fmt.Sprintf("x%d", i)
		change(c, i)
	}
	out.sql = fmt.Sprintf("SELECT %s FROM (%s) AS t", strings.Join(columns, ", "), in.sql)
	return out
}

// overJoin joins two relations; the columns of the right one are y0, y1, … until the join is one relation.
func (w *postWriter) overJoin(t *sqltree.Join, left, right overRelation) (overRelation, error) {
	both := slices.Clone(left.columns)
	for i, c := range right.columns {
		if c.relation != "" && slices.ContainsFunc(left.columns, func(l overColumn) bool { return strings.EqualFold(l.relation, c.relation) }) {
			return left, sqltree.Refuse(sqltree.ReasonSameAlias, t.Position())
		}
		c.column.sql = fmt.Sprintf("y%d", i)
		both = append(both, c)
	}
	saved := w.over
	w.over = &overScope{query: &footprint.Over{}, columns: both, inside: true}
	defer func() { w.over = saved }()
	var on []string
	for _, name := range t.Using {
		condition, either, err := w.using(t, name, both, len(left.columns), len(left.columns)+len(right.columns))
		if err != nil {
			return left, err
		}
		if on = append(on, condition); t.Kind == sqltree.JoinFull {
			both = append(both, either)
		}
	}
	if t.On != nil {
		condition, err := w.condition(t.On)
		if err != nil {
			return left, err
		}
		on = append(on, condition)
	}
	var names []string
	for i := range right.columns {
		names = append(names, fmt.Sprintf("x%d AS y%d", i, i))
	}
	joined := overRelation{columns: both, sql: fmt.Sprintf("SELECT * FROM (%s) AS l %s JOIN (SELECT %s FROM (%s) AS t) AS r",
		left.sql, t.Kind, strings.Join(names, ", "), right.sql)}
	if len(on) > 0 {
		joined.sql += " ON " + strings.Join(on, " AND ")
	}
	return renumbered(joined, func(*overColumn, int) {}), nil
}

// using pairs the columns of one name. The bare name means the side that a left or a right join keeps, and of a full one the side that is there.
func (w *postWriter) using(t *sqltree.Join, name string, both []overColumn, left, all int) (condition string, either overColumn, err error) {
	find := func(from, to int) (int, error) {
		at := -1
		for i := from; i < to; i++ {
			if strings.EqualFold(both[i].name, name) && !both[i].merged {
				if at >= 0 {
					return at, sqltree.Refuse(sqltree.ReasonAmbiguous, t.Position())
				}
				at = i
			}
		}
		if at < 0 {
			return at, sqltree.Refuse(sqltree.ReasonUnknownColumn, t.Position())
		}
		return at, nil
	}
	l, err := find(0, left)
	if err != nil {
		return "", either, err
	}
	r, err := find(left, all)
	if err != nil {
		return "", either, err
	}
	typ, ok := common(both[l].column.typ, both[r].column.typ)
	if !ok {
		return "", either, sqltree.Refuse(sqltree.ReasonCellType, t.Position())
	}
	sides := []string{both[l].column.as(typ), both[r].column.as(typ)}
	either = overColumn{name: both[l].name, cell: both[l].cell && both[r].cell, from: slices.Concat(both[l].from, both[r].from), column: postExpr{"coalesce(" + strings.Join(sides, ", ") + ")", typ}}
	both[l].merged = both[l].merged || t.Kind == sqltree.JoinRight || t.Kind == sqltree.JoinFull
	both[r].merged = both[r].merged || t.Kind != sqltree.JoinRight
	return fmt.Sprintf("(%s = %s)", sides[0], sides[1]), either, nil
}

// leaf writes what has a meaning of its own in a SELECT over cells: columns, aliases, aggregates, group keys and subqueries.
func (w *postWriter) leaf(e sqltree.Expr) (x postExpr, done bool, err error) {
	s := w.over
	if s.grouped && !s.inside {
		if _, constant := e.(*sqltree.Literal); !constant {
			if i := w.overKey(e); i >= 0 {
				return postExpr{fmt.Sprintf("k%d", i), s.keyType[i]}, true, nil
			}
		}
	}
	switch e := e.(type) {
	case *sqltree.Column:
		x, err := w.overName(e)
		return x, true, err
	case *sqltree.Query:
		x, err := w.value(e)
		return x, true, err
	case *sqltree.Star:
		return x, true, sqltree.Refuse(sqltree.ReasonStar, e.Position())
	case *sqltree.Call:
		switch e.Class {
		case sqltree.ClassAggregate, sqltree.ClassCells:
			x, err := w.overAggregate(e)
			return x, true, err
		case sqltree.ClassScalar:
		default:
			return x, true, sqltree.Refuse(sqltree.ReasonCellFunction, e.Position())
		}
	}
	return x, false, nil
}

// overKey is the group key that an expression is, or -1.
func (w *postWriter) overKey(e sqltree.Expr) int {
	if len(w.over.keys) == 0 || w.aggregates(e) || holdsQuery(e) {
		return -1
	}
	args := len(w.args)
	w.over.inside = true
	windowed := w.windowed
	w.windowed = true
	x, err := w.expr(e)
	w.over.inside, w.windowed = false, windowed
	i := -1
	if err == nil {
		i = slices.Index(w.over.keys, x.output())
	}
	if i < 0 {
		w.args = w.args[:args]
	}
	return i
}

// holdsQuery reports whether an expression holds a subquery: it is no group key.
func holdsQuery(e sqltree.Expr) bool {
	found := false
	sqltree.Walk(e, func(e sqltree.Expr) bool {
		_, is := e.(*sqltree.Query)
		found = found || is
		return !found
	})
	return found
}

// overName resolves a name among the columns of FROM, or the aliases of the select list that may be used.
func (w *postWriter) overName(e *sqltree.Column) (postExpr, error) {
	s := w.over
	name, relation := e.Names[len(e.Names)-1], ""
	if len(e.Names) == 2 {
		relation = e.Names[0]
	}
	var found []overColumn
	for _, c := range s.columns {
		if strings.EqualFold(c.name, name) && (relation == "" && !c.merged || relation != "" && strings.EqualFold(c.relation, relation)) {
			found = append(found, c)
		}
	}
	if relation == "" && s.query.Tree != nil {
		for i, item := range s.query.Tree.Items[:min(s.aliases, len(s.query.Tree.Items))] {
			if item.Alias != "" && strings.EqualFold(item.Alias, name) && len(found) == 0 {
				saved := s.aliases
				s.aliases = i
				x, err := w.expr(item.Expr)
				s.aliases = saved
				return x, err
			}
		}
	}
	switch {
	case len(e.Names) > 2 || len(found) == 0:
		return postExpr{}, sqltree.Refuse(sqltree.ReasonUnknownColumn, e.Position())
	case len(found) > 1:
		return postExpr{}, sqltree.Refuse(sqltree.ReasonAmbiguous, e.Position())
	case s.grouped && !s.inside:
		return postExpr{}, sqltree.Refuse(sqltree.ReasonNotAggregated, e.Position())
	}
	w.trace(found[0].from...)
	return found[0].column, nil
}

// value writes a subquery of one value as a column. What gives no row is NULL; more than one row is none.
func (w *postWriter) value(e *sqltree.Query) (postExpr, error) {
	var o *footprint.Cells
	values := &w.values
	if w.over != nil {
		o, values = w.over.query.Scalars[e], &w.over.values
	} else {
		o = w.b.outer.Scalars[e]
	}
	if o == nil {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonSubquery, e.Position())
	}
	r, err := w.cells(o)
	if err != nil {
		return postExpr{}, err
	}
	if len(r.columns) != 1 {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonScalar, e.Position())
	}
	w.clauses.Value = true
	w.trace(r.columns[0].from...)
	sql := fmt.Sprintf("(SELECT CASE WHEN count(*) = 1 THEN min(o0) END FROM (%s) AS one)", r.sql)
	i := slices.Index(*values, sql)
	if i < 0 {
		i, *values = len(*values), append(*values, sql)
	}
	if len(strings.Join(*values, "")) > maxPostText {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonTooManyReferences, e.Position(), maxPostText)
	}
	return postExpr{fmt.Sprintf("v%d", i), r.columns[0].column.typ}, nil
}

// overAggregate writes an aggregate over rows of cells as a column of the groups. Cells add up exactly; computed decimals are added as doubles.
func (w *postWriter) overAggregate(e *sqltree.Call) (postExpr, error) {
	s := w.over
	if s.inside || s.query.Tree == nil {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonNestedAggregate, e.Position())
	}
	windowed := w.windowed
	w.windowed, s.inside = true, true
	defer func() { w.windowed, s.inside = windowed, false }()
	call, t, err := w.overCall(e)
	if err != nil {
		return postExpr{}, err
	}
	if e.Filter != nil {
		condition, err := w.condition(e.Filter)
		if err != nil {
			return postExpr{}, err
		}
		call += fmt.Sprintf(" FILTER (WHERE %s)", condition)
	}
	sql := fmt.Sprintf("TRY_CAST(%s AS %s)", call, t)
	i := slices.Index(s.sums, sql)
	if i < 0 {
		i, s.sums = len(s.sums), append(s.sums, sql)
	}
	if len(s.sums) > MaxAggregates {
		return postExpr{}, sqltree.Refuse(sqltree.ReasonTooManyCells, e.Position(), MaxAggregates)
	}
	return postExpr{fmt.Sprintf("a%d", i), t}, nil
}

func (w *postWriter) overCall(e *sqltree.Call) (call string, t cellType, err error) {
	if e.Name == "count_star" || e.Name == "count" && len(e.Args) == 0 {
		return "count(*)", typeInteger, nil
	}
	if len(e.Args) != 1 {
		return "", t, sqltree.Refuse(sqltree.ReasonCellFunction, e.Position())
	}
	x, err := w.expr(e.Args[0])
	if err != nil {
		return "", t, err
	}
	t = x.typ
	t.name = ""
	distinct := ""
	if e.Distinct {
		distinct = "DISTINCT "
	}
	name := e.Name
	switch {
	case name == "count":
		return fmt.Sprintf("count(%s%s)", distinct, x.tried()), typeInteger, nil
	case (name == "max" || name == "min") && t.kind != kindNull:
		return fmt.Sprintf("%s(%s)", name, x.tried()), t, nil
	case name != "sum" && name != "avg" && name != "mean":
		return "", t, sqltree.Refuse(sqltree.ReasonCellFunction, e.Position())
	case !t.numeric() || t.kind == kindNull:
		return "", t, sqltree.Refuse(sqltree.ReasonCellType, e.Args[0].Position())
	}
	exact := slices.ContainsFunc(w.over.columns, func(c overColumn) bool { return c.cell && c.column.sql == x.sql })
	if name != "sum" || t.kind == kindDecimal && !exact {
		t = typeDouble
	}
	if name == "mean" {
		name = "avg"
	}
	return fmt.Sprintf("%s(%s%s)", name, distinct, postExpr{x.as(t), t}.tried()), t, nil
}
