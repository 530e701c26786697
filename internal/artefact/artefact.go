// Package artefact owns encrypted files at rest: snapshots, and artefacts before and after their release. A blob is one
// ciphertext under a data key of its own; nothing is ever written in clear, and destroying the key destroys the blob.
//
// The order of effects is the design. Put: key durable, then ciphertext written beside its final name, fsynced and renamed;
// the caller commits its own record last. Destroy: key first, then ciphertext. So a crash leaves at worst a key without a
// blob or a blob without a record, never a readable blob that somebody believes destroyed; Orphans finds what is left.
package artefact

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/internal/durable"
	"yumen/internal/faultpoint"
)

// Failures of a store.
var (
	// ErrNotFound means that there is no such blob, or that its key was destroyed.
	ErrNotFound = errors.New("no such blob")
)

// Keys makes, uses and destroys data keys; *keyring.Ring is one. NewDataKey is durable when it returns and refuses an id that
// has a key; DestroyDataKey can be repeated. All are safe for concurrent use.
type Keys interface {
	NewDataKey(id string) error
	DestroyDataKey(id string) error
	EncryptTo(id string, w io.Writer) (io.WriteCloser, error)
	DecryptFrom(id string, r io.Reader) (io.Reader, error)
}

// Store is one folder of blobs whose ids begin with one prefix. It is safe for concurrent use.
type Store struct {
	dir    string
	prefix string
	keys   Keys
}

// NewStore opens the folder dir (made when absent, mode 0700) for blobs whose ids are prefix, "_" and lower-case letters,
// digits, "_" or "-".
func NewStore(dir string, prefix catalog.Prefix, keys Keys) (*Store, error) {
	if keys == nil || prefix == "" {
		return nil, errors.New("a store of blobs needs keys and a prefix")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of blobs: %w", err)
	}
	return &Store{dir: dir, prefix: string(prefix) + "_", keys: keys}, nil
}

// Put encrypts what fill writes under a fresh data key and stores it as id, durably. It returns the digest and size in bytes
// of the plaintext. A failed Put leaves nothing that can be opened; an id that was ever used is refused while its key lives.
func (s *Store) Put(id string, fill func(w io.Writer) error) (catalog.Digest, int64, error) {
	if !s.owns(id) {
		return "", 0, errors.New("the id does not belong to this store")
	}
	if err := s.keys.NewDataKey(id); err != nil {
		return "", 0, fmt.Errorf("store a blob: %w", err)
	}
	faultpoint.Hit(faultpoint.KeyMade)
	m := &meter{hash: sha256.New()}
	err := durable.WriteFile(s.path(id), 0o600, func(w io.Writer) error { return s.seal(id, w, m, fill) })
	if err != nil {
		return "", 0, errors.Join(fmt.Errorf("store a blob: %w", err), s.Destroy(id))
	}
	faultpoint.Hit(faultpoint.BlobStored)
	return m.digest(), m.size, nil
}

// seal encrypts what fill writes into w and measures it on the way.
func (s *Store) seal(id string, w io.Writer, m *meter, fill func(io.Writer) error) error {
	enc, err := s.keys.EncryptTo(id, faultpoint.Writer(w, faultpoint.BlobHalf))
	if err != nil {
		return err
	}
	m.to = enc
	if err := fill(m); err != nil {
		return err
	}
	return enc.Close()
}

// Open returns the plaintext of a blob. The stream is whole only when io.EOF is reached; a caller acts on nothing before.
func (s *Store) Open(id string) (io.ReadCloser, error) {
	if !s.owns(id) {
		return nil, ErrNotFound
	}
	f, err := os.Open(s.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open a blob: %w", err)
	}
	r, err := s.keys.DecryptFrom(id, f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a blob: %w", err), f.Close())
	}
	return &opened{Reader: r, Closer: f}, nil
}

// Has reports whether the ciphertext of a blob is there.
func (s *Store) Has(id string) bool {
	if !s.owns(id) {
		return false
	}
	info, err := os.Lstat(s.path(id))
	return err == nil && info.Mode().IsRegular()
}

// Destroy destroys the key of a blob, then removes its ciphertext. It can be repeated; a blob that is not there is no error.
func (s *Store) Destroy(id string) error {
	if !s.owns(id) {
		return errors.New("the id does not belong to this store")
	}
	if err := s.keys.DestroyDataKey(id); err != nil {
		return fmt.Errorf("destroy a blob: %w", err)
	}
	faultpoint.Hit(faultpoint.BlobKeyless)
	if err := durable.RemoveFile(s.path(id)); err != nil {
		return fmt.Errorf("destroy a blob: %w", err)
	}
	return nil
}

// Orphans lists, sorted, the ids that have a ciphertext in this store or a key among dataKeys (all ids of the ring) but that
// known does not know: leftovers of a crash between Put and the caller's commit, for the caller to Destroy at start-up. It
// removes unfinished ciphertexts; nothing may be written to the store meanwhile.
func (s *Store) Orphans(dataKeys []string, known func(id string) bool) ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list the blobs: %w", err)
	}
	ids := slices.Clone(dataKeys)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), ".tmp") {
			if err := durable.RemoveFile(s.path(e.Name())); err != nil {
				return nil, fmt.Errorf("remove an unfinished blob: %w", err)
			}
			continue
		}
		ids = append(ids, e.Name())
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !s.owns(id) || known(id) })
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func (s *Store) path(id string) string { return filepath.Join(s.dir, id) }

// owns reports whether an id belongs to the store and can be a file's name.
func (s *Store) owns(id string) bool {
	rest, ok := strings.CutPrefix(id, s.prefix)
	if !ok || rest == "" || len(id) > 96 {
		return false
	}
	return !strings.ContainsFunc(rest, func(c rune) bool {
		return !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-')
	})
}

// opened is a decrypting reader with the file under it.
type opened struct {
	io.Reader
	io.Closer
}

// meter digests and counts the plaintext on its way to the encrypter.
type meter struct {
	to   io.Writer
	hash hash.Hash
	size int64
}

// Write passes bytes on and measures those that were taken.
func (m *meter) Write(p []byte) (int, error) {
	n, err := m.to.Write(p)
	m.hash.Write(p[:n])
	m.size += int64(n)
	return n, err
}

func (m *meter) digest() catalog.Digest {
	return catalog.Digest("sha256:" + hex.EncodeToString(m.hash.Sum(nil)))
}
