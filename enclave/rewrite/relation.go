package rewrite

import (
	"maps"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// leavesOf are the relations of a FROM clause that are no joins, in the order of the text.
func leavesOf(f sqltree.From) []sqltree.From {
	switch f := f.(type) {
	case nil:
		return nil
	case *sqltree.Join:
		return append(leavesOf(f.Left), leavesOf(f.Right)...)
	}
	return []sqltree.From{f}
}

// onOf are the conditions of the joins of a FROM clause.
func onOf(f sqltree.From) []sqltree.Expr {
	j, ok := f.(*sqltree.Join)
	if !ok {
		return nil
	}
	return append(append(onOf(j.Left), onOf(j.Right)...), conjuncts(j.On)...)
}

// source is what a relation is; nil is none that the caller can see.
func (l *level) source(leaf sqltree.From) *source {
	switch t := leaf.(type) {
	case *sqltree.Subquery:
		return &source{name: t.Alias, inner: l.f.level(t.Select, l.ctes), columns: t.Columns, from: leaf}
	case *sqltree.Table:
		alias := t.Alias
		if alias == "" {
			alias = t.Name
		}
		for i, c := range slices.Backward(l.ctes) {
			if t.Schema == "" && strings.EqualFold(c.Name, t.Name) {
				return &source{name: alias, inner: l.f.level(c.Select, l.ctes[:i]), columns: c.Columns, from: leaf}
			}
		}
		return l.tableSource(t, alias)
	}
	return nil
}

func (l *level) tableSource(t *sqltree.Table, alias string) *source {
	name, granted := l.f.dataset(t.Name)
	if granted == nil {
		if name = nearest(t.Name, slices.Collect(maps.Keys(l.f.view.Datasets))); name == "" {
			return nil
		}
		l.f.notes.about("没有数据集 %s：改用 %s", "there is no dataset %s: %s is taken", t.Name, name)
		_, granted = l.f.dataset(name)
		if t.Alias == "" {
			t.Alias = t.Name
		}
		t.Name = name
	}
	src := &source{name: alias, dataset: name, granted: granted, from: t, columns: l.f.sketch.renamed[t]}
	if len(src.columns) > 0 {
		l.f.notes.about("表 %s 的字段用目录中的名称", "the columns of table %s have the names of the catalog", name)
	}
	return src
}

// relations makes the FROM clause one that is accepted.
func (l *level) relations() bool {
	if len(l.sources) == 0 {
		return false
	}
	if len(l.sources) == len(leavesOf(l.tree.From)) && l.probe(nil) == nil {
		return true
	}
	inner := 0
	for _, src := range l.sources {
		if src.inner != nil {
			inner++
			src.repair()
		}
	}
	l.replaceInner()
	if inner > 0 && len(l.sources) == len(leavesOf(l.tree.From)) && l.probe(nil) == nil {
		return true
	}
	return l.rejoin()
}

// replaceInner puts the repaired inner queries into their places.
func (l *level) replaceInner() {
	for _, src := range l.sources {
		if src.inner == nil {
			continue
		}
		if src.inner.cut {
			l.f.notes.say("只保留第一个 SELECT；其他部分请另行查询", "only the first SELECT is kept: ask the others as queries of their own")
		}
		switch t := src.from.(type) {
		case *sqltree.Subquery:
			to := *t
			to.Select = src.inner.tree
			src.from, l.tree.From = &to, swapped(l.tree.From, t, &to)
		case *sqltree.Table:
			for i, c := range l.tree.With {
				if strings.EqualFold(c.Name, t.Name) {
					l.tree.With[i].Select = src.inner.tree
				}
			}
		}
	}
	l.prune()
}

// names reports whether anything of the SELECT reads a WITH query.
func (l *level) names(cte string) bool {
	var reads func(s *sqltree.Select) bool
	reads = func(s *sqltree.Select) bool {
		if slices.ContainsFunc(s.Union, reads) {
			return true
		}
		for _, leaf := range leavesOf(s.From) {
			switch t := leaf.(type) {
			case *sqltree.Table:
				if strings.EqualFold(t.Name, cte) {
					return true
				}
			case *sqltree.Subquery:
				if reads(t.Select) {
					return true
				}
			}
		}
		return false
	}
	return reads(l.tree) || slices.ContainsFunc(l.tree.With, func(c sqltree.CTE) bool { return !strings.EqualFold(c.Name, cte) && reads(c.Select) })
}

// swapped is a FROM clause with one relation in the place of another.
func swapped(f, old, to sqltree.From) sqltree.From {
	if f == old {
		return to
	}
	if j, ok := f.(*sqltree.Join); ok {
		c := *j
		c.Left, c.Right = swapped(j.Left, old, to), swapped(j.Right, old, to)
		return &c
	}
	return f
}

// edge is the condition of a declared join between two datasets, from the one that has many rows, or nil.
func edge(parent, child *source) sqltree.Expr {
	columns := func(near, far []string) sqltree.Expr {
		var on []sqltree.Expr
		for i := range near {
			on = append(on, &sqltree.Compare{Pos: sqltree.None, Op: sqltree.Equal, Left: qualified(parent, near[i]), Right: qualified(child, far[i])})
		}
		return all(on, true)
	}
	if parent.granted == nil || child.granted == nil {
		return nil
	}
	for _, j := range parent.granted.Spec.Joins {
		if strings.EqualFold(j.To.Dataset, child.dataset) {
			return columns(j.Columns, j.To.Columns)
		}
	}
	for _, j := range child.granted.Spec.Joins {
		if j.Cardinality == catalog.OneToOne && strings.EqualFold(j.To.Dataset, parent.dataset) {
			return columns(j.To.Columns, j.Columns)
		}
	}
	return nil
}

func qualified(src *source, column string) sqltree.Expr {
	return &sqltree.Column{Pos: sqltree.None, Names: []string{src.name, column}}
}

// rejoin joins what the catalog declares to be joined, from the table that reaches most of the others, and leaves the rest out.
func (l *level) rejoin() bool {
	var tree sqltree.From
	var kept []*source
	for _, root := range l.sources {
		if f, joined := reach(root, l.sources); len(joined) > len(kept) {
			if l.accepts(f) {
				tree, kept = f, joined
			}
		}
	}
	if tree == nil {
		return false
	}
	for _, e := range onOf(l.tree.From) {
		c, ok := e.(*sqltree.Compare)
		if ok && len(columnsOf(c.Left)) == 1 && len(columnsOf(c.Right)) == 1 {
			continue // which columns are equal, the declared join says
		}
		l.moved = append(l.moved, e)
	}
	l.kinds(l.tree.From)
	others := len(leavesOf(l.tree.From)) > len(l.sources)
	l.tree.From = tree
	l.leaveOut(kept, others)
	return true
}

// kinds tells of joins of another kind.
func (l *level) kinds(f sqltree.From) {
	j, ok := f.(*sqltree.Join)
	if !ok {
		return
	}
	switch j.Kind {
	case sqltree.JoinInner:
	case sqltree.JoinLeft, sqltree.JoinRight:
		l.f.notes.about("%s JOIN 改为 JOIN：只留匹配的行", "a %s JOIN became JOIN: only rows that match are left", string(j.Kind))
	default:
		l.f.notes.about("不支持 %s 连接", "a %s join is not supported", strings.ToUpper(string(j.Kind)))
	}
	l.kinds(j.Left)
	l.kinds(j.Right)
}

// accepts reports whether a FROM clause alone is accepted.
func (l *level) accepts(f sqltree.From) bool {
	old, with := l.tree.From, l.tree.With
	defer func() { l.tree.From, l.tree.With = old, with }()
	l.tree.From = f
	l.prune()
	return l.probe(nil) == nil
}

// reach joins to a table what declared edges lead to.
func reach(root *source, others []*source) (sqltree.From, []*source) {
	tree, joined := root.from, []*source{root}
	for again := true; again; {
		again = false
		for _, child := range others {
			if slices.Contains(joined, child) || slices.ContainsFunc(joined, func(s *source) bool { return strings.EqualFold(s.name, child.name) }) {
				continue
			}
			for _, parent := range joined {
				if on := edge(parent, child); on != nil {
					tree = &sqltree.Join{Pos: sqltree.None, Kind: sqltree.JoinInner, Left: tree, Right: child.from, On: on}
					joined, again = append(joined, child), true
					break
				}
			}
		}
	}
	return tree, joined
}

// leaveOut forgets the relations that are not joined. What stands for the same dataset stands for both.
func (l *level) leaveOut(kept []*source, others bool) {
	if len(kept) > 1 {
		l.f.notes.say("表按目录中声明的键连接", "the tables are joined as the catalog declares it")
	}
	if others {
		l.f.notes.say("去掉不是数据集的来源", "what is no dataset is left out")
	}
	for _, src := range l.sources {
		if slices.Contains(kept, src) {
			continue
		}
		l.f.notes.about("目录没有声明与 %s 的这种连接：去掉", "the catalog declares no such join to %s: it is left out", src.name)
		for _, k := range kept {
			if k.dataset != "" && k.dataset == src.dataset {
				l.requalify(src.name, k.name)
			}
		}
	}
	l.sources = kept
	l.prune()
}

// prune forgets the WITH queries that nothing reads.
func (l *level) prune() {
	var with []sqltree.CTE
	for _, c := range l.tree.With {
		if l.names(c.Name) {
			with = append(with, c)
		}
	}
	l.tree.With = with
}

// requalify lets the columns of one table be those of another.
func (l *level) requalify(from, to string) {
	change := func(e sqltree.Expr) sqltree.Expr {
		return mapped(e, func(x sqltree.Expr) sqltree.Expr {
			if c, ok := x.(*sqltree.Column); ok && len(c.Names) > 1 && strings.EqualFold(c.Names[len(c.Names)-2], from) {
				return &sqltree.Column{Pos: sqltree.None, Names: []string{to, c.Names[len(c.Names)-1]}}
			}
			return nil
		})
	}
	for i := range l.tree.Items {
		l.tree.Items[i].Expr = change(l.tree.Items[i].Expr)
	}
	for i := range l.tree.Groups {
		l.tree.Groups[i] = change(l.tree.Groups[i])
	}
	for i := range l.moved {
		l.moved[i] = change(l.moved[i])
	}
	l.tree.Where, l.tree.Having = change(l.tree.Where), change(l.tree.Having)
}
