package contributions_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yumen/cmd/yumen/internal/contributions"
)

var columns = contributions.Columns{Entities: [][]string{{"企业"}}, Keys: []string{"区"}, Measures: []string{"金额"}, Withheld: "隐去"}

const text = "企业,区,金额,隐去,其他\r\nA1,城东,-12.50,是,x\r\nA2,\"城,西\",,0,y\r\n"

// TestRead reads the same file however it is written.
func TestRead(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	require.NoError(t, err)
	wide, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
	require.NoError(t, err)
	semicolons := strings.NewReplacer("城,西", "城,西", ",", ";").Replace(text)
	for _, in := range []string{text, "\xef\xbb\xbf" + text, gb, wide, semicolons, strings.ReplaceAll(text, "\r\n", "\n")} {
		rows, err := contributions.Read(strings.NewReader(in), columns)
		require.NoError(t, err)
		require.Len(t, rows, 2)
		require.Equal(t, []string{"城东"}, rows[0].Keys)
		require.Equal(t, []string{"城,西"}, rows[1].Keys)
		require.Equal(t, "-25/2", rows[0].Measures[0].RatString())
		require.Nil(t, rows[1].Measures[0])
		require.True(t, rows[0].Withheld)
		require.False(t, rows[1].Withheld)
		require.NotEqual(t, rows[0].Entities, rows[1].Entities)
	}
}

// TestComposite: two keys of several columns are the same only when each part is.
func TestComposite(t *testing.T) {
	c := contributions.Columns{Entities: [][]string{{"a", "b"}}}
	rows, err := contributions.Read(strings.NewReader("a,b\nx,yz\nxy,z\nx,yz\n,\n"), c)
	require.NoError(t, err)
	require.NotEqual(t, rows[0].Entities, rows[1].Entities)
	require.Equal(t, rows[0].Entities, rows[2].Entities)
	require.Equal(t, []string{""}, rows[3].Entities)
}

// TestFaults: what is wrong is named by line and column, and never by a value.
func TestFaults(t *testing.T) {
	for in, want := range map[string]string{
		"":               "no header",
		"企业,区,金额,隐去\n":   "no rows",
		"企业,区,金额\n":      "no column 隐去",
		"企业,区,金额,隐去,区\n": "column 5 of the header",
		"企业,区,金额,隐去\nsecret,b,1e5,0\n":    "line 2: column 金额 is no decimal",
		"企业,区,金额,隐去\na,b,secret,0\n":      "line 2: column 金额",
		"企业,区,金额,隐去\na,b,1,secret\n":      "line 2: column 隐去",
		"企业,区,金额,隐去\na,b,1\n":             "line 2: another number",
		"企业,区,金额,隐去\na,\"secret,1,0\n":    "line 2: a quote",
		"企业,区,金额,隐去\na,b,1,0\nsecret\x00": "not a CSV",
		"企业\xff\xff\xff":                  "neither UTF-8 nor GB18030",
		"\xff\xfe\x00\xd8\x00":            "",
	} {
		_, err := contributions.Read(strings.NewReader(in), columns)
		var e *contributions.Error
		require.True(t, errors.As(err, &e), "%q: %v", in, err)
		require.Contains(t, e.Text.En, want)
		require.NotEmpty(t, e.Text.Zh)
		require.NotContains(t, e.Text.En+e.Text.Zh, "secret")
	}
	_, err := contributions.Read(strings.NewReader("a,b\nx,\n"), contributions.Columns{Entities: [][]string{{"a", "b"}}})
	require.ErrorContains(t, err, "line 2: the key of entity a+b is not whole")
}

// FuzzRead: any bytes are rows or an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte(text))
	f.Add([]byte("\xff\xfe企业"))
	f.Add([]byte("企业;区;金额;隐去\n1;2;3;4"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := contributions.Read(bytes.NewReader(b), columns)
		if err == nil {
			require.NotEmpty(t, rows)
		}
	})
}
