package worker_test

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// table is rows of texts as they are declared; "" is NULL.
type table struct {
	head []string
	rows [][]string
}

func (t table) separated(delim, end string) []byte {
	var b strings.Builder
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, v := range row {
			if i > 0 {
				b.WriteString(delim)
			}
			if strings.ContainsAny(v, ",\t;|\"\r\n") {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			b.WriteString(v)
		}
		b.WriteString(end)
	}
	return []byte(b.String())
}

func (t table) lines(bare map[string]bool) []byte {
	var b strings.Builder
	for _, row := range t.rows {
		var members []string
		for i, v := range row {
			if v == "" {
				continue
			}
			text, _ := json.Marshal(v)
			if bare[t.head[i]] {
				text = []byte(v)
			}
			members = append(members, fmt.Sprintf("%q: %s", t.head[i], text))
		}
		b.WriteString("{" + strings.Join(members, ", ") + "}\n")
	}
	return []byte(b.String())
}

func run(t testing.TB, statements ...string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer db.Close()
	for _, s := range statements {
		_, err = db.Exec(s)
		require.NoError(t, err, s)
	}
}

// parquet writes a relation.
func parquet(t testing.TB, selection, options string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.parquet")
	run(t, "COPY ("+selection+") TO '"+path+"' (FORMAT parquet"+options+")")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

func gzipped(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func zstandard(t testing.TB, b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return w.EncodeAll(b, nil)
}

// transactions is a dataset with a column of every type.
func transactions() catalog.DatasetSpec {
	dim := []catalog.Role{catalog.RoleDimension}
	return catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Key: []string{"id"}}}, Columns: []catalog.Column{
		{Name: "id", Type: "VARCHAR", Roles: []catalog.Role{catalog.RoleEntityKey}}, {Name: "name", Type: "VARCHAR", Roles: dim},
		{Name: "day", Type: "DATE", Roles: dim}, {Name: "amount", Type: "DECIMAL(18,2)", Roles: dim}, {Name: "n", Type: "INTEGER", Roles: dim},
		{Name: "big", Type: "BIGINT", Roles: dim}, {Name: "ok", Type: "BOOLEAN", Roles: dim},
	}}
}

// large is a number that does not pass for an identifier, or one of the largest there are.
func large(rng *rand.Rand) string {
	if rng.IntN(100) == 0 {
		return []string{"9223372036854775807", "-9223372036854775808"}[rng.IntN(2)]
	}
	return fmt.Sprint(rng.Int64N(8e9) - 4e9)
}

func randomTable(rows int, seed uint64) table {
	rng := rand.New(rand.NewPCG(seed, 7))
	pieces := []string{"域", "门", "x", "é", " ", ",", `"`, "\n", ";", "|", "\t", "海淀区", "'", "9", "𠮷"}
	t := table{head: []string{"id", "name", "day", "amount", "n", "big", "ok"}}
	for i := range rows {
		name := ""
		for range rng.IntN(5) {
			name += pieces[rng.IntN(len(pieces))]
		}
		row := []string{fmt.Sprintf("P%06d", rng.IntN(rows)), name, fmt.Sprintf("%04d-%02d-%02d", 1900+rng.IntN(200), 1+rng.IntN(12), 1+rng.IntN(28)),
			fmt.Sprintf("%d.%02d", rng.Int64N(1e15), rng.IntN(100)), fmt.Sprint(rng.Int32()), large(rng), fmt.Sprint(rng.IntN(2) == 0)}
		for c := range row {
			if i > 0 && rng.IntN(10) == 0 {
				row[c] = ""
			}
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// content is everything that a query file holds, in one order.
func content(t testing.TB, r *sandbox.Runner, s *sandboxtest.Snapshot) []sandbox.Row {
	t.Helper()
	out, err := r.Run(t.Context(), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: s.Query}},
		Statements: []sandbox.Statement{{SQL: `SELECT * FROM "d".main.data ORDER BY ALL`, Reads: []string{"d"}}}})
	require.NoError(t, err)
	return out[0]
}

// TestFormatsAgree writes one random table in every way that is taken: the same rows, keys and profile come of each.
func TestFormatsAgree(t *testing.T) {
	r := sandboxtest.Runner(t)
	spec := transactions()
	for seed := range uint64(2) {
		data := randomTable(3000, seed)
		plain := data.separated(",", "\n")
		chinese, err := simplifiedchinese.GB18030.NewEncoder().Bytes(plain)
		require.NoError(t, err)
		wide := func(e unicode.Endianness) []byte {
			b, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().Bytes(data.separated("\t", "\r\n"))
			require.NoError(t, err)
			return b
		}
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "t.csv"), plain, 0o600))
		read := "read_csv('" + filepath.Join(dir, "t.csv") + "', auto_detect=false, header=true, quote='\"', escape='\"', columns={'id':'VARCHAR','name':'VARCHAR','day':'DATE'," +
			"'amount':'DECIMAL(18,2)','n':'INTEGER','big':'BIGINT','ok':'BOOLEAN'})"
		files := map[string][]byte{
			"tabs": data.separated("\t", "\n"), "semicolons": data.separated(";", "\r\n"), "pipes": data.separated("|", "\n"),
			"mark": append([]byte("\xef\xbb\xbf"), plain...), "returns": bytes.ReplaceAll(plain, []byte("\n"), []byte("\r")),
			"gb18030": chinese, "utf-16le": wide(unicode.LittleEndian), "utf-16be": wide(unicode.BigEndian),
			"gzip": gzipped(t, plain), "zstd": zstandard(t, plain), "gzip of gb18030": gzipped(t, chinese),
			"json": data.lines(nil), "json numbers": data.lines(map[string]bool{"amount": true, "n": true, "big": true, "ok": true}), "json zstd": zstandard(t, data.lines(nil)),
			"parquet": parquet(t, "SELECT * FROM "+read, ", ROW_GROUP_SIZE 2048"), "parquet texts": parquet(t, "SELECT COLUMNS(*)::VARCHAR FROM "+read, ", COMPRESSION zstd"),
			"parquet other types": parquet(t, "SELECT * REPLACE (day::TIMESTAMP AS day, amount::DECIMAL(30,4) AS amount, n::BIGINT AS n, big::HUGEINT::DECIMAL(38,0) AS big) FROM "+read, ""),
		}
		want, err := sandboxtest.Load(t, r, spec, plain)
		require.NoError(t, err)
		rows := content(t, r, want)
		require.Len(t, rows, 3000)
		for name, file := range files {
			got, err := sandboxtest.Load(t, r, spec, file)
			require.NoError(t, err, name)
			require.Equal(t, want.Report.Columns, got.Report.Columns, name)
			require.Equal(t, want.Report.Entities, got.Report.Entities, name)
			require.True(t, equalRows(rows, content(t, r, got)), name)
		}
	}
}

func equalRows(a, b []sandbox.Row) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}
