package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/api"
)

// statuses maps every kind of error to one status: the only place where that is decided.
var statuses = map[enclave.ErrorKind]int{
	enclave.KindUnauthenticated: http.StatusUnauthorized,
	enclave.KindSecondFactor:    http.StatusUnauthorized,
	enclave.KindForbidden:       http.StatusForbidden,
	enclave.KindNotFound:        http.StatusNotFound,
	enclave.KindConflict:        http.StatusConflict,
	enclave.KindInvalid:         http.StatusBadRequest,
	enclave.KindTooLarge:        http.StatusRequestEntityTooLarge,
	enclave.KindRefused:         http.StatusUnprocessableEntity,
	enclave.KindQuarantined:     http.StatusUnprocessableEntity,
	enclave.KindExecution:       http.StatusInternalServerError,
	enclave.KindUnavailable:     http.StatusServiceUnavailable,
	enclave.KindLimited:         http.StatusTooManyRequests,
}

// problem is a problem document (RFC 9457) on its way out.
type problem struct {
	api.Problem
	places []string // of the request, where huma found something wrong; a caller chose some of the names in them
	cause  error    // stays inside
	retry  time.Duration
}

func (p *problem) Error() string             { return p.Text.En }
func (p *problem) Unwrap() error             { return p.cause }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders says when to try again, where that is known.
func (p *problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(p.retry.Seconds())))
	}
	return h
}

// MarshalJSON writes the document alone.
func (p *problem) MarshalJSON() ([]byte, error) { return json.Marshal(p.Problem) }

var errInternal = errors.New("internal error")

// texts say what huma refuses; its own words may quote the request.
var texts = map[int]catalog.Text{
	http.StatusNotFound:              {Zh: "没有这个地址", En: "there is no such address"},
	http.StatusMethodNotAllowed:      {Zh: "该地址不支持此方法", En: "this address does not take that method"},
	http.StatusRequestTimeout:        {Zh: "请求未及时送达", En: "the request did not arrive in time"},
	http.StatusRequestEntityTooLarge: {Zh: "请求超过大小上限", En: "the request is over its limit of size"},
	http.StatusUnsupportedMediaType:  {Zh: "请求正文应为 application/json", En: "the body of a request is application/json"},
}

// newProblem makes a problem that the door itself states.
func newProblem(status int, kind string, text catalog.Text) *problem {
	return &problem{Problem: api.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Kind: kind, Text: text}}
}

// problemOf maps any error. An error that is not the enclave's own becomes an internal one and its text stays inside.
func problemOf(err error) *problem {
	e, ok := enclave.Of(err)
	if !ok {
		p := newProblem(http.StatusInternalServerError, "internal", catalog.Text{Zh: "内部错误；请把请求编号告诉运营方", En: "internal error; give the operator the request id"})
		p.cause = err
		return p
	}
	status := statuses[e.Kind]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	p := newProblem(status, string(e.Kind), e.Detail)
	p.Refusal, p.cause, p.retry = e.Refusal, err, e.Retry
	for _, f := range e.Faults {
		p.Faults = append(p.Faults, api.Fault{Row: f.Row, Column: f.Column, Rule: f.Rule})
	}
	return p
}

// newHumaError keeps where huma's validation found something, and nothing of what it was given.
func newHumaError(status int, _ string, errs ...error) huma.StatusError {
	if status >= http.StatusInternalServerError {
		return problemOf(errors.Join(append([]error{errInternal}, errs...)...))
	}
	text, known := texts[status]
	if !known {
		text = catalog.Text{Zh: "请求格式不对", En: "the request has not the right form"}
	}
	kind := "invalid"
	switch status {
	case http.StatusRequestEntityTooLarge:
		kind = "too_large"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		kind = "not_found"
	}
	p := newProblem(status, kind, text)
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) && len(p.places) < 5 {
			p.places = append(p.places, d.Location)
		}
	}
	return p
}

// finish completes a problem for one caller: its request, his language, and the places that bear names of ours.
func (d *door) finish(ctx context.Context, p *problem) {
	c := callOf(ctx)
	p.Request = c.request
	for i, place := range p.places {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		place = d.names.place(place)
		p.Text.Zh, p.Text.En = p.Text.Zh+sep+place, p.Text.En+sep+place
	}
	p.places, p.Detail = nil, p.Text.En
	if c.chinese {
		p.Detail = p.Text.Zh
	}
	if p.Status >= http.StatusInternalServerError {
		d.log.Error("request failed", "request", c.request, "error", p.cause)
	}
}

// transform is finish for what huma sends.
func (d *door) transform(ctx huma.Context, _ string, v any) (any, error) {
	if p, ok := v.(*problem); ok {
		d.finish(ctx.Context(), p)
	}
	return v, nil
}

// refuse sends a problem from a handler that is not huma's.
func (d *door) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	d.finish(r.Context(), p)
	d.send(w, p)
}

func (d *door) send(w http.ResponseWriter, p *problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = writeJSON(w, p.Problem)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// names are those of the interface: parameters and members of bodies.
type names map[string]bool

// namesOf collects them from the interface's own description.
func namesOf(doc *huma.OpenAPI) names {
	out := names{"body": true, "path": true, "query": true, "header": true}
	for _, s := range doc.Components.Schemas.Map() {
		for name := range s.Properties {
			out[name] = true
		}
	}
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				out[p.Name] = true
			}
		}
	}
	return out
}

// place is a place in a request as it may be told: a name that the caller chose becomes "?".
func (n names) place(location string) string {
	parts := strings.Split(location, ".")
	for i, part := range parts {
		name, index, _ := strings.Cut(part, "[")
		if !n[name] {
			parts[i] = "?"
		} else if strings.Trim(index, "0123456789]") != "" {
			parts[i] = name + "[?]"
		}
	}
	return strings.Join(parts, ".")
}
