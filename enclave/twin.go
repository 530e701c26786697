package enclave

import (
	"context"
	"errors"
	"fmt"
	"io"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/internal/twin"
	"yumen/policy"
)

// BeginTwin has the gateway make a synthetic twin of a dataset from its approved declaration and load it, in a development zone. No byte of it
// comes from outside, so that nobody can bring real data in under its name. It returns at once, as [Service.BeginPull] does.
func (s *Service) BeginTwin(ctx context.Context, p Principal, name string, in api.Twin) (api.Upload, error) {
	d, err := s.mayLoad(ctx, p, name, catalog.SupplyTwin)
	if err != nil {
		s.denied(ctx, p, policy.ActionSupplyLoad, name, err)
		return api.Upload{}, known(err)
	}
	if in.Rows < 1 || in.Rows > twin.MaxRows {
		return api.Upload{}, fault(KindInvalid, fmt.Sprintf("行数为 1 至 %d", twin.MaxRows), fmt.Sprintf("a twin has 1 to %d rows", twin.MaxRows))
	}
	beside, err := s.beside(ctx, d.Approved)
	if err != nil {
		return api.Upload{}, known(err)
	}
	return s.reads(p, name, in, func(ctx context.Context, u *upload) (api.Snapshot, error) {
		from, to := io.Pipe()
		made := make(chan struct{})
		go func() {
			defer close(made)
			err := twin.Write(&arriving{to: to, upload: u, left: s.limits.Upload}, declarationOf(name, d.Approved), beside, twin.Options{Rows: in.Rows, Seed: in.Seed})
			_ = to.CloseWithError(twinFault(err))
		}()
		out, err := s.load(ctx, p, &batch{dataset: name, mode: catalog.SupplyTwin, twin: &in, spec: d.Approved, version: d.ApprovedVersion.Digest, progress: u.checked}, from)
		_ = from.Close()
		<-made
		return out, err
	})
}

// beside are the approved declarations that a dataset is joined to: its twin has keys of their form.
func (s *Service) beside(ctx context.Context, spec *catalog.DatasetSpec) (out []*catalog.Dataset, err error) {
	err = s.store.View(ctx, func(tx Tx) error {
		out = nil
		for _, j := range spec.Joins {
			far, _, err := load[datasetRecord](tx, recDataset, j.To.Dataset)
			if errors.Is(err, metastore.ErrNotFound) || err == nil && far.Approved == nil {
				continue
			}
			if err != nil {
				return err
			}
			out = append(out, declarationOf(j.To.Dataset, far.Approved))
		}
		return nil
	})
	return out, err
}

func declarationOf(name string, spec *catalog.DatasetSpec) *catalog.Dataset {
	return &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: name}, Spec: *spec}
}

// twinFault is what a person is told of a twin that could not be made.
func twinFault(err error) error {
	if _, own := Of(err); err == nil || own {
		return err
	}
	return fault(KindConflict, "无法按该声明生成孪生数据：请检查类型与上下界", "no twin can be made of this declaration: look at its types and bounds").because(err)
}
