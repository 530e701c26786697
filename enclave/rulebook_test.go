//go:build !race

// Thousands of decisions are made and made again here; the race detector takes minutes for them and finds nothing that the tests of one
// decision beside another (package policy) do not show. make test runs this file without it.

package enclave_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/policyfile"
	"yumen/policy"
)

const activation = "yumen/activation/activation.rego"

func back(a *receipt.BundleApproval) { a.Rollback = true }

// Two people replace the rules, one of them the security administrator; the new ones decide at once and after a restart, and a way back
// takes two people as well.
func TestBJ_FIN_15b_TwoPeopleReplaceTheRules(t *testing.T) {
	z := enclavetest.New(t)
	own := z.Digest()
	security, reviewer := enclavetest.As("security"), enclavetest.As("reviewer_1")
	files := enclavetest.Bundle(t, "2027.01.01-1", "", "", "")

	first, err := z.Service.LoadPolicy(t.Context(), security, z.SignedLoad(t, security, files, true))
	require.NoError(t, err)
	require.Equal(t, "proposed", first.State)
	require.Equal(t, "security", first.Proposal.By)
	require.Equal(t, own, z.Digest(), "one person changes nothing")
	again, err := z.Service.LoadPolicy(t.Context(), security, z.SignedLoad(t, security, files, true))
	require.NoError(t, err)
	require.Equal(t, first, again, "the same person twice is not two")
	require.Equal(t, own, z.Digest())

	second, err := z.Service.LoadPolicy(t.Context(), reviewer, z.SignedLoad(t, reviewer, files, false))
	require.NoError(t, err)
	require.Equal(t, "active", second.State)
	require.Equal(t, []string{"security", "reviewer_1"}, second.Signers)
	require.Equal(t, files.Digest(), z.Digest())

	entries := z.Check(t)
	last := entries[len(entries)-1]
	require.Equal(t, audit.ActionPolicyActivate, last.Action)
	require.Equal(t, "2027.01.01-1", last.Facts["revision"])
	require.Equal(t, files.Digest(), last.Digests["bundle"])
	require.Equal(t, own, last.Digests["previous"])

	fresh, err := policy.Open(policy.Config{Jurisdiction: "lab", Salt: make([]byte, 32), Timeout: time.Minute})
	require.NoError(t, err)
	z.Restart(t, func(c *enclave.Config) { c.Engine, c.Decider = fresh, fresh })
	require.Equal(t, files.Digest(), z.Digest(), "it survives a restart")

	seen, err := z.Service.Policy(t.Context(), enclavetest.As("auditor"))
	require.NoError(t, err)
	require.Equal(t, "2027.01.01-1", seen.Revision)
	require.Len(t, seen.Bundles, 2)
	program := keptBundle(t, z, own)

	_, err = z.Service.LoadPolicy(t.Context(), reviewer, z.SignedLoad(t, reviewer, program, true))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "an older revision, without saying so")
	wayBack := z.SignedLoad(t, reviewer, program, false, back)
	_, err = z.Service.LoadPolicy(t.Context(), reviewer, wayBack)
	require.NoError(t, err)
	require.Equal(t, files.Digest(), z.Digest())
	_, err = z.Service.LoadPolicy(t.Context(), enclavetest.As("reviewer_2"), z.SignedLoad(t, enclavetest.As("reviewer_2"), program, false, back))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "two people, but not the security administrator")
	_, err = z.Service.LoadPolicy(t.Context(), security, z.SignedLoad(t, security, program, false, back))
	require.NoError(t, err)
	require.Equal(t, own, z.Digest())
	_, err = z.Service.LoadPolicy(t.Context(), security, z.SignedLoad(t, security, files, true))
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "what decided is not new")
	entries = z.Check(t)
	require.Contains(t, outcomes(entries, audit.ActionPolicyActivate), "rolled_back")
}

// keptBundle is a bundle as the zone keeps it.
func keptBundle(t *testing.T, z *enclavetest.Zone, digest catalog.Digest) policyfile.Files {
	t.Helper()
	for _, r := range z.Records(t, "policy_bundle") {
		if r.ID == string(digest) {
			var v struct {
				Archive []byte `json:"archive"`
			}
			require.NoError(t, json.Unmarshal(r.Doc, &v))
			files, err := policyfile.Unpack(v.Archive)
			require.NoError(t, err)
			return files
		}
	}
	require.Fail(t, "the bundle is not kept")
	return nil
}

func outcomes(entries []audit.Entry, action audit.Action) []string {
	var out []string
	for _, e := range entries {
		if e.Action == action {
			out = append(out, e.Outcome)
		}
	}
	return out
}

// What nobody signed who may is not run: its tests could take for ever.
func TestBJ_FIN_15b_AStrangersBundleIsNotRun(t *testing.T) {
	z := enclavetest.New(t)
	endless := enclavetest.Bundle(t, "2027.01.01-1", "yumen/decision/activation_test.rego", "\ntest_", `
test_endless if {
	n := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
	some a in n
	some b in n
	some c in n
	some d in n
	some e in n
	some f in n
	some g in n
	some h in n
	some i in n
	some j in n
	a + b + c + d + e + f + g + h + i + j > 90
}

test_`)
	z.Signer(t, enclavetest.As("security"), true)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := z.Service.LoadPolicy(ctx, enclavetest.As("security"), z.SignedLoad(t, enclavetest.As("reviewer_2"), endless, true))
	require.Equal(t, enclave.KindInvalid, enclavetest.Kind(err), "%v", err)
	require.ErrorContains(t, err, "signature")
}

// Whatever is wrong with a bundle or its signatures: it is refused, and the old one decides.
func TestBJ_FIN_15b_BundlesThatDoNotReplaceTheRules(t *testing.T) {
	z := enclavetest.New(t)
	own := z.Digest()
	security, reviewer := enclavetest.As("security"), enclavetest.As("reviewer_1")
	good := enclavetest.Bundle(t, "2027.01.01-1", "", "", "")
	stranger := z.SignedLoad(t, enclavetest.As("reviewer_2"), good, true)
	for _, c := range []struct {
		name string
		by   enclave.Principal
		load api.PolicyLoad
		kind enclave.ErrorKind
		text string
	}{
		{"a rule is dropped", security, z.SignedLoad(t, security, enclavetest.Bundle(t, "2027.01.01-1", activation, `proof contains "POL-006" if`, "unproven if"), true), enclave.KindInvalid, "POL-006"},
		{"a built-in that reaches the network", security, z.SignedLoad(t, security, enclavetest.Bundle(t, "2027.01.01-1", activation, "if input.reason == true", `if http.send({"url": "x"})`), true),
			enclave.KindInvalid, "http.send"},
		{"a rule that always holds", security, z.SignedLoad(t, security, enclavetest.Bundle(t, "2027.01.01-1", activation, `proof contains "POL-006" if input.reason == true`, `proof contains "POL-006"`), true),
			enclave.KindInvalid, "policy.activate"},
		{"its tests fail", security, z.SignedLoad(t, security, enclavetest.Bundle(t, "2027.01.01-1", "yumen/decision/activation_test.rego", `{"set": {"/signed": false}, "refuses": {"POL-003"}}`,
			`{"set": {"/signed": true}, "refuses": {"POL-003"}}`), true), enclave.KindInvalid, "test of the bundle fails"},
		{"back to what never decided", security, z.SignedLoad(t, security, good, true, back), enclave.KindForbidden, "revision"},
		{"by somebody who may not", enclavetest.As("analyst_a"), z.SignedLoad(t, security, good, true), enclave.KindForbidden, "security administrator"},
		{"by the auditor", enclavetest.As("auditor"), z.SignedLoad(t, security, good, true), enclave.KindForbidden, "security administrator"},
		{"with another's signature", security, stranger, enclave.KindInvalid, "signature"},
		{"signed for another zone", security, z.SignedLoad(t, security, good, true, func(a *receipt.BundleApproval) { a.Zone = catalog.NewID(catalog.PrefixZone) }), enclave.KindConflict, "sign"},
		{"signed in the place of another bundle", security, z.SignedLoad(t, security, good, true, func(a *receipt.BundleApproval) { a.Previous = catalog.DigestOf([]byte("x")) }), enclave.KindConflict, "sign"},
		{"another bundle than was signed", security, z.SignedLoad(t, security, good, true, func(a *receipt.BundleApproval) { a.Bundle = catalog.DigestOf([]byte("x")) }), enclave.KindConflict, "sign"},
		{"confirmed before it was proposed", security, z.SignedLoad(t, security, good, false), enclave.KindNotFound, ""},
		{"not packed", security, api.PolicyLoad{Revision: "2027.01.01-1", Archive: []byte("x"), Envelope: json.RawMessage(`{}`)}, enclave.KindInvalid, "no policy bundle"},
		{"another revision than is named", security, func() api.PolicyLoad {
			l := z.SignedLoad(t, security, good, true)
			l.Revision = "2027.01.02-1"
			return l
		}(), enclave.KindInvalid, "revision"},
		{"without a reason", security, func() api.PolicyLoad { l := z.SignedLoad(t, security, good, true); l.Reason = ""; return l }(), enclave.KindForbidden, "why"},
	} {
		t.Run("BJ-FIN-15b: "+c.name, func(t *testing.T) {
			c.load.Rollback = c.load.Rollback || c.name == "back to what never decided"
			_, err := z.Service.LoadPolicy(t.Context(), c.by, c.load)
			require.Equal(t, c.kind, enclavetest.Kind(err), "%v", err)
			require.ErrorContains(t, err, c.text)
			require.Equal(t, own, z.Digest())
		})
	}

	_, err := z.Service.LoadPolicy(t.Context(), security, z.SignedLoad(t, security, good, true))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		by     enclave.Principal
		before func()
	}{
		"the administrator's key is not confirmed": {enclavetest.As("admin"), func() {}},
		"after the first person's half lapsed":     {reviewer, func() { z.Clock.Advance(25 * time.Hour) }},
	} {
		t.Run("BJ-FIN-15b: "+name, func(t *testing.T) {
			var l api.PolicyLoad
			if c.by.Account == "admin" {
				z.Signer(t, enclavetest.As("admin"), false)
				l = z.SignedLoad(t, enclavetest.As("admin"), good, false)
			} else {
				c.before()
				l = z.SignedLoad(t, c.by, good, false)
			}
			_, err := z.Service.LoadPolicy(t.Context(), c.by, l)
			require.Error(t, err)
			require.Equal(t, own, z.Digest())
		})
	}
	z.Check(t)
}

// A bundle in force that cannot be used keeps the gateway from starting, and only then may the program's own rules be taken again.
func TestBJ_FIN_15b_ABrokenBundleIsNotUsed(t *testing.T) {
	z := enclavetest.New(t)
	own := z.Digest()
	z.ActivateBundle(t, enclavetest.Bundle(t, "2027.01.01-1", "", "", ""))
	fresh := func() enclave.Config {
		c := z.Config
		c.Engine = enclavetest.Salted(t, "\x00")
		c.Decider = c.Engine
		return c
	}
	require.NoError(t, z.Service.Close(t.Context()))
	_, err := enclave.ResetPolicy(t.Context(), fresh())
	require.ErrorContains(t, err, "can be used")

	z.Damage(t, "policy_bundle", "active", func(doc map[string]any) { doc["signatures"] = doc["signatures"].([]any)[:1] })
	c := fresh()
	_, err = enclave.New(t.Context(), c)
	require.ErrorIs(t, err, enclave.ErrPolicy)
	require.ErrorContains(t, err, "yumend policy reset")
	require.ErrorContains(t, err, "two people")
	revision, err := enclave.ResetPolicy(t.Context(), fresh())
	require.NoError(t, err)
	require.Equal(t, "2027.01.01-1", revision)
	z.Restart(t, func(c *enclave.Config) { f := fresh(); c.Engine, c.Decider = f.Engine, f.Decider })
	require.Equal(t, own, z.Digest())
	z.Check(t)
}

// Every decision can be asked again under the rules under which it was made; another bundle is tried on them.
func TestBJ_FIN_15b_DecisionsAreReplayed(t *testing.T) {
	z := enclavetest.New(t)
	ctx := t.Context()
	auditor := enclavetest.As("auditor")
	ask := func(n int) {
		for i := range n {
			kind := []string{"runs", "nothing"}[i%2]
			if _, err := z.Service.Freeze(ctx, enclavetest.As([]string{"admin", "steward"}[i%2]), api.FreezeRequest{Kind: kind, Reason: "x"}); err == nil {
				require.NoError(t, unfreeze(z, "admin", "runs", "", "lift_pending"))
				require.NoError(t, unfreeze(z, "security", "runs", "", "lifted"))
			}
		}
	}
	ask(360)
	r, err := z.Service.ReplayPolicy(ctx, auditor, api.PolicyReplay{Limit: 10_000})
	require.NoError(t, err)
	before := r.Checked
	stricter := enclavetest.Bundle(t, "2027.01.01-1", "data/roles.yaml", "    set: [administrator, security_administrator, auditor, regulator]", "    set: [security_administrator, auditor, regulator]")
	shadow, err := z.Service.ShadowPolicy(ctx, auditor, api.PolicyReplay{Limit: 10_000, Archive: packed(t, stricter)})
	require.NoError(t, err)
	require.Equal(t, before, shadow.Checked)
	require.Len(t, shadow.Changes, 180, "each freeze by the administrator, and nothing else")
	for _, c := range shadow.Changes {
		require.Equal(t, "freeze.set", c.Action)
		require.True(t, c.Was.Allow)
		require.Equal(t, api.PolicyVerdict{Missing: []string{"FRZ-001"}}, c.Now)
	}
	page, err := z.Service.ShadowPolicy(ctx, enclavetest.As("security"), api.PolicyReplay{From: shadow.Changes[0].Number, Limit: 1, Archive: packed(t, stricter)})
	require.NoError(t, err)
	require.Equal(t, shadow.Changes[:1], page.Changes)
	require.Equal(t, shadow.Changes[0].Number+1, page.Next)

	z.ActivateBundle(t, enclavetest.Bundle(t, "2027.01.01-1", "", "", ""))
	ask(140)
	r, err = z.Service.ReplayPolicy(ctx, auditor, api.PolicyReplay{Limit: 10_000})
	require.NoError(t, err)
	require.GreaterOrEqual(t, r.Checked, 1000)
	require.Equal(t, r.Checked, r.Same)
	require.Empty(t, r.Changes)
	revisions := map[string]int{}
	for _, d := range z.Records(t, "decision") {
		var v struct {
			Revision string `json:"revision"`
		}
		require.NoError(t, json.Unmarshal(d.Doc, &v))
		revisions[v.Revision]++
	}
	require.Len(t, revisions, 2, "under two bundles")
	t.Logf("%d decisions: %v", r.Checked, revisions)

	z.Damage(t, "decision", "", func(doc map[string]any) { doc["allow"] = doc["allow"] != true })
	r, err = z.Service.ReplayPolicy(ctx, auditor, api.PolicyReplay{Limit: 10_000})
	require.NoError(t, err)
	require.Len(t, r.Changes, 1, "what was changed behind the gateway's back is found")
	for _, p := range []string{"analyst_a", "steward", "provider"} {
		_, err := z.Service.ReplayPolicy(ctx, enclavetest.As(p), api.PolicyReplay{})
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
		_, err = z.Service.ShadowPolicy(ctx, enclavetest.As(p), api.PolicyReplay{Archive: packed(t, stricter)})
		require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err))
	}
}

func packed(t *testing.T, files policyfile.Files) []byte {
	t.Helper()
	b, err := files.Pack()
	require.NoError(t, err)
	return b
}
