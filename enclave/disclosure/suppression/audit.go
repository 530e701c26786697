// Package suppression owns the question whether the withheld cells of published tables can be found again: from totals, by elimination and
// by exact ranges, by an outsider or by the one entity that is a cell. It knows tables of numbers, and nothing of how they were made.
package suppression

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"yumen/enclave/disclosure/interval"
)

// ErrTable says that the numbers of a table do not fit together.
var ErrTable = errors.New("suppression: the cells do not add up to their totals")

// Cell is one cell of the tables.
type Cell struct {
	Value     *big.Rat // nil where it is not known, which a withheld cell may be
	Low, High *big.Rat // what everybody knows of it beforehand, nil for nothing
	Whole     bool     // a count
	Withheld  bool
	// Need is how far the range of a withheld cell must reach beyond its value to both sides: zero, so that it is not a single number;
	// nil, where the cell needs no protection itself.
	Need *big.Rat
	// Single says that the cell is one entity, which knows it.
	Single bool
	// Weight is how much is lost when the cell is withheld as well: its entities.
	Weight int64
}

// Relation says that one cell is the sum of others.
type Relation struct {
	Total int
	Parts []int
}

// Outsider is the Knows of a finding that takes no inside knowledge.
const Outsider = -1

// Finding is a withheld cell that is not protected.
type Finding struct {
	Cell  int
	Range interval.Range
	Knows int  // the cell of the single entity that finds it, or Outsider
	Cut   bool // the search was cut short: nothing is proven
}

// Audit looks for every withheld cell that needs protection and lacks it, in order of cells, outsiders first; one finding a cell.
func Audit(cells []Cell, relations []Relation, effort *interval.Effort) ([]Finding, error) {
	outside, err := solver(cells, relations, Outsider)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for i, c := range cells {
		if !c.Withheld || c.Need == nil {
			continue
		}
		f, safe, err := judge(outside, c, i, Outsider, effort)
		if err != nil {
			return nil, err
		}
		if !safe {
			out = append(out, f)
		}
	}
	for knows, known := range cells {
		if !known.Withheld || !known.Single || known.Value == nil {
			continue
		}
		more, err := insider(cells, relations, knows, out, effort)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return a.Cell - b.Cell })
	return out, nil
}

// insider lets one entity use what it knows of its own cell. That it comes nearer to a total it is part of is what everybody does: a cell is
// found when it is a single number.
func insider(cells []Cell, relations []Relation, knows int, found []Finding, effort *interval.Effort) ([]Finding, error) {
	inside, err := solver(cells, relations, knows)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for i, c := range cells {
		if i == knows || !c.Withheld || c.Need == nil || slices.ContainsFunc(found, func(f Finding) bool { return f.Cell == i }) {
			continue
		}
		c.Need = new(big.Rat)
		f, safe, err := judge(inside, c, i, knows, effort)
		if err != nil {
			return nil, err
		}
		if !safe {
			out = append(out, f)
		}
	}
	return out, nil
}

// judge asks for the range of one cell.
func judge(s *interval.Solver, c Cell, at, knows int, effort *interval.Effort) (Finding, bool, error) {
	r, err := s.Range([]interval.Term{{At: at, Times: 1}}, effort)
	switch {
	case errors.Is(err, interval.ErrCut):
		return Finding{Cell: at, Knows: knows, Cut: true}, false, nil
	case err != nil:
		return Finding{}, false, fmt.Errorf("%w: %w", ErrTable, err)
	}
	return Finding{Cell: at, Range: r, Knows: knows}, wide(r, c.Value, c.Need), nil
}

// wide reports whether a range protects a value.
func wide(r interval.Range, value, need *big.Rat) bool {
	if r.Point() {
		return false
	}
	if value == nil || need.Sign() == 0 {
		return true
	}
	above := r.High == nil || new(big.Rat).Sub(r.High, value).Cmp(need) >= 0
	below := r.Low == nil || new(big.Rat).Sub(value, r.Low).Cmp(need) >= 0
	return above && below
}

// Range is what an outsider, or the single entity of a cell, can conclude about a withheld cell.
func Range(cells []Cell, relations []Relation, cell, knows int, effort *interval.Effort) (interval.Range, error) {
	s, err := solver(cells, relations, knows)
	if err != nil {
		return interval.Range{}, err
	}
	return s.Range([]interval.Term{{At: cell, Times: 1}}, effort)
}

// solver writes what is known as a system: the published cells, the totals, and one cell more for whoever is it.
func solver(cells []Cell, relations []Relation, knows int) (*interval.Solver, error) {
	var s interval.System
	for i, c := range cells {
		u := interval.Unknown{Low: c.Low, High: c.High, Whole: c.Whole}
		if !c.Withheld || i == knows {
			if c.Value == nil {
				return nil, fmt.Errorf("%w: a published cell without a value", ErrTable)
			}
			u.Low, u.High = c.Value, c.Value
		}
		s.Unknowns = append(s.Unknowns, u)
	}
	for _, r := range relations {
		e := interval.Equation{Terms: []interval.Term{{At: r.Total, Times: -1}}, Value: new(big.Rat)}
		for _, p := range r.Parts {
			e.Terms = append(e.Terms, interval.Term{At: p, Times: 1})
		}
		s.Equations = append(s.Equations, e)
	}
	v, err := interval.New(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTable, err)
	}
	return v, nil
}
