package sandbox_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// text is a cell.
func text(s string) *string { return &s }

// plain turns rows into something that compares and prints; NULL is "∅".
func plain(rows []sandbox.Row) [][]string {
	var out [][]string
	for _, row := range rows {
		var line []string
		for _, c := range row {
			if c == nil {
				line = append(line, "∅")
				continue
			}
			line = append(line, *c)
		}
		out = append(out, line)
	}
	return out
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestParse(t *testing.T) {
	r := sandboxtest.Runner(t)
	tree, err := r.Parse(soon(t), "SELECT count(*) FROM persons")
	require.NoError(t, err)
	require.Contains(t, string(tree), `"SELECT_NODE"`)

	cases := []struct {
		sql string
		pos int
		not bool
	}{
		{"SELEC 1", 0, false},
		{"SELECT a FROM", 13, false},
		{"SELECT 'é€' FROM a WHERE x, y", 29, false}, // two characters of five bytes before the comma
		{"COPY x TO 'y'", -1, true},
		{"INSERT INTO x VALUES (1)", -1, true},
		{"SELECT '", 7, false},
		{"SELECT 1\x00", -1, false},
	}
	for _, c := range cases {
		_, err := r.Parse(soon(t), c.sql)
		var syntax *sandbox.SyntaxError
		require.ErrorAs(t, err, &syntax, c.sql)
		require.Equal(t, sandbox.SyntaxError{Position: c.pos, NotSelect: c.not}, *syntax, c.sql)
	}
}

func TestRunWithoutSnapshots(t *testing.T) {
	r := sandboxtest.Runner(t)
	out, err := r.Run(soon(t), sandbox.RunSpec{Statements: []sandbox.Statement{
		{SQL: "SELECT 1, NULL, -0.05::DECIMAL(4,2), DATE '2024-02-29', true, 1e20::DOUBLE, 170141183460469231731687303715884105727::HUGEINT, 'é'"},
		{SQL: "SELECT a FROM (VALUES (1)) t(a) WHERE a > 1"},
		{SQL: "SELECT $1, $2, $3", Args: []sandbox.Value{
			{Type: "DECIMAL(12,2)", Text: "3.10"}, {Type: "VARCHAR", Text: "it's"}, {Type: "DATE", Null: true}}},
	}})
	require.NoError(t, err)
	require.Len(t, out, 3)
	require.Equal(t, [][]string{{"1", "∅", "-0.05", "2024-02-29", "true", "1e+20", "170141183460469231731687303715884105727", "é"}}, plain(out[0]))
	require.Empty(t, out[1])
	require.Equal(t, [][]string{{"3.10", "it's", "∅"}}, plain(out[2]))
}

func TestLevel(t *testing.T) {
	r := sandboxtest.Runner(t)
	for _, l := range r.Level() {
		t.Logf("%s %v %s", l.Name, l.Available, l.Why)
	}
	require.NotEmpty(t, r.LevelName())
}

func decimalKey(key [32]byte, typ string, parts ...string) string {
	return strconv.FormatUint(catalog.EntityKey(key, typ, parts...), 10)
}
