package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
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
	"yumen/enclave"
	"yumen/internal/api"
	"yumen/sandbox/sandboxtest"
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

// testZone is a zone of jurisdiction lab with a real store and real workers. Principals are made by hand: what is tested here is what
// a question may do, not who may log in.
type testZone struct {
	svc   *enclave.Service
	admin enclave.Principal
}

func newTestZone(t testing.TB) *testZone {
	return testZoneOf(t, "lab")
}

func testZoneOf(t testing.TB, jurisdiction string) *testZone {
	t.Setenv("YUMEN_WORKER", sandboxtest.Worker(t))
	dir := filepath.Join(t.TempDir(), "zone")
	ctx := context.Background()
	_, err := initZone(ctx, initOptions{dir: dir, admin: "administrator", person: "op-001", organization: "operator", jurisdiction: jurisdiction, password: "correct horse battery"})
	require.NoError(t, err)
	g, err := build(ctx, dir, defaults(dir), slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn})))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.close(context.Background())) })
	return officials(t, g.service)
}

// officials names the officers of a new zone, and a bank with its analyst.
func officials(t testing.TB, svc *enclave.Service) *testZone {
	z := &testZone{svc: svc, admin: enclave.Principal{Account: "administrator", Person: "op-001", Organization: "operator", LegalGroup: "operator", Role: "administrator"}}
	z.apply(t, z.admin, account("security", "operator", "op-002", "security_administrator")+"---\n"+
		organization("bureau", "provider", "")+"---\n"+organization("bank", "institution", "bank"))
	z.apply(t, z.admin, account("steward", "operator", "op-004", "steward")+"---\n"+account("provider", "bureau", "pr-001", "provider")+"---\n"+account("analyst", "bank", "an-001", "analyst"))
	z.apply(t, z.by("security", "operator", "op-002", "security_administrator"),
		account("steward", "operator", "op-004", "steward")+"---\n"+account("provider", "bureau", "pr-001", "provider")+"---\n"+account("analyst", "bank", "an-001", "analyst"))
	return z
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

func (z *testZone) by(account, org, person, role string) enclave.Principal {
	return enclave.Principal{Account: account, Person: person, Organization: org, LegalGroup: org, Role: role}
}

func (z *testZone) apply(t testing.TB, p enclave.Principal, docs string) {
	_, err := z.svc.Apply(context.Background(), p, api.Apply{Documents: docs})
	require.NoError(t, err)
}

func organization(name, typ, group string) string {
	extra := ""
	if group != "" {
		extra = ", legalGroup: " + group + ", admitted: true"
	}
	return fmt.Sprintf("apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: %s}\nspec: {title: {zh: 机构, en: Organization}, type: %s%s}\n", name, typ, extra)
}

func account(name, org, person, role string) string {
	return fmt.Sprintf("apiVersion: yumen/v1\nkind: Account\nmetadata: {name: %s}\nspec: {organization: %s, person: %s, role: %s, title: {zh: 职务, en: Duty}}\n", name, org, person, role)
}

// loadCorpus declares, approves and loads the corpus' datasets, and returns what a grant on all columns asks for.
func (z *testZone) loadCorpus(t testing.TB, dir string, raw *sql.DB) []api.ApplicationDataset {
	ctx := context.Background()
	b, err := os.ReadFile(filepath.Join(dir, "catalog.yaml"))
	require.NoError(t, err)
	docs, err := catalog.DecodeDocuments(bytes.NewReader(b))
	require.NoError(t, err)
	provider := z.by("provider", "bureau", "pr-001", "provider")
	steward := z.by("steward", "operator", "op-004", "steward")
	text := regexp.MustCompile(`(?m)^spec:\n`).ReplaceAllString(string(b), "spec:\n  provider: bureau\n")
	z.apply(t, provider, text)
	var out []api.ApplicationDataset
	for _, d := range docs {
		ds, ok := d.Body.(*catalog.Dataset)
		require.True(t, ok)
		_, err := z.svc.ReviewDataset(ctx, steward, d.Name, api.Review{Approve: true, Comment: "corpus"})
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

// institutions declares one organization a pattern, each a legal group of its own.
func (z *testZone) institutions(t testing.TB, n int) {
	for from := 0; from < n; from += 100 {
		var docs []string
		for i := from; i < min(n, from+100); i++ {
			name := fmt.Sprintf("bank%d", i)
			docs = append(docs, organization(name, "institution", name))
		}
		z.apply(t, z.admin, strings.Join(docs, "---\n"))
	}
}

// institution is the analyst of the i-th institution, with a grant on all columns.
func (z *testZone) institution(t testing.TB, i int, tables []api.ApplicationDataset) (p enclave.Principal, grant string) {
	ctx := context.Background()
	name := fmt.Sprintf("bank%d", i)
	p = enclave.Principal{Account: "analyst", Person: "an-001", Organization: name, LegalGroup: name, Role: "analyst"}
	app, err := z.svc.SubmitApplication(ctx, p, api.Application{Scenario: "corpus", Purpose: "corpus", Datasets: tables})
	require.NoError(t, err)
	app, err = z.svc.ReviewApplication(ctx, z.by("steward", "operator", "op-004", "steward"), app.ID, api.Review{Approve: true, Comment: "corpus"})
	require.NoError(t, err)
	return p, app.Grant
}

// asInstitution returns a function by which the i-th institution asks under a grant on all columns.
func (z *testZone) asInstitution(t testing.TB, i int, tables []api.ApplicationDataset) func(string) api.Run {
	ctx := context.Background()
	p, grant := z.institution(t, i, tables)
	return func(text string) api.Run {
		run, err := z.svc.Submit(ctx, p, api.RunRequest{Grant: grant, SQL: text}, "")
		require.NoError(t, err)
		for end := time.Now().Add(time.Minute); run.State == "running"; time.Sleep(20 * time.Millisecond) {
			require.True(t, time.Now().Before(end), "the run does not end")
			run, err = z.svc.Run(ctx, p, run.Run)
			require.NoError(t, err)
		}
		require.NotEqual(t, "failed", run.State)
		if run.State == "released" {
			rel, err := z.svc.Collect(ctx, p, run.Release)
			require.NoError(t, err)
			run.Columns, run.Rows, err = rel.Rows()
			require.NoError(t, err)
		}
		return run
	}
}
