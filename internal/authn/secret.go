package authn

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrToken means that a text is no session token at all.
var ErrToken = errors.New("not a session token")

const (
	codeBytes   = 16
	tokenBytes  = 32
	tokenPrefix = "yumen_"
)

// crockford is base32 without the letters that are taken for digits.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Activation is a stored activation code. It is good once: the enclave removes it in the transaction that uses it.
type Activation struct {
	Hash    string `json:"hash"`    // SHA-256 of the code's bytes, hexadecimal
	Expires int64  `json:"expires"` // Unix seconds
}

// NewActivation makes a code of 128 bits, shown once, and what to store of it.
func NewActivation(now time.Time, limits Limits) (string, Activation, error) {
	raw := make([]byte, codeBytes)
	if _, err := rand.Read(raw); err != nil {
		return "", Activation{}, fmt.Errorf("activation code: %w", err)
	}
	text := crockford.EncodeToString(raw)
	var groups []string
	for ; len(text) > 5; text = text[5:] {
		groups = append(groups, text[:5])
	}
	code := strings.Join(append(groups, text), "-")
	return code, Activation{Hash: digest(raw), Expires: now.Add(limits.Code).Unix()}, nil
}

// Accepts reports whether a typed code is this one and still good. Case, spaces and hyphens do not matter, nor do the letters
// O, I and L for the digits they look like.
func (a Activation) Accepts(code string, now time.Time) bool {
	if len(code) > 128 || now.Unix() >= a.Expires {
		return false
	}
	text := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(code)))
	raw, err := crockford.DecodeString(text)
	if err != nil || len(raw) != codeBytes || crockford.EncodeToString(raw) != text {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(digest(raw)), []byte(a.Hash)) == 1
}

// NewToken makes a session token of 256 bits, shown once, and its id, under which the session is stored.
func NewToken() (token, id string, err error) {
	raw := make([]byte, tokenBytes)
	if _, err := rand.Read(raw); err != nil {
		return "", "", fmt.Errorf("session token: %w", err)
	}
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(raw), digest(raw), nil
}

// TokenID returns the id of a presented token. It looks nothing up, and the id opens nothing.
func TokenID(token string) (string, error) {
	text, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(token) > 64 {
		return "", ErrToken
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != tokenBytes || base64.RawURLEncoding.EncodeToString(raw) != text {
		return "", ErrToken
	}
	return digest(raw), nil
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
