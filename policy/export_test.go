package policy

import (
	"bytes"
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/internal/policyfile"
)

// Salted exposes the digest that outsiders see.
var Salted = salted

// Floor is the compiled-in list.
func Floor() map[Action][]string { return floor }

// CapabilitiesText is the committed allow list.
func CapabilitiesText() string { return capabilitiesText }

// ArticlesText is the register of requirement IDs.
func ArticlesText() string { return articlesText }

// Reviewers exposes the number of approvals of a level.
func (r Review) Reviewers() int { return r.reviewers() }

// Bases returns the permitted inputs that the bundle's tests patch, by action.
func Bases() (map[string]json.RawMessage, error) {
	b, err := readDefault()
	if err != nil {
		return nil, err
	}
	return b.bases, nil
}

// RawInput is an input of any shape, for shapes that the types cannot express.
type RawInput struct {
	Act    Action
	Common Common
	Value  any
}

// Action is the action that is asked about.
func (r RawInput) Action() Action { return r.Act }

// AST is the value as the engine reads it.
func (r RawInput) AST() ast.Value {
	raw, err := json.Marshal(r.Value)
	if err != nil {
		panic(err)
	}
	v, err := ast.ValueFromReader(bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	return v
}

// MarshalJSON is the value itself.
func (r RawInput) MarshalJSON() ([]byte, error) { return json.Marshal(r.Value) }

func (r RawInput) common() Common { return r.Common }

func readDefault() (*bundle, error) {
	files, err := policyfile.Read(DefaultBundle())
	if err != nil {
		return nil, err
	}
	return readBundle(files)
}
