package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/cmd/yumen/internal/xlsx"
)

// parts are those of a workbook with one sheet; a test may change them.
func parts(rows string) map[string]string {
	const relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>`
	relation := func(id, kind, target string) string {
		return fmt.Sprintf(`<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`, id, kind, target)
	}
	return map[string]string{
		"_rels/.rels": fmt.Sprintf(relations, relation("r1", "officeDocument", "xl/workbook.xml")),
		"xl/workbook.xml": `<workbook xmlns:r="x"><workbookPr/><sheets><sheet name="hidden" sheetId="9" state="hidden" r:id="r8"/><sheet name="one" sheetId="1" r:id="r1"/>` +
			`<sheet name="two" sheetId="2" r:id="r2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": fmt.Sprintf(relations, relation("r1", "worksheet", "worksheets/sheet1.xml")+relation("r2", "worksheet", "/xl/worksheets/sheet2.xml")+
			relation("r8", "worksheet", "worksheets/sheet8.xml")+relation("r3", "sharedStrings", "sharedStrings.xml")+relation("r4", "styles", "styles.xml")),
		"xl/sharedStrings.xml": `<sst><si><t>shared</t></si><si><r><t>ri</t></r><r><t xml:space="preserve">ch </t></r><rPh sb="0"><t>READING</t></rPh></si><si><t>a_x000D_b_x005F_</t></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="[$-804]yyyy&quot;年&quot;m&quot;月&quot;"/>` +
			`<numFmt numFmtId="166" formatCode="[Red]#,##0.00&quot;day&quot;"/><numFmt numFmtId="167" formatCode="[h]:mm:ss"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>` +
			`<xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="4"/><xf numFmtId="31"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet><sheetData><row><c t="inlineStr"><is><t>second</t></is></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet8.xml": `<worksheet><sheetData/></worksheet>`,
	}
}

func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

func convert(book []byte, sheet string) (string, error) {
	var out bytes.Buffer
	err := xlsx.Convert(bytes.NewReader(book), int64(len(book)), sheet, &out, nil)
	return out.String(), err
}

func TestCells(t *testing.T) {
	for cell, want := range map[string]string{
		`<c t="s"><v>0</v></c>`: "shared", `<c t="s"><v>1</v></c>`: "rich ", `<c t="s"><v>2</v></c>`: "a\rb_", `<c t="str"><f>A1</f><v>of a formula</v></c>`: "of a formula",
		`<c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>`: "inline", `<c t="b"><v>1</v></c>`: "true", `<c t="b"><v>0</v></c>`: "false",
		`<c t="d"><v>2024-01-31</v></c>`: "2024-01-31", `<c/>`: "", `<c s="1"/>`: "", `<c><f>SUM(A1)</f><v>3</v></c>`: "3",
		`<c><v>1.1000000000000001</v></c>`: "1.1", `<c><v>0.30000000000000004</v></c>`: "0.3", `<c><v>123456789012345</v></c>`: "123456789012345", `<c><v>1.2E+05</v></c>`: "120000",
		`<c><v>-0.05</v></c>`: "-0.05", `<c s="6"><v>1234567.891</v></c>`: "1234567.891", `<c s="4"><v>1234.5</v></c>`: "1234.5", `<c><v>1E-7</v></c>`: "0.0000001",
		`<c s="1"><v>45322</v></c>`: "2024-01-31", `<c s="2"><v>45322</v></c>`: "2024-01-31", `<c s="3"><v>45322</v></c>`: "2024-01-31", `<c s="7"><v>45322</v></c>`: "2024-01-31",
		`<c s="1"><v>1</v></c>`: "1900-01-01", `<c s="1"><v>59</v></c>`: "1900-02-28", `<c s="1"><v>61</v></c>`: "1900-03-01", `<c s="1"><v>2958465</v></c>`: "9999-12-31",
		`<c s="1"><v>45322.5</v></c>`: "2024-01-31 12:00:00", `<c s="5"><v>0.25</v></c>`: "06:00:00", `<c s="1"><v>45322.9999999999</v></c>`: "2024-02-01", `<c s="99"><v>7</v></c>`: "7",
	} {
		text, err := convert(pack(t, parts(`<row><c t="inlineStr"><is><t>h</t></is></c></row><row><c t="inlineStr"><is><t>x</t></is></c>`+cell+`</row>`)), "")
		require.NoError(t, err, cell)
		rows := csv.NewReader(strings.NewReader(text))
		rows.FieldsPerRecord = -1
		got, err := rows.ReadAll()
		require.NoError(t, err)
		if want == "" {
			require.Len(t, got[1], 1, cell)
			continue
		}
		require.Equal(t, want, got[1][1], cell)
	}
}

func TestRefused(t *testing.T) {
	for row, place := range map[string]string{
		`<row r="3"><c r="C3" t="e"><v>#N/A</v></c></row>`: "C3", `<row r="7"><c r="AB7"><v>110101199003071234</v></c></row>`: "AB7", `<row r="7"><c r="A7"><v>1.10101199003071E+17</v></c></row>`: "A7",
		`<row r="2"><c r="A2" s="1"><v>60</v></c></row>`: "A2", `<row r="2"><c r="A2" s="1"><v>-1</v></c></row>`: "A2", `<row r="2"><c r="A2" s="1"><v>1E300</v></c></row>`: "A2",
	} {
		_, err := convert(pack(t, parts(row)), "")
		var refused *xlsx.Error
		require.ErrorAs(t, err, &refused, row)
		require.Contains(t, refused.Text.En, "cell "+place+" ", row)
		require.Contains(t, refused.Text.Zh, "单元格 "+place+" ", row)
		require.NotContains(t, refused.Text.En, "11010119900307", "no value")
	}
	good := `<row><c><v>1</v></c></row>`
	for what, change := range map[string]func(p map[string]string){
		"the sheet is empty": func(p map[string]string) { p["xl/worksheets/sheet1.xml"] = `<worksheet><sheetData/></worksheet>` },
		"xlsb": func(p map[string]string) {
			p["_rels/.rels"] = strings.ReplaceAll(p["_rels/.rels"], "workbook.xml", "workbook.bin")
		},
		"damaged or no XLSX": func(p map[string]string) { delete(p, "xl/workbook.xml") },
		"no XLSX workbook":   func(p map[string]string) { p["xl/worksheets/sheet1.xml"] = `<worksheet><sheetData><row><c><v>1</v>` },
		"the file is damaged": func(p map[string]string) {
			p["xl/worksheets/sheet1.xml"] = `<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>`
		},
		"file is damaged": func(p map[string]string) {
			p["xl/sharedStrings.xml"] = ``
			p["xl/worksheets/sheet1.xml"] = `<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>`
		},
		"expands to more": func(p map[string]string) {
			p["xl/worksheets/sheet1.xml"] = `<worksheet><sheetData>` + strings.Repeat(" ", 2<<20)
		},
		"workbook expands to more": func(p map[string]string) {
			p["xl/worksheets/sheet1.xml"] = `<worksheet>` + strings.Repeat("<a>"+strings.Repeat(" ", 1<<10)+"</a>", 67<<10)
		},
	} {
		p := parts(good)
		change(p)
		_, err := convert(pack(t, p), "")
		require.ErrorContains(t, err, what)
	}
	_, err := convert(pack(t, parts(good)), "three")
	require.ErrorContains(t, err, "no sheet of that name")
	text, err := convert(pack(t, parts(good)), "two")
	require.NoError(t, err)
	require.Equal(t, "\"second\"\n", text)
	_, err = convert([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"), "")
	require.ErrorContains(t, err, "password")
	_, err = convert([]byte("PK\x03\x04"), "")
	require.ErrorContains(t, err, "damaged")
}

// TestExcelize reads a workbook that another program wrote.
func TestExcelize(t *testing.T) {
	book, err := os.ReadFile(filepath.Join("testdata", "excelize.xlsx"))
	require.NoError(t, err)
	require.True(t, xlsx.Workbook(book))
	text, err := convert(book, "")
	require.NoError(t, err)
	require.Equal(t, `"id","name","day","amount","n","ok","shown","sum"
001,海淀区,2024-01-31,1.1,123456789012,true,1234567.891,
002,"a,b",2024-03-02,2.2,123456789013,false,1234567.891,
003,"line
break",2024-03-31,3.3,123456789014,true,1234567.891,
004,"quo""te",2024-05-01,4.4,123456789015,false,1234567.891,
`, text)
}

// TestRandomTables writes random tables as workbooks, as different programs write them, and reads them back.
func TestRandomTables(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		want := [][]string{{"name", "day", "amount", "ok"}}
		for range 50 {
			name := ""
			for range 1 + rng.IntN(6) {
				name += []string{"域", ",", `"`, "\n", " ", "<", "&", "x", "_x0041_", "𠮷"}[rng.IntN(10)]
			}
			day := time.Date(1901+rng.IntN(150), time.Month(1+rng.IntN(12)), 1+rng.IntN(28), 0, 0, 0, 0, time.UTC)
			amount := strconv.FormatFloat(float64(rng.Int64N(1e12))/100, 'f', -1, 64)
			want = append(want, []string{name, day.Format(time.DateOnly), amount, strconv.FormatBool(rng.IntN(2) == 0)})
		}
		text, err := convert(pack(t, parts(sheetOf(want, rng))), "")
		require.NoError(t, err)
		got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func sheetOf(rows [][]string, rng *rand.Rand) string {
	var b strings.Builder
	at := 0
	for i, row := range rows {
		at += 1 + rng.IntN(2)
		fmt.Fprintf(&b, `<row r="%d">`, at)
		for c, v := range row {
			ref := fmt.Sprintf("%c%d", 'A'+c, at)
			var safe bytes.Buffer
			_ = xml.EscapeText(&safe, []byte(strings.ReplaceAll(v, "_x", "_x005F_x")))
			day, err := time.Parse(time.DateOnly, v)
			switch {
			case i > 0 && c == 1 && err == nil:
				fmt.Fprintf(&b, `<c r="%s" s="%d"><v>%d</v></c>`, ref, 1+rng.IntN(3), int(day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours()/24))
			case i > 0 && c == 2:
				f, _ := strconv.ParseFloat(v, 64)
				fmt.Fprintf(&b, `<c r="%s"><v>%s</v></c>`, ref, strconv.FormatFloat(f, 'g', 17, 64))
			case i > 0 && c == 3:
				fmt.Fprintf(&b, `<c r="%s" t="b"><v>%d</v></c>`, ref, map[string]int{"true": 1}[v])
			default:
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ref, safe.String())
			}
		}
		b.WriteString("</row>")
	}
	return b.String()
}

// FuzzSheet reads anything as a sheet, its styles and its texts: it ends in a table or in a refusal.
func FuzzSheet(f *testing.F) {
	p := parts(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45322</v></c></row>`)
	f.Add(p["xl/worksheets/sheet1.xml"], p["xl/styles.xml"], p["xl/sharedStrings.xml"])
	f.Fuzz(func(t *testing.T, sheet, styles, texts string) {
		p := parts("")
		p["xl/worksheets/sheet1.xml"], p["xl/styles.xml"], p["xl/sharedStrings.xml"] = sheet, styles, texts
		text, err := convert(pack(t, p), "")
		var refused *xlsx.Error
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		if _, err := r.ReadAll(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzConvert reads anything as a workbook.
func FuzzConvert(f *testing.F) {
	f.Add(pack(f, parts(`<row><c><v>1</v></c></row>`)))
	f.Fuzz(func(t *testing.T, book []byte) {
		var refused *xlsx.Error
		if _, err := convert(book, ""); err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
	})
}
