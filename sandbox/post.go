package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"yumen/sandbox/wire"
)

// PostColumn is a column of a relation of cells, or of an answer: a name and a type of the engine.
type PostColumn = wire.Column

// PostRelation is a relation of released cells.
type PostRelation struct {
	Name    string // in the statement
	Columns []PostColumn
	Rows    [][]*string // canonical text, nil for NULL
}

// PostSpec is one post-processing: a generated SELECT over released cells, and the encodings of its result.
type PostSpec struct {
	Relations []PostRelation
	SQL       string // one SELECT that names each of the relations, and nothing else
	Args      []Value
	Formats   []string // parquet, csv, json; the rows come always
	// Label goes into every file: as metadata of Parquet, as an object of JSON, and its entries grade and receipt also as the
	// constant columns _grade and _receipt.
	Label    map[string]string
	MemoryMB int
	Threads  int
	Timeout  time.Duration
}

// PostResult is an answer.
type PostResult struct {
	Columns []PostColumn
	// Rows hold nil, bool, string, or json.Number for integers up to 2^53 and doubles; they marshal as they are.
	Rows [][]any
	// Files are the encodings by file name: data.parquet, data.csv, data.json.
	Files map[string][]byte
}

// maxPostMB is the private space for encoded files, in MiB.
const maxPostMB = 64

// postMB is the engine's memory in a post-processing that names none.
func postMB(c Config) int { return min(256, c.JobMemoryMB) }

// formatFiles names the file of every format.
var formatFiles = map[string]string{"parquet": wire.FileParquet, "csv": wire.FileCSV, "json": wire.FileJSON}

// Post runs the outer query in a fresh worker that holds the cells and nothing else.
func (r *Runner) Post(ctx context.Context, spec PostSpec) (*PostResult, error) {
	names := []string{wire.FileRows}
	for _, f := range spec.Formats {
		name, ok := formatFiles[f]
		if !ok || slices.Contains(names, name) {
			return nil, violation("format")
		}
		names = append(names, name)
	}
	cells, err := sealCells(spec.Relations)
	if err != nil {
		return nil, err
	}
	defer cells.Close()
	var relations []wire.Relation
	for _, r := range spec.Relations {
		relations = append(relations, wire.Relation{Name: r.Name, Columns: r.Columns})
	}
	files := map[string]*bytes.Buffer{}
	for _, n := range names {
		files[n] = &bytes.Buffer{}
	}
	t := &task{
		job: wire.Job{Kind: wire.KindPost, Post: &wire.Post{Relations: relations, SQL: spec.SQL, Args: spec.Args, Formats: spec.Formats,
			Label: spec.Label, MaxRows: r.config.MaxRows}},
		files: []*os.File{cells}, timeout: orDefault(spec.Timeout, r.config.Timeout), dataMB: maxPostMB,
		memoryMB: orInt(spec.MemoryMB, postMB(r.config)), threads: orInt(spec.Threads, r.config.Threads),
		result: func(in io.Reader) error {
			return wire.ReadFiles(in, r.config.MaxResultBytes, func(name string, chunk []byte) error {
				b, ok := files[name]
				if !ok {
					return errors.New("a file that nobody asked for")
				}
				b.Write(chunk)
				return nil
			})
		},
	}
	status, err := r.do(ctx, t)
	if err != nil {
		return nil, err
	}
	return posted(status, files)
}

func sealCells(relations []PostRelation) (*os.File, error) {
	return Seal("cells", func(w *os.File) error {
		out := wire.NewCellWriter(w)
		for i, r := range relations {
			for _, row := range r.Rows {
				if len(row) != len(r.Columns) {
					return violation("a row does not fit the columns")
				}
				if err := out.Write(i, row); err != nil {
					return violation("cells")
				}
			}
		}
		return out.Close()
	})
}

// posted checks an answer: its form, and that it is all there.
func posted(status *wire.Status, files map[string]*bytes.Buffer) (*PostResult, error) {
	if status.Code != wire.CodeOK {
		return nil, violation("status")
	}
	out := &PostResult{Columns: status.Columns, Files: map[string][]byte{}}
	for name, b := range files {
		if size, ok := status.Files[name]; !ok || size != int64(b.Len()) {
			return nil, violation("file size")
		}
		if name != wire.FileRows {
			out.Files[name] = b.Bytes()
		}
	}
	d := json.NewDecoder(files[wire.FileRows])
	d.UseNumber()
	if err := d.Decode(&out.Rows); err != nil || out.Rows == nil || int64(len(out.Rows)) != status.Rows {
		return nil, violation("rows")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, violation("rows")
	}
	for _, row := range out.Rows {
		if len(row) != len(out.Columns) || slices.ContainsFunc(row, nested) {
			return nil, violation("rows")
		}
	}
	for _, c := range out.Columns {
		if !wire.ValidType(c.Type) {
			return nil, violation("columns")
		}
	}
	return out, nil
}

func nested(v any) bool {
	switch v.(type) {
	case nil, bool, string, json.Number:
		return false
	}
	return true
}
