package rewrite

import (
	"slices"
	"strings"

	"yumen/catalog/sqltree"
)

// outsideQualify moves QUALIFY outside: the grouped query answers the window as well, and a query over its cells chooses by it.
func (l *level) outsideQualify(q sqltree.Expr) *sqltree.Select {
	saved := l.tree.Items
	defer func() { l.tree.Items = saved }() // names are chosen among those of both queries
	inner := *l.tree
	inner.With, inner.Order, inner.Limit, inner.Offset = nil, nil, nil, 0
	inner.Items = slices.Clone(l.tree.Items)
	out := &sqltree.Select{Pos: sqltree.None, With: slices.Clone(l.tree.With), Limit: l.tree.Limit, Offset: l.tree.Offset}
	names := map[string]string{}
	for i, item := range inner.Items {
		name := item.Alias
		if c, bare := item.Expr.(*sqltree.Column); name == "" && bare {
			name = c.Names[len(c.Names)-1]
		} else if name == "" {
			name = l.new("total")
			inner.Items[i].Alias, l.tree.Items = name, append(l.tree.Items, sqltree.Item{Expr: item.Expr, Alias: name})
		}
		names[signature(item.Expr)] = name
		out.Items = append(out.Items, sqltree.Item{Expr: column(name)})
	}
	out.Where = mapped(q, func(x sqltree.Expr) sqltree.Expr {
		name := names[signature(x)]
		if w, ok := x.(*sqltree.Window); ok && name == "" {
			name = l.new("place")
			names[signature(x)] = name
			inner.Items = append(inner.Items, sqltree.Item{Expr: w, Alias: name})
		}
		if name == "" {
			return nil
		}
		return column(name)
	})
	l.over(out, &inner)
	if l.f.ask(l.f.judge.Whole, out) != nil {
		return nil
	}
	l.f.notes.say("QUALIFY 改为外层的 WHERE，作用于发布的单元格", "QUALIFY became a WHERE outside, over released cells")
	return out
}

// over lets a query read the cells of another, under a name that nothing else has.
func (l *level) over(out, inner *sqltree.Select) {
	name := "cells"
	taken := func() bool {
		dataset, _ := l.f.dataset(name)
		return dataset != "" || slices.ContainsFunc(out.With, func(c sqltree.CTE) bool { return strings.EqualFold(c.Name, name) })
	}
	for taken() {
		name += "_1"
	}
	out.With = append(out.With, sqltree.CTE{Name: name, Select: inner})
	out.From = &sqltree.Table{Pos: sqltree.None, Name: name}
}

func column(name string) *sqltree.Column {
	return &sqltree.Column{Pos: sqltree.None, Names: []string{name}}
}
