package compile

import (
	"fmt"
	"strings"

	"yumen/catalog"
)

// cellKind is a kind of values in the outer query.
type cellKind int

const (
	kindNull cellKind = iota
	kindBool
	kindInteger
	kindDecimal
	kindDouble
	kindText
	kindDate
)

// cellType is the static type of an expression over cells. Sums and what is computed from them have the widest decimals, so
// that no released value overflows.
type cellType struct {
	kind  cellKind
	scale int    // of decimals
	name  string // overrides the name: the types that a cast asks for
}

var (
	typeNull    = cellType{kind: kindNull}
	typeBool    = cellType{kind: kindBool}
	typeInteger = cellType{kind: kindInteger}
	typeDouble  = cellType{kind: kindDouble}
	typeText    = cellType{kind: kindText}
	typeDate    = cellType{kind: kindDate}
)

func decimalType(scale int) cellType { return cellType{kind: kindDecimal, scale: scale} }

// String is the type as DuckDB names it. A bare NULL is an integer, as DuckDB decides.
func (t cellType) String() string {
	switch {
	case t.name != "":
		return t.name
	case t.kind == kindBool:
		return "BOOLEAN"
	case t.kind == kindInteger:
		return "BIGINT"
	case t.kind == kindDecimal:
		return fmt.Sprintf("DECIMAL(38,%d)", t.scale)
	case t.kind == kindDouble:
		return "DOUBLE"
	case t.kind == kindText:
		return "VARCHAR"
	case t.kind == kindDate:
		return "DATE"
	}
	return "INTEGER"
}

func (t cellType) numeric() bool {
	return t.kind == kindInteger || t.kind == kindDecimal || t.kind == kindDouble || t.kind == kindNull
}

// common is the type that values of both types have, if there is one.
func common(a, b cellType) (cellType, bool) {
	a.name, b.name = "", ""
	switch {
	case a.kind == kindNull:
		return b, true
	case b.kind == kindNull || a == b:
		return a, true
	case !a.numeric() || !b.numeric():
		return cellType{}, false
	case a.kind == kindDouble || b.kind == kindDouble:
		return typeDouble, true
	}
	return decimalType(max(a.scale, b.scale)), true
}

// typeOfColumn is the cell type of a declared type.
func typeOfColumn(name string) cellType {
	t, err := catalog.ParseType(name)
	switch {
	case err != nil:
		return cellType{kind: kindText, name: name}
	case t.Name == catalog.TypeBoolean:
		return typeBool
	case t.Name == catalog.TypeDate:
		return typeDate
	case t.Name == catalog.TypeDecimal:
		return cellType{kind: kindDecimal, scale: t.Scale, name: name}
	case t.Numeric():
		return cellType{kind: kindInteger, name: name}
	}
	return typeText
}

// castType is the cell type of a cast in the text: numbers alone.
func castType(name string) (cellType, bool) {
	switch name {
	case "INTEGER", "BIGINT":
		return cellType{kind: kindInteger, name: name}, true
	case "SMALLINT", "TINYINT":
		return cellType{kind: kindInteger, name: "INTEGER"}, true
	case "HUGEINT":
		return decimalType(0), true
	case "DOUBLE", "FLOAT":
		return typeDouble, true
	}
	t, err := catalog.ParseType(name)
	if err != nil || t.Name != catalog.TypeDecimal || !strings.HasPrefix(name, "DECIMAL") {
		return cellType{}, false
	}
	return cellType{kind: kindDecimal, scale: t.Scale, name: name}, true
}
