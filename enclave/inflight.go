package enclave

import (
	"context"
	"slices"
	"sync"
)

// inflight knows how to stop the runs and certifications that this process executes.
type inflight struct {
	mu  sync.Mutex
	all map[string]flight
}

// flight is something that is executed.
type flight struct {
	stop context.CancelFunc
	over []string // the datasets of a certification, which no record names while it goes on
}

func newInflight() *inflight { return &inflight{all: map[string]flight{}} }

// begin remembers a run, or a certification over datasets; the returned function must be called at its end.
func (f *inflight) begin(run string, stop context.CancelFunc, over ...string) (end func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[run] = flight{stop, over}
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
		if at, there := f.all[id]; there {
			at.stop()
		}
	}
}

// stopOver stops the certifications over datasets.
func (f *inflight) stopOver(datasets ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, at := range f.all {
		if slices.ContainsFunc(at.over, func(d string) bool { return slices.Contains(datasets, d) }) {
			at.stop()
		}
	}
}
