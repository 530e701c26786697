package rewrite

import (
	"slices"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// semi reads "key IN (SELECT key FROM table WHERE …)" and "EXISTS (SELECT … FROM table WHERE table.key = key AND …)" as the declared join with
// that table. Where it multiplies rows, entities are counted instead of rows.
func (l *level) semi(c sqltree.Expr) bool {
	x, ok := c.(*open)
	if !ok || x.query == nil || len(l.sources) != 1 || l.sources[0].granted == nil || len(x.query.Groups) > 0 {
		return false
	}
	inner := l.f.level(x.query, l.ctes)
	if len(inner.sources) != 1 || inner.sources[0].granted == nil || inner.sources[0].dataset == l.sources[0].dataset {
		return false
	}
	outside, there := l.sources[0], inner.sources[0]
	keyed, rest := false, []sqltree.Expr(nil)
	if len(x.args) == 1 && len(x.query.Items) == 1 {
		keyed = l.keyOf(x.args[0]) && inner.keyOf(x.query.Items[0].Expr)
	}
	for _, part := range conjuncts(x.query.Where) {
		if e, ok := part.(*sqltree.Compare); ok && e.Op == sqltree.Equal && (inner.keyOf(e.Left) && l.keyOf(e.Right) || inner.keyOf(e.Right) && l.keyOf(e.Left)) {
			keyed = true
			continue
		}
		rest = append(rest, inner.owned(part))
	}
	if !keyed || len(x.query.With) > 0 {
		return false
	}
	return l.joined(outside, there, rest)
}

// keyOf reports whether an expression is a column of an entity's key of the level's own table.
func (l *level) keyOf(e sqltree.Expr) bool {
	c, ok := e.(*sqltree.Column)
	if !ok {
		return false
	}
	o := l.find(c)
	return o != nil && o.granted && o.column != nil && o.column.Has(catalog.RoleEntityKey)
}

// owned writes the columns of an expression with the name of the level's table.
func (l *level) owned(e sqltree.Expr) sqltree.Expr {
	return mapped(e, func(x sqltree.Expr) sqltree.Expr {
		if c, ok := x.(*sqltree.Column); ok && l.find(c) != nil {
			return qualified(l.sources[0], c.Names[len(c.Names)-1])
		}
		return nil
	})
}

// joined joins the table of a subquery to the level's own.
func (l *level) joined(own, there *source, conditions []sqltree.Expr) bool {
	var on sqltree.Expr
	multiplies := false
	var tree sqltree.From
	if on = edge(own, there); on != nil {
		tree = &sqltree.Join{Pos: sqltree.None, Kind: sqltree.JoinInner, Left: own.from, Right: there.from, On: on}
	} else if on = edge(there, own); on != nil {
		tree, multiplies = &sqltree.Join{Pos: sqltree.None, Kind: sqltree.JoinInner, Left: there.from, Right: own.from, On: on}, true
	}
	if tree == nil || !l.accepts(tree) {
		return false
	}
	for i := range l.tree.Items {
		l.tree.Items[i].Expr = l.owned(l.tree.Items[i].Expr)
	}
	for i := range l.tree.Groups {
		l.tree.Groups[i] = l.owned(l.tree.Groups[i])
	}
	l.tree.Having = l.owned(l.tree.Having)
	if multiplies && !l.distinct(own) {
		return false
	}
	l.tree.From, l.sources = tree, append(slices.Clone(l.sources), there)
	l.moved = append(l.moved, conditions...)
	l.f.notes.about("子查询改为与 %s 的声明连接", "the subquery became the declared join with %s", there.name)
	return true
}

// distinct lets count(*) count entities, and refuses what a row more would change.
func (l *level) distinct(own *source) bool {
	i := slices.IndexFunc(own.granted.Spec.Entities, func(e catalog.Entity) bool { return e.Unique && len(e.Key) > 0 })
	if i < 0 {
		return false
	}
	entity := call("count")
	entity.Distinct = true
	for _, k := range own.granted.Spec.Entities[i].Key {
		entity.Args = append(entity.Args, qualified(own, k))
	}
	only := true
	count := func(e sqltree.Expr) sqltree.Expr {
		return mapped(e, func(x sqltree.Expr) sqltree.Expr {
			c, isCall := x.(*sqltree.Call)
			switch {
			case isCall && c.Name == "count_star":
				d := *entity
				d.Filter = c.Filter
				return &d
			case aggregates(x) && (!isCall || !c.Distinct):
				only = false
			}
			return nil
		})
	}
	items := slices.Clone(l.tree.Items)
	for j := range items {
		items[j].Expr = count(items[j].Expr)
	}
	having := count(l.tree.Having)
	if only {
		l.tree.Items, l.tree.Having = items, having
	}
	return only
}
