package wire

import "yumen/catalog"

// Ingest asks for the query file and the identity file of a snapshot. The source is descriptor FDFirst.
type Ingest struct {
	Spec catalog.DatasetSpec `json:"spec"`
	// Keys are the 32-byte hash keys by entity type.
	Keys map[string][]byte `json:"keys"`
	// MaxRows bounds the source.
	MaxRows int64 `json:"max_rows"`
}

// The files of an ingest.
const (
	FileQuery    = "query"
	FileIdentity = "identity"
)

// Rule names what a quarantined value broke. The list is closed.
type Rule string

// The rules of an ingest.
const (
	RuleSource        Rule = "source"         // not readable in the declared dialect (encoding, quoting, number of fields)
	RuleMissingColumn Rule = "missing_column" // declared, but not in the source
	RuleExtraColumn   Rule = "extra_column"   // in the source, but not declared
	RuleTwiceColumn   Rule = "twice_column"   // the source names it twice
	RuleType          Rule = "type"
	RuleBounds        Rule = "bounds"
	RuleDomain        Rule = "domain"
	RuleNull          Rule = "null"      // NULL where the declaration forbids it
	RuleDuplicateKey  Rule = "duplicate" // a second row of an entity declared unique
	RuleConstant      Rule = "constant"  // more than one value for an entity in a column declared constant per entity
	RuleTooManyRows   Rule = "too_many_rows"
)

// Rules lists every rule.
var Rules = []Rule{RuleSource, RuleMissingColumn, RuleExtraColumn, RuleTwiceColumn, RuleType, RuleBounds, RuleDomain, RuleNull,
	RuleDuplicateKey, RuleConstant, RuleTooManyRows}

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
}

// EntityReport is the profile of one declared entity.
type EntityReport struct {
	Type     string `json:"type"`
	Distinct int64  `json:"distinct"` // entities with a key
	MaxRows  int64  `json:"max_rows"` // of one entity
	Nulls    int64  `json:"nulls"`    // rows without a key
}
