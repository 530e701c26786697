package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// clinicWorld has what the corpus lacks: months, bands, prefixes, truth values, public tables, one-to-one edges, composite
// keys, columns that are constant for an entity, grade 3.
const clinicWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: people}
spec:
  title: {zh: 人, en: People}
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: code, type: VARCHAR, grade: 2, roles: [dimension], generalise: [prefix(2), prefix(4)], generalised_only: true}
  - {name: town, type: VARCHAR, grade: 1, roles: [dimension], generalise: [prefix(3)]}
  - {name: age, type: INTEGER, grade: 2, roles: [dimension], generalise: [band(5), band(10)], generalised_only: true, bounds: [0, 120]}
  - {name: height, type: INTEGER, grade: 2, roles: [dimension], bounds: [0, 250]}
  - {name: insured, type: BOOLEAN, grade: 2, roles: [dimension], nullable: false}
  - {name: born, type: DATE, grade: 2, roles: [dimension], generalise: [month, quarter, year]}
  - {name: joined, type: DATE, grade: 2, roles: [dimension]}
  - {name: wealth, type: "DECIMAL(12,2)", grade: 2, roles: [measure], bounds: [0, 1000000]}
  - {name: huge, type: "DECIMAL(28,0)", grade: 2, roles: [measure], bounds: [0, 1000000000000000000000000000], grid: "1-2-5"}
  joins: [{columns: [town], to: {dataset: towns, columns: [town]}, cardinality: many_to_one}]
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: passports}
spec:
  title: {zh: 护照, en: Passports}
  entities: [{type: person, key: [holder], unique: true}]
  columns:
  - {name: holder, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: kind, type: VARCHAR, grade: 2, roles: [dimension], domain: [p, s]}
  joins: [{columns: [holder], to: {dataset: people, columns: [id]}, cardinality: one_to_one}]
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: towns}
spec:
  title: {zh: 镇, en: Towns}
  public: true
  columns:
  - {name: town, type: VARCHAR, grade: 1, roles: [dimension]}
  - {name: region, type: VARCHAR, grade: 1, roles: [dimension], domain: [east, west]}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: visits}
spec:
  title: {zh: 就诊, en: Visits}
  entities: [{type: person, key: [id]}, {type: clinic, key: [clinic, site]}, {type: doctor, key: [doctor]}]
  columns:
  - {name: id, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: clinic, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: site, type: INTEGER, grade: 2, roles: [entity_key]}
  - {name: doctor, type: VARCHAR, grade: 2, roles: [entity_key], identifier: other}
  - {name: day, type: DATE, grade: 2, roles: [dimension], generalise: [year, month], grid: month}
  - {name: plan, type: VARCHAR, grade: 2, roles: [dimension], constant_per: person, domain: [a, b]}
  - {name: cost, type: "DECIMAL(10,2)", grade: 3, roles: [measure], bounds: [-1000, 1000], grid: step(100)}
  joins:
  - {columns: [id], to: {dataset: people, columns: [id]}, cardinality: many_to_one}
  - {columns: [clinic, site], to: {dataset: clinics, columns: [clinic, site]}, cardinality: many_to_one}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: clinics}
spec:
  title: {zh: 诊所, en: Clinics}
  entities: [{type: clinic, key: [clinic, site], unique: true}, {type: person, key: [owner]}]
  columns:
  - {name: clinic, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: site, type: INTEGER, grade: 2, roles: [entity_key]}
  - {name: owner, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: beds, type: INTEGER, grade: 2, roles: [measure, dimension], bounds: [0, 1000], grid: "1-2-5"}
  joins: [{columns: [owner], to: {dataset: people, columns: [id]}, cardinality: many_to_one}]
`

func TestBuildRefuses(t *testing.T) {
	for _, c := range []struct {
		sql  string
		code catalog.Code
		at   string // the text at the position
	}{
		// outputs and keys
		{"SELECT town FROM people", catalog.CodeNoAggregate, "town"},
		{"SELECT 1 FROM people", catalog.CodeNoAggregate, "1"},
		{"SELECT town, count(*) FROM people", catalog.CodeNoAggregate, "town"},
		{"SELECT town, insured, count(*) FROM people GROUP BY town", catalog.CodeNoAggregate, "insured"},
		{"SELECT count(*) FROM people GROUP BY code", catalog.CodeGroupKey, "code"},
		{"SELECT count(*) FROM people GROUP BY left(code, 3)", catalog.CodeGroupKey, "left"},
		{"SELECT count(*) FROM people GROUP BY substr(code, 2, 2)", catalog.CodeGroupKey, "substr"},
		{"SELECT count(*) FROM people GROUP BY band(age, 7)", catalog.CodeGroupKey, "band"},
		{"SELECT count(*) FROM people GROUP BY floor(age / 7) * 7", catalog.CodeGroupKey, "*"},
		{"SELECT count(*) FROM people GROUP BY floor(age / 10) * 5", catalog.CodeGroupKey, "*"},
		{"SELECT count(*) FROM people GROUP BY age / 10", catalog.CodeGroupKey, "/"},
		{"SELECT count(*) FROM people GROUP BY year(born) - year(born) % 10", catalog.CodeGroupKey, "-"},
		{"SELECT count(*) FROM people GROUP BY decade(born)", catalog.CodeGroupKey, "decade"},
		{"SELECT count(*) FROM people GROUP BY wealth", catalog.CodeGroupKey, "wealth"},
		{"SELECT count(*) FROM people GROUP BY CASE WHEN age > 5 THEN 'a' END", catalog.CodeLiteralGrid, "5"},
		{"SELECT count(*) FROM people GROUP BY town::VARCHAR", catalog.CodeCast, "::"},
		{"SELECT count(*) FROM people GROUP BY date_trunc('day', born)", catalog.CodeGroupKey, "date_trunc"},
		{"SELECT count(*) FROM people GROUP BY town, insured, height, left(code, 2), year(born)", catalog.CodeTooLarge, "year"},
		{"SELECT DISTINCT town FROM people GROUP BY town, insured", catalog.CodeGroupKey, ""},
		{"SELECT DISTINCT age FROM people", catalog.CodeGroupKey, "age"},
		// aggregates
		{"SELECT sum(town) FROM people", catalog.CodeAggArg, "town"},
		{"SELECT sum(height) FROM people", catalog.CodeAggArg, "height"},
		{"SELECT sum(wealth * wealth * wealth) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(wealth + height) FROM people", catalog.CodeAggArg, "height"},
		{"SELECT sum(wealth / wealth) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(wealth / 0) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(wealth - wealth) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(2) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(wealth * 1e300) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(wealth // 2) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(abs(wealth)) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(wealth + 'x') FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(huge * wealth) FROM people", catalog.CodeType, "sum"},
		{"SELECT sum(cost * cost) FROM visits", catalog.CodeAggFn, "sum"},
		{"SELECT sum((cost + 1) * (cost - 1)) FROM visits", catalog.CodeAggFn, "sum"},
		{"SELECT corr(cost, cost) FROM visits", catalog.CodeAggFn, "corr"},
		{"SELECT var_pop(wealth * wealth) FROM people", catalog.CodeAggArg, "var_pop"},
		{"SELECT corr(wealth) FROM people", catalog.CodeAggArg, "corr"},
		{"SELECT corr(DISTINCT wealth, wealth) FROM people", catalog.CodeAggArg, "corr"},
		{"SELECT regr_count(wealth, wealth) FROM people", catalog.CodeAggFn, "regr_count"},
		{"SELECT sum(CASE WHEN insured THEN wealth ELSE 1 END) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(CASE WHEN insured THEN wealth ELSE wealth END) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(CASE WHEN insured THEN 2 ELSE 0 END) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(DISTINCT CASE WHEN insured THEN 1 ELSE 0 END) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT avg(CASE WHEN insured THEN wealth ELSE 0 END) FROM people", catalog.CodeAggArg, "avg"},
		{"SELECT avg(CASE WHEN insured THEN 1 END) FROM people", catalog.CodeAggArg, "avg"},
		{"SELECT count(CASE WHEN insured THEN 1 ELSE 0 END) FROM people", catalog.CodeAggArg, "count"},
		{"SELECT count(CASE WHEN insured THEN id END) FROM people", catalog.CodeAggArg, "id"},
		{"SELECT count(DISTINCT CASE WHEN insured THEN id END) FROM people", catalog.CodeAggArg, "id"},
		{"SELECT sum(CASE WHEN insured THEN 1 WHEN height >= 200 THEN 1 ELSE 0 END) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT sum(CASE WHEN age > 7 THEN 1 ELSE 0 END) FROM people", catalog.CodePredicateForm, "7"},
		{"SELECT sum(CASE WHEN insured OR height >= 200 THEN 1 ELSE 0 END) FROM people", catalog.CodePredicateForm, "OR"},
		{"SELECT sum(CASE WHEN id = 'x' THEN 1 ELSE 0 END) FROM people", catalog.CodeIDPredicate, "id"},
		{"SELECT sum(CASE WHEN count(*) > 5 THEN 1 ELSE 0 END) FROM people", catalog.CodePredicateForm, "count(*)"},
		{"SELECT avg(nullif(wealth, 0)) FROM people", catalog.CodeAggArg, "avg"},
		{"SELECT sum(wealth::DOUBLE) FROM people", catalog.CodeCast, "::"},
		{"SELECT sum(2) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT count(NULL) FROM people", catalog.CodeAggArg, "count"},
		{"SELECT sum(DISTINCT wealth) FROM people", catalog.CodeAggArg, "sum"},
		{"SELECT count(DISTINCT town) FROM people", catalog.CodeAggArg, "count"},
		{"SELECT count(DISTINCT clinic) FROM visits", catalog.CodeAggArg, "count"},
		{"SELECT count(site) FROM visits", catalog.CodeAggArg, "site"},
		{"SELECT count(DISTINCT (clinic, doctor)) FROM visits", catalog.CodeAggArg, "count"},
		{"SELECT count(DISTINCT (id, clinic, site)) FROM visits", catalog.CodeAggArg, "count"},
		{"SELECT count(DISTINCT (v.clinic, c.site)) FROM visits v JOIN clinics c ON v.clinic = c.clinic AND v.site = c.site", catalog.CodeAggArg, "count"},
		{"SELECT count(DISTINCT (clinic, day)) FROM visits", catalog.CodeAggArg, "count"},
		{"SELECT count(DISTINCT (clinic, site + 1)) FROM visits", catalog.CodeAggArg, "site"},
		{"SELECT count(DISTINCT (clinic, (site, site))) FROM visits", catalog.CodeScalarFn, "(site"},
		{"SELECT count((clinic, site)) FROM visits", catalog.CodeScalarFn, "(clinic"},
		{"SELECT count(*) FROM visits WHERE (clinic, site) = ('a', 1)", catalog.CodeScalarFn, ""},
		{"SELECT count(year(born)) FROM people", catalog.CodeAggArg, "year"},
		{"SELECT stddev(cost) FROM visits", catalog.CodeAggFn, "stddev"},
		{"SELECT stddev(huge) FROM people", catalog.CodeType, "stddev"},
		{"SELECT count(*) FILTER (WHERE insured OR town = 'x') FROM people", catalog.CodePredicateForm, "OR"},
		{"SELECT " + filters(17) + " FROM people", catalog.CodeTooLarge, ""},
		// conditions
		{"SELECT count(*) FROM people WHERE insured OR town = 'x'", catalog.CodePredicateForm, "OR"},
		{"SELECT count(*) FROM people WHERE NOT (insured AND town = 'x')", catalog.CodePredicateForm, "AND"},
		{"SELECT count(*) FROM people WHERE town = code", catalog.CodePredicateForm, "code"},
		{"SELECT count(*) FROM people WHERE height + 1 = 5", catalog.CodePredicateForm, "+"},
		{"SELECT count(*) FROM people WHERE town < 'x'", catalog.CodePredicateForm, "'x'"},
		{"SELECT count(*) FROM people WHERE wealth >= 1000", catalog.CodePredicateForm, "1000"},
		{"SELECT count(*) FROM people WHERE town = NULL", catalog.CodePredicateForm, "NULL"},
		{"SELECT count(*) FROM people WHERE town LIKE '%x'", catalog.CodePredicateForm, "'%x'"},
		{"SELECT count(*) FROM people WHERE town LIKE 'x_%'", catalog.CodePredicateForm, "'x_%'"},
		{"SELECT count(*) FROM people WHERE town LIKE 'ab%'", catalog.CodePredicateForm, "'ab%'"},
		{"SELECT count(*) FROM people WHERE left(town, 2) = 'ab'", catalog.CodePredicateForm, "left"},
		{"SELECT count(*) FROM people WHERE left(town, 3) = 'ab'", catalog.CodePredicateForm, "'ab'"},
		{"SELECT count(*) FROM people WHERE left(town, 3) < 'abc'", catalog.CodePredicateForm, "<"},
		{"SELECT count(*) FROM people WHERE code = '1234'", catalog.CodePredicateForm, "'1234'"},
		{"SELECT count(*) FROM people WHERE month(born) = 3", catalog.CodePredicateForm, "month"},
		{"SELECT count(*) FROM people WHERE decade(born) = 196", catalog.CodePredicateForm, "decade"},
		{"SELECT count(*) FROM people WHERE insured > FALSE", catalog.CodePredicateForm, "FALSE"},
		{"SELECT count(*) FROM people WHERE FALSE", catalog.CodePredicateForm, "FALSE"},
		{"SELECT count(*) FROM people WHERE 1 = 1", catalog.CodePredicateForm, "1"},
		{"SELECT count(*) FROM people WHERE CASE WHEN insured THEN TRUE END", catalog.CodePredicateForm, "CASE"},
		{"SELECT count(*) FROM people WHERE height::VARCHAR = '5'", catalog.CodeCast, "::"},
		{"SELECT count(*) FROM people WHERE town", catalog.CodeType, "town"},
		{"SELECT count(*) FROM people WHERE town = 5", catalog.CodeType, "5"},
		{"SELECT count(*) FROM people WHERE height = '5'", catalog.CodeType, "'5'"},
		{"SELECT count(*) FROM people WHERE born >= 'yesterday'", catalog.CodeType, "'yesterday'"},
		{"SELECT count(*) FROM people WHERE born >= DATE '1960-01-02'", catalog.CodeLiteralGrid, "'1960"},
		{"SELECT count(*) FROM people WHERE born = DATE '1960-01-01'", catalog.CodeLiteralGrid, "'1960"},
		{"SELECT count(*) FROM people WHERE date_trunc('month', born) = DATE '1960-01-02'", catalog.CodeLiteralGrid, "'1960"},
		{"SELECT count(*) FROM people WHERE age >= 7", catalog.CodeLiteralGrid, "7"},
		{"SELECT count(*) FROM people WHERE band(age, 10) = 15", catalog.CodeLiteralGrid, "15"},
		{"SELECT count(*) FROM visits WHERE cost >= 150", catalog.CodeLiteralGrid, "150"},
		{"SELECT count(*) FROM visits WHERE cost > 100", catalog.CodeLiteralGrid, "100"},
		{"SELECT count(*) FROM visits WHERE cost = 100", catalog.CodeLiteralGrid, "100"},
		{"SELECT count(*) FROM visits WHERE cost >= 100.001", catalog.CodeLiteralGrid, "100.001"},
		{"SELECT count(*) FROM clinics WHERE beds IN (3)", catalog.CodeLiteralGrid, "3"},
		{"SELECT count(*) FROM people WHERE height = 300", catalog.CodeDomain, "300"},
		{"SELECT count(*) FROM people WHERE height = 1.5", catalog.CodeDomain, "1.5"},
		{"SELECT count(*) FROM passports WHERE kind IN ('p', 'x')", catalog.CodeDomain, "'x'"},
		{"SELECT count(*) FROM people WHERE height >= 100 AND height < 100", catalog.CodeDomain, "100"},
		{"SELECT count(*) FROM people WHERE year(born) = 0", catalog.CodeDomain, "0"},
		// joins
		{"SELECT count(*) FROM visits v JOIN people p ON v.doctor = p.id", catalog.CodeJoinEdge, "JOIN"},
		{"SELECT count(*) FROM visits v JOIN clinics c ON v.clinic = c.clinic", catalog.CodeJoinEdge, "JOIN"},
		{"SELECT count(*) FROM visits v JOIN clinics c ON v.clinic = c.clinic AND v.site = c.site JOIN visits w ON w.clinic = c.clinic AND w.site = c.site", catalog.CodeJoinEdge, ""},
		{"SELECT count(*) FROM people p LEFT JOIN visits v USING (id)", catalog.CodeJoinType, "LEFT"},
		{"SELECT count(*) FROM people p JOIN people q ON p.id = q.id", catalog.CodeJoinEdge, "JOIN"},
		{"SELECT count(*) FROM visits v LEFT JOIN people p USING (id) WHERE p.town IS NULL", catalog.CodePredicateForm, "p.town"},
		{"SELECT count(*) FROM visits v LEFT JOIN people p USING (id) WHERE p.town IS DISTINCT FROM 'x'", catalog.CodePredicateForm, "'x'"},
		// roll-ups
		{"SELECT count(*) FROM (SELECT clinic, count(*) AS n FROM visits GROUP BY clinic)", catalog.CodeSubquery, ""},
		{"SELECT count(*) FROM (SELECT id, doctor, count(*) AS n FROM visits GROUP BY id, doctor)", catalog.CodeSubquery, ""},
		{"SELECT count(*) FROM (SELECT site, count(*) AS n FROM visits GROUP BY site)", catalog.CodeSubquery, ""},
		{"SELECT count(*) FROM (SELECT clinic, site, count(doctor) AS n FROM visits GROUP BY clinic, site)", catalog.CodeSubquery, "count(doctor)"},
		{"SELECT count(*) FROM (SELECT clinic, site, count(DISTINCT (clinic, site)) AS n FROM visits GROUP BY clinic, site)", catalog.CodeSubquery, "count(DISTINCT"},
		{"SELECT count(*) FROM (SELECT id, day, count(*) AS n FROM visits GROUP BY id, day)", catalog.CodeSubquery, "day"},
		{"SELECT count(*) FROM (SELECT id, count(DISTINCT doctor) AS n FROM visits GROUP BY id)", catalog.CodeSubquery, "count(DISTINCT"},
		{"SELECT count(*) FROM (SELECT id, count(cost) AS n FROM visits GROUP BY id)", catalog.CodeSubquery, "count(cost)"},
		{"SELECT count(*) FROM (SELECT id, count(*) FILTER (WHERE cost > 0) AS n FROM visits GROUP BY id)", catalog.CodeAggFilter, "count"},
		{"SELECT count(*) FROM (SELECT id, sum(cost) / 2 AS n FROM visits GROUP BY id)", catalog.CodeSubquery, "/"},
		{"WITH x AS (SELECT id, sum(cost) AS s FROM visits GROUP BY id), y AS (SELECT id, s FROM x GROUP BY id, s) SELECT count(*) FROM y", catalog.CodeSubquery, ""},
		{"WITH x AS (SELECT id, sum(cost) AS s FROM visits GROUP BY id) SELECT count(*) FROM x a JOIN x b USING (id)", catalog.CodeSubquery, ""},
		{"WITH x AS (SELECT id, avg(cost) AS s FROM visits GROUP BY id) SELECT avg(s) FROM x", catalog.CodeAggArg, "avg(s)"},
		{"WITH x AS (SELECT id, sum(cost) AS s FROM visits GROUP BY id) SELECT stddev(s) FROM x", catalog.CodeAggFn, "stddev"},
		{"WITH x AS (SELECT id, sum(cost) AS s FROM visits GROUP BY id) SELECT sum(wealth) FROM x JOIN people USING (id)", catalog.CodeAggFn, "sum(wealth)"},
		{"WITH x AS (SELECT id, sum(cost) AS s FROM visits GROUP BY id) SELECT s, count(*) FROM x GROUP BY s", catalog.CodeGroupKey, ""},
		{"WITH x AS (SELECT id, sum(cost) AS s FROM visits GROUP BY id) SELECT count(*) FROM x WHERE s >= 150", catalog.CodeLiteralGrid, "150"},
		{"WITH x AS (SELECT id, avg(cost) AS s FROM visits GROUP BY id) SELECT count(*) FROM x WHERE s = 100", catalog.CodeLiteralGrid, "100"},
		{"WITH x AS (SELECT id, avg(cost) AS s FROM visits GROUP BY id) SELECT count(*) FROM x WHERE s IS NULL", catalog.CodePredicateForm, ""},
		{"WITH x AS (SELECT id, count(*) AS n FROM visits GROUP BY id) SELECT count(*) FROM x WHERE n = 3", catalog.CodeLiteralGrid, "3"},
		{"WITH x AS (SELECT id, count(*) AS n FROM visits GROUP BY id) SELECT count(*) FROM people p LEFT JOIN x USING (id)", catalog.CodeJoinType, "LEFT"},
		{"WITH x AS (SELECT id, count(*) AS n FROM people GROUP BY id) SELECT count(*), sum(n) FROM x JOIN visits v ON v.id = x.id", catalog.CodeJoinEdge, "JOIN"},
		{"WITH x AS (SELECT id, count(*) AS n FROM people GROUP BY id) SELECT count(*) FROM x JOIN clinics c ON c.owner = x.id", catalog.CodeJoinEdge, "JOIN"},
		// over cells
		{"SELECT count(*) || 'x' FROM people", catalog.CodeScalarFn, "||"},
		{"SELECT count(*)::VARCHAR FROM people", catalog.CodeCast, "::"},
		{"SELECT town::INTEGER, count(*) FROM people GROUP BY town", catalog.CodeCast, "::"},
		{"SELECT count(*) + town FROM people GROUP BY town", catalog.CodeType, "town"},
		{"SELECT count(*) > town FROM people GROUP BY town", catalog.CodeType, ">"},
		{"SELECT count(*) FROM people HAVING count(*)", catalog.CodeType, "count(*)"},
		{"SELECT CASE WHEN count(*) > 5 THEN 1 ELSE 'x' END FROM people", catalog.CodeType, "CASE"},
		{"SELECT CASE WHEN count(*) THEN 1 END FROM people", catalog.CodeType, "count(*)"},
		{"SELECT sum(wealth) // 2 FROM people", catalog.CodeType, "//"},
		{"SELECT round(count(*), count(*)) FROM people", catalog.CodeScalarFn, "count(*))"},
		{"SELECT town LIKE 'x%', count(*) FROM people GROUP BY town", catalog.CodeScalarFn, "LIKE"},
		{"SELECT town, rank() OVER (ORDER BY wealth) FROM people", catalog.CodeWindow, "rank"},
		{"SELECT count(*) OVER () FROM people", catalog.CodeWindow, "count"},
		{"SELECT DISTINCT town, rank() OVER (ORDER BY town) FROM people", catalog.CodeWindow, "rank"},
		{"SELECT town, sum(wealth) OVER () FROM people GROUP BY town", catalog.CodeNoAggregate, "wealth"},
		{"SELECT town, rank() OVER (ORDER BY id) FROM people GROUP BY town", catalog.CodeNoAggregate, "id"},
		{"SELECT count(*) FROM people WHERE rank() OVER () = 1", catalog.CodeWindow, "rank"},
		{"SELECT count(*) FROM people GROUP BY rank() OVER ()", catalog.CodeWindow, "rank"},
		{"SELECT town, rank() OVER () AS r, count(*) FROM people GROUP BY town, r", catalog.CodeWindow, "rank"},
		{"SELECT town FROM people GROUP BY town HAVING rank() OVER () = 1", catalog.CodeWindow, "rank"},
		{"SELECT town, rank() OVER () AS r FROM people GROUP BY town HAVING r = 1", catalog.CodeWindow, "rank"},
		{"SELECT town, sum(rank() OVER ()) OVER () FROM people GROUP BY town", catalog.CodeWindow, "rank"},
		{"SELECT sum(rank() OVER ()) FROM people", catalog.CodeWindow, "rank"},
		{"SELECT count(*) FILTER (WHERE rank() OVER () = 1) FROM people", catalog.CodeWindow, "rank"},
		{"SELECT count(*) FROM (SELECT id, rank() OVER (ORDER BY count(*)) AS r FROM visits GROUP BY id) x", catalog.CodeWindow, "rank"},
		{"SELECT count(*) FROM (SELECT id, 1 + rank() OVER (ORDER BY count(*)) AS r FROM visits GROUP BY id) x", catalog.CodeSubquery, ""},
		{"SELECT town, max(town) OVER () FROM people GROUP BY town", catalog.CodeType, "town"},
		{"SELECT CASE WHEN height < 100 THEN 'a' WHEN insured THEN 'b' END, count(*) FROM people GROUP BY 1", catalog.CodeGroupKey, "CASE"},
		{"SELECT CASE WHEN height < 100 THEN town ELSE 'b' END, count(*) FROM people GROUP BY 1", catalog.CodeGroupKey, "CASE"},
		{"SELECT CASE WHEN height < 100 THEN 'a' ELSE 1 END, count(*) FROM people GROUP BY 1", catalog.CodeGroupKey, "1"},
		{"SELECT CASE WHEN wealth < 100 THEN 'a' END, count(*) FROM people GROUP BY 1", catalog.CodePredicateForm, "100"},
		{"SELECT CASE WHEN huge < 3 THEN 'a' END, count(*) FROM people GROUP BY 1", catalog.CodeLiteralGrid, "3"},
		{"SELECT CASE WHEN id = 'x' THEN 1 ELSE 0 END, count(*) FROM people GROUP BY 1", catalog.CodeGroupKey, "id"},
		{"SELECT CASE WHEN height < 100 THEN 'a' END FROM people", catalog.CodeNoAggregate, ""},
		{"SELECT CASE WHEN height < 50 THEN 'a' END, count(*) FROM people GROUP BY height >= 100", catalog.CodeNoAggregate, ""},
		{"SELECT height < 100 AND insured, count(*) FROM people GROUP BY 1", catalog.CodePredicateForm, ""},
		{"SELECT height + 1 > 100, count(*) FROM people GROUP BY 1", catalog.CodePredicateForm, ""},
		{"SELECT height > height, count(*) FROM people GROUP BY 1", catalog.CodePredicateForm, ""},
		{"SELECT count(*) FROM people GROUP BY CASE " + branches(60) + " END", catalog.CodeTooLarge, "CASE"},
		{"SELECT n, count(*) FROM (SELECT id, count(*) AS n FROM visits GROUP BY id) GROUP BY n", catalog.CodeGroupKey, ""},
		{"SELECT band(n, 1), count(*) FROM (SELECT id, count(*) AS n FROM visits GROUP BY id) GROUP BY 1", catalog.CodeGroupKey, "band"},
		{"SELECT band(n, 3), count(*) FROM (SELECT id, count(*) AS n FROM visits GROUP BY id) GROUP BY 1", catalog.CodeGroupKey, "band"},
		{"SELECT n >= 3, count(*) FROM (SELECT id, count(*) AS n FROM visits GROUP BY id) GROUP BY 1", catalog.CodeLiteralGrid, "3"},
		{"SELECT band(a, 10), count(*) FROM (SELECT id, avg(cost) AS a FROM visits GROUP BY id) GROUP BY 1", catalog.CodeGroupKey, "band"},
		{"SELECT count(*) FROM (SELECT id, CASE WHEN id = 'x' THEN 1 ELSE 0 END AS c FROM visits GROUP BY id) GROUP BY c", catalog.CodeNoAggregate, "id"},
		{"SELECT count(*) FROM (SELECT id, CASE WHEN count(*) < 3 THEN 1 ELSE 0 END AS c FROM visits GROUP BY id) WHERE c = 1", catalog.CodeLiteralGrid, "3"},
		{"SELECT year(joined), count(*) FROM people GROUP BY joined", catalog.CodeGroupKey, "year"},
	} {
		t.Run(c.sql, func(t *testing.T) {
			view := viewtest.View(t, clinicWorld)
			_, err := build(t, c.sql, view, compile.Facts{})
			var refusal *catalog.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, c.code, refusal.Code, refusal)
			for _, text := range []string{refusal.Message.Zh, refusal.Message.En, refusal.Remedy.Zh, refusal.Remedy.En} {
				require.NotEmpty(t, text)
				require.NotContains(t, text, "%!")
				require.NotContains(t, text, "%s")
			}
			if c.at != "" {
				require.GreaterOrEqual(t, refusal.Position, 0, refusal)
				require.True(t, strings.HasPrefix(c.sql[refusal.Position:], c.at), "at %q", c.sql[refusal.Position:])
			}
		})
	}
}

// branches are branches of a CASE that all differ.
func branches(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("WHEN height = %d THEN %d", i+1, i))
	}
	return strings.Join(out, " ")
}

// filters are aggregates that all differ.
func filters(n int) string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("count(*) FILTER (WHERE height = %d)", i+1))
	}
	return strings.Join(out, ", ")
}

// A constant off the grid is told which edges are nearest, in WHERE and in FILTER alike.
func TestTheNearestEdgesAreNamed(t *testing.T) {
	view := viewtest.View(t, clinicWorld)
	for sql, near := range map[string]string{
		"SELECT count(*) FROM visits WHERE cost >= 150":               "step(100) (… 100 | 200 …)",
		"SELECT count(*) FROM people WHERE born >= DATE '1960-01-02'": "month (… 1960-01-01 | 1960-02-01 …)",
		"SELECT count(*) FROM visits WHERE cost > 100":                "the grid is step(100);",
	} {
		_, err := build(t, sql, view, compile.Facts{})
		var refusal *catalog.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, catalog.CodeLiteralGrid, refusal.Code)
		require.Contains(t, refusal.Remedy.En, near)
	}
}
