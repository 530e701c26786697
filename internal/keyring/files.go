package keyring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"yumen/internal/durable"
)

const maxName = 96

// validName reports whether a name can be a file of the ring: a lower-case letter, then letters, digits, "_" and "-".
func validName(name string) bool {
	if name == "" || len(name) > maxName || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return true
}

// path is where a wrapped key lies.
func path(dir, kind, name string) string {
	if kind == kindRoot {
		return filepath.Join(dir, kindRoot)
	}
	return filepath.Join(dir, kind, name)
}

// writeNewKey makes, wraps and stores a fresh key; the file is durable when it returns.
func writeNewKey(w *wrapper, dir, kind, name string) error {
	key := make([]byte, keySize)
	defer clear(key)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	wrapped, err := w.wrap(kind, name, key)
	if err != nil {
		return err
	}
	return durable.WriteFile(path(dir, kind, name), 0o600, func(f io.Writer) error {
		_, err := f.Write(wrapped)
		return err
	})
}

// readKey reads and unwraps a key of 32 bytes; the caller wipes it.
func readKey(w *wrapper, dir, kind, name string) ([]byte, error) {
	f, err := os.Open(path(dir, kind, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s key %s: %w", kind, name, ErrNoKey)
	}
	if err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	defer f.Close()
	if err := private(f); err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	wrapped, err := io.ReadAll(io.LimitReader(f, int64(wrappedSize)+1))
	if err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	key, err := w.unwrap(kind, name, wrapped)
	if err != nil {
		return nil, fmt.Errorf("%s key %s: %w", kind, name, err)
	}
	return key, nil
}

// exists reports whether the file of a key is there.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a key: %w", err)
	}
	return true, nil
}

// overwrite replaces the bytes of a file in place and waits until they are on the device.
func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	noise := make([]byte, wrappedSize)
	if _, err := rand.Read(noise); err != nil {
		return errors.Join(err, f.Close())
	}
	_, err = f.WriteAt(noise, 0)
	return errors.Join(err, f.Sync(), f.Close())
}
