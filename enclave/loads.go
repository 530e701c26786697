package enclave

import (
	"cmp"
	"context"
	"errors"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/internal/artefact"
	"yumen/internal/keyring"
	"yumen/internal/metastore"
)

// content names what a snapshot holds: the first snapshot of the same file under the same declaration.
func (v *snapshotRecord) content(id string) string { return cmp.Or(v.Content, id) }

// contents names what the run reads from each dataset of its plan. Answers are compared and replayed by it, so that loading a file
// again changes nothing.
func (a *asked) contents() map[string]string {
	out := map[string]string{}
	for name, id := range a.pinIDs {
		v := a.pins[name]
		out[name] = v.content(id)
	}
	return out
}

// loads are the snapshots that a run may read beside its own, because earlier answers came from them.
type loads struct {
	size map[string]int64 // by snapshot
	lost map[string]bool  // those that cannot be compared with: destroyed, or loaded under another declaration
}

// loads finds the snapshots of earlier answers. It follows from the ledger and the loads alone, never from data.
func (s *Service) loads(ctx context.Context, a *asked, earlier []compile.Earlier) (*loads, error) {
	out := &loads{size: map[string]int64{}, lost: map[string]bool{}}
	now := a.contents()
	for _, e := range earlier {
		for _, pin := range e.Family.Snapshots {
			if _, seen := out.size[pin.Snapshot]; seen || pin.Snapshot == now[pin.Dataset] {
				continue
			}
			if err := s.find(ctx, a, pin, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// find finds one of them.
func (s *Service) find(ctx context.Context, a *asked, pin compile.Pin, out *loads) error {
	var v snapshotRecord
	err := s.store.View(ctx, func(tx Tx) error {
		var rec metastore.Record
		var err error
		v, rec, err = load[snapshotRecord](tx, recSnapshot, pin.Snapshot)
		if err == nil && (rec.State != snapshotLoaded || !v.leased(s.nowMS())) {
			err = metastore.ErrNotFound
		}
		return err
	})
	if err == nil {
		r, opened := s.snapshots.Open(queryFile(pin.Snapshot))
		if err = opened; err == nil {
			_ = r.Close()
		}
	}
	gone := errors.Is(err, metastore.ErrNotFound) || errors.Is(err, artefact.ErrNotFound) || errors.Is(err, keyring.ErrNoKey)
	if err != nil && !gone {
		return err
	}
	own, pinned := a.pins[pin.Dataset]
	out.size[pin.Snapshot] = v.Size
	out.lost[pin.Snapshot] = gone || pinned && own.SpecDigest != v.SpecDigest
	return nil
}

// tooLarge refuses a question that takes more statements than a run may have. It depends on the plan and the group's ledger.
func tooLarge() *catalog.Refusal {
	return &catalog.Refusal{Code: catalog.CodeCapacity, Position: -1, Articles: []string{"BJ-OPS-32b"},
		Message: catalog.Text{Zh: "核查该问题及其与以往答复的差异，所需步骤超出一次运行的上限",
			En: "checking this question, and its differences to earlier answers, takes more steps than one run may have"},
		Remedy: catalog.Text{Zh: "减少敏感条件和分组，或联系运营方", En: "ask with fewer sensitive conditions and groups, or ask the operator"}}
}
