package keyfile

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	magic    = "yumen-signing-key/v1"
	maxFile  = 1 << 10
	numLines = 5
)

// file is a parsed key file.
type file struct {
	cost   Cost
	salt   [saltSize]byte
	nonce  [chacha20poly1305.NonceSizeX]byte
	public ed25519.PublicKey
	secret [ed25519.SeedSize + chacha20poly1305.Overhead]byte
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// header is every line but the last: what is authenticated beside the secret.
func (f *file) header() []byte {
	return fmt.Appendf(nil, "%s\nkdf argon2id m=%d t=%d p=%d salt=%s\ncipher xchacha20-poly1305 nonce=%s\npublic %s\n",
		magic, f.cost.Memory, f.cost.Passes, f.cost.Threads, b64(f.salt[:]), b64(f.nonce[:]), b64(f.public))
}

func (f *file) encode() []byte { return fmt.Appendf(f.header(), "secret %s\n", b64(f.secret[:])) }

// parse reads a file and refuses every spelling but the one that encode gives.
func parse(b []byte) (*file, error) {
	lines := strings.Split(string(b), "\n")
	if len(b) > maxFile || len(lines) != numLines+1 || lines[0] != magic {
		return nil, ErrFormat
	}
	var f file
	var salt, nonce string
	if _, err := fmt.Sscanf(lines[1], "kdf argon2id m=%d t=%d p=%d salt=%s", &f.cost.Memory, &f.cost.Passes, &f.cost.Threads, &salt); err != nil {
		return nil, ErrFormat
	}
	if _, err := fmt.Sscanf(lines[2], "cipher xchacha20-poly1305 nonce=%s", &nonce); err != nil {
		return nil, ErrFormat
	}
	f.public = make([]byte, ed25519.PublicKeySize)
	for _, field := range []struct {
		into []byte
		text string
	}{
		{f.salt[:], salt}, {f.nonce[:], nonce},
		{f.public, strings.TrimPrefix(lines[3], "public ")}, {f.secret[:], strings.TrimPrefix(lines[4], "secret ")},
	} {
		raw, err := base64.StdEncoding.DecodeString(field.text)
		if err != nil || len(raw) != len(field.into) {
			return nil, ErrFormat
		}
		copy(field.into, raw)
	}
	if err := f.cost.Validate(); err != nil {
		return nil, err
	}
	if !bytes.Equal(f.encode(), b) {
		return nil, ErrFormat
	}
	return &f, nil
}
