// Package packaging_test holds what is shipped around the binaries to what it promises: the unit is hardened and lets the workers' cage be
// built, the image runs as nobody, and every flag and path that they name exists.
package packaging_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/enclave/enclavetest"
	"yumen/internal/buildtest"
	"yumen/sandbox/sandboxtest"
)

// yumend is the built gateway.
var yumend string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	if os.Getenv(envFilter) != "" {
		fmt.Fprintln(os.Stderr, filtered())
		return 1
	}
	var err error
	if yumend, err = buildtest.Command("yumend", ""); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// commandExists requires that yumend has the command and each of its flags.
func commandExists(t *testing.T, words []string) {
	t.Helper()
	require.NotEmpty(t, words)
	help, err := exec.Command(yumend, words[0], "--help").CombinedOutput()
	require.NoError(t, err, string(help))
	require.Contains(t, string(help), "yumend "+words[0])
	for _, w := range words[1:] {
		if strings.HasPrefix(w, "--") {
			require.Regexp(t, `(?m)^ +`+w+` `, string(help))
		}
	}
}

// unit reads the settings of a unit: every value of each, in order.
func unit(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("systemd/yumend.service")
	require.NoError(t, err)
	out := map[string][]string{}
	section := ""
	for _, line := range strings.Split(string(b), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			section = strings.Trim(line, "[]")
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		require.True(t, ok, line)
		out[section+"."+name] = append(out[section+"."+name], value)
	}
	return out
}

// hardening is what the unit must say, and why nothing may weaken it.
var hardening = map[string]string{
	"User": "yumen", "Group": "yumen", "UMask": "0077", "StateDirectoryMode": "0700", "LimitCORE": "0", "MemorySwapMax": "0", "ProtectSystem": "strict", "ProtectHome": "yes",
	"PrivateTmp": "yes", "PrivateDevices": "yes", "ProtectProc": "invisible", "ProtectClock": "yes", "ProtectHostname": "yes", "ProtectKernelLogs": "yes",
	"ProtectKernelModules": "yes", "ProtectKernelTunables": "yes", "ProtectControlGroups": "no", "Delegate": "cpu memory pids", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "",
	"LockPersonality": "yes", "RestrictRealtime": "yes", "RestrictSUIDSGID": "yes", "MemoryDenyWriteExecute": "yes", "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
	"RestrictNamespaces": "user mnt pid net ipc uts cgroup", "SystemCallArchitectures": "native", "SystemCallErrorNumber": "EPERM", "KillMode": "mixed",
}

func TestUnit(t *testing.T) {
	u := unit(t)
	for name, want := range hardening {
		require.Equal(t, []string{want}, u["Service."+name], name)
	}
	start := strings.Fields(u["Service.ExecStart"][0])
	require.Equal(t, "/usr/bin/yumend", start[0])
	commandExists(t, start[1:])
	require.Contains(t, u["Unit.ConditionPathExists"][0], start[slices.Index(start, "--data")+1], "the zone that it serves is the one that it waits for")
	require.Empty(t, u["Service.Environment"], "an environment is no place for a setting that matters")
}

// systemd's own tools judge the unit where they are; where they are not, its form is all that was judged, and the log says so.
func TestUnitBySystemd(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd-analyze is not on this machine: the unit was judged by its form alone")
		return
	}
	b, err := os.ReadFile("systemd/yumend.service")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "yumend.service")
	require.NoError(t, os.WriteFile(file, bytes.ReplaceAll(b, []byte("/usr/bin/yumend"), []byte(yumend)), 0o600))
	out, err := exec.Command(analyze, "verify", "--man=no", file).CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), "yumend.service", "it finds nothing to say about the unit")
	out, err = exec.Command(analyze, "security", "--offline=true", "--threshold=25", file).CombinedOutput()
	if err != nil && bytes.Contains(out, []byte("unrecognized option")) {
		t.Log("systemd-analyze is too old to judge a file")
		return
	}
	require.NoError(t, err, "exposure above 2.5:\n%s", out)

	allowed := map[string]bool{}
	for _, value := range unit(t)["Service.SystemCallFilter"] {
		value, denied := strings.CutPrefix(value, "~")
		for _, name := range strings.Fields(value) {
			expand(t, analyze, name, !denied, allowed)
		}
	}
	for _, call := range strings.Fields(calls) {
		require.True(t, allowed[call], "the filter of the unit stops %s", call)
	}
	for _, call := range []string{"ptrace", "bpf", "kexec_load", "init_module", "reboot", "swapon", "process_vm_readv", "perf_event_open"} {
		require.False(t, allowed[call], call)
	}
}

// calls are the system calls of gateway and workers through a whole demo, cage included, as strace saw them.
const calls = `accept4 access arch_prctl bind brk capget capset chdir clock_gettime clone close close_range connect dup3 epoll_create1 epoll_ctl epoll_pwait eventfd2 execve exit
exit_group faccessat2 fchmod fchmodat fchown fcntl flock fstat fsync ftruncate futex getdents64 geteuid getgid getpeername getpid getppid getrandom getsockname getsockopt gettid
getuid ioctl kill landlock_add_rule landlock_create_ruleset landlock_restrict_self listen lseek lstat madvise memfd_create mkdir mkdirat mmap mount mount_setattr move_mount mprotect
munmap nanosleep newfstatat open open_tree openat pidfd_open pidfd_send_signal pipe2 pivot_root prctl pread64 prlimit64 pwrite64 read readlink readlinkat renameat rseq rt_sigaction
rt_sigprocmask rt_sigreturn sched_getaffinity sched_yield seccomp set_robust_list set_tid_address setgid setsockopt setuid sigaltstack socket stat statfs sysinfo tgkill umask umount2
uname unlink unlinkat waitid write`

// expand allows or denies the calls of a group of systemd's, and of the groups in it.
func expand(t *testing.T, analyze, name string, allow bool, into map[string]bool) {
	if !strings.HasPrefix(name, "@") {
		into[name] = allow
		return
	}
	out, err := exec.Command(analyze, "syscall-filter", name).Output()
	require.NoError(t, err, name)
	for _, line := range strings.Split(string(out), "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && line != name {
			expand(t, analyze, line, allow, into)
		}
	}
}

// prSetMDWE refuses new executable memory to a process and its children, as MemoryDenyWriteExecute does (linux/prctl.h).
const prSetMDWE, mdweRefuseExecGain = 65, 1

// Neither the gateway nor a caged worker with the engine needs memory that is written and then run.
func TestWorkersRunWithoutWritableCode(t *testing.T) {
	sandboxtest.Worker(t) // built before: the compiler is not what is under test
	if err := unix.Prctl(prSetMDWE, mdweRefuseExecGain, 0, 0, 0); err != nil {
		t.Logf("this kernel cannot refuse it to a process: %v", err)
		return
	}
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	require.Equal(t, "released", z.Ask(t, a, z.Grant(t, a), "SELECT city, count(*) AS n, avg(amount) AS m FROM clients GROUP BY city HAVING count(*) > 5 ORDER BY n").State)
}

func TestAccountsAndDirectories(t *testing.T) {
	users, err := os.ReadFile("systemd/sysusers.conf")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^u yumen - "[^"]+" /var/lib/yumen /usr/sbin/nologin$`, string(users))
	dirs, err := os.ReadFile("systemd/tmpfiles.conf")
	require.NoError(t, err)
	require.Regexp(t, `(?m)^d /etc/yumen 0750 root yumen -$`, string(dirs))
	require.Regexp(t, `(?m)^d /var/lib/yumen 0700 yumen yumen -$`, string(dirs))
}

// steps are the instructions of the Dockerfile, with continued lines joined.
func steps(t *testing.T) [][2]string {
	t.Helper()
	b, err := os.ReadFile("../Dockerfile")
	require.NoError(t, err)
	var out [][2]string
	for _, line := range strings.Split(strings.ReplaceAll(string(b), "\\\n", " "), "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			name, rest, _ := strings.Cut(line, " ")
			out = append(out, [2]string{name, strings.TrimSpace(rest)})
		}
	}
	return out
}

func TestDockerfile(t *testing.T) {
	defaults := map[string]string{}
	final := map[string]string{} // the last stage
	copied := ""
	for _, s := range steps(t) {
		switch s[0] {
		case "ARG":
			name, value, _ := strings.Cut(s[1], "=")
			defaults[name] = value
		case "FROM":
			image := regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(strings.Fields(s[1])[0], func(v string) string { return defaults[v[2:len(v)-1]] })
			require.Regexp(t, `^(golang:1\.\d+-|debian:)bookworm(-slim)?$`, image, "every base is pinned to one release of Debian")
			final, copied = map[string]string{}, ""
		case "COPY":
			copied += s[1] + "\n"
		case "ADD":
			t.Error("ADD fetches and unpacks: COPY says what it does")
		}
		final[s[0]] = s[1]
		require.NotContains(t, strings.ToLower(s[1]), ":latest")
		require.NotRegexp(t, `curl|wget|sudo`, s[1])
	}
	require.Regexp(t, `^[1-9]\d+:[1-9]\d+$`, final["USER"], "by number, so that a platform can see that it is not root")
	for _, binary := range []string{"/out/yumend", "/out/yumen", "/out/yumen-worker"} {
		require.Contains(t, copied, binary)
	}
	require.NotContains(t, copied, "/src")
	words := func(s string) []string { return regexp.MustCompile(`"([^"]*)"`).FindAllString(s, -1) }
	plain := func(s string) []string {
		out := words(s)
		for i := range out {
			out[i] = strings.Trim(out[i], `"`)
		}
		return out
	}
	require.Equal(t, []string{"/usr/bin/yumend"}, plain(final["ENTRYPOINT"]))
	commandExists(t, plain(final["CMD"]))
	_, probe, _ := strings.Cut(final["HEALTHCHECK"], "CMD ")
	commandExists(t, plain(probe)[1:])
	require.Contains(t, final["ENV"], "YUMEN_WORKER=/usr/libexec/yumen/yumen-worker")
	ignored, err := os.ReadFile("../.dockerignore")
	require.NoError(t, err)
	require.Contains(t, string(ignored), "**/*.key", "a key in the tree gets into no image")
}
