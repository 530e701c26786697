package compile

import (
	"cmp"
	"math/big"
	"slices"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// Cell is the canonical cell of a statistic at a key: what noise is a function of. Equal meaning gives equal bytes, whether a value is asked
// for as a key or as a condition.
func (n *NoisyProgram) Cell(statistic, key int) ([]byte, error) {
	s := n.Statistics[statistic]
	box, columns := n.setOf(s)
	at := cell{box: box}
	if len(columns) > 0 {
		at = cohort{base: n.plan.Base, box: box, keys: n.plan.Keys}.at(n.Keys[key])
		at = n.dated(at)
	}
	slices.SortFunc(at.beside, func(a, b keyValue) int {
		return cmp.Or(cmp.Compare(a.Column.Path, b.Column.Path), cmp.Compare(a.Column.Column, b.Column.Column), cmp.Compare(a.Func, b.Func))
	})
	columns = nil
	for _, x := range at.beside {
		columns = append(columns, x.Column)
	}
	return canonical.Marshal(struct {
		Family
		Beside []keyValue `json:"beside,omitempty"`
		Clips  []string   `json:"clips,omitempty"`
	}{n.family(s, at.box, columns), at.beside, n.clipped(s)})
}

// family is what a statistic is of, over a box and beside it by columns, with nothing in it that the statistic does not name.
func (n *NoisyProgram) family(s Statistic, box Box, beside []ColumnRef) Family {
	plan := Plan{Sets: []Box{{}}, Cells: []Cell{{Measure: n.measured(s, box)}}}
	plan.Base, plan.Sets[0] = n.scoped().alone(n.plain(n.bounded(box)), beside, plan.Cells[0].Measure)
	return plan.Families(n.in.Snapshots, n.joinedScope(plan.Base))[0]
}

// clipped is what contributions to a measure are cut to, or the p of their factors: part of what is added up, and a declaration or the policy may change it.
func (n *NoisyProgram) clipped(s Statistic) []string {
	if f := s.Factored; f != nil {
		return []string{"factor " + big.NewRat(f.Reading.Least, f.Reading.Unit).RatString()}
	}
	var clips []string
	for _, x := range s.Measure.factors() {
		if clip := n.clips[x.Column]; clip != nil {
			clips = append(clips, clip.RatString())
		}
	}
	return clips
}

// plain is a box with nothing in it but what is meant: which values of which column, in the spelling of the column's own type and as far as its
// declaration lets them go. A key says less of its column than a condition does, and may be of another type.
func (n *NoisyProgram) plain(b Box) Box {
	var out []Condition
	for _, c := range b.Conditions {
		c.Sensitive, c.SensitiveValues = false, nil
		whole := false
		if column := n.behind(c.Column); column != nil {
			c = c.as(column.Type)
			c, whole = c.declared(n.domainOf(column))
		}
		if !whole {
			out = append(out, c)
		}
	}
	b.Conditions = out
	return b
}

// behind is the declared column behind a reference of the plan; nil for a roll-up's result.
func (n *NoisyProgram) behind(ref ColumnRef) *catalog.Column {
	rolled := slices.ContainsFunc(n.plan.Base.Rollups, func(r Rollup) bool { return r.Path == ref.Path })
	if spec := n.in.Specs[n.plan.datasetOf(ref.Path)]; !rolled && spec != nil {
		return spec.Column(ref.Column)
	}
	return nil
}

// domainOf is a column's domain, read once; nil where it cannot be.
func (n *NoisyProgram) domainOf(column *catalog.Column) *domain {
	d, known := n.domains[column]
	if !known {
		d, _ = columnDomain(column)
		n.domains[column] = d
	}
	return d
}

// declared is the condition as a question would have it: a set of the values that the column can have. Whole says that it is all of them.
func (c Condition) declared(d *domain) (as Condition, whole bool) {
	if d == nil || c.Type != d.typ.String() {
		return c, false
	}
	if plain := !c.Set.Except && !c.Set.Null && len(c.Set.Intervals)+len(c.Set.Prefixes) == 0; plain && len(c.Set.Values) < len(d.values) {
		return c, false // some of a list, which is how a question has them too
	}
	set, whole, ok := d.set(c.Set.region(c.Type), c.Set.Null)
	if !ok {
		return c, false
	}
	c.Set = set
	return c, whole
}

// as is the condition with its values spelled as those of another type, if that holds all of them.
func (c Condition) as(typ string) Condition {
	fits := true
	spell := func(text string) string {
		if text == "" {
			return "" // no end
		}
		out, err := catalog.CanonicalValue(typ, text)
		fits = fits && err == nil
		return out
	}
	set := c.Set
	if c.Type == typ || len(set.Prefixes) > 0 {
		c.Type = typ
		return c
	}
	set.Values, set.Intervals = nil, nil
	for _, v := range c.Set.Values {
		set.Values = append(set.Values, spell(v))
	}
	for _, i := range c.Set.Intervals {
		set.Intervals = append(set.Intervals, Interval{Lo: spell(i.Lo), Hi: spell(i.Hi)})
	}
	if fits {
		c.Type, c.Set = typ, set
	}
	return c
}
