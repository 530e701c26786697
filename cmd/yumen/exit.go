package main

import (
	"errors"

	"yumen/internal/client"
)

// The exit codes of every command.
const (
	exitOK          = 0 // done, or released
	exitUnexpected  = 1
	exitUsage       = 2
	exitDenied      = 3 // refused or denied
	exitWaiting     = 4 // running, or waiting for a person
	exitFailed      = 5 // the execution failed
	exitNotGenuine  = 6
	exitUnreachable = 7
)

// status is an error that says nothing more: the command has printed its answer, and only the exit code is left.
type status int

func (status) Error() string { return "the answer was printed" }

// codeOf maps any error to its exit code: the only place where that is decided.
func codeOf(err error) int {
	var s status
	var f *failure
	var e *client.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &s):
		return int(s)
	case errors.As(err, &f):
		return f.code
	case errors.As(err, &e):
		return codeOfKind(e.Kind)
	case errors.Is(err, client.ErrUnreachable):
		return exitUnreachable
	case errors.Is(err, client.ErrServerURL):
		return exitUsage
	}
	return exitUnexpected
}

func codeOfKind(k client.Kind) int {
	switch k {
	case client.KindExecutionFailed:
		return exitFailed
	case client.KindUnavailable, client.KindLimited:
		return exitUnreachable
	case client.KindInternal:
		return exitUnexpected
	}
	return exitDenied
}

// codeOfState maps the state of a run.
func codeOfState(state string) int {
	switch state {
	case "released":
		return exitOK
	case "running", "in_review", "returned":
		return exitWaiting
	case "failed":
		return exitFailed
	case "refused", "rejected", "withdrawn", "revoked", "expired":
		return exitDenied
	}
	return exitUnexpected
}

// done turns an exit code into what a command returns after it has printed its answer.
func done(code int) error {
	if code == exitOK {
		return nil
	}
	return status(code)
}
