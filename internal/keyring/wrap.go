package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrDamaged means that a wrapped key does not open: changed bytes, another file's content, or another master key.
var ErrDamaged = errors.New("a wrapped key does not open")

// The form of a wrapped key: header, nonce, then the key encrypted with AES-256-GCM.
const (
	wrapHeader  = "yumen-wrapped-key/v1\n"
	nonceSize   = 12
	tagSize     = 16
	wrappedSize = len(wrapHeader) + nonceSize + keySize + tagSize
)

// The kinds of wrapped key. A kind and a name together say what a key is for.
const (
	kindRoot   = "root"
	kindSign   = "sign"
	kindData   = "data"
	kindEntity = "entity"
)

// wrapper wraps keys under a key derived from the master key. The zone's identity is part of every wrapping.
type wrapper struct {
	aead cipher.AEAD
	zone string
}

// newWrapper derives the wrapping key; it does not keep the master key.
func newWrapper(master []byte, zone string) (*wrapper, error) {
	if len(master) != keySize {
		return nil, fmt.Errorf("%w: want %d bytes", ErrMaster, keySize)
	}
	key, err := hkdf.Key(sha256.New, master, nil, "yumen keyring wrapping key v1", keySize)
	if err != nil {
		return nil, fmt.Errorf("derive the wrapping key: %w", err)
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("wrapping key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("wrapping key: %w", err)
	}
	return &wrapper{aead: aead, zone: zone}, nil
}

// associated is what a wrapped key is bound to.
func (w *wrapper) associated(kind, name string) []byte {
	return fmt.Appendf(nil, "%s%s\x00%s\x00%s", wrapHeader, w.zone, kind, name)
}

// wrap encrypts a key of 32 bytes.
func (w *wrapper) wrap(kind, name string, key []byte) ([]byte, error) {
	if len(key) != keySize {
		return nil, errors.New("only keys of 32 bytes are wrapped")
	}
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("nonce: %w", err)
	}
	out := append([]byte(wrapHeader), nonce...)
	return w.aead.Seal(out, nonce, key, w.associated(kind, name)), nil
}

// unwrap decrypts a wrapped key; the caller wipes it.
func (w *wrapper) unwrap(kind, name string, b []byte) ([]byte, error) {
	body, ok := bytes.CutPrefix(b, []byte(wrapHeader))
	if !ok || len(b) != wrappedSize {
		return nil, ErrDamaged
	}
	key, err := w.aead.Open(nil, body[:nonceSize], body[nonceSize:], w.associated(kind, name))
	if err != nil {
		return nil, ErrDamaged
	}
	return key, nil
}
