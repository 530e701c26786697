// Package durable owns changes to single files that survive a power cut: after a call returns nil the change is on the disk, and
// after a crash at any moment a reader finds the whole old file or the whole new one, never a mixture.
//
// A call that returns an error may or may not have taken effect; whoever calls must be able to call again. A failed fsync is never
// retried on the same descriptor, because the kernel may have dropped the dirty pages and would report success.
package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"yumen/internal/faultpoint"
)

// File is the part of *os.File that a durable write uses.
type File interface {
	io.Writer
	Name() string
	Chmod(mode fs.FileMode) error
	Sync() error
	Close() error
}

// Directory is the part of an opened directory that a durable change uses.
type Directory interface {
	Sync() error
	Close() error
}

// Ops holds the system calls of this package, so that a test can fail each of them in turn. Every field is required.
type Ops struct {
	CreateTemp func(dir, pattern string) (File, error) // a new file that only its owner may read
	Rename     func(from, to string) error
	Remove     func(path string) error
	OpenDir    func(path string) (Directory, error)
}

// System returns the operations of the operating system.
func System() Ops {
	return Ops{
		CreateTemp: func(dir, pattern string) (File, error) { return os.CreateTemp(dir, pattern) },
		Rename:     os.Rename,
		Remove:     os.Remove,
		OpenDir:    func(path string) (Directory, error) { return os.Open(path) },
	}
}

// WriteFile replaces the file at path by what fill writes, with exactly this mode (the umask does not apply). See Ops.WriteFile.
func WriteFile(path string, mode fs.FileMode, fill func(io.Writer) error) error {
	return System().WriteFile(path, mode, fill)
}

// RemoveFile removes the file at path. See Ops.RemoveFile.
func RemoveFile(path string) error { return System().RemoveFile(path) }

// WriteFile replaces the file at path by what fill writes. The temporary file stands in the same directory, has the prefix "." and
// the suffix ".tmp", and is removed when the call fails; a crash can leave it behind. Expected system calls:
//
//	openat(dir/.name.*.tmp, O_CREAT|O_EXCL, 0600)   nothing at path changes before the rename
//	write …
//	fchmod(mode)
//	fsync(file)                                     the content is on the disk before any name leads to it
//	close(file)
//	renameat(dir/.name.*.tmp, path)                 readers see the old file or the new one
//	openat(dir), fsync(dir), close(dir)             the new name is on the disk
func (o Ops) WriteFile(path string, mode fs.FileMode, fill func(io.Writer) error) error {
	dir, name := filepath.Split(filepath.Clean(path))
	if dir == "" {
		dir = "."
	}
	f, err := o.CreateTemp(dir, "."+name+".*.tmp")
	if err != nil {
		return fmt.Errorf("create a temporary file: %w", err)
	}
	renamed := false
	defer func() { // also when fill panics
		if !renamed {
			_ = o.Remove(f.Name())
		}
	}()
	if err := fillAndSync(f, mode, fill); err != nil {
		return err
	}
	faultpoint.Hit(faultpoint.FileSynced)
	if err := o.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("rename the temporary file: %w", err)
	}
	renamed = true
	faultpoint.Hit(faultpoint.FileRenamed)
	return o.syncDir(dir)
}

// RemoveFile removes the file at path; a file that is not there is no error, so that the call can be repeated. Expected system calls:
//
//	unlinkat(path)
//	openat(dir), fsync(dir), close(dir)   also when the file was gone: an earlier removal may not have reached the disk
func (o Ops) RemoveFile(path string) error {
	if err := o.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove: %w", err)
	}
	faultpoint.Hit(faultpoint.FileRemoved)
	return o.syncDir(filepath.Dir(filepath.Clean(path)))
}

func fillAndSync(f File, mode fs.FileMode, fill func(io.Writer) error) (err error) {
	defer func() {
		if cerr := f.Close(); cerr != nil && err == nil {
			err = fmt.Errorf("close the temporary file: %w", cerr)
		}
	}()
	if err := fill(f); err != nil {
		return fmt.Errorf("write the temporary file: %w", err)
	}
	if err := f.Chmod(mode); err != nil {
		return fmt.Errorf("set the mode: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync the temporary file: %w", err)
	}
	return nil
}

func (o Ops) syncDir(dir string) (err error) {
	d, err := o.OpenDir(dir)
	if err != nil {
		return fmt.Errorf("open the directory: %w", err)
	}
	defer func() {
		if cerr := d.Close(); cerr != nil && err == nil {
			err = fmt.Errorf("close the directory: %w", cerr)
		}
	}()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync the directory: %w", err)
	}
	return nil
}
