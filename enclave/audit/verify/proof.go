package verify

import (
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
)

// Inclusion verifies a proof that carries its entry (audit.Proof): the log signed by one of the keys holds the entry at the proof's
// index. It returns the entry and the checkpoint. Errors are a *Fault.
func Inclusion(proof []byte, keys note.Verifiers) (audit.Entry, audit.Checkpoint, error) {
	p, err := audit.ParseProof(proof)
	if err != nil {
		return audit.Entry{}, audit.Checkpoint{}, refuse("the proof has not its form")
	}
	if p.Entry == nil {
		return audit.Entry{}, audit.Checkpoint{}, refuse("the proof carries no entry")
	}
	return entryIn(p, p.Entry, keys)
}

// InclusionOf verifies a proof for an entry that the caller has. If the proof carries one as well they must be the same.
func InclusionOf(proof, entry []byte, keys note.Verifiers) (audit.Entry, audit.Checkpoint, error) {
	p, err := audit.ParseProof(proof)
	if err != nil {
		return audit.Entry{}, audit.Checkpoint{}, refuse("the proof has not its form")
	}
	if p.Entry != nil && string(p.Entry) != string(entry) {
		return audit.Entry{}, audit.Checkpoint{}, refuse("the proof is of another entry")
	}
	return entryIn(p, entry, keys)
}

// InclusionOfLeaf verifies a proof for an entry of which the caller has the RFC 6962 leaf hash alone.
func InclusionOfLeaf(proof []byte, leaf tlog.Hash, keys note.Verifiers) (audit.Checkpoint, error) {
	p, err := audit.ParseProof(proof)
	if err != nil {
		return audit.Checkpoint{}, refuse("the proof has not its form")
	}
	if p.Entry != nil && leafHash(p.Entry) != leaf {
		return audit.Checkpoint{}, refuse("the proof is of another entry")
	}
	return includedLeaf(p, leaf, keys)
}

// Receipt verifies the proof that lies beside a release: the log holds the entry that issued it, and that entry has the digest of this
// receipt and the identifier of this release.
func Receipt(proof []byte, release string, receipt catalog.Digest, keys note.Verifiers) (audit.Entry, audit.Checkpoint, error) {
	e, c, err := Inclusion(proof, keys)
	if err != nil {
		return audit.Entry{}, audit.Checkpoint{}, err
	}
	if e.Action != audit.ActionReleaseIssue || !e.Effect() || e.Subject != release || release == "" ||
		e.Digests["receipt"] != receipt || receipt == "" {
		return audit.Entry{}, audit.Checkpoint{}, &Fault{Entry: e.Seq, Reason: "it did not issue this release with this receipt"}
	}
	return e, c, nil
}

// Consistency verifies that the log of the newer signed checkpoint continues that of the older one. The proof is audit.Consistency's.
func Consistency(older, newer []byte, proof []tlog.Hash, keys note.Verifiers) error {
	a, err := audit.OpenCheckpoint(older, keys)
	if err != nil {
		return refuse("the older checkpoint is not signed by the log's key")
	}
	b, err := audit.OpenCheckpoint(newer, keys)
	if err != nil {
		return refuse("the newer checkpoint is not signed by the log's key")
	}
	if a.Origin != b.Origin {
		return refuse("the checkpoints are of two logs")
	}
	if !consistent(a.Size, b.Size, a.Root, b.Root, proof) {
		return refuse("the newer log does not continue the older one")
	}
	return nil
}

func entryIn(p audit.Proof, entry []byte, keys note.Verifiers) (audit.Entry, audit.Checkpoint, error) {
	c, err := includedLeaf(p, leafHash(entry), keys)
	if err != nil {
		return audit.Entry{}, audit.Checkpoint{}, err
	}
	e, err := audit.Decode(entry)
	if err != nil || e.Seq != p.Index {
		return audit.Entry{}, audit.Checkpoint{}, &Fault{Entry: p.Index, Reason: "it is not an entry in canonical form with its number"}
	}
	return e, c, nil
}

func includedLeaf(p audit.Proof, leaf tlog.Hash, keys note.Verifiers) (audit.Checkpoint, error) {
	c, err := audit.OpenCheckpoint(p.Checkpoint, keys)
	if err != nil {
		return audit.Checkpoint{}, refuse("the proof's checkpoint is not signed by the log's key")
	}
	if !included(leaf, p.Index, c.Size, p.Path, c.Root) {
		return audit.Checkpoint{}, &Fault{Entry: p.Index, Reason: "the signed log does not hold it there"}
	}
	return c, nil
}

func refuse(reason string) error { return &Fault{Entry: -1, Reason: reason} }
