package rewrite

import (
	"slices"

	"yumen/catalog/sqltree"
)

// merged reads a union of one question about several values of a column as that question, grouped by the column; nil is no such union.
func merged(left, right *sqltree.Select) (*sqltree.Select, sqltree.Expr) {
	if fromText(left.From) == "" || fromText(left.From) != fromText(right.From) || len(left.Items) != len(right.Items) || left.Having != nil || right.Having != nil {
		return nil, nil
	}
	a, b := slices.Clone(conjuncts(left.Where)), slices.Clone(conjuncts(right.Where))
	a = slices.DeleteFunc(a, func(e sqltree.Expr) bool {
		i := slices.IndexFunc(b, func(x sqltree.Expr) bool { return same(x, e) })
		if i >= 0 {
			b = slices.Delete(b, i, i+1)
		}
		return i >= 0
	})
	if len(a) != 1 || len(b) != 1 {
		return nil, nil
	}
	column, values := chosen(a[0])
	other, more := chosen(b[0])
	if column == nil || other == nil || !same(column, other) {
		return nil, nil
	}
	out := *left
	var common []sqltree.Expr
	for _, e := range conjuncts(left.Where) {
		if !same(e, a[0]) {
			common = append(common, e)
		}
	}
	out.Where = all(append(common, &sqltree.In{Pos: sqltree.None, X: column, List: append(values, more...)}), true)
	out.Items = slices.DeleteFunc(slices.Clone(left.Items), func(i sqltree.Item) bool { return len(children(i.Expr)) == 0 && !aggregates(i.Expr) })
	for i, item := range left.Items { // whatever else is asked for must be the same in both
		if aggregates(item.Expr) && !same(item.Expr, right.Items[i].Expr) {
			return nil, nil
		}
	}
	out.Items = append([]sqltree.Item{{Expr: column}}, out.Items...)
	out.Groups = appendNew([]sqltree.Expr{column}, left.Groups...)
	out.Order, out.Limit = nil, nil
	return &out, column
}

// chosen is the column of a condition that it has one of some values, with these.
func chosen(e sqltree.Expr) (sqltree.Expr, []sqltree.Expr) {
	constants := func(list []sqltree.Expr) bool {
		return !slices.ContainsFunc(list, func(x sqltree.Expr) bool { _, ok := x.(*sqltree.Literal); return !ok })
	}
	switch x := e.(type) {
	case *sqltree.Compare:
		if c, ok := x.Left.(*sqltree.Column); ok && x.Op == sqltree.Equal && constants([]sqltree.Expr{x.Right}) {
			return c, []sqltree.Expr{x.Right}
		}
	case *sqltree.In:
		if c, ok := x.X.(*sqltree.Column); ok && !x.Negated && constants(x.List) {
			return c, slices.Clone(x.List)
		}
	}
	return nil, nil
}

// fromText is the text of a FROM clause, or empty.
func fromText(f sqltree.From) string {
	if f == nil {
		return ""
	}
	text, err := sqltree.SQL(&sqltree.Select{Items: []sqltree.Item{{Expr: countAll()}}, From: f})
	if err != nil {
		return ""
	}
	return text
}
