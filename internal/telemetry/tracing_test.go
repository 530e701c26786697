package telemetry_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/telemetry"
)

// collector is one that keeps what it is sent.
type collector struct {
	mu   sync.Mutex
	sent []byte
	path string
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent, c.path = append(c.sent, b...), r.URL.Path
	w.WriteHeader(http.StatusOK)
}

// A request is traced by its steps; neither its text, nor whom it is from, nor what happens over data is sent.
func TestTracing(t *testing.T) {
	c := &collector{}
	srv := httptest.NewServer(c)
	defer srv.Close()
	tracing, err := telemetry.OpenTracing(t.Context(), srv.URL+"/v1/traces", 1, "v9", enclavetest.Logger(t))
	require.NoError(t, err)
	w := watch(t, telemetry.New("v9", tracing.Tracer()))
	w.get("/v1/runs/secret-name?token=secret-value")
	_, err = w.Service.Check(t.Context(), w.by, api.RunRequest{Grant: w.grant, SQL: "SELECT * FROM clients"})
	require.NoError(t, err)
	require.NoError(t, tracing.Close())
	sent := string(c.sent)
	require.Equal(t, "/v1/traces", c.path)
	for _, want := range []string{"GET /v1/runs/{id}", "worker.parse", "store.view", "store.update", "policy.decide", "yumend", "yumen.request", "req_"} {
		require.Contains(t, sent, want)
	}
	for _, told := range []string{"secret", "SELECT", "clients", "analyst_a", "bank_a", "grant_", "STAR"} {
		require.NotContains(t, sent, told)
	}
}

// A run that is executed sends the same spans as one that has not begun yet.
func TestARunIsNotTraced(t *testing.T) {
	steps := func(executed bool) map[string]int {
		c := &collector{}
		srv := httptest.NewServer(c)
		defer srv.Close()
		tracing, err := telemetry.OpenTracing(t.Context(), srv.URL+"/v1/traces", 1, "v9", enclavetest.Logger(t))
		require.NoError(t, err)
		w := watch(t, telemetry.New("v9", tracing.Tracer()))
		release := w.Runner.Hold()
		id := w.submit(byCity)
		if executed {
			release()
			w.Executed(t, id)
		}
		require.NoError(t, tracing.Close())
		release()
		w.Executed(t, id)
		out := map[string]int{}
		for _, name := range regexp.MustCompile(`(?:worker|store|policy)\.[a-z]+`).FindAllString(string(c.sent), -1) {
			out[name]++
		}
		return out
	}
	held := steps(false)
	require.Equal(t, 1, held["worker.parse"])
	require.Equal(t, held, steps(true))
}

// A collector that is not there costs spans, and one line of the log.
func TestCollectorThatIsAway(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	var log lockedBuffer
	tracing, err := telemetry.OpenTracing(t.Context(), srv.URL+"/v1/traces", 1, "v9", slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	require.NoError(t, err)
	srv.Close()
	tracer := tracing.Tracer()
	for range 1600 { // more than one batch
		_, span := tracer.Start(t.Context(), "step")
		span.End()
	}
	require.NoError(t, tracing.Close())
	require.Equal(t, 1, strings.Count(log.String(), "level=WARN msg=\"spans were not taken\""), log.String())
	require.GreaterOrEqual(t, strings.Count(log.String(), "spans were not taken"), 2)
}

// lockedBuffer is a log that several write.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestEndpoints(t *testing.T) {
	for endpoint, allowed := range map[string]bool{
		"http://127.0.0.1:4318/v1/traces": true, "http://[::1]:4318": true, "http://localhost:4318": true, "https://collector.example:4318/v1/traces": true,
		"http://collector.example:4318": false, "http://10.0.0.1:4318": false, "collector:4318": false, "": false, "ftp://127.0.0.1": false, "https://": false,
		"https://user:password@collector.example": false, "https://collector.example/?token=x": false, strings.Repeat("x", 10): false,
	} {
		tracing, err := telemetry.OpenTracing(t.Context(), endpoint, 0, "v9", enclavetest.Logger(t))
		if allowed {
			require.NoError(t, err, endpoint)
			require.NoError(t, tracing.Close())
		} else {
			require.ErrorIs(t, err, telemetry.ErrEndpoint, endpoint)
		}
	}
	var none *telemetry.Tracing
	require.Nil(t, none.Tracer())
	require.NoError(t, none.Close())
}
