package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/api"
	"yumen/internal/client"
)

func serve(t *testing.T, h http.HandlerFunc) *client.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := client.New(client.Config{Server: s.URL, Token: "tok", Language: "zh", Patience: 5 * time.Second})
	require.NoError(t, err)
	return c
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func TestServerAddress(t *testing.T) {
	for _, ok := range []string{"https://zone.example", "https://zone.example:8443/", "http://127.0.0.1:8443", "http://[::1]:1", "http://localhost:80"} {
		_, err := client.New(client.Config{Server: ok})
		require.NoError(t, err, ok)
	}
	for _, bad := range []string{"", "zone.example", "ftp://zone.example", "http://zone.example", "http://10.0.0.1", "http://0.0.0.0:1",
		"https://user:secret@zone.example", "https://zone.example/?x=1", "http://localhost.example.org", "https://zone.example#f"} {
		_, err := client.New(client.Config{Server: bad})
		require.ErrorIs(t, err, client.ErrServerURL, bad)
	}
	s, err := client.NormalServer("https://Zone.Example:8443/")
	require.NoError(t, err)
	require.Equal(t, "https://zone.example:8443", s)
}

func TestCallSendsTokenAndLanguage(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "Bearer tok", r.Header.Get("Authorization"))
		require.Equal(t, "zh", r.Header.Get("Accept-Language"))
		require.Equal(t, "/v1/resources/Dataset/a%2Fb", r.URL.EscapedPath())
		answer(w, 200, api.Resource{Kind: "Dataset", Name: "a/b"})
	})
	r, err := c.Resource(t.Context(), "Dataset", "a/b")
	require.NoError(t, err)
	require.Equal(t, "a/b", r.Name)
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   client.Kind
		detail string
	}{
		{"a problem document", 422, `{"kind":"quarantined","detail":"e","text":{"zh":"z","en":"e"},"faults":[{"row":3,"column":"c","rule":"domain"}]}`, client.KindQuarantined, "e"},
		{"the kind is unknown", 403, `{"kind":"brand_new"}`, client.KindForbidden, ""},
		{"not a problem document", 502, `<html>bad gateway</html>`, client.KindUnavailable, ""},
		{"nothing at all", 500, ``, client.KindInternal, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			_, err := cl.SubmitRun(t.Context(), api.RunRequest{})
			var e *client.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.want, e.Kind)
			require.Equal(t, c.detail, e.Problem.Text.En)
			require.Equal(t, c.status, e.Problem.Status)
			require.True(t, client.IsKind(err, c.want))
		})
	}
}

func TestOnlyReadsAreRepeated(t *testing.T) {
	var calls atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		answer(w, 200, api.Grants{Items: []api.Grant{{ID: "grant_1"}}})
	})
	grants, err := c.Grants(t.Context())
	require.NoError(t, err)
	require.Len(t, grants, 1)
	require.EqualValues(t, 3, calls.Load())

	calls.Store(0)
	_, err = c.WithdrawRun(t.Context(), "run_1")
	require.True(t, client.IsKind(err, client.KindUnavailable))
	require.EqualValues(t, 1, calls.Load(), "a write is sent once")
}

func TestIdempotencyKeysAreFresh(t *testing.T) {
	keys := map[string]bool{}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		keys[r.Header.Get("Idempotency-Key")] = true
		answer(w, 202, api.Run{Run: "run_1", State: "running"})
	})
	for range 3 {
		_, err := c.SubmitRun(t.Context(), api.RunRequest{Grant: "g", SQL: "SELECT 1"})
		require.NoError(t, err)
	}
	require.Len(t, keys, 3)
	require.NotContains(t, keys, "")
}

func TestUnreachable(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	c, err := client.New(client.Config{Server: s.URL})
	require.NoError(t, err)
	_, err = c.Whoami(t.Context())
	require.ErrorIs(t, err, client.ErrUnreachable)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Whoami(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, client.ErrUnreachable)
}

func TestSlowGatewayIsUnreachable(t *testing.T) {
	stop := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stop }))
	defer s.Close()
	defer close(stop)
	c, err := client.New(client.Config{Server: s.URL, Patience: 50 * time.Millisecond})
	require.NoError(t, err)
	_, err = c.Whoami(t.Context())
	require.ErrorIs(t, err, client.ErrUnreachable)
}

func TestRedirectsAreRefused(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	_, err := c.Whoami(t.Context())
	require.ErrorIs(t, err, client.ErrProtocol)
	require.False(t, reached, "the token must not follow a redirect")
}

func TestBodiesAreCapped(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		chunk := strings.Repeat("x", 1<<20)
		for range 3 {
			_, _ = io.WriteString(w, chunk)
		}
	})
	_, err := c.PublicKeys(t.Context())
	require.ErrorIs(t, err, client.ErrTooLarge)
	_, err = c.Whoami(t.Context())
	require.ErrorIs(t, err, client.ErrProtocol, "not JSON")
}

func TestUpload(t *testing.T) {
	file := strings.Repeat("a,b\n", 50_000)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "text/csv", r.Header.Get("Content-Type"))
		require.Equal(t, "sha256:d", r.Header.Get("X-Content-Digest"))
		require.EqualValues(t, len(file), r.ContentLength)
		b, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.Len(t, b, len(file))
		answer(w, 201, api.Snapshot{ID: "snap_1", State: "loaded", Rows: 50_000})
	})
	var sent []int64
	s, err := c.LoadSnapshot(t.Context(), "d", client.Upload{
		Body: strings.NewReader(file), Size: int64(len(file)), Type: "text/csv", Digest: "sha256:d",
		Progress: func(n int64) { sent = append(sent, n) },
	})
	require.NoError(t, err)
	require.Equal(t, "snap_1", s.ID)
	require.IsIncreasing(t, sent)
	require.EqualValues(t, len(file), sent[len(sent)-1])
}

func TestRefusedUploadIsNotSent(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { answer(w, 403, api.Problem{Kind: "forbidden"}) })
	var sent int64
	_, err := c.LoadSnapshot(t.Context(), "d", client.Upload{
		Body: strings.NewReader("a,b\n1,2\n"), Size: 8, Type: "text/csv", Progress: func(n int64) { sent = n },
	})
	require.True(t, client.IsKind(err, client.KindForbidden))
	require.Zero(t, sent, "the file stays here when the gateway says no to the headers")
}

func TestBundleIsStreamed(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/v1/releases/rel_1/bundle", r.URL.Path)
		_, _ = io.WriteString(w, "tar")
	})
	b, err := c.Bundle(t.Context(), "rel_1")
	require.NoError(t, err)
	defer b.Close()
	text, err := io.ReadAll(b)
	require.NoError(t, err)
	require.Equal(t, "tar", string(text))
}

func TestProtocolErrorsAreNotUnreachable(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") })
	_, err := c.Whoami(t.Context())
	require.ErrorIs(t, err, client.ErrProtocol)
	require.False(t, errors.Is(err, client.ErrUnreachable))
}

// What came too soon is sent again when the gateway says so, whatever its method and with its whole body; not for ever, not after a long
// wait, and not when the gateway does not say when.
func TestRetryAfterIsHonoured(t *testing.T) {
	for _, c := range []struct {
		name, after string
		refusals    int32
		calls       int32
		ok          bool
	}{
		{"once", "1", 1, 2, true},
		{"for ever", "1", 1000, 5, false},
		{"too long", "3600", 1, 1, false},
		{"it does not say", "", 1, 1, false},
		{"nonsense", "soon", 1, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			cl := serve(t, func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				require.Contains(t, string(b), "ann", "the whole body")
				if calls.Add(1) <= c.refusals {
					w.Header().Set("Retry-After", c.after)
					answer(w, http.StatusTooManyRequests, api.Problem{Kind: "limited"})
					return
				}
				answer(w, http.StatusCreated, api.Session{Token: "t"})
			})
			_, err := cl.Login(t.Context(), api.Login{User: "ann"})
			require.Equal(t, c.ok, err == nil, "%v", err)
			require.Equal(t, c.calls, calls.Load())
			if !c.ok {
				require.True(t, client.IsKind(err, client.KindLimited))
			}
		})
	}
}
