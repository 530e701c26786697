// Command attack is a worker that was taken over: it enters the cage like the real one and then does with raw system calls
// what its job names. It is built by the tests of package sandbox.
package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
	"yumen/sandbox/worker/cage"
)

func main() {
	layers := cage.Layers()
	status, result := os.NewFile(wire.FDStatus, "status"), os.NewFile(wire.FDResult, "result")
	job, err := wire.ReadJob(os.NewFile(wire.FDJob, "job"))
	if err != nil {
		os.Exit(70)
	}
	if job.Kind == wire.KindProbe {
		mode, _ := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0)
		_ = wire.WriteStatus(status, &wire.Status{Code: wire.CodeOK, Cage: &wire.Cage{Layers: layers, NoNewPrivs: true, Seccomp: mode}})
		return
	}
	answer := attack(job.Run.Statements[0].SQL, job.FDs)
	out := wire.NewCellWriter(result)
	_ = out.Write(0, wire.Row{&answer})
	_ = out.Close()
	_ = result.Close()
	_ = wire.WriteStatus(status, &wire.Status{Code: wire.CodeOK, Rows: 1})
}

// attack returns "done" or the error of the attempt.
func attack(name, fds string) string {
	f, ok := attacks[name]
	if !ok {
		return "no such attack"
	}
	snapshot = fds + "/7"
	if err := f(); err != nil {
		return err.Error()
	}
	return "done"
}

var snapshot string

func raw(number uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	_, _, e := syscall.RawSyscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
	if e != 0 {
		return e
	}
	return nil
}

func ptr(s string) uintptr {
	b := append([]byte(s), 0)
	return uintptr(unsafe.Pointer(&b[0]))
}

func open(path string, flags int) func() error {
	return func() error {
		fd, err := unix.Open(path, flags, 0o600)
		if err == nil {
			_ = unix.Close(fd)
		}
		return err
	}
}

func call(number uintptr, args ...uintptr) func() error {
	return func() error { return raw(number, args...) }
}

func onSnapshot(flags int) func() error {
	return func() error { return open(snapshot, flags)() }
}

var attacks = map[string]func() error{
	"read snapshot":  onSnapshot(unix.O_RDONLY),
	"write snapshot": onSnapshot(unix.O_RDWR),
	"cut snapshot":   onSnapshot(unix.O_WRONLY | unix.O_TRUNC),
	"ftruncate":      func() error { return unix.Ftruncate(7, 0) },
	"fchmod":         func() error { return unix.Fchmod(7, 0o777) },
	"seal":           func() error { _, err := unix.FcntlInt(7, unix.F_ADD_SEALS, unix.F_SEAL_EXEC); return err },
	"flock":          func() error { return unix.Flock(7, unix.LOCK_EX) },
	"map writable": func() error {
		_, err := unix.Mmap(7, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		return err
	},
	"map code": func() error {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
		return err
	},
	"record lock":      func() error { return unix.FcntlFlock(7, unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK}) },
	"passwd":           open("/etc/passwd", unix.O_RDONLY),
	"list root":        open("/", unix.O_RDONLY|unix.O_DIRECTORY),
	"list descriptors": open("/fd", unix.O_RDONLY|unix.O_DIRECTORY),
	"leave fd":         open("/fd/../maps", unix.O_RDONLY),
	"own memory":       open("/proc/self/mem", unix.O_RDWR),
	"parent":           open("/proc/1/environ", unix.O_RDONLY),
	"sys":              open("/sys/kernel", unix.O_RDONLY),
	"dev":              open("/dev/null", unix.O_RDWR),
	"create":           open("/x", unix.O_CREAT|unix.O_RDWR),
	"create in fd":     open("/fd/x", unix.O_CREAT|unix.O_RDWR),
	"create in tmp":    open("/tmp/x", unix.O_CREAT|unix.O_RDWR),
	"mkdir":            func() error { return unix.Mkdir("/x", 0o700) },
	"exec":             call(unix.SYS_EXECVE, ptr("/proc/self/exe"), 0, 0),
	"exec snapshot":    call(unix.SYS_EXECVEAT, 7, ptr(""), 0, 0, unix.AT_EMPTY_PATH),
	"fork":             call(unix.SYS_FORK),
	"clone":            call(unix.SYS_CLONE, uintptr(unix.SIGCHLD)),
	"clone3":           call(unix.SYS_CLONE3, 0, 0),
	"memfd":            call(unix.SYS_MEMFD_CREATE, ptr("x"), 0),
	"socket inet":      call(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM),
	"socket unix":      call(unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM),
	"socket netlink":   call(unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW),
	"socket vsock":     call(unix.SYS_SOCKET, unix.AF_VSOCK, unix.SOCK_STREAM),
	"socketpair":       call(unix.SYS_SOCKETPAIR, unix.AF_UNIX, unix.SOCK_STREAM),
	"ptrace":           call(unix.SYS_PTRACE, unix.PTRACE_SEIZE, 2),
	"process_vm_readv": call(unix.SYS_PROCESS_VM_READV, 2),
	"kill all":         call(unix.SYS_KILL, ^uintptr(0), 0),
	"tgkill other":     call(unix.SYS_TGKILL, 2, 2, 0),
	"pidfd":            call(unix.SYS_PIDFD_OPEN, 1, 0),
	"unshare":          call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER),
	"setns":            call(unix.SYS_SETNS, 7, 0),
	"chroot":           call(unix.SYS_CHROOT, ptr("/")),
	"mount":            call(unix.SYS_MOUNT, ptr("x"), ptr("/fd"), ptr("tmpfs"), 0, 0),
	"umount":           call(unix.SYS_UMOUNT2, ptr("/fd"), 0),
	"bpf":              call(unix.SYS_BPF, 0, 0, 0),
	"perf":             call(unix.SYS_PERF_EVENT_OPEN, 0, 0, 0, 0, 0),
	"io_uring":         call(unix.SYS_IO_URING_SETUP, 1, 0),
	"userfaultfd":      call(unix.SYS_USERFAULTFD, 0),
	"keyctl":           call(unix.SYS_KEYCTL, 0, 0, 0),
	"setuid":           call(unix.SYS_SETUID, 0),
	"x32":              call(0x40000000+unix.SYS_GETPID, 0),
	"unknown call":     call(unix.SYS_SYSLOG, 10, 0, 0),
	"raise a limit":    func() error { return unix.Prlimit(0, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 4096, Max: 4096}, nil) },
	"dumpable":         func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) },
	"descriptors":      manyDescriptors,
	"inherited":        inherited,
	"environment":      environment,
	"capabilities":     capabilities,
	"core limit":       coreLimit,
}

// manyDescriptors opens more descriptors than a worker may have.
func manyDescriptors() error {
	for range 200 {
		if _, err := unix.Dup(3); err != nil {
			return err
		}
	}
	return nil
}

// inherited names the open descriptors that were not handed over.
func inherited() error {
	var found []string
	for fd := 8; fd < 64; fd++ {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			if path, err := os.Readlink(fmt.Sprintf("%s/%d", strings.TrimSuffix(snapshot, "/7"), fd)); err != nil || !strings.HasPrefix(path, "anon_inode:[event") {
				found = append(found, fmt.Sprint(fd))
			}
		}
	}
	return fmt.Errorf("open: %s", strings.Join(found, " "))
}

func environment() error {
	var names []string
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		names = append(names, name)
	}
	return fmt.Errorf("%s", strings.Join(names, " "))
}

func capabilities() error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	err := unix.Capget(&head, &data[0])
	return fmt.Errorf("%v %x%x%x", err, data[0].Effective|data[1].Effective, data[0].Permitted|data[1].Permitted, data[0].Inheritable|data[1].Inheritable)
}

func coreLimit() error {
	var l unix.Rlimit
	err := unix.Prlimit(0, unix.RLIMIT_CORE, nil, &l)
	return fmt.Errorf("%v %d %d", err, l.Cur, l.Max)
}
