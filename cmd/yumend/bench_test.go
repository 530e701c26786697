package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
)

const benchRows = 1_000_000

const benchDataset = `apiVersion: yumen/v1
kind: Dataset
metadata: {name: clients}
spec:
  title: {zh: 客户, en: Clients}
  provider: bureau
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: segment, type: VARCHAR, grade: 2, roles: [dimension], domain: [s0, s1, s2, s3, s4, s5, s6, s7], nullable: false}
  - {name: region, type: INTEGER, grade: 2, roles: [dimension], domain: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], nullable: false}
  - {name: amount, type: "DECIMAL(12,2)", grade: 2, roles: [measure, dimension], bounds: [0, 1000000], grid: "1-2-5", nullable: false}
`

// benchFile writes a million rows of one table.
func benchFile(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "clients.csv")
	f, err := os.Create(path)
	require.NoError(b, err)
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "id,segment,region,amount")
	for i := range benchRows {
		fmt.Fprintf(w, "%d,s%d,%d,%d.%02d\n", i, (i*7919)%8, (i*104729)%10, (i*15485863)%1000000, i%100)
	}
	require.NoError(b, w.Flush())
	require.NoError(b, f.Close())
	return path
}

func median(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}

// BenchmarkIngest loads a million rows through the gateway beside the engine's own CREATE TABLE AS, in turns.
func BenchmarkIngest(b *testing.B) {
	z, path := benchZone(b), benchFile(b)
	var ours, bare []float64
	for b.Loop() {
		bare = append(bare, createTable(b, path).Seconds())
		start := time.Now()
		z.benchLoad(b, path)
		ours = append(ours, time.Since(start).Seconds())
	}
	b.ReportMetric(median(bare)*1000, "ctas-ms")
	b.ReportMetric(median(ours)*1000, "load-ms")
	b.ReportMetric(median(bare)/median(ours), "x-of-ctas")
}

func createTable(b *testing.B, path string) time.Duration {
	file := filepath.Join(b.TempDir(), "bare.duckdb")
	defer os.Remove(file)
	db, err := sql.Open("duckdb", file+"?threads=2")
	require.NoError(b, err)
	defer db.Close()
	start := time.Now()
	_, err = db.Exec(fmt.Sprintf("CREATE TABLE clients AS SELECT * FROM read_csv('%s'); CHECKPOINT", path))
	require.NoError(b, err)
	return time.Since(start)
}

// BenchmarkQuery asks a one-table aggregate over a million rows, up to issued, beside the same query in the bare engine, in turns. Every
// question is a new institution's first, so nothing is replayed.
func BenchmarkQuery(b *testing.B) {
	z, path := benchZone(b), benchFile(b)
	z.benchLoad(b, path)
	file := filepath.Join(b.TempDir(), "bare.duckdb")
	db, err := sql.Open("duckdb", file+"?threads=2")
	require.NoError(b, err)
	defer db.Close()
	_, err = db.Exec(fmt.Sprintf("CREATE TABLE clients AS SELECT id, segment, region, amount::DECIMAL(12,2) AS amount FROM read_csv('%s')", path))
	require.NoError(b, err)
	const text = "SELECT segment, count(*) AS n, sum(amount) AS s FROM clients WHERE region = 3 GROUP BY segment"
	ask := []api.ApplicationDataset{{Dataset: "clients", Columns: map[string]string{"id": "x", "segment": "x", "region": "x", "amount": "x"}}}
	z.institutions(b, 200)
	var ours, bare []float64
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		drain(b, db, text)
		bare = append(bare, time.Since(start).Seconds())
		ours = append(ours, z.timed(b, i%200, ask, text).Seconds())
	}
	b.ReportMetric(median(bare)*1000, "bare-ms")
	b.ReportMetric(median(ours)*1000, "issued-ms")
	b.ReportMetric((median(ours)-median(bare))*1000, "added-ms")
}

func drain(b *testing.B, db *sql.DB, text string) {
	rows, err := db.Query(text)
	require.NoError(b, err)
	defer rows.Close()
	for rows.Next() {
	}
	require.NoError(b, rows.Err())
}

func benchZone(b *testing.B) *testZone {
	z := newTestZone(b)
	z.apply(b, z.by("provider", "bureau", "pr-001", "provider"), benchDataset)
	_, err := z.svc.ReviewDataset(context.Background(), z.by("steward", "operator", "op-004", "steward"), "clients", api.Review{Digest: z.seen(b, "clients"), Approve: true, Comment: "bench"})
	require.NoError(b, err)
	return z
}

func (z *testZone) benchLoad(b *testing.B, path string) {
	f, err := os.Open(path)
	require.NoError(b, err)
	defer f.Close()
	_, err = z.svc.LoadDataset(context.Background(), z.by("provider", "bureau", "pr-001", "provider"), "clients", f, "")
	require.NoError(b, err)
}

// timed asks once and returns the time from the call to the issue, as the gateway recorded it: the tick that hides it is left out.
func (z *testZone) timed(b *testing.B, i int, ask []api.ApplicationDataset, text string) time.Duration {
	submit := z.asInstitution(b, i, ask)
	start := time.Now()
	run := submit(text)
	require.Equal(b, "released", run.State)
	auditor := z.by("auditor", "operator", "op-003", "auditor")
	log, err := z.svc.AuditEntries(context.Background(), auditor, 0, 1)
	require.NoError(b, err)
	log, err = z.svc.AuditEntries(context.Background(), auditor, log.Size-20, 20)
	require.NoError(b, err)
	for _, raw := range slices.Backward(log.Entries) {
		var e struct {
			Action  string
			Subject string
			Time    int64
		}
		require.NoError(b, json.Unmarshal(raw, &e))
		if e.Action == "release.issue" && e.Subject == run.Release {
			return time.UnixMilli(e.Time).Sub(start)
		}
	}
	b.Fatal("the issue is not in the log")
	return 0
}
