package worker

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf8"

	"yumen/sandbox/wire"
)

// maxRecord is the longest record of a source in bytes.
const maxRecord = 1 << 20

// plainName is what the name of an undeclared column must look like to be repeated in a fault; anything else could be data.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,62}$`)

// scan reads the source once before the engine does: it maps the header to the declaration, checks the dialect and the
// number of fields of every record, and counts the records, so that nothing the engine skips or mends goes unnoticed.
func (l *loader) scan() error {
	f, err := os.Open(l.source)
	if err != nil {
		return fail(wire.CodeOpen, err)
	}
	defer f.Close()
	r := &records{in: bufio.NewReaderSize(f, 2*maxRecord)}
	head, err := r.header()
	if err != nil {
		return &rejection{[]wire.Fault{{Rule: wire.RuleSource}}}
	}
	if err := l.match(head); err != nil {
		return err
	}
	var faults []wire.Fault
	for {
		ok, err := r.next(len(head))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fail(wire.CodeOpen, err)
		}
		l.rows++
		if !ok {
			faults = append(faults, wire.Fault{Row: l.rows, Rule: wire.RuleSource})
		}
		if l.rows > l.j.Ingest.MaxRows {
			return &rejection{[]wire.Fault{{Rule: wire.RuleTooManyRows}}}
		}
		if len(faults) >= wire.MaxFaults || r.broken {
			break
		}
	}
	if len(faults) > 0 {
		return &rejection{faults}
	}
	return nil
}

// match finds the field of every declared column.
func (l *loader) match(head []string) error {
	var faults []wire.Fault
	l.fields = make([]int, len(l.decl.columns))
	for i := range l.fields {
		l.fields[i] = -1
	}
	var extra []wire.Fault
	known := false
	for field, name := range head {
		i := l.declared(name)
		switch {
		case i < 0:
			f := wire.Fault{Field: field + 1, Rule: wire.RuleExtraColumn}
			if plainName.MatchString(name) {
				f.Column = name
			}
			extra = append(extra, f)
		case l.fields[i] >= 0:
			faults = append(faults, wire.Fault{Column: l.decl.columns[i].Name, Field: field + 1, Rule: wire.RuleTwiceColumn})
		default:
			l.fields[i], known = field, true
		}
	}
	for i, field := range l.fields {
		if field < 0 {
			faults = append(faults, wire.Fault{Column: l.decl.columns[i].Name, Rule: wire.RuleMissingColumn})
		}
	}
	for i := range extra {
		if !known { // then this is no header but a row, and its names are values
			extra[i].Column = ""
		}
	}
	faults = append(faults, extra...)
	if len(faults) > 0 {
		return &rejection{faults[:min(len(faults), wire.MaxFaults)]}
	}
	return nil
}

func (l *loader) declared(name string) int {
	for i := range l.decl.columns {
		if strings.EqualFold(l.decl.columns[i].Name, strings.TrimSpace(name)) {
			return i
		}
	}
	return -1
}

// records reads the records of a CSV text one by one. It knows their boundaries and fields, not their values.
type records struct {
	in     *bufio.Reader
	broken bool // the rest cannot be divided into records
}

var errHeader = errors.New("no header")

// header reads the names of the first record.
func (r *records) header() ([]string, error) {
	if mark, err := r.in.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.in.Discard(3)
	}
	line, err := r.line()
	if err != nil || !textual(line) {
		return nil, errHeader
	}
	head, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return nil, errHeader
	}
	return head, nil
}

// line reads one line with its end; the last one may have none. Blank lines are skipped, as the engine does.
func (r *records) line() ([]byte, error) {
	for {
		line, err := r.in.ReadSlice('\n')
		if err == io.EOF && len(line) > 0 {
			err = nil
		}
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimRight(line, "\r\n")) > 0 {
			return line, nil
		}
	}
}

// next reads one record and reports whether it has the given number of fields and keeps the dialect. Lines without a quote,
// nearly all, are decided by counting their commas.
func (r *records) next(fields int) (bool, error) {
	line, err := r.line()
	if errors.Is(err, bufio.ErrBufferFull) {
		r.broken = true
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if bytes.IndexByte(line, '"') < 0 {
		return textual(line) && len(line) <= maxRecord && bytes.Count(line, []byte{','})+1 == fields, nil
	}
	return r.quoted(line, fields)
}

// quoted reads the rest of a record that has quotes: RFC 4180, a quote opens only at the start of a field.
func (r *records) quoted(line []byte, fields int) (bool, error) {
	ok, size, found := true, 0, 1
	inside, closed, start := false, false, true
	for {
		ok = ok && textual(line)
		size += len(line)
		for i, b := range line {
			last := b == '\n' || b == '\r' && i+1 < len(line) && line[i+1] == '\n'
			switch {
			case inside && b == '"':
				inside, closed = false, true
			case inside:
			case closed && b == '"': // a doubled quote
				inside, closed = true, false
			case b == ',':
				found++
				start, closed = true, false
			case last:
			case b == '"' && start:
				inside, start = true, false
			case closed || b == '"':
				ok = false
			default:
				start = false
			}
		}
		if !inside {
			return ok && size <= maxRecord && found == fields, nil
		}
		var err error
		line, err = r.in.ReadSlice('\n')
		if err == io.EOF && len(line) > 0 {
			err = nil
		}
		if err != nil { // the source ends, or goes on for ever, inside a quote
			r.broken = true
			return false, nil
		}
	}
}

// textual reports whether the bytes are UTF-8 without NUL and without a lone carriage return.
func textual(b []byte) bool {
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return false
	}
	i := bytes.IndexByte(b, '\r')
	return i < 0 || i == len(b)-2 && b[i+1] == '\n'
}
