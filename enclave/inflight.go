package enclave

import (
	"context"
	"sync"
)

// inflight knows how to stop the runs that this process executes.
type inflight struct {
	mu  sync.Mutex
	all map[string]context.CancelFunc
}

func newInflight() *inflight { return &inflight{all: map[string]context.CancelFunc{}} }

// begin remembers a run; the returned function must be called at its end.
func (f *inflight) begin(run string, stop context.CancelFunc) (end func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[run] = stop
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.all, run)
	}
}

// stop stops runs, those that wait for their turn among them.
func (f *inflight) stop(runs ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range runs {
		if stop := f.all[id]; stop != nil {
			stop()
		}
	}
}
