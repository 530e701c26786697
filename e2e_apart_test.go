package yumen_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// touches are all that can be done to a file of a directory through its name.
const touches = unix.IN_OPEN | unix.IN_CREATE | unix.IN_DELETE | unix.IN_MODIFY | unix.IN_ATTRIB | unix.IN_MOVE

// watch DIR: from here on it is seen whether anybody opens a file of the directory, or changes one. untouched ends it.
func watch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: watch DIR")
	}
	var dirs []string
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			dirs = append(dirs, path)
		}
		return err
	}))
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	ts.Check(err)
	ts.Defer(func() { _ = unix.Close(fd) })
	for _, d := range dirs {
		_, err := unix.InotifyAddWatch(fd, d, touches)
		ts.Check(err)
	}
	z := zoneOf(ts)
	z.watched, z.watch = dirs[0], fd
}

// untouched: nobody opened or changed a file of the watched directory since. That it would have been seen is proven by opening it.
func untouched(ts *testscript.TestScript, neg bool, args []string) {
	z := zoneOf(ts)
	if neg || len(args) != 0 || z.watched == "" {
		ts.Fatalf("usage: watch DIR … untouched")
	}
	events := make([]byte, 4096)
	if n, err := unix.Read(z.watch, events); !errors.Is(err, unix.EAGAIN) {
		ts.Fatalf("%s was touched: %d bytes of events (%v)", z.watched, n, err)
	}
	_, err := os.ReadDir(z.watched)
	ts.Check(err)
	_, err = unix.Read(z.watch, events)
	ts.Check(err)
}
