package disclosure_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
)

// several is a response of rows whose sums, and where asked counts, are in one class each. Row i holds the atoms of cells[i]; dominated rows
// are withheld by their own totals.
func several(given []disclosure.Vector, cells [][]int, dominated ...int) *disclosure.Table {
	t := classed(given...)
	row := t.Rows[0]
	t.Rows = nil
	for i, atoms := range cells {
		r := row
		r.Cells = append([]disclosure.Cell{}, row.Cells...)
		t.Rows = append(t.Rows, r)
		t.Linear[0].Vectors = append(t.Linear[0].Vectors, disclosure.Vector{Role: disclosure.RoleCell, Place: disclosure.Place{Row: i, Column: 1},
			Atoms: atoms, References: []int{0}})
	}
	for _, i := range dominated {
		t.Rows[i].Cells[1].Totals = []disclosure.Concentration{spread(900, 50, 1, 1, 1, 1)}
	}
	more := func(totals ...int64) {
		a := disclosure.Atom{Entities: []int64{int64(len(totals))}, Totals: []disclosure.Concentration{spread(totals...)}, Sums: []*big.Rat{new(big.Rat)}}
		for _, x := range totals {
			a.Sums[0].Add(a.Sums[0], big.NewRat(x, 1))
		}
		t.Linear[0].Atoms = append(t.Linear[0].Atoms, a)
	}
	more(5, 6, 7, 8, 9)
	more(7, 7, 7, 7, 7)
	return t
}

func TestLinearTogether(t *testing.T) {
	rules := disclosure.Rules{K: 4, Dominance: []disclosure.Dominance{{N: 2, Percent: 90}}, Homogeneity: true, HomogeneityShare: 90}
	before := func(atoms ...int) disclosure.Vector {
		return disclosure.Vector{Role: disclosure.RoleEarlier, Atoms: atoms}
	}
	part := func(atoms ...int) disclosure.Vector {
		return disclosure.Vector{Role: disclosure.RolePart, Atoms: atoms}
	}
	sums := func(table *disclosure.Table) (out []bool) {
		for _, row := range disclosure.Judge(table, rules).Cells {
			out = append(out, row[1].Released)
		}
		return out
	}
	// Atoms 0, 4, 1 and 5 in a ring: none is solved, and what 4 and 1 make together follows from the other three.
	require.Equal(t, []bool{true}, sums(several([]disclosure.Vector{before(0, 4), before(1, 5)}, [][]int{{0, 5}})))
	require.Equal(t, []bool{false}, sums(several([]disclosure.Vector{before(0, 4), before(1, 5), part(1, 4)}, [][]int{{0, 5}})), "left out before")
	require.Equal(t, []bool{false, false, false},
		sums(several([]disclosure.Vector{before(0, 4), before(1, 5)}, [][]int{{4}, {1}, {0, 5}}, 0, 1)), "withheld here")
	require.Equal(t, []bool{false, false}, sums(several([]disclosure.Vector{before(0)}, [][]int{{1}, {0, 1}}, 0)), "a withheld cell of this response")
	require.Equal(t, []bool{false}, sums(several([]disclosure.Vector{before(0)}, [][]int{{0, 6}})), "a part whose entities are alike")
	require.Equal(t, []bool{true}, sums(several([]disclosure.Vector{before(0)}, [][]int{{0, 5}})))

	t.Run("entities in several atoms", func(t *testing.T) {
		bound := func(given []disclosure.Vector, cells [][]int) *disclosure.Table {
			table := several(given, cells)
			table.Linear[0].Single[0] = false
			table.Linear[0].Atoms[1].Sums[0].Neg(table.Linear[0].Atoms[0].Sums[0])
			return table
		}
		require.Equal(t, []bool{true}, sums(bound(nil, [][]int{{0, 1}})), "a cell was judged on exact totals")
		require.Equal(t, []bool{false}, sums(bound([]disclosure.Vector{before(5)}, [][]int{{0, 1, 5}})), "a part whose total may be small")
	})
	t.Run("what falls together leaves nothing behind", func(t *testing.T) {
		table := several([]disclosure.Vector{before(0)}, [][]int{{0, 2}, {0, 1}})
		counts := table.Linear[0]
		counts.Kind, counts.Columns = disclosure.Count, []int{0}
		counts.Vectors = []disclosure.Vector{
			{Role: disclosure.RoleCell, Place: disclosure.Place{}, Atoms: []int{0, 1, 2}, References: []int{0}},
			{Role: disclosure.RoleCell, Place: disclosure.Place{Row: 1}, Atoms: []int{0, 1}, References: []int{0}},
		}
		table.Linear = append(table.Linear, counts)
		got := disclosure.Judge(table, rules).Cells
		require.False(t, got[0][0].Released)
		require.True(t, got[1][0].Released, "the count of the first row was taken back")
	})
}

// TestLinearKept: a cell that keeps the value of an earlier load is known where nobody changed. Where a few did, its value of now must not
// be found, nor what it would betray if it were known.
func TestLinearKept(t *testing.T) {
	rules := disclosure.Rules{K: 4}
	before := func(atoms ...int) disclosure.Vector {
		return disclosure.Vector{Role: disclosure.RoleEarlier, Atoms: atoms}
	}
	kept := func(atoms ...int) disclosure.Vector {
		return disclosure.Vector{Role: disclosure.RoleKept, Atoms: atoms}
	}
	// A total and its two parts, of which the first is kept.
	for changed, want := range map[int64]bool{0: true, 1: false, 3: false} {
		table := several([]disclosure.Vector{before(0, 1)}, [][]int{{0}, {1}})
		table.Rows[0].Cells[1].Before = []disclosure.Before{{Value: "9", Changed: disclosure.Difference{Against: disclosure.AgainstEarlier, Entities: []int64{changed}}}}
		v := disclosure.Judge(table, rules)
		require.Equal(t, disclosure.Verdict{Kept: 1}, v.Cells[0][1])
		require.Equal(t, want, v.Cells[1][1].Released, "%d changed", changed)
		require.Equal(t, want, v.Cells[1][0].Released, "cells of one row and box fall together")
		require.Equal(t, []bool{false, changed == 0}, v.Released(table)[0].Same)
	}
	one := func(given []disclosure.Vector, cell ...int) bool {
		return disclosure.Judge(several(given, [][]int{cell}), rules).Cells[0][1].Released
	}
	require.False(t, one([]disclosure.Vector{before(0), kept(1)}, 0, 1), "what was kept is found")
	require.True(t, one([]disclosure.Vector{before(0), kept(1)}, 0, 1, 5), "it stays unknown")
	require.False(t, one([]disclosure.Vector{before(0), kept(1)}, 0, 1, 2), "two small things: who changed in what was kept, and one more")
	require.True(t, one([]disclosure.Vector{before(0)}, 0, 1, 5))
}

// TestLinearTimes: answers in which an entity is added several times are of the same unknowns.
func TestLinearTimes(t *testing.T) {
	rules := disclosure.Rules{K: 4}
	one := func(times []int64, given ...disclosure.Vector) bool {
		table := several(given, [][]int{{0, 1, 2}})
		vectors := table.Linear[0].Vectors
		vectors[len(vectors)-1].Times = times
		return disclosure.Judge(table, rules).Cells[0][1].Released
	}
	before := disclosure.Vector{Role: disclosure.RoleEarlier, Atoms: []int{0, 1}}
	require.False(t, one(nil, before))
	require.False(t, one([]int64{2, 2, 2}, before), "twice the earlier answer, and one more")
	require.True(t, one([]int64{2, 3, 2}, before), "no multiple cancels")
	require.False(t, one([]int64{1, 1}, before), "a list that does not fit")
	require.False(t, one([]int64{1, 1, 0}, before))
}
