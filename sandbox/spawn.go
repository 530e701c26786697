package sandbox

import (
	"os/exec"
	"runtime"
	"sync"
)

// spawner starts processes from one thread that lives as long as the runner: the death signal of a child is bound to the
// thread that started it, and a thread of the scheduler may exit.
type spawner struct {
	requests chan spawnRequest
	done     chan struct{}
	ended    chan struct{} // when nothing is started any more
	once     sync.Once
}

type spawnRequest struct {
	cmd    *exec.Cmd
	answer chan error
}

func newSpawner() *spawner {
	s := &spawner{requests: make(chan spawnRequest), done: make(chan struct{}), ended: make(chan struct{})}
	go s.loop()
	return s
}

func (s *spawner) loop() {
	// Never unlocked: when the loop ends its thread exits, and the kernel kills every child that is left.
	runtime.LockOSThread()
	defer close(s.ended)
	for {
		select {
		case q := <-s.requests:
			q.answer <- q.cmd.Start()
		case <-s.done:
			return
		}
	}
}

func (s *spawner) start(cmd *exec.Cmd) error {
	q := spawnRequest{cmd: cmd, answer: make(chan error, 1)}
	select {
	case s.requests <- q:
		return <-q.answer
	case <-s.done:
		return ErrClosed
	}
}

// close returns when the last start is over: what a child is started from may be closed then.
func (s *spawner) close() {
	s.once.Do(func() { close(s.done) })
	<-s.ended
}
