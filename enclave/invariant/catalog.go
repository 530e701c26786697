package invariant

import (
	"encoding/json"
	"slices"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/metastore"
)

func digest(b []byte) string { return string(catalog.DigestOf(b)) }

// read decodes a record's document, or reports it.
func (c *checker) read(r metastore.Record, v any) bool {
	return c.must(json.Unmarshal(r.Doc, v) == nil, RecordReadable, r.ID)
}

type datasetDoc struct {
	Spec            *catalog.DatasetSpec `json:"spec"`
	Version         catalog.Version      `json:"version"`
	Approved        *catalog.DatasetSpec `json:"approved"`
	ApprovedVersion catalog.Version      `json:"approved_version"`
	Current         string               `json:"current"`
}

type versionDoc struct {
	catalog.Version
	Spec *catalog.DatasetSpec `json:"spec"`
}

// declares reports whether a digest is the one of a dataset's declaration; nothing declares nothing.
func declares(name string, spec *catalog.DatasetSpec, d catalog.Digest) bool {
	if spec == nil {
		return true
	}
	body := &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: name}, Spec: *spec}
	got, err := catalog.Document{Kind: catalog.KindDataset, Name: name, Body: body}.Digest()
	return err == nil && got == d
}

type snapshotDoc struct {
	Dataset  string         `json:"dataset"`
	Digest   catalog.Digest `json:"digest"`
	Identity catalog.Digest `json:"identity_digest"`
	Source   catalog.Digest `json:"source_digest"`
}

// checkDatasets: versions are a chain that ends at the declaration's, every link is in the log, what is approved was reviewed, and every
// declaration that is kept is the one of its version.
func (c *checker) checkDatasets() error {
	chains := c.chains(kindVersion, audit.ActionDatasetDraft, audit.ActionDatasetSubmit)
	for _, r := range c.records[kindVersion] {
		var v versionDoc
		c.read(r, &v)
		c.must(declares(r.Owner, v.Spec, v.Digest), VersionChain, r.ID)
	}
	for _, r := range c.records[kindDataset] {
		var v datasetDoc
		c.read(r, &v)
		chain := chains[r.ID]
		c.must(len(chain) > 0 && chain[len(chain)-1] == v.Version, VersionChain, r.ID)
		c.must(declares(r.ID, v.Spec, v.Version.Digest) && declares(r.ID, v.Approved, v.ApprovedVersion.Digest), VersionChain, r.ID)
		c.must(v.Approved == nil || c.versionLogged(r.ID, audit.ActionDatasetReview, "approved", v.ApprovedVersion) &&
			c.versionLogged(r.ID, audit.ActionDatasetSubmit, "", v.ApprovedVersion), VersionChain, r.ID)
	}
	return nil
}

// chains reads the versions of a kind of thing, by its name. Each is in the log, and each chain is whole.
func (c *checker) chains(kind string, made ...audit.Action) map[string][]catalog.Version {
	out := map[string][]catalog.Version{}
	for _, r := range c.records[kind] { // in the order of their numbers
		var v catalog.Version
		c.read(r, &v)
		out[r.Owner] = append(out[r.Owner], v)
		c.must(slices.ContainsFunc(made, func(a audit.Action) bool { return c.versionLogged(r.Owner, a, "", v) }), VersionChain, r.ID)
	}
	for name, chain := range out {
		c.must(catalog.CheckVersions(chain) == nil, VersionChain, name)
	}
	return out
}

// versionLogged reports whether an entry of the action is about this version of a dataset.
func (c *checker) versionLogged(dataset string, action audit.Action, outcome string, v catalog.Version) bool {
	found := false
	c.log.about(dataset, func(e event) {
		found = found || e.action == action && (outcome == "" || e.outcome == outcome) && e.digests["version"] == v.Link()
	})
	return found
}

// checkSnapshots: what was loaded is what the log says, and a dataset's current snapshot is one of its own.
func (c *checker) checkSnapshots() error {
	dataset := map[string]string{"": ""}
	for _, r := range c.records[kindSnapshot] {
		var v snapshotDoc
		c.read(r, &v)
		e, _ := c.log.last(r.ID, audit.ActionSnapshotLoad)
		c.must(e.digests["source"] == v.Source && e.digests["snapshot"] == v.Digest && r.Owner == v.Dataset, SnapshotLogged, r.ID)
		if r.State != "loaded" {
			continue
		}
		dataset[r.ID] = v.Dataset
		c.blobs[r.ID+"-query"] = blob{folder: folderSnapshots, digest: v.Digest}
		c.blobs[r.ID+"-identity"] = blob{folder: folderSnapshots, digest: v.Identity}
	}
	for _, r := range c.records[kindDataset] {
		var v datasetDoc
		c.read(r, &v)
		of, there := dataset[v.Current]
		c.must(there && (v.Current == "" || of == r.ID), CurrentLoaded, r.ID)
	}
	return nil
}

// checkSeals: what is sealed is what the log says was sealed and not unsealed since.
func (c *checker) checkSeals() {
	sealed := map[string]bool{}
	for _, e := range c.log.all {
		switch e.action {
		case audit.ActionDatasetSeal:
			sealed[e.subject] = true
		case audit.ActionDatasetUnseal:
			delete(sealed, e.subject)
		}
	}
	for _, r := range c.records[kindDataset] {
		var v struct {
			Seal *struct{} `json:"seal"`
		}
		c.read(r, &v)
		c.must(v.Seal == nil || sealed[r.ID], RecordEntry, r.ID)
		c.must(v.Seal != nil || !sealed[r.ID], EntryEffect, r.ID)
		delete(sealed, r.ID)
	}
	for name := range sealed {
		c.must(false, EntryEffect, name)
	}
}
