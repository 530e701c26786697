package telemetry_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/httpapi"
	"yumen/internal/telemetry"
	"yumen/sandbox"
)

// watched is a zone whose gateway is measured, with its door.
type watched struct {
	*enclavetest.Zone
	t     *testing.T
	tel   *telemetry.Telemetry
	door  string
	grant string
	by    enclave.Principal
}

func watch(t *testing.T, tel *telemetry.Telemetry) *watched {
	w := &watched{t: t, tel: tel, by: enclavetest.As("analyst_a")}
	w.Zone = enclavetest.New(t, func(c *enclave.Config) {
		c.Store, c.Decider, c.Runner = tel.Store(c.Store), tel.Decider(c.Decider), tel.Runner(c.Runner)
	})
	require.NoError(t, tel.Watch(telemetry.Source{Figures: func(ctx context.Context) (enclave.Figures, error) { return w.Service.Figures(ctx) },
		Backup: func() (time.Time, bool) { return time.Unix(1770000000, 0), true }, Level: "full", Workers: 2,
		Warm: func() map[string]sandbox.WarmFigures {
			return map[string]sandbox.WarmFigures{"parse": {Idle: 3, Hits: 5, Misses: 7}, "run": {Idle: 11, Hits: 13, Misses: 17}}
		}}))
	srv := httptest.NewServer(httpapi.New(httpapi.Config{Service: w.Service, Log: enclavetest.Logger(t), MaxUpload: 1 << 20, Version: "test", Observer: tel}))
	t.Cleanup(srv.Close)
	w.door = srv.URL
	w.grant = w.Grant(t, w.by)
	return w
}

// scrape is what Prometheus would read.
func (w *watched) scrape() string {
	w.t.Helper()
	out := httptest.NewRecorder()
	w.tel.Handler().ServeHTTP(out, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(w.t, http.StatusOK, out.Code)
	return out.Body.String()
}

// get asks the door.
func (w *watched) get(path string) int {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.door+path, nil)
	require.NoError(w.t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(w.t, err)
	return resp.StatusCode
}

func (w *watched) submit(sql string) string {
	w.t.Helper()
	run, err := w.Service.Submit(w.t.Context(), w.by, api.RunRequest{Grant: w.grant, SQL: sql}, "")
	require.NoError(w.t, err)
	return run.Run
}

const byCity = "SELECT city, count(*) AS n FROM clients GROUP BY city"

func TestMetrics(t *testing.T) {
	w := watch(t, telemetry.New("v9", nil))
	require.Equal(t, http.StatusOK, w.get("/v1/health/ready"))
	require.Equal(t, http.StatusUnauthorized, w.get("/v1/runs/secret-name?token=secret-value"))
	require.Equal(t, http.StatusNotFound, w.get("/secret-address"))
	_, err := w.Service.Login(t.Context(), api.Login{User: "secret-user", Password: "secret-password"}, "")
	require.Error(t, err)
	check, err := w.Service.Check(t.Context(), w.by, api.RunRequest{Grant: w.grant, SQL: "SELECT * FROM clients"})
	require.NoError(t, err)
	require.Equal(t, "STAR", string(check.Refusal.Code))
	require.Equal(t, "refused", w.Ask(t, w.by, w.grant, "SELECT nobody FROM clients").State)
	require.Equal(t, "released", w.Ask(t, w.by, w.grant, byCity).State)
	rows := enclavetest.ClientRows()
	w.Load(t, "clients", rows)
	text := w.scrape()
	for _, line := range []string{
		`yumen_build_info{go_version="go`, `yumen_isolation_info{level="full"} 1`, `yumen_workers_limit 2`,
		`yumen_http_requests_total{method="GET",route="/v1/health/ready",status="200"} 1`,
		`yumen_http_requests_total{method="GET",route="/v1/runs/{id}",status="401"} 1`,
		`yumen_http_requests_total{method="-",route="-",status="404"} 1`,
		`yumen_http_request_seconds_count{route="/v1/health/ready"} 1`,
		`yumen_sessions_opened_total{outcome="denied"} 1`,
		`yumen_refusals_total{code="STAR"} 1`, `yumen_refusals_total{code="UNKNOWN_COLUMN"} 1`,
		`yumen_runs_total{state="released"} 1`, `yumen_runs_total{state="refused"} 1`, `yumen_runs_total{state="running"} 1`, `yumen_runs_open{state="running"} 0`,
		`yumen_runs_queued 0`, `yumen_ingest_batches_total{outcome="loaded"} 1`, `yumen_workers_running{job="parse"} 0`,
		`yumen_policy_decisions_total{action="query.run",outcome="allowed"} 1`, `yumen_backup_last_timestamp_seconds 1.77e+09`, `yumen_store_up 1`,
		`yumen_snapshot_cache_limit_bytes 2.147483648e+09`,
	} {
		require.Contains(t, text, line)
	}
	require.Regexp(t, `(?m)^yumen_audit_append_seconds_count [1-9]`, text)
	require.Regexp(t, `(?m)^yumen_audit_entries [1-9]`, text)
	require.Regexp(t, `(?m)^yumen_snapshot_cache_bytes [1-9]`, text)
	require.Regexp(t, `(?m)^yumen_ingest_rows_total [1-9]`, text)
	require.Regexp(t, `(?m)^yumen_ingest_bytes_total [1-9]`, text)
	lint(t, text)
}

// labels is every label there is, with the form of its values. Each is a closed list, or of one value.
var labels = map[string]string{
	"version": `v9`, "go_version": `go[\w.]+`, "level": `full|floor`, "start": `warm|cold`, "method": `-|GET|POST|DELETE`, "route": `-|/healthz|/openapi(-3\.0)?\.(json|yaml)|/v1/[a-z/{}-]+`, "status": `[1-5]\d\d`,
	"job": `parse|ingest|suggest`, "reason": `timeout|capacity|cancelled|broken`, "outcome": `ok|failed|cancelled|allowed|refused|loaded|quarantined|opened|denied`,
	"code": `[A-Z_]{2,26}`, "action": `[a-z_]+\.[a-z_]+`, "state": `[a-z_]+`, "le": `[\d.e+-]+|\+Inf`,
}

// lint holds a scrape to the naming rules that promtool checks, and to ours: a closed list of labels, nothing that anybody chose.
func lint(t *testing.T, text string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	require.NoError(t, err)
	require.Empty(t, problems)
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, "#") {
			require.Regexp(t, `^# (TYPE yumen_\w+ \w+|HELP yumen_\w+ [A-Z].*\.)$`, line)
			continue
		}
		require.Regexp(t, `^yumen_\w+(\{[^ ]*\})? [\d.e+-]+$`, line)
		for _, m := range regexp.MustCompile(`(\w+)="([^"]*)"`).FindAllStringSubmatch(line, -1) {
			require.Contains(t, labels, m[1], line)
			require.Regexp(t, "^("+labels[m[1]]+")$", m[2], line)
		}
	}
	for _, told := range []string{"secret", "analyst_a", "bank_a", "clients", "grant_", "run_0", "rel_0"} {
		require.NotContains(t, text, told)
	}
}

// sizes leaves out what the public checkpoint tells as well: how long the log is.
func sizes(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.HasPrefix(line, "yumen_audit_entries ") })
}

// What goes on inside a run shows in no figure: neither that it ended, nor how, nor what was withheld.
func TestNothingShowsBeforeTheTick(t *testing.T) {
	for name, disturb := range map[string]func(*watched){
		"released": func(*watched) {},
		"fails":    func(w *watched) { w.Runner.FailRuns(true) },
		"half-way": func(w *watched) { w.Runner.FailPosts(true) },
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, telemetry.New("v9", nil))
			disturb(w)
			release := w.Runner.Hold()
			id := w.submit(byCity)
			before := w.scrape()
			require.Contains(t, before, `yumen_runs_open{state="running"} 1`)
			release()
			w.Executed(t, id)
			require.Equal(t, sizes(before), sizes(w.scrape()))
			w.Clock.Advance(time.Minute)
			after := w.scrape()
			require.Contains(t, after, `yumen_runs_open{state="running"} 0`)
			if name == "released" {
				require.Contains(t, after, `yumen_runs_total{state="released"} 1`)
			} else {
				require.Contains(t, after, `yumen_runs_total{state="failed"} 1`)
			}
		})
	}
}

// Two questions of one shape, one of which loses a cell, leave the same figures but for what time took.
func TestWithheldCellsShowInNoFigure(t *testing.T) {
	counts := func(segment string) (string, []string) {
		w := watch(t, telemetry.New("v9", nil))
		answer := w.Ask(t, w.by, w.grant, "SELECT city, count(*) AS n FROM clients WHERE segment = '"+segment+"' GROUP BY city")
		return enclavetest.Text(answer), slices.DeleteFunc(strings.Split(w.scrape(), "\n"), func(line string) bool {
			return strings.Contains(line, "_seconds_sum") || strings.Contains(line, "_seconds_bucket")
		})
	}
	full, one := counts("c")
	empty, other := counts("d")
	require.Equal(t, "released []", empty)
	require.NotEqual(t, full, empty)
	require.Equal(t, one, other)
}

func TestRestartKeepsWhatIsOpen(t *testing.T) {
	w := watch(t, telemetry.New("v9", nil))
	require.Equal(t, "in_review", w.Ask(t, w.by, w.grant, "SELECT heard, count(*) AS n FROM cases GROUP BY heard").State)
	w.Restart(t)
	text := w.scrape()
	require.Contains(t, text, `yumen_runs_open{state="in_review"} 1`)
	require.Contains(t, text, `yumen_runs_total{state="in_review"} 0`, "it was counted by the process before")
}

// Without a store that answers the scrape still says so, and nothing false.
func TestScrapeOfABlindStore(t *testing.T) {
	w := watch(t, telemetry.New("v9", nil))
	w.Store.Fail(enclavetest.DoneBlind, 1, 1)
	_, err := w.Service.Login(t.Context(), api.Login{User: "nobody", Password: enclavetest.Password}, "")
	require.Error(t, err)
	require.Equal(t, http.StatusServiceUnavailable, w.get("/v1/health/ready"))
	require.Equal(t, http.StatusOK, w.get("/v1/health/live"))
	text := w.scrape()
	require.Contains(t, text, "yumen_store_up 0")
	require.NotContains(t, text, "yumen_runs_open")
	w.Store.Heal()
}

// Of workers that are started in advance only those that have no part in a run are shown.
func TestWarmWorkersOfRunsAreNotShown(t *testing.T) {
	w := watch(t, telemetry.New("v9", nil))
	text := w.scrape()
	require.Contains(t, text, `yumen_warm_workers{job="parse"} 3`)
	require.Contains(t, text, `yumen_worker_starts_total{job="parse",start="warm"} 5`)
	require.Contains(t, text, `yumen_worker_starts_total{job="parse",start="cold"} 7`)
	require.NotContains(t, text, `job="run"`)
	require.NotContains(t, text, `job="post"`)
}
