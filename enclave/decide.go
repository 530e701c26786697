package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/enclave/audit"
	"yumen/internal/metastore"
	"yumen/policy"
)

func (s *Service) common(p Principal) policy.Common {
	return policy.Common{Now: s.clock.Now().Unix(), Zone: policy.Zone{Jurisdiction: policy.Jurisdiction(s.zone.Jurisdiction), Environment: s.zone.environment()}, Subject: subject(p)}
}

func subject(p Principal) policy.Subject {
	return policy.Subject{Account: p.Account, Person: p.Person, Organization: p.Organization, LegalGroup: p.LegalGroup,
		Role: policy.Role(p.Role), Effective: p.Role != ""}
}

// ask decides and turns a refusal into an error that says who may do it. A denied act is logged by denied().
func (s *Service) ask(ctx context.Context, in policy.Input) (policy.Decision, error) {
	d, err := s.decider.Decide(ctx, in)
	if err != nil {
		return policy.Decision{}, fault(KindUnavailable, "策略引擎不可用，已拒绝", "the policy engine is not available: refused").because(err)
	}
	if d.Allow {
		return d, nil
	}
	e := denial(d)
	e.decision = &d
	return d, e
}

// allowed is ask for an act that this transaction writes: the decision is kept with it.
func (s *Service) allowed(ctx context.Context, tx Tx, in policy.Input) error {
	d, err := s.ask(ctx, in)
	if err != nil {
		return err
	}
	return s.keepDecision(tx, d)
}

// denial is the first thing that was not proven, as a person should read it.
func denial(d policy.Decision) *Error {
	if len(d.Denials) == 0 {
		return fault(KindForbidden, "策略未能证明该操作被允许", "the policy could not prove that this is allowed")
	}
	first := foremost(d.Denials)
	at := places(first)
	first.Message = catalog.Text{Zh: first.Message.Zh + at, En: first.Message.En + at}
	e := fault(KindForbidden, joinText(first.Message.Zh, first.Remedy.Zh, "。"), joinText(first.Message.En, first.Remedy.En, ". "))
	e.Refusal = &catalog.Refusal{Code: first.Code, Position: -1, Message: first.Message, Remedy: first.Remedy, Articles: first.Articles}
	return e
}

// foremost is the denial to tell first: one that a person cannot cure by waiting comes before "not loaded yet".
func foremost(all []policy.Denial) policy.Denial {
	for _, d := range all {
		if d.Code != catalog.CodeNotLoaded {
			return d
		}
	}
	return all[0]
}

// places names where something is missing: the columns without a necessity, the steps that are open. They are declared names.
func places(d policy.Denial) string {
	var out []string
	for _, at := range d.Detail {
		table, column := text(at["table"]), text(at["column"])
		step, org := text(at["step"]), text(at["organization"])
		switch {
		case table != "" && column != "":
			out = append(out, table+"."+column)
		case step != "":
			out = append(out, application.StepName{Name: step, Organization: org}.String())
		}
	}
	if len(out) == 0 {
		return ""
	}
	slices.Sort(out)
	return " (" + strings.Join(out[:min(len(out), 10)], ", ") + ")"
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func joinText(a, b, sep string) string {
	if b == "" {
		return a
	}
	return a + sep + b
}

// decisionRecord keeps a decision with its whole input, so that it can be replayed. An input holds names, grades and states only.
type decisionRecord struct {
	Action      string             `json:"action"`
	Allow       bool               `json:"allow"`
	Proof       []string           `json:"proof"`
	Missing     []string           `json:"missing,omitempty"`
	Obligations policy.Obligations `json:"obligations,omitzero"`
	Digest      catalog.Digest     `json:"bundle"`
	Revision    string             `json:"revision"`
	Input       json.RawMessage    `json:"input"`
}

// keepDecision stores a decision beside the audit entry of its act, and the bundle under which it was made, so that it can be replayed. A
// decision that was never made is none.
func (s *Service) keepDecision(tx Tx, d policy.Decision) error {
	if len(d.Input) == 0 {
		return nil
	}
	if err := s.keepBundleOf(tx, d.BundleDigest); err != nil {
		return err
	}
	v := decisionRecord{Action: string(d.Action), Allow: d.Allow, Proof: d.Proven, Missing: d.Missing, Obligations: d.Obligations, Digest: d.BundleDigest,
		Revision: d.Revision, Input: d.Input}
	return save(tx, recDecision, metastore.Record{ID: d.ID}, s.nowMS(), v)
}

// denied logs a refused act in a transaction of its own, because the transaction of the act is rolled back.
func (s *Service) denied(ctx context.Context, p Principal, action policy.Action, on string, cause error) {
	e, ok := Of(cause)
	if !ok || e.Kind != KindForbidden {
		return
	}
	err := s.store.Update(ctx, func(tx Tx) error {
		facts := map[string]string{"action": string(action)}
		if e.Refusal != nil {
			facts["code"] = string(e.Refusal.Code)
		}
		var digests map[string]catalog.Digest
		if d := e.decision; d != nil {
			digests = map[string]catalog.Digest{"decision": d.InputDigest}
			if err := s.keepDecision(tx, *d); err != nil {
				return err
			}
		}
		return s.record(tx, entry{by: p, action: audit.ActionDenied, on: audit.Subject(on), outcome: "denied", facts: facts, digests: digests})
	})
	if err != nil {
		s.log.Error("log a denial", "error", err)
	}
}

// mayDeclare says who declares organizations: the administrator.
func mayDeclare(p Principal) error {
	if catalog.AccountRole(p.Role) != catalog.AccountAdministrator {
		return fault(KindForbidden, "只有系统管理员可以登记机构", "only the administrator declares organizations")
	}
	return nil
}

// mayCatalog asks catalog.change about a declaration of the dataset as it is recorded.
func (s *Service) mayCatalog(ctx context.Context, p Principal, op, name string, spec *catalog.DatasetSpec, d *datasetRecord, state string, author Principal) (policy.Decision, error) {
	if state == "" {
		state = string(policy.StateNone)
	}
	graded := 0
	for i := range spec.Columns {
		if spec.Columns[i].Grade.Valid() {
			graded++
		}
	}
	return s.ask(ctx, policy.CatalogChange{Common: s.common(p), Caller: policy.Caller{Type: p.Type}, Op: policy.CatalogOp(op), Dataset: policy.Declaration{Name: name,
		State: policy.State(state), Provider: spec.Provider, Author: policy.Applicant{Account: author.Account, Person: author.Person, Organization: author.Organization}, Columns: len(spec.Columns), Graded: graded,
		Below: spec.Below(), Grade: spec.Grade(), Market: spec.Market, Sharing: spec.Sharing, Prohibited: spec.Prohibited,
		Unplaced: spec.Unplaced(), StateSecret: spec.StateSecret, Marked: len(spec.MarkedFields()), Basis: spec.SharingBasis != "", Lowered: spec.Lowered(d.grades()),
		Supply: spec.Mode(), Declared: s.places.Declared(spec)}})
}

// organizationFacts reads what the policy wants to know of an organization. Only institutions need admission.
func organizationFacts(tx Tx, name string) (policy.Organization, error) {
	o, _, err := load[orgRecord](tx, recOrg, name)
	if errors.Is(err, metastore.ErrNotFound) {
		return policy.Organization{Name: name}, nil
	}
	return policy.Organization{Name: name, Admitted: o.Spec.Admitted, Credit: o.Spec.CreditLevel()}, err
}

// groupOf is the legal group of an organization; an unknown organization is its own.
func groupOf(tx Tx, name string) (string, error) {
	o, _, err := load[orgRecord](tx, recOrg, name)
	if errors.Is(err, metastore.ErrNotFound) || o.Spec.LegalGroup == "" && err == nil {
		return name, nil
	}
	return o.Spec.LegalGroup, err
}
