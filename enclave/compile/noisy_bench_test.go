package compile_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// noisyClasses are questions with the plain query that a user of the bare engine would ask.
var noisyClasses = []struct{ name, plain, text string }{
	{"one-row/count", `SELECT count(*) FROM "clients".main.data WHERE town = 'n'`, "SELECT count(*) AS n FROM clients WHERE town = 'n'"},
	{"one-row/groups", `SELECT town, count(*) FROM "clients".main.data GROUP BY 1`, "SELECT town, count(*) AS n FROM clients GROUP BY town"},
	{"one-row/sum", `SELECT town, count(*), sum(wealth) FROM "clients".main.data GROUP BY 1`, "SELECT town, count(*) AS n, sum(wealth) AS s FROM clients GROUP BY town"},
	{"one-row/sum-of-some", `SELECT town, sum(wealth) FROM "clients".main.data WHERE ill GROUP BY 1`, "SELECT town, sum(wealth) AS s FROM clients WHERE ill GROUP BY town"},
	{"several-rows/entities", `SELECT area, count(*), count(DISTINCT __ekey_0) FROM "visits".main.data GROUP BY 1`, "SELECT area, count(*) AS n, count(DISTINCT pid) AS p FROM visits GROUP BY area"},
	{"several-rows/rows", `SELECT area, count(*) FROM "visits".main.data GROUP BY 1`, "SELECT area, count(*) AS n FROM visits GROUP BY area"},
	{"one-row/factor-sum", `SELECT town, count(*), sum(hid) FROM "clients".main.data GROUP BY 1`, "SELECT town, count(*) AS n, sum(hid) AS s FROM clients GROUP BY town"},
	{"several-rows/factor-sum", `SELECT area, count(*), sum(cid) FROM "visits".main.data GROUP BY 1`, "SELECT area, count(*) AS n, sum(cid) AS s FROM visits GROUP BY area"},
	{"several-rows/factor-sum-and-entities", `SELECT area, count(DISTINCT __ekey_0), sum(cid) FROM "visits".main.data GROUP BY 1`, "SELECT area, count(DISTINCT pid) AS n, sum(cid) AS s FROM visits GROUP BY area"},
	{"several-rows/sum-that-needs-no-cut", `SELECT area, count(*), sum(fee) FROM "visits".main.data GROUP BY 1`, "SELECT area, count(*) AS n, sum(fee) AS s FROM visits GROUP BY area"},
	{"several-rows/sum-cut", `SELECT area, count(*), sum(cost) FROM "visits".main.data GROUP BY 1`, "SELECT area, count(*) AS n, sum(cost) AS s FROM visits GROUP BY area"},
	{"several-rows/join", `SELECT town, count(*), sum(cost) FROM "visits".main.data v JOIN "clients".main.data p ON v.__ekey_0 = p.__ekey_0 GROUP BY 1`,
		"SELECT p.town, count(*) AS n, sum(v.cost) AS s FROM visits v JOIN clients p ON v.pid = p.pid GROUP BY p.town"},
}

// BenchmarkNoisy compares the plain query with the statements of the noisy mode, by class of query, over files that both read. Each turn asks the plain
// query, the noisy statements, and the plain query again. Beside wall time it reports processor time, which other work on the machine lengthens less.
func BenchmarkNoisy(b *testing.B) {
	e, n := newEngine(b), benchmarked(b)
	e.exec("SET threads = 2")
	e.exec("SET memory_limit = '12GB'")
	e.exec(fmt.Sprintf("SET temp_directory = '%s'", b.TempDir()))
	one := strings.NewReplacer("  - {type: household, key: [hid], max_rows: 3}\n", "", "  - {type: clinic, key: [cid], max_rows: 6}\n", "",
		"{name: hid, type: BIGINT, grade: 2, roles: [entity_key]}", "{name: hid, type: BIGINT, grade: 2, roles: [measure], bounds: [0, 100000000]}",
		"{name: cid, type: BIGINT, grade: 2, roles: [entity_key]}", "{name: cid, type: BIGINT, grade: 2, roles: [measure], bounds: [0, 100000000]}",
		"bounds: [0, 9], clip: 3", "bounds: [0, 9], clip: 36").Replace(noisyWorld)
	view := viewtest.View(b, one)
	for _, d := range []string{"clients", "visits"} {
		e.exec(fmt.Sprintf(`ATTACH '%s/%s.db' AS "%s"`, b.TempDir(), d, d))
	}
	e.exec(fmt.Sprintf(`CREATE VIEW clients_source AS SELECT i AS pid, i // 3 AS hid, CASE hash(i) %% 2 WHEN 0 THEN 'n' ELSE 's' END AS town, i %% 10 = 0 AS ill,
		((hash(i) %% 15000)::DECIMAL(9,2) / 100 - 50)::DECIMAL(9,2) AS wealth FROM range(%d) t(i)`, n))
	e.exec(fmt.Sprintf(`CREATE VIEW visits_source AS SELECT i // 4 AS pid, i // 6 AS cid, chr((97 + hash(i) %% 3)::INTEGER) AS area, DATE '2024-01-15' + (hash(i) %% 300)::INTEGER AS day,
		(hash(i) %% 91)::INTEGER AS cost, (hash(i) %% 10)::INTEGER AS fee, (hash(i) %% 181)::INTEGER - 90 AS saved FROM range(%d) t(i)`, n))
	e.snapshot("clients", view.Datasets["clients"].Spec, "memory.main.clients_source")
	e.snapshot("visits", view.Datasets["visits"].Spec, "memory.main.visits_source")
	for _, class := range noisyClasses {
		plan, err := e.plan(class.text, view, compile.Facts{})
		require.NoError(b, err)
		in := noisyInputs(view)
		if strings.Contains(class.name, "factor") {
			factorInputs(&in)
		}
		program, err := compile.GenerateNoisy(plan, in)
		require.NoError(b, err)
		b.Run(class.name, func(b *testing.B) {
			bare := func() { e.rows(compile.Statement{SQL: class.plain}) }
			var plain, noisy, again spentTimes
			for b.Loop() {
				plain.add(b, bare)
				noisy.add(b, func() { e.figures(program) })
				again.add(b, bare)
			}
			b.ReportMetric(middle(plain.wall), "plain-ms")
			b.ReportMetric(middle(noisy.wall)/middle(plain.wall), "x-of-plain")
			b.ReportMetric(middle(again.wall)/middle(plain.wall), "again-of-plain")
			b.ReportMetric(middle(noisy.processor)/middle(plain.processor), "x-of-plain-processor")
			b.ReportMetric(middle(again.processor)/middle(plain.processor), "again-of-plain-processor")
		})
	}
}

// BenchmarkNoisyCells writes the canonical cells of a key with 5,000 declared values.
func BenchmarkNoisyCells(b *testing.B) {
	var values []string
	for i := range 5000 {
		values = append(values, fmt.Sprintf("v%d", i))
	}
	e := newEngine(b)
	view := viewtest.View(b, strings.Replace(noisyWorld, "domain: [a, b, c]", "domain: ["+strings.Join(values, ", ")+"]", 1))
	plan, err := e.plan("SELECT area, count(*) AS n FROM visits GROUP BY area", view, compile.Facts{})
	require.NoError(b, err)
	in := noisyInputs(view)
	in.Cells = 10_000
	n, err := compile.GenerateNoisy(plan, in)
	require.NoError(b, err)
	for b.Loop() {
		for key := range n.Keys {
			_, err := n.Cell(0, key)
			require.NoError(b, err)
		}
	}
}

// spentTimes are those of one side of a comparison, in milliseconds.
type spentTimes struct{ wall, processor []float64 }

func (s *spentTimes) add(b *testing.B, ask func()) {
	used := func() float64 {
		var u syscall.Rusage
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
	}
	before, start := used(), time.Now()
	ask()
	s.wall, s.processor = append(s.wall, float64(time.Since(start).Microseconds())/1000), append(s.processor, used()-before)
}
