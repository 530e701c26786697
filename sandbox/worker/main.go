package worker

import (
	"context"
	"errors"
	"os"
	"runtime/debug"

	"yumen/sandbox/wire"
	"yumen/sandbox/worker/probe"
)

// failure is an error with the code that the worker reports. Its cause stays inside.
type failure struct {
	code  wire.Code
	cause error
}

// Error is for this process alone: its cause may quote the engine.
func (f *failure) Error() string { return string(f.code) + ": " + f.cause.Error() }

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

func fail(code wire.Code, cause error) error {
	if cause == nil {
		return nil
	}
	var known *failure
	if errors.As(cause, &known) {
		return cause
	}
	return &failure{code: code, cause: cause}
}

// Main does the one job on the descriptors and returns the exit status: 0 when the status line was written, 70 otherwise.
// layers is what the cage has set up.
func Main(layers uint64) int {
	status := os.NewFile(wire.FDStatus, "status")
	result := os.NewFile(wire.FDResult, "result")
	out := work(result, layers)
	if result.Close() != nil {
		return 70
	}
	if wire.WriteStatus(status, out) != nil || status.Close() != nil {
		return 70
	}
	return 0
}

func work(result *os.File, layers uint64) (out *wire.Status) {
	defer func() {
		if recover() != nil {
			out = &wire.Status{Code: wire.CodeInternal}
		}
	}()
	// A worker lives for one job: collecting garbage would only take time from it. GOMEMLIMIT still holds.
	debug.SetGCPercent(400)
	ctx := context.Background()
	var warm *engine
	j, err := wire.TakeJob(func(of *wire.Job) (err error) {
		warm, err = early(ctx, of)
		return err
	})
	if err != nil {
		return &wire.Status{Code: wire.CodeJob}
	}
	out, err = dispatch(ctx, j, warm, result, layers)
	if err == nil {
		return out
	}
	var quarantined *rejection
	if errors.As(err, &quarantined) {
		return &wire.Status{Code: wire.CodeRejected, Faults: quarantined.faults}
	}
	code := wire.CodeInternal
	var f *failure
	if errors.As(err, &f) {
		code = f.code
	}
	return &wire.Status{Code: code}
}

// dispatch does the job; warm is the engine of a worker that was started in advance.
func dispatch(ctx context.Context, j *wire.Job, warm *engine, result *os.File, layers uint64) (*wire.Status, error) {
	switch j.Kind {
	case wire.KindProbe:
		return probe.Report(layers, j), nil
	case wire.KindParse, wire.KindRun, wire.KindPost:
		e, err := warm.ready(ctx, j)
		if err != nil {
			return nil, err
		}
		return ask(e, j, result)
	case wire.KindIngest:
		return ingest(ctx, j, result)
	case wire.KindSuggest:
		return suggest(ctx, j, result)
	}
	return nil, fail(wire.CodeJob, errors.New("unknown kind"))
}

// ask does a job that needs nothing but an engine and what is handed over.
func ask(e *engine, j *wire.Job, result *os.File) (*wire.Status, error) {
	switch j.Kind {
	case wire.KindParse:
		return parse(e, j, result)
	case wire.KindPost:
		return post(e, j, result)
	}
	return run(e, j, result)
}
