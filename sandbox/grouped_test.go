package sandbox_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// delegatedGroup names the control group that was delegated to a test process.
const delegatedGroup = "YUMEN_TEST_GROUP"

// TestWorkersInGroups runs TestInGroup in a process to which a control group of the kernel is delegated, as systemd delegates one. A user who
// cannot make one sees that the layer is reported to be missing, with a reason.
func TestWorkersInGroups(t *testing.T) {
	dir, err := delegate(t)
	if err != nil {
		for _, l := range sandboxtest.Runner(t).Level() {
			if l.Name == sandbox.LayerCgroup && !l.Available {
				require.NotEmpty(t, l.Why)
			}
		}
		t.Logf("only its absence was tested here: %v", err)
		return
	}
	f, err := os.Open(dir)
	require.NoError(t, err)
	defer f.Close()
	c := exec.Command(os.Args[0], "-test.run", "^TestInGroup$", "-test.v")
	c.Env = append(os.Environ(), delegatedGroup+"="+dir)
	c.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(f.Fd())}
	out, err := c.CombinedOutput()
	t.Log(string(out))
	require.NoError(t, err)
	require.Contains(t, string(out), "--- PASS: TestInGroup")
	left, err := filepath.Glob(filepath.Join(dir, "worker-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// delegate makes a group below the one of this process and marks it as systemd does.
func delegate(t *testing.T) (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	own, err := os.ReadFile("/proc/self/cgroup")
	require.NoError(t, err)
	_, path, _ := strings.Cut("\n"+string(own), "\n0::")
	for line := range strings.Lines(string(mounts)) {
		if fields := strings.Fields(line); strings.Contains(line, " - cgroup2 ") && fields[3] == "/" {
			dir := filepath.Join(fields[4], strings.TrimSpace(path), "yumen-test-"+strconv.Itoa(os.Getpid()))
			if err := os.Mkdir(dir, 0o755); err != nil {
				return "", err
			}
			t.Cleanup(func() {
				_ = os.Remove(filepath.Join(dir, "gateway"))
				require.NoError(t, os.Remove(dir))
			})
			return dir, unix.Setxattr(dir, "user.delegate", []byte("1"), 0)
		}
	}
	return "", os.ErrNotExist
}

// TestInGroup is the half of TestWorkersInGroups that lives in the group; by itself it looks at nothing.
func TestInGroup(t *testing.T) {
	dir := os.Getenv(delegatedGroup)
	if dir == "" {
		return
	}
	r := sandboxtest.Runner(t)
	own, err := os.ReadFile("/proc/self/cgroup")
	require.NoError(t, err)
	require.Contains(t, string(own), "/gateway\n", "the gateway has gone into a group of its own")
	there, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	require.NoError(t, err)
	bound := true
	for _, c := range []string{"cpu", "memory", "pids"} {
		bound = bound && strings.Contains(" "+strings.TrimSpace(string(there))+" ", " "+c+" ")
	}
	for _, l := range r.Level() {
		if l.Name == sandbox.LayerCgroup {
			require.Equal(t, bound, l.Available, l.Why)
		}
	}
	t.Logf("level %s, controllers %q", r.LevelName(), there)
	_, err = r.Parse(soon(t), "SELECT 1")
	require.NoError(t, err)
	file := numbers(t, r, 100_000)

	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() {
		_, err := r.Run(ctx, one(file, endless, 0))
		require.ErrorIs(t, err, context.Canceled)
	})
	group := waitForGroup(t, dir)
	for name, want := range map[string]string{"memory.max": "603979776", "pids.max": "50", "cpu.max": "200000 100000", "memory.oom.group": "1"} {
		b, err := os.ReadFile(filepath.Join(group, name))
		require.Equal(t, bound, err == nil, name)
		if bound {
			require.Equal(t, want, strings.TrimSpace(string(b)), name)
		}
	}
	cancel()
	wait.Wait()
	require.NoDirExists(t, group)

	for _, c := range []sandbox.Config{{Level: "floor"}, {Spawner: self}} {
		c.Worker = sandboxtest.Worker(t)
		other, err := sandbox.New(c)
		require.NoError(t, err)
		defer other.Close()
		if c.Level == "floor" {
			other.MoveIntoGroups()
		}
		ctx, cancel := context.WithCancel(context.Background())
		wait.Go(func() { _, _ = other.Run(ctx, one(file, endless, 0)) })
		group := waitForGroup(t, dir)
		cancel()
		wait.Wait()
		require.NoDirExists(t, group, "another runner finds the same group: %+v", c)
	}

	if bound {
		spec := one(file, `SELECT max(length(lpad(x::VARCHAR, 40000000, 'y'))) FROM d.main.data WHERE x < 8`, 20*time.Second)
		spec.MemoryMB = 64
		_, err = r.Run(soon(t), spec)
		require.ErrorIs(t, err, sandbox.ErrExecution)
		require.ErrorContains(t, err, "out of memory", "the kernel ended it, not the address space")
	}
}

// waitForGroup waits for a worker's group with a process in it.
func waitForGroup(t *testing.T, dir string) string {
	t.Helper()
	var found string
	require.Eventually(t, func() bool {
		groups, _ := filepath.Glob(filepath.Join(dir, "worker-*"))
		for _, g := range groups {
			procs, _ := os.ReadFile(filepath.Join(g, "cgroup.procs"))
			for pid := range strings.FieldsSeq(string(procs)) {
				in, _ := os.ReadFile("/proc/" + pid + "/cgroup")
				comm, _ := os.ReadFile("/proc/" + pid + "/comm")
				if strings.Contains(string(in), filepath.Base(g)) && string(comm) == "yumen-worker\n" {
					found = g
				}
			}
		}
		return found != ""
	}, 20*time.Second, 5*time.Millisecond)
	return found
}
