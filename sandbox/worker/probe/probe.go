package probe

import (
	"errors"
	"os"
	"sort"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// Report is the answer to a probe job. layers is what the constructor has set up. A deadly job makes a call that must end this process; its
// answer says that it did not.
func Report(layers uint64, job *wire.Job) *wire.Status {
	cage := &wire.Cage{Layers: layers}
	if job.Probe != nil && job.Probe.Deadly {
		_, _, _ = syscall.RawSyscall(unix.SYS_PTRACE, unix.PTRACE_TRACEME, 0, 0)
		return &wire.Status{Code: wire.CodeOK, Cage: cage}
	}
	nnp, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	cage.NoNewPrivs = err == nil && nnp == 1
	if mode, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0); err == nil {
		cage.Seccomp = mode
	}
	cage.Capable = capable()
	cage.Root = existing("/etc", "/usr", "/proc", "/sys", "/dev", "/tmp", "/var", "/home")
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		cage.Environment = append(cage.Environment, name)
	}
	sort.Strings(cage.Environment)
	cage.Tried, cage.Done = try(acts(job.FDs))
	return &wire.Status{Code: wire.CodeOK, Cage: cage}
}

// capable reports whether any capability is left; not knowing counts as yes.
func capable() bool {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&head, &data[0]) != nil {
		return true
	}
	for _, d := range data {
		if d.Effective|d.Permitted|d.Inheritable != 0 {
			return true
		}
	}
	return false
}

// existing lists which of these paths are there. Nothing forbids asking: what is there is seen.
func existing(paths ...string) []string {
	var out []string
	for _, p := range paths {
		if _, err := os.Lstat(p); !errors.Is(err, os.ErrNotExist) {
			out = append(out, p)
		}
	}
	return out
}
