package worker

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"

	"yumen/sandbox/wire"
)

// maxCells bounds the cells stream that a post job reads.
const maxCells = 256 << 20

// post runs one generated SELECT over released cells and encodes its result. Nothing else is in this process.
func post(e *engine, j *wire.Job, result io.Writer) (*wire.Status, error) {
	rows, err := readCells(fmt.Sprintf("%s/%d", j.FDs, wire.FDFirst), j.Post.Relations)
	if err != nil {
		return nil, fail(wire.CodeOpen, err)
	}
	var names []string
	for i, r := range j.Post.Relations {
		if err := e.table(r.Name, r.Columns, rows[i]); err != nil {
			return nil, fail(wire.CodeQuery, err)
		}
		names = append(names, r.Name)
	}
	parquet := filepath.Join(j.Data, wire.FileParquet)
	if err := e.harden(reach{spill: j.Spill, paths: []string{parquet}}); err != nil {
		return nil, err
	}
	s, err := e.prepare(j.Post.SQL, j.Post.Args, names, func(t []string) bool {
		return len(t) == 3 && slices.Equal(t[:2], []string{"memory", "main"}) && slices.Contains(names, t[2])
	})
	if err != nil {
		return nil, err
	}
	a := &answer{label: j.Post.Label}
	err = s.text(func(c []wire.Column) error {
		a.columns = slices.Clone(c)
		return nil
	}, func(row wire.Row) error {
		if len(a.rows) >= j.Post.MaxRows {
			return fail(wire.CodeTooMany, errors.New("too many rows"))
		}
		a.rows = append(a.rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := wire.NewFileWriter(result)
	if err := a.send(out, e, j.Post.Formats, parquet); err != nil {
		return nil, err
	}
	return &wire.Status{Code: wire.CodeOK, Rows: int64(len(a.rows)), Columns: a.columns, Files: out.Sizes()}, out.Close()
}

// readCells reads the rows of every relation.
func readCells(path string, relations []wire.Relation) ([][]wire.Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows := make([][]wire.Row, len(relations))
	err = wire.ReadCells(f, maxCells, func(stmt int, row wire.Row) error {
		if stmt < 0 || stmt >= len(relations) || len(row) != len(relations[stmt].Columns) {
			return errors.New("cells do not fit their columns")
		}
		rows[stmt] = append(rows[stmt], row)
		return nil
	})
	return rows, err
}

// table makes a typed table from rows of text.
func (e *engine) table(name string, columns []wire.Column, rows []wire.Row) error {
	if len(columns) == 0 {
		return errors.New("a relation without columns")
	}
	texts, casts := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		if !wire.ValidType(c.Type) {
			return errors.New("a column has a type that does not travel")
		}
		texts[i] = fmt.Sprintf("t%d VARCHAR", i)
		casts[i] = fmt.Sprintf("CAST(t%d AS %s) AS %s", i, c.Type, ident(c.Name))
	}
	if err := e.exec("CREATE TABLE texts (" + strings.Join(texts, ", ") + ")"); err != nil {
		return err
	}
	if err := e.fill("texts", rows); err != nil {
		return err
	}
	if err := e.exec("CREATE TABLE " + ident(name) + " AS SELECT " + strings.Join(casts, ", ") + " FROM texts"); err != nil {
		return err
	}
	return e.exec("DROP TABLE texts")
}

func (e *engine) fill(table string, rows []wire.Row) error {
	in, err := duckdb.NewAppenderFromConn(e.conn, "", table)
	if err != nil {
		return err
	}
	for _, row := range rows {
		values := make([]driver.Value, len(row))
		for i, v := range row {
			if v != nil {
				values[i] = *v
			}
		}
		if err := in.AppendRow(values...); err != nil {
			return errors.Join(err, in.Close())
		}
	}
	return in.Close()
}

// parquet writes the answer with its label as metadata of the file. The engine encodes it, so that no second encoder is linked.
func (a *answer) parquet(e *engine, path string) error {
	columns := make([]wire.Column, len(a.columns))
	list := make([]string, len(a.columns))
	names := a.names()
	for i, c := range a.columns {
		columns[i] = wire.Column{Name: fmt.Sprintf("r%d", i), Type: c.Type}
		list[i] = fmt.Sprintf("r%d AS %s", i, ident(names[i]))
	}
	if err := e.table("result", columns, a.rows); err != nil {
		return err
	}
	for _, l := range a.constants() {
		list = append(list, literal(l.value)+" AS "+ident(l.column))
	}
	options := "FORMAT parquet, COMPRESSION zstd"
	if len(a.label) > 0 {
		var meta []string
		for _, k := range slices.Sorted(maps.Keys(a.label)) {
			meta = append(meta, literal(k)+": "+literal(a.label[k]))
		}
		options += ", KV_METADATA {" + strings.Join(meta, ", ") + "}"
	}
	return e.exec("COPY (SELECT " + strings.Join(list, ", ") + " FROM result) TO " + literal(path) + " (" + options + ")")
}
