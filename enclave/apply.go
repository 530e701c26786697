package enclave

import (
	"bytes"
	"context"
	"errors"
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
	if beside.act, err = keptOrSubmitted(docs, in.Draft); err != nil {
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
	if beside.calendar {
		if stale := s.readCalendar(context.WithoutCancel(ctx)); stale != nil {
			s.log.Error("read the calendar", "error", stale)
		}
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
		return s.applyDataset(ctx, tx, p, d, body, beside.act)
	case *catalog.Computation:
		return s.applyComputation(ctx, tx, p, d, body, beside)
	case *catalog.Product:
		return s.applyProduct(ctx, tx, p, d, body)
	case *catalog.Calendar:
		return s.applyCalendar(tx, p, d, body, beside)
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
	if err := oneGroup(tx, d.Name, o); err != nil {
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

// oneGroup refuses a unit that is declared already under another name and in another legal group: what it was answered and what it has spent would
// be forgotten. It is known by its credit code.
func oneGroup(tx Tx, name string, o *catalog.Organization) error {
	if o.Spec.USCC == "" {
		return nil
	}
	return each(tx, recOrg, metastore.Query{}, func(r metastore.Record, v orgRecord) error {
		if r.ID == name || r.Owner == o.Group() || v.Spec.USCC != o.Spec.USCC {
			return nil
		}
		return fault(KindConflict, "统一社会信用代码相同的单位已登记为 "+r.ID+"：请写同一 legalGroup（"+r.Owner+"）",
			"the unit of this credit code is declared already, as "+r.ID+": give the same legalGroup ("+r.Owner+")")
	})
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
