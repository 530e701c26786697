package disclosure

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestField(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2_000 {
		a, b, c := 1+rng.Uint64N(prime-1), rng.Uint64N(prime), rng.Uint64N(prime)
		require.EqualValues(t, 1, times(a, inverse(a)))
		require.Zero(t, plus(b, minus(b)))
		require.Equal(t, times(a, plus(b, c)), plus(times(a, b), times(a, c)))
		require.Less(t, times(a, b), uint64(prime))
	}
	require.EqualValues(t, 1, times(prime-1, prime-1))
}

func ones(at ...int) (out vector) {
	for _, i := range at {
		out = append(out, term{i, 1})
	}
	return out
}

// TestSpace: the rows stay in reduced form, what follows from them is found, and a step that is taken back leaves no trace.
func TestSpace(t *testing.T) {
	s := newSpace([]vector{ones(2), ones(0, 3)})
	require.Equal(t, 0, s.add(ones(0, 1, 2)).pivot)
	require.Equal(t, 3, s.add(ones(3)).pivot)
	before := append([]vector(nil), s.rows...)
	a := s.add(ones(0, 1))
	require.Equal(t, 2, a.pivot)
	require.Equal(t, []int{0}, a.determined)
	require.Equal(t, []int{0, 2}, a.changed)
	require.Equal(t, []vector{ones(0, 1), ones(3), ones(2)}, s.rows)
	require.Equal(t, -1, s.add(ones(0, 1, 2, 3)).pivot, "follows already")
	a.undo()
	require.Equal(t, before, s.rows)
	require.Equal(t, []vector{ones(2), {{1, prime - 1}, {2, prime - 1}}}, s.kept)
	require.Equal(t, []int{1}, s.add(ones(0)).determined)
	require.Equal(t, []int{0}, s.add(ones(1)).determined)
}

// TestBundles: columns that are multiples of each other stand or fall together.
func TestBundles(t *testing.T) {
	rows := []vector{{{0, 1}, {1, 2}, {2, 1}}, {{0, 3}, {1, 6}, {3, 5}}}
	require.Equal(t, [][]int{{0, 1}, {2}, {3}}, bundles(rows))
	require.Len(t, without(rows, 0), 1)
	require.Zero(t, without(rows, 0)[0].value(1))
	require.Equal(t, rows[1:], without(rows, 2)[:1])
	require.True(t, supported(rows, []int{0, 1, 2}))
	require.False(t, supported(rows, []int{0, 1}))
	require.True(t, supported(rows, []int{2, 3}))
}

// TestBudget: a search that is cut short withholds.
func TestBudget(t *testing.T) {
	c := &Class{Single: []bool{true}, Columns: []int{0}, Atoms: []Atom{{Entities: []int64{9}}, {Entities: []int64{9}}},
		Vectors: []Vector{{Role: RoleCell, Atoms: []int{0}, References: []int{0}}}}
	a := newAudit(c, Rules{K: 3}, c.Vectors)
	a.spaces[0].space.steps = budget + 1
	f, _ := a.with(Place{})
	require.Equal(t, faultGroup, f)
	f, _ = newAudit(c, Rules{K: 3}, c.Vectors).with(Place{})
	require.Equal(t, faultNone, f)
	f, _ = newAudit(c, Rules{K: 3}, c.Vectors).with(Place{Row: 1})
	require.Equal(t, faultGroup, f, "no vector")
	many, rng := &Class{Single: []bool{true}}, rand.New(rand.NewPCG(6, 7))
	rows := make([]vector, 8)
	for at := range 60 {
		many.Atoms = append(many.Atoms, Atom{Entities: []int64{1}})
		for i := range rows {
			rows[i] = append(rows[i], term{at, 1 + rng.Uint64N(prime-1)})
		}
	}
	b := newAudit(many, Rules{K: 6}, nil)
	for _, row := range rows {
		b.spaces[0].space.add(row)
	}
	require.True(t, b.enumerate(b.spaces[0], rows, bundles(rows)), "no small combination is there, and too many are to be tried")
	require.False(t, b.reachable(b.spaces[0]), "there are not: whoever is left out, the rest decides")
	require.False(t, newAudit(many, Rules{K: 2}, nil).enumerate(b.spaces[0], rows, bundles(rows)))
}
