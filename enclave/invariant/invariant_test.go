package invariant_test

import (
	"database/sql"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/enclave/invariant"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/keyring"
	"yumen/internal/metastore"
	"yumen/internal/metastore/sqlite"
	"yumen/internal/policyfile"
)

// mutant is a copy of a zone that somebody tampered with.
type mutant struct {
	t   *testing.T
	dir string
}

func (m mutant) path(name string) string { return filepath.Join(m.dir, filepath.FromSlash(name)) }

// one is the first file of a pattern.
func (m mutant) one(pattern string) string {
	m.t.Helper()
	names, err := filepath.Glob(m.path(pattern))
	require.NoError(m.t, err)
	require.NotEmpty(m.t, names, pattern)
	return names[0]
}

// sql changes the store past every check. The first statement must change something.
func (m mutant) sql(statements ...string) {
	m.t.Helper()
	db, err := sql.Open("sqlite", m.path("meta.db"))
	require.NoError(m.t, err)
	defer db.Close()
	for _, table := range []string{"audit_entries", "audit_hashes"} {
		for _, guard := range []string{"dense", "kept", "stay"} {
			_, err := db.Exec("DROP TRIGGER IF EXISTS " + table + "_" + guard)
			require.NoError(m.t, err)
		}
	}
	for i, s := range statements {
		r, err := db.Exec(s)
		require.NoError(m.t, err, s)
		n, err := r.RowsAffected()
		require.NoError(m.t, err)
		require.True(m.t, i > 0 || n > 0, "nothing changed: %s", s)
	}
}

// keys opens the zone's keyring.
func (m mutant) keys() *keyring.Ring {
	keys, err := keyring.Open(m.path("keys"), keyring.Config{Master: keyring.File{Path: m.path("master.key")}})
	require.NoError(m.t, err)
	m.t.Cleanup(func() { _ = keys.Close() })
	return keys
}

// update changes the store as the gateway would.
func (m mutant) update(fn func(tx *sqlite.Tx) error) {
	m.t.Helper()
	s, err := sqlite.Open(m.t.Context(), sqlite.Config{Path: m.path("meta.db")})
	require.NoError(m.t, err)
	defer s.Close()
	require.NoError(m.t, s.Update(m.t.Context(), fn))
}

// add appends an entry to the log, as the holder of the store could.
func (m mutant) add(e audit.Entry) {
	m.update(func(tx *sqlite.Tx) error {
		_, err := audit.Append(tx, e)
		return err
	})
}

func (m mutant) write(name, content string) {
	require.NoError(m.t, os.WriteFile(m.path(name), []byte(content), 0o600))
}

// flip turns one bit of a file's byte, counted from the end.
func (m mutant) flip(name string, fromEnd int) {
	b, err := os.ReadFile(name)
	require.NoError(m.t, err)
	b[len(b)-fromEnd] ^= 1
	require.NoError(m.t, os.WriteFile(name, b, 0o600))
}

func (m mutant) check() []invariant.Finding {
	m.t.Helper()
	s, err := sqlite.OpenBeside(m.t.Context(), sqlite.Config{Path: m.path("meta.db")})
	require.NoError(m.t, err)
	defer s.Close()
	var found []invariant.Finding
	require.NoError(m.t, s.View(m.t.Context(), func(tx *sqlite.Tx) error {
		found, err = invariant.Check(invariant.Zone{Records: tx, Keys: m.keys(), Files: os.DirFS(m.dir)})
		return err
	}))
	return found
}

// lived is a zone with a bit of everything: an answer that left by itself, one that was voted out, one rejected, one waiting, one failed,
// and one refused.
func lived(t *testing.T) string {
	_, places := enclavetest.Space(t)
	z := enclavetest.New(t, places)
	z.InPlace(t, "leased", "mode: tenant_space, location: bureau_space, path: clients.csv")
	_, err := z.Pull(t, "provider", "leased")
	require.NoError(t, err)
	_, err = z.Service.DestroySnapshots(t.Context(), enclavetest.As("steward"), "leased", api.DestroyRequest{Reason: "x"})
	require.NoError(t, err)
	draft := api.Apply{Documents: strings.Replace(enclavetest.Clients, "name: clients", "name: drafted", 1), Draft: true}
	_, err = z.Service.Apply(t.Context(), enclavetest.As("provider"), draft)
	require.NoError(t, err)
	for _, name := range []string{"leased", "cases"} {
		_, err = z.Service.Seal(t.Context(), enclavetest.As("security"), name, api.Reason{Reason: "x"})
		require.NoError(t, err)
	}
	for _, as := range []string{"security", "provider_2"} {
		_, err = z.Service.Unseal(t.Context(), enclavetest.As(as), "cases", api.Reason{Reason: "x"})
		require.NoError(t, err)
	}
	p, grant := z.Bank(t)
	require.Equal(t, "released", z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients GROUP BY city").State)
	voted := z.Ask(t, p, grant, "SELECT count(*) AS n FROM cases WHERE kind = 'civil'")
	require.NoError(t, z.Vote(t, "reviewer_1", voted.Run, receipt.VerdictApprove))
	rejected := z.Ask(t, p, grant, "SELECT count(*) AS n FROM cases WHERE kind = 'criminal'")
	require.NoError(t, z.Vote(t, "reviewer_1", rejected.Run, receipt.VerdictReject, "ERROR"))
	require.Equal(t, "in_review", z.Ask(t, p, grant, "SELECT count(*) AS n FROM cases WHERE heard = 2024").State)
	z.Runner.FailRuns(true)
	require.Equal(t, "failed", z.Ask(t, p, grant, "SELECT count(*) AS n FROM clients WHERE segment = 'a'").State)
	z.Runner.FailRuns(false)
	require.Equal(t, "refused", z.Ask(t, p, grant, "SELECT id FROM clients").State)
	z.Certified(t, p)
	_, err = z.Service.Login(t.Context(), api.Login{User: "admin", Password: enclavetest.Password}, "")
	require.NoError(t, err)
	for _, name := range []string{"clients", "cases"} {
		_, err = z.Service.Freeze(t.Context(), enclavetest.As("security"), api.FreezeRequest{Kind: "dataset", Name: name, Reason: "x"})
		require.NoError(t, err)
	}
	for _, as := range []string{"security", "admin"} {
		_, err = z.Service.Unfreeze(t.Context(), enclavetest.As(as), api.FreezeRequest{Kind: "dataset", Name: "cases"})
		require.NoError(t, err)
	}
	_, err = z.Service.RecordAuthorizations(t.Context(), enclavetest.As("provider"), api.Authorizations{Dataset: "clients", Organization: "bank_a", Scenario: "test",
		Purpose: "test", Document: "id,evidence,not_after\n7,sha256:" + strings.Repeat("a", 64) + ",2030-01-31\n"})
	require.NoError(t, err)
	z.Shut(t)
	return z.Dir
}

// rewrite lays the whole log anew with another first time, hashes and all, as the holder of the store could.
func rewrite(m mutant) {
	var entries []audit.Entry
	m.update(func(tx *sqlite.Tx) error {
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
			entries = append(entries, e)
		}
		return nil
	})
	entries[0].Time--
	m.sql("DELETE FROM audit_entries", "DELETE FROM audit_hashes")
	m.update(func(tx *sqlite.Tx) error {
		for _, e := range entries {
			if _, err := audit.Append(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

const issuedRun = "(SELECT id FROM documents WHERE kind = 'run' AND state = 'issued' LIMIT 1)"

// set writes a field of the documents of a kind.
func set(kind, field, value string) string {
	return "UPDATE documents SET doc = CAST(json_set(doc, '$." + field + "', " + value + ") AS BLOB) WHERE kind = '" + kind + "'"
}

// violations plants at least one violation of every rule.
var violations = []struct {
	rule  invariant.Rule
	name  string
	plant func(m mutant)
}{
	{invariant.LogIntact, "an entry says something else", func(m mutant) {
		m.sql("UPDATE audit_entries SET entry = CAST(replace(entry, '\"outcome\":\"issued\"', '\"outcome\":\"denied\"') AS BLOB) WHERE CAST(entry AS TEXT) LIKE '%release.issue%'")
	}},
	{invariant.LogIntact, "a hash differs", func(m mutant) { m.sql("UPDATE audit_hashes SET hash = zeroblob(32) WHERE idx = 4") }},
	{invariant.LogIntact, "the last entry is gone", func(m mutant) {
		m.sql("DELETE FROM audit_entries WHERE seq = (SELECT max(seq) FROM audit_entries)")
	}},
	{invariant.LogContinues, "history was written anew", rewrite},
	{invariant.RecordKnown, "a kind that nobody knows", func(m mutant) {
		m.sql("INSERT INTO documents VALUES ('stash', 'x', '', '', '', 1, 1, 1, CAST('{}' AS BLOB))")
	}},
	{invariant.RecordReadable, "a document of another form", func(m mutant) { m.sql("UPDATE documents SET doc = CAST('[1]' AS BLOB) WHERE kind = 'snapshot'") }},
	{invariant.RecordEntry, "an account from nowhere", func(m mutant) {
		m.sql("INSERT INTO documents SELECT kind, 'ghost', 'ghost', owner, state, 1, created + 1, updated, doc FROM documents WHERE kind = 'account' LIMIT 1")
	}},
	{invariant.RecordEntry, "a session that nobody opened", func(m mutant) {
		m.sql("INSERT INTO documents VALUES ('session', 'abc', '', 'admin', '', 1, 1, 1, CAST('{}' AS BLOB))")
	}},
	{invariant.RecordEntry, "a session of somebody else", func(m mutant) {
		m.sql("UPDATE documents SET owner = 'security' WHERE kind = 'session' AND owner = 'admin'")
	}},
	{invariant.RecordEntry, "a freeze that nobody set", func(m mutant) {
		m.sql("INSERT INTO documents VALUES ('freeze', 'dataset/cases', '', '', '', 1, 1, 1, CAST('{}' AS BLOB))")
	}},
	{invariant.RecordEntry, "XM-22: a seal that nobody set", func(m mutant) {
		m.sql("UPDATE documents SET doc = CAST(json_set(doc, '$.seal', json('{}')) AS BLOB) WHERE kind = 'dataset' AND id = 'cases'")
	}},
	{invariant.EntryEffect, "XM-22: a seal that nobody took off", func(m mutant) {
		m.sql("UPDATE documents SET doc = CAST(json_remove(doc, '$.seal') AS BLOB) WHERE kind = 'dataset' AND id = 'leased'")
	}},
	{invariant.RecordEntry, "a sanction that nobody imposed", func(m mutant) {
		m.sql("INSERT INTO documents VALUES ('sanction', 'sanction_00000000000000000000000000000000', '', '', 'closed', 1, 1, 1, CAST('{}' AS BLOB))")
	}},
	{invariant.RecordEntry, "BJ-OPS-18a: an instruction that nobody issued", func(m mutant) {
		m.sql("INSERT INTO documents VALUES ('instruction', 'ins_00000000000000000000000000000000', '', '', 'confirmed', 1, 1, 1, CAST('{}' AS BLOB))")
	}},
	{invariant.RecordEntry, "a calendar that nobody imported", func(m mutant) {
		m.sql("INSERT INTO documents VALUES ('calendar', '2031', '', '', 'imported', 1, 1, 1, CAST('{}' AS BLOB))")
	}},
	{invariant.EntryEffect, "a freeze that nobody lifted", func(m mutant) { m.sql("DELETE FROM documents WHERE kind = 'freeze'") }},
	{invariant.RecordEntry, "an authorization that nobody recorded", func(m mutant) {
		m.sql("INSERT INTO documents VALUES ('consent_subject', 'areg_" + strings.Repeat("0", 32) + ".x', '', 'areg_" + strings.Repeat("0", 32) + "', 'live', 1, 1, 1, CAST('{\"not_after\":9}' AS BLOB))")
	}},
	{invariant.RecordEntry, "an authorization that is not counted", func(m mutant) { m.sql(set("consent_register", "ends", "json('{}')")) }},
	{invariant.RecordEntry, "a register from nowhere", func(m mutant) {
		m.sql("INSERT INTO documents VALUES ('consent_register', 'areg_" + strings.Repeat("0", 32) + "', '', 'bank_a', '', 1, 1, 1, CAST('{}' AS BLOB))")
	}},
	{invariant.RecordEntry, "another zone", func(m mutant) { m.sql(set("zone", "id", "'zone_00000000000000000000000000000000'")) }},
	{invariant.RecordEntry, "SJZ-13a: a zone that was made for another environment", func(m mutant) { m.sql(set("zone", "environment", "'development'")) }},
	{invariant.RecordEntry, "a zone under other rules", func(m mutant) { m.sql(set("zone", "jurisdiction", "'bj'")) }},
	{invariant.EntryEffect, "an application is gone", func(m mutant) { m.sql("DELETE FROM documents WHERE kind = 'application'") }},
	{invariant.EntryEffect, "a run is gone", func(m mutant) { m.sql("DELETE FROM documents WHERE kind = 'run' AND state = 'failed'") }},
	{invariant.StateLegal, "a state that there is not", func(m mutant) { m.sql("UPDATE documents SET state = 'unlimited' WHERE kind = 'grant'") }},
	{invariant.StateLogged, "a dataset nobody rejected", func(m mutant) { m.sql("UPDATE documents SET state = 'rejected' WHERE kind = 'dataset'") }},
	{invariant.StateLogged, "a snapshot that nobody destroyed", func(m mutant) { m.sql("UPDATE documents SET state = 'destroyed' WHERE kind = 'snapshot'") }},
	{invariant.StateLogged, "a snapshot that was destroyed", func(m mutant) {
		m.sql("UPDATE documents SET state = 'loaded' WHERE kind = 'snapshot' AND state = 'destroyed'")
	}},
	{invariant.StateLogged, "an account that nobody suspended", func(m mutant) { m.sql("UPDATE documents SET state = 'suspended' WHERE id = 'analyst_b'") }},
	{invariant.StateLogged, "a role nobody took back", func(m mutant) { m.sql("UPDATE documents SET state = 'pending' WHERE kind = 'account'") }},
	{invariant.DecisionKept, "a decision is gone", func(m mutant) { m.sql("DELETE FROM documents WHERE kind = 'decision'") }},
	{invariant.DecisionKept, "a decision on another input", func(m mutant) { m.sql(set("decision", "input", "json('{}')")) }},
	{invariant.DecisionKept, "BJ-FIN-15b: the rules that decided are gone", func(m mutant) { m.sql("DELETE FROM documents WHERE kind = 'policy_bundle'") }},
	{invariant.DecisionKept, "BJ-FIN-15b: other rules under the same name", func(m mutant) {
		files, err := policyfile.Files{"decision.rego": []byte("package yumen.decision\n")}.Pack()
		require.NoError(m.t, err)
		m.sql(set("policy_bundle", "archive", "'"+base64.StdEncoding.EncodeToString(files)+"'"))
	}},
	{invariant.StateLogged, "BJ-FIN-15b: rules that nobody made decide", func(m mutant) { m.sql("UPDATE documents SET state = 'active' WHERE kind = 'policy_bundle'") }},
	{invariant.RecordEntry, "BJ-FIN-15b: rules that nobody proposed", func(m mutant) { m.sql("UPDATE documents SET state = 'proposed' WHERE kind = 'policy_bundle'") }},
	{invariant.EntryEffect, "BJ-FIN-15b: rules that two people made decide are gone", func(m mutant) {
		m.add(audit.Entry{Action: audit.ActionPolicyActivate, Actor: audit.Actor{Account: "reviewer_1"}, Class: "5y", Outcome: "activated",
			Digests: map[string]catalog.Digest{"bundle": catalog.DigestOf([]byte("rules"))}})
	}},
	{invariant.StateLogged, "BJ-FIN-15b: rules that were taken back decide", func(m mutant) {
		m.sql("UPDATE documents SET state = 'active' WHERE kind = 'policy_bundle'")
		var own catalog.Digest
		m.update(func(tx *sqlite.Tx) error {
			all, err := tx.List("policy_bundle", metastore.Query{})
			own = catalog.Digest(all[0].ID)
			return err
		})
		for _, outcome := range []string{"activated", "reset"} {
			m.add(audit.Entry{Action: audit.ActionPolicyActivate, Actor: audit.Actor{Account: "reviewer_1"}, Class: "5y", Outcome: outcome, Digests: map[string]catalog.Digest{"bundle": own}})
		}
	}},
	{invariant.ReplyStands, "an answer of somebody else", func(m mutant) {
		m.sql("INSERT INTO responses SELECT 'admin', 'k', 'r', CAST('\"' || id || '\"' AS BLOB), 1, 2 FROM documents WHERE kind = 'run' LIMIT 1")
	}},
	{invariant.VersionChain, "a link that was not logged", func(m mutant) {
		m.sql(set("dataset_version", "digest", "'sha256:"+strings.Repeat("0", 64)+"'"))
	}},
	{invariant.VersionChain, "XC-3b: a declaration changed behind the chain's back", func(m mutant) { m.sql(set("dataset", "spec.columns[1].grade", "1")) }},
	{invariant.VersionChain, "XC-3b: an approved declaration changed behind the chain's back", func(m mutant) { m.sql(set("dataset", "approved.columns[1].grade", "1")) }},
	{invariant.VersionChain, "XC-3b: an earlier version rewritten", func(m mutant) { m.sql(set("dataset_version", "spec.market", "'ordinary'")) }},
	{invariant.StateLogged, "SJZ-15a: a draft that is approved", func(m mutant) {
		m.sql("UPDATE documents SET state = 'approved' WHERE kind = 'dataset' AND state = 'draft'")
	}},
	{invariant.VersionChain, "an approval that nobody gave", func(m mutant) { m.sql(set("dataset", "approved_version.number", "7")) }},
	{invariant.CurrentLoaded, "another dataset's snapshot", func(m mutant) {
		m.sql("UPDATE documents SET doc = CAST(json_set(doc, '$.current', (SELECT id FROM documents WHERE kind = 'snapshot' AND owner = 'cases')) AS BLOB) WHERE kind = 'dataset' AND id = 'clients'")
	}},
	{invariant.SnapshotLogged, "another source", func(m mutant) { m.sql(set("snapshot", "source_digest", "'sha256:"+strings.Repeat("0", 64)+"'")) }},
	{invariant.RunUnfinished, "a run that nobody executes", func(m mutant) {
		m.sql("UPDATE documents SET state = 'running' WHERE kind = 'run' AND state = 'failed'")
	}},
	{invariant.RunLogged, "another question", func(m mutant) { m.sql(set("run", "sql", "'SELECT 1'")) }},
	{invariant.RunLogged, "another plan", func(m mutant) { m.sql(set("run", "plan.grade", "1")) }},
	{invariant.RunLogged, "a failure that was none", func(m mutant) {
		m.sql("UPDATE documents SET state = 'withdrawn' WHERE kind = 'run' AND state = 'failed'")
	}},
	{invariant.RunLogged, "somebody else's run", func(m mutant) { m.sql(set("run", "account", "'admin'")) }},
	{invariant.RunVotes, "a vote is gone", func(m mutant) { m.sql(set("run", "votes", "json('[]')") + " AND state = 'issued'") }},
	{invariant.RunVotes, "another verdict", func(m mutant) {
		m.sql(set("run", "votes[0].verdict", "'approve'") + " AND state = 'rejected'")
	}},
	{invariant.RunArtefact, "a waiting run without its artefact", func(m mutant) { m.sql(set("run", "artefact", "''") + " AND state = 'in_review'") }},
	{invariant.LedgerRow, "an answer that does not count", func(m mutant) { m.sql("DELETE FROM documents WHERE kind = 'ledger'") }},
	{invariant.LedgerRow, "an answer that counts elsewhere", func(m mutant) { m.sql("UPDATE documents SET owner = 'other' WHERE kind = 'ledger'") }},
	{invariant.LedgerRow, "an answer that left and does not say so", func(m mutant) { m.sql("UPDATE documents SET state = 'reserved' WHERE kind = 'ledger'") }},
	{invariant.LedgerRow, "what a certificate reserved does not count", func(m mutant) { m.sql("DELETE FROM documents WHERE kind = 'ledger' AND state = 'certified'") }},
	{invariant.LedgerRow, "a reservation without its certificate", func(m mutant) {
		m.sql(set("certificate", "ledger", "'led_"+strings.Repeat("0", 32)+"'") + " AND state = 'passed'")
	}},
	{invariant.VersionChain, "an approval of another text", func(m mutant) { m.sql(set("computation", "approved.digest", "'sha256:"+strings.Repeat("0", 64)+"'")) }},
	{invariant.VersionChain, "a computation that was not declared", func(m mutant) { m.sql(set("computation", "version.number", "9")) }},
	{invariant.StateLogged, "a computation nobody rejected", func(m mutant) { m.sql("UPDATE documents SET state = 'rejected' WHERE kind = 'computation'") }},
	{invariant.CertificateLogged, "a certificate that did not pass", func(m mutant) {
		m.sql("UPDATE documents SET state = 'failed' WHERE kind = 'certificate' AND state = 'passed'")
	}},
	{invariant.CertificateLogged, "another computation's certificate", func(m mutant) { m.sql("UPDATE documents SET owner = 'other' WHERE kind = 'certificate'") }},
	{invariant.CertificateLogged, "a certificate is gone", func(m mutant) { m.sql("DELETE FROM documents WHERE kind = 'certificate' AND state = 'passed'") }},
	{invariant.CertificateLogged, "other findings", func(m mutant) { m.sql(set("certificate", "report_digest", "'sha256:"+strings.Repeat("0", 64)+"'")) }},
	{invariant.ReleaseOnce, "a run is issued again", func(m mutant) {
		m.update(func(tx *sqlite.Tx) error {
			var again audit.Entry
			size, err := tx.AuditSize()
			if err != nil {
				return err
			}
			for b, err := range tx.AuditEntries(0, size) {
				if err != nil {
					return err
				}
				if e, err := audit.Decode(b); err == nil && e.Action == audit.ActionReleaseIssue {
					again = e
				}
			}
			again.Subject = "rel_" + strings.Repeat("0", 32)
			_, err = audit.Append(tx, again)
			return err
		})
	}},
	{invariant.ReleaseOnce, "two releases of one run", func(m mutant) { m.sql(set("release", "run", issuedRun)) }},
	{invariant.ReleaseLogged, "a release is gone", func(m mutant) {
		m.sql("DELETE FROM documents WHERE kind = 'release' AND id = (SELECT max(id) FROM documents WHERE kind = 'release')")
	}},
	{invariant.ReleaseLogged, "a release that was not issued", func(m mutant) { m.sql(set("release", "entry", "3")) }},
	{invariant.ReceiptGenuine, "another label", func(m mutant) { m.sql(set("release", "label", "'harmless'")) }},
	{invariant.ReceiptGenuine, "no proof", func(m mutant) { m.sql(set("release", "proof", "''")) }},
	{invariant.KeyOpens, "a damaged key", func(m mutant) { m.flip(m.one("keys/entity/*"), 1) }},
	{invariant.KeyOrphan, "a key of nothing", func(m mutant) { require.NoError(m.t, m.keys().NewDataKey("art_"+strings.Repeat("0", 32))) }},
	{invariant.KeyMissing, "a key is gone", func(m mutant) { require.NoError(m.t, os.Remove(m.one("keys/data/snap_*"))) }},
	{invariant.FileOrphan, "an artefact of nothing", func(m mutant) { m.write("artefacts/art_"+strings.Repeat("0", 32), "D1,Wang,310000") }},
	{invariant.FileMissing, "half a snapshot", func(m mutant) { require.NoError(m.t, os.Remove(m.one("snapshots/*-identity"))) }},
	{invariant.FilePartial, "half a file", func(m mutant) { m.write("snapshots/.snap.1.tmp", "x") }},
	{invariant.FileUnknown, "a table in clear", func(m mutant) { m.write("clients.csv", "id,city\n") }},
	{invariant.FileUnknown, "a folder", func(m mutant) { require.NoError(m.t, os.Mkdir(m.path("export"), 0o700)) }},
	{invariant.FileUnknown, "a link", func(m mutant) { require.NoError(m.t, os.Symlink("/etc/passwd", m.path("keys/sign/log2"))) }},
	{invariant.FileUnknown, "a known name with something else", func(m mutant) { m.write("meta.db.lock", "id,city\n") }},
	{invariant.FileUnknown, "another master key", func(m mutant) { m.write("epoch.key", "id,city\n") }},
	{invariant.FilePrivate, "a key for everybody", func(m mutant) { require.NoError(m.t, os.Chmod(m.one("snapshots/*"), 0o644)) }},
	{invariant.FilePrivate, "a folder for everybody", func(m mutant) { require.NoError(m.t, os.Chmod(m.path("artefacts"), 0o755)) }},
	{invariant.FileWhole, "a flipped bit", func(m mutant) { m.flip(m.one("artefacts/*"), 1) }},
	{invariant.FileWhole, "a cut snapshot", func(m mutant) { require.NoError(m.t, os.Truncate(m.one("snapshots/*-query"), 4096)) }},
	{invariant.FileWhole, "other content under the right key", func(m mutant) {
		name := m.one("snapshots/*-query")
		f, err := os.Create(name)
		require.NoError(m.t, err)
		w, err := m.keys().EncryptTo(filepath.Base(name), f)
		require.NoError(m.t, err)
		_, err = w.Write([]byte("other rows"))
		require.NoError(m.t, err)
		require.NoError(m.t, w.Close())
		require.NoError(m.t, f.Close())
	}},
}

// Every rule finds what breaks it, and a zone that nobody touched breaks none.
func TestEveryRuleFindsItsViolation(t *testing.T) {
	whole := lived(t)
	require.Empty(t, mutant{t, whole}.check())
	planted := map[invariant.Rule]bool{}
	for _, v := range violations {
		planted[v.rule] = true
		t.Run(string(v.rule)+"/"+v.name, func(t *testing.T) {
			m := mutant{t, filepath.Join(t.TempDir(), "zone")}
			require.NoError(t, os.CopyFS(m.dir, os.DirFS(whole)))
			private(t, m.dir)
			v.plant(m)
			found := m.check()
			require.True(t, slices.ContainsFunc(found, func(f invariant.Finding) bool { return f.Rule == v.rule }), "found only %v", found)
			for _, f := range found {
				require.NotContains(t, f.String(), "Wang", "a finding carries no value")
			}
		})
	}
	for _, r := range invariant.Rules() {
		require.True(t, planted[r.Rule], "nobody breaks the rule %s", r.Rule)
		require.NotEmpty(t, r.What.Zh)
		require.NotEmpty(t, r.What.En)
		require.NotEmpty(t, r.Remedy.Zh)
		require.NotEmpty(t, r.Remedy.En)
		require.Equal(t, r, invariant.Explain(r.Rule))
	}
}

// uncounted are the kinds whose records the log does not tell one by one: each with what it would take.
var uncounted = map[string]string{
	"grant_usage": "its entries say that a run was submitted, not how many under which grant",
	"budget":      "its entries say that a run was answered, not what it was charged",
	"charged":     "as budget",
}

// A record of any kind, in any of its states, that comes from nowhere is found.
func TestARecordFromNowhereIsFound(t *testing.T) {
	m := mutant{t, filepath.Join(t.TempDir(), "zone")}
	require.NoError(t, os.CopyFS(m.dir, os.DirFS(lived(t))))
	private(t, m.dir)
	var planted []string
	for kind, states := range invariant.Kinds() {
		if states == nil {
			states = []string{""}
		}
		for _, state := range states {
			id := "nowhere_" + kind + "_" + state
			if uncounted[kind] == "" && kind != "zone" { // a second zone would lend its birth to others
				planted = append(planted, id)
				m.sql("INSERT INTO documents VALUES ('" + kind + "', '" + id + "', '', '" + id + "', '" + state + "', 1, 1, 1, CAST('{}' AS BLOB))")
			}
		}
	}
	found := m.check()
	for _, id := range planted {
		require.True(t, slices.ContainsFunc(found, func(f invariant.Finding) bool { return strings.HasPrefix(f.Subject, id) }), "%s is not found", id)
	}
}

// private gives a copied directory the modes of a zone.
func private(t *testing.T, dir string) {
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	}))
}
