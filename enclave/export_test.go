package enclave

import (
	"context"
	"os"

	"yumen/catalog"
	"yumen/enclave/budget"
	"yumen/internal/api"
)

// What the tests of the package's small parts use; everything else is tested from outside.

// Turnstile is a turnstile under test.
type Turnstile = turnstile

// NewTurnstile makes one.
func NewTurnstile() *Turnstile { return newTurnstile() }

// Ticket is a place in its queue.
type Ticket = ticket

// Queue, Pass and Done are its steps.
func (t *turnstile) Queue(group string) Ticket { return t.queue(group) }

// Pass waits for the places before.
var Pass = ticket.pass

// Done gives the place up.
var Done = ticket.done

// Watchers are watchers under test.
type Watchers = watchers

// NewWatchers makes them.
func NewWatchers() *Watchers { return newWatchers() }

// On waits for the next change of a run.
func (w *watchers) On(run string) (<-chan struct{}, func()) { return w.on(run) }

// Changed wakes those who wait.
func (w *watchers) Changed(run string) { w.changed(run) }

// Waiting is how many wait.
func (w *watchers) Waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, all := range w.all {
		n += len(all)
	}
	return n
}

// SealedCache is a cache under test.
type SealedCache = sealedCache

// NewSealedCache makes one that opens files by a function.
func NewSealedCache(budget int64, open func(string) (*os.File, int64, error)) *SealedCache {
	return newSealedCache(budget, func(id string) (sealedFile, error) {
		f, size, err := open(id)
		return sealedFile{file: f, size: size}, err
	})
}

// Take takes files of one size.
func (c *sealedCache) Take(ctx context.Context, size int64, ids ...string) ([]*os.File, func(), error) {
	var all []wanted
	for _, id := range ids {
		all = append(all, wanted{id, size})
	}
	return c.take(ctx, all...)
}

// CloseAll ends the cache.
func (c *sealedCache) CloseAll() { c.close() }

// Used is how many bytes count now.
func (c *sealedCache) Used() int64 { return c.bytes() }

// TooLarge is the refusal of a question that has too much to be compared with.
var TooLarge = tooLarge

// Inspect looks for identifiers in a finished answer.
var Inspect = inspect

// Unspoken refuses a plan whose statement brings identifiers.
var Unspoken = unspoken

// Exhausted is the refusal of a question that the budget of a legal group does not pay for.
func Exhausted() *catalog.Refusal {
	return exhausted("person", &budget.Exhausted{Grade: 2, Days: budget.Month, Day: 20_000})
}

// Judged judges a question and returns what is read and decided again when its turn has come.
func Judged(ctx context.Context, s *Service, p Principal, in api.RunRequest) (func() error, error) {
	a, err := s.judge(ctx, p, in, false)
	return func() error { return s.stillAllowed(ctx, a) }, err
}

// Evaluate is what a formula comes to over bounded cells.
var Evaluate = evaluate
