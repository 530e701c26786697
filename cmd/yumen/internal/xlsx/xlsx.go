// Package xlsx owns the conversion of one sheet of an XLSX workbook (ECMA-376) to CSV, in the client: the gateway and its workers never
// see the format. Values are what the cells hold, not what they show: numbers with the 15 digits that the format's programs keep, dates in
// ISO 8601, formulas by the value that was stored with them. The sheet is streamed; what is kept is bounded.
package xlsx

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"yumen/catalog"
)

// Error says why a workbook is not converted, and names a cell where there is one, never its value.
type Error struct{ Text catalog.Text }

// Error is the English text.
func (e *Error) Error() string { return e.Text.En }

func refuse(zh, en string, args ...any) error {
	return &Error{catalog.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}}
}

// What the beginning of a file tells.
const (
	magicZip      = "PK\x03\x04"
	magicCompound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
)

// Workbook reports whether a file that begins so may be a workbook: one of these is for [Convert], which says what is wrong with it if
// it is none.
func Workbook(head []byte) bool {
	return strings.HasPrefix(string(head), magicZip) || strings.HasPrefix(string(head), magicCompound)
}

// Convert writes a sheet as CSV: UTF-8, commas, LF. The first row with a value is the header, and quoted; empty rows are left out. No name takes the
// first sheet that is not hidden. progress is told how many of the workbook's bytes are done, about; it may be nil. The same workbook
// always becomes the same text.
func Convert(file io.ReaderAt, size int64, sheet string, out io.Writer, progress func(done int64)) error {
	b, err := open(file, size)
	if err != nil {
		return damagedOr(err)
	}
	part, err := b.sheet(sheet)
	if err != nil {
		return damagedOr(err)
	}
	if err := b.loadStyles(); err != nil {
		return damagedOr(err)
	}
	if err := b.loadTexts(); err != nil {
		return damagedOr(err)
	}
	w := &writer{out: bufio.NewWriterSize(out, 1<<16)}
	if err := b.rows(part, w.row, progress, size); err != nil {
		return damagedOr(err)
	}
	if w.rows == 0 {
		return refuse("工作表是空的", "the sheet is empty")
	}
	return w.out.Flush()
}

// errWrite is a failure of the writer, which is not the workbook's.
var errWrite = errors.New("write the converted file")

// damagedOr keeps what is said already; anything else that a reader of zip or XML says means that the file is not whole.
func damagedOr(err error) error {
	var known *Error
	if errors.As(err, &known) || errors.Is(err, errWrite) {
		return err
	}
	return refuse("文件不完整或不是 XLSX：请在 Excel 中重新另存为 .xlsx", "the file is damaged or no XLSX workbook: save it again as .xlsx")
}

// writer writes rows as CSV, each with as many fields as the header has, or more where a row has more: that is a fault to be found.
type writer struct {
	out   *bufio.Writer
	width int
	rows  int
}

func (w *writer) row(fields []string) error {
	if w.rows++; w.rows == 1 {
		w.width = len(fields)
	}
	for i := range max(w.width, len(fields)) {
		if i > 0 {
			_ = w.out.WriteByte(',') // the error comes again at the end of the row
		}
		text := ""
		if i < len(fields) {
			text = fields[i]
		}
		switch {
		case w.rows == 1, text == "" && w.width == 1, strings.ContainsAny(text, ",\"\r\n\t;|"):
			_, _ = w.out.WriteString(`"` + strings.ReplaceAll(text, `"`, `""`) + `"`)
		default:
			_, _ = w.out.WriteString(text)
		}
	}
	if err := w.out.WriteByte('\n'); err != nil {
		return fmt.Errorf("%w: %w", errWrite, err)
	}
	return nil
}
