package disclosure

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// plain is the space as it is defined: every row and every kept vector is looked at for each vector that is added. It is what the space that
// answers are judged by must agree with.
type plain struct{ rows, kept []vector }

// add extends it by a vector and says what changed: the pivot, or −1; the pivots of the rows that have another value; the kept vectors that
// are determined now.
func (p *plain) add(v vector) (pivot int, changed, determined []int) {
	for _, row := range p.rows {
		if c := v.value(row[0].at); c != 0 {
			v = v.combine(minus(c), row)
		}
	}
	if len(v) == 0 {
		return -1, nil, nil
	}
	v = v.scaled(inverse(v[0].value))
	pivot = v[0].at
	for i, row := range p.rows {
		if c := row.value(pivot); c != 0 {
			p.rows[i], changed = row.combine(minus(c), v), append(changed, row[0].at)
		}
	}
	for i, w := range p.kept {
		if c := w.value(pivot); c != 0 {
			if p.kept[i] = w.combine(minus(c), v); len(p.kept[i]) == 0 {
				determined = append(determined, i)
			}
		}
	}
	p.rows = append(p.rows, v)
	slices.SortFunc(p.rows, func(a, b vector) int { return a[0].at - b[0].at })
	changed = append(changed, pivot)
	slices.Sort(changed)
	return pivot, changed, determined
}

// linked are the parts before a coordinate of the rows with a pivot from another one on, as far as they have to do with the row of a pivot.
func (p *plain) linked(pivot, from, to int) []vector {
	reached := map[int]bool{pivot: true}
	taken := map[int]bool{}
	for grown := true; grown; {
		grown = false
		for i, row := range p.rows {
			if taken[i] || row[0].at < from || row[0].at >= to || !slices.ContainsFunc(row, func(t term) bool { return reached[t.at] && t.at < to }) {
				continue
			}
			taken[i], grown = true, true
			for _, t := range row {
				reached[t.at] = true
			}
		}
	}
	var out []vector
	for i, row := range p.rows {
		if taken[i] {
			out = append(out, slices.DeleteFunc(slices.Clone(row), func(t term) bool { return t.at >= to }))
		}
	}
	return out
}

func (p *plain) copy() plain { return plain{slices.Clone(p.rows), slices.Clone(p.kept)} }

// hostile is a random vector of atoms: mostly zeros and ones of boxes, sometimes several times, sometimes what fractions leave.
func hostile(rng *rand.Rand, width int) vector {
	var out vector
	from, step := rng.IntN(width), 1+rng.IntN(4)
	if rng.IntN(3) == 0 {
		from, step = rng.IntN(3), 1
	}
	for at := from; at < width; at += step {
		if rng.IntN(8) == 0 {
			if rng.IntN(2) == 0 {
				break
			}
			continue
		}
		x := uint64(1)
		switch rng.IntN(20) {
		case 0:
			x = rng.Uint64N(prime)
		case 1:
			x = 2
		}
		if x != 0 {
			out = append(out, term{at, x})
		}
	}
	return out
}

// same requires that both are one space in one form.
func same(t *testing.T, s *space, p *plain) {
	t.Helper()
	rows := slices.Clone(s.rows)
	slices.SortFunc(rows, func(a, b vector) int { return a[0].at - b[0].at })
	require.Equal(t, len(p.rows), len(rows))
	for i := range rows {
		require.True(t, slices.Equal(p.rows[i], rows[i]), "row of %d", rows[i][0].at)
	}
	for i := range s.kept {
		require.True(t, slices.Equal(p.kept[i], s.kept[i]), "kept %d", i)
	}
}

// TestSpaceIsThePlainOne grows random systems, and takes back what was added last, beside the plain form.
func TestSpaceIsThePlainOne(t *testing.T) {
	follows, determines := 0, 0
	for seed := range 400 {
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		width := 2 + rng.IntN(30)
		var kept, first []vector
		for range rng.IntN(6) {
			kept = append(kept, hostile(rng, width))
		}
		for range rng.IntN(width) {
			first = append(first, hostile(rng, width))
		}
		p := &plain{kept: slices.Clone(kept)}
		s := newSpace(slices.Clone(kept))
		for _, v := range first {
			p.add(v)
		}
		s.extend(first)
		same(t, s, p)
		var undo []func()
		for range 3 * width {
			if len(undo) > 0 && rng.IntN(3) == 0 {
				undo[len(undo)-1]()
				undo = undo[:len(undo)-1]
				same(t, s, p)
				continue
			}
			if rng.IntN(10) == 0 {
				s.settle()
				undo = nil
			}
			v, before := hostile(rng, width), p.copy()
			pivot, changed, determined := p.add(v)
			step := s.add(v)
			require.Equal(t, pivot, step.pivot)
			require.Equal(t, determined, step.determined)
			var rows []int
			for _, i := range step.changed {
				rows = append(rows, s.rows[i][0].at)
			}
			slices.Sort(rows)
			require.Equal(t, changed, rows)
			if follows += min(0, pivot) * -1; len(determined) > 0 {
				determines++
			}
			same(t, s, p)
			undo = append(undo, func() { step.undo(); *p = before })
			if from := rng.IntN(width); pivot >= from {
				to := width - rng.IntN(width-pivot)
				near := s.linked(pivot, from, to)
				slices.SortFunc(near, func(a, b vector) int { return a[0].at - b[0].at })
				require.Equal(t, p.linked(pivot, from, to), near)
			}
		}
	}
	require.Greater(t, follows, 500)
	require.Greater(t, determines, 100)
}

// TestBasisIsThePlainOne: the short form finds the same vectors independent.
func TestBasisIsThePlainOne(t *testing.T) {
	for seed := range 300 {
		rng := rand.New(rand.NewPCG(uint64(seed), 12))
		width := 2 + rng.IntN(20)
		var b basis
		var p plain
		for range 2 * width {
			v := hostile(rng, width)
			pivot, _, _ := p.add(v)
			require.Equal(t, pivot >= 0, b.add(v))
			require.Len(t, b.rows, len(p.rows))
		}
	}
	b := basis{steps: budget + 1}
	require.False(t, b.add(ones(1)), "no budget is left")
}
