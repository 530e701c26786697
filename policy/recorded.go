package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Recorded is the question of an earlier decision, as its record holds it: what a replay asks again.
func Recorded(action Action, input []byte) (Input, error) {
	var c Common
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, errors.New("the recorded input is no JSON")
	}
	value, err := ast.ValueFromReader(bytes.NewReader(input))
	if err != nil {
		return nil, fmt.Errorf("the recorded input: %w", err)
	}
	return recorded{Common: c, action: action, value: value}, nil
}

type recorded struct {
	Common
	action Action
	value  ast.Value
}

// Action is the action that was asked about.
func (r recorded) Action() Action { return r.action }

// AST is the input as it was.
func (r recorded) AST() ast.Value { return r.value }
