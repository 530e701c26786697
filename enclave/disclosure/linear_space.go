package disclosure

import "slices"

// budget bounds the elementary steps of one space; a search that needs more is cut short, and what is asked is withheld.
const budget = 200_000_000

// space is the row space of what was released, in reduced row echelon form, with the vectors that must stay outside it. Coordinates
// are ordered so that those that decide come first: a row whose pivot lies behind the first n coordinates is zero on all of them. The form
// of a space is one only, in whatever order its vectors came.
type space struct {
	rows  []vector
	pivot []int    // by coordinate: the row whose pivot it is, from 1; 0 for none
	kept  []vector // residues of the vectors that must stay undetermined; empty: determined
	steps int
	dense []scratch // of sum, clean between its calls
	// holders lists, by coordinate that is no pivot, who may not be zero there: kept vectors first, then rows. Some are zero by now, and
	// some are listed twice. filled are the coordinates in the order in which somebody was listed, for undo.
	holders [][]int
	filled  []int
}

// scratch is one coordinate of a sum while it is added up.
type scratch struct {
	value   uint64
	touched bool
}

func newSpace(kept []vector) *space {
	s := &space{kept: kept}
	for i, v := range kept {
		for _, t := range v {
			s.hold(i, t.at)
		}
	}
	s.settle()
	return s
}

// hold lists a holder of a coordinate.
func (s *space) hold(who, at int) {
	if at >= len(s.holders) {
		s.holders = append(s.holders, make([][]int, at+1-len(s.holders))...)
	}
	s.holders[at], s.filled = append(s.holders[at], who), append(s.filled, at)
}

// holding are those that are not zero at a coordinate, in order. Where the list has grown longer than there are any, all are looked at.
func (s *space) holding(at int) []int {
	var out []int
	all := len(s.kept) + len(s.rows)
	if at >= len(s.holders) {
		return nil
	}
	if len(s.holders[at]) > all {
		for who := range all {
			if s.of(who).value(at) != 0 {
				out = append(out, who)
			}
		}
		return out
	}
	for _, who := range s.holders[at] {
		if who < all && s.of(who).value(at) != 0 {
			out = append(out, who)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// of is a holder's vector.
func (s *space) of(who int) vector {
	if who < len(s.kept) {
		return s.kept[who]
	}
	return s.rows[who-len(s.kept)]
}

func (s *space) set(who int, v vector) {
	if who < len(s.kept) {
		s.kept[who] = v
		return
	}
	s.rows[who-len(s.kept)] = v
}

// eliminate takes a row off a holder, as often as makes it zero at the row's pivot.
func (s *space) eliminate(who int, r vector) {
	v := s.of(who)
	c := minus(v.value(r[0].at))
	s.steps += len(v) + len(r)
	out := make(vector, 0, len(v)+len(r)-2)
	i, j := 0, 0
	for j < len(r) {
		at := r[j].at
		for i < len(v) && v[i].at < at {
			out, i = append(out, v[i]), i+1
		}
		x := times(c, r[j].value)
		if i < len(v) && v[i].at == at {
			x, i = plus(x, v[i].value), i+1
		} else {
			s.hold(who, at)
		}
		if x != 0 {
			out = append(out, term{at, x})
		}
		j++
	}
	s.set(who, append(out, v[i:]...))
}

// cut reports whether the budget is used up.
func (s *space) cut() bool { return s.steps > budget }

// reduce is what remains of a vector outside the space: empty exactly when the space contains it. Rows are zero at the pivots of others, so
// that each row is taken as often as the vector says at its pivot.
func (s *space) reduce(v vector) vector {
	var hits []term
	for _, t := range v {
		if t.at < len(s.pivot) && s.pivot[t.at] > 0 {
			hits = append(hits, term{s.pivot[t.at] - 1, minus(t.value)})
		}
	}
	if len(hits) > 2 {
		return s.sum(v, hits)
	}
	out := v
	for _, h := range hits {
		s.steps += len(out) + len(s.rows[h.at])
		out = out.combine(h.value, s.rows[h.at])
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

// add extends the space by a vector. What was added last is taken back first.
func (s *space) add(v vector) step {
	r := s.reduce(v)
	if len(r) == 0 || s.cut() {
		return step{pivot: -1, undo: func() {}}
	}
	r = r.scaled(inverse(r[0].value))
	out := step{pivot: r[0].at}
	type change struct {
		who    int
		before vector
	}
	var changes []change
	from := len(s.filled)
	for _, who := range s.holding(out.pivot) {
		changes = append(changes, change{who, s.of(who)})
		s.eliminate(who, r)
		if row := who - len(s.kept); row >= 0 {
			out.changed = append(out.changed, row)
		} else if len(s.kept[who]) == 0 {
			out.determined = append(out.determined, who)
		}
	}
	s.append(r)
	out.changed = append(out.changed, len(s.rows)-1)
	out.undo = func() {
		s.rows, s.pivot[out.pivot] = s.rows[:len(s.rows)-1], 0
		for _, c := range changes {
			s.set(c.who, c.before)
		}
		for _, at := range s.filled[from:] {
			s.holders[at] = s.holders[at][:len(s.holders[at])-1]
		}
		s.filled = s.filled[:from]
	}
	return out
}

// append takes over a reduced row.
func (s *space) append(r vector) {
	for _, t := range r[1:] {
		s.hold(len(s.kept)+len(s.rows), t.at)
	}
	s.rows = append(s.rows, r)
	if at := r[0].at; at >= len(s.pivot) {
		s.pivot = append(s.pivot, make([]int, at+1-len(s.pivot))...)
	}
	s.pivot[r[0].at] = len(s.rows)
}

// extend adds vectors for good, the shortest first: fewer of the rows grow long on the way.
func (s *space) extend(all []vector) {
	slices.SortStableFunc(all, func(a, b vector) int { return len(a) - len(b) })
	for _, v := range all {
		if step := s.add(v); step.pivot >= 0 && step.pivot < len(s.holders) {
			s.holders[step.pivot] = nil // nobody will be
		}
		s.settle()
	}
}

// settle makes what was added so far stay: it is not taken back any more.
func (s *space) settle() { s.filled = s.filled[:0] }

// linked are the rows between, as above, that share a coordinate with the row of a pivot, or with another linked one. The other rows are of
// other coordinates.
func (s *space) linked(pivot, from, to int) []vector {
	taken := map[int]bool{s.pivot[pivot] - 1: true}
	next := []int{s.pivot[pivot] - 1}
	seen := map[int]bool{}
	var out []vector
	for len(next) > 0 {
		row := s.rows[next[len(next)-1]].cut(to)
		next, out = next[:len(next)-1], append(out, row)
		for _, t := range row[1:] {
			if seen[t.at] {
				continue
			}
			seen[t.at] = true
			for _, who := range s.holding(t.at) {
				i := who - len(s.kept)
				if i >= 0 && !taken[i] && s.rows[i][0].at >= from && s.rows[i][0].at < to {
					taken[i], next = true, append(next, i)
				}
			}
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
		out = append(out, row.cut(to))
	}
	return out
}
