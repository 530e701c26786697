package receipt_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"google.golang.org/protobuf/encoding/protojson"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/receipt"
)

func TestVerifyGenuine(t *testing.T) {
	z := newZone(t)
	r := z.receipt()
	dir := z.bundle(r)
	report, err := receipt.VerifyDir(dir, z.keys, issuedAt)
	require.NoError(t, err)
	require.Equal(t, r.Release, report.Receipt.Release)
	require.Len(t, report.Votes, 2)
	require.Equal(t, "p-rita", report.Votes[0].Voter.Person)
	require.Equal(t, receipt.Logged{Origin: z.keys.Origin(), Index: 5, Size: 11, Time: issuedAt.UnixMilli()}, report.Logged)
	require.False(t, report.Lab)

	z.keys.Reviewers = []receipt.Reviewer{z.reviewer("rita"), z.reviewer("rob")}
	_, err = receipt.VerifyDir(dir, z.keys, issuedAt)
	require.NoError(t, err, "pinned reviewers agree")
}

func TestVerifyAutomaticAndLab(t *testing.T) {
	z := newZone(t)
	r := z.receipt()
	r.Grade, r.Jurisdiction, r.Review, r.Votes, r.Reviewers = 1, receipt.JurisdictionLab, receipt.Review{}, nil, nil
	dir := z.bundle(r)
	report, err := receipt.VerifyDir(dir, z.keys, issuedAt)
	require.NoError(t, err)
	require.True(t, report.Lab)
	label, err := os.ReadFile(filepath.Join(dir, receipt.FileLabel))
	require.NoError(t, err)
	require.Contains(t, string(label), "LAB JURISDICTION")
	require.Contains(t, string(label), "实验辖区")
}

// A release of a development zone says so in receipt and label, and is none under the keys of another zone.
func TestSJZ_13a_ADevelopmentReleaseSaysSo(t *testing.T) {
	z, production := newZone(t), newZone(t)
	r := z.receipt()
	r.Environment = receipt.EnvironmentDevelopment
	dir := z.bundle(r)
	report, err := receipt.VerifyDir(dir, z.keys, issuedAt)
	require.NoError(t, err)
	require.True(t, report.Development)
	label, err := os.ReadFile(filepath.Join(dir, receipt.FileLabel))
	require.NoError(t, err)
	require.Contains(t, string(label), "DEVELOPMENT: all data are synthetic twins")
	require.Contains(t, string(label), "开发环境")
	_, err = receipt.VerifyDir(dir, production.keys, issuedAt)
	require.ErrorIs(t, err, receipt.ErrNotGenuine)

	for _, other := range []string{"production", "test"} {
		r.Environment = other
		require.Error(t, r.Validate(), other)
	}
}

// Any one byte of any file of the bundle matters, and so does its length.
func TestEveryByteOfEveryFile(t *testing.T) {
	t.Parallel()
	z := newZone(t)
	dir := z.bundle(z.receipt())
	names, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, names, 5)
	for _, e := range names {
		path := filepath.Join(dir, e.Name())
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		for i := range whole {
			flip(t, path, whole, i, i%8)
			_, err := receipt.VerifyDir(dir, z.keys, issuedAt)
			flip(t, path, whole, i, -1)
			require.ErrorIs(t, err, receipt.ErrNotGenuine, "%s, byte %d of %d", e.Name(), i, len(whole))
		}
		for _, b := range [][]byte{nil, whole[:len(whole)-1], append(bytes.Clone(whole), '\n'), append([]byte{' '}, whole...)} {
			require.NoError(t, os.WriteFile(path, b, 0o600))
			_, err := receipt.VerifyDir(dir, z.keys, issuedAt)
			require.ErrorIs(t, err, receipt.ErrNotGenuine, e.Name())
		}
		require.NoError(t, os.Remove(path))
		_, err = receipt.VerifyDir(dir, z.keys, issuedAt)
		require.ErrorIs(t, err, receipt.ErrNotGenuine, "%s is missing", e.Name())
		require.NoError(t, os.WriteFile(path, whole, 0o600))
	}
	_, err = receipt.VerifyDir(dir, z.keys, issuedAt)
	require.NoError(t, err)
}

// Every bit near the ends of words of the receipt and the proof, where base64 has spare bits and JSON has other spellings.
func TestEveryBitWhereSpellingsDiffer(t *testing.T) {
	t.Parallel()
	z := newZone(t)
	dir := z.bundle(z.receipt())
	for _, name := range []string{receipt.FileReceipt, receipt.FileProof} {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		for i := range whole {
			if !bytes.ContainsAny(whole[max(0, i-1):min(len(whole), i+3)], "=\"\n \u2014") {
				continue
			}
			for bit := range 8 {
				flip(t, path, whole, i, bit)
				_, err := receipt.VerifyDir(dir, z.keys, issuedAt)
				flip(t, path, whole, i, -1)
				require.ErrorIs(t, err, receipt.ErrNotGenuine, "%s, byte %d, bit %d", name, i, bit)
			}
		}
	}
}

// flip changes one bit of the i-th byte of a file in place; bit -1 restores the byte.
func flip(t *testing.T, path string, whole []byte, i, bit int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	b := whole[i]
	if bit >= 0 {
		b ^= 1 << bit
	}
	_, err = f.WriteAt([]byte{b}, int64(i))
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestFilesAroundTheBundle(t *testing.T) {
	z := newZone(t)
	cases := map[string]func(dir string){
		"extra file":      func(dir string) { require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600)) },
		"hidden file":     func(dir string) { require.NoError(t, os.WriteFile(filepath.Join(dir, ".x"), nil, 0o600)) },
		"extra data":      func(dir string) { require.NoError(t, os.WriteFile(filepath.Join(dir, "data.parquet"), nil, 0o600)) },
		"extra directory": func(dir string) { require.NoError(t, os.Mkdir(filepath.Join(dir, "more"), 0o700)) },
		"linked data": func(dir string) {
			there := filepath.Join(t.TempDir(), "data.csv")
			require.NoError(t, os.Rename(filepath.Join(dir, "data.csv"), there))
			require.NoError(t, os.Symlink(there, filepath.Join(dir, "data.csv")))
		},
		"directory for data": func(dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "data.csv")))
			require.NoError(t, os.Mkdir(filepath.Join(dir, "data.csv"), 0o700))
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			dir := z.bundle(z.receipt())
			change(dir)
			_, err := receipt.VerifyDir(dir, z.keys, issuedAt)
			require.ErrorIs(t, err, receipt.ErrNotGenuine)
		})
	}
	_, err := receipt.VerifyDir(filepath.Join(t.TempDir(), "absent"), z.keys, issuedAt)
	require.Error(t, err)
}

func TestValidity(t *testing.T) {
	z := newZone(t)
	r := z.receipt()
	dir := z.bundle(r)
	for _, c := range []struct {
		now  time.Time
		want error
	}{
		{r.NotBefore.Add(-time.Second), receipt.ErrNotYet}, {r.NotBefore, nil},
		{r.NotAfter.Add(-time.Second), nil}, {r.NotAfter, receipt.ErrExpired}, {r.NotAfter.AddDate(9, 0, 0), receipt.ErrExpired},
	} {
		report, err := receipt.VerifyDir(dir, z.keys, c.now)
		require.ErrorIs(t, err, c.want)
		require.Equal(t, r.Release, report.Receipt.Release, "a genuine receipt is reported, valid or not")
	}
}

// Nothing found in the bundle is trusted: other keys verify nothing.
func TestOnlyPinnedKeysCount(t *testing.T) {
	z, other := newZone(t), newZone(t)
	dir := z.bundle(z.receipt())
	cases := map[string]func(*receipt.Keys){
		"gateway":  func(k *receipt.Keys) { k.Gateway = other.keys.Gateway },
		"log":      func(k *receipt.Keys) { k.Log = other.keys.Log },
		"zone":     func(k *receipt.Keys) { k.Zone = other.keys.Zone },
		"reviewer": func(k *receipt.Keys) { k.Reviewers = []receipt.Reviewer{z.reviewer("rita")} },
		"another person's key": func(k *receipt.Keys) {
			k.Reviewers = []receipt.Reviewer{z.reviewer("rita"), z.reviewer("rob")}
			k.Reviewers[1].Person = "p-other"
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			keys := z.keys
			change(&keys)
			_, err := receipt.VerifyDir(dir, keys, issuedAt)
			require.ErrorIs(t, err, receipt.ErrNotGenuine)
		})
	}
	_, err := receipt.VerifyDir(dir, receipt.Keys{}, issuedAt)
	require.Error(t, err)
}

// Each row is a log that says something else than the receipt.
func TestTheLogMustHoldTheIssue(t *testing.T) {
	z, other := newZone(t), newZone(t)
	r := z.receipt()
	issued, err := receipt.Issue(r, z.gateway)
	require.NoError(t, err)
	good := entry(r, issued.Digest, 5)
	with := func(change func(*audit.Entry)) []byte {
		e := entry(r, issued.Digest, 5)
		change(&e)
		return z.prove(e, 11)
	}
	cosigner, _, err := note.GenerateKey(nil, "witness")
	require.NoError(t, err)
	witness, err := note.NewSigner(cosigner)
	require.NoError(t, err)
	cases := map[string][]byte{
		"another receipt":    with(func(e *audit.Entry) { e.Digests["receipt"] = catalog.DigestOf([]byte("x")) }),
		"another artefact":   with(func(e *audit.Entry) { e.Digests["artefact"] = catalog.DigestOf([]byte("x")) }),
		"another release":    with(func(e *audit.Entry) { e.Subject = catalog.NewID(catalog.PrefixRelease) }),
		"another run":        with(func(e *audit.Entry) { e.Facts["run"] = catalog.NewID(catalog.PrefixRun) }),
		"another act":        with(func(e *audit.Entry) { e.Action = audit.ActionReleaseCollect }),
		"refused":            with(func(e *audit.Entry) { e.Outcome = "refused" }),
		"signed by another":  z.prove(good, 11, other.log),
		"an unknown witness": z.prove(good, 11, z.log, witness),
		"entry of no place": func() []byte {
			p, err := audit.ParseProof(z.prove(good, 11))
			require.NoError(t, err)
			p.Index = 6
			return p.Encode()
		}(),
		"no entry": func() []byte {
			p, err := audit.ParseProof(z.prove(good, 11))
			require.NoError(t, err)
			p.Entry = nil
			return p.Encode()
		}(),
		"no path": func() []byte {
			p, err := audit.ParseProof(z.prove(good, 11))
			require.NoError(t, err)
			p.Path = nil
			return p.Encode()
		}(),
	}
	for name, proof := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := receipt.VerifyDir(z.write(r, issued, proof), z.keys, issuedAt)
			require.ErrorIs(t, err, receipt.ErrNotGenuine)
		})
	}
	for size := int64(6); size < 20; size++ {
		_, err := receipt.VerifyDir(z.write(r, issued, z.prove(good, size)), z.keys, issuedAt)
		require.NoError(t, err)
	}
}

// Each row is a set of votes that does not carry the release; neither the gateway nor a verifier accepts it.
func TestVotesMustCarryTheRelease(t *testing.T) {
	z := newZone(t)
	one := func(change func(*receipt.Vote)) func(*receipt.Receipt) {
		return func(r *receipt.Receipt) { r.Votes[1] = z.vote(*r, "rob", change) }
	}
	cases := map[string]func(*receipt.Receipt){
		"too few":            func(r *receipt.Receipt) { z.approve(r, "rita") },
		"none":               func(r *receipt.Receipt) { z.approve(r) },
		"the same twice":     func(r *receipt.Receipt) { r.Votes[1] = r.Votes[0] },
		"an empty place":     func(r *receipt.Receipt) { r.Votes[1] = nil },
		"not certified":      func(r *receipt.Receipt) { r.Reviewers = r.Reviewers[:1] },
		"surplus key":        func(r *receipt.Receipt) { r.Votes = r.Votes[:1] },
		"key order":          func(r *receipt.Receipt) { slices.Reverse(r.Reviewers) },
		"other run":          one(func(v *receipt.Vote) { v.Run = catalog.NewID(catalog.PrefixRun) }),
		"other artefact":     one(func(v *receipt.Vote) { v.Artefact = catalog.DigestOf(nil) }),
		"other report":       one(func(v *receipt.Vote) { v.RiskReport = catalog.DigestOf(nil) }),
		"other policy":       one(func(v *receipt.Vote) { v.Policy = catalog.DigestOf(nil) }),
		"a rejection":        one(func(v *receipt.Vote) { v.Verdict, v.Reasons = receipt.VerdictReject, []string{"PURPOSE"} }),
		"under another name": one(func(v *receipt.Vote) { v.Voter.Person = "p-ron" }),
		"the recipient":      func(r *receipt.Receipt) { r.Recipient.Person = "p-rob" },
		"his account":        func(r *receipt.Receipt) { r.Recipient.Account = "rob" },
		"his organization":   func(r *receipt.Receipt) { r.Recipient.Organization = "unit-rob" },
		"one unit":           func(r *receipt.Receipt) { r.Review.Providers = []string{"unit-rob"} },
		"provider missing":   func(r *receipt.Receipt) { r.Review = receipt.Review{Persons: 1, Providers: []string{"hrss"}} },
		"one person, two accounts": func(r *receipt.Receipt) {
			twin := z.reviewer("rob")
			twin.Person = "p-rita"
			for i := range r.Reviewers {
				if r.Reviewers[i].Account == "rob" {
					r.Reviewers[i] = twin
				}
			}
			r.Votes[1] = z.vote(*r, "rob", func(v *receipt.Vote) { v.Voter.Person = "p-rita" })
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			r := z.receipt()
			change(&r)
			_, err := receipt.Issue(r, z.gateway)
			require.Error(t, err)

			issued := forge(t, z, r)
			_, err = receipt.VerifyDir(z.write(r, issued, z.prove(entry(r, issued.Digest, 5), 11)), z.keys, issuedAt)
			require.ErrorIs(t, err, receipt.ErrNotGenuine)
		})
	}
}

// forge signs any predicate with the gateway's key, as a gateway would whose checks were taken out.
func forge(t *testing.T, z *zone, r receipt.Receipt) receipt.Issued {
	t.Helper()
	label := receipt.Label(r)
	subjects := []map[string]any{{"name": receipt.FileLabel, "digest": map[string]string{"sha256": string(catalog.DigestOf(label)[7:])}}}
	for _, f := range r.Files {
		subjects = append(subjects, map[string]any{"name": f.Name, "digest": map[string]string{"sha256": string(f.Digest[7:])}})
	}
	return forgeStatement(t, z, label, map[string]any{"_type": intoto.StatementTypeUri, "subject": subjects, "predicateType": "urn:yumen:receipt:v1", "predicate": r})
}

func forgeStatement(t *testing.T, z *zone, label []byte, st map[string]any) receipt.Issued {
	t.Helper()
	signer, err := dsse.NewEnvelopeSigner(z.gateway)
	require.NoError(t, err)
	env, err := signer.SignPayload(t.Context(), "application/vnd.in-toto+json", canonicalJSON(t, st))
	require.NoError(t, err)
	b := append(canonicalJSON(t, env), '\n')
	return receipt.Issued{Label: label, Receipt: b, Digest: catalog.DigestOf(b)}
}

// The signed form is strict: whatever the gateway's key signs, only a whole receipt of version 1 verifies.
func TestStatementsAreStrict(t *testing.T) {
	z := newZone(t)
	r := z.receipt()
	issued, err := receipt.Issue(r, z.gateway)
	require.NoError(t, err)
	var env dsse.Envelope
	require.NoError(t, json.Unmarshal(issued.Receipt, &env))
	body, err := base64.StdEncoding.DecodeString(env.Payload)
	require.NoError(t, err)
	cases := map[string]func(st, predicate map[string]any){
		"unknown member":        func(st, _ map[string]any) { st["note"] = "x" },
		"unknown in predicate":  func(_, p map[string]any) { p["note"] = "x" },
		"other predicate type":  func(st, _ map[string]any) { st["predicateType"] = "urn:yumen:receipt:v2" },
		"other statement type":  func(st, _ map[string]any) { st["_type"] = "https://in-toto.io/Statement/v0.1" },
		"no subject":            func(st, _ map[string]any) { st["subject"] = []any{} },
		"a subject too many":    func(st, _ map[string]any) { st["subject"] = append(st["subject"].([]any), st["subject"].([]any)[0]) },
		"no grade":              func(_, p map[string]any) { p["grade"] = 0 },
		"grade 4, two votes":    func(_, p map[string]any) { p["grade"] = 4 },
		"no review at grade 3":  func(_, p map[string]any) { p["review"] = map[string]any{"persons": 0} },
		"no zone":               func(_, p map[string]any) { p["zone"] = "" },
		"no purpose":            func(_, p map[string]any) { p["purpose"] = "" },
		"purpose of two lines":  func(_, p map[string]any) { p["purpose"] = "a\nb" },
		"no files":              func(_, p map[string]any) { p["files"] = []any{} },
		"no snapshot":           func(_, p map[string]any) { p["snapshots"] = []any{} },
		"no sandbox level":      func(_, p map[string]any) { p["sandbox"] = "" },
		"other mode":            func(_, p map[string]any) { p["mode"] = "raw" },
		"validity backwards":    func(_, p map[string]any) { p["not_after"] = "2026-01-01T00:00:00Z" },
		"time with an offset":   func(_, p map[string]any) { p["issued"] = "2026-03-02T16:00:00+08:00" },
		"time with a fraction":  func(_, p map[string]any) { p["issued"] = "2026-03-02T08:00:00.5Z" },
		"digest in upper case":  func(_, p map[string]any) { p["query"] = "sha256:" + strings.Repeat("A", 64) },
		"manifest of others":    func(_, p map[string]any) { p["artefact"] = string(catalog.DigestOf(nil)) },
		"policy without number": func(_, p map[string]any) { p["policy"].(map[string]any)["revision"] = "" },
		"a path for a name": func(_, p map[string]any) {
			p["files"].([]any)[0].(map[string]any)["name"] = "../data.csv"
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			var st map[string]any
			require.NoError(t, json.Unmarshal(body, &st))
			change(st, st["predicate"].(map[string]any))
			forged := forgeStatement(t, z, issued.Label, st)
			_, err := receipt.VerifyDir(z.write(r, forged, z.prove(entry(r, forged.Digest, 5), 11)), z.keys, issuedAt)
			require.ErrorIs(t, err, receipt.ErrNotGenuine)
		})
	}
}

// Others' software reads our envelopes: the reference DSSE verifier and the in-toto statement type.
func TestInteroperates(t *testing.T) {
	z := newZone(t)
	issued, err := receipt.Issue(z.receipt(), z.gateway)
	require.NoError(t, err)
	var env dsse.Envelope
	require.NoError(t, json.Unmarshal(issued.Receipt, &env))
	verifier, err := dsse.NewEnvelopeVerifier(reference{z.gateway.Public()})
	require.NoError(t, err)
	accepted, body, err := verifier.VerifyAndDecode(t.Context(), &env)
	require.NoError(t, err)
	require.Equal(t, z.keys.Gateway[0].ID, accepted[0].KeyID)

	var st intoto.Statement
	require.NoError(t, protojson.Unmarshal(body, &st))
	require.NoError(t, st.Validate())
	require.Equal(t, "urn:yumen:receipt:v1", st.PredicateType)
	require.Len(t, st.Subject, 3)
}
