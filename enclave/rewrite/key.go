package rewrite

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// explicit writes out what GROUP BY names by number, by an alias, or by ALL.
func (l *level) explicit() {
	if l.tree.GroupAll {
		l.tree.GroupAll = false
		for _, item := range l.tree.Items {
			if !has(item.Expr, aggregates) && !has(item.Expr, windowed) {
				l.tree.Groups = append(l.tree.Groups, item.Expr)
			}
		}
		return
	}
	for i, g := range l.tree.Groups {
		switch x := g.(type) {
		case *sqltree.Literal:
			if n, err := strconv.Atoi(x.Text); err == nil && x.Kind == sqltree.LiteralNumber && n >= 1 && n <= len(l.tree.Items) {
				l.tree.Groups[i] = l.tree.Items[n-1].Expr
			} else if x.Kind == sqltree.LiteralNumber {
				l.f.notes.say("去掉超出 SELECT 列表的序号", "an ordinal outside the select list is left out")
			}
		case *sqltree.Column:
			for _, item := range l.tree.Items {
				if item.Alias != "" && len(x.Names) == 1 && known(x.Names, item.Alias) {
					l.tree.Groups[i] = item.Expr
				}
			}
		}
	}
	l.shadows()
}

// shadows renames aliases that are also columns and mean something else.
func (l *level) shadows() {
	for i, item := range l.tree.Items {
		if item.Alias == "" {
			continue
		}
		column := &sqltree.Column{Pos: sqltree.None, Names: []string{item.Alias}}
		if c, bare := item.Expr.(*sqltree.Column); l.find(column) == nil || bare && known(c.Names[len(c.Names)-1:], item.Alias) {
			continue
		}
		if len(columnsOf(item.Expr)) == 0 && has(item.Expr, aggregates) && len(l.tree.Groups) == 0 {
			continue
		}
		l.f.notes.about("别名 %s 与字段同名：改名", "the alias %s is also a column: renamed", item.Alias)
		l.tree.Items[i].Alias = item.Alias + "_1"
	}
}

// groups repairs the group keys, and returns what became of each.
func (l *level) groups() map[string][]sqltree.Expr {
	became := map[string][]sqltree.Expr{}
	var kept []sqltree.Expr
	for _, g := range l.tree.Groups {
		if _, constant := g.(*sqltree.Literal); constant {
			continue
		}
		keys := l.key(g)
		became[signature(g)] = keys
		kept = appendNew(kept, keys...)
	}
	l.tree.Groups = kept
	return became
}

func appendNew(list []sqltree.Expr, more ...sqltree.Expr) []sqltree.Expr {
	for _, e := range more {
		if !slices.ContainsFunc(list, func(k sqltree.Expr) bool { return same(k, e) }) {
			list = append(list, e)
		}
	}
	return list
}

// keys asks whether an expression is a group key.
func (l *level) keys(e sqltree.Expr) bool {
	return l.probe(func(s *sqltree.Select) { s.Groups = []sqltree.Expr{e} }) == nil
}

// key finds accepted group keys for an expression.
func (l *level) key(e sqltree.Expr) []sqltree.Expr {
	if l.keys(e) {
		return []sqltree.Expr{e}
	}
	if e = l.spelled(e); l.keys(e) {
		return []sqltree.Expr{e}
	}
	if has(e, aggregates) || has(e, windowed) || has(e, queried) {
		l.f.notes.say("聚合、窗口和子查询不能作为分组字段：去掉", "aggregates, windows and subqueries are no group keys: left out")
		return nil
	}
	if x, ok := l.onGrid(e, l.keys); ok {
		return []sqltree.Expr{x}
	}
	var out []sqltree.Expr
	for _, ref := range columnsOf(e) {
		o := l.find(ref)
		switch {
		case o == nil:
			l.f.notes.about("没有字段 %s：去掉", "%s is no column of these tables: left out", ref.Names[len(ref.Names)-1])
		case !o.granted:
			l.f.notes.about("授权不包含字段 %s：去掉", "the grant does not include column %s: left out", o.column.Name)
		case !o.usable():
			l.f.notes.about("主体键和标识符 %s 不能作为分组字段：去掉", "a key or identifier, %s, is no group key: left out", o.column.Name)
		default:
			if k, ok := l.keyFor(ref); ok {
				l.f.notes.about("按 %s 分组", "grouped by %s", signature(k))
				out = appendNew(out, k)
			} else {
				l.f.notes.about("%s 不能作为分组字段：去掉", "%s is no group key: left out", signature(ref))
			}
		}
	}
	return out
}

// keyFor is the finest accepted group key of a column: itself, one of its declared generalisers, or classes at edges of its grid.
func (l *level) keyFor(ref *sqltree.Column) (sqltree.Expr, bool) {
	o := l.find(ref)
	if !o.usable() {
		return nil, false
	}
	if l.few(ref, o) && l.keys(ref) {
		return ref, true
	}
	for _, k := range generalised(ref, o) {
		if l.keys(k) {
			return k, true
		}
	}
	if k, ok := classes(ref, o); ok && l.keys(k) {
		return k, true
	}
	return ref, l.keys(ref)
}

// few reports whether a column has declared values, and so can be a key without classes.
func (l *level) few(ref *sqltree.Column, o *operand) bool {
	if o.result != "" || !o.column.Has(catalog.RoleDimension) {
		return false
	}
	_, values := o.values()
	return len(values) > 0 || !o.column.Has(catalog.RoleMeasure)
}

// generalised are the declared generalisers of a column around it, the finest first.
func generalised(ref *sqltree.Column, o *operand) []sqltree.Expr {
	if o.column == nil || o.result != "" {
		return nil
	}
	var out []sqltree.Expr
	declared := generalisersOf(o.column)
	slices.SortStableFunc(declared, func(a, b catalog.Generaliser) int { return fineness(a) - fineness(b) })
	for _, g := range declared {
		switch g.Name {
		case catalog.GeneraliseBand:
			out = append(out, call("band", ref, numberLiteral(strconv.FormatInt(g.N, 10))))
		case catalog.GeneralisePrefix:
			out = append(out, call("left", ref, numberLiteral(strconv.FormatInt(g.N, 10))))
		case catalog.GeneraliseMonth, catalog.GeneraliseQuarter:
			part := &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralText, Text: string(g.Name)}
			out = append(out, call("date_trunc", part, ref))
		default:
			out = append(out, call(string(g.Name), ref))
		}
	}
	return out
}

func fineness(g catalog.Generaliser) int {
	switch g.Name {
	case catalog.GeneraliseMonth, catalog.GeneraliseBand:
		return 0
	case catalog.GeneraliseQuarter:
		return 1
	case catalog.GeneraliseYear:
		return 2
	case catalog.GeneralisePrefix:
		return 64 - int(g.N)
	}
	return 3
}

// maxClasses is how many classes a suggestion has at most.
const maxClasses = 12

// classes put a number into classes at edges of its grid.
func classes(ref *sqltree.Column, o *operand) (sqltree.Expr, bool) {
	g, t, ok := o.grid()
	if !ok || !t.Numeric() {
		return nil, false
	}
	edges := thinned(edgesOf(o, g, t))
	if len(edges) == 0 {
		return nil, false
	}
	c := &sqltree.Case{Pos: sqltree.None, Else: &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralNull}}
	put := func(when sqltree.Expr, label string) {
		c.Whens = append(c.Whens, sqltree.When{If: when, Then: &sqltree.Literal{Pos: sqltree.None, Kind: sqltree.LiteralText, Text: label}})
	}
	for i, e := range edges {
		label := "< " + literal(t, e).Text
		if i > 0 {
			label = fmt.Sprintf("[%s, %s)", literal(t, edges[i-1]).Text, literal(t, e).Text)
		}
		put(compare(ref, sqltree.Less, literal(t, e)), label)
	}
	last := edges[len(edges)-1]
	put(compare(ref, sqltree.GreaterEqual, literal(t, last)), ">= "+literal(t, last).Text)
	return c, true
}

// edgesOf are the edges of a grid inside the declared bounds.
func edgesOf(o *operand, g catalog.Grid, t catalog.Type) []string {
	low, high := "1", "100"
	if o.column != nil && len(o.column.Bounds) == 2 {
		low, high = string(o.column.Bounds[0]), string(o.column.Bounds[1])
	} else if o.column != nil {
		return nil
	}
	at, err := t.Canonical(low)
	top, okTop := new(big.Rat).SetString(high)
	if err != nil || !okTop {
		return nil
	}
	s := &snapper{grid: g, typ: t}
	var out []string
	for len(out) < 400 {
		if at = s.above(at); at == "" {
			return out
		}
		r, ok := new(big.Rat).SetString(at)
		if !ok || r.Cmp(top) >= 0 {
			return out
		}
		out = append(out, at)
	}
	return nil
}

// thinned are the edges that a reader would choose: from one on, and at most maxClasses−1 of them.
func thinned(edges []string) []string {
	out := slices.DeleteFunc(edges, func(e string) bool {
		r, ok := new(big.Rat).SetString(e)
		return !ok || r.Sign() > 0 && r.Cmp(big.NewRat(1, 1)) < 0
	})
	tens := func(e string) bool {
		r, _ := new(big.Rat).SetString(e)
		n := r.Num().String()
		return r.IsInt() && n[0] == '1' && strings.Trim(n[1:], "0") == ""
	}
	if len(out) > maxClasses-1 && slices.ContainsFunc(out, tens) {
		out = slices.DeleteFunc(out, func(e string) bool { return !tens(e) })
	}
	for len(out) > maxClasses-1 {
		half := out[:0]
		for i := 1; i < len(out); i += 2 {
			half = append(half, out[i])
		}
		out = half
	}
	return out
}
