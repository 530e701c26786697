package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// dead is the answer of an attack that ended its worker.
const dead = "dead"

// TestAttacks starts one worker for each attack, in the full cage and at the floor.
func TestAttacks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attack")
	build := exec.Command("go", "build", "-o", path, "./testdata/attack")
	build.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	const (
		denied, gone, perm = "permission denied", "no such file or directory", "operation not permitted"
	)
	cases := []struct{ attack, full, floor string }{
		{"read snapshot", "done", "done"}, {"write snapshot", denied, ""}, {"cut snapshot", denied, ""},
		{"ftruncate", "invalid argument", "invalid argument"}, {"fchmod", perm, perm}, {"seal", "operation not supported", "operation not supported"},
		{"flock", perm, perm}, {"map writable", denied, denied}, {"map code", perm, perm},
		{"record lock", "operation not supported", "operation not supported"},
		{"passwd", gone, denied}, {"list root", denied, denied}, {"list descriptors", denied, gone}, {"leave fd", gone, gone},
		{"own memory", gone, denied}, {"parent", gone, denied}, {"sys", gone, denied}, {"dev", gone, denied},
		{"create", "read-only file system", denied}, {"create in fd", "", gone}, {"create in tmp", gone, denied}, {"mkdir", "", denied},
		{"exec", dead, dead}, {"exec snapshot", dead, dead}, {"fork", dead, dead}, {"clone", dead, dead}, {"clone3", "function not implemented", "function not implemented"},
		{"memfd", dead, dead}, {"socket inet", dead, dead}, {"socket unix", dead, dead}, {"socket netlink", dead, dead}, {"socket vsock", dead, dead},
		{"socketpair", dead, dead}, {"ptrace", dead, dead}, {"process_vm_readv", dead, dead}, {"kill all", dead, dead}, {"tgkill other", dead, dead},
		{"pidfd", dead, dead}, {"unshare", dead, dead}, {"setns", dead, dead}, {"chroot", dead, dead}, {"mount", dead, dead}, {"umount", dead, dead},
		{"bpf", dead, dead}, {"perf", dead, dead}, {"io_uring", dead, dead}, {"userfaultfd", dead, dead}, {"keyctl", dead, dead}, {"setuid", dead, dead},
		{"x32", dead, dead}, {"unknown call", perm, perm}, {"raise a limit", perm, perm}, {"dumpable", perm, perm},
		{"descriptors", "too many open files", "too many open files"}, {"inherited", "open: ", "open: "},
		{"environment", "GOMAXPROCS GOMEMLIMIT GOTRACEBACK", "GOMAXPROCS GOMEMLIMIT GOTRACEBACK"}, {"capabilities", "<nil> 000", "<nil> 000"},
		{"core limit", "<nil> 0 0", "<nil> 0 0"},
	}
	file := sandboxtest.Seal(t, make([]byte, 4096))
	for _, level := range []string{"full", "floor"} {
		t.Run(level, func(t *testing.T) {
			r, err := sandbox.New(sandbox.Config{Worker: path, Level: level})
			require.NoError(t, err)
			defer r.Close()
			if r.LevelName() != level {
				t.Skip("the host does not allow this level")
			}
			for _, c := range cases {
				want := c.full
				if level == "floor" {
					want = c.floor
				}
				got := dead
				out, err := r.Run(soon(t), sandbox.RunSpec{Snapshots: []sandbox.SnapshotRef{{Name: "d", File: file}},
					Statements: []sandbox.Statement{{SQL: c.attack}}})
				if err == nil {
					got = *out[0][0][0]
				}
				if want == "" { // refused, for a reason that depends on the user or the kernel
					require.NotContains(t, []string{"done", dead}, got, c.attack)
					continue
				}
				assert.Equal(t, want, got, c.attack)
			}
		})
	}
}
