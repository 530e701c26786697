package keyring

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"yumen/internal/durable"
	"yumen/internal/faultpoint"
)

// NewDataKey makes the data key of a snapshot or artefact. When it returns, the wrapped key is on the device, so that no
// ciphertext can exist whose key a crash has lost. An id that has a key is ErrExists.
func (r *Ring) NewDataKey(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newKey(kindData, id)
}

// newKey makes a key under the lock.
func (r *Ring) newKey(kind, name string) error {
	if r.wrap == nil {
		return ErrClosed
	}
	if !validName(name) {
		return fmt.Errorf("%s key: the name is malformed", kind)
	}
	there, err := exists(path(r.dir, kind, name))
	if err != nil {
		return err
	}
	if there {
		return fmt.Errorf("%s key %s: %w", kind, name, ErrExists)
	}
	if err := writeNewKey(r.wrap, r.dir, kind, name); err != nil {
		// The file may be there without being durable: nobody may come to rely on it.
		return errors.Join(err, durable.RemoveFile(path(r.dir, kind, name)))
	}
	return nil
}

// DestroyDataKey destroys a data key, and with it whatever the key encrypted. The wrapped key is overwritten in place, then
// removed, both durably; an id without a key is no error, so a destruction can be repeated after a crash. A device that keeps
// old copies of blocks may still hold the wrapped key: it is as safe there as the master key is, until that is rotated.
func (r *Ring) DestroyDataKey(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wrap == nil {
		return ErrClosed
	}
	if !validName(id) {
		return fmt.Errorf("data key: the name is malformed")
	}
	p := path(r.dir, kindData, id)
	there, err := exists(p)
	if err != nil {
		return err
	}
	if there {
		if err := overwrite(p); err != nil {
			return fmt.Errorf("destroy a data key: %w", err)
		}
		faultpoint.Hit(faultpoint.KeyOverwritten)
	}
	if err := durable.RemoveFile(p); err != nil {
		return fmt.Errorf("destroy a data key: %w", err)
	}
	return nil
}

// HasDataKey reports whether the ring holds a data key for the id. It does not open it.
func (r *Ring) HasDataKey(id string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.wrap == nil || !validName(id) {
		return false
	}
	there, err := exists(path(r.dir, kindData, id))
	return err == nil && there
}

// DataKeys lists the ids that have a data key, sorted.
func (r *Ring) DataKeys() ([]string, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.wrap == nil {
		return nil, ErrClosed
	}
	entries, err := os.ReadDir(filepath.Join(r.dir, kindData))
	if err != nil {
		return nil, fmt.Errorf("list the data keys: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if validName(e.Name()) && e.Type().IsRegular() {
			ids = append(ids, e.Name())
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// RemoveUnfinished removes the files of keys that a crash left half written: no name leads to them. No key may be made meanwhile.
func (r *Ring) RemoveUnfinished() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wrap == nil {
		return ErrClosed
	}
	for _, kind := range []string{"", kindData, kindEntity, kindSign} {
		entries, err := os.ReadDir(filepath.Join(r.dir, kind))
		if err != nil {
			return fmt.Errorf("look for unfinished keys: %w", err)
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".") || !strings.HasSuffix(e.Name(), ".tmp") {
				continue
			}
			if err := durable.RemoveFile(filepath.Join(r.dir, kind, e.Name())); err != nil {
				return fmt.Errorf("remove an unfinished key: %w", err)
			}
		}
	}
	return nil
}

// EntityKey returns the hash key of an entity type, made when it is first asked for and the same from then on.
func (r *Ring) EntityKey(entityType string) ([32]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out [32]byte
	if r.wrap == nil {
		return out, ErrClosed
	}
	if !validName(entityType) {
		return out, fmt.Errorf("entity key: the type's name is malformed")
	}
	there, err := exists(path(r.dir, kindEntity, entityType))
	if err != nil {
		return out, err
	}
	if !there {
		if err := r.newKey(kindEntity, entityType); err != nil {
			return out, err
		}
	}
	key, err := readKey(r.wrap, r.dir, kindEntity, entityType)
	if err != nil {
		return out, err
	}
	copy(out[:], key)
	clear(key)
	return out, nil
}
