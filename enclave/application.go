package enclave

import (
	"context"
	"encoding/json"
	"errors"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// defaultTerm is how long a grant lasts when the application names no end: one year.
const defaultTerm = 365 * 24 * 3600

// SubmitApplication records a demand application (需求申请) of the caller's institution.
func (s *Service) SubmitApplication(ctx context.Context, p Principal, in api.Application) (api.Application, error) {
	now := s.clock.Now().Unix()
	a := applicationRecord{Application: in, Organization: p.Organization, LegalGroup: p.LegalGroup, ApplicantID: p.Person}
	a.Applicant, a.State, a.Created, a.Grant, a.ReviewedBy, a.Comment = p.Account, string(policy.StateSubmitted), s.nowMS(), "", "", ""
	if a.NotBefore == 0 {
		a.NotBefore = now
	}
	if a.NotAfter == 0 {
		a.NotAfter = a.NotBefore + defaultTerm
	}
	if len(a.Methods) == 0 {
		a.Methods = methods()
	}
	a.ID = newID(catalog.PrefixApplication)
	err := s.store.Update(ctx, func(tx Tx) error {
		if err := s.completeApplication(tx, &a); err != nil {
			return err
		}
		if err := s.mayStep(ctx, tx, p, policy.ApplicationSubmit, policy.StateNone, a); err != nil {
			return err
		}
		rec := metastore.Record{ID: a.ID, Owner: p.Organization, State: a.State}
		if err := save(tx, recApplication, rec, s.nowMS(), a); err != nil {
			return err
		}
		return s.log1(tx, p, audit.ActionApplicationSubmit, a.ID, a.State, nil)
	})
	s.denied(ctx, p, policy.ActionApplicationStep, a.ID, err)
	return a.Application, known(err)
}

// completeApplication puts names into their declared spelling and refuses what the caller's catalog view does not show.
func (s *Service) completeApplication(tx Tx, a *applicationRecord) error {
	for i := range a.Datasets {
		req := &a.Datasets[i]
		d, _, err := load[datasetRecord](tx, recDataset, req.Dataset)
		if errors.Is(err, metastore.ErrNotFound) || err == nil && d.Approved == nil {
			name := spoken(req.Dataset)
			return fault(KindInvalid, "申请中的数据集不存在或未批准："+name, "the application names a dataset that does not exist or is not approved: "+name)
		}
		if err != nil {
			return err
		}
		named := map[string]string{}
		for name, why := range req.Columns {
			c := d.Approved.Column(name)
			if c == nil {
				return fault(KindInvalid, "数据集 "+req.Dataset+" 没有字段 "+spoken(name), "dataset "+req.Dataset+" has no column "+spoken(name))
			}
			named[c.Name] = why
		}
		req.Columns = named
		for j := range req.RowScope {
			c := d.Approved.Column(req.RowScope[j].Column)
			if c == nil || !c.Has(catalog.RoleDimension) {
				return fault(KindInvalid, "行范围只能用维度字段", "a row scope names a dimension")
			}
			req.RowScope[j].Column = c.Name
			for k, text := range req.RowScope[j].Values {
				canon, err := catalog.CanonicalValue(c.Type, text)
				if err != nil {
					return fault(KindInvalid, "行范围的值不符合字段类型："+c.Name, "a value of the row scope does not fit the type of column "+c.Name)
				}
				req.RowScope[j].Values[k] = canon
			}
		}
	}
	return nil
}

// mayStep asks application.step about the application as it stands.
func (s *Service) mayStep(ctx context.Context, tx Tx, p Principal, op policy.ApplicationOp, state policy.State, a applicationRecord) error {
	org, err := organizationFacts(tx, a.Organization)
	if err != nil {
		return err
	}
	frozen, err := frozenOn(tx, policy.ActionApplicationStep, a.Organization)
	if err != nil {
		return err
	}
	in := policy.ApplicationStep{Common: s.common(p), Frozen: frozen, Op: op, Organization: org, Application: policy.Application{State: state,
		Organization: a.Organization, Author: policy.Author{Account: a.Applicant, Person: a.ApplicantID},
		Purposes: policy.NewSet(a.Purpose), Scenario: a.Scenario, NotBefore: a.NotBefore, NotAfter: a.NotAfter,
		Methods: policy.NewSet(a.Methods...), Datasets: map[string]policy.Requested{}}}
	if a.Purpose == "" {
		in.Application.Purposes = policy.NewSet()
	}
	for _, req := range a.Datasets {
		d, _, err := load[datasetRecord](tx, recDataset, req.Dataset)
		if err != nil {
			return err
		}
		in.Application.Datasets[req.Dataset] = requested(&d, req)
	}
	_, err = s.ask(ctx, in)
	return err
}

func requested(d *datasetRecord, req api.ApplicationDataset) policy.Requested {
	out := policy.Requested{State: policy.StateNone, Columns: policy.NewSet(), Necessity: policy.NewSet()}
	if d.Approved == nil {
		return out
	}
	out.State, out.Market, out.Sharing = policy.StateApproved, d.Approved.Market, d.Approved.Sharing
	for name, why := range req.Columns {
		out.Columns.Add(name)
		if why != "" {
			out.Necessity.Add(name)
		}
		if c := d.Approved.Column(name); c != nil {
			out.Grade = max(out.Grade, c.Grade)
		}
	}
	return out
}

// ReviewApplication approves or rejects; an approval makes the grant.
func (s *Service) ReviewApplication(ctx context.Context, p Principal, id string, in api.Review) (api.Application, error) {
	var out api.Application
	err := s.store.Update(ctx, func(tx Tx) error {
		a, rec, err := load[applicationRecord](tx, recApplication, id)
		if err != nil {
			return err
		}
		op, state := policy.ApplicationApprove, policy.StateApproved
		if !in.Approve {
			op, state = policy.ApplicationReject, policy.StateRejected
		}
		if err := s.mayStep(ctx, tx, p, op, policy.State(rec.State), a); err != nil {
			return err
		}
		a.State, rec.State, a.ReviewedBy, a.Comment = string(state), string(state), p.Account, in.Comment
		if in.Approve {
			if a.Grant, err = s.makeGrant(tx, p, a); err != nil {
				return err
			}
		}
		if err := save(tx, recApplication, rec, s.nowMS(), a); err != nil {
			return err
		}
		out = a.Application
		return s.log1(tx, p, audit.ActionApplicationReview, id, string(state), nil)
	})
	s.denied(ctx, p, policy.ActionApplicationStep, id, err)
	return out, known(err)
}

func (s *Service) makeGrant(tx Tx, p Principal, a applicationRecord) (string, error) {
	g := grantRecord{api.Grant{ID: newID(catalog.PrefixGrant), State: grantActive, Organization: a.Organization, LegalGroup: a.LegalGroup,
		Scenario: a.Scenario, Purpose: a.Purpose, Datasets: a.Datasets, Methods: a.Methods, NotBefore: a.NotBefore, NotAfter: a.NotAfter,
		Application: a.ID, ApprovedBy: p.Account}}
	rec := metastore.Record{ID: g.ID, Owner: a.Organization, State: grantActive}
	if err := save(tx, recGrant, rec, s.nowMS(), g); err != nil {
		return "", err
	}
	return g.ID, s.log1(tx, p, audit.ActionGrantCreate, g.ID, grantActive, nil)
}

// Applications lists the caller's institution's applications; the zone's staff see all.
func (s *Service) Applications(ctx context.Context, p Principal) (api.Applications, error) {
	out := api.Applications{Items: []api.Application{}}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recApplication, own(p), func(_ metastore.Record, a applicationRecord) error {
			out.Items = append(out.Items, a.Application)
			return nil
		})
	})
	return out, known(err)
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

// Application returns one application.
func (s *Service) Application(ctx context.Context, p Principal, id string) (api.Application, error) {
	a, err := mine[applicationRecord](ctx, s, p, recApplication, id)
	return a.Application, err
}

// Grants lists grants.
func (s *Service) Grants(ctx context.Context, p Principal) (api.Grants, error) {
	out := api.Grants{Items: []api.Grant{}}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recGrant, own(p), func(_ metastore.Record, g grantRecord) error {
			out.Items = append(out.Items, g.Grant)
			return nil
		})
	})
	return out, known(err)
}

// Grant returns one grant.
func (s *Service) Grant(ctx context.Context, p Principal, id string) (api.Grant, error) {
	g, err := mine[grantRecord](ctx, s, p, recGrant, id)
	return g.Grant, err
}

// mine reads a record that belongs to the caller's organization, or any for the staff; anything else does not exist.
func mine[T any](ctx context.Context, s *Service, p Principal, kind, id string) (T, error) {
	var out T
	err := s.store.View(ctx, func(tx Tx) error {
		r, err := tx.Get(kind, id)
		if err != nil {
			return err
		}
		if p.Role == "" || r.Owner != p.Organization && !staff(p) {
			return errNotFound
		}
		return json.Unmarshal(r.Doc, &out)
	})
	return out, known(err)
}
