package worker

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"yumen/sandbox/wire"
)

// format is what a source is, told from its content.
type format string

const (
	formatCSV     format = "csv" // with any of the delimiters
	formatJSON    format = "jsonl"
	formatParquet format = "parquet"
)

// source is a source made readable for the engine: [openSource] finds out what it is, [source.describe] names its fields once the
// engine is open, and reader and text are the relation.
type source struct {
	format format
	path   string  // what the engine reads: the descriptor itself, or a copy of ours
	delim  byte    // of a CSV source, in path
	fields []field // in order
	rows   int64   // data rows; of a CSV source after check
	size   int64   // roughly the bytes that the rows come to

	dir      string       // private directory with the copies
	replaced bool         // the text was decoded
	faults   []wire.Fault // of the records of a JSON source
}

// field is one field of a source.
type field struct {
	name   string
	native string // type of the engine; "" is text
}

// allowance bounds what a source may expand to.
type allowance struct {
	dir   string // private directory for copies
	bytes int64
	rows  int64
	way   *progress // told how far the copies are; may be nil
}

// maxFields is how many fields a source may have.
const maxFields = 2000

// refuse is a fault of the source as a whole.
func refuse(rule wire.Rule) error { return &rejection{[]wire.Fault{{Rule: rule}}} }

// openSource tells by its content what lies at a path. UTF-8 text with lines that end in LF or CRLF is read where it is; anything
// else but Parquet is rewritten as such a text in the private directory: expanded, decoded, divided into lines, JSON as CSV. What
// is none of the formats is a *rejection.
func openSource(path string, may allowance) (*source, error) {
	for depth := 0; ; depth++ {
		head, size, err := begin(path)
		if err != nil {
			return nil, err
		}
		switch {
		case size == 0:
			return nil, refuse(wire.RuleEmpty)
		case bytes.HasPrefix(head, []byte(magicParquet)) && depth == 0:
			return &source{format: formatParquet, path: path, size: size}, nil
		case bytes.HasPrefix(head, []byte(magicPrivate)):
			return nil, refuse(wire.RuleEncrypted)
		case depth == 0 && (bytes.HasPrefix(head, []byte(magicGzip)) || bytes.HasPrefix(head, []byte(magicZstd))):
			if path, err = expand(path, may); err != nil {
				return nil, err
			}
		default:
			return openText(path, may)
		}
	}
}

// begin returns the first bytes of a file and its size.
func begin(path string) ([]byte, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fail(wire.CodeOpen, err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, 0, fail(wire.CodeOpen, err)
	}
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, 0, fail(wire.CodeOpen, err)
	}
	return head[:n], st.Size(), nil
}

// openText decodes a text where needed, and reads its header.
func openText(path string, may allowance) (*source, error) {
	s := &source{path: path, dir: may.dir}
	head, sample, err := samples(path)
	if err != nil {
		return nil, err
	}
	decoder, rule := detectEncoding(head, sample)
	if rule != "" || detectOther(head) {
		return nil, refuse(wire.RuleFormat)
	}
	if decoder != nil {
		s.replaced = true
		if head, err = s.rewritten(decode(s.path, decoder, may)); err != nil {
			return nil, err
		}
	}
	if detectOther(head) {
		return nil, refuse(wire.RuleFormat)
	}
	if detectReturns(head) {
		if head, err = s.rewritten(divide(s.path, may)); err != nil {
			return nil, err
		}
	}
	if begins(head, "{") {
		return s, s.rewriteJSON(may)
	}
	s.format, s.delim = formatCSV, detectDelimiter(head)
	return s, s.readHeader()
}

// rewritten takes over a copy and returns a sample of its beginning.
func (s *source) rewritten(path string, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	s.move(path)
	head, _, err := samples(path)
	return head, err
}

// samples returns a sample of the beginning and one from the first byte outside ASCII on.
func samples(path string) (head, sample []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fail(wire.CodeOpen, err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 4*sampleBytes)
	peek, err := in.Peek(sampleBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fail(wire.CodeOpen, err)
	}
	head = bytes.Clone(peek)
	for {
		peek, err := in.Peek(4 * sampleBytes)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, fail(wire.CodeOpen, err)
		}
		n := ascii(peek)
		if n < len(peek) || len(peek) == 0 {
			_, _ = in.Discard(n)
			peek, _ = in.Peek(sampleBytes)
			return head, bytes.Clone(peek), nil
		}
		_, _ = in.Discard(n)
	}
}

// readHeader reads the names of the fields of a CSV source.
func (s *source) readHeader() error {
	f, err := os.Open(s.path)
	if err != nil {
		return fail(wire.CodeOpen, err)
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil {
		s.size = st.Size()
	}
	r := newRecords(f, s.delim)
	r.replaced = s.replaced
	head, rule := r.header()
	switch rule {
	case "":
	case wire.RuleEncoding, wire.RuleNUL, wire.RuleLineEnd:
		return refuse(wire.RuleFormat)
	default:
		return refuse(rule)
	}
	if len(head) > maxFields {
		return refuse(wire.RuleTooManyColumns)
	}
	for _, name := range head {
		s.fields = append(s.fields, field{name: strings.TrimSpace(name)})
	}
	return nil
}

// check reads every record of a CSV source before the engine does and counts them: encoding, quoting and the number of fields, so
// that nothing the engine skips or mends goes unnoticed. Other sources were checked when they were opened.
func (s *source) check(maxRows int64, way *progress) error {
	if s.format != formatCSV || len(s.faults) > 0 {
		return s.verdict(maxRows)
	}
	f, err := os.Open(s.path)
	if err != nil {
		return fail(wire.CodeOpen, err)
	}
	defer f.Close()
	way.begin(costStart+costCheck*float64(s.size), costLoad*float64(s.size))
	in := &metered{Reader: f, way: way, total: s.size}
	r := newRecords(in, s.delim)
	r.replaced = s.replaced
	if _, rule := r.header(); rule != "" {
		return refuse(rule)
	}
	for s.rows = 0; s.rows <= maxRows && len(s.faults) < wire.MaxFaults && !r.broken; {
		rule, err := r.next(len(s.fields))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fail(wire.CodeOpen, err)
		}
		s.rows++
		if rule != "" {
			s.faults = append(s.faults, wire.Fault{Row: s.rows, Rule: rule})
		}
	}
	return s.verdict(maxRows)
}

func (s *source) verdict(maxRows int64) error {
	switch {
	case s.rows > maxRows:
		return refuse(wire.RuleTooManyRows)
	case len(s.faults) > 0:
		return &rejection{s.faults}
	}
	return nil
}

// describe completes the fields with what the engine alone can tell: the schema of a Parquet file.
func (s *source) describe(e *engine, may allowance) error {
	if s.format != formatParquet {
		return nil
	}
	return s.describeParquet(e, may)
}

// reader is the relation over the source: field i is the column c<i>, of its native type or text. Nothing about a text is guessed by
// the engine but the end of line, and its quoting was checked before, so the engine need not be strict about it.
func (s *source) reader() string {
	columns := make([]string, len(s.fields))
	if s.format == formatParquet {
		for i, f := range s.fields {
			columns[i] = fmt.Sprintf("%s AS c%d", ident(f.name), i)
		}
		return "(SELECT " + strings.Join(columns, ", ") + " FROM " + s.parquet() + ")"
	}
	for i := range columns {
		columns[i] = fmt.Sprintf("'c%d': 'VARCHAR'", i)
	}
	return "read_csv(" + literal(s.path) + ", auto_detect=false, header=true, delim=" + literal(string(s.delim)) + ", quote='\"', escape='\"', nullstr='', " +
		"strict_mode=false, null_padding=false, max_line_size=" + fmt.Sprint(4*maxRecord) + ", columns={" + strings.Join(columns, ", ") + "})"
}

// text is field i as text; an empty one is NULL in every format.
func (s *source) text(i int) string {
	name := fmt.Sprintf("c%d", i)
	switch s.fields[i].native {
	case "":
		return name
	case "VARCHAR":
		return "nullif(" + name + ", '')"
	}
	return "CAST(" + name + " AS VARCHAR)"
}
