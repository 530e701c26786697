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

// Bound is an end of a column's range as text: an exact decimal number, or a day (2024-12-31).
type Bound string

// UnmarshalYAML accepts a decimal number or a day.
func (b *Bound) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: a bound is a number or a day", node.Line)
	}
	read, err := readBound(node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	*b = read
	return nil
}

// UnmarshalJSON accepts a number, its text, or a day.
func (b *Bound) UnmarshalJSON(text []byte) error {
	if err := scalarJSON((*string)(b), text); err != nil {
		return err
	}
	_, err := readBound(string(*b))
	return err
}

// readBound reads a bound as YAML has it: a number may have underscores.
func readBound(text string) (Bound, error) {
	if _, err := parseDate(text); err == nil {
		return Bound(text), nil
	}
	b := Bound(strings.ReplaceAll(text, "_", ""))
	_, err := b.Rat()
	return b, err
}

// Rat is the exact value of a number, as Number has it; a day has none.
func (b Bound) Rat() (*big.Rat, error) { return Number(b).Rat() }

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
