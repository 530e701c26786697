package worker

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"strconv"
	"strings"

	"yumen/sandbox/wire"
)

// answer is the result of a post job with its label.
type answer struct {
	columns []wire.Column
	rows    []wire.Row
	label   map[string]string
}

// constant is a label that is also a column with one value.
type constant struct{ column, value string }

// constants lists the label columns: the labels grade and receipt.
func (a *answer) constants() []constant {
	var out []constant
	for _, name := range []string{"grade", "receipt"} {
		if v, ok := a.label[name]; ok {
			out = append(out, constant{"_" + name, v})
		}
	}
	return out
}

// names are the names of the columns, made different from each other and from the label columns, for encodings that need it.
func (a *answer) names() []string {
	taken := map[string]bool{}
	for _, c := range a.constants() {
		taken[c.column] = true
	}
	out := make([]string, len(a.columns))
	for i, c := range a.columns {
		name := c.Name
		for n := 1; taken[strings.ToLower(name)]; n++ {
			name = c.Name + "_" + strconv.Itoa(n)
		}
		taken[strings.ToLower(name)] = true
		out[i] = name
	}
	return out
}

// send streams the rows and the asked encodings.
func (a *answer) send(out *wire.FileWriter, e *engine, formats []string, parquet string) error {
	rows, err := json.Marshal(a.values(nil))
	if err != nil {
		return err
	}
	if err := out.Copy(wire.FileRows, bytes.NewReader(rows)); err != nil {
		return err
	}
	for _, f := range formats {
		if err := a.encode(out, e, f, parquet); err != nil {
			return err
		}
	}
	return nil
}

func (a *answer) encode(out *wire.FileWriter, e *engine, format, parquet string) error {
	var b bytes.Buffer
	switch format {
	case "parquet":
		if err := a.parquet(e, parquet); err != nil {
			return fail(wire.CodeQuery, err)
		}
		f, err := os.Open(parquet)
		if err != nil {
			return err
		}
		defer f.Close()
		return out.Copy(wire.FileParquet, f)
	case "csv":
		if err := a.csv(&b); err != nil {
			return err
		}
		return out.Copy(wire.FileCSV, &b)
	case "json":
		if err := a.json(&b); err != nil {
			return err
		}
		return out.Copy(wire.FileJSON, &b)
	}
	return fail(wire.CodeJob, errors.New("unknown format"))
}

// values are the rows as JSON values, each followed by the given cells.
func (a *answer) values(more []any) [][]any {
	out := make([][]any, len(a.rows))
	for i, row := range a.rows {
		line := make([]any, len(row), len(row)+len(more))
		for c, v := range row {
			line[c] = jsonValue(v, a.columns[c].Type)
		}
		out[i] = append(line, more...)
	}
	return out
}

// exact is the largest magnitude of an integer that every JSON reader keeps.
var exact = new(big.Int).Lsh(big.NewInt(1), 53)

// jsonValue is a cell in JSON: integers up to 2^53 and doubles as numbers, booleans, everything else as its exact text.
func jsonValue(v *string, typ string) any {
	if v == nil {
		return nil
	}
	switch typ {
	case "BOOLEAN":
		return *v == "true"
	case "FLOAT", "DOUBLE":
		return json.Number(*v)
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT":
		n, ok := new(big.Int).SetString(*v, 10)
		if ok && n.CmpAbs(exact) <= 0 {
			return json.Number(*v)
		}
	}
	return *v
}

// csv writes a header and the rows. What a spreadsheet would run as a formula is made text.
func (a *answer) csv(b *bytes.Buffer) error {
	w := csv.NewWriter(b)
	w.UseCRLF = true
	var head, tail []string
	for _, n := range a.names() {
		head = append(head, inert(n))
	}
	for _, c := range a.constants() {
		head, tail = append(head, c.column), append(tail, inert(c.value))
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for _, row := range a.rows {
		line := make([]string, 0, len(head))
		for i, v := range row {
			switch {
			case v == nil:
				line = append(line, "")
			case a.columns[i].Type == "VARCHAR":
				line = append(line, inert(*v))
			default:
				line = append(line, *v)
			}
		}
		if err := w.Write(append(line, tail...)); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// inert puts an apostrophe before a text that a spreadsheet would take for a formula.
func inert(s string) string {
	for _, p := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, p) {
			return "'" + s
		}
	}
	return s
}

// json writes one object: the label, the columns with their types, the rows as arrays.
func (a *answer) json(b *bytes.Buffer) error {
	columns := make([]wire.Column, 0, len(a.columns)+2)
	for i, n := range a.names() {
		columns = append(columns, wire.Column{Name: n, Type: a.columns[i].Type})
	}
	var more []any
	for _, c := range a.constants() {
		columns = append(columns, wire.Column{Name: c.column, Type: "VARCHAR"})
		more = append(more, c.value)
	}
	out := struct {
		Label   map[string]string `json:"label"`
		Columns []wire.Column     `json:"columns"`
		Rows    [][]any           `json:"rows"`
	}{a.label, columns, a.values(more)}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
