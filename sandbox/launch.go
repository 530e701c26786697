package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strconv"
)

// worker is one running child and the gateway's ends of its pipes.
type worker struct {
	process
	group                  *group   // nil where none is delegated
	job                    *os.File // write end
	result, status, stderr *os.File // read ends
}

func (r *Runner) launch(t *task, plan []byte) (*worker, error) {
	var p pipes
	defer p.closeChild()
	w := &worker{}
	jobR, jobW := p.pipe(true)
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
	err := r.begin(w, t, &start{Namespaces: r.level.namespaces, stderr: stderrW, files: r.binary.handed(append([]*os.File{jobR, resultW, statusW, planR}, t.files...)),
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
	if w.group == nil {
		return nil
	}
	if err := w.group.hold(w.pid(), s.group != nil); err != nil {
		w.end()
		return fmt.Errorf("%w: %w: %w", ErrExecution, errGroup, err)
	}
	return nil
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
	_ = w.wait()
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
