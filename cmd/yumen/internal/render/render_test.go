package render_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/cmd/yumen/internal/render"
)

func write(t *testing.T, f render.Format, thing render.Thing) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, render.Write(&b, f, thing, false))
	return b.String()
}

func TestFormats(t *testing.T) {
	thing := render.Thing{
		Value: struct {
			Name string            `json:"name"`
			Code string            `json:"code"`
			N    json.Number       `json:"n"`
			Rows []json.RawMessage `json:"rows"`
			None []string          `json:"none"`
		}{"区县 <1>", "0123", "12345678901234567890", []json.RawMessage{[]byte(`["D1",-3.50]`)}, []string{}},
		Table: render.Table{Columns: []string{"NAME", "N"}, Rows: [][]string{{"区县", "1"}, {"D1", "-20"}, {"=cmd()", ""}}},
	}
	require.Equal(t, "{\"name\":\"区县 <1>\",\"code\":\"0123\",\"n\":12345678901234567890,\"rows\":[[\"D1\",-3.50]],\"none\":[]}\n",
		write(t, render.FormatJSON, thing))
	require.Equal(t, "name: 区县 <1>\ncode: \"0123\"\nn: 12345678901234567890\nrows:\n  - - D1\n    - -3.50\nnone: []\n",
		write(t, render.FormatYAML, thing))
	require.Equal(t, "NAME    N\n区县    1\nD1      -20\n=cmd()  \n", write(t, render.FormatTable, thing))
	require.Equal(t, "NAME,N\n区县,1\nD1,-20\n'=cmd(),\n", write(t, render.FormatCSV, thing))
}

func TestParse(t *testing.T) {
	for _, name := range []string{"table", "json", "yaml", "csv"} {
		_, err := render.Parse(name)
		require.NoError(t, err)
	}
	_, err := render.Parse("xml")
	require.ErrorIs(t, err, render.ErrFormat)
}

func TestClean(t *testing.T) {
	require.Equal(t, `\x1b[2Jok`, render.Clean("\x1b[2Jok"))
	require.Equal(t, `a\x0ab`, render.Clean("a\nb"))
	require.Equal(t, "a\nb\\x07", render.CleanText("a\nb\a"))
	require.Equal(t, `\u202e`, render.Clean("\u202e"))
	require.Equal(t, `\x9b`, render.Clean("\u009b"))
	require.Equal(t, `\xff`, render.Clean("\xff"))
	require.Equal(t, "数据不出域", render.Clean("数据不出域"))
}

func TestCaret(t *testing.T) {
	for _, c := range []struct {
		name, text string
		position   int
		want       string
	}{
		{"first line", "SELECT a", 7, "  1 | SELECT a\n    |        ^"},
		{"second line", "SELECT\n\ta FROM t", 8, "  2 |     a FROM t\n    |     ^"},
		{"after Chinese", "SELECT '市' = x", 13, "  1 | SELECT '市' = x\n    |             ^"},
		{"within a character", "'市'", 2, "  1 | '市'\n    |  ^"},
		{"at the end", "SELECT", 6, "  1 | SELECT\n    |       ^"},
		{"none", "SELECT", -1, ""},
		{"outside", "SELECT", 7, ""},
		{"empty", "", 0, "  1 | \n    | ^"},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, render.Caret(c.text, c.position)) })
	}
}

func FuzzCaret(f *testing.F) {
	f.Add("SELECT\n市", 8)
	f.Fuzz(func(t *testing.T, text string, position int) {
		if got := render.Caret(text, position); render.CleanText(got) != got {
			t.Fatalf("not safe for a terminal")
		}
	})
}
