package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// in is an attempt at a file of the outside directory.
func in(name string, try func(path string) error) func() error {
	return func() error { return try(there.Dir + "/" + name) }
}

func ofProcess(pid *int, name string, try func(path string) error) func() error {
	return func() error { return try(fmt.Sprintf("/proc/%d/%s", *pid, name)) }
}

func opened(path string) error { return open(path, unix.O_RDONLY)() }

// onFiles is what is tried on the host's files.
var onFiles = map[string]func() error{
	"passwd":             open("/etc/passwd", unix.O_RDONLY),
	"read outside":       in("secret", func(p string) error { return read(p, 0) }),
	"stat outside":       in("secret", func(p string) error { return unix.Stat(p, &unix.Stat_t{}) }),
	"list outside":       in(".", func(p string) error { return list(p) }),
	"list root":          open("/", unix.O_RDONLY|unix.O_DIRECTORY),
	"list descriptors":   open("/fd", unix.O_RDONLY|unix.O_DIRECTORY),
	"leave fd":           open("/fd/../maps", unix.O_RDONLY),
	"own memory":         open("/proc/self/mem", unix.O_RDWR),
	"own maps":           open("/proc/self/maps", unix.O_RDONLY),
	"own control group":  open("/proc/self/cgroup", unix.O_RDONLY),
	"first process":      open("/proc/1/environ", unix.O_RDONLY),
	"parent environment": ofProcess(&there.PID, "environ", opened),
	"parent memory file": ofProcess(&there.PID, "mem", func(p string) error { return read(p, int64(there.Address)) }),
	"parent descriptor": ofProcess(&there.PID, "fd/0", func(p string) error {
		_, err := unix.Readlink(p, make([]byte, 64))
		return err
	}),
	"parent status": ofProcess(&there.PID, "status", opened),
	"sys":           open("/sys/kernel/mm/transparent_hugepage/enabled", unix.O_RDONLY),
	"dev":           open("/dev/null", unix.O_RDWR),
	"create":        open("/x", unix.O_CREAT|unix.O_RDWR),
	"create in fd":  open("/fd/x", unix.O_CREAT|unix.O_RDWR),
	"create in tmp": open("/tmp/x", unix.O_CREAT|unix.O_RDWR),
	"mkdir":         func() error { return unix.Mkdir("/x", 0o700) },
	"write outside": in("x", func(p string) error {
		fd, err := unix.Open(p, unix.O_CREAT|unix.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		_, err = unix.Write(fd, []byte("x"))
		return err
	}),
	"mkdir outside":   in("d", func(p string) error { return unix.Mkdir(p, 0o700) }),
	"remove outside":  in("victim", unix.Unlink),
	"rename outside":  in("victim", func(p string) error { return raw(unix.SYS_RENAME, ptr(p), ptr(p+"2")) }),
	"cut outside":     in("victim", func(p string) error { return unix.Truncate(p, 0) }),
	"chmod outside":   in("victim", func(p string) error { return unix.Chmod(p, 0o666) }),
	"symlink outside": in("s", func(p string) error { return unix.Symlink("secret", p) }),
	"link outside":    in("secret", func(p string) error { return unix.Link(p, p+"2") }),
	"fifo outside":    in("f", func(p string) error { return unix.Mkfifo(p, 0o600) }),
	"watch outside":   in("secret", watch),
	"times outside":   in("victim", func(p string) error { return unix.UtimesNanoAt(unix.AT_FDCWD, p, nil, 0) }),
	"exec":            in("program", func(p string) error { return raw(unix.SYS_EXECVE, ptr(p), 0, 0) }),
	"exec snapshot":   func() error { return raw(unix.SYS_EXECVEAT, 7, ptr(""), 0, 0, unix.AT_EMPTY_PATH) },
	"exec by name":    func() error { return raw(unix.SYS_EXECVE, ptr(snapshot), 0, 0) },
	"exec memory":     execMemory,
}

// list finds the secret's name.
func list(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err.(*os.PathError).Err
	}
	for _, e := range entries {
		if e.Name() == "secret" {
			return nil
		}
	}
	return found("nothing is there")
}

// execMemory runs a program that was in no file: the content of descriptor 7.
func execMemory() error {
	fd, err := unix.MemfdCreate("x", unix.MFD_CLOEXEC)
	if err != nil {
		return err
	}
	program := make([]byte, 4096)
	n, err := unix.Pread(7, program, 0)
	if err != nil {
		return err
	}
	if _, err := unix.Write(fd, program[:n]); err != nil {
		return err
	}
	return raw(unix.SYS_EXECVEAT, uintptr(fd), ptr(""), 0, 0, unix.AT_EMPTY_PATH)
}
