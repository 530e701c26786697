package sandbox_test

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// hostile returns a runner on a worker that does what its job says and not what the protocol says.
func hostile(t *testing.T) *sandbox.Runner {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "hostile")
	cmd := exec.Command("go", "build", "-o", path, "./testdata/hostile")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	r, err := sandbox.New(sandbox.Config{Worker: path, MaxRows: 100_000, MaxResultBytes: 8 << 20})
	require.NoError(t, err)
	t.Cleanup(r.Close)
	return r
}

func TestHostileRun(t *testing.T) {
	r := hostile(t)
	do := func(name string, timeout time.Duration) ([][]sandbox.Row, error) {
		return r.Run(soon(t), sandbox.RunSpec{Statements: []sandbox.Statement{{SQL: name}}, Timeout: timeout})
	}
	out, err := do("honest", 0)
	require.NoError(t, err)
	require.Len(t, out[0], 3)
	cases := map[string]error{
		"closed silence": sandbox.ErrExecution,
		"silence":        sandbox.ErrTimeout, "silence after all": sandbox.ErrTimeout,
	}
	for _, name := range []string{"exit", "failing exit", "panic", "no status", "no result", "fewer rows", "more rows", "cut", "trailing", "garbage",
		"endless rows", "endless zeros", "endless lengths", "endless status", "endless words", "statement number", "negative statement", "ragged", "bytes",
		"files instead", "rejected instead",
		"{}\n", `{"code":"ok","rows":3}`, `{"code":"ok","rows":3}` + "\n\n", `{"code":"ok","rows":3}` + "\n" + `{"code":"ok","rows":3}` + "\n",
		`{"code":"secret","rows":3}` + "\n", `{"code":"ok","rows":3,"secret":1}` + "\n", `{"code":"ok","rows":-3}` + "\n", `{"code":"query"}` + "\n",
		`{"code":"ok","rows":3,"faults":[{"row":1,"rule":"type"}]}` + "\n"} {
		cases[name] = sandbox.ErrExecution
	}
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			timeout := time.Duration(0) // what breaks the protocol is over because it does, not because its time is
			if errors.Is(want, sandbox.ErrTimeout) {
				timeout = 500 * time.Millisecond
			}
			out, err := do(name, timeout)
			require.ErrorIs(t, err, want)
			require.Nil(t, out, "no partial rows")
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestHostilePost(t *testing.T) {
	r := hostile(t)
	do := func(name string) (*sandbox.PostResult, error) {
		return r.Post(soon(t), sandbox.PostSpec{Relations: cells("k0", "VARCHAR", nil), SQL: name})
	}
	_, err := do("honest")
	require.NoError(t, err)
	for _, name := range []string{"nested", "wide", "trailing", "object", "null", "type", "other file", "size"} {
		out, err := do(name)
		require.ErrorIs(t, err, sandbox.ErrExecution, name)
		require.Nil(t, out)
	}
}

func TestHostileIngest(t *testing.T) {
	r := hostile(t)
	do := func(name string) (*sandbox.IngestReport, error) {
		var query, identity bytes.Buffer
		return r.Ingest(soon(t), sandbox.IngestSpec{Source: sandboxtest.Seal(t, []byte("a\n1\n")), Query: &query, Identity: &identity,
			Declaration: catalog.DatasetSpec{Provider: name, Columns: []catalog.Column{{Name: "a", Type: "VARCHAR"}}}})
	}
	report, err := do("honest")
	require.NoError(t, err)
	require.EqualValues(t, 5, report.Rows)
	for _, name := range []string{"name", "count", "fact", "columns", "entity", "no report", "size"} {
		_, err := do(name)
		require.ErrorIs(t, err, sandbox.ErrExecution, name)
	}
	_, err = do("fault")
	var quarantined *sandbox.IngestRejected
	require.ErrorAs(t, err, &quarantined)
	require.Equal(t, []sandbox.Fault{{Row: 1, Rule: "extra_column"}, {Row: 1, Rule: "type"}}, quarantined.Faults, "names that are not declared may be values")
}
