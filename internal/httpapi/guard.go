package httpapi

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"yumen/catalog"
)

// call is what a problem says about the request that it answers.
type call struct {
	request string // its identifier
	chinese bool   // the caller reads Chinese first
	address string // where it came from
}

type callKey struct{}

// guard bounds every request, names it, and turns a panic into an internal error without its text.
func (d *door) guard(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := call{request: catalog.NewID(catalog.PrefixRequest), chinese: strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "zh"),
			address: addressOf(r)}
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		out := &tracked{ResponseWriter: w}
		out.extend()
		out.Header().Set("X-Request-Id", c.request)
		out.Header().Set("Cache-Control", "no-store")
		out.Header().Set("X-Content-Type-Options", "nosniff")
		defer func() {
			if p := recover(); p != nil {
				d.panicked(out, r, p)
			}
		}()
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/snapshots") {
			r.Body = http.MaxBytesReader(out, r.Body, maxBody)
		}
		start := time.Now()
		d.route(mux, out, r)
		d.log.Debug("request", "request", c.request, "method", r.Method, "took_ms", time.Since(start).Milliseconds())
	})
}

// addressOf is the address that a request came from, or "" when there is none to be seen.
func addressOf(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return from.Addr().Unmap().WithZone("").String()
}

func from(ctx context.Context) string {
	c, _ := ctx.Value(callKey{}).(call)
	return c.address
}

// panicked answers a request whose handler broke. What the handler panicked with may be data, so it is kept nowhere; where it did is
// logged. An answer that was begun is cut off, so that nobody takes it for whole.
func (d *door) panicked(w *tracked, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	c, _ := r.Context().Value(callKey{}).(call)
	d.log.Error("handler panicked", "request", c.request, "stack", string(debug.Stack()))
	if w.begun {
		panic(http.ErrAbortHandler)
	}
	d.refuse(w, r, errInternal)
}

// route serves the request, or says in a problem document that there is no such address or method.
func (d *door) route(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	if _, pattern := mux.Handler(r); pattern != "" {
		mux.ServeHTTP(w, r)
		return
	}
	status := &silent{header: http.Header{}, status: http.StatusNotFound}
	mux.ServeHTTP(status, r)
	if allow := status.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	p, _ := newHumaError(max(status.status, http.StatusNotFound), "").(*problem)
	d.finish(r.Context(), p)
	d.send(w, p)
}

// writeTime is how long a caller may take to receive one piece of an answer before the connection is cut.
const writeTime = 30 * time.Second

// tracked knows whether an answer was begun, and waits for no caller that does not read it.
type tracked struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader begins the answer.
func (t *tracked) WriteHeader(status int) {
	t.extend()
	t.begun = t.begun || status >= http.StatusOK
	t.ResponseWriter.WriteHeader(status)
}

func (t *tracked) Write(b []byte) (int, error) {
	t.begun = true
	t.extend()
	return t.ResponseWriter.Write(b)
}

// extend gives the caller its time anew. What cannot be bounded, as in a test without a connection, is not.
func (t *tracked) extend() {
	_ = http.NewResponseController(t.ResponseWriter).SetWriteDeadline(time.Now().Add(writeTime))
}

// Unwrap is for http.ResponseController.
func (t *tracked) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// silent takes an answer that nobody gets, for its status.
type silent struct {
	header http.Header
	status int
}

// Header is the answer's.
func (s *silent) Header() http.Header { return s.header }

// WriteHeader keeps the status.
func (s *silent) WriteHeader(status int) { s.status = status }

func (s *silent) Write(b []byte) (int, error) { return len(b), nil }
