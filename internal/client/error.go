package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"yumen/internal/api"
)

// Sentinels of the client. ErrServerURL, ErrUnreachable, ErrTooLarge and ErrProtocol wrap what happened.
var (
	// ErrServerURL says that the base URL is not one that the client may use.
	ErrServerURL = errors.New("not a gateway address")
	// ErrUnreachable says that no answer came: no connection, a broken one, or none in time.
	ErrUnreachable = errors.New("cannot reach the gateway")
	// ErrTooLarge says that an answer was longer than the client reads.
	ErrTooLarge = errors.New("the answer is longer than the client accepts")
	// ErrProtocol says that an answer was not one that a gateway gives.
	ErrProtocol = errors.New("the answer is not one of a gateway")
)

// Kind classifies a problem: a closed list.
type Kind string

// The kinds of problem documents.
const (
	KindUnauthenticated Kind = "unauthenticated"
	KindSecondFactor    Kind = "second_factor"
	KindForbidden       Kind = "forbidden"
	KindNotFound        Kind = "not_found"
	KindConflict        Kind = "conflict"
	KindInvalid         Kind = "invalid"
	KindTooLarge        Kind = "too_large"
	KindRefused         Kind = "refused"
	KindQuarantined     Kind = "quarantined"
	KindExecutionFailed Kind = "execution_failed"
	KindUnavailable     Kind = "unavailable"
	KindLimited         Kind = "limited" // too often; nothing was done
	KindInternal        Kind = "internal"
)

// Error is a problem that the gateway stated. Kind is always one of the list; Problem holds what else it said.
type Error struct {
	Kind    Kind
	Problem api.Problem
	wait    time.Duration // with KindLimited: what the gateway asks for
}

// Error states the kind and the English detail.
func (e *Error) Error() string {
	if e.Problem.Text.En == "" {
		return fmt.Sprintf("gateway: %s", e.Kind)
	}
	return fmt.Sprintf("gateway: %s: %s", e.Kind, e.Problem.Text.En)
}

// IsKind reports whether err is a problem of this kind.
func IsKind(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

func problemOf(resp *http.Response) error {
	body, err := readCapped(resp.Body, maxProblem)
	if err != nil {
		return err
	}
	e := &Error{Kind: kindOfStatus(resp.StatusCode)}
	if json.Unmarshal(body, &e.Problem) != nil {
		e.Problem = api.Problem{}
	}
	if k := Kind(e.Problem.Kind); known(k) {
		e.Kind = k
	}
	e.Problem.Status = resp.StatusCode
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		e.wait = time.Duration(min(s, 3600)) * time.Second
	}
	if e.Problem.Request == "" {
		e.Problem.Request = resp.Header.Get("X-Request-Id")
	}
	return e
}

func known(k Kind) bool {
	switch k {
	case KindUnauthenticated, KindSecondFactor, KindForbidden, KindNotFound, KindConflict, KindInvalid, KindTooLarge,
		KindRefused, KindQuarantined, KindExecutionFailed, KindUnavailable, KindLimited, KindInternal:
		return true
	}
	return false
}

func kindOfStatus(status int) Kind {
	switch status {
	case http.StatusUnauthorized:
		return KindUnauthenticated
	case http.StatusForbidden:
		return KindForbidden
	case http.StatusNotFound, http.StatusGone, http.StatusMethodNotAllowed:
		return KindNotFound
	case http.StatusConflict:
		return KindConflict
	case http.StatusBadRequest:
		return KindInvalid
	case http.StatusRequestEntityTooLarge:
		return KindTooLarge
	case http.StatusUnprocessableEntity:
		return KindInvalid
	case http.StatusTooManyRequests:
		return KindLimited
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return KindUnavailable
	}
	return KindInternal
}

// unreachable keeps a cancellation by the caller apart from a gateway that does not answer.
func unreachable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("gateway call: %w", context.Canceled)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
