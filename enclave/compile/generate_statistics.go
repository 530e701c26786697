package compile

import "slices"

// MaxStatistics is the largest number of different sums that may be linear in one measure over the same rows: Σa, Σa·b, Σa·c, … Whoever knows
// b and c has as many equations for the values of a.
const MaxStatistics = 4

// linearIn lists, for each factor in which an amount is linear, what that factor is multiplied by; the sum of the column itself has no such
// column. Squares are linear in nothing.
func (m Measure) linearIn() map[ColumnRef]ColumnRef {
	switch m.Kind {
	case MeasureSum:
		return map[ColumnRef]ColumnRef{m.Column: {}}
	case MeasureProducts:
		return map[ColumnRef]ColumnRef{m.Column: m.Other.Column, m.Other.Column: m.Column}
	}
	return nil
}

// statistics is how many different sums are known, this one among them, that are linear in a factor of a column's measure over rows that it
// may share: those of this response and of earlier answers over the same root.
func (g *generator) statistics(column int) int {
	mine := g.plan.Cells[column]
	most := 0
	for factor, by := range mine.Measure.linearIn() {
		known := []ColumnRef{by}
		add := func(m Measure, box Box) {
			other, linear := m.linearIn()[factor]
			if linear && !slices.Contains(known, other) && !box.Disjoint(g.plan.Sets[mine.Set]) {
				known = append(known, other)
			}
		}
		for _, c := range g.plan.Cells {
			add(c.Measure, g.plan.Sets[c.Set])
		}
		for _, f := range g.in.Earlier {
			if f.Family.Base.Root.Dataset == g.plan.Base.Root.Dataset && len(f.Released) > 0 {
				add(f.Family.Measure, f.Family.Box)
			}
		}
		most = max(most, len(known))
	}
	return most
}

// countStatistics finds how many further statistics every column has to be safe beside.
func (g *generator) countStatistics() error {
	for column := range g.plan.Cells {
		n := g.statistics(column)
		if n > MaxStatistics {
			return ErrTooLarge
		}
		g.beside = append(g.beside, int64(max(n-1, 0)))
	}
	return nil
}
