package catalog

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Scalar is a declared value as canonical text: YAML and JSON numbers, booleans, dates and strings keep their spelling.
type Scalar string

// UnmarshalYAML accepts any scalar and keeps its text.
func (s *Scalar) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: a domain holds plain values", n.Line)
	}
	*s = Scalar(n.Value)
	return nil
}

// UnmarshalJSON accepts a string, number or boolean.
func (s *Scalar) UnmarshalJSON(b []byte) error { return scalarJSON((*string)(s), b) }

// Number is an exact decimal number as text.
type Number string

// UnmarshalYAML accepts a decimal number.
func (n *Number) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: a bound is a number", node.Line)
	}
	*n = Number(strings.ReplaceAll(node.Value, "_", ""))
	if _, err := n.Rat(); err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	return nil
}

// UnmarshalJSON accepts a number or its text.
func (n *Number) UnmarshalJSON(b []byte) error {
	if err := scalarJSON((*string)(n), b); err != nil {
		return err
	}
	_, err := n.Rat()
	return err
}

// Rat is the number's exact value. Exponents are limited so that a declaration cannot demand gigabytes.
func (n Number) Rat() (*big.Rat, error) { return decimalRat(string(n)) }

func scalarJSON(into *string, b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, into)
	}
	if len(b) == 0 || b[0] == '{' || b[0] == '[' || string(b) == "null" {
		return fmt.Errorf("want a plain value")
	}
	*into = string(b)
	return nil
}

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

func sameNames(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		found := false
		for _, y := range b {
			if equalFold(x, y) {
				found = true
			}
		}
		if !found {
			return false
		}
	}
	return true
}
