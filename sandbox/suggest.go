package sandbox

import (
	"context"
	"io"
	"os"
	"time"

	"yumen/catalog"
	"yumen/sandbox/wire"
)

// SuggestSpec is one file to be profiled. Zero limits are the runner's defaults.
type SuggestSpec struct {
	Source   *os.File  // sealed, read-only
	Today    time.Time // nobody is born later
	MemoryMB int
	Threads  int
	Timeout  time.Duration
}

// Profile is what a file looks like, too coarse to tell of anybody.
type Profile = wire.Profile

// Suggest profiles a file of any format that a load takes. Nothing of it is kept. A file that cannot be declared as it is, is an
// *IngestRejected.
func (r *Runner) Suggest(ctx context.Context, spec SuggestSpec) (*Profile, error) {
	if !sealed(spec.Source) {
		return nil, violation("the source is not sealed")
	}
	st, err := spec.Source.Stat()
	if err != nil {
		return nil, violation("source")
	}
	job := &wire.Suggest{MaxRows: r.config.MaxSourceRows, Today: spec.Today.Format(time.DateOnly)}
	var profile *Profile
	t := &task{
		job: wire.Job{Kind: wire.KindSuggest, Suggest: job}, files: []*os.File{spec.Source},
		timeout:  orDefault(spec.Timeout, r.config.Timeout),
		memoryMB: orInt(spec.MemoryMB, r.config.JobMemoryMB), threads: orInt(spec.Threads, r.config.Threads),
		// Room for a copy that is easier to read, for the staged texts, and for one field's values.
		dataMB: int(min(96+6*(expansion(spec.Source, st.Size())>>20), r.config.MaxFileBytes>>20)),
		result: func(in io.Reader) (err error) {
			profile, err = wire.ReadProfile(in)
			return err
		},
	}
	job.MaxBytes = int64(t.dataMB) << 20 / 3
	status, err := r.do(ctx, t)
	if err != nil {
		return nil, err
	}
	if status.Code == wire.CodeRejected {
		return nil, rejected(&catalog.DatasetSpec{}, status.Faults)
	}
	if profile == nil || status.Rows != 1 {
		return nil, violation("profile")
	}
	return profile, nil
}
