package compile_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the engine of record, in this process
	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// engine is DuckDB in the test's own process: it answers programs as a worker would.
type engine struct {
	t    testing.TB
	conn *sql.Conn
}

func newEngine(t testing.TB) *engine {
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	conn, err := db.Conn(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(); db.Close() })
	_, err = conn.ExecContext(context.Background(), "SET threads = 1")
	require.NoError(t, err)
	return &engine{t: t, conn: conn}
}

func (e *engine) exec(text string) {
	e.t.Helper()
	_, err := e.conn.ExecContext(context.Background(), text)
	require.NoError(e.t, err, text)
}

// snapshot makes the query file of a dataset from a table of source rows: declared columns and hashed entity keys.
func (e *engine) snapshot(name string, spec catalog.DatasetSpec, source string) {
	e.t.Helper()
	var columns []string
	for _, c := range spec.Columns {
		if c.Has(catalog.RoleDimension) || c.Has(catalog.RoleMeasure) {
			columns = append(columns, fmt.Sprintf(`CAST(%s AS %s) AS %s`, c.Name, c.Type, c.Name))
		}
	}
	hashed := func(typ string, parts []string) string {
		return fmt.Sprintf("hash('%s:' || CAST(%s AS VARCHAR))", typ, strings.Join(parts, " AS VARCHAR) || '|' || CAST("))
	}
	for i, u := range spec.Units() {
		key := []string{"rowid"}
		if len(u.Key) > 0 {
			key = u.Key
		}
		typ, _, _ := strings.Cut(u.Type, ":")
		hash := hashed(typ, key)
		if u.GroupOf > 0 {
			there := strings.Join(u.Group, " IS NOT NULL AND ") + " IS NOT NULL"
			hash = fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", there, hashed(typ, u.Group), hash)
		}
		columns = append(columns, fmt.Sprintf(`CASE WHEN %s IS NOT NULL THEN %s END AS %s`, strings.Join(key, " IS NOT NULL AND "), hash, compile.EntityColumn(i)))
	}
	e.exec(fmt.Sprintf(`ATTACH IF NOT EXISTS ':memory:' AS "%s"`, name))
	e.exec(fmt.Sprintf(`CREATE OR REPLACE TABLE "%s".main.data AS SELECT %s FROM %s`, name, strings.Join(columns, ", "), source))
}

// keep stores the current tables under their snapshots, so that a later run can read them beside newer ones.
func (e *engine) keep(pins map[string]string) {
	e.t.Helper()
	for dataset, id := range pins {
		e.exec(fmt.Sprintf(`CREATE OR REPLACE TABLE memory.main."%s" AS FROM "%s".main.data`, id, dataset))
	}
}

// attach makes the snapshots of a program readable under its aliases.
func (e *engine) attach(all []compile.Attachment) {
	e.t.Helper()
	for _, a := range all {
		if a.Alias != a.Dataset {
			e.exec(fmt.Sprintf(`ATTACH IF NOT EXISTS ':memory:' AS "%s"`, a.Alias))
			e.exec(fmt.Sprintf(`CREATE OR REPLACE TABLE "%s".main.data AS FROM memory.main."%s"`, a.Alias, a.Snapshot))
		}
	}
}

// run answers the statements as a worker does: every value as text.
func (e *engine) run(p *compile.Program) [][][]*string {
	e.t.Helper()
	e.attach(p.Attachments)
	var out [][][]*string
	for _, s := range p.Statements {
		out = append(out, e.rows(s))
	}
	return out
}

func (e *engine) rows(s compile.Statement) (out [][]*string) {
	e.t.Helper()
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		args[i] = a.Text
	}
	rows, err := e.conn.QueryContext(context.Background(), "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ("+s.SQL+")", args...)
	require.NoError(e.t, err, s.SQL)
	defer rows.Close()
	names, err := rows.Columns()
	require.NoError(e.t, err)
	for rows.Next() {
		row, into := make([]*string, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		require.NoError(e.t, rows.Scan(into...))
		out = append(out, row)
	}
	require.NoError(e.t, rows.Err())
	return out
}

// evidence generates a plan, runs it and decodes the answer.
func (e *engine) evidence(p *compile.Plan, in compile.Inputs) *disclosure.Table {
	e.t.Helper()
	program, err := compile.Generate(p, in)
	require.NoError(e.t, err)
	table, err := program.Evidence(e.run(program))
	require.NoError(e.t, err)
	return table
}

// corpusWorld holds the corpus tables and their declarations.
type corpusWorld struct {
	*engine
	specs map[string]catalog.DatasetSpec
	pins  map[string]string
}

func newCorpus(t testing.TB) *corpusWorld {
	c := &corpusWorld{engine: newEngine(t), specs: map[string]catalog.DatasetSpec{}, pins: map[string]string{}}
	schema, err := os.ReadFile(corpusFile("schema.sql"))
	require.NoError(t, err)
	c.exec(string(schema))
	f, err := os.Open(corpusFile("catalog.yaml"))
	require.NoError(t, err)
	defer f.Close()
	documents, err := catalog.DecodeDocuments(f)
	require.NoError(t, err)
	for _, d := range documents {
		spec := d.Body.(*catalog.Dataset).Spec
		c.specs[d.Name], c.pins[d.Name] = spec, "snap_"+d.Name
		c.snapshot(d.Name, spec, "memory.main."+d.Name)
	}
	return c
}

func corpusFile(name string) string { return filepath.Join("..", "..", "testdata", "corpus", name) }
