package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOwnGroup(t *testing.T) {
	const hybrid = `30 23 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
31 23 0:27 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
`
	const pure = "31 23 0:27 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"
	const part = "31 23 0:27 /docker/ab /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
	for _, c := range []struct{ own, mounts, want, why string }{
		{"0::/system.slice/yumend.service\n", pure, "/sys/fs/cgroup/system.slice/yumend.service", ""},
		{"4:memory:/a\n0::/b\n", hybrid, "/sys/fs/cgroup/unified/b", ""},
		{"0::/\n", pure, "/sys/fs/cgroup", ""},
		{"0::/docker/ab\n", part, "/sys/fs/cgroup", ""},
		{"0::/docker/ab/c\n", part, "/sys/fs/cgroup/c", ""},
		{"0::/docker/abc\n", part, "", "not mounted"},
		{"0::/a\n", "30 23 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "", "not mounted"},
		{"4:memory:/a\n", hybrid, "", "in no control group"},
		{"0::/../other\n", pure, "", "in no control group"},
		{"0::/a (deleted)\n", pure, "", "in no control group"},
		{"", "", "", "in no control group"},
	} {
		got, err := ownGroup(c.own, c.mounts)
		if c.why != "" {
			require.ErrorContains(t, err, c.why, c.own)
			continue
		}
		require.NoError(t, err, c.own)
		require.Equal(t, c.want, got)
	}
}

// tree is a directory with the files of a delegated group.
func tree(t *testing.T, controllers string) string {
	dir := t.TempDir()
	for name, text := range map[string]string{"cgroup.controllers": controllers, "cgroup.subtree_control": "", "cgroup.procs": "", "cgroup.events": "populated 1"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// What is written where, on a tree with the layout of the kernel's: whether the kernel keeps it is for TestWorkersInGroups.
func TestGroupFiles(t *testing.T) {
	dir := tree(t, "cpuset cpu io memory hugetlb pids\n")
	g, err := adoptGroup(dir, os.Getpid())
	require.NoError(t, err)
	require.NoError(t, g.missing())
	holds := func(want string, path ...string) {
		b, err := os.ReadFile(filepath.Join(append([]string{dir}, path...)...))
		require.NoError(t, err)
		require.Equal(t, want, string(b), path)
	}
	holds(fmt.Sprint(os.Getpid()), gatewayGroup, "cgroup.procs")
	w, err := g.make(groupLimits{memory: 192 << 20, processes: 50, cores: 2})
	require.NoError(t, err)
	name := filepath.Base(w.path)
	require.Equal(t, dir, filepath.Dir(w.path))
	holds("201326592", name, "memory.max")
	holds("1", name, "memory.oom.group")
	holds("50", name, "pids.max")
	holds("200000 100000", name, "cpu.max")
	require.NoFileExists(t, filepath.Join(w.path, "memory.swap.max"), "this kernel does not swap")
	require.NoError(t, w.hold(4711, false))
	require.Error(t, w.hold(4712, true), "it is not there")
	require.False(t, w.outOfMemory())
	require.NoError(t, os.WriteFile(filepath.Join(w.path, "memory.events"), []byte("low 0\noom 1\noom_kill 0\noom_group_kill 0\n"), 0o600))
	require.False(t, w.outOfMemory())
	require.NoError(t, os.WriteFile(filepath.Join(w.path, "memory.events"), []byte("oom 1\noom_kill 1\n"), 0o600))
	require.True(t, w.outOfMemory())
	w.kill()
	holds("1", name, "cgroup.kill")

	other, err := g.make(groupLimits{})
	require.NoError(t, err)
	require.NotEqual(t, w.path, other.path)
}

func TestGroupsWithoutControllers(t *testing.T) {
	g, err := adoptGroup(tree(t, "pids hugetlb"), os.Getpid())
	require.NoError(t, err)
	require.EqualError(t, g.missing(), "the delegated control group is without the controllers cpu, memory")
	w, err := g.make(groupLimits{memory: 1, processes: 2, cores: 3})
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(w.path, "pids.max"))
	require.NoFileExists(t, filepath.Join(w.path, "memory.max"))
}

// What dead gateways left is swept away; what another one uses, and what is not theirs, stays.
func TestGroupsOfDeadGatewaysAreRemoved(t *testing.T) {
	dir := tree(t, "")
	const nobody = 1 << 30 // no process has this number
	mine := fmt.Sprintf("%s%d-1", workerGroup, os.Getpid())
	for _, name := range []string{fmt.Sprintf("%s%d-1", workerGroup, nobody), mine, fmt.Sprint(nobody, "-1"), workerGroup + "x"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	}
	_, err := adoptGroup(dir, os.Getpid())
	require.NoError(t, err)
	require.NoDirExists(t, filepath.Join(dir, fmt.Sprintf("%s%d-1", workerGroup, nobody)))
	for _, name := range []string{mine, fmt.Sprint(nobody, "-1"), workerGroup + "x", gatewayGroup} {
		require.DirExists(t, filepath.Join(dir, name))
	}
}

func TestNotDelegated(t *testing.T) {
	require.False(t, delegated(t.TempDir()), "no control group at all")
	require.False(t, delegated("/sys/fs/cgroup/unified"), "the root of all groups")
}

// What a gateway that was killed left of a load is removed by the next one; what a living one uses, or what is not theirs, stays.
func TestPrivateDirectoriesOfDeadGatewaysAreRemoved(t *testing.T) {
	base := t.TempDir()
	old := time.Now().Add(time.Hour)
	for _, name := range []string{"yumen-worker-1", "yumen-worker-2", "yumen-worker-0-abc", "yumen-worker-", "other-3"} {
		require.NoError(t, os.Mkdir(filepath.Join(base, name), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(base, name, "query"), []byte("data"), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(base, "yumen-worker-4"), 0o755))
	lock, err := lockedDirectory(filepath.Join(base, "yumen-worker-2"))
	require.NoError(t, err)
	defer lock.Close()
	sweepPrivate(base, time.Now())
	require.DirExists(t, filepath.Join(base, "yumen-worker-1"), "it may be about to be locked")
	sweepPrivate(base, old)
	require.NoDirExists(t, filepath.Join(base, "yumen-worker-1"))
	for _, name := range []string{"yumen-worker-2", "yumen-worker-0-abc", "yumen-worker-", "other-3", "yumen-worker-4"} {
		require.DirExists(t, filepath.Join(base, name))
	}
}
