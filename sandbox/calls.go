package sandbox

import (
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// The system calls of a worker, found by tracing on amd64 and proven by soak runs; what is not listed is EPERM. Frequent ones come first, for
// the filter asks in order. A call that an architecture does not have is not in its filter: its C library and Go take the newer one, which is
// listed as well.
const (
	// allowed needs no look at arguments.
	allowed = `write read pread64 pwrite64 nanosleep madvise munmap brk sched_yield getrandom rt_sigaction rt_sigprocmask
	rt_sigreturn sigaltstack set_robust_list rseq gettid getpid exit exit_group open openat close fstat stat newfstatat lseek readlink
	readlinkat access ftruncate unlink sysinfo epoll_create1 epoll_ctl epoll_pwait eventfd2 fsync`
	// margin is for other versions of the C library and the Go runtime, and for what arm64 has in place of older calls.
	margin = `gettimeofday restart_syscall mremap statx lstat getdents64 faccessat faccessat2 unlinkat mkdir mkdirat rmdir rename
	fallocate fdatasync fadvise64 preadv pwritev readv writev dup dup3 epoll_wait poll ppoll pipe2 membarrier getcpu getuid geteuid getgid
	getegid uname getrusage time capget renameat renameat2`
	// deadly calls end the worker: nothing that it runs needs them, so whoever makes one is not it.
	deadly = `socket socketpair connect accept accept4 bind listen sendto recvfrom sendmsg recvmsg execve execveat fork vfork ptrace process_vm_readv
	process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal kill tkill mount umount2 pivot_root chroot open_tree move_mount fsopen
	fsmount fsconfig fspick mount_setattr unshare setns bpf perf_event_open io_uring_setup io_uring_enter io_uring_register userfaultfd
	keyctl add_key request_key memfd_create memfd_secret init_module finit_module kexec_load reboot name_to_handle_at open_by_handle_at
	setuid setgid setresuid setresgid capset`
	// absent calls do not exist for a worker; its libraries then take another way.
	absent = `clone3 statfs fstatfs copy_file_range sendfile splice mbind get_mempolicy sched_setaffinity`
)

// newNamespaces are the flags by which a thread would begin in namespaces of its own.
const newNamespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP

// clocks is how many clocks have a number.
const clocks = 16

// waiting are the operations of a futex that wait, wake and move waiters, first those of Go and of the C library. Those that name an owner by
// the number of a thread are not among them: without a namespace of its own a worker could name any.
func waiting() []uint32 {
	const private, realtime, wait, wake, requeue, compare, wakeOp, waitBits, wakeBits = 128, 256, 0, 1, 3, 4, 5, 9, 10
	out := []uint32{private | wait, private | wake, private | waitBits | realtime, private | waitBits, private | wakeBits, waitBits | realtime}
	return append(out, wait, wake, waitBits, wakeBits, requeue, compare, wakeOp, private|requeue, private|compare, private|wakeOp)
}

// machine is an architecture that workers run on.
type machine struct {
	arch   uint32 // as the kernel names it to a filter
	column int    // of the table of numbers
	alien  uint32 // calls from here on are those of another kind of program; 0 where there is none
}

// machines are the architectures that there is a list for, by their Go name.
var machines = map[string]machine{
	"amd64": {arch: unix.AUDIT_ARCH_X86_64, column: 0, alien: 0x40000000},
	"arm64": {arch: unix.AUDIT_ARCH_AARCH64, column: 1},
}

// numbersOf are the numbers of these calls, without those that the architecture does not have.
func (m machine) numbersOf(calls string) []uint32 {
	var out []uint32
	for name := range strings.FieldsSeq(calls) {
		if n, known := numbers[name]; known && n[m.column] >= 0 {
			out = append(out, uint32(n[m.column]))
		}
	}
	return out
}

// number is that of a call which every architecture has.
func (m machine) number(call string) uint32 { return m.numbersOf(call)[0] }

// filter is the system call filter of a worker. One that builds files may lock them, which the engine insists on; it never
// holds a snapshot that others share.
func filter(builds bool) ([]wire.BPF, error) {
	m, ok := machines[runtime.GOARCH]
	if !ok {
		return nil, fmt.Errorf("there is no list of system calls for this architecture")
	}
	return m.filter(builds), nil
}

func (m machine) filter(builds bool) []wire.BPF {
	descriptor := []uint32{unix.F_GETFD, unix.F_SETFD, unix.F_GETFL, unix.F_SETFL, unix.F_DUPFD_CLOEXEC}
	if builds {
		descriptor = append(descriptor, unix.F_SETLK, unix.F_GETLK)
	}
	var a assembler
	a.load(atArch)
	a.jump(unix.BPF_JEQ, m.arch, 1, 0)
	a.ret(filterKill)
	a.load(atNumber)
	if m.alien > 0 {
		a.jump(unix.BPF_JGE, m.alien, 0, 1)
		a.ret(filterKill)
	}
	a.when(m.number("futex"), oneOf(1, errno(unix.ENOSYS), waiting()...))
	// The clocks of the machine and of this process; a negative number names another process, and tells how much it has computed.
	a.when(m.number("clock_gettime"), below(0, clocks, errno(unix.EINVAL)))
	a.when(m.number("clock_nanosleep"), below(0, clocks, errno(unix.EINVAL)))
	for _, n := range m.numbersOf(allowed + " " + margin) {
		a.on(n, filterAllow)
	}
	// No file is mapped: a page of a snapshot would be a place where workers that share it can wait for each other, even read-only.
	a.when(m.number("mmap"), without(2, unix.PROT_EXEC, errno(unix.EPERM), bits(3, unix.MAP_ANONYMOUS, true, errno(unix.EPERM))))
	a.when(m.number("mprotect"), bits(2, unix.PROT_EXEC, false, errno(unix.EPERM)))
	a.when(m.number("clone"), without(0, newNamespaces, filterKill, bits(0, unix.CLONE_THREAD, true, filterKill)))
	a.when(m.number("tgkill"), oneOf(0, filterKill, wire.OwnPID))
	a.when(m.number("prctl"), oneOf(0, errno(unix.EPERM), unix.PR_SET_NAME, unix.PR_SET_VMA, unix.PR_GET_NO_NEW_PRIVS, unix.PR_GET_SECCOMP))
	// Of other processes, which a worker without a namespace of its own could name, not even this can be asked.
	a.when(m.number("sched_getaffinity"), oneOf(0, errno(unix.EPERM), 0))
	a.when(m.number("prlimit64"), zero(0, errno(unix.EPERM), null(2, errno(unix.EPERM))))
	// Record locks on a shared snapshot would be a channel between tenants; without them the engine attaches unlocked.
	a.when(m.number("fcntl"), oneOf(1, errno(unix.EOPNOTSUPP), descriptor...))
	a.on(m.number("ioctl"), errno(unix.ENOTTY))
	for _, n := range m.numbersOf(absent) {
		a.on(n, errno(unix.ENOSYS))
	}
	for _, n := range m.numbersOf(deadly) {
		a.on(n, filterKill)
	}
	a.ret(errno(unix.EPERM))
	return a.code
}
