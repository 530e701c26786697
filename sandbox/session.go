package sandbox

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"yumen/internal/faultpoint"
	"yumen/sandbox/wire"
)

// task is one job with its files, limits and the reader of its result stream.
type task struct {
	job      wire.Job
	files    []*os.File // sealed; descriptor wire.FDFirst+i
	memoryMB int
	threads  int
	spillMB  int
	dataMB   int
	timeout  time.Duration
	// result reads the whole result stream; nil when the job has none. It runs in its own goroutine.
	result func(r io.Reader) error
	// early says that the worker is started before there is a job: its kind and limits are known, its files come with it.
	early bool
	// words lets the first line of the worker's stderr into the error: for probes, which hold nothing, alone.
	words bool
}

// accepted reports whether the job is of a question that was accepted already: it waits for its turn as long as its caller does.
func (t *task) accepted() bool { return t.job.Kind == wire.KindRun || t.job.Kind == wire.KindPost }

// processes is how many threads and processes a worker may have together.
func (t *task) processes() int { return 48 + t.threads }

func (t *task) groupLimits() groupLimits {
	return groupLimits{memory: t.need() << 20, processes: t.processes(), cores: max(1, t.threads)}
}

// maxWords bounds the stderr of a worker. More is a violation.
const maxWords = 64 << 10

// lastGasp is how long an exited worker's pipes may stay open.
const lastGasp = 2 * time.Second

// do admits a task and executes it.
func (r *Runner) do(ctx context.Context, t *task) (*wire.Status, error) {
	for _, f := range t.files {
		if !sealed(f) {
			return nil, violation("a file is not sealed")
		}
	}
	release, err := r.admit(ctx, t)
	if err != nil {
		return nil, err
	}
	defer release()
	if t.files, err = apart(t.files); err != nil {
		return nil, err
	}
	defer closeAll(t.files)
	if t.dataMB > 0 && r.level.bits&wire.LayerRoot == 0 {
		dir, remove, err := privateDirectory()
		if err != nil {
			return nil, violation("private directory")
		}
		defer remove()
		t.job.Data = dir
	}
	status, err := r.execute(ctx, t)
	if err != nil {
		return nil, err
	}
	if status.Code != wire.CodeOK && status.Code != wire.CodeRejected {
		return nil, violation("worker reports " + string(status.Code))
	}
	return status, nil
}

// execute starts one worker and returns its status only when the worker exited in order, its status is valid and its result
// was read to the end.
func (r *Runner) execute(ctx context.Context, t *task) (*wire.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	defer context.AfterFunc(r.open, cancel)()
	r.furnish(t)
	frame, err := wire.EncodeJob(&t.job)
	if err != nil {
		return nil, fmt.Errorf("%w: job document too large", ErrCapacity)
	}
	w, frame, err := r.engage(t, frame)
	if err != nil {
		return nil, err
	}
	defer w.close()
	status, err := w.converse(ctx, t, frame)
	if r.open.Err() != nil {
		return nil, ErrClosed
	}
	if err == nil && r.warm != nil {
		r.warm.served(t.job.Kind)
	}
	return status, err
}

// furnish fills in what a job finds in its cage.
func (r *Runner) furnish(t *task) {
	t.job.FDs = r.level.fds()
	t.job.Memory, t.job.Threads = t.memoryMB, t.threads
	if r.level.bits&wire.LayerRoot == 0 {
		t.spillMB = 0
		return
	}
	if t.spillMB > 0 {
		t.job.Spill = "/spill"
	}
	if t.dataMB > 0 {
		t.job.Data = "/data"
	}
}

// engage finds a worker for a task: one that waits for it, or a new one. It returns what is still to be sent of the job.
func (r *Runner) engage(t *task, frame []byte) (*worker, []byte, error) {
	if r.warm != nil {
		if w := r.warm.take(t); w != nil {
			faultpoint.Started(string(t.job.Kind), w.kill)
			rest, err := w.hand(frame, t.files)
			if err == nil {
				return w, rest, nil
			}
			w.end() // it has ended while nobody looked, and seen nothing of the job
		}
	}
	w, err := r.launch(t)
	if err == nil {
		faultpoint.Started(string(t.job.Kind), w.kill)
	}
	return w, frame, err
}

// converse sends the job and reads everything that comes back, until the worker has exited or the deadline kills it.
func (w *worker) converse(ctx context.Context, t *task, frame []byte) (*wire.Status, error) {
	var status *wire.Status
	var words []byte
	parts := make(chan error, 4)
	go func() {
		_, err := w.job.Write(frame)
		_ = w.job.Close()
		_ = err // a worker that does not read its job ends without a status
		parts <- nil
	}()
	var cut error // a result that ends too early, which is what a failing worker leaves
	go func() {
		in := &ending{r: faultpoint.Answer(w.result, string(t.job.Kind), w.kill)}
		err := named("result", readResult(in, t.result))
		if in.ended {
			cut, err = err, nil
		}
		parts <- err
	}()
	go func() {
		var err error
		status, err = wire.ReadStatus(w.status)
		parts <- named("status", err)
	}()
	go func() {
		var err error
		words, err = io.ReadAll(io.LimitReader(w.stderr, maxWords+1))
		if err == nil && len(words) > maxWords {
			err = wire.ErrLimit
		}
		parts <- named("stderr", err)
	}()
	err := w.await(ctx, w.exited, parts)
	switch {
	case ctx.Err() != nil:
		return nil, cancelled(ctx)
	case err != nil && t.words:
		return nil, fmt.Errorf("%w (%s)", err, printable(words))
	case err != nil:
		return nil, err
	case cut != nil && status.Code == wire.CodeOK:
		return nil, cut
	}
	return status, nil
}

// ending notices the end of a stream.
type ending struct {
	r     io.Reader
	ended bool
}

// Read implements io.Reader.
func (e *ending) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.ended = e.ended || err == io.EOF
	return n, err
}

func named(part string, err error) error {
	if err == nil {
		return nil
	}
	return violation(part)
}

func readResult(r io.Reader, decode func(io.Reader) error) (err error) {
	defer func() {
		if recover() != nil {
			err = violation("result")
		}
	}()
	if decode != nil {
		return decode(r)
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r, 1))
	if err == nil && n > 0 {
		err = violation("result")
	}
	return err
}

// await collects the four parts and the exit. The first thing that goes wrong kills the worker; what is collected is
// returned only after every part has ended.
func (w *worker) await(ctx context.Context, exited <-chan error, parts <-chan error) error {
	var first error
	kill := func(err error) {
		if first == nil {
			first = err
			w.kill()
		}
	}
	done := ctx.Done()
	var grace <-chan time.Time
	running := true
	for left := 4; left > 0 || running; {
		select {
		case err := <-parts:
			left--
			if err != nil {
				kill(err)
			}
		case err := <-exited:
			running, exited = false, nil
			// What it died of says more than the pipes that it left; that it was killed does not.
			if err != nil && (first == nil || !killed(err)) {
				first = fmt.Errorf("%w: exit: %w", ErrExecution, err)
				if w.group != nil && w.group.outOfMemory() {
					first = violation("out of memory")
				}
			}
			grace = time.After(lastGasp)
		case <-grace:
			// Somebody still holds the pipes of a worker that is gone: cut them.
			kill(violation("pipes outlive the worker"))
			w.hangUp()
			grace = nil
		case <-done:
			kill(violation("deadline"))
			done = nil
		}
	}
	return first
}
