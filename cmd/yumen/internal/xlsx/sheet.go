package xlsx

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// What a sheet can hold at most.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// cell is one cell as it stands in the sheet.
type cell struct {
	column int
	typ    string
	style  int
	value  strings.Builder
	text   string // of an inline text
}

// cells reads the rows of a sheet one by one.
type cells struct {
	*book
	d      *xml.Decoder
	row    int
	fields []string
	each   func([]string) error
	told   func()
}

// rows hands over every row that has a value, from the first column to the last that has one.
func (b *book) rows(part string, each func([]string) error, progress func(int64), size int64) error {
	r, err := b.part(part)
	if err != nil {
		return err
	}
	defer r.Close()
	whole := int64(b.parts[strings.ToLower(part)].UncompressedSize64)
	in := bufio.NewReaderSize(r, 1<<16)
	c := &cells{book: b, d: xml.NewDecoder(in), each: each}
	c.told = func() {
		if progress != nil && whole > 0 {
			progress(int64(float64(size) * min(1, float64(c.d.InputOffset())/float64(whole))))
		}
	}
	for {
		t, err := c.d.RawToken()
		if errors.Is(err, io.EOF) {
			return errors.New("no end of the rows")
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "row" {
				if err := c.readRow(t); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if t.Name.Local == "sheetData" {
				return nil
			}
		}
	}
}

func (c *cells) readRow(start xml.StartElement) error {
	at := c.row + 1
	if n, ok := attribute(start, "r"); ok {
		var err error
		if at, err = strconv.Atoi(n); err != nil {
			return err
		}
	}
	if at <= c.row || at > maxRows {
		return errors.New("rows out of order")
	}
	c.row, c.fields = at, c.fields[:0]
	if at%1000 == 0 {
		c.told()
	}
	for {
		t, err := c.d.RawToken()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "c" {
				if err := c.readCell(t); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if t.Name.Local == "row" {
				for len(c.fields) > 0 && c.fields[len(c.fields)-1] == "" {
					c.fields = c.fields[:len(c.fields)-1]
				}
				if len(c.fields) == 0 {
					return nil
				}
				return c.each(c.fields)
			}
		}
	}
}

func (c *cells) readCell(start xml.StartElement) error {
	v := &cell{column: len(c.fields) + 1}
	if ref, ok := attribute(start, "r"); ok {
		v.column = column(ref)
	}
	if v.column <= len(c.fields) || v.column > maxColumns {
		return errors.New("cells out of order")
	}
	v.typ, _ = attribute(start, "t")
	if s, ok := attribute(start, "s"); ok {
		var err error
		if v.style, err = strconv.Atoi(s); err != nil {
			return err
		}
	}
	if err := c.content(v); err != nil {
		return err
	}
	text, err := c.meaning(v)
	if err != nil {
		return err
	}
	for len(c.fields) < v.column-1 {
		c.fields = append(c.fields, "")
	}
	c.fields = append(c.fields, text)
	return nil
}

// content reads to the end of a cell.
func (c *cells) content(v *cell) error {
	inValue := false
	for {
		t, err := c.d.RawToken()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inValue = t.Name.Local == "v"
			if t.Name.Local == "is" {
				if v.text, err = c.inline(); err != nil {
					return err
				}
			}
		case xml.CharData:
			if inValue {
				v.value.Write(t)
			}
		case xml.EndElement:
			inValue = false
			if t.Name.Local == "c" {
				return nil
			}
		}
	}
}

// inline is richText over raw tokens.
func (c *cells) inline() (string, error) {
	var out strings.Builder
	inText, phonetic := false, false
	for {
		t, err := c.d.RawToken()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t" && !phonetic
			phonetic = phonetic || t.Name.Local == "rPh"
		case xml.CharData:
			if inText && out.Len()+len(t) <= maxToken {
				out.Write(t)
			}
		case xml.EndElement:
			inText = false
			switch t.Name.Local {
			case "rPh":
				phonetic = false
			case "is":
				return unescape(out.String()), nil
			}
		}
	}
}

// meaning is the text of a cell's value.
func (c *cells) meaning(v *cell) (string, error) {
	value := v.value.String()
	switch v.typ {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(c.texts) {
			return "", errors.New("no such text")
		}
		return c.texts[i], nil
	case "inlineStr":
		return v.text, nil
	case "str":
		return unescape(value), nil
	case "d":
		return value, nil
	case "b":
		return map[string]string{"1": "true", "0": "false"}[strings.TrimSpace(value)], nil
	case "e":
		return "", refuse("单元格 %s 是错误值（如 #N/A）：请先更正", "cell %s holds an error such as #N/A: correct it first", c.place(v))
	case "", "n":
		return c.numeric(v, strings.TrimSpace(value))
	}
	return "", errors.New("a cell of an unknown type")
}

func (c *cells) numeric(v *cell, value string) (string, error) {
	if value == "" {
		return "", nil
	}
	k := number
	if v.style >= 0 && v.style < len(c.dates) {
		k = c.dates[v.style]
	}
	if k != number {
		text, err := moment(value, k, c.y1904)
		if err != nil {
			return "", refuse("单元格 %s 的日期格式数值不是有效日期", "cell %s is shown as a date, but its number is none", c.place(v))
		}
		return text, nil
	}
	text, err := numeral(value)
	if errors.Is(err, errDigits) {
		return "", refuse("单元格 %s 的数字超过 15 位，Excel 已丢失其末位：请把该列设为文本并重新录入", "cell %s has a number of more than 15 digits, of which Excel has lost the last ones: make the column text and enter it again", c.place(v))
	}
	return text, err
}

func (c *cells) place(v *cell) string {
	name := ""
	for n := v.column; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return fmt.Sprint(name, c.row)
}

// column is the number of the column in a reference such as AB12, 0 if it is none.
func column(ref string) int {
	n := 0
	for i := 0; i < len(ref) && i < 4; i++ {
		letter := ref[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		n = n*26 + int(letter-'A') + 1
	}
	return n
}

func attribute(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value, true
		}
	}
	return "", false
}
