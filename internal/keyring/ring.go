package keyring

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/enclave/receipt"
)

// Failures of a ring.
var (
	ErrExists = errors.New("exists already")
	ErrNoKey  = errors.New("no such key")
	ErrClosed = errors.New("the keyring is closed")
)

// Config says which zone a ring is for and where its master key comes from.
type Config struct {
	// Zone is the zone's identifier. Create needs it; Open refuses a ring of another zone when it is given.
	Zone string
	// Origin is the name under which the log signs its checkpoints, the same for ever (c2sp.org/tlog-checkpoint).
	// Create takes "yumen/" and the zone when it is empty.
	Origin string
	// Master yields the master key. Required.
	Master Provider
}

// Ring is an open keyring. It is safe for concurrent use within one process; one process at a time may hold a ring.
type Ring struct {
	dir      string
	identity identity
	log      note.Signer
	receipt  *receipt.Signer
	public   receipt.Keys

	mu   sync.RWMutex // guards what follows, and the existence of the files under dir
	wrap *wrapper     // nil once closed
	root [keySize]byte
}

// Create makes a ring in dir, which must be absent or empty, and opens it. A crash midway leaves a directory without
// keyring.json, which neither Create nor Open accepts.
func Create(dir string, cfg Config) (*Ring, error) {
	if cfg.Origin == "" {
		cfg.Origin = "yumen/" + cfg.Zone
	}
	id := identity{Format: formatV1, Zone: cfg.Zone, Origin: cfg.Origin}
	if err := id.validate(); err != nil {
		return nil, err
	}
	if err := makeFolders(dir); err != nil {
		return nil, err
	}
	w, err := openWrapper(cfg.Master, id)
	if err != nil {
		return nil, err
	}
	for _, k := range []struct{ kind, name string }{{kindRoot, ""}, {kindSign, signLog}, {kindSign, signReceipt}} {
		if err := writeNewKey(w, dir, k.kind, k.name); err != nil {
			return nil, err
		}
	}
	if err := id.write(dir); err != nil {
		return nil, err
	}
	return Open(dir, cfg)
}

// Open opens the ring in dir. A missing or wrong master key is ErrMaster.
func Open(dir string, cfg Config) (*Ring, error) {
	id, err := readIdentity(dir)
	if err != nil {
		return nil, err
	}
	if cfg.Zone != "" && cfg.Zone != id.Zone {
		return nil, errors.New("the keyring belongs to another zone")
	}
	if err := closedToOthers(dir); err != nil {
		return nil, err
	}
	w, err := openWrapper(cfg.Master, id)
	if err != nil {
		return nil, err
	}
	r := &Ring{dir: dir, identity: id, wrap: w}
	root, err := readKey(w, dir, kindRoot, "")
	if errors.Is(err, ErrDamaged) {
		return nil, fmt.Errorf("%w: it does not open this keyring (another master key, or a damaged keyring)", ErrMaster)
	}
	if err != nil {
		return nil, err
	}
	copy(r.root[:], root)
	clear(root)
	return r, r.loadSigners()
}

// openWrapper asks the provider once and wipes what it gave.
func openWrapper(p Provider, id identity) (*wrapper, error) {
	if p == nil {
		return nil, fmt.Errorf("%w: none configured", ErrMaster)
	}
	master, err := p.Key()
	if err != nil {
		return nil, err
	}
	defer clear(master)
	return newWrapper(master, id.Zone+"\x00"+id.Origin)
}

// Zone is the identifier of the ring's zone.
func (r *Ring) Zone() string { return r.identity.Zone }

// Secret derives the secret of a purpose, the same for the life of the ring. Purposes are names in the code, never input.
func (r *Ring) Secret(purpose string) ([32]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out [32]byte
	if r.wrap == nil {
		return out, ErrClosed
	}
	if purpose == "" {
		return out, errors.New("a secret has a purpose")
	}
	b, err := hkdf.Key(sha256.New, r.root[:], nil, "yumen secret v1 "+purpose, len(out))
	if err != nil {
		return out, fmt.Errorf("derive: %w", err)
	}
	copy(out[:], b)
	clear(b)
	return out, nil
}

// Close wipes the secrets that the ring holds; every later use is ErrClosed, the signers excepted, which the caller drops.
func (r *Ring) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wrap = nil
	clear(r.root[:])
	return nil
}

// makeFolders makes the ring's folders, or accepts an empty directory.
func makeFolders(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the keyring: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("make the keyring: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("keyring: %s is not empty: %w", dir, ErrExists)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("make the keyring: %w", err)
	}
	for _, sub := range []string{kindSign, kindData, kindEntity} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			return fmt.Errorf("make the keyring: %w", err)
		}
	}
	return syncFolder(filepath.Dir(filepath.Clean(dir)))
}

// syncFolder waits until the names in a folder are on the device.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("make the keyring: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("make the keyring: %w", err)
	}
	return nil
}

// closedToOthers refuses a ring whose folders others may enter.
func closedToOthers(dir string) error {
	for _, sub := range []string{"", kindSign, kindData, kindEntity} {
		path := filepath.Join(dir, sub)
		info, err := os.Lstat(path)
		if err != nil {
			return fmt.Errorf("keyring: %w", err)
		}
		if !info.IsDir() {
			return fmt.Errorf("keyring: %s is not a directory", path)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return fmt.Errorf("keyring: %s has mode %04o: others may use it; run chmod 700", path, info.Mode().Perm())
		}
	}
	return nil
}

// validZone reports whether the zone's identifier has its form.
func validZone(zone string) bool { return catalog.ValidID(catalog.PrefixZone, zone) }
