package disclosure_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
)

// ledger is a tiny world: rows, each with its entity, and the cells that were answered or withheld.
type ledger struct {
	owner    []int // of each row
	released [][]bool
	withheld [][]bool
}

// atoms are the rows with equal membership in all cells.
func (l *ledger) atoms(cells [][]bool) (of []int, rows [][]int) {
	index := map[string]int{}
	for r := range l.owner {
		var label []byte
		for _, c := range cells {
			label = fmt.Append(label, c[r])
		}
		i, have := index[string(label)]
		if !have {
			i, rows = len(rows), append(rows, nil)
			index[string(label)] = i
		}
		rows[i], of = append(rows[i], r), append(of, i)
	}
	return of, rows
}

// table is a response whose cells pass every other rule, one row each; those with fewer than k entities do not.
func (l *ledger) table(cells [][]bool, single bool) *disclosure.Table {
	all := append(append(append([][]bool{}, l.released...), l.withheld...), cells...)
	of, rows := l.atoms(all)
	c := disclosure.Class{Columns: []int{0}, Single: []bool{single}}
	for _, in := range rows {
		seen := map[int]bool{}
		var members []int64
		for _, r := range in {
			if !seen[l.owner[r]] {
				seen[l.owner[r]], members = true, append(members, int64(l.owner[r]))
			}
		}
		c.Atoms = append(c.Atoms, disclosure.Atom{Entities: []int64{int64(len(members))}, Members: [][]int64{members}})
	}
	t := &disclosure.Table{References: []string{"r"}, Columns: []disclosure.Column{{}}}
	for i, cell := range all {
		v := disclosure.Vector{Role: disclosure.RoleEarlier, References: []int{0}}
		held := make([]bool, len(c.Atoms))
		for r, in := range cell {
			held[of[r]] = held[of[r]] || in
		}
		for a, in := range held {
			if in {
				v.Atoms = append(v.Atoms, a)
			}
		}
		if at := i - len(l.released) - len(l.withheld); at >= 0 {
			v.Role, v.Place = disclosure.RoleCell, disclosure.Place{Row: at}
			t.Rows = append(t.Rows, disclosure.Row{Groups: []disclosure.Group{{Entities: []int64{int64(l.size(cell))}}}, Cells: []disclosure.Cell{{Value: "1"}}})
		} else if i >= len(l.released) {
			v.Role = disclosure.RoleWithheld
		}
		c.Vectors = append(c.Vectors, v)
	}
	t.Linear = []disclosure.Class{c}
	return t
}

// size counts the entities of a cell.
func (l *ledger) size(cell []bool) int {
	seen := map[int]bool{}
	for r, in := range cell {
		if in {
			seen[l.owner[r]] = true
		}
	}
	return len(seen)
}

// rank is that of cells over the rationals, without the rows of some entities.
func (l *ledger) rank(cells [][]bool, out map[int]bool) int {
	var m [][]*big.Rat
	for _, c := range cells {
		var row []*big.Rat
		for r, in := range c {
			if x := big.NewRat(0, 1); !out[l.owner[r]] {
				if in {
					x.SetInt64(1)
				}
				row = append(row, x)
			}
		}
		m = append(m, row)
	}
	n := 0
	for c := 0; len(m) > 0 && c < len(m[0]); c++ {
		p := n
		for p < len(m) && m[p][c].Sign() == 0 {
			p++
		}
		if p == len(m) {
			continue
		}
		m[n], m[p] = m[p], m[n]
		for i := n + 1; i < len(m); i++ {
			f := new(big.Rat).Quo(m[i][c], m[n][c])
			for j := c; j < len(m[i]); j++ {
				m[i][j] = new(big.Rat).Sub(m[i][j], new(big.Rat).Mul(f, m[n][j]))
			}
		}
		n++
	}
	return n
}

// solves reports whether an attacker finds a combination of 1 to k−1 entities, or a withheld cell, in the cells.
func (l *ledger) solves(cells [][]bool, k int) bool {
	full := l.rank(cells, nil)
	for _, w := range l.withheld {
		if l.rank(append(append([][]bool{}, cells...), w), nil) == full {
			return true
		}
	}
	entities := 0
	for _, o := range l.owner {
		entities = max(entities, o+1)
	}
	var try func(from int, out map[int]bool) bool
	try = func(from int, out map[int]bool) bool {
		for e := from; e < entities; e++ {
			out[e] = true
			if l.rank(cells, out) < full || len(out) < k-1 && try(e+1, out) {
				return true
			}
			delete(out, e)
		}
		return false
	}
	return k > 1 && try(0, map[int]bool{})
}

// family is a random partition of a random box: a total, a few parts, or overlapping ones one at a time.
func (l *ledger) family(rng *rand.Rand) [][]bool {
	parts, density := 1+rng.IntN(4), 1+rng.IntN(4)
	out := make([][]bool, parts)
	for i := range out {
		out[i] = make([]bool, len(l.owner))
	}
	for r := range l.owner {
		if density == 4 || rng.IntN(4) < density+1 {
			out[rng.IntN(parts)][r] = true
		}
	}
	return out
}

// TestAudit lets an attacker solve everything that was released, over single entities and exactly. Nothing of 1 to k−1 entities and no
// withheld cell may follow; and what is withheld by the audit would have let it follow.
func TestAudit(t *testing.T) {
	released, withheld := 0, 0
	for seed := range 400 {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		l := &ledger{}
		single := seed%2 == 0
		for i := range 4 + rng.IntN(9) {
			o := i
			if !single {
				o = rng.IntN(7)
			}
			l.owner = append(l.owner, o)
		}
		k := 2 + rng.IntN(3)
		for range 5 {
			cells := l.family(rng)
			table := l.table(cells, single)
			verdicts := disclosure.Judge(table, disclosure.Rules{K: int64(k)})
			var small [][]bool
			for i, c := range cells {
				if l.size(c) > 0 && l.size(c) < k {
					small = append(small, c)
				}
				require.Equal(t, l.size(c) < k, !verdicts.Cells[i][0].Released && verdicts.Cells[i][0].Reasons[0] != disclosure.ReasonLinear)
			}
			l.withheld = append(l.withheld, small...)
			asked := append(slices.Clone(l.released), slices.DeleteFunc(slices.Clone(cells), func(c []bool) bool { return l.size(c) < k })...)
			for i, c := range cells {
				v := verdicts.Cells[i][0]
				switch {
				case v.Released:
					l.released = append(l.released, c)
					released++
				case v.Reasons[0] == disclosure.ReasonLinear:
					withheld++
					with := append(append([][]bool{}, l.released...), c)
					require.True(t, l.solves(with, k) || single && l.pinned(t, asked), "world %d", seed)
				}
			}
			require.False(t, l.solves(l.released, k), "world %d", seed)
			require.False(t, single && l.pinned(t, l.released), "world %d", seed)
		}
	}
	t.Logf("%d released, %d withheld", released, withheld)
	require.Greater(t, released, 100)
	require.Greater(t, withheld, 100)
}

// classed is a response of two cells in a class of five atoms: large, large, small, small, large.
func classed(vectors ...disclosure.Vector) *disclosure.Table {
	c := disclosure.Class{Kind: disclosure.Amount, Columns: []int{1}, Single: []bool{true}}
	for _, totals := range [][]int64{{5, 6, 7, 8, 9}, {5, 6, 7, 8, 9}, {3}, {4, 1}, {900, 50, 1, 1, 1, 1}} {
		a := disclosure.Atom{Entities: []int64{int64(len(totals))}, Totals: []disclosure.Concentration{spread(totals...)}, Sums: []*big.Rat{new(big.Rat)}}
		for _, x := range totals {
			a.Sums[0].Add(a.Sums[0], big.NewRat(x, 1))
		}
		c.Atoms = append(c.Atoms, a)
	}
	for i := range vectors {
		vectors[i].References = []int{0}
	}
	c.Vectors = vectors
	t := safe()
	t.References = []string{"person"}
	t.Rows[0].Groups[0].Entities = []int64{20}
	t.Rows[0].Groups[0].Differences = nil
	t.Rows[0].Cells[1].Totals = t.Rows[0].Cells[1].Totals[:1]
	t.Linear = []disclosure.Class{c}
	return t
}

// TestLinear: what falls on a cell alone, and what on all cells of its row and set.
func TestLinear(t *testing.T) {
	linear := disclosure.Verdict{Reasons: []disclosure.Reason{disclosure.ReasonLinear}}
	out := disclosure.Verdict{Released: true}
	before := func(atoms ...int) disclosure.Vector {
		return disclosure.Vector{Role: disclosure.RoleEarlier, Atoms: atoms}
	}
	now := func(atoms ...int) disclosure.Vector {
		return disclosure.Vector{Role: disclosure.RoleCell, Place: disclosure.Place{Column: 1}, Atoms: atoms}
	}
	held := func(atoms ...int) disclosure.Vector {
		return disclosure.Vector{Role: disclosure.RoleWithheld, Atoms: atoms}
	}
	part := func(atoms ...int) disclosure.Vector {
		return disclosure.Vector{Role: disclosure.RolePart, Atoms: atoms}
	}
	tests := []struct {
		name  string
		given []disclosure.Vector
		want  [2]disclosure.Verdict // count, which has no class, and sum
	}{
		{"alone", []disclosure.Vector{now(0, 1)}, [2]disclosure.Verdict{out, out}},
		{"parts and total", []disclosure.Vector{before(0), before(1), now(0, 1, 2)}, [2]disclosure.Verdict{linear, linear}},
		{"two small atoms are small still", []disclosure.Vector{before(0), before(1), now(0, 1, 2, 3)}, [2]disclosure.Verdict{linear, linear}},
		{"a small one by three equations", []disclosure.Vector{before(0, 2), before(1, 2), now(0, 1)}, [2]disclosure.Verdict{linear, linear}},
		{"a large part", []disclosure.Vector{before(0, 2), now(0, 1, 2)}, [2]disclosure.Verdict{out, out}},
		{"a withheld cell", []disclosure.Vector{before(0, 2), held(1), now(0, 1, 2)}, [2]disclosure.Verdict{linear, linear}},
		{"a withheld cell that was solved before", []disclosure.Vector{before(0, 2), held(1), before(0, 1, 2), now(0, 1, 2, 4)}, [2]disclosure.Verdict{out, linear}},
		{"a withheld cell that is dominated", []disclosure.Vector{before(0), held(4), now(0, 4)}, [2]disclosure.Verdict{out, linear}},
		{"a dominated part", []disclosure.Vector{before(0), before(1), now(0, 1, 4)}, [2]disclosure.Verdict{out, linear}},
		{"a dominated part left out before", []disclosure.Vector{before(0), before(1, 2), part(2, 4), now(0, 1, 2, 4)}, [2]disclosure.Verdict{out, linear}},
		{"a part left out before that passes", []disclosure.Vector{before(0), part(1, 2), now(0, 1, 2)}, [2]disclosure.Verdict{out, out}},
		{"the same cell again", []disclosure.Vector{before(0), before(0, 2), now(0, 2)}, [2]disclosure.Verdict{out, out}},
		{"no vector", []disclosure.Vector{before(0)}, [2]disclosure.Verdict{linear, linear}},
		{"a place that is none", []disclosure.Vector{{Role: disclosure.RoleCell, Place: disclosure.Place{Row: 3}, Atoms: []int{0}}, now(0)}, [2]disclosure.Verdict{linear, linear}},
		{"atoms out of order", []disclosure.Vector{now(1, 0)}, [2]disclosure.Verdict{linear, linear}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := classed(tt.given...)
			got := disclosure.Judge(table, disclosure.Rules{K: 4, Dominance: []disclosure.Dominance{{N: 2, Percent: 90}}}).Cells[0]
			require.Equal(t, tt.want[:], got)
		})
	}
	t.Run("unknown", func(t *testing.T) {
		table := classed(now(0, 1))
		table.Linear[0].Unknown = true
		require.Equal(t, []disclosure.Verdict{linear, linear}, disclosure.Judge(table, grade2).Cells[0])
	})
	t.Run("entities of several atoms that nobody numbered", func(t *testing.T) {
		table := classed(before(0), now(0, 2, 3))
		table.Linear[0].Single[0] = false
		require.Equal(t, []disclosure.Verdict{linear, linear}, disclosure.Judge(table, disclosure.Rules{K: 3}).Cells[0])
	})
}
