package packaging_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox/sandboxtest"
)

// envFilter makes this test's program put itself under the filter in descriptor 4 and become the command that it is given.
const envFilter = "YUMEN_TEST_FILTER"

func filtered() error {
	runtime.LockOSThread()
	var code []unix.SockFilter
	if err := json.NewDecoder(os.NewFile(4, "filter")).Decode(&code); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}                                                        //nolint:gosec // some hundred instructions
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil { //nolint:gosec // as prctl wants it
		return err
	}
	return syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
}

// numbersHere are the numbers of system calls on this machine.
func numbersHere(t *testing.T) map[string]uint32 {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "unix", "zsysnum_linux_"+runtime.GOARCH+".go"))
	require.NoError(t, err)
	out := map[string]uint32{}
	for _, line := range regexp.MustCompile(`SYS_(\w+)\s*=\s*(\d+)`).FindAllStringSubmatch(string(text), -1) {
		n, err := strconv.ParseUint(line[2], 10, 32)
		require.NoError(t, err)
		out[strings.ToLower(line[1])] = uint32(n)
	}
	return out
}

// program is a profile as the kernel runs it. Of arguments it knows the lower halves.
func (p seccompProfile) program(t *testing.T) []unix.SockFilter {
	t.Helper()
	ret := func(action string, errno int) unix.SockFilter {
		if action == "SCMP_ACT_ALLOW" {
			return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}
		}
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)} //nolint:gosec // a small number
	}
	number := unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}
	equal := func(k uint32, otherwise int) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: uint8(otherwise), K: k} //nolint:gosec // a small number
	}
	numbers, code := numbersHere(t), []unix.SockFilter{number}
	for _, r := range p.Syscalls {
		errno := p.DefaultErrnoRet
		if r.ErrnoRet != nil {
			errno = *r.ErrnoRet
		}
		for _, name := range r.Names {
			n, known := numbers[name]
			if !known {
				continue
			}
			body := []unix.SockFilter{ret(r.Action, errno)}
			if len(r.Args) > 0 {
				a := r.Args[0]
				want := uint32(a.Value)                                                                              //nolint:gosec // the lower half
				body = []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 16 + 8*uint32(a.Index)}} //nolint:gosec // 0 to 5
				if a.Op == "SCMP_CMP_MASKED_EQ" {
					body = append(body, unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: want})
					want = uint32(a.ValueTwo) //nolint:gosec // the lower half
				}
				body = append(body, equal(want, 1), ret(r.Action, errno), number)
			}
			code = append(append(code, equal(n, len(body))), body...)
		}
	}
	return append(code, ret(p.DefaultAction, p.DefaultErrnoRet))
}

// under is a command of the account's under a profile.
func (a account) under(t *testing.T, p seccompProfile, name string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Open("/proc/self/exe")
	require.NoError(t, err)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = self.Close()
		_ = r.Close()
	})
	require.NoError(t, json.NewEncoder(w).Encode(p.program(t)))
	require.NoError(t, w.Close())
	cmd := a.command(t, "/proc/self/fd/3", append([]string{name}, args...)...)
	cmd.ExtraFiles = []*os.File{self, r}
	cmd.Env = append(cmd.Env, envFilter+"=1")
	return cmd
}

// unitProfile is what the unit for systemd leaves of system calls: its lists, and what its other settings take away by the same means.
func unitProfile(t *testing.T, analyze string) seccompProfile {
	t.Helper()
	allowed := map[string]bool{}
	for _, value := range unit(t)["Service.SystemCallFilter"] {
		value, denied := strings.CutPrefix(value, "~")
		for _, name := range strings.Fields(value) {
			expand(t, analyze, name, !denied, allowed)
		}
	}
	p := seccompProfile{DefaultAction: "SCMP_ACT_ERRNO", DefaultErrnoRet: 1, ArchMap: readProfile(t).ArchMap}
	never := []string{"socket", "clone3", "mprotect", "pkey_mprotect", "personality", "sched_setscheduler", "sched_setattr"}
	var names []string
	for name, yes := range allowed {
		if yes && !slices.Contains(never, name) {
			names = append(names, name)
		}
	}
	enosys := 38
	p.Syscalls = []seccompRule{{Names: names, Action: "SCMP_ACT_ALLOW"},
		{Names: []string{"clone3"}, Action: "SCMP_ACT_ERRNO", ErrnoRet: &enosys},                                                                 // RestrictNamespaces
		{Names: []string{"mprotect"}, Action: "SCMP_ACT_ALLOW", Args: []seccompArg{{Index: 2, Value: unix.PROT_EXEC, Op: "SCMP_CMP_MASKED_EQ"}}}} // MemoryDenyWriteExecute
	for _, family := range []uint64{unix.AF_INET, unix.AF_INET6, unix.AF_UNIX} {
		p.Syscalls = append(p.Syscalls, seccompRule{Names: []string{"socket"}, Action: "SCMP_ACT_ALLOW", Args: []seccompArg{{Value: family, Op: "SCMP_CMP_EQ"}}})
	}
	return p
}

// The filters that the gateway is given, by a container's runtime or by the unit, leave its cage what it needs; a runtime's default does not.
func TestLevelUnderFilters(t *testing.T) {
	if sandboxtest.Runner(t).LevelName() != "full" {
		t.Log("this host does not allow the full cage: there is nothing to lose")
		return
	}
	a := newAccount(t)
	a.zone(t)
	shipped := readProfile(t)
	profiles := map[string]seccompProfile{"full shipped": shipped, "floor default": shipped.standard(),
		"full older": shipped.answering("memfd_create", 22, 1, unix.MFD_NOEXEC_SEAL), " none": shipped.answering("landlock_create_ruleset", 38, 0, 0)}
	if analyze, err := exec.LookPath("systemd-analyze"); err == nil {
		profiles["full unit"] = unitProfile(t, analyze)
	} else {
		t.Log("systemd-analyze is not on this machine: what the unit's lists mean was not tried")
	}
	for name, p := range profiles {
		want, _, _ := strings.Cut(name, " ")
		out, _ := a.under(t, p, yumend, "check", "--data", "zone", "-o", "json").Output()
		var report struct{ Items []isolationItem }
		require.NoError(t, json.Unmarshal(out, &report), string(out))
		at := slices.IndexFunc(report.Items, func(i isolationItem) bool { return i.ID == "isolation" })
		require.Equal(t, want, report.Items[at].Level, "%s: %+v", name, report.Items[at])
		if want == "" {
			out, err := a.under(t, p, yumend, "serve", "--data", "zone", "--listen", "127.0.0.1:0").CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(out), "not even the floor of the cage")
		}
	}
}
