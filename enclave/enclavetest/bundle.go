package enclavetest

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/internal/policyfile"
	"yumen/policy"
)

// Bundle is the program's policy bundle under another revision, with a text of one file replaced; no file leaves it as it is.
func Bundle(t testing.TB, revision, file, old, replacement string) policyfile.Files {
	t.Helper()
	files, err := policyfile.Read(policy.DefaultBundle())
	require.NoError(t, err)
	files[policyfile.Manifest] = []byte(`{"revision": "` + revision + `", "roots": ["yumen"]}`)
	if file != "" {
		require.Contains(t, string(files[file]), old)
		files[file] = bytes.Replace(files[file], []byte(old), []byte(replacement), 1)
	}
	return files
}

// SignedLoad is what somebody sends to make a bundle decide, signed with his key: with the bundle to propose it, without to confirm it.
func (z *Zone) SignedLoad(t testing.TB, p enclave.Principal, files policyfile.Files, propose bool, change ...func(*receipt.BundleApproval)) api.PolicyLoad {
	t.Helper()
	s := z.Signer(t, p, true)
	id, err := s.KeyID()
	require.NoError(t, err)
	revision, err := files.Revision()
	require.NoError(t, err)
	a := receipt.BundleApproval{Zone: z.Keys.PublicKeys().Zone, Bundle: files.Digest(), Revision: revision.String(), Previous: z.Config.Engine.Status().Digest, Key: id,
		Signer: receipt.Voter{Account: p.Account, Person: p.Person, Organization: p.Organization}, Time: z.Clock.Now().UTC().Truncate(time.Second)}
	for _, f := range change {
		f(&a)
	}
	env, err := receipt.SignBundle(s, a)
	require.NoError(t, err)
	out := api.PolicyLoad{Revision: revision.String(), Rollback: a.Rollback, Reason: "test"}
	if propose {
		out.Archive, err = files.Pack()
		require.NoError(t, err)
	}
	out.Envelope, err = json.Marshal(env)
	require.NoError(t, err)
	return out
}

// ActivateBundle makes a bundle decide: the security administrator proposes, a reviewer confirms.
func (z *Zone) ActivateBundle(t testing.TB, files policyfile.Files) {
	t.Helper()
	_, err := z.Service.LoadPolicy(t.Context(), As("security"), z.SignedLoad(t, As("security"), files, true))
	require.NoError(t, err)
	b, err := z.Service.LoadPolicy(t.Context(), As("reviewer_1"), z.SignedLoad(t, As("reviewer_1"), files, false))
	require.NoError(t, err)
	require.Equal(t, "active", b.State)
	require.Equal(t, files.Digest(), z.Config.Engine.Status().Digest)
}

// Digest is the bundle that decides.
func (z *Zone) Digest() catalog.Digest { return z.Config.Engine.Status().Digest }

// Damage changes the first record of a kind and state behind the gateway's back.
func (z *Zone) Damage(t testing.TB, kind, state string, change func(doc map[string]any)) {
	t.Helper()
	require.NoError(t, z.Store.inner.Update(t.Context(), func(tx *txn) error {
		all, err := tx.List(kind, metastore.Query{State: state, Limit: 1})
		require.NoError(t, err)
		require.NotEmpty(t, all)
		var doc map[string]any
		require.NoError(t, json.Unmarshal(all[0].Doc, &doc))
		change(doc)
		all[0].Doc, err = json.Marshal(doc)
		require.NoError(t, err)
		return tx.Put(kind, all[0])
	}))
}
