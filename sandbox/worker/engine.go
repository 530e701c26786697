package worker

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"yumen/sandbox/wire"
)

// engine is one in-memory DuckDB with one connection.
type engine struct {
	ctx    context.Context
	conn   *duckdb.Conn
	serial int
}

// open starts the engine with the limits of the job. Extensions cannot be installed or loaded from the first moment on.
func open(ctx context.Context, j *wire.Job) (*engine, error) {
	options := fmt.Sprintf("?threads=%d&memory_limit=%dMiB&autoinstall_known_extensions=false&autoload_known_extensions=false"+
		"&allow_community_extensions=false&allow_unsigned_extensions=false", max(1, j.Threads), max(32, j.Memory))
	connector, err := duckdb.NewConnector(options, nil)
	if err != nil {
		return nil, fail(wire.CodeOpen, err)
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return nil, fail(wire.CodeOpen, err)
	}
	return &engine{ctx: ctx, conn: conn.(*duckdb.Conn)}, nil
}

// harden closes the engine: after it no file can be opened and no setting changed. Files in paths stay open to COPY.
// Everything that needs a file by path is attached before.
func (e *engine) harden(spill string, paths ...string) error {
	settings := []string{"SET temp_directory=" + literal(spill)}
	if len(paths) > 0 {
		quoted := make([]string, len(paths))
		for i, p := range paths {
			quoted[i] = literal(p)
		}
		settings = append(settings, "SET allowed_paths=["+strings.Join(quoted, ",")+"]")
	}
	settings = append(settings, "SET enable_external_access=false", "SET lock_configuration=true")
	for _, s := range settings {
		if err := e.exec(s); err != nil {
			return fail(wire.CodeOpen, err)
		}
	}
	return nil
}

// attach makes the database behind a descriptor readable under a catalog name.
func (e *engine) attach(path, name string) error {
	return fail(wire.CodeOpen, e.exec("ATTACH "+literal(path)+" AS "+ident(name)+" (READ_ONLY)"))
}

// exec runs one statement of our own.
func (e *engine) exec(sql string) error {
	_, err := e.conn.ExecContext(e.ctx, sql, nil)
	return err
}

// query runs one statement of our own and hands over its rows. The slice is reused.
func (e *engine) query(sql string, each func(row []driver.Value) error, args ...any) error {
	rows, err := e.conn.QueryContext(e.ctx, sql, named(args))
	if err != nil {
		return err
	}
	return drain(rows, each)
}

// one runs a statement that yields one row and returns it.
func (e *engine) one(sql string, args ...any) ([]driver.Value, error) {
	var out []driver.Value
	err := e.query(sql, func(row []driver.Value) error {
		if out != nil {
			return errors.New("more than one row")
		}
		out = append([]driver.Value(nil), row...)
		return nil
	}, args...)
	if err == nil && out == nil {
		err = errors.New("no row")
	}
	return out, err
}

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}

func drain(rows driver.Rows, each func(row []driver.Value) error) error {
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

// ident quotes an identifier, literal a string constant.
func ident(s string) string   { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
func literal(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }
