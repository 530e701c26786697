package enclave

import (
	"context"
	"encoding/json"
	"maps"
	"sync"

	"yumen/enclave/audit"
	"yumen/enclave/egress"
	"yumen/internal/metastore"
)

type insideKey struct{}

// inside marks the part of a run that touches data. What happens there, and when, depends on data; until the run's next tick nobody
// outside may know.
func inside(ctx context.Context) context.Context { return context.WithValue(ctx, insideKey{}, true) }

// Inside reports whether a context belongs to the part of a run that touches data: nothing of it is measured or traced.
func Inside(ctx context.Context) bool { return ctx.Value(insideKey{}) != nil }

// Figures are the numbers of this gateway as whoever watches it may know them: they follow what is visible, at the tick at which it
// becomes visible, and never what goes on inside a run.
type Figures struct {
	// Open counts the runs that do not rest yet, by the state that is visible now.
	Open map[string]int64
	// Entered counts since the start how often a state became visible, by state.
	Entered map[string]int64
	// LogSize is the number of entries in the log, as the public checkpoint tells it.
	LogSize int64
	// CacheBytes is the size of the decrypted snapshots in memory when last no run was under way; CacheLimit is its bound.
	CacheBytes, CacheLimit int64
}

// Figures reads them.
func (s *Service) Figures(ctx context.Context) (Figures, error) {
	out := Figures{CacheLimit: s.limits.SnapshotCache}
	out.Open, out.Entered = s.tally.read(s.nowMS())
	if out.Open[stateRunning] == 0 {
		s.tally.idle(s.sealed.bytes())
	}
	out.CacheBytes = s.tally.cache()
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		out.LogSize, err = audit.SizeBefore(tx, s.publicMoment())
		return err
	})
	return out, err
}

// Ready reports whether the gateway can take work: its store answers, and it does not stop.
func (s *Service) Ready(ctx context.Context) error {
	if s.work.closed() {
		return errDraining
	}
	err := s.store.View(ctx, func(tx Tx) error {
		_, err := tx.AuditSize()
		return err
	})
	if err != nil {
		return fault(KindUnavailable, "网关尚不能处理请求", "the gateway cannot take requests now").because(err)
	}
	return nil
}

// openStates are the states in which a run does not rest.
var openStates = map[string]bool{stateRunning: true, string(egress.InReview): true, string(egress.Returned): true}

// tally follows the runs of this gateway by what is visible of them.
type tally struct {
	mu      sync.Mutex
	runs    map[string]follow // those that do not rest yet, and those whose rest is not visible yet
	entered map[string]int64
	bytes   int64
}

// follow is one run: the state that is visible, and the one that will be from a time on.
type follow struct {
	shown, next string
	at          int64
}

func newTally() *tally { return &tally{runs: map[string]follow{}, entered: map[string]int64{}} }

// stored takes note of a run as it was committed.
func (t *tally) stored(rec metastore.Record, now int64) {
	var run struct {
		VisibleAt int64  `json:"visible_at"`
		Before    string `json:"before"`
	}
	if json.Unmarshal(rec.Doc, &run) != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.settle(now)
	f, known := t.runs[rec.ID]
	state := shown(rec.State)
	if run.VisibleAt > now {
		if !known {
			f.shown = run.Before
		}
		f.next, f.at = state, run.VisibleAt
		t.runs[rec.ID] = f
		return
	}
	if !known || f.shown != state {
		t.entered[state]++
	}
	t.runs[rec.ID] = follow{shown: state}
	t.rest(rec.ID, state)
}

// settle lets the states be seen whose time has come.
func (t *tally) settle(now int64) {
	for id, f := range t.runs {
		if f.next == "" || f.at > now {
			continue
		}
		if f.next != f.shown {
			t.entered[f.next]++
		}
		t.runs[id] = follow{shown: f.next}
		t.rest(id, f.next)
	}
}

func (t *tally) rest(id, state string) {
	if !openStates[state] {
		delete(t.runs, id)
	}
}

func (t *tally) read(now int64) (open, entered map[string]int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.settle(now)
	open = map[string]int64{}
	for _, f := range t.runs {
		open[f.shown]++
	}
	return open, maps.Clone(t.entered)
}

func (t *tally) idle(bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = bytes
}

func (t *tally) cache() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes
}

// followOpen begins with the runs that do not rest, as an earlier process left them.
func (s *Service) followOpen(ctx context.Context) error {
	defer s.tally.begin()
	return s.store.View(ctx, func(tx Tx) error {
		for _, state := range []egress.State{egress.InReview, egress.Approved, egress.Returned, egress.Appealed} {
			err := each(tx, recRun, metastore.Query{State: string(state)}, func(rec metastore.Record, _ runRecord) error {
				s.tally.stored(rec, s.nowMS())
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// begin forgets what was counted while the runs of an earlier process were read.
func (t *tally) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.entered)
}
