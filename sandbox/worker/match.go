package worker

import (
	"regexp"
	"strings"

	"yumen/sandbox/wire"
)

// plainName is what the name of an undeclared column must look like to be repeated in a fault; anything else could be data.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,62}$`)

// match finds the field of every declared column.
func (l *loader) match() error {
	var faults []wire.Fault
	l.fields = make([]int, len(l.decl.columns))
	for i := range l.fields {
		l.fields[i] = -1
	}
	var extra []wire.Fault
	known := false
	for field, f := range l.source.fields {
		i := l.declared(f.name)
		switch {
		case i < 0:
			fault := wire.Fault{Field: field + 1, Rule: wire.RuleExtraColumn}
			if plainName.MatchString(f.name) {
				fault.Column = f.name
			}
			extra = append(extra, fault)
		case l.fields[i] >= 0:
			faults = append(faults, wire.Fault{Column: l.decl.columns[i].Name, Field: field + 1, Rule: wire.RuleTwiceColumn})
		default:
			l.fields[i], known = field, true
		}
	}
	for i, field := range l.fields {
		if field < 0 {
			faults = append(faults, wire.Fault{Column: l.decl.columns[i].Name, Rule: wire.RuleMissingColumn})
		}
	}
	for i := range extra {
		if !known { // then this is no header but a row, and its names are values
			extra[i].Column = ""
		}
	}
	faults = append(faults, extra...)
	if len(faults) > 0 {
		return &rejection{faults[:min(len(faults), wire.MaxFaults)]}
	}
	return nil
}

func (l *loader) declared(name string) int {
	for i := range l.decl.columns {
		if strings.EqualFold(l.decl.columns[i].Name, strings.TrimSpace(name)) {
			return i
		}
	}
	return -1
}
