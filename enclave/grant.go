package enclave

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

func (s *Service) makeGrant(tx Tx, p Principal, a *applicationRecord, idleDays int) (string, error) {
	scope, err := a.document()
	if err != nil {
		return "", err
	}
	g := grantRecord{Scope: scope, Grant: a.grant()}
	g.ID, g.State, g.ApprovedBy = newID(catalog.PrefixGrant), string(application.Granted), p.Account
	g.IdleDays = idleDays
	if g.Fingerprint, err = fingerprint(&g.Grant); err != nil {
		return "", err
	}
	rec := metastore.Record{ID: g.ID, Owner: a.Organization, State: g.State}
	if err := save(tx, recGrant, rec, s.nowMS(), g); err != nil {
		return "", err
	}
	return g.ID, s.record(tx, entry{by: p, action: audit.ActionGrantCreate, on: g.ID, outcome: g.State, class: retention5,
		digests: map[string]catalog.Digest{"document": scope}, facts: map[string]string{"application": a.ID}})
}

// grant is what the application asks for, as a grant would say it.
func (a *applicationRecord) grant() api.Grant {
	g := api.Grant{Organization: a.Organization, LegalGroup: a.LegalGroup, Scenario: a.Scenario, Purpose: a.Purpose, Datasets: a.Datasets,
		Methods: a.Methods, Modes: a.Modes, NotBefore: a.NotBefore, NotAfter: a.NotAfter, Application: a.ID, Recipients: a.Recipients, Frequency: a.Frequency}
	if len(g.Recipients) == 0 {
		g.Recipients = []api.Recipient{{Organization: a.Organization}}
	}
	return g
}

// nobody owns nothing: no organization can have this name.
const nobody = "-"

// own selects the caller's organization's records, or all for the staff.
func own(p Principal) metastore.Query {
	q := metastore.Query{Owner: p.Organization, Newest: true, Limit: 1000}
	if p.Role == "" {
		q.Owner = nobody
	}
	if staff(p) {
		q.Owner = ""
	}
	return q
}

// Grants lists grants.
func (s *Service) Grants(ctx context.Context, p Principal) (api.Grants, error) {
	out := api.Grants{Items: []api.Grant{}}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recGrant, ofParty(p), func(r metastore.Record, g grantRecord) error {
			if err := knows(tx, p, r.Owner, g.Datasets); err != nil {
				return unlessNotFound(err)
			}
			v, err := s.grantView(tx, &g)
			out.Items = append(out.Items, v)
			return err
		})
	})
	return out, known(err)
}

// Grant returns one grant.
func (s *Service) Grant(ctx context.Context, p Principal, id string) (api.Grant, error) {
	var out api.Grant
	err := s.store.View(ctx, func(tx Tx) error {
		g, rec, err := load[grantRecord](tx, recGrant, id)
		if err != nil {
			return err
		}
		if err := knows(tx, p, rec.Owner, g.Datasets); err != nil {
			return err
		}
		out, err = s.grantView(tx, &g)
		return err
	})
	return out, known(err)
}

// grantView shows a grant as it stands now, with what is left of it.
func (s *Service) grantView(tx Tx, g *grantRecord) (api.Grant, error) {
	out, now := g.Grant, s.clock.Now().Unix()
	out.State = string(application.Shown(application.GrantState(g.State), g.NotBefore, g.NotAfter, now))
	used, err := usageOf(tx, g.ID)
	if err != nil {
		return out, err
	}
	if g.lapsedIdle(used.Used, now) {
		out.State = string(application.Over)
	}
	if out.State == string(application.Granted) {
		out.Lapses = min(idle(g, used.Used), g.NotAfter)
	}
	out.Unused, out.Quotas = used.unused(g.Datasets), nil
	for _, q := range application.Limits(g.Frequency).Standings(used.Used, now) {
		out.Quotas = append(out.Quotas, api.Quota{Window: string(q.Window), Max: q.Max, Used: q.Used, Left: q.Left(), Frees: q.Frees})
	}
	return out, nil
}

// unused are the granted columns that no run has used, each as dataset.column.
func (u *usageRecord) unused(granted []api.ApplicationDataset) []string {
	var out []string
	for _, d := range granted {
		for column := range d.Columns {
			if name := d.Dataset + "." + column; !u.Columns[name] {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// SuspendGrant stops a grant: what runs under it is stopped, and nothing leaves, until it is resumed.
func (s *Service) SuspendGrant(ctx context.Context, p Principal, id string, in api.GrantAct) (api.Grant, error) {
	return s.changeGrant(ctx, p, id, application.Suspend, in.Reason)
}

// ResumeGrant lifts a suspension.
func (s *Service) ResumeGrant(ctx context.Context, p Principal, id string, in api.GrantAct) (api.Grant, error) {
	return s.changeGrant(ctx, p, id, application.Resume, in.Reason)
}

// TerminateGrant ends a grant for good: what runs under it is stopped, and what waits for review will not leave. Who asks under it ends it when
// everything shows as it is.
func (s *Service) TerminateGrant(ctx context.Context, p Principal, id string, in api.GrantAct) (api.Grant, error) {
	for {
		out, err := s.changeGrant(ctx, p, id, application.Terminate, in.Reason)
		if !errors.Is(err, errHidden) {
			return out, err
		}
		if err := s.endShown(ctx, p, under(id)); err != nil {
			return api.Grant{}, known(err)
		}
	}
}

// under selects the runs under a grant.
func under(grant string) func(Tx, *runRecord) bool {
	return func(_ Tx, run *runRecord) bool { return run.Grant == grant }
}

// grantEntries are the entries that the acts leave.
var grantEntries = map[application.GrantAct]audit.Action{
	application.Suspend: audit.ActionGrantSuspend, application.Resume: audit.ActionGrantResume,
	application.Terminate: audit.ActionGrantTerminate, application.Lapse: audit.ActionGrantExpire, application.Idle: audit.ActionGrantExpire,
}

func (s *Service) changeGrant(ctx context.Context, p Principal, id string, act application.GrantAct, reason string) (api.Grant, error) {
	var out api.Grant
	var ended ended
	err := s.store.Update(ctx, func(tx Tx) error {
		g, rec, err := load[grantRecord](tx, recGrant, id)
		if err != nil {
			return err
		}
		if err := knows(tx, p, rec.Owner, g.Datasets); err != nil {
			return err
		}
		d, err := s.mayChange(ctx, tx, p, policy.GrantOp(act), &g)
		if err != nil {
			return err
		}
		if act == application.Terminate {
			if hidden, err := s.hidden(tx, p, under(id)); err != nil || len(hidden) > 0 {
				return cmp.Or(err, errHidden)
			}
		}
		if err := s.keepDecision(tx, d); err != nil {
			return err
		}
		if ended, err = s.moveGrant(tx, p, &g, rec, act, reason, d); err != nil {
			return err
		}
		out, err = s.grantView(tx, &g)
		return err
	})
	s.denied(ctx, p, policy.ActionGrantChange, id, err)
	if err != nil {
		return out, known(err)
	}
	s.clear(ended)
	return out, nil
}

// mayChange asks grant.change about the grant as it stands.
func (s *Service) mayChange(ctx context.Context, tx Tx, p Principal, op policy.GrantOp, g *grantRecord) (policy.Decision, error) {
	caller, err := callerFacts(tx, p)
	if err != nil {
		return policy.Decision{}, err
	}
	in := policy.GrantChange{Common: s.common(p), Op: op, Caller: caller, Grant: policy.HeldGrant{ID: g.ID, State: policy.State(g.State),
		Organization: g.Organization, LegalGroup: g.LegalGroup, NotAfter: g.NotAfter, Providers: policy.NewSet()}}
	if g.Change != nil && g.State == string(application.Suspended) {
		in.Grant.SuspendedBy, in.Grant.Suspender = policy.Role(g.Change.Role), g.Change.Organization
	}
	for _, req := range g.Datasets {
		d, _, err := load[datasetRecord](tx, recDataset, req.Dataset)
		if errors.Is(err, metastore.ErrNotFound) {
			continue
		}
		if err != nil {
			return policy.Decision{}, err
		}
		in.Grant.Providers.Add(d.provider())
	}
	return s.ask(ctx, in)
}

// moveGrant takes a grant from its state to the next one, with its entry and with what that ends.
func (s *Service) moveGrant(tx Tx, p Principal, g *grantRecord, rec metastore.Record, act application.GrantAct, reason string, d policy.Decision) (ended, error) {
	next, err := application.NextGrant(application.GrantState(rec.State), act, s.over(g.NotAfter))
	if err != nil {
		return ended{}, fault(KindConflict, "授权当前状态不允许此操作：请先查看授权", "the grant is not in a state for this: look at it first").because(err)
	}
	g.State, rec.State = string(next), string(next)
	g.Change = &api.GrantChange{Act: string(act), By: p.Account, Role: p.Role, Organization: p.Organization, Reason: reason, Time: s.nowMS()}
	if err := save(tx, recGrant, rec, s.nowMS(), g); err != nil {
		return ended{}, err
	}
	e := entry{by: p, action: grantEntries[act], on: g.ID, outcome: g.State, class: retention5, digests: map[string]catalog.Digest{}}
	if d.InputDigest != "" {
		e.digests["decision"] = d.InputDigest
	}
	if reason != "" {
		e.digests["document"] = catalog.DigestOf([]byte(reason))
	}
	if err := s.record(tx, e); err != nil {
		return ended{}, err
	}
	if act == application.Resume {
		return ended{}, nil
	}
	return s.endRuns(tx, p, g)
}
