package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"yumen/catalog"
)

// call is what problems and the log say about a request.
type call struct {
	request string // its identifier
	chinese bool   // the caller reads Chinese first
	address string // where it came from
	account string // of the caller, once he is known
}

type callKey struct{}

// callOf is the call that a context belongs to.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// guard bounds every request, names it, and turns a panic into an internal error without its text.
func (d *door) guard(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{request: catalog.NewID(catalog.PrefixRequest), chinese: strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "zh"),
			address: d.limits.addressOf(r)}
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
		_, pattern := mux.Handler(r)
		defer d.observe(&r, out, pattern)()
		if !strings.HasPrefix(r.URL.Path, "/v1/health/") && r.URL.Path != "/healthz" && d.tooSoon(out, r) {
			return
		}
		d.route(mux, out, r, pattern)
	})
}

func from(ctx context.Context) string {
	return callOf(ctx).address
}

// observe begins to watch a request; what it returns logs how it ended and tells the observer. Its route is the pattern: neither address
// nor method of a request without one is repeated.
func (d *door) observe(r **http.Request, out *tracked, pattern string) func() {
	start, c := time.Now(), callOf((*r).Context())
	method, route, found := strings.Cut(pattern, " ")
	if !found {
		method, route = "-", "-"
	}
	ended := func(int) {}
	if d.observer != nil {
		var ctx context.Context
		ctx, ended = d.observer.Begin((*r).Context(), method, route, c.request)
		*r = (*r).WithContext(ctx)
	}
	return func() {
		status := out.status
		if status == 0 {
			status = http.StatusInternalServerError // broken before the answer began, or cut off
		}
		ended(status)
		level := slog.LevelInfo
		if strings.HasPrefix(route, "/v1/health/") || route == "/healthz" {
			level = slog.LevelDebug
		}
		d.log.Log(context.WithoutCancel((*r).Context()), level, "request", "request", c.request, "account", c.account, "method", method, "route", route,
			"status", status, "took", took(time.Since(start)))
	}
}

// took is a class of duration: a log is read by more people than may know how long something took exactly.
func took(d time.Duration) string {
	for _, c := range []struct {
		below time.Duration
		name  string
	}{{10 * time.Millisecond, "<10ms"}, {100 * time.Millisecond, "<100ms"}, {time.Second, "<1s"}, {10 * time.Second, "<10s"}} {
		if d < c.below {
			return c.name
		}
	}
	return ">=10s"
}

// panicked answers a request whose handler broke. What the handler panicked with may be data, so it is kept nowhere; where it did is
// logged. An answer that was begun is cut off, so that nobody takes it for whole.
func (d *door) panicked(w *tracked, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	c := callOf(r.Context())
	d.log.Error("handler panicked", "request", c.request, "stack", string(debug.Stack()))
	if w.begun {
		panic(http.ErrAbortHandler)
	}
	d.refuse(w, r, errInternal)
}

// route serves the request, or says in a problem document that there is no such address or method.
func (d *door) route(mux *http.ServeMux, w http.ResponseWriter, r *http.Request, pattern string) {
	if paddedRoutes[pattern] {
		p := &padded{ResponseWriter: w}
		mux.ServeHTTP(p, r)
		p.fill()
		return
	}
	if pattern != "" {
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

// tracked knows whether an answer was begun and with which status, and waits for no caller that does not read it.
type tracked struct {
	http.ResponseWriter
	begun  bool
	status int
}

// WriteHeader begins the answer.
func (t *tracked) WriteHeader(status int) {
	t.extend()
	if !t.begun && status >= http.StatusOK {
		t.begun, t.status = true, status
	}
	t.ResponseWriter.WriteHeader(status)
}

func (t *tracked) Write(b []byte) (int, error) {
	if !t.begun {
		t.begun, t.status = true, http.StatusOK
	}
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
