//go:build !race

package policy_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/policy"
)

func TestZeroValuesRefuse(t *testing.T) {
	var zero policy.Decision
	require.False(t, zero.Allow)
	require.NotNil(t, zero.Refusal())
	var nobody *policy.Engine
	for _, e := range []*policy.Engine{nobody, {}} {
		d, err := e.Decide(t.Context(), base[policy.Query](t, policy.ActionQueryRun))
		require.Error(t, err)
		requireFailure(t, d, "ENG-001")
	}
}

func requireFailure(t *testing.T, d policy.Decision, rule string) {
	t.Helper()
	require.False(t, d.Allow)
	require.Len(t, d.Denials, 1)
	require.Equal(t, rule, d.Denials[0].Rule)
	require.Empty(t, d.Denials[0].Code, "a failure of the engine is no refusal by the rules")
	require.Zero(t, d.Obligations)
	require.True(t, catalog.ValidID(catalog.PrefixDecision, d.ID))
	require.NotNil(t, d.Refusal())
}

func TestInputsThatTheEngineDoesNotKnow(t *testing.T) {
	e := open(t, policy.Beijing)
	elsewhere := base[policy.Query](t, policy.ActionQueryRun)
	elsewhere.Zone.Jurisdiction = policy.Lab
	for name, in := range map[string]policy.Input{
		"nil":                  nil,
		"unknown action":       policy.RawInput{Act: "verify.answer", Common: elsewhere.Common},
		"empty action":         policy.RawInput{},
		"another jurisdiction": elsewhere,
	} {
		t.Run(name, func(t *testing.T) {
			d, err := e.Decide(t.Context(), in)
			require.Error(t, err)
			requireFailure(t, d, "ENG-002")
		})
	}
}

func TestEvaluationFailuresRefuse(t *testing.T) {
	in := base[policy.Query](t, policy.ActionQueryRun)
	slow := "every x in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] { " + strings.Repeat("every _ in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] { ", 7) +
		"x > 0 " + strings.Repeat("}", 8)
	cases := []struct{ name, old, replacement, rule string }{
		{"built-in error", "lib.named(input.grant.id)", "object.keys(input.grant.id) != set()", "ENG-003"},
		{"conflict", "query_proof := ((caller_proof", "query_proof := set()\n\nquery_proof := ((caller_proof", "ENG-003"},
		{"timeout", "lib.named(input.grant.id)", slow, "ENG-003"},
		{"undefined", `if not lacks("query.run", query_proof)`, `if lacks("query.none", query_proof)`, "ENG-004"},
		{"wrong shape", `query_run := {"proof": query_proof, "obligations": query_obligations}`, `query_run := {"allow": true}`, "ENG-005|"},
		{"a verdict of its own", `query_run := {"proof": query_proof, "obligations"`, `query_run := {"allow": true, "proof": query_proof, "obligations"`, "ENG-004"},
		{"no obligations", `query_run := {"proof": query_proof, "obligations": query_obligations}`, `query_run := {"proof": query_proof}`, "ENG-005"},
		{"unknown obligation", "query_obligations := {\n\t\"run\"", "query_obligations := {\n\t\"more\": 1,\n\t\"run\"", "ENG-005"},
		{"an obligation of another action", "query_obligations := {\n\t\"run\"", "query_obligations := {\n\t\"account\": {\"confirmation\": \"none\"},\n\t\"run\"", "ENG-005"},
		{"no rules per cell", "query_obligations := {\n\t\"run\": desensitization.run,\n", "query_obligations := {\n", "ENG-005"},
		{"short retention", `"retention_years": desensitization.retention_years`, `"retention_years": 1`, "ENG-005"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := decision
			if strings.HasPrefix(c.old, "lib.") {
				file = authorization
			}
			e, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: edited(t, file, c.old, c.replacement)})
			require.NoError(t, err)
			d, err := e.Decide(t.Context(), in)
			require.False(t, d.Allow)
			if c.rule == "ENG-005|" { // the proofs are missing, so the rules refuse before the shape matters
				require.Error(t, err)
				return
			}
			require.Error(t, err)
			requireFailure(t, d, c.rule)
			require.NotContains(t, err.Error(), "grant_1", "no value of the input in an error")
		})
	}
}

// Rules that are dropped by their answer alone are still required: the engine trusts proofs, not verdicts.
func TestProofsDecideNotTheAnswer(t *testing.T) {
	files := edited(t, decision, `missing(action, proof) := object.keys(data.yumen.required[action]) - proof`,
		`missing(action, proof) := object.keys(data.yumen.required[action]) - (proof | {"AUT-005"})`)
	e, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Bundle: files})
	require.NoError(t, err)
	in := base[policy.Query](t, policy.ActionQueryRun)
	in.Call.Purpose = "other"
	d := decide(t, e, in)
	require.False(t, d.Allow)
	require.Equal(t, []string{"AUT-005"}, denied(d))
}

func TestCancelledContextRefuses(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d, err := open(t, policy.Beijing).Decide(ctx, wide(5, 20))
	require.Error(t, err)
	requireFailure(t, d, "ENG-003")
}

func TestDenialsCarryTheAnnotation(t *testing.T) {
	in := base[policy.Query](t, policy.ActionQueryRun)
	touch := in.Footprint.Tables["persons"]
	touch.Add("id_card", 2, false, policy.UseCount)
	d := decide(t, open(t, policy.Beijing), in)
	require.Equal(t, []string{"AUT-007"}, denied(d))
	x := d.Denials[0]
	require.Equal(t, catalog.CodeColumnNotGranted, x.Code)
	require.Equal(t, []string{"BJ-FIN-23a", "BJ-FIN-23b", "SJZ-16b"}, x.Articles)
	require.NotEmpty(t, x.Message.Zh)
	require.NotEmpty(t, x.Remedy.En)
	require.Equal(t, []map[string]any{{"table": "persons", "column": "id_card"}}, x.Detail)
	r := d.Refusal()
	require.Equal(t, catalog.CodeColumnNotGranted, r.Code)
	require.Equal(t, -1, r.Position)
	require.True(t, d.Denied("AUT-007"))
	require.False(t, d.Denied("AUT-001"))
}

func TestDecisionsAreDeterministic(t *testing.T) {
	e := open(t, policy.Beijing)
	in := wide(5, 20)
	in.Call.Purpose = "other"
	first := decide(t, e, in)
	for range 50 {
		again := decide(t, e, in)
		again.ID = first.ID
		require.Equal(t, first, again)
	}
}

func TestPublicDigestIsSalted(t *testing.T) {
	plain := open(t, policy.Beijing).Status()
	require.Empty(t, plain.PublicDigest)
	salted, err := policy.Open(policy.Config{Jurisdiction: policy.Beijing, Salt: []byte("0123456789abcdef")})
	require.NoError(t, err)
	s := salted.Status()
	require.NoError(t, s.PublicDigest.Validate())
	require.Equal(t, plain.Digest, s.Digest)
	require.NotEqual(t, s.Digest, s.PublicDigest)
	_, err = policy.Open(policy.Config{Jurisdiction: policy.Beijing, Salt: []byte("short")})
	require.Error(t, err)
}

func TestStatusAndRules(t *testing.T) {
	for _, j := range policy.Jurisdictions() {
		s := open(t, j).Status()
		require.Equal(t, j, s.Jurisdiction)
		require.Equal(t, j == policy.Lab, s.Lab)
		require.NotEmpty(t, s.Title.Zh)
		require.Equal(t, "1.22.2", s.OPA)
	}
	_, err := policy.Open(policy.Config{Jurisdiction: "mars"})
	require.Error(t, err)
	for _, r := range open(t, policy.Beijing).Rules() {
		require.NotEmpty(t, r.Articles, r.ID)
		require.NotEmpty(t, r.Actions, r.ID)
		require.True(t, strings.HasPrefix(r.Package, "yumen."), r.ID)
	}
}
