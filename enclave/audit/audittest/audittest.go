// Package audittest owns a real log for tests: a store on disk, a signer and its public keys.
package audittest

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/metastore/sqlite"
)

// Origin is the origin of every log of this package.
const Origin = "zone.test/log"

// Log is a log that lives as long as its test.
type Log struct {
	Store  *sqlite.Store
	Signer note.Signer
	Keys   note.Verifiers
}

// New opens an empty log with new keys.
func New(t testing.TB) *Log {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(t.TempDir(), "zone.db")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	signer, keys := Keys(t, Origin)
	return &Log{Store: s, Signer: signer, Keys: keys}
}

// Keys makes a new key pair for an origin.
func Keys(t testing.TB, origin string) (note.Signer, note.Verifiers) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	return signer, note.VerifierList(verifier)
}

// Append appends the entries, each in a transaction of its own, and returns their places.
func (l *Log) Append(t testing.TB, entries ...audit.Entry) (places []audit.Place) {
	t.Helper()
	for _, e := range entries {
		require.NoError(t, l.Store.Update(t.Context(), func(tx *sqlite.Tx) error {
			p, err := audit.Append(tx, e)
			places = append(places, p)
			return err
		}))
	}
	return places
}

// AppendRaw appends bytes that need not be an entry, as a broken or hostile writer would, with the hashes that belong to them.
func (l *Log) AppendRaw(t testing.TB, entries ...[]byte) {
	t.Helper()
	for _, e := range entries {
		require.NoError(t, l.Store.Update(t.Context(), func(tx *sqlite.Tx) error { return appendRaw(tx, e) }))
	}
}

// View runs fn on a snapshot of the log.
func (l *Log) View(t testing.TB, fn func(tx audit.Reader)) {
	t.Helper()
	require.NoError(t, l.Store.View(t.Context(), func(tx *sqlite.Tx) error { fn(tx); return nil }))
}

// Checkpoint signs the log as it is.
func (l *Log) Checkpoint(t testing.TB) (signed []byte) {
	t.Helper()
	l.View(t, func(tx audit.Reader) {
		var err error
		signed, err = audit.SignCheckpoint(tx, l.Signer)
		require.NoError(t, err)
	})
	return signed
}

// Export returns the export as files in memory.
func (l *Log) Export(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	l.View(t, func(tx audit.Reader) {
		require.NoError(t, audit.Export(tx, l.Signer, func(name string, content []byte) error {
			files[name] = &fstest.MapFile{Data: content, Mode: 0o600}
			return nil
		}))
	})
	return files
}

// ID is the n-th identifier of a kind, always the same.
func ID(p catalog.Prefix, n int) string { return fmt.Sprintf("%s_%032x", p, n) }

// Digest is the digest of a text.
func Digest(s string) catalog.Digest { return catalog.DigestOf([]byte(s)) }

// Person is an actor whose account, person and organization follow from one name.
func Person(name string) audit.Actor {
	return audit.Actor{Account: name, Person: "p_" + name, Organization: strings.Split(name, "_")[0], Role: "analyst"}
}

// Entry is a valid entry of an action at a time.
func Entry(time int64, a audit.Action, who audit.Actor, subject, outcome string) audit.Entry {
	return audit.Entry{Time: time, Action: a, Actor: who, Subject: subject, Outcome: outcome, Class: audit.Class3Years}
}

// Story is a short log in which everything is in order: a zone, a grant, a run, a vote, a release and its collection.
func Story() []audit.Entry {
	run, release, grant := ID(catalog.PrefixRun, 1), ID(catalog.PrefixRelease, 1), ID(catalog.PrefixGrant, 1)
	bank, reviewer := Person("bank_a"), Person("operator_r")
	with := func(e audit.Entry, facts map[string]string, digests map[string]catalog.Digest) audit.Entry {
		e.Facts, e.Digests = facts, digests
		return e
	}
	artefact := Digest("artefact")
	return []audit.Entry{
		Entry(1000, audit.ActionZoneInit, audit.System(), ID(catalog.PrefixZone, 1), "created"),
		Entry(1001, audit.ActionGrantCreate, reviewer, grant, "active"),
		with(Entry(1002, audit.ActionQueryRun, bank, run, "running"),
			map[string]string{"grant": grant, "grade": "2"}, map[string]catalog.Digest{"query": Digest("query"), "snapshot/persons": Digest("s")}),
		Entry(1003, audit.ActionQueryExecute, audit.System(), run, "in_review"),
		with(Entry(1004, audit.ActionReviewVote, reviewer, run, "approve"),
			map[string]string{"turn": "1"}, map[string]catalog.Digest{"artefact": artefact}),
		with(Entry(1005, audit.ActionReleaseIssue, audit.System(), release, "issued"),
			map[string]string{"run": run}, map[string]catalog.Digest{"artefact": artefact, "receipt": Digest("receipt")}),
		Entry(1006, audit.ActionReleaseCollect, bank, release, "collected"),
	}
}

func appendRaw(tx audit.Tx, entry []byte) error {
	n, err := tx.AuditSize()
	if err != nil {
		return err
	}
	hashes, err := tlog.StoredHashes(n, entry, tlog.HashReaderFunc(tx.AuditHashes))
	if err != nil {
		return err
	}
	return tx.AuditAppend(n, entry, string(audit.Class3Years), hashes)
}
