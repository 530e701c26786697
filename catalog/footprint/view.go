// Package footprint owns what a query touches: it binds a decoded tree to the catalog as one grant shows it, and states as
// facts which tables, columns, methods and grades the text uses, in any clause. Whether that is allowed is not its business,
// but for one rule that no policy can lift: keys and identifiers stand in joins, counts and roll-up keys only.
package footprint

import (
	"maps"
	"slices"
	"strings"

	"yumen/catalog"
)

// MaxReferences is the largest number of table references in one query.
const MaxReferences = 6

// View is the catalog as a grant shows it, by dataset name. What is not in it does not exist for the query.
type View struct {
	Datasets map[string]Granted
}

// Granted is one dataset of a view.
type Granted struct {
	Spec catalog.DatasetSpec
	// Columns are the names of the granted columns; the others are visible but not granted.
	Columns map[string]bool
	// Methods limits the methods (Method… constants); nil leaves them to the policy.
	Methods map[string]bool
	// RowScope are conditions that every row of the dataset meets before anything else looks at it.
	RowScope []ScopeTerm
}

// ScopeTerm restricts the rows of a dataset to those whose column has one of the values (canonical texts of its type).
type ScopeTerm struct {
	Column string
	Values []string
}

// dataset finds a dataset by name, as SQL compares names.
func (v View) dataset(name string) (string, *Granted) {
	for _, known := range slices.Sorted(maps.Keys(v.Datasets)) {
		if strings.EqualFold(known, name) {
			g := v.Datasets[known]
			return known, &g
		}
	}
	return "", nil
}

func (g *Granted) grants(column string) bool {
	for name, ok := range g.Columns {
		if ok && strings.EqualFold(name, column) {
			return true
		}
	}
	return false
}

// pseudonymGrade is the grade at which an entity key counts: that of its pseudonym, unless the key itself is lower.
const pseudonymGrade catalog.Grade = 2

// columnGrade is the grade of a column in a query; keys are pseudonyms there.
func columnGrade(c *catalog.Column) catalog.Grade {
	if c.Has(catalog.RoleEntityKey) {
		return min(c.Grade, pseudonymGrade)
	}
	return c.Grade
}

// referenceGrade is the grade of a mere reference to the table: the grades of its entity keys, of an entity without a key,
// and of the columns that the row scope looks at. Zero means that a grade is missing.
func (g *Granted) referenceGrade() catalog.Grade {
	top := catalog.Grade(1)
	see := func(grade catalog.Grade) bool {
		top = max(top, grade)
		return grade.Valid()
	}
	for _, e := range g.Spec.Entities {
		if e.Rows && !see(min(g.Spec.Grade(), pseudonymGrade)) {
			return 0
		}
		for _, name := range slices.Concat(e.Key, e.Group) {
			if c := g.Spec.Column(name); c == nil || !see(columnGrade(c)) {
				return 0
			}
		}
	}
	for _, t := range g.RowScope {
		if c := g.Spec.Column(t.Column); c == nil || !see(columnGrade(c)) {
			return 0
		}
	}
	return top
}
