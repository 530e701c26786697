package enclave

import (
	"context"
	"fmt"

	"yumen/enclave/audit"
	"yumen/enclave/egress"
	"yumen/internal/metastore"
)

// recover finishes what a crash left open: runs that were running have no worker any more and end as failed, with an entry; what was
// stored but never recorded is destroyed.
func (s *Service) recover(ctx context.Context) error {
	err := s.store.Update(ctx, func(tx Tx) error {
		if _, err := tx.PurgeIdempotent(s.nowMS()); err != nil {
			return err
		}
		return each(tx, recRun, metastore.Query{State: stateRunning}, func(rec metastore.Record, run runRecord) error {
			s.advance(&rec, &run, rec.State, string(egress.Failed))
			if err := save(tx, recRun, rec, s.nowMS(), run); err != nil {
				return err
			}
			return s.record(tx, entry{action: audit.ActionQueryExecute, on: rec.ID, outcome: rec.State, class: classOf(run.Grade)})
		})
	})
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	if err := s.removeOrphans(ctx); err != nil {
		return err
	}
	if err := s.Lapse(ctx); err != nil {
		return err
	}
	return s.rebindAll(ctx)
}

// removeOrphans destroys blobs and keys that no record names.
func (s *Service) removeOrphans(ctx context.Context) error {
	known := map[string]bool{}
	err := s.store.View(ctx, func(tx Tx) error {
		if err := each(tx, recSnapshot, metastore.Query{State: snapshotLoaded}, func(r metastore.Record, _ snapshotRecord) error {
			known[queryFile(r.ID)], known[identityFile(r.ID)] = true, true
			return nil
		}); err != nil {
			return err
		}
		if err := each(tx, recRun, metastore.Query{}, func(_ metastore.Record, v runRecord) error {
			known[v.Artefact] = true
			return nil
		}); err != nil {
			return err
		}
		if err := each(tx, recCertificate, metastore.Query{}, func(_ metastore.Record, v certificateRecord) error {
			known[v.Report] = true
			return nil
		}); err != nil {
			return err
		}
		return each(tx, recLedger, metastore.Query{}, func(_ metastore.Record, v ledgerRecord) error {
			known[v.Outcome] = true
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	if err := s.keys.RemoveUnfinished(); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	keys, err := s.keys.DataKeys()
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	for _, blobs := range []Blobs{s.snapshots, s.artefacts} {
		orphans, err := blobs.Orphans(keys, func(id string) bool { return known[id] })
		if err != nil {
			return fmt.Errorf("recover: %w", err)
		}
		for _, id := range orphans {
			s.log.Info("destroy an orphan", "id", id)
			if err := blobs.Destroy(id); err != nil {
				return fmt.Errorf("recover: %w", err)
			}
		}
	}
	return nil
}
