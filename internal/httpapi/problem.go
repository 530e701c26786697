package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/internal/api"
)

// statuses maps every kind of error to one status: the only place where that is decided.
var statuses = map[enclave.ErrorKind]int{
	enclave.KindUnauthenticated: http.StatusUnauthorized,
	enclave.KindForbidden:       http.StatusForbidden,
	enclave.KindNotFound:        http.StatusNotFound,
	enclave.KindConflict:        http.StatusConflict,
	enclave.KindInvalid:         http.StatusBadRequest,
	enclave.KindTooLarge:        http.StatusRequestEntityTooLarge,
	enclave.KindRefused:         http.StatusUnprocessableEntity,
	enclave.KindQuarantined:     http.StatusUnprocessableEntity,
	enclave.KindExecution:       http.StatusInternalServerError,
	enclave.KindUnavailable:     http.StatusServiceUnavailable,
}

// problem is a problem document (RFC 9457) that huma can send.
type problem struct{ api.Problem }

func (p *problem) Error() string             { return p.Detail.En }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

var errInternal = fmt.Errorf("internal error")

// problemOf maps any error. An error that is not the enclave's own becomes "internal error" and its text stays inside.
func problemOf(err error) *problem {
	e, ok := enclave.Of(err)
	if !ok {
		return &problem{api.Problem{Type: "about:blank", Title: "internal error", Status: http.StatusInternalServerError, Kind: "internal",
			Detail: catalog.Text{Zh: "内部错误；请把请求编号告诉运营方", En: "internal error; give the operator the request id"}}}
	}
	status := statuses[e.Kind]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	p := &problem{api.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Kind: string(e.Kind), Detail: e.Detail, Refusal: e.Refusal}}
	for _, f := range e.Faults {
		p.Faults = append(p.Faults, api.Fault{Row: f.Row, Column: f.Column, Rule: f.Rule})
	}
	return p
}

// newHumaError keeps what huma's validation found without any value it was given.
func newHumaError(status int, message string, errs ...error) huma.StatusError {
	kind, detail := "invalid", message
	if status == http.StatusRequestEntityTooLarge {
		kind = "too_large"
	}
	if status >= 500 {
		kind, detail = "internal", "internal error"
	}
	for i, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) && status < 500 && i < 5 {
			detail += "; " + d.Location
		}
	}
	return &problem{api.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Kind: kind,
		Detail: catalog.Text{Zh: "请求格式不对：" + detail, En: detail}}}
}

// fail turns an error into what huma sends, and logs what stays inside.
func (d *door) fail(err error) error {
	p := problemOf(err)
	if p.Status >= 500 {
		d.log.Error("request failed", "error", err)
	}
	return p
}

func writeProblem(w http.ResponseWriter, request string, err error) {
	p := problemOf(err)
	p.Request = request
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = writeJSON(w, p.Problem)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
