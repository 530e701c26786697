package compile_test

import (
	"cmp"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
	"yumen/sandbox/sandboxtest"
)

// passWorld has one entity type a table, so that nothing but what is asked is counted. No sum of fees needs a cut.
var passWorld = strings.NewReplacer("  - {type: household, key: [hid], max_rows: 3}\n", "", "  - {type: clinic, key: [cid], max_rows: 6}\n", "",
	"{name: hid, type: BIGINT, grade: 2, roles: [entity_key]}", "{name: hid, type: BIGINT, grade: 2, roles: [measure], bounds: [0, 100000000]}",
	"{name: cid, type: BIGINT, grade: 2, roles: [entity_key]}", "{name: cid, type: BIGINT, grade: 2, roles: [measure], bounds: [0, 100000000]}",
	"bounds: [0, 9], clip: 3", "bounds: [0, 9], clip: 36").Replace(noisyWorld)

// How often rows are read, and what is done for each entity, follows from the question and the declarations.
func TestNoisyPasses(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		text   string
		passes []string // what each of the statements does: "rows", "entities" (one group for each), "cells" (one for each and key)
		cuts   int      // comparisons with a clip
	}{
		{"SELECT town, count(*) AS n FROM clients GROUP BY town", []string{"rows"}, 0},
		{"SELECT count(*) AS n FROM clients WHERE town = 'n'", []string{"rows", "rows"}, 0},
		{"SELECT town, count(*) AS n, sum(wealth) AS s, avg(wealth) AS a FROM clients GROUP BY town", []string{"rows"}, 2},
		{"SELECT count(*) FILTER (WHERE town = 'n') AS n, sum(wealth) FILTER (WHERE ill) AS s FROM clients", []string{"rows", "rows"}, 2},
		{"SELECT area, count(*) AS n FROM visits GROUP BY area", []string{"entities", "rows"}, 0},
		{"SELECT area, count(*) AS n, sum(fee) AS f FROM visits GROUP BY area", []string{"entities", "rows"}, 0},
		{"SELECT area, count(*) AS n FROM visits WHERE area <> 'c' GROUP BY area", []string{"entities", "rows", "rows"}, 0},
		{"SELECT sum(cost) AS s FROM visits", []string{"cells"}, 1},
		{"SELECT area, count(*) AS n, sum(cost) AS s, sum(saved) AS d FROM visits GROUP BY area", []string{"cells", "rows", "rows"}, 3},
	} {
		n, err := e.noisy(c.text, passWorld)
		require.NoError(t, err, c.text)
		var passes []string
		cuts := 0
		for _, s := range n.Statements {
			kind := "rows"
			for mark, what := range map[string]string{"bit_or(": "entities", "FROM base GROUP BY k0, e)": "cells", "FROM base GROUP BY e)": "cells"} {
				if strings.Contains(s.SQL, mark) {
					kind = what
				}
			}
			passes = append(passes, kind)
			cuts += strings.Count(s.SQL, "> CAST(") + strings.Count(s.SQL, "< CAST(")
		}
		require.Equal(t, c.passes, passes, c.text)
		require.Equal(t, c.cuts, cuts, c.text)
	}
}

// What a pass finds for several figures at once is what each comes to when it is asked alone, and what the engine says of the plain words: over random worlds with
// missing values, keys that nobody declared, and nobody in a cell.
func TestNoisyPassesAreExact(t *testing.T) {
	view := viewtest.View(t, passWorld)
	e := newEngine(t)
	const wide = "SELECT area, count(*) AS n, sum(cost) AS s, sum(saved) AS d, sum(fee) AS f, count(DISTINCT pid) AS p FROM visits GROUP BY area"
	perKey := func(x string) string {
		return "SELECT area, sum(least(greatest(s, -30), 30)) FROM (SELECT area, sum(" + x + ") AS s FROM visits_now WHERE pid IS NOT NULL AND " + x + " IS NOT NULL GROUP BY area, pid) GROUP BY 1"
	}
	for _, c := range []struct {
		text   string
		kind   compile.MeasureKind
		column string
		oracle string
	}{
		{wide, compile.MeasureRows, "", "SELECT area, count(*) FROM visits_now WHERE pid IS NOT NULL GROUP BY 1"},
		{wide, compile.MeasureSum, "cost", perKey("cost")},
		{wide, compile.MeasureSum, "saved", perKey("saved")},
		{wide, compile.MeasureSum, "fee", "SELECT area, sum(fee) FROM visits_now WHERE pid IS NOT NULL GROUP BY 1"},
		{wide, compile.MeasureEntities, "", "SELECT area, count(DISTINCT pid) FROM visits_now GROUP BY 1"},
		{"SELECT area, count(DISTINCT pid) AS n FROM visits GROUP BY area", compile.MeasureEntities, "", "SELECT area, count(DISTINCT pid) FROM visits_now GROUP BY 1"},
		{"SELECT area, count(saved) AS c FROM visits GROUP BY area", compile.MeasureRows, "", "SELECT area, count(saved) FROM visits_now WHERE pid IS NOT NULL GROUP BY 1"},
		{"SELECT area, count(DISTINCT pid) FILTER (WHERE day >= '2024-03-01') AS n FROM visits WHERE day < '2024-06-01' GROUP BY area", compile.MeasureEntities, "",
			"SELECT area, count(DISTINCT pid) FROM visits_now WHERE day >= DATE '2024-03-01' AND day < DATE '2024-06-01' GROUP BY 1"},
	} {
		plan, err := e.plan(c.text, view, compile.Facts{})
		require.NoError(t, err, c.text)
		program, err := compile.GenerateNoisy(plan, noisyInputs(view))
		require.NoError(t, err, c.text)
		for seed := range 12 {
			randomRows(rand.New(rand.NewPCG(uint64(seed), 77))).load(e, view)
			e.exec(`CREATE OR REPLACE TEMP VIEW visits_now AS SELECT *, __ekey_0 AS pid FROM "visits".main.data`)
			want := map[string]string{}
			for _, row := range e.rows(compile.Statement{SQL: c.oracle}) {
				if row[1] != nil {
					want[spelled(row[:1])] = *row[1]
				}
			}
			got := e.figures(program)
			at := slices.IndexFunc(program.Statistics, func(s compile.Statistic) bool {
				return s.Set >= 0 && s.Measure.Kind == c.kind && s.Measure.Column.Column == c.column
			})
			for k, key := range program.Keys {
				require.Equal(t, cmp.Or(want[spelled(key)], "0"), got[k][at].String(), "%s\nseed %d, %s of %s, key %s", c.text, seed, c.kind, c.column, spelled(key))
			}
			requireUniverse(t, e, program, got, "visits_now", c.text)
		}
	}
}

// requireUniverse compares the counts of everybody with what the engine says of a table.
func requireUniverse(t *testing.T, e *engine, program *compile.NoisyProgram, got [][]*big.Int, table, text string) {
	t.Helper()
	everybody := *e.rows(compile.Statement{SQL: "SELECT count(DISTINCT pid) FROM " + table})[0][0]
	for _, statistic := range program.Statistics {
		for k := range program.Keys {
			if u := statistic.Universe; statistic.Decides && u >= 0 {
				require.Equal(t, everybody, got[k][u].String(), text)
			}
		}
	}
}

func spelled(key []*string) string {
	var out []string
	for _, v := range key {
		if v == nil {
			out = append(out, "NULL")
			continue
		}
		out = append(out, fmt.Sprintf("%q", *v))
	}
	return strings.Join(out, ",")
}

// Real workers take the statements of every kind of pass, and find what this process finds.
func TestNoisyPassesInWorkers(t *testing.T) {
	view := viewtest.View(t, passWorld)
	w := &corpusWorld{engine: newEngine(t), specs: map[string]catalog.DatasetSpec{"clients": view.Datasets["clients"].Spec, "visits": view.Datasets["visits"].Spec}}
	randomRows(rand.New(rand.NewPCG(2, 3))).load(w.engine, view)
	files, runner := w.seal(t), sandboxtest.Runner(t)
	for _, text := range []string{
		"SELECT town, count(*) AS n, sum(wealth) AS s FROM clients WHERE NOT ill GROUP BY town",
		"SELECT count(*) FILTER (WHERE town = 'n') AS n, sum(wealth) FILTER (WHERE ill) AS s FROM clients",
		"SELECT area, count(*) AS n, sum(fee) AS f FROM visits GROUP BY area",
		"SELECT area, count(*) AS n, sum(cost) AS s, sum(saved) AS d FROM visits GROUP BY area",
		"SELECT p.town, count(*) AS n, sum(v.cost) AS s FROM visits v JOIN clients p ON v.pid = p.pid GROUP BY p.town",
	} {
		plan, err := w.plan(text, view, compile.Facts{})
		require.NoError(t, err, text)
		program, err := compile.GenerateNoisy(plan, noisyInputs(view))
		require.NoError(t, err, text)
		got, err := program.Figures(inWorkers(t, runner, files, program))
		require.NoError(t, err, text)
		require.Equal(t, fmt.Sprint(w.figures(program)), fmt.Sprint(got), text)
	}
}
