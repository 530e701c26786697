package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/locale"
)

func TestExitCodes(t *testing.T) {
	for kind, code := range map[client.Kind]int{
		client.KindUnauthenticated: 3, client.KindForbidden: 3, client.KindNotFound: 3, client.KindConflict: 3, client.KindInvalid: 3,
		client.KindTooLarge: 3, client.KindRefused: 3, client.KindQuarantined: 3, client.KindExecutionFailed: 5,
		client.KindUnavailable: 7, client.KindInternal: 1,
	} {
		require.Equal(t, code, codeOf(fmt.Errorf("call: %w", &client.Error{Kind: kind})), kind)
	}
	require.Equal(t, 0, codeOf(nil))
	require.Equal(t, 1, codeOf(errors.New("anything else")))
	require.Equal(t, 1, codeOf(client.ErrProtocol))
	require.Equal(t, 7, codeOf(fmt.Errorf("call: %w", client.ErrUnreachable)))
	require.Equal(t, 4, codeOf(done(exitWaiting)))
	require.NoError(t, done(exitOK))
}

// commands walks every command of ours.
func commands(c *cobra.Command, visit func(*cobra.Command)) {
	for _, sub := range c.Commands() {
		visit(sub)
		commands(sub, visit)
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, lang := range []locale.Language{locale.En, locale.Zh} {
		root := (&app{lang: lang}).root()
		commands(root, func(c *cobra.Command) {
			require.NotEmpty(t, c.Short, c.CommandPath())
			require.NotEmpty(t, c.Example, c.CommandPath())
			c.LocalFlags()
		})
	}
	b := newBench(t)
	require.Equal(t, exitOK, b.do("audit", "verify", "--help", "--lang", "zh"))
	require.Contains(t, b.out, "例子:\n  yumen audit verify")
	require.Equal(t, exitOK, b.do("completion", "bash"))
	require.Equal(t, exitOK, b.do("version", "-o", "json"))
	require.Contains(t, b.out, `"go":"go`)
}

func TestUsage(t *testing.T) {
	b := newBench(t)
	for _, args := range [][]string{
		{"nonsense"}, {"query", "nonsense"}, {"whoami", "extra"}, {"get"}, {"get", "Teapot"}, {"--lang", "fr", "version"}, {"version", "-o", "xml"},
		{"dataset", "review", "d", "--comment", "c"}, {"dataset", "review", "d", "--comment", "c", "--approve", "--reject"}, {"audit", "show", "-1"},
		{"audit", "tail", "--lines", "0"}, {"apply"}, {"release", "download", "rel_1"}, {"review", "vote", testRun, "--return", "--comment", "c"},
	} {
		require.Equal(t, exitUsage, b.do(args...), args)
		require.Contains(t, b.err, "yumen: error: ", args)
		require.Contains(t, b.err, "yumen: hint: ", args)
	}
	require.Equal(t, exitOK, b.do("query"), "a group alone prints its help")
}

func TestApply(t *testing.T) {
	b, g := loggedIn(t)
	file := b.file("accounts.yaml", "kind: Account\n")
	g.answer("POST /v1/apply", 200, api.ApplyResult{Results: []api.ApplyOutcome{
		{Kind: "Account", Name: "ann", Outcome: "created", ActivationCode: "c0de"},
		{Kind: "Dataset", Name: "credit", Outcome: "changed", Diff: []string{"-grade: 1", "+grade: 2"}},
	}})
	require.Equal(t, exitOK, b.do("apply", "-f", file))
	require.Contains(t, b.out, "c0de")
	require.Contains(t, b.out, "Dataset/credit\n-grade: 1\n+grade: 2\n")
	require.JSONEq(t, `{"documents":"kind: Account\n"}`, g.bodies[len(g.bodies)-1])

	g.answer("POST /v1/apply", 200, api.ApplyResult{Results: []api.ApplyOutcome{{Kind: "Account", Name: "ann", Outcome: "pending"}}})
	require.Equal(t, exitWaiting, b.do("apply", "-f", file, "-o", "json"))
	require.Equal(t, exitOK, b.do("apply", "-f", file, "--dry-run"))
	require.Contains(t, g.bodies[len(g.bodies)-1], `"dry_run":true`)
	require.Contains(t, b.err, "nothing was changed")
}

func TestLoadAndQuarantine(t *testing.T) {
	b, g := loggedIn(t)
	file := b.file("credit.csv", "id,limit\n1,2\n")
	whole := api.Upload{ID: "snap_1-upload", State: "receiving", Size: 13, PartBytes: 1 << 20}
	g.answer("POST /v1/datasets/credit/uploads", 201, whole)
	whole.Received = whole.Size
	g.answer("PUT /v1/uploads/snap_1-upload", 200, whole)
	g.answer("DELETE /v1/uploads/snap_1-upload", 204, nil)
	g.answer("POST /v1/uploads/snap_1-upload/finish", 201, api.Snapshot{ID: "snap_1", Dataset: "credit", State: "loaded", Rows: 1, Report: &api.QualityReport{
		Columns: []api.ColumnQuality{{Name: "limit", Nulls: 7}}, Entities: []api.EntityQuality{{Type: "person", Distinct: 1, MaxRows: 1}}}})
	b.terminal = true
	require.Equal(t, exitOK, b.do("dataset", "load", "credit", file), b.err)
	require.Contains(t, b.err, "100%")
	require.Contains(t, b.out, "snap_1")
	require.Contains(t, b.out, "limit   7")
	require.Contains(t, g.bodies, "id,limit\n1,2\n")
	require.Contains(t, strings.Join(g.bodies, "\n"), `"digest":"sha256:`)
	b.terminal = false
	require.Equal(t, exitOK, b.do("dataset", "load", "credit", file))
	require.Empty(t, b.err, "no bar when nobody looks")

	g.refuse("POST /v1/uploads/snap_1-upload/finish", 422, api.Problem{Kind: "quarantined", Faults: []api.Fault{{Row: 3, Column: "limit", Rule: "bounds"}, {Column: "age", Rule: "missing"}}})
	require.Equal(t, exitDenied, b.do("dataset", "load", "credit", file))
	require.Equal(t, "ROW  COLUMN  RULE\n3    limit   bounds\n-    age     missing\n", b.out)
	require.Equal(t, exitDenied, b.do("dataset", "load", "credit", file, "-o", "json"))
	require.JSONEq(t, `{"dataset":"credit","state":"quarantined","faults":[{"row":3,"column":"limit","rule":"bounds"},{"row":0,"column":"age","rule":"missing"}]}`, b.out)
	require.Equal(t, exitUsage, b.do("dataset", "load", "credit", t.TempDir()))
}

func TestApplicationFile(t *testing.T) {
	got, err := parseApplication([]byte(`
scenario: inclusive credit
purpose: risk model
datasets:
- dataset: credit
  columns: {limit: the target, sex: fairness check}
- dataset: persons
  columns: [district]
  row_scope: [{column: district, values: [D1]}]
methods: [count]
not_before: 2027-04-01
not_after: 2027-04-30
`))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"limit": "the target", "sex": "fairness check"}, got.Datasets[0].Columns)
	require.Equal(t, map[string]string{"district": "risk model"}, got.Datasets[1].Columns, "what has no reason of its own is needed for the purpose")
	require.Equal(t, []api.ScopeTerm{{Column: "district", Values: []string{"D1"}}}, got.Datasets[1].RowScope)
	require.Equal(t, time.Date(2027, 3, 31, 16, 0, 0, 0, time.UTC).Unix(), got.NotBefore)
	require.Equal(t, time.Date(2027, 4, 30, 16, 0, 0, 0, time.UTC).Unix(), got.NotAfter, "the last day counts whole")

	got, err = parseApplication([]byte("scenario: a\nnot_before: 2027-04-01T00:00:00Z\n"))
	require.NoError(t, err)
	require.Equal(t, time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC).Unix(), got.NotBefore)
	require.Zero(t, got.NotAfter, "the gateway fills it in")
	for _, bad := range []string{"", "scenari: a", "not_after: soon", "not_before: 2027-05-01\nnot_after: 2027-04-01", "scenario: a\n---\nscenario: b", "datasets: [{dataset: d, columns: 3}]"} {
		_, err := parseApplication([]byte(bad))
		require.Equal(t, exitUsage, codeOf(err), bad)
	}
}

func bundle(t *testing.T, names ...string) http.HandlerFunc {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, n := range names {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: n, Typeflag: tar.TypeReg, Size: 1}))
		_, err := w.Write([]byte("x"))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b.Bytes()) }
}

func TestDownload(t *testing.T) {
	b, g := loggedIn(t)
	out := filepath.Join(t.TempDir(), "bundle")
	g.routes["GET /v1/releases/rel_1/bundle"] = bundle(t, "receipt.json", "data.csv")
	require.Equal(t, exitOK, b.do("release", "download", "rel_1", "--out", out), b.err)
	require.FileExists(t, filepath.Join(out, "data.csv"))
	require.Equal(t, exitUsage, b.do("release", "download", "rel_1", "--out", out))
	require.Contains(t, b.err, "--force")
	require.Equal(t, exitOK, b.do("release", "download", "rel_1", "--out", out, "--force"))
	g.routes["GET /v1/releases/rel_1/bundle"] = bundle(t, "../../evil")
	require.Equal(t, exitNotGenuine, b.do("release", "download", "rel_1", "--out", out+"2"))
	require.NoDirExists(t, out+"2")
	require.Equal(t, exitNotGenuine, b.do("receipt", "verify", out), "files without a receipt are not genuine")
	require.Equal(t, exitUsage, b.do("receipt", "verify", out+"2"))
}

func TestGetAndDelete(t *testing.T) {
	b, g := loggedIn(t)
	r := api.Resource{Kind: "Dataset", Name: "credit", State: "approved", Version: 2, Spec: []byte(`{"title":{"zh":"信用","en":"Credit"}}`)}
	g.answer("GET /v1/resources/Dataset", 200, api.Resources{Items: []api.Resource{r}})
	g.answer("GET /v1/resources/Dataset/credit", 200, r)
	g.answer("DELETE /v1/resources/Dataset/credit", 204, nil)
	require.Equal(t, exitOK, b.do("get", "datasets"))
	require.Contains(t, b.out, "approved")
	require.Equal(t, exitOK, b.do("get", "dataset", "credit"))
	require.Contains(t, b.out, "title:\n  zh: 信用\n  en: Credit\n")
	require.Equal(t, exitOK, b.do("delete", "Dataset", "credit"))
	require.Equal(t, exitDenied, b.do("get", "dataset", "nope"))

	// What is withdrawn from use is there for who holds a grant on it, without its declaration.
	shut := api.Resource{Kind: "Dataset", Name: "shut", State: "approved", Seal: &api.Seal{State: "sealed", Since: 1800000000000}}
	g.answer("GET /v1/resources/Dataset", 200, api.Resources{Items: []api.Resource{r, shut}})
	g.answer("GET /v1/resources/Dataset/shut", 200, shut)
	require.Equal(t, exitOK, b.do("get", "dataset", "shut"))
	require.Contains(t, b.out, "sealed")
	require.Equal(t, exitDenied, b.do("get", "dataset", "shut", "--declaration"))
	require.Equal(t, exitDenied, b.do("dataset", "synthesize", "shut", "--rows", "10", "--out", filepath.Join(t.TempDir(), "twin.csv")), b.err)
	require.Equal(t, exitOK, b.do("dataset", "export", "--exchange", filepath.Join(t.TempDir(), "catalog.json")), b.err)
}

func TestAuditTailAndShow(t *testing.T) {
	b, g := loggedIn(t)
	g.routes["GET /v1/audit/entries"] = func(w http.ResponseWriter, r *http.Request) {
		from := r.URL.Query().Get("from")
		_, _ = fmt.Fprintf(w, `{"size":30,"entries":[{"v":1,"seq":%s,"time":1800000000000,"action":"query.run","actor":{"account":"ann","role":"analyst"},"subject":"%s","outcome":"accepted"}]}`, from, testRun)
	}
	require.Equal(t, exitOK, b.do("audit", "tail", "-n", "5"))
	require.Contains(t, b.out, "25 ", "the last five of thirty begin at 25")
	require.Contains(t, b.out, "query.run")
	require.Equal(t, exitOK, b.do("audit", "show", "7"))
	require.Contains(t, b.out, "seq: 7\n")
	g.answer("GET /v1/audit/entries", 200, api.AuditEntries{Size: 30})
	require.Equal(t, exitDenied, b.do("audit", "show", "30"))
}

func TestKeysExport(t *testing.T) {
	b, _ := loggedIn(t)
	require.Equal(t, exitOK, b.do("keys", "export"))
	_, err := keysOf([]byte(b.out))
	require.NoError(t, err)
	out := filepath.Join(t.TempDir(), "keys.json")
	require.Equal(t, exitOK, b.do("keys", "export", "--out", out))
	require.Equal(t, exitUsage, b.do("keys", "export", "--out", out), "nothing is overwritten")
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	_, err = keysOf(text)
	require.NoError(t, err)
}

// TestEveryCommandHasAScript keeps the end-to-end scripts complete: a command that no script runs is not known to work.
func TestEveryCommandHasAScript(t *testing.T) {
	scripts, err := filepath.Glob("../../testdata/script/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	var all strings.Builder
	for _, s := range scripts {
		b, err := os.ReadFile(s)
		require.NoError(t, err)
		all.Write(b)
	}
	commands((&app{}).root(), func(c *cobra.Command) {
		if c.HasSubCommands() {
			return
		}
		called := strings.ReplaceAll(c.CommandPath(), " ", `(?: --\w+ \S+)* `)
		require.Regexp(t, `(?m)^(?:exits|eventually|!|exec).* `+called+`(?: |$)`, all.String(), c.CommandPath())
	})
}
