package compile_test

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// small answers a question about a handful of visits: "pid cid area kind result cost".
func small(t *testing.T, visits string, q func(*question) *question, earlier ...compile.Earlier) *disclosure.Table {
	w := tiny{}
	for line := range strings.Lines(visits) {
		f := strings.Fields(line)
		if len(f) != 6 {
			continue
		}
		for i := range f {
			f[i] = strings.ReplaceAll(f[i], "-", "")
		}
		w.visits = append(w.visits, visit{int(f[0][0] - '0'), int(f[1][0] - '0'), f[2], f[3], f[4], f[5]})
	}
	specs := tinySpecs(t)
	e := newEngine(t)
	w.load(e, specs)
	return e.evidence(&q(ask(specs, "visits")).plan, compile.Inputs{Earlier: earlier})
}

// ofRows are the differences of rows: they are judged by every reference of the table, those of entities by one.
func ofRows(c disclosure.Cell) []disclosure.Difference {
	return slices.DeleteFunc(slices.Clone(c.Differences), func(d disclosure.Difference) bool { return len(d.Entities) < 2 })
}

func concentration(entities, top1, top2, total int64) disclosure.Concentration {
	return disclosure.Concentration{Entities: entities, Top1: big.NewRat(top1, 1), Top2: big.NewRat(top2, 1), Total: big.NewRat(total, 1)}
}

func requireTotals(t *testing.T, want, got []disclosure.Concentration) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i].Entities, got[i].Entities)
		for _, pair := range [][2]*big.Rat{{want[i].Top1, got[i].Top1}, {want[i].Top2, got[i].Top2}, {want[i].Total, got[i].Total}} {
			require.Zero(t, pair[0].Cmp(pair[1]), "want %s, got %s", pair[0], pair[1])
		}
	}
}

const fourVisits = `
1 1 a x good 5
1 1 a x good 0
2 1 a x good 0
3 2 a x good 3`

func TestEvidenceOfOneCell(t *testing.T) {
	table := small(t, fourVisits, func(q *question) *question {
		return q.rows(0).sum(0, "visits", "cost").entities(0, "visits", 0)
	})
	require.Equal(t, []string{"visits#person", "visits#clinic"}, table.References)
	row := table.Rows[0]
	require.Equal(t, []int64{3, 2}, row.Groups[0].Entities)
	require.Equal(t, []string{"4", "8", "3"}, []string{row.Cells[0].Value, row.Cells[1].Value, row.Cells[2].Value})
	requireTotals(t, []disclosure.Concentration{concentration(3, 2, 1, 4), concentration(2, 3, 1, 4)}, row.Cells[0].Totals)
	requireTotals(t, []disclosure.Concentration{concentration(3, 5, 3, 8), concentration(2, 5, 3, 8)}, row.Cells[1].Totals)
	requireTotals(t, []disclosure.Concentration{concentration(2, 2, 1, 3)}, row.Cells[2].Totals) // people a clinic sees
	require.Equal(t, []disclosure.Share{{Holders: 2, Entities: 3}, {Holders: 1, Entities: 2}}, row.Cells[1].Shares, "one visit at no cost is enough")
	require.True(t, row.Groups[0].Differences[0].Empty, "the universe")
}

func TestNegativeTotals(t *testing.T) {
	table := small(t, strings.ReplaceAll(fourVisits, "good 5", "good 9"), func(q *question) *question {
		return q.squares(0, "visits", "cost").sum(0, "visits", "cost")
	})
	requireTotals(t, []disclosure.Concentration{concentration(3, 81, 9, 90), concentration(2, 81, 9, 90)}, table.Rows[0].Cells[0].Totals)
}

// TestUniverseByReference: the rows outside are counted by the references of the root, and by those of joined tables where there are any.
func TestUniverseByReference(t *testing.T) {
	specs := tinySpecs(t)
	e := newEngine(t)
	w := tiny{people: []person{{1, 1, "n", 1}, {2, 2, "n", 1}}}
	for pid := range 6 {
		w.visits = append(w.visits, visit{pid, pid, "a", "x", "good", "1"})
	}
	w.load(e, specs)
	matched := ask(specs, "visits").join("visits", "pid", "people", "pid").rows(0)
	table := e.evidence(&matched.plan, compile.Inputs{})
	require.Equal(t, []int64{2, 2, 2, 2}, table.Rows[0].Groups[0].Entities)
	universe := table.Rows[0].Groups[0].Differences[0]
	require.Equal(t, disclosure.AgainstUniverse, universe.Against)
	require.Equal(t, []int64{4, 4}, universe.Entities, "nobody outside has a household")

	w.people = append(w.people, person{3, 3, "s", 1})
	w.load(e, specs)
	north := ask(specs, "visits").join("visits", "pid", "people", "pid").where(0, join, "town", values("n")).rows(0)
	universe = e.evidence(&north.plan, compile.Inputs{}).Rows[0].Groups[0].Differences[0]
	require.Equal(t, []int64{4, 4, 1}, universe.Entities, "one household outside")

	w.visits[3].kind = "y"
	w.load(e, specs)
	kind := ask(specs, "visits").left("visits", "pid", "people", "pid").where(0, "visits", "kind", values("x")).rows(0)
	group := e.evidence(&kind.plan, compile.Inputs{}).Rows[0].Groups[0]
	require.Equal(t, []int64{5, 5, 2, 2}, group.Entities, "a person that does not match is no person of the joined table")
	universe = group.Differences[0]
	require.Equal(t, []int64{1, 1, 1}, universe.Entities, "the joined person is the visitor: counted once")
}

// TestDifferencesOfTotals: the differing rows' totals are those of who is left, wholly or in part.
func TestDifferencesOfTotals(t *testing.T) {
	before := ask(tinySpecs(t), "visits").sum(0, "visits", "cost")
	earlier := compile.Earlier{Family: before.plan.Families(nil, nil)[0], Released: [][]*string{{}}}
	table := small(t, `
1 1 a x good 5
1 1 b x good 3
2 1 b x good 2
3 2 a x good 9
4 3 b x good 1`, func(q *question) *question {
		return q.where(0, "visits", "area", values("a")).sum(0, "visits", "cost")
	}, earlier)
	differences := ofRows(table.Rows[0].Cells[0])
	require.Len(t, differences, 2)
	require.True(t, differences[0].Empty, "every row of the cell was released before")
	require.True(t, differences[1].Outward)
	require.Equal(t, []int64{3, 2}, differences[1].Entities)
	requireTotals(t, []disclosure.Concentration{concentration(3, 3, 2, 6), concentration(2, 5, 1, 6)}, differences[1].Totals)
}

// TestLargestLeft: the two largest that are left may stand anywhere among those that are common.
func TestLargestLeft(t *testing.T) {
	before := ask(tinySpecs(t), "visits").where(0, "visits", "kind", values("x")).sum(0, "visits", "cost")
	earlier := compile.Earlier{Family: before.plan.Families(nil, nil)[0], Released: [][]*string{{}}}
	table := small(t, `
1 1 a y good 9
2 2 a x good 8
3 3 a x good 7
4 4 a y good 6
5 5 a x good 5
6 6 a y good 4`, func(q *question) *question { return q.sum(0, "visits", "cost") }, earlier)
	d := table.Rows[0].Cells[0].Differences[0]
	require.False(t, d.Outward)
	requireTotals(t, []disclosure.Concentration{concentration(3, 9, 6, 19), concentration(3, 9, 6, 19)}, d.Totals)
}

// TestUnreleasedCellsAreNoComparators: what was withheld before tells nothing.
func TestUnreleasedCellsAreNoComparators(t *testing.T) {
	before := ask(tinySpecs(t), "visits").by("visits", "area", "", 0).rows(0)
	a := "a"
	earlier := compile.Earlier{Family: before.plan.Families(nil, nil)[0], Released: [][]*string{{&a}}}
	table := small(t, "1 1 a x good 1\n2 1 b x good 1\n3 1 b y good 1", func(q *question) *question {
		return q.by("visits", "kind", "", 0).rows(0)
	}, earlier)
	require.Len(t, ofRows(table.Rows[0].Cells[0]), 2, "x has a visit in a")
	require.Empty(t, ofRows(table.Rows[1].Cells[0]), "y has none")
}

// TestPeopleAcrossTables: counts of people are compared as sets of people, whatever tables they come from. That a visitor of the north is
// a person of the north follows from the join; that one is of the north or the south does not.
func TestPeopleAcrossTables(t *testing.T) {
	specs := tinySpecs(t)
	e := newEngine(t)
	w := tiny{}
	for pid := range 8 {
		w.people = append(w.people, person{pid, pid, []string{"n", "s"}[pid%2], 1})
		if pid < 6 {
			w.visits = append(w.visits, visit{pid, pid, "a", "x", "good", "1"})
		}
	}
	w.load(e, specs)
	north := ask(specs, "people").where(0, "people", "town", values("n")).rows(0)
	in := compile.Inputs{Earlier: []compile.Earlier{{Family: north.plan.Families(nil, nil)[0], Released: [][]*string{{}}}}}
	earlier := func(q *question, scope compile.Scope) []disclosure.Difference {
		in.Scope = scope
		var out []disclosure.Difference
		for _, d := range e.evidence(&q.plan, in).Rows[0].Cells[0].Differences {
			if d.Against == disclosure.AgainstEarlier {
				out = append(out, d)
			}
		}
		return out
	}
	visitors := func(towns ...string) *question {
		q := ask(specs, "visits").join("visits", "pid", "people", "pid")
		if len(towns) > 0 {
			q.where(0, join, "town", values(towns...))
		}
		return q.entities(0, "visits", 0)
	}
	verified := func(q *question) *question {
		for i := range q.plan.Base.Entities {
			q.plan.Base.Entities[i].NotNull = !q.plan.Base.Entities[i].Unique
		}
		return q
	}
	inward := func(empty bool, n int64) disclosure.Difference {
		return disclosure.Difference{Against: disclosure.AgainstEarlier, Empty: empty, Entities: []int64{n}}
	}
	outward := disclosure.Difference{Against: disclosure.AgainstEarlier, Outward: true, Entities: []int64{1}}
	require.Equal(t, []disclosure.Difference{inward(true, 0), outward}, earlier(verified(visitors("n")), nil))
	require.Equal(t, []disclosure.Difference{inward(false, 0), outward}, earlier(visitors("n"), nil),
		"a person without a household is a visitor and is not counted among the people")
	require.Equal(t, []disclosure.Difference{inward(false, 3), outward}, earlier(verified(visitors("n", "s")), nil))
	require.Equal(t, []disclosure.Difference{inward(false, 3), outward}, earlier(verified(visitors()), nil))

	term := compile.Condition{Column: compile.ColumnRef{Column: "town"}, Type: "VARCHAR", Set: values("n")}
	require.Equal(t, []disclosure.Difference{inward(true, 0), outward}, earlier(verified(visitors()), compile.Scope{"people": {term}}),
		"the row scope is part of the join")
}

// TestOtherUniverses: a count of people is compared with everybody in each joined table that the cell requires.
func TestOtherUniverses(t *testing.T) {
	specs := tinySpecs(t)
	e := newEngine(t)
	w := tiny{people: []person{{1, 1, "n", 1}, {2, 2, "n", 1}, {3, 3, "s", 1}}, visits: []visit{{1, 1, "a", "x", "good", "1"}, {2, 1, "a", "x", "good", "1"}}}
	w.load(e, specs)
	q := ask(specs, "visits").join("visits", "pid", "people", "pid").entities(0, "visits", 0)
	require.Equal(t, []disclosure.Difference{{Against: disclosure.AgainstUniverse, Outward: true, Entities: []int64{1}}},
		e.evidence(&q.plan, compile.Inputs{}).Rows[0].Cells[0].Differences)
}

// TestScopesAreDifferentTables: a table joined under another grant's row scope is another table; one of the same scope is the same.
func TestScopesAreDifferentTables(t *testing.T) {
	specs := tinySpecs(t)
	e := newEngine(t)
	w := tiny{}
	for pid := range 7 {
		w.people = append(w.people, person{pid, pid, []string{"n", "n", "s"}[pid%3], 1})
		w.visits = append(w.visits, visit{pid, pid, "a", "x", "good", "1"})
	}
	w.load(e, specs)
	matched := func() *question { return ask(specs, "visits").join("visits", "pid", "people", "pid").rows(0) }
	term := compile.Condition{Column: compile.ColumnRef{Column: "town"}, Type: "VARCHAR", Set: values("n")}
	north := compile.Scope{"people": {term}}
	earlier := compile.Earlier{Family: matched().plan.Families(nil, north)[0], Released: [][]*string{{}}}

	table := e.evidence(&matched().plan, compile.Inputs{Earlier: []compile.Earlier{earlier}})
	require.Equal(t, "7", table.Rows[0].Cells[0].Value)
	differences := ofRows(table.Rows[0].Cells[0])
	require.Len(t, differences, 2)
	require.Equal(t, []int64{2, 2, 2}, differences[0].Entities, "visits of the south: people, clinics, households")
	require.False(t, differences[1].Empty, "no box says that the narrower table lies in the wider one")

	table = e.evidence(&matched().where(0, "visits", "kind", values("x")).plan, compile.Inputs{Scope: north, Earlier: []compile.Earlier{earlier}})
	require.Equal(t, "5", table.Rows[0].Cells[0].Value)
	require.True(t, table.Rows[0].Cells[0].Differences[0].Empty)
}

// TestMeasuresAreReleasedOneByOne: a cell of a family counts for the measures that were released of it.
func TestMeasuresAreReleasedOneByOne(t *testing.T) {
	before := ask(tinySpecs(t), "visits").by("visits", "area", "", 0).rows(0).sum(0, "visits", "cost")
	families := before.plan.Families(nil, nil)
	a, b := ref("a"), ref("b")
	specs, e := tinySpecs(t), newEngine(t)
	tiny{visits: []visit{{1, 1, "a", "x", "good", "1"}, {2, 2, "b", "x", "good", "2"}, {3, 3, "b", "y", "good", "3"}}}.load(e, specs)
	q := ask(specs, "visits").where(0, "visits", "kind", values("x")).rows(0).sum(0, "visits", "cost")
	table := e.evidence(&q.plan, compile.Inputs{Earlier: []compile.Earlier{
		{Family: families[0], Released: [][]*string{{a}, {b}}}, {Family: families[1], Released: [][]*string{{b}}}}})
	require.Len(t, ofRows(table.Rows[0].Cells[0]), 4)
	require.Len(t, ofRows(table.Rows[0].Cells[1]), 2)
}

// TestMonthOfAnyYear: a key that is no set of its column proves nothing empty, unless it is the same key with the same value.
func TestMonthOfAnyYear(t *testing.T) {
	c := newCorpus(t)
	months := ask(c.specs, "persons").by("persons", "birth_date", "month", 0).rows(0)
	var released [][]*string
	for _, row := range c.evidence(&months.plan, compile.Inputs{}).Rows {
		released = append(released, row.Key)
	}
	in := compile.Inputs{Earlier: []compile.Earlier{{Family: months.plan.Families(nil, nil)[0], Released: released}}}
	one := ask(c.specs, "persons").where(0, "persons", "district", values("D1")).rows(0)
	for _, d := range c.evidence(&one.plan, in).Rows[0].Cells[0].Differences {
		require.False(t, d.Empty)
	}
	finer := ask(c.specs, "persons").by("persons", "birth_date", "month", 0).by("persons", "gender", "", 0).rows(0)
	for _, row := range c.evidence(&finer.plan, in).Rows {
		require.Len(t, row.Cells[0].Differences, 2, "its own month and no other")
		require.True(t, row.Cells[0].Differences[0].Empty)
		require.False(t, row.Cells[0].Differences[1].Empty)
	}
}

// TestAverageOfASensitiveColumn: a roll-up's average is none of its column's sensitive values; a condition on it and a key of its classes are
// judged all the same.
func TestAverageOfASensitiveColumn(t *testing.T) {
	specs := tinySpecs(t)
	e := newEngine(t)
	w := randomWorld(rand.New(rand.NewPCG(1, 7)))
	w.load(e, specs)
	e.keep(newOracle(w, disclosure.Rules{K: 1}).pins)
	const averages = "WITH r AS (SELECT pid, avg(cost) AS c, count(*) AS n FROM visits GROUP BY pid) "
	for _, text := range []string{
		averages + "SELECT count(*) FROM r WHERE c >= 1",
		averages + "SELECT CASE WHEN c < 0 THEN 'less' WHEN c >= 0 THEN 'more' END AS k, count(*), sum(n) FROM r GROUP BY k",
	} {
		p, err := e.plan(text, viewtest.View(t, tinyWorld), compile.Facts{})
		require.NoError(t, err, text)
		table := e.evidence(p, compile.Inputs{Snapshots: map[string]string{"visits": "a", "people": "b", "clinics": "c"}})
		require.NotNil(t, table, text)
	}
}
