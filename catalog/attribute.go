package catalog

import (
	"maps"
	"strings"
)

// Opening is the opening attribute (XC-26): to whom the data may be opened. A zone is a carrier of conditional opening.
type Opening string

// The opening attributes; empty is not stated.
const (
	OpeningUnconditional Opening = "unconditional"
	OpeningConditional   Opening = "conditional"
	OpeningNone          Opening = "none"
)

// Levels is how many levels the directory has: duty, data, system and table (XC-3).
const Levels = 4

// Unplaced counts the levels of the directory that the declaration leaves out: a table hangs on a duty when none is.
func (s *DatasetSpec) Unplaced() int {
	n := 0
	for _, level := range s.Directory.Path() {
		if level == "" {
			n++
		}
	}
	return n
}

// Path is the chain of levels from the duty down to the table.
func (d Directory) Path() [Levels]string { return [Levels]string{d.Duty, d.Data, d.System, d.Table} }

// Downgrade records why a column's grade is below the one that was approved before (XC-27b).
type Downgrade struct {
	From     Grade  `yaml:"from" json:"from"`         // the grade that was approved
	Method   string `yaml:"method" json:"method"`     // of desensitization
	Risk     string `yaml:"risk" json:"risk"`         // the measure of what risk is left
	Approval string `yaml:"approval" json:"approval"` // number of the document that approved it
}

// from reports whether the record is whole and about that grade.
func (d *Downgrade) from(g Grade) bool {
	return d != nil && d.From == g && d.Method != "" && d.Risk != "" && d.Approval != ""
}

// Lowered counts the columns that are graded below the grade approved before, by their names in lower case, without a whole record of it.
func (s *DatasetSpec) Lowered(before map[string]Grade) int {
	n := 0
	for i := range s.Columns {
		c := &s.Columns[i]
		if g := before[strings.ToLower(c.Name)]; c.Grade < g && !c.Downgrade.from(g) {
			n++
		}
	}
	return n
}

// Grades adds the grades of the columns, by their names in lower case, to those approved before: of a column that is gone the last one stays.
func (s *DatasetSpec) Grades(before map[string]Grade) map[string]Grade {
	out := make(map[string]Grade, len(before)+len(s.Columns))
	maps.Copy(out, before)
	for i := range s.Columns {
		out[strings.ToLower(s.Columns[i].Name)] = s.Columns[i].Grade
	}
	return out
}
