package telemetry

import (
	"context"
	"errors"

	"yumen/enclave"
	"yumen/sandbox"
)

// Runner wraps the workers. Parsing and loading are measured; runs and what follows them are not (enclave.Inside).
func (t *Telemetry) Runner(r enclave.Runner) enclave.Runner { return runner{r, t} }

type runner struct {
	enclave.Runner
	t *Telemetry
}

// Parse parses a text.
func (r runner) Parse(ctx context.Context, sql string) ([]byte, error) {
	ctx, end := r.begin(ctx, "parse")
	tree, err := r.Runner.Parse(ctx, sql)
	var syntax *sandbox.SyntaxError
	if errors.As(err, &syntax) {
		end(nil) // an answer, not a failure
	} else {
		end(err)
	}
	return tree, err
}

// Ingest loads a batch.
func (r runner) Ingest(ctx context.Context, spec sandbox.IngestSpec) (*sandbox.IngestReport, error) {
	ctx, end := r.begin(ctx, "ingest")
	report, err := r.Runner.Ingest(ctx, spec)
	var rejected *sandbox.IngestRejected
	switch {
	case errors.As(err, &rejected):
		end(nil)
		r.t.m.batches.WithLabelValues("quarantined").Inc()
	case err != nil:
		end(err)
		r.t.m.batches.WithLabelValues("failed").Inc()
	default:
		end(nil)
		r.t.m.batches.WithLabelValues("loaded").Inc()
		r.t.m.rows.Add(float64(report.Rows))
		if st, err := spec.Source.Stat(); err == nil {
			r.t.m.bytes.Add(float64(st.Size()))
		}
	}
	return report, err
}

// Suggest profiles a file.
func (r runner) Suggest(ctx context.Context, spec sandbox.SuggestSpec) (*sandbox.Profile, error) {
	ctx, end := r.begin(ctx, "suggest")
	profile, err := r.Runner.Suggest(ctx, spec)
	var rejected *sandbox.IngestRejected
	if errors.As(err, &rejected) {
		end(nil)
	} else {
		end(err)
	}
	return profile, err
}

func (r runner) begin(ctx context.Context, job string) (context.Context, func(error)) {
	if enclave.Inside(ctx) {
		return ctx, func(error) {}
	}
	ctx, end := r.t.step(ctx, "worker."+job)
	gauge := r.t.m.running.WithLabelValues(job)
	gauge.Inc()
	return ctx, func(err error) {
		gauge.Dec()
		if err != nil {
			r.t.m.failures.WithLabelValues(job, reason(err)).Inc()
		}
		end(err)
	}
}

// reason is why a worker gave no answer, from a closed list.
func reason(err error) string {
	switch {
	case errors.Is(err, sandbox.ErrTimeout):
		return "timeout"
	case errors.Is(err, sandbox.ErrCapacity):
		return "capacity"
	case errors.Is(err, sandbox.ErrClosed), errors.Is(err, context.Canceled):
		return "cancelled"
	}
	return "broken"
}
