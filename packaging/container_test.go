//go:build nightly

package packaging_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox/sandboxtest"
)

// runtimeCaps are what a container's runtime leaves to root by default.
var runtimeCaps = []string{"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
	"CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"}

// container is a root file system with the gateway, and how it is run.
type container struct {
	root string // what the worker is linked with, and the binaries; nothing else
	zone string // a directory of the host, at /zone
	uid  int
	caps []string
	// noNewPrivs is --security-opt no-new-privileges
	noNewPrivs bool
	profile    seccompProfile
	proc       []string // options of /proc
}

// copyFile copies a program or a library.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
	in, err := os.Open(from)
	require.NoError(t, err)
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, err)
	require.NoError(t, out.Close())
}

// newRoot makes the root of an image: the binaries, what the worker is linked with, and the directories that a runtime mounts on.
func newRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	worker := sandboxtest.Worker(t)
	copyFile(t, yumend, filepath.Join(root, "usr/bin/yumend"))
	copyFile(t, worker, filepath.Join(root, "usr/libexec/yumen/yumen-worker"))
	linked, err := exec.Command("ldd", worker).Output()
	require.NoError(t, err)
	for _, library := range regexp.MustCompile(`(/\S+) \(0x`).FindAllStringSubmatch(string(linked), -1) {
		copyFile(t, library[1], filepath.Join(root, library[1]))
	}
	for _, dir := range []string{"proc", "sys", "dev", "tmp", "zone", "etc"} {
		require.NoError(t, os.Mkdir(filepath.Join(root, dir), 0o755))
	}
	require.NoError(t, os.WriteFile(filepath.Join(root, "etc/hosts"), []byte("127.0.0.1 localhost\n"), 0o644)) //nolint:gosec // as everywhere
	return root
}

// spec is the container as a runtime starts it, with the masks and capabilities that Docker's documentation names as its defaults.
func (c container) spec(args []string) map[string]any {
	mount := func(at, kind, source string, options ...string) map[string]any {
		return map[string]any{"destination": at, "type": kind, "source": source, "options": append(options, "nosuid", "noexec", "nodev")}
	}
	caps := map[string]any{"bounding": c.caps}
	if c.uid == 0 {
		caps["effective"], caps["permitted"] = c.caps, c.caps
	}
	var namespaces []map[string]string
	for _, kind := range []string{"pid", "network", "ipc", "uts", "mount"} {
		namespaces = append(namespaces, map[string]string{"type": kind})
	}
	return map[string]any{
		"ociVersion": "1.0.2", "hostname": "yumen", "root": map[string]any{"path": c.root, "readonly": true},
		"process": map[string]any{"user": map[string]int{"uid": c.uid, "gid": c.uid}, "args": args, "cwd": "/", "capabilities": caps, "noNewPrivileges": c.noNewPrivs,
			"env": []string{"PATH=/usr/bin", "HOME=/tmp", "LC_ALL=C.UTF-8", "YUMEN_WORKER=/usr/libexec/yumen/yumen-worker"}},
		"mounts": []map[string]any{mount("/proc", "proc", "proc", c.proc...), mount("/sys", "sysfs", "sysfs", "ro"),
			{"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": []string{"nosuid", "strictatime", "mode=755", "size=65536k"}},
			mount("/dev/shm", "tmpfs", "shm", "mode=1777", "size=65536k"), mount("/tmp", "tmpfs", "tmp", "mode=1777"), mount("/zone", "bind", c.zone, "rbind", "rw")},
		"linux": map[string]any{"namespaces": namespaces, "seccomp": c.profile.oci(),
			"maskedPaths":   []string{"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/scsi", "/sys/firmware"},
			"readonlyPaths": []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}},
	}
}

// run runs yumend in a container and returns what it printed.
func (c container) run(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	bundle := t.TempDir()
	config, err := json.Marshal(c.spec(append([]string{"/usr/bin/yumend"}, args...)))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(bundle, "config.json"), config, 0o600))
	cmd := exec.Command("runc", "--root", filepath.Join(bundle, "state"), "run", "--bundle", bundle, fmt.Sprintf("yumen-%d-%d", os.Getpid(), len(bundle)))
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	return out, err
}

// The shipped profile gives the full cage in a container; a runtime's default, the floor. Both answer questions.
func TestContainers(t *testing.T) {
	_, err := exec.LookPath("runc")
	require.NoError(t, err, "install runc: make nightly does")
	require.Zero(t, os.Getuid(), "a container's runtime is started by root")
	analyze, err := exec.LookPath("systemd-analyze")
	require.NoError(t, err, "install systemd: its lists of system calls are needed")
	shipped := readProfile(t)
	root := newRoot(t)
	for _, c := range []struct {
		name  string
		level string
		container
	}{
		{"ordinary user, shipped profile", "full", container{uid: 1000, caps: runtimeCaps, profile: shipped}},
		{"ordinary user, as the manual says", "full", container{uid: 65532, noNewPrivs: true, profile: shipped}},
		{"root, shipped profile", "full", container{uid: 0, caps: runtimeCaps, profile: shipped}},
		{"ordinary user, default profile", "floor", container{uid: 1000, caps: runtimeCaps, profile: shipped.standard()}},
		{"root, default profile", "floor", container{uid: 0, caps: runtimeCaps, profile: shipped.standard()}},
		{"root without capabilities", "floor", container{uid: 0, profile: shipped}},
		{"an older kernel, without executable seals", "full", container{uid: 1000, caps: runtimeCaps, profile: shipped.answering("memfd_create", 22, 1, unix.MFD_NOEXEC_SEAL)}},
		{"no Landlock", "", container{uid: 1000, caps: runtimeCaps, profile: shipped.answering("landlock_create_ruleset", 38, 0, 0)}},
		{"the unit", "full", container{uid: 1000, noNewPrivs: true, profile: unitProfile(t, analyze), proc: []string{"hidepid=invisible"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.root, c.zone = root, t.TempDir()
			require.NoError(t, os.Chown(c.zone, c.uid, c.uid))
			require.NoError(t, os.WriteFile(filepath.Join(c.zone, "ada.pw"), []byte("correct horse of ada\n"), 0o644)) //nolint:gosec // read by another user
			out, err := c.run(t, "init", "--data", "/zone/zone", "--admin", "ada", "--password-file", "/zone/ada.pw", "--jurisdiction", "bj")
			require.NoError(t, err, string(out))
			out, _ = c.run(t, "check", "--data", "/zone/zone", "-o", "json")
			var report struct{ Items []isolationItem }
			require.NoError(t, json.Unmarshal(out, &report), string(out))
			if c.level == "" {
				_, err := c.run(t, "serve", "--data", "/zone/zone", "--listen", "127.0.0.1:0")
				require.ErrorContains(t, err, "not even the floor of the cage")
				require.ErrorContains(t, err, "landlock")
			}
			at := slices.IndexFunc(report.Items, func(i isolationItem) bool { return i.ID == "isolation" })
			require.Equal(t, c.level, report.Items[at].Level, "%+v", report.Items[at])
			if strings.HasSuffix(c.name, "profile") && c.uid == 1000 {
				out, err = c.run(t, "demo", "--lang", "en", "--data", "/zone/demo")
				require.NoError(t, err, string(out))
				log, err := os.ReadFile(filepath.Join(c.zone, "demo/demo.log"))
				require.NoError(t, err)
				require.Contains(t, string(log), `"msg":"isolation","level":"`+c.level+`"`)
			}
		})
	}
}

// oci is the profile as a runtime is told it.
func (p seccompProfile) oci() map[string]any {
	var archs []string
	for _, a := range p.ArchMap {
		archs = append(archs, a.Architecture)
	}
	var rules []seccompRule
	for _, r := range p.Syscalls {
		r.Comment = ""
		rules = append(rules, r)
	}
	return map[string]any{"defaultAction": p.DefaultAction, "defaultErrnoRet": p.DefaultErrnoRet, "architectures": archs, "syscalls": rules}
}
