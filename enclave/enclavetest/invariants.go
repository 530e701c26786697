package enclavetest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/invariant"
	"yumen/internal/keyring"
	"yumen/internal/metastore/sqlite"
)

type txn = sqlite.Tx

// Parts are what the invariants are about.
type Parts struct {
	Store *Store
	Keys  *keyring.Ring
	Dir   string // of the zone
}

// Check requires everything that must hold while no run is being executed, whatever happened before (package invariant). It returns
// the log's entries.
func (z *Zone) Check(t testing.TB) []audit.Entry {
	t.Helper()
	return Check(t, Parts{z.Store, z.Keys, z.Dir})
}

// Check requires the invariants of a zone that nobody serves, or in which nothing goes on.
func Check(t testing.TB, p Parts) []audit.Entry {
	t.Helper()
	var log []audit.Entry
	require.NoError(t, p.Store.inner.View(t.Context(), func(tx *txn) error {
		found, err := invariant.Check(invariant.Zone{Records: tx, Keys: p.Keys, Files: os.DirFS(p.Dir)})
		require.Empty(t, found, "the zone breaks its rules")
		if err != nil {
			return err
		}
		size, err := tx.AuditSize()
		if err != nil {
			return err
		}
		for b, err := range tx.AuditEntries(0, size) {
			if err != nil {
				return err
			}
			e, err := audit.Decode(b)
			if err != nil {
				return err
			}
			log = append(log, e)
		}
		return nil
	}))
	return log
}

// Loose reports whether something waits for the next start: a run that nobody executes, or keys that no record names.
func (z *Zone) Loose(t testing.TB) bool {
	t.Helper()
	named := ""
	for _, kind := range []string{"run", "ledger", "snapshot"} {
		for _, r := range z.Records(t, kind) {
			named += r.ID + string(r.Doc)
			if r.State == "running" {
				return true
			}
		}
	}
	keys, err := z.Keys.DataKeys()
	require.NoError(t, err)
	return slices.ContainsFunc(keys, func(k string) bool {
		id, _, _ := strings.Cut(k, "-")
		return !strings.Contains(named, id)
	})
}

// Count counts the entries of an action, with an outcome if it is given.
func Count(log []audit.Entry, action audit.Action, outcome string) int {
	n := 0
	for _, e := range log {
		if e.Action == action && (outcome == "" || e.Outcome == outcome) {
			n++
		}
	}
	return n
}

// Print is everything that a zone holds, to compare: records with their versions, keys, and the size of the log.
func (z *Zone) Print(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for _, kind := range []string{"organization", "account", "session", "signing_key", "dataset", "dataset_version", "snapshot", "application", "grant", "grant_usage", "run",
		"release", "ledger", "decision", "policy_bundle"} {
		for _, r := range z.Records(t, kind) {
			fmt.Fprintf(&b, "%s %s %s %d %s\n", kind, r.ID, r.State, r.Version, catalog.DigestOf(r.Doc))
		}
	}
	keys, err := z.Keys.DataKeys()
	require.NoError(t, err)
	fmt.Fprintln(&b, keys)
	require.NoError(t, z.Store.inner.View(t.Context(), func(tx *txn) error {
		n, err := tx.AuditSize()
		fmt.Fprintln(&b, n)
		return err
	}))
	return b.String()
}
