package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Damaged lists the wrapped keys that the master key does not open, as paths below the ring's folder, sorted. It changes nothing.
func (r *Ring) Damaged() ([]string, error) {
	names, err := r.names()
	if err != nil {
		return nil, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.wrap == nil {
		return nil, ErrClosed
	}
	var out []string
	for _, n := range names {
		key, err := readKey(r.wrap, r.dir, n.kind, n.name)
		clear(key)
		if err != nil {
			out = append(out, filepath.Join(n.kind, n.name))
		}
	}
	return out, nil
}

// named is one wrapped key.
type named struct{ kind, name string }

// names lists every wrapped key that is there, sorted by path.
func (r *Ring) names() ([]named, error) {
	var out []named
	for _, kind := range []string{kindData, kindEntity} {
		entries, err := os.ReadDir(filepath.Join(r.dir, kind))
		if err != nil {
			return nil, fmt.Errorf("list the keys: %w", err)
		}
		for _, e := range entries {
			if validName(e.Name()) {
				out = append(out, named{kind, e.Name()})
			}
		}
	}
	return append(out, named{kindRoot, ""}, named{kindSign, signLog}, named{kindSign, signReceipt}), nil
}

// Export hands every file of the ring to write, as a path below its folder and the content: the wrapped keys, as they are on the disk,
// with the data keys of these ids alone. Each key is opened first, so that none that is being destroyed is copied half: ErrNoKey says
// that one is gone, ErrDamaged that it does not open. Without the master key an export is of no use.
func (r *Ring) Export(ids []string, write func(name string, content []byte) error) error {
	names, err := r.names()
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(n named) bool { return n.kind == kindData })
	for _, id := range ids {
		names = append(names, named{kindData, id})
	}
	identity, err := os.ReadFile(filepath.Join(r.dir, identityFile))
	if err != nil {
		return fmt.Errorf("export the keyring: %w", err)
	}
	if err := write(identityFile, identity); err != nil {
		return err
	}
	for _, n := range names {
		b, err := r.wrapped(n)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(n.kind, n.name), b); err != nil {
			return err
		}
	}
	return nil
}

// wrapped reads the file of a key that opens.
func (r *Ring) wrapped(n named) ([]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.wrap == nil {
		return nil, ErrClosed
	}
	b, err := os.ReadFile(path(r.dir, n.kind, n.name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s key %s: %w", n.kind, n.name, ErrNoKey)
	}
	if err != nil {
		return nil, fmt.Errorf("export the keyring: %w", err)
	}
	key, err := r.wrap.unwrap(n.kind, n.name, b)
	clear(key)
	if err != nil {
		return nil, fmt.Errorf("%s key %s: %w", n.kind, n.name, err)
	}
	return b, nil
}
