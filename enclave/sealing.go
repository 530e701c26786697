package enclave

import (
	"context"
	"strconv"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// Seal seals a dataset, at once and in one transaction with its entry: what runs over it is refused and its workers are killed, answers that wait
// for a reviewer are blocked, and from here on nobody computes on it. What is sealed already stays as it is.
func (s *Service) Seal(ctx context.Context, p Principal, name string, in api.Reason) (api.Seal, error) {
	var out api.Seal
	var over stoppedRuns
	err := s.store.Update(ctx, func(tx Tx) error {
		over = stoppedRuns{}
		d, rec, err := sealing(tx, p, name)
		if err != nil {
			return err
		}
		decision, err := s.ask(ctx, policy.SealChange{Common: s.common(p), Op: policy.SealSet, Reason: in.Reason != "", Dataset: d.sealable(name)})
		if err != nil {
			return err
		}
		if d.Seal != nil {
			out = *d.sealView(true)
			return nil
		}
		if err := s.keepDecision(tx, decision); err != nil {
			return err
		}
		if over, err = s.seal(tx, p, name, &d, sealRecord{Reason: in.Reason}); err != nil {
			return err
		}
		out = *d.sealView(true)
		return save(tx, recDataset, rec, s.nowMS(), d)
	})
	s.denied(ctx, p, policy.ActionSealChange, name, err)
	if err == nil {
		s.stopped(over)
	}
	return out, known(err)
}

// sealing reads a dataset for somebody who may know of it: its provider and the zone's staff.
func sealing(tx Tx, p Principal, name string) (datasetRecord, metastore.Record, error) {
	d, rec, err := load[datasetRecord](tx, recDataset, name)
	if err == nil && !staff(p) && d.provider() != p.Organization {
		err = errNotFound
	}
	return d, rec, err
}

// seal puts a seal on a dataset that has none, with its entry, and ends what goes on over it. The caller saves the dataset.
func (s *Service) seal(tx Tx, p Principal, name string, d *datasetRecord, v sealRecord) (stoppedRuns, error) {
	v.By, v.Organization, v.LegalGroup, v.At = p.Account, p.Organization, p.LegalGroup, s.nowMS()
	d.Seal = &v
	over, err := s.endDataset(tx, p, name, sealedRefusal())
	if err != nil {
		return over, err
	}
	return over, s.record(tx, entry{by: p, action: audit.ActionDatasetSeal, on: name, outcome: "sealed", class: retention5,
		facts: map[string]string{"kind": v.kind(), "count": strconv.Itoa(len(over.runs))}})
}

// Unseal takes the seal off a dataset: the first person's call proposes it, and the call of a second person of another party within liftTerm
// commits it.
func (s *Service) Unseal(ctx context.Context, p Principal, name string, in api.Reason) (api.Seal, error) {
	var out api.Seal
	err := s.store.Update(ctx, func(tx Tx) error {
		d, rec, err := sealing(tx, p, name)
		if err != nil {
			return err
		}
		first, err := s.standingUnseal(tx, d.Seal)
		if err != nil {
			return err
		}
		again := first != nil && first.Person == p.Person
		asked := policy.SealChange{Common: s.common(p), Op: policy.SealPropose, Reason: in.Reason != "", Dataset: d.sealable(name)}
		if first != nil && !again {
			asked.Op = policy.SealConfirm
			asked.Proposer = policy.SealParty{Account: first.Account, Person: first.Person, LegalGroup: first.LegalGroup, Role: policy.Role(first.Role)}
		}
		decision, err := s.ask(ctx, asked)
		if err != nil {
			return err
		}
		if again {
			out = *d.sealView(true)
			return nil
		}
		if err := s.keepDecision(tx, decision); err != nil {
			return err
		}
		e := entry{by: p, action: audit.ActionDatasetUnseal, on: name, outcome: "unsealed", class: retention5}
		if asked.Op == policy.SealPropose {
			d.Seal.Unseal = &unsealRequest{Organization: p.Organization, LegalGroup: p.LegalGroup, liftRequest: liftRequest{
				ID: newID(catalog.PrefixPending), Account: p.Account, Person: p.Person, Role: p.Role, Reason: in.Reason, At: s.nowMS()}}
			out = *d.sealView(true)
			e.action, e.on, e.outcome = audit.ActionActPropose, d.Seal.Unseal.ID, "proposed"
			e.facts = map[string]string{"action": string(policy.ActionSealChange), "dataset": name}
		} else {
			out = *d.sealView(true)
			out.State, d.Seal = "unsealed", nil
			e.facts = map[string]string{"act": first.ID}
		}
		if err := save(tx, recDataset, rec, s.nowMS(), d); err != nil {
			return err
		}
		return s.record(tx, e)
	})
	s.denied(ctx, p, policy.ActionSealChange, name, err)
	return out, known(err)
}

// standingUnseal is the first person's half of unsealing, as long as it holds.
func (s *Service) standingUnseal(tx Tx, v *sealRecord) (*unsealRequest, error) {
	if v == nil || v.Unseal == nil {
		return nil, nil
	}
	half, err := s.standing(tx, &v.Unseal.liftRequest)
	if half == nil {
		return nil, err
	}
	return v.Unseal, err
}
