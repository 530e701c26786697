package compile_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// noisyWorld declares how many rows everybody has, and what amounts are cut to.
const noisyWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: clients}
spec:
  title: {zh: 客户, en: Clients}
  entities:
  - {type: person, key: [pid], unique: true}
  - {type: household, key: [hid], max_rows: 3}
  columns:
  - {name: pid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: hid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: town, type: VARCHAR, grade: 2, roles: [dimension], domain: [n, s]}
  - {name: ill, type: BOOLEAN, grade: 3, roles: [dimension], sensitive: true, sensitive_values: ["true"]}
  - {name: wealth, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [-50, 100], clip: 20.5}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: visits}
spec:
  title: {zh: 就诊, en: Visits}
  entities:
  - {type: person, key: [pid], max_rows: 4}
  - {type: clinic, key: [cid], max_rows: 6}
  columns:
  - {name: pid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: cid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: area, type: VARCHAR, grade: 2, roles: [dimension], domain: [a, b, c]}
  - {name: day, type: DATE, grade: 2, roles: [dimension], generalise: [year, quarter, month]}
  - {name: cost, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 90], clip: 30}
  - {name: fee, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 9], clip: 3}
  - {name: saved, type: INTEGER, grade: 2, roles: [measure], bounds: [-90, 90], clip: 30}
  joins:
  - {columns: [pid], to: {dataset: clients, columns: [pid]}, cardinality: many_to_one}
`

// noisyShapes are questions of every shape: counts of rows and entities, sums, squares and products, filters, joins, roll-ups, keys.
var noisyShapes = []string{
	"SELECT count(*) AS n FROM clients",
	"SELECT town, count(*) AS n, sum(wealth) AS s FROM clients GROUP BY town",
	"SELECT town, avg(wealth) AS s, count(DISTINCT hid) AS h FROM clients WHERE ill = true GROUP BY town",
	"SELECT ill, count(*) AS n FROM clients GROUP BY ill",
	"SELECT town, count(*) FILTER (WHERE ill = true) AS n, count(*) AS m FROM clients GROUP BY town",
	"SELECT town, sum(wealth * wealth) AS q FROM clients GROUP BY town",
	"SELECT count(*) AS n, count(DISTINCT pid) AS p, count(DISTINCT cid) AS c, sum(cost) AS s, sum(saved) AS t FROM visits WHERE area <> 'b'",
	"SELECT area, count(*) AS n, count(DISTINCT pid) AS p, sum(cost) AS s, sum(cost * saved) AS x, sum(cost * fee) AS y FROM visits GROUP BY area",
	"SELECT area, sum(saved) AS t, avg(cost) AS a FROM visits GROUP BY area",
	"SELECT month(day) AS m, sum(saved) AS t, count(DISTINCT cid) AS c FROM visits GROUP BY m",
	"SELECT quarter(day) AS q, area, count(DISTINCT pid) AS p FROM visits WHERE day >= '2024-01-01' AND day < '2025-01-01' GROUP BY q, area",
	"SELECT year(day) AS y, count(*) AS n, sum(cost) AS s FROM visits WHERE day >= '2023-01-01' AND day < '2025-01-01' GROUP BY y",
	"SELECT p.town, count(*) AS n, sum(v.cost) AS s, sum(p.wealth) AS w, count(DISTINCT p.hid) AS h FROM visits v JOIN clients p ON v.pid = p.pid GROUP BY p.town",
	"SELECT v.area, count(DISTINCT v.cid) AS c, sum(v.saved) AS s FROM visits v JOIN clients p ON v.pid = p.pid WHERE p.ill = true GROUP BY v.area",
	"SELECT p.town, count(DISTINCT v.pid) AS n FROM visits v LEFT JOIN clients p ON v.pid = p.pid GROUP BY p.town",
	"SELECT CASE WHEN r.n >= 2 THEN 'many' ELSE 'few' END AS c, count(*) AS p FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r GROUP BY c",
	"SELECT c.town, count(*) AS n FROM clients c JOIN (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r ON c.pid = r.pid WHERE r.n >= 2 GROUP BY c.town",
}

// noisyRows are the rows of a random world that keeps what is declared: a clinic or a household has no more rows than it may.
type noisyRows struct{ clients, visits []map[string]string }

func randomRows(rng *rand.Rand) noisyRows {
	var w noisyRows
	households := map[int]int{}
	most := rng.IntN(3) == 0 // everybody in one place, and has the most
	among := func(n int) int {
		if most {
			return 0
		}
		return rng.IntN(n)
	}
	amount := func(low, high int) string {
		switch {
		case most:
			return fmt.Sprint(high)
		case low < 0 && rng.IntN(5) == 0:
			return "NULL"
		}
		return fmt.Sprint(low + rng.IntN(high-low+1))
	}
	for pid := range 4 + rng.IntN(5) {
		hid := among(4)
		home := "NULL"
		if households[hid]++; households[hid] <= 3 {
			home = fmt.Sprint(hid)
		}
		w.clients = append(w.clients, map[string]string{"pid": fmt.Sprint(pid), "hid": home, "town": []string{"'n'", "'s'", "NULL"}[among(3)],
			"ill": []string{"true", "false", "NULL"}[rng.IntN(3)], "wealth": amount(-50, 100)})
	}
	persons, clinics := map[int]int{}, map[int]int{}
	for i := range rng.IntN(20) {
		pid, cid := rng.IntN(10), among(4)
		if most {
			pid = i % 10
		}
		if persons[pid] == 4 || clinics[cid] == 6 {
			continue
		}
		persons[pid]++
		clinics[cid]++
		w.visits = append(w.visits, map[string]string{"pid": fmt.Sprint(pid), "cid": fmt.Sprint(cid), "area": []string{"'a'", "'b'", "'c'"}[among(3)],
			"day": fmt.Sprintf("DATE '%d-%02d-15'", 2023+rng.IntN(2), 1+rng.IntN(12)), "cost": amount(0, 90), "fee": amount(0, 9), "saved": amount(-90, 90)})
	}
	return w
}

// without is the world without one entity: all rows of its own, in every table.
func (w noisyRows) without(column, id string) noisyRows {
	kept := func(rows []map[string]string) (out []map[string]string) {
		for _, r := range rows {
			if v, has := r[column]; !has || v != id {
				out = append(out, r)
			}
		}
		return out
	}
	return noisyRows{kept(w.clients), kept(w.visits)}
}

func (w noisyRows) load(e *engine, view footprint.View) {
	for name, rows := range map[string][]map[string]string{"clients": w.clients, "visits": w.visits} {
		spec := view.Datasets[name].Spec
		var columns, values []string
		for _, c := range spec.Columns {
			columns = append(columns, c.Name+" "+c.Type)
		}
		e.exec(fmt.Sprintf("CREATE OR REPLACE TABLE memory.main.%s_source (%s)", name, strings.Join(columns, ", ")))
		for _, r := range rows {
			var row []string
			for _, c := range spec.Columns {
				row = append(row, r[c.Name])
			}
			values = append(values, "("+strings.Join(row, ", ")+")")
		}
		if len(values) > 0 {
			e.exec(fmt.Sprintf("INSERT INTO memory.main.%s_source VALUES %s", name, strings.Join(values, ", ")))
		}
		e.snapshot(name, spec, "memory.main."+name+"_source")
	}
}

func (e *engine) figures(n *compile.NoisyProgram) [][]*big.Int {
	e.t.Helper()
	var rows [][][]*string
	for _, s := range n.Statements {
		rows = append(rows, e.rows(s))
	}
	out, err := n.Figures(rows)
	require.NoError(e.t, err)
	return out
}

func noisyInputs(view footprint.View) compile.NoisyInputs {
	in := compile.NoisyInputs{Snapshots: map[string]string{"clients": "s1", "visits": "s2"}, Specs: map[string]*catalog.DatasetSpec{}, Cells: 500}
	for name, g := range view.Datasets {
		in.Specs[name] = &g.Spec
	}
	return in
}

// TestNoisySensitivity removes one entity after the other from random worlds: no figure moves farther than its sensitivity, and all cells of a
// column together no farther than what is charged for it.
func TestNoisySensitivity(t *testing.T) {
	view := viewtest.View(t, noisyWorld)
	e := newEngine(t)
	moved, reached := map[string]bool{}, map[compile.MeasureKind]bool{}
	for _, text := range noisyShapes {
		plan, err := e.plan(text, view, compile.Facts{})
		require.NoError(t, err, text)
		program, err := compile.GenerateNoisy(plan, noisyInputs(view))
		require.NoError(t, err, text)
		for seed := range trials(t, 8) {
			w := randomRows(rand.New(rand.NewPCG(uint64(seed), 31)))
			w.load(e, view)
			whole := e.figures(program)
			for column, ids := range map[string]int{"pid": 10, "hid": 4, "cid": 4} {
				for id := range ids {
					w.without(column, fmt.Sprint(id)).load(e, view)
					less := e.figures(program)
					far := e.moves(program, whole, less, fmt.Sprintf("%s\nseed %d, without %s %d", text, seed, column, id))
					for s, statistic := range program.Statistics {
						if far[s].step.Cmp(statistic.Sensitivity) == 0 {
							reached[statistic.Measure.Kind] = true
						}
						if far[s].squares.Sign() > 0 {
							moved[fmt.Sprint(text, s)] = true
						}
					}
				}
			}
		}
		for s := range program.Statistics {
			require.True(t, moved[fmt.Sprint(text, s)], "%s: nobody moves statistic %d", text, s)
		}
	}
	require.Len(t, reached, 5, "a sensitivity that nobody ever reaches could be smaller")
}

// movement is how far a statistic moves: its cells at most, and the sum of the squares of all of them.
type movement struct{ step, squares *big.Int }

// moves measures how far every statistic moves between two worlds, and demands that it was charged.
func (e *engine) moves(p *compile.NoisyProgram, whole, less [][]*big.Int, what string) []movement {
	e.t.Helper()
	out := make([]movement, len(p.Statistics))
	for s, statistic := range p.Statistics {
		m := movement{new(big.Int), new(big.Int)}
		for cell := range whole {
			if statistic.Set < 0 && cell > 0 {
				break // the universe stands beside every cell
			}
			d := new(big.Int).Sub(whole[cell][s], less[cell][s])
			if d.CmpAbs(m.step) > 0 {
				m.step.Abs(d)
			}
			m.squares.Add(m.squares, d.Mul(d, d))
		}
		require.LessOrEqual(e.t, m.step.Cmp(statistic.Sensitivity), 0, "%s: statistic %d moves by %s, more than %s", what, s, m.step, statistic.Sensitivity)
		most := new(big.Int).Mul(statistic.Sensitivity, statistic.Sensitivity)
		most.Mul(most, big.NewInt(statistic.Units))
		require.LessOrEqual(e.t, m.squares.Cmp(most), 0, "%s: the cells of statistic %d move by %s together, more than %s", what, s, m.squares, most)
		out[s] = m
	}
	return out
}

// TestNoisyRowsThatMove removes an entity whose rows do not go with it but to another cell: they leave one and enter one, and both are charged.
func TestNoisyRowsThatMove(t *testing.T) {
	visit := func(pid, cid int) map[string]string {
		return map[string]string{"pid": fmt.Sprint(pid), "cid": fmt.Sprint(cid), "area": "'a'", "day": "DATE '2024-01-15'", "cost": "90", "fee": "9", "saved": "90"}
	}
	var household, clinic noisyRows
	for pid := range 3 { // of one household, with four visits each
		household.clients = append(household.clients, map[string]string{"pid": fmt.Sprint(pid), "hid": "0", "town": "'n'", "ill": "true", "wealth": "100"})
		for i := range 4 {
			household.visits = append(household.visits, visit(pid, 1+(pid*4+i)/6))
		}
	}
	for pid := range 6 { // ten visits each, one of them to the same clinic
		for i := range 10 {
			clinic.visits = append(clinic.visits, visit(pid, min(i, 1)*(100+pid*10+i)))
		}
	}
	many := strings.Replace(noisyWorld, "key: [pid], max_rows: 4", "key: [pid], max_rows: 10", 1)
	e := newEngine(t)
	for _, c := range []struct {
		world, gone, text string
		rows              noisyRows
	}{
		{noisyWorld, "hid", "SELECT p.town, count(*) AS n FROM visits v LEFT JOIN clients p ON v.pid = p.pid GROUP BY p.town", household},
		{noisyWorld, "hid", "SELECT p.town, sum(v.cost * v.fee) AS n FROM visits v LEFT JOIN clients p ON v.pid = p.pid GROUP BY p.town", household},
		{noisyWorld, "hid", "SELECT p.ill, count(*) AS n FROM visits v LEFT JOIN clients p ON v.pid = p.pid GROUP BY p.ill", household},
		{noisyWorld, "hid", "SELECT CASE WHEN p.town = 'n' THEN 1 ELSE 0 END AS k, count(*) AS n FROM visits v LEFT JOIN clients p ON v.pid = p.pid GROUP BY k", household},
		{many, "cid", "SELECT CASE WHEN r.n >= 10 THEN 'many' ELSE 'few' END AS c, sum(r.n) AS p FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r GROUP BY c", clinic},
		{many, "cid", "SELECT CASE WHEN r.n >= 10 THEN 'many' ELSE 'few' END AS c, count(*) AS p FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) r GROUP BY c", clinic},
	} {
		view := viewtest.View(t, c.world)
		plan, err := e.plan(c.text, view, compile.Facts{})
		require.NoError(t, err, c.text)
		program, err := compile.GenerateNoisy(plan, noisyInputs(view))
		require.NoError(t, err, c.text)
		c.rows.load(e, view)
		whole := e.figures(program)
		c.rows.without(c.gone, "0").load(e, view)
		far := e.moves(program, whole, e.figures(program), c.text)
		require.Positive(t, far[len(far)-1].squares.Sign(), c.text)
	}
}
