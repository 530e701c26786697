// Package metastore owns what every metadata store shares: records, queries, errors and the rules that both must satisfy before a
// store sees them. The stores themselves are in the folders below (sqlite); conformance is the suite that each must pass unchanged.
//
// # Semantics
//
// Consistency: an update is serialisable and sees every update that committed before it began; a view is one snapshot. Durability: an
// update that returned nil survives a power cut; one that returned an error from its commit may have taken effect. Retries: a failed
// update can be repeated as a whole, versions make that safe. Concurrency: stores are safe for use by many goroutines, a transaction by
// one; an update inside the function of another update waits for itself and must not be written.
//
// Identifiers, names, owners, states and kinds compare byte by byte, never by case, accent or locale.
//
// No error of a store carries a document, a name or an identifier.
package metastore

import (
	"errors"
	"fmt"
)

// The errors of a store that callers tell apart. Everything else is a fault of the store or its machine.
var (
	// ErrNotFound: no such record or entry.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the stored version is another one, or the log has grown: read again and decide again.
	ErrConflict = errors.New("version conflict")
	// ErrNameTaken: another record of the kind has this name. It is a conflict.
	ErrNameTaken = fmt.Errorf("name is taken: %w", ErrConflict)
	// ErrInvalid: the record, query or argument breaks a rule of this package; nothing was written.
	ErrInvalid = errors.New("invalid record")
	// ErrReadOnly: a write inside a view.
	ErrReadOnly = errors.New("write in a read-only view")
	// ErrLocked: another process holds the store.
	ErrLocked = errors.New("store is in use by another process")
	// ErrOlderSchema: the store was written by an older version of the program and must be migrated first.
	ErrOlderSchema = errors.New("store has an older schema than this program")
	// ErrFull: there is no room for the update; nothing was written.
	ErrFull = errors.New("no room for the store")
	// ErrBroken: the disk failed a commit, and only the next open shows whether it took effect. Until then the store answers nothing.
	ErrBroken = errors.New("the disk failed the store")
	// ErrNewerSchema: the store was written by a newer version of the program.
	ErrNewerSchema = errors.New("store has a newer schema than this program")
)

// Limits of a store.
const (
	MaxText  = 512      // bytes of an identifier, name, owner, state, account or key
	MaxKind  = 64       // bytes of a kind or retention class
	MaxDoc   = 16 << 20 // bytes of a document
	MaxEntry = 65535    // bytes of a log entry: the length prefix of C2SP tlog-tiles has 16 bits
)

// Record is one document of a kind: what the store must know of it, and the document itself as JSON.
type Record struct {
	ID      string // unique in its kind; its bytewise order is the order of lists
	Name    string // unique in its kind, or "" for none
	Owner   string // who it belongs to, for lists; may be ""
	State   string // where it stands, for lists; may be ""
	Version int64  // 0 for a new record, else the version that was read; the store adds 1
	Created int64  // Unix milliseconds, kept from the first write
	Updated int64  // Unix milliseconds
	Doc     []byte // one JSON value
}

// Query selects records of a kind. The zero value selects all, oldest identifier first.
type Query struct {
	Owner  string // "" for any
	State  string // "" for any
	After  string // exclusive cursor: the last identifier of the page before, or ""
	Limit  int    // 0 for no limit
	Newest bool   // greatest identifier first
}

// Response is what an idempotent request was answered with, kept so that a repetition has no second effect. It never holds rows.
type Response struct {
	Account string
	Key     string // chosen by the client
	Request string // digest of the request; a repetition with another digest is a misuse the caller reports
	Body    []byte
	Created int64 // Unix milliseconds
	Expires int64 // Unix milliseconds; from then on the key is free again
}
