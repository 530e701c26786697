package keyring

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"yumen/internal/durable"
)

// ErrMaster means that the master key is missing, malformed, readable by others, or not the one of this ring.
var ErrMaster = errors.New("master key")

const (
	keySize      = 32
	masterPrefix = "yumen-master-key/v1 "
)

// Provider yields the master key of 32 bytes. A file is the provider for one machine; a key service unwraps a locally kept
// blob and returns the same 32 bytes. It is asked once, when a ring is created or opened; the ring wipes what it was given.
type Provider interface {
	Key() ([]byte, error)
}

// File is a provider that reads the master key from a file which only its owner can read (mode 0600 or stricter).
type File struct{ Path string }

var _ Provider = File{}

// Key reads the file. It refuses a file that is not regular, belongs to somebody else or that others may read or write.
func (f File) Key() ([]byte, error) {
	fd, err := os.OpenFile(f.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMaster, err)
	}
	defer fd.Close()
	if err := private(fd); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMaster, err)
	}
	text, err := io.ReadAll(io.LimitReader(fd, 256))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMaster, err)
	}
	defer clear(text)
	return decodeMaster(text)
}

// CreateMaster writes a fresh master key to a new file, mode 0600, and refuses to replace one: everything that the old key
// wraps would be lost.
func CreateMaster(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%w: %s exists already", ErrMaster, path)
	}
	key := make([]byte, keySize)
	defer clear(key)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("%w: %w", ErrMaster, err)
	}
	return durable.WriteFile(path, 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, masterPrefix+base64.StdEncoding.EncodeToString(key)+"\n")
		return err
	})
}

// private reports whether an open file is regular, ours, and closed to group and others.
func private(fd *os.File) error {
	info, err := fd.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", fd.Name())
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s has mode %04o: others may use it; run chmod 600", fd.Name(), info.Mode().Perm())
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user", fd.Name())
	}
	return nil
}

// decodeMaster reads the one spelling of a master key file.
func decodeMaster(text []byte) ([]byte, error) {
	malformed := fmt.Errorf("%w: the file is not a master key", ErrMaster)
	body, ok := strings.CutPrefix(string(text), masterPrefix)
	if !ok {
		return nil, malformed
	}
	body, ok = strings.CutSuffix(body, "\n")
	if !ok || strings.ContainsAny(body, "\r\n") {
		return nil, malformed
	}
	key, err := base64.StdEncoding.Strict().DecodeString(body)
	if err != nil || len(key) != keySize {
		clear(key)
		return nil, malformed
	}
	return key, nil
}
