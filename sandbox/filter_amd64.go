package sandbox

import (
	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// The system calls of a worker on amd64, found by tracing and proven by soak runs; what is not listed is EPERM. Frequent ones
// come first, for the filter asks in order.
var (
	// allowed needs no look at arguments.
	allowed = []uint32{
		unix.SYS_FUTEX, unix.SYS_WRITE, unix.SYS_READ, unix.SYS_PREAD64, unix.SYS_PWRITE64, unix.SYS_NANOSLEEP, unix.SYS_MADVISE, unix.SYS_MUNMAP,
		unix.SYS_BRK, unix.SYS_SCHED_YIELD, unix.SYS_CLOCK_GETTIME, unix.SYS_GETRANDOM, unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK,
		unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_GETTID, unix.SYS_GETPID, unix.SYS_EXIT,
		unix.SYS_EXIT_GROUP, unix.SYS_OPEN, unix.SYS_OPENAT, unix.SYS_CLOSE, unix.SYS_FSTAT, unix.SYS_STAT,
		unix.SYS_NEWFSTATAT, unix.SYS_LSEEK, unix.SYS_READLINK, unix.SYS_READLINKAT, unix.SYS_ACCESS, unix.SYS_FTRUNCATE, unix.SYS_UNLINK,
		unix.SYS_SYSINFO, unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2, unix.SYS_FSYNC,
		// a margin for other versions of the C library and the Go runtime
		unix.SYS_CLOCK_NANOSLEEP, unix.SYS_GETTIMEOFDAY, unix.SYS_RESTART_SYSCALL, unix.SYS_MREMAP, unix.SYS_STATX, unix.SYS_LSTAT,
		unix.SYS_GETDENTS64, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2, unix.SYS_UNLINKAT, unix.SYS_MKDIR, unix.SYS_MKDIRAT, unix.SYS_RMDIR,
		unix.SYS_RENAME, unix.SYS_FALLOCATE, unix.SYS_FDATASYNC, unix.SYS_FADVISE64, unix.SYS_PREADV, unix.SYS_PWRITEV, unix.SYS_READV,
		unix.SYS_WRITEV, unix.SYS_DUP, unix.SYS_DUP3, unix.SYS_EPOLL_WAIT, unix.SYS_POLL, unix.SYS_PPOLL, unix.SYS_PIPE2, unix.SYS_MEMBARRIER,
		unix.SYS_GETCPU, unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID, unix.SYS_UNAME, unix.SYS_GETRUSAGE, unix.SYS_TIME,
		unix.SYS_CAPGET,
	}
	// deadly calls end the worker: nothing that it runs needs them, so whoever makes one is not it.
	deadly = []uint32{
		unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_ACCEPT, unix.SYS_ACCEPT4, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_SENDTO,
		unix.SYS_RECVFROM, unix.SYS_SENDMSG, unix.SYS_RECVMSG, unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_FORK, unix.SYS_VFORK,
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_PIDFD_SEND_SIGNAL,
		unix.SYS_KILL, unix.SYS_TKILL, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT,
		unix.SYS_FSOPEN, unix.SYS_FSMOUNT, unix.SYS_FSCONFIG, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_BPF,
		unix.SYS_PERF_EVENT_OPEN, unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL,
		unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_MEMFD_CREATE, unix.SYS_MEMFD_SECRET, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE,
		unix.SYS_KEXEC_LOAD, unix.SYS_REBOOT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_SETUID, unix.SYS_SETGID,
		unix.SYS_SETRESUID, unix.SYS_SETRESGID, unix.SYS_CAPSET,
	}
	// absent calls do not exist for a worker; its libraries then take another way.
	absent = []uint32{unix.SYS_CLONE3, unix.SYS_STATFS, unix.SYS_FSTATFS, unix.SYS_COPY_FILE_RANGE, unix.SYS_SENDFILE, unix.SYS_SPLICE,
		unix.SYS_MBIND, unix.SYS_GET_MEMPOLICY, unix.SYS_SCHED_SETAFFINITY}
)

const x32 = 0x40000000

// filter is the system call filter of a worker. One that builds files may lock them, which the engine insists on; it never
// holds a snapshot that others share.
func filter(builds bool) ([]wire.BPF, error) {
	descriptor := []uint32{unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL, unix.F_DUPFD_CLOEXEC}
	if builds {
		descriptor = append(descriptor, unix.F_SETLK, unix.F_GETLK)
	}
	var a assembler
	a.load(atArch)
	a.jump(unix.BPF_JEQ, unix.AUDIT_ARCH_X86_64, 1, 0)
	a.ret(filterKill)
	a.load(atNumber)
	a.jump(unix.BPF_JGE, x32, 0, 1)
	a.ret(filterKill)
	for _, n := range allowed {
		a.on(n, filterAllow)
	}
	noExec := bits(2, unix.PROT_EXEC, false, errno(unix.EPERM))
	a.when(unix.SYS_MMAP, noExec)
	a.when(unix.SYS_MPROTECT, noExec)
	a.when(unix.SYS_CLONE, bits(0, unix.CLONE_THREAD, true, filterKill))
	a.when(unix.SYS_TGKILL, oneOf(0, filterKill, wire.OwnPID))
	a.when(unix.SYS_PRCTL, oneOf(0, errno(unix.EPERM), unix.PR_SET_NAME, unix.PR_SET_VMA, unix.PR_GET_NO_NEW_PRIVS, unix.PR_GET_SECCOMP))
	// Of other processes, which a worker without a namespace of its own could name, not even this can be asked.
	a.when(unix.SYS_SCHED_GETAFFINITY, oneOf(0, errno(unix.EPERM), 0))
	a.when(unix.SYS_PRLIMIT64, zero(0, errno(unix.EPERM), null(2, errno(unix.EPERM))))
	// Record locks on a shared snapshot would be a channel between tenants; without them the engine attaches unlocked.
	a.when(unix.SYS_FCNTL, oneOf(1, errno(unix.EOPNOTSUPP), descriptor...))
	a.on(unix.SYS_IOCTL, errno(unix.ENOTTY))
	for _, n := range absent {
		a.on(n, errno(unix.ENOSYS))
	}
	for _, n := range deadly {
		a.on(n, filterKill)
	}
	a.ret(errno(unix.EPERM))
	return a.code, nil
}
