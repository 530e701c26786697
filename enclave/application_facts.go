package enclave

import (
	"context"
	"errors"
	"slices"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// completeApplication puts names into their declared spelling and refuses what the caller's catalog view does not show.
func (s *Service) completeApplication(tx Tx, a *applicationRecord) error {
	for i, m := range a.Methods {
		if !slices.Contains(methods(), m) || slices.Contains(a.Methods[:i], m) {
			return fault(KindInvalid, "methods 只能列出 count、distinct、sum、avg、stddev，各一次", "methods lists some of count, distinct, sum, avg, stddev, each once")
		}
	}
	seen := map[string]bool{}
	for i := range a.Datasets {
		if err := completeDataset(tx, &a.Datasets[i]); err != nil {
			return err
		}
		if name := a.Datasets[i].Dataset; seen[name] {
			return fault(KindInvalid, "申请重复列出了数据集 "+name+"：请合并为一项", "the application lists dataset "+name+" twice: make one entry of them")
		}
		seen[a.Datasets[i].Dataset] = true
	}
	return completeRecipients(tx, a.LegalGroup, a.Recipients)
}

func completeDataset(tx Tx, req *api.ApplicationDataset) error {
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
		if err := completeScope(d.Approved, &req.RowScope[j]); err != nil {
			return err
		}
	}
	return nil
}

func completeScope(spec *catalog.DatasetSpec, term *api.ScopeTerm) error {
	c := spec.Column(term.Column)
	if c == nil || !c.Has(catalog.RoleDimension) {
		return fault(KindInvalid, "行范围只能用维度字段", "a row scope names a dimension")
	}
	term.Column = c.Name
	for k, text := range term.Values {
		canon, err := catalog.CanonicalValue(c.Type, text)
		if err != nil {
			return fault(KindInvalid, "行范围的值不符合字段类型："+c.Name, "a value of the row scope does not fit the type of column "+c.Name)
		}
		term.Values[k] = canon
	}
	return nil
}

// completeRecipients refuses recipients whom nobody knows. Who has an account in another legal group it does not tell: that such a group receives nothing
// is for the policy to say.
func completeRecipients(tx Tx, group string, all []api.Recipient) error {
	for i, r := range all {
		if slices.ContainsFunc(all[:i], func(o api.Recipient) bool { return o.Organization == r.Organization }) {
			return fault(KindInvalid, "recipients 重复列出了机构 "+spoken(r.Organization), "recipients lists organization "+spoken(r.Organization)+" twice")
		}
		if _, err := tx.Get(recOrg, r.Organization); errors.Is(err, metastore.ErrNotFound) {
			return fault(KindInvalid, "recipients 中的机构未登记："+spoken(r.Organization), "recipients names an organization that is not declared: "+spoken(r.Organization))
		} else if err != nil {
			return err
		}
		switch theirs, err := groupOf(tx, r.Organization); {
		case err != nil:
			return err
		case theirs != group:
			continue
		}
		people := map[string]bool{}
		err := each(tx, recAccount, metastore.Query{Owner: r.Organization}, func(_ metastore.Record, v accountRecord) error {
			people[v.Spec.Person] = true
			return nil
		})
		if err != nil {
			return err
		}
		for _, person := range r.Persons {
			if !people[person] {
				return fault(KindInvalid, "recipients 中有人员没有该机构的账号："+spoken(r.Organization), "recipients names a person who has no account of organization "+spoken(r.Organization))
			}
		}
	}
	return nil
}

// taken are the approvals of this version.
func (a *applicationRecord) taken() []application.Step {
	out := make([]application.Step, 0, len(a.Taken))
	for _, t := range a.Taken {
		out = append(out, application.Step{StepName: t.StepName, Person: t.Person})
	}
	return out
}

// routeOf is the route that a decision demands.
func routeOf(d policy.Decision) application.Route {
	var out application.Route
	if d.Obligations.Application == nil {
		return nil
	}
	for _, stage := range d.Obligations.Application.Route {
		var steps []application.StepName
		for _, st := range stage {
			steps = append(steps, application.StepName(st))
		}
		out = append(out, steps)
	}
	return out
}

// mayStep asks application.step about the application as it stands.
func (s *Service) mayStep(ctx context.Context, tx Tx, p Principal, op policy.ApplicationOp, step application.StepName, state policy.State, a applicationRecord) (policy.Decision, error) {
	org, err := organizationFacts(tx, a.Organization)
	if err != nil {
		return policy.Decision{}, err
	}
	caller, err := callerFacts(tx, p)
	if err != nil {
		return policy.Decision{}, err
	}
	var about []string
	for _, r := range a.Datasets {
		about = append(about, r.Dataset)
	}
	frozen, err := frozenOn(tx, policy.ActionApplicationStep, a.Organization, about...)
	if err != nil {
		return policy.Decision{}, err
	}
	in := policy.ApplicationStep{Common: s.common(p), Frozen: frozen, Op: op, Step: policy.RouteStep(step), Caller: caller, Organization: org, Application: policy.Application{
		State: state, Organization: a.Organization, LegalGroup: a.LegalGroup, Author: policy.Author{Account: a.Applicant, Person: a.ApplicantID},
		Purposes: policy.NewSet(a.Purpose), Scenario: a.Scenario, NotBefore: a.NotBefore, NotAfter: a.NotAfter, Methods: policy.NewSet(a.Methods...), Modes: policy.NewSet(a.Modes...),
		Datasets: map[string]policy.Requested{}, Safeguards: a.Safeguards != "", Frequency: policy.Frequency(a.Frequency),
		Recipients: map[string]policy.Recipient{}, Taken: []policy.TakenStep{}}}
	if a.Purpose == "" {
		in.Application.Purposes = policy.NewSet()
	}
	for _, t := range a.Taken {
		in.Application.Taken = append(in.Application.Taken, policy.TakenStep{Name: t.Name, Organization: t.Organization, Person: t.Person})
	}
	for _, r := range a.Recipients {
		facts, err := organizationFacts(tx, r.Organization)
		if err != nil {
			return policy.Decision{}, err
		}
		group, err := groupOf(tx, r.Organization)
		if err != nil {
			return policy.Decision{}, err
		}
		in.Application.Recipients[r.Organization] = policy.Recipient{LegalGroup: group, Admitted: facts.Admitted}
	}
	for _, req := range a.Datasets {
		d, _, err := load[datasetRecord](tx, recDataset, req.Dataset)
		if err != nil {
			return policy.Decision{}, err
		}
		in.Application.Datasets[req.Dataset] = requested(&d, req)
	}
	return s.ask(ctx, in)
}

// callerFacts is what the catalog says about the caller's organization.
func callerFacts(tx Tx, p Principal) (policy.Caller, error) {
	o, _, err := load[orgRecord](tx, recOrg, p.Organization)
	if errors.Is(err, metastore.ErrNotFound) {
		return policy.Caller{}, nil
	}
	return policy.Caller{Type: o.Spec.Type}, err
}

func requested(d *datasetRecord, req api.ApplicationDataset) policy.Requested {
	out := policy.Requested{State: policy.StateNone, Columns: policy.NewSet(), Necessity: policy.NewSet()}
	if d.Approved == nil {
		return out
	}
	out.State, out.Provider = policy.StateApproved, d.Approved.Provider
	out.Market, out.Sharing, out.Opening = d.market(d.Approved), d.Approved.Sharing, d.Approved.Opening
	for name, why := range req.Columns {
		out.Columns.Add(name)
		if why != "" {
			out.Necessity.Add(name)
		}
		if c := d.Approved.Column(name); c != nil {
			out.Grade = max(out.Grade, c.Grade)
		}
	}
	for _, t := range req.RowScope { // what selects the rows is used as well
		if c := d.Approved.Column(t.Column); c != nil {
			out.Grade = max(out.Grade, c.Grade)
		}
	}
	return out
}
