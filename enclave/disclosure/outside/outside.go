// Package outside owns the check of results that were made elsewhere: it turns a table of contributions, one row for each entity and cell,
// into the evidence of the tables to be published, and lets the rules of disclosure judge them. It is pure, and knows no file.
package outside

import (
	"errors"
	"fmt"
	"math/big"

	"yumen/enclave/disclosure"
)

// ErrQuestion says that a question cannot be asked of the contributions.
var ErrQuestion = errors.New("outside: the question does not fit the contributions")

// Question says what is to be published of the contributions.
type Question struct {
	Keys     []string // names of the key columns
	Entities []string // names of the entity types, at least one
	Measures []Measure
	// Sensitive are the columns with values that nearly all of a group must not share.
	Sensitive []Sensitive
	// Tables are the published tables in order, each by its keys (indexes into Keys, rising); none is a grand total. A table has one
	// cell for every combination of keys, and in it the number of contributions and the sum of every measure. Of two cells that are
	// too close the earlier stays.
	Tables [][]int
	// Part says that there are more entities than these, so that those outside a cell are not known to be few.
	Part bool
	// Chosen says that Contribution.Withheld marks what is not published: everything else is judged as it stands, and what is marked must not be
	// found again.
	Chosen bool
}

// Measure is a column that is added up, with what everybody knows of one contribution; nil for nothing.
type Measure struct {
	Name      string
	Low, High *big.Rat
}

// Sensitive is a column of Contribution.Sensitive. Key is its place among the keys, or -1. No Values: all are sensitive.
type Sensitive struct {
	Name   string
	Key    int
	Values []string
}

// Contribution is one row: what one entity of each type adds to one cell of the finest table.
type Contribution struct {
	Entities  []string
	Keys      []string
	Sensitive []string
	Measures  []*big.Rat // nil is none
	Withheld  bool       // the cells of the first table that hold it are not published
}

// Decision is what becomes of a cell.
type Decision string

// The decisions.
const (
	Pass     Decision = "pass"
	Fail     Decision = "fail"     // it must not be published
	Withheld Decision = "withheld" // it is not published, and nobody finds it
	Found    Decision = "found"    // it is not published, and can be found all the same
)

// Cell is the judgement of one number.
type Cell struct {
	Table    int
	Key      []string // by the keys of the table
	Column   string   // Count, or the name of a measure
	Decision Decision
	Reasons  []disclosure.Reason // why it fails
	// Low and High are what a found cell must be at least and at most, nil where it has no bound or the search was cut short; Insider says
	// that only the single entity of another withheld cell finds it.
	Low, High *big.Rat
	Insider   bool
	Cut       bool
}

// Count is the column of the number of contributions.
const Count = "count"

// Check judges every cell of every table.
func Check(q Question, rows []Contribution, rules disclosure.Rules) ([]Cell, error) {
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrQuestion, err)
	}
	if err := q.validate(rows); err != nil {
		return nil, err
	}
	s := gather(&q, rows)
	open := s.published()
	verdicts := disclosure.Judge(s.table(open, true), rules)
	out := make([]Cell, 0, len(s.cells)*len(s.columns))
	place := map[int]int{}
	for i, cell := range open {
		place[cell] = i
	}
	found, err := s.audit(rules)
	if err != nil {
		return nil, err
	}
	for i, cell := range s.cells {
		for j, column := range s.columns {
			c := Cell{Table: cell.table, Key: cell.key, Column: column.name, Decision: Withheld}
			if at, is := place[i]; is {
				v := verdicts.Cells[at][j]
				c.Decision, c.Reasons = Pass, v.Reasons
				if !v.Released {
					c.Decision = Fail
				}
			} else if f, is := found[[2]int{i, j}]; is {
				c.Decision, c.Low, c.High, c.Insider, c.Cut = Found, f.Range.Low, f.Range.High, f.Knows >= 0, f.Cut
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// Safe reports whether nothing fails and nothing is found.
func Safe(cells []Cell) bool {
	for _, c := range cells {
		if c.Decision == Fail || c.Decision == Found {
			return false
		}
	}
	return true
}

// validate reports whether every list has its length, and every table its keys.
func (q *Question) validate(rows []Contribution) error {
	if len(q.Entities) == 0 || len(q.Tables) == 0 {
		return fmt.Errorf("%w: it names no entity or no table", ErrQuestion)
	}
	for _, t := range q.Tables {
		for i, k := range t {
			if k < 0 || k >= len(q.Keys) || i > 0 && k <= t[i-1] {
				return fmt.Errorf("%w: keys of a table", ErrQuestion)
			}
		}
	}
	for i, r := range rows {
		if len(r.Entities) != len(q.Entities) || len(r.Keys) != len(q.Keys) || len(r.Measures) != len(q.Measures) || len(r.Sensitive) != len(q.Sensitive) {
			return fmt.Errorf("%w: row %d", ErrQuestion, i+1)
		}
	}
	return nil
}
