package sandbox

import (
	"errors"
	"fmt"

	"yumen/sandbox/wire"
)

// The sentinels. They say nothing that depends on data; the code that a worker reported is for the operator's log at most.
var (
	// ErrExecution is every failure of a job: a worker that died, lied, was over a cap or reported a failure.
	ErrExecution = errors.New("sandbox: execution failed")
	// ErrTimeout is a job that was killed at its deadline.
	ErrTimeout = errors.New("sandbox: deadline exceeded")
	// ErrCapacity is a job that does not fit: never, or not within the time a job may wait for its turn.
	ErrCapacity = errors.New("sandbox: no capacity")
	// ErrClosed is a runner that was closed.
	ErrClosed = errors.New("sandbox: closed")
)

// SyntaxError says that a caller's text is not one that can become a tree.
type SyntaxError struct {
	// Position is a byte offset into the text, -1 when the parser gave none.
	Position int
	// NotSelect says that the text is well-formed but is not a SELECT (COPY, INSERT, SET, PRAGMA, PIVOT, …).
	NotSelect bool
}

// Error holds no word of the caller's text.
func (e *SyntaxError) Error() string {
	if e.NotSelect {
		return "sandbox: not a SELECT statement"
	}
	return fmt.Sprintf("sandbox: syntax error at byte %d", e.Position)
}

// Fault is one reason to quarantine a batch: a row, a column, a rule, never a value.
type Fault = wire.Fault

// IngestRejected says that a source does not keep its declaration.
type IngestRejected struct {
	// Faults are the first faults of each kind, at most wire.MaxFaults.
	Faults []Fault
}

// Error counts the faults.
func (e *IngestRejected) Error() string {
	f := e.Faults[0]
	return fmt.Sprintf("sandbox: batch quarantined: %d faults listed, the first is %s at row %d", len(e.Faults), f.Rule, f.Row)
}

// violation is a broken rule of the protocol, or a failure that the worker reported. It reads as ErrExecution and names the
// step for the operator, in words of this package alone.
func violation(step string) error { return fmt.Errorf("%w: %s", ErrExecution, step) }
