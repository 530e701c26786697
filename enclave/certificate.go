package enclave

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/internal/api"
	"yumen/policy"
)

// Certificate states. What a passed one is worth now depends on the data and the policy: certificateOf.
const (
	certificatePassed = "passed"
	certificateFailed = "failed"
	certificateVoid   = "void" // another one, another text or a rejection has taken its place
	// certificateUnneeded is told of a computation that is answered with noise.
	certificateUnneeded = "unneeded"
)

// certificateRecord is what one certification came to. The cells that it fixed stand in the ledger, its findings in an artefact.
type certificateRecord struct {
	Computation string `json:"computation"`
	basis
	Snapshots map[string]string `json:"snapshots"` // dataset → snapshot
	// Told is what the author goes on being told of while this one, which failed, stands: the basis of the last one before it that passed.
	Told   *basis           `json:"told,omitempty"`
	Covers []catalog.Digest `json:"covers"` // the families of all instances, sorted
	Ledger string           `json:"ledger,omitempty"`
	Report string           `json:"report"` // artefact
	// ReportDigest is of the findings as they are stored.
	ReportDigest catalog.Digest `json:"report_digest"`
	By           string         `json:"by"`
}

// standingCertificate is the newest certificate of a computation, and what it is worth now.
type standingCertificate struct {
	policy.Certificate
	record   *certificateRecord // nil when there is none
	passed   bool               // when it was made
	outdated []outdated         // why it is stale
	told     []outdated         // why the one is stale that the author is told of in the place of one that failed
}

// certificateOf is the newest certificate of a computation.
func (s *Service) certificateOf(tx Tx, c *computationRecord) (standingCertificate, error) {
	out := standingCertificate{Certificate: policy.Certificate{State: policy.CertificateNone}}
	if c.Certificate == "" {
		return out, nil
	}
	v, rec, err := load[certificateRecord](tx, recCertificate, c.Certificate)
	if err != nil {
		return out, err
	}
	if out.outdated, err = v.outdated(tx, c.Version.Digest, s.policyDigest()); err != nil {
		return out, err
	}
	if v.Told != nil {
		if out.told, err = v.Told.outdated(tx, c.Version.Digest, s.policyDigest()); err != nil {
			return out, err
		}
	}
	out.record, out.passed, out.Computation = &v, rec.State == certificatePassed, v.Digest
	switch {
	case len(out.outdated) > 0 || rec.State == certificateVoid:
		out.State = policy.CertificateStale
	case out.passed:
		out.State = policy.CertificatePassed
	default:
		out.State = policy.CertificateFailed
	}
	return out, nil
}

// asTold is what is told of a certificate that failed: that nothing can be answered is a fact about the data. It looks as if it had not been
// made.
func (c standingCertificate) asTold() standingCertificate {
	out := standingCertificate{Certificate: policy.Certificate{State: policy.CertificateNone}, outdated: c.told}
	if len(c.told) > 0 {
		out.State = policy.CertificateStale
	}
	return out
}

// covers reports whether the certificate fixed every cell of these families.
func (v *certificateRecord) covers(families []compile.Family) (bool, error) {
	for _, f := range families {
		d, err := f.Digest()
		if err != nil {
			return false, fmt.Errorf("family: %w", err)
		}
		if _, there := slices.BinarySearch(v.Covers, d); !there {
			return false, nil
		}
	}
	return true, nil
}

// voidCertificate takes the certificate of a computation out of force, and its cells out of the ledger: what was answered by it has rows
// of its own there. It returns what is to be destroyed when the transaction holds.
func (s *Service) voidCertificate(tx Tx, c *computationRecord) ([]string, error) {
	if c.Certificate == "" {
		return nil, nil
	}
	v, rec, err := load[certificateRecord](tx, recCertificate, c.Certificate)
	if err != nil {
		return nil, err
	}
	c.Certificate = ""
	var gone []string
	if v.Ledger != "" {
		row, at, err := load[ledgerRecord](tx, recLedger, v.Ledger)
		if err != nil {
			return nil, err
		}
		if err := tx.Delete(recLedger, at.ID, at.Version); err != nil {
			return nil, err
		}
		gone, v.Ledger = append(gone, row.Outcome), ""
	}
	rec.State = certificateVoid
	return gone, save(tx, recCertificate, rec, s.nowMS(), v)
}

// Computation is a computation as the caller may see it: its author and his institution see that it is certified or not, those who review
// see what the certification found.
func (s *Service) Computation(ctx context.Context, p Principal, name string) (api.Computation, error) {
	var out api.Computation
	var report string
	err := s.store.View(ctx, func(tx Tx) error {
		c, rec, err := s.loadComputation(tx, p, name)
		if err != nil {
			return err
		}
		if out.Resource, _, err = s.show(p, string(catalog.KindComputation), rec); err != nil {
			return err
		}
		out.Grade, out.Columns = c.Grade, c.Columns
		if c.Approved != nil {
			out.ApprovedBy = c.Approved.Account
		}
		if o := c.Promoted; o != nil {
			out.Promoted = &api.Promoted{Zone: o.Zone, Key: o.Key, Digest: string(o.Digest)}
		}
		out.Mode = string(policy.ModeExact)
		if covered, err := s.decider.Covered(c.Grade); err != nil {
			return fault(KindUnavailable, "策略引擎不可用", "the policy engine is not available").because(err)
		} else if covered {
			out.Mode, out.Certified = string(policy.ModeNoisy), certificateUnneeded
			return nil
		}
		at, err := s.certificateOf(tx, &c)
		if err != nil {
			return err
		}
		reviews := reviewsComputation(p, &c)
		if at.record != nil && !at.passed && !reviews {
			at = at.asTold()
		}
		out.Certified = string(at.State)
		if len(at.outdated) > 0 {
			remedy := remedyOf(name, at.outdated)
			out.Stale, out.Remedy = stale(at.outdated), &remedy
		}
		if at.record != nil && reviews {
			report = at.record.Report
		}
		return nil
	})
	if err != nil || report == "" {
		return out, known(err)
	}
	out.Certificate, err = s.readCertificate(report)
	return out, err
}

// reviewsComputation reports whether the caller may see what a certification found.
func reviewsComputation(p Principal, c *computationRecord) bool {
	return catalog.AccountRole(p.Role) == catalog.AccountEgressReviewer && p.LegalGroup != c.LegalGroup
}

func (s *Service) readCertificate(artefact string) (*api.Certificate, error) {
	r, err := s.artefacts.Open(artefact)
	if err != nil {
		return nil, fmt.Errorf("open a certificate: %w", err)
	}
	defer r.Close()
	b, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("open a certificate: %w", err)
	}
	out := new(api.Certificate)
	if err := json.Unmarshal(b, out); err != nil {
		return nil, fmt.Errorf("stored certificate: %w", err)
	}
	return out, nil
}
