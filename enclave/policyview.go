package enclave

import (
	"cmp"
	"context"
	"slices"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/internal/policyfile"
	"yumen/policy"
)

// signsPolicy says who sees the rules as they are kept, and may sign others.
func signsPolicy(p Principal) bool {
	switch catalog.AccountRole(p.Role) {
	case catalog.AccountAdministrator, catalog.AccountSecurityAdministrator, catalog.AccountRegulator, catalog.AccountEgressReviewer:
		return true
	}
	return false
}

// Policy tells which bundle decides, what its rules say, and which others there are; for the zone's staff and its reviewers.
func (s *Service) Policy(ctx context.Context, p Principal) (api.Policy, error) {
	if !signsPolicy(p) && !staff(p) {
		return api.Policy{}, fault(KindForbidden, "只有专区工作人员和审核员可以查看策略", "only the zone's staff and its reviewers see the policy")
	}
	at := s.engine.Status()
	out := api.Policy{Zone: s.keys.PublicKeys().Zone, Jurisdiction: string(at.Jurisdiction), Environment: string(s.zone.environment()), Lab: at.Lab, Revision: at.Revision, Digest: string(at.Digest),
		PublicDigest: string(at.PublicDigest), OPA: at.OPA, Rules: ruleViews(s.engine.Rules()), Bundles: []api.PolicyBundle{}}
	err := s.store.View(ctx, func(tx Tx) error {
		highest, err := s.highest(tx)
		out.Highest = highest.String()
		if err != nil {
			return err
		}
		return each(tx, recBundle, metastore.Query{}, func(r metastore.Record, v bundleRecord) error {
			out.Bundles = append(out.Bundles, bundleView(r, v))
			return nil
		})
	})
	slices.SortFunc(out.Bundles, func(a, b api.PolicyBundle) int {
		return cmp.Or(orderOf(b.Revision)-orderOf(a.Revision), cmp.Compare(a.Digest, b.Digest))
	})
	return out, known(err)
}

func orderOf(revision string) int {
	r, _ := policyfile.ParseRevision(revision) // none sorts last
	return int(r.Order())
}

func ruleViews(rules []policy.Rule) []api.PolicyRule {
	out := make([]api.PolicyRule, 0, len(rules))
	for _, r := range rules {
		actions := make([]string, len(r.Actions))
		for i, a := range r.Actions {
			actions[i] = string(a)
		}
		out = append(out, api.PolicyRule{Rule: r.ID, Title: r.Title, Obligation: r.Obligation, Floor: policy.OnFloor(r.ID), Actions: actions, Code: string(r.Code),
			Articles: r.Articles, Message: r.Message, Remedy: r.Remedy})
	}
	return out
}

// TestPolicy puts a bundle through every check that it must pass before it decides. Nothing of it is kept.
func (s *Service) TestPolicy(ctx context.Context, p Principal, in api.PolicyArchive) (api.PolicyReport, error) {
	if !signsPolicy(p) {
		return api.PolicyReport{}, fault(KindForbidden, "只有可以签署策略的人员可以检查策略包", "only those who may sign a bundle have one checked")
	}
	files, err := policyfile.Unpack(in.Archive)
	if err != nil {
		return api.PolicyReport{}, notABundle(err)
	}
	out := api.PolicyReport{Digest: string(files.Digest())}
	if r, err := files.Revision(); err == nil {
		out.Revision = r.String()
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	_, report, err := s.tested(ctx, files)
	if report == nil {
		out.Problems = []string{err.Error()}
		return out, nil
	}
	out.Tests, out.Cases, out.Problems = report.Tests, report.Cases, report.Problems()
	out.OK = len(out.Problems) == 0
	return out, nil
}

func bundleView(r metastore.Record, v bundleRecord) api.PolicyBundle {
	out := api.PolicyBundle{Revision: v.Revision, Digest: r.ID, State: r.State, Activated: v.Activated}
	for _, x := range v.Signatures {
		out.Signers = append(out.Signers, x.By.Account)
	}
	if q := v.Proposal; q != nil {
		out.Proposal = &api.PolicyProposal{By: q.Account, Reason: q.Reason, Rollback: q.Rollback, Previous: string(q.Previous), Since: q.At, Until: q.At + liftTerm.Milliseconds()}
	}
	return out
}
