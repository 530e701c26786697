package ident_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/internal/ident"
)

// The least recall and precision on generated data, by kind.
const target = 0.99

// standalone are the kinds that a text shows without a label.
var standalone = []catalog.IdentifierKind{
	catalog.IdentifierResidentID, catalog.IdentifierResidencePermit, catalog.IdentifierForeignerID, catalog.IdentifierUSCC, catalog.IdentifierBankCard,
	catalog.IdentifierMobile, catalog.IdentifierLandline, catalog.IdentifierEmail, catalog.IdentifierPlate, catalog.IdentifierPropertyTitle, catalog.IdentifierLEI,
}

// score counts what was there, what was found and what of it was right, by kind.
type score struct {
	there, found, right map[catalog.IdentifierKind]int
}

func newScore() score {
	return score{map[catalog.IdentifierKind]int{}, map[catalog.IdentifierKind]int{}, map[catalog.IdentifierKind]int{}}
}

func (s score) require(t *testing.T, kinds []catalog.IdentifierKind) {
	t.Helper()
	for _, k := range kinds {
		require.NotZero(t, s.there[k], k)
		recall, precision := float64(s.right[k])/float64(s.there[k]), float64(s.right[k])/float64(max(s.found[k], 1))
		t.Logf("%-18s recall %.4f precision %.4f of %d", k, recall, precision, s.there[k])
		require.GreaterOrEqual(t, recall, target, "recall of %s", k)
		require.GreaterOrEqual(t, precision, target, "precision of %s", k)
	}
}

// Free text: each text has one identifier or, ten times as often, near-misses alone; places must be right to the byte.
func TestIdentifiersAreFoundInText(t *testing.T) {
	g := newGenerator(7)
	s := newScore()
	frames := []string{"客户%s已办理", "经核对，%s。请回复", "see %s for details", "%s", "备注：%s；另附 3 份材料", "(%s)", "转账1200.50元至%s，谢谢", "\"%s\",", "%s/已核实", "尾号不符 %s 2026年11月"}
	for i := range 33_000 {
		frame := frames[g.IntN(len(frames))]
		if i%11 > 0 {
			for _, m := range reader.Find(fmt.Sprintf(frame, g.miss())) {
				s.found[m.Kind]++
			}
			continue
		}
		kind := standalone[g.IntN(len(standalone))]
		value := g.written(kind, g.truth(kind))
		text := fmt.Sprintf(frame, value)
		start := strings.Index(text, value)
		s.there[kind]++
		for _, m := range reader.Find(text) {
			s.found[m.Kind]++
			if m.Kind == kind && m.Start == start && m.End == start+len(value) {
				s.right[kind]++
			}
		}
	}
	s.require(t, standalone)
}

// Under a label, kinds without a proof of their own are found; the same text with another label has none.
func TestLabelsProveWhatFormsDoNot(t *testing.T) {
	g := newGenerator(8)
	for kind, labels := range map[catalog.IdentifierKind][]string{
		catalog.IdentifierPassport: {"护照号码：", "passport no. "}, catalog.IdentifierTravelPermit: {"通行证", "travel permit: "},
		catalog.IdentifierOrgCode: {"组织机构代码", "org code="}, catalog.IdentifierCNAPS: {"联行号 ", "CNAPS "},
	} {
		found := 0
		for range 1000 {
			value := g.truth(kind)
			if m := reader.Find("其" + g.pick(labels...) + value + "，完"); len(m) == 1 && m[0].Kind == kind {
				found++
			}
			require.Empty(t, reader.Find("货号 "+value+" 一件"), kind)
		}
		require.GreaterOrEqual(t, found, 990, kind)
	}
}

// Columns: a thousand columns of identifiers, mixed with noise, and a thousand of near-misses.
func TestColumnsAreJudged(t *testing.T) {
	kinds := append([]catalog.IdentifierKind{catalog.IdentifierOrgCode, catalog.IdentifierEnterpriseName, catalog.IdentifierAddress}, standalone...)
	g := newGenerator(9)
	s := newScore()
	for i := range 1000 {
		kind := kinds[i%len(kinds)]
		c := reader.Column("c")
		for range 100 {
			if g.IntN(20) == 0 {
				c.Add(g.miss(), 1)
				continue
			}
			c.Add(g.written(kind, g.truth(kind)), int64(1+g.IntN(3)))
		}
		s.there[kind]++
		s.tally(c, kind)
	}
	for range 1000 {
		c := reader.Column("c")
		form := g.IntN(22)
		for range 100 {
			c.Add(g.formed(form), 1)
		}
		s.tally(c, "")
	}
	s.require(t, kinds)
}

// tally counts the first verdict that is likely or certain about most of a column.
func (s score) tally(c *ident.Column, want catalog.IdentifierKind) {
	for _, v := range c.Verdicts() {
		if v.Confidence < ident.Likely || v.Share < 0.5 {
			continue
		}
		s.found[v.Kind]++
		if v.Kind == want {
			s.right[want]++
		}
		return
	}
}

// formed is a column's worth of one form that is no identifier.
func (g generator) formed(form int) string {
	switch form {
	case 0:
		return g.digits(8)
	case 1:
		return g.digits(9)
	case 2:
		return g.digits(12)
	case 3:
		return g.digits(15)
	case 4:
		return g.digits(16)
	case 5:
		return g.digits(18)
	case 6:
		return g.digits(19)
	case 7:
		return "1380000" + g.digits(4) // given out one after another
	case 8:
		return g.digits(11)
	case 9:
		return g.digits(6)
	case 10:
		return fmt.Sprint(g.IntN(1e6))
	case 11:
		return g.pick("高中", "石家庄", "党员", "安徽", "江苏", "大专", "本科")
	case 12:
		return g.day(1950, 2026).Format("20060102")
	case 13:
		return g.day(1950, 2026).Format("2006-01-02")
	case 14:
		return "E" + g.digits(8) // an article's number
	}
	return g.miss()
}

// The name of a column decides where values alone cannot.
func TestNamesOfColumnsCount(t *testing.T) {
	g := newGenerator(10)
	for name, kind := range map[string]catalog.IdentifierKind{
		"护照号": catalog.IdentifierPassport, "passport_no": catalog.IdentifierPassport, "回乡证": catalog.IdentifierTravelPermit, "联行号": catalog.IdentifierCNAPS,
		"xm": catalog.IdentifierPersonName, "客户姓名": catalog.IdentifierPersonName, "zzjgdm": catalog.IdentifierOrgCode,
	} {
		named, plain := reader.Column(name), reader.Column("v")
		for range 12 {
			v := g.truth(kind)
			named.Add(v, 1)
			plain.Add(v, 1)
		}
		v := named.Verdicts()
		require.NotEmpty(t, v, name)
		require.Equal(t, kind, v[0].Kind, name)
		require.GreaterOrEqual(t, v[0].Confidence, ident.Likely, name)
		for _, v := range plain.Verdicts() {
			require.Equal(t, ident.Possible, v.Confidence, name)
		}
	}
}

func TestIdentifiersInsideTextsOfAColumn(t *testing.T) {
	g := newGenerator(11)
	c := reader.Column("remark")
	for i := range 100 {
		text := "无"
		if i%4 == 0 {
			text = "本人" + g.truth(catalog.IdentifierResidentID) + "申请"
		}
		c.Add(fmt.Sprint(text, i), 1)
	}
	v := c.Verdicts()
	require.Len(t, v, 1)
	require.Equal(t, catalog.IdentifierResidentID, v[0].Kind)
	require.InDelta(t, 0.25, v[0].Inside, 0.001)
	require.Zero(t, v[0].Share)
}

func FuzzFind(f *testing.F) {
	g := newGenerator(12)
	for _, kind := range standalone {
		f.Add("甲" + g.truth(kind) + "乙")
	}
	f.Add("１３８\xff１２３４ 5678 @a.b.com. 京A·1")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, m := range reader.Find(text) {
			if m.Start < end || m.End <= m.Start || m.End > len(text) || !m.Kind.Valid() || m.Proof < ident.Shaped || m.Proof > ident.Checked {
				t.Fatal("a match lies outside the text, or on another")
			}
			end = m.End
		}
		c := reader.Column(text)
		c.Add(text, 1)
		for _, v := range c.Verdicts() {
			if v.Share < 0 || v.Share > 1 || v.Inside < 0 || v.Inside > 1 {
				t.Fatal("a share is none")
			}
		}
	})
}

func BenchmarkColumn(b *testing.B) {
	g := newGenerator(13)
	values := make([]string, 1000)
	for i := range values {
		values[i] = g.miss()
	}
	for b.Loop() {
		c := reader.Column("v")
		for _, v := range values {
			c.Add(v, 1)
		}
	}
}
