package worker_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
	"yumen/sandbox/wire"
)

// things is a small dataset without entities.
func things() catalog.DatasetSpec {
	dim := []catalog.Role{catalog.RoleDimension}
	return catalog.DatasetSpec{Public: true, Columns: []catalog.Column{{Name: "name", Type: "VARCHAR", Roles: dim}, {Name: "day", Type: "DATE", Roles: dim},
		{Name: "amount", Type: "DECIMAL(12,2)", Roles: dim}, {Name: "n", Type: "BIGINT", Roles: dim}}}
}

const thingsHead = "name,day,amount,n\n"

func faults(t testing.TB, err error, name string) []sandbox.Fault {
	t.Helper()
	var quarantined *sandbox.IngestRejected
	require.True(t, errors.As(err, &quarantined), "%s: %v", name, err)
	return quarantined.Faults
}

func whole(rule string) []sandbox.Fault { return []sandbox.Fault{{Rule: wire.Rule(rule)}} }

func TestUglyFiles(t *testing.T) {
	r := sandboxtest.Runner(t)
	good := "a,2024-01-31,1.50,7\n"
	at := func(row int64, column, rule string) []sandbox.Fault {
		return []sandbox.Fault{{Row: row, Column: column, Rule: wire.Rule(rule)}}
	}
	gb := func(s string) []byte {
		b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
		require.NoError(t, err)
		return b
	}
	for name, c := range map[string]struct {
		file []byte
		want []sandbox.Fault
	}{
		"nothing":                  {nil, whole("empty")},
		"blank lines":              {[]byte("\n\r\n\n"), whole("empty")},
		"an XLSX file":             {[]byte("PK\x03\x04\x14\x00\x06\x00"), whole("format")},
		"an XLS file":              {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"), whole("format")},
		"a PDF":                    {[]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), whole("format")},
		"XML":                      {[]byte("<?xml version='1.0'?>\n<a/>\n"), whole("format")},
		"a JSON array":             {[]byte(`[{"name":"a"}]`), whole("format")},
		"UTF-16 without a mark":    {[]byte("n\x00a\x00,\x00\n\x00"), whole("format")},
		"UTF-32":                   {[]byte("\xff\xfe\x00\x00n\x00\x00\x00"), whole("format")},
		"random bytes":             {[]byte("\x8f\xf3\x01\xfe\xff\xff\x00\x93\x11\n\x80"), whole("format")},
		"gzip of gzip":             {gzipped(t, gzipped(t, []byte(thingsHead+good))), whole("format")},
		"gzip of Parquet":          {gzipped(t, parquet(t, "SELECT 1 AS n", "")), whole("format")},
		"gzip that is cut":         {gzipped(t, []byte(thingsHead+strings.Repeat(good, 1000)))[:80], whole("damaged")},
		"zstd that is cut":         {zstandard(t, []byte(thingsHead+strings.Repeat("b"+good, 1000)))[:30], whole("damaged")},
		"a gzip bomb":              {gzipped(t, make([]byte, 200<<20)), whole("too_large")},
		"a zstd bomb":              {zstandard(t, bytes.Repeat([]byte(good), 10<<20)), whole("too_large")},
		"Parquet that is cut":      {parquet(t, "SELECT 'a' AS name", "")[:100], whole("damaged")},
		"Parquet magic alone":      {[]byte("PAR1PAR1PAR1"), whole("damaged")},
		"encrypted Parquet":        {[]byte("PARE\x00\x00\x00\x00PARE"), whole("encrypted")},
		"a Parquet bomb":           {parquet(t, "SELECT 'a' AS name, DATE '2024-01-01' AS day, 1.5::DECIMAL(12,2) AS amount, 1 AS n FROM range(40000000)", ""), whole("too_large")},
		"nested Parquet":           {parquet(t, "SELECT {'x': 1} AS name, DATE '2024-01-01' AS day, [1] AS amount, 1 AS n", ""), []sandbox.Fault{{Column: "name", Field: 1, Rule: "nested"}, {Column: "amount", Field: 3, Rule: "nested"}}},
		"odd types in Parquet":     {parquet(t, "SELECT 'a'::BLOB AS name, now() AS day, 1 AS amount, 1 AS n", ""), []sandbox.Fault{{Column: "name", Field: 1, Rule: "column_type"}, {Column: "day", Field: 2, Rule: "column_type"}}},
		"a time of day in Parquet": {parquet(t, "SELECT 'a' AS name, TIMESTAMP '2024-01-01 00:00:01' AS day, 1 AS amount, 1 AS n", ""), at(1, "day", "type")},
		"NUL in Parquet":           {parquet(t, "SELECT 'a' || chr(0) AS name, DATE '2024-01-01' AS day, 1 AS amount, 1 AS n", ""), at(1, "name", "nul")},
		"NaN in Parquet":           {parquet(t, "SELECT 'a' AS name, DATE '2024-01-01' AS day, 'nan'::DOUBLE AS amount, 1 AS n", ""), at(1, "amount", "type")},
		"inexact in Parquet":       {parquet(t, "SELECT 'a' AS name, DATE '2024-01-01' AS day, 0.005::DOUBLE AS amount, 1 AS n", ""), at(1, "amount", "type")},
		"too big in Parquet":       {parquet(t, "SELECT 'a' AS name, DATE '2024-01-01' AS day, 1 AS amount, 9223372036854775808::HUGEINT AS n", ""), at(1, "n", "type")},
		"extra in Parquet":         {parquet(t, "SELECT 'a' AS name, DATE '2024-01-01' AS day, 1 AS amount, 1 AS n, 2 AS m", ""), []sandbox.Fault{{Column: "m", Field: 5, Rule: "extra_column"}}},
		"bad byte in UTF-8":        {[]byte(thingsHead + "海淀区,2024-01-31,1,1\n海\xff淀,2024-01-31,1,1\n"), at(2, "", "encoding")},
		"bad pair in GB18030":      {append(gb(thingsHead+"海淀区朝阳区西城区,2024-01-31,1,1\n"), "\xb0\x20,2024-01-31,1,1\n"...), at(2, "", "encoding")},
		"late bad byte":            {[]byte(thingsHead + strings.Repeat(good, 20_000) + "\xff\xff,2024-01-31,1,1\n"), at(20_001, "", "encoding")},
		"ragged":                   {[]byte(thingsHead + good + "a,2024-01-31\n"), at(2, "", "fields")},
		"ragged in tabs":           {[]byte(strings.ReplaceAll(thingsHead+good+good+"a,2024-01-31,1,1,1\n", ",", "\t")), at(3, "", "fields")},
		"open quote":               {[]byte(thingsHead + good + "\"a,2024-01-31,1,1\n" + strings.Repeat(good, 100_000)), at(2, "", "quote")},
		"record too long":          {[]byte(thingsHead + good + strings.Repeat("a", 1<<20) + ",2024-01-31,1,1\n"), at(2, "", "too_long")},
		"JSON of one line":         {[]byte("{\"name\":\n\"a\"}\n"), append(at(1, "", "json"), at(2, "", "json")...)},
		"JSON nested":              {[]byte(`{"name":{"x":1},"day":null,"amount":1,"n":1}`), at(1, "name", "nested")},
		"JSON list":                {[]byte(`{"name":"a","day":null,"amount":[1],"n":1}`), at(1, "amount", "nested")},
		"JSON key twice":           {[]byte(`{"name":"a","day":null,"amount":1,"n":1,"na\u006de":"b"}`), at(1, "", "twice_key")},
		"JSON unknown key":         {[]byte("{\"name\":\"a\",\"day\":null,\"amount\":1,\"n\":1}\n{\"name\":\"a\",\"m\":1}\n"), []sandbox.Fault{{Column: "m", Field: 5, Rule: "extra_column"}}},
		"JSON without a column":    {[]byte(`{"name":"a","day":null,"amount":1}`), []sandbox.Fault{{Column: "n", Rule: "missing_column"}}},
		"JSON cut off":             {[]byte("{\"name\":\"a\",\"day\":null,\"amount\":1,\"n\":1}\n{\"name\":\"a"), at(2, "", "json")},
		"JSON with a comma more":   {[]byte("{\"name\":\"a\",\"day\":null,\"amount\":1,\"n\":1,}\n"), at(1, "", "json")},
		"JSON half a surrogate":    {[]byte(`{"name":"\ud800","day":null,"amount":1,"n":1}`), at(1, "", "encoding")},
		"JSON NUL":                 {[]byte(`{"name":"\u0000","day":null,"amount":1,"n":1}`), at(1, "", "nul")},
		"JSON integer too big":     {[]byte(`{"name":"a","day":null,"amount":1,"n":9223372036854775808}`), at(1, "n", "type")},
		"thousands":                {[]byte(thingsHead + "a,2024-01-31,\"1,234.50\",1\n"), at(1, "amount", "thousands")},
		"full-width digits":        {[]byte(thingsHead + good + "a,2024-01-31,１２,1\n"), at(2, "amount", "full_width")},
		"decimal comma":            {[]byte(strings.ReplaceAll(thingsHead, ",", ";") + "a;2024-01-31;1,5;1\n"), at(1, "amount", "type")},
		"inexact scientific":       {[]byte(thingsHead + "a,2024-01-31,1.2345E-2,1\n"), at(1, "amount", "type")},
		"scientific over range":    {[]byte(thingsHead + "a,2024-01-31,1E+10,1\n"), at(1, "amount", "type")},
		"huge exponent":            {[]byte(thingsHead + "a,2024-01-31,1E+999999999,1\n"), at(1, "amount", "type")},
	} {
		_, err := sandboxtest.Load(t, r, things(), c.file)
		require.ElementsMatch(t, c.want, faults(t, err, name), name)
	}
}

func TestSpellings(t *testing.T) {
	r := sandboxtest.Runner(t)
	days := []string{"2024-01-31", "2024/1/31", "2024/01/31", "20240131", "2024年1月31日", "2024年01月31日", "2024.01.31", "2024.1.31", "2024-1-31",
		"2024-01-31T00:00:00", "2024-01-31 00:00:00", "2024-01-31T00:00:00.000Z", "2024-01-31T00:00:00+08:00", "2024/1/31 0:00", " 2024-01-31 "}
	numbers := map[string]string{"1.2E+05": "120000.00", "1.2e5": "120000.00", "12E-1": "1.20", "+7": "7.00", "007": "7.00", "1.500": "1.50", ".5": "0.50", "5.": "5.00", "-0": "0.00", "1E2": "100.00"}
	text := thingsHead
	for _, d := range days {
		text += "d," + d + ",,\n"
	}
	for n := range numbers {
		text += n + ",," + n + ",\n"
	}
	s, err := sandboxtest.Load(t, r, things(), []byte(text))
	require.NoError(t, err)
	seen := 0
	for _, row := range content(t, r, s) {
		if *row[0] == "d" {
			require.Equal(t, "2024-01-31", *row[1])
		} else {
			require.Equal(t, numbers[*row[0]], *row[2], *row[0])
		}
		seen++
	}
	require.Equal(t, len(days)+len(numbers), seen)

	for _, d := range []string{"31/01/2024", "01-31-2024", "24-01-31", "2024-02-30", "2024年13月1日", "2024-01-31T08:00:00", "2024-01-31 00:00:01", "45322", "2024-01", "20240132",
		"2024/01-31", "0000-01-01", "10000-01-01", "２０２４-01-31", "Jan 31 2024"} {
		_, err := sandboxtest.Load(t, r, things(), []byte(thingsHead+"d,"+d+",,\n"))
		require.Equal(t, []sandbox.Fault{{Row: 1, Column: "day", Rule: "type"}}, faults(t, err, d))
	}
}

// TestGigabyteLine streams a line of a gigabyte through a worker that has far less memory than that.
func TestGigabyteLine(t *testing.T) {
	r := sandboxtest.Runner(t, func(c *sandbox.Config) { c.MemoryMB = 16 << 10 })
	source, err := sandbox.Seal("long", func(w *os.File) error {
		if _, err := io.WriteString(w, thingsHead+"a,2024-01-31,1,1\n"); err != nil {
			return err
		}
		chunk := bytes.Repeat([]byte("x"), 1<<20)
		for range 1 << 10 {
			if _, err := w.Write(chunk); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	defer source.Close()
	_, err = r.Ingest(t.Context(), sandbox.IngestSpec{Declaration: things(), Source: source, Query: io.Discard, Identity: io.Discard, MemoryMB: 64, Threads: 1})
	require.Equal(t, []sandbox.Fault{{Row: 2, Rule: "too_long"}}, faults(t, err, "a gigabyte"))
}
