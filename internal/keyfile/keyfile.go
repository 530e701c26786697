// Package keyfile owns the file in which a reviewer keeps the signing key of votes: an Ed25519 key under a passphrase.
//
// The file is text. The header says how the key is protected and which public key it belongs to; the whole header is
// authenticated with the key. There is one spelling of every file, so a changed byte is always found.
//
//	yumen-signing-key/v1
//	kdf argon2id m=65536 t=3 p=4 salt=<base64, 16 bytes>
//	cipher xchacha20-poly1305 nonce=<base64, 24 bytes>
//	public <base64, 32 bytes>
//	secret <base64, 48 bytes>
package keyfile

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// Failures of decoding.
var (
	// ErrFormat means that the bytes are not a key file, or not in its one spelling.
	ErrFormat = errors.New("not a signing key file")
	// ErrPassphrase means that the passphrase is wrong or the file was changed; the two cannot be told apart.
	ErrPassphrase = errors.New("the passphrase does not open the signing key")
)

// MinPassphrase is the least number of bytes of a passphrase that Encode accepts.
const MinPassphrase = 12

const saltSize = 16

// Cost is the work of deriving a key from a passphrase (Argon2id, RFC 9106).
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// Recommended is the second choice of RFC 9106 §4: 64 MiB, three passes, four lanes.
func Recommended() Cost { return Cost{Memory: 64 << 10, Passes: 3, Threads: 4} }

// Validate bounds the cost, so that a file can neither ask for a machine's memory nor for no work at all.
func (c Cost) Validate() error {
	if c.Memory < 8<<10 || c.Memory > 1<<20 || c.Passes < 1 || c.Passes > 16 || c.Threads < 1 || c.Threads > 16 {
		return fmt.Errorf("%w: the cost is out of range", ErrFormat)
	}
	return nil
}

// Encode protects a key. The passphrase is not kept; the caller wipes it.
func Encode(key ed25519.PrivateKey, passphrase []byte, cost Cost) ([]byte, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, errors.New("a signing key has 64 bytes")
	}
	if len(passphrase) < MinPassphrase {
		return nil, fmt.Errorf("choose a passphrase of at least %d bytes", MinPassphrase)
	}
	if err := cost.Validate(); err != nil {
		return nil, err
	}
	f := file{cost: cost, public: key.Public().(ed25519.PublicKey)}
	if _, err := rand.Read(f.salt[:]); err != nil {
		return nil, fmt.Errorf("salt: %w", err)
	}
	if _, err := rand.Read(f.nonce[:]); err != nil {
		return nil, fmt.Errorf("nonce: %w", err)
	}
	derived := f.derive(passphrase)
	defer clear(derived)
	aead, err := chacha20poly1305.NewX(derived)
	if err != nil {
		return nil, fmt.Errorf("protect the key: %w", err)
	}
	seed := key.Seed()
	defer clear(seed)
	copy(f.secret[:], aead.Seal(nil, f.nonce[:], seed, f.header()))
	return f.encode(), nil
}

// Decode opens a key file.
func Decode(b, passphrase []byte) (ed25519.PrivateKey, error) {
	f, err := parse(b)
	if err != nil {
		return nil, err
	}
	derived := f.derive(passphrase)
	defer clear(derived)
	aead, err := chacha20poly1305.NewX(derived)
	if err != nil {
		return nil, fmt.Errorf("open the key: %w", err)
	}
	seed, err := aead.Open(nil, f.nonce[:], f.secret[:], f.header())
	if err != nil {
		return nil, ErrPassphrase
	}
	defer clear(seed)
	key := ed25519.NewKeyFromSeed(seed)
	if !bytes.Equal(key.Public().(ed25519.PublicKey), f.public) {
		return nil, ErrFormat
	}
	return key, nil
}

// Public returns the public half without the passphrase. It is authentic only for who trusts the file.
func Public(b []byte) (ed25519.PublicKey, error) {
	f, err := parse(b)
	if err != nil {
		return nil, err
	}
	return f.public, nil
}

func (f *file) derive(passphrase []byte) []byte {
	return argon2.IDKey(passphrase, f.salt[:], f.cost.Passes, f.cost.Memory, f.cost.Threads, chacha20poly1305.KeySize)
}
