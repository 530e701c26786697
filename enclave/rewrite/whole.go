package rewrite

import (
	"errors"
	"slices"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// whole makes the SELECT one that the judge accepts as a whole, by what can be left out or said in coarser terms, or nil.
func (l *level) whole() *sqltree.Select {
	if q := l.f.sketch.qualify[l.read]; q != nil {
		if s := l.outsideQualify(q); s != nil {
			return s
		}
		l.f.notes.say("去掉 QUALIFY", "QUALIFY is left out")
	}
	if len(l.across) > 0 {
		if s := l.outside(); s != nil {
			return s
		}
		for range l.across {
			l.f.notes.say("去掉跨多个字段的条件", "a condition across several columns is left out")
		}
	}
	for range 12 {
		err := l.f.ask(l.f.judge.Whole, l.tree)
		if err == nil {
			return l.short()
		}
		var r *catalog.Refusal
		if !errors.As(err, &r) || !l.smaller(r) {
			return nil
		}
	}
	return nil
}

// short groups by the alias of an output where the text of the key is long.
func (l *level) short() *sqltree.Select {
	s := *l.tree
	s.Groups = slices.Clone(s.Groups)
	for i, g := range s.Groups {
		for _, item := range s.Items {
			if _, isCase := g.(*sqltree.Case); isCase && item.Alias != "" && same(item.Expr, g) {
				s.Groups[i] = &sqltree.Column{Pos: sqltree.None, Names: []string{item.Alias}}
			}
		}
	}
	if l.f.ask(l.f.judge.Whole, &s) != nil {
		return l.tree
	}
	return &s
}

// smaller changes the SELECT by one step that may heal a refusal of the whole.
func (l *level) smaller(r *catalog.Refusal) bool {
	switch r.Code {
	case catalog.CodeTooLarge, catalog.CodeCapacity:
		return l.coarser() || l.lessKeys() || l.lessItems()
	case catalog.CodeNoAggregate, catalog.CodeGroupKey:
		return l.noOrder() || l.lessItems() || l.lessKeys()
	}
	return l.noOrder() || l.noHaving() || l.lessItems() || l.lessKeys()
}

// coarser puts the last group key that is as fine as its column into coarser terms.
func (l *level) coarser() bool {
	for i, k := range slices.Backward(l.tree.Groups) {
		refs := columnsOf(k)
		if len(refs) != 1 {
			continue
		}
		o := l.find(refs[0])
		if !o.usable() {
			continue
		}
		forms := generalised(refs[0], o)
		if c, ok := classes(refs[0], o); ok {
			forms = append(forms, c)
		}
		at := slices.IndexFunc(forms, func(f sqltree.Expr) bool { return same(f, k) })
		for _, f := range forms[at+1:] {
			if l.keys(f) {
				l.f.notes.about("结果过大：%s 改为 %s", "too large an answer: %s became %s", signature(k), signature(f))
				l.replaceKey(i, f)
				return true
			}
		}
	}
	return false
}

// replaceKey puts another expression in the place of a group key, or nothing.
func (l *level) replaceKey(i int, to sqltree.Expr) {
	old := l.tree.Groups[i]
	if to == nil {
		l.tree.Groups = slices.Delete(slices.Clone(l.tree.Groups), i, i+1)
	} else {
		l.tree.Groups = slices.Clone(l.tree.Groups)
		l.tree.Groups[i] = to
	}
	items := l.tree.Items
	l.tree.Items = nil
	for _, item := range items {
		switch {
		case !same(item.Expr, old):
			l.tree.Items = append(l.tree.Items, item)
		case to != nil:
			l.put(item.Alias, to)
		}
	}
	l.order()
}

// order keeps what of ORDER BY still has its outputs.
func (l *level) order() {
	var kept []sqltree.Order
	for _, o := range l.tree.Order {
		if l.orders(append(slices.Clone(kept), o)) {
			kept = append(kept, o)
		}
	}
	l.tree.Order = kept
}

func (l *level) lessKeys() bool {
	if len(l.tree.Groups) == 0 {
		return false
	}
	last := len(l.tree.Groups) - 1
	l.f.notes.about("去掉分组字段 %s", "the group key %s is left out", signature(l.tree.Groups[last]))
	l.replaceKey(last, nil)
	if len(l.tree.Items) == 0 {
		l.put(l.new("n"), countAll())
	}
	return true
}

func (l *level) lessItems() bool {
	for i, item := range slices.Backward(l.tree.Items) {
		if len(l.tree.Items) > 1 && has(item.Expr, aggregates) {
			l.f.notes.say("去掉一个无法使用的输出", "an output that cannot be used is left out")
			l.tree.Items = slices.Delete(slices.Clone(l.tree.Items), i, i+1)
			l.order()
			return true
		}
	}
	return false
}

func (l *level) noOrder() bool {
	had := len(l.tree.Order) > 0
	l.tree.Order = nil
	return had
}

func (l *level) noHaving() bool {
	had := l.tree.Having != nil
	if l.tree.Having = nil; had {
		l.f.notes.say("去掉 HAVING 中无法使用的条件", "a condition of HAVING that cannot be used is left out")
	}
	return had
}
