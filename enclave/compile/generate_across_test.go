package compile_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// twoLoads is a world of people of two towns, and the same world after some change.
type twoLoads struct {
	*engine
	specs   map[string]catalog.DatasetSpec
	earlier []compile.Earlier
}

func newTwoLoads(t *testing.T, before, after tiny) *twoLoads {
	l := &twoLoads{engine: newEngine(t), specs: tinySpecs(t)}
	before.load(l.engine, l.specs)
	l.keep(map[string]string{"people": "one", "visits": "v"})
	after.load(l.engine, l.specs)
	return l
}

// answered adds an earlier answer over the first load: the cells of these keys were released.
func (l *twoLoads) answered(q *question, values map[string]string) {
	e := compile.Earlier{Family: q.plan.Families(map[string]string{"people": "one"}, nil)[0]}
	for key, value := range values {
		released := []*string{}
		if len(q.plan.Keys) > 0 {
			released = append(released, ref(key))
		}
		e.Released, e.Values = append(e.Released, released), append(e.Values, value)
	}
	l.earlier = append(l.earlier, e)
}

func (l *twoLoads) ask(q *question, lost ...string) *disclosure.Table {
	in := compile.Inputs{Snapshots: map[string]string{"people": "two"}, Earlier: l.earlier, Lost: map[string]bool{}}
	for _, id := range lost {
		in.Lost[id] = true
	}
	return l.evidence(&q.plan, in)
}

// townsfolk are n people of the north and n of the south, each of a household of his own.
func townsfolk(n int) tiny {
	w := tiny{}
	for pid := range 2 * n {
		w.people = append(w.people, person{pid, pid, []string{"n", "s"}[pid%2], 1 + pid})
	}
	return w
}

// without leaves people out.
func (w tiny) without(gone int) tiny { return tiny{people: w.people[gone:]} }

// TestTooFewChanged: below k the cell keeps its old value, from k on it has the new one.
func TestTooFewChanged(t *testing.T) {
	rules := disclosure.Rules{K: 3}
	for gone, want := range []string{"20", "20", "20", "17", "16"} {
		l := newTwoLoads(t, townsfolk(10), townsfolk(10).without(gone))
		everybody := ask(l.specs, "people").rows(0)
		l.answered(everybody, map[string]string{"": "20"})
		table := l.ask(everybody)
		rows := disclosure.Judge(table, rules).Released(table)
		require.Equal(t, []string{want}, words(rows), fmt.Sprint(gone, " gone"))

		outcomes, err := compile.Outcomes(everybody.plan.Families(map[string]string{"people": "two"}, nil), rows, l.earlier)
		require.NoError(t, err)
		again := outcomes[0].Earlier(everybody.plan.Families(map[string]string{"people": "two"}, nil)[0])
		pin := map[bool]string{true: "one", false: "two"}[gone < 3]
		require.Equal(t, []compile.Pin{{Dataset: "people", Snapshot: pin}}, again[0].Family.Snapshots, "a value is of the load that it came from")
	}
}

// TestSameNumberOfOthers: entities are compared, not numbers: as many came as went.
func TestSameNumberOfOthers(t *testing.T) {
	after := townsfolk(10)
	after.people = after.people[2:]
	after.people = append(after.people, person{90, 90, "n", 5}, person{91, 91, "s", 5})
	l := newTwoLoads(t, townsfolk(10), after)
	q := ask(l.specs, "people").rows(0).sum(0, "people", "wealth")
	l.answered(ask(l.specs, "people").rows(0), map[string]string{"": "20"})
	l.answered(ask(l.specs, "people").sum(0, "people", "wealth"), map[string]string{"": "210.00"})
	cells := l.ask(q).Rows[0].Cells
	require.Equal(t, []int64{4, 4}, cells[0].Before[0].Changed.Entities)
	require.Equal(t, []int64{4, 4}, cells[1].Before[0].Changed.Entities)
	requireTotals(t, []disclosure.Concentration{concentration(4, 5, 5, 13), concentration(4, 5, 5, 13)}, cells[1].Before[0].Changed.Totals)
}

// TestLargestChange: the totals of a difference are those of what changed: who went, who came, and the change of who stayed.
func TestLargestChange(t *testing.T) {
	after := townsfolk(10)
	after.people = after.people[1:]
	after.people[18].wealth += 100
	after.people = append(after.people, person{90, 90, "n", 50})
	l := newTwoLoads(t, townsfolk(10), after)
	q := ask(l.specs, "people").sum(0, "people", "wealth")
	l.answered(q, map[string]string{"": "210.00"})
	changed := l.ask(q).Rows[0].Cells[0].Before[0].Changed
	require.Equal(t, []int64{3, 3}, changed.Entities)
	requireTotals(t, []disclosure.Concentration{concentration(3, 100, 50, 151), concentration(3, 100, 50, 151)}, changed.Totals)
}

// TestSumsOfCells: a cell that earlier answers add up to, and an earlier cell that the cells of now add up to, are compared as well.
func TestSumsOfCells(t *testing.T) {
	l := newTwoLoads(t, townsfolk(10), townsfolk(10).without(1)) // one of the north
	towns := ask(l.specs, "people").by("people", "town", "", 0).rows(0)
	l.answered(towns, map[string]string{"n": "10", "s": "10"})
	differences := l.ask(ask(l.specs, "people").rows(0)).Rows[0].Cells[0].Differences
	require.Len(t, differences, 4, "to either town, and to everybody then")
	require.Equal(t, []int64{11, 11}, differences[0].Entities)
	require.Equal(t, []int64{1, 1}, differences[1].Entities)

	l.earlier = nil
	l.answered(ask(l.specs, "people").where(0, "people", "town", values("n", "s")).rows(0), map[string]string{"": "20"})
	table := l.ask(towns)
	south := table.Rows[1].Cells[0].Differences
	require.Equal(t, []int64{10, 10}, south[0].Entities, "those of the north then")
	require.Equal(t, []int64{0, 0}, south[1].Entities, "nobody of the south")
	require.Equal(t, []int64{1, 1}, south[2].Entities, "one of both, which the towns of now add up to")
}

// TestLostLoads: what cannot be read is not compared, and nothing leaves beside it; other measures do.
func TestLostLoads(t *testing.T) {
	l := newTwoLoads(t, townsfolk(10), townsfolk(10))
	q := ask(l.specs, "people").rows(0)
	l.answered(q, map[string]string{"": "20"})
	require.False(t, l.ask(q).Rows[0].Groups[0].Unknown)
	table := l.ask(q, "one")
	require.True(t, table.Rows[0].Groups[0].Unknown)
	require.Empty(t, disclosure.Judge(table, disclosure.Rules{K: 1}).Released(table))
	require.False(t, l.ask(ask(l.specs, "people").sum(0, "people", "wealth"), "one").Rows[0].Groups[0].Unknown)
	households := ask(l.specs, "people").entities(0, "people", 1)
	require.True(t, l.ask(households, "one").Rows[0].Groups[0].Unknown, "people and households are both counts")
	l.answered(households, map[string]string{"": "20"})
	require.True(t, l.ask(households, "one").Rows[0].Groups[0].Unknown)
	visitors := ask(l.specs, "visits").join("visits", "pid", "people", "pid").entities(0, "visits", 0)
	program, err := compile.Generate(&visitors.plan, compile.Inputs{Snapshots: map[string]string{"people": "two", "visits": "v"}, Earlier: l.earlier, Lost: map[string]bool{"one": true}})
	require.NoError(t, err)
	require.Len(t, program.Attachments, 2, "a lost load is not attached")
}

// TestRowsAreEntities: where the row is the entity, one that changed went and came: it counts once.
func TestRowsAreEntities(t *testing.T) {
	spec := catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Rows: true}}, Columns: []catalog.Column{
		{Name: "town", Type: "VARCHAR", Grade: 2, Roles: []catalog.Role{catalog.RoleDimension}},
		{Name: "wealth", Type: "DECIMAL(9,2)", Grade: 2, Roles: []catalog.Role{catalog.RoleMeasure}}}}
	l := &twoLoads{engine: newEngine(t), specs: map[string]catalog.DatasetSpec{"people": spec}}
	fill := func(raised int) {
		l.exec(fmt.Sprintf(`CREATE OR REPLACE TABLE "people".main.data AS SELECT 'n' AS town, w AS wealth, hash(w) AS __ekey_0
			FROM (SELECT CAST(CASE WHEN i < %d THEN 100 + i ELSE i END AS DECIMAL(9,2)) AS w FROM range(1, 21) t(i))`, raised))
	}
	l.exec(`ATTACH ':memory:' AS "people"`)
	fill(0)
	l.keep(map[string]string{"people": "one"})
	fill(4)
	q := ask(l.specs, "people").rows(0).sum(0, "people", "wealth")
	l.answered(ask(l.specs, "people").rows(0), map[string]string{"": "20"})
	l.answered(ask(l.specs, "people").sum(0, "people", "wealth"), map[string]string{"": "210.00"})
	cells := l.ask(q).Rows[0].Cells
	require.Equal(t, []int64{3}, cells[0].Before[0].Changed.Entities)
	require.Equal(t, []int64{3}, cells[1].Before[0].Changed.Entities)
	requireTotals(t, []disclosure.Concentration{concentration(6, 103, 102, 312)}, cells[1].Before[0].Changed.Totals)
}

// TestBatches: a batch lists what its own statements read, and is cut by text and by snapshots.
func TestBatches(t *testing.T) {
	specs := tinySpecs(t)
	q := ask(specs, "people").rows(0)
	in := compile.Inputs{Snapshots: map[string]string{"people": "now"}}
	for i := range 40 {
		f := q.plan.Families(map[string]string{"people": fmt.Sprint("load", i)}, nil)[0]
		in.Earlier = append(in.Earlier, compile.Earlier{Family: f, Released: [][]*string{{}}, Values: []string{"1"}})
	}
	program, err := compile.Generate(&q.plan, in)
	require.NoError(t, err)
	require.Len(t, program.Attachments, 41)
	require.Equal(t, compile.Attachment{Alias: "people", Dataset: "people", Snapshot: "now"}, program.Attachments[0])
	for _, bytes := range []int{1, 10_000, 1 << 30} {
		var statements []compile.Statement
		for _, b := range program.Batches(bytes) {
			statements = append(statements, b.Statements...)
			require.LessOrEqual(t, len(b.Attachments), 24)
			require.Equal(t, "people", b.Attachments[0].Alias)
		}
		require.Equal(t, program.Statements, statements)
	}
	require.Len(t, program.Batches(1<<30), 2)
}

// visited is a load of visits, "pid cid area cost" each.
func visited(rows ...string) tiny {
	w := tiny{}
	for _, r := range rows {
		v := visit{kind: "x", result: "good"}
		if _, err := fmt.Sscan(r, &v.pid, &v.cid, &v.area, &v.cost); err != nil {
			panic(err)
		}
		w.visits = append(w.visits, v)
	}
	return w
}

// TestContributions: an entity contributes the number of its rows and their sum; to a count of entities the very entities.
func TestContributions(t *testing.T) {
	before := visited("1 1 a 5", "2 2 a 5", "3 3 a 5", "4 3 a 0")
	after := visited("1 1 a 5", "1 1 a 0", "2 4 a 5", "3 3 a 4", "3 3 a 1", "4 3 a 0")
	e, specs := newEngine(t), tinySpecs(t)
	before.load(e, specs)
	e.keep(map[string]string{"visits": "one", "people": "p"})
	after.load(e, specs)
	q := ask(specs, "visits").rows(0).sum(0, "visits", "cost").entities(0, "visits", 1)
	in := compile.Inputs{Snapshots: map[string]string{"visits": "two"}}
	for _, f := range q.plan.Families(map[string]string{"visits": "one"}, nil) {
		in.Earlier = append(in.Earlier, compile.Earlier{Family: f, Released: [][]*string{{}}, Values: []string{"1"}})
	}
	cells := e.evidence(&q.plan, in).Rows[0].Cells
	require.Equal(t, []int64{2, 4}, cells[0].Before[0].Changed.Entities, "rows: persons 1 and 3; clinics 1 to 4")
	require.Equal(t, []int64{2, 4}, cells[1].Before[0].Changed.Entities, "the sums of persons 1 and 3 are made of other rows")
	require.Equal(t, []int64{1, 2}, cells[2].Before[0].Changed.Entities, "clinics: person 2 sees another one")
	require.Equal(t, []int64{2}, cells[2].Before[1].Changed.Entities, "clinics 2 and 4")
}

// TestJoinedLoads: a cell is read on the earlier load of every table that both questions read.
func TestJoinedLoads(t *testing.T) {
	before, after := townsfolk(10), townsfolk(10)
	for pid := range 20 {
		before.visits = append(before.visits, visit{pid, pid, []string{"a", "b"}[pid/10], "x", "good", "1"})
	}
	after.visits = before.visits
	for i := range 4 {
		after.people[2*i].town = "s"
	}
	e, specs := newEngine(t), tinySpecs(t)
	before.load(e, specs)
	e.keep(map[string]string{"visits": "v", "people": "one"})
	after.load(e, specs)
	north := func() *question {
		return ask(specs, "visits").join("visits", "pid", "people", "pid").where(0, join, "town", values("n"))
	}
	wide, narrow := north().rows(0), north().where(0, "visits", "area", values("a")).rows(0)
	in := compile.Inputs{Snapshots: map[string]string{"visits": "v", "people": "two"}, Earlier: []compile.Earlier{
		{Family: wide.plan.Families(map[string]string{"visits": "v", "people": "one"}, nil)[0], Released: [][]*string{{}}, Values: []string{"10"}}}}
	differences := e.evidence(&narrow.plan, in).Rows[0].Cells[0].Differences
	require.Equal(t, []int64{9, 9, 9}, differences[0].Entities, "5 of the other area, 4 moved")
	require.Equal(t, []int64{4, 4, 4}, differences[1].Entities, "the cell itself, of the north then")
	require.Equal(t, []int64{4, 4, 4}, differences[2].Entities, "all areas")
}

// TestOtherEntities: when the root's entities are declared in another way, nothing can be compared.
func TestOtherEntities(t *testing.T) {
	l := newTwoLoads(t, townsfolk(10), townsfolk(10))
	q := ask(l.specs, "people").rows(0)
	l.answered(q, map[string]string{"": "20"})
	l.earlier[0].Family.Base.Entities = l.earlier[0].Family.Base.Entities[:1]
	l.earlier[0].Family.Base.Entities[0].Unique = false
	require.True(t, l.ask(ask(l.specs, "people").rows(0)).Rows[0].Groups[0].Unknown)
}
