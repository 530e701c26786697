package faultpoint_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/policyfile"
)

// signer makes somebody a signing key that another person confirms.
func (s *stage) signer(as, confirms string) *receipt.Signer {
	s.t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(s.t, err)
	k := must[api.Key](s, as, "POST", "/v1/signing-keys", api.KeyRegistration{PublicKey: base64.StdEncoding.EncodeToString(public)})
	must[api.Key](s, confirms, "POST", "/v1/signing-keys/"+url.PathEscape(k.ID)+"/confirm", nil)
	out, err := receipt.NewSigner(private)
	require.NoError(s.t, err)
	return out
}

// signed is somebody's signed word that a bundle may decide.
func (s *stage) signed(as string, by *receipt.Signer, files policyfile.Files, propose bool) api.PolicyLoad {
	s.t.Helper()
	now := must[api.Policy](s, "auditor", "GET", "/v1/policy", nil)
	id, err := by.KeyID()
	require.NoError(s.t, err)
	revision, err := files.Revision()
	require.NoError(s.t, err)
	p := enclavetest.As(as)
	env, err := receipt.SignBundle(by, receipt.BundleApproval{Zone: now.Zone, Bundle: files.Digest(), Revision: revision.String(), Previous: catalog.Digest(now.Digest), Key: id,
		Signer: receipt.Voter{Account: p.Account, Person: p.Person, Organization: p.Organization}, Time: time.Now().UTC().Truncate(time.Second)})
	require.NoError(s.t, err)
	out := api.PolicyLoad{Revision: revision.String(), Reason: "test"}
	if propose {
		out.Archive, err = files.Pack()
		require.NoError(s.t, err)
	}
	out.Envelope, err = json.Marshal(env)
	require.NoError(s.t, err)
	return out
}
