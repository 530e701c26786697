package worker

import (
	"fmt"

	"yumen/catalog"
	"yumen/sandbox/wire"
)

// Fault marks of the strict conversion; they end a statement and are never shown.
const markType = "error('type')"

// value is a field of the source: its column, the expression of its text, and its native type, "" for text.
type value struct{ name, text, native string }

// lenient converts a value: NULL for NULL and for what is not a value of the type. Common spellings convert inside the engine; other
// exact ones (1e+05, +7, 1.50 for one decimal; 2024/1/31) go through a grammar in Go.
func (c *column) lenient(v value) string {
	text, t := v.text, c.typ.String()
	if v.native == t && c.typ.Name != catalog.TypeVarchar && c.typ.Name != catalog.TypeDate {
		return v.name
	}
	other := fmt.Sprintf("TRY_CAST(yumen_canonical(%s, %s) AS %s)", text, literal(t), t)
	switch c.typ.Name {
	case catalog.TypeVarchar:
		if v.native == "" { // NUL characters were looked for already
			return text
		}
		return fmt.Sprintf("CASE WHEN NOT contains(%[1]s, chr(0)) THEN %[1]s END", text)
	case catalog.TypeBoolean:
		return fmt.Sprintf("CASE lower(trim(%s)) WHEN 'true' THEN true WHEN 'false' THEN false END", text)
	case catalog.TypeDate:
		// The years that the engine's type has beyond ISO 8601 are none here.
		return fmt.Sprintf("CASE WHEN regexp_full_match(trim(%[1]s), '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND trim(%[1]s) >= '0001' THEN TRY_CAST(trim(%[1]s) AS DATE) "+
			"ELSE TRY_CAST(yumen_date(%[1]s) AS DATE) END", text)
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

// strict converts a value and fails the statement at what is not one of the type.
func (c *column) strict(v value) string {
	if c.typ.Name == catalog.TypeVarchar && v.native == "" {
		return v.text
	}
	return fmt.Sprintf("CASE WHEN %[1]s IS NULL THEN NULL ELSE coalesce(%[2]s, %[3]s) END", v.text, c.lenient(v), markType)
}

// Spellings of numbers that are refused with a reason of their own: somebody knows what they mean, but which reading is right depends
// on where the file comes from. The engine's regular expressions.
const (
	spellThousands = `\s*[+-]?[0-9]{1,3}([,\x{FF0C}' \x{A0}\x{202F}][0-9]{3})+(\.[0-9]*)?\s*`
	spellFullWidth = `.*[\x{FF10}-\x{FF19}\x{FF0E}\x{FF0B}\x{FF0D}].*`
)

// misspelt lists, for a value that is not of the type, the conditions of each rule that says why. Exactly one of them holds.
func (c *column) misspelt(v value) map[wire.Rule]string {
	broken := "(" + v.text + " IS NOT NULL AND " + c.lenient(v) + " IS NULL)"
	if c.typ.Name == catalog.TypeVarchar {
		return map[wire.Rule]string{wire.RuleNUL: broken}
	}
	if !c.typ.Numeric() {
		return map[wire.Rule]string{wire.RuleType: broken}
	}
	wide := "regexp_full_match(" + v.text + ", " + literal(spellFullWidth) + ")"
	grouped := "regexp_full_match(" + v.text + ", " + literal(spellThousands) + ")"
	return map[wire.Rule]string{
		wire.RuleFullWidth: broken + " AND " + wide,
		wire.RuleThousands: broken + " AND " + grouped + " AND NOT " + wide,
		wire.RuleType:      broken + " AND NOT " + wide + " AND NOT " + grouped,
	}
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
