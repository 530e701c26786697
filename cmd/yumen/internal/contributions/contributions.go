// Package contributions owns how a file of contributions is read: CSV as people make it, strictly. No error tells a value of the file.
package contributions

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yumen/catalog"
	"yumen/enclave/disclosure/outside"
)

// MaxBytes is the longest file that is read.
const MaxBytes = 256 << 20

// Columns names what is read of the file.
type Columns struct {
	Entities  [][]string // by entity type: the columns that make its key
	Keys      []string
	Sensitive []string
	Measures  []string
	Withheld  string // optional
}

// Error says what is wrong with a file, in both languages, with line and column but without a value.
type Error struct{ Text catalog.Text }

// Error is the English text.
func (e *Error) Error() string { return e.Text.En }

func wrong(zh, en string, args ...any) error {
	return &Error{Text: catalog.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}}
}

// Read reads CSV in UTF-8, UTF-16 with a mark, or GB18030, divided by comma, tab, semicolon or pipe, with a header.
func Read(r io.Reader, c Columns) ([]outside.Contribution, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, wrong("无法读取文件", "the file cannot be read")
	}
	if len(b) > MaxBytes {
		return nil, wrong("文件超过 %d MiB：请分开检查", "the file is larger than %d MiB: check it in parts", MaxBytes>>20)
	}
	if b, err = plain(b); err != nil {
		return nil, err
	}
	in := csv.NewReader(bytes.NewReader(b))
	in.Comma, in.ReuseRecord = delimiter(b), true
	header, err := in.Read()
	if err != nil {
		return nil, wrong("文件没有表头", "the file has no header")
	}
	places, err := c.find(header)
	if err != nil {
		return nil, err
	}
	var out []outside.Contribution
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		line, _ := in.FieldPos(0)
		row, err := places.row(record, line)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	if len(out) == 0 {
		return nil, wrong("文件没有数据行", "the file has no rows")
	}
	return out, nil
}

// broken names the line of a record that is not CSV.
func broken(err error) error {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		return wrong("无法读取文件", "the file cannot be read")
	}
	if errors.Is(p.Err, csv.ErrFieldCount) {
		return wrong("第 %d 行：列数与表头不同", "line %d: another number of columns than in the header", p.Line)
	}
	return wrong("第 %d 行：引号不成对或位置不对", "line %d: a quote without its pair, or in a wrong place", p.Line)
}

// plain is the text in UTF-8 without a mark.
func plain(b []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(b)
		if err != nil {
			return nil, wrong("不是正确的 UTF-16 文本", "not a correct UTF-16 text")
		}
		b = out
	case !utf8.Valid(b):
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
		if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
			return nil, wrong("既不是 UTF-8 也不是 GB18030 文本", "the text is neither UTF-8 nor GB18030")
		}
		b = out
	}
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return nil, wrong("不是 CSV 文本", "not a CSV text")
	}
	return b, nil
}

// delimiter is the character that divides the header most often.
func delimiter(b []byte) rune {
	head, _, _ := bytes.Cut(b, []byte("\n"))
	best, most := ',', -1
	for _, d := range ",\t;|" {
		if n := bytes.Count(head, []byte(string(d))); n > most {
			best, most = d, n
		}
	}
	return best
}

// found is where the columns stand.
type found struct {
	names                     Columns
	entities                  [][]int
	keys, sensitive, measures []int
	withheld                  int
}

func (c Columns) find(header []string) (*found, error) {
	out := &found{names: c, withheld: -1}
	at := map[string]int{}
	for i, name := range header {
		name = strings.TrimSpace(name)
		if _, twice := at[name]; twice {
			return nil, wrong("表头第 %d 列与前面的列同名", "column %d of the header has the name of one before it", i+1)
		}
		at[name] = i
	}
	place := func(name string) (int, error) {
		i, there := at[name]
		if !there {
			return 0, wrong("文件没有列 %s", "the file has no column %s", name)
		}
		return i, nil
	}
	list := func(names []string) (places []int, err error) {
		for _, n := range names {
			i, err := place(n)
			if err != nil {
				return nil, err
			}
			places = append(places, i)
		}
		return places, nil
	}
	var err error
	for _, e := range c.Entities {
		places, err := list(e)
		if err != nil {
			return nil, err
		}
		out.entities = append(out.entities, places)
	}
	if out.keys, err = list(c.Keys); err != nil {
		return nil, err
	}
	if out.sensitive, err = list(c.Sensitive); err != nil {
		return nil, err
	}
	if out.measures, err = list(c.Measures); err != nil {
		return nil, err
	}
	if c.Withheld != "" {
		out.withheld, err = place(c.Withheld)
	}
	return out, err
}

// row reads one record. An entity without any part of its key is none; with some parts it is a fault.
func (f *found) row(record []string, line int) (outside.Contribution, error) {
	var out outside.Contribution
	field := func(i int) string { return strings.TrimSpace(record[i]) }
	for e, places := range f.entities {
		var key []string
		for _, i := range places {
			key = append(key, field(i))
		}
		none := !slices.ContainsFunc(key, func(x string) bool { return x != "" })
		if !none && slices.Contains(key, "") {
			return out, wrong("第 %d 行：主体 %s 的键不完整", "line %d: the key of entity %s is not whole", line, strings.Join(f.names.Entities[e], "+"))
		}
		name := ""
		for _, part := range key {
			if !none {
				name += fmt.Sprintf("%d:%s", len(part), part)
			}
		}
		out.Entities = append(out.Entities, name)
	}
	for _, i := range f.keys {
		out.Keys = append(out.Keys, field(i))
	}
	for _, i := range f.sensitive {
		out.Sensitive = append(out.Sensitive, field(i))
	}
	for m, i := range f.measures {
		x, ok := Number(field(i))
		if !ok {
			return out, wrong("第 %d 行：列 %s 不是十进制数", "line %d: column %s is no decimal number", line, f.names.Measures[m])
		}
		out.Measures = append(out.Measures, x)
	}
	if f.withheld >= 0 {
		var ok bool
		if out.Withheld, ok = mark(field(f.withheld)); !ok {
			return out, wrong("第 %d 行：列 %s 应为是或否（1/0、true/false、yes/no、是/否）", "line %d: column %s is yes or no (1/0, true/false, yes/no)", line, f.names.Withheld)
		}
	}
	return out, nil
}

var decimal = regexp.MustCompile(`^[+-]?[0-9]{1,38}(\.[0-9]{1,38})?$`)

// Number reads a decimal number exactly; an empty text is nil.
func Number(text string) (*big.Rat, bool) {
	if text == "" {
		return nil, true
	}
	if !decimal.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func mark(text string) (bool, bool) {
	switch strings.ToLower(text) {
	case "1", "true", "yes", "y", "x", "是":
		return true, true
	case "", "0", "false", "no", "n", "否":
		return false, true
	}
	return false, false
}
