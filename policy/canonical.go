package policy

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// CanonicalInput returns the input as canonical JSON (RFC 8785) and its digest. The text is what the decision log holds, and what
// a replay decodes into the type of the action.
func CanonicalInput(in Input) ([]byte, catalog.Digest, error) { return canonical(in.AST()) }

func canonical(v ast.Value) ([]byte, catalog.Digest, error) {
	text, err := appendCanonical(make([]byte, 0, 4096), v)
	if err != nil {
		return nil, "", fmt.Errorf("canonical form of the policy input: %w", err)
	}
	return text, catalog.DigestOf(text), nil
}

// appendCanonical writes the values that an input is made of: null, booleans, texts, whole numbers, arrays and objects.
func appendCanonical(b []byte, v ast.Value) ([]byte, error) {
	switch v := v.(type) {
	case ast.Null:
		return append(b, "null"...), nil
	case ast.Boolean:
		return strconv.AppendBool(b, bool(v)), nil
	case ast.Number:
		return appendNumber(b, v)
	case ast.String:
		return appendText(b, string(v))
	case *ast.Array:
		return appendArray(b, v)
	case ast.Object:
		return appendObject(b, v)
	}
	return nil, fmt.Errorf("a %s has no place in an input", ast.ValueName(v))
}

// maxWhole is the largest whole number that RFC 8785 keeps exactly: 2⁵³ − 1.
const maxWhole = 1<<53 - 1

func appendNumber(b []byte, n ast.Number) ([]byte, error) {
	i, ok := n.Int64()
	if !ok || i > maxWhole || i < -maxWhole {
		return nil, fmt.Errorf("a number of the input is not whole or out of range")
	}
	return strconv.AppendInt(b, i, 10), nil
}

func appendArray(b []byte, a *ast.Array) ([]byte, error) {
	b = append(b, '[')
	for i := range a.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendCanonical(b, a.Elem(i).Value); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendObject(b []byte, o ast.Object) ([]byte, error) {
	keys := make([]string, 0, o.Len())
	ascii := true
	for _, k := range o.Keys() {
		s, ok := k.Value.(ast.String)
		if !ok {
			return nil, fmt.Errorf("a key of the input is no text")
		}
		keys = append(keys, string(s))
		ascii = ascii && isASCII(string(s))
	}
	if ascii {
		slices.Sort(keys)
	} else {
		slices.SortFunc(keys, func(x, y string) int {
			return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
		})
	}
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendText(b, k); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendCanonical(b, o.Get(ast.StringTerm(k)).Value); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func appendText(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("a text of the input is not UTF-8")
	}
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ':
			b = append(b, c)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c == '\r':
			b = append(b, `\r`...)
		default:
			b = append(b, `\u00`...)
			b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		}
	}
	return append(b, '"'), nil
}
