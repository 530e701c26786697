package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

const testRun = "run_0190f5fe7ac07000a000000000000001"

// bench is a person at a command line: an environment, a folder, and what the last command printed.
type bench struct {
	t        *testing.T
	env      map[string]string
	in       string
	secrets  []string
	terminal bool
	out, err string
}

func newBench(t *testing.T) *bench {
	return &bench{t: t, env: map[string]string{"XDG_CONFIG_HOME": t.TempDir(), "LC_ALL": "en_US.UTF-8"}}
}

// do runs one command line and returns its exit code.
func (b *bench) do(args ...string) int {
	b.t.Helper()
	var out, errs bytes.Buffer
	w := world{
		in: strings.NewReader(b.in), out: &out, err: &errs,
		getenv:   func(k string) string { return b.env[k] },
		now:      func() time.Time { return time.Date(2027, 3, 1, 4, 0, 0, 0, time.UTC) },
		terminal: func(io.Writer) bool { return b.terminal },
		secret: func(string) ([]byte, error) {
			if len(b.secrets) == 0 {
				return nil, errNoTerminal
			}
			s := b.secrets[0]
			b.secrets = b.secrets[1:]
			return []byte(s), nil
		},
	}
	code := run(b.t.Context(), w, args)
	b.out, b.err = out.String(), errs.String()
	return code
}

func (b *bench) file(name, content string) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	require.NoError(b.t, writeNew(path, []byte(content), 0o600))
	return path
}

// gateway is a fake of the HTTP interface: routes by method and path, and the requests that came.
type gateway struct {
	*httptest.Server
	routes map[string]http.HandlerFunc
	seen   []*http.Request
	bodies []string
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{routes: map[string]http.HandlerFunc{}}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		g.seen, g.bodies = append(g.seen, r), append(g.bodies, string(body))
		h, ok := g.routes[r.Method+" "+r.URL.Path]
		if !ok {
			problem(w, 404, api.Problem{Kind: "not_found"})
			return
		}
		h(w, r)
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) answer(route string, status int, v any) {
	g.routes[route] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
}

func (g *gateway) refuse(route string, status int, p api.Problem) {
	g.routes[route] = func(w http.ResponseWriter, _ *http.Request) { problem(w, status, p) }
}

func problem(w http.ResponseWriter, status int, p api.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p)
}

// zoneKeys makes the public keys document of a zone.
func zoneKeys(t *testing.T) receipt.Keys {
	t.Helper()
	_, log, err := note.GenerateKey(nil, "zone.example/log")
	require.NoError(t, err)
	public, _, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	k, err := receipt.NewPublicKey(public)
	require.NoError(t, err)
	return receipt.Keys{APIVersion: catalog.APIVersion, Kind: receipt.KindKeys, Zone: catalog.NewID(catalog.PrefixZone), Log: log, Gateway: []receipt.PublicKey{k}}
}

// loggedIn is a bench with a session at a fake gateway.
func loggedIn(t *testing.T) (*bench, *gateway) {
	t.Helper()
	b, g := newBench(t), newGateway(t)
	g.answer("GET /v1/keys", 200, zoneKeys(t))
	g.answer("POST /v1/sessions", 201, api.Session{Token: "tok-1", Expires: 4102444800, Account: api.Whoami{Account: "ann"}})
	b.in = "correct horse\n"
	require.Equal(t, exitOK, b.do("login", "--server", g.URL, "--user", "ann", "--password-stdin"), b.err)
	b.in = ""
	return b, g
}
