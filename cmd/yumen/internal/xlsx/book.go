package xlsx

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// Bounds of what is read. A part may expand to maxRatio times the file, or to minExpanded if that is more.
const (
	maxParts    = 10_000
	maxRatio    = 200
	minExpanded = 64 << 20
	maxExpanded = 16 << 30
	maxTexts    = 1 << 30 // bytes of shared texts, which are kept
	maxToken    = 1 << 20 // bytes between two marks
	maxStyles   = 100_000
)

// book is an opened workbook.
type book struct {
	parts map[string]*zip.File
	room  int64 // bytes that may still be expanded
	home  string
	rels  map[string]relation // of the workbook, by identifier
	texts []string            // shared texts
	dates []kind              // by cell style
	names []sheetName
	y1904 bool
}

type relation struct{ kind, target string }

type sheetName struct {
	Name  string `xml:"name,attr"`
	State string `xml:"state,attr"`
	ID    string `xml:"id,attr"`
}

func open(file io.ReaderAt, size int64) (*book, error) {
	head := make([]byte, len(magicCompound))
	if _, err := file.ReadAt(head, 0); err == nil && string(head) == magicCompound {
		return nil, refuse("这是旧式 .xls 或设有密码的文件：请在 Excel 中去掉密码并另存为 .xlsx", "this is an old .xls file, or one under a password: save it as .xlsx without a password")
	}
	z, err := zip.NewReader(file, size)
	if err != nil {
		return nil, err
	}
	if len(z.File) > maxParts {
		return nil, errTooMuch()
	}
	b := &book{parts: map[string]*zip.File{}, room: min(max(maxRatio*size, minExpanded), maxExpanded)}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		if b.parts[name] != nil {
			return nil, errors.New("a part is there twice")
		}
		b.parts[name] = f
	}
	main, err := b.relations("", "_rels/.rels")
	if err != nil {
		return nil, err
	}
	at := ""
	for _, r := range main {
		if r.kind == "officeDocument" {
			at = r.target
		}
	}
	if strings.HasSuffix(at, ".bin") {
		return nil, refuse("不支持 .xlsb：请另存为 .xlsx", "an .xlsb workbook is not taken: save it as .xlsx")
	}
	b.home = path.Dir(at)
	if b.rels, err = b.relations(b.home, path.Join(b.home, "_rels", path.Base(at)+".rels")); err != nil {
		return nil, err
	}
	return b, b.workbook(at)
}

func errTooMuch() error {
	return refuse("展开后过大", "the workbook expands to more than is taken")
}

// relations reads a part that says where other parts lie.
func (b *book) relations(base, name string) (map[string]relation, error) {
	var list struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
			Mode   string `xml:"TargetMode,attr"`
		} `xml:"Relationship"`
	}
	if err := b.small(name, &list); err != nil {
		return nil, err
	}
	out := map[string]relation{}
	for _, r := range list.Relationship {
		if r.Mode == "External" {
			continue
		}
		target := strings.TrimPrefix(r.Target, "/")
		if target == r.Target {
			target = path.Join(base, r.Target)
		}
		out[r.ID] = relation{r.Type[strings.LastIndexByte(r.Type, '/')+1:], strings.ToLower(target)}
	}
	return out, nil
}

func (b *book) workbook(name string) error {
	var w struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []sheetName `xml:"sheets>sheet"`
	}
	if err := b.small(name, &w); err != nil {
		return err
	}
	b.names, b.y1904 = w.Sheets, w.Properties.Date1904 == "1" || w.Properties.Date1904 == "true"
	return nil
}

// sheet is the part of a sheet.
func (b *book) sheet(name string) (string, error) {
	for _, s := range b.names {
		r := b.rels[s.ID]
		if name == "" && (s.State != "" && s.State != "visible" || r.kind != "worksheet") || name != "" && s.Name != name {
			continue
		}
		if r.kind != "worksheet" {
			return "", refuse("该表不是工作表（可能是图表）", "that sheet holds no cells")
		}
		return r.target, nil
	}
	if name == "" {
		return "", refuse("没有可见的工作表", "no sheet is visible: name one with --sheet")
	}
	return "", refuse("没有这个工作表：请检查 --sheet 的名称", "there is no sheet of that name: look at --sheet")
}

// part opens a part; what it expands to is taken from the room of the whole workbook.
func (b *book) part(name string) (io.ReadCloser, error) {
	f := b.parts[strings.ToLower(name)]
	if f == nil {
		return nil, errors.New("a part is missing")
	}
	if f.Flags&1 != 0 {
		return nil, refuse("文件设有密码：请去掉密码后另存", "the file is under a password: save it without one")
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &guarded{in: r, book: b}, nil
}

// guarded is a part whose size and marks are bounded. Comments and document types, which no program writes into these parts, are refused.
type guarded struct {
	in    io.ReadCloser
	book  *book
	since int  // bytes since the last mark
	open  bool // the byte before was "<"
}

func (g *guarded) Read(p []byte) (int, error) {
	n, err := g.in.Read(p)
	if g.book.room -= int64(n); g.book.room < 0 {
		return 0, errTooMuch()
	}
	for _, c := range p[:n] {
		if g.open && c == '!' {
			return 0, errors.New("a comment or a document type")
		}
		g.open = c == '<'
		if g.since++; g.open {
			g.since = 0
		} else if g.since > maxToken {
			return 0, errTooMuch()
		}
	}
	return n, err
}

// Close closes the part.
func (g *guarded) Close() error { return g.in.Close() }

// small decodes a part that is kept as a whole.
func (b *book) small(name string, into any) error {
	r, err := b.part(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return xml.NewDecoder(bufio.NewReader(io.LimitReader(r, 64<<20))).Decode(into)
}

// of is the part of the workbook with this kind of relation, "" if there is none.
func (b *book) of(kind string) string {
	for _, r := range b.rels {
		if r.kind == kind {
			return r.target
		}
	}
	return ""
}

// loadTexts reads the shared texts. Phonetic readings are no part of a text.
func (b *book) loadTexts() error {
	name := b.of("sharedStrings")
	if name == "" {
		return nil
	}
	r, err := b.part(name)
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	total := 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "si" {
			continue
		}
		text, err := richText(d)
		if err != nil {
			return err
		}
		if total += len(text) + 16; total > maxTexts {
			return errTooMuch()
		}
		b.texts = append(b.texts, text)
	}
}

// richText collects the texts inside an element whose start was read.
func richText(d *xml.Decoder) (string, error) {
	var out strings.Builder
	inText := false
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "rPh" {
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			}
			depth++
			inText = t.Name.Local == "t"
		case xml.EndElement:
			depth--
			inText = false
		case xml.CharData:
			if inText {
				if out.Len()+len(t) > maxToken {
					return "", errTooMuch()
				}
				out.Write(t)
			}
		}
	}
	return unescape(out.String()), nil
}
