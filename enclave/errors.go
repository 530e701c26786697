package enclave

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"yumen/catalog"
	"yumen/policy"
)

// ErrorKind is one of a closed list of kinds; the doors map each to one status and problem document.
type ErrorKind string

// The kinds of error that leave the enclave. Anything else is internal and its text stays inside.
const (
	KindUnauthenticated ErrorKind = "unauthenticated"
	KindSecondFactor    ErrorKind = "second_factor" // the password is right, and a code is wanted beside it
	KindForbidden       ErrorKind = "forbidden"
	KindNotFound        ErrorKind = "not_found"
	KindConflict        ErrorKind = "conflict"
	KindInvalid         ErrorKind = "invalid"
	KindTooLarge        ErrorKind = "too_large"
	KindRefused         ErrorKind = "refused"
	KindQuarantined     ErrorKind = "quarantined"
	KindExecution       ErrorKind = "execution_failed"
	KindUnavailable     ErrorKind = "unavailable"
	KindLimited         ErrorKind = "limited" // too often; nothing was done
)

// Error is a failure that a person may be told about.
type Error struct {
	Kind    ErrorKind
	Detail  catalog.Text
	Refusal *catalog.Refusal // with KindRefused
	Faults  []Fault          // with KindQuarantined
	Retry   time.Duration    // after which it is worth trying again; 0 when nobody knows
	cause   error
	// decision is the one that refused, so that it is kept with the entry that tells of the refusal.
	decision *policy.Decision
}

// Fault is one reason for a quarantine: row and column, never a value.
type Fault struct {
	Row    int64  `json:"row"`
	Column string `json:"column"`
	Rule   string `json:"rule"`
}

// Error is for the log: kind, English text and cause.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Kind, e.Detail.En, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Detail.En)
}

// Unwrap returns the cause, which stays inside the gateway.
func (e *Error) Unwrap() error { return e.cause }

func fault(kind ErrorKind, zh, en string) *Error {
	return &Error{Kind: kind, Detail: catalog.Text{Zh: zh, En: en}}
}

func (e *Error) because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Failures that recur.
var (
	errUnauthenticated = fault(KindUnauthenticated, "请先登录", "log in first: yumen login")
	errNotFound        = fault(KindNotFound, "没有这个对象，或者您不可见", "there is no such thing, or it is not visible to you")
	errDamaged         = fault(KindInvalid, "文件在传输中损坏（摘要不符），请重新上传", "the file was damaged on the way (its digest differs): send it again")
	errConflict        = fault(KindConflict, "对象已被改变，请刷新后重试", "it has changed meanwhile: look again, then retry")
)

// spoken is a name that a caller gave, as an error may tell it again: a text that could be no name of ours becomes "?".
func spoken(text string) string {
	for i, c := range text {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') || i > 62 {
			return "?"
		}
	}
	return cmp.Or(text, "?")
}

// Of returns the enclave error inside err, if there is one.
func Of(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
