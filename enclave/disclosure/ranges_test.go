package disclosure_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
	"yumen/enclave/disclosure/interval"
)

// pinned reports whether a withheld count is a single whole number to who knows that counts are not negative.
func (l *ledger) pinned(t *testing.T, cells [][]bool) bool {
	of, rows := l.atoms(append(append([][]bool{}, cells...), l.withheld...))
	var s interval.System
	for range rows {
		s.Unknowns = append(s.Unknowns, interval.Unknown{Low: new(big.Rat), Whole: true})
	}
	terms := func(cell []bool) (out []interval.Term) {
		in := map[int]bool{}
		for r := range cell {
			if cell[r] && !in[of[r]] {
				in[of[r]] = true
				out = append(out, interval.Term{At: of[r], Times: 1})
			}
		}
		return out
	}
	for _, c := range cells {
		s.Equations = append(s.Equations, interval.Equation{Terms: terms(c), Value: big.NewRat(int64(l.size(c)), 1)})
	}
	v, err := interval.New(s)
	require.NoError(t, err)
	for _, w := range l.withheld {
		r, err := v.Range(terms(w), interval.NewEffort(5_000_000))
		require.NoError(t, err)
		if r.Point() {
			return true
		}
	}
	return false
}

// crossing is a table of amounts, one atom a cell, in a class with declared bounds: its cells were withheld before, and this response asks
// for the sums of lines and of columns. Contributions of the entities stand in each cell.
type crossing struct {
	cells     [][][]int64
	low, high *big.Rat
}

func (x crossing) table() *disclosure.Table {
	c := disclosure.Class{Kind: disclosure.Amount, Columns: []int{0}, Single: []bool{true}, Low: x.low, High: x.high}
	t := &disclosure.Table{References: []string{"r"}, Columns: []disclosure.Column{{Kind: disclosure.Amount}}}
	at := 0
	lines, columns := make([][]int, len(x.cells)), make([][]int, len(x.cells[0]))
	for i, line := range x.cells {
		for j, totals := range line {
			a := disclosure.Atom{Entities: []int64{int64(len(totals))}, Totals: []disclosure.Concentration{spread(totals...)}, Sums: []*big.Rat{sumOfTotals(totals)}}
			c.Atoms = append(c.Atoms, a)
			c.Vectors = append(c.Vectors, disclosure.Vector{Role: disclosure.RoleWithheld, Atoms: []int{at}, References: []int{0}})
			lines[i], columns[j] = append(lines[i], at), append(columns[j], at)
			at++
		}
	}
	for _, atoms := range append(lines, columns...) {
		var all []int64
		for _, i := range atoms {
			all = append(all, x.cells[i/len(columns)][i%len(columns)]...)
		}
		c.Vectors = append(c.Vectors, disclosure.Vector{Role: disclosure.RoleCell, Place: disclosure.Place{Row: len(t.Rows)}, Atoms: atoms, References: []int{0}})
		t.Rows = append(t.Rows, disclosure.Row{Groups: []disclosure.Group{{Entities: []int64{int64(len(all))}}},
			Cells: []disclosure.Cell{{Value: sumOfTotals(all).RatString(), Totals: []disclosure.Concentration{spread(all...)}}}})
	}
	t.Linear = []disclosure.Class{c}
	return t
}

func sumOfTotals(in []int64) *big.Rat {
	out := new(big.Rat)
	for _, x := range in {
		out.Add(out, big.NewRat(x, 1))
	}
	return out
}

func leaving(v *disclosure.Verdicts) (out []int) {
	for i, row := range v.Cells {
		if row[0].Released {
			out = append(out, i)
		}
	}
	return out
}

// TestRangesOfAmounts: no sum of lines and columns determines the amount of the large firm, and still it must be at least all of its line but
// what its neighbour may be at most.
func TestRangesOfAmounts(t *testing.T) {
	big105, other, third, few := []int64{100, 2, 1, 1, 1}, []int64{3, 3, 4, 2}, []int64{2, 3, 3, 4}, []int64{1, 1, 1}
	narrow := crossing{cells: [][][]int64{{big105, other}, {third, few}}}
	require.Equal(t, []int{0, 2}, leaving(disclosure.Judge(narrow.table(), grade2)), "one of four sums follows from the others: two are withheld")
	again := disclosure.Judge(narrow.table(), grade2)
	require.Equal(t, disclosure.Judge(narrow.table(), grade2), again)
	require.Equal(t, []disclosure.Reason{disclosure.ReasonLinear}, again.Cells[3][0].Reasons)
	wide := crossing{cells: [][][]int64{{big105, other}, {third, []int64{4, 5, 4}}}}
	require.Equal(t, []int{0, 1, 2, 3}, leaving(disclosure.Judge(wide.table(), grade2)), "thirteen may be moved")
	signed := crossing{cells: [][][]int64{{big105, other}, {third, []int64{1, 1, -1}}}}
	require.Equal(t, []int{0, 1, 2, 3}, leaving(disclosure.Judge(signed.table(), grade2)), "amounts may be negative, and nothing bounds them")
	signed.low = big.NewRat(-2, 1)
	require.Equal(t, []int{0, 2}, leaving(disclosure.Judge(signed.table(), grade2)), "no less than -6 of three firms")
	signed.low = big.NewRat(-20, 1)
	require.Equal(t, []int{0, 1, 2, 3}, leaving(disclosure.Judge(signed.table(), grade2)))
	wide.high = big.NewRat(103, 1)
	require.Equal(t, []int{0, 1, 2, 3}, leaving(disclosure.Judge(wide.table(), grade2)))
	few4 := crossing{cells: [][][]int64{{big105, other}, {third, []int64{4, 5, 4}}}, low: big.NewRat(0, 1), high: big.NewRat(5, 1)}
	require.Empty(t, leaving(disclosure.Judge(few4.table(), grade2)), "evidence beyond its declared bounds is none")
}

// TestRangesOfCounts: a sum with weights has one solution in whole numbers that are not negative, or several.
func TestRangesOfCounts(t *testing.T) {
	for _, weights := range [][]int64{{11, 13}, {1, 1}} {
		c := disclosure.Class{Columns: []int{0}, Single: []bool{true}, Atoms: []disclosure.Atom{{Entities: []int64{1}}, {Entities: []int64{7}}},
			Vectors: []disclosure.Vector{{Role: disclosure.RoleWithheld, Atoms: []int{0}, References: []int{0}},
				{Role: disclosure.RoleCell, Atoms: []int{0, 1}, Times: weights, References: []int{0}}}}
		table := &disclosure.Table{References: []string{"r"}, Columns: []disclosure.Column{{}}, Linear: []disclosure.Class{c},
			Rows: []disclosure.Row{{Groups: []disclosure.Group{{Entities: []int64{8}}}, Cells: []disclosure.Cell{{Value: "8"}}}}}
		v := disclosure.Judge(table, disclosure.Rules{K: 5})
		require.Equal(t, weights[0] == 1, v.Cells[0][0].Released, "11a + 13b = 102 has one solution")
	}
}

// TestRangesHold: an attacker who knows the bounds computes the ranges of all withheld amounts from what leaves, and none of those that break a rule is
// narrower than its protection. What is withheld for it was needed.
func TestRangesHold(t *testing.T) {
	withheld, left := 0, 0
	for seed := range 300 {
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		x := crossing{low: new(big.Rat)}
		for range 2 + rng.IntN(2) {
			var line [][]int64
			for range 2 + seed%2 {
				totals := make([]int64, 3+rng.IntN(4))
				for i := range totals {
					totals[i] = 1 + rng.Int64N(1<<(2+rng.IntN(6)))
				}
				line = append(line, totals)
			}
			x.cells = append(x.cells, line)
		}
		table := x.table()
		verdicts := disclosure.Judge(table, grade2)
		out := leaving(verdicts)
		left += len(out)
		withheld += len(table.Rows) - len(out)
		s := interval.System{}
		for range table.Linear[0].Atoms {
			s.Unknowns = append(s.Unknowns, interval.Unknown{Low: new(big.Rat)})
		}
		for _, v := range table.Linear[0].Vectors {
			if v.Role == disclosure.RoleCell && verdicts.Cells[v.Place.Row][0].Released {
				e := interval.Equation{Value: new(big.Rat)}
				for _, at := range v.Atoms {
					e.Terms = append(e.Terms, interval.Term{At: at, Times: 1})
					e.Value.Add(e.Value, table.Linear[0].Atoms[at].Sums[0])
				}
				s.Equations = append(s.Equations, e)
			}
		}
		solver, err := interval.New(s)
		require.NoError(t, err)
		for i, atom := range table.Linear[0].Atoms {
			c := atom.Totals[0]
			if c.Entities >= grade2.K && !grade2.Dominance[0].Unsafe(c) && !disclosure.UnsafeP(c, grade2.P) && !c.Alike() {
				continue
			}
			r, err := solver.Range([]interval.Term{{At: i, Times: 1}}, interval.NewEffort(1_000_000))
			require.NoError(t, err)
			require.False(t, r.Point())
			need := grade2.Protection(c)
			require.LessOrEqual(t, r.Low.Cmp(new(big.Rat).Sub(atom.Sums[0], need)), 0, "seed %d", seed)
			if r.High != nil {
				require.GreaterOrEqual(t, r.High.Cmp(new(big.Rat).Add(atom.Sums[0], need)), 0, "seed %d", seed)
			}
		}
	}
	t.Logf("%d leave, %d do not", left, withheld)
	require.Greater(t, left, 100)
	require.Greater(t, withheld, 10)
}
