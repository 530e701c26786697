package compile_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/enclave/compile"
)

// The tiny world of the property test: visits (several rows a person, each at a place of care) may join people (one row a person,
// each of a household). A place of care is known by two columns together.
const tinyWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: visits}
spec:
  title: {zh: 就诊, en: Visits}
  entities: [{type: person, key: [pid]}, {type: clinic, key: [cid, site]}]
  columns:
  - {name: pid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: cid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: site, type: INTEGER, grade: 2, roles: [entity_key]}
  - {name: area, type: VARCHAR, grade: 2, roles: [dimension], domain: [a, b, c]}
  - {name: kind, type: VARCHAR, grade: 2, roles: [dimension], domain: [x, y]}
  - {name: result, type: VARCHAR, grade: 2, roles: [dimension], sensitive: true, sensitive_values: [bad], domain: [bad, good]}
  - {name: cost, type: INTEGER, grade: 2, roles: [measure, dimension], bounds: [-100, 100], grid: step(1), sensitive: true, sensitive_values: [0]}
  joins: [{columns: [pid], to: {dataset: people, columns: [pid]}, cardinality: many_to_one}]
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: people}
spec:
  title: {zh: 人口, en: People}
  entities: [{type: person, key: [pid], unique: true}, {type: household, key: [hid]}]
  columns:
  - {name: pid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: hid, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: town, type: VARCHAR, grade: 2, roles: [dimension], domain: [n, s]}
  - {name: wealth, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 1000], grid: step(1)}
`

const join = "visits>pid:people"

// person and visit are the rows of the world; an empty text and a negative key are NULL.
type person struct {
	pid, hid int
	town     string
	wealth   int
}

type visit struct {
	pid, cid           int
	area, kind, result string
	cost               string
}

// clinic is the two parts of the key of a visit's place; one of them is missing where there is none.
func (v visit) clinic() (cid, site string) {
	switch {
	case v.cid >= 0:
		return fmt.Sprint(v.cid % 3), fmt.Sprint(v.cid / 3)
	case v.pid%2 == 0:
		return "NULL", "1"
	}
	return "1", "NULL"
}

// tiny is one random world.
type tiny struct {
	people []person
	visits []visit
}

func randomWorld(rng *rand.Rand) tiny {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	var w tiny
	for pid := range 6 + rng.IntN(7) {
		if rng.IntN(4) > 0 { // some have visits and no entry
			w.people = append(w.people, person{pid, rng.IntN(10) - 1, pick("n", "n", "n", "s", "s", "s", ""), rng.IntN(9)})
		}
		for range 1 + rng.IntN(3) {
			w.visits = append(w.visits, visit{pid, rng.IntN(7) - rng.IntN(2), pick("a", "a", "a", "b", "b", "c", ""), pick("x", "y", "y"),
				pick("bad", "bad", "good", "good", ""), pick("0", "0", "1", "2", "3", "-2", "9", "")})
		}
	}
	return w
}

// load writes the world into an engine.
func (w tiny) load(e *engine, specs map[string]catalog.DatasetSpec) {
	e.exec("CREATE OR REPLACE TABLE people_source (pid BIGINT, hid BIGINT, town VARCHAR, wealth DECIMAL(9,2))")
	e.exec("CREATE OR REPLACE TABLE visits_source (pid BIGINT, cid BIGINT, site INTEGER, area VARCHAR, kind VARCHAR, result VARCHAR, cost INTEGER)")
	null := func(s string) string {
		if s == "" {
			return "NULL"
		}
		return "'" + s + "'"
	}
	key := func(n int) string {
		if n < 0 {
			return "NULL"
		}
		return fmt.Sprint(n)
	}
	for _, p := range w.people {
		e.exec(fmt.Sprintf("INSERT INTO people_source VALUES (%d, %s, %s, %d)", p.pid, key(p.hid), null(p.town), p.wealth))
	}
	for _, v := range w.visits {
		cid, site := v.clinic()
		e.exec(fmt.Sprintf("INSERT INTO visits_source VALUES (%d, %s, %s, %s, %s, %s, %s)", v.pid, cid, site, null(v.area), null(v.kind),
			null(v.result), null(v.cost)))
	}
	e.snapshot("people", specs["people"], "memory.main.people_source")
	e.snapshot("visits", specs["visits"], "memory.main.visits_source")
}

// inquiry is a random question in the test's own words.
type inquiry struct {
	root   string
	joined bool
	inner  bool // the match is required
	keys   []string
	boxes  []map[string][]string // by set: column -> allowed values, "" is NULL
	cells  []ask1
	scope  map[string][]string // column -> allowed values, of the row scope
	// bins are the disjoint sets of values of a key that is split: its values are their numbers.
	bins map[string][][]string
}

// visitsKey is the key of the number of visits that a person has among the rows of the question: a result of a roll-up.
const visitsKey = "n"

// column is the column behind a key. The number of visits among other rows is another column.
func (q inquiry) column(key string) string {
	if key != visitsKey {
		return key
	}
	return fmt.Sprint(visitsKey, "@", q.boxes[0], q.scope)
}

// meant are the values of a column that a key's value stands for.
func (q inquiry) meant(key, value string) []string {
	bins := q.bins[key]
	for i := range bins {
		if value == fmt.Sprint(i) {
			return bins[i]
		}
	}
	return []string{value}
}

// shown is the key's value for a row's value.
func (q inquiry) shown(key, value string) string {
	for i, bin := range q.bins[key] {
		if slices.Contains(bin, value) {
			return fmt.Sprint(i)
		}
	}
	return value
}

// split puts some keys into bins, and adds one of a roll-up's result.
func (q inquiry) split(rng *rand.Rand) inquiry {
	q.bins = map[string][][]string{}
	if q.root == "visits" && !q.joined && len(q.keys) < 2 && rng.IntN(4) == 0 {
		q.keys = append(slices.Clone(q.keys), visitsKey)
		q.bins[visitsKey] = [][]string{{"1"}, {"2", "3", "4"}}
	}
	for _, k := range q.keys {
		if k == visitsKey || rng.IntN(3) > 0 {
			continue
		}
		first := subset(rng, columnValues[k])
		rest := slices.DeleteFunc(slices.Clone(columnValues[k]), func(v string) bool { return slices.Contains(first, v) })
		q.bins[k] = [][]string{first, rest}
		if len(rest) > 2 && rng.IntN(2) == 0 {
			q.bins[k] = [][]string{first, rest[:1], rest[1:]}
		}
	}
	return q
}

// ask1 is one cell: rows, entities of a reference, or a sum of a column.
type ask1 struct {
	set    int
	kind   compile.MeasureKind
	column string // of a sum, or the reference "path#index"
}

// columnsOf are the columns of a dataset with all values that a row can have, one beyond the declared ones included.
var columnValues = map[string][]string{
	"area": {"a", "b", "c", "", "?"}, "kind": {"x", "y", "", "?"}, "result": {"bad", "good", "", "?"}, "town": {"n", "s", "", "?"},
}

// valuesOf are all values that a column can have.
func valuesOf(column string) []string {
	switch {
	case column == "cost":
		return []string{"0", "?", ""}
	case strings.HasPrefix(column, visitsKey+"@"):
		return []string{"1", "2", "3", "4", ""}
	}
	return columnValues[column]
}

func randomInquiry(rng *rand.Rand) inquiry {
	q := inquiry{root: "visits", scope: map[string][]string{}}
	if rng.IntN(4) == 0 {
		q.root = "people"
	}
	columns := []string{"area", "kind", "result"}
	if q.root == "people" {
		columns = []string{"town"}
	} else if rng.IntN(2) == 0 {
		q.joined, q.inner = true, rng.IntN(3) > 0
		if q.inner {
			columns = append(columns, "town")
		}
	}
	groupable := columns
	if q.joined && !q.inner {
		groupable = append(slices.Clone(columns), "town")
	}
	for _, c := range groupable {
		if rng.IntN(4) == 0 && len(q.keys) < 2 {
			q.keys = append(q.keys, c)
		}
	}
	box := map[string][]string{}
	for _, c := range columns {
		if rng.IntN(4) == 0 {
			box[c] = subset(rng, columnValues[c])
		}
	}
	q.boxes = append(q.boxes, box)
	if rng.IntN(3) == 0 {
		narrower, c := map[string][]string{}, columns[rng.IntN(len(columns))]
		for k, v := range box {
			narrower[k] = v
		}
		narrower[c] = subset(rng, columnValues[c])
		if have, restricted := box[c]; restricted {
			narrower[c] = slices.DeleteFunc(narrower[c], func(v string) bool { return !slices.Contains(have, v) })
		}
		if len(narrower[c]) > 0 && fmt.Sprint(narrower) != fmt.Sprint(box) {
			q.boxes = append(q.boxes, narrower)
		}
	}
	q.cells = q.randomCells(rng)
	if rng.IntN(4) == 0 {
		c := columns[rng.IntN(len(columns))]
		q.scope[c] = subset(rng, columnValues[c])
	}
	return q
}

// nearby changes one value of one condition of a question: the attacker's way.
func (q inquiry) nearby(rng *rand.Rand) inquiry {
	var restricted []string
	for _, c := range sortedKeys(q.boxes[0]) {
		if columnValues[c] != nil {
			restricted = append(restricted, c)
		}
	}
	if len(restricted) == 0 {
		return q
	}
	c := restricted[rng.IntN(len(restricted))]
	v := columnValues[c][rng.IntN(len(columnValues[c]))]
	var in []string
	for _, x := range columnValues[c] {
		if slices.Contains(q.boxes[0][c], x) != (x == v) {
			in = append(in, x)
		}
	}
	if len(in) == 0 || len(in) == len(columnValues[c]) {
		return q
	}
	out := q
	out.boxes = []map[string][]string{{}}
	for k, values := range q.boxes[0] {
		out.boxes[0][k] = values
	}
	out.boxes[0][c] = in
	out.cells = slices.DeleteFunc(slices.Clone(q.cells), func(a ask1) bool { return a.set != 0 })
	if len(out.cells) == 0 {
		out.cells = []ask1{{kind: compile.MeasureRows}}
	}
	return out
}

// subset is a proper part of the values, not empty.
func subset(rng *rand.Rand, values []string) []string {
	for {
		var out []string
		for _, v := range values {
			if rng.IntN(2) == 0 {
				out = append(out, v)
			}
		}
		if len(out) > 0 && len(out) < len(values) {
			return out
		}
	}
}

func (q inquiry) randomCells(rng *rand.Rand) []ask1 {
	var choice []ask1
	if q.root == "people" {
		choice = []ask1{{kind: compile.MeasureRows}, {kind: compile.MeasureEntities, column: "people#1"}, {kind: compile.MeasureSum, column: "wealth"},
			{kind: compile.MeasureSquares, column: "wealth"}}
	} else {
		choice = []ask1{{kind: compile.MeasureRows}, {kind: compile.MeasureEntities, column: "visits#0"},
			{kind: compile.MeasureEntities, column: "visits#1"}}
		if q.inner {
			choice = append(choice, ask1{kind: compile.MeasureEntities, column: "people#1"}, ask1{kind: compile.MeasureEntities, column: "people#0"},
				ask1{kind: compile.MeasureSum, column: "wealth"})
		}
	}
	var out []ask1
	for set := range q.boxes {
		for range 1 + rng.IntN(2) {
			c := choice[rng.IntN(len(choice))]
			c.set = set
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// withCost adds a set for an aggregate over the nullable cost, as the front half does.
func (q inquiry) withCost(rng *rand.Rand) inquiry {
	if q.root != "visits" || rng.IntN(2) > 0 {
		return q
	}
	box := map[string][]string{"cost": {"0", "1", "2", "3", "-2", "9"}}
	for k, v := range q.boxes[0] {
		box[k] = v
	}
	q.boxes = append(q.boxes, box)
	set := len(q.boxes) - 1
	q.cells = append(q.cells, ask1{set, compile.MeasureSum, "cost"})
	if rng.IntN(2) == 0 {
		q.cells = append(q.cells, ask1{set, compile.MeasureRows, ""})
	}
	if rng.IntN(3) == 0 {
		q.cells = append(q.cells, ask1{set, compile.MeasureSquares, "cost"})
	}
	if q.inner && rng.IntN(2) == 0 {
		q.cells = append(q.cells, ask1{set, compile.MeasureProducts, "cost*wealth"})
	}
	return q
}

func (q inquiry) pathOf(column string) string {
	if column == "town" || column == "wealth" || strings.HasPrefix(column, "people") {
		if q.root == "people" {
			return "people"
		}
		return join
	}
	return "visits"
}

// plan puts the question in canonical form.
func (q inquiry) plan(specs map[string]catalog.DatasetSpec) (*compile.Plan, compile.Scope) {
	b := ask(specs, q.root)
	for range q.boxes[1:] {
		b.also()
	}
	if q.joined && q.inner {
		b.join("visits", "pid", "people", "pid")
	} else if q.joined {
		b.left("visits", "pid", "people", "pid")
	}
	for set, box := range q.boxes {
		for _, c := range sortedKeys(box) {
			b.where(set, q.pathOf(c), c, allowed(c, box[c]))
		}
	}
	for _, k := range q.keys {
		var bins []compile.Set
		for _, in := range q.bins[k] {
			bins = append(bins, allowed(k, in))
		}
		switch {
		case k == visitsKey:
			b.rolled(0, from("", "2"), from("2", ""))
		case bins != nil:
			b.binned(q.pathOf(k), k, bins...)
		default:
			b.by(q.pathOf(k), k, "", 0)
		}
	}
	for _, c := range q.cells {
		switch c.kind {
		case compile.MeasureRows:
			b.rows(c.set)
		case compile.MeasureEntities:
			b.entities(c.set, q.pathOf(c.column), int(c.column[len(c.column)-1]-'0'))
		case compile.MeasureProducts:
			x, y, _ := strings.Cut(c.column, "*")
			b.product(c.set, q.pathOf(x), x, q.pathOf(y), y)
		default:
			b.amount(c.set, c.kind, q.pathOf(c.column), c.column)
		}
	}
	scope := compile.Scope{}
	for _, c := range sortedKeys(q.scope) {
		dataset := "visits"
		if c == "town" {
			dataset = "people"
		}
		scope[dataset] = append(scope[dataset], compile.Condition{Column: compile.ColumnRef{Column: c}, Type: "VARCHAR", Set: allowed(c, q.scope[c])})
	}
	return &b.plan, scope
}

// allowed is a set of values; "?" stands for everything undeclared, so it is said by exception.
func allowed(column string, in []string) compile.Set {
	if column == "cost" {
		return compile.Set{Except: true}
	}
	set := compile.Set{Null: slices.Contains(in, ""), Except: slices.Contains(in, "?")}
	for _, v := range columnValues[column] {
		if v != "" && v != "?" && slices.Contains(in, v) != set.Except {
			set.Values = append(set.Values, v)
		}
	}
	return set
}

func sortedKeys(m map[string][]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
