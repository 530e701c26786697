package metastore

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Validate checks the record before a write.
func (r Record) Validate() error {
	if err := textFields(false, field{"name", r.Name}, field{"owner", r.Owner}, field{"state", r.State}); err != nil {
		return err
	}
	if err := textFields(true, field{"id", r.ID}); err != nil {
		return err
	}
	return versioned(r.Version, r.Created, r.Updated, r.Doc)
}

// Validate checks the query.
func (q Query) Validate() error {
	if q.Limit < 0 {
		return fmt.Errorf("limit is negative: %w", ErrInvalid)
	}
	return textFields(false, field{"owner", q.Owner}, field{"state", q.State}, field{"cursor", q.After})
}

// Validate checks the response before a write.
func (r Response) Validate() error {
	if err := textFields(true, field{"account", r.Account}, field{"key", r.Key}, field{"request", r.Request}); err != nil {
		return err
	}
	if r.Created < 0 || r.Expires <= r.Created {
		return fmt.Errorf("expires before it is created: %w", ErrInvalid)
	}
	if len(r.Body) > MaxDoc {
		return fmt.Errorf("body is too large: %w", ErrInvalid)
	}
	return nil
}

// ValidKind checks a kind of documents or a retention class: lower-case letters, digits and underscores, a letter first.
func ValidKind(kind string) error {
	if kind == "" || len(kind) > MaxKind || kind[0] < 'a' || kind[0] > 'z' {
		return fmt.Errorf("kind must begin with a letter and have at most %d bytes: %w", MaxKind, ErrInvalid)
	}
	for i := range len(kind) {
		if c := kind[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return fmt.Errorf("kind has a character outside a-z, 0-9 and _: %w", ErrInvalid)
		}
	}
	return nil
}

type field struct{ name, value string }

// textFields checks texts that both SQLite and PostgreSQL must keep byte for byte: UTF-8 without NUL.
func textFields(required bool, fields ...field) error {
	for _, f := range fields {
		switch {
		case required && f.value == "":
			return fmt.Errorf("%s is missing: %w", f.name, ErrInvalid)
		case len(f.value) > MaxText:
			return fmt.Errorf("%s has more than %d bytes: %w", f.name, MaxText, ErrInvalid)
		case !utf8.ValidString(f.value) || strings.Contains(f.value, "\x00"):
			return fmt.Errorf("%s is not UTF-8 without NUL: %w", f.name, ErrInvalid)
		}
	}
	return nil
}

func versioned(version, created, updated int64, doc []byte) error {
	switch {
	case version < 0:
		return fmt.Errorf("version is negative: %w", ErrInvalid)
	case created < 0 || updated < 0:
		return fmt.Errorf("time is before 1970: %w", ErrInvalid)
	case len(doc) > MaxDoc:
		return fmt.Errorf("document has more than %d bytes: %w", MaxDoc, ErrInvalid)
	case !json.Valid(doc):
		return fmt.Errorf("document is not JSON: %w", ErrInvalid)
	}
	return nil
}
