package compile_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/catalog/sqltree"
	"yumen/enclave/compile"
)

// parse is the parser of record, in this process.
func (e *engine) parse(text string) []byte {
	e.t.Helper()
	var tree string
	require.NoError(e.t, e.conn.QueryRowContext(context.Background(), "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", text).Scan(&tree))
	return []byte(tree)
}

func (e *engine) plan(text string, view footprint.View, facts compile.Facts) (*compile.Plan, error) {
	e.t.Helper()
	tree, err := sqltree.Decode(e.parse(text))
	if err != nil {
		return nil, err
	}
	q, err := footprint.Bind(tree, view)
	if err != nil {
		return nil, err
	}
	return compile.Build(q, facts)
}

// unprotected runs a plan as if every cell were released, and its outer query over them. A count of zero is an empty cell.
func (e *engine) unprotected(p *compile.Plan, keys int) [][]string {
	e.t.Helper()
	for i, part := range p.Parts() {
		e.released(compile.Relation(i), part)
	}
	return noZeros(e.texts(compile.Statement{SQL: p.Post.SQL, Args: p.Post.Args}), keys)
}

// released makes the relation of a part's cells.
func (e *engine) released(name string, p *compile.Plan) {
	e.t.Helper()
	table := e.evidence(p, compile.Inputs{})
	columns := []string{}
	for i, k := range p.Keys {
		columns = append(columns, fmt.Sprintf("k%d %s", i, k.Type))
	}
	for i, c := range p.Cells {
		columns = append(columns, fmt.Sprintf("c%d %s", i, c.Measure.ResultType()))
	}
	e.exec("USE memory")
	e.exec("CREATE OR REPLACE TABLE " + name + " (" + strings.Join(columns, ", ") + ")")
	for _, r := range table.Rows {
		values, some := []string{}, false
		for _, k := range r.Key {
			values = append(values, literal(k))
		}
		for i, c := range r.Cells {
			kind := p.Cells[i].Measure.Kind
			if c.Value == "" || c.Value == "0" && (kind == compile.MeasureRows || kind == compile.MeasureEntities) {
				values = append(values, "NULL")
				continue
			}
			values, some = append(values, "'"+c.Value+"'"), true
		}
		if some {
			e.exec("INSERT INTO " + name + " VALUES (" + strings.Join(values, ", ") + ")")
		}
	}
}

func literal(text *string) string {
	if text == nil {
		return "NULL"
	}
	return "'" + strings.ReplaceAll(*text, "'", "''") + "'"
}

// texts are the rows of a statement with numbers rounded, so that two ways to compute a mean compare.
func (e *engine) texts(s compile.Statement) [][]string {
	e.t.Helper()
	var out [][]string
	for _, row := range e.rows(s) {
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = "."
			if v == nil {
				continue
			}
			line[i] = *v
			if x, err := strconv.ParseFloat(*v, 64); err == nil {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					line[i] = "." // no number leaves as NULL
					continue
				}
				line[i] = strconv.FormatFloat(x, 'g', 9, 64)
			}
		}
		out = append(out, line)
	}
	return out
}

// direct answers the text itself over the plain tables, without any protection.
func (e *engine) direct(text string, keys int) [][]string {
	e.t.Helper()
	return noZeros(e.texts(compile.Statement{SQL: text}), keys)
}

// noZeros makes two answers comparable: an empty cell is NULL in the product and a count of zero in the engine, and a row of
// empty cells is absent. The first columns are keys.
func noZeros(rows [][]string, keys int) [][]string {
	var out [][]string
	for _, row := range rows {
		some := false
		for i := keys; i < len(row); i++ {
			if row[i] == "0" {
				row[i] = "."
			}
			some = some || row[i] != "."
		}
		if some {
			out = append(out, row)
		}
	}
	return out
}

func sortRows(rows [][]string) [][]string {
	slices.SortFunc(rows, slices.Compare)
	return rows
}

// What a plan means is what the text means: over plain tables the engine gives the same numbers.
func TestPlansMeanTheText(t *testing.T) {
	c := newCorpus(t)
	c.exec("CREATE MACRO band(x, n) AS CAST(floor(x / n) * n AS BIGINT)")
	view := viewtest.Corpus(t)
	for name, text := range golden {
		t.Run(name, func(t *testing.T) {
			e := &engine{t: t, conn: c.conn}
			p, err := e.plan(text, view, noNulls(view))
			require.NoError(t, err)
			got := e.unprotected(p, 0)
			e.exec("USE memory")
			want := e.direct(text, 0)
			if !strings.Contains(text, "ORDER BY") {
				got, want = sortRows(got), sortRows(want)
			}
			require.Equal(t, want, got)
		})
	}
}

// speaker makes random questions over the tiny world, each in two spellings of one meaning.
type speaker struct{ rng *rand.Rand }

func (s speaker) pick(list ...string) string { return list[s.rng.IntN(len(list))] }

// spellings are conditions of one meaning.
var spellings = [][]string{
	{"area = 'a'", "'a' = area", "area IN ('a')", "area IN ('a', 'a')", "area NOT IN ('b', 'c')", "NOT (area = 'b' OR area = 'c')", "area = 'a' AND area <> 'c'"},
	{"area IN ('a', 'b')", "area = 'a' OR area = 'b'", "area <> 'c'", "NOT area = 'c'", "area < 'c'", "area BETWEEN 'a' AND 'b'"},
	{"area IS NULL", "NOT (area IS NOT NULL)", "area IS NOT DISTINCT FROM NULL"},
	{"area IS NULL OR area = 'c'", "area IS DISTINCT FROM 'a' AND (area <> 'b' OR area IS NULL)"},
	{"area IS NOT NULL", "area IN ('a', 'b', 'c')", "area = 'a' OR area <> 'a'", "area >= 'a'"},
	{"kind = 'x'", "kind IS NOT DISTINCT FROM 'x'", "kind <> 'y'", "NOT kind IN ('y')"},
	{"result = 'bad'", "result <> 'good'", "NOT (result = 'good')"},
	{"cost >= 1", "cost > 0", "NOT cost < 1", "1 <= cost", "cost BETWEEN 1 AND 100", "cost > 0 AND cost >= -5"},
	{"cost < 0", "cost <= -1", "NOT (cost >= 0)", "0 > cost"},
	{"cost = 0", "cost IN (0)", "cost BETWEEN 0 AND 0", "cost >= 0 AND cost < 1", "NOT (cost > 0 OR cost < 0)"},
	{"cost <> 0", "cost < 0 OR cost > 0", "NOT cost = 0", "cost NOT BETWEEN 0 AND 0"},
	{"cost IS NOT NULL", "cost <= 100", "cost >= -100", "cost = 2 OR NOT cost = 2"},
}

// where is a random conjunction in two spellings and two orders.
func (s speaker) where(prefix string) (a, b string) {
	var one, two []string
	for _, i := range s.rng.Perm(len(spellings))[:s.rng.IntN(3)] {
		one = append(one, "("+s.pick(spellings[i]...)+")")
		two = append(two, "("+s.pick(spellings[i]...)+")")
	}
	if len(one) == 0 {
		return "", " "
	}
	if s.rng.IntN(3) == 0 {
		two = append(two, s.pick(two...), "TRUE")
	}
	s.rng.Shuffle(len(two), func(i, j int) { two[i], two[j] = two[j], two[i] })
	return prefix + strings.Join(one, " AND "), prefix + strings.Join(two, " AND ")
}

// question is a text in two spellings, with the number of group keys, which stand first.
func (s speaker) question() (a, b string, keys int) {
	if s.rng.IntN(3) == 0 {
		return s.rolled()
	}
	from, fromB := "visits", "visits AS v"
	names := []string{"area", "kind", "result"}
	inner := false
	switch s.rng.IntN(3) {
	case 0:
		from, fromB, inner = "visits JOIN people ON visits.pid = people.pid", "people INNER JOIN visits v USING (pid)", true
	case 1:
		from, fromB = "visits LEFT JOIN people USING (pid)", "people RIGHT JOIN visits ON people.pid = visits.pid"
	}
	if from != "visits" {
		names = append(names, "town")
	}
	var groups, groupsB []string
	for _, n := range names {
		if s.rng.IntN(3) == 0 {
			groups = append(groups, n)
		}
	}
	groupsB = slices.Clone(groups)
	slices.Reverse(groupsB)
	outputs := s.outputs(from != "visits")
	shown, shownB := groups, aliased(groups)
	if len(groups) < compile.MaxKeys && s.rng.IntN(2) == 0 {
		one, two := s.binned(from != "visits")
		shown, shownB = append(slices.Clone(groups), one), append(shownB, two+" AS class")
		groups, groupsB = append(slices.Clone(groups), one), append(groupsB, "class")
	}
	a, b = "SELECT "+list(shown, outputs)+" FROM "+from, "SELECT "+list(shownB, outputs)+" FROM "+fromB
	w1, w2 := s.where(" WHERE ")
	if inner && s.rng.IntN(2) == 0 {
		w1, w2 = and(w1, "town = 'n'"), and(w2, "town <> 's'")
	}
	a, b = a+w1, b+w2
	if len(groups) > 0 {
		a, b = a+" GROUP BY "+strings.Join(groups, ", "), b+" GROUP BY "+strings.Join(groupsB, ", ")
		if s.rng.IntN(3) == 0 {
			b = strings.Split(b, " GROUP BY ")[0] + " GROUP BY ALL"
		}
	}
	return a, b, len(groups)
}

// classes are group keys of one meaning: the same sets under the same names.
var classes = [][]string{
	{"CASE WHEN area = 'a' THEN 'one' ELSE 'rest' END", "CASE area WHEN 'a' THEN 'one' WHEN 'b' THEN 'rest' ELSE 'rest' END",
		"CASE WHEN area IS NULL OR area > 'a' THEN 'rest' WHEN area <= 'c' THEN 'one' END"},
	{"CASE WHEN area = 'a' THEN 1 WHEN area IN ('a', 'b') THEN 2 END", "CASE area WHEN 'c' THEN NULL WHEN 'a' THEN 1 WHEN 'b' THEN 2 ELSE NULL END"},
	{"CASE WHEN kind = 'x' THEN 1.5 WHEN kind = 'y' THEN 2 END", "CASE kind WHEN 'y' THEN 2.0 WHEN 'x' THEN 1.50 END"},
	{"result = 'bad'", "NOT result = 'good'", "result IN ('bad')", "CASE result WHEN 'bad' THEN TRUE WHEN 'good' THEN FALSE END"},
	{"cost >= 0", "NOT cost < 0", "cost > 0 OR cost = 0"},
	{"CASE WHEN cost < 0 THEN 'minus' WHEN cost = 0 THEN 'zero' WHEN cost < 5 THEN 'some' WHEN cost IS NULL THEN 'none' ELSE 'much' END",
		"CASE WHEN cost >= 5 THEN 'much' WHEN cost BETWEEN 1 AND 4 THEN 'some' WHEN cost = 0 THEN 'zero' WHEN cost < 0 THEN 'minus' ELSE 'none' END"},
	{"CASE WHEN cost > 2 THEN 'out' WHEN cost < 0 THEN 'out' ELSE 'in' END", "CASE WHEN cost BETWEEN 0 AND 2 OR cost IS NULL THEN 'in' ELSE 'out' END"},
}

// binned is a group key with classes, in two spellings.
func (s speaker) binned(joined bool) (a, b string) {
	list := classes[s.rng.IntN(len(classes))]
	if joined && s.rng.IntN(3) == 0 {
		list = []string{"CASE WHEN town = 'n' THEN 'north' ELSE 'elsewhere' END", "CASE WHEN town IS NULL OR town <> 'n' THEN 'elsewhere' ELSE 'north' END"}
	}
	return s.pick(list...), s.pick(list...)
}

func and(where, condition string) string {
	if strings.TrimSpace(where) == "" {
		return " WHERE " + condition
	}
	return where + " AND " + condition
}

func list(parts ...[]string) string { return strings.Join(slices.Concat(parts...), ", ") }

func aliased(names []string) []string {
	out := slices.Clone(names)
	for i := range out {
		out[i] += " AS " + out[i]
	}
	return out
}

func (s speaker) outputs(joined bool) []string {
	all := []string{"count(*)", "count(cost)", "sum(cost)", "avg(cost)", "count(DISTINCT (cid, site))", "stddev_pop(cost)",
		"count(*) FILTER (WHERE kind = 'x')", "sum(cost) FILTER (WHERE cost > 0)", "count(area)",
		"sum(2 * cost - 1)", "avg((cost + cost * cost) / 3)", "var_pop(3 - cost)"}
	if joined {
		all = append(all, "sum(wealth)", "count(DISTINCT hid)", "count(town)", "count(DISTINCT people.pid)", "count(hid)", "sum(cost * wealth)",
			"avg(wealth - 2 * cost)", "regr_slope(wealth, cost)", "covar_pop(cost, wealth + cost)")
	}
	var out []string
	for _, i := range s.rng.Perm(len(all))[:1+s.rng.IntN(3)] {
		out = append(out, all[i])
	}
	return out
}

// resultKeys are group keys over the results of a roll-up, each in two spellings.
var resultKeys = [][2]string{
	{"CASE WHEN n < 2 THEN 'once' ELSE 'more' END", "CASE WHEN n >= 2 THEN 'more' WHEN n = 1 THEN 'once' END"}, {"floor(n / 2) * 2", "band(n, 2)"},
	{"s > 0", "NOT s <= 0"}, {"CASE WHEN s >= 1 AND s < 3 THEN 1 ELSE 0 END", "CASE WHEN s IS NULL OR s < 1 OR s >= 3 THEN 0 ELSE 1.0 END"},
	{"5 * floor(s / 5)", "band(s, 5)"},
}

// rolled is a question with an entity roll-up.
func (s speaker) rolled() (a, b string, keys int) {
	w1, w2 := s.where(" WHERE ")
	inner, key, keys2, counted := "SELECT pid, count(*) AS n, sum(cost) AS s FROM visits", "pid", "1", "count(DISTINCT x.pid)"
	clinics := s.rng.IntN(3) == 0
	if clinics {
		inner, key = "SELECT cid, site, count(*) AS n, sum(cost) AS s FROM visits", "cid, site"
		keys2, counted = "2, 1", "count(DISTINCT (x.site, x.cid))"
	}
	filters := [][2]string{{"", ""}, {" WHERE n >= 2", " WHERE n > 1"}, {" WHERE s >= 1", " WHERE NOT (s < 1)"}, {" WHERE n < 2 AND s IS NOT NULL", " WHERE s IS NOT NULL AND n = 1"}}
	f := filters[s.rng.IntN(len(filters))]
	outs := []string{"count(*), sum(s)", "avg(s)", "sum(n), avg(n)", "count(s)", counted}
	outputs := s.pick(outs...)
	a = "WITH x AS (" + inner + w1 + " GROUP BY " + key + ") SELECT " + outputs + " FROM x" + f[0]
	b = "SELECT " + outputs + " FROM (" + inner + w2 + " GROUP BY " + keys2 + ") AS x" + f[1]
	if s.rng.IntN(2) == 0 {
		k := resultKeys[s.rng.IntN(len(resultKeys))]
		a = "WITH x AS (" + inner + w1 + " GROUP BY " + key + ") SELECT " + k[0] + " AS k, " + outputs + " FROM x" + f[0] + " GROUP BY k"
		b = "SELECT " + k[1] + ", " + outputs + " FROM (" + inner + w2 + " GROUP BY " + keys2 + ") AS x" + f[1] + " GROUP BY 1"
		return a, b, 1
	}
	if !clinics && s.rng.IntN(2) == 0 {
		a = "WITH x AS (" + inner + w1 + " GROUP BY pid) SELECT town, " + outputs + " FROM x JOIN people USING (pid)" + f[0] + " GROUP BY town"
		b = "WITH y AS (" + inner + w2 + " GROUP BY visits.pid) SELECT p.town, " + outputs + " FROM people p JOIN y x ON p.pid = x.pid" + f[1] + " GROUP BY 1"
		return a, b, 1
	}
	return a, b, 0
}

// Two spellings of one meaning have one plan, and the plan gives what the engine gives for the text.
func TestRandomPlansMeanTheText(t *testing.T) {
	view := viewtest.View(t, tinyWorld)
	specs := map[string]catalog.DatasetSpec{}
	for name, g := range view.Datasets {
		specs[name] = g.Spec
	}
	e := newEngine(t)
	rng := rand.New(rand.NewPCG(7, 11))
	for range 5 {
		e.exec("USE memory")
		w := randomWorld(rng)
		w.load(e, specs)
		// rows without one of their own entities belong to nobody and are in no answer
		e.exec("CREATE OR REPLACE VIEW memory.main.visits AS SELECT * FROM memory.main.visits_source WHERE pid IS NOT NULL AND cid IS NOT NULL AND site IS NOT NULL")
		e.exec("CREATE OR REPLACE VIEW memory.main.people AS SELECT * FROM memory.main.people_source")
		for i := range 80 {
			a, b, keys := speaker{rng}.question()
			one, err := e.plan(a, view, compile.Facts{})
			two, err2 := e.plan(b, view, compile.Facts{})
			var refusal, refusal2 *catalog.Refusal
			if errors.As(err, &refusal) { // conditions that contradict each other
				require.ErrorAs(t, err2, &refusal2, b)
				require.Equal(t, catalog.CodeDomain, refusal.Code, "%s %s", a, refusal)
				require.Equal(t, catalog.CodeDomain, refusal2.Code, "%s %s", b, refusal2)
				continue
			}
			require.NoError(t, err2, b)
			require.Equal(t, one.Base, two.Base, "%s\n%s", a, b)
			require.Equal(t, one.Keys, two.Keys, "%s\n%s", a, b)
			require.Equal(t, one.Sets, two.Sets, "%s\n%s", a, b)
			require.Equal(t, one.Cells, two.Cells, "%s\n%s", a, b)
			if i%8 > 0 {
				continue
			}
			got := sortRows(e.unprotected(one, keys))
			e.exec("USE memory")
			require.Equal(t, sortRows(e.direct(a, keys)), got, a)
		}
	}
}
