package sandbox

import (
	"os"

	"golang.org/x/sys/unix"
)

// sharedMemory is where a host keeps a memory file system for everybody.
const sharedMemory = "/dev/shm"

// onTmpfs reports whether a path is on a memory file system.
func onTmpfs(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && st.Type == unix.TMPFS_MAGIC
}

// privateDirectory is where a load builds its files when there is no private root: on a memory file system of the host if
// there is one. The layer memory_files tells which.
func privateDirectory() (string, func(), error) {
	base := ""
	if onTmpfs(sharedMemory) {
		base = sharedMemory
	}
	dir, err := os.MkdirTemp(base, "yumen-worker-")
	if err != nil {
		return "", nil, err
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}
