package enclavetest

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"yumen/enclave"
	"yumen/internal/metastore/sqlite"
	"yumen/policy"
	"yumen/sandbox"
)

// ErrDisturbed is what a disturbed part reports.
var ErrDisturbed = errors.New("disturbed by the test")

// Fault is a way in which the store can fail an update.
type Fault int

// The faults.
const (
	None      Fault = iota
	NoEntry         // the log takes no entry
	NotDone         // everything is written, and nothing of it is kept
	DoneTold        // it is kept, and an error is reported all the same
	DoneBlind       // likewise, and nothing can be read until Heal
)

func (f Fault) String() string {
	return []string{"no fault", "no entry", "not done", "done but reported failed", "done and nobody knows"}[f]
}

// Done reports whether an update that fails like this takes effect.
func (f Fault) Done() bool { return f == DoneTold || f == DoneBlind }

// Store is a real metastore that fails where a test asks it to.
type Store struct {
	inner *sqlite.Store
	close func() error

	mu      sync.Mutex
	updates int
	fault   Fault
	at      int // number of the first update that fails
	times   int // how many fail
	blind   bool
}

// Fail makes the n-th update from now on fail, 1 being the next, and as many in all.
func (s *Store) Fail(f Fault, n, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.at, s.times = f, s.updates+n, times
}

// Heal ends all faults.
func (s *Store) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.blind = None, false
}

// Blind reports whether nothing can be read or written until Heal.
func (s *Store) Blind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blind
}

// Updates is how many updates were begun.
func (s *Store) Updates() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.updates
}

func (s *Store) next() (f Fault, blind bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates++
	if s.updates >= s.at && s.updates < s.at+s.times {
		f = s.fault
	}
	return f, s.blind
}

// Update is one update of the store, or its fault.
func (s *Store) Update(ctx context.Context, fn func(enclave.Tx) error) error {
	fault, blind := s.next()
	if blind {
		return ErrDisturbed
	}
	err := s.inner.Update(ctx, func(tx *sqlite.Tx) error {
		if fault == NoEntry {
			return fn(noEntry{tx})
		}
		err := fn(tx)
		if err == nil && fault == NotDone {
			return ErrDisturbed
		}
		return err
	})
	if err == nil && fault.Done() {
		s.mu.Lock()
		s.blind = fault == DoneBlind
		s.mu.Unlock()
		return ErrDisturbed
	}
	return err
}

// View is one view of the store.
func (s *Store) View(ctx context.Context, fn func(enclave.Tx) error) error {
	s.mu.Lock()
	blind := s.blind
	s.mu.Unlock()
	if blind {
		return ErrDisturbed
	}
	return s.inner.View(ctx, func(tx *sqlite.Tx) error { return fn(tx) })
}

type noEntry struct{ *sqlite.Tx }

func (noEntry) AuditAppend(int64, []byte, string, []tlog.Hash) error { return ErrDisturbed }

// Runner counts the jobs of real workers, and holds or fails runs where a test asks it to.
type Runner struct {
	enclave.Runner

	mu   sync.Mutex
	jobs int // runs that reached a worker
	gate chan struct{}
	fail bool
	post bool // the outer query fails
	full bool // no text gets a worker
}

// Jobs is how many runs over data were begun.
func (r *Runner) Jobs() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jobs
}

// Hold makes every run wait before its worker starts, until release is called.
func (r *Runner) Hold() (release func()) {
	gate := make(chan struct{})
	r.mu.Lock()
	r.gate = gate
	r.mu.Unlock()
	return sync.OnceFunc(func() {
		r.mu.Lock()
		r.gate = nil
		r.mu.Unlock()
		close(gate)
	})
}

// FailRuns makes every run fail from now on, or no longer.
func (r *Runner) FailRuns(fail bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = fail
}

// FailPosts makes every outer query fail from now on, or no longer.
func (r *Runner) FailPosts(fail bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.post = fail
}

// FillUp lets no text get a parse worker from now on, or lets it again.
func (r *Runner) FillUp(full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.full = full
}

// Parse parses in a worker.
func (r *Runner) Parse(ctx context.Context, text string) ([]byte, error) {
	r.mu.Lock()
	full := r.full
	r.mu.Unlock()
	if full {
		return nil, sandbox.ErrCapacity
	}
	return r.Runner.Parse(ctx, text)
}

// Post runs the outer query in a worker.
func (r *Runner) Post(ctx context.Context, spec sandbox.PostSpec) (*sandbox.PostResult, error) {
	r.mu.Lock()
	fail := r.post
	r.mu.Unlock()
	if fail {
		return nil, sandbox.ErrExecution
	}
	return r.Runner.Post(ctx, spec)
}

// Run runs the statements in a worker.
func (r *Runner) Run(ctx context.Context, spec sandbox.RunSpec) ([][]sandbox.Row, error) {
	r.mu.Lock()
	r.jobs++
	gate, fail := r.gate, r.fail
	r.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if fail {
		return nil, sandbox.ErrExecution
	}
	return r.Runner.Run(ctx, spec)
}

// Decider is the real policy, which a test can make refuse an action or be out of order.
type Decider struct {
	enclave.Decider

	mu     sync.Mutex
	refuse map[policy.Action]bool
	broken bool
	quorum int
}

// Quorum makes a release ask for so many reviewers; 0 is what the policy says.
func (d *Decider) Quorum(persons int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quorum = persons
}

// Refuse makes it refuse an action from now on.
func (d *Decider) Refuse(a policy.Action, refuse bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuse == nil {
		d.refuse = map[policy.Action]bool{}
	}
	d.refuse[a] = refuse
}

// Break makes every decision an error.
func (d *Decider) Break(broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = broken
}

// Decide decides, unless disturbed.
func (d *Decider) Decide(ctx context.Context, in policy.Input) (policy.Decision, error) {
	out, err := d.Decider.Decide(ctx, in)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.broken:
		return policy.Decision{}, ErrDisturbed
	case err == nil && d.refuse[out.Action]:
		return policy.Decision{Action: out.Action}, nil
	case err == nil && out.Allow && d.quorum > 0 && out.Action == policy.ActionReleaseDecide:
		release := *out.Obligations.Release
		release.Reviewers = d.quorum
		out.Obligations.Release = &release
	}
	return out, err
}
