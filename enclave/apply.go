package enclave

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/ident"
	"yumen/internal/metastore"
)

// Apply declares resources from one text of YAML documents: all of them or none. It is idempotent.
func (s *Service) Apply(ctx context.Context, p Principal, in api.Apply) (api.ApplyResult, error) {
	docs, err := catalog.DecodeDocuments(strings.NewReader(in.Documents))
	if err != nil {
		return api.ApplyResult{}, declarationFault(err)
	}
	if err := s.alertSecrets(ctx, p, docs); err != nil {
		return api.ApplyResult{}, err
	}
	beside, err := s.parseComputations(ctx, p, docs)
	if err != nil {
		return api.ApplyResult{}, err
	}
	var out api.ApplyResult
	err = s.store.Update(ctx, func(tx Tx) error {
		beside.gone, beside.ended = nil, stoppedRuns{}
		out = api.ApplyResult{Results: []api.ApplyOutcome{}}
		for _, d := range docs {
			o, err := s.applyOne(ctx, tx, p, d, beside)
			if err != nil {
				return err
			}
			out.Results = append(out.Results, o)
		}
		if in.DryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		for i := range out.Results {
			out.Results[i].ActivationCode = ""
		}
		return out, nil
	}
	if err == nil {
		s.destroy(beside.gone...)
		s.stopped(beside.ended)
	}
	return out, known(err)
}

var errDryRun = errors.New("dry run")

func (s *Service) applyOne(ctx context.Context, tx Tx, p Principal, d catalog.Document, beside *applied) (api.ApplyOutcome, error) {
	switch body := d.Body.(type) {
	case *catalog.Organization:
		return s.applyOrganization(tx, p, d, body, beside)
	case *catalog.Account:
		return s.applyAccount(ctx, tx, p, d, body)
	case *catalog.Dataset:
		return s.applyDataset(ctx, tx, p, d, body)
	case *catalog.Computation:
		return s.applyComputation(ctx, tx, p, d, body, beside)
	case *catalog.Product:
		return s.applyProduct(ctx, tx, p, d, body)
	}
	return api.ApplyOutcome{}, fault(KindInvalid, "不支持的资源类型", "this kind of resource is not known here")
}

// declarationFault lists what is wrong with a text, in both languages, without its values.
func declarationFault(err error) error {
	var ps catalog.Problems
	if !errors.As(err, &ps) {
		return fault(KindInvalid, "无法读取声明文件", "the declaration cannot be read").because(err)
	}
	var zh strings.Builder
	for i, p := range ps {
		if i > 0 {
			zh.WriteByte('\n')
		}
		if i == 20 {
			break
		}
		q := p
		q.Message.En = p.Message.Zh
		zh.WriteString(q.String())
	}
	return fault(KindInvalid, zh.String(), ps.Error())
}

func (s *Service) applyOrganization(tx Tx, p Principal, d catalog.Document, o *catalog.Organization, beside *applied) (api.ApplyOutcome, error) {
	out := api.ApplyOutcome{Kind: string(d.Kind), Name: d.Name, Outcome: "created"}
	if !staff(p) {
		return out, mayDeclare(p)
	}
	if o.Spec.USCC != "" && !ident.USCC(o.Spec.USCC) {
		return out, fault(KindInvalid, "spec.uscc：校验位不对", "spec.uscc: the check character is wrong")
	}
	old, rec, err := load[orgRecord](tx, recOrg, d.Name)
	switch {
	case errors.Is(err, metastore.ErrNotFound):
		rec = metastore.Record{ID: d.Name, Name: d.Name, Owner: o.Group(), State: "active"}
	case err != nil:
		return out, err
	default:
		if out.Diff, err = diff(old.Spec, o.Spec); err != nil {
			return out, err
		}
		out.Outcome = "changed"
		if len(out.Diff) == 0 {
			out.Outcome = "unchanged"
			return out, nil
		}
		if rec.Owner != o.Group() || old.Spec.Type != o.Spec.Type {
			return out, fault(KindConflict, "机构的类型与法人集团不可更改：以往的回答都记在该集团名下。请以新名称登记机构",
				"an organization's type and legal group cannot be changed, for its earlier answers are counted there: declare a new organization")
		}
	}
	if err := mayDeclare(p); err != nil {
		return out, err
	}
	if err := recredited(&old.Spec, &o.Spec); err != nil {
		return out, err
	}
	rec.Owner = o.Group()
	if err := save(tx, recOrg, rec, s.nowMS(), orgRecord{Spec: o.Spec, DeclaredBy: p.Account}); err != nil {
		return out, err
	}
	if o.Spec.CreditLevel() > old.Spec.CreditLevel() { // A is the best
		if err := s.lowered(tx, p, d.Name, beside); err != nil {
			return out, err
		}
	}
	digest, err := d.Digest()
	if err != nil {
		return out, err
	}
	return out, s.log1(tx, p, audit.ActionOrganizationApply, d.Name, out.Outcome, map[string]catalog.Digest{"document": digest})
}

// recredited refuses a credit level that is changed without a decision: each change has a reason of its own, and a level is not taken away.
func recredited(old, next *catalog.OrganizationSpec) error {
	switch {
	case old.Credit == nil || old.CreditLevel() == next.CreditLevel():
		return nil
	case next.Credit == nil:
		return fault(KindConflict, "信用等级不能删除：请写明新的等级和理由", "a credit level is not taken away: declare another one with its reason")
	case next.Credit.Reason == old.Credit.Reason:
		return fault(KindInvalid, "变更信用等级需要新的理由（credit.reason）", "another credit level takes a reason of its own (credit.reason)")
	}
	return nil
}

// lowered ends what an organization has running when its credit level falls: what it may still ask is asked again, under the new one. What
// waits for a reviewer meets the new level at the second check.
func (s *Service) lowered(tx Tx, p Principal, organization string, beside *applied) error {
	why := catalog.Refusal{Code: catalog.CodeGradeForbids, Position: -1, Articles: []string{"BJ-OPS-23b"},
		Message: catalog.Text{Zh: "机构的信用等级已下调", En: "The credit level of the organization was lowered"},
		Remedy:  catalog.Text{Zh: "重新提交：按新的等级判定", En: "Ask again: the new level decides"}}
	ended, err := s.stopRuns(tx, p, func(run *runRecord) bool { return run.Organization == organization }, why)
	beside.ended.runs, beside.ended.gone = append(beside.ended.runs, ended.runs...), append(beside.ended.gone, ended.gone...)
	return err
}

// applyDataset stores a new version of a declaration as submitted; the approved one stays in force until a steward approves it.
func (s *Service) applyDataset(ctx context.Context, tx Tx, p Principal, d catalog.Document, ds *catalog.Dataset) (api.ApplyOutcome, error) {
	out := api.ApplyOutcome{Kind: string(d.Kind), Name: d.Name, Outcome: "created"}
	digest, err := d.Digest()
	if err != nil {
		return out, err
	}
	now := s.nowMS()
	if err := declares(p, ds); err != nil {
		return out, err
	}
	old, rec, err := load[datasetRecord](tx, recDataset, d.Name)
	switch {
	case errors.Is(err, metastore.ErrNotFound):
		rec = metastore.Record{ID: d.Name, Name: d.Name}
		if old.Version, err = nextVersion(tx, recVersion, d.Name, digest); err != nil {
			return out, err
		}
	case err != nil:
		return out, err
	case !old.belongsTo(p.Organization):
		return out, fault(KindForbidden, "只有声明单位或提供单位可以修改该数据集", "only the organization that declared or provides this dataset can change it")
	default:
		if out.Diff, err = diff(old.Spec, ds.Spec); err != nil {
			return out, err
		}
		if len(out.Diff) == 0 {
			out.Outcome = "unchanged"
			return out, nil
		}
		if old.provider() != ds.Spec.Provider {
			return out, fault(KindConflict, "数据提供单位不可更改：请以新名称声明数据集", "a dataset's provider cannot be changed: declare a new dataset")
		}
		out.Outcome = "changed"
		old.Version = old.Version.Next(digest)
	}
	decision, err := s.mayCatalog(ctx, p, "declare", d.Name, &ds.Spec, &old, rec.State, p)
	if err != nil {
		return out, err
	}
	if err := s.keepDecision(tx, decision); err != nil {
		return out, err
	}
	if err := s.checkJoins(tx, d.Name, ds); err != nil {
		return out, err
	}
	old.Spec, old.AuthorOrg, old.Author, old.AuthorPerson, old.ReviewedBy = ds.Spec, p.Organization, p.Account, p.Person, ""
	rec.Owner, rec.State = p.Organization, datasetSubmitted
	if err := save(tx, recDataset, rec, now, old); err != nil {
		return out, err
	}
	v := metastore.Record{ID: versionID(d.Name, old.Version.Number), Owner: d.Name}
	if err := save(tx, recVersion, v, now, versionRecord{Version: old.Version, Spec: &ds.Spec, Author: p.Account, At: now}); err != nil {
		return out, err
	}
	out.Note = "submitted"
	return out, s.declared(tx, p, audit.ActionDatasetSubmit, d.Name, out.Outcome, "document", old.Version)
}

// declares says who declares datasets at all: whose is decided by what is stored. A provider declares its own.
func declares(p Principal, ds *catalog.Dataset) error {
	switch catalog.AccountRole(p.Role) {
	case catalog.AccountSteward, catalog.AccountAdministrator:
		return nil
	case catalog.AccountProvider:
		if ds.Spec.Provider == p.Organization {
			return nil
		}
	}
	return fault(KindForbidden, "只有数据提供单位（本单位数据）和数据管理员可以声明数据集", "only a provider, of its own data, and a steward declare datasets")
}

// provider is the organization that answers for the data: of the approved declaration, or else of the first one.
func (d *datasetRecord) provider() string {
	if d.Approved != nil {
		return d.Approved.Provider
	}
	return d.Spec.Provider
}

// declared records a new version of a declared thing, with its place in the chain.
func (s *Service) declared(tx Tx, p Principal, action audit.Action, name, outcome, document string, v catalog.Version) error {
	digests := map[string]catalog.Digest{document: v.Digest, "version": v.Link()}
	if v.Previous != "" {
		digests["previous"] = v.Previous
	}
	return s.record(tx, entry{by: p, action: action, on: name, outcome: outcome, digests: digests, facts: map[string]string{"number": strconv.Itoa(v.Number)}})
}

// grades are the grades that were approved last, of columns that are gone too.
func (d *datasetRecord) grades() map[string]catalog.Grade {
	if d.Grades == nil && d.Approved != nil { // approved before they were kept
		return d.Approved.Grades(nil)
	}
	return d.Grades
}

func (d *datasetRecord) belongsTo(organization string) bool {
	return d.AuthorOrg == organization || d.provider() == organization
}

// nextVersion goes on with a name's chain of versions, which outlives a declaration that was deleted.
func nextVersion(tx Tx, kind, name string, digest catalog.Digest) (catalog.Version, error) {
	next := catalog.FirstVersion(digest)
	err := each(tx, kind, metastore.Query{Owner: name, Newest: true, Limit: 1}, func(_ metastore.Record, last catalog.Version) error {
		next = last.Next(digest)
		return nil
	})
	return next, err
}

// checkJoins refuses an edge whose far end exists and does not fit; an edge to a dataset that is not declared yet is checked when
// that one is.
func (s *Service) checkJoins(tx Tx, name string, ds *catalog.Dataset) error {
	all := []*catalog.Dataset{ds}
	declared := map[string]bool{name: true}
	err := each(tx, recDataset, metastore.Query{}, func(r metastore.Record, v datasetRecord) error {
		if r.ID != name {
			all = append(all, &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: r.ID}, Spec: v.Spec})
			declared[r.ID] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, d := range all {
		c := *d
		c.Spec.Joins = nil
		for _, j := range d.Spec.Joins {
			if declared[j.To.Dataset] {
				c.Spec.Joins = append(c.Spec.Joins, j)
			}
		}
		all[i] = &c
	}
	if err := catalog.CheckJoins(all); err != nil {
		return declarationFault(err)
	}
	return nil
}

// diff lists the changed lines of two documents, prefixed with "-" and "+"; it shows declarations, never data.
func diff(old, new any) ([]string, error) {
	a, err := yamlLines(old)
	if err != nil {
		return nil, err
	}
	b, err := yamlLines(new)
	if err != nil {
		return nil, err
	}
	return diffLines(a, b), nil
}

// maxCells bounds the table of diffLines: 2,000 lines against as many.
const maxCells = 4 << 20

// diffLines is the shortest edit by lines, through the longest common subsequence of what lies between the lines that the two begin and end with.
// Where that is too much to compare, all old lines are left out and all new ones put in.
func diffLines(a, b [][]byte) []string {
	for len(a) > 0 && len(b) > 0 && bytes.Equal(a[0], b[0]) {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && bytes.Equal(a[len(a)-1], b[len(b)-1]) {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var lcs [][]int32
	if (len(a)+1)*(len(b)+1) <= maxCells {
		lcs = commonLines(a, b)
	}
	var out []string
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case lcs != nil && i < len(a) && j < len(b) && bytes.Equal(a[i], b[j]):
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && (lcs == nil || lcs[i+1][j] >= lcs[i][j+1]):
			out = append(out, "- "+string(a[i]))
			i++
		default:
			out = append(out, "+ "+string(b[j]))
			j++
		}
	}
	return out
}

// commonLines tells for each pair of places how many lines the rest of a and the rest of b have in common, in order.
func commonLines(a, b [][]byte) [][]int32 {
	lcs := make([][]int32, len(a)+1)
	for i := range lcs {
		lcs[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if bytes.Equal(a[i], b[j]) {
				lcs[i][j] = lcs[i+1][j+1] + 1
			} else {
				lcs[i][j] = max(lcs[i+1][j], lcs[i][j+1])
			}
		}
	}
	return lcs
}
