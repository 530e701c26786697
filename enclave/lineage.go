package enclave

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// looksAfter reports whether the caller may know everything about a dataset's metadata: the zone's staff, and who declared or provides it.
func looksAfter(p Principal, d *datasetRecord) bool {
	return staff(p) || p.Role != "" && d.belongsTo(p.Organization)
}

// DatasetVersions lists the chain of a dataset's versions with what each changed, oldest first, to its provider and the zone's staff.
func (s *Service) DatasetVersions(ctx context.Context, p Principal, name string) (api.DatasetVersions, error) {
	out := api.DatasetVersions{Items: []api.DatasetVersion{}}
	err := s.store.View(ctx, func(tx Tx) error {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		if !looksAfter(p, &d) {
			return errNotFound
		}
		var before *catalog.DatasetSpec
		return each(tx, recVersion, metastore.Query{Owner: name}, func(_ metastore.Record, v versionRecord) error {
			item := api.DatasetVersion{Number: v.Number, Digest: string(v.Digest), Previous: string(v.Previous), Link: string(v.Link()), Author: v.Author, Created: v.At,
				Approved: d.Approved != nil && d.ApprovedVersion.Number == v.Number}
			if before != nil && v.Spec != nil {
				if item.Diff, err = diff(before, v.Spec); err != nil {
					return err
				}
			}
			before = v.Spec
			out.Items = append(out.Items, item)
			return nil
		})
	})
	return out, known(err)
}

// DatasetLineage says who used which columns of a dataset for what; of one column, if it is named. An institution sees its own uses of what is in
// force; the provider and the zone's staff see all.
func (s *Service) DatasetLineage(ctx context.Context, p Principal, name, column string) (api.Lineage, error) {
	out := api.Lineage{Dataset: name, Column: column, Grants: []api.LineageUse{}, Computations: []api.LineageUse{}, Releases: []api.LineageUse{}}
	err := s.store.View(ctx, func(tx Tx) error {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		all, spec := looksAfter(p, &d), d.Approved
		if all {
			spec = &d.Spec
		}
		if p.Role == "" || spec == nil || column != "" && spec.Column(column) == nil {
			return errNotFound
		}
		open := all || d.offered()
		if open {
			out.Chain = spec.Directory
		}
		l := lineage{dataset: name, column: column, sees: func(organization string) bool { return all || organization == p.Organization }}
		if out.Grants, err = l.grants(tx); err != nil {
			return err
		}
		if out.Computations, err = l.computations(tx); err != nil {
			return err
		}
		out.Releases, err = l.releases(tx, s.nowMS())
		if err == nil && !open && len(out.Grants)+len(out.Computations)+len(out.Releases) == 0 {
			return errNotFound // of what is withdrawn from use nobody knows but who used it
		}
		return err
	})
	return out, known(err)
}

// lineage collects the uses of one dataset, or of one column of it.
type lineage struct {
	dataset, column string
	sees            func(organization string) bool
}

// add adds a use of the dataset if the caller sees it and it is one of the column.
func (l *lineage) add(out []api.LineageUse, u api.LineageUse) []api.LineageUse {
	used := l.column == "" && len(u.Columns) > 0 || slices.ContainsFunc(u.Columns, func(c string) bool { return strings.EqualFold(c, l.column) })
	if !used || !l.sees(u.Organization) {
		return out
	}
	slices.Sort(u.Columns)
	return append(out, u)
}

func (l *lineage) grants(tx Tx) ([]api.LineageUse, error) {
	out := []api.LineageUse{}
	err := each(tx, recGrant, metastore.Query{}, func(r metastore.Record, g grantRecord) error {
		for _, d := range g.Datasets {
			if d.Dataset == l.dataset {
				out = l.add(out, api.LineageUse{ID: r.ID, Organization: g.Organization, State: r.State, Columns: slices.Collect(maps.Keys(d.Columns))})
			}
		}
		return nil
	})
	return out, err
}

func (l *lineage) computations(tx Tx) ([]api.LineageUse, error) {
	out := []api.LineageUse{}
	err := each(tx, recComputation, metastore.Query{}, func(r metastore.Record, c computationRecord) error {
		out = l.add(out, api.LineageUse{ID: r.ID, Organization: r.Owner, State: r.State, Columns: c.Reads[l.dataset]})
		return nil
	})
	return out, err
}

// releases collects what was issued; a release is told of when its tick has come.
func (l *lineage) releases(tx Tx, now int64) ([]api.LineageUse, error) {
	out := []api.LineageUse{}
	err := each(tx, recRelease, metastore.Query{}, func(r metastore.Record, v releaseRecord) error {
		run, _, err := load[runRecord](tx, recRun, v.Run)
		if err != nil || run.VisibleAt > now || run.Snapshots[l.dataset] == "" {
			return err
		}
		used, err := run.reads()
		if err != nil {
			return err
		}
		out = l.add(out, api.LineageUse{ID: r.ID, Organization: run.Organization, State: shown(r.State), Columns: used[l.dataset], Run: v.Run})
		return nil
	})
	return out, err
}

// reads lists the columns that a run's statement names, by dataset: as the policy was asked about it.
func (run *runRecord) reads() (map[string][]string, error) {
	var f policy.Footprint
	if err := json.Unmarshal(run.Asked, &f); err != nil {
		return nil, fmt.Errorf("stored footprint: %w", err)
	}
	out := map[string][]string{}
	for name, touch := range f.Tables {
		columns := []string{}
		for _, set := range touch.Columns {
			columns = append(columns, slices.Collect(set.All())...)
		}
		slices.Sort(columns)
		out[name] = columns
	}
	return out, nil
}

// ReleaseLineage says from which columns of which datasets a release came, to who may know of the release.
func (s *Service) ReleaseLineage(ctx context.Context, p Principal, id string) (api.ReleaseLineage, error) {
	out := api.ReleaseLineage{Release: id, Sources: []api.ReleaseSource{}}
	err := s.store.View(ctx, func(tx Tx) error {
		v, rec, err := load[releaseRecord](tx, recRelease, id)
		if err != nil {
			return err
		}
		_, seen, err := s.releaseView(tx, p, rec, &v, map[string]grantRecord{})
		if err != nil {
			return err
		}
		if !seen {
			return errNotFound
		}
		run, _, err := load[runRecord](tx, recRun, v.Run)
		if err != nil {
			return err
		}
		used, err := run.reads()
		if err != nil {
			return err
		}
		out.Run, out.Grant = v.Run, run.Grant
		for _, name := range slices.Sorted(maps.Keys(run.Snapshots)) {
			snap, _, err := load[snapshotRecord](tx, recSnapshot, run.Snapshots[name])
			if err != nil {
				return err
			}
			d, _, err := load[datasetRecord](tx, recDataset, name)
			if err != nil {
				return err
			}
			src := api.ReleaseSource{Dataset: name, Snapshot: run.Snapshots[name], Version: string(snap.SpecDigest), Columns: used[name]}
			if d.Approved != nil {
				src.Chain = d.Approved.Directory
			}
			out.Sources = append(out.Sources, src)
		}
		return nil
	})
	return out, known(err)
}
