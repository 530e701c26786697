//go:build !race

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/internal/api"
)

// noisyPromises are what the declarations of the corpus tables lack for the noisy mode: rows of an entity, and what one adds to a sum at most.
var noisyPromises = []struct{ dataset, before, after string }{
	{"enterprises", "key: [legal_rep_id]", "key: [legal_rep_id], max_rows: 1"},
	{"enterprises", "name: registered_capital,", "name: registered_capital, clip: 5000,"},
	{"tax", "key: [uscc]}", "key: [uscc], max_rows: 2}"},
	{"tax", "name: tax_paid,", "name: tax_paid, clip: 5000,"},
	{"tax", "name: arrears,", "name: arrears, clip: 1000,"},
	{"social_insurance", "key: [person_id]", "key: [person_id], max_rows: 12"},
	{"social_insurance", "key: [employer_uscc]", "key: [employer_uscc], max_rows: 48"},
	{"social_insurance", "name: base,", "name: base, clip: 7000,"},
	{"social_insurance", "name: paid,", "name: paid, clip: 600,"},
	{"court_judgments", "key: [party_uscc]", "key: [party_uscc], max_rows: 2"},
	{"court_judgments", "name: amount,", "name: amount, clip: 120000,"},
}

// noisilyPromised completes a declaration for a zone that holds real data and answers with noise.
func noisilyPromised(document string) string {
	for _, p := range noisyPromises {
		if strings.Contains(document, "metadata: {name: "+p.dataset+"}") && !strings.Contains(document, p.after) {
			document = strings.ReplaceAll(document, p.before, p.after)
		}
	}
	return strings.Replace(document, "spec:\n", `spec:
  directory: {duty: 登记, data: 登记数据, system: 登记系统, table: corpus}
  sharing: conditional
  market: ordinary
  prohibited: {national_security: false, public_interest: false, source_agreement: false, law: false}
  state_secret: false
  frequency: once
  retention: P3Y
`, 1)
}

// TestNoisyCorpus asks in a zone of Beijing every pattern of the corpus that must have one answer, and those of testdata/equal, each for an institution of its own: the
// answers are equal byte for byte, and what comes after the first costs nothing. YUMEN_CORPUS names further patterns.
func TestNoisyCorpus(t *testing.T) {
	files := []string{ownCorpus, "../../testdata/variants/queries.jsonl", "../../testdata/equal/queries.jsonl"}
	if extra := os.Getenv("YUMEN_CORPUS"); extra != "" {
		files = append(files, filepath.SplitList(extra)...)
	}
	own, err := os.ReadFile(ownCorpus)
	require.NoError(t, err)
	var patterns []pattern
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil && file != ownCorpus && bytes.Equal(b, own) {
			continue
		}
		patterns = append(patterns, readPatterns(t, file)...)
	}
	patterns = slices.DeleteFunc(patterns, func(p pattern) bool { return p.Verdict != "same_answer" })
	z := testZoneOf(t, "bj")
	dir := largerCorpus(t)
	tables := z.loadDeclared(t, dir, rawTables(t, dir), noisilyPromised)
	z.institutionsFrom(t, 0, len(patterns))
	var told atomic.Int64
	t.Run("patterns", func(t *testing.T) {
		for i, p := range patterns {
			by, grant := z.granted(t, i, tables)
			t.Run(p.ID, func(t *testing.T) {
				t.Parallel()
				if z.sameNoise(t, p, by, grant) {
					told.Add(1)
				}
			})
		}
	})
	require.Greater(t, 3*int(told.Load()), 2*len(patterns), "most answers must tell something")
}

// largerCorpus is the corpus with more people and firms, so that noise leaves something to see.
func largerCorpus(t *testing.T) string {
	dir := t.TempDir()
	for _, name := range []string{"catalog.yaml", "schema.sql"} {
		b, err := os.ReadFile(filepath.Join("../../testdata/corpus", name))
		require.NoError(t, err)
		text := strings.NewReplacer("range(1,501)", "range(1,8001)", "range(1,301)", "range(1,2401)", "i%300", "i%2400").Replace(string(b))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// sameNoise demands one answer to a pattern, charged once. It tells whether anything was shown.
func (z *testZone) sameNoise(t *testing.T, p pattern, by enclave.Principal, grant string) bool {
	var first api.Run
	spent := ""
	for j, text := range p.SQL {
		run := z.answered(t, by, grant, text)
		require.Equal(t, "noisy", run.Mode)
		if j == 0 {
			first, spent = run, z.spent(t, by)
			continue
		}
		require.Equal(t, first.Rows, run.Rows, text)
		require.Equal(t, spent, z.spent(t, by), "%s costs", text)
	}
	if len(p.SQL) == 1 {
		sameAnswer(t, []api.Run{first})
	}
	require.NotEqual(t, "[]", spent)
	return len(first.Rows) > 0
}

// spent is what a group's accounts hold.
func (z *testZone) spent(t *testing.T, p enclave.Principal) string {
	b, err := z.svc.Budget(t.Context(), p, "")
	require.NoError(t, err)
	return fmt.Sprint(b.Items)
}

// answered asks and waits; a statement that is refused or fails ends the test.
func (z *testZone) answered(t *testing.T, p enclave.Principal, grant, text string) api.Run {
	run, err := z.svc.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: text}, "")
	require.NoError(t, err)
	for end := time.Now().Add(time.Minute); run.State == "running"; time.Sleep(20 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "the run does not end")
		run, err = z.svc.Run(t.Context(), p, run.Run)
		require.NoError(t, err)
	}
	require.Equal(t, "released", run.State, "%s: %+v", text, run.Refusal)
	rel, err := z.svc.Collect(t.Context(), p, run.Release)
	require.NoError(t, err)
	run.Columns, run.Rows, err = rel.Rows()
	require.NoError(t, err)
	return run
}
