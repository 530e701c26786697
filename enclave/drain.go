package enclave

import (
	"context"
	"sync"
	"time"
)

// errDraining refuses new work at the end of a gateway's life.
var errDraining = fault(KindUnavailable, "网关正在停止，不再接受新任务；请稍后重试", "the gateway is stopping and takes no new work: try again in a while").after(15 * time.Second)

// after says when it is worth trying again.
func (e *Error) after(d time.Duration) *Error {
	c := *e
	c.Retry = d
	return &c
}

// work counts what a gateway does beside answering: runs and loads. Once it is shut nothing begins any more.
type work struct {
	mu     sync.Mutex
	shut   bool
	active sync.WaitGroup
}

// begin takes part in the work; done must be called once, unless it fails.
func (w *work) begin() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shut {
		return errDraining
	}
	w.active.Add(1)
	return nil
}

// more counts another part of the work, for whoever takes part in it already: what he began goes on after him.
func (w *work) more() { w.active.Add(1) }

func (w *work) done() { w.active.Done() }

// close lets nothing begin from now on.
func (w *work) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shut = true
}

func (w *work) closed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.shut
}

// Life ends when the gateway kills what still runs. A door ends uploads then: nothing else would stop waiting for their senders.
func (s *Service) Life() context.Context { return s.life }
