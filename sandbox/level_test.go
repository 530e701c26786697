package sandbox_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
	"yumen/sandbox/wire"
)

// at starts a runner at a level of the cage, or skips where the host does not allow it.
func at(t testing.TB, level string) *sandbox.Runner {
	t.Helper()
	r := sandboxtest.Runner(t, func(c *sandbox.Config) { c.Level = level })
	if r.LevelName() != level {
		for _, l := range r.Level() {
			if !l.Available {
				t.Skipf("%s: %s", l.Name, l.Why)
			}
		}
	}
	return r
}

// TestEveryLevel does every job at every level.
func TestEveryLevel(t *testing.T) {
	for _, level := range []string{"full", "floor"} {
		t.Run(level, func(t *testing.T) {
			r := at(t, level)
			_, err := r.Parse(soon(t), "SELECT 1")
			require.NoError(t, err)
			s, err := sandboxtest.Load(t, r, people(), []byte(peopleHead+"1,s,1,2000-01-01,F,1,true,p\n"))
			require.NoError(t, err)
			require.Equal(t, [][]string{{"1", "F"}}, ask(t, r, s.Query, `SELECT count(*), min(sex) FROM "d".main.data`))
			_, err = sandboxtest.Load(t, r, people(), []byte(peopleHead+"x,s,1,2000-01-01,F,1,true,p\n"))
			var quarantined *sandbox.IngestRejected
			require.ErrorAs(t, err, &quarantined)
			out, err := r.Post(soon(t), sandbox.PostSpec{Relations: cells("k0", "VARCHAR", nil), SQL: "SELECT * FROM cells",
				Formats: []string{"parquet"}})
			require.NoError(t, err)
			require.NotEmpty(t, out.Files["data.parquet"])
		})
	}
}

func TestRequire(t *testing.T) {
	_, err := sandbox.New(sandbox.Config{Worker: sandboxtest.Worker(t), Level: "floor", Require: []sandbox.LayerName{sandbox.LayerNamespaces}})
	require.ErrorContains(t, err, "namespaces")
	for _, below := range []string{"none", "partial", "bare"} {
		_, err = sandbox.New(sandbox.Config{Worker: sandboxtest.Worker(t), Level: below})
		require.ErrorContains(t, err, "no level", below)
	}
	_, err = sandbox.New(sandbox.Config{})
	require.Error(t, err)
	_, err = sandbox.New(sandbox.Config{Worker: "/bin/false"})
	require.Error(t, err)
}

func TestDigest(t *testing.T) {
	worker := sandboxtest.Worker(t)
	r, err := sandbox.New(sandbox.Config{Worker: worker})
	require.NoError(t, err)
	defer r.Close()
	require.NoError(t, r.Digest().Validate())
	again, err := sandbox.New(sandbox.Config{Worker: worker, WorkerDigest: r.Digest()})
	require.NoError(t, err)
	again.Close()
	_, err = sandbox.New(sandbox.Config{Worker: worker, WorkerDigest: catalog.DigestOf(nil)})
	require.Error(t, err)
	require.False(t, errors.Is(err, sandbox.ErrExecution))
}

// A cage that comes up and does not hold is named, and nothing weaker is tried.
func TestACageThatDoesNotHold(t *testing.T) {
	for flaw, want := range map[string]string{"idle": "tried nothing", "open": "a worker can read /etc/passwd, mount", "mild": "does not end", "other": "does not end"} {
		_, err := sandbox.New(sandbox.Config{Worker: program(t, "hostile", "-ldflags=-X main.flaw="+flaw)})
		require.ErrorContains(t, err, "the cage does not hold", flaw)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "floor")
	}
}

// The probe notices a cage from which a layer is missing, though the worker says that everything is there.
func TestTheProbeNoticesAMissingLayer(t *testing.T) {
	whole, err := sandbox.Weakened(sandbox.Config{Worker: sandboxtest.Worker(t)}, 0)
	if err != nil {
		t.Skip("the host does not allow the full cage")
	}
	defer whole.Close()
	require.NoError(t, whole.Tried(soon(t)))
	for want, without := range map[string]uint64{
		"list /":                wire.LayerLandlock,
		"root is not empty":     wire.LayerRoot,
		"the filter of system":  wire.LayerSeccomp,
		"capabilities are left": wire.LayerCaps,
		"no_new_privs":          wire.LayerNoNewPrivs | wire.LayerLandlock | wire.LayerSeccomp, // which it is needed for
		"descriptors":           wire.LayerLimits,
	} {
		r, err := sandbox.Weakened(sandbox.Config{Worker: sandboxtest.Worker(t)}, without)
		require.NoError(t, err, want)
		require.ErrorContains(t, r.Tried(soon(t)), want)
		r.Close()
	}
}
