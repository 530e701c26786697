package enclave

import (
	"context"
	"errors"
	"strconv"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/declaration"
	"yumen/internal/api"
	"yumen/internal/metastore"
)

// keptOrSubmitted is what becomes of the datasets of a text. Nothing else has drafts.
func keptOrSubmitted(docs []catalog.Document, draft bool) (declaration.Act, error) {
	if !draft {
		return declaration.Submit, nil
	}
	for _, d := range docs {
		if d.Kind != catalog.KindDataset {
			return "", fault(KindInvalid, "只有数据集可以存为草稿：请把其他资源放入另一个文件", "only datasets are kept as drafts: put other resources into another file")
		}
	}
	return declaration.Keep, nil
}

// applyDataset stores a new version of a declaration, as submitted or as a draft; the approved one stays in force until a steward approves another.
func (s *Service) applyDataset(ctx context.Context, tx Tx, p Principal, d catalog.Document, ds *catalog.Dataset, act declaration.Act) (api.ApplyOutcome, error) {
	out := api.ApplyOutcome{Kind: string(d.Kind), Name: d.Name, Outcome: "created"}
	digest, err := d.Digest()
	if err != nil {
		return out, err
	}
	if err := declares(p, ds); err != nil {
		return out, err
	}
	old, rec, err := load[datasetRecord](tx, recDataset, d.Name)
	next, moves := declaration.Next(declaration.State(rec.State), act)
	switch {
	case moves != nil:
		return out, moves
	case errors.Is(err, metastore.ErrNotFound):
		rec = metastore.Record{ID: d.Name, Name: d.Name}
		if old.Version, err = nextVersion(tx, recVersion, d.Name, digest); err != nil {
			return out, err
		}
	case err != nil:
		return out, err
	case !old.belongsTo(p.Organization):
		return out, fault(KindForbidden, "只有声明单位或提供单位可以修改该数据集", "only the organization that declared or provides this dataset can change it")
	default:
		if out.Diff, err = diff(old.Spec, ds.Spec); err != nil {
			return out, err
		}
		if len(out.Diff) == 0 && !next.Same {
			out.Outcome = "unchanged"
			return out, nil
		}
		if old.provider() != ds.Spec.Provider {
			return out, fault(KindConflict, "数据提供单位不可更改：请以新名称声明数据集", "a dataset's provider cannot be changed: declare a new dataset")
		}
		out.Outcome = "changed"
		old.Version = old.Version.Next(digest)
	}
	decision, err := s.mayCatalog(ctx, p, string(act), d.Name, &ds.Spec, &old, rec.State, p)
	if err != nil {
		return out, err
	}
	if err := s.keepDecision(tx, decision); err != nil {
		return out, err
	}
	action := audit.ActionDatasetDraft
	if next.To != declaration.Draft {
		action = audit.ActionDatasetSubmit
		if err := s.checkJoins(tx, p.Organization, d.Name, ds); err != nil {
			return out, err
		}
	}
	old.Spec, old.AuthorOrg, old.Author, old.AuthorPerson, old.ReviewedBy = ds.Spec, p.Organization, p.Account, p.Person, ""
	rec.Owner, rec.State = p.Organization, string(next.To)
	if err := s.saveVersion(tx, p, rec, &old); err != nil {
		return out, err
	}
	out.Note = rec.State
	return out, s.declared(tx, p, action, d.Name, out.Outcome, "document", old.Version)
}

// saveVersion stores a declaration with its newest version.
func (s *Service) saveVersion(tx Tx, p Principal, rec metastore.Record, d *datasetRecord) error {
	now := s.nowMS()
	if err := save(tx, recDataset, rec, now, d); err != nil {
		return err
	}
	v := metastore.Record{ID: versionID(rec.ID, d.Version.Number), Owner: rec.ID}
	return save(tx, recVersion, v, now, versionRecord{Version: d.Version, Spec: &d.Spec, Author: p.Account, At: now})
}

// declares says who declares datasets at all: whose is decided by what is stored. A provider declares its own.
func declares(p Principal, ds *catalog.Dataset) error {
	switch catalog.AccountRole(p.Role) {
	case catalog.AccountSteward, catalog.AccountAdministrator:
		return nil
	case catalog.AccountProvider:
		if ds.Spec.Provider == p.Organization {
			return nil
		}
	}
	return fault(KindForbidden, "只有数据提供单位（本单位数据）和数据管理员可以声明数据集", "only a provider, of its own data, and a steward declare datasets")
}

// provider is the organization that answers for the data: of the approved declaration, or else of the first one.
func (d *datasetRecord) provider() string {
	if d.Approved != nil {
		return d.Approved.Provider
	}
	return d.Spec.Provider
}

// declared records a new version of a declared thing, with its place in the chain.
func (s *Service) declared(tx Tx, p Principal, action audit.Action, name, outcome, document string, v catalog.Version) error {
	digests := map[string]catalog.Digest{document: v.Digest, "version": v.Link()}
	if v.Previous != "" {
		digests["previous"] = v.Previous
	}
	return s.record(tx, entry{by: p, action: action, on: name, outcome: outcome, digests: digests, facts: map[string]string{"number": strconv.Itoa(v.Number)}})
}

// grades are the grades that were approved last, of columns that are gone too.
func (d *datasetRecord) grades() map[string]catalog.Grade {
	if d.Grades == nil && d.Approved != nil { // approved before they were kept
		return d.Approved.Grades(nil)
	}
	return d.Grades
}

func (d *datasetRecord) belongsTo(organization string) bool {
	return d.AuthorOrg == organization || d.provider() == organization
}

// offered reports whether a declaration is in force under which the dataset may be used.
func (d *datasetRecord) offered() bool {
	return d.Approved != nil && !withdrawn(d.Seal != nil, d.Approved)
}

// nextVersion goes on with a name's chain of versions, which outlives a declaration that was deleted.
func nextVersion(tx Tx, kind, name string, digest catalog.Digest) (catalog.Version, error) {
	next := catalog.FirstVersion(digest)
	err := each(tx, kind, metastore.Query{Owner: name, Newest: true, Limit: 1}, func(_ metastore.Record, last catalog.Version) error {
		next = last.Next(digest)
		return nil
	})
	return next, err
}

// checkJoins refuses an edge whose far end is in force, or the organization's own, and does not fit; an edge to any other is checked when that one
// comes into force. What somebody else only declared says nothing and stops nobody.
func (s *Service) checkJoins(tx Tx, organization, name string, ds *catalog.Dataset) error {
	all := []*catalog.Dataset{ds}
	declared := map[string]bool{name: true}
	err := each(tx, recDataset, metastore.Query{}, func(r metastore.Record, v datasetRecord) error {
		spec := v.Approved
		if organization != "" && v.belongsTo(organization) && r.State != string(declaration.Draft) { // a draft binds nobody
			spec = &v.Spec
		}
		if r.ID != name && spec != nil {
			all = append(all, &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: r.ID}, Spec: *spec})
			declared[r.ID] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, d := range all {
		c := *d
		c.Spec.Joins = nil
		for _, j := range d.Spec.Joins {
			if declared[j.To.Dataset] {
				c.Spec.Joins = append(c.Spec.Joins, j)
			}
		}
		all[i] = &c
	}
	if err := catalog.CheckJoins(all); err != nil {
		return declarationFault(err)
	}
	return nil
}
