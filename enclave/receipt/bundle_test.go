package receipt_test

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/receipt"
)

var issuedAt = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// zone is everything behind a bundle: the keys that a test needs to make genuine and false ones.
type zone struct {
	t         testing.TB
	gateway   *receipt.Signer
	log       note.Signer
	reviewers map[string]*receipt.Signer
	keys      receipt.Keys
}

func newSigner(t testing.TB) *receipt.Signer {
	_, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	s, err := receipt.NewSigner(key)
	require.NoError(t, err)
	return s
}

func publicKey(t testing.TB, s *receipt.Signer) receipt.PublicKey {
	k, err := receipt.NewPublicKey(s.Public())
	require.NoError(t, err)
	return k
}

func newZone(t testing.TB) *zone {
	z := &zone{t: t, gateway: newSigner(t), reviewers: map[string]*receipt.Signer{"rita": newSigner(t), "rob": newSigner(t)}}
	id := catalog.NewID(catalog.PrefixZone)
	skey, vkey, err := note.GenerateKey(nil, "yumen/"+id)
	require.NoError(t, err)
	z.log, err = note.NewSigner(skey)
	require.NoError(t, err)
	z.keys = receipt.Keys{APIVersion: catalog.APIVersion, Kind: receipt.KindKeys, Zone: id, Log: vkey,
		Gateway: []receipt.PublicKey{publicKey(t, z.gateway)}}
	return z
}

func (z *zone) reviewer(name string) receipt.Reviewer {
	return receipt.Reviewer{Account: name, Person: "p-" + name, Organization: "unit-" + name, Key: publicKey(z.t, z.reviewers[name])}
}

// vote casts an approval by a reviewer of what the receipt is about; change edits it before it is signed.
func (z *zone) vote(r receipt.Receipt, name string, change func(*receipt.Vote)) *dsse.Envelope {
	who := z.reviewer(name)
	v := receipt.Vote{Run: r.Run, Artefact: r.Artefact, RiskReport: r.RiskReport, Policy: r.Policy.Digest, Verdict: receipt.VerdictApprove,
		Voter: receipt.Voter{Account: who.Account, Person: who.Person, Organization: who.Organization}, Key: who.Key.ID, Time: issuedAt.Add(-time.Hour)}
	if change != nil {
		change(&v)
	}
	env, err := receipt.SignVote(z.reviewers[name], v)
	require.NoError(z.t, err)
	return env
}

var dataFiles = map[string]string{"csv": "district,n\nD1,63\nD2,41\n", "json": `[{"district":"D1","n":63}]`}

// receipt is a complete receipt of grade 3 with two votes.
func (z *zone) receipt() receipt.Receipt {
	d := func(s string) catalog.Digest { return catalog.DigestOf([]byte(s)) }
	r := receipt.Receipt{
		Zone: z.keys.Zone, Release: catalog.NewID(catalog.PrefixRelease), Run: catalog.NewID(catalog.PrefixRun),
		Query: d("query"), Plan: d("plan"), RiskReport: d("risk"), Policy: receipt.Policy{Revision: "2026.11.21-7", Digest: d("policy")},
		Snapshots: []receipt.Snapshot{{Dataset: "persons", ID: catalog.NewID(catalog.PrefixSnapshot), Digest: d("snapshot")}},
		Grade:     3, Jurisdiction: "bj", Mode: "exact", Sandbox: "full",
		Grant: catalog.NewID(catalog.PrefixGrant), Purpose: "信贷风险评估 credit <risk>",
		Recipient: receipt.Recipient{Organization: "bank", LegalGroup: "group", Account: "alice", Person: "p-alice"},
		Issued:    issuedAt, NotBefore: issuedAt, NotAfter: issuedAt.AddDate(0, 3, 0),
		Review: receipt.Review{Persons: 2, Units: 2},
	}
	for _, format := range []string{"csv", "json"} {
		r.Files = append(r.Files, receipt.File{Name: "data." + format, Format: format, Size: int64(len(dataFiles[format])), Digest: d(dataFiles[format])})
	}
	var err error
	r.Artefact, err = receipt.ManifestDigest(r.Files)
	require.NoError(z.t, err)
	z.approve(&r, "rita", "rob")
	return r
}

// approve replaces the votes of a receipt.
func (z *zone) approve(r *receipt.Receipt, names ...string) {
	r.Votes, r.Reviewers = nil, nil
	for _, n := range names {
		r.Votes = append(r.Votes, z.vote(*r, n, nil))
		r.Reviewers = append(r.Reviewers, z.reviewer(n))
	}
	slices.SortFunc(r.Reviewers, func(a, b receipt.Reviewer) int { return strings.Compare(a.Key.ID, b.Key.ID) })
}

// entry is the log entry of the issue, at its place.
func entry(r receipt.Receipt, digest catalog.Digest, seq int64) audit.Entry {
	return audit.Entry{V: audit.Version, Seq: seq, Time: issuedAt.UnixMilli(), Action: audit.ActionReleaseIssue, Actor: audit.System(),
		Subject: r.Release, Outcome: "issued", Class: audit.Class5Years, Facts: map[string]string{"run": r.Run},
		Digests: map[string]catalog.Digest{"artefact": r.Artefact, "receipt": digest}}
}

// prove makes receipt.proof for an entry in a log of some size, under the zone's signer or another.
func (z *zone) prove(e audit.Entry, size int64, signers ...note.Signer) []byte {
	t := z.t
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	text, err := e.Encode()
	require.NoError(t, err)
	for n := range size {
		leaf := []byte("another entry")
		if n == e.Seq {
			leaf = text
		}
		hashes, err := tlog.StoredHashes(n, leaf, read)
		require.NoError(t, err)
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(size, read)
	require.NoError(t, err)
	path, err := tlog.ProveRecord(size, e.Seq, read)
	require.NoError(t, err)
	if len(signers) == 0 {
		signers = []note.Signer{z.log}
	}
	c := audit.Checkpoint{Origin: z.keys.Origin(), Size: size, Root: root}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, signers...)
	require.NoError(t, err)
	return audit.Proof{Index: e.Seq, Entry: text, Path: path, Checkpoint: signed}.Encode()
}

// write lays a bundle down. Data files are those of the receipt.
func (z *zone) write(r receipt.Receipt, issued receipt.Issued, proof []byte) string {
	dir := z.t.TempDir()
	put := func(name string, b []byte) { require.NoError(z.t, os.WriteFile(filepath.Join(dir, name), b, 0o600)) }
	for _, f := range r.Files {
		put(f.Name, []byte(dataFiles[f.Format]))
	}
	put(receipt.FileLabel, issued.Label)
	put(receipt.FileReceipt, issued.Receipt)
	put(receipt.FileProof, proof)
	return dir
}

// bundle issues a receipt and writes its whole bundle.
func (z *zone) bundle(r receipt.Receipt) string {
	issued, err := receipt.Issue(r, z.gateway)
	require.NoError(z.t, err)
	return z.write(r, issued, z.prove(entry(r, issued.Digest, 5), 11))
}
