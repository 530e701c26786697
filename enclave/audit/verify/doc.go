// Package verify owns the proof of the log from outside: it needs an export or a proof, and public keys, and no zone, store or network.
//
// It shares the formats of package audit (entries, checkpoints, proofs, names of tiles) and none of its writing: hashes, trees and
// proofs are computed here a second time, from RFC 6962 and RFC 9162 alone, because a verifier that called the writer's code would prove
// only that the code agrees with itself.
//
// # What an intact log proves
//
// The holder of the log's key has vouched for exactly these entries in exactly this order; each is in the one form that the log knows;
// times never go back; and the order keeps the rules of Rules, such as no release without its run. It does not prove that the entries
// tell the truth, nor that no other history was signed: compare the checkpoint with one that somebody else kept (Consistency).
package verify

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrNotGenuine: what was checked is not what the keys vouch for.
var ErrNotGenuine = errors.New("not genuine")

// Fault is the first thing found wrong. It wraps ErrNotGenuine.
type Fault struct {
	Entry  int64  // number of the first bad entry, or -1 when the fault is not in one entry
	File   string // path in the export, or ""
	Reason string // never content of the log
}

// Error states the place and the reason.
func (f *Fault) Error() string {
	switch {
	case f.Entry >= 0:
		return fmt.Sprintf("log entry %d: %s", f.Entry, f.Reason)
	case f.File != "":
		return fmt.Sprintf("log file %s: %s", f.File, f.Reason)
	}
	return "log: " + f.Reason
}

// Unwrap returns ErrNotGenuine.
func (f *Fault) Unwrap() error { return ErrNotGenuine }

// Report is what was proven about an intact log.
type Report struct {
	Origin string    // whose log it is
	Size   int64     // number of entries
	Root   tlog.Hash // of the tree over all of them
	From   int64     // time of the first entry, Unix milliseconds; 0 for an empty log
	To     int64     // time of the last
}
