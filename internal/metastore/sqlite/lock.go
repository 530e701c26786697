package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"yumen/internal/metastore"
)

// lock is a held lock.
type lock struct{ file *os.File }

// Close gives the lock up at once: a child that is being started may still have a copy of the descriptor.
func (l *lock) Close() error {
	return errors.Join(unix.Flock(int(l.file.Fd()), unix.LOCK_UN), l.file.Close())
}

// Hold takes the lock of the store at path without opening it, so that no process serves the store until it is closed. It fails with
// metastore.ErrLocked while one does.
func Hold(path string) (io.Closer, error) {
	f, err := lockFile(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("metadata store: %w", err)
	}
	return f, nil
}

// lockFile opens the lock file and takes an exclusive lock, which the kernel drops when the descriptor closes, also by kill -9.
// The file stays behind: removing it would let a second process lock a new file of the same name.
func lockFile(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		err = metastore.ErrLocked
	case err != nil:
		err = fmt.Errorf("lock the store: %w", err)
	default:
		return &lock{f}, nil
	}
	return nil, errors.Join(err, f.Close())
}
