package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// KindKeys is the kind of the document that holds a zone's public keys.
const KindKeys catalog.Kind = "Keys"

// maxKeys bounds a keys file.
const maxKeys = 1 << 20

// Keys are the public keys of one zone, as `yumen keys export` writes them and `yumen login` pins them. Verification trusts
// these and nothing that it finds beside the data.
type Keys struct {
	APIVersion string       `json:"apiVersion"`
	Kind       catalog.Kind `json:"kind"`
	Zone       string       `json:"zone"`    // identifier of the zone
	Log        string       `json:"log"`     // verifier key of the log's checkpoints, "origin+hash+key" (c2sp.org/signed-note)
	Gateway    []PublicKey  `json:"gateway"` // keys that sign receipts, newest first
	// Reviewers, when present, are the only reviewers whose votes count. When absent, the reviewers that the gateway
	// certifies in a receipt count.
	Reviewers []Reviewer `json:"reviewers,omitempty"`
}

// PublicKey is one Ed25519 public key.
type PublicKey struct {
	ID  string `json:"id"`  // KeyID of Key
	Key []byte `json:"key"` // 32 bytes
}

// Reviewer is a registered key of a person who may vote: the confirmed link between a key, an account and a person.
type Reviewer struct {
	Account      string    `json:"account"`
	Person       string    `json:"person"`
	Organization string    `json:"organization"`
	Key          PublicKey `json:"key"`
}

// NewPublicKey names a public key.
func NewPublicKey(pub ed25519.PublicKey) (PublicKey, error) {
	id, err := KeyID(pub)
	if err != nil {
		return PublicKey{}, err
	}
	return PublicKey{ID: id, Key: bytes.Clone(pub)}, nil
}

// Validate reports whether the identifier belongs to the key.
func (k PublicKey) Validate() error {
	id, err := KeyID(k.Key)
	if err != nil {
		return err
	}
	if id != k.ID {
		return errors.New("the key id does not belong to the key")
	}
	return nil
}

// Validate reports whether the registration is complete.
func (r Reviewer) Validate() error {
	if r.Account == "" || r.Person == "" || r.Organization == "" {
		return errors.New("a reviewer's key names account, person and organization")
	}
	return r.Key.Validate()
}

func (r Reviewer) equal(o Reviewer) bool {
	return r.Account == o.Account && r.Person == o.Person && r.Organization == o.Organization &&
		r.Key.ID == o.Key.ID && bytes.Equal(r.Key.Key, o.Key.Key)
}

// Validate reports whether the keys are complete and consistent.
func (k Keys) Validate() error {
	if k.APIVersion != catalog.APIVersion || k.Kind != KindKeys {
		return fmt.Errorf("want apiVersion %s and kind %s", catalog.APIVersion, KindKeys)
	}
	if !catalog.ValidID(catalog.PrefixZone, k.Zone) {
		return errors.New("keys: the zone's identifier is missing or malformed")
	}
	if _, err := note.NewVerifier(k.Log); err != nil {
		return errors.New("keys: the log's verifier key is malformed")
	}
	if len(k.Gateway) == 0 {
		return errors.New("keys: no key of the gateway")
	}
	return k.validateKeys()
}

// validateKeys reports whether every key is sound and listed once.
func (k Keys) validateKeys() error {
	seen := map[string]bool{}
	once := func(id string) error {
		if seen[id] {
			return errors.New("keys: a key is listed twice")
		}
		seen[id] = true
		return nil
	}
	for _, g := range k.Gateway {
		if err := errors.Join(g.Validate(), once(g.ID)); err != nil {
			return err
		}
	}
	for _, r := range k.Reviewers {
		if err := errors.Join(r.Validate(), once(r.Key.ID)); err != nil {
			return err
		}
	}
	return nil
}

// Origin is the name of the zone's log, the first line of every checkpoint.
func (k Keys) Origin() string {
	name, _, _ := strings.Cut(k.Log, "+")
	return name
}

// gateway returns the pinned gateway key of that id.
func (k Keys) gateway(id string) (PublicKey, bool) {
	for _, g := range k.Gateway {
		if g.ID == id {
			return g, true
		}
	}
	return PublicKey{}, false
}

// Encode returns the keys as an indented JSON document with a final newline.
func (k Keys) Encode() ([]byte, error) {
	if err := k.Validate(); err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	return append(b, '\n'), nil
}

// DecodeKeys reads a keys document; unknown members and unsound keys are refused.
func DecodeKeys(b []byte) (Keys, error) {
	if len(b) > maxKeys {
		return Keys{}, errors.New("keys: the document is too large")
	}
	var k Keys
	if err := canonical.UnmarshalSpaced(b, &k); err != nil {
		return Keys{}, fmt.Errorf("keys: %w", err)
	}
	if err := k.Validate(); err != nil {
		return Keys{}, err
	}
	return k, nil
}
