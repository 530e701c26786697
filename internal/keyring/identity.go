package keyring

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"yumen/internal/canonical"
	"yumen/internal/durable"
)

const (
	formatV1     = "yumen-keyring/v1"
	identityFile = "keyring.json"
	maxOrigin    = 120
)

// identity says which zone a ring belongs to. It is no secret, but every wrapped key is bound to it.
type identity struct {
	Format string `json:"format"`
	Zone   string `json:"zone"`
	Origin string `json:"origin"`
}

func (id identity) validate() error {
	if id.Format != formatV1 {
		return errors.New("keyring: unknown format")
	}
	if !validZone(id.Zone) {
		return errors.New("keyring: the zone's identifier is missing or malformed")
	}
	if id.Origin == "" || len(id.Origin) > maxOrigin || strings.ContainsFunc(id.Origin, notInOrigin) {
		return errors.New("keyring: an origin is a name of letters, digits and ./-_ only")
	}
	return nil
}

// notInOrigin reports characters that a checkpoint's first line should not hold.
func notInOrigin(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("./-_", c))
}

// write commits the ring: without this file there is none.
func (id identity) write(dir string) error {
	b, err := canonical.Marshal(id)
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(dir, identityFile), 0o600, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

func readIdentity(dir string) (identity, error) {
	b, err := os.ReadFile(filepath.Join(dir, identityFile))
	if err != nil {
		return identity{}, fmt.Errorf("open the keyring: %w", err)
	}
	var id identity
	if err := canonical.Unmarshal(b, &id); err != nil {
		return identity{}, fmt.Errorf("keyring: %s: %w", identityFile, err)
	}
	return id, id.validate()
}
