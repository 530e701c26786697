//go:build nightly

package worker_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// told is one report of how far a load is.
type told struct {
	percent int
	at      time.Duration
}

// What a load says of how far it is differs from the share of its time that has passed by no more than ten percent: in the middle one
// of five loads, for a machine may do something else in one.
func TestProgressIsRight(t *testing.T) {
	for name, shape := range shapes(t, 1_000_000) {
		t.Run(name, func(t *testing.T) {
			source, spec := shape()
			var off []float64
			for range 5 {
				off = append(off, offBy(follow(t, source, spec)))
			}
			t.Logf("off by %.0f", off)
			slices.Sort(off)
			require.LessOrEqual(t, off[2], 10.0)
		})
	}
}

// shapes are loads whose parts cost very different shares of the whole.
func shapes(t testing.TB, rows int) map[string]func() ([]byte, catalog.DatasetSpec) {
	plain := func() ([]byte, catalog.DatasetSpec) { return contributions(rows) }
	public := func() ([]byte, catalog.DatasetSpec) {
		csv, spec := contributions(rows)
		spec.Entities, spec.Public = nil, true
		spec.Columns[0].Roles, spec.Columns[1].Roles = spec.Columns[6].Roles, spec.Columns[6].Roles
		return csv, spec
	}
	anonymous := func() ([]byte, catalog.DatasetSpec) {
		csv, spec := public()
		spec.Entities, spec.Public = []catalog.Entity{{Type: "person", Rows: true}}, false
		return csv, spec
	}
	wide := func() ([]byte, catalog.DatasetSpec) {
		var b bytes.Buffer
		spec := catalog.DatasetSpec{Entities: []catalog.Entity{{Type: "person", Key: []string{"c0"}, Unique: true}}}
		for c := range 40 {
			fmt.Fprintf(&b, "%sc%d", map[bool]string{true: ","}[c > 0], c)
			col := catalog.Column{Name: fmt.Sprintf("c%d", c), Type: "BIGINT", Roles: []catalog.Role{catalog.RoleDimension}}
			if c == 0 {
				col.Roles = []catalog.Role{catalog.RoleEntityKey}
			}
			spec.Columns = append(spec.Columns, col)
		}
		for i := range rows / 4 {
			fmt.Fprintf(&b, "\n%d", i)
			for c := range 39 {
				fmt.Fprintf(&b, ",%d", i*(c+31)%9973)
			}
		}
		b.WriteByte('\n')
		return b.Bytes(), spec
	}
	zipped := func() ([]byte, catalog.DatasetSpec) {
		csv, spec := contributions(rows)
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(csv)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.Bytes(), spec
	}
	lines := func() ([]byte, catalog.DatasetSpec) {
		csv, spec := contributions(rows)
		return copied(t, csv, "json"), spec
	}
	parquet := func() ([]byte, catalog.DatasetSpec) {
		csv, spec := contributions(rows)
		return copied(t, csv, "parquet"), spec
	}
	return map[string]func() ([]byte, catalog.DatasetSpec){"two entities": plain, "public": public, "row is an entity": anonymous, "wide": wide,
		"gzip": zipped, "JSON lines": lines, "Parquet": parquet}
}

// copied is a CSV text in another format.
func copied(t testing.TB, csv []byte, format string) []byte {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.csv"), filepath.Join(dir, "out")
	require.NoError(t, os.WriteFile(in, csv, 0o600))
	run(t, "COPY (SELECT * FROM read_csv('"+in+"')) TO '"+out+"' (FORMAT "+format+")")
	b, err := os.ReadFile(out)
	require.NoError(t, err)
	return b
}

// follow loads a source and returns what it told, with the time that the load took.
func follow(t testing.TB, source []byte, spec catalog.DatasetSpec) (all []told, total time.Duration) {
	keys := map[string][32]byte{}
	for _, e := range spec.Entities {
		keys[e.Type] = sandboxtest.Key(e.Type)
	}
	sealed := sandboxtest.Seal(t, source)
	r := sandboxtest.Runner(t)
	start := time.Now()
	_, err := r.Ingest(t.Context(), sandbox.IngestSpec{Declaration: spec, Source: sealed, Keys: keys, Query: io.Discard, Identity: io.Discard,
		Progress: func(p int) { all = append(all, told{p, time.Since(start)}) }})
	require.NoError(t, err)
	return all, time.Since(start)
}

// offBy is the largest difference between what a load told and the share of its time that had passed, in percent: also just before
// each report, when the one before still stood.
func offBy(all []told, total time.Duration) float64 {
	worst, last := 0.0, 0
	for _, r := range append(all, told{100, total}) {
		passed := 100 * r.at.Seconds() / total.Seconds()
		worst = max(worst, math.Abs(passed-float64(last)))
		if last = r.percent; r.percent < 100 {
			worst = max(worst, math.Abs(passed-float64(last)))
		}
	}
	return worst
}
