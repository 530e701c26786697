//go:build !race

package policy_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/policy"
)

// requireCanonical compares the canonical form with the reference implementation's, over the JSON form of the input.
func requireCanonical(t *testing.T, in policy.Input) {
	t.Helper()
	raw, err := json.Marshal(in)
	require.NoError(t, err)
	want, err := jcs.Transform(raw)
	require.NoError(t, err)
	got, digest, err := policy.CanonicalInput(in)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	require.Equal(t, catalog.DigestOf(want), digest)
}

func TestCanonicalInputIsRFC8785(t *testing.T) {
	for action, raw := range bases(t) {
		requireCanonical(t, typed(t, policy.Action(action), raw))
	}
	in := base[policy.Query](t, policy.ActionQueryRun)
	in.Grant.Scenario = "贷款 <&> \u2028 \"\\ \b\t\n\f\r\x00\x1f\x7f \U0001F600"
	in.Grant.Purposes = policy.NewSet("\U0001F600", "\ufb33", "z", "贷款", "\"")
	requireCanonical(t, in)
	requireCanonical(t, wide(5, 20))
	requireCanonical(t, policy.Query{})
	requireCanonical(t, policy.Query{Common: policy.Common{Now: -1}})
}

func TestCanonicalInputRefusesWhatItCannotKeep(t *testing.T) {
	e := open(t, policy.Beijing)
	for _, change := range []func(*policy.Query){
		func(q *policy.Query) { q.Now = 1 << 53 },
		func(q *policy.Query) { q.Call.Purpose = "\xff" },
	} {
		in := base[policy.Query](t, policy.ActionQueryRun)
		change(&in)
		d, err := e.Decide(t.Context(), in)
		require.Error(t, err)
		requireFailure(t, d, "ENG-002")
	}
}

func FuzzCanonicalText(f *testing.F) {
	for _, s := range []string{"", "a", "\"\\", "\x00\x1f", "贷款", "\U0001F600\ufb33", "\u2028"} {
		f.Add(s, s+"1")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			t.Skip()
		}
		in := policy.Query{Common: policy.Common{Subject: policy.Subject{Account: a}}}
		in.Footprint.Methods = policy.NewSet(a, b)
		requireCanonical(t, in)
	})
}
