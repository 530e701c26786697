package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// seen is what a filter sees of a system call.
type seen struct {
	number, arch uint32
	args         [6]uint64
}

func (s seen) word(at uint32) uint32 {
	switch {
	case at == atNumber:
		return s.number
	case at == atArch:
		return s.arch
	case at >= atArgs && at < atArgs+48 && at%4 == 0:
		half := (at - atArgs) / 4
		return uint32(s.args[half/2] >> (32 * (half % 2)))
	}
	panic("a filter reads beyond what it sees")
}

// outcome runs a filter as the kernel does: the instructions that this package assembles, and no other.
func outcome(code []wire.BPF, s seen) uint32 {
	a := uint32(0)
	for at := 0; ; at++ {
		then := false
		switch c := code[at]; c.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			a = s.word(c.K)
			continue
		case retK:
			return c.K
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			then = a == c.K
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			then = a >= c.K
		case unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K:
			then = a&c.K != 0
		default:
			panic(fmt.Sprintf("an unknown instruction %x", c.Code))
		}
		if then {
			at += int(code[at].JT)
		} else {
			at += int(code[at].JF)
		}
	}
}

func eachMachine(t *testing.T, f func(t *testing.T, m machine, builds bool, ask func(call string, args ...uint64) uint32)) {
	for name, m := range machines {
		for _, builds := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s %v", name, builds), func(t *testing.T) {
				code := m.filter(builds)
				require.Less(t, len(code), 4096)
				f(t, m, builds, func(call string, args ...uint64) uint32 {
					s := seen{number: m.number(call), arch: m.arch}
					copy(s.args[:], args)
					return outcome(code, s)
				})
			})
		}
	}
}

func TestFilterLists(t *testing.T) {
	eachMachine(t, func(t *testing.T, m machine, builds bool, ask func(string, ...uint64) uint32) {
		listed := map[uint32]bool{}
		for calls, want := range map[string]uint32{allowed + " " + margin: filterAllow, deadly: filterKill, absent: errno(unix.ENOSYS)} {
			for _, n := range m.numbersOf(calls) {
				listed[n] = true
				require.Equal(t, want, outcome(m.filter(builds), seen{number: n, arch: m.arch, args: [6]uint64{1, 1, 1, 1, 1, 1}}), n)
			}
		}
		for _, byArgument := range []string{"mmap", "mprotect", "clone", "tgkill", "prctl", "sched_getaffinity", "prlimit64", "fcntl", "ioctl", "futex", "clock_gettime", "clock_nanosleep"} {
			listed[m.number(byArgument)] = true
		}
		code := m.filter(builds)
		for n := range uint32(1024) {
			if !listed[n] {
				require.Equal(t, errno(unix.EPERM), outcome(code, seen{number: n, arch: m.arch}), n)
			}
			for _, other := range machines {
				if other.arch != m.arch {
					require.Equal(t, uint32(filterKill), outcome(code, seen{number: n, arch: other.arch}), n)
				}
			}
			require.Equal(t, uint32(filterKill), outcome(code, seen{number: n, arch: unix.AUDIT_ARCH_I386}), n)
			if m.alien > 0 {
				require.Equal(t, uint32(filterKill), outcome(code, seen{number: m.alien + n, arch: m.arch}), n)
			}
		}
		for _, c := range answering(code) {
			require.False(t, c.Code == retK && c.K == filterKill)
		}
	})
}

func TestFilterArguments(t *testing.T) {
	const allow, kill = uint32(filterAllow), uint32(filterKill)
	eperm := errno(unix.EPERM)
	eachMachine(t, func(t *testing.T, _ machine, builds bool, ask func(string, ...uint64) uint32) {
		lock := errno(unix.EOPNOTSUPP)
		if builds {
			lock = allow
		}
		for _, c := range []struct {
			call string
			args []uint64
			want uint32
		}{
			{"mmap", []uint64{0, 1, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS}, allow}, {"mmap", []uint64{0, 1, unix.PROT_READ | unix.PROT_EXEC, unix.MAP_ANONYMOUS}, eperm},
			{"mmap", []uint64{0, 1, unix.PROT_READ, unix.MAP_PRIVATE}, eperm}, {"mmap", []uint64{0, 1, unix.PROT_READ, unix.MAP_SHARED}, eperm},
			{"mprotect", []uint64{0, 1, unix.PROT_READ}, allow}, {"mprotect", []uint64{0, 1, unix.PROT_EXEC}, eperm},
			{"clone", []uint64{unix.CLONE_VM | unix.CLONE_THREAD}, allow}, {"clone", []uint64{uint64(unix.SIGCHLD)}, kill}, {"clone", []uint64{unix.CLONE_NEWUSER}, kill}, {"clone", []uint64{unix.CLONE_THREAD | unix.CLONE_NEWUTS}, kill},
			{"tgkill", []uint64{wire.OwnPID, 3}, allow}, {"tgkill", []uint64{2, 3}, kill},
			{"prctl", []uint64{unix.PR_SET_NAME}, allow}, {"prctl", []uint64{unix.PR_SET_DUMPABLE, 1}, eperm}, {"prctl", []uint64{unix.PR_SET_SECCOMP}, eperm},
			{"sched_getaffinity", []uint64{0, 8}, allow}, {"sched_getaffinity", []uint64{1, 8}, eperm},
			{"prlimit64", []uint64{0, 7, 0, 1}, allow}, {"prlimit64", []uint64{0, 7, 1}, eperm}, {"prlimit64", []uint64{0, 7, 1 << 32}, eperm}, {"prlimit64", []uint64{9, 7, 0, 1}, eperm},
			{"futex", []uint64{0, 128}, allow}, {"futex", []uint64{0, 0}, allow}, {"futex", []uint64{0, 393}, allow}, {"futex", []uint64{0, 6}, errno(unix.ENOSYS)}, {"futex", []uint64{0, 128 | 13}, errno(unix.ENOSYS)},
			{"clock_gettime", []uint64{unix.CLOCK_PROCESS_CPUTIME_ID}, allow}, {"clock_gettime", []uint64{1<<64 - 6}, errno(unix.EINVAL)}, {"clock_nanosleep", []uint64{1<<32 - 6}, errno(unix.EINVAL)},
			{"fcntl", []uint64{3, unix.F_GETFL}, allow}, {"fcntl", []uint64{3, unix.F_SETLK}, lock}, {"fcntl", []uint64{3, unix.F_GETLK}, lock},
			{"fcntl", []uint64{3, unix.F_OFD_SETLK}, errno(unix.EOPNOTSUPP)}, {"fcntl", []uint64{3, unix.F_ADD_SEALS}, errno(unix.EOPNOTSUPP)},
			{"ioctl", []uint64{3, unix.TIOCSTI}, errno(unix.ENOTTY)},
		} {
			require.Equal(t, c.want, ask(c.call, c.args...), "%s %x", c.call, c.args)
		}
	})
}

// Every name of a list is in the table, once; the table is that of golang.org/x/sys; and what an architecture lacks is old.
func TestNumbers(t *testing.T) {
	var used []string
	for name := range strings.FieldsSeq(strings.Join([]string{allowed, margin, deadly, absent, "mmap mprotect clone tgkill prctl sched_getaffinity prlimit64 fcntl ioctl futex clock_gettime clock_nanosleep"}, " ")) {
		require.NotContains(t, used, name)
		require.Contains(t, numbers, name)
		used = append(used, name)
	}
	require.Len(t, numbers, len(used))
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	require.NoError(t, err)
	var older []string
	for name, m := range machines {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "unix", "zsysnum_linux_"+name+".go"))
		require.NoError(t, err)
		known := map[string]int32{}
		for _, line := range regexp.MustCompile(`SYS_(\w+)\s*=\s*(\d+)`).FindAllStringSubmatch(string(text), -1) {
			n, err := strconv.ParseInt(line[2], 10, 32)
			require.NoError(t, err)
			known[strings.ToLower(line[1])] = int32(n)
		}
		for call, n := range numbers {
			if want, ok := known[call]; ok {
				require.Equal(t, want, n[m.column], "%s %s", name, call)
				continue
			}
			require.EqualValues(t, -1, n[m.column], "%s %s", name, call)
			older = append(older, call)
		}
	}
	slices.Sort(older)
	require.Equal(t, "access epoll_wait fork lstat mkdir open poll readlink rename rmdir stat time unlink vfork", strings.Join(older, " "))
	require.Contains(t, machines, runtime.GOARCH)
}

// This package, and what a worker does before it opens its engine, build for every architecture that there is a list for.
func TestBuildsForEveryMachine(t *testing.T) {
	for name := range machines {
		c := exec.Command("go", "build", "./sandbox", "./sandbox/wire", "./sandbox/worker/probe")
		c.Dir, c.Env = "..", append(os.Environ(), "GOARCH="+name, "CGO_ENABLED=0")
		out, err := c.CombinedOutput()
		require.NoError(t, err, string(out))
	}
}
