package worker

import (
	"database/sql/driver"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"yumen/catalog"
)

// function is a scalar function over texts.
type function struct {
	result duckdb.Type
	call   func(args []driver.Value) (any, error)
	every  bool // called for every row, also for equal ones and for NULL
}

// Config implements duckdb.ScalarFunc: any number of texts; NULL in any of them is NULL unless every.
func (f function) Config() duckdb.ScalarFuncConfig {
	text, _ := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR) // cannot fail for a type without parameters
	result, _ := duckdb.NewTypeInfo(f.result)
	return duckdb.ScalarFuncConfig{VariadicTypeInfo: text, ResultTypeInfo: result, Volatile: f.every, SpecialNullHandling: f.every}
}

// Executor implements duckdb.ScalarFunc.
func (f function) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: f.call}
}

// register makes the functions of an ingest: yumen_ekey_<i> hashes the parts of an entity's key, and yumen_canonical(text,
// type) is the canonical text of a value or NULL, yumen_date(text) a date in ISO 8601 or NULL. The keys live in Go and never stand in a statement.
// yumen_seen(text) is true and counts the rows that [passing] lets go by.
func (d *declaration) register(e *engine) error {
	for i, h := range d.keys {
		hash := func(args []driver.Value) (any, error) {
			var stack [16]string
			parts := stack[:0]
			for _, a := range args {
				parts = append(parts, a.(string))
			}
			return h.Key(parts...), nil
		}
		name := fmt.Sprintf("yumen_ekey_%d", i)
		if err := duckdb.RegisterScalarUDF(e.session, name, function{result: duckdb.TYPE_UBIGINT, call: hash}); err != nil {
			return err
		}
	}
	canonical := func(args []driver.Value) (any, error) {
		text, err := catalog.CanonicalValue(args[1].(string), strings.TrimSpace(args[0].(string)))
		if err != nil {
			return nil, nil // not a value of the type
		}
		return text, nil
	}
	if err := duckdb.RegisterScalarUDF(e.session, "yumen_canonical", function{result: duckdb.TYPE_VARCHAR, call: canonical}); err != nil {
		return err
	}
	seen := func([]driver.Value) (any, error) {
		d.seen.Add(sampled)
		return true, nil
	}
	if err := duckdb.RegisterScalarUDF(e.session, "yumen_seen", function{result: duckdb.TYPE_BOOLEAN, call: seen, every: true}); err != nil {
		return err
	}
	date := func(args []driver.Value) (any, error) {
		text, ok := isoDate(args[0].(string))
		if !ok {
			return nil, nil
		}
		return text, nil
	}
	return duckdb.RegisterScalarUDF(e.session, "yumen_date", function{result: duckdb.TYPE_VARCHAR, call: date})
}

// hashes lists the hashed keys over typed columns, each with a leading comma.
func (d *declaration) hashes() string {
	var b strings.Builder
	for i, e := range d.entities {
		expr := ""
		if e.Rows {
			expr = d.rowHash(i, "'1'")
		} else {
			expr = d.keyHash(i)
		}
		fmt.Fprintf(&b, ", %s AS %s", expr, ident(entityColumn(i)))
	}
	return b.String()
}

// keyHash is catalog.EntityKey over the typed columns of unit i; NULL when a part is NULL. Of a group it is that of the group's columns,
// and the entity's own where one of these is NULL.
func (d *declaration) keyHash(i int) string {
	own := d.partsHash(i, d.entities[i].Key)
	if len(d.entities[i].Group) == 0 || d.entities[i].GroupOf == 0 {
		return own
	}
	return fmt.Sprintf("CASE WHEN %s IS NOT NULL THEN coalesce(%s, %[1]s) END", own, d.partsHash(i, d.entities[i].Group))
}

func (d *declaration) partsHash(i int, columns []string) string {
	parts := make([]string, len(columns))
	for p, name := range columns {
		parts[p] = "CAST(" + ident(d.column(name).Name) + " AS VARCHAR)"
	}
	return fmt.Sprintf("yumen_ekey_%d(%s)", i, strings.Join(parts, ", "))
}

// rowHash is catalog.RowKey over all typed columns.
func (d *declaration) rowHash(i int, occurrence string) string {
	parts := make([]string, len(d.columns), len(d.columns)+1)
	for c := range d.columns {
		name := ident(d.columns[c].Name)
		parts[c] = "CASE WHEN " + name + " IS NULL THEN '' ELSE '=' || CAST(" + name + " AS VARCHAR) END"
	}
	return fmt.Sprintf("yumen_ekey_%d(%s)", i, strings.Join(append(parts, occurrence), ", "))
}

// sampled is how many rows one row that is counted stands for.
const sampled = 64

// passing is a condition that is true of every row and counts them, roughly: a call into Go for each would cost too much.
const passing = "CASE WHEN random() * 64 < 1 THEN yumen_seen('') ELSE true END"
