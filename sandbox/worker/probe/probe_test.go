package probe

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

const envBare = "YUMEN_TEST_BARE"

func TestMain(m *testing.M) {
	if os.Getenv(envBare) != "" {
		_, done := try(acts("/proc/self/fd"))
		_ = json.NewEncoder(os.NewFile(wire.FDResult, "result")).Encode(done)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Without a cage each act is reported: one that fails everywhere would prove nothing.
func TestEveryActIsDoneWithoutACage(t *testing.T) {
	fd, err := unix.MemfdCreate("probe", 0)
	require.NoError(t, err)
	file := os.NewFile(uintptr(fd), "probe")
	defer file.Close()
	require.NoError(t, file.Truncate(4096))
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	none, err := os.Open("/dev/null")
	require.NoError(t, err)
	defer none.Close()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), envBare+"=1")
	cmd.ExtraFiles = []*os.File{none, w, none, none, file} // as a worker has them: job, result, status, plan, and the first file
	require.NoError(t, cmd.Start())
	require.NoError(t, w.Close())
	var done []string
	require.NoError(t, json.NewDecoder(r).Decode(&done))
	require.NoError(t, cmd.Wait())
	was := map[string]bool{}
	for _, d := range done {
		was[d] = true
	}
	for _, a := range acts("/proc/self/fd") {
		switch {
		case a.deadly:
			require.True(t, was[a.name] || slices.ContainsFunc(done, func(d string) bool { return strings.HasPrefix(d, a.name+" (not deadly") }), a.name)
		case a.name == "leave the folder of descriptors": // there is none
		case os.Getuid() == 0:
			require.True(t, was[a.name], "%s: %v", a.name, done)
		}
	}
}

// The acts have names of their own, and enough of them are tried.
func TestActsAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range acts("/fd") {
		require.False(t, seen[a.name], a.name)
		seen[a.name] = true
	}
	require.Greater(t, len(seen), 50)
}
