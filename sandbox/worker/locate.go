package worker

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/sandbox/wire"
)

// locate says why a source was not taken: it reads the source again as text, in order and with row numbers, and asks for
// the first rows that break each rule. It runs only when the fast path has failed, in an engine of its own.
func (l *loader) locate(ctx context.Context) error {
	e, err := open(ctx, l.j)
	if err != nil {
		return err
	}
	if err := l.decl.register(e); err != nil {
		return fail(wire.CodeOpen, err)
	}
	if err := e.exec("ATTACH " + literal(l.path("locate")) + " AS again"); err != nil {
		return fail(wire.CodeOpen, err)
	}
	if err := e.harden(reach{spill: filepath.Join(l.j.Data, "spill2"), paths: []string{l.source.path}, dir: l.j.Data}); err != nil {
		return err
	}
	if err := e.exec("CREATE TABLE again.main.source AS SELECT * FROM " + l.source.reader()); err != nil {
		return &rejection{[]wire.Fault{{Rule: wire.RuleSource}}}
	}
	row, err := e.one("SELECT count(*) FROM again.main.source")
	if err != nil {
		return fail(wire.CodeQuery, err)
	}
	if row[0] != l.source.rows {
		return &rejection{[]wire.Fault{{Rule: wire.RuleSource}}}
	}
	faults, err := l.faults(e)
	if err != nil {
		return fail(wire.CodeQuery, err)
	}
	if len(faults) == 0 {
		return fail(wire.CodeQuery, errors.New("the fast path failed for a reason that is not in the data"))
	}
	return &rejection{fair(faults)}
}

// suspicion is one rule on one column: the faults of a column are found in one list of row numbers.
type suspicion struct {
	rule   wire.Rule
	column string
	rows   string // a query for row numbers
}

func (l *loader) faults(e *engine) ([]wire.Fault, error) {
	var out []wire.Fault
	for _, s := range l.suspicions() {
		err := e.query("SELECT n FROM ("+s.rows+") ORDER BY n LIMIT "+fmt.Sprint(wire.MaxFaults), func(row []driver.Value) error {
			n, ok := row[0].(int64)
			if !ok {
				return errCount
			}
			out = append(out, wire.Fault{Row: n, Column: s.column, Rule: s.rule})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *loader) suspicions() []suspicion {
	const from = " FROM again.main.source"
	typed := make([]string, len(l.decl.columns))
	var out []suspicion
	for i := range l.decl.columns {
		c := &l.decl.columns[i]
		v := l.value(i)
		value := c.lenient(v)
		typed[i] = value + " AS " + ident(c.Name)
		add := func(rule wire.Rule, cond string) {
			out = append(out, suspicion{rule, c.Name, "SELECT rowid + 1 AS n" + from + " WHERE " + cond})
		}
		for rule, cond := range c.misspelt(v) {
			add(rule, cond)
		}
		if c.required {
			add(wire.RuleNull, v.text+" IS NULL")
		}
		if cond := c.outside(value); cond != "" {
			add(wire.RuleBounds, cond)
		}
		if cond := c.foreign(value); cond != "" {
			add(wire.RuleDomain, cond)
		}
		out = append(out, c.many(value, from)...)
	}
	base := "(SELECT rowid AS r, *, " + strings.Join(typed, ", ") + from + ")"
	for i, entity := range l.decl.entities {
		if len(entity.Key) == 0 {
			continue
		}
		keyed := "(SELECT *, " + l.decl.keyHash(i) + " AS k FROM " + base + ")"
		if most := entity.RowsMax(); most > 0 {
			rule, names := wire.RuleMaxRows, entity.Key
			if entity.Unique {
				rule = wire.RuleDuplicateKey
			}
			if entity.GroupOf > 0 {
				names = entity.Group
			}
			out = append(out, suspicion{rule, l.decl.column(names[0]).Name, fmt.Sprintf(
				"SELECT r + 1 AS n FROM (SELECT r, row_number() OVER (PARTITION BY k ORDER BY r) AS o FROM %s WHERE k IS NOT NULL) WHERE o > %d", keyed, most)})
		}
		if entity.GroupOf > 0 {
			out = append(out, l.nestedGroups(i, base))
			continue
		}
		if entity.Unique {
			continue
		}
		for c := range l.decl.columns {
			if col := &l.decl.columns[c]; entity.constant(col) {
				out = append(out, suspicion{wire.RuleConstant, col.Name, "SELECT r + 1 AS n FROM (SELECT r, " + ident(col.Name) +
					" AS v, first_value(" + ident(col.Name) + ") OVER (PARTITION BY k ORDER BY r) AS f FROM " + keyed +
					" WHERE k IS NOT NULL AND (" + ident(col.Name) + " IS NOT NULL OR " + l.value(c).text + " IS NULL)) WHERE v IS DISTINCT FROM f"})
			}
		}
	}
	return out
}

// many are the rows of a text that begin a value beyond the declared number of them, and those of a value that is too long.
func (c *column) many(value, from string) []suspicion {
	if c.MaxValues == 0 {
		return nil
	}
	return []suspicion{
		{wire.RuleMaxValues, c.Name, fmt.Sprintf("SELECT rowid + 1 AS n%s WHERE length(%s) > %d", from, value, catalog.MaxOpenText)},
		{wire.RuleMaxValues, c.Name, fmt.Sprintf("SELECT n FROM (SELECT min(rowid) + 1 AS n%s WHERE %s IS NOT NULL GROUP BY %s ORDER BY n OFFSET %d)", from, value, value, c.MaxValues)},
	}
}

// nestedGroups finds the rows whose group is an entity of another group.
func (l *loader) nestedGroups(i int, base string) suspicion {
	u := l.decl.entities[i]
	keyed := "(SELECT r, " + l.decl.keyHash(u.GroupOf-1) + " AS k, " + l.decl.keyHash(i) + " AS g FROM " + base + ")"
	return suspicion{wire.RuleNestedGroup, l.decl.column(u.Group[0]).Name,
		"SELECT r + 1 AS n FROM " + keyed + " WHERE g <> k AND g IN (SELECT k FROM " + keyed + " WHERE g <> k)"}
}

// fair keeps as many faults as a report lists, the first ones of every rule and column before the second ones of any, and
// puts them in the order of the rows.
func fair(faults []wire.Fault) []wire.Fault {
	type kind struct {
		rule   wire.Rule
		column string
	}
	type ranked struct {
		wire.Fault
		rank int
	}
	seen := map[kind]int{}
	list := make([]ranked, len(faults))
	for i, f := range faults {
		k := kind{f.Rule, f.Column}
		list[i] = ranked{f, seen[k]}
		seen[k]++
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Row, b.Row)) })
	list = list[:min(len(list), wire.MaxFaults)]
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(a.Row, b.Row) })
	out := make([]wire.Fault, len(list))
	for i, f := range list {
		out[i] = f.Fault
	}
	return out
}
