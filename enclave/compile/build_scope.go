package compile

import (
	"maps"
	"slices"

	"yumen/catalog/footprint"
)

// ScopeOf is the row scope of a view in the form of plans. A term that names no column of the dataset, or no value of its
// type, admits no row.
func ScopeOf(view footprint.View) Scope {
	out := Scope{}
	for _, name := range slices.Sorted(maps.Keys(view.Datasets)) {
		g := view.Datasets[name]
		for _, t := range g.RowScope {
			out[name] = append(out[name], scopeCondition(&g, t))
		}
		slices.SortFunc(out[name], func(x, y Condition) int { return compareRefs(x.Column, y.Column) })
	}
	return out
}

func scopeCondition(g *footprint.Granted, t footprint.ScopeTerm) Condition {
	nothing := Condition{Column: ColumnRef{Column: t.Column}, Type: "VARCHAR"}
	c := g.Spec.Column(t.Column)
	if c == nil {
		return nothing
	}
	nothing.Column.Column, nothing.Type = c.Name, c.Type
	d, ok := columnDomain(c)
	if !ok {
		return nothing
	}
	var spans []span
	for _, v := range t.Values {
		text, err := d.typ.Canonical(v)
		if err != nil {
			return nothing
		}
		spans = append(spans, span{mark(c.Type, text), d.next(text)})
	}
	set, whole, ok := d.set(tidy(spans), false)
	if !ok {
		return nothing
	}
	if whole {
		set = Set{Except: true}
	}
	nothing.Set, nothing.Sensitive, nothing.SensitiveValues = set, c.Sensitive, c.SensitiveValues
	return nothing
}
