package enclave

import (
	"context"
	"sync"
)

// turnstile lets the runs of one legal group pass one at a time, in the order in which they were submitted: what an answer may
// show depends on the answers before it.
type turnstile struct {
	mu   sync.Mutex
	last map[string]chan struct{}
}

func newTurnstile() *turnstile { return &turnstile{last: map[string]chan struct{}{}} }

// ticket is a place in a group's queue.
type ticket struct {
	before, mine chan struct{}
}

// queue takes the next place of the group.
func (t *turnstile) queue(group string) ticket {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := ticket{before: t.last[group], mine: make(chan struct{})}
	t.last[group] = k.mine
	return k
}

// pass waits for every earlier place; done must be called in any case.
func (k ticket) pass(ctx context.Context) error {
	if k.before == nil {
		return nil
	}
	select {
	case <-k.before:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k ticket) done() { close(k.mine) }

// watchers wake those who wait for a run to change.
type watchers struct {
	mu  sync.Mutex
	all map[string][]chan struct{}
}

func newWatchers() *watchers { return &watchers{all: map[string][]chan struct{}{}} }

// on returns a channel that is closed at the next change of the run.
func (w *watchers) on(run string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := make(chan struct{})
	w.all[run] = append(w.all[run], ch)
	return ch
}

func (w *watchers) changed(run string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.all[run] {
		close(ch)
	}
	delete(w.all, run)
}
