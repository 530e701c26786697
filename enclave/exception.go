package enclave

import (
	"cmp"
	"context"
	"errors"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// The states of an exception. It is proposed by one person and confirmed by another within liftTerm, and one load uses it.
const (
	exceptionProposed  = "proposed"
	exceptionConfirmed = "confirmed"
	exceptionUsed      = "used"
)

// exceptionRecord is a documented exception for one batch of grade 4 (BJ-OPS-27d).
type exceptionRecord struct {
	api.SupplyException
	First    policy.Applicant `json:"first"`
	Role     string           `json:"role"`             // that the first had
	At       int64            `json:"at"`               // unix milliseconds
	Second   string           `json:"second,omitempty"` // person
	Snapshot string           `json:"snapshot,omitempty"`
}

// ExceptSupply proposes that one batch of a dataset of grade 4 be taken, or confirms what another person proposed in the same words. One of the
// two is the provider's.
func (s *Service) ExceptSupply(ctx context.Context, p Principal, name string, in api.SupplyException) (api.SupplyException, error) {
	var out api.SupplyException
	err := s.store.Update(ctx, func(tx Tx) error {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		if !staff(p) && d.provider() != p.Organization {
			return errNotFound
		}
		if err := s.exceptable(&d, in); err != nil {
			return err
		}
		first, rec, err := s.proposedException(tx, name, in)
		if err != nil {
			return err
		}
		act := supplyAct{op: policy.SupplyPropose, dataset: name, reason: in.Reason}
		if rec.ID != "" && first.First.Account != p.Account {
			act.op, act.proposer = policy.SupplyConfirm, first.First
		}
		if err := s.maySupplyChange(ctx, tx, p, act, &d); err != nil {
			return err
		}
		switch {
		case act.op == policy.SupplyConfirm:
			first.State, first.Second = exceptionConfirmed, p.Person
		case rec.ID != "":
			out = first.SupplyException // said twice
			return nil
		default:
			first = exceptionRecord{SupplyException: in, First: policy.Applicant{Account: p.Account, Person: p.Person, Organization: p.Organization}, Role: p.Role, At: s.nowMS()}
			first.ID, first.State, first.Dataset = newID(catalog.PrefixPending), exceptionProposed, name
			rec = metastore.Record{ID: first.ID, Owner: name}
		}
		out = first.SupplyException
		return s.saveException(tx, p, rec, first)
	})
	s.denied(ctx, p, policy.ActionSupplyChange, name, err)
	return out, known(err)
}

// exceptable refuses what is no exception: a grade that needs none, or a term that is over or too long.
func (s *Service) exceptable(d *datasetRecord, in api.SupplyException) error {
	now := s.clock.Now()
	switch {
	case d.Approved == nil || d.Approved.Grade() != 4:
		return fault(KindConflict, "只有已批准的四级数据集需要例外", "an exception is for an approved dataset of grade 4 alone")
	case catalog.Digest(in.Batch).Validate() != nil || catalog.Digest(in.Document).Validate() != nil:
		return fault(KindInvalid, "请给出批次与书面需求的摘要（sha256:…）", "give the digests of the batch and of the written need (sha256:…)")
	case in.NotAfter <= now.Unix() || in.NotAfter > now.Add(maxException).Unix():
		return fault(KindInvalid, "期限须在今后 90 天之内", "the term ends within the next 90 days")
	}
	return nil
}

// maxException is the longest term of an exception.
const maxException = 90 * 24 * time.Hour

// saveException stores an exception with its entry.
func (s *Service) saveException(tx Tx, p Principal, rec metastore.Record, v exceptionRecord) error {
	rec.State = v.State
	if err := save(tx, recException, rec, s.nowMS(), v); err != nil {
		return err
	}
	facts := map[string]string{"dataset": v.Dataset}
	if v.Snapshot != "" {
		facts["snapshot"] = v.Snapshot
	}
	return s.record(tx, entry{by: p, action: audit.ActionSupplyExcept, on: rec.ID, outcome: v.State, class: retention5, facts: facts,
		digests: map[string]catalog.Digest{"document": catalog.Digest(v.Document), "source": catalog.Digest(v.Batch)}})
}

// proposedException is the first person's half of the same exception, while it holds.
func (s *Service) proposedException(tx Tx, dataset string, in api.SupplyException) (out exceptionRecord, at metastore.Record, err error) {
	err = each(tx, recException, metastore.Query{Owner: dataset, State: exceptionProposed}, func(r metastore.Record, v exceptionRecord) error {
		same := v.Batch == in.Batch && v.Document == in.Document && v.NotAfter == in.NotAfter
		half, err := s.standing(tx, &liftRequest{Account: v.First.Account, Role: v.Role, At: v.At})
		if same && half != nil {
			out, at = v, r
		}
		return err
	})
	return out, at, err
}

// exceptionOf is the exception by which a batch may come in: one that is confirmed, whose term is not over, and that no batch has used.
func (s *Service) exceptionOf(tx Tx, in supplied) (out *exceptionRecord, at metastore.Record, err error) {
	err = each(tx, recException, metastore.Query{Owner: in.dataset, State: exceptionConfirmed}, func(r metastore.Record, v exceptionRecord) error {
		if catalog.Digest(v.Batch) == cmp.Or(in.batch, catalog.Digest(v.Batch)) && s.clock.Now().Unix() < v.NotAfter {
			out, at = &v, r
		}
		return nil
	})
	return out, at, err
}

// useException marks the exception by which a batch came in, in the transaction of its load.
func (s *Service) useException(tx Tx, p Principal, b *batch) error {
	if b.spec.Grade() != 4 || b.twin != nil {
		return nil
	}
	v, rec, err := s.exceptionOf(tx, supplied{dataset: b.dataset, batch: b.source})
	if err != nil || v == nil {
		return errors.Join(err, errNotFound)
	}
	v.State, v.Snapshot = exceptionUsed, b.id
	return s.saveException(tx, p, rec, *v)
}
