// Command attack is a worker that was taken over: it enters the cage like the real one and then does with raw system calls
// what its job names. It is built by the tests of package sandbox.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"yumen/sandbox/wire"
	"yumen/sandbox/worker/cage"
	"yumen/sandbox/worker/probe"
)

// secret is what the outside hides, in files and in memory.
const secret = "the secret of the outside"

// outside is what the test has put up to be reached. What a real attacker would have to find out, this one is told.
type outside struct {
	PID      int    // the gateway
	Address  uint64 // of the secret in its memory
	Victim   int    // another worker
	Dir      string // a directory of the host that everybody may read and write
	TCP, UDP int    // ports on 127.0.0.1
	Abstract string // a unix socket
	Shm      int    // a shared memory segment
	Queue    string // a message queue
	Host     string // its name
}

var (
	there    outside
	snapshot string // the path of descriptor 7
)

func main() {
	layers := cage.Layers()
	status, result := os.NewFile(wire.FDStatus, "status"), os.NewFile(wire.FDResult, "result")
	job, err := wire.TakeJob(func(*wire.Job) error { return nil })
	if err != nil {
		os.Exit(70)
	}
	if job.Kind == wire.KindProbe {
		_ = wire.WriteStatus(status, probe.Report(layers, job))
		return
	}
	// The last word comes first: an attack may replace the program, and then the other program answers.
	_ = wire.WriteStatus(status, &wire.Status{Code: wire.CodeOK, Rows: 1})
	_ = status.Close()
	answer := attack(job.Run.Statements[0], job.FDs)
	out := wire.NewCellWriter(result)
	_ = out.Write(0, wire.Row{&answer})
	_ = out.Close()
}

// attack returns "done" or the error of the attempt.
func attack(st wire.Statement, fds string) string {
	snapshot = fds + "/7"
	if len(st.Args) > 0 && json.Unmarshal([]byte(st.Args[0].Text), &there) != nil {
		return "no such outside"
	}
	for _, all := range []map[string]func() error{onSnapshot, onFiles, onProcesses, onKernel, onLimits} {
		if f, ok := all[st.SQL]; ok {
			return word(f())
		}
	}
	if st.SQL == "names" {
		return names()
	}
	return "no such attack"
}

// names lists every attack, so that none is forgotten.
func names() string {
	all := map[string]bool{}
	for _, m := range []map[string]func() error{onSnapshot, onFiles, onProcesses, onKernel, onLimits} {
		for n := range maps.Keys(m) {
			all[n] = true
		}
	}
	b, _ := json.Marshal(all)
	return string(b)
}

func word(err error) string {
	if err != nil {
		return err.Error()
	}
	return "done"
}

func raw(number uintptr, args ...uintptr) error {
	_, err := rawValue(number, args...)
	return err
}

func rawValue(number uintptr, args ...uintptr) (uintptr, error) {
	var a [6]uintptr
	copy(a[:], args)
	v, _, e := syscall.RawSyscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
	if e != 0 {
		return 0, e
	}
	return v, nil
}

// kept holds what system calls are given addresses of.
var kept [][]byte

func ptr(s string) uintptr {
	b := append([]byte(s), 0)
	kept = append(kept, b)
	return uintptr(unsafe.Pointer(&b[0]))
}

func call(number uintptr, args ...uintptr) func() error {
	return func() error { return raw(number, args...) }
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

// read opens a file of the outside and finds the secret in it, at an offset.
func read(path string, at int64) error {
	fd, err := unix.Open(path, unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	b := make([]byte, len(secret))
	n, err := unix.Pread(fd, b, at)
	return seen(b[:n], err)
}

// seen reports whether a reading found the secret.
func seen(b []byte, err error) error {
	if err == nil && string(b) != secret {
		return errors.New("something else was read")
	}
	return err
}

// all runs steps until one fails.
func all(steps ...func() error) error {
	for _, s := range steps {
		if err := s(); err != nil {
			return err
		}
	}
	return nil
}

func found(format string, args ...any) error { return fmt.Errorf(format, args...) }
