package enclave

import (
	"context"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/sanction"
	"yumen/internal/api"
	"yumen/internal/ident"
	"yumen/internal/metastore"
	"yumen/policy"
)

// Sanction imposes a sanction. A closure is in force from this call on; the blacklist and a termination wait for a second person, who calls
// the same within liftTerm. What is in force already stays as it is, unless the regulator imposes it: then it is the regulator's.
func (s *Service) Sanction(ctx context.Context, p Principal, in api.SanctionRequest) (api.Sanction, error) {
	kind := sanction.Kind(in.Kind)
	if !staff(p) && catalog.AccountRole(p.Role) != catalog.AccountProvider {
		s.denied(ctx, p, policy.ActionSanctionApply, in.Organization, errStaff)
		return api.Sanction{}, errStaff // whether there is such an organization or not
	}
	in.USCC = strings.ToUpper(strings.TrimSpace(in.USCC))
	if in.USCC != "" && !ident.USCC(in.USCC) {
		return api.Sanction{}, fault(KindInvalid, "统一社会信用代码的校验位不对", "the check character of the credit code is wrong")
	}
	return s.sanction(ctx, p, in.Organization, kind.Opening(), in.Reason, func(tx Tx) (sanctionRecord, metastore.Record, error) {
		v := sanctionRecord{Kind: kind, Unit: unit{Organization: in.Organization, USCC: in.USCC, Names: in.Names, given: in.Names}, Role: p.Role}
		if kind == sanction.Closure {
			v.Dataset, v.Deadline = in.Dataset, in.Deadline
		}
		if err := v.resolve(tx); err != nil {
			return v, metastore.Record{}, err
		}
		return liveSanction(tx, v)
	})
}

// resolve reads what is declared of the organization and of the dataset, which must exist.
func (v *sanctionRecord) resolve(tx Tx) error {
	if name := v.Unit.Organization; name != "" {
		o, _, err := load[orgRecord](tx, recOrg, name)
		if err != nil {
			return err
		}
		if o.protected() {
			return fault(KindConflict, "运营机构与监管部门不能被处置：请停用其账号", "the operator and the regulator are not sanctioned: suspend their accounts instead")
		}
		v.Unit = v.Unit.known(name, &o)
	}
	if v.Dataset != "" {
		d, _, err := load[datasetRecord](tx, recDataset, v.Dataset)
		if err != nil {
			return err
		}
		v.Provider = d.provider()
	}
	return nil
}

// liveSanction is the sanction of this kind and target that something can still follow, or the new one.
func liveSanction(tx Tx, fresh sanctionRecord) (sanctionRecord, metastore.Record, error) {
	out, rec := fresh, metastore.Record{ID: newID(catalog.PrefixSanction), Owner: fresh.Unit.Organization}
	err := each(tx, recSanction, metastore.Query{}, func(r metastore.Record, v sanctionRecord) error {
		if sanction.State(r.State).Live() && v.Kind == fresh.Kind && v.Dataset == fresh.Dataset && v.Unit.Organization == fresh.Unit.Organization && v.Unit.USCC == fresh.Unit.USCC {
			out, rec = v, r
			out.asked = &fresh
		}
		return nil
	})
	return out, rec, err
}

// ActOnSanction ends a closure, undoes a sanction or dismisses a proposal; what takes two people waits for the second one's same call.
func (s *Service) ActOnSanction(ctx context.Context, p Principal, id string, in api.SanctionAct) (api.Sanction, error) {
	return s.sanction(ctx, p, id, sanction.Act(in.Act), in.Reason, func(tx Tx) (sanctionRecord, metastore.Record, error) {
		return load[sanctionRecord](tx, recSanction, id)
	})
}

// sanction carries out one person's half of an act, or all of it, with its entry and with what comes into force, in one transaction.
func (s *Service) sanction(ctx context.Context, p Principal, on string, act sanction.Act, reason string,
	find func(Tx) (sanctionRecord, metastore.Record, error)) (api.Sanction, error) {
	var out api.Sanction
	var over enforced
	if reason == "" {
		return out, fault(KindInvalid, "请说明处置的原因", "say why")
	}
	err := s.store.Update(ctx, func(tx Tx) error {
		over = enforced{}
		v, rec, err := find(tx)
		if err != nil {
			return err
		}
		a := sanctioning{s: s, tx: tx, by: p, act: act, reason: reason, v: &v, rec: &rec}
		if err := a.carryOut(ctx); err != nil {
			return err
		}
		over = a.over
		out, err = s.sanctionView(tx, rec, &v)
		return err
	})
	s.denied(ctx, p, policy.ActionSanctionApply, on, err)
	if err != nil {
		return api.Sanction{}, known(err)
	}
	s.enforce(over)
	return out, nil
}

// sanctioning is one call about a sanction, within its transaction.
type sanctioning struct {
	s      *Service
	tx     Tx
	by     Principal
	act    sanction.Act
	reason string
	v      *sanctionRecord
	rec    *metastore.Record
	over   enforced
	// confirms is the first person's half that this call completes.
	confirms string
}

func (a *sanctioning) carryOut(ctx context.Context) error {
	state := sanction.State(a.rec.State)
	if err := a.forget(); err != nil {
		return err
	}
	first := a.v.Pending
	again := first != nil && first.Act == a.act && first.Person == a.by.Person
	imposed := state.InForce() && a.act == a.v.Kind.Opening()
	takes := imposed && regulates(a.by.Role) && (!regulates(a.v.Role) || first != nil)
	if takes {
		a.v.Deadline = a.v.asked.Deadline
	}
	d, err := a.ask(ctx, imposed, again)
	if err == nil {
		err = a.named(state)
	}
	if err != nil || again || imposed && !takes {
		return err
	}
	if takes {
		return a.takeOver(d)
	}
	line, err := sanction.Next(a.v.Kind, state, a.act, a.s.over(a.v.Deadline))
	if err != nil {
		return fault(KindConflict, "当前状态不允许此操作：请先查看处置", "this does not follow the state as it is: look at it first").because(err)
	}
	if err := a.s.keepDecision(a.tx, d); err != nil {
		return err
	}
	half := &pendingAct{Act: a.act, liftRequest: liftRequest{ID: newID(catalog.PrefixPending), Account: a.by.Account, Person: a.by.Person, Role: a.by.Role, Reason: a.reason, At: a.s.nowMS()}}
	if line.People == 2 && (first == nil || first.Act != a.act) {
		if a.v.Pending = half; a.act == a.v.Kind.Opening() && regulates(a.by.Role) {
			a.v.Role = a.by.Role
		}
		return a.store("", d)
	}
	if first != nil && line.People == 2 {
		a.confirms = first.ID
	}
	if line.To.InForce() && (regulates(a.by.Role) || a.confirms != "" && regulates(first.Role)) {
		a.v.Role = string(catalog.AccountRegulator) // whichever half was the regulator's
	}
	a.v.Pending = nil
	if line.To == sanction.Proposed {
		half.Act, a.v.Pending = a.v.Kind.Opening(), half
	}
	a.done()
	if err := a.store(line.To, d); err != nil {
		return err
	}
	a.over, err = a.s.comesIntoForce(a.tx, a.by, a.rec.State, a.v, d)
	return err
}

// named refuses a blacklisting of a unit under other names than it has here, so that nobody confirms names that he did not give: the same as
// proposed, or no others than are in force.
func (a *sanctioning) named(state sanction.State) error {
	fresh := a.v.asked
	if fresh == nil || a.v.Kind != sanction.Blacklist {
		return nil
	}
	if state == sanction.Proposed && a.v.Pending == nil { // proposed anew
		a.v.Unit = fresh.Unit
		return nil
	}
	known := a.v.Unit.plain()
	if state == sanction.Proposed && a.v.Unit.LegalGroup == fresh.Unit.LegalGroup && slices.Equal(known, fresh.Unit.plain()) {
		return nil
	}
	if state.InForce() && !slices.ContainsFunc(unit{Names: fresh.Unit.given}.plain(), func(n string) bool { return !slices.Contains(known, n) }) {
		return nil
	}
	names := strings.Join(a.v.Unit.Names, "; ")
	return fault(KindConflict, "名单所列名称不同，请以相同名称确认，或先解除、撤销："+names, "it is about other names: confirm it under the same, or dismiss or lift it first: "+names)
}

// takeOver makes what is in force the regulator's; what somebody asked for before falls.
func (a *sanctioning) takeOver(d policy.Decision) error {
	if err := a.s.keepDecision(a.tx, d); err != nil {
		return err
	}
	a.v.Role, a.v.Pending = a.by.Role, nil
	a.done()
	return a.store(sanction.State(a.rec.State), d)
}

// done adds the act to what was done.
func (a *sanctioning) done() {
	a.v.Steps = append(a.v.Steps, api.SanctionStep{Act: string(a.act), By: a.by.Account, Reason: a.reason, Time: a.s.nowMS()})
}

// forget drops the first person's half when it does not hold any more.
func (a *sanctioning) forget() error {
	if a.v.Pending == nil {
		return nil
	}
	held, err := a.s.standing(a.tx, &a.v.Pending.liftRequest)
	if held == nil {
		a.v.Pending = nil
	}
	return err
}

// ask asks the policy about the half that the caller would carry out.
func (a *sanctioning) ask(ctx context.Context, imposed, again bool) (policy.Decision, error) {
	v, first := a.v, a.v.Pending
	in := policy.SanctionApply{Common: a.s.common(a.by), Caller: policy.Caller{Type: a.by.Type}, Op: string(a.act), Step: policy.SanctionPropose, Target: policy.Sanctioned{Kind: string(v.Kind), State: a.rec.State,
		Organization: v.Unit.Organization, USCC: v.Unit.USCC, Dataset: v.Dataset, Provider: v.Provider, Deadline: v.Deadline, SetBy: policy.Role(v.Role)}}
	if imposed {
		in.Target.State = "" // asked for again: who may impose it may see that it is there
	}
	switch {
	case a.act == sanction.Close || a.act == sanction.Dismiss:
		in.Step = policy.SanctionAlone
	case first != nil && first.Act == a.act && !again:
		in.Step, in.Proposer = policy.SanctionConfirm, policy.Officer{Account: first.Account, Person: first.Person, Role: policy.Role(first.Role)}
	}
	return a.s.ask(ctx, in)
}

// store writes the sanction with the entry of a new state, or of the first half of an act when to is empty.
func (a *sanctioning) store(to sanction.State, d policy.Decision) error {
	v := a.v
	e := entry{by: a.by, action: audit.ActionSanctionApply, on: a.rec.ID, outcome: string(to), class: retention5, facts: v.facts(),
		digests: map[string]catalog.Digest{"document": catalog.DigestOf([]byte(a.reason)), "decision": d.InputDigest}}
	if a.confirms != "" {
		e.facts["act"] = a.confirms
	}
	if to == "" {
		e.action, e.on, e.outcome, e.facts["action"] = audit.ActionActPropose, v.Pending.ID, "pending", string(policy.ActionSanctionApply)
	} else {
		a.rec.State = string(to)
	}
	if err := save(a.tx, recSanction, *a.rec, a.s.nowMS(), v); err != nil {
		return err
	}
	return a.s.record(a.tx, e)
}

// Sanctions lists sanctions, newest first: all for the zone's staff, its own for an organization, those about its datasets for a provider.
func (s *Service) Sanctions(ctx context.Context, p Principal) (api.Sanctions, error) {
	out := api.Sanctions{Items: []api.Sanction{}}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recSanction, metastore.Query{Newest: true}, func(r metastore.Record, v sanctionRecord) error {
			view, err := s.sanctionView(tx, r, &v)
			if err != nil || p.Role == "" || !staff(p) && v.Provider != p.Organization && !slices.Contains(view.Covers, p.Organization) {
				return err
			}
			out.Items = append(out.Items, view)
			return nil
		})
	})
	return out, known(err)
}

func (s *Service) sanctionView(tx Tx, rec metastore.Record, v *sanctionRecord) (api.Sanction, error) {
	names, err := v.covered(tx)
	if names == nil {
		names = []string{}
	}
	out := api.Sanction{ID: rec.ID, Kind: string(v.Kind), State: rec.State, InForce: sanction.State(rec.State).InForce(), Organization: v.Unit.Organization, Dataset: v.Dataset,
		USCC: v.Unit.USCC, Names: v.Unit.Names, LegalGroup: v.Unit.LegalGroup, Covers: names, Deadline: v.Deadline, Steps: v.Steps}
	out.Overdue = rec.State == string(sanction.Closed) && s.over(v.Deadline)
	if f := v.Pending; f != nil {
		out.Pending = &api.SanctionStep{Act: string(f.Act), By: f.Account, Reason: f.Reason, Time: f.At}
	}
	return out, err
}

// refuseTerminated refuses to declare anything for an organization that has been terminated.
func refuseTerminated(tx Tx, organization string) error {
	all, err := readSanctions(tx)
	if err != nil {
		return err
	}
	for _, f := range all {
		if f.kind == string(sanction.Termination) && f.organization == organization {
			return fault(KindConflict, "该机构已终止，不能再登记账号："+organization, "the organization has been terminated and gets no account any more: "+organization)
		}
	}
	return nil
}
