package enclave

import (
	"yumen/catalog"
	"yumen/internal/api"
	"yumen/policy"
)

// sealRecord is the seal of a dataset (封存): its data are kept, may be loaded anew, and are computed on by nobody. It is part of the dataset's
// record and goes when two parties unseal it; the log keeps it.
type sealRecord struct {
	Reason       string `json:"reason"`
	By           string `json:"by"` // account
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group"`
	At           int64  `json:"at"` // unix milliseconds
	// Declared: by the approval of a declaration whose market class is sealed.
	Declared bool           `json:"declared,omitempty"`
	Unseal   *unsealRequest `json:"unseal,omitempty"`
}

// unsealRequest is the first person's half of unsealing.
type unsealRequest struct {
	liftRequest
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group"`
}

// kind is what made the seal, as the log calls it.
func (v *sealRecord) kind() string {
	if v.Declared {
		return "declaration"
	}
	return "decision"
}

// market is the class by which data of the dataset are used under a declaration: a seal is stronger than what any declaration says.
func (d *datasetRecord) market(declared *catalog.DatasetSpec) catalog.Market {
	if d.Seal != nil {
		return catalog.MarketSealed
	}
	return declared.Market
}

// sealable is the dataset as the policy is asked about its seal.
func (d *datasetRecord) sealable(name string) policy.Sealable {
	out := policy.Sealable{Name: name, Provider: d.provider()}
	if d.Approved != nil {
		out.Market = d.Approved.Market
	}
	if d.Seal != nil {
		out.Sealed, out.SealedBy = true, d.Seal.LegalGroup
	}
	return out
}

// sealView shows a seal: who and why to those who look after the dataset, that and since when to everybody who sees it.
func (d *datasetRecord) sealView(own bool) *api.Seal {
	v := d.Seal
	if v == nil {
		return nil
	}
	out := &api.Seal{State: "sealed", Since: v.At}
	if v.Unseal != nil {
		out.State = "unseal_pending"
	}
	if !own {
		return out
	}
	out.Reason, out.By, out.Organization, out.Declared = v.Reason, v.By, v.Organization, v.Declared
	if u := v.Unseal; u != nil {
		out.UnsealBy, out.UnsealOrganization, out.UnsealReason, out.UnsealSince = u.Account, u.Organization, u.Reason, u.At
	}
	return out
}

// sealedRefusal tells a run that a seal ended why.
func sealedRefusal() catalog.Refusal {
	return catalog.Refusal{Code: catalog.CodeDatasetSealed, Position: -1, Articles: []string{"XM-22", "XM-31"},
		Message: catalog.Text{Zh: "数据集已封存", En: "The dataset is sealed"},
		Remedy:  catalog.Text{Zh: "封存的数据不能使用；启封后重新提交", En: "Sealed data are not used; ask again when it has been unsealed"}}
}

// errSealed refuses what was sealed while it was being judged.
func errSealed() *Error {
	r := sealedRefusal()
	e := fault(KindForbidden, joinText(r.Message.Zh, r.Remedy.Zh, "。"), joinText(r.Message.En, r.Remedy.En, ". "))
	e.Refusal = &r
	return e
}
