package enclave

import (
	"context"
	"errors"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// productRecord is a filed product in its newest version.
type productRecord struct {
	Spec    catalog.ProductSpec `json:"spec"`
	Digest  catalog.Digest      `json:"digest"` // of the document
	FiledBy string              `json:"filed_by"`
}

const productSubmitted = "submitted"

// applyProduct files what the operator offers. Its form is one of a closed list, which the declaration and the policy both keep.
func (s *Service) applyProduct(ctx context.Context, tx Tx, p Principal, d catalog.Document, body *catalog.Product) (api.ApplyOutcome, error) {
	out := api.ApplyOutcome{Kind: string(d.Kind), Name: d.Name, Outcome: "created"}
	digest, err := d.Digest()
	if err != nil {
		return out, err
	}
	in, err := s.filing(tx, p, d.Name, &body.Spec)
	if err != nil {
		return out, err
	}
	decision, err := s.ask(ctx, in)
	if err != nil {
		return out, err
	}
	old, rec, err := load[productRecord](tx, recProduct, d.Name)
	switch {
	case errors.Is(err, metastore.ErrNotFound):
		rec = metastore.Record{ID: d.Name, Name: d.Name, Owner: p.Organization}
	case err != nil:
		return out, err
	default:
		if out.Diff, err = diff(old.Spec, body.Spec); err != nil {
			return out, err
		}
		if out.Outcome = "changed"; len(out.Diff) == 0 {
			out.Outcome = "unchanged"
			return out, nil
		}
	}
	if err := s.keepDecision(tx, decision); err != nil {
		return out, err
	}
	rec.State = productSubmitted
	if err := save(tx, recProduct, rec, s.nowMS(), productRecord{Spec: body.Spec, Digest: digest, FiledBy: p.Account}); err != nil {
		return out, err
	}
	return out, s.log1(tx, p, audit.ActionProductSubmit, d.Name, productSubmitted, map[string]catalog.Digest{"document": digest})
}

// filing is what the policy is asked about a product, with what it is made of as it stands now.
func (s *Service) filing(tx Tx, p Principal, name string, spec *catalog.ProductSpec) (policy.ProductFile, error) {
	in := policy.ProductFile{Common: s.common(p), Op: policy.OpFileProduct, Product: policy.FiledProduct{Name: name, Type: spec.Type, Parts: map[string]policy.Part{}}}
	org, _, err := load[orgRecord](tx, recOrg, p.Organization)
	if err != nil {
		return in, err
	}
	in.Operator = org.Spec.Type == catalog.OrganizationOperator
	if spec.Price != nil {
		in.Product.Priced, in.Product.Unit, in.Product.Based = true, spec.Price.Unit, spec.Price.Basis != ""
	}
	for kind, names := range map[string][]string{"computation": spec.Computations, "dataset": spec.Datasets} {
		for _, n := range names {
			record := recDataset
			if kind == "computation" {
				record = recComputation
			}
			part := policy.Part{Kind: kind, State: policy.StateNone}
			r, err := tx.Get(record, n)
			switch {
			case err == nil:
				part.State = policy.State(r.State)
			case !errors.Is(err, metastore.ErrNotFound):
				return in, err
			}
			in.Product.Parts[n] = part
		}
	}
	return in, nil
}
