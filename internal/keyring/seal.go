package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
)

// Seal encrypts a small secret that is kept outside the ring, under a key derived for its purpose (AES-256-GCM). It opens only for the
// same purpose and name. Purposes are names in the code, never input.
func (r *Ring) Seal(purpose, name string, secret []byte) ([]byte, error) {
	aead, err := r.sealer(purpose)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("nonce: %w", err)
	}
	return aead.Seal(nonce, nonce, secret, []byte(name)), nil
}

// Unseal decrypts what Seal made; anything else is ErrDamaged.
func (r *Ring) Unseal(purpose, name string, sealed []byte) ([]byte, error) {
	aead, err := r.sealer(purpose)
	if err != nil {
		return nil, err
	}
	if len(sealed) < nonceSize {
		return nil, ErrDamaged
	}
	secret, err := aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], []byte(name))
	if err != nil {
		return nil, ErrDamaged
	}
	return secret, nil
}

func (r *Ring) sealer(purpose string) (cipher.AEAD, error) {
	if purpose == "" {
		return nil, errors.New("a secret has a purpose")
	}
	key, err := r.Secret("seal " + purpose)
	if err != nil {
		return nil, err
	}
	defer clear(key[:])
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return cipher.NewGCM(block)
}
