package sandbox_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox"
)

// TestNoCoreDump crashes a worker in a directory of the host: what it held is in no file, whichever one layer is left to see to it.
func TestNoCoreDump(t *testing.T) {
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	require.NoError(t, err)
	if string(pattern) != "core\n" {
		t.Skip("the host does not leave its dumps beside the process")
	}
	w := &weakened{t: t, worker: attackWorker(t), runners: map[uint64]*sandbox.Runner{}}
	if r, err := sandbox.Weakened(sandbox.Config{Worker: w.worker}, 0); err != nil {
		t.Skip("the host does not allow the full cage")
	} else {
		r.Close()
	}
	var own unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_CORE, &own))
	t.Cleanup(func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_CORE, &own)) })
	if own.Max < 1<<30 || unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: own.Max, Max: own.Max}) != nil {
		t.Skip("this process may have no dumps, and so no child of it")
	}
	layers := by(root, landlock, limits, undumpable, calls)
	dumped := func(off []string) bool {
		o := newOutside(t)
		require.Equal(t, crashed, attempt(t, func() (string, error) {
			return w.without(off).Loose(soon(t), fileWithout(t, nil), o.statement(t, "dump"))
		}))
		found, err := filepath.Glob(o.Dir + "/core*")
		require.NoError(t, err)
		return len(found) > 0
	}
	require.True(t, dumped(layers), "without all of them there is one")
	require.False(t, dumped(nil))
	for i, l := range layers {
		require.False(t, dumped(slices.Delete(slices.Clone(layers), i, i+1)), l)
	}
}
