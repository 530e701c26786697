package rewrite

import (
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// source is one relation of a FROM clause: a dataset of the caller's view, or an inner query.
type source struct {
	name    string
	dataset string
	granted *footprint.Granted
	inner   *level
	columns []string // what an alias renames, from the left
	from    sqltree.From
}

// operand is what a name means: a column of a dataset, or a result of an inner query.
type operand struct {
	src     *source
	column  *catalog.Column // of a result, the column that it is computed from; nil for a count
	result  string          // of a result: count, sum or avg
	granted bool
}

// guarded reports whether a column points at someone.
func guarded(c *catalog.Column) bool {
	return c != nil && (c.Has(catalog.RoleEntityKey) || c.Has(catalog.RoleIdentifier))
}

// usable reports whether the caller may look at the column at all.
func (o *operand) usable() bool {
	return o != nil && o.granted && (o.result != "" || !guarded(o.column))
}

func (o *operand) is(r catalog.Role) bool {
	return o.column != nil && o.result == "" && o.column.Has(r)
}

// typ is the type of the operand's values.
func (o *operand) typ() (catalog.Type, bool) {
	if o.result == "count" {
		return catalog.Type{Name: catalog.TypeBigint}, true
	}
	t, err := catalog.ParseType(o.column.Type)
	if err == nil && o.result == "sum" && t.Numeric() {
		t = catalog.Type{Name: catalog.TypeDecimal, Precision: 38, Scale: t.Scale}
	}
	return t, err == nil
}

// find gives a column reference its meaning, or nil.
func (l *level) find(c *sqltree.Column) *operand {
	name, table := c.Names[len(c.Names)-1], ""
	if len(c.Names) > 1 {
		table = c.Names[len(c.Names)-2]
	}
	for _, src := range l.sources {
		if table != "" && !strings.EqualFold(src.name, table) {
			continue
		}
		if o := src.find(name); o != nil {
			return o
		}
	}
	return nil
}

func (src *source) find(name string) *operand {
	if src.inner != nil {
		return src.result(name)
	}
	for i, renamed := range src.columns {
		if strings.EqualFold(renamed, name) && i < len(src.granted.Spec.Columns) {
			return src.of(&src.granted.Spec.Columns[i])
		}
	}
	if c := src.granted.Spec.Column(name); c != nil {
		return src.of(c)
	}
	return nil
}

func (src *source) of(c *catalog.Column) *operand {
	granted := false
	for name, ok := range src.granted.Columns {
		granted = granted || ok && strings.EqualFold(name, c.Name)
	}
	return &operand{src: src, column: c, granted: granted}
}

// result is the meaning of a result of an inner query.
func (src *source) result(name string) *operand {
	for i, item := range src.inner.tree.Items {
		called := item.Alias
		c, bare := item.Expr.(*sqltree.Column)
		if called == "" && bare {
			called = c.Names[len(c.Names)-1]
		}
		if i < len(src.columns) {
			called = src.columns[i]
		}
		if !strings.EqualFold(called, name) {
			continue
		}
		if bare {
			return src.inner.find(c)
		}
		if a, ok := item.Expr.(*sqltree.Call); ok && a.Class == sqltree.ClassAggregate {
			return src.inner.resultOf(src, a)
		}
		return nil
	}
	return nil
}

// resultOf is the meaning of an aggregate of an inner query.
func (l *level) resultOf(src *source, a *sqltree.Call) *operand {
	switch {
	case a.Name == "count_star" || a.Name == "count":
		return &operand{src: src, result: "count", granted: true}
	case (a.Name == "sum" || a.Name == "avg") && len(a.Args) == 1:
		if c, ok := a.Args[0].(*sqltree.Column); ok {
			if o := l.find(c); o != nil && o.result == "" {
				return &operand{src: src, column: o.column, result: a.Name, granted: o.granted}
			}
		}
	}
	return nil
}

// columnsOf are the references of an expression, each once.
func columnsOf(e sqltree.Expr) []*sqltree.Column {
	var out []*sqltree.Column
	walk(e, func(x sqltree.Expr) bool {
		if c, ok := x.(*sqltree.Column); ok && !slices.ContainsFunc(out, func(k *sqltree.Column) bool { return same(k, c) }) {
			out = append(out, c)
		}
		return true
	})
	return out
}

// reference is how a column of a source is written.
func (l *level) reference(src *source, name string) *sqltree.Column {
	if len(l.sources) > 1 && src.name != "" {
		return &sqltree.Column{Pos: sqltree.None, Names: []string{src.name, name}}
	}
	return &sqltree.Column{Pos: sqltree.None, Names: []string{name}}
}

// nearest is the name that was probably meant, or empty.
func nearest(name string, among []string) string {
	name = strings.ToLower(name)
	best, least := "", 1+len(name)/4
	for _, known := range slices.Sorted(slices.Values(among)) {
		if d := distance(name, strings.ToLower(known)); d <= least && (best == "" || d < least) {
			best, least = known, d
		}
	}
	return best
}

// maxName is the longest name that is compared with others.
const maxName = 63

// distance is the number of letters to insert, remove or change.
func distance(a, b string) int {
	if len(a) > maxName || len(b) > maxName {
		return maxName
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, before+1, row[j]+1)
		}
	}
	return row[len(b)]
}
