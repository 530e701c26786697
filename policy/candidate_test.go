//go:build !race

package policy_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/policyfile"
	"yumen/policy"
)

// filesOf reads a bundle that a test edited.
func filesOf(t testing.TB, bundle fs.FS) policyfile.Files {
	t.Helper()
	files, err := policyfile.Read(bundle)
	require.NoError(t, err)
	return files
}

// A candidate that fails in any way leaves the bundle that decides as it is.
func TestBJ_FIN_15b_ACandidateThatFailsChangesNothing(t *testing.T) {
	e := open(t, policy.Beijing)
	before := e.Status()
	_, err := e.Prepare(filesOf(t, edited(t, authorization, `proof contains "AUT-001" if`, "unproven if")))
	require.ErrorContains(t, err, "AUT-001")
	for name, c := range map[string]struct{ file, old, replacement, want string }{
		"a house rule is broken": {authorization, "proof contains \"AUT-001\" if lib.named(input.grant.id)", "proof contains \"AUT-001\" if input.grant.id > \"\"", "raw comparison"},
		"a rule proves too much": {authorization, "proof contains \"AUT-001\" if lib.named(input.grant.id)", "proof contains \"AUT-001\"", "not refused by every rule of query.check"},
	} {
		t.Run(name, func(t *testing.T) {
			candidate, err := e.Prepare(renewed(t, "2027.01.01-1", c.file, c.old, c.replacement))
			require.NoError(t, err)
			report, err := candidate.Test(t.Context())
			require.NoError(t, err)
			require.Error(t, report.Err())
			require.Regexp(t, c.want, report.Err().Error())
		})
	}
	require.Equal(t, before, e.Status())
}

// The tests of a bundle are part of it: a case that expects something else fails, and a rule that no test reaches is refused.
func TestBJ_FIN_15b_ABundleIsHeldToItsOwnTests(t *testing.T) {
	e := open(t, policy.Beijing)
	files := renewed(t, "2027.01.01-1", "yumen/decision/activation_test.rego", `{"set": {"/signed": false}, "refuses": {"POL-003"}}`, `{"set": {"/signed": true}, "refuses": {"POL-003"}}`)
	delete(files, "yumen/decision/freeze_test.rego")
	candidate, err := e.Prepare(files)
	require.NoError(t, err)
	report, err := candidate.Test(t.Context())
	require.NoError(t, err)
	require.Len(t, report.Failed, 1)
	require.Contains(t, report.Failed[0], "BJ-OPS-21b POL-003: not signed")
	require.NotEmpty(t, report.Untested)
	require.Contains(t, strings.Join(report.Untested, " "), "yumen/freeze/freeze.rego:")
}
