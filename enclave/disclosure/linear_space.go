package disclosure

import (
	"maps"
	"slices"
)

// budget bounds the elementary steps of one space; a search that needs more is cut short, and what is asked is withheld.
const budget = 200_000_000

// space is the row space of what was released, in reduced row echelon form, with the vectors that must stay outside it. Coordinates
// are ordered so that those that decide come first: a row whose pivot lies behind the first n coordinates is zero on all of them.
type space struct {
	rows  []vector
	pivot map[int]int // coordinate -> row
	kept  []vector    // residues of the vectors that must stay undetermined; empty: determined
	steps int
	dense []scratch // of sum, clean between its calls
}

// scratch is one coordinate of a sum while it is added up.
type scratch struct {
	value   uint64
	touched bool
}

func newSpace(kept []vector) *space {
	return &space{pivot: map[int]int{}, kept: kept}
}

func (s *space) combine(v vector, c uint64, o vector) vector {
	s.steps += len(v) + len(o)
	return v.combine(c, o)
}

// cut reports whether the budget is used up.
func (s *space) cut() bool { return s.steps > budget }

// reduce is what remains of a vector outside the space: empty exactly when the space contains it. Rows are zero at the pivots of others, so
// that each row is taken as often as the vector says at its pivot.
func (s *space) reduce(v vector) vector {
	var hits []term
	for _, t := range v {
		if i, have := s.pivot[t.at]; have {
			hits = append(hits, term{i, minus(t.value)})
		}
	}
	if len(hits) > 2 {
		return s.sum(v, hits)
	}
	out := v
	for _, h := range hits {
		out = s.combine(out, h.value, s.rows[h.at])
	}
	return out
}

// sum is v plus multiples of rows, added up coordinate by coordinate.
func (s *space) sum(v vector, hits []term) vector {
	var touched []int
	add := func(c uint64, o vector) {
		s.steps += len(o)
		if len(o) > 0 && o[len(o)-1].at >= len(s.dense) {
			s.dense = append(s.dense, make([]scratch, o[len(o)-1].at+1-len(s.dense))...)
		}
		for _, t := range o {
			x := &s.dense[t.at]
			if !x.touched {
				x.touched, touched = true, append(touched, t.at)
			}
			x.value = plus(x.value, times(c, t.value))
		}
	}
	add(1, v)
	for _, h := range hits {
		if add(h.value, s.rows[h.at]); s.cut() {
			break
		}
	}
	slices.Sort(touched)
	out := make(vector, 0, len(touched))
	for _, at := range touched {
		if x := s.dense[at].value; x != 0 {
			out = append(out, term{at, x})
		}
		s.dense[at] = scratch{}
	}
	return out
}

// step is what adding a vector changed.
type step struct {
	pivot      int   // of the new row, or -1 when the space has the vector already
	changed    []int // rows with another value now, the new one included
	determined []int // vectors that must stay undetermined and did not
	undo       func()
}

// add extends the space by a vector.
func (s *space) add(v vector) step {
	r := s.reduce(v)
	if len(r) == 0 || s.cut() {
		return step{pivot: -1, undo: func() {}}
	}
	r = r.scaled(inverse(r[0].value))
	out := step{pivot: r[0].at}
	rows, kept := map[int]vector{}, map[int]vector{}
	for i, row := range s.rows {
		if c := row.value(out.pivot); c != 0 {
			rows[i] = row
			s.rows[i] = s.combine(row, minus(c), r)
			out.changed = append(out.changed, i)
		}
	}
	for i, w := range s.kept {
		if c := w.value(out.pivot); c != 0 {
			kept[i] = w
			s.kept[i] = s.combine(w, minus(c), r)
			if len(s.kept[i]) == 0 {
				out.determined = append(out.determined, i)
			}
		}
	}
	s.rows = append(s.rows, r)
	s.pivot[out.pivot] = len(s.rows) - 1
	out.changed = append(out.changed, len(s.rows)-1)
	out.undo = func() {
		s.rows = s.rows[:len(s.rows)-1]
		delete(s.pivot, out.pivot)
		for i := range maps.Keys(rows) {
			s.rows[i] = rows[i]
		}
		for i := range maps.Keys(kept) {
			s.kept[i] = kept[i]
		}
	}
	return out
}

// between are the rows with a pivot in [from, to), cut to the coordinates before to: a basis of what the space knows of them alone.
func (s *space) between(from, to int) []vector {
	var out []vector
	for _, row := range s.rows {
		if row[0].at < from || row[0].at >= to {
			continue
		}
		end := len(row)
		for end > 0 && row[end-1].at >= to {
			end--
		}
		out = append(out, row[:end])
	}
	return out
}
