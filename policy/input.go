package policy

import (
	"encoding/json"
	"fmt"

	"github.com/gowebpki/jcs"
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// Input is the typed question of one action. The types of this package are the only implementations. An input holds names,
// grades, states and counts, never a data value and never the text of a statement, so it can be logged whole and replayed.
type Input interface {
	// Action is the action that is asked about.
	Action() Action
	// AST is the input as the engine reads it; it equals the JSON form.
	AST() ast.Value

	common() Common
}

// Common is what every input carries.
type Common struct {
	Now     int64   `json:"now"` // seconds since 1970 (UTC)
	Zone    Zone    `json:"zone"`
	Subject Subject `json:"subject"`
}

func (c Common) common() Common { return c }

// Zone is the zone that is asked. Its jurisdiction must be the engine's.
type Zone struct {
	Jurisdiction Jurisdiction `json:"jurisdiction"`
}

// Subject is the account that acts and the person behind it.
type Subject struct {
	Account      string `json:"account"`
	Person       string `json:"person"` // identifier of the real-name record, the same for every account of one person
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group"` // the organization's own name when it declares none
	Role         Role   `json:"role"`
	Effective    bool   `json:"effective"` // role confirmed, account activated and not suspended
}

// Set is a set of names; in JSON an object with empty members, which rules compare with native set operations.
type Set map[string]struct{}

// NewSet returns the set of the names.
func NewSet(names ...string) Set {
	s := make(Set, len(names))
	for _, n := range names {
		s[n] = struct{}{}
	}
	return s
}

// Add puts a name into the set.
func (s Set) Add(name string) { s[name] = struct{}{} }

// CanonicalInput returns the input as canonical JSON (RFC 8785) and its digest. The text is what the decision log holds.
func CanonicalInput(in Input) ([]byte, catalog.Digest, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, "", fmt.Errorf("encode the policy input: %w", err)
	}
	text, err := jcs.Transform(raw)
	if err != nil {
		return nil, "", fmt.Errorf("canonical form of the policy input: %w", err)
	}
	return text, catalog.DigestOf(text), nil
}
