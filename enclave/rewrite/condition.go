package rewrite

import (
	"slices"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// where repairs the condition of WHERE, one conjunct after the other.
func (l *level) where() {
	var kept []sqltree.Expr
	parts := slices.DeleteFunc(slices.Clone(conjuncts(l.tree.Where)), l.semi)
	if len(l.sources) > 1 && len(l.moved) > 0 { // a join was added: what stands beside it says whose columns it means
		for i, c := range parts {
			parts[i] = l.owned(c)
		}
	}
	for _, c := range append(parts, l.moved...) {
		if has(c, aggregates) && !has(c, queried) {
			l.f.notes.say("聚合的条件移到 HAVING", "the condition on an aggregate moved to HAVING")
			l.having = append(l.having, c)
			continue
		}
		if e, ok := l.condition(c); ok {
			kept = append(kept, conjuncts(e)...)
			continue
		}
		l.dropped(c)
	}
	l.moved = nil
	for len(kept) > 0 && !l.holds(all(kept, true)) {
		l.f.notes.say("去掉与其他条件矛盾的条件", "a condition that contradicts the others is left out")
		kept = kept[:len(kept)-1]
	}
	l.tree.Where = all(kept, true)
}

// holds reports whether a condition is accepted as it is.
func (l *level) holds(c sqltree.Expr) bool {
	return l.probe(func(s *sqltree.Select) { s.Where = c }) == nil
}

// condition finds an accepted form of a condition. A nil condition is one that every row meets.
func (l *level) condition(c sqltree.Expr) (sqltree.Expr, bool) {
	if c = pushed(c, false); !l.holds(c) {
		c = l.spelled(c)
	}
	if always, isConstant := c.(*sqltree.Literal); isConstant && always.Text == "true" {
		return nil, true
	}
	if l.holds(c) {
		return c, true
	}
	if parts := conjuncts(c); len(parts) > 1 {
		var kept []sqltree.Expr
		for _, p := range parts {
			e, ok := l.condition(p)
			if !ok {
				l.dropped(p)
				continue
			}
			kept = append(kept, conjuncts(e)...)
		}
		return all(kept, true), true
	}
	if constant(c) {
		l.f.notes.say("去掉不涉及字段的条件", "a condition on no column is left out")
		return nil, true
	}
	for _, form := range []func(sqltree.Expr) (sqltree.Expr, bool){l.typed, l.snapped, l.listed, l.meant, l.bare} {
		if e, ok := form(c); ok && (e == nil || l.holds(e)) {
			return e, true
		}
	}
	return nil, false
}

// constant reports whether an expression reads nothing.
func constant(e sqltree.Expr) bool {
	return !has(e, func(x sqltree.Expr) bool {
		_, column := x.(*sqltree.Column)
		o, isOpen := x.(*open)
		return column || queried(x) || isOpen && o.name != openParam
	})
}

// pushed is a condition with NOT pushed down to its comparisons.
func pushed(e sqltree.Expr, negated bool) sqltree.Expr {
	switch x := e.(type) {
	case *sqltree.Not:
		return pushed(x.X, !negated)
	case *sqltree.Logic:
		out := &sqltree.Logic{Pos: sqltree.None, And: x.And != negated}
		for _, part := range x.Args {
			out.Args = append(out.Args, pushed(part, negated))
		}
		return out
	}
	if negated {
		return &sqltree.Not{Pos: sqltree.None, X: e}
	}
	return e
}

// spelled gives every column of an expression the name that is meant, where the text has another that is near, and unwraps functions that
// change nothing.
func (l *level) spelled(e sqltree.Expr) sqltree.Expr {
	return mapped(e, func(x sqltree.Expr) sqltree.Expr {
		c, ok := x.(*sqltree.Column)
		if !ok {
			return nil
		}
		o := l.find(c)
		switch {
		case o == nil:
			return l.guessed(c)
		case len(c.Names) == 1 && o.result == "" && l.several(c.Names[0]):
			l.f.notes.about("字段 %s 在多个表中：取 %s 的", "several tables have a column %s: that of %s is taken", c.Names[0], o.src.name)
			return l.reference(o.src, c.Names[0])
		}
		if len(o.src.columns) > 0 && o.src.inner == nil && !known(c.Names[len(c.Names)-1:], o.column.Name) {
			return l.reference(o.src, o.column.Name) // an alias had renamed it
		}
		return nil
	})
}

// several reports whether more than one relation has a column of a name.
func (l *level) several(name string) bool {
	n := 0
	for _, src := range l.sources {
		if src.find(name) != nil {
			n++
		}
	}
	return n > 1
}

// guessed is the granted column with a name near to one that is not there, or nil.
func (l *level) guessed(c *sqltree.Column) sqltree.Expr {
	name := c.Names[len(c.Names)-1]
	for _, src := range l.sources {
		if src.granted == nil {
			continue
		}
		var names []string
		for i := range src.granted.Spec.Columns {
			if o := src.of(&src.granted.Spec.Columns[i]); o.usable() {
				names = append(names, o.column.Name)
			}
		}
		if near := nearest(name, names); near != "" {
			l.f.notes.about("没有字段 %s：改用 %s", "there is no column %s: %s is taken", name, near)
			return l.reference(src, near)
		}
	}
	return nil
}

// dropped tells of a condition that has no accepted form, and asks for the dimensions in it as group keys instead.
func (l *level) dropped(c sqltree.Expr) {
	var keys []sqltree.Expr
	several := map[string]bool{}
	for _, ref := range columnsOf(c) {
		o := l.find(ref)
		switch {
		case o == nil:
			l.f.notes.about("没有字段 %s：去掉该条件", "%s is no column of these tables: its condition is left out", ref.Names[len(ref.Names)-1])
		case !o.granted:
			l.f.notes.about("授权不包含字段 %s：去掉该条件", "the grant does not include column %s: its condition is left out", o.column.Name)
		case !o.usable():
			l.f.notes.about("主体键和标识符 %s 不能作为条件：去掉", "a key or identifier, %s, cannot be a condition: it is left out", o.column.Name)
		default:
			keys, several[signature(ref)] = append(keys, ref), true
			continue
		}
		return
	}
	if len(several) > 1 && l.crosses(c) {
		l.across = append(l.across, c)
		return
	}
	for _, k := range keys {
		if e, ok := l.keyFor(k.(*sqltree.Column)); ok {
			l.extra = append(l.extra, e)
			l.f.notes.about("%s 的条件无法这样写：改为按它分组，请从结果中选取", "the condition on %s cannot be said like this: it became a group key, so choose from the answer", signature(k))
			continue
		}
		l.f.notes.about("去掉 %s 的条件", "the condition on %s is left out", signature(k))
	}
	if len(keys) == 0 {
		l.f.notes.say("去掉一个无法使用的条件", "a condition that cannot be used is left out")
	}
}

// crosses reports whether a condition is over several dimensions with few values each, and says nothing that cells cannot say.
func (l *level) crosses(c sqltree.Expr) bool {
	if has(c, queried) || has(c, func(x sqltree.Expr) bool { _, isOpen := x.(*open); return isOpen }) {
		return false
	}
	for _, ref := range operandsOf(c) {
		if l.probe(func(s *sqltree.Select) { s.Groups = []sqltree.Expr{ref} }) != nil {
			return false
		}
	}
	return true
}

// operandsOf are the columns of a condition, each with the generaliser that it stands in.
func operandsOf(c sqltree.Expr) []sqltree.Expr {
	var out []sqltree.Expr
	put := func(e sqltree.Expr) {
		if !slices.ContainsFunc(out, func(k sqltree.Expr) bool { return same(k, e) }) {
			out = append(out, e)
		}
	}
	walk(c, func(x sqltree.Expr) bool {
		switch x := x.(type) {
		case *sqltree.Column:
			put(x)
		case *sqltree.Call:
			if x.Class == sqltree.ClassGeneralise && len(columnsOf(x)) == 1 {
				put(x)
				return false
			}
		}
		return true
	})
	return out
}

// single is the one operand of a condition on one column, or nil.
func (l *level) single(c sqltree.Expr) (*sqltree.Column, *operand) {
	refs := columnsOf(c)
	if len(refs) != 1 {
		return nil, nil
	}
	o := l.find(refs[0])
	if !o.usable() {
		return nil, nil
	}
	return refs[0], o
}

// bare reads a condition whose functions and casts around a column are left out: CAST(x AS INTEGER) >= 5 as x >= 5.
func (l *level) bare(c sqltree.Expr) (sqltree.Expr, bool) {
	ref, o := l.single(c)
	if o == nil {
		return nil, false
	}
	stripped := mapped(c, func(x sqltree.Expr) sqltree.Expr {
		switch x := x.(type) {
		case *sqltree.Cast:
			if len(columnsOf(x)) == 1 {
				return ref
			}
		case *open:
			if len(x.args) > 0 && same(x.args[0], ref) && unary[x.name] {
				return ref
			}
		case *sqltree.Call:
			if x.Class == sqltree.ClassScalar && len(x.Args) > 0 && same(x.Args[0], ref) && unary[x.Name] {
				return ref
			}
		}
		return nil
	})
	if same(stripped, c) {
		return nil, false
	}
	e, ok := stripped, l.holds(stripped)
	if !ok {
		if e, ok = l.snapped(stripped); !ok {
			e, ok = l.listed(stripped)
		}
	}
	if ok {
		l.f.notes.about("去掉字段 %s 上的函数或类型转换", "the function or cast around column %s is left out", o.name())
	}
	return e, ok
}

// unary are functions that leave most of a value as it is.
var unary = map[string]bool{"coalesce": true, "ifnull": true, "abs": true, "round": true, "floor": true, "ceil": true, "ceiling": true, "trunc": true, "nullif": true,
	"try": true}

func (o *operand) name() string {
	if o.column == nil || o.result != "" {
		return o.src.name
	}
	return o.column.Name
}

// values are the declared values of a column, few enough to list.
func (o *operand) values() (catalog.Type, []string) {
	if o.column == nil || o.result != "" {
		return catalog.Type{}, nil
	}
	t, ok := o.typ()
	if !ok {
		return t, nil
	}
	if t.Name == catalog.TypeBoolean {
		return t, []string{"false", "true"}
	}
	if len(o.column.Domain) > maxListed {
		return t, nil
	}
	var out []string
	for _, v := range o.column.Domain {
		text, err := t.Canonical(string(v))
		if err != nil {
			return t, nil
		}
		out = append(out, text)
	}
	return t, out
}

// maxListed is the longest list of declared values that is written out.
const maxListed = 200
