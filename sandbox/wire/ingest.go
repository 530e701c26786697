package wire

import "yumen/catalog"

// Ingest asks for the query file and the identity file of a snapshot. The source is descriptor FDFirst.
type Ingest struct {
	Spec catalog.DatasetSpec `json:"spec"`
	// Keys are the 32-byte hash keys by entity type.
	Keys map[string][]byte `json:"keys"`
	// MaxRows bounds the source, MaxBytes what it expands to.
	MaxRows  int64 `json:"max_rows"`
	MaxBytes int64 `json:"max_bytes"`
}

// The files of an ingest.
const (
	FileQuery    = "query"
	FileIdentity = "identity"
	// FileProgress is no file: each piece is one byte, how far the ingest is in percent, more than the one before.
	FileProgress = "progress"
)

// Rule names what a quarantined source broke. The list is closed.
type Rule string

// The rules of an ingest about the source as a whole.
const (
	RuleSource         Rule = "source"    // the engine reads it otherwise than it was checked
	RuleFormat         Rule = "format"    // none of the formats that are taken
	RuleEncrypted      Rule = "encrypted" // under a password or a key
	RuleEmpty          Rule = "empty"     // no header and no row
	RuleDamaged        Rule = "damaged"   // compressed or Parquet, and cut off or not whole
	RuleTooLarge       Rule = "too_large" // expands to more than a load may use
	RuleTooManyRows    Rule = "too_many_rows"
	RuleTooManyColumns Rule = "too_many_columns"
	RuleHeader         Rule = "header" // the first line is a row like the others
)

// The rules about one record.
const (
	RuleEncoding Rule = "encoding"  // bytes that are no text in the encoding of the source
	RuleNUL      Rule = "nul"       // a NUL character
	RuleLineEnd  Rule = "line_end"  // a carriage return inside a line of a source whose lines end otherwise
	RuleQuote    Rule = "quote"     // a quote that is not closed, or that does not enclose a whole field
	RuleFields   Rule = "fields"    // more or fewer fields than the header
	RuleTooLong  Rule = "too_long"  // a record over the limit
	RuleJSON     Rule = "json"      // a line that is not one JSON object
	RuleTwiceKey Rule = "twice_key" // an object that has a key twice
)

// The rules about columns and values.
const (
	RuleMissingColumn Rule = "missing_column" // declared, but not in the source
	RuleExtraColumn   Rule = "extra_column"   // in the source, but not declared
	RuleTwiceColumn   Rule = "twice_column"   // the source names it twice
	RuleColumnName    Rule = "column_name"    // a name that no declaration can have
	RuleIdentifier    Rule = "identifier"     // identifiers in a column that is declared to hold none
	RuleNested        Rule = "nested"         // a list, a structure or an object where one value is wanted
	RuleColumnType    Rule = "column_type"    // a column of a Parquet file whose type is not taken
	RuleType          Rule = "type"
	RuleThousands     Rule = "thousands"  // a number with thousands separators
	RuleFullWidth     Rule = "full_width" // a number in full-width characters
	RuleBounds        Rule = "bounds"
	RuleDomain        Rule = "domain"
	RuleNull          Rule = "null"         // NULL where the declaration forbids it
	RuleDuplicateKey  Rule = "duplicate"    // a second row of an entity declared unique
	RuleMaxRows       Rule = "max_rows"     // more rows of an entity or of a group than are declared
	RuleMaxValues     Rule = "max_values"   // more values than are declared, or one of more than catalog.MaxOpenText characters
	RuleConstant      Rule = "constant"     // more than one value for an entity in a column declared constant per entity
	RuleStateSecret   Rule = "state_secret" // a text that bears the marking of a state secret
	RuleNestedGroup   Rule = "nested_group" // an entity's group is an entity of another group
)

// Rules lists every rule.
var Rules = []Rule{RuleSource, RuleFormat, RuleEncrypted, RuleEmpty, RuleDamaged, RuleTooLarge, RuleTooManyRows, RuleTooManyColumns, RuleHeader,
	RuleEncoding, RuleNUL, RuleLineEnd, RuleQuote, RuleFields, RuleTooLong, RuleJSON, RuleTwiceKey,
	RuleMissingColumn, RuleExtraColumn, RuleTwiceColumn, RuleColumnName, RuleIdentifier, RuleNested, RuleColumnType, RuleType, RuleThousands, RuleFullWidth,
	RuleBounds, RuleDomain, RuleNull, RuleDuplicateKey, RuleMaxRows, RuleMaxValues, RuleConstant, RuleStateSecret, RuleNestedGroup}

// Fault is one reason to quarantine a batch. It never holds a value.
type Fault struct {
	Row    int64  `json:"row"`              // 1-based data row, 0 for the header or the whole column
	Column string `json:"column,omitempty"` // declared name; for an undeclared column its name only if it is a plain one
	Field  int    `json:"field,omitempty"`  // 1-based position in the source, for a column that is not declared
	Rule   Rule   `json:"rule"`
}

// MaxFaults is the number of faults that a report lists.
const MaxFaults = 20

// Report is what an ingest found out, for declared columns alone and without any value.
type Report struct {
	Rows     int64          `json:"rows"`
	Columns  []ColumnReport `json:"columns"`
	Entities []EntityReport `json:"entities"`
}

// ColumnReport is the profile of one declared column.
type ColumnReport struct {
	Name    string `json:"name"`
	Nulls   int64  `json:"nulls"`
	NotNull bool   `json:"not_null"` // a verified fact: no NULL was there
	// Distinct is the number of distinct values, coarsely: exact to 20, above that rounded down to a power of two.
	Distinct int64 `json:"distinct"`
	// Found are the kinds of identifiers that the column does not declare.
	Found []Found `json:"found,omitempty"`
}

// EntityReport is the profile of one declared entity, or of the groups of one (catalog.Unit).
type EntityReport struct {
	Type     string `json:"type"`
	Distinct int64  `json:"distinct"` // entities with a key
	MaxRows  int64  `json:"max_rows"` // of one entity
	Nulls    int64  `json:"nulls"`    // rows without a key
}
