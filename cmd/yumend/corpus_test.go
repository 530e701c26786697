//go:build !race

package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/api"
)

// pattern is one line of a corpus.
type pattern struct {
	ID         string   `json:"id"`
	SQL        sqlTexts `json:"sql"`
	Verdict    string   `json:"verdict"`
	Code       string   `json:"code"`
	OrWithhold bool     `json:"or_withhold"`
	Machine    *bool    `json:"machine"`
}

type sqlTexts []string

func (s *sqlTexts) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*s = []string{""}
		return json.Unmarshal(b, &(*s)[0])
	}
	return json.Unmarshal(b, (*[]string)(s))
}

// TestCorpus asks every pattern of the corpus through the whole gateway, each for an organization of its own, and compares what is
// released with what the engine itself says about the same rows. testdata/variants has further spellings of each class of attack and of
// question. YUMEN_CORPUS names a further file of patterns; the declarations and
// tables that lie beside it are used, or else the project's.
func TestCorpus(t *testing.T) {
	files := []string{ownCorpus, "../../testdata/variants/queries.jsonl"}
	if extra := os.Getenv("YUMEN_CORPUS"); extra != "" {
		files = append(files, filepath.SplitList(extra)...)
	}
	own, err := os.ReadFile(ownCorpus)
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(file string) bool { // the same once more says nothing
		b, err := os.ReadFile(file)
		return err == nil && file != ownCorpus && bytes.Equal(b, own)
	})
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			patterns := readPatterns(t, file)
			require.NotEmpty(t, patterns, "an empty corpus proves nothing")
			dir := filepath.Dir(file)
			for _, need := range []string{"catalog.yaml", "schema.sql"} {
				if _, err := os.Stat(filepath.Join(dir, need)); err != nil {
					dir = "../../testdata/corpus"
				}
			}
			runCorpus(t, file, dir, patterns)
		})
	}
}

func readPatterns(t testing.TB, file string) []pattern {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		file = filepath.Join(file, "queries.jsonl")
	}
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var out []pattern
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		var p pattern
		require.NoError(t, json.Unmarshal(sc.Bytes(), &p))
		out = append(out, p)
	}
	return out
}

// ownCorpus is the project's copy of the corpus.
const ownCorpus = "../../testdata/corpus/queries.jsonl"

// scenarios names the tests of the patterns that describe a scenario instead of a text, by the rule.
var scenarios = map[string]string{"PADDING": "TestDoor/channels in internal/httpapi",
	"BUDGET":    "TestNoisyChargesAreNotGivenBack in enclave",
	"PARTITION": "TestNoisyKeys in enclave/compile",
	"FLOAT":     "package enclave/noise has no floats; figures are whole numbers of a last place (TestNoisySensitivity)"}

func runCorpus(t *testing.T, file, dir string, patterns []pattern) {
	raw := rawTables(t, dir)
	var groups [][]string
	var n struct {
		Groups [][]string `json:"groups"`
	}
	b, err := os.ReadFile("../../testdata/corpus/neighbours.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &n))
	groups = n.Groups
	z := newTestZone(t)
	tables := z.loadCorpus(t, dir, raw)
	z.institutions(t, len(patterns))
	for i, p := range patterns {
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			if p.Machine != nil && !*p.Machine {
				require.True(t, p.Verdict == "rule" && (scenarios[p.Code] != "" || file != ownCorpus), "a scenario needs a test of its own")
				return
			}
			asks := z.asInstitution(t, i, tables)
			runs := make([]api.Run, len(p.SQL))
			for j, text := range p.SQL {
				runs[j] = asks(text)
			}
			checkPattern(t, p, runs, raw, groups)
		})
	}
}

// checkPattern judges the answers to one pattern by its verdict.
func checkPattern(t testing.TB, p pattern, runs []api.Run, raw *sql.DB, groups [][]string) {
	last := runs[len(runs)-1]
	for i, r := range runs {
		if r.State == "released" {
			requireTrue(t, r, p.SQL[i], raw)
		}
	}
	switch p.Verdict {
	case "refuse":
		if p.OrWithhold && last.State == "released" {
			require.Empty(t, last.Rows, "an attack may be accepted only if what it is after stays away")
			return
		}
		require.Equal(t, "refused", last.State)
		require.True(t, neighbours(groups, p.Code, string(last.Refusal.Code)), "want %s, got %s", p.Code, last.Refusal.Code)
		require.NotEmpty(t, last.Refusal.Message.Zh)
		require.NotEmpty(t, last.Refusal.Message.En)
	case "withhold":
		require.Equal(t, "released", last.State, "%+v", last.Refusal)
		require.Less(t, cellsOf(t, last), rawCells(t, p.SQL[len(runs)-1], raw), "something must be withheld")
	case "release", "release_filtered":
		require.Equal(t, "released", last.State, "%+v", last.Refusal)
		require.NotEmpty(t, last.Rows, "an analyst must be answered")
	case "same_answer":
		require.Equal(t, "released", last.State, "%+v", last.Refusal)
		sameAnswer(t, runs)
	case "rule":
		requireRule(t, p, runs, raw)
	default:
		t.Fatalf("verdict %q is not known here", p.Verdict)
	}
}

func neighbours(groups [][]string, want, got string) bool {
	if want == got {
		return true
	}
	return slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, want) && slices.Contains(g, got) })
}

// sameAnswer: several statements have equal answers, or one statement's columns are equal.
func sameAnswer(t testing.TB, runs []api.Run) {
	for _, r := range runs[1:] {
		require.Equal(t, runs[0].Rows, r.Rows)
	}
	if len(runs) > 1 {
		return
	}
	for _, row := range cells(t, runs[0]) {
		for _, v := range row[1:] {
			require.Equal(t, row[0], v)
		}
	}
}

func cells(t testing.TB, r api.Run) [][]any {
	out := [][]any{}
	for _, raw := range r.Rows {
		var row []any
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		require.NoError(t, dec.Decode(&row))
		out = append(out, row)
	}
	return out
}

func cellsOf(t testing.TB, r api.Run) int {
	n := 0
	for _, row := range cells(t, r) {
		for _, v := range row {
			if v != nil {
				n++
			}
		}
	}
	return n
}

var limitClause = regexp.MustCompile(`(?i)\s+limit\s+\d+\s*$`)

// rawAnswer is what the engine itself says, without any LIMIT.
func rawAnswer(t testing.TB, text string, raw *sql.DB) [][]any {
	rows, err := raw.Query(limitClause.ReplaceAllString(text, ""))
	require.NoError(t, err)
	defer rows.Close()
	names, err := rows.Columns()
	require.NoError(t, err)
	var out [][]any
	for rows.Next() {
		row := make([]any, len(names))
		ptrs := make([]any, len(names))
		for i := range row {
			ptrs[i] = &row[i]
		}
		require.NoError(t, rows.Scan(ptrs...))
		out = append(out, row)
	}
	require.NoError(t, rows.Err())
	return out
}

func rawCells(t testing.TB, text string, raw *sql.DB) int {
	n := 0
	for _, row := range rawAnswer(t, text, raw) {
		for _, v := range row {
			if v != nil {
				n++
			}
		}
	}
	return n
}

// requireTrue: every released row is a row of the true answer, but for values that are withheld.
func requireTrue(t testing.TB, r api.Run, text string, raw *sql.DB) {
	truth := rawAnswer(t, text, raw)
	for _, row := range cells(t, r) {
		require.True(t, slices.ContainsFunc(truth, func(want []any) bool { return agrees(row, want) }), "a released row is not in the true answer")
	}
}

func agrees(got, want []any) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if got[i] == nil {
			continue
		}
		a, b := fmt.Sprint(got[i]), canonicalRaw(want[i])
		if a == b {
			continue
		}
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		if errX != nil || errY != nil || math.Abs(x-y) > 1e-9*max(math.Abs(x), math.Abs(y), 1) {
			return false
		}
	}
	return true
}

func canonicalRaw(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.Format("2006-01-02")
	case interface{ Float64() float64 }:
		return strconv.FormatFloat(v.Float64(), 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// rawTables makes the corpus' tables in an engine of the test's own.
func rawTables(t testing.TB, dir string) *sql.DB {
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	b, err := os.ReadFile(filepath.Join(dir, "schema.sql"))
	require.NoError(t, err)
	for _, st := range strings.Split(string(b), "\n;") {
		if strings.TrimSpace(st) != "" {
			_, err := db.Exec(st)
			require.NoError(t, err)
		}
	}
	return db
}

// loadCorpus declares, approves and loads the corpus' datasets, and returns what a grant on all columns asks for.
func (z *testZone) loadCorpus(t testing.TB, dir string, raw *sql.DB) []api.ApplicationDataset {
	return z.loadDeclared(t, dir, raw, func(document string) string { return document })
}

// loadDeclared does so with every declaration changed first.
func (z *testZone) loadDeclared(t testing.TB, dir string, raw *sql.DB, change func(document string) string) []api.ApplicationDataset {
	ctx := context.Background()
	b, err := os.ReadFile(filepath.Join(dir, "catalog.yaml"))
	require.NoError(t, err)
	docs, err := catalog.DecodeDocuments(bytes.NewReader(b))
	require.NoError(t, err)
	provider := z.by("provider", "bureau", "pr-001", "provider")
	steward := z.by("steward", "operator", "op-004", "steward")
	documents := strings.Split(string(b), "\n---\n")
	for i := range documents {
		documents[i] = change(documents[i])
	}
	text := regexp.MustCompile(`(?m)^spec:\n`).ReplaceAllString(strings.Join(documents, "\n---\n"), "spec:\n  provider: bureau\n")
	z.apply(t, provider, text)
	var out []api.ApplicationDataset
	for _, d := range docs {
		ds, ok := d.Body.(*catalog.Dataset)
		require.True(t, ok)
		_, err := z.svc.ReviewDataset(ctx, steward, d.Name, api.Review{Digest: z.seen(t, d.Name), Approve: true, Comment: "corpus"})
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), d.Name+".csv")
		_, err = raw.Exec(fmt.Sprintf("COPY %s TO '%s' (HEADER)", d.Name, file))
		require.NoError(t, err)
		f, err := os.Open(file)
		require.NoError(t, err)
		_, err = z.svc.LoadDataset(ctx, provider, d.Name, f, "")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		ask := api.ApplicationDataset{Dataset: d.Name, Columns: map[string]string{}}
		for _, c := range ds.Spec.Columns {
			ask.Columns[c.Name] = "corpus"
		}
		out = append(out, ask)
	}
	return out
}
