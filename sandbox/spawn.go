package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"yumen/sandbox/wire"
)

// start is what one worker is started from.
type start struct {
	Env        []string `json:"env"`
	Namespaces bool     `json:"namespaces"`
	Grouped    bool     `json:"grouped,omitempty"` // a control group is among the descriptors

	stderr *os.File
	group  *os.File   // the control group that it is born in; nil for that of whoever starts it
	files  []*os.File // from wire.FDJob on; the last one is the worker's program
}

// command is the worker as a child of the calling process. Whoever starts it must be dumpable, or root: the identity maps of the worker's
// namespace are written through files of /proc that belong to root when it is not.
func (s *start) command() *exec.Cmd {
	a := attributes(s.Namespaces)
	if s.group != nil {
		a.UseCgroupFD, a.CgroupFD = true, int(s.group.Fd())
	}
	return &exec.Cmd{Path: fmt.Sprintf("/proc/self/fd/%d", wire.FDJob+len(s.files)-1), Args: []string{"yumen-worker"}, Env: s.Env, Stderr: s.stderr,
		ExtraFiles: s.files, SysProcAttr: a}
}

// process is a worker that was started.
type process interface {
	// pid is its number.
	pid() int
	// kill ends it. It may be called at any time, also of one that has ended.
	kill()
	// wait returns when it has ended, and is called once: nil when it exited with 0, a died when it ended otherwise.
	wait() error
}

// died is how a worker ended.
type died syscall.WaitStatus

// Error names the status or the signal.
func (d died) Error() string {
	if s := syscall.WaitStatus(d); s.Signaled() {
		return "signal " + s.Signal().String()
	}
	return fmt.Sprintf("exit status %d", syscall.WaitStatus(d).ExitStatus())
}

// ended is nil for a process that exited with 0.
func ended(s syscall.WaitStatus) error {
	if s == 0 {
		return nil
	}
	return died(s)
}

// killed reports whether a process ended as kill ends it.
func killed(err error) bool {
	var d died
	return errors.As(err, &d) && syscall.WaitStatus(d).Signal() == syscall.SIGKILL
}

// starter starts workers.
type starter interface {
	start(s *start) (process, error)
	// close ends what was started and starts nothing any more: it returns when the last start is over, so that what a worker is started from
	// may be closed then.
	close()
}

// thread starts processes from one thread that lives as long as the runner: the death signal of a child is bound to the thread that started
// it, and a thread of the scheduler may exit.
type thread struct {
	requests chan threadRequest
	done     chan struct{}
	ended    chan struct{} // when nothing is started any more
	once     sync.Once
}

type threadRequest struct {
	cmd    *exec.Cmd
	answer chan error
}

func newThread() *thread {
	t := &thread{requests: make(chan threadRequest), done: make(chan struct{}), ended: make(chan struct{})}
	go t.loop()
	return t
}

func (t *thread) loop() {
	// Never unlocked: when the loop ends its thread exits, and the kernel kills every child that is left.
	runtime.LockOSThread()
	defer close(t.ended)
	for {
		select {
		case q := <-t.requests:
			q.answer <- q.cmd.Start()
		case <-t.done:
			return
		}
	}
}

func (t *thread) run(cmd *exec.Cmd) error {
	q := threadRequest{cmd: cmd, answer: make(chan error, 1)}
	select {
	case t.requests <- q:
		return <-q.answer
	case <-t.done:
		return ErrClosed
	}
}

// start implements starter.
func (t *thread) start(s *start) (process, error) {
	cmd := s.command()
	if err := t.run(cmd); err != nil {
		return nil, err
	}
	return child{cmd}, nil
}

// close implements starter.
func (t *thread) close() {
	t.once.Do(func() { close(t.done) })
	<-t.ended
}

// child is a worker of this process's own.
type child struct{ cmd *exec.Cmd }

func (c child) pid() int { return c.cmd.Process.Pid }

func (c child) kill() { _ = c.cmd.Process.Kill() }

func (c child) wait() error {
	err := c.cmd.Wait()
	if c.cmd.ProcessState == nil {
		return err
	}
	return ended(c.cmd.ProcessState.Sys().(syscall.WaitStatus))
}
