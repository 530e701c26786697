package worker_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// contributions is a source of n rows with two entities, and its declaration.
func contributions(n int) ([]byte, catalog.DatasetSpec) {
	var b bytes.Buffer
	b.WriteString("person_id,employer_uscc,month,base,paid,district,age\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,USCC%014d,2024-%02d-01,%d.%02d,%d.%02d,D%d,%d\n", i%(n*3/10), i*7919%20_000, 1+i%12, i*31%90_000, i%100, i*17%9_000, i*3%100, i%9, 18+i%60)
	}
	key, dim, measure := []catalog.Role{catalog.RoleEntityKey}, []catalog.Role{catalog.RoleDimension}, []catalog.Role{catalog.RoleMeasure}
	return b.Bytes(), catalog.DatasetSpec{
		Entities: []catalog.Entity{{Type: "person", Key: []string{"person_id"}}, {Type: "enterprise", Key: []string{"employer_uscc"}}},
		Columns: []catalog.Column{
			{Name: "person_id", Type: "BIGINT", Roles: key}, {Name: "employer_uscc", Type: "VARCHAR", Roles: key}, {Name: "month", Type: "DATE", Roles: dim},
			{Name: "base", Type: "DECIMAL(12,2)", Roles: measure, Bounds: []catalog.Number{"0", "100000"}},
			{Name: "paid", Type: "DECIMAL(12,2)", Roles: measure, Bounds: []catalog.Number{"0", "100000"}},
			{Name: "district", Type: "VARCHAR", Roles: dim, Domain: []catalog.Scalar{"D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8"}},
			{Name: "age", Type: "INTEGER", Roles: dim},
		},
	}
}

// BenchmarkIngestMillion loads a million rows and, in turn with it, has the engine create a table from the same file, in memory and
// in a file of its own. The speed of a load against each is reported as a ratio.
func BenchmarkIngestMillion(b *testing.B) {
	csv, spec := contributions(1_000_000)
	source := sandboxtest.Seal(b, csv)
	keys := map[string][32]byte{}
	for _, e := range spec.Entities {
		keys[e.Type] = sandboxtest.Key(e.Type)
	}
	r := sandboxtest.Runner(b)
	path := fmt.Sprintf("/proc/self/fd/%d", source.Fd())
	var load, memory, file time.Duration
	b.ResetTimer()
	for b.Loop() {
		memory += bare(b, "", path)
		start := time.Now()
		var query, identity bytes.Buffer
		report, err := r.Ingest(b.Context(), sandbox.IngestSpec{Declaration: spec, Source: source, Keys: keys, Query: &query, Identity: &identity})
		require.NoError(b, err)
		require.EqualValues(b, 1_000_000, report.Rows)
		load += time.Since(start)
		file += bare(b, filepath.Join(b.TempDir(), "bare.db"), path)
	}
	b.ReportMetric(memory.Seconds()/load.Seconds(), "of-memory-table")
	b.ReportMetric(file.Seconds()/load.Seconds(), "of-file-table")
}

// bare has the engine alone create a table from the source.
func bare(b *testing.B, database, source string) time.Duration {
	start := time.Now()
	db, err := sql.Open("duckdb", database+"?threads=2")
	require.NoError(b, err)
	_, err = db.Exec("CREATE TABLE data AS SELECT * FROM read_csv('" + source + "')")
	require.NoError(b, err)
	if database != "" {
		_, err = db.Exec("CHECKPOINT")
		require.NoError(b, err)
	}
	require.NoError(b, db.Close())
	if database != "" {
		require.NoError(b, os.Remove(database))
	}
	return time.Since(start)
}
