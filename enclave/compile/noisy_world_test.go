package compile_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/enclave/compile"
)

// wideWorld has whatever a declaration can say of rows: entities with one row and with several, two references of one type, groups of entities, rows that
// are entities, keys that are sensitive, constant, empty, generalised.
const wideWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: clients}
spec:
  title: {zh: 客户, en: Clients}
  entities:
  - {type: person, key: [pid], unique: true}
  - {type: household, key: [hid], max_rows: 3}
  - {type: person, key: [mid], max_rows: 3}
  columns:
  - {name: pid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: mid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: hid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: town, type: VARCHAR, grade: 2, roles: [dimension], domain: [n, s]}
  - {name: ill, type: BOOLEAN, grade: 3, roles: [dimension], sensitive: true, sensitive_values: ["true"]}
  - {name: wealth, type: "DECIMAL(9,2)", grade: 2, roles: [measure, dimension], grid: step(10), generalise: [band(50)], bounds: [-50, 100], clip: 20.5}
  joins:
  - {columns: [mid], to: {dataset: clients, columns: [pid]}, cardinality: many_to_one}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: clinics}
spec:
  title: {zh: 诊所, en: Clinics}
  entities:
  - {type: clinic, key: [cid], unique: true, group: [gid], group_max_rows: 2}
  - {type: person, key: [pid], max_rows: 2}
  columns:
  - {name: cid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: gid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: pid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: kind, type: VARCHAR, grade: 2, roles: [dimension], domain: [x, y], nullable: false}
  - {name: beds, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 20], clip: 20}
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
  - {name: home, type: VARCHAR, grade: 2, roles: [dimension], domain: [u, v], constant_per: person}
  - {name: day, type: DATE, grade: 2, roles: [dimension], generalise: [year, quarter, month], grid: month}
  - {name: cost, type: INTEGER, grade: 2, roles: [measure, dimension], grid: step(10), bounds: [0, 90], clip: 30}
  - {name: fee, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 9], clip: 3}
  - {name: saved, type: INTEGER, grade: 2, roles: [measure], bounds: [-90, 90], clip: 30}
  joins:
  - {columns: [pid], to: {dataset: clients, columns: [pid]}, cardinality: many_to_one}
  - {columns: [cid], to: {dataset: clinics, columns: [cid]}, cardinality: many_to_one}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: deals}
spec:
  title: {zh: 交易, en: Deals}
  entities:
  - {type: person, key: [sid], max_rows: 3}
  - {type: person, key: [bid], max_rows: 3}
  - {type: deal, rows: true}
  columns:
  - {name: sid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: bid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: way, type: VARCHAR, grade: 3, roles: [dimension], domain: [p, q], sensitive: true, sensitive_values: [p]}
  - {name: price, type: INTEGER, grade: 2, roles: [measure, dimension], grid: step(10), bounds: [0, 50], clip: 40}
  joins:
  - {columns: [sid], to: {dataset: clients, columns: [pid]}, cardinality: many_to_one}
  - {columns: [bid], to: {dataset: clients, columns: [pid]}, cardinality: many_to_one}
`

// wideRows are the rows of every table.
type wideRows map[string][]map[string]string

// keysOf says which columns of which table hold the key of an entity type.
var keysOf = map[string]map[string][]string{
	"person":    {"clients": {"pid", "mid"}, "clinics": {"pid"}, "visits": {"pid"}, "deals": {"sid", "bid"}},
	"household": {"clients": {"hid"}},
	"clinic":    {"clinics": {"cid"}, "visits": {"cid"}},
	"deal":      {"deals": {"did"}},
}

// declaredRows are the most rows of a key.
var declaredRows = map[string]int{"clients.pid": 1, "clients.hid": 3, "clients.mid": 3, "clinics.cid": 1, "clinics.gid": 2, "clinics.pid": 2, "visits.pid": 4, "visits.cid": 6, "deals.sid": 3, "deals.bid": 3}

// drawn redraws what is no key of a row: extremes are where a price is met.
func drawn(r *rand.Rand, table, column string) string {
	between := func(low, high int) string {
		if r.IntN(3) > 0 {
			return fmt.Sprint([]int{low, high}[r.IntN(2)])
		}
		return fmt.Sprint(low + r.IntN(high-low+1))
	}
	maybe := func(v ...string) string { return v[r.IntN(len(v))] }
	switch table + "." + column {
	case "clients.town":
		return maybe("'n'", "'s'", "NULL")
	case "clients.ill":
		return maybe("true", "false", "NULL")
	case "clients.wealth":
		return maybe(between(-50, 100), between(-50, 100), "NULL")
	case "clinics.kind":
		return maybe("'x'", "'y'")
	case "clinics.beds":
		return maybe(between(0, 20), between(0, 20), "NULL")
	case "visits.area":
		return maybe("'a'", "'b'", "'c'", "NULL")
	case "visits.home":
		return maybe("'u'", "'v'", "NULL")
	case "visits.day":
		return maybe(fmt.Sprintf("DATE '%d-%02d-15'", 2023+r.IntN(2), 1+r.IntN(12)), "NULL")
	case "visits.cost":
		return maybe(between(0, 90), between(0, 90), "NULL")
	case "visits.fee":
		return maybe(between(0, 9), between(0, 9), "NULL")
	case "visits.saved":
		return maybe(between(-90, 90), between(-90, 90), "NULL")
	case "deals.way":
		return maybe("'p'", "'q'", "NULL")
	default:
		return maybe(between(0, 50), between(0, 50), "NULL")
	}
}

var factsOf = map[string][]string{"clients": {"town", "ill", "wealth"}, "clinics": {"kind", "beds"}, "visits": {"area", "home", "day", "cost", "fee", "saved"}, "deals": {"way", "price"}}

// randomWide is a random world that keeps what is declared; a crowded one has few keys, each with as many rows as it may.
func randomWide(r *rand.Rand) wideRows {
	w, used := wideRows{}, map[string]int{}
	crowded := r.IntN(2) == 0
	among := func(n int) int {
		if crowded {
			return r.IntN(max(1, n/3))
		}
		return r.IntN(n)
	}
	add := func(table string, keys map[string]int) {
		row := map[string]string{}
		for c, id := range keys {
			at := fmt.Sprint(table, ".", c, " ", id)
			if used[at]++; used[at] > declaredRows[table+"."+c] {
				if c == "hid" || c == "gid" || c == "mid" || r.IntN(2) == 0 && table != "clients" && c != "cid" {
					row[c] = "NULL"
					used[at]--
					continue
				}
				used[at]--
				for c, v := range row {
					if v != "NULL" {
						used[fmt.Sprint(table, ".", c, " ", v)]--
					}
				}
				return
			}
			row[c] = fmt.Sprint(id)
		}
		for _, c := range factsOf[table] {
			row[c] = drawn(r, table, c)
		}
		if table == "visits" {
			if i := slices.IndexFunc(w[table], func(o map[string]string) bool { return row["pid"] != "NULL" && o["pid"] == row["pid"] }); i >= 0 {
				row["home"] = w[table][i]["home"]
			}
		}
		if table == "deals" {
			row["did"] = fmt.Sprint(len(w[table]))
		}
		w[table] = append(w[table], row)
	}
	for pid := range 3 + r.IntN(5) {
		add("clients", map[string]int{"pid": pid, "hid": among(3), "mid": r.IntN(10)})
	}
	for cid := range 2 + r.IntN(3) {
		add("clinics", map[string]int{"cid": cid, "gid": among(3), "pid": among(6)})
	}
	for range r.IntN(18) {
		add("visits", map[string]int{"pid": among(9), "cid": among(6)})
	}
	for range r.IntN(9) {
		add("deals", map[string]int{"sid": among(9), "bid": 3 + among(6)})
	}
	return w
}

// mine reports whether a row holds the key of an entity.
func mine(row map[string]string, columns []string, id string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return row[c] == id })
}

// changed is the world after one entity went, or after everything that is no key was drawn anew in its rows. A group went with all its entities' rows.
func (w wideRows) changed(r *rand.Rand, typ, id string, gone bool) wideRows {
	keys := keysOf[typ]
	ids := []string{id}
	if typ == "clinic:group" {
		keys, ids = keysOf["clinic"], nil
		for _, row := range w["clinics"] {
			if row["gid"] == id {
				ids = append(ids, row["cid"])
			}
		}
	}
	out := wideRows{}
	home := drawn(r, "visits", "home")
	for table, rows := range w {
		for _, row := range rows {
			is := slices.ContainsFunc(ids, func(id string) bool { return mine(row, keys[table], id) })
			if is && gone {
				continue
			}
			if is {
				row = maps.Clone(row)
				for _, c := range factsOf[table] {
					switch {
					case c != "home":
						row[c] = drawn(r, table, c)
					case typ == "person":
						row[c] = home
					}
				}
			}
			out[table] = append(out[table], row)
		}
	}
	return out
}

func (w wideRows) load(e *engine, view footprint.View) {
	for name, g := range view.Datasets {
		var columns, values []string
		for _, c := range g.Spec.Columns {
			columns = append(columns, c.Name+" "+c.Type)
		}
		e.exec(fmt.Sprintf("CREATE OR REPLACE TABLE memory.main.%s_source (%s)", name, strings.Join(columns, ", ")))
		for _, r := range w[name] {
			var row []string
			for _, c := range g.Spec.Columns {
				row = append(row, r[c.Name])
			}
			values = append(values, "("+strings.Join(row, ", ")+")")
		}
		if len(values) > 0 {
			e.exec(fmt.Sprintf("INSERT INTO memory.main.%s_source VALUES %s", name, strings.Join(values, ", ")))
		}
		e.snapshot(name, g.Spec, "memory.main."+name+"_source")
	}
}

func wideInputs(view footprint.View) compile.NoisyInputs {
	in := compile.NoisyInputs{Snapshots: map[string]string{}, Specs: map[string]*catalog.DatasetSpec{}, Cells: 500}
	for name, g := range view.Datasets {
		in.Specs[name], in.Snapshots[name] = &g.Spec, "s-"+name
	}
	return in
}

// wideBase is a way to read rows: what stands behind FROM, and what can be asked of it.
type wideBase struct {
	from       string
	dimensions []string // group keys and conditions
	measures   []string
	entities   []string
	conditions []string
}

var (
	visitsOf  = wideBase{"", []string{"v.area", "v.home", "month(v.day)", "quarter(v.day)", "CASE WHEN v.area = 'a' THEN 1 ELSE 0 END", "CASE WHEN v.cost >= 50 THEN 1 WHEN v.cost >= 10 THEN 2 ELSE 0 END"}, []string{"v.cost", "v.fee", "v.saved"}, []string{"v.pid", "v.cid"}, []string{"v.area <> 'b'", "v.area IN ('a', 'c')", "v.cost >= 10", "v.home = 'u'", "v.home IS NULL", "v.day >= '2023-04-01' AND v.day < '2024-04-01'"}}
	clientsOf = wideBase{"", []string{"p.town", "p.ill", "floor(p.wealth / 50) * 50"}, []string{"p.wealth"}, []string{"p.pid", "p.hid", "p.mid"}, []string{"p.ill = true", "p.town = 'n'", "p.town IS NULL", "p.wealth >= 0", "p.ill IS NOT true"}}
	clinicsOf = wideBase{"", []string{"c.kind"}, []string{"c.beds"}, []string{"c.cid", "c.pid"}, []string{"c.kind = 'x'"}}
	dealsOf   = wideBase{"", []string{"d.way", "CASE WHEN d.price >= 20 THEN 1 ELSE 0 END"}, []string{"d.price"}, []string{"d.sid", "d.bid"}, []string{"d.way = 'p'", "d.price >= 10"}}
	rolledOf  = wideBase{"", []string{"CASE WHEN r.n >= 2 THEN 1 ELSE 0 END", "CASE WHEN r.s >= 50 THEN 1 ELSE 0 END"}, []string{"r.n", "r.s"}, nil, []string{"r.n >= 2", "r.s >= 50", "r.n >= 1 AND r.n < 5"}}
)

func of(from string, parts ...wideBase) wideBase {
	out := wideBase{from: from}
	for _, p := range parts {
		out.dimensions, out.measures = append(out.dimensions, p.dimensions...), append(out.measures, p.measures...)
		out.entities, out.conditions = append(out.entities, p.entities...), append(out.conditions, p.conditions...)
	}
	return out
}

// renamed is a base under another alias.
func renamed(b wideBase, from, to string) wideBase {
	change := func(all []string) (out []string) {
		for _, x := range all {
			out = append(out, strings.ReplaceAll(x, from+".", to+"."))
		}
		return out
	}
	return wideBase{b.from, change(b.dimensions), change(b.measures), change(b.entities), change(b.conditions)}
}

var wideBases = []wideBase{
	of("clients p", clientsOf), of("visits v", visitsOf), of("clinics c", clinicsOf), of("deals d", dealsOf),
	of("visits v JOIN clients p ON v.pid = p.pid", visitsOf, clientsOf),
	of("visits v LEFT JOIN clients p ON v.pid = p.pid", visitsOf, clientsOf),
	of("visits v JOIN clinics c ON v.cid = c.cid", visitsOf, clinicsOf),
	of("visits v LEFT JOIN clinics c ON v.cid = c.cid", visitsOf, clinicsOf),
	of("visits v JOIN clients p ON v.pid = p.pid LEFT JOIN clinics c ON v.cid = c.cid", visitsOf, clientsOf, clinicsOf),
	of("deals d JOIN clients p ON d.sid = p.pid", dealsOf, clientsOf),
	of("deals d JOIN clients p ON d.sid = p.pid LEFT JOIN clients q ON d.bid = q.pid", dealsOf, clientsOf, renamed(clientsOf, "p", "q")),
	of("clients p JOIN clients q ON p.mid = q.pid", clientsOf, renamed(clientsOf, "p", "q")),
	of("clients p LEFT JOIN clients q ON p.mid = q.pid", clientsOf, renamed(clientsOf, "p", "q")),
	of("visits v JOIN clients p ON v.pid = p.pid LEFT JOIN clients q ON p.mid = q.pid", visitsOf, clientsOf, renamed(clientsOf, "p", "q")),
	of("(SELECT pid, count(*) AS n, sum(cost) AS s FROM visits GROUP BY pid) r", rolledOf),
	of("(SELECT cid, count(*) AS n, sum(saved) AS s FROM visits WHERE area <> 'c' GROUP BY cid) r", rolledOf),
	of("(SELECT v.pid, count(*) AS n, sum(v.cost) AS s, p.town FROM visits v JOIN clients p ON v.pid = p.pid GROUP BY v.pid, p.town) r", rolledOf),
	of("(SELECT v.pid, count(*) AS n, avg(c.beds) AS s FROM visits v JOIN clinics c ON v.cid = c.cid GROUP BY v.pid) r", rolledOf),
	of("(SELECT sid, count(*) AS n, sum(price) AS s FROM deals GROUP BY sid) r", rolledOf),
	of("(SELECT hid, count(*) AS n, sum(wealth) AS s FROM clients GROUP BY hid) r", rolledOf),
	of("clients p JOIN (SELECT pid, count(*) AS n, sum(saved) AS s FROM visits GROUP BY pid) r ON p.pid = r.pid", clientsOf, rolledOf),
	of("clients p JOIN (SELECT mid, count(*) AS n, sum(wealth) AS s FROM clients GROUP BY mid) r ON p.pid = r.mid", clientsOf, rolledOf),
	of("(SELECT p.mid, count(*) AS n, sum(q.wealth) AS s FROM clients p JOIN clients q ON p.mid = q.pid GROUP BY p.mid) r", rolledOf),
	of("clinics c JOIN (SELECT cid, count(*) AS n, sum(cost) AS s FROM visits GROUP BY cid) r ON c.cid = r.cid", clinicsOf, rolledOf),
}

// wideQuestion writes a random question over a base.
func wideQuestion(r *rand.Rand, b wideBase) string {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	condition := func() string {
		out := pick(b.conditions)
		if r.IntN(3) == 0 {
			out += " AND " + pick(b.conditions)
		}
		return out
	}
	figure := func() string {
		out := "count(*)"
		switch n := r.IntN(9); {
		case n < 2:
		case n < 4 && len(b.entities) > 0:
			out = "count(DISTINCT " + pick(b.entities) + ")"
		case len(b.measures) == 0:
		case n < 6:
			out = "sum(" + pick(b.measures) + ")"
		case n == 6:
			x := pick(b.measures)
			out = "sum(" + x + " * " + x + ")"
		case n == 7:
			out = "sum(" + pick(b.measures) + " * " + pick(b.measures) + ")"
		default:
			out = "count(" + pick(b.measures) + ")"
		}
		if r.IntN(4) == 0 {
			out += " FILTER (WHERE " + condition() + ")"
		}
		return out
	}
	var out, keys []string
	for i := range r.IntN(3) {
		keys = append(keys, fmt.Sprint("k", i))
		out = append(out, pick(b.dimensions)+fmt.Sprint(" AS k", i))
	}
	for i := range 1 + r.IntN(2) {
		out = append(out, figure()+fmt.Sprint(" AS f", i))
	}
	text := "SELECT " + strings.Join(out, ", ") + " FROM " + b.from
	if r.IntN(2) == 0 {
		text += " WHERE " + condition()
	}
	if len(keys) > 0 {
		text += " GROUP BY " + strings.Join(keys, ", ")
	}
	return text
}
