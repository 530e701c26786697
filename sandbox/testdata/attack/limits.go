package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
)

/*
#include "native.h"
*/
import "C"

// onLimits is what is tried to take more than a worker's share, and what a worker finds of itself.
var onLimits = map[string]func() error{
	"descriptors": manyDescriptors,
	"address space": func() error {
		_, err := unix.Mmap(-1, 0, 16<<30, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
		return err
	},
	"threads":     func() error { return native(C.thread_bomb(100)) },
	"fork bomb":   func() error { return native(C.fork_bomb(100)) },
	"lock memory": func() error { return unix.Mlock(make([]byte, 4096)) },
	"raise a limit": func() error {
		return unix.Prlimit(0, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1 << 20, Max: 1 << 20}, nil)
	},
	"burn":         burn,
	"dump":         dump,
	"fill spill":   func() error { return fill("/spill") },
	"many files":   manyFiles,
	"inherited":    inherited,
	"sockets":      sockets,
	"environment":  environment,
	"capabilities": capabilities,
	"core limit":   limits(unix.RLIMIT_CORE),
	"limits":       limits(unix.RLIMIT_CORE, unix.RLIMIT_MEMLOCK, unix.RLIMIT_AS, unix.RLIMIT_CPU, unix.RLIMIT_NOFILE, unix.RLIMIT_NPROC, unix.RLIMIT_FSIZE),
	"sleep":        func() error { time.Sleep(time.Hour); return nil },
	"abort":        func() error { panic(secret) },
	"die of the cpu": func() error {
		return all(func() error { return unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: 1, Max: 1}) }, burn)
	},
}

// dump crashes where a dump of the process would stay.
func dump() error {
	_ = unix.Chdir(there.Dir)
	C.crash()
	return nil
}

// manyDescriptors opens more descriptors than a worker may have.
func manyDescriptors() error {
	for range 200 {
		if _, err := unix.Dup(wire.FDResult); err != nil {
			return err
		}
	}
	return nil
}

// burn takes all processors for a minute.
func burn() error {
	for range 4 {
		go func() {
			for {
			}
		}()
	}
	time.Sleep(time.Minute)
	return nil
}

// fill writes one file after the other until there is no more room, and says how much that was.
func fill(dir string) error {
	block := make([]byte, 1<<20)
	total := 0
	for i := 0; total < 1<<30; i++ {
		fd, err := unix.Open(fmt.Sprintf("%s/%d", dir, i), unix.O_CREAT|unix.O_RDWR, 0o600)
		for err == nil {
			var n int
			n, err = unix.Write(fd, block)
			total += n
		}
		if err != unix.EFBIG {
			return fmt.Errorf("%w after %d MiB", err, total>>20)
		}
	}
	return nil
}

func manyFiles() error {
	for i := range 5000 {
		fd, err := unix.Open(fmt.Sprintf("/spill/%d", i), unix.O_CREAT|unix.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		_ = unix.Close(fd)
	}
	return nil
}

// inherited names the open descriptors that were not handed over.
func inherited() error {
	var names []string
	for fd := 8; fd < 64; fd++ {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			if path, err := os.Readlink(fmt.Sprintf("%s/%d", strings.TrimSuffix(snapshot, "/7"), fd)); err != nil || !strings.HasPrefix(path, "anon_inode:[event") {
				names = append(names, fmt.Sprint(fd))
			}
		}
	}
	return fmt.Errorf("open: %s", strings.Join(names, " "))
}

// sockets names the descriptors over which others could be sent.
func sockets() error {
	var names []string
	for fd := range 64 {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFSOCK {
			names = append(names, fmt.Sprint(fd))
		}
	}
	return fmt.Errorf("sockets: %s", strings.Join(names, " "))
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

// limits says what the soft and hard limits are.
func limits(which ...int) func() error {
	return func() error {
		var out []string
		for _, w := range which {
			var l unix.Rlimit
			if err := unix.Prlimit(0, w, nil, &l); err != nil {
				return err
			}
			out = append(out, fmt.Sprint(l.Cur, " ", l.Max))
		}
		return fmt.Errorf("%s", strings.Join(out, ", "))
	}
}
