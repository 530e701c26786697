// Package httpapi owns the HTTP door: routes, authentication of a call, problem documents and streams. It can only ask the
// enclave; it holds no rule of its own.
package httpapi

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"yumen/enclave"
)

// Config is what the door needs.
type Config struct {
	Service *enclave.Service
	Log     *slog.Logger
	// MaxUpload bounds the bytes of one uploaded file.
	MaxUpload int64
	Version   string
	// Pace is how slowly a file may arrive.
	Pace Pace
	// Limits bound how often one caller may ask.
	Limits Limits
	// Observer is told of every request; nil for none.
	Observer Observer
}

// Observer is told that a request begins: its method and the pattern of its route, both from closed lists, and its identifier. What it
// returns is told the status of the answer.
type Observer interface {
	Begin(ctx context.Context, method, route, request string) (context.Context, func(status int))
}

type door struct {
	svc       *enclave.Service
	log       *slog.Logger
	observer  Observer
	maxUpload int64
	pace      Pace
	limits    limits
	names     names
}

type principalKey struct{}

// Limits of a request that is no upload: bytes of its body, and how long that may take to arrive.
const (
	maxBody  = 8 << 20
	bodyTime = 30 * time.Second
)

// New returns the handler that serves /v1, /openapi.json and /healthz.
func New(cfg Config) http.Handler {
	d := &door{svc: cfg.Service, log: cfg.Log, observer: cfg.Observer, maxUpload: cfg.MaxUpload, pace: cfg.Pace.orDefault(), limits: newLimits(cfg.Limits)}
	mux := http.NewServeMux()
	spec := huma.DefaultConfig("Yumen", cfg.Version)
	spec.DocsPath = ""
	spec.OpenAPIPath = "" // huma makes it at the first request, without a lock
	spec.SchemasPath = ""
	spec.CreateHooks = nil
	spec.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {Type: "http", Scheme: "bearer"}}
	spec.Transformers = append(spec.Transformers, d.transform)
	speakHuma()
	humaAPI := humago.New(mux, spec)
	humaAPI.UseMiddleware(d.authenticate)
	d.sessions(humaAPI)
	d.accounts(humaAPI)
	d.resources(humaAPI)
	d.computations(humaAPI)
	d.catalog(humaAPI)
	d.uploads(humaAPI)
	d.grants(humaAPI)
	d.runs(humaAPI)
	d.reviews(humaAPI)
	d.evidence(humaAPI)
	d.health(humaAPI)
	d.freezes(humaAPI)
	d.seals(humaAPI)
	d.sanctions(humaAPI)
	d.instructions(humaAPI)
	d.policies(humaAPI)
	d.authorizations(humaAPI)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	for _, raw := range d.streams() {
		mux.HandleFunc(raw.Method+" "+raw.Path, raw.serve)
		humaAPI.OpenAPI().AddOperation(raw.describe(humaAPI.OpenAPI()))
	}
	d.names = namesOf(humaAPI.OpenAPI())
	mux.HandleFunc("GET /openapi.json", described(humaAPI.OpenAPI()))
	return d.guard(mux)
}

// described answers the description of the interface, made once.
func described(doc *huma.OpenAPI) http.HandlerFunc {
	text := sync.OnceValues(func() ([]byte, error) { return json.Marshal(doc) })
	return func(w http.ResponseWriter, _ *http.Request) {
		b, err := text()
		if err != nil {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json")
		_, _ = w.Write(b)
	}
}

// speakHuma makes huma's own refusals problems of ours. That setting is of the whole process.
var speakHuma = sync.OnceFunc(func() { huma.NewError = newHumaError })

// anyRole lists the operations that a session may do before its role is confirmed.
var anyRole = map[string]bool{"whoami": true, "logout": true, "session-list": true, "session-rotate": true, "session-revoke": true, "account-sessions-revoke": true, "password-change": true,
	"totp-enrol": true, "totp-confirm": true}

// open lists the operations that need no session.
var open = map[string]bool{"login": true, "activate": true, "keys": true, "catalog-public": true, "checkpoint": true, "live": true, "ready": true}

// authenticate lets an operation pass with its caller, or without one where none is needed.
func (d *door) authenticate(ctx huma.Context, next func(huma.Context)) {
	if wait := d.stretchWait(ctx.Context(), ctx.Operation().OperationID); wait > 0 {
		d.halt(ctx, limited(), wait)
		return
	}
	if open[ctx.Operation().OperationID] {
		next(ctx)
		return
	}
	p, err := d.principal(ctx.Context(), ctx.Header("Authorization"))
	if err == nil && !anyRole[ctx.Operation().OperationID] {
		err = p.InEffect()
	}
	if err != nil {
		d.halt(ctx, problemOf(err), 0)
		return
	}
	callOf(ctx.Context()).account = p.Account
	if wait := d.limits.accounts.take(p.Account, time.Now()); wait > 0 {
		d.halt(ctx, limited(), wait)
		return
	}
	next(huma.WithValue(ctx, principalKey{}, p))
}

// halt answers an operation with a problem before it begins.
func (d *door) halt(ctx huma.Context, p *problem, wait time.Duration) {
	if wait > 0 {
		ctx.SetHeader("Retry-After", strconv.Itoa(patience(wait)))
	}
	d.finish(ctx.Context(), p)
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = writeJSON(ctx.BodyWriter(), p.Problem)
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
	o := huma.Operation{OperationID: id, Method: method, Path: path, DefaultStatus: status, MaxBodyBytes: maxBody, BodyReadTimeout: bodyTime}
	if !open[id] {
		o.Security = []map[string][]string{{"session": {}}}
	}
	return o
}
