package rewrite

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// rolls reports whether a SELECT groups by the key of an entity.
func (l *level) rolls() bool {
	return slices.ContainsFunc(l.tree.Groups, func(g sqltree.Expr) bool {
		c, ok := g.(*sqltree.Column)
		if !ok {
			return false
		}
		o := l.find(c)
		return o != nil && o.column != nil && o.column.Has(catalog.RoleEntityKey)
	})
}

// makesCells reports whether the rows of a SELECT are groups of rows of data.
func (l *level) makesCells() bool {
	return (len(l.tree.Groups) > 0 || l.tree.GroupAll || l.aggregated() || l.tree.Having != nil) && !l.rolls()
}

// overCells reports whether a SELECT reads nothing but cells.
func (l *level) overCells() bool {
	return len(l.sources) > 0 && !slices.ContainsFunc(l.sources, func(s *source) bool { return s.inner == nil || !s.inner.makesCells() && !s.inner.overCells() })
}

// repair makes an inner query one that can stand there, with the names that the outer one uses.
func (src *source) repair() {
	l := src.inner
	if !l.relations() || l.overCells() {
		return
	}
	if l.tree.GroupAll {
		l.aliased()
		l.explicit()
	}
	if l.makesCells() {
		l.body()
		return
	}
	if len(l.tree.Order) > 0 || l.tree.Limit != nil || l.tree.Distinct || l.tree.Offset > 0 {
		l.f.notes.say("去掉内层的 ORDER BY、LIMIT 和 DISTINCT：它们只作用于单元格", "ORDER BY, LIMIT and DISTINCT inside are left out: they act on cells")
		l.tree.Order, l.tree.Limit, l.tree.Offset, l.tree.Distinct = nil, nil, 0, false
	}
	l.starred()
	l.where()
	l.extra, l.across = nil, nil
	if l.rolls() {
		l.rolled()
		return
	}
	l.tree.Items = slices.DeleteFunc(l.tree.Items, func(i sqltree.Item) bool {
		_, err := sqltree.ExprSQL(i.Expr)
		return err != nil || has(i.Expr, queried)
	})
}

// starred writes out * as the columns that the caller was granted.
func (l *level) starred() {
	for i, item := range l.tree.Items {
		if x, isOpen := item.Expr.(*open); !isOpen || x.name != openStar {
			continue
		}
		var named []sqltree.Item
		for _, src := range l.sources {
			if src.granted == nil {
				continue
			}
			for j := range src.granted.Spec.Columns {
				c := &src.granted.Spec.Columns[j]
				if o := src.of(c); o.granted && (o.usable() || c.Has(catalog.RoleEntityKey)) {
					named = append(named, sqltree.Item{Expr: l.reference(src, c.Name)})
				}
			}
		}
		l.f.notes.say("* 写成各字段", "* is written out")
		l.tree.Items = slices.Concat(l.tree.Items[:i], named, l.tree.Items[i+1:])
		return
	}
}

// rolled repairs a roll-up: keys, and counts, sums and averages of measures without a condition of their own.
func (l *level) rolled() {
	var kept []sqltree.Item
	for _, item := range l.tree.Items {
		c, isCall := item.Expr.(*sqltree.Call)
		switch {
		case isCall && c.Class == sqltree.ClassAggregate && c.Filter != nil:
			l.f.notes.say("内层 FILTER 的条件移到 WHERE", "the condition of FILTER inside moved to WHERE")
			l.tree.Where = all(append(conjuncts(l.tree.Where), conjuncts(c.Filter)...), true)
			plain := *c
			plain.Filter = nil
			kept = append(kept, sqltree.Item{Expr: &plain, Alias: item.Alias})
		case isCall && c.Class == sqltree.ClassAggregate && l.rollable(c):
			kept = append(kept, item)
		case isCall && c.Class == sqltree.ClassAggregate, has(item.Expr, aggregates):
			l.f.notes.say("内层的聚合改为 count(*)", "an aggregate inside became count(*)")
			kept = append(kept, sqltree.Item{Expr: countAll(), Alias: item.Alias})
		default:
			kept = append(kept, item)
		}
	}
	l.tree.Items, l.tree.Having = kept, nil
	l.where()
}

func (l *level) rollable(c *sqltree.Call) bool {
	return c.Name == "count_star" || (c.Name == "sum" || c.Name == "avg") && len(c.Args) == 1 && l.aggregated1(c)
}

func (l *level) aggregated1(c *sqltree.Call) bool {
	ref, ok := c.Args[0].(*sqltree.Column)
	if !ok {
		return false
	}
	o := l.find(ref)
	return o.usable() && o.is(catalog.RoleMeasure)
}

// overRepaired repairs a SELECT over cells, in which anything may stand that cells can say.
func (l *level) overRepaired() *sqltree.Select {
	asked := func() bool { return l.f.ask(l.f.judge.Whole, l.tree) == nil }
	if asked() {
		return l.tree
	}
	l.tree.Distinct = false
	old := l.tree.Items
	l.tree.Items = nil
	for _, item := range old {
		if _, err := sqltree.ExprSQL(item.Expr); err != nil {
			l.f.notes.say("去掉单元格上不支持的输出", "an output that cells cannot have is left out")
			continue
		}
		l.tree.Items = append(l.tree.Items, item)
	}
	if len(l.tree.Items) == 0 {
		return nil
	}
	for _, step := range []func() bool{asked, l.noOrder, asked, l.noHaving, asked, l.noWhere, asked} {
		if step() && l.f.ask(l.f.judge.Whole, l.tree) == nil {
			return l.tree
		}
	}
	return nil
}

func (l *level) noWhere() bool {
	had := l.tree.Where != nil
	if l.tree.Where = nil; had {
		l.f.notes.say("去掉一个无法使用的条件", "a condition that cannot be used is left out")
	}
	return had
}

// outside moves conditions over several dimensions out of the grouped query: it groups by these dimensions as well, and a query over its
// cells keeps those that meet the conditions and adds them up. That is possible for counts and sums.
func (l *level) outside() *sqltree.Select {
	if l.tree.Having != nil || l.tree.Distinct || slices.ContainsFunc(l.tree.Items, func(i sqltree.Item) bool { return has(i.Expr, windowed) }) {
		return nil
	}
	o := &outer{inner: *l.tree, taken: map[string]string{}}
	o.inner.Items, o.inner.Order, o.inner.Limit, o.inner.Offset = nil, nil, nil, 0
	o.inner.Groups = slices.Clone(l.tree.Groups)
	out := &sqltree.Select{Pos: sqltree.None, With: slices.Clone(l.tree.With), Limit: l.tree.Limit, Offset: l.tree.Offset}
	o.inner.With = nil
	for _, item := range l.tree.Items {
		e, ok := o.moved(item.Expr)
		if !ok {
			return nil
		}
		alias := item.Alias
		if c, bare := e.(*sqltree.Column); alias == "" && !bare {
			alias = o.free(out, "total")
		} else if bare && c.Names[0] == alias {
			alias = ""
		}
		out.Items = append(out.Items, sqltree.Item{Expr: e, Alias: alias})
		if !has(item.Expr, aggregates) {
			out.Groups = append(out.Groups, e)
		}
	}
	var conditions []sqltree.Expr
	for _, c := range l.across {
		for _, k := range operandsOf(c) {
			o.inner.Groups = appendNew(o.inner.Groups, k)
		}
		e, ok := o.moved(c)
		if !ok {
			return nil
		}
		conditions = append(conditions, e)
	}
	out.Where = all(conditions, true)
	l.over(out, &o.inner)
	out.Order = l.moveOrder(o, out)
	if l.f.ask(l.f.judge.Whole, out) != nil {
		return nil
	}
	l.f.notes.say("跨多个字段的条件移到外层：先按这些字段分组，再对发布的单元格筛选并相加；未发布的单元格不计入",
		"the condition across several columns moved outside: the cells are grouped by these columns, chosen and added up; what is withheld is not in the sum")
	return out
}

func (l *level) moveOrder(o *outer, out *sqltree.Select) []sqltree.Order {
	var order []sqltree.Order
	for _, key := range l.tree.Order {
		if l, ordinal := key.Expr.(*sqltree.Literal); ordinal && l.Kind == sqltree.LiteralNumber {
			order = append(order, key)
		} else if c, bare := key.Expr.(*sqltree.Column); bare && slices.ContainsFunc(out.Items, func(i sqltree.Item) bool { return same(c, column(i.Alias)) }) {
			order = append(order, key)
		} else if e, ok := o.moved(key.Expr); ok && key.Expr != nil {
			key.Expr = e
			order = append(order, key)
		}
	}
	return order
}

// outer is a query over the cells of an inner one while it is made.
type outer struct {
	inner sqltree.Select
	taken map[string]string // the name of each output of the inner query, by what it is
}

// moved is an expression over the cells in the place of one over data: group keys by their names, and sums of counts and sums.
func (o *outer) moved(e sqltree.Expr) (sqltree.Expr, bool) {
	ok := true
	out := mapped(e, func(x sqltree.Expr) sqltree.Expr {
		if slices.ContainsFunc(o.inner.Groups, func(g sqltree.Expr) bool { return same(g, x) }) {
			return &sqltree.Column{Pos: sqltree.None, Names: []string{o.name(x, lastName(x))}}
		}
		c, isCall := x.(*sqltree.Call)
		if !isCall || c.Class != sqltree.ClassAggregate {
			if _, column := x.(*sqltree.Column); column {
				ok = false
			}
			return nil
		}
		if c.Distinct || c.Name != "count_star" && c.Name != "count" && c.Name != "sum" {
			ok = false
			return x
		}
		return call("sum", &sqltree.Column{Pos: sqltree.None, Names: []string{o.name(c, "cell")}})
	})
	return out, ok
}

// free is an alias that no output of the outer query has.
func (o *outer) free(out *sqltree.Select, like string) string {
	name := like
	for i := 2; slices.ContainsFunc(out.Items, func(it sqltree.Item) bool { return strings.EqualFold(it.Alias, name) }); i++ {
		name = fmt.Sprintf("%s%d", like, i)
	}
	return name
}

// name is the name of an output of the inner query, which is added if it is not there.
func (o *outer) name(e sqltree.Expr, like string) string {
	text := signature(e)
	if name := o.taken[text]; name != "" {
		return name
	}
	if _, bare := e.(*sqltree.Column); !bare && like != "cell" {
		like += "_key" // the name of the column itself would mean the column
	}
	name := like
	for i := 2; slices.Contains(slices.Collect(maps.Values(o.taken)), name); i++ {
		name = fmt.Sprintf("%s%d", like, i)
	}
	o.taken[text] = name
	item := sqltree.Item{Expr: e, Alias: name}
	if c, bare := e.(*sqltree.Column); bare && c.Names[len(c.Names)-1] == name {
		item.Alias = ""
	}
	o.inner.Items = append(o.inner.Items, item)
	return name
}
