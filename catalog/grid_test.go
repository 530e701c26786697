package catalog_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
)

func grid(t *testing.T, text, typ string) catalog.Grid {
	t.Helper()
	parsed, err := catalog.ParseType(typ)
	require.NoError(t, err)
	g, err := catalog.ParseGrid(text, parsed)
	require.NoError(t, err)
	require.Equal(t, text, g.String())
	return g
}

func TestGridContains(t *testing.T) {
	for _, c := range []struct {
		grid, typ string
		on, off   []string
	}{
		{"1-2-5", "BIGINT", []string{"0", "1", "2", "5", "10", "20", "50", "100", "-1", "-2", "-5", "-500", "1e6", "10.0"},
			[]string{"3", "4", "6", "9", "11", "15", "25", "99", "101", "-3", "0.5", "x", ""}},
		{"1-2-5", "DECIMAL(12,2)", []string{"0", "0.00", "0.01", "0.02", "0.05", "0.1", "-0.2", "1000.00", "5000"},
			[]string{"0.03", "0.001", "0.15", "1000.01", "12"}},
		{"step(500)", "BIGINT", []string{"0", "1", "500", "1000", "-500"}, []string{"2", "-1", "499", "501", "250"}},
		{"step(0.25)", "DECIMAL(8,2)", []string{"0", "0.01", "0.25", "0.5", "-0.25", "10"}, []string{"0.1", "0.3", "-0.01"}},
		{"year", "DATE", []string{"2024-01-01"}, []string{"2024-02-01", "2024-01-02", "2024", "x"}},
		{"quarter", "DATE", []string{"2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"}, []string{"2024-02-01", "2024-04-02"}},
		{"month", "DATE", []string{"2024-02-01", "2024-12-01"}, []string{"2024-02-02"}},
		{"decade", "DATE", []string{"1990-01-01", "2000-01-01"}, []string{"1991-01-01", "1990-02-01"}},
	} {
		g := grid(t, c.grid, c.typ)
		for _, v := range c.on {
			require.True(t, g.Contains(v), "%s %s", c.grid, v)
		}
		for _, v := range c.off {
			require.False(t, g.Contains(v), "%s %s", c.grid, v)
		}
	}
}

func TestGridRefuses(t *testing.T) {
	for _, c := range []struct{ grid, typ string }{
		{"1-2-5", "DATE"}, {"1-2-5", "VARCHAR"}, {"1-2-5", "BOOLEAN"}, {"year", "BIGINT"}, {"week", "DATE"}, {"", "BIGINT"},
		{"step(0)", "BIGINT"}, {"step(-1)", "BIGINT"}, {"step(0.5)", "BIGINT"}, {"step(1e3)", "BIGINT"}, {"step()", "BIGINT"},
		{"step(1000)", "DECIMAL(3,1)"}, {"step(10)", "DATE"}, {"1-2-5 ", "BIGINT"},
	} {
		typ, err := catalog.ParseType(c.typ)
		require.NoError(t, err)
		_, err = catalog.ParseGrid(c.grid, typ)
		require.ErrorIs(t, err, catalog.ErrGrid, "%s %s", c.grid, c.typ)
	}
}

// Around must give edges that enclose the value with no edge between.
func TestAroundEncloses(t *testing.T) {
	for _, name := range []string{"1-2-5", "step(7)"} {
		g := grid(t, name, "INTEGER")
		for n := -300; n <= 300; n++ {
			below, above, err := g.Around(strconv.Itoa(n))
			require.NoError(t, err)
			lo, _ := strconv.Atoi(below)
			hi, _ := strconv.Atoi(above)
			require.True(t, g.Contains(below) && g.Contains(above), "%s %d", name, n)
			require.True(t, lo <= n && n <= hi, "%s %d", name, n)
			require.Equal(t, g.Contains(strconv.Itoa(n)), lo == hi)
			for between := lo + 1; between < hi; between++ {
				require.False(t, g.Contains(strconv.Itoa(between)), "%s %d", name, between)
			}
		}
	}
	below, above, err := grid(t, "decade", "DATE").Around("1987-06-05")
	require.NoError(t, err)
	require.Equal(t, []string{"1980-01-01", "1990-01-01"}, []string{below, above})
	_, above, err = grid(t, "1-2-5", "DECIMAL(3,0)").Around("700")
	require.NoError(t, err)
	require.Empty(t, above, "the type cannot hold the next edge")
	_, _, err = grid(t, "year", "DATE").Around("x")
	require.ErrorIs(t, err, catalog.ErrValue)
}

func TestGeneraliser(t *testing.T) {
	fits := map[string][]string{
		"year": {"DATE"}, "quarter": {"DATE"}, "month": {"DATE"}, "decade": {"DATE"},
		"band(5)": {"INTEGER", "BIGINT", "DECIMAL(9,2)"}, "prefix(4)": {"VARCHAR"},
	}
	types := []string{"VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DATE", "DECIMAL(9,2)"}
	for text, want := range fits {
		g, err := catalog.ParseGeneraliser(text)
		require.NoError(t, err, text)
		require.Equal(t, text, g.String())
		var got []string
		for _, name := range types {
			typ, err := catalog.ParseType(name)
			require.NoError(t, err)
			if g.Fits(typ) {
				got = append(got, name)
			}
		}
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "Year", "week", "band", "band()", "band(0)", "band(-5)", "band(05)", "band(1.5)", "prefix(0)",
		"prefix(65)", "band(9999999999999999999)", "year(1)", "band(5) "} {
		_, err := catalog.ParseGeneraliser(text)
		require.ErrorIs(t, err, catalog.ErrGeneraliser, text)
	}
}
