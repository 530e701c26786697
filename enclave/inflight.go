package enclave

import (
	"context"
	"sync"
)

// inflight knows how to stop the runs and certifications that this process executes.
type inflight struct {
	mu  sync.Mutex
	all map[string]context.CancelFunc
	// certifications have no record before they are done: what a freeze, a sanction or a new declaration looks at is kept here.
	certifications map[string]runRecord
}

func newInflight() *inflight {
	return &inflight{all: map[string]context.CancelFunc{}, certifications: map[string]runRecord{}}
}

// certify says what a certification under way reads, and for whom.
func (f *inflight) certify(id, organization string, snapshots map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.certifications[id] = runRecord{Organization: organization, Snapshots: snapshots}
}

// certifying lists the certifications under way that an act is about.
func (f *inflight) certifying(covers func(*runRecord) bool) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for id, reads := range f.certifications {
		if covers(&reads) {
			out = append(out, id)
		}
	}
	return out
}

// begin remembers a run; the returned function must be called at its end.
func (f *inflight) begin(run string, stop context.CancelFunc) (end func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all[run] = stop
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.all, run)
		delete(f.certifications, run)
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
