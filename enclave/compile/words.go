package compile

import (
	"fmt"
	"strings"

	"yumen/catalog"
)

// ResultType is the engine's type of a released value: BIGINT for counts, and a decimal of full width for sums, so that no declared
// bound can overflow it.
func (m Measure) ResultType() string {
	if !m.adds() {
		return "BIGINT"
	}
	return fmt.Sprintf("DECIMAL(38,%d)", m.scale())
}

// Figure names the measure as a text would: count(*), count(distinct entity), sum(column).
func (m Measure) Figure() string {
	switch m.Kind {
	case MeasureRows:
		return "count(*)"
	case MeasureEntities:
		return "count(distinct " + m.Entity.Type + ")"
	case MeasureSquares:
		return "sum(" + m.Column.Column + " * " + m.Column.Column + ")"
	case MeasureProducts:
		return "sum(" + m.Column.Column + " * " + m.Other.Column.Column + ")"
	}
	return "sum(" + m.Column.Column + ")"
}

// adds reports whether the measure adds amounts up, rather than counts.
func (m Measure) adds() bool {
	return m.Kind == MeasureSum || m.Kind == MeasureSquares || m.Kind == MeasureProducts
}

// scale is the number of digits after the point of an amount.
func (m Measure) scale() int {
	switch {
	case m.Kind == MeasureSquares:
		return 2 * scaleOf(m.Type)
	case m.Other != nil:
		return scaleOf(m.Type) + scaleOf(m.Other.Type)
	}
	return scaleOf(m.Type)
}

// Words is what the plan asks, in one sentence a part: the tables, the conditions and the keys. It names the caller's own literals and nothing else.
func (p *Plan) Words() catalog.Text {
	out := p.partWords()
	for _, part := range p.More {
		w := part.partWords()
		out.Zh, out.En = out.Zh+"。"+w.Zh, out.En+". "+w.En
	}
	return out
}

func (p *Plan) partWords() catalog.Text {
	tables := []string{p.Base.Root.Dataset}
	for _, t := range p.Base.Joins {
		tables = append(tables, t.Dataset)
	}
	var boxes []string
	for _, b := range p.Sets {
		boxes = append(boxes, b.words())
	}
	var keys []string
	for _, k := range p.Keys {
		keys = append(keys, k.words())
	}
	zh := fmt.Sprintf("表 %s；范围 %s", strings.Join(tables, "、"), strings.Join(boxes, "；"))
	en := fmt.Sprintf("tables %s; rows %s", strings.Join(tables, ", "), strings.Join(boxes, "; "))
	if len(keys) > 0 {
		zh += "；分组 " + strings.Join(keys, "、")
		en += "; by " + strings.Join(keys, ", ")
	}
	return catalog.Text{Zh: zh, En: en}
}

// Explain says what a cell of the plan is and which rules will judge it, a sentence a line, part by part.
func (p *Plan) Explain() []catalog.Text {
	var out []catalog.Text
	parts := p.Parts()
	for i, part := range parts {
		if len(parts) > 1 {
			out = append(out, catalog.Text{Zh: fmt.Sprintf("汇总 %d / %d，按此顺序如同先后提问：", i+1, len(parts)), En: fmt.Sprintf("part %d of %d, answered in this order as if asked one after the other:", i+1, len(parts))})
		}
		out = append(out, part.explain()...)
	}
	return out
}

func (p *Plan) explain() []catalog.Text {
	out := []catalog.Text{p.partWords()}
	for i, c := range p.Cells {
		out = append(out, catalog.Text{Zh: fmt.Sprintf("单元格 c%d：%s", i, c.Measure.words("条数", "去重主体数", "合计", "平方和", "乘积和")),
			En: fmt.Sprintf("cell c%d: %s", i, c.Measure.words("number of rows", "number of distinct entities", "sum", "sum of squares", "sum of products"))})
	}
	var zh, en []string
	for _, e := range p.Base.Entities {
		zh, en = append(zh, kindOf(e)+"@"+e.Path), append(en, kindOf(e)+"@"+e.Path)
		if e.GroupOf > 0 {
			zh[len(zh)-1], en[len(en)-1] = kindOf(e)+"所属集团@"+e.Path, "groups of "+kindOf(e)+"@"+e.Path
		}
	}
	return append(out, catalog.Text{
		Zh: "规则：每类主体（" + strings.Join(zh, "、") + "）的最小人数、补集、敏感条件、与以往回答之差；合计另有支配性与同质性",
		En: "rules: a minimum of entities of every reference (" + strings.Join(en, ", ") + "), complement, sensitive conditions, difference to earlier answers; for sums also dominance and homogeneity",
	})
}

func (m Measure) words(rows, entities, sum, squares, products string) string {
	switch m.Kind {
	case MeasureEntities:
		return entities + " " + m.Entity.Type
	case MeasureSum:
		return sum + " " + m.Column.words()
	case MeasureSquares:
		return squares + " " + m.Column.words()
	case MeasureProducts:
		return products + " " + m.Column.words() + " × " + m.Other.Column.words()
	}
	return rows
}

func (c ColumnRef) words() string { return c.Path + "." + c.Column }

func (k Key) words() string {
	switch {
	case k.Func == "":
		return k.Column.words()
	case k.Func == keyCase:
		var bins []string
		for _, s := range k.Bins {
			bins = append(bins, s.words())
		}
		return k.Column.words() + " (" + strings.Join(bins, " | ") + ")"
	case k.N > 0:
		return fmt.Sprintf("%s(%s, %d)", k.Func, k.Column.words(), k.N)
	}
	return fmt.Sprintf("%s(%s)", k.Func, k.Column.words())
}

// Shown is a value of the key for a reader: that of a case is the set of its bin.
func (k Key) Shown(value *string) *string {
	if bin, ok := k.bin(value); ok && k.Func == keyCase {
		text := bin.Set.words()
		return &text
	}
	return value
}

func (b Box) words() string {
	var parts []string
	for _, c := range b.Conditions {
		parts = append(parts, c.Column.words()+" "+c.Set.words())
	}
	for _, m := range b.Matched {
		parts = append(parts, "∃ "+m)
	}
	if len(parts) == 0 {
		return "*"
	}
	return strings.Join(parts, " ∧ ")
}

func (s Set) words() string {
	var parts []string
	if len(s.Values) > 0 {
		op := "∈"
		if s.Except {
			op = "∉"
		}
		parts = append(parts, op+" {"+strings.Join(s.Values, ", ")+"}")
	}
	for _, i := range s.Intervals {
		parts = append(parts, "["+i.Lo+", "+i.Hi+")")
	}
	for _, p := range s.Prefixes {
		if s.Except {
			p = "∌ " + p
		}
		parts = append(parts, p+"…")
	}
	if s.Except && len(parts) == 0 {
		parts = append(parts, "*")
	}
	if s.Null {
		parts = append(parts, "NULL")
	}
	return strings.Join(parts, " ∪ ")
}
