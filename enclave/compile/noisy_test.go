package compile_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

func (e *engine) noisy(text, world string, change ...func(*compile.NoisyInputs)) (*compile.NoisyProgram, error) {
	e.t.Helper()
	view := viewtest.View(e.t, world)
	plan, err := e.plan(text, view, compile.Facts{})
	require.NoError(e.t, err, text)
	in := noisyInputs(view)
	for _, f := range change {
		f(&in)
	}
	return compile.GenerateNoisy(plan, in)
}

// noisyCells are the canonical cells of a measure, by key.
func noisyCells(t *testing.T, n *compile.NoisyProgram, kind compile.MeasureKind) map[string]string {
	out := map[string]string{}
	for s, statistic := range n.Statistics {
		if statistic.Measure.Kind != kind {
			continue
		}
		for k, key := range n.Keys {
			var name []string
			for _, v := range key {
				if v == nil {
					name = append(name, "NULL")
					continue
				}
				name = append(name, *v)
			}
			cell, err := n.Cell(s, k)
			require.NoError(t, err)
			out[strings.Join(name, ",")] = string(cell)
		}
	}
	return out
}

// Equal meaning is one cell, as a key or as a condition and in whatever words; another meaning is another.
func TestNoisyCells(t *testing.T) {
	e := newEngine(t)
	cells := func(text string, change ...func(*compile.NoisyInputs)) map[string]string {
		n, err := e.noisy(text, noisyWorld, change...)
		require.NoError(t, err, text)
		return noisyCells(t, n, compile.MeasureSum)
	}
	all := cells("SELECT area, sum(cost) AS s FROM visits WHERE day >= '2024-01-01' AND day < '2024-07-01' GROUP BY area")
	require.Len(t, all, 4, "three values, and NULL")
	for _, same := range []string{
		"SELECT sum(cost) AS s FROM visits WHERE area = 'a' AND day >= '2024-01-01' AND day < '2024-07-01'",
		"SELECT 2 * sum(v.cost) / 2 AS s FROM visits AS v WHERE v.day < '2024-07-01' AND NOT v.day < '2024-01-01' AND v.area IN ('a')",
		"SELECT sum(cost) FILTER (WHERE area = 'a') AS s FROM visits WHERE day >= '2024-01-01' AND day < '2024-07-01'",
	} {
		got := cells(same)
		require.Equal(t, map[string]string{"": all["a"]}, got, same)
	}
	halves := cells("SELECT year(day) AS y, quarter(day) AS q, sum(cost) AS s FROM visits WHERE area = 'a' AND day >= '2024-01-01' AND day < '2024-07-01' GROUP BY y, q")
	first := cells("SELECT sum(cost) AS s FROM visits WHERE area = 'a' AND day >= '2024-01-01' AND day < '2024-04-01'")[""]
	require.Equal(t, first, halves["1,2024"], "a quarter of the years between two dates is the dates between two others")
	seen := map[string]bool{}
	for _, other := range []map[string]string{
		all,
		cells("SELECT sum(cost) AS s FROM visits WHERE area <> 'b' AND day >= '2024-01-01' AND day < '2024-07-01'"),
		cells("SELECT sum(saved) AS s FROM visits WHERE area = 'a' AND day >= '2024-01-01' AND day < '2024-07-01'"),
		cells("SELECT sum(cost) AS s FROM visits WHERE area = 'a' AND day >= '2024-01-01' AND day < '2024-07-01'", func(in *compile.NoisyInputs) { in.Snapshots["visits"] = "s3" }),
	} {
		for name, cell := range other {
			require.False(t, seen[cell], name)
			seen[cell] = true
		}
	}
}

// A value as a key and the same value as a condition are one cell, whatever the key makes of its column and whatever is declared of it.
func TestNoisyKeysAreConditions(t *testing.T) {
	e := newEngine(t)
	world := strings.NewReplacer("roles: [measure], bounds: [-50, 100]", "roles: [measure, dimension], grid: step(10), generalise: [band(10)], bounds: [-50, 100]",
		"roles: [measure], bounds: [0, 90]", "roles: [measure, dimension], grid: step(10), generalise: [band(10)], bounds: [0, 90]").Replace(noisyWorld)
	counts := func(text string, kind compile.MeasureKind) map[string]string {
		n, err := e.noisy(text, world)
		require.NoError(t, err, text)
		return noisyCells(t, n, kind)
	}
	const rolled = " FROM (SELECT pid, count(*) AS n, sum(cost) AS s FROM visits GROUP BY pid) r "
	for _, c := range []struct{ keyed, key, asked string }{
		{"SELECT ill, count(*) AS n FROM clients GROUP BY ill", "true", "SELECT count(*) AS n FROM clients WHERE ill = true"},
		{"SELECT ill, count(*) AS n FROM clients GROUP BY ill", "NULL", "SELECT count(*) AS n FROM clients WHERE ill IS NULL"},
		{"SELECT CASE WHEN ill THEN 1 ELSE 0 END AS k, count(*) AS n FROM clients GROUP BY k", "0", "SELECT count(*) AS n FROM clients WHERE ill IS NOT true"},
		{"SELECT ill, town, count(*) AS n FROM clients GROUP BY ill, town", "true,n", "SELECT ill, count(*) AS n FROM clients WHERE town = 'n' GROUP BY ill\ttrue"},
		{"SELECT p.ill, count(*) AS n FROM visits v JOIN clients p ON v.pid = p.pid GROUP BY p.ill", "true", "SELECT count(*) AS n FROM visits v JOIN clients p ON v.pid = p.pid WHERE p.ill"},
		{"SELECT floor(wealth / 10) * 10 AS b, count(*) AS n FROM clients WHERE wealth >= 0 GROUP BY b", "10", "SELECT count(*) AS n FROM clients WHERE wealth >= 10 AND wealth < 20"},
		{"SELECT floor(wealth / 10) * 10 AS b, count(*) AS n FROM clients GROUP BY b", "NULL", "SELECT count(*) AS n FROM clients WHERE wealth IS NULL"},
		{"SELECT floor(cost / 10) * 10 AS b, count(*) AS n FROM visits GROUP BY b", "10", "SELECT count(*) AS n FROM visits WHERE cost BETWEEN 10 AND 19"},
		{"SELECT month(day) AS m, count(*) AS n FROM visits GROUP BY m", "NULL", "SELECT count(*) AS n FROM visits WHERE day IS NULL"},
		{"SELECT date_trunc('month', day) AS m, count(*) AS n FROM visits WHERE day >= '2024-01-01' AND day < '2024-03-01' GROUP BY m", "2024-01-01", "SELECT count(*) AS n FROM visits WHERE day >= '2024-01-01' AND day < '2024-02-01'"},
		{"SELECT CASE WHEN r.n >= 2 THEN 'many' ELSE 'few' END AS k, count(*) AS p" + rolled + "GROUP BY k", "1", "SELECT count(*) AS p" + rolled + "WHERE r.n >= 2"},
		{"SELECT CASE WHEN r.s >= 20 THEN 'much' ELSE 'little' END AS k, count(*) AS p" + rolled + "GROUP BY k", "1", "SELECT count(*) AS p" + rolled + "WHERE r.s >= 20"},
	} {
		asked, key, _ := strings.Cut(c.asked, "\t")
		kind := compile.MeasureRows
		if strings.Contains(c.keyed, rolled) {
			kind = compile.MeasureEntities // a row is what is rolled up
		}
		require.NotEmpty(t, counts(c.keyed, kind)[c.key], c.keyed)
		require.Equal(t, counts(c.keyed, kind)[c.key], counts(asked, kind)[key], "%s\n%s", c.keyed, asked)
	}
}

// The cells of an answer follow from declarations and conditions, whoever is in them.
func TestNoisyKeys(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]string{
		"SELECT town, count(*) AS n FROM clients GROUP BY town":                                                                         "n s NULL",
		"SELECT ill, town, count(*) AS n FROM clients WHERE town = 's' GROUP BY ill, town":                                              "false,s true,s NULL,s",
		"SELECT month(day) AS m, count(*) AS n FROM visits WHERE day >= '2024-01-01' AND day < '2024-07-01' GROUP BY m":                 "1 2 3 4 5 6 7 8 9 10 11 12",
		"SELECT year(day) AS y, count(*) AS n FROM visits WHERE day >= '2023-01-01' AND day < '2025-01-01' GROUP BY y":                  "2023 2024",
		"SELECT date_trunc('quarter', day) AS q, count(*) AS n FROM visits WHERE day >= '2023-07-01' AND day < '2024-04-01' GROUP BY q": "2023-07-01 2023-10-01 2024-01-01",
		"SELECT CASE WHEN area = 'a' THEN 'x' ELSE 'y' END AS k, count(*) AS n FROM visits GROUP BY k":                                  "0 1",
		"SELECT p.town, count(*) AS n FROM visits v JOIN clients p ON v.pid = p.pid WHERE p.town IN ('n', 's') GROUP BY p.town":         "n s",
		"SELECT count(*) AS n FROM visits": "",
	} {
		n, err := e.noisy(text, noisyWorld)
		require.NoError(t, err, text)
		var got []string
		for _, key := range n.Keys {
			var one []string
			for _, v := range key {
				if v == nil {
					one = append(one, "NULL")
				} else {
					one = append(one, *v)
				}
			}
			got = append(got, strings.Join(one, ","))
		}
		require.Equal(t, want, strings.Join(got, " "), text)
	}
}

// What noise cannot cover is told from the declarations, with what they lack.
func TestNoisyWants(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct{ text, from, to, want string }{
		{"SELECT count(*) AS n FROM visits", "key: [cid], max_rows: 6", "key: [cid]", "max_rows of visits.clinic"},
		{"SELECT count(*) AS n FROM clients", "key: [hid], max_rows: 3", "key: [hid]", "max_rows of clients.household"},
		{"SELECT sum(cost) AS s FROM visits", ", clip: 30", "", "clip of visits.cost"},
		{"SELECT area, count(*) AS n FROM visits GROUP BY area", ", domain: [a, b, c]", "", "domain of visits.area"},
		{"SELECT year(day) AS y, count(*) AS n FROM visits GROUP BY y", "", "", "domain of visits.day"},
		{"SELECT year(day) AS y, count(*) AS n FROM visits WHERE day >= '2024-01-01' GROUP BY y", "", "", "domain of visits.day"},
		{"SELECT date_trunc('month', day) AS m, count(*) AS n FROM visits GROUP BY m", "name: day,", "name: day, bounds: [1900-01-01, 2024-12-31],", "narrower of visits.day"},
		{"SELECT year(day) AS y, count(*) AS n FROM visits GROUP BY y", "name: day,", "name: day, bounds: [2024-01-01, 9999-12-31],", "domain of visits.day"},
		{"SELECT date_trunc('month', day) AS m, count(*) AS n FROM visits WHERE day >= '1900-01-01' AND day < '2024-01-01' GROUP BY m", "", "", "narrower of visits.day"},
		{"SELECT count(*) AS n FROM visits", "key: [cid], max_rows: 6", "key: [cid], max_rows: 9000000000000", "smaller of visits.clinic"},
	} {
		_, err := e.noisy(c.text, strings.Replace(noisyWorld, c.from, c.to, 1))
		require.ErrorIs(t, err, compile.ErrUncovered, c.text)
		require.ErrorContains(t, err, c.want, c.text)
	}
}

// What contributions are cut to is part of the meaning of a sum: a clip that is declared anew gives other cells, also where its noise is as wide
// as before, for equal noise over two figures tells their difference. Counts stay what they were.
func TestNoisyCellsFollowTheClip(t *testing.T) {
	e := newEngine(t)
	const text = "SELECT sum(cost) AS s, count(*) AS n FROM visits WHERE area = 'a'"
	const before, after = "bounds: [0, 90], clip: 30", "bounds: [-90, 90], clip: 15"
	require.Contains(t, noisyWorld, before)
	was, err := e.noisy(text, noisyWorld)
	require.NoError(t, err)
	is, err := e.noisy(text, strings.Replace(noisyWorld, before, after, 1))
	require.NoError(t, err)
	require.Len(t, is.Statistics, len(was.Statistics))
	for i := range was.Statistics {
		require.Equal(t, was.Statistics[i].Sensitivity, is.Statistics[i].Sensitivity, "the test is about noise of one width")
	}
	require.NotEqual(t, noisyCells(t, was, compile.MeasureSum), noisyCells(t, is, compile.MeasureSum))
	require.Equal(t, noisyCells(t, was, compile.MeasureEntities), noisyCells(t, is, compile.MeasureEntities))
	require.Equal(t, noisyCells(t, was, compile.MeasureRows), noisyCells(t, is, compile.MeasureRows))
}

// Bounds of a date are the first and the last of its periods where conditions leave an end open, and change no cell: a period that a bound cuts is
// what a condition makes of it.
func TestNoisyDatesWithBounds(t *testing.T) {
	e := newEngine(t)
	world := strings.Replace(noisyWorld, "name: day,", "name: day, bounds: [2023-03-05, 2024-11-20],", 1)
	cells := func(text string) map[string]string {
		n, err := e.noisy(text, world)
		require.NoError(t, err, text)
		return noisyCells(t, n, compile.MeasureRows)
	}
	for text, want := range map[string][]string{
		"SELECT year(day) AS y, count(*) AS n FROM visits GROUP BY y":                                                                             {"2023", "2024", "NULL"},
		"SELECT year(day) AS y, count(*) AS n FROM visits WHERE day >= '2024-01-01' GROUP BY y":                                                   {"2024"},
		"SELECT year(day) AS y, count(*) AS n FROM visits WHERE NOT (day >= '2024-01-01') GROUP BY y":                                             {"2023"},
		"SELECT date_trunc('quarter', day) AS y, count(*) AS n FROM visits WHERE day < '2023-08-01' GROUP BY y":                                   {"2023-01-01", "2023-04-01", "2023-07-01"},
		"SELECT date_trunc('year', day) AS y, count(*) AS n FROM visits WHERE day IS NOT NULL GROUP BY y":                                         {"2023-01-01", "2024-01-01"},
		"SELECT year(day) AS y, count(*) FILTER (WHERE day >= '2024-06-01') AS n FROM visits WHERE day IS NULL OR day >= '2023-06-01' GROUP BY y": {"2023", "2024", "NULL"},
	} {
		var got []string
		for name := range cells(text) {
			got = append(got, name)
		}
		require.ElementsMatch(t, want, got, text)
	}
	for _, c := range []struct{ keyed, key, asked string }{
		{"SELECT year(day) AS y, count(*) AS n FROM visits GROUP BY y", "2023", "SELECT count(*) AS n FROM visits WHERE day < '2024-01-01'"},
		{"SELECT year(day) AS y, count(*) AS n FROM visits GROUP BY y", "2024", "SELECT count(*) AS n FROM visits WHERE year(day) = 2024"},
		{"SELECT date_trunc('month', day) AS y, count(*) AS n FROM visits GROUP BY y", "2024-11-01", "SELECT count(*) AS n FROM visits WHERE day >= '2024-11-01'"},
		{"SELECT year(day) AS y, month(day) AS m, count(*) AS n FROM visits GROUP BY y, m", "3,2023", "SELECT count(*) AS n FROM visits WHERE day < '2023-04-01'"},
		{"SELECT month(day) AS m, count(*) AS n FROM visits GROUP BY m", "1", "SELECT count(*) AS n FROM visits WHERE day >= '2024-01-01' AND day < '2024-02-01'"},
		{"SELECT quarter(day) AS q, count(*) AS n FROM visits WHERE day >= '2024-01-01' GROUP BY q", "4", "SELECT count(*) AS n FROM visits WHERE day >= '2024-10-01'"},
		{"SELECT floor(amount / 10) * 10 AS b, count(*) AS n FROM visits GROUP BY b", "0", "SELECT count(*) AS n FROM visits WHERE amount < 10"},
	} {
		if strings.Contains(c.keyed, "amount") {
			world = strings.Replace(world, "name: cost, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 90]",
				"name: amount, type: INTEGER, grade: 2, roles: [measure, dimension], grid: step(10), generalise: [band(10)], bounds: [0, 90]", 1)
		}
		require.NotEmpty(t, cells(c.keyed)[c.key], c.keyed)
		require.Equal(t, cells(c.asked)[""], cells(c.keyed)[c.key], "%s\n%s", c.keyed, c.asked)
	}
}
