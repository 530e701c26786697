package enclave

import (
	"context"
	"errors"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

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
