package keyring

import (
	"fmt"
	"os"
	"path/filepath"
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
