// Package render owns how the command prints a thing: aligned table, JSON, YAML or CSV. Whatever came over the wire is made safe
// for a terminal and for a spreadsheet first.
package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Format is one of the output formats of -o.
type Format string

// The formats.
const (
	FormatTable Format = "table"
	FormatJSON  Format = "json"
	FormatYAML  Format = "yaml"
	FormatCSV   Format = "csv"
)

// ErrFormat is returned for any other format.
var ErrFormat = errors.New("the output format is table, json, yaml or csv")

// Parse returns the format of that name.
func Parse(name string) (Format, error) {
	switch f := Format(name); f {
	case FormatTable, FormatJSON, FormatYAML, FormatCSV:
		return f, nil
	}
	return "", ErrFormat
}

// Table is a thing as rows of text. Without Columns it is a list of names and values, and has no header.
type Table struct {
	Columns []string
	Rows    [][]string
}

// Add appends a row.
func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Thing is what a command prints: Value for programs, Table for people and spreadsheets.
type Thing struct {
	Value any
	Table Table
}

// Write prints the thing. JSON stands on one line unless pretty is asked for.
func Write(w io.Writer, f Format, thing Thing, pretty bool) error {
	switch f {
	case FormatTable:
		return writeTable(w, thing.Table)
	case FormatCSV:
		return writeCSV(w, thing.Table)
	case FormatJSON:
		return writeJSON(w, thing.Value, pretty)
	case FormatYAML:
		return writeYAML(w, thing.Value)
	}
	return ErrFormat
}

func writeJSON(w io.Writer, v any, pretty bool) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if pretty {
		e.SetIndent("", "  ")
	}
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print json: %w", err)
	}
	return nil
}

// writeYAML goes through JSON, so that both have the same names and order; JSON is YAML, written in flow style.
func writeYAML(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("print yaml: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return fmt.Errorf("print yaml: %w", err)
	}
	unflow(&doc)
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(&doc), e.Close()); err != nil {
		return fmt.Errorf("print yaml: %w", err)
	}
	return nil
}

func unflow(n *yaml.Node) {
	if len(n.Content) > 0 || n.Kind == yaml.ScalarNode {
		n.Style = 0
	}
	for _, c := range n.Content {
		unflow(c)
	}
}

func writeCSV(w io.Writer, t Table) error {
	c := csv.NewWriter(w)
	if t.Columns != nil {
		_ = c.Write(t.Columns) // Error reports it below
	}
	for _, row := range t.Rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = defuse(cell)
		}
		_ = c.Write(safe)
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("print csv: %w", err)
	}
	return nil
}

// defuse keeps a spreadsheet from running a cell as a formula; a plain negative number stays a number.
func defuse(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) || isNumber(cell) {
		return cell
	}
	return "'" + cell
}

func isNumber(s string) bool {
	n := json.NewDecoder(strings.NewReader(s))
	n.UseNumber()
	var v json.Number
	return n.Decode(&v) == nil && len(v) == len(s)
}

func writeTable(w io.Writer, t Table) error {
	rows := t.Rows
	if t.Columns != nil {
		rows = append([][]string{t.Columns}, rows...)
	}
	clean := make([][]string, len(rows))
	var widths []int
	for i, row := range rows {
		clean[i] = make([]string, len(row))
		for j, cell := range row {
			clean[i][j] = Clean(cell)
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], Width(clean[i][j]))
		}
	}
	var b bytes.Buffer
	for _, row := range clean {
		for j, cell := range row {
			b.WriteString(cell)
			if j < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[j]-Width(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	return nil
}
