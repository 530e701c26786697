//go:build !race

package policy_test

import (
	"encoding/json"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"

	"yumen/policy"
)

// The committed allow list is a part of what this version of the engine offers; a difference shows what a new version changed.
func TestCapabilitiesAreTheEngines(t *testing.T) {
	var committed, engine struct {
		Builtins       []json.RawMessage `json:"builtins"`
		FutureKeywords []string          `json:"future_keywords"`
		Features       []string          `json:"features"`
		AllowNet       []string          `json:"allow_net"`
	}
	require.NoError(t, json.Unmarshal([]byte(policy.CapabilitiesText()), &committed))
	raw, err := json.Marshal(ast.CapabilitiesForThisVersion())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &engine))
	name := func(raw json.RawMessage) string {
		var b struct {
			Name string `json:"name"`
		}
		require.NoError(t, json.Unmarshal(raw, &b))
		return b.Name
	}
	offered := map[string]json.RawMessage{}
	for _, b := range engine.Builtins {
		offered[name(b)] = b
	}
	for _, b := range committed.Builtins {
		require.JSONEq(t, string(offered[name(b)]), string(b))
	}
	require.ElementsMatch(t, engine.FutureKeywords, committed.FutureKeywords)
	require.ElementsMatch(t, engine.Features, committed.Features)
	require.NotNil(t, committed.AllowNet)
	require.Empty(t, committed.AllowNet)
}

// No built-in reaches a network, a clock, randomness, the environment or a parser of rules, and none is non-deterministic.
func TestCapabilitiesReachNothing(t *testing.T) {
	var committed struct {
		Builtins []struct {
			Name             string `json:"name"`
			Nondeterministic bool   `json:"nondeterministic"`
		} `json:"builtins"`
	}
	require.NoError(t, json.Unmarshal([]byte(policy.CapabilitiesText()), &committed))
	require.NotEmpty(t, committed.Builtins)
	for _, b := range committed.Builtins {
		require.False(t, b.Nondeterministic, b.Name)
		require.NotRegexp(t, `^(http|net|opa|rand|uuid|time|io|crypto|graphql|providers|rego|trace|print|json|regex)`, b.Name)
	}
}
