package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
)

func contextFile(b *bench) string {
	return filepath.Join(b.env["XDG_CONFIG_HOME"], "yumen", "contexts.yaml")
}

func TestLogin(t *testing.T) {
	b, g := loggedIn(t)
	require.Contains(t, b.err, "pinned the keys of zone_")
	require.Contains(t, b.err, "logged in to "+g.URL+" as ann")
	require.JSONEq(t, `{"user":"ann","password":"correct horse"}`, g.bodies[1])
	info, err := os.Stat(contextFile(b))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	g.answer("GET /v1/whoami", 200, api.Whoami{Account: "ann", Role: "analyst", Jurisdiction: "lab"})
	require.Equal(t, exitOK, b.do("whoami"))
	require.Equal(t, "Bearer tok-1", g.seen[len(g.seen)-1].Header.Get("Authorization"))
	require.Contains(t, b.out, "analyst")

	g.answer("DELETE /v1/sessions/current", 204, nil)
	require.Equal(t, exitOK, b.do("logout"))
	text, err := os.ReadFile(contextFile(b))
	require.NoError(t, err)
	require.NotContains(t, string(text), "tok-1")
	require.Contains(t, string(text), "zone.example/log", "the pins stay")
}

func TestLoginAsksTheTerminal(t *testing.T) {
	b, g := loggedIn(t)
	b.secrets = []string{"typed secret"}
	require.Equal(t, exitOK, b.do("login"), "server and user come from the context")
	require.Contains(t, g.bodies[len(g.bodies)-1], "typed secret")
	require.Equal(t, exitUsage, b.do("login"), "nobody is at the terminal")
	require.Contains(t, b.err, "--password-stdin")
}

func TestChangedKeysAreRefused(t *testing.T) {
	b, g := loggedIn(t)
	sessions := len(g.seen)
	next := zoneKeys(t)
	g.answer("GET /v1/keys", 200, next)
	b.in = "correct horse\n"
	require.Equal(t, exitNotGenuine, b.do("login", "--password-stdin"))
	require.Contains(t, b.err, "the zone's keys are not the pinned ones")
	require.Len(t, g.seen, sessions+1, "the password was not sent")
	fp, err := fingerprint(next)
	require.NoError(t, err)
	require.Contains(t, b.err, "--accept-keys "+fp)

	require.Equal(t, exitNotGenuine, b.do("login", "--password-stdin", "--accept-keys", "sha256:0"))
	require.Equal(t, exitOK, b.do("login", "--password-stdin", "--accept-keys", fp), b.err)
	require.Equal(t, exitOK, b.do("login", "--password-stdin"), "the new keys are the pinned ones now")
}

func TestNewReviewersAreToldNotRefused(t *testing.T) {
	b, g := loggedIn(t)
	p, err := (&app{world: world{getenv: func(k string) string { return b.env[k] }}}).place()
	require.NoError(t, err)
	keys, err := keysOf([]byte(p.at.Keys))
	require.NoError(t, err)
	reviewer := zoneKeys(t).Gateway[0]
	keys.Reviewers = append(keys.Reviewers, receiptReviewer("eve", reviewer))
	g.answer("GET /v1/keys", 200, keys)
	b.in = "correct horse\n"
	require.Equal(t, exitOK, b.do("login", "--password-stdin"), b.err)
	require.Contains(t, b.err, "new reviewer's key: eve (provider), "+reviewer.ID)
}

func TestTokensStayWithTheirGateway(t *testing.T) {
	b, g := loggedIn(t)
	other := newGateway(t)
	other.answer("GET /v1/whoami", 200, api.Whoami{})
	b.env["YUMEN_SERVER"] = other.URL
	require.Equal(t, exitOK, b.do("whoami"))
	require.Empty(t, other.seen[0].Header.Get("Authorization"), "the token of one gateway must not reach another")
	b.env["YUMEN_TOKEN"] = "from-env"
	require.Equal(t, exitOK, b.do("whoami"))
	require.Equal(t, "Bearer from-env", other.seen[1].Header.Get("Authorization"))
	b.env["YUMEN_SERVER"] = "http://zone.example"
	require.Equal(t, exitUsage, b.do("whoami"), "plain http leaves the machine")
	b.env["YUMEN_SERVER"] = strings.Replace(g.URL, "http://", "HTTP://", 1) + "/"
	delete(b.env, "YUMEN_TOKEN")
	g.answer("GET /v1/whoami", 200, api.Whoami{})
	require.Equal(t, exitOK, b.do("whoami"))
	require.Equal(t, "Bearer tok-1", g.seen[len(g.seen)-1].Header.Get("Authorization"), "another spelling of the same gateway")
}

func TestContexts(t *testing.T) {
	b, g := loggedIn(t)
	b.in = "correct horse\n"
	require.Equal(t, exitOK, b.do("login", "--server", g.URL, "--user", "bob", "--password-stdin", "--context", "second"))
	text, err := os.ReadFile(contextFile(b))
	require.NoError(t, err)
	require.Contains(t, string(text), "current: second")
	require.Contains(t, string(text), "user: ann")
	b.env["YUMEN_CONTEXT"] = "../elsewhere"
	require.Equal(t, exitUsage, b.do("whoami"))
	b.env["YUMEN_CONTEXT"] = "nowhere"
	require.Equal(t, exitUsage, b.do("whoami"))
	require.Contains(t, b.err, "no gateway is named")
	require.NoError(t, os.Chmod(contextFile(b), 0o644))
	require.Equal(t, exitUnexpected, b.do("whoami"))
	require.Contains(t, b.err, "chmod 600")
}

func TestWrongPassword(t *testing.T) {
	b, g := loggedIn(t)
	g.refuse("POST /v1/sessions", 401, api.Problem{Kind: "unauthenticated"})
	b.in = "wrong\n"
	require.Equal(t, exitDenied, b.do("login", "--password-stdin"))
	require.Contains(t, b.err, "the account or the password is wrong")
	for _, empty := range []string{"", "\n", "\r\n", strings.Repeat("x", maxSecret+1)} {
		b.in = empty
		require.Equal(t, exitUsage, b.do("login", "--password-stdin"))
	}
}

func TestActivate(t *testing.T) {
	b, g := newBench(t), newGateway(t)
	g.answer("POST /v1/activations", 204, nil)
	b.secrets = []string{"new secret", "new secret"}
	require.Equal(t, exitOK, b.do("activate", "--server", g.URL, "--user", "ann", "--code", "c0de"), b.err)
	require.JSONEq(t, `{"user":"ann","code":"c0de","password":"new secret"}`, g.bodies[0])
	b.secrets = []string{"one", "another"}
	require.Equal(t, exitUsage, b.do("activate", "--server", g.URL, "--user", "ann", "--code", "c0de"))
	require.Len(t, g.bodies, 1)
}
