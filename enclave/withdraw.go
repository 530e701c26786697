package enclave

import (
	"context"
	"errors"
	"time"

	"yumen/enclave/egress"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

// Withdraw takes a request back: nothing of it will leave. What shows decides, never what has happened since the last tick: while a run
// shows as running, or something about it is hidden, the withdrawal waits for the tick and then meets what shows.
func (s *Service) Withdraw(ctx context.Context, p Principal, id string) (api.Run, error) {
	for {
		if err := s.untilShown(ctx, p, id); err != nil {
			return api.Run{}, known(err)
		}
		out, err := s.act(ctx, p, id, egress.EventWithdraw, "")
		if !errors.Is(err, errHidden) {
			return out, err
		}
	}
}

// errHidden: something has happened to a run that does not show yet.
var errHidden = errors.New("the run's state does not show yet")

// hidden lists what an act of the caller would end of his own organization, and what shows as running or hides something: he would learn from it
// what has happened since the last tick.
func (s *Service) hidden(tx Tx, p Principal, covers func(Tx, *runRecord) bool) ([]string, error) {
	var out []string
	err := each(tx, recRun, metastore.Query{Owner: p.Organization}, func(rec metastore.Record, run runRecord) error {
		if (rec.State == stateRunning || run.VisibleAt > s.nowMS()) && covers(tx, &run) {
			out = append(out, rec.ID)
		}
		return nil
	})
	return out, err
}

// endShown waits for the next tick of each run that hides something from the caller's organization, and takes back those that show as running then.
func (s *Service) endShown(ctx context.Context, p Principal, covers func(Tx, *runRecord) bool) error {
	var ids []string
	err := s.store.View(ctx, func(tx Tx) (err error) {
		ids, err = s.hidden(tx, p, covers)
		return err
	})
	if err != nil {
		return err
	}
	done := make(chan error, len(ids))
	for _, id := range ids {
		go func() { done <- s.endRunning(ctx, p, id) }()
	}
	for range ids {
		err = errors.Join(err, <-done)
	}
	return err
}

func (s *Service) endRunning(ctx context.Context, p Principal, id string) error {
	for {
		if err := s.untilShown(ctx, p, id); err != nil {
			return err
		}
		var running bool
		err := s.store.View(ctx, func(tx Tx) error {
			_, rec, err := load[runRecord](tx, recRun, id)
			running = rec.State == stateRunning
			return err
		})
		if err != nil || !running {
			return err
		}
		if _, err := s.act(ctx, p, id, egress.EventWithdraw, ""); !errors.Is(err, errHidden) {
			return err
		}
	}
}

// waitShown is how long a wait for a tick lasts before the clock is looked at again.
const waitShown = 100 * time.Millisecond

// untilShown waits for the next tick of a run of the caller's organization that shows as running or hides something.
func (s *Service) untilShown(ctx context.Context, p Principal, id string) error {
	var until int64
	err := s.store.View(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err == nil && rec.Owner == p.Organization && p.Role != "" && (run.VisibleAt > s.nowMS() || rec.State == stateRunning) {
			until = s.tick(&run)
		}
		return err
	})
	if err != nil {
		return err
	}
	for left := until - s.nowMS(); left > 0; left = until - s.nowMS() {
		select {
		case <-time.After(min(time.Duration(left)*time.Millisecond, waitShown)):
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ctx.Done():
			return errDraining
		}
	}
	return nil
}
