package worker

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strings"

	"yumen/catalog"
	"yumen/sandbox/wire"
)

// profile checks what needs the whole table and describes it, on the typed columns of the stage. sound is false when a
// check failed; where is not known yet.
func (l *loader) profile() (report *wire.Report, sound bool, err error) {
	report = &wire.Report{}
	sound = true
	faults, err := l.profileColumns(report)
	if err != nil || faults > 0 {
		return report, false, err
	}
	if report.Rows != l.source.rows {
		return report, false, nil
	}
	for i := range l.decl.entities {
		ok, err := l.profileEntity(report, i)
		if err != nil {
			return nil, false, err
		}
		sound = sound && ok
	}
	for i := range l.decl.columns {
		c := &l.decl.columns[i]
		if c.MaxValues > 0 {
			ok, err := l.profileOpen(c)
			if err != nil {
				return nil, false, err
			}
			sound = sound && ok
		}
		if len(c.domain) == 0 {
			continue
		}
		row, err := l.e.one("SELECT count(*) FROM (SELECT DISTINCT " + ident(c.Name) + " AS v FROM " + l.table() + ") WHERE " + c.foreign("v"))
		if err != nil {
			return nil, false, err
		}
		sound = sound && row[0] == int64(0)
	}
	return report, sound, nil
}

// profileOpen checks that a text has no more different values than are declared, and none that is too long.
func (l *loader) profileOpen(c *column) (bool, error) {
	row, err := l.e.one("SELECT count(v), coalesce(max(length(v)), 0) FROM (SELECT DISTINCT " + ident(c.Name) + " AS v FROM " + l.table() + ")")
	if err != nil {
		return false, err
	}
	counts, err := integers(row)
	return err == nil && counts[0] <= c.MaxValues && counts[1] <= catalog.MaxOpenText, err
}

// profileColumns counts rows, NULLs and roughly the distinct values in one scan, and returns how many values break a bound
// or are NULL where they must not be.
func (l *loader) profileColumns(report *wire.Report) (faults int64, err error) {
	list := []string{"count(*)"}
	for i := range l.decl.columns {
		c := &l.decl.columns[i]
		outside := "0"
		if cond := c.outside(ident(c.Name)); cond != "" {
			outside = "count_if(" + cond + ")"
		}
		list = append(list, "count("+ident(c.Name)+")", "approx_count_distinct("+ident(c.Name)+")", outside)
	}
	row, err := l.e.one("SELECT " + strings.Join(list, ", ") + " FROM " + l.table())
	if err != nil {
		return 0, err
	}
	counts, err := integers(row)
	if err != nil {
		return 0, err
	}
	report.Rows = counts[0]
	for i := range l.decl.columns {
		c := &l.decl.columns[i]
		present, distinct, outside := counts[1+3*i], counts[2+3*i], counts[3+3*i]
		nulls := report.Rows - present
		report.Columns = append(report.Columns, wire.ColumnReport{Name: c.Name, Nulls: nulls, NotNull: nulls == 0, Distinct: coarse(min(distinct, present))})
		faults += outside
		if c.required {
			faults += nulls
		}
	}
	return faults, nil
}

// coarse rounds a count down to a power of two.
func coarse(n int64) int64 {
	if n <= 0 {
		return 0
	}
	return 1 << (bits.Len64(uint64(n)) - 1)
}

// profileEntity counts entities and their rows, and checks uniqueness and the columns that are constant per entity.
func (l *loader) profileEntity(report *wire.Report, i int) (bool, error) {
	entity := l.decl.entities[i]
	key := ident(entityColumn(i))
	inner := []string{key, "count(*) AS n"}
	broken := "0"
	for c := range l.decl.columns {
		col := &l.decl.columns[c]
		if !entity.constant(col) {
			continue
		}
		name := ident(col.Name)
		inner = append(inner, fmt.Sprintf("(min(%s) IS DISTINCT FROM max(%[1]s) OR count(%[1]s) NOT IN (0, count(*))) AS b%d", name, c))
		broken += fmt.Sprintf(" + count_if(b%d)", c)
	}
	row, err := l.e.one("SELECT count(*), coalesce(max(n), 0), coalesce(sum(n), 0), " + broken + " FROM (SELECT " + strings.Join(inner, ", ") +
		" FROM " + l.table() + " WHERE " + key + " IS NOT NULL GROUP BY " + key + ")")
	if err != nil {
		return false, err
	}
	counts, err := integers(row)
	if err != nil {
		return false, err
	}
	report.Entities = append(report.Entities, wire.EntityReport{Type: entity.Type, Distinct: counts[0], MaxRows: counts[1], Nulls: report.Rows - counts[2]})
	most := entity.RowsMax()
	sound := counts[3] == 0 && (most == 0 || counts[1] <= most)
	if !sound || entity.GroupOf == 0 {
		return sound, nil
	}
	return l.flat(i)
}

// flat checks that no group is in another group.
func (l *loader) flat(i int) (bool, error) {
	group, member := ident(entityColumn(i)), ident(entityColumn(l.decl.entities[i].GroupOf-1))
	row, err := l.e.one(fmt.Sprintf("SELECT count(*) FROM %[3]s WHERE %[1]s <> %[2]s AND %[1]s IN (SELECT %[2]s FROM %[3]s WHERE %[1]s <> %[2]s)",
		group, member, l.table()))
	return err == nil && row[0] == int64(0), err
}

var errCount = errors.New("a count is not a number")

// integers reads a row of counts, which the engine returns in several widths.
func integers(row []driver.Value) ([]int64, error) {
	out := make([]int64, len(row))
	for i, v := range row {
		switch n := v.(type) {
		case int64:
			out[i] = n
		case int32:
			out[i] = int64(n)
		case uint64:
			out[i] = int64(n)
		case *big.Int:
			if !n.IsInt64() {
				return nil, errCount
			}
			out[i] = n.Int64()
		default:
			return nil, errCount
		}
	}
	return out, nil
}
