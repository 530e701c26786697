package outside

import (
	"fmt"
	"math/big"
	"slices"

	"yumen/enclave/disclosure"
	"yumen/enclave/disclosure/interval"
	"yumen/enclave/disclosure/suppression"
)

// auditSteps bounds the search for withheld cells; what it does not reach counts as found.
const auditSteps = 20_000_000

// audit finds the withheld cells that the published ones give away, by cell and column.
func (s *sheet) audit(rules disclosure.Rules) (map[[2]int]suppression.Finding, error) {
	out := map[[2]int]suppression.Finding{}
	if !slices.ContainsFunc(s.cells, func(c cell) bool { return c.withheld }) {
		return out, nil
	}
	all := make([]int, len(s.cells))
	for i := range all {
		all[i] = i
	}
	alone := disclosure.Judge(s.table(all, false), rules)
	effort := interval.NewEffort(auditSteps)
	for j := range s.columns {
		cells := make([]suppression.Cell, len(s.cells))
		for i := range s.cells {
			cells[i] = s.protected(i, j, alone.Cells[i][j], rules)
		}
		found, err := suppression.Audit(cells, s.relations(), effort)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrQuestion, err)
		}
		for _, f := range found {
			out[[2]int{f.Cell, j}] = f
		}
	}
	return out, nil
}

// protected is one number of a cell. What breaks a rule by itself needs protection; what is withheld for others does not.
func (s *sheet) protected(cell, column int, alone disclosure.Verdict, rules disclosure.Rules) suppression.Cell {
	c := s.cells[cell]
	rows := s.with(column, c.rows)
	count := s.columns[column].measure < 0
	out := suppression.Cell{Value: s.sum(column, rows), Whole: count, Withheld: c.withheld, Single: slices.Contains(s.entities(rows), 1)}
	n := new(big.Rat).SetInt64(int64(len(rows)))
	if count || s.positive(column) {
		out.Low = new(big.Rat)
	}
	if !count {
		m := s.q.Measures[s.columns[column].measure]
		if m.Low != nil {
			out.Low = new(big.Rat).Mul(m.Low, n)
		}
		if m.High != nil {
			out.High = new(big.Rat).Mul(m.High, n)
		}
	}
	if alone.Released || len(rows) == 0 {
		return out
	}
	out.Need = new(big.Rat)
	for _, t := range s.totals(column, rows) {
		if need := rules.Protection(t); !count && need.Cmp(out.Need) > 0 {
			out.Need = need
		}
	}
	return out
}

// positive reports whether nobody contributes less than zero.
func (s *sheet) positive(column int) bool {
	m := s.columns[column].measure
	return !slices.ContainsFunc(s.rows, func(r Contribution) bool { return r.Measures[m] != nil && r.Measures[m].Sign() < 0 })
}

// relations says which cells add up to which: those of a table with more keys to those of one with some of them.
func (s *sheet) relations() []suppression.Relation {
	var out []suppression.Relation
	for narrow, mine := range s.q.Tables {
		for wide, keys := range s.q.Tables {
			if narrow == wide || len(keys) == len(mine) && wide > narrow || !within(mine, keys) {
				continue
			}
			parts := map[string][]int{}
			for j, part := range s.cells {
				if part.table == wide {
					var key []string
					for _, k := range mine {
						key = append(key, part.key[slices.Index(keys, k)])
					}
					parts[labelOf(key)] = append(parts[labelOf(key)], j)
				}
			}
			for i, total := range s.cells {
				if total.table == narrow {
					out = append(out, suppression.Relation{Total: i, Parts: parts[labelOf(total.key)]})
				}
			}
		}
	}
	return out
}
