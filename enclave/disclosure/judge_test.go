package disclosure_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/disclosure"
)

// grade2 and grade3 are the defaults at those grades.
var (
	grade2 = disclosure.Rules{
		K: 5, Dominance: []disclosure.Dominance{{N: 2, Percent: 90}}, P: 10, Homogeneity: true, HomogeneityShare: 90,
	}
	grade3 = disclosure.Rules{
		K: 10, JitterMax: 3, Dominance: []disclosure.Dominance{{N: 2, Percent: 85}}, P: 15, Homogeneity: true, HomogeneityShare: 90,
	}
)

// spread is the concentration of entities with these totals.
func spread(totals ...int64) disclosure.Concentration {
	var all []*big.Rat
	for _, x := range totals {
		all = append(all, big.NewRat(x, 1))
	}
	return concentrate(all)
}

// safe is evidence that passes every rule: a count and an amount over the same rows of two references.
func safe() *disclosure.Table {
	return &disclosure.Table{
		References: []string{"person", "firm"},
		Columns:    []disclosure.Column{{Name: "n", Kind: disclosure.Count}, {Name: "s", Kind: disclosure.Amount}},
		Rows: []disclosure.Row{{
			Groups: []disclosure.Group{{
				Entities:    []int64{20, 15},
				Differences: []disclosure.Difference{{Against: disclosure.AgainstUniverse, Outward: true, Entities: []int64{30, 30}}},
			}},
			Cells: []disclosure.Cell{
				{Value: "20"},
				{Value: "66.00", Totals: []disclosure.Concentration{
					spread(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20),
					spread(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
				}},
			},
		}},
	}
}

func TestJudge(t *testing.T) {
	earlier := func(entities ...int64) disclosure.Difference {
		return disclosure.Difference{Against: disclosure.AgainstEarlier, Entities: entities}
	}
	tests := []struct {
		name       string
		rules      disclosure.Rules
		change     func(*disclosure.Row)
		count, sum []disclosure.Reason // nil: released
	}{
		{name: "safe", rules: grade2, change: func(*disclosure.Row) {}},
		{"k of every reference", grade2, func(r *disclosure.Row) { r.Groups[0].Entities[1] = 4 },
			[]disclosure.Reason{disclosure.ReasonThreshold}, []disclosure.Reason{disclosure.ReasonThreshold}},
		{"k is enough", grade2, func(r *disclosure.Row) { r.Groups[0].Entities[1] = 5 }, nil, nil},
		{"nothing there", grade2, func(r *disclosure.Row) { r.Groups[0].Entities = []int64{0, 0} },
			[]disclosure.Reason{disclosure.ReasonEmpty}, []disclosure.Reason{disclosure.ReasonEmpty}},
		{"nothing there to add up", grade2, func(r *disclosure.Row) { r.Groups[0].Entities, r.Cells[1].Value = []int64{0, 0}, "" },
			[]disclosure.Reason{disclosure.ReasonEmpty}, []disclosure.Reason{disclosure.ReasonEmpty}},
		{"jitter moves k", grade3, func(r *disclosure.Row) { r.Groups[0].Entities[1], r.Groups[0].Jitter = 12, 3 },
			[]disclosure.Reason{disclosure.ReasonThreshold}, []disclosure.Reason{disclosure.ReasonThreshold}},
		{"jitter reached", grade3, func(r *disclosure.Row) { r.Groups[0].Entities[1], r.Groups[0].Jitter = 13, 3 }, nil, nil},
		{"jitter never moves a distance", grade3, func(r *disclosure.Row) {
			r.Groups[0].Jitter = 3
			r.Groups[0].Differences[0].Entities = []int64{10, 10}
			r.Cells[0].Differences = []disclosure.Difference{earlier(10, 10)}
		}, nil, nil},
		{"jitter out of range", grade2, func(r *disclosure.Row) { r.Groups[0].Jitter = 1 },
			[]disclosure.Reason{disclosure.ReasonEvidence}, []disclosure.Reason{disclosure.ReasonEvidence}},
		{"negative jitter", grade3, func(r *disclosure.Row) { r.Groups[0].Jitter = -1 },
			[]disclosure.Reason{disclosure.ReasonEvidence}, []disclosure.Reason{disclosure.ReasonEvidence}},
		{"small complement", grade2, func(r *disclosure.Row) { r.Groups[0].Differences[0].Entities[0] = 4 },
			[]disclosure.Reason{disclosure.ReasonComplement}, []disclosure.Reason{disclosure.ReasonComplement}},
		{"complement empty by data", grade2, func(r *disclosure.Row) { r.Groups[0].Differences[0].Entities = []int64{0, 0} },
			[]disclosure.Reason{disclosure.ReasonComplement}, []disclosure.Reason{disclosure.ReasonComplement}},
		{"complement empty by boxes", grade2, func(r *disclosure.Row) {
			r.Groups[0].Differences[0] = disclosure.Difference{Against: disclosure.AgainstUniverse, Outward: true, Empty: true}
		}, nil, nil},
		{"complement without evidence", grade2, func(r *disclosure.Row) { r.Groups[0].Differences[0].Entities = nil },
			[]disclosure.Reason{disclosure.ReasonEvidence}, []disclosure.Reason{disclosure.ReasonEvidence}},
		{"search cut short", grade2, func(r *disclosure.Row) { r.Groups[0].Unknown = true },
			[]disclosure.Reason{disclosure.ReasonEvidence}, []disclosure.Reason{disclosure.ReasonEvidence}},
		{"sensitive remainder", grade2, func(r *disclosure.Row) {
			r.Groups[0].Differences[0].Against, r.Groups[0].Differences[0].Entities[0] = disclosure.AgainstSensitive, 4
		}, []disclosure.Reason{disclosure.ReasonSensitive}, []disclosure.Reason{disclosure.ReasonSensitive}},
		{"sensitive value at 90 percent", grade2, func(r *disclosure.Row) {
			r.Groups[0].Shares = []disclosure.Share{{Holders: 90, Entities: 100}}
		}, []disclosure.Reason{disclosure.ReasonHomogeneity}, []disclosure.Reason{disclosure.ReasonHomogeneity}},
		{"sensitive value below", grade2, func(r *disclosure.Row) {
			r.Groups[0].Shares = []disclosure.Share{{Holders: 89, Entities: 100}}
		}, nil, nil},
		{"dominance falls alone", grade2, func(r *disclosure.Row) {
			r.Cells[1].Totals[1] = spread(80, 10, 2, 2, 2, 2, 2)
		}, nil, []disclosure.Reason{disclosure.ReasonDominance}},
		{"two below ninety percent", grade2, func(r *disclosure.Row) {
			r.Cells[1].Totals[1] = spread(69, 20, 4, 4, 3)
		}, nil, nil},
		{"p percent", disclosure.Rules{K: 5, P: 10}, func(r *disclosure.Row) {
			r.Cells[1].Totals[1] = spread(1000, 900, 33, 33, 33)
		}, nil, []disclosure.Reason{disclosure.ReasonDominance}},
		{"p percent met", disclosure.Rules{K: 5, P: 10}, func(r *disclosure.Row) {
			r.Cells[1].Totals[1] = spread(1000, 900, 34, 33, 33)
		}, nil, nil},
		{"counts where entities have rows", grade2, func(r *disclosure.Row) {
			r.Cells[0].Totals = []disclosure.Concentration{spread(96, 1, 1, 1, 1)}
		}, []disclosure.Reason{disclosure.ReasonDominance}, nil},
		{"counts are never homogeneous", grade2, func(r *disclosure.Row) {
			r.Cells[0].Totals = []disclosure.Concentration{spread(12, 12, 12, 12, 12)}
		}, nil, nil},
		{"all alike", grade2, func(r *disclosure.Row) { r.Cells[1].Totals[0] = spread(7, 7, 7, 7, 7) },
			nil, []disclosure.Reason{disclosure.ReasonHomogeneity}},
		{"all zero is homogeneity", grade2, func(r *disclosure.Row) { r.Cells[1].Totals[0] = spread(0, 0, 0, 0, 0) },
			nil, []disclosure.Reason{disclosure.ReasonHomogeneity}},
		{"measured sensitive value", grade2, func(r *disclosure.Row) {
			r.Cells[1].Shares = []disclosure.Share{{Holders: 9, Entities: 10}}
		}, nil, []disclosure.Reason{disclosure.ReasonHomogeneity}},
		{"fewer contributors than rows", grade2, func(r *disclosure.Row) { r.Cells[1].Totals[0] = spread(1, 2, 3, 4) },
			[]disclosure.Reason{disclosure.ReasonThreshold}, []disclosure.Reason{disclosure.ReasonThreshold}},
		{"one total missing", grade2, func(r *disclosure.Row) { r.Cells[1].Totals = r.Cells[1].Totals[:1] },
			nil, []disclosure.Reason{disclosure.ReasonEvidence}},
		{"impossible total", grade2, func(r *disclosure.Row) { r.Cells[1].Totals[0].Total = big.NewRat(1, 1) },
			nil, []disclosure.Reason{disclosure.ReasonEvidence}},
		{"no value", grade2, func(r *disclosure.Row) { r.Cells[1].Value = "" },
			nil, []disclosure.Reason{disclosure.ReasonEvidence}},
		{"near an earlier release", grade2, func(r *disclosure.Row) {
			r.Cells[0].Differences = []disclosure.Difference{earlier(4, 9)}
		}, []disclosure.Reason{disclosure.ReasonDifferencing}, []disclosure.Reason{disclosure.ReasonDifferencing}},
		{"far from an earlier release", grade2, func(r *disclosure.Row) {
			r.Cells[0].Differences = []disclosure.Difference{earlier(5, 5)}
		}, nil, nil},
		{"dominated difference falls alone", grade2, func(r *disclosure.Row) {
			d := earlier(5, 5)
			d.Totals = []disclosure.Concentration{spread(96, 1, 1, 1, 1)}
			r.Cells[1].Differences = []disclosure.Difference{d}
		}, nil, []disclosure.Reason{disclosure.ReasonDifferencing}},
		{"homogeneous difference falls alone", grade2, func(r *disclosure.Row) {
			d := earlier(5, 5)
			d.Totals = []disclosure.Concentration{spread(7, 7, 7, 7, 7)}
			r.Cells[1].Differences = []disclosure.Difference{d}
		}, nil, []disclosure.Reason{disclosure.ReasonDifferencing}},
		{"difference of amounts without totals", grade2, func(r *disclosure.Row) {
			r.Cells[1].Differences = []disclosure.Difference{earlier(5, 5)}
		}, nil, []disclosure.Reason{disclosure.ReasonEvidence}},
		{"no rules", disclosure.Rules{}, func(*disclosure.Row) {},
			[]disclosure.Reason{disclosure.ReasonEvidence}, []disclosure.Reason{disclosure.ReasonEvidence}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := safe()
			tt.change(&table.Rows[0])
			got := disclosure.Judge(table, tt.rules).Cells[0]
			require.Equal(t, disclosure.Verdict{Released: tt.count == nil, Reasons: tt.count}, got[0])
			require.Equal(t, disclosure.Verdict{Released: tt.sum == nil, Reasons: tt.sum}, got[1])
		})
	}
}

// TestWithinResponse: of two cells that are too close, the one decided first stays, and a withheld one is no comparator.
func TestWithinResponse(t *testing.T) {
	close := func(row, column int) []disclosure.Difference {
		return []disclosure.Difference{{
			Against: disclosure.AgainstResponse, Entities: []int64{1}, Other: disclosure.Place{Row: row, Column: column},
		}}
	}
	build := func(first int64) *disclosure.Table {
		cell := func(set int, n int64) disclosure.Row {
			return disclosure.Row{Groups: []disclosure.Group{{Entities: []int64{n}}, {Entities: []int64{20}}},
				Cells: []disclosure.Cell{{Value: "1"}, {Value: "2"}}}
		}
		return &disclosure.Table{
			References: []string{"r"},
			Columns:    []disclosure.Column{{Set: 0}, {Set: 1}},
			Rows:       []disclosure.Row{cell(0, first), cell(0, 20)},
		}
	}
	shown := func(table *disclosure.Table) (out []bool) {
		for _, row := range disclosure.Judge(table, grade2).Cells {
			for _, v := range row {
				out = append(out, v.Released)
			}
		}
		return out
	}
	table := build(20)
	table.Rows[0].Cells[1].Differences = close(0, 0) // second set against the first
	require.Equal(t, []bool{true, false, true, true}, shown(table))

	table = build(2)
	table.Rows[0].Cells[1].Differences = close(0, 0)
	require.Equal(t, []bool{false, true, true, true}, shown(table), "the first is withheld already")

	table = build(20)
	table.Rows[1].Cells[0].Differences = close(0, 0) // later row against an earlier one
	require.Equal(t, []bool{true, true, false, true}, shown(table))

	table = build(20)
	table.Rows[0].Cells[0].Differences = close(1, 1) // not decided yet: counts
	require.Equal(t, []bool{false, true, true, true}, shown(table))

	table = build(20)
	table.Rows[0].Cells[0].Differences = close(7, 7) // no such cell: counts
	require.Equal(t, []bool{false, true, true, true}, shown(table))
}

func TestReleased(t *testing.T) {
	table := safe()
	table.Rows = append(table.Rows, safe().Rows[0], safe().Rows[0])
	table.Rows[1].Cells[1].Totals[0] = spread(7, 7, 7, 7, 7)
	table.Rows[2].Groups[0].Entities[0] = 1
	rules := grade2
	rules.RoundCounts = 8
	verdicts := disclosure.Judge(table, rules)
	rows := verdicts.Released(table)
	require.Len(t, rows, 2, "a row whose cells are all withheld is absent")
	require.Equal(t, "24", *rows[0].Values[0], "counts are rounded, halves up")
	require.Equal(t, "66.00", *rows[0].Values[1])
	require.Nil(t, rows[1].Values[1])
	require.Equal(t, map[disclosure.Reason]int{disclosure.ReasonHomogeneity: 1, disclosure.ReasonThreshold: 2}, verdicts.Tally())
}

func TestRoundCount(t *testing.T) {
	for in, want := range map[string]string{"0": "0", "2": "0", "3": "5", "7": "5", "8": "10", "12": "10", "13": "15", "-2": "0", "x": ""} {
		require.Equal(t, want, disclosure.RoundCount(in, 5), in)
	}
	require.Equal(t, "10", disclosure.RoundCount("5", 10), "halves go up")
	require.Equal(t, "17", disclosure.RoundCount("17", 0))
}

func TestShape(t *testing.T) {
	for name, change := range map[string]func(*disclosure.Table){
		"no references":        func(x *disclosure.Table) { x.References = nil },
		"public with entities": func(x *disclosure.Table) { x.Public = true },
		"a cell short":         func(x *disclosure.Table) { x.Rows[0].Cells = x.Rows[0].Cells[:1] },
		"no groups":            func(x *disclosure.Table) { x.Rows[0].Groups = nil },
		"negative set":         func(x *disclosure.Table) { x.Columns[0].Set = -1 },
		"unknown kind":         func(x *disclosure.Table) { x.Columns[0].Kind = 9 },
	} {
		table := safe()
		change(table)
		require.Empty(t, disclosure.Judge(table, grade2).Released(table), name)
	}
}

// TestPublic: in tables with nobody to protect no rule applies; an empty cell is NULL all the same.
func TestPublic(t *testing.T) {
	row := disclosure.Row{Groups: []disclosure.Group{{}}, Cells: []disclosure.Cell{{Value: "1"}, {}}}
	table := &disclosure.Table{Public: true, Columns: []disclosure.Column{{}, {Kind: disclosure.Amount}}, Rows: []disclosure.Row{row}}
	rows := disclosure.Judge(table, grade2).Released(table)
	require.Len(t, rows, 1)
	require.Equal(t, "1", *rows[0].Values[0])
	require.Nil(t, rows[0].Values[1])
	require.Empty(t, disclosure.Judge(table, disclosure.Rules{}).Released(table), "no rules, no release")
}

// TestConcentration compares the exact rules with their definition over every list of totals.
func TestConcentration(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		totals := make([]int64, 1+rng.IntN(6))
		for i := range totals {
			totals[i] = rng.Int64N(21) - 10
		}
		c := spread(totals...)
		require.True(t, c.Consistent())
		var x, x1, x2 int64
		alike := true
		for _, v := range totals {
			v = max(v, -v)
			x += v
			alike = alike && v == max(totals[0], -totals[0])
			if v > x1 {
				x1, x2 = v, x1
			} else if v > x2 {
				x2 = v
			}
		}
		require.Equal(t, alike, c.Alike())
		for _, p := range []int64{10, 15, 25} {
			require.Equal(t, 100*(x-x1-x2) < p*x1, disclosure.UnsafeP(c, p))
		}
		for _, k := range []int64{50, 67, 85, 90} {
			require.Equal(t, x > 0 && 100*x1 >= k*x, disclosure.Dominance{N: 1, Percent: k}.Unsafe(c))
			require.Equal(t, x > 0 && 100*(x1+x2) >= k*x, disclosure.Dominance{N: 2, Percent: k}.Unsafe(c))
			require.Equal(t, 100*(x1+x2) > k*x, disclosure.Dominance{N: 2, Percent: k, Above: true}.Unsafe(c))
		}
	}
}

func TestRulesValidate(t *testing.T) {
	require.NoError(t, grade2.Validate())
	require.NoError(t, grade3.Validate())
	for name, change := range map[string]func(*disclosure.Rules){
		"k":           func(r *disclosure.Rules) { r.K = 0 },
		"jitter":      func(r *disclosure.Rules) { r.JitterMax = -1 },
		"p":           func(r *disclosure.Rules) { r.P = 101 },
		"n":           func(r *disclosure.Rules) { r.Dominance = []disclosure.Dominance{{N: 3, Percent: 90}} },
		"percent":     func(r *disclosure.Rules) { r.Dominance = []disclosure.Dominance{{N: 2}} },
		"homogeneity": func(r *disclosure.Rules) { r.HomogeneityShare = 0 },
		"rounding":    func(r *disclosure.Rules) { r.RoundCounts = -5 },
	} {
		rules := grade2
		change(&rules)
		require.Error(t, rules.Validate(), name)
		table := safe()
		require.Empty(t, disclosure.Judge(table, rules).Released(table), name)
	}
}

// TestKept: a cell keeps the newest value that it may not be told from, whatever else is said of it, unless a search was cut short.
func TestKept(t *testing.T) {
	near := func(value string, answer int, n int64, totals ...disclosure.Concentration) disclosure.Before {
		return disclosure.Before{Value: value, Answer: answer,
			Changed: disclosure.Difference{Against: disclosure.AgainstEarlier, Entities: []int64{n, 9}, Totals: totals}}
	}
	even := spread(1, 2, 3, 4, 5, 6, 7, 8, 9)
	tests := []struct {
		name   string
		change func(*disclosure.Row)
		want   string
		kept   int
	}{
		{"enough changed", func(r *disclosure.Row) { r.Cells[1].Before = []disclosure.Before{near("60.00", 4, 5, even)} }, "66.00", 0},
		{"too few changed", func(r *disclosure.Row) { r.Cells[1].Before = []disclosure.Before{near("60.00", 4, 4, even)} }, "60.00", 5},
		{"none changed", func(r *disclosure.Row) { r.Cells[1].Before = []disclosure.Before{near("66.00", 0, 0, even)} }, "66.00", 1},
		{"one changed most", func(r *disclosure.Row) {
			r.Cells[1].Before = []disclosure.Before{near("60.00", 4, 9, spread(96, 1, 1, 1, 1, 1, 1, 1, 1))}
		}, "60.00", 5},
		{"no totals", func(r *disclosure.Row) { r.Cells[1].Before = []disclosure.Before{near("60.00", 4, 9)} }, "60.00", 5},
		{"the newest", func(r *disclosure.Row) {
			r.Cells[1].Before = []disclosure.Before{near("50.00", 1, 4, even), near("60.00", 2, 4, even), near("70.00", 3, 5, even)}
		}, "60.00", 3},
		{"withheld otherwise", func(r *disclosure.Row) {
			r.Groups[0].Entities[0] = 4
			r.Cells[1].Before = []disclosure.Before{near("60.00", 4, 4, even)}
		}, "60.00", 5},
		{"cut short", func(r *disclosure.Row) {
			r.Groups[0].Unknown = true
			r.Cells[1].Before = []disclosure.Before{near("60.00", 4, 4, even)}
		}, "", 0},
		{"a value that is not known", func(r *disclosure.Row) { r.Cells[1].Before = []disclosure.Before{near("", 4, 4, even)} }, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := safe()
			tt.change(&table.Rows[0])
			rows := disclosure.Judge(table, grade2).Released(table)
			if tt.want == "" {
				require.True(t, len(rows) == 0 || rows[0].Values[1] == nil)
				return
			}
			require.Equal(t, tt.want, *rows[0].Values[1])
			require.Equal(t, tt.kept, rows[0].Kept[1])
		})
	}
}

// TestKeptIsNoComparator: a cell that keeps its value says nothing new, so a later one is not compared with it.
func TestKeptIsNoComparator(t *testing.T) {
	cell := disclosure.Row{Groups: []disclosure.Group{{Entities: []int64{20}}, {Entities: []int64{20}}}, Cells: []disclosure.Cell{{Value: "1"}, {Value: "2"}}}
	cell.Cells[1].Differences = []disclosure.Difference{{Against: disclosure.AgainstResponse, Entities: []int64{1}}}
	table := &disclosure.Table{References: []string{"r"}, Columns: []disclosure.Column{{Set: 0}, {Set: 1}}, Rows: []disclosure.Row{cell}}
	require.False(t, disclosure.Judge(table, grade2).Cells[0][1].Released)
	table.Rows[0].Cells[0].Before = []disclosure.Before{{Value: "9", Changed: disclosure.Difference{Entities: []int64{1}}}}
	require.True(t, disclosure.Judge(table, grade2).Cells[0][1].Released)
}
