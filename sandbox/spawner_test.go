package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// envClosed makes a test process close itself to debuggers before it runs its tests, as a gateway does; envHang makes it run a worker that
// never ends.
const (
	envClosed = "YUMEN_TEST_CLOSED"
	envHang   = "YUMEN_TEST_HANG"
)

// self is the program of this test.
const self = "/proc/self/exe"

func TestMain(m *testing.M) {
	if sandbox.Spawning() {
		os.Exit(sandbox.Spawn())
	}
	if os.Getenv(envClosed) != "" {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if worker := os.Getenv(envHang); worker != "" {
		r, err := sandbox.New(sandbox.Config{Worker: worker, Spawner: self})
		if err == nil {
			_, err = r.Run(context.Background(), sandbox.RunSpec{Statements: []sandbox.Statement{{SQL: "silence"}}, Timeout: time.Hour})
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(attackDir)
	os.Exit(code)
}

// ordinary is a user that the host knows nothing of.
const ordinary = 1001

// again is this test's program with other arguments, as an ordinary user that is closed to debuggers, with a directory of its own.
func again(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	program, err := os.Open(self)
	require.NoError(t, err)
	worker, err := os.Open(sandboxtest.Worker(t))
	require.NoError(t, err)
	dir, err := os.MkdirTemp("", "yumen-ordinary-")
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = program.Close()
		_ = worker.Close()
		_ = os.RemoveAll(dir)
	})
	// By descriptor: what root has built lies where others may not look.
	cmd := exec.Command("/proc/self/fd/3", args...)
	cmd.ExtraFiles = []*os.File{program, worker}
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=/usr/bin:/bin", "TMPDIR=" + dir, envClosed + "=1", sandboxtest.EnvSpawner + "=" + self, sandboxtest.EnvWorker + "=/proc/self/fd/4"}, env...)
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinary, Gid: ordinary}}
		require.NoError(t, os.Chown(dir, ordinary, ordinary))
	}
	return cmd
}

// An ordinary user whose process is closed to debuggers runs every job, at every level that the host allows to root.
func TestOrdinaryUser(t *testing.T) {
	want := sandboxtest.Runner(t).LevelName()
	const jobs = "TestEveryLevel|TestParse|TestRunWithoutSnapshots|TestLevelIs"
	out, err := again(t, []string{envLevel + "=" + want}, "-test.v", "-test.run=^("+jobs+")$").CombinedOutput()
	require.NoError(t, err, string(out))
	for name := range strings.SplitSeq(jobs, "|") {
		require.Contains(t, string(out), "--- PASS: "+name, string(out))
	}
	require.NotContains(t, string(out), "--- SKIP: TestEveryLevel/"+want)
}

// envLevel is the level that TestLevelIs expects.
const envLevel = "YUMEN_TEST_LEVEL"

func TestLevelIs(t *testing.T) {
	r := sandboxtest.Runner(t)
	if want := os.Getenv(envLevel); want != "" {
		require.Equal(t, want, r.LevelName(), r.Level())
		var st unix.Stat_t
		require.NoError(t, unix.Stat("/proc/self/environ", &st))
		require.Zero(t, st.Uid, "the process is closed to others of its account")
	}
	require.NotEmpty(t, r.LevelName())
}

// A spawner that dies takes its workers along, and the next worker starts another one.
func TestSpawnerIsReplaced(t *testing.T) {
	r := sandboxtest.Runner(t, func(c *sandbox.Config) { c.Spawner = self })
	_, err := r.Parse(soon(t), "SELECT 1")
	require.NoError(t, err)
	before := childrenOf(os.Getpid(), "yumen-spawner")
	require.Len(t, before, 1)
	require.NoError(t, syscall.Kill(before[0], syscall.SIGKILL))
	require.Eventually(t, func() bool { return len(childrenOf(os.Getpid(), "yumen-spawner")) == 0 }, 10*time.Second, time.Millisecond)
	_, err = r.Parse(soon(t), "SELECT 1")
	require.NoError(t, err)
	after := childrenOf(os.Getpid(), "yumen-spawner")
	require.Len(t, after, 1)
	require.NotEqual(t, before, after)
	r.Close()
	require.Eventually(t, func() bool { return len(childrenOf(os.Getpid(), "yumen-spawner")) == 0 }, 10*time.Second, time.Millisecond)
	_, err = r.Parse(soon(t), "SELECT 1")
	require.ErrorIs(t, err, sandbox.ErrClosed)
}

// A deadline ends a worker that a spawner has started.
func TestSpawnedWorkerIsKilled(t *testing.T) {
	r, err := sandbox.New(sandbox.Config{Worker: program(t, "hostile"), Spawner: self})
	require.NoError(t, err)
	defer r.Close()
	_, err = r.Run(soon(t), sandbox.RunSpec{Statements: []sandbox.Statement{{SQL: "silence"}}, Timeout: 300 * time.Millisecond})
	require.ErrorIs(t, err, sandbox.ErrTimeout)
	spawner := childrenOf(os.Getpid(), "yumen-spawner")
	require.Len(t, spawner, 1)
	require.Empty(t, childrenOf(spawner[0], ""))
	_, err = r.Run(soon(t), sandbox.RunSpec{Statements: []sandbox.Statement{{SQL: "failing exit"}}})
	require.ErrorIs(t, err, sandbox.ErrExecution)
}

// The kernel ends spawner and worker when the gateway is gone, however it went.
func TestNothingOutlivesTheGateway(t *testing.T) {
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), envHang+"="+program(t, "hostile"))
	require.NoError(t, cmd.Start())
	var all []int
	require.Eventually(t, func() bool {
		all = childrenOf(cmd.Process.Pid, "yumen-spawner")
		if len(all) == 1 {
			all = append(all, childrenOf(all[0], "")...)
		}
		return len(all) == 2
	}, 30*time.Second, 5*time.Millisecond)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	require.Eventually(t, func() bool { return !slices.ContainsFunc(all, alive) }, 10*time.Second, time.Millisecond)
}

// program builds one of the programs of testdata.
func program(t *testing.T, name string, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	out, err := exec.Command("go", append(append([]string{"build", "-o", path}, flags...), "./testdata/"+name)...).CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// stat is the state, the parent and the name of a process.
func stat(pid int) (state string, parent int, name string) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0, ""
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	parent, _ = strconv.Atoi(fields[1])
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	first, _, _ := bytes.Cut(line, []byte{0})
	return fields[0], parent, string(first)
}

func alive(pid int) bool {
	state, _, _ := stat(pid)
	return state != "" && state != "Z" && state != "X"
}

// childrenOf lists the living children of a process with a name, or all.
func childrenOf(parent int, name string) (out []int) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range all {
		pid, _ := strconv.Atoi(filepath.Base(path))
		if _, p, n := stat(pid); p == parent && (name == "" || n == name) && alive(pid) {
			out = append(out, pid)
		}
	}
	return out
}
