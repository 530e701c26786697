package suppression

import (
	"math/big"
	"slices"

	"yumen/enclave/disclosure/interval"
)

// Complete names the cells to withhold as well, so that none of those that are withheld can be found: each time the one of least weight
// that protects the first finding, and where no single one does, the one of least weight beside it. The same table gets the same cells
// every time. What cannot be protected even so is found by another Audit.
func Complete(cells []Cell, relations []Relation, effort *interval.Effort) ([]int, error) {
	now := slices.Clone(cells)
	var out []int
	for {
		found, err := Audit(now, relations, effort)
		if err != nil || len(found) == 0 {
			return out, err
		}
		next, err := helper(now, relations, found, effort)
		if err != nil || next < 0 {
			return out, err
		}
		now[next].Withheld = true
		out = append(out, next)
	}
}

// helper chooses one more cell to withhold, or -1 when none is left that could help.
func helper(cells []Cell, relations []Relation, found []Finding, effort *interval.Effort) (int, error) {
	for _, f := range found {
		near := around(cells, relations, f.Cell)
		for _, c := range near {
			safe, err := protects(cells, relations, f, c, effort)
			if err != nil {
				return -1, err
			}
			if safe {
				return c, nil
			}
		}
		if len(near) > 0 {
			return near[0], nil
		}
	}
	return -1, nil
}

// protects reports whether one more withheld cell settles a finding.
func protects(cells []Cell, relations []Relation, f Finding, more int, effort *interval.Effort) (bool, error) {
	then := slices.Clone(cells)
	then[more].Withheld = true
	s, err := solver(then, relations, f.Knows)
	if err != nil {
		return false, err
	}
	c := then[f.Cell]
	if f.Knows != Outsider {
		c.Need = new(big.Rat)
	}
	_, safe, err := judge(s, c, f.Cell, f.Knows, effort)
	return safe, err
}

// around lists the published cells that stand in a relation with the withheld cells around one, lightest first. Cells of nobody are left out:
// everybody guesses them.
func around(cells []Cell, relations []Relation, at int) []int {
	reached := map[int]bool{at: true}
	near := map[int]bool{}
	for grown := true; grown; {
		grown = false
		for _, r := range relations {
			members := append([]int{r.Total}, r.Parts...)
			if !slices.ContainsFunc(members, func(i int) bool { return reached[i] }) {
				continue
			}
			for _, i := range members {
				switch {
				case cells[i].Withheld && !reached[i]:
					reached[i], grown = true, true
				case !cells[i].Withheld && cells[i].Weight > 0:
					near[i] = true
				}
			}
		}
	}
	var out []int
	for i := range cells {
		if near[i] {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return int(cells[a].Weight - cells[b].Weight) })
	return out
}
