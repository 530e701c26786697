package policy_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/internal/policyfile"
	"yumen/policy"
)

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
	defer stop()
	var firsts, seconds atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			in := wide(1, 2)
			for i := 0; ctx.Err() == nil; i++ {
				in.Call.Purpose = []string{"credit", "other"}[i%2]
				d, err := e.Decide(t.Context(), in)
				if err != nil || d.Allow != (i%2 == 0) || digests[d.Revision] != string(d.BundleDigest) {
					t.Errorf("a decision under %s: %v", d.Revision, err)
					return
				}
				if d.Revision == first.Status().Revision {
					firsts.Add(1)
				} else {
					seconds.Add(1)
				}
			}
		})
	}
	goesOn := func(under *atomic.Int64) {
		from := under.Load()
		require.Eventually(t, func() bool { return under.Load() > from }, time.Minute, time.Millisecond)
	}
	for range 6 {
		e.Activate(second)
		goesOn(&seconds)
		e.Activate(first)
		goesOn(&firsts)
		_, err = e.Prepare(defaultFiles(t))
		require.NoError(t, err)
	}
	stop()
	wg.Wait()
}

func TestDecisionsRunBesideEachOther(t *testing.T) {
	e := open(t, policy.Beijing)
	for range 4 {
		t.Run("one of four", func(t *testing.T) {
			t.Parallel()
			in := wide(2, 8)
			for i := range 20 {
				in.Call.Purpose = []string{"credit", "other"}[i%2]
				d, err := e.Decide(t.Context(), in)
				require.NoError(t, err)
				require.Equal(t, i%2 == 0, d.Allow)
			}
		})
	}
}
