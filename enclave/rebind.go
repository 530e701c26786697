package enclave

import (
	"context"
	"errors"
	"fmt"
	"io"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/egress"
	"yumen/internal/metastore"
)

// renewed is a request's artefact with a risk report for its next turn: the same data files, other words about them.
type renewed struct {
	artefact string
	digest   catalog.Digest
}

// renew stores the artefact again with a report that names the next turn, the note and the policy as it stands. Old signed votes are
// about another report then, so they are void whatever anybody does with them.
func (s *Service) renew(run *runRecord, note string) (renewed, error) {
	files, err := s.readArtefact(run.Artefact)
	if err != nil {
		return renewed{}, err
	}
	report, err := egress.DecodeReport(pick(files, reportName))
	if err != nil {
		return renewed{}, fmt.Errorf("stored report: %w", err)
	}
	report.Strip.Turn, report.Lineage.Policy = run.Turn+1, s.policyDigest()
	if note != "" {
		report.Note = joinText(report.Note, note, "\n")
	}
	b, digest, err := report.Encode()
	if err != nil {
		return renewed{}, err
	}
	for i := range files {
		if files[i].name == reportName {
			files[i].data = b
		}
	}
	out := renewed{artefact: newID(catalog.PrefixArtefact), digest: digest}
	_, _, err = s.artefacts.Put(out.artefact, func(w io.Writer) error { return writeTar(w, files) })
	return out, err
}

// adopt moves the run to its next turn with the renewed report; it returns the artefact that is not needed any more.
func (run *runRecord) adopt(r renewed, policy catalog.Digest) (gone string) {
	gone = run.Artefact
	run.Artefact, run.Artefacts.ReportDigest, run.Policy.Digest = r.artefact, r.digest, policy
	run.Turn, run.Reasons = run.Turn+1, nil
	return gone
}

// rebindAll voids the votes of requests that wait under a policy that is not in force any more: the policy is asked again about each,
// and its reviewers begin anew.
func (s *Service) rebindAll(ctx context.Context) error {
	var stale []string
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recRun, metastore.Query{State: string(egress.InReview)}, func(r metastore.Record, v runRecord) error {
			if v.Policy.Digest != s.policyDigest() {
				stale = append(stale, r.ID)
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("rebind: %w", err)
	}
	for _, id := range stale {
		if err := s.rebind(ctx, id); err != nil {
			return fmt.Errorf("rebind: %w", err)
		}
	}
	return nil
}

func (s *Service) rebind(ctx context.Context, id string) error {
	var before runRecord
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		before, _, err = load[runRecord](tx, recRun, id)
		return err
	})
	if err != nil {
		return err
	}
	next, err := s.renew(&before, "")
	if err != nil {
		return err
	}
	var gone string
	var blocked []string
	err = s.store.Update(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		facts := s.egressFacts(&run, Principal{})
		gone = run.adopt(next, s.policyDigest())
		facts.Current = binding(&run)
		event := egress.EventRebind
		d, err := s.decideRelease(ctx, tx, &run, id, stepReview)
		if err != nil {
			event = egress.EventBlock // the policy as it stands forbids what it once allowed
		} else if err := s.keepDecision(tx, d); err != nil {
			return err
		} else {
			run.needs(d.Obligations.Release)
		}
		state, err := egress.Next(egress.State(rec.State), event, facts)
		if err != nil {
			return fmt.Errorf("egress: %w", err)
		}
		blocked = nil
		if state == egress.Blocked {
			if blocked, err = s.void(tx, &run); err != nil {
				return err
			}
		}
		s.advance(&rec, &run, rec.State, string(state))
		if err := save(tx, recRun, rec, s.nowMS(), run); err != nil {
			return err
		}
		return s.record(tx, entry{action: audit.ActionReleaseDecide, on: id, outcome: string(state), class: classOf(run.Grade),
			digests: map[string]catalog.Digest{"report": next.digest}})
	})
	if err != nil {
		if !errors.Is(err, errUnknown) {
			s.destroy(next.artefact)
		}
		return err
	}
	s.destroy(append(blocked, gone)...)
	return nil
}
