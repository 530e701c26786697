package httpapi

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/api"
)

// stream is an operation whose body or answer is a stream: it is served without huma, and described for the interface's document.
type stream struct {
	huma.Operation
	body  string       // media type of the request's body, if it has one
	sends string       // media type of the answer
	shape reflect.Type // of an answer in JSON
	serve http.HandlerFunc
}

// streams lists them.
func (d *door) streams() []stream {
	digest := &huma.Param{Name: "X-Content-Digest", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
		Description: "SHA-256 of the file, as sha256: and hexadecimal digits; a file that arrives otherwise is refused"}
	manifest := &huma.Param{Name: "X-Batch-Manifest", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
		Description: "the provider's batch manifest in base64; a file that is not what it says is quarantined"}
	offset := &huma.Param{Name: "offset", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeInteger, Format: "int64"}}
	return []stream{
		{Operation: describe("snapshot-load", http.MethodPost, "/v1/datasets/{name}/snapshots", 201,
			"Load one file as a complete new snapshot of an approved dataset; a batch that does not fit is quarantined as a whole", digest, manifest),
			body: "application/octet-stream", sends: "application/json", shape: reflect.TypeFor[api.Snapshot](), serve: d.taken(d.pace, d.upload)},
		{Operation: describe("upload-part", http.MethodPut, "/v1/uploads/{id}", 200,
			"The bytes of the file from an offset on, which must be the number of bytes that have arrived", offset),
			body: "application/octet-stream", sends: "application/json", shape: reflect.TypeFor[api.Upload](), serve: d.taken(d.pace.ofPart(), d.part)},
		{Operation: describe("dataset-suggest", http.MethodPost, "/v1/suggestions", 200,
			"Propose a declaration for one file, which is held in memory only while it is looked at; nothing of it is kept", digest,
			&huma.Param{Name: "name", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString}, Description: "name of the dataset"}),
			body: "application/octet-stream", sends: "application/json", shape: reflect.TypeFor[api.Suggestion](), serve: d.taken(d.pace, d.suggest)},
		{Operation: describe("run-events", http.MethodGet, "/v1/runs/{id}/events", 200,
			"The names of a run's states as they become visible (server-sent events), until it rests"), sends: "text/event-stream", serve: d.held(d.events)},
		{Operation: describe("release-bundle", http.MethodGet, "/v1/releases/{id}/bundle", 200,
			"An issued release: data file, LABEL.txt, receipt.json and receipt.proof"), sends: "application/x-tar", serve: d.held(d.bundle)},
		{Operation: describe("audit-export", http.MethodGet, "/v1/audit/export", 200,
			"The whole log: entries, tiles and the signed checkpoint"), sends: "application/x-tar", serve: d.held(d.export)},
	}
}

func describe(id, method, path string, status int, summary string, more ...*huma.Param) huma.Operation {
	o := op(id, method, path, status)
	o.Summary, o.Parameters = summary, more
	for _, name := range []string{"name", "id"} {
		if strings.Contains(path, "{"+name+"}") {
			o.Parameters = append(o.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
		}
	}
	return o
}

// describe completes the description with what is sent both ways.
func (s stream) describe(doc *huma.OpenAPI) *huma.Operation {
	o := s.Operation
	bytes := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	if s.body != "" {
		o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{s.body: bytes}}
	}
	answer := bytes
	if s.sends == "application/json" {
		answer = &huma.MediaType{Schema: doc.Components.Schemas.Schema(s.shape, true, "")}
	}
	o.Responses = map[string]*huma.Response{
		strconv.Itoa(o.DefaultStatus): {Description: http.StatusText(o.DefaultStatus), Content: map[string]*huma.MediaType{s.sends: answer}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{"application/problem+json": {
			Schema: doc.Components.Schemas.Schema(reflect.TypeFor[problem](), true, "")}}},
	}
	return &o
}

// streamed serves a stream to the caller of a request.
type streamed func(http.ResponseWriter, *http.Request, enclave.Principal)

// known authenticates the caller of a stream. On a refusal the answer is written already.
func (d *door) known(serve streamed) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, err := d.principal(r.Context(), r.Header.Get("Authorization"))
		if err == nil {
			err = p.InEffect()
		}
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		callOf(r.Context()).account = p.Account
		if wait := d.limits.accounts.take(p.Account, time.Now()); wait > 0 {
			d.hold(w, r, wait)
			return
		}
		serve(w, r, p)
	}
}

// held sends a stream while the caller's session lasts: when that ends, the stream is cut off.
func (d *door) held(serve streamed) http.HandlerFunc {
	return d.known(func(w http.ResponseWriter, r *http.Request, p enclave.Principal) {
		ctx, end := d.svc.While(r.Context(), p)
		defer end()
		whole := context.AfterFunc(ctx, func() {
			past, control := time.Unix(1, 0), http.NewResponseController(w)
			_ = errors.Join(control.SetReadDeadline(past), control.SetWriteDeadline(past))
		})
		serve(w, r.WithContext(ctx), p)
		if !whole() {
			panic(http.ErrAbortHandler)
		}
	})
}

// taken takes a file in while the caller's session and the gateway live and its sender keeps up: then nobody waits for him any more. Only
// of his slowness is he told.
func (d *door) taken(pace Pace, serve streamed) http.HandlerFunc {
	return d.known(func(w http.ResponseWriter, r *http.Request, p enclave.Principal) {
		ctx, end := d.svc.While(r.Context(), p)
		defer end()
		body := &paced{ReadCloser: r.Body, control: http.NewResponseController(w), pace: pace}
		defer context.AfterFunc(d.svc.Life(), body.end)()
		whole := context.AfterFunc(ctx, body.end)
		r = r.WithContext(ctx)
		r.Body = body
		serve(w, r, p)
		if !whole() && !body.slow {
			panic(http.ErrAbortHandler)
		}
	})
}

// upload loads one file as a new snapshot; the body streams straight into a sealed memory file.
func (d *door) upload(w http.ResponseWriter, r *http.Request, p enclave.Principal) {
	if r.ContentLength > d.maxUpload {
		d.refuse(w, r, enclave.ErrUploadTooLarge)
		return
	}
	about := enclave.Supply{Digest: catalog.Digest(r.Header.Get("X-Content-Digest"))}
	var err error
	if about.Manifest, err = base64.StdEncoding.DecodeString(r.Header.Get("X-Batch-Manifest")); err != nil {
		d.refuse(w, r, enclave.ErrManifest)
		return
	}
	v, err := d.svc.LoadBatch(r.Context(), p, r.PathValue("name"), http.MaxBytesReader(w, r.Body, d.maxUpload), about)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = writeJSON(w, v)
}

// part takes the next bytes of an upload.
func (d *door) part(w http.ResponseWriter, r *http.Request, p enclave.Principal) {
	offset, err := strconv.ParseInt(r.URL.Query().Get("offset"), 10, 64)
	if err != nil {
		refusal, _ := newHumaError(http.StatusBadRequest, "").(*problem)
		d.finish(r.Context(), refusal)
		d.send(w, refusal)
		return
	}
	v, err := d.svc.PutPart(r.Context(), p, r.PathValue("id"), offset, r.Body)
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = writeJSON(w, v)
}

// suggest proposes a declaration for one file.
func (d *door) suggest(w http.ResponseWriter, r *http.Request, p enclave.Principal) {
	if r.ContentLength > d.maxUpload {
		d.refuse(w, r, enclave.ErrUploadTooLarge)
		return
	}
	v, err := d.svc.SuggestDataset(r.Context(), p, r.URL.Query().Get("name"), http.MaxBytesReader(w, r.Body, d.maxUpload),
		catalog.Digest(r.Header.Get("X-Content-Digest")))
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = writeJSON(w, v)
}

// events streams the names of a run's states (server-sent events) until it rests.
func (d *door) events(w http.ResponseWriter, r *http.Request, p enclave.Principal) {
	states, err := d.svc.Watch(r.Context(), p, r.PathValue("id"))
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for state := range states {
		if r.Context().Err() != nil {
			return
		}
		b, _ := json.Marshal(map[string]string{"state": state})
		if _, err := fmt.Fprintf(w, "event: state\ndata: %s\n\n", b); err != nil {
			return
		}
		_ = out.Flush()
	}
}

// bundle sends the files of an issued release as a tar stream.
func (d *door) bundle(w http.ResponseWriter, r *http.Request, p enclave.Principal) {
	rel, err := d.svc.Collect(r.Context(), p, r.PathValue("id"))
	if err != nil {
		d.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-tar")
	if err := rel.WriteTar(w); err != nil {
		d.log.Error("bundle", "error", err)
		panic(http.ErrAbortHandler)
	}
}

// export sends the log as a tar stream.
func (d *door) export(w http.ResponseWriter, r *http.Request, p enclave.Principal) {
	w.Header().Set("Content-Type", "application/x-tar")
	started, err := d.svc.AuditExport(r.Context(), p, w)
	if err == nil {
		return
	}
	if started {
		panic(http.ErrAbortHandler)
	}
	w.Header().Del("Content-Type")
	d.refuse(w, r, err)
}
