package footprint

import (
	"slices"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// Use is a use of a column in a statement.
type Use string

// The uses of a column.
const (
	UseJoin      Use = "join"
	UseCondition Use = "condition"
	UseKey       Use = "key"
	UseMeasure   Use = "measure"
	UseCount     Use = "count"
	UseRollupKey Use = "rollup_key"
)

// The methods of aggregation that a grant names. Variances are of the method stddev.
const (
	MethodCount    = "count"
	MethodDistinct = "distinct"
	MethodSum      = "sum"
	MethodAvg      = "avg"
	MethodStddev   = "stddev"
)

// Facts states what a query touches. It holds names of the catalog and no value.
type Facts struct {
	Tables  map[string]TableFacts
	Methods []string // sorted
	// Grade is the highest grade among all columns touched in any clause, the entity keys of every table among them.
	Grade      catalog.Grade
	References int  // table references; a table that is named twice counts twice
	Rollup     bool // there is an inner query
	Sensitive  bool // a column declared sensitive is touched
}

// TableFacts states what is touched of one dataset.
type TableFacts struct {
	Grade      catalog.Grade // of the reference: its columns, its entity keys, its row scope
	References int
	Columns    map[string]ColumnFacts // the columns that the statement names
}

// ColumnFacts states how one column is used.
type ColumnFacts struct {
	Grade     catalog.Grade
	Uses      []Use // sorted
	Guarded   bool  // nothing but an entity key or identifier
	Sensitive bool
}

// MethodOf is the method of an aggregate.
func MethodOf(c *sqltree.Call) string {
	switch c.Name {
	case "count_star", "count":
		if c.Distinct {
			return MethodDistinct
		}
		return MethodCount
	case "sum":
		return MethodSum
	case "avg", "mean":
		return MethodAvg
	}
	return MethodStddev
}

// reference records one reference to a dataset.
func (f *Facts) reference(name string, g *Granted, at sqltree.Pos) error {
	grade := g.referenceGrade()
	if !grade.Valid() {
		return sqltree.Refuse(sqltree.ReasonNoGrade, int(at))
	}
	t := f.Tables[name]
	t.References++
	f.References++
	t.Grade, f.Grade = max(t.Grade, grade), max(f.Grade, grade)
	if t.Columns == nil {
		t.Columns = map[string]ColumnFacts{}
	}
	f.Tables[name] = t
	return nil
}

// use records one use of a column.
func (f *Facts) use(dataset string, c *catalog.Column, use Use) {
	t := f.Tables[dataset]
	col := t.Columns[c.Name]
	if i, found := slices.BinarySearch(col.Uses, use); !found {
		col.Uses = slices.Insert(slices.Clone(col.Uses), i, use)
	}
	col.Grade, col.Guarded, col.Sensitive = columnGrade(c), guarded(c), c.Sensitive
	t.Columns[c.Name] = col
	t.Grade, f.Grade = max(t.Grade, col.Grade), max(f.Grade, col.Grade)
	f.Tables[dataset] = t
	f.Sensitive = f.Sensitive || c.Sensitive
}

func (f *Facts) method(name string) {
	if i, found := slices.BinarySearch(f.Methods, name); !found {
		f.Methods = slices.Insert(f.Methods, i, name)
	}
}

// guarded reports whether a column points at someone and may stand in joins, counts and roll-up keys only.
func guarded(c *catalog.Column) bool {
	return c.Has(catalog.RoleEntityKey) || c.Has(catalog.RoleIdentifier)
}
