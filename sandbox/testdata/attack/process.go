package main

import (
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

/*
#include "native.h"
*/
import "C"

func native(errno C.int) error {
	if errno == 0 {
		return nil
	}
	return unix.Errno(errno)
}

// signal asks whether a process could be sent a signal, without sending one.
func signal(number uintptr, args ...func() uintptr) func() error {
	return func() error {
		values := make([]uintptr, len(args))
		for i, a := range args {
			values[i] = a()
		}
		return raw(number, values...)
	}
}

func gateway() uintptr { return uintptr(there.PID) }
func zero() uintptr    { return 0 }

// page is where a victim keeps the secret.
const page = 0x10_0000_0000

// onProcesses is what is tried on other processes, and to become one.
var onProcesses = map[string]func() error{
	"fork":                      func() error { return native(C.fork_once()) },
	"vfork":                     func() error { return native(C.vfork_once()) },
	"clone":                     func() error { return native(C.clone_once(C.ulong(unix.SIGCHLD))) },
	"clone3":                    func() error { return native(C.clone3_once()) },
	"new user namespace":        func() error { return native(C.clone_once(C.ulong(unix.CLONE_NEWUSER | unix.SIGCHLD))) },
	"thread in a new namespace": func() error { return native(C.thread_in(C.ulong(unix.CLONE_NEWUTS))) },
	"ptrace":                    signal(unix.SYS_PTRACE, func() uintptr { return unix.PTRACE_SEIZE }, gateway, zero, zero),
	"process_vm_readv":          func() error { return readMemory(there.PID, uintptr(there.Address)) },
	"spy on a worker":           func() error { return readMemory(there.Victim, page) },
	"worker memory file":        ofProcess(&there.Victim, "mem", func(p string) error { return read(p, page) }),
	"victim":                    victim,
	"kill":                      signal(unix.SYS_KILL, gateway, zero),
	"tkill":                     signal(unix.SYS_TKILL, gateway, zero),
	"tgkill":                    signal(unix.SYS_TGKILL, gateway, gateway, zero),
	"sigqueue": func() error {
		info := [16]uint64{1: uint64(uint32(0xffffffff))} // SI_QUEUE
		return raw(unix.SYS_RT_SIGQUEUEINFO, gateway(), 0, uintptr(unsafe.Pointer(&info)))
	},
	"pidfd":            signal(unix.SYS_PIDFD_OPEN, gateway, zero),
	"steal descriptor": stealDescriptor,
	"owner of a pipe":  func() error { _, err := unix.FcntlInt(4, unix.F_SETOWN, there.PID); return err },
	"parent limits":    func() error { return unix.Prlimit(there.PID, unix.RLIMIT_NOFILE, nil, &unix.Rlimit{}) },
	"parent priority":  parentPriority,
	"parent processor time": func() error {
		return raw(unix.SYS_CLOCK_GETTIME, uintptr(uint32(^there.PID<<3|2)), uintptr(unsafe.Pointer(&unix.Timespec{})))
	},
	"lock of the parent": lockOfParent,
	"parent capabilities": func() error {
		head, data := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3, Pid: int32(there.PID)}, [2]unix.CapUserData{}
		return unix.Capget(&head, &data[0])
	},
	"parent affinity": func() error { return unix.SchedGetaffinity(there.PID, &unix.CPUSet{}) },
	"death signal":    func() error { return unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0) },
	"dumpable":        func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) },
	"unshare":         call(unix.SYS_UNSHARE, unix.CLONE_NEWUTS),
	"setns": func() error {
		fd, err := unix.Open("/proc/self/ns/uts", unix.O_RDONLY, 0)
		if err != nil {
			fd = 7
		}
		return raw(unix.SYS_SETNS, uintptr(fd), 0)
	},
	"chroot":        call(unix.SYS_CHROOT, ptr("/")),
	"mount":         call(unix.SYS_MOUNT, ptr("x"), ptr("/fd"), ptr("tmpfs"), 0, 0),
	"umount":        call(unix.SYS_UMOUNT2, ptr("/fd"), unix.MNT_DETACH),
	"open_tree":     func() error { return raw(unix.SYS_OPEN_TREE, uintptr(^uint(99)), ptr("/"), unix.OPEN_TREE_CLONE) },
	"fsopen":        call(unix.SYS_FSOPEN, ptr("tmpfs"), 0),
	"mount_setattr": writableRoot,
	"sethostname":   func() error { return unix.Sethostname([]byte("x")) },
	"host name": func() error {
		var u unix.Utsname
		err := unix.Uname(&u)
		if err == nil && unix.ByteSliceToString(u.Nodename[:]) != there.Host {
			err = found("another name")
		}
		return err
	},
	"host load":     func() error { return unix.Sysinfo(&unix.Sysinfo_t{}) },
	"setuid":        call(unix.SYS_SETUID, 0),
	"shared memory": func() error { return raw(unix.SYS_SHMAT, uintptr(there.Shm), 0, 0) },
	"message queue": func() error { return raw(unix.SYS_MQ_OPEN, ptr(there.Queue), unix.O_RDONLY, 0, 0) },
	"keyring":       call(unix.SYS_KEYCTL, unix.KEYCTL_GET_KEYRING_ID, ^uintptr(2), 0),
	"add_key": func() error {
		return raw(unix.SYS_ADD_KEY, ptr("user"), ptr("x"), ptr("x"), 1, ^uintptr(1))
	},
}

// lockOfParent waits for a lock that the gateway is said to hold, until long ago: if there is such a process, the time is over.
func lockOfParent() error {
	const lockWithInheritance = 6
	owner, limit := uint32(there.PID), unix.Timespec{Sec: 1}
	err := raw(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&owner)), lockWithInheritance, 0, uintptr(unsafe.Pointer(&limit)), 0, 0)
	if err == unix.ETIMEDOUT {
		return nil
	}
	return err
}

// parentPriority sets the gateway's priority to what it is.
func parentPriority() error {
	v, err := unix.Getpriority(unix.PRIO_PROCESS, there.PID)
	if err != nil {
		return err
	}
	return unix.Setpriority(unix.PRIO_PROCESS, there.PID, 20-v)
}

// victim is another tenant's worker: it keeps a secret at a known place and waits to be killed.
func victim() error {
	at, err := rawValue(unix.SYS_MMAP, page, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_FIXED, ^uintptr(0), 0)
	if err != nil {
		return err
	}
	C.place(C.ulong(at), C.CString(secret))
	fmt.Fprintln(os.Stderr, "ready")
	time.Sleep(time.Hour)
	return nil
}

func readMemory(pid int, at uintptr) error {
	b := make([]byte, len(secret))
	local := []unix.Iovec{{Base: &b[0], Len: uint64(len(b))}}
	n, err := unix.ProcessVMReadv(pid, local, []unix.RemoteIovec{{Base: at, Len: len(b)}}, 0)
	return seen(b[:max(n, 0)], err)
}

// stealDescriptor copies descriptor 0 of the gateway.
func stealDescriptor() error {
	fd, err := unix.PidfdOpen(there.PID, 0)
	if err == nil {
		_, err = unix.PidfdGetfd(fd, 0, 0)
	}
	return err
}

func writableRoot() error {
	return unix.MountSetattr(unix.AT_FDCWD, "/", 0, &unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY})
}
