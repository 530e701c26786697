package rewrite

import (
	"fmt"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// body repairs everything but FROM.
func (l *level) body() {
	l.aliased()
	l.explicit()
	raw := len(l.tree.Groups) == 0 && !l.aggregated()
	l.where()
	became := l.groups()
	l.items(became, raw)
	l.after()
}

// aggregated reports whether the SELECT has an aggregate.
func (l *level) aggregated() bool {
	return slices.ContainsFunc(l.tree.Items, func(i sqltree.Item) bool { return has(i.Expr, aggregates) }) || has(l.tree.Having, aggregates)
}

// aliased writes out aliases of the select list where a later item, HAVING or WHERE uses them.
func (l *level) aliased() {
	expand := func(e sqltree.Expr, upTo int) sqltree.Expr {
		return mapped(e, func(x sqltree.Expr) sqltree.Expr {
			c, ok := x.(*sqltree.Column)
			if !ok || len(c.Names) != 1 || l.find(c) != nil {
				return nil
			}
			for i := range min(upTo, len(l.tree.Items)) {
				if item := l.tree.Items[i]; item.Alias != "" && strings.EqualFold(item.Alias, c.Names[0]) {
					return item.Expr
				}
			}
			return nil
		})
	}
	for i := range l.tree.Items {
		l.tree.Items[i].Expr = expand(l.tree.Items[i].Expr, i)
	}
	l.tree.Having = expand(l.tree.Having, len(l.tree.Items))
	l.tree.Where = expand(l.tree.Where, len(l.tree.Items))
}

// items repairs the select list. Of raw rows the text asked for no aggregate at all.
func (l *level) items(became map[string][]sqltree.Expr, raw bool) {
	old := l.tree.Items
	l.tree.Items = nil
	starred := false
	for _, item := range old {
		if keys, isKey := became[signature(item.Expr)]; isKey {
			l.put(item.Alias, keys...)
			continue
		}
		if x, isOpen := item.Expr.(*open); isOpen && x.name == openStar {
			starred = true
			continue
		}
		switch {
		case has(item.Expr, aggregates):
			if e, ok := l.output(item.Expr); ok {
				l.put(item.Alias, e)
			}
		case has(item.Expr, windowed):
			l.windowItem(item)
		case has(item.Expr, queried):
			l.f.notes.say("去掉输出中的子查询", "the subquery in the select list is left out")
		case len(columnsOf(item.Expr)) == 0:
			if _, constant := item.Expr.(*sqltree.Literal); constant && !raw {
				l.put(item.Alias, item.Expr)
			}
		default:
			l.plain(item, raw)
		}
	}
	l.extras()
	if raw && (starred || len(l.tree.Groups) == 0) && !l.aggregated() {
		l.dimensions()
	}
	if raw || starred {
		l.f.notes.say("原始行不能离开：改为按维度分组的聚合", "no row leaves: it became an aggregate by dimensions")
		l.tree.Distinct, l.tree.Limit, l.tree.Offset = false, nil, 0
	}
	if !l.aggregated() && (!l.tree.Distinct || len(l.tree.Items) == 0) {
		l.put(l.new("n"), countAll())
	}
	if l.tree.Distinct && len(l.tree.Groups) > 0 {
		l.tree.Distinct = false
	}
}

// put adds outputs; an alias names the only one.
func (l *level) put(alias string, exprs ...sqltree.Expr) {
	for _, e := range exprs {
		if slices.ContainsFunc(l.tree.Items, func(i sqltree.Item) bool { return same(i.Expr, e) && (alias == "" || i.Alias == alias) }) {
			continue
		}
		item := sqltree.Item{Expr: e}
		if len(exprs) == 1 {
			item.Alias = l.free(alias)
		}
		if _, isCase := e.(*sqltree.Case); isCase && item.Alias == "" {
			item.Alias = l.new(lastName(e) + "_class")
		}
		l.tree.Items = append(l.tree.Items, item)
	}
}

// lastName is the name of the first column of an expression.
func lastName(e sqltree.Expr) string {
	refs := columnsOf(e)
	if len(refs) == 0 {
		return "value"
	}
	return refs[0].Names[len(refs[0].Names)-1]
}

// free is an alias that no other output has.
func (l *level) free(alias string) string {
	out := alias
	for i := 1; out != "" && slices.ContainsFunc(l.tree.Items, func(it sqltree.Item) bool { return strings.EqualFold(it.Alias, out) }); i++ {
		out = fmt.Sprintf("%s_%d", alias, i)
	}
	return out
}

// new is a name that no output and no column has.
func (l *level) new(name string) string {
	out := l.free(name)
	for i := 1; l.find(&sqltree.Column{Names: []string{out}}) != nil; i++ {
		out = l.free(fmt.Sprintf("%s_%d", name, i))
	}
	return out
}

// plain repairs an output without an aggregate: it is a group key, or the average of a measure.
func (l *level) plain(item sqltree.Item, raw bool) {
	e := l.spelled(item.Expr)
	if len(l.tree.Groups) > 0 && l.probe(func(s *sqltree.Select) {
		s.Groups, s.Items = l.tree.Groups, append([]sqltree.Item{{Expr: e}}, s.Items...)
	}) == nil {
		l.put(item.Alias, e)
		return
	}
	if refs := columnsOf(e); len(refs) == 1 {
		if o := l.find(refs[0]); o.usable() && o.is(catalog.RoleMeasure) {
			if a := call("avg", refs[0]); raw && l.output1(a) {
				l.f.notes.about("度量 %s 改为平均值", "the measure %s became its average", signature(refs[0]))
				l.put(item.Alias, a)
				return
			}
		}
	}
	keys := l.key(e)
	if len(keys) > 0 {
		l.f.notes.about("输出的字段 %s 加入 GROUP BY", "the output %s is a group key now", signature(keys[0]))
	}
	l.tree.Groups = appendNew(l.tree.Groups, keys...)
	l.put(item.Alias, keys...)
}

// output1 asks whether an output is accepted as it is, beside the group keys.
func (l *level) output1(e sqltree.Expr) bool {
	return l.probe(func(s *sqltree.Select) { s.Groups, s.Items = l.tree.Groups, []sqltree.Item{{Expr: e}} }) == nil
}

// output repairs an output that holds aggregates.
func (l *level) output(e sqltree.Expr) (sqltree.Expr, bool) {
	if l.output1(e) {
		return e, true
	}
	if e = l.spelled(e); l.output1(e) {
		return e, true
	}
	lost := false
	fixed := mapped(e, func(x sqltree.Expr) sqltree.Expr {
		if !aggregates(x) {
			return nil
		}
		to, ok := l.aggregate(x)
		if !ok {
			lost = true
			return x
		}
		return to
	})
	if lost {
		return nil, false
	}
	if l.output1(fixed) {
		return fixed, true
	}
	inside, n := sqltree.Expr(nil), 0 // what stands around an aggregate that is refused there
	walk(fixed, func(x sqltree.Expr) bool {
		if aggregates(x) {
			inside, n = x, n+1
			return false
		}
		return true
	})
	if n == 1 && l.output1(inside) {
		l.f.notes.say("去掉聚合外的函数", "what stood around the aggregate is left out")
		return inside, true
	}
	l.f.notes.say("去掉一个无法使用的输出", "an output that cannot be used is left out")
	return nil, false
}

func (l *level) windowItem(item sqltree.Item) {
	if l.probe(func(s *sqltree.Select) {
		s.Groups, s.Items = l.tree.Groups, append(s.Items, sqltree.Item{Expr: item.Expr})
	}) == nil && len(l.tree.Groups) > 0 {
		l.put(item.Alias, item.Expr)
		return
	}
	l.f.notes.say("窗口只能作用于分组的聚合结果：去掉", "windows are over groups and their aggregates: left out")
	for _, ref := range columnsOf(item.Expr) {
		if o := l.find(ref); o.usable() && o.is(catalog.RoleMeasure) && !l.aggregated() {
			if a := call("avg", ref); l.output1(a) {
				l.put("", a)
			}
		}
	}
}

// extras adds the group keys that stand for what could not be said otherwise.
func (l *level) extras() {
	for _, k := range l.extra {
		if slices.ContainsFunc(l.tree.Groups, func(g sqltree.Expr) bool { return same(g, k) }) {
			continue
		}
		l.tree.Groups = append(l.tree.Groups, k)
		first := l.tree.Items
		l.tree.Items = nil
		l.put("", k)
		l.tree.Items = append(l.tree.Items, first...)
	}
}

// dimensions groups by the first declared dimensions with a few values, for a text that names none.
func (l *level) dimensions() {
	for _, src := range l.sources {
		if src.granted == nil {
			continue
		}
		for i := range src.granted.Spec.Columns {
			c := &src.granted.Spec.Columns[i]
			o := src.of(c)
			_, values := o.values()
			if len(l.tree.Groups) >= 2 || !o.usable() || !c.Has(catalog.RoleDimension) || len(values) < 2 || len(values) > 50 {
				continue
			}
			if ref := l.reference(src, c.Name); l.keys(ref) {
				l.tree.Groups = append(l.tree.Groups, ref)
				l.put("", ref)
			}
		}
	}
}

// after repairs HAVING and ORDER BY.
func (l *level) after() {
	var kept []sqltree.Expr
	for _, c := range append(conjuncts(l.tree.Having), l.having...) {
		plain := !has(c, aggregates) && !has(c, windowed) && !has(c, queried)
		if e, ok := l.havingPart(c); ok && (!plain || len(l.tree.Groups) > 0) {
			kept = append(kept, e)
			continue
		}
		if plain {
			if e, ok := l.condition(c); ok {
				l.f.notes.say("对数据的条件移到 WHERE", "the condition on rows moved to WHERE")
				l.tree.Where = all(append(conjuncts(l.tree.Where), conjuncts(e)...), true)
				continue
			}
		}
		l.f.notes.say("去掉 HAVING 中无法使用的条件", "a condition of HAVING that cannot be used is left out")
	}
	l.tree.Having = all(kept, true)
	var order []sqltree.Order
	for _, o := range l.tree.Order {
		if l.orders(append(slices.Clone(order), o)) {
			order = append(order, o)
		} else {
			l.f.notes.say("ORDER BY 只能用输出的列", "ORDER BY names outputs only: the rest is left out")
		}
	}
	l.tree.Order = order
}

func (l *level) havingPart(c sqltree.Expr) (sqltree.Expr, bool) {
	holds := func(e sqltree.Expr) bool {
		return l.probe(func(s *sqltree.Select) { s.Groups, s.Having = l.tree.Groups, e }) == nil
	}
	if c = l.spelled(c); holds(c) {
		return c, true
	}
	lost := false
	fixed := mapped(c, func(x sqltree.Expr) sqltree.Expr {
		if !aggregates(x) {
			return nil
		}
		to, ok := l.aggregate(x)
		if !ok {
			lost = true
			return x
		}
		return to
	})
	return fixed, !lost && holds(fixed)
}

func (l *level) orders(order []sqltree.Order) bool {
	s := *l.tree
	s.Order, s.Where, s.Having, s.Limit = order, nil, nil, nil
	return l.f.ask(l.f.judge.Part, &s) == nil
}
