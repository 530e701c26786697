package catalog

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrValue says that a text is not a value of a type. It never carries the text.
var ErrValue = errors.New("not a value of the type")

const isoDate = "2006-01-02"

// decimalText is the grammar of numbers: no base prefix, no separator, no fraction, an exponent of at most three digits.
var decimalText = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$`)

// CanonicalValue is the one spelling of a value: integers minimal, DECIMAL(p,s) with exactly s digits after the point, ISO
// dates, true and false, texts as they are. Numbers may arrive with an exponent or superfluous zeros; a value that the type
// cannot hold exactly is an error (ErrValue, ErrType), never rounded.
func CanonicalValue(typ, text string) (string, error) {
	t, err := ParseType(typ)
	if err != nil {
		return "", err
	}
	return t.Canonical(text)
}

// Canonical is CanonicalValue for a parsed type.
func (t Type) Canonical(text string) (string, error) {
	switch t.Name {
	case TypeVarchar:
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return "", t.unfit()
		}
		return text, nil
	case TypeBoolean:
		for _, b := range []string{"true", "false"} {
			if strings.EqualFold(text, b) {
				return b, nil
			}
		}
		return "", t.unfit()
	case TypeDate:
		d, err := parseDate(text)
		if err != nil {
			return "", t.unfit()
		}
		return d.Format(isoDate), nil
	case TypeInteger, TypeBigint, TypeDecimal:
		n, err := t.scaled(text)
		if err != nil {
			return "", err
		}
		return t.fromScaled(n), nil
	}
	return "", ErrType
}

func (t Type) unfit() error { return fmt.Errorf("%w %s", ErrValue, t) }

func parseDate(text string) (time.Time, error) {
	d, err := time.Parse(isoDate, text)
	if err != nil || d.Year() < 1 {
		return time.Time{}, ErrValue
	}
	return d, nil
}

// limit is the largest magnitude of a scaled value (inclusive); integers reach one further below zero.
func (t Type) limit() *big.Int {
	one := big.NewInt(1)
	switch t.Name {
	case TypeInteger:
		return new(big.Int).Sub(new(big.Int).Lsh(one, 31), one)
	case TypeBigint:
		return new(big.Int).Sub(new(big.Int).Lsh(one, 63), one)
	}
	return new(big.Int).Sub(pow10(t.Precision), one)
}

// scaled is the value in units of the type's smallest step (10^-Scale).
func (t Type) scaled(text string) (*big.Int, error) {
	if n, ok := t.short(text); ok {
		return big.NewInt(n), nil
	}
	r, err := decimalRat(text)
	if err != nil {
		return nil, t.unfit()
	}
	r.Mul(r, new(big.Rat).SetInt(pow10(t.Scale)))
	if !r.IsInt() {
		return nil, t.unfit()
	}
	n := r.Num()
	limit := t.limit()
	if n.Sign() < 0 && t.Name != TypeDecimal {
		limit.Add(limit, big.NewInt(1))
	}
	if n.CmpAbs(limit) > 0 {
		return nil, t.unfit()
	}
	return n, nil
}

// short is scaled for the plain spellings that nearly all values have: a sign, digits, a point, no exponent, at most 18 digits
// with the type's scale. It says no rather than err: the general path decides about everything else.
func (t Type) short(text string) (int64, bool) {
	digits := strings.TrimPrefix(text, "-")
	whole, fraction, pointed := strings.Cut(digits, ".")
	if whole == "" || pointed && fraction == "" || len(fraction) > t.Scale || len(whole)+t.Scale > 18 {
		return 0, false
	}
	var n, limit int64 = 0, 1
	for _, part := range []string{whole, fraction} {
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return 0, false
			}
			n = n*10 + int64(part[i]-'0')
		}
	}
	for range t.Scale - len(fraction) {
		n *= 10
	}
	switch {
	case t.Name == TypeInteger:
		limit = 1 << 31
	case t.Name == TypeBigint || t.Precision > 18:
		limit = 1 << 62
	default:
		for range t.Precision {
			limit *= 10
		}
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, -limit < n && n < limit
}

func (t Type) fromScaled(n *big.Int) string {
	if t.Scale == 0 {
		return n.String()
	}
	digits := new(big.Int).Abs(n).String()
	if len(digits) <= t.Scale {
		digits = strings.Repeat("0", t.Scale-len(digits)+1) + digits
	}
	text := digits[:len(digits)-t.Scale] + "." + digits[len(digits)-t.Scale:]
	if n.Sign() < 0 {
		return "-" + text
	}
	return text
}

// Compare orders two values of an ordered type, and texts byte by byte. Values that are not of the type are an error.
func (t Type) Compare(a, b string) (int, error) {
	if !t.Numeric() {
		ca, errA := t.Canonical(a)
		cb, errB := t.Canonical(b)
		return strings.Compare(ca, cb), errors.Join(errA, errB)
	}
	x, err := t.scaled(a)
	if err != nil {
		return 0, err
	}
	y, err := t.scaled(b)
	if err != nil {
		return 0, err
	}
	return x.Cmp(y), nil
}

// Successor is the smallest value above a canonical value of an ordered type, so that "x > v" is "x >= Successor(v)".
// At the end of the type's range it is ErrValue: nothing lies above.
func (t Type) Successor(text string) (string, error) {
	switch {
	case t.Name == TypeDate:
		d, err := parseDate(text)
		if err != nil {
			return "", t.unfit()
		}
		if d = d.AddDate(0, 0, 1); d.Year() > 9999 {
			return "", t.unfit()
		}
		return d.Format(isoDate), nil
	case t.Numeric():
		n, err := t.scaled(text)
		if err != nil {
			return "", err
		}
		n.Add(n, big.NewInt(1))
		if n.Cmp(t.limit()) > 0 {
			return "", t.unfit()
		}
		return t.fromScaled(n), nil
	}
	return "", t.unfit()
}

// decimalRat reads a decimal number exactly.
func decimalRat(text string) (*big.Rat, error) {
	if len(text) > 80 || !decimalText.MatchString(text) {
		return nil, errors.New("not a decimal number")
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, errors.New("not a decimal number")
	}
	return r, nil
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
