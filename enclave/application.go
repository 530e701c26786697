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

// ReviewApplication takes a step of an application's route: approves it, returns the application to its applicant, or rejects it. The
// approval of the last step makes the grant.
func (s *Service) ReviewApplication(ctx context.Context, p Principal, id string, in api.Review) (api.Application, error) {
	act := application.Reject
	switch {
	case in.Approve && in.Return:
		return api.Application{}, fault(KindInvalid, "同意和退回只能选一个", "approve or return it, not both")
	case in.Approve:
		act = application.Approve
	case in.Return:
		act = application.Return
	}
	var out api.Application
	err := s.store.Update(ctx, func(tx Tx) error {
		a, rec, err := load[applicationRecord](tx, recApplication, id)
		if err != nil {
			return err
		}
		if err := knows(tx, p, rec.Owner, a.Datasets); err != nil {
			return err
		}
		out, err = s.takeStep(ctx, tx, p, a, rec, act, in)
		return err
	})
	s.denied(ctx, p, policy.ActionApplicationStep, id, err)
	return out, known(err)
}

func (s *Service) takeStep(ctx context.Context, tx Tx, p Principal, a applicationRecord, rec metastore.Record, act application.Act, in api.Review) (api.Application, error) {
	step, ok := a.Steps.Choose(a.taken(), in.Step, p.Organization)
	if !ok && rec.State == string(application.Submitted) {
		names := []string{}
		for _, n := range a.Steps.Open(a.taken()) {
			names = append(names, n.String())
		}
		return api.Application{}, fault(KindInvalid, "请用 --step 指明审核环节："+strings.Join(names, "、"), "say which step you take, with --step: "+strings.Join(names, ", "))
	}
	if err := errors.Join(a.strike(act, in.Strike), a.fix(act, in.Modes)); err != nil {
		return api.Application{}, err
	}
	d, err := s.mayStep(ctx, tx, p, policy.ApplicationOp(act), step, policy.State(rec.State), a)
	if err != nil {
		return api.Application{}, err
	}
	switch in.Version {
	case 0:
		return api.Application{}, fault(KindInvalid, "请给出所查看申请的版本（version）", "give the version of the application that you looked at")
	case a.Version:
	default:
		return api.Application{}, fault(KindConflict, "申请已有新版本：请重新查看后再审核", "the application has another version by now: look at it again, then decide")
	}
	a.Steps = routeOf(d)
	cast := application.Step{StepName: step, Person: p.Person}
	f := application.Facts{Route: a.Steps, Taken: a.taken(), Cast: &cast, Words: strings.TrimSpace(in.Comment) != "", TermOver: s.over(a.NotAfter)}
	e := entry{action: audit.ActionApplicationReview, facts: map[string]string{"step": step.Name, "verdict": string(act)}}
	if step.Organization != "" {
		e.facts["organization"] = step.Organization
	}
	codes := []string{}
	for _, c := range strings.Split(in.Reason, ",") {
		if c = strings.TrimSpace(c); c != "" {
			codes, f.Reasons = append(codes, c), append(f.Reasons, application.Reason(c))
		}
	}
	if act != application.Approve && len(codes) > 0 {
		e.facts["reason"] = strings.Join(codes, ",")
	}
	if act == application.Approve {
		a.Taken, codes = append(a.Taken, takenRecord{StepName: step, Account: p.Account, Person: p.Person}), nil
	}
	if len(in.Strike)+len(in.Modes) > 0 {
		scope, err := a.document()
		if err != nil {
			return api.Application{}, err
		}
		e.digests = map[string]catalog.Digest{"document": scope}
	}
	a.ReviewedBy, a.Comment = p.Account, in.Comment
	a.Opinions = append(a.Opinions, api.Opinion{Version: a.Version, Step: step.String(), Verdict: string(act), By: p.Account, Organization: p.Organization,
		Reasons: codes, Comment: in.Comment, Struck: in.Strike, Modes: in.Modes, Time: s.nowMS()})
	return s.moveApplication(tx, p, a, rec, act, application.Party, f, e, d)
}

// strike takes columns out of what an approval approves (SJZ-16b). What is struck stays out, whoever approves after.
func (a *applicationRecord) strike(act application.Act, columns []string) error {
	if len(columns) > 0 && act != application.Approve {
		return fault(KindInvalid, "只有同意时才能剔除字段", "columns are struck from an approval alone")
	}
	for _, name := range columns {
		table, column, _ := strings.Cut(name, ".")
		i := slices.IndexFunc(a.Datasets, func(d api.ApplicationDataset) bool { return d.Dataset == table })
		if i < 0 || a.Datasets[i].Columns[column] == "" {
			return fault(KindInvalid, "申请中没有要剔除的字段：写作 数据集.字段，与申请所示一致", "the application does not ask for a column that is to be struck: write dataset.column, as the application shows it")
		}
		if delete(a.Datasets[i].Columns, column); len(a.Datasets[i].Columns) == 0 {
			a.Datasets = slices.Delete(a.Datasets, i, i+1)
		}
	}
	return nil
}

// fix limits what an approval approves to some of the ways of use that are asked for (XM-23d). What is left out stays out, whoever approves after.
func (a *applicationRecord) fix(act application.Act, modes []string) error {
	if len(modes) == 0 {
		return nil
	}
	if act != application.Approve {
		return fault(KindInvalid, "只有同意时才能核定使用方式", "ways of use are fixed by an approval alone")
	}
	for _, m := range modes {
		if !slices.Contains(a.Modes, m) {
			return fault(KindInvalid, "申请中没有要核定的使用方式：可用 "+strings.Join(a.Modes, "、"), "the application does not ask for a way of use that is to be fixed: take some of "+strings.Join(a.Modes, ", "))
		}
	}
	a.Modes = slices.Compact(slices.Sorted(slices.Values(modes)))
	return nil
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
