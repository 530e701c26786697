package worker

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"yumen/sandbox/wire"
)

// Errors of the gate. They are reported as one code.
var (
	errNotSelect = errors.New("not a single SELECT")
	errArguments = errors.New("arguments do not fit")
)

// selection is one checked SELECT, ready to be executed with its values.
type selection struct {
	e    *engine
	call string
}

// prepare admits one SELECT: alone in its text, with a value for every parameter, naming exactly the tables that it is said to read and no
// function outside the dialect, and with a plan that scans nothing else. The driver executes all but the last of several statements while it prepares, hence the order: the tree comes
// first, then count and type by a preparation that refuses more than one. Values are bound with their types through EXECUTE.
func (e *engine) prepare(sql string, args []wire.Value, reads []string, allowed func(table []string) bool) (*selection, error) {
	if err := e.single(sql, len(args), reads); err != nil {
		return nil, fail(wire.CodeRefused, err)
	}
	values, err := typedValues(args)
	if err != nil {
		return nil, fail(wire.CodeRefused, err)
	}
	e.serial++
	name := fmt.Sprintf("s%d", e.serial)
	if err := e.exec("PREPARE " + name + " AS " + sql); err != nil {
		return nil, fail(wire.CodeRefused, err)
	}
	s := &selection{e: e, call: "EXECUTE " + name + values}
	if err := s.check(allowed); err != nil {
		return nil, err
	}
	return s, nil
}

// single admits one SELECT by its tree before the engine looks at it: to prepare a statement is to bind it, which opens files and runs functions
// of constants. DESCRIBE, SHOW, SUMMARIZE and table functions that the binder replaces leave no trace in a plan; the tree names them.
func (e *engine) single(sql string, args int, reads []string) error {
	row, err := e.one("SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", sql)
	if err != nil {
		return err
	}
	tree, ok := row[0].(string)
	if !ok || !strings.HasPrefix(tree, `{"error":false`) {
		return errNotSelect
	}
	r, err := readingOf(tree)
	if err != nil {
		return err
	}
	if err := r.exactly(reads); err != nil {
		return err
	}
	st, err := e.conn.Prepare(sql)
	if err != nil {
		return err
	}
	defer st.Close()
	kind, err := st.(*duckdb.Stmt).StatementType()
	if err != nil {
		return err
	}
	if kind != duckdb.STATEMENT_TYPE_SELECT {
		return errNotSelect
	}
	if st.NumInput() != args {
		return errArguments
	}
	return nil
}

// typedValues writes the values of an EXECUTE: text constants under a typed cast.
func typedValues(args []wire.Value) (string, error) {
	if len(args) == 0 {
		return "", nil
	}
	out := make([]string, len(args))
	for i, a := range args {
		if !wire.ValidType(a.Type) || strings.ContainsRune(a.Text, 0) {
			return "", errArguments
		}
		text := literal(a.Text)
		if a.Null {
			text = "NULL"
		}
		out[i] = "CAST(" + text + " AS " + a.Type + ")"
	}
	return "(" + strings.Join(out, ", ") + ")", nil
}

// text executes the statement and hands over its columns once, then each row as text.
func (s *selection) text(columns func([]wire.Column) error, each func(wire.Row) error) error {
	rows, err := s.e.conn.QueryContext(s.e.ctx, s.call, nil)
	if err != nil {
		return fail(wire.CodeQuery, err)
	}
	types := rows.(driver.RowsColumnTypeDatabaseTypeName)
	cols := make([]wire.Column, len(rows.Columns()))
	for i, name := range rows.Columns() {
		cols[i] = wire.Column{Name: name, Type: types.ColumnTypeDatabaseTypeName(i)}
		if !wire.ValidType(cols[i].Type) {
			rows.Close()
			return fail(wire.CodeType, errors.New("a column has a type that does not travel"))
		}
	}
	if err := columns(cols); err != nil {
		rows.Close()
		return err
	}
	err = drain(rows, func(row []driver.Value) error {
		out := make(wire.Row, len(row))
		for i, v := range row {
			t, err := render(v, cols[i].Type)
			if err != nil {
				return fail(wire.CodeType, err)
			}
			out[i] = t
		}
		return each(out)
	})
	return fail(wire.CodeQuery, err)
}
