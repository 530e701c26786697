package rewrite

import (
	"fmt"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// listed is a condition on one column with declared values as the list of those that meet it. It is found out from the declaration alone.
func (l *level) listed(c sqltree.Expr) (sqltree.Expr, bool) {
	ref, o := l.single(c)
	if o == nil {
		return nil, false
	}
	typ, values := o.values()
	if len(values) == 0 || has(c, queried) {
		return nil, false
	}
	in := &sqltree.In{Pos: sqltree.None, X: ref}
	for _, v := range values {
		holds, ok := meets(c, ref, typ, v)
		if !ok {
			return nil, false
		}
		if holds {
			in.List = append(in.List, literal(typ, v))
		}
	}
	switch len(in.List) {
	case 0:
		return nil, false
	case len(values):
		l.f.notes.about("%s 的所有声明值都满足该条件：去掉", "every declared value of %s meets the condition: it is left out", o.column.Name)
		return nil, true
	}
	l.f.notes.about("%s 的条件改为声明值的列表", "the condition on %s became a list of declared values", o.column.Name)
	if len(in.List) == 1 {
		return compare(ref, sqltree.Equal, in.List[0].(*sqltree.Literal)), true
	}
	return in, true
}

// meets reports whether a condition is true of one value of its column; ok is false where this cannot be computed here.
func meets(c sqltree.Expr, ref *sqltree.Column, t catalog.Type, v string) (holds, ok bool) {
	e := &evaluator{ref: ref, value: valueOf(t, v)}
	out, ok := e.eval(c)
	return ok && out.kind == kindBool && out.yes, ok && (out.kind == kindBool || out.kind == kindNull)
}

// guess is the declared value that a text which is none probably means, or empty.
func (o *operand) guess(text string) string {
	_, values := o.values()
	if slices.Contains(values, text) {
		return ""
	}
	to := nearest(strings.TrimSpace(text), values)
	if strings.EqualFold(to, strings.TrimSpace(text)) || len(text) > 4 && distance(strings.ToLower(text), strings.ToLower(to)) <= 1 {
		return to
	}
	return ""
}

// typed gives constants the type of the column that they are compared with: '5' as 5.
func (l *level) typed(c sqltree.Expr) (sqltree.Expr, bool) {
	ref, o := l.single(c)
	if o == nil {
		return nil, false
	}
	t, ok := o.typ()
	if !ok {
		return nil, false
	}
	changed := false
	e := mapped(c, func(x sqltree.Expr) sqltree.Expr {
		v, ok := x.(*sqltree.Literal)
		if !ok || v.Kind != sqltree.LiteralText && v.Kind != sqltree.LiteralNumber || t.Name == catalog.TypeBoolean {
			return nil
		}
		text, err := t.Canonical(v.Text)
		if to := literal(t, text); err == nil && to.Kind != v.Kind {
			changed = true
			return to
		}
		return nil
	})
	if !changed {
		return nil, false
	}
	if !l.holds(e) {
		if e, ok = l.snapped(e); !ok {
			return nil, false
		}
	}
	l.f.notes.about("常量写成 %s 的类型", "the constant has the type of %s", signature(ref))
	return e, true
}

// meant replaces texts that are no declared value by the one that is near.
func (l *level) meant(c sqltree.Expr) (sqltree.Expr, bool) {
	_, o := l.single(c)
	if o == nil || o.column == nil {
		return nil, false
	}
	changed := ""
	e := mapped(c, func(x sqltree.Expr) sqltree.Expr {
		v, ok := x.(*sqltree.Literal)
		if !ok || v.Kind != sqltree.LiteralText {
			return nil
		}
		to := o.guess(v.Text)
		if to == "" {
			return nil
		}
		changed = fmt.Sprintf("'%s' → '%s'", v.Text, to)
		return &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralText, Text: to}
	})
	if changed == "" {
		return nil, false
	}
	if !l.holds(e) {
		return nil, false
	}
	l.f.notes.about("%s 没有这个声明值：%s", "%s has no such declared value: %s", o.column.Name, changed)
	return e, true
}
