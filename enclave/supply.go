package enclave

import (
	"context"
	"fmt"
	"io"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/policy"
)

// Places are the storage locations in the domain that the gateway reads in place. The zone's configuration lists them; a declaration names
// one of them and nothing else.
type Places interface {
	// Declared reports whether the location that a declaration names is one of the zone's, of its provider, and of the kind that it asks for.
	Declared(spec *catalog.DatasetSpec) bool
	// Read copies the file or table as one whole to w, after telling its size in bytes where that is known. What it fails with tells no value
	// and no text of another program; Told says what to do instead.
	Read(ctx context.Context, spec *catalog.DatasetSpec, size func(int64), w io.Writer) error
	// Manifest is the batch manifest that lies beside a file, or nothing where none is declared.
	Manifest(ctx context.Context, spec *catalog.DatasetSpec) ([]byte, error)
}

// nowhere is a zone without a storage location.
type nowhere struct{}

func (nowhere) Declared(*catalog.DatasetSpec) bool { return false }

func (nowhere) Read(context.Context, *catalog.DatasetSpec, func(int64), io.Writer) error {
	return errNowhere
}

func (nowhere) Manifest(context.Context, *catalog.DatasetSpec) ([]byte, error) {
	return nil, errNowhere
}

var errNowhere = fault(KindConflict, "专区配置中没有这个存储位置", "the zone's configuration lists no such location")

// pushed is the mode of a push: a steward imports a copy, everybody else is the interface.
func pushed(p Principal) catalog.SupplyMode {
	if catalog.AccountRole(p.Role) == catalog.AccountSteward {
		return catalog.SupplyCopy
	}
	return catalog.SupplyInterface
}

// supplied is a batch as the policy judges its way into the zone.
type supplied struct {
	dataset string
	mode    catalog.SupplyMode
	batch   catalog.Digest // empty before it has arrived
}

// maySupply asks supply.load. Once the batch is there the decision is kept, with the entry of the load.
func (s *Service) maySupply(ctx context.Context, tx Tx, p Principal, in supplied, d *datasetRecord) error {
	if d.Approved == nil {
		return errNotFound
	}
	frozen, err := frozenOn(tx, policy.ActionSupplyLoad, p.Organization, in.dataset)
	if err != nil {
		return err
	}
	spec := d.Approved
	var by *policy.Exception
	if spec.Grade() == 4 {
		v, _, err := s.exceptionOf(tx, in)
		if err != nil {
			return err
		}
		if v != nil {
			by = &policy.Exception{Document: catalog.Digest(v.Document), Batch: catalog.Digest(v.Batch), Approver: v.First.Person, Second: v.Second, NotAfter: v.NotAfter}
		}
	}
	asked := policy.SupplyLoad{Exception: by, Common: s.common(p), Caller: policy.Caller{Type: p.Type}, Frozen: frozen, Mode: in.mode, Declared: s.places.Declared(spec), Batch: string(in.batch),
		Dataset: policy.Supplied{Name: in.dataset, State: policy.StateApproved, Provider: spec.Provider, Grade: spec.Grade(), Market: d.market(spec), Supply: spec.Mode()}}
	if in.batch != "" { // it is written down: by whoever the sender is by now
		if p, err = asNow(tx, p); err != nil {
			return err
		}
		asked.Common = s.common(p)
		return s.allowed(ctx, tx, asked)
	}
	_, err = s.ask(ctx, asked)
	return err
}

// supplyAct is an act upon a batch beside loading it.
type supplyAct struct {
	op       policy.SupplyOp
	dataset  string
	reason   string
	proposer policy.Applicant
}

// maySupplyChange asks supply.change, and keeps the decision.
func (s *Service) maySupplyChange(ctx context.Context, tx Tx, p Principal, in supplyAct, d *datasetRecord) error {
	spec := d.Approved
	if spec == nil {
		spec = &d.Spec
	}
	return s.allowed(ctx, tx, policy.SupplyChange{Common: s.common(p), Caller: policy.Caller{Type: p.Type}, Op: in.op, Reason: in.reason != "", Proposer: in.proposer,
		Dataset: policy.Owned{Name: in.dataset, Provider: spec.Provider, Grade: spec.Grade(), Market: d.market(spec)}})
}

// recordLoad enters a batch in the log: how it came, from where, and what it is.
func (s *Service) recordLoad(tx Tx, p Principal, b *batch, state string, digests map[string]catalog.Digest) error {
	facts := map[string]string{"dataset": b.dataset, "supply": string(b.mode)}
	if b.twin != nil {
		facts["rows"], facts["seed"] = fmt.Sprint(b.twin.Rows), fmt.Sprint(b.twin.Seed)
	}
	return s.record(tx, entry{by: p, action: audit.ActionSnapshotLoad, on: b.id, outcome: state, class: classOf(b.spec.Grade()), digests: digests, facts: facts})
}

// from notes where a batch came from, and how long it may be kept.
func (v *snapshotRecord) from(declared *catalog.Supply, now int64) {
	if declared != nil {
		v.Platform = declared.Platform
	}
	if v.Manifest != nil && v.Manifest.Platform != "" {
		v.Platform = v.Manifest.Platform
	}
	if v.Supply == catalog.SupplyTenantSpace {
		v.Location, v.Until = declared.Location, now+declared.Term().Milliseconds()
	}
}
