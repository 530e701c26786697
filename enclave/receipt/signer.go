package receipt

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// Signer signs DSSE envelopes with one Ed25519 key. It is a dsse.Signer.
type Signer struct {
	key ed25519.PrivateKey
	id  string
}

var _ dsse.Signer = (*Signer)(nil)

// NewSigner makes a signer of a private key of 64 bytes.
func NewSigner(key ed25519.PrivateKey) (*Signer, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, errors.New("a signing key has 64 bytes")
	}
	pub := key.Public().(ed25519.PublicKey)
	id, err := KeyID(pub)
	if err != nil {
		return nil, err
	}
	return &Signer{key: key, id: id}, nil
}

// Sign returns the signature of 64 bytes over data.
func (s *Signer) Sign(_ context.Context, data []byte) ([]byte, error) {
	return ed25519.Sign(s.key, data), nil
}

// KeyID is the identifier of the key, as KeyID makes it; it never fails.
func (s *Signer) KeyID() (string, error) { return s.id, nil }

// Public is the public half.
func (s *Signer) Public() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

// KeyID names a public key by its OpenSSH fingerprint ("SHA256:" and base64), so that people can compare it with usual tools.
func KeyID(pub ed25519.PublicKey) (string, error) {
	if len(pub) != ed25519.PublicKeySize {
		return "", errors.New("a public key has 32 bytes")
	}
	id, err := dsse.SHA256KeyID(pub)
	if err != nil {
		return "", fmt.Errorf("key id: %w", err)
	}
	return id, nil
}
