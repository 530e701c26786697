package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/enclave/application"
	"yumen/enclave/audit"
	"yumen/enclave/compile"
	"yumen/enclave/consent"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
	"yumen/sandbox"
)

// This file is the order of a query's steps (docs/life-of-a-query.md). One direction:
//
//	authenticate (the door) → resolve grant → parse → sqltree → footprint → policy → compile → audit entry   (this file)
//	→ worker over sealed snapshots → disclosure → post-processing → policy → review or not → issue           (execute.go, issue.go)

// asked is one question on its way through the static steps.
type asked struct {
	by      Principal
	in      api.RunRequest
	now     int64
	grant   *grantRecord
	used    application.Used          // how often the grant was used
	counted bool                      // the run itself is among them
	sets    map[string]datasetRecord  // the grant's datasets
	pins    map[string]snapshotRecord // newest snapshot of each, by dataset
	pinIDs  map[string]string
	// registers are what the subjects of each dataset authorized for the grant's scenario and the purpose; loaded when the file of each was first sent.
	registers map[string]consent.Register
	loaded    map[string]int64 // unix milliseconds
	org       policy.Organization
	tree      []byte // what the worker without data parsed the text into
	bound     *footprint.Query
	freezes   inForce
	release   string // reserved at submit, so that its time tells nothing about the run
	// footprint is what the policy was asked about, kept so that it can be asked again at release.
	footprint json.RawMessage
	decision  policy.Decision
	again     policy.Decision // of the second look, when the run's turn has come
	plan      *compile.Plan
	computed  *called         // the computation that is called, nil for the caller's own statement
	covered   *covering       // how it is answered with noise; nil in the exact mode
	charged   *charged        // what that costs, once it is accepted
	policy    catalog.Digest  // in force
	shown     *footprint.View // in the place of a grant's view, where a computation is certified
}

// Check is the static verdict: it does all that needs no data, and nothing runs.
func (s *Service) Check(ctx context.Context, p Principal, in api.RunRequest) (api.CheckResult, error) {
	if err := p.InEffect(); err != nil {
		return api.CheckResult{}, err
	}
	a, err := s.judge(ctx, p, in, false)
	if err == nil && a.covered != nil {
		err = s.store.View(ctx, func(tx Tx) (err error) { a.charged, err = s.price(tx, a); return err })
	}
	var r *catalog.Refusal
	if errors.As(err, &r) {
		if err := s.logCheck(ctx, p, a, string(r.Code)); err != nil {
			return api.CheckResult{}, known(err)
		}
		return api.CheckResult{Refusal: r, Rewrite: rewriteOf(r.Code), Rewritten: s.rewritten(ctx, a, r)}, nil
	}
	if err != nil {
		return api.CheckResult{}, known(err)
	}
	if err := s.logCheck(ctx, p, a, "allowed"); err != nil {
		return api.CheckResult{}, known(err)
	}
	ob := a.decision.Obligations.Run
	out := api.CheckResult{Cost: a.cost(), Allowed: true, Grade: a.plan.Grade, Mode: string(ob.Mode), Review: string(ob.Review), Explain: a.plan.Explain(), Outer: a.plan.ExplainOuter(), Rules: a.rules()}
	if a.covered != nil {
		out.Noise = a.covered.spreads
	}
	for _, c := range a.plan.Post.Columns {
		out.Columns = append(out.Columns, api.Column{Name: c.Name, Type: c.Type})
	}
	return out, nil
}

// logCheck records a verdict. Without its entry nobody gets it.
func (s *Service) logCheck(ctx context.Context, p Principal, a *asked, outcome string) error {
	return s.store.Update(ctx, func(tx Tx) error {
		if err := s.keepDecision(tx, a.decision); err != nil {
			return err
		}
		return s.record(tx, entry{by: p, action: audit.ActionQueryCheck, on: audit.Subject(a.in.Grant), outcome: outcome,
			digests: map[string]catalog.Digest{"query": catalog.DigestOf([]byte(a.in.SQL))}})
	})
}

// Submit takes a query through the static steps, records it with its audit entry, and starts it. What is refused statically is
// recorded as refused. The key makes a repetition harmless.
func (s *Service) Submit(ctx context.Context, p Principal, in api.RunRequest, key string) (api.Run, error) {
	if err := p.InEffect(); err != nil {
		return api.Run{}, err
	}
	if err := s.work.begin(); err != nil {
		return api.Run{}, err
	}
	defer s.work.done()
	return s.submit(ctx, p, in, key)
}

func (s *Service) submit(ctx context.Context, p Principal, in api.RunRequest, key string) (api.Run, error) {
	request, err := json.Marshal(in)
	if err != nil {
		return api.Run{}, fmt.Errorf("encode the request: %w", err)
	}
	digest := catalog.DigestOf(request)
	if old, done, err := s.replied(ctx, p, key, digest); err != nil || done {
		return old, err
	}
	a, err := s.judge(ctx, p, in, true)
	var r *catalog.Refusal
	if err != nil && !errors.As(err, &r) {
		return api.Run{}, known(err)
	}
	var rec metastore.Record
	var run runRecord
	static := r // what the text, the grant and the policy came to before the transaction
	ticket := s.groups.queue(p.LegalGroup)
	err = s.store.Update(ctx, func(tx Tx) error {
		var err error
		if r = static; r == nil {
			if r, err = s.accept(tx, a); err != nil {
				return err
			}
		}
		rec, run = s.newRun(a, r)
		if err := save(tx, recRun, rec, run.Submitted, run); err != nil {
			return err
		}
		if err := s.recordSubmit(tx, rec, run, a); err != nil {
			return err
		}
		if err := s.keepDecision(tx, a.decision); err != nil {
			return err
		}
		return s.reply(tx, p, key, digest, rec.ID)
	})
	rec.Created = run.Submitted
	if err != nil || r != nil {
		ticket.done()
		if errors.Is(err, metastore.ErrConflict) { // perhaps with a request of the same key that came first
			if old, done, again := s.replied(ctx, p, key, digest); again != nil || done {
				return old, again
			}
		}
		if err != nil {
			return api.Run{}, known(err)
		}
		return s.runView(rec, run), nil
	}
	s.start(rec.ID, ticket, a)
	return s.runView(rec, run), nil
}

// start executes a recorded run beside whoever asked.
func (s *Service) start(id string, t ticket, a *asked) {
	s.work.more()
	go func() {
		defer s.work.done()
		defer t.done()
		s.execute(id, t, a)
	}()
}

// accept makes sure, in the transaction that records a run, that what was judged is what still stands, and counts the run.
func (s *Service) accept(tx Tx, a *asked) (*catalog.Refusal, error) {
	if err := s.stillPinned(tx, a); err != nil {
		return nil, err
	}
	if r, err := s.countRun(tx, a); r != nil || err != nil || a.covered == nil {
		return r, err
	}
	var r *catalog.Refusal
	if err := s.charge(tx, a); errors.As(err, &r) {
		return r, nil
	} else if err != nil {
		return nil, err
	}
	return nil, nil
}

func (s *Service) newRun(a *asked, r *catalog.Refusal) (metastore.Record, runRecord) {
	format := a.in.Format
	if format == "" {
		format = "csv"
	}
	p := a.by
	run := runRecord{Account: p.Account, Person: p.Person, Organization: p.Organization, LegalGroup: p.LegalGroup, Grant: a.in.Grant,
		Purpose: a.in.Purpose, SQL: a.in.SQL, Note: a.in.Note, Format: format, Refusal: r, Submitted: s.nowMS(), Turn: 1,
		QueryDigest: catalog.DigestOf([]byte(a.in.SQL))}
	run.Computation = a.ran()
	rec := metastore.Record{ID: newID(catalog.PrefixRun), Owner: p.Organization, State: stateRefused}
	if r != nil {
		return rec, run
	}
	rec.State = stateRunning
	run.Grade, run.Plan = a.plan.Grade, a.plan
	run.PlanDigest = planDigest(a.plan)
	if run.Mode = a.decision.Obligations.Run.Mode; a.covered != nil {
		run.Noise = a.covered.spreads
	}
	run.Release, run.Snapshots = a.release, a.pinIDs
	run.Policy = policyStamp{Decision: a.decision.ID, Revision: a.decision.Revision, Digest: a.policy}
	run.Asked, run.CellsMax = a.footprint, a.cellsBound()
	run.TickMS = int64(a.decision.Obligations.Run.TickMS)
	for _, c := range a.plan.Post.Columns {
		run.Columns = append(run.Columns, api.Column{Name: c.Name, Type: c.Type})
	}
	return rec, run
}

func planDigest(p *compile.Plan) catalog.Digest {
	b, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return catalog.DigestOf(b)
}

func (s *Service) recordSubmit(tx Tx, rec metastore.Record, run runRecord, a *asked) error {
	e := entry{by: a.by, action: audit.ActionQueryRun, on: rec.ID, outcome: rec.State, class: a.class(),
		digests: map[string]catalog.Digest{"query": run.QueryDigest}, facts: map[string]string{}}
	if catalog.ValidID(catalog.PrefixGrant, run.Grant) {
		e.facts["grant"] = run.Grant
	}
	if run.Computation != nil {
		e.digests["computation"], e.facts["computation"] = run.Computation.Digest, run.Computation.Name
	}
	if run.Refusal != nil {
		e.facts["code"] = string(run.Refusal.Code)
		return s.record(tx, e)
	}
	e.digests["plan"], e.digests["policy"] = run.PlanDigest, a.decision.BundleDigest
	e.digests["decision"] = a.decision.InputDigest
	if a.charged != nil {
		e.facts["mode"], e.facts["columns"] = string(run.Mode), fmt.Sprint(a.charged.fresh())
	}
	e.facts["grade"], e.facts["level"] = fmt.Sprint(run.Grade), s.level
	for name, v := range a.pins {
		e.digests["snapshot/"+name] = v.Digest
	}
	return s.record(tx, e)
}

// judge is every static step: grant, text, names, policy, plan. It returns a *catalog.Refusal as its error when the question is
// refused; the question itself is returned in any case.
func (s *Service) judge(ctx context.Context, p Principal, in api.RunRequest, run bool) (*asked, error) {
	a := &asked{by: p, in: in, now: s.clock.Now().Unix(), release: newID(catalog.PrefixRelease), policy: s.policyDigest()}
	if in.SQL != "" && in.Computation != "" || in.Computation == "" && len(in.Params) > 0 {
		return a, fault(KindInvalid, "请给出语句，或者计算及其参数", "give a statement, or else a computation and its parameters")
	}
	if err := s.resolve(ctx, a); err != nil {
		return a, err
	}
	if err := s.bind(ctx, a); err != nil {
		return a, err
	}
	plan, unplanned := compile.Build(a.bound, a.verified())
	if err := a.coverage(plan); err != nil {
		return a, err
	}
	q := a.question(s.common(p), run)
	d, err := s.decider.Decide(ctx, q)
	if err != nil {
		return a, fault(KindUnavailable, "策略引擎不可用，已拒绝", "the policy engine is not available: refused").because(err)
	}
	a.decision = d
	if !d.Allow {
		return a, s.explained(d, a)
	}
	if a.footprint, err = json.Marshal(q.Footprint); err != nil {
		return a, fmt.Errorf("encode the footprint: %w", err)
	}
	if a.noisy() {
		plan, unplanned = compile.Build(a.bound, a.facts())
	}
	if unplanned != nil {
		return a, asRefusal(unplanned)
	}
	a.plan = plan
	if err := s.answerable(a); err != nil {
		return a, err
	}
	if err := unspoken(plan, s.clock.Now()); err != nil {
		return a, err
	}
	return a, s.spacious(a)
}

// spacious refuses a question whose tables can never be in memory together.
func (s *Service) spacious(a *asked) error {
	var all []wanted
	for name := range a.bound.Facts.Tables {
		if id := a.pinIDs[name]; id != "" {
			all = append(all, wanted{id, a.pins[name].Size})
		}
	}
	if !s.sealed.fits(all) {
		return tooBig()
	}
	return nil
}

// bind parses the text in a worker without data and binds its tree to what the grant shows.
func (s *Service) bind(ctx context.Context, a *asked) error {
	var err error
	if a.tree, err = s.parse(sandbox.WithTenant(ctx, a.by.LegalGroup), a.in.SQL); err != nil {
		return err
	}
	a.bound, err = bindInstance(a.tree, a.instance(), a.view())
	return err
}

// asRefusal lets a refusal pass and hides everything else.
func asRefusal(err error) error {
	var r *catalog.Refusal
	if err == nil || errors.As(err, &r) {
		return err
	}
	return executionFault(err)
}

// refusalOf is a policy denial of a query as its author sees it.
func refusalOf(d policy.Decision) error {
	if len(d.Denials) == 0 {
		return fault(KindUnavailable, "策略未能证明该查询被允许", "the policy could not prove that this query is allowed")
	}
	f := foremost(d.Denials)
	return &catalog.Refusal{Code: f.Code, Position: -1, Message: f.Message, Remedy: f.Remedy, Articles: f.Articles}
}
