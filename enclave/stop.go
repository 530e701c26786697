package enclave

import (
	"fmt"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/egress"
	"yumen/internal/metastore"
)

// stoppedRuns are the runs, and the certifications under way, that an act ended, and the artefacts that go with them.
type stoppedRuns struct{ runs, gone []string }

// and is both together.
func (r stoppedRuns) and(more stoppedRuns) stoppedRuns {
	return stoppedRuns{append(r.runs, more.runs...), append(r.gone, more.gone...)}
}

// stopped kills the workers of runs that a transaction ended, destroys what they made and tells those who wait for them.
func (s *Service) stopped(r stoppedRuns) {
	s.inflight.stop(r.runs...)
	s.destroy(r.gone...)
	for _, id := range r.runs {
		s.watch.changed(id)
	}
}

// stopRuns refuses, in the transaction of the act that forbids them, the runs that wait or are executed. Nobody has learned anything from
// them. It is seen at once, so who asked them is not who acts: an organization's own act waits for what shows (hidden). Certifications under way are stopped with them; they have no record, and asking again tells their
// callers what forbids them.
func (s *Service) stopRuns(tx Tx, p Principal, covers func(*runRecord) bool, why catalog.Refusal) (stoppedRuns, error) {
	out := stoppedRuns{runs: s.inflight.certifying(covers)}
	err := each(tx, recRun, metastore.Query{State: stateRunning}, func(rec metastore.Record, run runRecord) error {
		if !covers(&run) {
			return nil
		}
		gone, err := s.void(tx, &run)
		if err != nil {
			return err
		}
		run.Refusal, run.VisibleAt, rec.State = &why, s.nowMS(), stateRefused
		if err := save(tx, recRun, rec, s.nowMS(), run); err != nil {
			return err
		}
		out.runs, out.gone = append(out.runs, rec.ID), append(out.gone, gone...)
		return s.record(tx, entry{by: p, action: audit.ActionQueryExecute, on: rec.ID, outcome: stateRefused, class: classOf(run.Grade),
			facts: map[string]string{"code": string(why.Code)}})
	})
	return out, err
}

// blockReviews ends, in the transaction of the act that forbids them, the answers that wait for a reviewer.
func (s *Service) blockReviews(tx Tx, p Principal, covers func(*runRecord) bool) (stoppedRuns, error) {
	var out stoppedRuns
	err := each(tx, recRun, metastore.Query{State: string(egress.InReview)}, func(rec metastore.Record, run runRecord) error {
		if !covers(&run) {
			return nil
		}
		state, err := egress.Next(egress.InReview, egress.EventBlock, s.egressFacts(&run, Principal{}))
		if err != nil {
			return fmt.Errorf("egress: %w", err)
		}
		gone, err := s.void(tx, &run)
		if err != nil {
			return err
		}
		s.advance(&rec, &run, rec.State, string(state))
		if err := save(tx, recRun, rec, s.nowMS(), run); err != nil {
			return err
		}
		out.runs, out.gone = append(out.runs, rec.ID), append(out.gone, gone...)
		return s.record(tx, entry{by: p, action: audit.ActionReleaseDecide, on: rec.ID, outcome: string(state), class: classOf(run.Grade)})
	})
	return out, err
}

// redeclared ends what was judged by the declaration that a new one replaces: a grade, a market class, a domain or a bound may have changed, and what
// was permitted by the old one is not permitted by that. New questions wait for a load under the new one. What was issued is out.
func (s *Service) redeclared(tx Tx, p Principal, dataset string) (stoppedRuns, error) {
	return s.endDataset(tx, p, dataset, redeclaredRefusal())
}

// endDataset ends, in the transaction of the act that forbids it, what is executed or certified over a dataset and what waits for a reviewer.
func (s *Service) endDataset(tx Tx, p Principal, dataset string, why catalog.Refusal) (stoppedRuns, error) {
	over := func(run *runRecord) bool { return run.Snapshots[dataset] != "" }
	running, err := s.stopRuns(tx, p, over, why)
	if err != nil {
		return running, err
	}
	waiting, err := s.blockReviews(tx, p, over)
	return running.and(waiting), err
}

func redeclaredRefusal() catalog.Refusal {
	return catalog.Refusal{Code: catalog.CodeNotLoaded, Position: -1, Articles: []string{"BJ-OPS-27a", "XC-38a"},
		Message: catalog.Text{Zh: "数据集的声明已更新", En: "The declaration of a dataset has changed"},
		Remedy:  catalog.Text{Zh: "等数据按新声明装载后再提问", En: "Ask again when the data were loaded under the new one"}}
}

// stillDeclared refuses an answer over data that were checked against another declaration than the one in force: its grades, classes and bounds
// are of that one. It holds for every way to a release, whatever state the answer was in when the new one was approved.
func (a *asked) stillDeclared(tx Tx) error {
	for name, id := range a.pinIDs {
		v, rec, err := load[snapshotRecord](tx, recSnapshot, id)
		if err != nil {
			return err
		}
		a.loaded[name], a.pins[name] = v.since(rec), v
		if v.SpecDigest != a.sets[name].ApprovedVersion.Digest {
			r := redeclaredRefusal()
			e := fault(KindForbidden, joinText(r.Message.Zh, r.Remedy.Zh, "。"), joinText(r.Message.En, r.Remedy.En, ". "))
			e.Refusal = &r
			return e
		}
	}
	return nil
}
