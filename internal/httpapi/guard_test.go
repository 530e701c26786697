package httpapi_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/httpapi"
)

// A handler that panics answers as an internal error without its text, which is kept nowhere; an answer that was begun is cut off, so
// that nobody takes it for whole.
func TestPanics(t *testing.T) {
	var log bytes.Buffer
	mux := http.NewServeMux()
	mux.HandleFunc("GET /early", func(http.ResponseWriter, *http.Request) { panic(canary) })
	mux.HandleFunc("GET /late", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half of an answer"))
		panic(canary)
	})
	mux.HandleFunc("GET /abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	srv := httptest.NewServer(httpapi.Guard(slog.New(slog.NewTextHandler(&log, nil)), mux))
	defer srv.Close()
	d := &door{t: t, url: srv.URL}
	p := d.problem(http.StatusInternalServerError, d.call("", "GET", "/early", nil))
	require.Equal(t, "internal", p.Kind)
	require.NotContains(t, p.Detail, "canary")

	resp, err := http.DefaultClient.Do(d.request("", "GET", "/late", nil))
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, resp.Body.Close())
	}
	require.Error(t, err, "an answer that broke off looks whole")
	resp, err = http.DefaultClient.Do(d.request("", "GET", "/abort", nil))
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err)
	srv.Close()
	require.NotContains(t, log.String(), "canary")
	require.Contains(t, log.String(), p.Request, "the operator finds it by the request")
	require.Contains(t, log.String(), "guard_test.go", "and where it was")
}
