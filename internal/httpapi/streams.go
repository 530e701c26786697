package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"yumen/catalog"
	"yumen/enclave"
)

// caller authenticates a raw handler; on failure the answer is written already.
func (d *door) caller(w http.ResponseWriter, r *http.Request) (enclave.Principal, bool) {
	p, err := d.principal(r.Context(), r.Header.Get("Authorization"))
	if err == nil {
		err = p.InEffect()
	}
	if err != nil {
		d.refuse(w, err)
		return p, false
	}
	return p, true
}

func (d *door) refuse(w http.ResponseWriter, err error) {
	if problemOf(err).Status >= 500 {
		d.log.Error("request failed", "request", w.Header().Get("X-Request-Id"), "error", err)
	}
	writeProblem(w, w.Header().Get("X-Request-Id"), err)
}

// upload loads one file as a new snapshot; the body streams straight into a sealed memory file.
func (d *door) upload(w http.ResponseWriter, r *http.Request) {
	p, ok := d.caller(w, r)
	if !ok {
		return
	}
	if r.ContentLength > d.maxUpload {
		d.refuse(w, enclave.ErrUploadTooLarge)
		return
	}
	v, err := d.svc.LoadDataset(r.Context(), p, r.PathValue("name"), http.MaxBytesReader(w, r.Body, d.maxUpload),
		catalog.Digest(r.Header.Get("X-Content-Digest")))
	if err != nil {
		d.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = writeJSON(w, v)
}

// events streams the names of a run's states (server-sent events) until it rests.
func (d *door) events(w http.ResponseWriter, r *http.Request) {
	p, ok := d.caller(w, r)
	if !ok {
		return
	}
	states, err := d.svc.Watch(r.Context(), p, r.PathValue("id"))
	if err != nil {
		d.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for state := range states {
		_ = out.SetWriteDeadline(time.Now().Add(30 * time.Second))
		b, _ := json.Marshal(map[string]string{"state": state})
		if _, err := fmt.Fprintf(w, "event: state\ndata: %s\n\n", b); err != nil {
			return
		}
		_ = out.Flush()
	}
}

// bundle sends the files of an issued release as a tar stream.
func (d *door) bundle(w http.ResponseWriter, r *http.Request) {
	p, ok := d.caller(w, r)
	if !ok {
		return
	}
	rel, err := d.svc.Collect(r.Context(), p, r.PathValue("id"))
	if err != nil {
		d.refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-tar")
	if err := rel.WriteTar(w); err != nil {
		d.log.Error("bundle", "error", err)
		panic(http.ErrAbortHandler)
	}
}

// export sends the log as a tar stream.
func (d *door) export(w http.ResponseWriter, r *http.Request) {
	p, ok := d.caller(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "application/x-tar")
	started, err := d.svc.AuditExport(r.Context(), p, w)
	if err == nil {
		return
	}
	if started {
		panic(http.ErrAbortHandler)
	}
	w.Header().Del("Content-Type")
	d.refuse(w, err)
}
