package yumen_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sort"
	"strings"
	"sync"
	"testing"
)

// recorder stands between the clients and the gateway and keeps every answer, head and body, as it passes.
type recorder struct {
	*httptest.Server
	mu      sync.Mutex
	answers []*answer
}

type answer struct {
	method, path string
	status       int
	head         http.Header
	body         bytes.Buffer
}

// record starts a recorder in front of a gateway.
func record(t testing.TB, target string) *recorder {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(p *httputil.ProxyRequest) { p.SetURL(to) },
		FlushInterval: -1,
		ModifyResponse: func(resp *http.Response) error {
			a := &answer{method: resp.Request.Method, path: resp.Request.URL.EscapedPath(), status: resp.StatusCode, head: resp.Header.Clone()}
			r.mu.Lock()
			r.answers = append(r.answers, a)
			r.mu.Unlock()
			resp.Body = &tee{ReadCloser: resp.Body, to: func(b []byte) {
				r.mu.Lock()
				defer r.mu.Unlock()
				a.body.Write(b)
			}}
			return nil
		},
	}
	r.Server = httptest.NewServer(proxy)
	t.Cleanup(r.Close)
	return r
}

type tee struct {
	io.ReadCloser
	to func([]byte)
}

func (t *tee) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	t.to(b[:n])
	return n, err
}

// search looks through every answer.
func (r *recorder) search(a *aviary) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.answers {
		place := "answer to " + x.method + " " + shape(x.path)
		var head bytes.Buffer
		_ = x.head.Write(&head)
		a.search(place+", head", head.Bytes())
		a.search(place, x.body.Bytes())
	}
}

// kinds are the problem kinds that were answered.
func (r *recorder) kinds() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]bool{}
	for _, x := range r.answers {
		if _, rest, ok := strings.Cut(x.body.String(), `"kind":"`); ok && strings.Contains(x.head.Get("Content-Type"), "problem") {
			kind, _, _ := strings.Cut(rest, `"`)
			out[kind] = true
		}
	}
	return out
}

// unasked lists the operations of an OpenAPI document ("GET /v1/runs/{id}") that no request reached.
func (r *recorder) unasked(operations []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, op := range operations {
		method, pattern, _ := strings.Cut(op, " ")
		seen := false
		for _, x := range r.answers {
			seen = seen || x.method == method && matches(pattern, x.path)
		}
		if !seen {
			out = append(out, op)
		}
	}
	sort.Strings(out)
	return out
}

// matches compares a path with a pattern whose parts in braces stand for anything.
func matches(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

// sink takes what the gateway exports: traces.
type sink struct {
	*httptest.Server
	mu     sync.Mutex
	bodies [][]byte
}

func newSink(t testing.TB) *sink {
	s := &sink{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := io.Reader(r.Body)
		if z, err := gzip.NewReader(r.Body); r.Header.Get("Content-Encoding") == "gzip" && err == nil {
			from = z
		}
		b, err := io.ReadAll(from)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bodies = append(s.bodies, b)
	}))
	t.Cleanup(s.Close)
	return s
}

// search looks through all that came, and returns how many bytes that was.
func (s *sink) search(a *aviary) (bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.bodies {
		bytes += len(b)
		a.search("traces", b)
	}
	return bytes
}

// shape puts a star for each part of a path that names one thing.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.ContainsAny(p, "_") || len(p) > 24 {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}
