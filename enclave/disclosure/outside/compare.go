package outside

import (
	"maps"
	"slices"

	"yumen/enclave/disclosure"
)

// pairsMost bounds the pairs of cells that are compared, and workMost the rows that they share; more withholds.
const (
	pairsMost = 200_000
	workMost  = 20_000_000
)

// compare adds to every cell its differences to the cells of other tables that share rows with it: each way they must be of nobody by their
// keys, or pass the rules.
func (s *sheet) compare(t *disclosure.Table, open []int) {
	of := make([][]int, len(s.rows)) // by row: the places of its cells
	crowds := make([][][]*crowd, len(open))
	for at, i := range open {
		for _, row := range s.cells[i].rows {
			of[row] = append(of[row], at)
		}
		crowds[at] = s.crowds(s.cells[i].rows)
		for _, column := range crowds[at] {
			for _, c := range column {
				c.rank()
			}
		}
	}
	pairs, work := 0, 0
	for at, i := range open {
		shared := map[int][]int{}
		for _, row := range s.cells[i].rows {
			for _, other := range of[row] {
				if other < at {
					shared[other] = append(shared[other], row)
				}
			}
		}
		for _, other := range slices.Sorted(maps.Keys(shared)) {
			pairs, work = pairs+1, work+len(shared[other])
			if pairs > pairsMost || work > workMost {
				for g := range t.Rows[at].Groups {
					t.Rows[at].Groups[g].Unknown = true
				}
				break
			}
			s.pair(t, at, other, [2]cell{s.cells[i], s.cells[open[other]]}, [3][][]*crowd{crowds[at], crowds[other], s.crowds(shared[other])})
		}
	}
}

// crowds are those of some rows, by column and entity type.
func (s *sheet) crowds(rows []int) [][]*crowd {
	out := make([][]*crowd, len(s.columns))
	for j := range s.columns {
		with := s.with(j, rows)
		for e := range s.entity {
			out[j] = append(out[j], s.crowd(j, e, with))
		}
	}
	return out
}

// pair compares one cell with one before it, column by column; of are the crowds of the two and of what they share.
func (s *sheet) pair(t *disclosure.Table, at, other int, cells [2]cell, of [3][][]*crowd) {
	narrower, wider := s.q.Tables[cells[0].table], s.q.Tables[cells[1].table]
	for j := range s.columns {
		inward := s.difference(j, of[0][j], of[2][j])
		outward := s.difference(j, of[1][j], of[2][j])
		inward.Empty, outward.Empty, outward.Outward = within(wider, narrower), within(narrower, wider), true
		inward.Opposite, outward.Opposite = slices.Min(outward.Entities), slices.Min(inward.Entities)
		inward.Other = disclosure.Place{Row: other, Column: j}
		outward.Other = inward.Other
		cell := &t.Rows[at].Cells[j]
		cell.Differences = append(cell.Differences, inward, outward)
	}
}

// difference is what is left of a cell without the rows that it shares with another.
func (s *sheet) difference(column int, mine, shared []*crowd) disclosure.Difference {
	d := disclosure.Difference{Against: disclosure.AgainstResponse}
	for e := range mine {
		c := mine[e].less(shared[e])
		d.Entities, d.Totals = append(d.Entities, c.Entities), append(d.Totals, c)
	}
	if !s.spreads(column) {
		d.Totals = nil
	}
	return d
}

// within reports whether a table has all keys of another, so that each of its cells lies in one of the other's.
func within(few, many []int) bool {
	return !slices.ContainsFunc(few, func(k int) bool { return !slices.Contains(many, k) })
}
