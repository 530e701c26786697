package worker_test

import (
	"context"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox/wire"
	"yumen/sandbox/worker"
)

// TestHardenedEngine takes the gate and the cage away: the engine's own settings are a layer too.
func TestHardenedEngine(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.csv")
	require.NoError(t, os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600))
	e, err := worker.Hardened(context.Background(), filepath.Join(dir, "spill"))
	require.NoError(t, err)
	require.NoError(t, e.Exec("SELECT count(*) FROM range(1000000) ORDER BY 1"))
	for _, sql := range []string{
		"SELECT * FROM read_text('" + secret + "')", "SELECT * FROM read_blob('" + secret + "')", "SELECT * FROM read_csv('" + secret + "')",
		"SELECT * FROM '" + secret + "'", "SELECT * FROM read_parquet('" + secret + "')", "SELECT * FROM glob('" + dir + "/*')",
		"COPY (SELECT 1) TO '" + dir + "/x.csv'", "COPY (SELECT 1) TO '/dev/stderr'", "EXPORT DATABASE '" + dir + "/x'", "IMPORT DATABASE '" + dir + "'",
		"ATTACH '" + dir + "/x.db'", "ATTACH '" + secret + "' AS s", "INSTALL httpfs", "LOAD httpfs", "LOAD '" + dir + "/x'",
		"SELECT * FROM read_csv('http://127.0.0.1:9/x')", "SELECT * FROM read_parquet('s3://b/x')",
		"SET enable_external_access=true", "SET lock_configuration=false", "SET temp_directory='" + dir + "'", "SET memory_limit='100GB'", "RESET threads",
		"SET allowed_directories=['/']", "SET allow_unsigned_extensions=true", "SET autoload_known_extensions=true", "PRAGMA enable_profiling='json'",
		"SET profiling_output='" + dir + "/p'", "SET log_query_path='" + dir + "/l'",
	} {
		require.Error(t, e.Exec(sql), sql)
	}
	entries, err := filepath.Glob(dir + "/*")
	require.NoError(t, err)
	for _, f := range entries {
		require.Contains(t, []string{secret, filepath.Join(dir, "spill")}, f, "nothing was written")
	}
}

func TestQualified(t *testing.T) {
	for text, want := range map[string][]string{
		`d.main.data`: {"d", "main", "data"}, `"we ird".main."data"`: {"we ird", "main", "data"}, `"a""b.c".main.x`: {`a"b.c`, "main", "x"}, `x`: {"x"},
		``: nil, `a.`: nil, `.a`: nil, `"a`: nil, `"a"b`: nil, `a"b`: nil, `a..b`: nil,
	} {
		require.Equal(t, want, worker.Qualified(text), text)
	}
}

func TestInert(t *testing.T) {
	for in, want := range map[string]string{"=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", "＝1": "'＝1", "a=1": "a=1", "": "", "D1": "D1"} {
		require.Equal(t, want, worker.Inert(in))
	}
}

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		n     int64
		scale int
		want  string
	}{{0, 0, "0"}, {0, 2, "0.00"}, {5, 2, "0.05"}, {-5, 2, "-0.05"}, {310, 2, "3.10"}, {-12345, 0, "-12345"}, {100, 3, "0.100"}} {
		require.Equal(t, c.want, worker.Decimal(big.NewInt(c.n), c.scale))
	}
}

func TestBound(t *testing.T) {
	for _, c := range []struct {
		n     catalog.Bound
		scale int
		lower bool
		want  string
	}{
		{"0.5", 0, true, "CAST('1' AS DECIMAL(38,0))"}, {"0.5", 0, false, "CAST('0' AS DECIMAL(38,0))"}, {"-0.5", 0, true, "CAST('0' AS DECIMAL(38,0))"},
		{"-0.5", 0, false, "CAST('-1' AS DECIMAL(38,0))"}, {"1e5", 2, false, "CAST('100000.00' AS DECIMAL(38,2))"}, {"0.005", 2, true, "CAST('0.01' AS DECIMAL(38,2))"},
		{"1e60", 0, false, "CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0))"},
		{"-1e60", 1, true, "CAST('-9999999999999999999999999999999999999.9' AS DECIMAL(38,1))"},
	} {
		typ := catalog.Type{Name: catalog.TypeDecimal, Precision: 38, Scale: c.scale}
		got, err := worker.Bound(c.n, typ, c.lower)
		require.NoError(t, err)
		require.Equal(t, c.want, got, c.n)
	}
}

func TestFair(t *testing.T) {
	var many []wire.Fault
	for i := range 20 {
		many = append(many, wire.Fault{Row: int64(i + 1), Column: "a", Rule: wire.RuleType})
	}
	many = append(many, wire.Fault{Row: 900, Column: "b", Rule: wire.RuleNull})
	got := worker.Fair(many)
	require.Len(t, got, 20)
	require.Equal(t, wire.Fault{Row: 900, Column: "b", Rule: wire.RuleNull}, got[19])
	require.Equal(t, int64(1), got[0].Row)
}
