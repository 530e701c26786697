package sandbox

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// remote starts workers through a spawner. One that has ended is started again with the next worker.
type remote struct {
	program string
	thread  *thread // that starts spawners

	mu      sync.Mutex
	control *net.UnixConn // nil while there is no spawner
	closed  bool
}

func newRemote(program string) *remote { return &remote{program: program, thread: newThread()} }

// startWait is how long a spawner may take to start a worker.
const startWait = 20 * time.Second

// start implements starter. A spawner that ends before it answers is replaced, once: what it may have started has died with it.
func (r *remote) start(s *start) (process, error) {
	p, err := r.startOnce(s)
	if errors.Is(err, io.EOF) {
		p, err = r.startOnce(s)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (r *remote) startOnce(s *start) (process, error) {
	line, theirs, err := pair()
	if err != nil {
		return nil, err
	}
	control, err := r.ask(s, theirs)
	_ = theirs.Close() // the end of a spawner ends its lines
	pid := 0
	if err == nil {
		_ = line.SetReadDeadline(time.Now().Add(startWait))
		if pid, err = started(line); errors.Is(err, io.EOF) {
			r.drop(control)
		}
	}
	if err != nil {
		_ = line.Close()
		return nil, err
	}
	_ = line.SetReadDeadline(time.Time{})
	return distant{line, pid}, nil
}

func started(line *net.UnixConn) (pid int, err error) {
	first, err := hear(line)
	if err != nil {
		return 0, fmt.Errorf("the spawner does not answer: %w", err)
	}
	if first.Failed != "" {
		return 0, errors.New(first.Failed)
	}
	return first.PID, nil
}

// ask hands a start to the spawner, and to another one when it has ended, and returns the connection to it.
func (r *remote) ask(s *start, line *os.File) (*net.UnixConn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	if r.control != nil {
		if send(r.control, s, line) == nil {
			return r.control, nil
		}
		_ = r.control.Close()
		r.control = nil
	}
	if err := r.begin(); err != nil {
		return nil, fmt.Errorf("start the spawner: %w", err)
	}
	return r.control, send(r.control, s, line)
}

// drop forgets a spawner that has ended.
func (r *remote) drop(control *net.UnixConn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.control == control {
		_ = control.Close()
		r.control = nil
	}
}

// begin starts a spawner. It is in a process group of its own: what a terminal says to the gateway is not said to what drains.
func (r *remote) begin() error {
	control, theirs, err := pair()
	if err != nil {
		return err
	}
	defer theirs.Close()
	cmd := &exec.Cmd{Path: r.program, Args: []string{spawnerName}, Env: []string{"GOMAXPROCS=2", "GOTRACEBACK=none"}, Stderr: os.Stderr, ExtraFiles: []*os.File{theirs},
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}}
	if err := r.thread.run(cmd); err != nil {
		_ = control.Close()
		return err
	}
	go func() { _ = cmd.Wait() }()
	r.control = control
	return nil
}

// close implements starter: the spawner ends with its socket and its thread, and every worker with it.
func (r *remote) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.control != nil {
		_ = r.control.Close()
		r.control = nil
	}
	r.thread.close()
}

// distant is a worker that a spawner started.
type distant struct {
	line   *net.UnixConn
	number int
}

func (d distant) pid() int { return d.number }

func (d distant) kill() { _ = d.line.CloseWrite() }

func (d distant) wait() error {
	defer d.line.Close()
	last, err := hear(d.line)
	switch {
	case err != nil:
		return fmt.Errorf("the spawner has ended: %w", err)
	case last.Failed != "":
		return errors.New(last.Failed)
	}
	return ended(syscall.WaitStatus(last.Status))
}

// pair makes a line: the gateway's end, and the one that is handed over.
func pair() (*net.UnixConn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	theirs := os.NewFile(uintptr(fds[1]), "line")
	ours, err := connection(os.NewFile(uintptr(fds[0]), "line"))
	if err != nil {
		_ = theirs.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}
