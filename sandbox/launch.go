package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// worker is one running child and the gateway's ends of its pipes.
type worker struct {
	process
	group                  *group // nil where none is delegated
	exited                 chan error
	job                    *os.File // write end
	result, status, stderr *os.File // read ends
}

// launch starts a worker for a task. One that is started early gets its job over a socket, which files can come through as well.
func (r *Runner) launch(t *task) (*worker, error) {
	plan, err := r.level.plan(t).Encode()
	if err != nil {
		return nil, violation("plan")
	}
	var p pipes
	defer p.closeChild()
	w := &worker{exited: make(chan error, 1)}
	down := p.pipe
	if t.early {
		down = p.socket
	}
	jobR, jobW := down(true)
	resultR, resultW := p.pipe(false)
	statusR, statusW := p.pipe(false)
	planR, planW := p.pipe(true)
	stderrR, stderrW := p.pipe(false)
	if p.err != nil {
		p.closeParent()
		return nil, violation("pipes")
	}
	defer planW.Close()
	w.job, w.result, w.status, w.stderr = jobW, resultR, statusR, stderrR
	err = r.begin(w, t, &start{Namespaces: r.level.namespaces, stderr: stderrW, files: r.binary.handed(append([]*os.File{jobR, resultW, statusW, planR}, t.files...)),
		Env: []string{"GOMAXPROCS=" + strconv.Itoa(max(2, t.threads)), "GOMEMLIMIT=" + strconv.Itoa(t.memoryMB+processMB) + "MiB", "GOTRACEBACK=none"}})
	if err != nil {
		p.closeParent()
		return nil, err
	}
	// The worker does nothing before it has its plan, and a plan is smaller than the buffer of a pipe.
	if _, err := planW.Write(plan); err != nil {
		w.end()
		return nil, violation("plan")
	}
	return w, nil
}

// errGroup is a worker that could not be put into its control group.
var errGroup = errors.New("control group")

// begin starts the process, in a control group of its own where one is delegated.
func (r *Runner) begin(w *worker, t *task, s *start) (err error) {
	if r.groups != nil {
		if w.group, err = r.groups.make(t.groupLimits()); err != nil {
			return fmt.Errorf("%w: %w: %w", ErrExecution, errGroup, err)
		}
		if r.groups.atClone {
			s.group = w.group.dir
		}
	}
	if w.process, err = r.starter.start(s); err != nil {
		w.leave()
		switch {
		case errors.Is(err, ErrClosed):
			return err
		case s.group != nil:
			return fmt.Errorf("%w: %w: start: %w", ErrExecution, errGroup, err)
		}
		return fmt.Errorf("%w: start: %w", ErrExecution, err) // the system's reason; no job was seen yet
	}
	go func() { w.exited <- w.wait() }()
	if w.group == nil {
		return nil
	}
	if err := w.group.hold(w.pid(), s.group != nil); err != nil {
		w.end()
		return fmt.Errorf("%w: %w: %w", ErrExecution, errGroup, err)
	}
	return nil
}

// hand gives a worker that was started early the beginning of its job with the files, and returns the rest of the job. When it fails, the
// worker has got nothing.
func (w *worker) hand(frame []byte, files []*os.File) (rest []byte, err error) {
	var fds []int
	for _, f := range files {
		fds = append(fds, int(f.Fd()))
	}
	var oob []byte
	if len(fds) > 0 {
		oob = unix.UnixRights(fds...)
	}
	conn, err := w.job.SyscallConn()
	if err != nil {
		return nil, err
	}
	sent := 0
	if e := conn.Write(func(fd uintptr) bool {
		sent, err = unix.SendmsgN(int(fd), frame[:1], oob, nil, unix.MSG_NOSIGNAL)
		return !errors.Is(err, unix.EAGAIN)
	}); e != nil {
		return nil, e
	}
	if err == nil && sent != 1 {
		err = io.ErrShortWrite
	}
	runtime.KeepAlive(files)
	return frame[1:], err
}

// kill ends the worker and, where it has a control group, whatever else is in it.
func (w *worker) kill() {
	if w.group != nil {
		w.group.kill()
	}
	w.process.kill()
}

// end ends a worker that nothing was read from.
func (w *worker) end() {
	w.kill()
	<-w.exited //nolint:errcheck // it was killed: how it ended says nothing
	w.close()
}

// close gives back what the gateway holds of a worker that has ended.
func (w *worker) close() {
	w.hangUp()
	w.leave()
}

func (w *worker) hangUp() { closeAll([]*os.File{w.job, w.result, w.status, w.stderr}) }

func (w *worker) leave() {
	if w.group != nil {
		w.group.remove()
	}
}
