package httpapi_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/internal/httpapi"
)

// maxUpload is small, so that a test can go over it.
const maxUpload = 1 << 20

// door is the HTTP door of a zone with people who are logged in.
type door struct {
	t      *testing.T
	zone   *enclavetest.Zone
	url    string
	tokens map[string]string
	grant  string // of bank_a
	run    string // released, of analyst_a
	rel    string // its release
	review string // waits for a reviewer, of analyst_a
	app    string
}

// people are who is logged in; waiting has a role that nobody confirmed.
var people = []string{"admin", "security", "auditor", "steward", "provider", "reviewer_1", "analyst_a", "analyst_b", "waiting"}

func newDoor(t *testing.T) *door {
	z := enclavetest.New(t)
	d := &door{t: t, zone: z, tokens: map[string]string{}}
	d.url = serve(t, z.Service)
	code := z.Apply(t, "admin", enclavetest.AccountYAML(enclave.Principal{Account: "waiting", Person: "p-w", Organization: "bank_a", Role: "analyst"}))["waiting"]
	require.NoError(t, z.Service.Activate(t.Context(), api.Activation{User: "waiting", Code: code, Password: enclavetest.Password}))
	z.Activate(t, people[1:len(people)-1]...)
	for _, name := range people {
		var s api.Session
		d.ok(201, d.call("", "POST", "/v1/sessions", api.Login{User: name, Password: enclavetest.Password}), &s)
		d.tokens[name] = s.Token
	}
	a := enclavetest.As("analyst_a")
	d.grant = z.Grant(t, a)
	run := z.Ask(t, a, d.grant, "SELECT city, count(*) AS n FROM clients GROUP BY city")
	require.Equal(t, "released", run.State)
	d.run, d.rel = run.Run, run.Release
	run = z.Ask(t, a, d.grant, "SELECT heard, count(*) AS n FROM cases GROUP BY heard")
	require.Equal(t, "in_review", run.State)
	d.review, d.app = run.Run, z.Records(t, "application")[0].ID
	return d
}

func serve(t *testing.T, s *enclave.Service) string {
	srv := httptest.NewServer(httpapi.New(httpapi.Config{Service: s, Log: enclavetest.Logger(t), MaxUpload: maxUpload, Version: "test"}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends a request as it is.
func (d *door) send(req *http.Request) answer {
	d.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(d.t, err)
	return answer{resp.StatusCode, resp.Header, b}
}

func (d *door) request(as, method, path string, body io.Reader) *http.Request {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, body)
	require.NoError(d.t, err)
	req.Header.Set("Content-Type", "application/json")
	if as != "" {
		req.Header.Set("Authorization", "Bearer "+d.tokens[as])
	}
	return req
}

// call sends a value as JSON; a string is sent as it is.
func (d *door) call(as, method, path string, in any) answer {
	d.t.Helper()
	var body io.Reader
	switch v := in.(type) {
	case nil:
	case string:
		body = strings.NewReader(v)
	default:
		b, err := json.Marshal(in)
		require.NoError(d.t, err)
		body = bytes.NewReader(b)
	}
	return d.send(d.request(as, method, path, body))
}

func (d *door) ok(status int, a answer, out any) {
	d.t.Helper()
	require.Equal(d.t, status, a.status, string(a.body))
	if out != nil {
		require.NoError(d.t, json.Unmarshal(a.body, out))
	}
}

// problem requires a whole problem document (RFC 9457, with our members) of that status, and returns it.
func (d *door) problem(status int, a answer) api.Problem {
	d.t.Helper()
	require.Equal(d.t, status, a.status, string(a.body))
	require.Equal(d.t, "application/problem+json", a.header.Get("Content-Type"))
	require.Equal(d.t, "no-store", a.header.Get("Cache-Control"))
	require.Equal(d.t, "nosniff", a.header.Get("X-Content-Type-Options"))
	var p api.Problem
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.DisallowUnknownFields()
	require.NoError(d.t, dec.Decode(&p), "one document and nothing that is not in its schema: %s", a.body)
	require.False(d.t, dec.More(), "one document: %s", a.body)
	require.Equal(d.t, "about:blank", p.Type)
	require.Equal(d.t, http.StatusText(status), p.Title)
	require.Equal(d.t, status, p.Status)
	require.NotEmpty(d.t, p.Kind)
	require.NotEmpty(d.t, p.Text.Zh)
	require.NotEmpty(d.t, p.Text.En)
	require.NotEqual(d.t, p.Text.Zh, p.Text.En)
	require.Equal(d.t, p.Text.En, p.Detail)
	require.Equal(d.t, a.header.Get("X-Request-Id"), p.Request)
	require.Regexp(d.t, `^req_[0-9a-f]{32}$`, p.Request)
	return p
}

// TestDoor shares one zone: it is expensive to make.
func TestDoor(t *testing.T) {
	d := newDoor(t)
	for _, part := range []struct {
		name string
		test func(t *testing.T, d *door)
	}{
		{"document", testDocument}, {"BJ-FIN-19c,BJ-OPS-5a: no other operation answers with rows", testFormsOfOutput}, {"sessions", testSessions}, {"roles", testRoles}, {"problems", testProblems}, {"echo", testEcho},
		{"limits", testLimits}, {"upload", testUpload}, {"uploads in parts", testUploadInParts}, {"manifest", testManifest}, {"slow senders", testSlowSenders}, {"streams", testStreams}, {"runs", testRuns}, {"channels", testChannels}, {"ends", testStreamsEndWithTheirSession},
	} {
		t.Run(part.name, func(t *testing.T) {
			in := *d
			in.t = t
			part.test(t, &in)
		})
	}
	d.zone.Clock.Advance(time.Minute)
	d.zone.Check(t)
}
