package worker

import (
	"fmt"

	"yumen/catalog"
)

// Fault marks of the strict conversion; they end a statement and are never shown.
const markType = "error('type')"

// lenient converts a text column: NULL for NULL and for what is not a value of the type. Common spellings convert inside the
// engine; numbers in any other exact spelling (1e+05, +7, 1.50 for one decimal) go through the catalog's own grammar.
func (c *column) lenient(text string) string {
	t := c.typ.String()
	other := fmt.Sprintf("TRY_CAST(yumen_canonical(%s, %s) AS %s)", text, literal(t), t)
	switch c.typ.Name {
	case catalog.TypeVarchar:
		return text
	case catalog.TypeBoolean:
		return fmt.Sprintf("CASE lower(trim(%s)) WHEN 'true' THEN true WHEN 'false' THEN false END", text)
	case catalog.TypeDate:
		// Other spellings are not dates here, and neither are the years that the type has beyond ISO 8601.
		return fmt.Sprintf("CASE WHEN regexp_full_match(trim(%[1]s), '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND trim(%[1]s) >= '0001' THEN TRY_CAST(trim(%[1]s) AS DATE) END", text)
	case catalog.TypeDecimal:
		grammar := "-?[0-9]+"
		if c.typ.Scale > 0 {
			grammar += fmt.Sprintf(`(\.[0-9]{1,%d})?`, c.typ.Scale)
		}
		return fmt.Sprintf("CASE WHEN regexp_full_match(%[1]s, %[2]s) THEN TRY_CAST(%[1]s AS %[3]s) ELSE %[4]s END", text, literal(grammar), t, other)
	default:
		return fmt.Sprintf("CASE WHEN CAST(TRY_CAST(%[1]s AS %[2]s) AS VARCHAR) = %[1]s THEN TRY_CAST(%[1]s AS %[2]s) ELSE %[3]s END", text, t, other)
	}
}

// strict converts a text column and fails the statement at what is not a value of the type.
func (c *column) strict(text string) string {
	if c.typ.Name == catalog.TypeVarchar {
		return text
	}
	return fmt.Sprintf("CASE WHEN %[1]s IS NULL THEN NULL ELSE coalesce(%[2]s, %[3]s) END", text, c.lenient(text), markType)
}

// outside is the condition that a typed value is outside its bounds, "" without bounds.
func (c *column) outside(value string) string {
	if c.low == "" {
		return ""
	}
	return fmt.Sprintf("(%[1]s < %[2]s OR %[1]s > %[3]s)", value, c.low, c.high)
}

// foreign is the condition that a typed value is not in its domain, "" without one.
func (c *column) foreign(value string) string {
	if len(c.domain) == 0 {
		return ""
	}
	list := ""
	for i, v := range c.domain {
		if i > 0 {
			list += ", "
		}
		list += fmt.Sprintf("CAST(%s AS %s)", literal(v), c.typ)
	}
	return fmt.Sprintf("%s NOT IN (%s)", value, list)
}
