package receipt

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// ErrNotGenuine means that something in a bundle is not what the pinned keys vouch for.
var ErrNotGenuine = errors.New("not genuine")

// The types of what is signed.
const (
	payloadType          = "application/vnd.in-toto+json"
	statementType        = "https://in-toto.io/Statement/v1"
	receiptPredicateType = "urn:yumen:receipt:v1"
	votePredicateType    = "urn:yumen:vote:v1"
	bundlePredicateType  = "urn:yumen:policy:v1"
)

// statement is an in-toto Statement v1 about one kind of predicate.
type statement[P any] struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     P         `json:"predicate"`
}

// subject is one thing that a statement is about.
type subject struct {
	Name   string        `json:"name"`
	Digest subjectDigest `json:"digest"`
}

// subjectDigest holds the SHA-256 digest as 64 hexadecimal digits, as in-toto spells it.
type subjectDigest struct {
	SHA256 string `json:"sha256"`
}

func newStatement[P any](predicateType string, predicate P, subjects ...subject) statement[P] {
	return statement[P]{Type: statementType, Subject: subjects, PredicateType: predicateType, Predicate: predicate}
}

// newSubject names a digest.
func newSubject(name string, d catalog.Digest) subject {
	return subject{Name: name, Digest: subjectDigest{SHA256: strings.TrimPrefix(string(d), "sha256:")}}
}

// checkType reports whether a statement is of the kind that it should be.
func (s statement[P]) checkType(predicateType string) error {
	if s.Type != statementType || s.PredicateType != predicateType {
		return fmt.Errorf("%w: want a statement with predicate %s", ErrNotGenuine, predicateType)
	}
	for _, x := range s.Subject {
		raw, err := hex.DecodeString(x.Digest.SHA256)
		if err != nil || len(raw) != 32 || strings.ToLower(x.Digest.SHA256) != x.Digest.SHA256 {
			return fmt.Errorf("%w: a subject's digest is malformed", ErrNotGenuine)
		}
	}
	return nil
}

// signStatement puts the canonical JSON of a statement into an envelope.
func signStatement[P any](s dsse.Signer, st statement[P]) (*dsse.Envelope, error) {
	body, err := canonical.Marshal(st)
	if err != nil {
		return nil, err
	}
	signer, err := dsse.NewEnvelopeSigner(s)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	env, err := signer.SignPayload(context.Background(), payloadType, body)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return env, nil
}

// openStatement verifies an envelope with one signature by key and decodes its statement. Everything has one spelling.
func openStatement[P any](env *dsse.Envelope, key PublicKey) (statement[P], error) {
	var st statement[P]
	if err := key.Validate(); err != nil {
		return st, err
	}
	if env.PayloadType != payloadType || len(env.Signatures) != 1 || env.Signatures[0].KeyID != key.ID {
		return st, fmt.Errorf("%w: want one signature by one key over an in-toto statement", ErrNotGenuine)
	}
	body, err := strictBase64(env.Payload)
	if err != nil {
		return st, err
	}
	sig, err := strictBase64(env.Signatures[0].Sig)
	if err != nil {
		return st, err
	}
	if !ed25519.Verify(key.Key, dsse.PAE(env.PayloadType, body), sig) {
		return st, fmt.Errorf("%w: a signature does not verify", ErrNotGenuine)
	}
	if err := canonical.Unmarshal(body, &st); err != nil {
		return st, fmt.Errorf("%w: statement: %w", ErrNotGenuine, err)
	}
	return st, nil
}

// strictBase64 decodes the one standard spelling of some bytes.
func strictBase64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || base64.StdEncoding.EncodeToString(b) != s {
		return nil, fmt.Errorf("%w: base64 is malformed", ErrNotGenuine)
	}
	return b, nil
}
