package outside

import (
	"maps"
	"slices"

	"yumen/enclave/disclosure"
)

// pairsMost bounds the pairs of cells that are compared, and workMost the rows that are looked at for them; more withholds.
const (
	pairsMost = 200_000
	workMost  = 50_000_000
)

// compare adds to every cell its differences to the cells of other tables that share rows with it: each way they must be of nobody by their
// keys, or pass the rules.
func (s *sheet) compare(t *disclosure.Table, open []int) {
	of := make([][]int, len(s.rows)) // by row: the places of its cells
	for at, i := range open {
		for _, row := range s.cells[i].rows {
			of[row] = append(of[row], at)
		}
	}
	pairs, work := 0, 0
	for at, i := range open {
		near := map[int]bool{}
		for _, row := range s.cells[i].rows {
			for _, other := range of[row] {
				if other < at {
					near[other] = true
				}
			}
		}
		for _, other := range slices.Sorted(maps.Keys(near)) {
			pairs, work = pairs+1, work+len(s.cells[i].rows)+len(s.cells[open[other]].rows)
			if pairs > pairsMost || work > workMost {
				for g := range t.Rows[at].Groups {
					t.Rows[at].Groups[g].Unknown = true
				}
				break
			}
			s.pair(t, at, other, s.cells[i], s.cells[open[other]])
		}
	}
}

// pair compares one cell with one before it, column by column.
func (s *sheet) pair(t *disclosure.Table, at, other int, mine, theirs cell) {
	narrower, wider := s.q.Tables[mine.table], s.q.Tables[theirs.table]
	for j := range s.columns {
		a, b := s.with(j, mine.rows), s.with(j, theirs.rows)
		inward := disclosure.Difference{Against: disclosure.AgainstResponse, Empty: within(wider, narrower), Entities: s.entities(minus(a, b)),
			Totals: s.totals(j, minus(a, b)), Other: disclosure.Place{Row: other, Column: j}}
		outward := inward
		outward.Outward, outward.Empty = true, within(narrower, wider)
		outward.Entities, outward.Totals = s.entities(minus(b, a)), s.totals(j, minus(b, a))
		inward.Opposite, outward.Opposite = slices.Min(outward.Entities), slices.Min(inward.Entities)
		cell := &t.Rows[at].Cells[j]
		cell.Differences = append(cell.Differences, inward, outward)
	}
}

// within reports whether a table has all keys of another, so that each of its cells lies in one of the other's.
func within(few, many []int) bool {
	return !slices.ContainsFunc(few, func(k int) bool { return !slices.Contains(many, k) })
}
