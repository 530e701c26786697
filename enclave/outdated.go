package enclave

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"yumen/enclave/compile"
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

// outdated reports whether the legal group knows an answer about the same people that was computed on other data than this run can
// read. The two cannot be compared: their difference may be the few entities that changed between two loads. Nothing new leaves then.
// It follows from the ledger and the loads alone, never from data.
func (s *Service) outdated(ctx context.Context, a *asked, earlier []compile.Earlier) (bool, error) {
	if len(a.plan.Base.Entities) == 0 {
		return false, nil // public tables: there is nobody to protect
	}
	now := a.contents()
	for _, e := range earlier {
		if !comparable(a.plan, e.Family) {
			continue
		}
		for _, pin := range e.Family.Snapshots {
			if _, known := now[pin.Dataset]; !known {
				b, err := s.beside(ctx, a, pin.Dataset)
				if err != nil {
					return false, err
				}
				now[pin.Dataset] = b.content
			}
			if now[pin.Dataset] != pin.Snapshot {
				return true, nil
			}
		}
	}
	return false, nil
}

// comparable reports whether an earlier answer can say something about a cell of the plan: the same is added up over the same root, or
// both count entities of one type, whatever the tables.
func comparable(p *compile.Plan, f compile.Family) bool {
	return slices.ContainsFunc(p.Cells, func(c compile.Cell) bool {
		m, o := c.Measure, f.Measure
		if counts(m) && counts(o) {
			return p.Base.Root.Dataset == f.Base.Root.Dataset || shareEntity(p.Base, f.Base)
		}
		return p.Base.Root.Dataset == f.Base.Root.Dataset && m.Kind == o.Kind && m.Column == o.Column
	})
}

func counts(m compile.Measure) bool {
	return m.Kind == compile.MeasureRows || m.Kind == compile.MeasureEntities
}

func shareEntity(a, b compile.Base) bool {
	return slices.ContainsFunc(a.Entities, func(x compile.EntityRef) bool {
		return slices.ContainsFunc(b.Entities, func(y compile.EntityRef) bool { return x.Type == y.Type })
	})
}

// beside is the newest snapshot of a dataset that earlier answers read and the plan does not.
type beside struct {
	id, content string
	size        int64
}

// beside finds it, once for the run.
func (s *Service) beside(ctx context.Context, a *asked, dataset string) (beside, error) {
	if b, have := a.besides[dataset]; have {
		return b, nil
	}
	var b beside
	err := s.store.View(ctx, func(tx Tx) error {
		d, _, err := load[datasetRecord](tx, recDataset, dataset)
		if err != nil {
			return err
		}
		v, _, err := load[snapshotRecord](tx, recSnapshot, d.Current)
		if errors.Is(err, metastore.ErrNotFound) {
			return nil // the evidence is gone: no content equals none
		}
		b = beside{id: d.Current, content: v.content(d.Current), size: v.Size}
		return err
	})
	if a.besides == nil {
		a.besides = map[string]beside{}
	}
	a.besides[dataset] = b
	return b, err
}
