package httpapi_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/httpapi"
)

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Each request is one line: who, which route, how it ended, and about how long it took. Nothing that was sent is repeated.
func TestRequestLog(t *testing.T) {
	var log lines
	z := enclavetest.New(t)
	srv := httptest.NewServer(httpapi.New(httpapi.Config{Service: z.Service, Log: slog.New(slog.NewJSONHandler(&log, nil)), MaxUpload: maxUpload, Version: "test"}))
	d := &door{t: t, zone: z, url: srv.URL, tokens: map[string]string{}}
	z.Activate(t, "analyst_a")
	var s api.Session
	d.ok(201, d.call("", "POST", "/v1/sessions", api.Login{User: "analyst_a", Password: enclavetest.Password}), &s)
	d.tokens["analyst_a"] = s.Token
	d.call("analyst_a", "GET", "/v1/runs/canary?canary=1", nil)
	d.call("analyst_a", "POST", "/v1/queries/check", api.RunRequest{Grant: "canary", SQL: "SELECT canary"})
	d.call("analyst_a", "GET", "/v1/releases/canary/bundle", nil)
	d.call("", "GET", "/canary", nil)
	d.call("", "CANARY", "/v1/runs", nil)
	d.call("", "GET", "/v1/health/ready", nil)
	srv.Close()

	type line struct{ Msg, Request, Account, Method, Route, Took string }
	var got []string
	for _, text := range strings.Split(strings.TrimSpace(log.String()), "\n") {
		var l line
		require.NoError(t, json.Unmarshal([]byte(text), &l))
		var status struct{ Status int }
		require.NoError(t, json.Unmarshal([]byte(text), &status))
		if l.Msg != "request" {
			continue
		}
		require.Regexp(t, "^req_", l.Request)
		require.Regexp(t, `^(<10ms|<100ms|<1s|<10s|>=10s)$`, l.Took)
		got = append(got, strings.Join([]string{l.Account, l.Method, l.Route, http.StatusText(status.Status)}, " "))
	}
	require.Equal(t, []string{
		" POST /v1/sessions Created",
		"analyst_a GET /v1/runs/{id} Not Found",
		"analyst_a POST /v1/queries/check OK",
		"analyst_a GET /v1/releases/{id}/bundle Not Found",
		" - - Not Found",
		" - - Method Not Allowed",
	}, got)
	for _, told := range []string{"canary", "CANARY", enclavetest.Password, s.Token, "SELECT"} {
		require.NotContains(t, log.String(), told)
	}
}
