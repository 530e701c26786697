package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/canonical"
	"yumen/internal/metastore"
	"yumen/policy"
)

// Computation states.
const (
	computationSubmitted = "submitted"
	computationApproved  = "approved"
	computationRejected  = "rejected"
)

// computationRecord is a declared computation in its newest version. It belongs to the institution that declared it.
type computationRecord struct {
	Spec    catalog.ComputationSpec `json:"spec"`
	Domains [][]string              `json:"domains,omitempty"` // of its parameters, as the catalog had them when it was applied
	Version catalog.Version         `json:"version"`           // of the document with its domains: what is approved and certified
	Grade   catalog.Grade           `json:"grade"`
	Columns []api.Column            `json:"columns"` // of its answer
	// Reads are the columns that the statement names, by dataset; of computations declared since they are kept.
	Reads      map[string][]string `json:"reads,omitempty"`
	LegalGroup string              `json:"legal_group"`
	Author     policy.Party        `json:"author"`
	Approved   *approvalRecord     `json:"approved,omitempty"`
	// Promoted says from which development zone this version came, if from one.
	Promoted *promotionRecord `json:"promoted,omitempty"`
	// Certificate is the newest one; what it is worth now, certificateOf says.
	Certificate string `json:"certificate,omitempty"`
}

// approvalRecord says which version a person approved.
type approvalRecord struct {
	Account string         `json:"account"`
	Person  string         `json:"person"`
	Digest  catalog.Digest `json:"digest"`
	Time    int64          `json:"time"` // unix milliseconds
}

// computationDigest identifies a version: one changed token of the document, or one changed value of a domain, makes another.
func computationDigest(d catalog.Document, domains [][]string) (catalog.Digest, error) {
	document, err := d.Digest()
	if err != nil {
		return "", err
	}
	b, err := canonical.Marshal(struct {
		Document catalog.Digest `json:"document"`
		Domains  [][]string     `json:"domains"`
	}{document, domains})
	if err != nil {
		return "", err
	}
	return catalog.DigestOf(b), nil
}

// applyComputation stores a new version of a computation as submitted. Whatever was approved or certified before is void: approval is of
// a text.
func (s *Service) applyComputation(ctx context.Context, tx Tx, p Principal, d catalog.Document, c *catalog.Computation, u *applied) (api.ApplyOutcome, error) {
	out := api.ApplyOutcome{Kind: string(d.Kind), Name: d.Name, Outcome: "created"}
	old, rec, err := load[computationRecord](tx, recComputation, d.Name)
	next := computationRecord{Spec: c.Spec, LegalGroup: p.LegalGroup, Author: partyOf(p), Promoted: u.promoted}
	switch {
	case errors.Is(err, metastore.ErrNotFound):
		rec = metastore.Record{ID: d.Name, Name: d.Name, Owner: p.Organization, State: string(policy.StateNone)}
	case err != nil:
		return out, err
	case rec.Owner != p.Organization:
		return out, fault(KindConflict, "名称已被占用：请换一个", "the name is taken: choose another")
	}
	if err := s.compiles(tx, p, d, &next, u.trees[d.Name]); err != nil {
		return out, err
	}
	digest, err := computationDigest(d, next.Domains)
	if err != nil {
		return out, err
	}
	if next.Promoted != nil && next.Promoted.Computation != digest {
		return out, errPromotedOther
	}
	if rec.Version > 0 {
		if old.Version.Digest == digest {
			if next.Promoted != nil && old.Promoted == nil {
				return out, errDeclaredHere
			}
			out.Outcome = "unchanged"
			return out, nil
		}
		out.Outcome, next.Version = "changed", old.Version.Next(digest)
		if out.Diff, err = diff(old.declared(), next.declared()); err != nil {
			return out, err
		}
	} else if next.Version, err = nextVersion(tx, recComputationVersion, d.Name, digest); err != nil {
		return out, err
	}
	if err := s.mayDeclareComputation(ctx, tx, p, d, &next, rec, u.trees[d.Name]); err != nil {
		return out, err
	}
	gone, err := s.voidCertificate(tx, &old)
	if err != nil {
		return out, err
	}
	u.gone = append(u.gone, gone...)
	rec.State = computationSubmitted
	if err := save(tx, recComputation, rec, s.nowMS(), next); err != nil {
		return out, err
	}
	v := metastore.Record{ID: versionID(d.Name, next.Version.Number), Owner: d.Name}
	if err := save(tx, recComputationVersion, v, s.nowMS(), next.Version); err != nil {
		return out, err
	}
	out.Note = computationSubmitted
	if err := s.recordPromoted(tx, p, d.Name, next.Promoted); err != nil { // the submission's entry comes last: it is the transaction's
		return out, err
	}
	return out, s.declared(tx, p, audit.ActionComputationSubmit, d.Name, out.Outcome, "computation", next.Version)
}

// mayDeclareComputation asks the policy and keeps what it decided. What is to be answered with noise must be such that noise covers it.
func (s *Service) mayDeclareComputation(ctx context.Context, tx Tx, p Principal, d catalog.Document, c *computationRecord, rec metastore.Record, text parsed) error {
	decision, err := s.mayCompute(ctx, tx, p, policy.ComputationDeclare, c, rec)
	if err != nil {
		return err
	}
	if decision.Obligations.Run.Mode == policy.ModeNoisy {
		if err := s.coverable(tx, decision, c, text); err != nil {
			return refusedDeclaration(d, err)
		}
	}
	return s.keepDecision(tx, decision)
}

// declared is what a person is shown of a version: the declaration, and its domains where they come from a column.
func (c *computationRecord) declared() any {
	resolved := map[string][]string{}
	for i, p := range c.Spec.Parameters {
		if p.Column != "" && i < len(c.Domains) {
			resolved[p.Name] = c.Domains[i]
		}
	}
	return struct {
		catalog.ComputationSpec `yaml:",inline"`
		Resolved                map[string][]string `yaml:"resolved,omitempty" json:"resolved,omitempty"`
	}{c.Spec, resolved}
}

func partyOf(p Principal) policy.Party {
	return policy.Party{Account: p.Account, Person: p.Person, Organization: p.Organization, LegalGroup: p.LegalGroup}
}

// mayCompute asks computation.review about a version as it stands.
func (s *Service) mayCompute(ctx context.Context, tx Tx, p Principal, op policy.ComputationOp, c *computationRecord, rec metastore.Record) (policy.Decision, error) {
	in := policy.ComputationReview{Common: s.common(p), Frozen: policy.NewSet(), Op: op,
		Computation: policy.ReviewedComputation{Name: rec.ID, State: policy.State(rec.State), Digest: c.Version.Digest, Author: c.Author, Grade: c.Grade, Markets: policy.NewSet()}}
	for _, name := range c.Spec.Datasets {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return policy.Decision{}, err
		}
		if d.Approved != nil {
			in.Computation.Markets.Add(string(d.market(d.Approved)))
		}
	}
	if op == policy.ComputationCertify {
		var err error
		if in.Frozen, err = frozenOn(tx, policy.ActionComputationReview, rec.Owner, c.Spec.Datasets...); err != nil {
			return policy.Decision{}, err
		}
	}
	at, err := s.certificateOf(tx, c)
	if err != nil {
		return policy.Decision{}, err
	}
	in.Certificate = at.Certificate
	in.Promotion = policy.Promotion{Demanded: len(s.development) > 0}
	if c.Promoted != nil {
		in.Promotion.Digest = c.Promoted.Computation
	}
	return s.ask(ctx, in)
}

// ReviewComputation approves or rejects a computation. To reject an approved one takes its approval back.
func (s *Service) ReviewComputation(ctx context.Context, p Principal, name string, in api.Review) (api.Resource, error) {
	if in.Return || in.Step != "" || in.Version != 0 || len(in.Strike) > 0 || len(in.Modes) > 0 {
		return api.Resource{}, fault(KindInvalid, "计算只能同意或拒绝，没有环节", "a computation is approved or rejected; it has no steps")
	}
	var out api.Resource
	var gone []string
	err := s.store.Update(ctx, func(tx Tx) error {
		gone = nil
		c, rec, err := s.loadComputation(tx, p, name)
		if err != nil {
			return err
		}
		op, state := policy.ComputationApprove, computationApproved
		if !in.Approve {
			op, state = policy.ComputationReject, computationRejected
		}
		d, err := s.mayCompute(ctx, tx, p, op, &c, rec)
		if err != nil {
			return err
		}
		if err := lookedAt(in.Digest, c.Version.Digest); err != nil {
			return err
		}
		digests := map[string]catalog.Digest{"computation": c.Version.Digest, "version": c.Version.Link(), "decision": d.InputDigest}
		c.Approved, rec.State = nil, state
		if in.Approve {
			c.Approved = &approvalRecord{Account: p.Account, Person: p.Person, Digest: c.Version.Digest, Time: s.nowMS()}
		} else if gone, err = s.voidCertificate(tx, &c); err != nil {
			return err
		}
		if err := save(tx, recComputation, rec, s.nowMS(), c); err != nil {
			return err
		}
		if err := s.keepDecision(tx, d); err != nil {
			return err
		}
		if err := s.record(tx, entry{by: p, action: audit.ActionComputationReview, on: name, outcome: state, class: classOf(c.Grade), digests: digests}); err != nil {
			return err
		}
		stored, err := tx.Get(recComputation, name)
		if err != nil {
			return err
		}
		out, _, err = s.show(p, string(catalog.KindComputation), stored)
		return err
	})
	if err == nil {
		s.destroy(gone...)
	}
	s.denied(ctx, p, policy.ActionComputationReview, name, err)
	return out, known(err)
}

// loadComputation reads a computation that the caller may know of: his institution's, or any for those who review.
func (s *Service) loadComputation(tx Tx, p Principal, name string) (computationRecord, metastore.Record, error) {
	c, rec, err := load[computationRecord](tx, recComputation, name)
	if err == nil && !seesComputation(p, rec.Owner) {
		err = metastore.ErrNotFound
	}
	return c, rec, err
}

func seesComputation(p Principal, owner string) bool {
	return staff(p) || catalog.AccountRole(p.Role) == catalog.AccountEgressReviewer || p.Role != "" && p.Organization == owner
}

// showComputation fills in what a resource shows of a computation.
func showComputation(r metastore.Record, out *api.Resource) (any, error) {
	var c computationRecord
	if err := json.Unmarshal(r.Doc, &c); err != nil {
		return nil, err
	}
	out.Digest = string(c.Version.Digest)
	return c.declared(), nil
}

// deleteComputation lets the caller delete a computation of his institution that is not approved. Its certificates go with it, and what
// they had reserved.
func (s *Service) deleteComputation(tx Tx, p Principal, r metastore.Record) (gone []string, err error) {
	if catalog.AccountRole(p.Role) != catalog.AccountAnalyst || r.Owner != p.Organization {
		return nil, metastore.ErrNotFound
	}
	var c computationRecord
	if err := json.Unmarshal(r.Doc, &c); err != nil {
		return nil, fmt.Errorf("stored computation: %w", err)
	}
	if slices.Contains([]string{computationSubmitted, computationRejected}, r.State) {
		return s.voidCertificate(tx, &c)
	}
	return nil, fault(KindConflict, "已批准的计算不能删除：请先由审核员撤销批准", "an approved computation cannot be deleted: have a reviewer take the approval back first")
}
