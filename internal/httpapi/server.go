// Package httpapi owns the HTTP door: routes, authentication of a call, problem documents and streams. It can only ask the
// enclave; it holds no rule of its own.
package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yumen/catalog"
	"yumen/enclave"
)

// Config is what the door needs.
type Config struct {
	Service *enclave.Service
	Log     *slog.Logger
	// MaxUpload bounds the bytes of one uploaded file.
	MaxUpload int64
	Version   string
}

type door struct {
	svc       *enclave.Service
	log       *slog.Logger
	maxUpload int64
}

type principalKey struct{}

// New returns the handler that serves /v1, /openapi.json and /healthz.
func New(cfg Config) http.Handler {
	d := &door{svc: cfg.Service, log: cfg.Log, maxUpload: cfg.MaxUpload}
	mux := http.NewServeMux()
	spec := huma.DefaultConfig("Yumen", cfg.Version)
	spec.DocsPath = ""
	spec.SchemasPath = ""
	spec.CreateHooks = nil
	spec.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {Type: "http", Scheme: "bearer"}}
	huma.NewError = newHumaError
	humaAPI := humago.New(mux, spec)
	humaAPI.UseMiddleware(d.authenticate)
	d.sessions(humaAPI)
	d.resources(humaAPI)
	d.grants(humaAPI)
	d.runs(humaAPI)
	d.reviews(humaAPI)
	d.evidence(humaAPI)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("POST /v1/datasets/{name}/snapshots", d.upload)
	mux.HandleFunc("GET /v1/runs/{id}/events", d.events)
	mux.HandleFunc("GET /v1/releases/{id}/bundle", d.bundle)
	mux.HandleFunc("GET /v1/audit/export", d.export)
	return d.guard(mux)
}

// guard bounds every request and turns a panic into an internal error without its text.
func (d *door) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := catalog.NewID(catalog.PrefixRequest)
		w.Header().Set("X-Request-Id", request)
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				d.log.Error("handler panicked", "request", request)
				writeProblem(w, request, errInternal)
			}
		}()
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/snapshots") {
			r.Body = http.MaxBytesReader(w, r.Body, 8<<20)
		}
		start := time.Now()
		next.ServeHTTP(w, r)
		d.log.Debug("request", "request", request, "method", r.Method, "took_ms", time.Since(start).Milliseconds())
	})
}

// anyRole lists the operations that a session may do before its role is confirmed.
var anyRole = map[string]bool{"whoami": true, "logout": true}

// open lists the operations that need no session.
var open = map[string]bool{"login": true, "activate": true, "keys": true, "checkpoint": true}

// authenticate lets an operation pass with its caller, or without one where none is needed.
func (d *door) authenticate(ctx huma.Context, next func(huma.Context)) {
	if open[ctx.Operation().OperationID] {
		next(ctx)
		return
	}
	p, err := d.principal(ctx.Context(), ctx.Header("Authorization"))
	if err == nil && !anyRole[ctx.Operation().OperationID] {
		err = p.InEffect()
	}
	if err != nil {
		status := problemOf(err)
		ctx.SetHeader("Content-Type", "application/problem+json")
		ctx.SetStatus(status.Status)
		_ = writeJSON(ctx.BodyWriter(), status.Problem)
		return
	}
	next(huma.WithValue(ctx, principalKey{}, p))
}

func (d *door) principal(ctx context.Context, header string) (enclave.Principal, error) {
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		token = ""
	}
	return d.svc.Authenticate(ctx, token)
}

func who(ctx context.Context) enclave.Principal {
	p, _ := ctx.Value(principalKey{}).(enclave.Principal)
	return p
}

func op(id, method, path string, status int) huma.Operation {
	o := huma.Operation{OperationID: id, Method: method, Path: path, DefaultStatus: status}
	if !open[id] {
		o.Security = []map[string][]string{{"session": {}}}
	}
	return o
}
