package compile_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// openWorld is noisyWorld with texts whose values nobody lists.
var openWorld = strings.NewReplacer("domain: [n, s]", "max_values: 4", "domain: [a, b, c]", "max_values: 6, generalise: [prefix(1)]",
	"name: day,", "name: day, bounds: [2023-01-01, 2024-12-31],").Replace(noisyWorld)

// loneWorld has persons alone, in whose counts the several values of one person weigh most.
var loneWorld = strings.NewReplacer("  - {type: household, key: [hid], max_rows: 3}\n", "", "  - {type: clinic, key: [cid], max_rows: 6}\n", "",
	"  - {name: hid, type: BIGINT, grade: 2, roles: [entity_key]}\n", "", "  - {name: cid, type: BIGINT, grade: 2, roles: [entity_key]}\n", "").Replace(openWorld)

// openShapes are questions with one open key: alone, beside others, through joins, over roll-ups, by its prefix.
var openShapes = []string{
	"SELECT area, count(*) AS n FROM visits GROUP BY area",
	"SELECT area, count(DISTINCT pid) AS p, sum(cost) AS s, sum(saved * fee) AS x FROM visits WHERE area <> 'b' GROUP BY area",
	"SELECT left(area, 1) AS a, count(DISTINCT cid) AS c, sum(saved) AS s FROM visits GROUP BY a",
	"SELECT area, month(day) AS m, count(*) FILTER (WHERE day >= '2024-01-01') AS n, sum(fee) AS s FROM visits GROUP BY area, m",
	"SELECT area, date_trunc('quarter', day) AS q, count(*) AS n, sum(cost) AS s FROM visits WHERE day >= '2023-04-01' GROUP BY area, q",
	"SELECT town, count(*) AS n, avg(wealth) AS w FROM clients GROUP BY town",
	"SELECT town, ill, count(*) AS n FROM clients GROUP BY town, ill",
	"SELECT p.town, count(*) AS n, count(DISTINCT p.hid) AS h FROM visits v LEFT JOIN clients p ON v.pid = p.pid GROUP BY p.town",
	"SELECT c.town, count(*) AS n FROM clients c JOIN (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r ON c.pid = r.pid WHERE r.n >= 2 GROUP BY c.town",
}

// named are what values could be named: none, some, all that there are, and one that nobody has.
var named = [][]string{nil, {"a"}, {"n"}, {"a", "b", "n", "s"}, {"z"}}

func (e *engine) open(text string, view footprint.View) (*compile.OpenKey, compile.NoisyInputs) {
	e.t.Helper()
	plan, err := e.plan(text, view, compile.Facts{})
	require.NoError(e.t, err, text)
	in := noisyInputs(view)
	open, err := compile.FindOpen(plan, in)
	require.NoError(e.t, err, text)
	require.NotNil(e.t, open, text)
	in.Keys = open.Keys()
	return open, in
}

// values are the counts by value of a world.
func (e *engine) values(open *compile.OpenKey) map[string][]*big.Int {
	e.t.Helper()
	var rows [][][]*string
	for _, s := range open.Counts.Statements {
		rows = append(rows, e.rows(s))
	}
	n, values, figures, err := open.Read(rows)
	require.NoError(e.t, err)
	require.Len(e.t, n.Keys, len(values))
	out := map[string][]*big.Int{}
	for i, v := range values {
		out[v] = figures[i]
	}
	return out
}

// beside puts the counts of two worlds beside each other. A value that one of them does not have is counted there too: as none.
func beside(x, y map[string][]*big.Int, n int) (whole, less [][]*big.Int) {
	none := make([]*big.Int, n)
	for i := range none {
		none[i] = new(big.Int)
	}
	for v := range x {
		whole = append(whole, x[v])
		if y[v] == nil {
			y[v] = none
		}
		less = append(less, y[v])
	}
	for v := range y {
		if x[v] == nil {
			whole, less = append(whole, none), append(less, y[v])
		}
	}
	return whole, less
}

// merged are the programs of the merged plan, whatever was named. What they are charged is known before.
func merged(t *testing.T, open *compile.OpenKey, in compile.NoisyInputs) []*compile.NoisyProgram {
	var out []*compile.NoisyProgram
	for _, values := range named {
		n, err := compile.GenerateNoisy(open.Merged(values), in)
		require.NoError(t, err)
		require.LessOrEqual(t, len(n.Keys), open.Keys())
		if len(out) > 0 {
			require.Equal(t, out[0].Statistics, n.Statistics, "the price of a question does not know what is named")
		}
		out = append(out, n)
	}
	return out
}

// TestNoisyOpenSensitivity removes entities from random worlds, also the only one that has a value, and gives them other values: neither the counts
// by value, over all values that either world has, nor what is asked with the key in classes move by more than what is charged; by no more than
// twice that where rows change their value.
func TestNoisyOpenSensitivity(t *testing.T) {
	e := newEngine(t)
	fresh, moved := 0, 0
	for i, text := range append(openShapes, openShapes...) {
		view, keys := viewtest.View(t, openWorld), map[string]int{"pid": 8, "hid": 3, "cid": 3}
		if i >= len(openShapes) {
			view, keys = viewtest.View(t, loneWorld), map[string]int{"pid": 8}
			if strings.Contains(text, "cid") || strings.Contains(text, "hid") {
				continue
			}
		}
		open, in := e.open(text, view)
		programs := merged(t, open, in)
		for seed := range trials(t, 3) {
			rng := rand.New(rand.NewPCG(uint64(seed), 57))
			w := randomRows(rng)
			w.load(e, view)
			values, figures := e.values(open), [][][]*big.Int{}
			for _, p := range programs {
				figures = append(figures, e.figures(p))
			}
			for column, ids := range keys {
				id := fmt.Sprint(rng.IntN(ids))
				for _, other := range []noisyRows{w.without(column, id), w.elsewhere(column, id)} {
					what := fmt.Sprintf("%s\nseed %d, %s %s", text, seed, column, id)
					times := int64(1)
					if len(other.clients)+len(other.visits) == len(w.clients)+len(w.visits) {
						times = 2
					}
					other.load(e, view)
					now := e.values(open)
					for v := range values {
						if now[v] == nil {
							fresh++
						}
					}
					whole, less := beside(values, now, len(open.Counts.Statistics))
					for _, m := range e.movesTimes(open.Counts, whole, less, times, what) {
						moved += m.squares.Sign()
					}
					for i, p := range programs {
						e.movesTimes(p, figures[i], e.figures(p), times, fmt.Sprint(what, named[i]))
					}
				}
			}
		}
	}
	require.Positive(t, fresh, "a value that only one entity has comes and goes")
	require.Positive(t, moved)
}

// elsewhere is the world in which the rows of one entity have another value.
func (w noisyRows) elsewhere(column, id string) noisyRows {
	moved := func(rows []map[string]string, key, to string) (out []map[string]string) {
		for _, r := range rows {
			if v, has := r[column]; has && v == id {
				copied := map[string]string{}
				for k, x := range r {
					copied[k] = x
				}
				copied[key] = to
				r = copied
			}
			out = append(out, r)
		}
		return out
	}
	return noisyRows{moved(w.clients, "town", "'x'"), moved(w.visits, "area", "'x'")}
}

// movesTimes is moves with the charge of so many changes.
func (e *engine) movesTimes(p *compile.NoisyProgram, whole, less [][]*big.Int, times int64, what string) []movement {
	e.t.Helper()
	charged := *p
	charged.Statistics = nil
	for _, s := range p.Statistics {
		s.Units *= times
		charged.Statistics = append(charged.Statistics, s)
	}
	return e.moves(&charged, whole, less, what)
}

// A named value is the cell of the condition that means it, the others that of all that have no name; NULL and other are none that could be named.
func TestNoisyOpenCells(t *testing.T) {
	view := viewtest.View(t, openWorld)
	e := newEngine(t)
	condition := func(text string) string {
		n, err := e.noisy(text, openWorld)
		require.NoError(t, err, text)
		return noisyCells(t, n, compile.MeasureRows)[""]
	}
	for _, c := range []struct {
		text, where string
		values      []string
		want        map[string]string // by what is shown
	}{
		{"SELECT area, count(*) AS n FROM visits WHERE area IS NULL OR area <> 'q' GROUP BY area", "", []string{"a", "it's"}, map[string]string{
			"a": "area = 'a'", "it's": "area = 'it''s'", "other": "area NOT IN ('a', 'it''s', 'q')", "NULL": "area IS NULL"}},
		{"SELECT left(area, 1) AS a, count(*) AS n FROM visits GROUP BY a", "", []string{"", "a"}, map[string]string{
			"": "area = ''", "a": "area LIKE 'a%'", "other": "area NOT LIKE 'a%' AND area <> ''", "NULL": "area IS NULL"}},
		{"SELECT area, count(*) AS n FROM visits WHERE area <> 'b' GROUP BY area", "", []string{"a"}, map[string]string{
			"a": "area = 'a'", "other": "area NOT IN ('b', 'a')"}},
	} {
		open, in := e.open(c.text, view)
		n, err := compile.GenerateNoisy(open.Merged(c.values), in)
		require.NoError(t, err)
		cells := noisyCells(t, n, compile.MeasureRows)
		for i, key := range n.Keys {
			name := "NULL"
			if shown := open.Named(c.values, key)[0]; shown != nil {
				name = *shown
			}
			if where := c.want[name]; where != "" {
				require.Equal(t, condition("SELECT count(*) AS n FROM visits WHERE "+where), cells[fmt.Sprint(i)], "%s: %s", c.text, name)
			}
		}
	}
	open, _ := e.open(openShapes[0], view)
	row := func(v string) []*string { n := "7"; return []*string{&v, &n, &n} }
	statements := len(open.Counts.Statements)
	require.Equal(t, 1, statements)
	width := len(open.Counts.Statistics)
	_, values, _, err := open.Read([][][]*string{{row("b")[:1+width], append([]*string{nil}, row("")[1:1+width]...), row("other")[:1+width], row("")[:1+width]}})
	require.NoError(t, err)
	require.Equal(t, []string{"", "b"}, values)
	var many [][]*string
	for i := range 7 {
		many = append(many, row(fmt.Sprint(i))[:1+width])
	}
	_, _, _, err = open.Read([][][]*string{many})
	require.ErrorIs(t, err, compile.ErrEvidence, "a load has proven that there are six")
}

// The name of a column of all cells is another for another meaning, and for whatever else decides which values are named.
func TestNoisyOpenColumns(t *testing.T) {
	view := viewtest.View(t, openWorld)
	e := newEngine(t)
	column := func(text string, decided []string, k int64, change ...func(*compile.NoisyInputs)) string {
		plan, err := e.plan(text, view, compile.Facts{})
		require.NoError(t, err, text)
		in := noisyInputs(view)
		for _, f := range change {
			f(&in)
		}
		open, err := compile.FindOpen(plan, in)
		require.NoError(t, err)
		n, err := compile.GenerateNoisy(open.Merged(nil), in)
		require.NoError(t, err)
		out, err := open.Column(n, 0, decided, k)
		require.NoError(t, err)
		return string(out)
	}
	base := column(openShapes[0], []string{"x"}, 5)
	require.Equal(t, base, column("SELECT v.area, count(*) AS c FROM visits AS v GROUP BY 1", []string{"x"}, 5))
	seen := map[string]bool{base: true}
	for _, other := range []string{
		column(openShapes[0], []string{"y"}, 5), column(openShapes[0], []string{"x"}, 10),
		column("SELECT area, count(*) AS n FROM visits WHERE day >= '2024-01-01' GROUP BY area", []string{"x"}, 5),
		column("SELECT left(area, 1) AS a, count(*) AS n FROM visits GROUP BY a", []string{"x"}, 5),
		column("SELECT area, sum(cost) AS n FROM visits GROUP BY area", []string{"x"}, 5),
		column(openShapes[0], []string{"x"}, 5, func(in *compile.NoisyInputs) { in.Snapshots["visits"] = "s3" }),
		column(openShapes[0], []string{"x"}, 5, func(in *compile.NoisyInputs) { in.Cells = 4 }),
	} {
		require.False(t, seen[other], other)
		seen[other] = true
	}
}

// An open key needs a declared number of values, and there is one a question; conditions that list the values leave none open.
func TestNoisyOpenWants(t *testing.T) {
	view := viewtest.View(t, openWorld)
	e := newEngine(t)
	for text, want := range map[string]string{
		"SELECT v.area, p.town, count(*) AS n FROM visits v JOIN clients p ON v.pid = p.pid GROUP BY v.area, p.town":                                                                        "domain of",
		"SELECT area, town, year(day) AS y, month(day) AS m, count(*) AS n FROM visits v JOIN clients p ON v.pid = p.pid WHERE town IN ('a', 'b', 'c', 'd', 'e') GROUP BY area, town, y, m": "narrower of visits.area",
	} {
		plan, err := e.plan(text, view, compile.Facts{})
		require.NoError(t, err, text)
		_, err = compile.FindOpen(plan, noisyInputs(view))
		require.ErrorIs(t, err, compile.ErrUncovered, text)
		require.ErrorContains(t, err, want, text)
	}
	const listed = "SELECT area, count(*) AS n FROM visits WHERE area IN ('a', 'q') GROUP BY area"
	plan, err := e.plan(listed, view, compile.Facts{})
	require.NoError(t, err)
	open, err := compile.FindOpen(plan, noisyInputs(view))
	require.NoError(t, err)
	require.Nil(t, open)
	n, err := e.noisy(listed, openWorld)
	require.NoError(t, err)
	require.Len(t, n.Keys, 2)
}

// The counts by value are charged for as many values as one person has rows, in each of which nobody else needs to be; and so is the answer.
func TestNoisyOpenValuesOfOnePerson(t *testing.T) {
	view := viewtest.View(t, loneWorld)
	e := newEngine(t)
	var w noisyRows
	for _, area := range []string{"'a'", "'b'", "'p'", "'q'"} {
		w.visits = append(w.visits, map[string]string{"pid": "1", "area": area, "day": "DATE '2024-01-15'", "cost": "90", "fee": "9", "saved": "90"})
	}
	open, in := e.open("SELECT area, count(DISTINCT pid) AS n FROM visits GROUP BY area", view)
	answer, err := compile.GenerateNoisy(open.Merged([]string{"a", "b", "p"}), in)
	require.NoError(t, err)
	w.load(e, view)
	values, figures := e.values(open), e.figures(answer)
	noisyRows{}.load(e, view)
	whole, less := beside(values, e.values(open), len(open.Counts.Statistics))
	for _, c := range []struct {
		program     *compile.NoisyProgram
		whole, less [][]*big.Int
	}{{open.Counts, whole, less}, {answer, figures, e.figures(answer)}} {
		require.Equal(t, int64(4), c.program.Statistics[0].Units)
		require.Equal(t, int64(4), e.moves(c.program, c.whole, c.less, "one person")[0].squares.Int64(), "all of it is met")
	}
}
