package keyring

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"yumen/internal/durable"
)

// nextSuffix is added to the names of the master key's file and the ring's folder while a rotation is going on.
const nextSuffix = ".next"

// Interrupted reports whether a rotation of the master key was begun and not finished: RotateMaster finishes it.
func Interrupted(master string) bool {
	_, err := os.Lstat(master + nextSuffix)
	return err == nil
}

// RotateMaster makes a fresh master key, wraps every key of the ring in dir anew under it, and destroys the old one. Nobody may have the
// ring open. After a crash at any moment either the old key or the one beside it, named master.next, opens the whole ring, and the next
// call goes on from there:
//
//	write master.next, write dir.next         the ring opens with the old key
//	exchange dir and dir.next                  the ring opens with the new key alone
//	overwrite and replace master by master.next
//	overwrite and remove dir.next              the keys wrapped by the old one
func RotateMaster(dir, master string) error {
	if Interrupted(master) {
		_, err := Open(dir, Config{Master: File{Path: master}})
		if errors.Is(err, ErrMaster) {
			return finishRotation(dir, master)
		}
		if err != nil {
			return err
		}
		if err := errors.Join(os.RemoveAll(dir+nextSuffix), durable.RemoveFile(master+nextSuffix)); err != nil {
			return fmt.Errorf("rotate the master key: %w", err)
		}
	}
	old, err := Open(dir, Config{Master: File{Path: master}})
	if err != nil {
		return err
	}
	defer old.Close()
	if err := CreateMaster(master + nextSuffix); err != nil {
		return err
	}
	if err := old.rewrap(dir+nextSuffix, File{Path: master + nextSuffix}); err != nil {
		return err
	}
	if err := unix.Renameat2(unix.AT_FDCWD, dir, unix.AT_FDCWD, dir+nextSuffix, unix.RENAME_EXCHANGE); err != nil {
		return fmt.Errorf("rotate the master key: exchange the keyrings: %w", err)
	}
	if err := syncFolder(filepath.Dir(filepath.Clean(dir))); err != nil {
		return err
	}
	return finishRotation(dir, master)
}

// finishRotation makes the new master key the only one, if it opens the ring.
func finishRotation(dir, master string) error {
	r, err := Open(dir, Config{Master: File{Path: master + nextSuffix}})
	if err != nil {
		return err
	}
	damaged, err := r.Damaged()
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	if len(damaged) > 0 {
		return fmt.Errorf("rotate the master key: %d keys do not open under the new one: %w", len(damaged), ErrDamaged)
	}
	if err := overwrite(master); err != nil {
		return fmt.Errorf("rotate the master key: destroy the old one: %w", err)
	}
	if err := os.Rename(master+nextSuffix, master); err != nil {
		return fmt.Errorf("rotate the master key: %w", err)
	}
	if err := syncFolder(filepath.Dir(filepath.Clean(master))); err != nil {
		return err
	}
	err = filepath.WalkDir(dir+nextSuffix, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return overwrite(path)
	})
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, os.RemoveAll(dir+nextSuffix), syncFolder(filepath.Dir(filepath.Clean(dir))))
}

// rewrap writes a copy of the ring into a folder, wrapped by another master key.
func (r *Ring) rewrap(dir string, master Provider) error {
	if err := makeFolders(dir); err != nil {
		return err
	}
	w, err := openWrapper(master, r.identity)
	if err != nil {
		return err
	}
	names, err := r.names()
	if err != nil {
		return err
	}
	for _, n := range names {
		key, err := readKey(r.wrap, r.dir, n.kind, n.name)
		if err != nil {
			return err
		}
		wrapped, err := w.wrap(n.kind, n.name, key)
		clear(key)
		if err != nil {
			return err
		}
		err = durable.WriteFile(path(dir, n.kind, n.name), 0o600, func(f io.Writer) error {
			_, err := f.Write(wrapped)
			return err
		})
		if err != nil {
			return fmt.Errorf("rotate the master key: %w", err)
		}
	}
	return r.identity.write(dir)
}
