package enclavetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/verify"
	"yumen/internal/artefact"
	"yumen/internal/keyring"
	"yumen/internal/metastore/sqlite"
)

type txn = sqlite.Tx

// Parts are what the invariants are about.
type Parts struct {
	Store     *Store
	Keys      *keyring.Ring
	Snapshots *artefact.Store
	Artefacts *artefact.Store
}

// Check requires everything that must hold while no run is being executed, whatever happened before. It returns the log's entries.
func (z *Zone) Check(t testing.TB) []audit.Entry {
	t.Helper()
	z.log = check(t, Parts{z.Store, z.Keys, z.Snapshots, z.Artefacts}, z.log)
	return z.log
}

// Check requires the invariants of a zone that nobody serves: the log is whole and keeps its rules; every state of a run and every
// release has its entry; every key and file has its record, and every record its file; the ledger holds what was reserved or issued.
func Check(t testing.TB, p Parts) []audit.Entry {
	t.Helper()
	return check(t, p, nil)
}

// check does not decode again the entries that it has: the export that is verified is always the whole log.
func check(t testing.TB, p Parts, have []audit.Entry) []audit.Entry {
	t.Helper()
	log := entries(t, p, have)
	known := map[string]bool{}
	runs := checkRuns(t, p, log, known)
	checkLedger(t, p, runs, known)
	checkReleases(t, p, log, runs)
	checkSnapshots(t, p, log, known)
	keys, err := p.Keys.DataKeys()
	require.NoError(t, err)
	for _, k := range keys {
		require.True(t, known[k], "a key that no record names: %s", k)
	}
	for id := range known {
		require.True(t, p.Keys.HasDataKey(id), "a record without its key")
		require.True(t, p.Artefacts.Has(id) || p.Snapshots.Has(id), "a record without its file")
	}
	for _, s := range []*artefact.Store{p.Artefacts, p.Snapshots} {
		orphans, err := s.Orphans(keys, func(id string) bool { return known[id] })
		require.NoError(t, err)
		require.Empty(t, orphans, "files that no record names")
	}
	return log
}

// entries verifies an export of the log with its public key alone, and returns its entries.
func entries(t testing.TB, p Parts, out []audit.Entry) []audit.Entry {
	t.Helper()
	export := fstest.MapFS{}
	require.NoError(t, p.Store.inner.View(t.Context(), func(tx *txn) error {
		size, err := tx.AuditSize()
		if err != nil {
			return err
		}
		for b, err := range tx.AuditEntries(int64(len(out)), size) {
			if err != nil {
				return err
			}
			e, err := audit.Decode(b)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return audit.Export(tx, p.Keys.LogSigner(), func(name string, content []byte) error {
			export[name] = &fstest.MapFile{Data: content}
			return nil
		})
	}))
	verifier, err := note.NewVerifier(p.Keys.PublicKeys().Log)
	require.NoError(t, err)
	report, err := verify.FS(export, note.VerifierList(verifier))
	require.NoError(t, err, "the log does not verify")
	require.EqualValues(t, len(out), report.Size)
	return out
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

type storedRun struct {
	Release  string `json:"release"`
	Artefact string `json:"artefact"`
	LedgerID string `json:"ledger_id"`
	Owner    string `json:"organization"`
	State    string `json:"-"`
	Votes    []struct {
		Turn int `json:"turn"`
	} `json:"votes"`
	Turn int `json:"turn"`
}

// evidence lists the entries that may have brought a run into a state: action and outcome.
var evidence = map[string][]string{
	"refused":   {"query.run refused"},
	"running":   {"query.run running"},
	"failed":    {"query.execute failed"},
	"in_review": {"query.execute in_review", "query.resubmit in_review", "release.decide in_review"},
	"returned":  {"review.vote return"},
	"rejected":  {"review.vote reject"},
	"closed":    {"review.vote reject"},
	"withdrawn": {"query.withdraw withdrawn"},
	"blocked":   {"release.decide blocked"},
	"issued":    {"release.issue issued"},
}

// live are the states in which a run has an artefact; in those of nothing, it does not stand in the ledger either.
var (
	live    = []string{"in_review", "returned", "issued"}
	nothing = []string{"refused", "rejected", "closed", "withdrawn", "blocked"}
)

func checkRuns(t testing.TB, p Parts, log []audit.Entry, known map[string]bool) map[string]storedRun {
	t.Helper()
	out := map[string]storedRun{}
	for _, r := range records(t, p.Store, "run") {
		var v storedRun
		require.NoError(t, json.Unmarshal(r.Doc, &v))
		v.State = r.State
		out[r.ID] = v
		last, votes := "", 0
		for _, e := range log {
			if e.Subject != r.ID && e.Facts["run"] != r.ID {
				continue
			}
			if step := string(e.Action) + " " + e.Outcome; slices.ContainsFunc([]string{"query.", "release.", "review.vote"}, func(f string) bool { return strings.HasPrefix(step, f) }) {
				if step != "review.vote approve" {
					last = step
				}
			}
			if e.Action == audit.ActionReviewVote {
				votes++
			}
		}
		require.Contains(t, evidence, r.State)
		require.Contains(t, evidence[r.State], last, "a run that is %s", r.State)
		require.Len(t, v.Votes, votes, "votes and their entries")
		require.Equal(t, slices.Contains(live, r.State), v.Artefact != "", "a run that is %s", r.State)
		if v.Artefact != "" {
			require.NotEmpty(t, v.LedgerID, "an artefact without its reservation")
		}
		if slices.Contains(nothing, r.State) {
			require.Empty(t, v.LedgerID, "a run that is %s", r.State)
		}
		if v.Artefact != "" {
			known[v.Artefact] = true
		}
	}
	return out
}

func checkLedger(t testing.TB, p Parts, runs map[string]storedRun, known map[string]bool) {
	t.Helper()
	rows := map[string]string{}
	for _, r := range records(t, p.Store, "ledger") {
		var v struct {
			Run     string `json:"run"`
			Outcome string `json:"outcome"`
		}
		require.NoError(t, json.Unmarshal(r.Doc, &v))
		known[v.Outcome] = true
		rows[r.ID] = v.Run
		require.Equal(t, r.ID, runs[v.Run].LedgerID, "a row of the ledger that its run does not know")
		want := "reserved"
		if runs[v.Run].State == "issued" {
			want = "issued"
		}
		require.Equal(t, want, r.State)
	}
	for id, v := range runs {
		if v.LedgerID != "" {
			require.Equal(t, id, rows[v.LedgerID], "a reservation that the ledger does not hold")
		}
	}
}

func checkReleases(t testing.TB, p Parts, log []audit.Entry, runs map[string]storedRun) {
	t.Helper()
	issued := map[string]audit.Entry{}
	for _, e := range log {
		if e.Action == audit.ActionReleaseIssue {
			require.NotContains(t, issued, e.Subject, "issued twice")
			issued[e.Subject] = e
		}
	}
	of := map[string]bool{}
	all := records(t, p.Store, "release")
	require.Len(t, all, len(issued), "releases and their entries")
	for _, r := range all {
		var v struct {
			Run           string `json:"run"`
			ReceiptDigest string `json:"receipt_digest"`
			Entry         int64  `json:"entry"`
			Proof         string `json:"proof"`
		}
		require.NoError(t, json.Unmarshal(r.Doc, &v))
		e, have := issued[r.ID]
		require.True(t, have, "a release without its entry")
		require.EqualValues(t, v.ReceiptDigest, e.Digests["receipt"], "the entry is about another receipt")
		require.Equal(t, v.Run, e.Facts["run"])
		require.Equal(t, v.Entry, e.Seq)
		require.Equal(t, "issued", runs[v.Run].State)
		require.Equal(t, r.ID, runs[v.Run].Release)
		require.False(t, of[v.Run], "a run that was released twice")
		of[v.Run] = true
		verifier, err := note.NewVerifier(p.Keys.PublicKeys().Log)
		require.NoError(t, err)
		_, _, err = verify.Inclusion([]byte(v.Proof), note.VerifierList(verifier))
		require.NoError(t, err, "the proof does not hold")
	}
	for id, v := range runs {
		require.Equal(t, v.State == "issued", of[id], "issued without a release record, or the other way about")
	}
}

func checkSnapshots(t testing.TB, p Parts, log []audit.Entry, known map[string]bool) {
	t.Helper()
	loads := map[string]string{}
	for _, e := range log {
		if e.Action == audit.ActionSnapshotLoad {
			loads[e.Subject] = e.Outcome
		}
	}
	all := records(t, p.Store, "snapshot")
	require.Len(t, all, len(loads), "loads and their entries")
	loaded := map[string]bool{"": true}
	for _, r := range all {
		require.Equal(t, loads[r.ID], r.State)
		if r.State == "loaded" {
			loaded[r.ID] = true
			known[r.ID+"-query"], known[r.ID+"-identity"] = true, true
		}
	}
	for _, r := range records(t, p.Store, "dataset") {
		var v struct {
			Current string `json:"current"`
		}
		require.NoError(t, json.Unmarshal(r.Doc, &v))
		require.True(t, loaded[v.Current], "the current snapshot is not there")
	}
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
	for _, kind := range []string{"organization", "account", "session", "signing_key", "dataset", "dataset_version", "snapshot", "application", "grant", "run",
		"release", "ledger", "decision"} {
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
