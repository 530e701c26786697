package enclave

import (
	"context"
	"errors"
	"maps"
	"slices"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/enclave/application"
	"yumen/enclave/compile"
	"yumen/enclave/consent"
	"yumen/internal/metastore"
	"yumen/policy"
)

// resolve reads the grant and everything it opens. A grant of another organization does not exist.
func (s *Service) resolve(ctx context.Context, a *asked) error {
	err := s.store.View(ctx, func(tx Tx) error { return a.read(tx) })
	if errors.Is(err, metastore.ErrNotFound) {
		return &catalog.Refusal{Code: catalog.CodeGrantMissing, Position: -1, Articles: []string{"BJ-OPS-32a"},
			Message: catalog.Text{Zh: "没有这个授权，或者它不属于贵单位", En: "there is no such grant, or it is not your organization's"},
			Remedy:  catalog.Text{Zh: "用 yumen grant list 查看可用授权，或提交需求申请", En: "see yumen grant list, or submit an application"}}
	}
	return err
}

// read loads grant, organization, datasets and their newest snapshots from one transaction.
func (a *asked) read(tx Tx) error {
	g, rec, err := load[grantRecord](tx, recGrant, a.in.Grant)
	if err != nil {
		return err
	}
	if rec.Owner != a.by.Organization || a.by.Role == "" {
		return metastore.ErrNotFound
	}
	a.grant = &g
	used, err := usageOf(tx, g.ID)
	if err != nil {
		return err
	}
	a.used = used.Used
	if a.in.Purpose == "" {
		a.in.Purpose = g.Purpose
	}
	if a.org, err = organizationFacts(tx, a.by.Organization); err != nil {
		return err
	}
	if a.freezes, err = readInForce(tx); err != nil {
		return err
	}
	if err := a.readComputation(tx); err != nil {
		return err
	}
	a.sets, a.pins, a.pinIDs = map[string]datasetRecord{}, map[string]snapshotRecord{}, map[string]string{}
	a.registers, a.loaded = map[string]consent.Register{}, map[string]int64{}
	for _, req := range g.Datasets {
		d, _, err := load[datasetRecord](tx, recDataset, req.Dataset)
		if err != nil || d.Approved == nil {
			continue // gone or not approved: it is not in the view
		}
		a.sets[req.Dataset] = d
		if a.registers[req.Dataset], err = registerOf(tx, req.Dataset, g.Organization, g.Scenario, a.in.Purpose); err != nil {
			return err
		}
		if d.Current == "" {
			continue
		}
		v, rec, err := load[snapshotRecord](tx, recSnapshot, d.Current)
		if err != nil {
			return err
		}
		a.loaded[req.Dataset] = v.since(rec)
		if v.SpecDigest != d.ApprovedVersion.Digest {
			continue // checked against another declaration: what that one promised says nothing about this one
		}
		if !v.leased(a.now * 1000) {
			continue // about to be destroyed
		}
		a.pins[req.Dataset], a.pinIDs[req.Dataset] = v, d.Current
	}
	return nil
}

// stillPinned makes sure, inside the transaction that records the run, that what was judged is what still stands.
func (s *Service) stillPinned(tx Tx, a *asked) error {
	g, _, err := load[grantRecord](tx, recGrant, a.in.Grant)
	if err != nil {
		return err
	}
	if g.State != a.grant.State {
		return errConflict
	}
	frozen, err := frozenOn(tx, policy.ActionQueryRun, a.by.Organization, slices.Collect(maps.Keys(a.bound.Facts.Tables))...)
	if err != nil {
		return err
	}
	if frozen.Len() > 0 {
		return errFrozen(frozen)
	}
	for name := range a.bound.Facts.Tables {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		if d.Seal != nil {
			return errSealed()
		}
		if d.Current != a.pinIDs[name] || d.ApprovedVersion.Link() != a.sets[name].ApprovedVersion.Link() {
			return errConflict
		}
	}
	used := map[string]string{}
	for name := range a.bound.Facts.Tables {
		used[name] = a.pinIDs[name]
	}
	a.pinIDs = used
	for name := range a.pins {
		if used[name] == "" {
			delete(a.pins, name)
		}
	}
	return nil
}

// view is the catalog as the grant shows it.
func (a *asked) view() footprint.View {
	v := footprint.View{Datasets: map[string]footprint.Granted{}}
	for _, req := range a.grant.Datasets {
		d, ok := a.sets[req.Dataset]
		if !ok {
			continue
		}
		g := footprint.Granted{Spec: *d.Approved, Columns: map[string]bool{}}
		for name := range req.Columns {
			g.Columns[name] = true
		}
		for _, t := range req.RowScope {
			g.RowScope = append(g.RowScope, footprint.ScopeTerm{Column: t.Column, Values: t.Values})
		}
		v.Datasets[req.Dataset] = g
	}
	return v
}

// facts are what a plan may know of the pinned snapshots. In the noisy mode it is nothing: a plan that depends on whether a column holds
// NULL tells it by its cost, and no noise covers that.
func (a *asked) facts() compile.Facts {
	if !a.decision.Allow || a.noisy() {
		return compile.Facts{}
	}
	return a.verified()
}

// verified are the facts of the pinned snapshots that hold for every row.
func (a *asked) verified() compile.Facts {
	f := compile.Facts{NotNull: map[string]map[string]bool{}}
	for name, v := range a.pins {
		f.NotNull[name] = map[string]bool{}
		for _, c := range v.NotNull {
			f.NotNull[name][c] = true
		}
	}
	return f
}

// question is what the policy is asked about the bound statement.
func (a *asked) question(c policy.Common, run bool) policy.Query {
	q := policy.Query{Common: c, Run: run, Call: policy.Call{Kind: policy.CallFree, Purpose: a.in.Purpose}, Organization: a.org,
		Computation: a.computed.facts(), Grant: a.policyGrant(), Datasets: map[string]policy.Supply{},
		Footprint: policy.Footprint{Grade: a.bound.Facts.Grade, Tables: map[string]policy.Touch{}, Methods: policy.NewSet(a.bound.Facts.Methods...)}}
	if a.computed != nil {
		q.Call.Kind = policy.CallComputation
	}
	for name, t := range a.bound.Facts.Tables {
		touch := policy.NewTouch(t.Grade)
		for col, u := range t.Columns {
			uses := make([]policy.Use, 0, len(u.Uses))
			for _, use := range u.Uses {
				uses = append(uses, policy.Use(use))
			}
			touch.Add(col, u.Grade, u.Guarded, uses...)
		}
		q.Footprint.Tables[name] = touch
		q.Datasets[name] = a.supply(name, touch)
	}
	q.Frozen = a.freezes.on(q.Action(), a.by.Organization, slices.Collect(maps.Keys(q.Datasets))...)
	return q
}

// supply is what the catalog says about a dataset now, and what its subjects authorized.
func (a *asked) supply(name string, touch policy.Touch) policy.Supply {
	d, ok := a.sets[name]
	if !ok || d.Approved == nil {
		return policy.Supply{State: policy.StateNone, Origin: policy.OriginNone, Consent: policy.Consent{Required: true, Categories: policy.NewSet(), State: policy.ConsentNone}}
	}
	spec := d.Approved
	out := policy.Supply{State: policy.StateApproved, Provider: spec.Provider, Market: d.market(spec), Sharing: spec.Sharing, Opening: spec.Opening, Loaded: a.pinIDs[name] != "", Origin: a.origin(name),
		Consent: policy.Consent{Required: spec.Consent != "", Categories: policy.NewSet(), State: policy.ConsentState(a.registers[name].State(a.now, a.loaded[name]))}}
	for _, columns := range touch.Columns {
		for column := range columns.All() {
			if c := spec.Column(column); c != nil && c.Category != "" {
				out.Consent.Categories.Add(string(c.Category))
			}
		}
	}
	return out
}

// origin says whether the rows that a statement would read are real. A snapshot that nobody knows anything of is.
func (a *asked) origin(name string) policy.Origin {
	switch v, known := a.pins[name]; {
	case a.pinIDs[name] == "":
		return policy.OriginNone
	case known && v.Supply == catalog.SupplyTwin && v.Twin != nil:
		return policy.OriginTwin
	}
	return policy.OriginReal
}

// stillAllowed asks the policy again when a run's turn has come, about the grant, the organization and the datasets as they stand now.
func (s *Service) stillAllowed(ctx context.Context, a *asked) error {
	now := *a
	if err := s.resolve(ctx, &now); err != nil {
		return err
	}
	now.now = s.clock.Now().Unix()
	now.pins, now.pinIDs, now.loaded, now.counted = a.pins, a.pinIDs, a.loaded, true
	if err := now.coverage(a.plan); err != nil {
		return err
	}
	d, err := s.decider.Decide(ctx, now.question(s.common(a.by), true))
	if err != nil {
		return fault(KindUnavailable, "策略引擎不可用，已拒绝", "the policy engine is not available: refused").because(err)
	}
	a.again = d
	if !d.Allow {
		return s.explained(d, &now)
	}
	return nil
}

// explained is a refusal that says what is so with the grant, or the certificate, and what helps.
func (s *Service) explained(d policy.Decision, a *asked) error {
	err := refusalOf(d)
	var r *catalog.Refusal
	if !errors.As(err, &r) {
		return err
	}
	if r.Code == catalog.CodeNotLoaded {
		for name, d := range a.sets {
			if _, touched := a.bound.Facts.Tables[name]; touched && a.pinIDs[name] == "" && d.Approved.Supply.InPlace() {
				return pullAgain(name)
			}
		}
		return r
	}
	if a.computed != nil && len(a.computed.stale) > 0 && foremost(d.Denials).Rule == ruleCertified {
		return staleRefusal(a.computed.name, a.computed.stale)
	}
	if r.Code == catalog.CodeConsent {
		return a.tellConsent(r)
	}
	return s.tellGrant(r, a.grant, a.used)
}

// ruleCertified is the policy's rule that a computation has a certificate.
const ruleCertified = "AUT-018"

// runsLeft is the tightest limit of the grant. A run that is counted already asks for no other.
func (a *asked) runsLeft(now int64) policy.Count {
	tight, limited := application.Limits(a.grant.Frequency).Tightest(a.used, now)
	if !limited || a.counted {
		return policy.Count{Unlimited: true}
	}
	return policy.Count{Max: tight.Max, Used: tight.Used}
}

// today is how often the grant was used today, without the run itself.
func (a *asked) today(now int64) int {
	day := a.used.On(now).Day
	if a.counted {
		day--
	}
	return max(day, 0)
}

func (a *asked) policyGrant() *policy.Grant {
	g := a.grant
	state := policy.State(g.State)
	if state == policy.StateActive && g.lapsedIdle(a.used, a.now) {
		state = policy.StateExpired
	}
	out := &policy.Grant{ID: g.ID, State: state, Organization: g.Organization, NotBefore: g.NotBefore, NotAfter: g.NotAfter,
		Purposes: policy.NewSet(g.Purpose), Scenario: g.Scenario, Tables: map[string]policy.GrantedCols{}, Methods: policy.NewSet(g.Methods...),
		Modes: policy.NewSet(g.Modes...), Runs: a.runsLeft(a.now), Today: a.today(a.now)}
	for _, req := range g.Datasets {
		cols := policy.NewSet()
		for name := range req.Columns {
			cols.Add(name)
		}
		out.Tables[req.Dataset] = policy.GrantedCols{Columns: cols}
	}
	return out
}

// class is the retention class of what is logged about the question: five years from grade 3 and for market classes that need an
// authorization, else three.
func (a *asked) class() string {
	for _, d := range a.sets {
		if market := d.market(d.Approved); d.Approved.Grade() >= 3 || market == catalog.MarketAuthorised || market == catalog.MarketSealed {
			return retention5
		}
	}
	return retention3
}

// Retention classes.
const (
	retention3 = "3y"
	retention5 = "5y"
)
