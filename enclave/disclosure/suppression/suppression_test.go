package suppression_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure/interval"
	"yumen/enclave/disclosure/suppression"
)

func effort() *interval.Effort { return interval.NewEffort(20_000_000) }

// square is a table of counts with all margins: rows, columns, and the total of all.
func square(counts [][]int64, small int64) (cells []suppression.Cell, relations []suppression.Relation) {
	add := func(n int64) int {
		c := suppression.Cell{Value: big.NewRat(n, 1), Low: new(big.Rat), Whole: true, Weight: n, Single: n == 1}
		if n <= small {
			c.Withheld = true
			if n > 0 {
				c.Need = new(big.Rat)
			}
		}
		cells = append(cells, c)
		return len(cells) - 1
	}
	var rows, all []int
	columns := make([][]int, len(counts[0]))
	for _, line := range counts {
		var at []int
		sum := int64(0)
		for j, n := range line {
			i := add(n)
			at, columns[j], sum = append(at, i), append(columns[j], i), sum+n
		}
		total := add(sum)
		relations = append(relations, suppression.Relation{Total: total, Parts: at})
		rows = append(rows, total)
	}
	grand := int64(0)
	for j := range columns {
		sum := int64(0)
		for i := range counts {
			sum += counts[i][j]
		}
		grand += sum
		total := add(sum)
		relations = append(relations, suppression.Relation{Total: total, Parts: columns[j]})
		all = append(all, total)
	}
	total := add(grand)
	return cells, append(relations, suppression.Relation{Total: total, Parts: rows}, suppression.Relation{Total: total, Parts: all})
}

// alternatives is what a brute attacker finds a cell of a table to be, who tries every way to fill the withheld cells from 0 to top.
func alternatives(cells []suppression.Cell, relations []suppression.Relation, knows int, top int64) []map[int64]bool {
	out := make([]map[int64]bool, len(cells))
	at := make([]int64, len(cells))
	var open []int
	for i, c := range cells {
		out[i] = map[int64]bool{}
		if at[i] = c.Value.Num().Int64(); c.Withheld && i != knows {
			open = append(open, i)
		}
	}
	fits := func() bool {
		for _, r := range relations {
			sum := int64(0)
			for _, p := range r.Parts {
				sum += at[p]
			}
			if sum != at[r.Total] {
				return false
			}
		}
		return true
	}
	var try func(from int)
	try = func(from int) {
		if from == len(open) {
			if fits() {
				for _, i := range open {
					out[i][at[i]] = true
				}
			}
			return
		}
		for x := range top + 1 {
			at[open[from]] = x
			try(from + 1)
		}
	}
	try(0)
	return out
}

// TestComplete: after completion nobody who tries all tables finds a small count, not even who is alone in another cell.
func TestComplete(t *testing.T) {
	more := 0
	for seed := range 60 {
		rng := rand.New(rand.NewPCG(uint64(seed), 9))
		counts := [][]int64{{0, 0}, {0, 0}}
		for _, line := range counts {
			for j := range line {
				line[j] = rng.Int64N(5)
			}
		}
		cells, relations := square(counts, 2)
		added, err := suppression.Complete(cells, relations, effort())
		require.NoError(t, err)
		for _, i := range added {
			require.False(t, cells[i].Withheld)
			cells[i].Withheld = true
		}
		more += len(added)
		found, err := suppression.Audit(cells, relations, effort())
		require.NoError(t, err)
		gone := map[int]bool{}
		for _, f := range found {
			gone[f.Cell] = true
		}
		open := 0
		for _, c := range cells {
			if c.Withheld {
				open++
			}
		}
		if open > 7 {
			continue // too many to try
		}
		for knows := -1; knows < len(cells); knows++ {
			if knows >= 0 && !(cells[knows].Withheld && cells[knows].Single) {
				continue
			}
			for i, values := range alternatives(cells, relations, knows, 8) {
				if i != knows && cells[i].Need != nil && len(values) == 1 {
					require.True(t, gone[i], "seed %d: cell %d is found, and the audit does not say so", seed, i)
				}
			}
		}
	}
	require.NotZero(t, more)
}

// TestRanges: an amount is protected when its range reaches far enough to both sides.
func TestRanges(t *testing.T) {
	n := func(x int64) *big.Rat { return big.NewRat(x, 1) }
	cells := []suppression.Cell{
		{Value: n(105), Low: n(0), Withheld: true, Need: n(10), Weight: 5}, {Value: n(12), Low: n(0), Withheld: true, Weight: 4},
		{Value: n(12), Low: n(0), Withheld: true, Weight: 4}, {Value: n(3), Low: n(0), Withheld: true, Weight: 3},
		{Value: n(117), Weight: 9}, {Value: n(15), Weight: 7}, {Value: n(117), Weight: 9}, {Value: n(15), Weight: 7},
	}
	relations := []suppression.Relation{{Total: 4, Parts: []int{0, 1}}, {Total: 5, Parts: []int{2, 3}}, {Total: 6, Parts: []int{0, 2}}, {Total: 7, Parts: []int{1, 3}}}
	found, err := suppression.Audit(cells, relations, effort())
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, 0, found[0].Cell)
	require.Equal(t, "102", found[0].Range.Low.RatString())
	require.Equal(t, "117", found[0].Range.High.RatString())
	more, err := suppression.Complete(cells, relations, effort())
	require.NoError(t, err)
	for _, i := range more {
		cells[i].Withheld = true
	}
	found, err = suppression.Audit(cells, relations, effort())
	require.NoError(t, err)
	require.Empty(t, found)
	found, err = suppression.Audit(cells, relations, interval.NewEffort(2))
	require.NoError(t, err)
	require.NotEmpty(t, found, "cut short is not safe")
	require.True(t, found[0].Cut)
}

// TestWrongTables: cells that do not add up are no tables.
func TestWrongTables(t *testing.T) {
	n := func(x int64) *big.Rat { return big.NewRat(x, 1) }
	cells := []suppression.Cell{{Value: n(1)}, {Value: n(1)}, {Value: n(3)}}
	_, err := suppression.Audit(cells, []suppression.Relation{{Total: 2, Parts: []int{0, 1}}}, effort())
	require.ErrorIs(t, err, suppression.ErrTable)
	_, err = suppression.Audit([]suppression.Cell{{}}, nil, effort())
	require.ErrorIs(t, err, suppression.ErrTable)
}
