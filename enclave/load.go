package enclave

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/faultpoint"
	"yumen/internal/metastore"
	"yumen/policy"
	"yumen/sandbox"
	"yumen/sandbox/wire"
)

// Supply is what a sender says about a file; all of it may be left out.
type Supply struct {
	Digest   catalog.Digest    // the file must have it, or it was damaged on the way
	Manifest []byte            // the provider's batch manifest; a file that is not what it says is quarantined
	Progress func(percent int) // told how far the check is; from another goroutine
}

// LoadDataset is [Service.LoadBatch] for a file without a manifest.
func (s *Service) LoadDataset(ctx context.Context, p Principal, name string, body io.Reader, digest catalog.Digest) (api.Snapshot, error) {
	return s.LoadBatch(ctx, p, name, body, Supply{Digest: digest})
}

// LoadBatch ingests one file as a complete new snapshot of an approved dataset. The file is held in memory only; what is stored is
// encrypted. A batch that does not fit its declaration or its manifest is quarantined: rows and columns are named, values never.
func (s *Service) LoadBatch(ctx context.Context, p Principal, name string, body io.Reader, about Supply) (api.Snapshot, error) {
	if err := s.work.begin(); err != nil {
		return api.Snapshot{}, err
	}
	defer s.work.done()
	return s.loadBatch(ctx, p, name, body, about)
}

func (s *Service) loadBatch(ctx context.Context, p Principal, name string, body io.Reader, about Supply) (api.Snapshot, error) {
	d, err := s.mayLoad(ctx, p, name, pushed(p))
	if err != nil {
		s.denied(ctx, p, policy.ActionSupplyLoad, name, err)
		return api.Snapshot{}, known(err)
	}
	m, err := parseManifest(about.Manifest)
	if err != nil {
		return api.Snapshot{}, err
	}
	return s.load(ctx, p, &batch{dataset: name, mode: pushed(p), spec: d.Approved, version: d.ApprovedVersion.Digest, expected: about.Digest, manifest: m, progress: about.Progress}, body)
}

// load takes one file in: at most maxIntake at once, because each is held in memory.
func (s *Service) load(ctx context.Context, p Principal, b *batch, body io.Reader) (api.Snapshot, error) {
	leave, err := s.intake.enter(ctx, p)
	if err != nil {
		return api.Snapshot{}, err
	}
	defer leave()
	ctx = sandbox.WithTenant(ctx, p.LegalGroup)
	defer debug.FreeOSMemory() // what a file went through on its way is given back: the kernel wipes it before anybody gets it
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.limits.IngestSeconds)*time.Second)
	defer cancel()
	b.id = newID(catalog.PrefixSnapshot)
	if err := s.ingest(ctx, b, body); err != nil {
		s.discard(b)
		return api.Snapshot{}, err
	}
	out, err := s.commitBatch(ctx, p, b)
	if err != nil {
		if !errors.Is(err, errUnknown) {
			s.discard(b)
		}
		return out, known(err)
	}
	if len(b.faults) > 0 {
		return out, &Error{Kind: KindQuarantined, Faults: b.faults,
			Detail: catalog.Text{Zh: "整批数据已隔离：请按所列行与列更正后重新报送", En: "the whole batch is quarantined: correct the rows and columns listed and send it again"}}
	}
	return out, nil
}

// mayLoad asks the policy whether this caller may supply the dataset, and returns it as it stands.
func (s *Service) mayLoad(ctx context.Context, p Principal, name string, mode catalog.SupplyMode) (*datasetRecord, error) {
	var d datasetRecord
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		if d, _, err = load[datasetRecord](tx, recDataset, name); err != nil {
			return err
		}
		if !staff(p) && d.provider() != p.Organization {
			return errNotFound
		}
		if d.Approved == nil {
			return fault(KindConflict, "数据集尚未批准：请先由数据管理员审核", "the dataset is not approved: a steward must review it first")
		}
		return s.maySupply(ctx, tx, p, supplied{dataset: name, mode: mode}, &d)
	})
	return &d, err
}

// batch is one file on its way to a snapshot.
type batch struct {
	id       string
	dataset  string
	mode     catalog.SupplyMode
	twin     *api.Twin // what it was made from, of a synthetic twin
	spec     *catalog.DatasetSpec
	version  catalog.Digest    // of the declaration that the batch is checked against
	expected catalog.Digest    // what the sender said the file is; empty when he did not
	manifest *Manifest         // what the provider says about the batch; nil when he does not
	progress func(percent int) // told how far the worker is; may be nil
	source   catalog.Digest
	query    catalog.Digest
	identity catalog.Digest
	size     int64
	report   *sandbox.IngestReport
	faults   []Fault
}

// errRows ends a load whose manifest tells other rows, before anything of it is stored.
var errRows = errors.New("the manifest tells another number of rows")

// ingest seals the source, runs the worker and stores its two files encrypted.
func (s *Service) ingest(ctx context.Context, b *batch, body io.Reader) error {
	sum := sha256.New()
	src, err := sandbox.Seal("source", func(w *os.File) error {
		_, err := sandbox.Pour(io.MultiWriter(w, sum), body)
		return err
	})
	if err != nil {
		return uploadFault(err)
	}
	defer src.Close()
	faultpoint.Hit(faultpoint.LoadReceived)
	b.source = catalog.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil)))
	switch {
	case b.expected != "" && b.expected != b.source:
		return errDamaged
	}
	if b.faults = b.manifest.faults(b.source, b.spec.Supply); len(b.faults) > 0 {
		return nil
	}
	keys, err := s.entityKeys(b.spec)
	if err != nil {
		return err
	}
	b.query, b.size, err = s.snapshots.Put(queryFile(b.id), func(query io.Writer) error {
		b.identity, _, err = s.snapshots.Put(identityFile(b.id), func(identity io.Writer) error {
			b.report, err = s.runner.Ingest(ctx, sandbox.IngestSpec{Source: src, Declaration: *b.spec, Keys: keys, Query: query, Identity: identity, Progress: b.progress,
				MemoryMB: s.limits.RunMemoryMB, Threads: s.limits.RunThreads, Timeout: time.Duration(s.limits.IngestSeconds) * time.Second})
			if err == nil && !b.manifest.counts(b.report.Rows) {
				return errRows
			}
			return err
		})
		return err
	})
	return b.judged(err)
}

// judged turns the worker's verdict into the batch's faults; what is no verdict stays an error.
func (b *batch) judged(err error) error {
	var rejected *sandbox.IngestRejected
	switch {
	case errors.Is(err, errRows):
		b.faults = []Fault{{Rule: ruleManifestRows}}
	case errors.As(err, &rejected):
		for _, f := range rejected.Faults {
			b.faults = append(b.faults, Fault{Row: f.Row, Column: faultColumn(f), Rule: string(f.Rule)})
		}
	case errors.Is(err, syscall.ENOSPC):
		return diskFault(err)
	case err != nil:
		return executionFault(err)
	}
	return nil
}

func faultColumn(f wire.Fault) string {
	if f.Column == "" && f.Field > 0 {
		return fmt.Sprintf("#%d", f.Field)
	}
	return f.Column
}

func uploadFault(err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	if strings.Contains(err.Error(), "request body too large") {
		return ErrUploadTooLarge.because(err)
	}
	return fault(KindInvalid, "上传中断，请重新上传", "the upload broke off: send it again").because(err)
}

func (s *Service) entityKeys(spec *catalog.DatasetSpec) (map[string][32]byte, error) {
	keys := map[string][32]byte{}
	for _, e := range spec.Entities {
		k, err := s.keys.EntityKey(e.Type)
		if err != nil {
			return nil, fmt.Errorf("entity key: %w", err)
		}
		keys[e.Type] = k
	}
	return keys, nil
}

// commitBatch records the snapshot, or its quarantine, together with its audit entry.
func (s *Service) commitBatch(ctx context.Context, p Principal, b *batch) (api.Snapshot, error) {
	var out api.Snapshot
	rec := metastore.Record{ID: b.id, Owner: b.dataset, State: snapshotLoaded}
	digests := map[string]catalog.Digest{"source": b.source}
	v := snapshotRecord{Dataset: b.dataset, SourceDigest: b.source, Supply: b.mode, Twin: b.twin, LoadedBy: p.Account, Faults: b.faults, Manifest: b.manifest.stamp()}
	if b.manifest != nil {
		digests["manifest"] = b.manifest.digest
	}
	if len(b.faults) > 0 {
		rec.State = snapshotQuarantined
	} else {
		v.Digest, v.IdentityDigest, v.Size = b.query, b.identity, b.size
		digests["snapshot"] = b.query
		v.adopt(b.report)
	}
	v.from(b.spec.Supply, s.nowMS())
	err := s.store.Update(ctx, func(tx Tx) error {
		d, drec, err := load[datasetRecord](tx, recDataset, b.dataset)
		if err != nil {
			return err
		}
		if err := s.maySupply(ctx, tx, p, supplied{dataset: b.dataset, mode: b.mode, batch: b.source}, &d); err != nil {
			return err
		}
		if d.ApprovedVersion.Digest != b.version {
			return fault(KindConflict, "装载期间声明已更新，请按新声明重新报送", "the declaration changed while the batch was checked: send it again under the new one")
		}
		v.SpecDigest = b.version
		if v.Content, err = sameContent(tx, cmp.Or(d.Current, d.Last), &v); err != nil {
			return err
		}
		if v.Since, err = firstSent(tx, b.dataset, b.source); err != nil {
			return err
		}
		if err := save(tx, recSnapshot, rec, s.nowMS(), v); err != nil {
			return err
		}
		if rec.State == snapshotLoaded {
			if err := s.useException(tx, p, b); err != nil {
				return err
			}
			d.Current, d.Last = b.id, ""
			if err := save(tx, recDataset, drec, s.nowMS(), d); err != nil {
				return err
			}
		}
		if n := b.secretColumns(); n > 0 {
			if err := s.alert(tx, p, b.dataset, alertData, n); err != nil {
				return err
			}
		}
		if err := s.recordLoad(tx, p, b, rec.State, digests); err != nil {
			return err
		}
		stored, err := tx.Get(recSnapshot, b.id)
		out = snapshotView(stored, v)
		return err
	})
	return out, err
}

// sameContent names the content of the current snapshot, if the new one is the same file under the same declaration.
func sameContent(tx Tx, current string, v *snapshotRecord) (string, error) {
	if current == "" {
		return "", nil
	}
	now, _, err := load[snapshotRecord](tx, recSnapshot, current)
	if err != nil || now.SourceDigest != v.SourceDigest || now.SpecDigest != v.SpecDigest {
		return "", err
	}
	return now.content(current), nil
}

// firstSent is when the dataset was first sent a file, or 0 when it never was: whoever withdrew since is in it, however often it comes again.
func firstSent(tx Tx, dataset string, source catalog.Digest) (int64, error) {
	var first int64
	err := each(tx, recSnapshot, metastore.Query{Owner: dataset}, func(r metastore.Record, v snapshotRecord) error {
		if at := v.since(r); v.SourceDigest == source && (first == 0 || at < first) {
			first = at
		}
		return nil
	})
	return first, err
}

// since is the age of what a snapshot holds: when its file was sent for the first time.
func (v *snapshotRecord) since(r metastore.Record) int64 { return cmp.Or(v.Since, r.Created) }

// adopt takes over what the worker found out.
func (v *snapshotRecord) adopt(r *sandbox.IngestReport) {
	v.Report = &api.QualityReport{Rows: r.Rows}
	for _, c := range r.Columns {
		quality := api.ColumnQuality{Name: c.Name, Nulls: c.Nulls}
		for _, f := range c.Found {
			quality.Identifiers = append(quality.Identifiers, api.IdentifierQuality{Kind: string(f.Kind), Share: max(5, f.Whole, f.Inside)})
		}
		v.Report.Columns = append(v.Report.Columns, quality)
		if c.NotNull {
			v.NotNull = append(v.NotNull, c.Name)
		}
	}
	for _, e := range r.Entities {
		v.Report.Entities = append(v.Report.Entities, api.EntityQuality{Type: e.Type, Distinct: e.Distinct, MaxRows: e.MaxRows, Nulls: e.Nulls})
		v.MaxRows = append(v.MaxRows, e.MaxRows)
	}
}

func (s *Service) discard(b *batch) {
	for _, id := range []string{queryFile(b.id), identityFile(b.id)} {
		if err := s.snapshots.Destroy(id); err != nil {
			s.log.Error("discard a batch", "error", err)
		}
	}
}

// executionFault is the one constant that anything which could depend on data becomes.
func executionFault(err error) error {
	return fault(KindExecution, "执行失败（EXECUTION_FAILED）", "EXECUTION_FAILED").because(err)
}
