package sandbox

import (
	"context"
	"fmt"
	"time"

	"yumen/catalog"
)

// Runner starts workers. It is safe for concurrent use. Close kills what runs.
type Runner struct {
	config  Config
	level   level
	layers  []Layer
	binary  *binary
	starter starter
	groups  *groups         // nil where none are delegated
	queue   *queue          // of config.Workers and config.MemoryMB
	warm    *warm           // nil when none are started in advance
	open    context.Context // until Close
	shut    context.CancelFunc
}

// processMB is what a worker needs beside the engine's limit: runtime, catalog, stacks.
const processMB = 64

// New opens and digests the worker, and probes with a real one which layers of the cage this host allows. It fails when
// even the floor does not work, or when a required layer is missing.
func New(config Config) (*Runner, error) {
	c, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	b, err := openBinary(c.Worker, c.WorkerDigest)
	if err != nil {
		return nil, err
	}
	sweepPrivate(privateBase(), time.Now())
	open, shut := context.WithCancel(context.Background())
	r := &Runner{config: c, binary: b, starter: newThread(), open: open, shut: shut, queue: newQueue(c.Workers, int64(c.jobsMB()), c.Cores, time.Now)}
	if c.Spawner != "" {
		r.starter = newRemote(c.Spawner)
	}
	if err := r.probe(context.Background()); err != nil {
		r.Close()
		return nil, err
	}
	if err := r.advance(); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Close kills the running workers and releases the binary. Jobs fail with ErrClosed from then on.
func (r *Runner) Close() {
	r.shut()
	if r.warm != nil {
		r.warm.close()
	}
	r.starter.close()
	r.binary.close()
}

// Digest is the digest of the worker binary that every worker is started from.
func (r *Runner) Digest() catalog.Digest { return r.binary.digest }

// need is the memory of a task in MiB: it is admitted with so much, and its control group holds it to that.
func (t *task) need() int64 { return int64(t.memoryMB + t.spillMB + t.dataMB + processMB) }

// admit waits for a slot and for memory, fairly among tenants, and returns what gives them back. The task gets the threads that are free.
func (r *Runner) admit(ctx context.Context, t *task) (func(), error) {
	need := t.need()
	if need > int64(r.config.jobsMB()) {
		return nil, fmt.Errorf("%w: the job needs more memory than all workers may have", ErrCapacity)
	}
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	if !t.accepted() {
		defer time.AfterFunc(r.config.AdmissionWait, cancel).Stop()
	}
	defer context.AfterFunc(r.open, cancel)()
	threads, release, err := r.queue.acquire(wait, tenantOf(ctx), need, t.threads)
	if err != nil {
		return nil, r.notAdmitted(ctx)
	}
	t.threads = threads
	return release, nil
}

func (r *Runner) notAdmitted(ctx context.Context) error {
	switch {
	case r.open.Err() != nil:
		return ErrClosed
	case ctx.Err() != nil:
		return cancelled(ctx)
	}
	return ErrCapacity
}

// cancelled is why a caller's context ended: its deadline, or its own cause.
func cancelled(ctx context.Context) error {
	if ctx.Err() == context.DeadlineExceeded {
		return ErrTimeout
	}
	return fmt.Errorf("sandbox: %w", context.Cause(ctx))
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return fallback
}
