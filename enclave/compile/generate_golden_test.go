package compile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// TestGoldenSQL keeps the statements of one query for every shape of the language, with their literals.
func TestGoldenSQL(t *testing.T) {
	view := viewtest.Corpus(t)
	check := func(t *testing.T, name string, p *compile.Plan, in compile.Inputs) {
		var text strings.Builder
		for n, part := range p.Parts() {
			program, err := compile.Generate(part, in)
			require.NoError(t, err)
			if n > 0 {
				fmt.Fprintf(&text, "-- part %d\n", n)
			}
			for i, s := range program.Statements {
				fmt.Fprintf(&text, "-- statement %d\n%s\n", i, s.SQL)
				for j, a := range s.Args {
					fmt.Fprintf(&text, "-- $%d %s %q\n", j+1, a.Type, a.Text)
				}
			}
		}
		path := filepath.Join("testdata", "sql", name+".sql")
		if *update {
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), text.String())
	}
	for name, query := range golden {
		t.Run(name, func(t *testing.T) {
			p, err := build(t, query, view, noNulls(view))
			require.NoError(t, err)
			check(t, name, p, compile.Inputs{})
		})
	}
	t.Run("ledger", func(t *testing.T) {
		before, err := build(t, golden["join"], view, noNulls(view))
		require.NoError(t, err)
		p, err := build(t, golden["ratio"], view, noNulls(view))
		require.NoError(t, err)
		check(t, "ledger", p, compile.Inputs{Earlier: []compile.Earlier{
			{Family: before.Families(nil, nil)[0], Released: [][]*string{{ref("2024"), ref("I1")}}}}})
	})
}

// TestKeys compares every generaliser with the engine's own function.
func TestKeys(t *testing.T) {
	c := newCorpus(t)
	for _, k := range []struct {
		table, column, fn string
		n                 int64
		typ, plain        string
	}{
		{"enterprises", "registered_capital", "band", 1000, "BIGINT", "floor(registered_capital / 1000) * 1000"},
		{"enterprises", "registered_capital", "band", 7, "DECIMAL(38,0)", "floor(registered_capital / 7) * 7"},
		{"tax", "year", "band", 10, "BIGINT", "year // 10 * 10"},
		{"persons", "district", "prefix", 1, "VARCHAR", "substring(district, 1, 1)"},
		{"persons", "birth_date", "year", 0, "BIGINT", "year(birth_date)"},
		{"persons", "birth_date", "quarter", 0, "BIGINT", "quarter(birth_date)"},
		{"persons", "birth_date", "month", 0, "BIGINT", "month(birth_date)"},
		{"persons", "birth_date", "decade", 0, "BIGINT", "decade(birth_date)"},
		{"persons", "birth_date", "trunc_year", 0, "DATE", "date_trunc('year', birth_date)"},
		{"persons", "birth_date", "trunc_quarter", 0, "DATE", "date_trunc('quarter', birth_date)"},
		{"persons", "birth_date", "trunc_month", 0, "DATE", "date_trunc('month', birth_date)"},
	} {
		q := ask(c.specs, k.table).by(k.table, k.column, k.fn, k.n).rows(0)
		q.plan.Keys[0].Type = k.typ
		want := map[string]string{}
		for _, row := range c.rows(compile.Statement{SQL: fmt.Sprintf(`SELECT CAST(%s AS %s) AS k, count(*) FROM "%s".main.data GROUP BY 1`, k.plain, k.typ, k.table)}) {
			want[*row[0]] = *row[1]
		}
		got := map[string]string{}
		for _, row := range c.evidence(&q.plan, compile.Inputs{}).Rows {
			got[*row.Key[0]] = row.Cells[0].Value
		}
		require.Equal(t, want, got, k.fn)
	}
}

// TestPublicTables: a joined public table has nobody to protect, and is joined on its plain columns; questions about public tables alone are
// answered in full.
func TestPublicTables(t *testing.T) {
	specs := tinySpecs(t)
	specs["places"] = catalog.DatasetSpec{Public: true, Columns: []catalog.Column{
		{Name: "area", Type: "VARCHAR", Grade: 1, Roles: []catalog.Role{catalog.RoleDimension}},
		{Name: "region", Type: "VARCHAR", Grade: 1, Roles: []catalog.Role{catalog.RoleDimension}}}}
	e := newEngine(t)
	tiny{visits: []visit{{1, 1, "a", "x", "good", "1"}, {2, 2, "b", "x", "good", "2"}, {3, 3, "b", "y", "good", "3"}}}.load(e, specs)
	e.exec("CREATE TABLE places_source AS SELECT * FROM (VALUES ('a', 'east'), ('b', 'west'), ('c', 'west')) v(area, region)")
	e.snapshot("places", specs["places"], "memory.main.places_source")
	q := ask(specs, "visits").join("visits", "area", "places", "area").by("visits>area:places", "region", "", 0).rows(0)
	table := e.evidence(&q.plan, compile.Inputs{})
	require.Len(t, table.References, 2)
	require.Equal(t, []int64{2, 2}, table.Rows[1].Groups[0].Entities)

	alone := ask(specs, "places").by("places", "region", "", 0).rows(0)
	require.Equal(t, []string{"east|1", "west|2"}, grade2Released(e.evidence(&alone.plan, compile.Inputs{})))
}

// TestUnknownPlans: what the generator does not express is an error before anything runs.
func TestUnknownPlans(t *testing.T) {
	specs := tinySpecs(t)
	for name, change := range map[string]func(*compile.Plan){
		"no cells":      func(p *compile.Plan) { p.Cells = nil },
		"no such set":   func(p *compile.Plan) { p.Cells[0].Set = 3 },
		"a table":       func(p *compile.Plan) { p.Keys[0].Column.Path = "elsewhere" },
		"a generaliser": func(p *compile.Plan) { p.Keys[0].Func = "md5" },
		"a type":        func(p *compile.Plan) { p.Keys[0].Func, p.Keys[0].Type = "prefix", "VARCHAR) --" },
		"a literal's type": func(p *compile.Plan) {
			p.Sets[0].Conditions = []compile.Condition{{Column: p.Keys[0].Column, Type: "BLOB", Set: values("a")}}
		},
		"a match": func(p *compile.Plan) { p.Sets[0].Matched = []string{"elsewhere"} },
		"a roll-up": func(p *compile.Plan) {
			p.Base.Rollups = []compile.Rollup{{Path: "rollup:x", Entity: p.Base.Entities[0], Columns: []compile.RollupColumn{{Name: "m", Func: "median"}}}}
			p.Sets[0].Matched = []string{"rollup:x"}
		},
	} {
		q := ask(specs, "visits").by("visits", "area", "", 0).rows(0)
		change(&q.plan)
		_, err := compile.Generate(&q.plan, compile.Inputs{})
		require.ErrorIs(t, err, compile.ErrGenerate, name)
	}
}
