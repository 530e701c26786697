package worker_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
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
			{Name: "base", Type: "DECIMAL(12,2)", Roles: measure, Bounds: []catalog.Bound{"0", "100000"}},
			{Name: "paid", Type: "DECIMAL(12,2)", Roles: measure, Bounds: []catalog.Bound{"0", "100000"}},
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

// BenchmarkSharedSnapshot has two workers read all of one snapshot at the same time, of as many MiB as YUMEN_BENCH_MB says. Reported are the
// pages of the snapshot itself, which both share, by its size; and what each worker holds besides, in blocks of the engine.
func BenchmarkSharedSnapshot(b *testing.B) {
	size := 64
	if text := os.Getenv("YUMEN_BENCH_MB"); text != "" {
		var err error
		size, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	r := sandboxtest.Runner(b)
	file := incompressible(b, size)
	st, err := file.Stat()
	require.NoError(b, err)
	again := sandbox.Statement{SQL: "SELECT sum(a), sum(b), sum(c), sum(d) FROM d.main.data", Reads: []string{"d"}}
	spec := sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: file}}, Timeout: 10 * time.Minute, Statements: slices.Repeat([]sandbox.Statement{again}, 3000)}
	var shared, private float64
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() { _, _ = r.Run(ctx, spec) })
		}
		mapped, own := held(b, file, st.Size())
		cancel()
		wait.Wait()
		shared = max(shared, float64(st.Sys().(*syscall.Stat_t).Blocks*512+mapped)/float64(st.Size()))
		private = max(private, float64(own)/(2<<20))
	}
	b.ReportMetric(shared, "shared-of-size")
	b.ReportMetric(private, "own-MiB-each")
}

// held waits until two workers have read all of a file, and returns what of their memory is shared with others, and what is their own, by
// their proportional sets.
func held(b *testing.B, file *os.File, size int64) (shared, own int64) {
	b.Helper()
	want, err := os.Stat(fmt.Sprintf("/proc/self/fd/%d", file.Fd()))
	require.NoError(b, err)
	require.Eventually(b, func() bool {
		readers := 0
		shared, own = 0, 0
		comms, _ := filepath.Glob("/proc/[0-9]*/comm")
		for _, comm := range comms {
			process := filepath.Dir(comm)
			st, err := os.Stat(process + "/fd/7")
			if err != nil || !os.SameFile(st, want) || number(process+"/io", "rchar:") < size*9/10 {
				continue
			}
			readers++
			shared += number(process+"/smaps_rollup", "Pss_Shmem:") << 10
			own += number(process+"/smaps_rollup", "Pss_Anon:") << 10
		}
		return readers == 2
	}, 5*time.Minute, 20*time.Millisecond)
	return shared, own
}

// number is the number behind a name in a file of /proc.
func number(path, name string) int64 {
	b, _ := os.ReadFile(path)
	_, rest, _ := strings.Cut(string(b), name)
	var n int64
	_, _ = fmt.Sscan(rest, &n)
	return n
}

// incompressible is a sealed query file of about so many MiB.
func incompressible(b *testing.B, mib int) *os.File {
	b.Helper()
	path := filepath.Join(b.TempDir(), "data.db")
	db, err := sql.Open("duckdb", path)
	require.NoError(b, err)
	_, err = db.Exec(fmt.Sprintf(`CREATE TABLE data AS SELECT (hash(i) >> 1)::BIGINT AS a, (hash(i + 1e9) >> 1)::BIGINT AS b, (hash(i + 2e9) >> 1)::BIGINT AS c,
		(hash(i + 3e9) >> 1)::BIGINT AS d FROM range(%d) t(i)`, mib<<20/32))
	require.NoError(b, err)
	_, err = db.Exec("CHECKPOINT")
	require.NoError(b, err)
	require.NoError(b, db.Close())
	in, err := os.Open(path)
	require.NoError(b, err)
	defer in.Close()
	file, err := sandbox.SealReader("snapshot", in, 4<<30)
	require.NoError(b, err)
	b.Cleanup(func() { _ = file.Close() })
	return file
}
