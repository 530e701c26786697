package receipt

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
)

// Logged is where the log holds a receipt.
type Logged struct {
	Origin string // of the log
	Index  int64  // of the entry
	Size   int64  // of the log when the checkpoint was signed
	Time   int64  // of the entry, Unix milliseconds
}

// checkProof verifies receipt.proof: its checkpoint is signed by the pinned key of the log, the log of that checkpoint holds
// the entry, and the entry tells of the issue of this receipt.
func checkProof(text []byte, receipt catalog.Digest, r Receipt, keys Keys) (Logged, error) {
	p, err := audit.ParseProof(text)
	if err != nil {
		return Logged{}, fmt.Errorf("%w: %w", ErrNotGenuine, err)
	}
	c, err := openCheckpoint(p.Checkpoint, keys)
	if err != nil {
		return Logged{}, err
	}
	if err := tlog.CheckRecord(p.Path, c.Size, c.Root, p.Index, tlog.RecordHash(p.Entry)); err != nil {
		return Logged{}, fmt.Errorf("%w: the log does not hold the entry", ErrNotGenuine)
	}
	entry, err := audit.Decode(p.Entry)
	if err != nil {
		return Logged{}, fmt.Errorf("%w: %w", ErrNotGenuine, err)
	}
	issued := entry.Action == audit.ActionReleaseIssue && entry.Effect() && entry.Seq == p.Index &&
		entry.Subject == r.Release && entry.Facts["run"] == r.Run &&
		entry.Digests["receipt"] == receipt && entry.Digests["artefact"] == r.Artefact
	if !issued {
		return Logged{}, fmt.Errorf("%w: the log's entry is about something else", ErrNotGenuine)
	}
	return Logged{Origin: keys.Origin(), Index: p.Index, Size: c.Size, Time: entry.Time}, nil
}

// openCheckpoint verifies a checkpoint that carries the log's signature and no other: what nobody checked has no place in a bundle.
func openCheckpoint(signed []byte, keys Keys) (audit.Checkpoint, error) {
	verifier, err := note.NewVerifier(keys.Log)
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("keys: the log's verifier key: %w", err)
	}
	known := note.VerifierList(verifier)
	c, err := audit.OpenCheckpoint(signed, known)
	if err != nil {
		return audit.Checkpoint{}, fmt.Errorf("%w: %w", ErrNotGenuine, err)
	}
	n, err := note.Open(signed, known)
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 || c.Origin != keys.Origin() {
		return audit.Checkpoint{}, fmt.Errorf("%w: the checkpoint is not signed by the pinned key of the log alone", ErrNotGenuine)
	}
	return c, nil
}
