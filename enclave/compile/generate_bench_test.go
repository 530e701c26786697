package compile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
)

// BenchmarkEvidence compares the plain query with the statements of the reference path over a million rows: one row an entity, and
// four rows an entity.
func BenchmarkEvidence(b *testing.B) {
	e := newEngine(b)
	e.exec("SET threads = 2")
	specs := tinySpecs(b)
	e.exec(`CREATE TABLE people_source AS SELECT i AS pid, i % 300000 AS hid, CASE i % 2 WHEN 0 THEN 'n' ELSE 's' END AS town,
		(hash(i) % 100000)::DECIMAL(9,2) / 100 AS wealth FROM range(1000000) t(i)`)
	e.exec(`CREATE TABLE visits_source AS SELECT i // 4 AS pid, hash(i) % 50000 AS cid, 1 AS site, chr((97 + i % 3)::INTEGER) AS area, 'x' AS kind, 'good' AS result,
		(hash(i) % 100)::INTEGER AS cost FROM range(1000000) t(i)`)
	e.snapshot("people", specs["people"], "memory.main.people_source")
	e.snapshot("visits", specs["visits"], "memory.main.visits_source")
	unique := specs["people"]
	unique.Entities = unique.Entities[:1]
	specs["people"] = unique
	for name, q := range map[string]struct {
		plain string
		q     *question
	}{
		"one-row": {`SELECT town, count(*), sum(wealth) FROM "people".main.data GROUP BY 1`, ask(specs, "people").by("people", "town", "", 0).rows(0).sum(0, "people", "wealth")},
		"several": {`SELECT area, count(*), sum(cost) FROM "visits".main.data GROUP BY 1`, ask(specs, "visits").by("visits", "area", "", 0).rows(0).sum(0, "visits", "cost")},
		"joined":  {`SELECT town, count(*), sum(cost) FROM "visits".main.data v JOIN "people".main.data p ON v.__ekey_0 = p.__ekey_0 GROUP BY 1`, ask(specs, "visits").join("visits", "pid", "people", "pid").by(join, "town", "", 0).rows(0).sum(0, "visits", "cost")},
	} {
		program, err := compile.Generate(&q.q.plan, compile.Inputs{})
		require.NoError(b, err)
		b.Run(name+"/plain", func(b *testing.B) {
			for b.Loop() {
				e.rows(compile.Statement{SQL: q.plain})
			}
		})
		b.Run(name+"/evidence", func(b *testing.B) {
			for b.Loop() {
				e.run(program)
			}
		})
	}
}
