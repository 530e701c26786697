package enclave

import (
	"context"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/declaration"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// ErrTooSlow ends a file whose sender does not keep up.
var ErrTooSlow = fault(KindUnavailable, "文件到达过慢，已中断：请用 yumen dataset load 分段上传（中断后自动续传），或在网络恢复后重发",
	"the file came too slowly and was cut off: yumen dataset load sends in parts and goes on where it stopped; or send it again over a better line")

// ErrUploadTooLarge refuses a file over the limit of one upload.
var ErrUploadTooLarge = fault(KindTooLarge, "文件超过单次上传上限，请拆分后上传", "the file is over the limit of one upload: split it")

// ReviewDataset approves or rejects a submitted declaration. Nobody reviews his own.
func (s *Service) ReviewDataset(ctx context.Context, p Principal, name string, in api.Review) (api.Resource, error) {
	if in.Return || in.Step != "" || in.Version != 0 || len(in.Strike) > 0 || len(in.Modes) > 0 {
		return api.Resource{}, fault(KindInvalid, "数据集声明只能同意或拒绝，没有环节", "a declaration is approved or rejected; it has no steps")
	}
	var out api.Resource
	var over stoppedRuns
	err := s.store.Update(ctx, func(tx Tx) error {
		over = stoppedRuns{}
		d, rec, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		if !looksAfter(p, &d) {
			return errNotFound // whether something waits is nobody else's matter
		}
		act := declaration.Approve
		if !in.Approve {
			act = declaration.Reject
		}
		next, err := declaration.Next(declaration.State(rec.State), act)
		if err != nil {
			return fault(KindConflict, "该数据集没有待审核的版本", "no version of this dataset waits for review")
		}
		author := Principal{Account: d.Author, Person: d.AuthorPerson, Organization: d.AuthorOrg}
		decision, err := s.mayCatalog(ctx, p, string(act), name, &d.Spec, &d, rec.State, author)
		if err != nil {
			return err
		}
		if err := lookedAt(in.Digest, d.Version.Digest); err != nil {
			return err
		}
		if err := s.keepDecision(tx, decision); err != nil {
			return err
		}
		d.ReviewedBy, rec.State = p.Account, string(next.To)
		if in.Approve {
			if over, err = s.approveDataset(tx, p, name, &d, in.Comment); err != nil {
				return err
			}
		}
		if err := save(tx, recDataset, rec, s.nowMS(), d); err != nil {
			return err
		}
		if err := s.log1(tx, p, audit.ActionDatasetReview, name, rec.State, map[string]catalog.Digest{"version": d.Version.Link()}); err != nil {
			return err
		}
		stored, err := tx.Get(recDataset, name)
		if err != nil {
			return err
		}
		out, _, err = s.show(p, string(catalog.KindDataset), stored)
		return err
	})
	s.denied(ctx, p, policy.ActionCatalogChange, name, err)
	if err == nil {
		s.stopped(over)
	}
	return out, known(err)
}

// approveDataset puts the declaration in force. What is declared sealed is sealed from here on; another class in a later declaration does not
// unseal it.
func (s *Service) approveDataset(tx Tx, p Principal, name string, d *datasetRecord, comment string) (stoppedRuns, error) {
	spec := d.Spec
	ds := &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: name}, Spec: spec}
	if err := s.checkJoins(tx, "", name, ds); err != nil {
		return stoppedRuns{}, err
	}
	closed := spec.Market == catalog.MarketSealed || d.Approved != nil && d.Approved.Market == catalog.MarketSealed
	d.Grades = spec.Grades(d.grades())
	d.Approved, d.ApprovedVersion = &spec, d.Version
	if closed && d.Seal == nil {
		return s.seal(tx, p, name, d, sealRecord{Reason: comment, Declared: true})
	}
	return s.redeclared(tx, p, name)
}

// lookedAt refuses a decision about another version than the one that a person looked at, by its digest.
func lookedAt(seen string, at catalog.Digest) error {
	switch seen {
	case "":
		return fault(KindInvalid, "请给出所查看版本的摘要（digest）", "give the digest of the version that you looked at")
	case string(at):
		return nil
	}
	return fault(KindConflict, "已有新版本：请重新查看后再决定", "it has another version by now: look at it again, then decide")
}

// Snapshots lists the batches of a dataset, newest first, to its provider and the zone's staff.
func (s *Service) Snapshots(ctx context.Context, p Principal, name string) (api.Snapshots, error) {
	out := api.Snapshots{Items: []api.Snapshot{}}
	err := s.store.View(ctx, func(tx Tx) error {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		if !staff(p) && (p.Role == "" || d.provider() != p.Organization) {
			return errNotFound
		}
		return each(tx, recSnapshot, metastore.Query{Owner: name, Newest: true}, func(r metastore.Record, v snapshotRecord) error {
			out.Items = append(out.Items, snapshotView(r, v))
			return nil
		})
	})
	return out, known(err)
}

func snapshotView(r metastore.Record, v snapshotRecord) api.Snapshot {
	out := api.Snapshot{ID: r.ID, Dataset: v.Dataset, State: r.State, Digest: string(v.Digest), Created: r.Created, Report: v.Report,
		Supply: string(v.Supply), Twin: v.Twin, Platform: v.Platform, Location: v.Location, Until: v.Until}
	if v.Report != nil {
		out.Rows = v.Report.Rows
	}
	if m := v.Manifest; m != nil {
		out.Manifest = &api.ManifestStamp{Digest: string(m.Digest), Rows: m.Rows, Period: m.Period, Batch: m.Batch, Platform: m.Platform}
	}
	for _, f := range v.Faults {
		out.Faults = append(out.Faults, api.Fault{Row: f.Row, Column: f.Column, Rule: f.Rule})
	}
	return out
}
