package probe

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

// act is one thing that no worker may do. What it does where it succeeds is harmless.
type act struct {
	name string
	try  func() error // nil when it was done
	// deadly says that the filter of system calls must be what stops it, by ending the process.
	deadly bool
}

// try tries every act and names those that were done, or that something else than the filter has stopped.
func try(all []act) (tried int, done []string) {
	for _, a := range all {
		err := a.try()
		switch {
		case err == nil:
			done = append(done, a.name)
		case a.deadly && !errors.Is(err, syscall.Errno(wire.Stopped)):
			done = append(done, fmt.Sprintf("%s (not deadly: %v)", a.name, err))
		}
	}
	return len(all), done
}

// acts are those of a worker that has one sealed file, and whose descriptors are under fds. Calls with another architecture's numbers are not
// among them: systemd and container runtimes may end the process for one, whatever the cage says.
func acts(fds string) []act {
	snapshot := fmt.Sprintf("%s/%d", fds, wire.FDFirst)
	out := []act{
		{name: "read /etc/passwd", try: open("/etc/passwd", unix.O_RDONLY)},
		{name: "list /", try: open("/", unix.O_RDONLY|unix.O_DIRECTORY)},
		{name: "look at a process", try: open("/proc/1/status", unix.O_RDONLY)},
		{name: "write to its own memory file", try: open("/proc/self/mem", unix.O_RDWR)},
		{name: "leave the folder of descriptors", try: open("/fd/../maps", unix.O_RDONLY)},
		{name: "read a device", try: open("/dev/null", unix.O_RDWR)},
		{name: "read the kernel's settings", try: open("/proc/sys/kernel/core_pattern", unix.O_RDONLY)},
		{name: "create a file in /", try: create("/yumen-probe")},
		{name: "create a file in /tmp", try: create("/tmp/yumen-probe")},
		{name: "create a file in /dev/shm", try: create("/dev/shm/yumen-probe")},
		{name: "make a directory", try: func() error {
			return errors.Join(unix.Mkdir("/yumen-probe", 0o700), unix.Rmdir("/yumen-probe"))
		}},
		{name: "open a snapshot for writing", try: open(snapshot, unix.O_RDWR)},
		{name: "cut a snapshot", try: func() error { return unix.Ftruncate(wire.FDFirst, 0) }},
		{name: "map a snapshot for writing", try: mapped(wire.FDFirst, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)},
		{name: "change a snapshot's mode", try: func() error { return unix.Fchmod(wire.FDFirst, 0) }},
		{name: "lock a snapshot", try: func() error { return unix.Flock(wire.FDFirst, unix.LOCK_EX|unix.LOCK_NB) }},
		{name: "lock records of a snapshot", try: func() error {
			return unix.FcntlFlock(wire.FDFirst, unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK})
		}},
		{name: "map code", try: mapped(-1, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)},
		{name: "raise a limit", try: func() error {
			return unix.Prlimit(0, unix.RLIMIT_CORE, &unix.Rlimit{Cur: 4096, Max: 4096}, nil)
		}},
		{name: "ask for core dumps", try: func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) }},
		{name: "open descriptors without end", try: endless},
	}
	for _, d := range deadly() {
		out = append(out, act{name: d.name, deadly: true, try: d.raw})
	}
	return out
}

// call is a system call with its arguments.
type call struct {
	name   string
	number uintptr
	args   [5]uintptr
}

func (c call) raw() error {
	_, _, e := syscall.RawSyscall6(c.number, c.args[0], c.args[1], c.args[2], c.args[3], c.args[4], 0)
	if e != 0 {
		return e
	}
	return nil
}

// deadly are calls that nothing a worker runs ever makes. Their arguments do no harm where a call is let through.
func deadly() []call {
	const none = ^uintptr(0)
	return []call{
		{"open a network socket", unix.SYS_SOCKET, [5]uintptr{unix.AF_INET, unix.SOCK_STREAM}},
		{"open a local socket", unix.SYS_SOCKET, [5]uintptr{unix.AF_UNIX, unix.SOCK_STREAM}},
		{"open a kernel socket", unix.SYS_SOCKET, [5]uintptr{unix.AF_NETLINK, unix.SOCK_RAW}},
		{"open a socket to the host", unix.SYS_SOCKET, [5]uintptr{unix.AF_VSOCK, unix.SOCK_STREAM}},
		{"make a pair of sockets", unix.SYS_SOCKETPAIR, [5]uintptr{unix.AF_UNIX, unix.SOCK_STREAM}},
		{"connect", unix.SYS_CONNECT, [5]uintptr{none}},
		{"start a program", unix.SYS_EXECVE, [5]uintptr{}},
		{"start a program by descriptor", unix.SYS_EXECVEAT, [5]uintptr{wire.FDFirst, 0, 0, 0, unix.AT_EMPTY_PATH}},
		{"start a process", unix.SYS_CLONE, [5]uintptr{unix.CLONE_SIGHAND}}, // invalid without CLONE_VM
		{"trace a process", unix.SYS_PTRACE, [5]uintptr{unix.PTRACE_DETACH, none}},
		{"read a process's memory", unix.SYS_PROCESS_VM_READV, [5]uintptr{1}},
		{"write a process's memory", unix.SYS_PROCESS_VM_WRITEV, [5]uintptr{1}},
		{"signal a process", unix.SYS_KILL, [5]uintptr{none}},
		{"signal another process's thread", unix.SYS_TGKILL, [5]uintptr{2, 2}},
		{"hold a process", unix.SYS_PIDFD_OPEN, [5]uintptr{1}},
		{"take a process's descriptor", unix.SYS_PIDFD_GETFD, [5]uintptr{none}},
		{"make namespaces", unix.SYS_UNSHARE, [5]uintptr{unix.CLONE_NEWUSER}},
		{"enter namespaces", unix.SYS_SETNS, [5]uintptr{none}},
		{"change the root", unix.SYS_CHROOT, [5]uintptr{}},
		{"move the root", unix.SYS_PIVOT_ROOT, [5]uintptr{}},
		{"mount", unix.SYS_MOUNT, [5]uintptr{}},
		{"unmount", unix.SYS_UMOUNT2, [5]uintptr{}},
		{"clone a mount", unix.SYS_OPEN_TREE, [5]uintptr{none}},
		{"change a mount", unix.SYS_MOUNT_SETATTR, [5]uintptr{none}},
		{"open a file by handle", unix.SYS_OPEN_BY_HANDLE_AT, [5]uintptr{none}},
		{"load a program into the kernel", unix.SYS_BPF, [5]uintptr{none}},
		{"load a module into the kernel", unix.SYS_FINIT_MODULE, [5]uintptr{none}},
		{"measure the processor", unix.SYS_PERF_EVENT_OPEN, [5]uintptr{}},
		{"use rings of system calls", unix.SYS_IO_URING_SETUP, [5]uintptr{}},
		{"catch page faults", unix.SYS_USERFAULTFD, [5]uintptr{none}},
		{"read the kernel's keys", unix.SYS_KEYCTL, [5]uintptr{none}},
		{"make a memory file", unix.SYS_MEMFD_CREATE, [5]uintptr{}},
		{"become root", unix.SYS_SETUID, [5]uintptr{}},
		{"take capabilities", unix.SYS_CAPSET, [5]uintptr{}},
	}
}

func open(path string, flags int) func() error {
	return func() error {
		fd, err := unix.Open(path, flags|unix.O_CLOEXEC, 0o600)
		if err == nil {
			_ = unix.Close(fd)
		}
		return err
	}
}

// create makes a file and removes it where that succeeds.
func create(path string) func() error {
	return func() error {
		err := open(path, unix.O_CREAT|unix.O_EXCL|unix.O_RDWR)()
		if err == nil {
			_ = unix.Unlink(path)
		}
		return err
	}
}

func mapped(fd, protection, flags int) func() error {
	return func() error {
		b, err := unix.Mmap(fd, 0, 4096, protection, flags)
		if err == nil {
			_ = unix.Munmap(b)
		}
		return err
	}
}

// endless opens more descriptors than any worker may have.
func endless() (err error) {
	var open []int
	defer func() {
		for _, fd := range open {
			_ = unix.Close(fd)
		}
	}()
	for range 256 {
		fd, err := unix.Dup(wire.FDFirst)
		if err != nil {
			return err
		}
		open = append(open, fd)
	}
	return nil
}
