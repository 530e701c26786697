package catalog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

const limits = `
apiVersion: yumen/v1
kind: Computation
metadata: {name: limits}
spec:
  title: {zh: 授信客户数, en: Clients from a limit on}
  datasets: [credit]
  parameters:
  - {name: least, type: "DECIMAL(12,2)", values: [10000, 2e4]}
  - {name: sex, type: INTEGER, column: credit.SEX, title: {zh: 性别, en: Sex}}
  columns: [n]
  sql: SELECT count(*) AS n FROM credit WHERE limit_bal >= $least AND sex = $sex
`

func computation(t testing.TB, text string) *catalog.Computation {
	t.Helper()
	docs, err := catalog.DecodeDocuments(strings.NewReader(text))
	require.NoError(t, err)
	require.Len(t, docs, 1)
	return docs[0].Body.(*catalog.Computation)
}

// Values have one spelling, whatever the file says, and are never taken for anything but values.
func TestComputationIsNormalised(t *testing.T) {
	c := computation(t, limits)
	require.Equal(t, []catalog.Scalar{"10000.00", "20000.00"}, c.Spec.Parameters[0].Values)
	require.Equal(t, "credit.SEX", c.Spec.Parameters[1].Column)
	require.Nil(t, c.Spec.Parameters[0].Title)
	digest := func(text string) catalog.Digest {
		d, err := decode(t, text)[0].Digest()
		require.NoError(t, err)
		return d
	}
	require.Equal(t, digest(limits), digest(swap(t, limits, "[10000, 2e4]", `["10000.0", 20000]`)))
	for from, to := range map[string]string{"2e4": "20001", "10000, 2e4": "2e4, 10000", "$least AND": "$least  AND", "credit.SEX": "credit.AGE", "[n]": "[m]"} {
		require.NotEqual(t, digest(limits), digest(swap(t, limits, from, to)), "%s is another computation", to)
	}
	typed := func(typ, values string) []catalog.Scalar {
		return computation(t, swap(t, swap(t, limits, `"DECIMAL(12,2)"`, typ), "[10000, 2e4]", values)).Spec.Parameters[0].Values
	}
	require.Equal(t, []catalog.Scalar{"true", "false"}, typed("BOOLEAN", "[true, false]"))
	require.Equal(t, []catalog.Scalar{"2024-01-31"}, typed("DATE", "[2024-01-31]"))
	require.Equal(t, []catalog.Scalar{"x' OR 1=1 --", "007"}, typed("VARCHAR", `["x' OR 1=1 --", 007]`))
}

func TestValidateComputation(t *testing.T) {
	const statement = "SELECT count(*) AS n FROM credit WHERE limit_bal >= $least AND sex = $sex"
	const first = `  - {name: least, type: "DECIMAL(12,2)", values: [10000, 2e4]}` + "\n"
	const second = "  - {name: sex, type: INTEGER, column: credit.SEX, title: {zh: 性别, en: Sex}}\n"
	parameters := func(n, values int) string {
		var out strings.Builder
		for i := range n {
			fmt.Fprintf(&out, "  - {name: p%d, type: INTEGER, values: [%s]}\n", i, numbers(values))
		}
		return out.String()
	}
	for name, c := range map[string]struct{ from, to, field, en string }{
		"version":              {"yumen/v1", "yumen/v0", "apiVersion", "write apiVersion"},
		"name":                 {"{name: limits}", "{name: Limits}", "metadata.name", "lower-case"},
		"title":                {"{zh: 授信客户数, en: Clients from a limit on}", "{zh: 授信客户数}", "spec.title.en", "in zh and en"},
		"no dataset":           {"[credit]", "[]", "spec.datasets", "1 to 6"},
		"dataset twice":        {"[credit]", "[credit, credit]", "spec.datasets", "each once"},
		"seven datasets":       {"[credit]", "[a, b, c, d, e, f, g]", "spec.datasets", "1 to 6"},
		"dataset name":         {"[credit]", "[Credit Cards]", "spec.datasets[0]", "lower-case"},
		"no statement":         {statement, `" "`, "spec.sql", "one SELECT"},
		"long statement":       {"AND sex", "AND " + strings.Repeat("x", catalog.MaxStatement) + " AND sex", "spec.sql", "64 KiB"},
		"zero byte":            {statement, `"SELECT 1\0"`, "spec.sql", "one SELECT"},
		"column":               {"columns: [n]", `columns: ["a\nb"]`, "spec.columns[0]", "name of a column"},
		"parameter name":       {"name: least", "name: $least", "spec.parameters[0].name", "lower-case"},
		"parameter twice":      {"name: sex", "name: least", "spec.parameters[1].name", "another parameter"},
		"parameter title":      {"en: Sex", `en: "Se\tx"`, "spec.parameters[1].title.en", "one line"},
		"type":                 {`"DECIMAL(12,2)"`, "TIMESTAMP", "spec.parameters[0].type", "DECIMAL(p,s)"},
		"precision":            {`"DECIMAL(12,2)"`, `"DECIMAL(39,2)"`, "spec.parameters[0].type", "at most 38"},
		"no domain":            {", values: [10000, 2e4]", "", "spec.parameters[0]", "values or column"},
		"empty domain":         {"[10000, 2e4]", "[]", "spec.parameters[0]", "values or column"},
		"two domains":          {"column: credit.SEX", "column: credit.SEX, values: [1]", "spec.parameters[1]", "values or column"},
		"column of nothing":    {"credit.SEX", "SEX", "spec.parameters[1].column", "dataset.column"},
		"value of no type":     {"2e4", "north", "spec.parameters[0].values[1]", "does not fit"},
		"value too fine":       {"2e4", "0.001", "spec.parameters[0].values[1]", "does not fit"},
		"value too large":      {"2e4", "1e10", "spec.parameters[0].values[1]", "does not fit"},
		"value twice":          {"2e4", "1e4", "spec.parameters[0].values[1]", "twice"},
		"nine parameters":      {first, parameters(8, 1), "spec.parameters", "at most 8"},
		"too many values":      {"10000, 2e4", numbers(catalog.MaxInstances + 1), "spec.parameters", "200 combinations"},
		"too many pairs":       {first, parameters(1, 101) + strings.Replace(parameters(1, 2), "p0", "p1", 1), "spec.parameters", "200 combinations"},
		"a product that wraps": {first + second, parameters(8, 256), "spec.parameters", "200 combinations"},
	} {
		t.Run(name, func(t *testing.T) {
			p := problems(t, swap(t, limits, c.from, c.to))[0]
			require.Equal(t, c.field, p.Field)
			require.Contains(t, p.Message.En, c.en)
			require.NotEmpty(t, p.Message.Zh)
			require.NotZero(t, p.Line)
		})
	}
	computation(t, swap(t, limits, "10000, 2e4", numbers(catalog.MaxInstances)))
	computation(t, swap(t, limits, first, parameters(7, 2)))
}

// numbers lists so many of them.
func numbers(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(i)
	}
	return strings.Join(out, ", ")
}

// The domain of a column is what it declares, else the edges of its grid that lie within its bounds, else both truth values.
func TestDomainOf(t *testing.T) {
	bounds := func(low, high catalog.Bound) []catalog.Bound { return []catalog.Bound{low, high} }
	scalars := func(n int) (out []catalog.Scalar) {
		for i := range n {
			out = append(out, catalog.Scalar(fmt.Sprint(i)))
		}
		return out
	}
	for name, c := range map[string]struct {
		column catalog.Column
		want   []string // none: it has no finite domain
	}{
		"declared":               {catalog.Column{Type: "VARCHAR", Domain: []catalog.Scalar{"north", "south"}}, []string{"north", "south"}},
		"declared before a grid": {catalog.Column{Type: "INTEGER", Domain: []catalog.Scalar{"3"}, Bounds: bounds("0", "9"), Grid: "1-2-5"}, []string{"3"}},
		"too many declared":      {catalog.Column{Type: "INTEGER", Domain: scalars(catalog.MaxInstances + 1)}, nil},
		"truth":                  {catalog.Column{Type: "BOOLEAN"}, []string{"false", "true"}},
		"text":                   {catalog.Column{Type: "VARCHAR"}, nil},
		"grid without bounds":    {catalog.Column{Type: "INTEGER", Grid: "1-2-5"}, nil},
		"bounds without grid":    {catalog.Column{Type: "INTEGER", Bounds: bounds("0", "9")}, nil},
		"grid of dates":          {catalog.Column{Type: "DATE", Grid: "year"}, nil},
		"1-2-5":                  {catalog.Column{Type: "INTEGER", Bounds: bounds("0", "100"), Grid: "1-2-5"}, []string{"0", "1", "2", "5", "10", "20", "50", "100"}},
		"between edges":          {catalog.Column{Type: "INTEGER", Bounds: bounds("3", "49"), Grid: "1-2-5"}, []string{"5", "10", "20"}},
		"below zero":             {catalog.Column{Type: "INTEGER", Bounds: bounds("-2", "2"), Grid: "1-2-5"}, []string{"-2", "-1", "0", "1", "2"}},
		"no edge within":         {catalog.Column{Type: "INTEGER", Bounds: bounds("6", "9"), Grid: "1-2-5"}, nil},
		"steps":                  {catalog.Column{Type: "DECIMAL(6,2)", Bounds: bounds("0.00", "1.00"), Grid: "step(0.5)"}, []string{"0.00", "0.01", "0.50", "1.00"}},
		"to the end of the type": {catalog.Column{Type: "INTEGER", Bounds: bounds("1999999999", "2147483647"), Grid: "1-2-5"}, []string{"2000000000"}},
		"too many steps":         {catalog.Column{Type: "BIGINT", Bounds: bounds("0", "1000000"), Grid: "step(2)"}, nil},
		"no grid of the type":    {catalog.Column{Type: "INTEGER", Bounds: bounds("0", "9"), Grid: "year"}, nil},
		"no type":                {catalog.Column{Type: "TIMESTAMP", Domain: scalars(2)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := catalog.DomainOf(&c.column)
			require.Equal(t, len(c.want) == 0, err != nil || len(got) == 0, "%v %v", got, err)
			require.Equal(t, c.want, got)
		})
	}
}

// FuzzComputation reads declarations of computations: what is taken has a finite domain of values in their one spelling, and says the same
// when it is read again.
func FuzzComputation(f *testing.F) {
	f.Add(limits)
	f.Add(strings.Replace(limits, "10000, 2e4", numbers(catalog.MaxInstances), 1))
	f.Add(strings.Replace(limits, "values: [10000, 2e4]", `values: [&v "1e4", *v]`, 1))
	f.Add(strings.Replace(limits, `"DECIMAL(12,2)", values: [10000, 2e4]`, `DATE, values: [2024-02-29, 0001-01-01]`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		docs, err := catalog.DecodeDocuments(strings.NewReader(text))
		var all catalog.Problems
		if err != nil {
			require.True(t, errors.As(err, &all))
			return
		}
		for _, d := range docs {
			c, is := d.Body.(*catalog.Computation)
			if !is {
				continue
			}
			requireFinite(t, &c.Spec)
			canonical, err := d.Canonical()
			require.NoError(t, err)
			back, err := catalog.DecodeCanonical(canonical)
			require.NoError(t, err)
			require.Equal(t, d.Body, back.Body)
		}
	})
}

func requireFinite(t *testing.T, c *catalog.ComputationSpec) {
	t.Helper()
	require.LessOrEqual(t, len(c.SQL), catalog.MaxStatement)
	product := 1
	for _, p := range c.Parameters {
		typ, err := catalog.ParseType(p.Type)
		require.NoError(t, err)
		require.NotEqual(t, len(p.Values) == 0, p.Column == "")
		for _, v := range p.Values {
			again, err := typ.Canonical(string(v))
			require.NoError(t, err)
			require.Equal(t, string(v), again)
		}
		product *= max(1, len(p.Values))
	}
	require.LessOrEqual(t, product, catalog.MaxInstances)
}

// FuzzDomainOf lists edges of grids: in order, within the bounds, each on the grid, never too many.
func FuzzDomainOf(f *testing.F) {
	f.Add("INTEGER", "1-2-5", "0", "1000")
	f.Add("DECIMAL(12,2)", "step(0.5)", "-3.25", "99")
	f.Add("BIGINT", "1-2-5", "-9223372036854775808", "9223372036854775807")
	f.Add("DECIMAL(38,38)", "1-2-5", "0", "0.1")
	f.Fuzz(func(t *testing.T, typ, grid, low, high string) {
		col := &catalog.Column{Type: typ, Grid: grid, Bounds: []catalog.Bound{catalog.Bound(low), catalog.Bound(high)}}
		got, err := catalog.DomainOf(col)
		if err != nil || typ == string(catalog.TypeBoolean) {
			return
		}
		of, err := catalog.ParseType(typ)
		require.NoError(t, err)
		g, err := catalog.ParseGrid(grid, of)
		require.NoError(t, err)
		require.LessOrEqual(t, len(got), catalog.MaxInstances)
		for i, edge := range got {
			require.True(t, g.Contains(edge), edge)
			require.LessOrEqual(t, compare(t, of, low, edge), 0)
			require.LessOrEqual(t, compare(t, of, edge, high), 0)
			require.True(t, i == 0 || compare(t, of, got[i-1], edge) < 0, "in order, each once")
		}
	})
}

func compare(t *testing.T, of catalog.Type, a, b string) int {
	t.Helper()
	order, err := of.Compare(a, b)
	require.NoError(t, err)
	return order
}
