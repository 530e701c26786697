package receipt

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/verify"
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
	verifier, err := note.NewVerifier(keys.Log)
	if err != nil {
		return Logged{}, fmt.Errorf("keys: the log's verifier key: %w", err)
	}
	known := note.VerifierList(verifier)
	entry, head, err := verify.Receipt(text, r.Release, receipt, known)
	if err != nil {
		return Logged{}, fmt.Errorf("%w: %w", ErrNotGenuine, err)
	}
	if entry.Facts["run"] != r.Run || entry.Digests["artefact"] != r.Artefact || head.Origin != keys.Origin() {
		return Logged{}, fmt.Errorf("%w: the log's entry is about something else", ErrNotGenuine)
	}
	return Logged{Origin: head.Origin, Index: entry.Seq, Size: head.Size, Time: entry.Time}, signedAlone(text, known)
}

// signedAlone reports whether the checkpoint carries the log's signature and no other: what nobody checked, such as a
// signature by an unknown witness, has no place in a bundle.
func signedAlone(text []byte, known note.Verifiers) error {
	p, err := audit.ParseProof(text)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotGenuine, err)
	}
	n, err := note.Open(p.Checkpoint, known)
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return fmt.Errorf("%w: the checkpoint is not signed by the log alone", ErrNotGenuine)
	}
	return nil
}
