package policy_test

import (
	"context"
	"io/fs"
	"strings"
	"sync"
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

// renewed is the default bundle under another revision, with one text replaced in one file.
func renewed(t testing.TB, revision, name, old, replacement string) policyfile.Files {
	t.Helper()
	files := policyfile.Files{}
	for n, b := range defaultFiles(t) {
		files[n] = b
	}
	files[policyfile.Manifest] = []byte(`{"revision": "` + revision + `", "roots": ["yumen"]}`)
	if name != "" {
		require.Contains(t, string(files[name]), old)
		files[name] = []byte(strings.Replace(string(files[name]), old, replacement, 1))
	}
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

// Decisions go on while the bundle is replaced: none fails, and each is wholly of one bundle.
func TestBJ_FIN_15b_BundlesAreReplacedUnderLoad(t *testing.T) {
	e := open(t, policy.Beijing)
	first, err := e.Prepare(defaultFiles(t))
	require.NoError(t, err)
	second, err := e.Prepare(renewed(t, "2027.01.01-1", "", "", ""))
	require.NoError(t, err)
	digests := map[string]string{first.Status().Revision: string(first.Status().Digest), second.Status().Revision: string(second.Status().Digest)}
	require.Len(t, digests, 2)

	ctx, stop := context.WithCancel(t.Context())
	seen := make([]map[string]int, 3)
	var wg sync.WaitGroup
	for n := range seen {
		seen[n] = map[string]int{}
		wg.Go(func() {
			in := wide(1, 2)
			for i := 0; ctx.Err() == nil; i++ {
				in.Call.Purpose = []string{"credit", "other"}[i%2]
				d, err := e.Decide(t.Context(), in)
				if err != nil || d.Allow != (i%2 == 0) || digests[d.Revision] != string(d.BundleDigest) {
					t.Errorf("a decision under %s: %v", d.Revision, err)
					return
				}
				seen[n][d.Revision]++
			}
		})
	}
	for range 40 {
		e.Activate(second)
		_, err := e.Decide(t.Context(), wide(1, 2))
		require.NoError(t, err)
		e.Activate(first)
		_, err = e.Prepare(defaultFiles(t))
		require.NoError(t, err)
	}
	stop()
	wg.Wait()
	all := map[string]int{}
	for _, s := range seen {
		for r, n := range s {
			all[r] += n
		}
	}
	require.Positive(t, all[first.Status().Revision])
	require.Positive(t, all[second.Status().Revision])
	t.Logf("decisions by bundle: %v", all)
}
