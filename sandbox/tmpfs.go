package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// sharedMemory is where a host keeps a memory file system for everybody.
const sharedMemory = "/dev/shm"

// onTmpfs reports whether a path is on a memory file system.
func onTmpfs(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && st.Type == unix.TMPFS_MAGIC
}

// privatePrefix begins the name of every private directory.
const privatePrefix = "yumen-worker-"

// privateBase is where private directories are: on a memory file system of the host if there is one. The layer memory_files tells which.
func privateBase() string {
	if onTmpfs(sharedMemory) {
		return sharedMemory
	}
	return os.TempDir()
}

// privateDirectory is where a load builds its files when there is no private root. It is locked as long as this process uses it.
func privateDirectory() (string, func(), error) {
	dir, err := os.MkdirTemp(privateBase(), privatePrefix)
	if err != nil {
		return "", nil, err
	}
	lock, err := lockedDirectory(dir)
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, err
	}
	return dir, func() {
		_ = os.RemoveAll(dir)
		_ = lock.Close()
	}, nil
}

// lockedDirectory locks a directory until it is closed; it fails when a living process has locked it.
func lockedDirectory(dir string) (*os.File, error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// sweepPrivate removes the private directories of this user's gateways that were killed: what they were building is in them. One
// that was made a moment ago may not be locked yet, and stays.
func sweepPrivate(base string, now time.Time) {
	entries, _ := os.ReadDir(base)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !e.IsDir() || !randomName(e.Name()) || now.Sub(info.ModTime()) < time.Minute {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Getuid() || info.Mode().Perm() != 0o700 {
			continue
		}
		dir := filepath.Join(base, e.Name())
		if lock, err := lockedDirectory(dir); err == nil {
			_ = os.RemoveAll(dir)
			_ = lock.Close()
		}
	}
}

// randomName reports whether a name is one that privateDirectory gives: its prefix and a number.
func randomName(name string) bool {
	number, ok := strings.CutPrefix(name, privatePrefix)
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}
