package receipt_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/receipt"
)

func canonicalJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	b, err = jcs.Transform(b)
	require.NoError(t, err)
	return b
}

// reference is a verifier for the reference implementation of DSSE.
type reference struct{ key ed25519.PublicKey }

func (r reference) Verify(_ context.Context, data, sig []byte) error {
	if !ed25519.Verify(r.key, data, sig) {
		return errors.New("no")
	}
	return nil
}
func (r reference) KeyID() (string, error)   { return receipt.KeyID(r.key) }
func (r reference) Public() crypto.PublicKey { return r.key }

func TestVoteSignAndOpen(t *testing.T) {
	z := newZone(t)
	r := z.receipt()
	env := z.vote(r, "rita", nil)
	v, err := receipt.OpenVote(env, z.reviewer("rita"))
	require.NoError(t, err)
	require.Equal(t, r.Artefact, v.Artefact)
	require.Equal(t, receipt.VerdictApprove, v.Verdict)

	_, err = receipt.OpenVote(env, z.reviewer("rob"))
	require.ErrorIs(t, err, receipt.ErrNotGenuine)
	twin := z.reviewer("rita")
	twin.Account = "rita2"
	_, err = receipt.OpenVote(env, twin)
	require.ErrorIs(t, err, receipt.ErrNotGenuine)

	for _, change := range []func(*dsse.Envelope){
		func(e *dsse.Envelope) { e.PayloadType = "text/plain" },
		func(e *dsse.Envelope) { e.Signatures = nil },
		func(e *dsse.Envelope) { e.Signatures = append(e.Signatures, e.Signatures[0]) },
		func(e *dsse.Envelope) { e.Signatures[0].KeyID = "" },
		func(e *dsse.Envelope) { e.Payload = strings.TrimRight(e.Payload, "=") + "====" },
	} {
		bad := *z.vote(r, "rita", nil)
		change(&bad)
		_, err := receipt.OpenVote(&bad, z.reviewer("rita"))
		require.ErrorIs(t, err, receipt.ErrNotGenuine)
	}
}

// A receipt signed by a reviewer's key is no vote, and a vote signed by the gateway no receipt.
func TestStatementsAreNotInterchangeable(t *testing.T) {
	z := newZone(t)
	r := z.receipt()
	issued, err := receipt.Issue(r, z.reviewers["rita"])
	require.NoError(t, err)
	var env dsse.Envelope
	require.NoError(t, json.Unmarshal(issued.Receipt, &env))
	_, err = receipt.OpenVote(&env, z.reviewer("rita"))
	require.ErrorIs(t, err, receipt.ErrNotGenuine)
}

func TestSignVoteRefuses(t *testing.T) {
	z := newZone(t)
	r := z.receipt()
	good, err := receipt.OpenVote(z.vote(r, "rita", nil), z.reviewer("rita"))
	require.NoError(t, err)
	for name, change := range map[string]func(*receipt.Vote){
		"another's key":    func(v *receipt.Vote) { v.Key = z.reviewer("rob").Key.ID },
		"no run":           func(v *receipt.Vote) { v.Run = "run_1" },
		"no artefact":      func(v *receipt.Vote) { v.Artefact = "" },
		"no verdict":       func(v *receipt.Vote) { v.Verdict = "" },
		"other verdict":    func(v *receipt.Vote) { v.Verdict = "Approve" },
		"no reason":        func(v *receipt.Vote) { v.Verdict = receipt.VerdictReturn },
		"empty reason":     func(v *receipt.Vote) { v.Reasons = []string{""} },
		"too many reasons": func(v *receipt.Vote) { v.Reasons = make([]string, 17) },
		"no person":        func(v *receipt.Vote) { v.Voter.Person = "" },
		"local time":       func(v *receipt.Vote) { v.Time = v.Time.In(time.FixedZone("CST", 8*3600)) },
		"no time":          func(v *receipt.Vote) { v.Time = time.Time{} },
	} {
		t.Run(name, func(t *testing.T) {
			v := good
			change(&v)
			_, err := receipt.SignVote(z.reviewers["rita"], v)
			require.Error(t, err)
		})
	}
}

func TestManifestDigest(t *testing.T) {
	z := newZone(t)
	files := z.receipt().Files
	a, err := receipt.ManifestDigest(files)
	require.NoError(t, err)
	renamed := append([]receipt.File(nil), files...)
	renamed[0].Size++
	b, err := receipt.ManifestDigest(renamed)
	require.NoError(t, err)
	require.NotEqual(t, a, b)
	for _, bad := range [][]receipt.File{
		nil, {files[1], files[0]}, {files[0], files[0]},
		{{Name: "data.exe", Format: "exe", Digest: files[0].Digest}}, {{Name: "data.csv", Format: "json", Digest: files[0].Digest}},
		{{Name: "data.csv", Format: "csv", Size: -1, Digest: files[0].Digest}}, {{Name: "data.csv", Format: "csv"}},
	} {
		_, err := receipt.ManifestDigest(bad)
		require.Error(t, err)
	}
}

func TestKeysDocument(t *testing.T) {
	z := newZone(t)
	z.keys.Reviewers = []receipt.Reviewer{z.reviewer("rita")}
	b, err := z.keys.Encode()
	require.NoError(t, err)
	got, err := receipt.DecodeKeys(b)
	require.NoError(t, err)
	require.Equal(t, z.keys, got)

	for name, change := range map[string]func(*receipt.Keys){
		"version":       func(k *receipt.Keys) { k.APIVersion = "yumen/v2" },
		"kind":          func(k *receipt.Keys) { k.Kind = catalog.KindDataset },
		"zone":          func(k *receipt.Keys) { k.Zone = "" },
		"log":           func(k *receipt.Keys) { k.Log = "x" },
		"no gateway":    func(k *receipt.Keys) { k.Gateway = nil },
		"gateway twice": func(k *receipt.Keys) { k.Gateway = append(k.Gateway, k.Gateway[0]) },
		"wrong id":      func(k *receipt.Keys) { k.Gateway = []receipt.PublicKey{{ID: "x", Key: k.Gateway[0].Key}} },
		"short key": func(k *receipt.Keys) {
			k.Gateway = []receipt.PublicKey{{ID: k.Gateway[0].ID, Key: k.Gateway[0].Key[:31]}}
		},
		"gateway's key for a reviewer": func(k *receipt.Keys) {
			k.Reviewers = []receipt.Reviewer{{Account: "a", Person: "p", Organization: "o", Key: k.Gateway[0]}}
		},
		"nameless reviewer": func(k *receipt.Keys) { k.Reviewers = []receipt.Reviewer{{Key: k.Reviewers[0].Key}} },
	} {
		t.Run(name, func(t *testing.T) {
			keys := z.keys
			change(&keys)
			require.Error(t, keys.Validate())
			_, err := keys.Encode()
			require.Error(t, err)
		})
	}
	for _, text := range []string{
		"", "{}", strings.Replace(string(b), `"kind"`, `"Kind"`, 1), strings.Replace(string(b), `"zone"`, `"x": 1, "zone"`, 1),
		string(b) + "{}", strings.Replace(string(b), `"zone"`, `"zone": "a", "zone"`, 1), strings.Repeat(" ", 2<<20),
	} {
		_, err := receipt.DecodeKeys([]byte(text))
		require.Error(t, err)
	}
}

func FuzzDecodeKeys(f *testing.F) {
	z := newZone(f)
	b, err := z.keys.Encode()
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := receipt.DecodeKeys(b)
		if err != nil {
			return
		}
		again, err := k.Encode()
		require.NoError(t, err)
		k2, err := receipt.DecodeKeys(again)
		require.NoError(t, err)
		require.Equal(t, k, k2)
	})
}

// FuzzVerifyDir changes the receipt and the proof of a genuine bundle in any way.
func FuzzVerifyDir(f *testing.F) {
	z := newZone(f)
	dir := z.bundle(z.receipt())
	text, err := os.ReadFile(filepath.Join(dir, receipt.FileReceipt))
	require.NoError(f, err)
	proof, err := os.ReadFile(filepath.Join(dir, receipt.FileProof))
	require.NoError(f, err)
	f.Add(text, proof)
	f.Add([]byte(`{"payload":"","payloadType":"","signatures":[]}`+"\n"), []byte("c2sp.org/tlog-proof@v1\n"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, receipt.FileReceipt), a, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, receipt.FileProof), b, 0o600))
		_, err := receipt.VerifyDir(dir, z.keys, issuedAt)
		if !bytes.Equal(a, text) || !bytes.Equal(b, proof) {
			require.Error(t, err)
		}
	})
}
