package policy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"

	"yumen/internal/policyfile"
	"yumen/policy"
)

// typed decodes a base strictly into the input type of its action.
func typed(t testing.TB, action policy.Action, raw []byte) policy.Input {
	t.Helper()
	decode := func(into any) {
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		require.NoError(t, dec.Decode(into), "base of %s", action)
	}
	switch action {
	case policy.ActionQueryRun, policy.ActionQueryCheck:
		var q policy.Query
		decode(&q)
		q.Run = action == policy.ActionQueryRun
		return q
	case policy.ActionReleaseDecide:
		return decoded[policy.ReleaseDecide](decode)
	case policy.ActionReleaseCollect:
		return decoded[policy.ReleaseCollect](decode)
	case policy.ActionReviewVote:
		return decoded[policy.ReviewVote](decode)
	case policy.ActionAccountChange:
		return decoded[policy.AccountChange](decode)
	case policy.ActionCatalogChange:
		return decoded[policy.CatalogChange](decode)
	case policy.ActionSupplyLoad:
		return decoded[policy.SupplyLoad](decode)
	case policy.ActionSupplyChange:
		return decoded[policy.SupplyChange](decode)
	case policy.ActionApplicationStep:
		return decoded[policy.ApplicationStep](decode)
	case policy.ActionProductFile:
		return decoded[policy.ProductFile](decode)
	case policy.ActionFreezeSet:
		return decoded[policy.FreezeSet](decode)
	case policy.ActionFreezeLift:
		return decoded[policy.FreezeLift](decode)
	case policy.ActionPolicyActivate:
		return decoded[policy.PolicyActivate](decode)
	case policy.ActionBudgetTopUp:
		return decoded[policy.BudgetTopUp](decode)
	case policy.ActionInstructionStep:
		return decoded[policy.InstructionStep](decode)
	case policy.ActionSealChange:
		return decoded[policy.SealChange](decode)
	case policy.ActionSanctionApply:
		return decoded[policy.SanctionApply](decode)
	case policy.ActionComputationReview:
		return decoded[policy.ComputationReview](decode)
	case policy.ActionGrantChange:
		return decoded[policy.GrantChange](decode)
	}
	require.Fail(t, "no input type", "action %s", action)
	return nil
}

func decoded[T policy.Input](decode func(any)) policy.Input {
	var in T
	decode(&in)
	return in
}

// base returns the permitted input of an action as the bundle's own tests patch it.
func base[T policy.Input](t testing.TB, action policy.Action) T {
	t.Helper()
	in, ok := typed(t, action, bases(t)[string(action)]).(T)
	require.True(t, ok)
	return in
}

func bases(t testing.TB) map[string]json.RawMessage {
	t.Helper()
	b, err := policy.Bases()
	require.NoError(t, err)
	return b
}

// defaultFiles are those of the default bundle.
func defaultFiles(t testing.TB) policyfile.Files {
	t.Helper()
	files, err := policyfile.Read(policy.DefaultBundle())
	require.NoError(t, err)
	return files
}

// open opens the default bundle with time enough for a busy machine.
func open(t testing.TB, j policy.Jurisdiction) *policy.Engine {
	t.Helper()
	e, err := policy.Open(policy.Config{Jurisdiction: j, Timeout: time.Minute})
	require.NoError(t, err)
	return e
}

func decide(t testing.TB, e *policy.Engine, in policy.Input) policy.Decision {
	t.Helper()
	d, err := e.Decide(context.Background(), in)
	require.NoError(t, err)
	return d
}

func denied(d policy.Decision) []string {
	ids := []string{}
	for _, x := range d.Denials {
		ids = append(ids, x.Rule)
	}
	return ids
}

func TestEveryActionHasAPermittedBase(t *testing.T) {
	e := open(t, policy.Beijing)
	all := bases(t)
	require.Len(t, all, len(policy.Actions()))
	for _, a := range policy.Actions() {
		t.Run(string(a), func(t *testing.T) {
			in := typed(t, a, all[string(a)])
			require.Equal(t, a, in.Action())
			d := decide(t, e, in)
			require.Empty(t, denied(d))
			require.True(t, d.Allow)
			require.Equal(t, e.Required(a), d.Proven)
			require.NoError(t, d.InputDigest.Validate())
			require.NoError(t, d.BundleDigest.Validate())
		})
	}
}

func TestASTEqualsTheJSONForm(t *testing.T) {
	inputs := []policy.Input{
		policy.Query{}, policy.ReleaseDecide{}, policy.ReleaseCollect{}, policy.ReviewVote{}, policy.AccountChange{},
		policy.CatalogChange{}, policy.SupplyLoad{}, policy.ApplicationStep{}, policy.GrantChange{}, policy.ComputationReview{}, policy.ProductFile{}, policy.FreezeSet{}, policy.FreezeLift{}, policy.PolicyActivate{}, policy.SealChange{}, policy.BudgetTopUp{}, wide(5, 20),
		policy.SupplyLoad{Exception: &policy.Exception{Document: "sha256:d", Batch: "sha256:b", Approver: "p"}},
	}
	for action, raw := range bases(t) {
		inputs = append(inputs, typed(t, policy.Action(action), raw))
	}
	for _, in := range inputs {
		raw, err := json.Marshal(in)
		require.NoError(t, err)
		want, err := ast.ValueFromReader(bytes.NewReader(raw))
		require.NoError(t, err)
		require.Zero(t, want.Compare(in.AST()), "%T: want %v\ngot %v", in, want, in.AST())
		require.NotEqual(t, ast.Null{}, in.AST())
	}
}

// The bases hold every field of their types, so the mutations of them reach every field.
func TestBasesAreWhole(t *testing.T) {
	for action, raw := range bases(t) {
		again, err := json.Marshal(typed(t, policy.Action(action), raw))
		require.NoError(t, err)
		require.JSONEq(t, string(again), string(raw), action)
	}
}
