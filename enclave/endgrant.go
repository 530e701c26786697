package enclave

import (
	"context"
	"errors"
	"fmt"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/enclave/audit"
	"yumen/enclave/egress"
	"yumen/internal/metastore"
	"yumen/policy"
)

// ended is what an act upon a grant ended, to be carried out once its transaction holds.
type ended struct {
	runs []string // to be stopped
	gone []string // artefacts to be destroyed
}

// clear carries it out.
func (s *Service) clear(e ended) {
	s.inflight.stop(e.runs...)
	s.destroy(e.gone...)
	for _, id := range e.runs {
		s.watch.changed(id)
	}
}

// grantRefusals tell a run that was stopped why.
var grantRefusals = map[application.GrantState]catalog.Refusal{
	application.Suspended:  {Code: catalog.CodeGrantSuspended, Position: -1, Message: catalog.Text{Zh: "授权已暂停", En: "The grant is suspended"}},
	application.Terminated: {Code: catalog.CodeGrantExpired, Position: -1, Message: catalog.Text{Zh: "授权已终止", En: "The grant is terminated"}},
	application.Over:       {Code: catalog.CodeGrantExpired, Position: -1, Message: catalog.Text{Zh: "授权已到期", En: "The grant's term has ended"}},
}

// endRuns ends, in the transaction that changes a grant, what goes on under it: a run that waits or runs is refused, and nobody has
// learned anything from it; what waits for review or for its requester's answer stays while the grant may be resumed (the second
// check does not let it leave), and expires with a grant that is terminated or over.
func (s *Service) endRuns(tx Tx, p Principal, g *grantRecord) (ended, error) {
	var out ended
	states := []egress.State{egress.Running}
	if g.State != string(application.Suspended) {
		states = append(states, egress.InReview, egress.Returned)
	}
	for _, state := range states {
		err := each(tx, recRun, metastore.Query{State: string(state)}, func(rec metastore.Record, run runRecord) error {
			if run.Grant != g.ID {
				return nil
			}
			gone, err := s.endRun(tx, p, g, &rec, &run)
			out.runs, out.gone = append(out.runs, rec.ID), append(out.gone, gone...)
			return err
		})
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func (s *Service) endRun(tx Tx, p Principal, g *grantRecord, rec *metastore.Record, run *runRecord) ([]string, error) {
	refusal := grantRefusals[application.GrantState(g.State)]
	refusal.Articles = []string{"BJ-FIN-35b"}
	e := entry{by: p, action: audit.ActionQueryExecute, on: rec.ID, class: classOf(run.Grade), facts: map[string]string{"code": string(refusal.Code), "grant": g.ID}}
	gone, err := s.void(tx, run)
	if err != nil {
		return nil, err
	}
	next := egress.State(stateRefused)
	if rec.State == stateRunning {
		run.Refusal = s.tellGrant(&refusal, g, application.Used{})
	} else {
		e.action = audit.ActionQueryExpire
		facts := s.egressFacts(run, Principal{})
		facts.DeadlinePassed = true
		if next, err = egress.Next(egress.State(rec.State), egress.EventExpire, facts); err != nil {
			return nil, err
		}
	}
	s.advance(rec, run, rec.State, string(next))
	e.outcome = rec.State
	if err := save(tx, recRun, *rec, s.nowMS(), run); err != nil {
		return nil, err
	}
	return gone, s.record(tx, e)
}

// Lapse records what the clock has ended: grants whose term is over or that nobody used for too long, with what waits under them, applications for a term that is over,
// instructions that nobody executed in time, and snapshots whose lease is over, which it destroys. No answer depends on it in time: policy and runs read the clock themselves.
func (s *Service) Lapse(ctx context.Context) error {
	if err := s.readCalendar(ctx); err != nil { // another gateway may have imported a year
		return err
	}
	due := map[string][]string{}
	err := s.store.View(ctx, func(tx Tx) error {
		for _, state := range []application.GrantState{application.Granted, application.Suspended} {
			if err := each(tx, recGrant, metastore.Query{State: string(state)}, func(r metastore.Record, g grantRecord) error {
				used, err := usageOf(tx, r.ID)
				if err == nil && (s.over(g.NotAfter) || g.lapsedIdle(used.Used, s.clock.Now().Unix())) {
					due[recGrant] = append(due[recGrant], r.ID)
				}
				return err
			}); err != nil {
				return err
			}
		}
		for _, state := range []application.State{application.Submitted, application.Returned} {
			if err := each(tx, recApplication, metastore.Query{State: string(state)}, func(r metastore.Record, a applicationRecord) error {
				if s.over(a.NotAfter) {
					due[recApplication] = append(due[recApplication], r.ID)
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	for _, id := range due[recGrant] {
		err = errors.Join(err, s.lapseGrant(ctx, id))
	}
	for _, id := range due[recApplication] {
		err = errors.Join(err, s.lapseApplication(ctx, id))
	}
	err = errors.Join(err, s.endLeases(ctx), s.lapseInstructions(ctx))
	if err != nil {
		return fmt.Errorf("lapse: %w", err)
	}
	return nil
}

func (s *Service) lapseGrant(ctx context.Context, id string) error {
	var ended ended
	err := s.store.Update(ctx, func(tx Tx) error {
		g, rec, err := load[grantRecord](tx, recGrant, id)
		if err != nil {
			return err
		}
		act := application.Lapse
		if !s.over(g.NotAfter) {
			act = application.Idle
		}
		ended, err = s.moveGrant(tx, Principal{}, &g, rec, act, "", policy.Decision{})
		return err
	})
	if err == nil {
		s.clear(ended)
	}
	return err
}

func (s *Service) lapseApplication(ctx context.Context, id string) error {
	return s.store.Update(ctx, func(tx Tx) error {
		a, rec, err := load[applicationRecord](tx, recApplication, id)
		if err != nil {
			return err
		}
		_, err = s.moveApplication(tx, Principal{}, a, rec, application.Expire, application.System, application.Facts{TermOver: s.over(a.NotAfter)},
			entry{action: audit.ActionApplicationExpire}, policy.Decision{})
		return err
	})
}
