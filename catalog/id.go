package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Prefix names the kind of thing an identifier stands for.
type Prefix string

// The prefixes of every identifier in a zone.
const (
	PrefixRun         Prefix = "run"
	PrefixRelease     Prefix = "rel"
	PrefixSnapshot    Prefix = "snap"
	PrefixGrant       Prefix = "grant"
	PrefixApplication Prefix = "app"
	PrefixVote        Prefix = "vote"
	PrefixDecision    Prefix = "dec"
	PrefixArtefact    Prefix = "art"
	PrefixZone        Prefix = "zone"
	PrefixRequest     Prefix = "req"
	PrefixLedger      Prefix = "led"
	PrefixPending     Prefix = "act"
	PrefixSanction    Prefix = "sanction"
	PrefixInstruction Prefix = "ins"
	PrefixSession     Prefix = "ses"
	PrefixCertificate Prefix = "cert"
	PrefixRegister    Prefix = "areg"
)

// NewID returns a fresh identifier: prefix, "_", a UUIDv7 as 32 hexadecimal digits (RFC 9562).
func NewID(p Prefix) string {
	return string(p) + "_" + hexUUID(uuid.Must(uuid.NewV7()))
}

func hexUUID(u uuid.UUID) string { return hex.EncodeToString(u[:]) }

// ValidID reports whether id has the form of an identifier with this prefix.
func ValidID(p Prefix, id string) bool {
	rest, ok := strings.CutPrefix(id, string(p)+"_")
	if !ok || len(rest) != 32 {
		return false
	}
	_, err := hex.DecodeString(rest)
	return err == nil && strings.ToLower(rest) == rest
}

// Digest is a content digest in the form "sha256:" and 64 hexadecimal digits.
type Digest string

// DigestOf returns the digest of the bytes.
func DigestOf(b []byte) Digest {
	s := sha256.Sum256(b)
	return Digest("sha256:" + hex.EncodeToString(s[:]))
}

// Validate reports whether the digest has its form.
func (d Digest) Validate() error {
	rest, ok := strings.CutPrefix(string(d), "sha256:")
	if !ok || len(rest) != 64 {
		return fmt.Errorf("digest must be sha256: and 64 hexadecimal digits")
	}
	if _, err := hex.DecodeString(rest); err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	return nil
}
