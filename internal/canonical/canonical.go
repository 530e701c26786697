// Package canonical owns the one JSON form that digests and signatures are made over (RFC 8785, JSON canonicalization scheme),
// and the strict decoding that goes with it: one value has one spelling, and a document that holds anything else is refused.
package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gowebpki/jcs"
)

// ErrNotCanonical means that a document holds the right value in another spelling, or members twice.
var ErrNotCanonical = errors.New("the document is not in canonical form")

// Marshal returns the canonical JSON of v, without a final newline.
func Marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	out, err := jcs.Transform(b)
	if err != nil {
		return nil, ErrNotCanonical
	}
	return out, nil
}

// Unmarshal decodes b into v. It refuses unknown members, members spelled in another case, members given twice, trailing text
// and every spelling but the canonical one: after it succeeds, Marshal(v) returns b again.
func Unmarshal(b []byte, v any) error {
	if err := decode(b, v); err != nil {
		return err
	}
	again, err := Marshal(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, b) {
		return ErrNotCanonical
	}
	return nil
}

// UnmarshalSpaced is Unmarshal for documents that people keep in files: white space and the order of members are free.
func UnmarshalSpaced(b []byte, v any) error {
	if err := decode(b, v); err != nil {
		return err
	}
	compact, err := jcs.Transform(b)
	if err != nil {
		return ErrNotCanonical
	}
	return Unmarshal(compact, v)
}

// decode reads exactly one JSON value and refuses unknown members.
func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return ErrNotCanonical
	}
	return nil
}
