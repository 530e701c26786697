package worker

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"yumen/sandbox/wire"
)

// rewriteJSON writes lines of JSON objects as a CSV text. The fields are the keys in the order of their first appearance; where an
// object lacks a key, it is NULL. The lines are gone through once, and again when a key appears after the first object.
func (s *source) rewriteJSON(may allowance) error {
	s.format, s.delim = formatJSON, ','
	keys := map[string]int{}
	for {
		known := len(keys)
		pass := &objects{source: s, keys: keys, may: may}
		path, err := rewrite(s.path, "rows", may, costs{costJSON, costRows}, pass.write)
		if err != nil {
			return err
		}
		if known > 0 || !pass.grown {
			s.move(path)
			break
		}
	}
	s.fields = make([]field, len(keys))
	for name, i := range keys {
		s.fields[i] = field{name: name}
	}
	if st, err := os.Stat(s.path); err == nil {
		s.size = st.Size()
	}
	return nil
}

// objects is one pass over lines of objects.
type objects struct {
	*source
	keys    map[string]int // position of a key
	may     allowance
	grown   bool // a key was found after the first row was written
	written bool
	line    scanner
	out     *bufio.Writer
}

func (o *objects) write(in *bufio.Reader, out io.Writer) error {
	o.out = bufio.NewWriterSize(out, 64<<10)
	o.rows, o.faults = 0, nil
	lines := newRecords(in, ',')
	lines.replaced = o.replaced
	skipMark(lines.in)
	for o.rows <= o.may.rows && len(o.faults) < wire.MaxFaults {
		line, err := lines.line()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		o.rows++
		if err != nil {
			o.faults = append(o.faults, wire.Fault{Row: o.rows, Rule: wire.RuleTooLong})
			break
		}
		if err := o.row(lines, line); err != nil {
			return err
		}
	}
	return o.out.Flush()
}

// row checks and writes one line.
func (o *objects) row(lines *records, line []byte) error {
	fault := wire.Fault{Row: o.rows, Rule: lines.flaw(line)}
	if fault.Rule == "" && len(line) > maxRecord {
		fault.Rule = wire.RuleTooLong
	}
	if fault.Rule == "" {
		fault.Rule = o.line.scan(bytes.TrimRight(line, "\r\n"), o.keys)
		if name := o.line.name; fault.Rule == wire.RuleNested && plainName.MatchString(name) {
			fault.Column = name
		}
	}
	if fault.Rule != "" {
		o.faults = append(o.faults, fault)
		return nil
	}
	if len(o.keys) > maxFields {
		return refuse(wire.RuleTooManyColumns)
	}
	o.grown = o.grown || o.written && len(o.keys) > o.line.known
	if o.grown {
		return nil // this copy is of no use any more
	}
	if !o.written {
		o.written = true
		if _, err := o.out.WriteString(strings.Repeat(",", max(0, len(o.keys)-1)) + "header\n"); err != nil {
			return err
		}
	}
	return o.values()
}

// values writes the values of the scanned line as a record.
func (o *objects) values() error {
	for i := range len(o.keys) {
		if i > 0 {
			_ = o.out.WriteByte(',') // the error of the writer comes again
		}
		text := o.line.value(i)
		if len(text) == 0 && len(o.keys) > 1 {
			continue
		}
		if len(text) > 0 && !bytes.ContainsAny(text, ",\"\r\n") {
			_, _ = o.out.Write(text)
			continue
		}
		_ = o.out.WriteByte('"')
		for {
			quote := bytes.IndexByte(text, '"')
			if quote < 0 {
				break
			}
			_, _ = o.out.Write(text[:quote+1])
			_ = o.out.WriteByte('"')
			text = text[quote+1:]
		}
		_, _ = o.out.Write(text)
		_ = o.out.WriteByte('"')
	}
	return o.out.WriteByte('\n')
}
