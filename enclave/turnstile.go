package enclave

import (
	"context"
	"slices"
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

// done gives the place up. Whoever stands behind it still waits for all places before it: a question that was refused, or gave up
// waiting, must not let the next one overtake an answer that is being made.
func (k ticket) done() {
	if k.before == nil {
		close(k.mine)
		return
	}
	select {
	case <-k.before:
		close(k.mine)
	default:
		go func() {
			<-k.before
			close(k.mine)
		}()
	}
}

// watchers wake those who wait for a run to change.
type watchers struct {
	mu  sync.Mutex
	all map[string][]chan struct{}
}

func newWatchers() *watchers { return &watchers{all: map[string][]chan struct{}{}} }

// on returns a channel that is closed at the next change of the run; off must be called when nobody waits any more.
func (w *watchers) on(run string) (changed <-chan struct{}, off func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := make(chan struct{})
	w.all[run] = append(w.all[run], ch)
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.all[run] = slices.DeleteFunc(w.all[run], func(c chan struct{}) bool { return c == ch })
		if len(w.all[run]) == 0 {
			delete(w.all, run)
		}
	}
}

func (w *watchers) changed(run string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ch := range w.all[run] {
		close(ch)
	}
	delete(w.all, run)
}
