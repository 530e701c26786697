package worker

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf8"

	"yumen/sandbox/wire"
)

// maxRecord is the longest record of a source in bytes.
const maxRecord = 1 << 20

// records reads the records of a delimited UTF-8 text one by one. It knows their boundaries and fields, not their values, and holds
// one line of bounded length at a time.
type records struct {
	in       *bufio.Reader
	delim    byte
	replaced bool // the text was decoded: a replacement character stands for bytes that were none
	broken   bool // the rest cannot be divided into records
}

func newRecords(r io.Reader, delim byte) *records {
	return &records{in: bufio.NewReaderSize(r, 2*maxRecord), delim: delim}
}

// header reads the names of the first record.
func (r *records) header() ([]string, wire.Rule) {
	skipMark(r.in)
	line, err := r.line()
	switch {
	case errors.Is(err, io.EOF):
		return nil, wire.RuleEmpty
	case err != nil:
		return nil, wire.RuleTooLong
	}
	if flaw := r.flaw(line); flaw != "" {
		return nil, flaw
	}
	in := csv.NewReader(bytes.NewReader(line))
	in.Comma = rune(r.delim)
	head, err := in.Read()
	if err != nil {
		return nil, wire.RuleQuote
	}
	return head, ""
}

func skipMark(in *bufio.Reader) {
	if mark, err := in.Peek(len(markUTF8)); err == nil && string(mark) == markUTF8 {
		_, _ = in.Discard(len(markUTF8))
	}
}

// line reads one line with its end; the last one may have none. Blank lines are skipped, as the engine does.
func (r *records) line() ([]byte, error) {
	for {
		line, err := r.rest()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimRight(line, "\r\n")) > 0 {
			return line, nil
		}
	}
}

// rest reads to the end of the line, blank or not.
func (r *records) rest() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	if err == io.EOF && len(line) > 0 {
		err = nil
	}
	return line, err
}

// next reads one record and says which rule it breaks, if any, when it should have the given number of fields. Lines without a
// quote, nearly all, are decided by counting their delimiters.
func (r *records) next(fields int) (wire.Rule, error) {
	line, err := r.line()
	if errors.Is(err, bufio.ErrBufferFull) {
		r.broken = true
		return wire.RuleTooLong, nil
	}
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(line, '"') >= 0 {
		return r.quoted(line, fields), nil
	}
	if flaw := r.flaw(line); flaw != "" {
		return flaw, nil
	}
	return shape(len(line), bytes.Count(line, []byte{r.delim})+1, fields), nil
}

func shape(size, found, fields int) wire.Rule {
	switch {
	case size > maxRecord:
		return wire.RuleTooLong
	case found != fields:
		return wire.RuleFields
	}
	return ""
}

// quoted reads the rest of a record that has quotes: RFC 4180, a quote opens only at the start of a field.
func (r *records) quoted(line []byte, fields int) wire.Rule {
	var broken wire.Rule
	size, found := 0, 1
	inside, closed, start := false, false, true
	for {
		if broken == "" {
			broken = r.flaw(line)
		}
		size += len(line)
		for i, b := range line {
			last := b == '\n' || b == '\r' && i+1 < len(line) && line[i+1] == '\n'
			switch {
			case inside && b == '"':
				inside, closed = false, true
			case inside:
			case closed && b == '"': // a doubled quote
				inside, closed = true, false
			case b == r.delim:
				found++
				start, closed = true, false
			case last:
			case b == '"' && start:
				inside, start = true, false
			case closed || b == '"':
				broken = wire.RuleQuote
			default:
				start = false
			}
		}
		if !inside {
			if broken == "" {
				broken = shape(size, found, fields)
			}
			return broken
		}
		var err error
		if line, err = r.rest(); err != nil { // the source ends, or goes on for ever, inside a quote
			r.broken = true
			if errors.Is(err, bufio.ErrBufferFull) {
				return wire.RuleTooLong
			}
			return wire.RuleQuote
		}
	}
}

// flaw says why the bytes of a line are not the text of one: UTF-8 without NUL and without a lone carriage return.
func (r *records) flaw(b []byte) wire.Rule {
	switch {
	case bytes.IndexByte(b, 0) >= 0:
		return wire.RuleNUL
	case !utf8.Valid(b), r.replaced && bytes.Contains(b, replacement):
		return wire.RuleEncoding
	}
	if i := bytes.IndexByte(b, '\r'); i >= 0 && (i != len(b)-2 || b[i+1] != '\n') {
		return wire.RuleLineEnd
	}
	return ""
}
