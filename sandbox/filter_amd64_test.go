package sandbox

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// harmless says, in words of its own, when a system call may be allowed by its arguments; a call that is not here has none that matter.
var harmless = map[uint32]func(a [6]uint64) bool{
	unix.SYS_MMAP:              func(a [6]uint64) bool { return a[2]&unix.PROT_EXEC == 0 && a[3]&unix.MAP_ANONYMOUS != 0 },
	unix.SYS_MPROTECT:          func(a [6]uint64) bool { return a[2]&unix.PROT_EXEC == 0 },
	unix.SYS_CLONE:             func(a [6]uint64) bool { return a[0]&unix.CLONE_THREAD != 0 && a[0]&0x7e020000 == 0 },
	unix.SYS_TGKILL:            func(a [6]uint64) bool { return uint32(a[0]) == wire.OwnPID },
	unix.SYS_PRLIMIT64:         func(a [6]uint64) bool { return uint32(a[0]) == 0 && a[2] == 0 },
	unix.SYS_SCHED_GETAFFINITY: func(a [6]uint64) bool { return uint32(a[0]) == 0 },
	unix.SYS_CLOCK_GETTIME:     func(a [6]uint64) bool { return uint32(a[0]) < 16 },
	unix.SYS_CLOCK_NANOSLEEP:   func(a [6]uint64) bool { return uint32(a[0]) < 16 },
	unix.SYS_FUTEX: func(a [6]uint64) bool { // no priority inheritance
		return uint32(a[1]) < 512 && !slices.Contains([]uint32{6, 7, 8, 11, 12, 13}, uint32(a[1])&127)
	},
	unix.SYS_PRCTL: func(a [6]uint64) bool {
		return slices.Contains([]uint32{unix.PR_SET_NAME, unix.PR_SET_VMA, unix.PR_GET_NO_NEW_PRIVS, unix.PR_GET_SECCOMP}, uint32(a[0]))
	},
	unix.SYS_FCNTL: func(a [6]uint64) bool {
		return slices.Contains([]uint32{unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL, unix.F_DUPFD_CLOEXEC}, uint32(a[1]))
	},
}

// reaching are calls that could reach something outside a worker, or another process: no arguments make them allowed.
var reaching = []uint32{
	unix.SYS_SOCKET, unix.SYS_CONNECT, unix.SYS_SENDTO, unix.SYS_SENDMSG, unix.SYS_RECVMSG, unix.SYS_SENDMMSG, unix.SYS_BIND, unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_FORK, unix.SYS_VFORK, unix.SYS_CLONE3, unix.SYS_PTRACE,
	unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_PROCESS_MRELEASE, unix.SYS_KCMP, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_PIDFD_SEND_SIGNAL, unix.SYS_KILL, unix.SYS_TKILL,
	unix.SYS_RT_SIGQUEUEINFO, unix.SYS_RT_TGSIGQUEUEINFO, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_FSOPEN, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_BPF,
	unix.SYS_PERF_EVENT_OPEN, unix.SYS_IO_URING_SETUP, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_MEMFD_CREATE, unix.SYS_SHMGET, unix.SYS_SHMAT, unix.SYS_MSGGET, unix.SYS_SEMGET, unix.SYS_MQ_OPEN,
	unix.SYS_INOTIFY_INIT1, unix.SYS_FANOTIFY_INIT, unix.SYS_MINCORE, unix.SYS_CACHESTAT, unix.SYS_FLOCK, unix.SYS_CHMOD, unix.SYS_FCHMOD, unix.SYS_FCHMODAT, unix.SYS_CHOWN, unix.SYS_UTIMENSAT, unix.SYS_LINK, unix.SYS_SYMLINK, unix.SYS_MKNOD,
	unix.SYS_PERSONALITY, unix.SYS_PKEY_MPROTECT, unix.SYS_SECCOMP, unix.SYS_SETPRIORITY, unix.SYS_SCHED_SETAFFINITY, unix.SYS_SCHED_SETSCHEDULER, unix.SYS_SETRLIMIT, unix.SYS_IOCTL, unix.SYS_TIMER_CREATE, unix.SYS_SETITIMER, unix.SYS_GETPRIORITY,
	unix.SYS_PROCESS_VM_READV, unix.SYS_MIGRATE_PAGES, unix.SYS_MOVE_PAGES, unix.SYS_ADJTIMEX, unix.SYS_OPENAT2, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_OPEN_BY_HANDLE_AT,
}

// TestFilterOnEveryNumber runs the filters on every number, and on many arguments of those that are allowed by them.
func TestFilterOnEveryNumber(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for _, builds := range []bool{false, true} {
		code, allowed := machines["amd64"].filter(builds), 0
		for n := range uint32(1200) {
			ever := false
			for range 300 {
				a := seen{arch: unix.AUDIT_ARCH_X86_64, number: n}
				for i := range a.args {
					switch random.IntN(4) {
					case 0:
						a.args[i] = uint64(random.IntN(64))
					case 1:
						a.args[i] = random.Uint64()
					case 2:
						a.args[i] = []uint64{1 << 32, wire.OwnPID, unix.CLONE_THREAD, unix.F_SETLK, unix.F_GETLK, unix.F_DUPFD_CLOEXEC, unix.PR_SET_VMA, 1<<32 | wire.OwnPID}[random.IntN(8)]
					}
				}
				if outcome(code, a) != unix.SECCOMP_RET_ALLOW {
					continue
				}
				ever = true
				lock := builds && n == unix.SYS_FCNTL && (uint32(a.args[1]) == unix.F_SETLK || uint32(a.args[1]) == unix.F_GETLK)
				if may := harmless[n]; may != nil && !may(a.args) && !lock {
					t.Fatalf("call %d is allowed with %v", n, a.args)
				}
				for _, wrong := range []seen{{n, unix.AUDIT_ARCH_I386, a.args}, {n, unix.AUDIT_ARCH_AARCH64, a.args}, {n, 0, a.args}, {n | 0x40000000, a.arch, a.args}, {n | 1<<31, a.arch, a.args}} {
					require.EqualValues(t, unix.SECCOMP_RET_KILL_PROCESS, outcome(code, wrong), "call %d by another entry", n)
				}
			}
			if ever {
				allowed++
				require.NotContains(t, reaching, n)
			}
		}
		require.Greater(t, allowed, 60)
		require.Less(t, allowed, 100, "each further call is a further way into the kernel")
		t.Logf("%d calls are allowed, %d instructions", allowed, len(code))
	}
}
