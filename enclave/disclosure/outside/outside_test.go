package outside_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
	"yumen/enclave/disclosure/outside"
)

var grade2 = disclosure.Rules{K: 5, P: 10, Dominance: []disclosure.Dominance{{N: 2, Percent: 90}}, Homogeneity: true, HomogeneityShare: 90}

// firm is one contribution of a firm of its own.
func firm(name string, amount int64, keys ...string) outside.Contribution {
	return outside.Contribution{Entities: []string{name}, Keys: keys, Measures: []*big.Rat{big.NewRat(amount, 1)}}
}

// many are so many firms with different amounts.
func many(name string, n int, keys ...string) (out []outside.Contribution) {
	for i := range n {
		out = append(out, firm(fmt.Sprint(name, i), int64(10+i%7), keys...))
	}
	return out
}

func question(tables ...[]int) outside.Question {
	return outside.Question{Keys: []string{"district", "industry"}, Entities: []string{"firm"}, Measures: []outside.Measure{{Name: "amount"}}, Tables: tables}
}

func check(t *testing.T, q outside.Question, rows []outside.Contribution, r disclosure.Rules) []outside.Cell {
	cells, err := outside.Check(q, rows, r)
	require.NoError(t, err)
	return cells
}

// of is the judgement of one number.
func of(t *testing.T, cells []outside.Cell, table int, column string, key ...string) outside.Cell {
	i := slices.IndexFunc(cells, func(c outside.Cell) bool { return c.Table == table && c.Column == column && slices.Equal(c.Key, key) })
	require.GreaterOrEqual(t, i, 0)
	return cells[i]
}

// TestRules: each rule decides alone.
func TestRules(t *testing.T) {
	q := question([]int{0, 1})
	rows := slices.Concat(many("a", 8, "N", "a"), many("b", 4, "N", "b"), many("c", 5, "N", "c"))
	cells := check(t, q, rows, grade2)
	require.Equal(t, outside.Pass, of(t, cells, 0, "count", "N", "a").Decision)
	require.Equal(t, []disclosure.Reason{disclosure.ReasonThreshold}, of(t, cells, 0, "count", "N", "b").Reasons)
	require.Equal(t, outside.Pass, of(t, cells, 0, "amount", "N", "c").Decision)
	rows = append(rows, firm("large", 5000, "N", "c"))
	cells = check(t, q, rows, grade2)
	require.Equal(t, []disclosure.Reason{disclosure.ReasonDominance}, of(t, cells, 0, "amount", "N", "c").Reasons)
	require.Equal(t, outside.Pass, of(t, cells, 0, "count", "N", "c").Decision)
	require.False(t, outside.Safe(cells))

	few := slices.Concat(many("a", 8, "N", "a"), many("b", 3, "S", "b"))
	cells = check(t, q, few, grade2)
	require.Equal(t, []disclosure.Reason{disclosure.ReasonComplement}, of(t, cells, 0, "count", "N", "a").Reasons)
	q.Part = true
	require.Equal(t, outside.Pass, of(t, check(t, q, few, grade2), 0, "count", "N", "a").Decision)
	require.Equal(t, outside.Pass, of(t, check(t, question(nil), few, grade2), 0, "count").Decision, "outside a grand total is nobody, by its keys")
}

// TestEntities: rows of one entity are one, a row without an amount contributes none, and every entity type is judged.
func TestEntities(t *testing.T) {
	q := question([]int{0})
	var rows []outside.Contribution
	for range 12 {
		rows = append(rows, many("a", 3, "N", "")...)
	}
	rows = append(rows, many("b", 9, "S", "")...)
	cells := check(t, q, rows, grade2)
	require.Contains(t, of(t, cells, 0, "count", "N").Reasons, disclosure.ReasonThreshold, "36 rows of three firms")

	rows = append(many("a", 8, "N", ""), many("b", 8, "S", "")...)
	for i := range 4 {
		rows[i].Measures[0] = nil
	}
	cells = check(t, q, rows, grade2)
	require.Equal(t, outside.Pass, of(t, cells, 0, "count", "N").Decision)
	require.Equal(t, []disclosure.Reason{disclosure.ReasonThreshold}, of(t, cells, 0, "amount", "N").Reasons, "four have an amount")

	two := outside.Question{Keys: []string{"district"}, Entities: []string{"person", "firm"}, Tables: [][]int{{0}}}
	rows = nil
	for i := range 20 {
		rows = append(rows, outside.Contribution{Entities: []string{fmt.Sprint("p", i), fmt.Sprint("f", i%2+i/10*10)}, Keys: []string{[]string{"N", "S"}[i/10]}})
	}
	cells = check(t, two, rows, grade2)
	require.Contains(t, of(t, cells, 0, "count", "N").Reasons, disclosure.ReasonThreshold, "ten persons of two firms")
}

// TestSensitive: nearly all alike, within a cell or within the cell without a sensitive key.
func TestSensitive(t *testing.T) {
	q := outside.Question{Keys: []string{"district", "status"}, Entities: []string{"firm"}, Tables: [][]int{{0}}, Sensitive: []outside.Sensitive{{Name: "status", Key: 1, Values: []string{"bad"}}}}
	world := func(bad int) (rows []outside.Contribution) {
		for i := range 60 {
			status := "good"
			if i < bad {
				status = "bad"
			}
			rows = append(rows, outside.Contribution{Entities: []string{fmt.Sprint("n", i)}, Keys: []string{"N", status}, Sensitive: []string{status}},
				outside.Contribution{Entities: []string{fmt.Sprint("s", i)}, Keys: []string{"S", "good"}, Sensitive: []string{"good"}})
		}
		return rows
	}
	require.Equal(t, outside.Pass, of(t, check(t, q, world(50), grade2), 0, "count", "N").Decision)
	require.Contains(t, of(t, check(t, q, world(54), grade2), 0, "count", "N").Reasons, disclosure.ReasonHomogeneity)
	q.Tables = [][]int{{0, 1}}
	cells := check(t, q, world(50), grade2)
	require.Equal(t, outside.Pass, of(t, cells, 0, "count", "N", "bad").Decision)
	require.Contains(t, of(t, cells, 0, "count", "S", "good").Reasons, disclosure.ReasonSensitive, "nobody else in S")
	require.Contains(t, of(t, check(t, q, world(57), grade2), 0, "count", "N", "bad").Reasons, disclosure.ReasonSensitive, "three others in N")
}

// TestTables: what several tables give together is judged, and what was left out must not follow.
func TestTables(t *testing.T) {
	rows := slices.Concat(many("a", 8, "N", "a"), many("b", 9, "N", "b"), many("c", 3, "N", "c"), many("d", 8, "S", "a"), many("e", 9, "S", "b"), many("f", 6, "S", "c"))
	both := question([]int{0, 1}, []int{0})
	cells := check(t, both, rows, grade2)
	require.Equal(t, []disclosure.Reason{disclosure.ReasonLinear}, of(t, cells, 1, "count", "N").Reasons, "all but three are published")
	require.Equal(t, outside.Pass, of(t, cells, 1, "count", "S").Decision)
	turned := question([]int{0}, []int{0, 1})
	require.Equal(t, outside.Pass, of(t, check(t, turned, rows, grade2), 0, "count", "N").Decision, "who comes first stays")

	both.Chosen = true
	for i := range rows {
		rows[i].Withheld = rows[i].Keys[0] == "N" && rows[i].Keys[1] == "c"
	}
	found := of(t, check(t, both, rows, grade2), 0, "amount", "N", "c")
	require.Equal(t, outside.Found, found.Decision)
	require.Equal(t, "33", found.Low.RatString())
	require.Equal(t, "33", found.High.RatString())
	for i := range rows {
		rows[i].Withheld = rows[i].Keys[0] == "N" && rows[i].Keys[1] != "a"
	}
	cells = check(t, both, rows, grade2)
	require.Equal(t, outside.Withheld, of(t, cells, 0, "amount", "N", "c").Decision, "two cells are left out")
	require.Equal(t, outside.Withheld, of(t, cells, 0, "count", "N", "b").Decision)
	require.True(t, outside.Safe(cells), "%v", cells)
}

// TestInsider: of two cells that are left out together, who is the one firm of the first finds the second.
func TestInsider(t *testing.T) {
	q := question([]int{0, 1}, []int{0})
	q.Chosen, q.Part = true, true
	rows := slices.Concat(many("a", 8, "N", "a"), many("b", 1, "N", "b"), many("c", 4, "N", "c"), many("d", 9, "S", "a"))
	for i := range rows {
		rows[i].Withheld = rows[i].Keys[1] == "b" || rows[i].Keys[1] == "c"
	}
	cells := check(t, q, rows, grade2)
	c := of(t, cells, 0, "count", "N", "c")
	require.Equal(t, outside.Found, c.Decision)
	require.True(t, c.Insider)
	require.Equal(t, outside.Withheld, of(t, cells, 0, "count", "N", "b").Decision, "four do not conspire")
}

// TestFollowing: when all cells that fail are left out, and everything else is published, the next check finds nothing.
func TestFollowing(t *testing.T) {
	failed := 0
	for seed := range 40 {
		rng := rand.New(rand.NewPCG(uint64(seed), 3))
		var rows []outside.Contribution
		for i := range 80 {
			rows = append(rows, firm(fmt.Sprint(i), 1+rng.Int64N(1<<rng.IntN(8)), []string{"N", "S", "E"}[rng.IntN(3)], []string{"a", "b", "c", "d"}[min(rng.IntN(6), 3)]))
		}
		q := question([]int{0, 1}, []int{0}, nil)
		first := check(t, q, rows, grade2)
		require.Equal(t, first, check(t, q, rows, grade2), "the same table, the same answer")
		for _, c := range first {
			if c.Decision == outside.Fail {
				failed++
			}
		}
		// A cell falls as a whole here, so that what the first check let pass of it goes as well: that never says more.
		q.Chosen, q.Tables = true, [][]int{{0, 1}}
		for i := range rows {
			rows[i].Withheld = of(t, first, 0, "count", rows[i].Keys...).Decision == outside.Fail || of(t, first, 0, "amount", rows[i].Keys...).Decision == outside.Fail
		}
		require.True(t, outside.Safe(check(t, q, rows, grade2)), "seed %d", seed)
	}
	require.NotZero(t, failed)
}

// TestShape: a question that does not fit is refused.
func TestShape(t *testing.T) {
	rows := many("a", 8, "N", "a")
	for _, q := range []outside.Question{{}, question(), question([]int{2}), question([]int{1, 0}), {Keys: []string{"a"}, Entities: []string{"e"}, Tables: [][]int{{0}}}} {
		_, err := outside.Check(q, rows, grade2)
		require.ErrorIs(t, err, outside.ErrQuestion)
	}
	_, err := outside.Check(question(nil), rows, disclosure.Rules{})
	require.ErrorIs(t, err, outside.ErrQuestion)
}

// BenchmarkCheck judges two tables of a hundred thousand contributions.
func BenchmarkCheck(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []outside.Contribution
	for i := range 100_000 {
		rows = append(rows, firm(fmt.Sprint(i), rng.Int64N(1000), fmt.Sprint(rng.IntN(30)), fmt.Sprint(rng.IntN(40))))
	}
	for b.Loop() {
		_, err := outside.Check(question([]int{0, 1}, []int{0}, []int{1}, nil), rows, grade2)
		require.NoError(b, err)
	}
}
