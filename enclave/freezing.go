package enclave

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// liftTerm is how long the second person may take.
const liftTerm = 24 * time.Hour

// Freeze stops what a kind of freeze stops, at once and in one transaction with its entry: what is running under it is refused and its
// workers are killed. What is frozen already stays as it is, unless the regulator freezes it: then the freeze is the regulator's.
func (s *Service) Freeze(ctx context.Context, p Principal, in api.FreezeRequest) (api.Freeze, error) {
	kind := freezeKind(in.Kind)
	began := s.clock.Now()
	v := freezeRecord{Kind: kind, Name: in.Name, Reason: in.Reason, By: p.Account, Person: p.Person, Organization: p.Organization, Role: p.Role}
	if in.Drill {
		v.Drill = &api.Drill{}
	}
	var stopped stoppedRuns
	var accounts []string
	var fresh bool
	if in.Reason == "" {
		return api.Freeze{}, fault(KindInvalid, "请说明冻结的原因", "say why it is frozen")
	}
	err := s.store.Update(ctx, func(tx Tx) error {
		stopped, accounts, fresh = stoppedRuns{}, nil, false
		d, err := s.ask(ctx, policy.FreezeSet{Common: s.common(p), Op: policy.OpFreeze, Target: policy.Frozen{Kind: in.Kind, Name: in.Name}})
		if err != nil {
			return err
		}
		if err := freezable(tx, kind, in.Name); err != nil {
			return err
		}
		old, rec, err := load[freezeRecord](tx, recFreeze, freezeID(kind, in.Name))
		if err != nil && !errors.Is(err, metastore.ErrNotFound) {
			return err
		}
		if err == nil && !v.replaces(&old) { // it is in force
			v = old
			return nil
		}
		fresh, v.At, rec.ID = true, s.nowMS(), freezeID(kind, in.Name)
		if err := s.keepDecision(tx, d); err != nil {
			return err
		}
		if err := save(tx, recFreeze, rec, v.At, v); err != nil {
			return err
		}
		if stopped, accounts, err = s.endFrozen(tx, p, &v); err != nil {
			return err
		}
		e := entry{by: p, action: audit.ActionFreezeSet, on: subjectOf(kind, in.Name), outcome: "frozen", class: retention5, facts: v.facts()}
		e.facts["count"] = strconv.Itoa(len(stopped.runs))
		return s.record(tx, e)
	})
	s.denied(ctx, p, policy.ActionFreezeSet, in.Name, err)
	if err != nil {
		return api.Freeze{}, known(err)
	}
	s.stopped(stopped)
	for _, a := range accounts {
		s.ended.changed(a)
	}
	if fresh && v.Drill != nil {
		return s.measured(ctx, v, s.clock.Now().Sub(began), len(stopped.runs))
	}
	return freezeView(v), nil
}

// endFrozen ends what runs against a freeze, and the sessions of a frozen organization: its people may log in again, and see what they may see.
func (s *Service) endFrozen(tx Tx, p Principal, v *freezeRecord) (runs stoppedRuns, accounts []string, err error) {
	f := v.stop()
	frozen := func(run *runRecord) bool { return f.covers(run.Organization, slices.Collect(maps.Keys(run.Snapshots))) }
	if runs, err = s.stopRuns(tx, p, frozen, v.refusal()); err == nil && v.Kind == freezeOrganization {
		accounts, err = endOrganization(tx, v.Name)
	}
	return runs, accounts, err
}

// measured keeps what a drill measured, for its report.
func (s *Service) measured(ctx context.Context, v freezeRecord, took time.Duration, ended int) (api.Freeze, error) {
	err := s.store.Update(ctx, func(tx Tx) error {
		stored, rec, err := load[freezeRecord](tx, recFreeze, freezeID(v.Kind, v.Name))
		if errors.Is(err, metastore.ErrNotFound) || err == nil && stored.Drill == nil {
			return nil // lifted, or in earnest, meanwhile
		}
		if err != nil {
			return err
		}
		stored.Drill = &api.Drill{EffectMS: took.Milliseconds(), Ended: ended}
		v = stored
		return save(tx, recFreeze, rec, s.nowMS(), stored)
	})
	return freezeView(v), known(err)
}

// subjectOf is what the log calls a freeze: the name of what is frozen, or the kind.
func subjectOf(kind freezeKind, name string) string {
	if name == "" {
		return string(kind)
	}
	return name
}

// freezable refuses what does not exist, and an organization without which nobody could lift anything.
func freezable(tx Tx, kind freezeKind, name string) error {
	switch kind {
	case freezeOrganization:
		o, _, err := load[orgRecord](tx, recOrg, name)
		if err == nil && o.Spec.Type != catalog.OrganizationInstitution && o.Spec.Type != catalog.OrganizationProvider && o.Spec.Type != catalog.OrganizationPublicBody {
			err = fault(KindConflict, "运营机构与监管部门不能被冻结：请停用其账号", "the operator and the regulator cannot be frozen: suspend their accounts instead")
		}
		return err
	case freezeDataset:
		_, err := tx.Get(recDataset, name)
		return err
	}
	return nil
}

// Unfreeze lifts a freeze: the first person's call proposes it, and a second person's call within liftTerm commits it.
func (s *Service) Unfreeze(ctx context.Context, p Principal, in api.FreezeRequest) (api.Freeze, error) {
	kind := freezeKind(in.Kind)
	var out api.Freeze
	err := s.store.Update(ctx, func(tx Tx) error {
		v, rec, err := load[freezeRecord](tx, recFreeze, freezeID(kind, in.Name))
		if err != nil && !errors.Is(err, metastore.ErrNotFound) {
			return err
		}
		frozen := err == nil
		if v.Lift, err = s.standing(tx, v.Lift); err != nil {
			return err
		}
		again := v.Lift != nil && v.Lift.Person == p.Person
		asked := policy.FreezeLift{Common: s.common(p), Op: policy.OpLift,
			Target: policy.Lifted{Kind: in.Kind, Name: in.Name, Frozen: frozen, SetBy: policy.Role(v.Role)}}
		if v.Lift != nil && !again {
			asked.Op, asked.Proposer = policy.OpLiftSecond, policy.Officer{Account: v.Lift.Account, Person: v.Lift.Person, Role: policy.Role(v.Lift.Role)}
		}
		d, err := s.ask(ctx, asked)
		if err != nil {
			return err
		}
		if again {
			out = freezeView(v)
			return nil
		}
		if err := s.keepDecision(tx, d); err != nil {
			return err
		}
		if asked.Op == policy.OpLift {
			out, err = s.proposeLift(tx, p, rec, v, in.Reason)
			return err
		}
		out = freezeView(v)
		out.State = "lifted"
		if v.Drill != nil {
			report := *v.Drill
			report.Lifted, out.Drill = s.nowMS(), &report
		}
		if err := tx.Delete(recFreeze, rec.ID, rec.Version); err != nil {
			return err
		}
		e := entry{by: p, action: audit.ActionFreezeLift, on: subjectOf(kind, in.Name), outcome: "lifted", class: retention5, facts: v.facts()}
		e.facts["act"] = v.Lift.ID
		return s.record(tx, e)
	})
	s.denied(ctx, p, policy.ActionFreezeLift, in.Name, err)
	return out, known(err)
}

// standing is the first person's half of an act that takes two, as long as it holds: not after liftTerm, and not when his role is no
// longer in effect.
func (s *Service) standing(tx Tx, first *liftRequest) (*liftRequest, error) {
	if first == nil || s.nowMS()-first.At >= liftTerm.Milliseconds() {
		return nil, nil
	}
	v, rec, err := load[accountRecord](tx, recAccount, first.Account)
	if errors.Is(err, metastore.ErrNotFound) || err == nil && (rec.State != accountConfirmed || string(v.Spec.Role) != first.Role) {
		return nil, nil
	}
	return first, err
}

func (s *Service) proposeLift(tx Tx, p Principal, rec metastore.Record, v freezeRecord, reason string) (api.Freeze, error) {
	v.Lift = &liftRequest{ID: newID(catalog.PrefixPending), Account: p.Account, Person: p.Person, Role: p.Role, Reason: reason, At: s.nowMS()}
	if err := save(tx, recFreeze, rec, s.nowMS(), v); err != nil {
		return api.Freeze{}, err
	}
	facts := v.facts()
	facts["action"] = string(policy.ActionFreezeLift)
	switch v.Kind {
	case freezeOrganization, freezeDataset:
		facts[string(v.Kind)] = v.Name
	}
	return freezeView(v), s.record(tx, entry{by: p, action: audit.ActionActPropose, on: v.Lift.ID, outcome: "pending", class: retention5, facts: facts})
}

// Freezes lists what is frozen, since when, by whom and why, oldest first; for the zone's staff.
func (s *Service) Freezes(ctx context.Context, p Principal) (api.Freezes, error) {
	out := api.Freezes{Items: []api.Freeze{}}
	if !staff(p) {
		return out, fault(KindForbidden, "只有专区工作人员可以查看冻结列表", "only the zone's staff see what is frozen")
	}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recFreeze, metastore.Query{}, func(_ metastore.Record, v freezeRecord) error {
			out.Items = append(out.Items, freezeView(v))
			return nil
		})
	})
	slices.SortStableFunc(out.Items, func(a, b api.Freeze) int { return int(a.Since - b.Since) })
	return out, known(err)
}

func freezeView(v freezeRecord) api.Freeze {
	out := api.Freeze{Kind: string(v.Kind), Name: v.Name, State: "frozen", Reason: v.Reason, By: v.By, Since: v.At, Drill: v.Drill}
	if v.Lift != nil {
		out.State, out.LiftBy, out.LiftReason, out.LiftSince = "lift_pending", v.Lift.Account, v.Lift.Reason, v.Lift.At
	}
	return out
}
