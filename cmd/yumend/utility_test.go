//go:build !race

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/egress"
	"yumen/internal/api"
	"yumen/internal/zone"
)

// inquiry is one question of an analyst, in words and in SQL.
type inquiry struct{ words, text string }

// readQuestions reads a file of questions: a comment line in words, then the statement up to its semicolon.
func readQuestions(t testing.TB, path string) []inquiry {
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(b), "\n\n")
	require.True(t, ok, "a file of questions begins with what it is about")
	var out []inquiry
	for _, part := range strings.Split(strings.TrimSpace(rest), ";\n") {
		words, text, ok := strings.Cut(strings.TrimSuffix(strings.TrimSpace(part), ";"), "\n")
		require.True(t, ok && strings.HasPrefix(words, "-- "), "%s: a question has its words first", path)
		out = append(out, inquiry{words: words[3:], text: text})
	}
	return out
}

// utility is what became of the questions to one source.
type utility struct {
	asked, answered, cells, shown int
	refused                       map[string]string // code by words
	letters                       map[egress.Letter]int
}

// TestUtility asks what banks ask, and counts what is answered. A question that is refused must be listed in
// testdata/questions/refused with its code, and no other. With YUMEN_UTILITY set the questions are run as well, each for an institution
// of its own, and the cells that are withheld are counted beside the engine's own.
func TestUtility(t *testing.T) {
	known := map[string]string{}
	b, err := os.ReadFile("../../testdata/questions/refused")
	require.NoError(t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if code, words, ok := strings.Cut(line, " "); ok {
			known[words] = code
		}
	}
	z := newTestZone(t)
	tables, raw := z.loadQuestioned(t, func(document string) string { return document })
	n, refused := 0, map[string]string{}
	for _, name := range []string{"zone", "credit", "census"} {
		questions := readQuestions(t, "../../testdata/questions/"+name+".sql")
		u := &utility{refused: map[string]string{}, letters: map[egress.Letter]int{}}
		z.institutionsFrom(t, n, len(questions))
		if os.Getenv("YUMEN_UTILITY") == "" {
			z.check(t, n, tables, questions, u)
		}
		for from := 0; from < len(questions) && os.Getenv("YUMEN_UTILITY") != ""; from += 20 {
			batch := questions[from:min(from+20, len(questions))]
			var rests []func() api.Run
			for i, q := range batch {
				rests = append(rests, z.asks(t, n+from+i, tables, q.text))
			}
			for i, q := range batch {
				z.judge(t, q, rests[i](), raw, u)
			}
		}
		n += len(questions)
		for words, code := range u.refused {
			refused[name+": "+words] = code
		}
		t.Logf("%s: %d of %d answered, %d of %d cells withheld, reasons %v", name, u.answered, u.asked, u.cells-u.shown, u.cells, u.letters)
	}
	for words, code := range refused {
		if known[words] != code {
			t.Errorf("%s %s", code, words)
		}
	}
	for words := range known {
		if refused[words] == "" {
			t.Errorf("this question is answered now, take it off the list: %s", words)
		}
	}
}

// check asks for the static verdict of every question.
func (z *testZone) check(t *testing.T, i int, tables []api.ApplicationDataset, questions []inquiry, u *utility) {
	p, grant := z.granted(t, i, tables)
	for _, q := range questions {
		v, err := z.svc.Check(context.Background(), p, api.RunRequest{Grant: grant, SQL: q.text})
		require.NoError(t, err)
		u.asked++
		if v.Allowed {
			u.answered++
		} else {
			u.refused[q.words] = string(v.Refusal.Code)
		}
	}
}

// judge counts the cells of one answer.
func (z *testZone) judge(t *testing.T, q inquiry, run api.Run, raw *sql.DB, u *utility) {
	u.asked++
	if run.State == "refused" {
		u.refused[q.words] = string(run.Refusal.Code)
		return
	}
	u.answered++
	truth := rawCells(t, q.text, raw)
	u.cells += truth
	if run.State == "released" {
		u.shown += cellsOf(t, run)
		return
	}
	require.Equal(t, "in_review", run.State)
	d, err := z.svc.ReviewDetail(context.Background(), z.by("reviewer", "bureau", "rv-001", "egress_reviewer"), run.Run)
	require.NoError(t, err)
	var report egress.Report
	require.NoError(t, json.Unmarshal(d.Report, &report))
	for _, row := range report.Leaves.Rows {
		for _, v := range row {
			if v != nil {
				u.shown++
			}
		}
	}
	for _, m := range report.Cells.Masks {
		for _, l := range m.Letters {
			u.letters[l]++
		}
	}
}

// asks submits one question for the i-th institution, and returns what waits until it rests.
func (z *testZone) asks(t *testing.T, i int, tables []api.ApplicationDataset, text string) func() api.Run {
	ctx := context.Background()
	p, grant := z.granted(t, i, tables)
	run, err := z.svc.Submit(ctx, p, api.RunRequest{Grant: grant, SQL: text}, "")
	require.NoError(t, err)
	return func() api.Run {
		for end := time.Now().Add(3 * time.Minute); run.State == "running"; time.Sleep(20 * time.Millisecond) {
			require.True(t, time.Now().Before(end), "the run does not end")
			run, err = z.svc.Run(ctx, p, run.Run)
			require.NoError(t, err)
		}
		require.NotEqual(t, "failed", run.State, text)
		if run.State == "released" {
			rel, err := z.svc.Collect(ctx, p, run.Release)
			require.NoError(t, err)
			run.Columns, run.Rows, err = rel.Rows()
			require.NoError(t, err)
		}
		return run
	}
}

// granted is the analyst of the i-th institution, with a grant on all that is there.
func (z *testZone) granted(t *testing.T, i int, tables []api.ApplicationDataset) (enclave.Principal, string) {
	ctx := context.Background()
	p := z.analyst(i)
	app, err := z.svc.SubmitApplication(ctx, p, api.Application{Scenario: "questions", Purpose: "questions", Safeguards: "questions",
		Recipients: []api.Recipient{{Organization: p.Organization}}, NotAfter: time.Now().AddDate(0, 3, 0).Unix(), Frequency: api.Frequency{Total: 1000}, Datasets: tables})
	require.NoError(t, err)
	for _, step := range app.Route {
		by := z.by("steward", "operator", "op-004", "steward")
		if strings.HasPrefix(step.Step, "provider/") {
			by = z.by("steward_b", "bureau", "pr-002", "steward")
		}
		app, err = z.svc.ReviewApplication(ctx, by, app.ID, api.Review{Version: app.Version, Approve: true, Comment: "questions"})
		require.NoError(t, err, step.Step)
	}
	return p, app.Grant
}

// loadQuestioned loads the sample zone and the two real data sets, here and into an engine of the test's own. Their declarations are changed first.
func (z *testZone) loadQuestioned(t *testing.T, change func(document string) string) ([]api.ApplicationDataset, *sql.DB) {
	raw, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	raw.SetMaxOpenConns(1)
	declared, err := zone.File("datasets.yaml")
	require.NoError(t, err)
	texts := []string{string(declared)}
	files := map[string]string{"credit": "../../testdata/data/uci-credit-card-default.csv", "census": "../../testdata/data/adult-census.csv"}
	for _, name := range []string{"credit", "census"} {
		b, err := os.ReadFile("../../testdata/zone/" + name + ".yaml")
		require.NoError(t, err)
		texts = append(texts, string(b))
	}
	dir := t.TempDir()
	require.NoError(t, sample(filepath.Join(dir, "sample"), zone.Small, demoSeed))
	var out []api.ApplicationDataset
	for _, text := range texts {
		docs, err := catalog.DecodeDocuments(strings.NewReader(text))
		require.NoError(t, err)
		provider := z.by("provider", "bureau", "pr-001", "provider")
		for _, d := range docs {
			ds, ok := d.Body.(*catalog.Dataset)
			require.True(t, ok)
			if d.Name == "loans" {
				continue // grade 4
			}
			file := files[d.Name]
			if file == "" {
				file = filepath.Join(dir, "sample", d.Name+".csv")
			}
			z.apply(t, provider, change(documentOf(text, d.Name, ds.Spec.Provider)))
			out = append(out, z.loadFile(t, provider, d.Name, file, ds))
			asTable(t, raw, d.Name, file, ds)
		}
	}
	return out, raw
}

// documentOf is one document of several, with another provider.
func documentOf(text, name, provider string) string {
	for _, part := range strings.Split(text, "\n---\n") {
		if strings.Contains(part, "metadata: {name: "+name+"}") {
			return strings.Replace(part, "provider: "+provider, "provider: bureau", 1)
		}
	}
	return ""
}

func (z *testZone) loadFile(t *testing.T, provider enclave.Principal, name, file string, ds *catalog.Dataset) api.ApplicationDataset {
	ctx := context.Background()
	_, err := z.svc.ReviewDataset(ctx, z.by("steward", "operator", "op-004", "steward"), name, api.Review{Digest: z.seen(t, name), Approve: true, Comment: "questions"})
	require.NoError(t, err)
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	_, err = z.svc.LoadDataset(ctx, provider, name, f, "")
	require.NoError(t, err)
	ask := api.ApplicationDataset{Dataset: name, Columns: map[string]string{}}
	for _, c := range ds.Spec.Columns {
		if len(c.Roles) != 1 || !c.Has(catalog.RoleIdentifier) {
			ask.Columns[c.Name] = "questions"
		}
	}
	return ask
}

func asTable(t *testing.T, raw *sql.DB, name, file string, ds *catalog.Dataset) {
	var columns []string
	for _, c := range ds.Spec.Columns {
		typ := string(c.Type)
		if _, scale, decimal := strings.Cut(typ, ","); decimal {
			typ = "DECIMAL(38," + scale // the bare engine multiplies shorter ones in 64 bits and fails
		}
		columns = append(columns, fmt.Sprintf("%q::%s AS %q", c.Name, typ, c.Name))
	}
	_, err := raw.Exec(fmt.Sprintf("CREATE TABLE %s AS SELECT %s FROM read_csv('%s', all_varchar = true, header = true)", name, strings.Join(columns, ", "), file))
	require.NoError(t, err)
}
