package enclave

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// promotionRecord says from which development zone a version of a computation came.
type promotionRecord struct {
	Zone        string         `json:"zone"`
	Key         string         `json:"key"`
	Digest      catalog.Digest `json:"digest"`      // of the promotion
	Computation catalog.Digest `json:"computation"` // of the version that was approved there
}

var (
	errPromotedOther = fault(KindConflict, "晋级文件与本专区的声明不符：参数取值范围不同；请先使两边的数据集声明一致", "the promotion does not fit this zone: the domains of its parameters differ; have the declarations of its datasets be the same here")
	errDeclaredHere  = fault(KindConflict, "该计算已在本专区直接声明：请先删除（已批准的先撤销批准），再晋级", "the computation was declared here already: delete it (have an approval taken back first), then promote it")
	errNotPromoted   = fault(KindForbidden, "晋级文件不可信：它未经本专区信任的开发环境签名，或已被改动；请由运营方在配置 development_keys 中登记该开发环境的公钥，再重新导出",
		"the promotion is not genuine: it was changed, or is signed by no development zone that this zone trusts; have the operator list that zone's keys in development_keys, then export it again")
)

// PromoteComputation signs what another zone needs to take an approved computation over, and says so in the log.
func (s *Service) PromoteComputation(ctx context.Context, p Principal, name string) (api.Promotion, error) {
	var out api.Promotion
	err := s.store.Update(ctx, func(tx Tx) error {
		c, rec, err := s.loadComputation(tx, p, name)
		if err != nil {
			return err
		}
		d, err := s.mayCompute(ctx, tx, p, policy.ComputationPromote, &c, rec)
		if err != nil {
			return err
		}
		text, err := s.signPromotion(tx, name, &c)
		if err != nil {
			return err
		}
		out.Document = string(text)
		if err := s.keepDecision(tx, d); err != nil {
			return err
		}
		digests := map[string]catalog.Digest{"computation": c.Version.Digest, "promotion": catalog.DigestOf(text), "decision": d.InputDigest}
		return s.record(tx, entry{by: p, action: audit.ActionComputationPromote, on: name, outcome: "exported", class: classOf(c.Grade), digests: digests})
	})
	s.denied(ctx, p, policy.ActionComputationReview, name, err)
	if err != nil {
		return api.Promotion{}, known(err)
	}
	return out, nil
}

// signPromotion gathers what is signed of an approved computation.
func (s *Service) signPromotion(tx Tx, name string, c *computationRecord) ([]byte, error) {
	if c.Approved == nil || c.Approved.Digest != c.Version.Digest {
		return nil, fault(KindConflict, "只有当前文本已批准的计算可以晋级", "only a computation that is approved as it stands is promoted")
	}
	body := &catalog.Computation{APIVersion: catalog.APIVersion, Kind: catalog.KindComputation, Metadata: catalog.Metadata{Name: name}, Spec: c.Spec}
	document, err := (&catalog.Document{Kind: catalog.KindComputation, Name: name, Body: body}).Canonical()
	if err != nil {
		return nil, err
	}
	key, err := s.keys.ReceiptSigner().KeyID()
	if err != nil {
		return nil, err
	}
	v := receipt.Promotion{Zone: s.zone.ID, Environment: string(s.zone.environment()), Jurisdiction: s.zone.Jurisdiction, Computation: name, Document: string(document),
		Digest: c.Version.Digest, Approved: time.UnixMilli(c.Approved.Time).UTC().Truncate(time.Second), Issued: s.clock.Now().UTC().Truncate(time.Second), Key: key}
	if v.Declarations, err = declarationsOf(tx, c.Spec.Datasets); err != nil {
		return nil, err
	}
	return receipt.SignPromotion(s.keys.ReceiptSigner(), v)
}

// declarationsOf are the approved declarations of datasets as they stand; a dataset without one has none.
func declarationsOf(tx Tx, names []string) (out []receipt.Declaration, err error) {
	for _, name := range slices.Sorted(slices.Values(names)) {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if errors.Is(err, metastore.ErrNotFound) || err == nil && d.Approved == nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, receipt.Declaration{Dataset: name, Digest: d.ApprovedVersion.Digest})
	}
	return out, nil
}

// ReceiveComputation declares a computation that a trusted development zone promotes, as its own analysts could, and records where it came
// from. It is certified and approved here like any other before it runs.
func (s *Service) ReceiveComputation(ctx context.Context, p Principal, name string, in api.Promotion) (api.ApplyOutcome, error) {
	v, _, err := receipt.OpenPromotion([]byte(in.Document), s.development)
	if err != nil || v.Environment != string(policy.Development) || v.Zone == s.zone.ID || v.Computation != name {
		return api.ApplyOutcome{}, errNotPromoted.because(err)
	}
	docs, err := catalog.DecodeDocuments(strings.NewReader(v.Document))
	if err != nil || len(docs) != 1 || docs[0].Kind != catalog.KindComputation || docs[0].Name != name {
		return api.ApplyOutcome{}, errNotPromoted.because(err)
	}
	c, ok := docs[0].Body.(*catalog.Computation)
	if !ok {
		return api.ApplyOutcome{}, errNotPromoted
	}
	beside, err := s.parseComputations(ctx, p, docs)
	if err != nil {
		return api.ApplyOutcome{}, err
	}
	beside.promoted = &promotionRecord{Zone: v.Zone, Key: v.Key, Digest: catalog.DigestOf([]byte(in.Document)), Computation: v.Digest}
	var out api.ApplyOutcome
	err = s.store.Update(ctx, func(tx Tx) error {
		beside.gone = nil
		if out, err = s.applyComputation(ctx, tx, p, docs[0], c, beside); err != nil {
			return err
		}
		here, err := declarationsOf(tx, c.Spec.Datasets)
		if err == nil && !slices.Equal(here, v.Declarations) {
			err = fault(KindConflict, "该计算是按别的数据集声明开发的：请使两边的声明一致（yumen get dataset NAME --declaration），再重新晋级",
				"it was developed against other declarations than those in force here: have them be the same (yumen get dataset NAME --declaration), then promote it again")
		}
		return err
	})
	if err == nil {
		s.destroy(beside.gone...)
	}
	s.denied(ctx, p, policy.ActionComputationReview, name, err)
	return out, known(err)
}

// recordPromoted enters in the log where a version came from.
func (s *Service) recordPromoted(tx Tx, p Principal, name string, o *promotionRecord) error {
	if o == nil { // declared here
		return nil
	}
	return s.record(tx, entry{by: p, action: audit.ActionComputationPromote, on: name, outcome: "received", facts: map[string]string{"zone": o.Zone},
		digests: map[string]catalog.Digest{"computation": o.Computation, "promotion": o.Digest, "key": catalog.DigestOf([]byte(o.Key))}})
}
