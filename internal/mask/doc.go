// Package mask is the desensitization library: what a person may see of a value, by the kind of data and by level. Every rule is
// idempotent, leaves what is empty empty, and hides a value that it does not recognise. A masked value is told by its form, and that
// form shows no more than the rule does: docs/spec/desensitization.md has the table, and it is this package's test.
//
// Masks are for eyes. Where values must stay comparable, the query file holds keyed tokens (catalog.EntityKey), never plain hashes.
package mask

import (
	"time"

	"yumen/catalog"
	"yumen/internal/ident"
)

// Data is a kind of data that has a rule: each kind of identifier by its own name, and what points at somebody without being one.
type Data string

// The kinds of data beside identifiers.
const (
	BirthDate Data = "birth_date" // 出生日期
	Amount    Data = "amount"     // 金额
	Moment    Data = "moment"     // 事件时间
	Position  Data = "position"   // 经纬度
	Network   Data = "network"    // 网络地址
	Diagnosis Data = "diagnosis"  // ICD-10 编码
	FreeText  Data = "text"       // 自由文本
	Secret    Data = "secret"     // 生物特征、口令、验证码
)

// Level is how much of a value may be seen.
type Level string

// The levels, from the one that shows most.
const (
	Display Level = "display" // grades 1 and 2
	Strict  Level = "strict"  // grade 3
	Hide    Level = "hide"    // grade 4: nothing is shown
)

// Levels lists the levels, the one that shows most first.
func Levels() []Level { return []Level{Display, Strict, Hide} }

// Hidden stands for a value of which nothing is shown. Its length says nothing.
const Hidden = "******"

// Masker masks values. It is immutable and may be shared; nobody is born after its day.
type Masker struct{ reader *ident.Reader }

// New returns a masker for a day.
func New(today time.Time) *Masker { return &Masker{reader: ident.NewReader(today)} }

// Value masks one value of a known kind. An unknown level or kind hides it.
func (m *Masker) Value(d Data, l Level, value string) string {
	r, known := rules[d]
	if value == "" || value == Hidden {
		return value
	}
	if !known || l != Display && l != Strict {
		return Hidden
	}
	apply := r.display
	if l == Strict {
		apply = r.strict
	}
	if apply == nil {
		return Hidden
	}
	if r.masked(l, value) {
		return value
	}
	if out, ok := apply(m.reader, value); ok {
		return out
	}
	return Hidden
}

// Of is the kind of data of a declared column: its identifier, or what its category and type say.
func Of(c *catalog.Column) Data {
	switch {
	case c.Identifier != "":
		return Data(c.Identifier)
	case c.Category == catalog.CategoryBiometric:
		return Secret
	case c.Category == catalog.CategoryHealth && c.Type == string(catalog.TypeVarchar):
		return Diagnosis
	case c.Type == string(catalog.TypeDate) && ident.Mentions(c.Name, "BIRTH", "BIRTHDAY", "BIRTH_DATE", "DOB", "CSRQ", "出生"):
		return BirthDate
	case c.Type == string(catalog.TypeDate):
		return Moment
	case c.Has(catalog.RoleMeasure):
		return Amount
	}
	return FreeText
}

// maxPasses bounds how often a text is read again after its masks changed what stands beside what.
const maxPasses = 8

// Text masks every identifier inside a text and leaves the rest. A text that is one identifier as a whole is masked by its rule.
// Found says what was masked, in the order of the text.
func (m *Masker) Text(l Level, text string) (masked string, found []ident.Kind) {
	for range maxPasses {
		next, kinds := m.pass(l, text)
		if found == nil {
			found = kinds
		}
		if next == text {
			return text, found
		}
		text = next
	}
	return Hidden, found
}

func (m *Masker) pass(l Level, text string) (masked string, found []ident.Kind) {
	if kind, ok := m.reader.Whole(text); ok {
		return m.Value(Data(kind), l, text), []ident.Kind{kind}
	}
	last := 0
	for _, f := range m.reader.Find(text) {
		masked += text[last:f.Start] + m.Value(Data(f.Kind), l, text[f.Start:f.End])
		last, found = f.End, append(found, f.Kind)
	}
	return masked + text[last:], found
}
