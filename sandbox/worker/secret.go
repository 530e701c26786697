package worker

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"yumen/catalog"
	"yumen/sandbox/wire"
)

// errMarked ends the search of a column: one marking is enough.
var errMarked = errors.New("the marking of a state secret")

// secrets looks for the markings of state secrets in every text of the batch, identifiers included, all distinct values of it: one is enough
// for the whole batch to be quarantined, so it is no matter of shares. The report names the column, and neither value nor row.
func (l *loader) secrets() error {
	var faults []wire.Fault
	for i := range l.decl.columns {
		c := &l.decl.columns[i]
		if c.typ.Name != catalog.TypeVarchar || len(c.domain) > 0 { // a closed domain was looked at in the declaration
			continue
		}
		name := ident(c.Name)
		sql := fmt.Sprintf("SELECT DISTINCT %[1]s FROM %[2]s WHERE regexp_matches(%[1]s, %[3]s, 's')", name, l.table(), literal(catalog.MarkHint))
		err := l.e.query(sql, func(row []driver.Value) error {
			if text, ok := row[0].(string); ok && catalog.Marked(text) {
				return errMarked
			}
			return nil
		})
		switch {
		case errors.Is(err, errMarked):
			faults = append(faults, wire.Fault{Column: c.Name, Rule: wire.RuleStateSecret})
		case err != nil:
			return err
		}
		if len(faults) == wire.MaxFaults {
			break
		}
	}
	if len(faults) > 0 {
		return &rejection{faults}
	}
	return nil
}
