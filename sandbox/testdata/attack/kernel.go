package main

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

/*
#include "native.h"
*/
import "C"

func socket(domain, kind, protocol int) func() error {
	return func() error { _, err := unix.Socket(domain, kind, protocol); return err }
}

func connect(domain, kind int, to func() unix.Sockaddr) func() error {
	return func() error {
		fd, err := unix.Socket(domain, kind, 0)
		if err != nil {
			return err
		}
		if err := unix.Connect(fd, to()); err != nil {
			return err
		}
		_, err = unix.Write(fd, []byte("x"))
		return err
	}
}

func local(port *int) func() unix.Sockaddr {
	return func() unix.Sockaddr { return &unix.SockaddrInet4{Port: *port, Addr: [4]byte{127, 0, 0, 1}} }
}

// anonymous maps memory and then makes it code.
func anonymous(then func(at uintptr) error) func() error {
	return func() error {
		b, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
		if err != nil {
			return err
		}
		return then(uintptr(unsafe.Pointer(&b[0])))
	}
}

const code = unix.PROT_READ | unix.PROT_EXEC

// onKernel is what is tried on the kernel: the network, its stranger interfaces, its foreign entries, and what needs privileges.
var onKernel = map[string]func() error{
	"connect tcp":      connect(unix.AF_INET, unix.SOCK_STREAM, local(&there.TCP)),
	"send udp":         connect(unix.AF_INET, unix.SOCK_DGRAM, local(&there.UDP)),
	"connect abstract": connect(unix.AF_UNIX, unix.SOCK_STREAM, func() unix.Sockaddr { return &unix.SockaddrUnix{Name: there.Abstract} }),
	"connect path":     connect(unix.AF_UNIX, unix.SOCK_STREAM, func() unix.Sockaddr { return &unix.SockaddrUnix{Name: there.Dir + "/socket"} }),
	"socket inet":      socket(unix.AF_INET, unix.SOCK_STREAM, 0),
	"socket unix":      socket(unix.AF_UNIX, unix.SOCK_STREAM, 0),
	"socket netlink":   socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE),
	"socket packet":    socket(unix.AF_PACKET, unix.SOCK_RAW, 0),
	"socket vsock":     socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0),
	"socket alg":       socket(unix.AF_ALG, unix.SOCK_SEQPACKET, 0),
	"receive a job":    call(unix.SYS_RECVMSG, wire.FDJob, 0, 0),
	"socketpair": func() error {
		_, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		return err
	},
	"send a descriptor": func() error { return unix.Sendmsg(4, []byte("x"), unix.UnixRights(7), nil, 0) },
	"receive a descriptor": func() error {
		_, _, _, _, err := unix.Recvmsg(wire.FDResult, make([]byte, 1), make([]byte, 64), 0)
		return err
	},

	"map code": func() error {
		_, err := unix.Mmap(-1, 0, 4096, code, unix.MAP_PRIVATE|unix.MAP_ANON)
		return err
	},
	"map snapshot as code": func() error { _, err := mapped(code); return err },
	"mprotect":             anonymous(func(at uintptr) error { return raw(unix.SYS_MPROTECT, at, 4096, code) }),
	"pkey_mprotect":        anonymous(func(at uintptr) error { return raw(unix.SYS_PKEY_MPROTECT, at, 4096, code, ^uintptr(0)) }),
	"read implies exec":    call(unix.SYS_PERSONALITY, 0x0400000),

	"io_uring": func() error {
		var params [120]byte
		return raw(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)))
	},
	"bpf": func() error {
		attr := [16]uint32{1, 4, 4, 1} // a hash map of one entry
		return raw(unix.SYS_BPF, 0, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	},
	"perf": func() error {
		attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Bits: unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv}
		attr.Size = uint32(unsafe.Sizeof(attr))
		_, err := unix.PerfEventOpen(&attr, 0, -1, -1, 0)
		return err
	},
	"userfaultfd": call(unix.SYS_USERFAULTFD, 1), // user mode only, which needs no privilege
	"fanotify":    call(unix.SYS_FANOTIFY_INIT, 0x200, 0),
	"x32":         call(0x40000000+unix.SYS_GETPID, 0),
	"int 0x80":    func() error { return native(C.int80()) },
	"vsyscall":    func() error { return native(C.vsyscall_time()) },
	"seccomp": func() error {
		action := uint32(0x7fff0000)
		return raw(unix.SYS_SECCOMP, 2, 0, uintptr(unsafe.Pointer(&action)))
	},

	"unknown call": call(unix.SYS_SYSLOG, 10, 0, 0),
	"no such call": call(1000),
	"reboot":       call(unix.SYS_REBOOT, 1, 2, 3),
	"init_module":  call(unix.SYS_INIT_MODULE, 0, 0, ptr("")),
	"kexec_load":   call(unix.SYS_KEXEC_LOAD, 0, 0, 0, 0),
	"swapon":       call(unix.SYS_SWAPON, ptr("/x"), 0),
	"iopl":         call(unix.SYS_IOPL, 3),
	"set the time": call(unix.SYS_SETTIMEOFDAY, ptr(string(make([]byte, 16))), 0),
	"open by handle": func() error {
		handle := [4]uint32{8, 1}
		return raw(unix.SYS_OPEN_BY_HANDLE_AT, uintptr(^uint(99)), uintptr(unsafe.Pointer(&handle)), 0)
	},
}
