package compile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// Texts of one group mean the same: their plans have one base, one list of keys, one list of sets and one list of cells.
func TestEqualMeaningIsAnEqualPlan(t *testing.T) {
	view := viewtest.View(t, clinicWorld)
	for _, group := range [][]string{
		{"SELECT count(*) FROM people", "SELECT count(1) AS n FROM main.People p", "SELECT sum(1) FROM people", "SELECT count(id) FROM people",
			"SELECT count(DISTINCT people.id) FROM people", "SELECT count(insured) FROM people", "SELECT count(*) FROM people WHERE TRUE",
			"SELECT count(*) FROM people LEFT JOIN towns USING (town)", "SELECT count(*) FROM people WHERE insured IS NOT NULL",
			"SELECT count(*) FROM people WHERE insured OR NOT insured", "SELECT 'x', count(*) FROM people GROUP BY 1",
			"SELECT count(*) FROM (SELECT id, count(*) AS n FROM people GROUP BY id)"},
		{"SELECT count(*) FROM people WHERE insured", "SELECT count(*) FROM people WHERE insured = TRUE", "SELECT count(*) FROM people WHERE insured IS TRUE",
			"SELECT count(*) FROM people WHERE NOT insured = FALSE", "SELECT count(*) FROM people WHERE insured IN (TRUE)"},
		{"SELECT count(*) FROM people WHERE year(born) = 1960", "SELECT count(*) FROM people WHERE born >= '1960-01-01' AND born < '1961-01-01'",
			"SELECT count(*) FROM people WHERE born BETWEEN DATE '1960-01-01' AND DATE '1960-12-31'",
			"SELECT count(*) FROM people WHERE date_trunc('year', born) = DATE '1960-01-01'",
			"SELECT count(*) FROM people WHERE extract(year FROM born) IN (1960)", "SELECT count(*) FROM people WHERE NOT (year(born) < 1960 OR year(born) > 1960)",
			"SELECT count(*) FROM people WHERE quarter(born) IS NOT NULL AND date_trunc('quarter', born) >= '1960-01-01' AND date_trunc('month', born) <= '1960-12-01'"},
		{"SELECT count(*) FROM people WHERE left(code, 2) = '11'", "SELECT count(*) FROM people WHERE code LIKE '11%'",
			"SELECT count(*) FROM people WHERE starts_with(code, '11')", "SELECT count(*) FROM people WHERE prefix(code, 2) IN ('11')",
			"SELECT count(*) FROM people WHERE substr(code, 1, 2) = '11'", "SELECT count(*) FROM people WHERE code ^@ '11' OR code LIKE '1101%'"},
		{"SELECT count(*) FROM people WHERE band(age, 10) = 20", "SELECT count(*) FROM people WHERE age >= 20 AND age < 30",
			"SELECT count(*) FROM people WHERE band(age, 5) IN (20, 25)", "SELECT count(*) FROM people WHERE age BETWEEN 20 AND 29"},
		{"SELECT count(*) FROM people WHERE band(age, 10) = 30", "SELECT count(*) FROM people WHERE floor(age / 10) * 10 = 30", "SELECT count(*) FROM people WHERE 10 * floor(age / 10) = 30"},
		{"SELECT band(age, 5) AS b, count(*) AS n FROM people GROUP BY b", "SELECT floor(age / 5) * 5 AS b, count(*) AS n FROM people GROUP BY b", "SELECT 5 * floor(age / 5) AS b, count(*) AS n FROM people GROUP BY floor(age / 5) * 5"},
		{"SELECT count(*) FROM people WHERE height < 100 OR height >= 200", "SELECT count(*) FROM people WHERE height NOT BETWEEN 100 AND 199",
			"SELECT count(*) FROM people WHERE NOT (height >= 100 AND height <= 199)"},
		{"SELECT count(*) FROM visits v JOIN people p ON v.id = p.id", "SELECT count(*) FROM people JOIN visits USING (id)",
			"SELECT count(*) FROM visits v LEFT JOIN people p ON p.id = v.id WHERE p.insured IS NOT NULL", "SELECT count(insured) FROM visits LEFT JOIN people USING (id) WHERE insured IS NOT NULL",
			"SELECT count(*) FROM people p RIGHT JOIN visits v USING (id) WHERE p.insured IN (TRUE, FALSE)"},
		{"SELECT region, count(*) FROM visits v JOIN people p USING (id) JOIN towns t ON t.town = p.town GROUP BY region",
			"SELECT region, count(*) FROM towns t JOIN people p ON p.town = t.town JOIN visits v ON v.id = p.id GROUP BY ALL",
			"SELECT region, count(*) FROM visits v JOIN (people p JOIN towns t USING (town)) USING (id) GROUP BY 1",
			"SELECT region, count(*) FROM visits v LEFT JOIN people p USING (id) JOIN towns t USING (town) GROUP BY t.region"},
		{"SELECT count(DISTINCT v.id), sum(cost) FROM visits v JOIN people p USING (id)", "SELECT sum(cost) AS x, count(DISTINCT p.id) FROM people p JOIN visits v ON p.id = v.id",
			"WITH x AS (SELECT id, sum(cost) AS s FROM visits GROUP BY id) SELECT sum(s), count(s) FROM x JOIN people USING (id)",
			"SELECT sum(s), count(s) FROM (SELECT v.id, sum(cost) AS s FROM visits v JOIN people p USING (id) GROUP BY v.id)"},
		{"SELECT count(*) FROM passports JOIN people ON holder = id", "SELECT count(*) FROM people JOIN passports ON id = holder"},
		{"SELECT town, plan, count(*) FROM visits JOIN people USING (id) GROUP BY town, plan", "SELECT plan, p.town, count(1) FROM visits v JOIN people p USING (id) GROUP BY 2, 1",
			"SELECT DISTINCT p.town, plan FROM people p JOIN visits v USING (id)"},
		{"WITH x AS (SELECT id, plan, count(*) AS n FROM visits GROUP BY id, plan) SELECT plan, count(*) FROM x WHERE n >= 10 GROUP BY plan",
			"WITH x(person, p, k) AS (SELECT id, plan, count(id) FROM visits GROUP BY ALL HAVING count(1) > 9) SELECT p, count(DISTINCT person) FROM x GROUP BY p"},
		{"WITH x AS (SELECT id, count(*) AS n FROM people GROUP BY id) SELECT kind, count(*) FROM x JOIN passports ON id = holder GROUP BY kind",
			"SELECT kind, count(*) FROM passports p JOIN (SELECT id FROM people GROUP BY id) x ON p.holder = x.id GROUP BY kind"},
		{"SELECT year(born), count(*) FROM people GROUP BY year(born)", "SELECT date_part('YEAR', born) AS y, count(*) FROM people GROUP BY y ORDER BY y DESC"},
		{"SELECT count(*) FILTER (WHERE insured) FROM people", "SELECT sum(CASE WHEN insured THEN 1 ELSE 0 END) FROM people", "SELECT sum(CASE insured WHEN TRUE THEN 1.0 END) FROM people",
			"SELECT count(CASE WHEN NOT insured = FALSE THEN 'x' END) FROM people"},
		{"SELECT count(*) FILTER (WHERE insured AND height >= 200), count(*) FROM people", "SELECT avg(CASE WHEN insured AND height >= 200 THEN 1.0 ELSE 0.0 END) FROM people",
			"SELECT sum(CASE WHEN insured THEN CASE WHEN height >= 200 THEN 1 ELSE 0 END ELSE 0 END) / count(*) FROM people"},
		{"SELECT sum(wealth) FILTER (WHERE insured) FROM people WHERE height >= 100", "SELECT sum(CASE WHEN insured THEN wealth ELSE 0 END) FROM people WHERE height >= 100",
			"SELECT sum(CASE WHEN insured THEN wealth END) FROM people WHERE NOT height < 100", "SELECT sum(CASE WHEN height >= 100 THEN wealth ELSE 0 END) FILTER (WHERE insured) FROM people WHERE height >= 100"},
		{"SELECT avg(wealth) FILTER (WHERE insured) FROM people", "SELECT avg(CASE WHEN insured THEN wealth END) FROM people"},
		{"SELECT sum(wealth) FROM people", "SELECT sum(2 * wealth - wealth) FROM people", "SELECT sum(wealth * 3 / 7 + 0.5e-2 * -wealth) FROM people"},
		{"SELECT sum(v.cost * c.beds) FROM visits v JOIN clinics c USING (clinic, site)", "SELECT sum(beds * -cost / 3) FROM clinics JOIN visits USING (clinic, site)"},
		{"SELECT sum(wealth * wealth), sum(wealth), count(wealth) FROM people", "SELECT var_pop(wealth) FROM people", "SELECT sum((wealth + 1) * (wealth - 2)) FROM people", "SELECT stddev(3 * wealth + 5) FROM people"},
		{"SELECT CASE WHEN height < 100 THEN 'a' WHEN height < 200 THEN 'b' ELSE 'c' END, count(*) FROM people WHERE height IS NOT NULL GROUP BY 1",
			"SELECT CASE WHEN height < 100 THEN 'x' WHEN height BETWEEN 50 AND 199 THEN 'y' ELSE 'z' END AS class, count(*) AS n FROM people WHERE NOT height IS NULL GROUP BY class ORDER BY class",
			"SELECT count(*) FROM people WHERE height >= 0 GROUP BY CASE WHEN height >= 200 THEN 3 WHEN height >= 100 AND height < 150 THEN 2 WHEN NOT (height < 150) THEN 2.0 WHEN height IS NULL THEN 3 ELSE NULL END"},
		{"SELECT CASE WHEN height >= 100 THEN 1 END, count(*) FROM people GROUP BY ALL", "SELECT CASE WHEN height BETWEEN 100 AND 250 THEN 'x' ELSE 'y' END, count(*) FROM people GROUP BY 1",
			"SELECT DISTINCT CASE WHEN height < 100 OR height IS NULL THEN 'small' ELSE 'tall' END FROM people"},
		{"SELECT height >= 100 AS tall, count(*) FROM people GROUP BY tall", "SELECT CASE WHEN height < 100 THEN 'a' END, count(*) FROM people GROUP BY height >= 100", "SELECT NOT height < 100, count(*) FROM people GROUP BY 1",
			"SELECT CASE WHEN height IS NULL THEN 'who knows' WHEN height < 100 THEN 'no' ELSE 'yes' END, count(*) FROM people GROUP BY 1"},
		{"SELECT CASE WHEN height < 100 THEN 'a' WHEN height < 200 THEN 'b' ELSE 'c' END, count(*) FROM people WHERE height < 200 GROUP BY 1", "SELECT height < 100, count(*) FROM people WHERE NOT height >= 200 GROUP BY 1"},
		{"SELECT count(*) FROM people GROUP BY CASE WHEN insured THEN 'x' ELSE 'y' END", "SELECT count(*) FROM people GROUP BY CASE insured WHEN FALSE THEN 0 ELSE 1 END", "SELECT NOT insured, count(*) FROM people GROUP BY 1"},
		{"SELECT count(*) FROM people", "SELECT CASE WHEN height < 100 THEN 'all' ELSE 'all' END, count(*) FROM people GROUP BY 1", "SELECT insured IS NOT NULL, count(*) FROM people GROUP BY 1"},
		{"SELECT CASE WHEN code LIKE '11%' THEN 'a' ELSE 'b' END, count(*) FROM people GROUP BY 1", "SELECT CASE WHEN code IS NULL OR NOT left(code, 2) = '11' THEN 'else' ELSE 'there' END, count(*) FROM people GROUP BY 1"},
		{"SELECT CASE WHEN year(born) < 1960 THEN 'old' ELSE 'young' END, count(*) FROM people GROUP BY 1", "SELECT CASE WHEN born >= '1960-01-01' OR born IS NULL THEN 1 ELSE 0 END, count(*) FROM people GROUP BY 1"},
		{"SELECT CASE WHEN t.region = 'east' THEN 'e' ELSE 'w' END, count(*) FROM people JOIN towns t USING (town) WHERE region IS NOT NULL GROUP BY 1", "SELECT region <> 'east', count(*) FROM towns JOIN people USING (town) WHERE region >= 'a' GROUP BY 1"},
		{"WITH x AS (SELECT id, count(*) AS n, sum(cost) AS s FROM visits GROUP BY id) SELECT CASE WHEN n < 5 THEN 'few' ELSE 'many' END AS c, count(*) FROM x GROUP BY c",
			"SELECT n >= 5 AS many, count(*) FROM (SELECT id, count(*) AS n FROM visits GROUP BY id) GROUP BY many",
			"SELECT c, count(DISTINCT id) FROM (SELECT id, CASE WHEN count(*) >= 5 THEN 1 ELSE 0 END AS c FROM visits GROUP BY id) GROUP BY c"},
		{"SELECT band(n, 10), count(*) FROM (SELECT id, count(*) AS n FROM visits GROUP BY id) GROUP BY 1",
			"SELECT b, count(*) FROM (SELECT id, floor(count(*) / 10) * 10 AS b FROM visits GROUP BY id) GROUP BY b"},
		{"SELECT avg(wealth) FROM people", "SELECT sum(wealth) / count(wealth) FROM people", "SELECT sum(wealth), mean(wealth) FROM people"},
	} {
		t.Run(group[0], func(t *testing.T) {
			facts := compile.Facts{NotNull: map[string]map[string]bool{"visits": {"cost": true}}}
			first, err := build(t, group[0], view, facts)
			require.NoError(t, err)
			for _, sql := range group[1:] {
				p, err := build(t, sql, view, facts)
				require.NoError(t, err, sql)
				require.Equal(t, first.Base, p.Base, sql)
				require.Equal(t, first.Keys, p.Keys, sql)
				require.Equal(t, first.Sets, p.Sets, sql)
				require.Equal(t, first.Cells, p.Cells, sql)
			}
		})
	}
}

// The shape of a base: hashed keys of whole entities, plain columns of public tables, paths from the root.
func TestBase(t *testing.T) {
	view := viewtest.View(t, clinicWorld)
	p, err := build(t, "SELECT region, count(*) FROM visits v JOIN clinics c USING (clinic, site) JOIN people o ON c.owner = o.id LEFT JOIN towns USING (town) JOIN people p ON p.id = v.id GROUP BY region", view, compile.Facts{})
	require.NoError(t, err)
	var joins []compile.Table
	joins = append(joins, p.Base.Joins...)
	require.Equal(t, []compile.Table{
		{Path: "visits>clinic,site:clinics", Dataset: "clinics", Parent: "visits", Inner: true, ParentEntity: 1, Entity: 0,
			On: []compile.ColumnPair{{Parent: "clinic", Column: "clinic"}, {Parent: "site", Column: "site"}}},
		{Path: "visits>clinic,site:clinics>owner:people", Dataset: "people", Parent: "visits>clinic,site:clinics", Inner: true, ParentEntity: 1, Entity: 0,
			On: []compile.ColumnPair{{Parent: "owner", Column: "id"}}},
		{Path: "visits>clinic,site:clinics>owner:people>town:towns", Dataset: "towns", Parent: "visits>clinic,site:clinics>owner:people", ParentEntity: -1, Entity: -1,
			On: []compile.ColumnPair{{Parent: "town", Column: "town"}}},
		{Path: "visits>id:people", Dataset: "people", Parent: "visits", Inner: true, ParentEntity: 0, Entity: 0,
			On: []compile.ColumnPair{{Parent: "id", Column: "id"}}},
	}, joins)
	require.Len(t, p.Base.Entities, 7)
	require.Equal(t, []string{"visits>clinic,site:clinics", "visits>clinic,site:clinics>owner:people", "visits>id:people"}, p.Sets[0].Matched)
}

// A row scope is a condition of its dataset; a term that cannot be read admits nothing.
func TestScopeOf(t *testing.T) {
	view := viewtest.View(t, clinicWorld)
	g := view.Datasets["people"]
	g.RowScope = []footprint.ScopeTerm{{Column: "Town", Values: []string{"b", "a"}}, {Column: "height", Values: []string{"150", "151"}},
		{Column: "born", Values: []string{"nonsense"}}, {Column: "nobody", Values: []string{"x"}}, {Column: "insured", Values: []string{"true", "false"}}}
	view.Datasets["people"] = g
	require.Equal(t, compile.Scope{"people": {
		{Column: compile.ColumnRef{Column: "born"}, Type: "DATE"},
		{Column: compile.ColumnRef{Column: "height"}, Type: "INTEGER", Set: compile.Set{Intervals: []compile.Interval{{Lo: "150", Hi: "152"}}}},
		{Column: compile.ColumnRef{Column: "insured"}, Type: "BOOLEAN", Set: compile.Set{Except: true}},
		{Column: compile.ColumnRef{Column: "nobody"}, Type: "VARCHAR"},
		{Column: compile.ColumnRef{Column: "town"}, Type: "VARCHAR", Set: compile.Set{Values: []string{"a", "b"}}},
	}}, compile.ScopeOf(view))
}
