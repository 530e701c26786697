package disclosure_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/enclave/disclosure"
)

// grid is a response of 5,000 cells, a sum of 50 by 100 groups, after so many earlier ones: breakdowns of random boxes by one column or the
// other, and totals. Every tenth group is of few people.
func grid(earlier int) *disclosure.Table {
	const rows, columns = 50, 100
	rng := rand.New(rand.NewPCG(1, 2))
	t := &disclosure.Table{References: []string{"people#person"}, Columns: []disclosure.Column{{Name: "c0", Kind: disclosure.Amount}}}
	c := disclosure.Class{Kind: disclosure.Amount, Columns: []int{0}, Single: []bool{true}}
	for i := range rows * columns {
		n := int64(10 + rng.IntN(90))
		if i%10 == 0 {
			n = 1 + rng.Int64N(4)
		}
		total := disclosure.Concentration{Entities: n, Top1: big.NewRat(9, 1), Top2: big.NewRat(min(8, n-1), 1), Total: big.NewRat(max(9, 8*n), 1)}
		group := disclosure.Group{Canon: fmt.Sprint(i), Entities: []int64{n}, Differences: []disclosure.Difference{
			{Against: disclosure.AgainstUniverse, Outward: true, Entities: []int64{100_000}}}}
		t.Rows = append(t.Rows, disclosure.Row{Groups: []disclosure.Group{group}, Cells: []disclosure.Cell{{Value: "1", Totals: []disclosure.Concentration{total}}}})
		c.Atoms = append(c.Atoms, disclosure.Atom{Entities: []int64{n}, Totals: []disclosure.Concentration{total}, Sums: []*big.Rat{total.Total}})
	}
	for range earlier {
		down, from, to := rng.IntN(2) == 0, rng.IntN(rows), 0
		to = from + 1 + rng.IntN(rows-from)
		if rng.IntN(4) == 0 {
			c.Vectors = append(c.Vectors, disclosure.Vector{Role: disclosure.RoleEarlier, References: []int{0}, Atoms: box(from, to, 0, columns)})
			continue
		}
		for i := from; i < to && down; i++ {
			c.Vectors = append(c.Vectors, disclosure.Vector{Role: disclosure.RoleEarlier, References: []int{0}, Atoms: box(i, i+1, 0, columns)})
		}
		for j := 0; j < columns && !down; j++ {
			c.Vectors = append(c.Vectors, disclosure.Vector{Role: disclosure.RoleEarlier, References: []int{0}, Atoms: box(from, to, j, j+1)})
		}
	}
	for i := range t.Rows {
		v := disclosure.Vector{Role: disclosure.RoleCell, Place: disclosure.Place{Row: i}, References: []int{0}, Atoms: []int{i}}
		c.Vectors = append(c.Vectors, v)
		for range min(earlier, 20) { // the earlier cells that overlap it
			t.Rows[i].Cells[0].Differences = append(t.Rows[i].Cells[0].Differences, disclosure.Difference{Against: disclosure.AgainstEarlier, Empty: true},
				disclosure.Difference{Against: disclosure.AgainstEarlier, Outward: true, Entities: []int64{500}, Totals: []disclosure.Concentration{
					{Entities: 500, Top1: big.NewRat(9, 1), Top2: big.NewRat(8, 1), Total: big.NewRat(4000, 1)}}})
		}
	}
	if earlier > 0 {
		t.Linear = []disclosure.Class{c}
	}
	return t
}

func box(fromRow, toRow, fromColumn, toColumn int) (out []int) {
	for i := fromRow; i < toRow; i++ {
		for j := fromColumn; j < toColumn; j++ {
			out = append(out, i*100+j)
		}
	}
	return out
}

// BenchmarkJudge judges 5,000 cells of grade 2, alone and after 200 earlier answers.
func BenchmarkJudge(b *testing.B) {
	for _, earlier := range []int{0, 200} {
		b.Run(fmt.Sprintf("earlier-%d", earlier), func(b *testing.B) {
			t := grid(earlier)
			released, start := 0, used(b)
			for b.Loop() {
				released = len(disclosure.Judge(t, grade2).Released(t))
			}
			b.ReportMetric(float64(used(b)-start)/1e6/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(released), "cells")
			require.NotZero(b, released)
		})
	}
}

// BenchmarkMarks judges as many counts of the marked, who are some of each group.
func BenchmarkMarks(b *testing.B) {
	for _, earlier := range []int{0, 200} {
		b.Run(fmt.Sprintf("earlier-%d", earlier), func(b *testing.B) {
			t := marked(grid(earlier + 1))
			released, start := 0, used(b)
			for b.Loop() {
				released = len(disclosure.Judge(t, grade2).Released(t))
			}
			b.ReportMetric(float64(used(b)-start)/1e6/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(released), "cells")
			require.NotZero(b, released)
		})
	}
}

// marked makes a response of sums one of counts of those of each group who are marked. Of some groups all are, or none.
func marked(t *disclosure.Table) *disclosure.Table {
	c := &t.Linear[0]
	rng := rand.New(rand.NewPCG(3, 4))
	atoms := c.Atoms
	t.Columns[0].Kind, c.Kind, c.Atoms = disclosure.Count, disclosure.Count, nil
	for i, a := range atoms {
		n := a.Entities[0]
		yes := rng.Int64N(n + 1)
		if rng.IntN(20) == 0 {
			yes = n * rng.Int64N(2)
		}
		for _, x := range []int64{yes, n - yes} {
			c.Parts = append(c.Parts, i)
			c.Atoms = append(c.Atoms, disclosure.Atom{Entities: []int64{x}, Members: [][]int64{nil}, Holders: [][]int64{{0}}})
		}
		c.Atoms[2*i].Holders[0][0] = yes
		t.Rows[i].Groups[0].Entities[0] = yes
		t.Rows[i].Groups[0].Differences = append(t.Rows[i].Groups[0].Differences, disclosure.Difference{Against: disclosure.AgainstSensitive, Outward: true, Entities: []int64{n - yes}})
		t.Rows[i].Cells[0].Totals = nil
	}
	for _, v := range c.Vectors {
		for i := range v.Atoms {
			v.Atoms[i] *= 2
		}
	}
	return t
}

// used is the processor's time of this process so far, in nanoseconds: the machine may be busy with other work.
func used(b *testing.B) int64 {
	var u unix.Rusage
	require.NoError(b, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}
