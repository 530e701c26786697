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
	out := work(os.NewFile(wire.FDJob, "job"), result, layers)
	if result.Close() != nil {
		return 70
	}
	if wire.WriteStatus(status, out) != nil || status.Close() != nil {
		return 70
	}
	return 0
}

func work(job, result *os.File, layers uint64) (out *wire.Status) {
	defer func() {
		if recover() != nil {
			out = &wire.Status{Code: wire.CodeInternal}
		}
	}()
	j, err := wire.ReadJob(job)
	if err != nil {
		return &wire.Status{Code: wire.CodeJob}
	}
	_ = job.Close()
	// A worker lives for one job: collecting garbage would only take time from it. GOMEMLIMIT still holds.
	debug.SetGCPercent(400)
	out, err = dispatch(context.Background(), j, result, layers)
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

func dispatch(ctx context.Context, j *wire.Job, result *os.File, layers uint64) (*wire.Status, error) {
	switch j.Kind {
	case wire.KindProbe:
		return probe.Report(layers, j), nil
	case wire.KindParse:
		return parse(ctx, j, result)
	case wire.KindRun:
		return run(ctx, j, result)
	case wire.KindPost:
		return post(ctx, j, result)
	case wire.KindIngest:
		return ingest(ctx, j, result)
	case wire.KindSuggest:
		return suggest(ctx, j, result)
	}
	return nil, fail(wire.CodeJob, errors.New("unknown kind"))
}
