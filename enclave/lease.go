package enclave

import (
	"context"
	"errors"
	"fmt"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// leased reports whether a snapshot may be read now.
func (v *snapshotRecord) leased(now int64) bool { return v.Until == 0 || now < v.Until }

// endLeases destroys the snapshots whose lease is over. That a run meets none of them does not depend on it.
func (s *Service) endLeases(ctx context.Context) error {
	var due []string
	now := s.nowMS()
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recSnapshot, metastore.Query{State: snapshotLoaded}, func(r metastore.Record, v snapshotRecord) error {
			if !v.leased(now) {
				due = append(due, r.ID)
			}
			return nil
		})
	})
	for _, id := range due {
		err = errors.Join(err, s.endLease(ctx, id))
	}
	if err != nil {
		return fmt.Errorf("leases: %w", err)
	}
	return nil
}

func (s *Service) endLease(ctx context.Context, id string) error {
	var over stoppedRuns
	err := s.store.Update(ctx, func(tx Tx) error {
		over = stoppedRuns{}
		v, rec, err := load[snapshotRecord](tx, recSnapshot, id)
		if err != nil || rec.State != snapshotLoaded || v.leased(s.nowMS()) {
			return err
		}
		over, err = s.destroySnapshot(tx, Principal{}, rec, v, destroyedLease)
		return err
	})
	if err == nil {
		s.destroyed(over, id)
	}
	return err
}

// Why a snapshot is destroyed, in the words of the log.
const (
	destroyedLease   = "LEASE_OVER"
	destroyedCommand = "COMMAND"
)

// DestroySnapshots destroys, before their lease is over, the snapshots of a dataset that were read in place: one, or all of them. What was
// released stays; what runs over them is stopped.
func (s *Service) DestroySnapshots(ctx context.Context, p Principal, name string, in api.DestroyRequest) (api.Snapshots, error) {
	out := api.Snapshots{Items: []api.Snapshot{}}
	var over stoppedRuns
	err := s.store.Update(ctx, func(tx Tx) error {
		out.Items, over = out.Items[:0], stoppedRuns{}
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		if !staff(p) && d.provider() != p.Organization {
			return errNotFound
		}
		if err := s.maySupplyChange(ctx, tx, p, supplyAct{op: policy.SupplyDestroy, dataset: name, reason: in.Reason}, &d); err != nil {
			return err
		}
		return each(tx, recSnapshot, metastore.Query{Owner: name, State: snapshotLoaded}, func(rec metastore.Record, v snapshotRecord) error {
			if v.Until == 0 || in.Snapshot != "" && in.Snapshot != rec.ID {
				return nil
			}
			more, err := s.destroySnapshot(tx, p, rec, v, destroyedCommand)
			over = over.and(more)
			rec.State = snapshotDestroyed
			out.Items = append(out.Items, snapshotView(rec, v))
			return err
		})
	})
	s.denied(ctx, p, policy.ActionSupplyChange, name, err)
	if err != nil {
		return api.Snapshots{}, known(err)
	}
	var ids []string
	for _, v := range out.Items {
		ids = append(ids, v.ID)
	}
	s.destroyed(over, ids...)
	if len(ids) == 0 {
		return out, fault(KindNotFound, "没有可销毁的就地读取快照", "there is no snapshot read in place to destroy")
	}
	return out, nil
}

// destroySnapshot ends a snapshot in the transaction with its entry: the dataset has no data until it is read again, and what runs over it is
// refused. Key and ciphertext go when the transaction holds, or at the next start.
func (s *Service) destroySnapshot(tx Tx, p Principal, rec metastore.Record, v snapshotRecord, why string) (stoppedRuns, error) {
	rec.State = snapshotDestroyed
	if err := save(tx, recSnapshot, rec, s.nowMS(), v); err != nil {
		return stoppedRuns{}, err
	}
	d, drec, err := load[datasetRecord](tx, recDataset, v.Dataset)
	if err != nil {
		return stoppedRuns{}, err
	}
	if d.Current == rec.ID {
		d.Current, d.Last = "", rec.ID
		if err := save(tx, recDataset, drec, s.nowMS(), d); err != nil {
			return stoppedRuns{}, err
		}
	}
	reads := func(run *runRecord) bool { return run.Snapshots[v.Dataset] == rec.ID }
	over, err := s.stopRuns(tx, p, reads, *pullAgain(v.Dataset))
	if err != nil {
		return over, err
	}
	return over, s.record(tx, entry{by: p, action: audit.ActionSnapshotDestroy, on: rec.ID, outcome: snapshotDestroyed, class: retention5,
		digests: map[string]catalog.Digest{"snapshot": v.Digest}, facts: map[string]string{"dataset": v.Dataset, "reason": why, "supply": string(v.Supply)}})
}

// destroyed carries out what a transaction destroyed: workers first, so that none holds what is to go.
func (s *Service) destroyed(over stoppedRuns, ids ...string) {
	s.stopped(over)
	for _, id := range ids {
		s.sealed.evict(id)
		s.discard(&batch{id: id})
	}
}

// pullAgain refuses a question about data that were read in place and are not there any more.
func pullAgain(dataset string) *catalog.Refusal {
	return &catalog.Refusal{Code: catalog.CodeNotLoaded, Position: -1, Articles: []string{"BJ-OPS-27c", "BJ-FIN-11"},
		Message: catalog.Text{Zh: "数据集 " + dataset + " 就地读取，租期已满或已撤回，目前没有数据", En: "Dataset " + dataset + " is read in place; its lease is over or it was taken back, and there is no data now"},
		Remedy:  catalog.Text{Zh: "请提供单位或数据管理员重新读取：yumen dataset pull " + dataset, En: "Have its provider or a steward read it again: yumen dataset pull " + dataset}}
}
