package main

import (
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// snap opens the snapshot by its path.
func snap(flags int, then func(fd int) error) func() error {
	return func() error {
		fd, err := unix.Open(snapshot, flags, 0)
		if err != nil {
			return err
		}
		return then(fd)
	}
}

func fcntl(command, value int) func() error {
	return func() error { _, err := unix.FcntlInt(7, command, value); return err }
}

func lock(command int) func() error {
	return func() error { return unix.FcntlFlock(7, command, &unix.Flock_t{Type: unix.F_RDLCK}) }
}

// mapped maps descriptor 7.
func mapped(protection int) ([]byte, error) {
	return unix.Mmap(7, 0, 4096, protection, unix.MAP_SHARED)
}

// onSnapshot is what is tried on the bytes that workers of several tenants share, and to learn from them what the others do.
var onSnapshot = map[string]func() error{
	"read snapshot": snap(unix.O_RDONLY, func(int) error { return nil }),
	"write snapshot": snap(unix.O_RDWR, func(fd int) error {
		_, err := unix.Pwrite(fd, []byte("x"), 0)
		return err
	}),
	"cut snapshot":   snap(unix.O_WRONLY|unix.O_TRUNC, func(int) error { return nil }),
	"pwrite":         func() error { _, err := unix.Pwrite(7, []byte("x"), 0); return err },
	"ftruncate":      func() error { return unix.Ftruncate(7, 0) },
	"punch hole":     func() error { return unix.Fallocate(7, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, 4096) },
	"fchmod":         func() error { return unix.Fchmod(7, 0) },
	"seal":           fcntl(unix.F_ADD_SEALS, unix.F_SEAL_GROW),
	"flock":          func() error { return unix.Flock(7, unix.LOCK_SH) },
	"record lock":    lock(unix.F_SETLK),
	"see locks":      lock(unix.F_GETLK),
	"open file lock": lock(unix.F_OFD_SETLK),
	"lease":          fcntl(unix.F_SETLEASE, unix.F_RDLCK),
	"map writable": func() error {
		_, err := mapped(unix.PROT_READ | unix.PROT_WRITE)
		return err
	},
	"watch snapshot": func() error { return watch(snapshot) },
	"mincore": func() error {
		b, err := mapped(unix.PROT_READ)
		if err != nil {
			return err
		}
		resident := make([]byte, 1)
		return raw(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&b[0])), 4096, uintptr(unsafe.Pointer(&resident[0])))
	},
	"cachestat": func() error {
		area, stat := [2]uint64{0, 4096}, [5]uint64{}
		return raw(unix.SYS_CACHESTAT, 7, uintptr(unsafe.Pointer(&area)), uintptr(unsafe.Pointer(&stat)), 0)
	},
	"access time": accessTime,
	"load time": func() error {
		var st unix.Stat_t
		err := unix.Fstat(7, &st)
		if err == nil && st.Ctim.Sec < 1_700_000_000 {
			err = errors.New("nothing shows")
		}
		return err
	},
	"wait on snapshot": func() error { return futex(0, 50*time.Millisecond) },
	"wake on snapshot": func() error { return futex(1, 0) },
	"meet: wait":       func() error { return futex(0, 20*time.Second) },
	"meet: wake": func() error {
		for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
			if err := futex(1, 0); err == nil || err == unix.EPERM {
				return err
			}
		}
		return errors.New("nobody waits")
	},
	"leave offset": func() error {
		_, err := unix.Seek(7, 1000, unix.SEEK_SET)
		return err
	},
	"see offset": func() error {
		at, err := unix.Seek(7, 0, unix.SEEK_CUR)
		if err == nil && at != 1000 {
			err = errors.New("nothing was left")
		}
		return err
	},
	"leave flag": func() error { _, err := unix.FcntlInt(7, unix.F_SETFL, unix.O_NONBLOCK); return err },
	"see flag": func() error {
		flags, err := unix.FcntlInt(7, unix.F_GETFL, 0)
		if err == nil && flags&unix.O_NONBLOCK == 0 {
			err = errors.New("nothing was left")
		}
		return err
	},
}

// futex waits (0) or wakes (1) at a page of the snapshot, which the kernel knows by the file and not by the process.
func futex(operation uintptr, patient time.Duration) error {
	b, err := unix.Mmap(7, 0, 4096, unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Munmap(b) }()
	value, limit := *(*uint32)(unsafe.Pointer(&b[0])), unix.NsecToTimespec(int64(patient))
	if operation == 1 {
		value = 1 // whoever it is
	}
	n, _, e := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&b[0])), operation, uintptr(value), uintptr(unsafe.Pointer(&limit)), 0, 0)
	switch {
	case e != 0:
		return e
	case operation == 1 && n == 0:
		return errors.New("nobody waits")
	}
	return nil
}

// watch asks to be told when somebody reads a file.
func watch(path string) error {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK)
	if err != nil {
		return err
	}
	_, err = unix.InotifyAddWatch(fd, path, unix.IN_ACCESS)
	return err
}

// accessTime looks whether a reading shows in the file's times: its own one, as that of another tenant's worker would.
func accessTime() error {
	var before, after unix.Stat_t
	b := make([]byte, 1)
	return all(func() error { return unix.Fstat(7, &before) },
		func() error { return unix.Nanosleep(&unix.Timespec{Nsec: 20_000_000}, nil) },
		snap(unix.O_RDONLY, func(fd int) error { _, err := unix.Read(fd, b); return err }),
		func() error { return unix.Fstat(7, &after) },
		func() error {
			if before.Atim == after.Atim {
				return errors.New("nothing shows")
			}
			return nil
		})
}
