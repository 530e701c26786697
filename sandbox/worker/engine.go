package worker

import (
	"context"
	"database/sql"
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
	ctx     context.Context
	conn    *duckdb.Conn
	session *sql.Conn // holds conn; functions are registered through it
	serial  int
	threads int    // as set last
	spill   string // as set last, "" for never or none
}

// open starts the engine with the limits of the job. Extensions cannot be installed or loaded from the first moment on.
func open(ctx context.Context, j *wire.Job) (*engine, error) {
	options := fmt.Sprintf("?threads=%d&memory_limit=%dMiB&autoinstall_known_extensions=false&autoload_known_extensions=false"+
		"&allow_community_extensions=false&allow_unsigned_extensions=false", threads(j), max(32, j.Memory))
	connector, err := duckdb.NewConnector(options, nil)
	if err != nil {
		return nil, fail(wire.CodeOpen, err)
	}
	session, err := sql.OpenDB(connector).Conn(ctx)
	if err != nil {
		return nil, fail(wire.CodeOpen, err)
	}
	e := &engine{ctx: ctx, session: session, threads: threads(j)}
	err = session.Raw(func(c any) error {
		e.conn = c.(*duckdb.Conn)
		return nil
	})
	return e, fail(wire.CodeOpen, err)
}

// threads are those that a job may have.
func threads(j *wire.Job) int { return max(1, j.Threads) }

// spillTo sets the directory for spilled blocks.
func (e *engine) spillTo(dir string) error {
	if err := e.exec("SET temp_directory=" + literal(dir)); err != nil {
		return err
	}
	e.spill = dir
	return nil
}

// reach is what stays open to a hardened engine.
type reach struct {
	spill string   // directory for spilled blocks, "" for none
	paths []string // files that can be read or written
	dir   string   // directory whose files can be read or written, "" for none
	loose bool     // rows of a table may be written in any order, which is faster
}

// harden closes the engine: after it nothing else can be opened and no setting changed. Everything else that needs a file by
// path is attached before.
func (e *engine) harden(r reach) error {
	if e.spill != r.spill || r.spill == "" {
		if err := e.spillTo(r.spill); err != nil {
			return fail(wire.CodeOpen, err)
		}
	}
	var settings []string
	if len(r.paths) > 0 {
		quoted := make([]string, len(r.paths))
		for i, p := range r.paths {
			quoted[i] = literal(p)
		}
		settings = append(settings, "SET allowed_paths=["+strings.Join(quoted, ",")+"]")
	}
	if r.dir != "" {
		settings = append(settings, "SET allowed_directories=["+literal(r.dir+"/")+"]")
	}
	if r.loose {
		settings = append(settings, "SET preserve_insertion_order=false")
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
		case errors.Is(err, io.EOF):
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
