package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// TypeName is the name of a column type without its parameters.
type TypeName string

// The closed list of column types.
const (
	TypeVarchar TypeName = "VARCHAR"
	TypeBoolean TypeName = "BOOLEAN"
	TypeInteger TypeName = "INTEGER" // 32 bits, signed
	TypeBigint  TypeName = "BIGINT"  // 64 bits, signed
	TypeDate    TypeName = "DATE"
	TypeDecimal TypeName = "DECIMAL"
)

// ErrType says that a text names no column type.
var ErrType = errors.New("not a column type: use VARCHAR, BOOLEAN, INTEGER, BIGINT, DATE or DECIMAL(p,s) with 1 <= p <= 38 and s <= p")

// Type is a column type. Precision and Scale belong to DECIMAL alone.
type Type struct {
	Name      TypeName
	Precision int // digits in all, 1 to 38
	Scale     int // digits after the point, 0 to Precision
}

var decimalType = regexp.MustCompile(`^DECIMAL\(([1-9][0-9]?),(0|[1-9][0-9]?)\)$`)

// ParseType reads the canonical spelling of a type and nothing else, because the text is also what SQL is generated from.
func ParseType(text string) (Type, error) {
	switch t := TypeName(text); t {
	case TypeVarchar, TypeBoolean, TypeInteger, TypeBigint, TypeDate:
		return Type{Name: t}, nil
	}
	m := decimalType.FindStringSubmatch(text)
	if m == nil {
		return Type{}, ErrType
	}
	p, _ := strconv.Atoi(m[1]) // the expression admits digits only
	s, _ := strconv.Atoi(m[2])
	if p > 38 || s > p {
		return Type{}, ErrType
	}
	return Type{Name: TypeDecimal, Precision: p, Scale: s}, nil
}

// String is the canonical spelling, as DuckDB reads it.
func (t Type) String() string {
	if t.Name == TypeDecimal {
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale)
	}
	return string(t.Name)
}

// Numeric reports whether values of the type are numbers.
func (t Type) Numeric() bool {
	return t.Name == TypeInteger || t.Name == TypeBigint || t.Name == TypeDecimal
}

// Ordered reports whether intervals of the type have a meaning: numbers and dates.
func (t Type) Ordered() bool { return t.Numeric() || t.Name == TypeDate }
