package compile_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/catalog/sqltree"
	"yumen/catalog/sqltree/treetest"
	"yumen/enclave/compile"
)

// benchmarked is how many rows the reference path is measured over: a million, or YUMEN_BENCH_ROWS.
func benchmarked(b *testing.B) int {
	text := os.Getenv("YUMEN_BENCH_ROWS")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	require.NoError(b, err)
	return n
}

// BenchmarkEvidence compares the plain query with the statements of the reference path, by class of query. Each turn asks the plain query, the
// reference path, and the plain query again, which shows what the machine itself makes of two equal questions.
func BenchmarkEvidence(b *testing.B) {
	e, n := newEngine(b), benchmarked(b)
	e.exec("SET threads = 2")
	e.exec("SET memory_limit = '12GB'")
	e.exec(fmt.Sprintf("SET temp_directory = '%s'", b.TempDir()))
	specs := tinySpecs(b)
	e.exec(fmt.Sprintf(`CREATE TABLE people_source AS SELECT i AS pid, i %% 300000 AS hid, CASE i %% 2 WHEN 0 THEN 'n' ELSE 's' END AS town,
		(hash(i) %% 100000)::DECIMAL(9,2) / 100 AS wealth FROM range(%d) t(i)`, n))
	e.exec(fmt.Sprintf(`CREATE TABLE visits_source AS SELECT i // 4 AS pid, hash(i) %% 50000 AS cid, 1 AS site, chr((97 + i %% 3)::INTEGER) AS area, 'x' AS kind, 'good' AS result,
		(hash(i) %% 100)::INTEGER AS cost FROM range(%d) t(i)`, n))
	e.snapshot("people", specs["people"], "memory.main.people_source")
	e.snapshot("visits", specs["visits"], "memory.main.visits_source")
	unique := specs["people"]
	unique.Entities = unique.Entities[:1]
	specs["people"] = unique
	for _, class := range []struct {
		name, plain string
		q           *question
	}{
		{"count", `SELECT town, count(*) FROM "people".main.data GROUP BY 1`, ask(specs, "people").by("people", "town", "", 0).rows(0)},
		{"sum", `SELECT town, count(*), sum(wealth) FROM "people".main.data GROUP BY 1`, ask(specs, "people").by("people", "town", "", 0).rows(0).sum(0, "people", "wealth")},
		{"sum-of-several-rows", `SELECT area, count(*), sum(cost) FROM "visits".main.data GROUP BY 1`, ask(specs, "visits").by("visits", "area", "", 0).rows(0).sum(0, "visits", "cost")},
		{"join", `SELECT town, count(*), sum(cost) FROM "visits".main.data v JOIN "people".main.data p ON v.__ekey_0 = p.__ekey_0 GROUP BY 1`,
			ask(specs, "visits").join("visits", "pid", "people", "pid").by(join, "town", "", 0).rows(0).sum(0, "visits", "cost")},
	} {
		program, err := compile.Generate(&class.q.plan, compile.Inputs{})
		require.NoError(b, err)
		b.Run(class.name, func(b *testing.B) {
			var plain, evidence, again []float64
			measure := func(into *[]float64, ask func()) {
				start := time.Now()
				ask()
				*into = append(*into, float64(time.Since(start).Microseconds())/1000)
			}
			bare := func() { e.rows(compile.Statement{SQL: class.plain}) }
			for b.Loop() {
				measure(&plain, bare)
				measure(&evidence, func() { e.run(program) })
				measure(&again, bare)
			}
			a, x, c := middle(plain), middle(evidence), middle(again)
			b.ReportMetric(a, "plain-ms")
			b.ReportMetric(x/a, "x-of-plain")
			b.ReportMetric(c/a, "again-of-plain")
		})
	}
}

// BenchmarkPlan takes the recorded trees of the golden queries to their plans: decode, bind, build; the median over all of them.
func BenchmarkPlan(b *testing.B) {
	view := viewtest.Corpus(b)
	facts := noNulls(view)
	var each []float64
	for b.Loop() {
		for _, sql := range golden {
			tree := treetest.Tree(b, sql)
			start := time.Now()
			s, err := sqltree.Decode(tree)
			require.NoError(b, err)
			q, err := footprint.Bind(s, view)
			require.NoError(b, err)
			_, err = compile.Build(q, facts)
			require.NoError(b, err)
			each = append(each, float64(time.Since(start).Nanoseconds())/1e6)
		}
	}
	b.ReportMetric(middle(each), "p50-ms")
	b.ReportMetric(each[len(each)*99/100], "p99-ms")
}

func middle(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}
