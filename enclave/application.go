package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// defaultTerm is how long a grant lasts when the application names no end: one year.
const defaultTerm = 365 * 24 * 3600

// SubmitApplication records a demand application (需求申请) of the caller's institution.
func (s *Service) SubmitApplication(ctx context.Context, p Principal, in api.Application) (api.Application, error) {
	a := applicationRecord{Organization: p.Organization, LegalGroup: p.LegalGroup, ApplicantID: p.Person}
	a.ID, a.Applicant, a.Created = newID(catalog.PrefixApplication), p.Account, s.nowMS()
	rec := metastore.Record{ID: a.ID, Owner: p.Organization, State: string(application.None)}
	return s.present(ctx, p, a.ID, in, application.Submit, func(Tx) (applicationRecord, metastore.Record, error) { return a, rec, nil })
}

// ResubmitApplication answers a return with a new version of the document. Every step of the route begins anew.
func (s *Service) ResubmitApplication(ctx context.Context, p Principal, id string, in api.Application) (api.Application, error) {
	return s.present(ctx, p, id, in, application.Resubmit, func(tx Tx) (applicationRecord, metastore.Record, error) { return ownApplication(tx, p, id) })
}

// present takes in a version of a document, with the route that the policy demands for it.
func (s *Service) present(ctx context.Context, p Principal, id string, in api.Application, act application.Act,
	find func(Tx) (applicationRecord, metastore.Record, error)) (api.Application, error) {
	var out api.Application
	err := s.store.Update(ctx, func(tx Tx) error {
		a, rec, err := find(tx)
		if err != nil {
			return err
		}
		a.adopt(in, s.clock.Now().Unix())
		if err := s.completeApplication(tx, &a); err != nil {
			return err
		}
		d, err := s.mayStep(ctx, tx, p, policy.ApplicationOp(act), application.StepName{}, policy.State(rec.State), a)
		if err != nil {
			return err
		}
		if err := s.reusable(tx, &a); err != nil {
			return err
		}
		a.Steps, a.Taken, a.Version, a.Received = routeOf(d), nil, a.Version+1, s.nowMS()
		digest, err := a.document()
		if err != nil {
			return err
		}
		a.Documents = append(a.Documents, digest)
		facts := application.Facts{Document: true, TermOver: s.over(a.NotAfter)}
		e := entry{action: audit.ActionApplicationSubmit, digests: map[string]catalog.Digest{"document": digest}}
		out, err = s.moveApplication(tx, p, a, rec, act, application.Applicant, facts, e, d)
		return err
	})
	s.denied(ctx, p, policy.ActionApplicationStep, id, err)
	return out, known(err)
}

// ownApplication is an application of the caller's organization; any other does not exist for him.
func ownApplication(tx Tx, p Principal, id string) (applicationRecord, metastore.Record, error) {
	a, rec, err := load[applicationRecord](tx, recApplication, id)
	if err == nil && (rec.Owner != p.Organization || p.Role == "") {
		err = errNotFound
	}
	return a, rec, err
}

// adopt takes over what an applicant says, and fills in what he may leave out.
func (a *applicationRecord) adopt(in api.Application, now int64) {
	a.Scenario, a.Purpose, a.Datasets, a.Methods = strings.TrimSpace(in.Scenario), strings.TrimSpace(in.Purpose), in.Datasets, in.Methods
	a.NotBefore, a.NotAfter, a.Frequency = in.NotBefore, in.NotAfter, in.Frequency
	a.Safeguards, a.Recipients = strings.TrimSpace(in.Safeguards), in.Recipients
	if a.NotBefore == 0 {
		a.NotBefore = now
	}
	if a.NotAfter == 0 {
		a.NotAfter = a.NotBefore + defaultTerm
	}
	if len(a.Methods) == 0 {
		a.Methods = methods()
	}
	if a.Modes = slices.Compact(slices.Sorted(slices.Values(in.Modes))); len(a.Modes) == 0 {
		a.Modes = []string{policy.UseComputation, policy.UseQuery}
	}
}

// document is the digest of what is asked for: the same for the same scenario and scope.
func (a *applicationRecord) document() (catalog.Digest, error) {
	b, err := json.Marshal(api.Application{Scenario: a.Scenario, Purpose: a.Purpose, Datasets: a.Datasets, Methods: a.Methods, Modes: a.Modes, NotBefore: a.NotBefore,
		NotAfter: a.NotAfter, Frequency: a.Frequency, Safeguards: a.Safeguards, Recipients: a.Recipients})
	if err != nil {
		return "", fmt.Errorf("encode an application: %w", err)
	}
	return catalog.DigestOf(b), nil
}

// over reports whether a term has ended.
func (s *Service) over(notAfter int64) bool { return s.clock.Now().Unix() >= notAfter }

// moveApplication takes an application from its state to the next one, with the entry and the decision that the act rests on.
func (s *Service) moveApplication(tx Tx, p Principal, a applicationRecord, rec metastore.Record, act application.Act, by application.Actor,
	f application.Facts, e entry, d policy.Decision) (api.Application, error) {
	next, err := application.Next(application.State(rec.State), act, by, f)
	if err != nil {
		return api.Application{}, applicationFault(err)
	}
	a.State, rec.State = string(next), string(next)
	e.by, e.on, e.outcome, e.class = p, a.ID, a.State, retention5
	if e.facts == nil {
		e.facts = map[string]string{}
	}
	e.facts["turn"] = strconv.Itoa(a.Version)
	if d.InputDigest != "" {
		if e.digests == nil {
			e.digests = map[string]catalog.Digest{}
		}
		e.digests["decision"] = d.InputDigest
	}
	if err := s.record(tx, e); err != nil {
		return api.Application{}, err
	}
	if next == application.Approved {
		if d.Obligations.Application == nil {
			return api.Application{}, fault(KindUnavailable, "策略没有给出授权的条件", "the policy says nothing about the grant")
		}
		if a.Grant, err = s.makeGrant(tx, p, &a, d.Obligations.Application.IdleDays); err != nil {
			return api.Application{}, err
		}
	}
	if err := save(tx, recApplication, rec, s.nowMS(), a); err != nil {
		return api.Application{}, err
	}
	return s.applicationView(&a), s.keepDecision(tx, d)
}

// applicationFault says what an act lacks.
func applicationFault(err error) error {
	var g *application.GuardError
	if !errors.As(err, &g) {
		return fault(KindConflict, "申请当前状态不允许此操作：请先查看申请", "the application is not in a state for this: look at it first").because(err)
	}
	switch g.Guard {
	case application.ReasonGiven:
		return fault(KindInvalid, "退回或拒绝申请需要理由代码："+reasonWords(), "to return or reject an application takes a reason code: "+reasonWords()).because(err)
	case application.WordsGiven:
		return fault(KindInvalid, "退回或拒绝申请需要意见：说明缺什么、如何改", "to return or reject an application takes a comment that says what is wrong").because(err)
	case application.TermAhead:
		return fault(KindConflict, "申请的使用期限已过：请以新的期限重新提交", "the term that the application asks for is over: submit one with another term").because(err)
	}
	return fault(KindConflict, "该审核环节未开放：请先查看申请", "this step is not open: look at the application first").because(err)
}

func reasonWords() string {
	words := make([]string, 0, len(application.Reasons()))
	for _, r := range application.Reasons() {
		words = append(words, string(r))
	}
	return strings.Join(words, ", ")
}

// WithdrawApplication takes back an application that is not decided.
func (s *Service) WithdrawApplication(ctx context.Context, p Principal, id string) (api.Application, error) {
	var out api.Application
	err := s.store.Update(ctx, func(tx Tx) error {
		a, rec, err := ownApplication(tx, p, id)
		if err != nil {
			return err
		}
		d, err := s.mayStep(ctx, tx, p, policy.ApplicationWithdraw, application.StepName{}, policy.State(rec.State), a)
		if err != nil {
			return err
		}
		out, err = s.moveApplication(tx, p, a, rec, application.Withdraw, application.Applicant, application.Facts{}, entry{action: audit.ActionApplicationWithdraw}, d)
		return err
	})
	s.denied(ctx, p, policy.ActionApplicationStep, id, err)
	return out, known(err)
}

// Applications lists the caller's institution's applications; the zone's staff see all.
func (s *Service) Applications(ctx context.Context, p Principal) (api.Applications, error) {
	out := api.Applications{Items: []api.Application{}}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recApplication, ofParty(p), func(r metastore.Record, a applicationRecord) error {
			err := knows(tx, p, r.Owner, a.Datasets)
			if err == nil {
				out.Items = append(out.Items, s.applicationView(&a))
			}
			return unlessNotFound(err)
		})
	})
	return out, known(err)
}

// Application returns one application.
func (s *Service) Application(ctx context.Context, p Principal, id string) (api.Application, error) {
	var out api.Application
	err := s.store.View(ctx, func(tx Tx) error {
		a, rec, err := load[applicationRecord](tx, recApplication, id)
		if err != nil {
			return err
		}
		if err := knows(tx, p, rec.Owner, a.Datasets); err != nil {
			return err
		}
		out = s.applicationView(&a)
		return nil
	})
	return out, known(err)
}

// applicationView shows an application with its route, as it stands now.
func (s *Service) applicationView(a *applicationRecord) api.Application {
	out := a.Application
	waits := out.State == string(application.Submitted) || out.State == string(application.Returned)
	if waits && s.over(a.NotAfter) {
		out.State = string(application.Expired)
	}
	if out.Timer = nil; out.State == string(application.Submitted) {
		out.Timer = s.timer(a.Received)
	}
	open := a.Steps.Open(a.taken())
	out.Route = nil
	for i, stage := range a.Steps {
		for _, n := range stage {
			v := api.RouteStep{Step: n.String(), Stage: i + 1, State: "waiting"}
			for _, o := range open {
				if o == n && out.State == string(application.Submitted) {
					v.State = "open"
				}
			}
			for _, t := range a.Taken {
				if t.StepName == n {
					v.State, v.By = "approved", t.Account
				}
			}
			out.Route = append(out.Route, v)
		}
	}
	return out
}

// The terms of an application, in working days from its receipt (XC-21, XM-21).
const (
	daysToAnswer   = 5
	daysToComplete = 10
)

// timer is by when an application that was received at a moment, in unix milliseconds, is to be answered.
func (s *Service) timer(received int64) *api.Timer {
	at := time.UnixMilli(received)
	answer, complete := s.days().After(at, daysToAnswer), s.days().After(at, daysToComplete)
	return &api.Timer{Received: received, Answer: answer.Day, Complete: complete.Day, Overdue: !s.clock.Now().Before(answer.End),
		Provisional: answer.Provisional || complete.Provisional}
}

// knows refuses whoever may not know of an application or a grant: his organization's and the zone's staff may, and a provider's steward where
// it is about his organization's data. For anybody else it does not exist.
func knows(tx Tx, p Principal, owner string, datasets []api.ApplicationDataset) error {
	if p.Role != "" && (owner == p.Organization || staff(p)) {
		return nil
	}
	if catalog.AccountRole(p.Role) != catalog.AccountSteward {
		return errNotFound
	}
	for _, want := range datasets {
		d, _, err := load[datasetRecord](tx, recDataset, want.Dataset)
		if err == nil && d.provider() == p.Organization {
			return nil
		}
		if err := unlessNotFound(err); err != nil {
			return err
		}
	}
	return errNotFound
}

// unlessNotFound is nil for what is not there, or not for the caller.
func unlessNotFound(err error) error {
	if errors.Is(err, errNotFound) || errors.Is(err, metastore.ErrNotFound) {
		return nil
	}
	return err
}

// ofParty selects what the caller may know of by knows, or more.
func ofParty(p Principal) metastore.Query {
	q := own(p)
	if catalog.AccountRole(p.Role) == catalog.AccountSteward {
		q.Owner = ""
	}
	return q
}
