package compile

import (
	"fmt"
	"strings"

	"yumen/catalog"
)

// ExplainOuter says what the outer query does, a sentence a line: that it knows released cells and nothing else, what each column of the answer is
// computed from, what its other clauses act on, and its limits. It is known of a plan that has just been made.
func (p *Plan) ExplainOuter() []catalog.Text {
	out := []catalog.Text{
		{Zh: "外层查询在另一个进程中运行，那里只有已发布的单元格，没有任何数据行",
			En: "the outer query runs in a process of its own, over the released cells alone: no row of data is there"},
		{Zh: "NULL 表示未发布或为空，两者不作区分；单元格全部未发布的行不出现",
			En: "NULL is withheld or empty, and nothing tells which; a row whose cells are all withheld is absent"},
	}
	for i, c := range p.Post.Columns {
		if i < len(p.Post.Sources) {
			out = append(out, p.columnWords(c, p.Post.Sources[i]))
		}
	}
	return append(append(out, p.clauseWords()...), catalog.Text{
		Zh: fmt.Sprintf("外层的限制：最多 %d 个不同的聚合和 %d 个窗口，生成的文本不超过 %d KiB；除以零、超出类型范围的值为 NULL；只能转换为数值类型", MaxAggregates, MaxAggregates, maxPostText>>10),
		En: fmt.Sprintf("limits of the outer query: at most %d different aggregates and %d windows, a generated text of %d KiB; what divides by zero or leaves the range of its type is NULL; casts are to numbers only", MaxAggregates, MaxAggregates, maxPostText>>10)})
}

// columnWords says what a column of the answer is computed from.
func (p *Plan) columnWords(c PostColumn, from []Source) catalog.Text {
	if len(from) == 0 {
		return catalog.Text{Zh: fmt.Sprintf("列 %s：常量，或已发布的行数", c.Name), En: fmt.Sprintf("column %s: a constant, or the number of released rows", c.Name)}
	}
	var zh, en []string
	for _, s := range from {
		t := p.sourceWords(s)
		zh, en = append(zh, t.Zh), append(en, t.En)
	}
	return catalog.Text{Zh: fmt.Sprintf("列 %s：由 %s 得出", c.Name, strings.Join(zh, "、")), En: fmt.Sprintf("column %s: from %s", c.Name, strings.Join(en, ", "))}
}

func (p *Plan) sourceWords(s Source) catalog.Text {
	part := p.Parts()[s.Part]
	of := catalog.Text{}
	if len(p.More) > 0 {
		of = catalog.Text{Zh: fmt.Sprintf("汇总 %d 的", s.Part+1), En: fmt.Sprintf(" of part %d", s.Part+1)}
	}
	if s.Key {
		words := part.Keys[s.Index].words()
		return catalog.Text{Zh: of.Zh + "分组字段 " + words, En: "group key " + words + of.En}
	}
	return catalog.Text{Zh: fmt.Sprintf("%s单元格 c%d", of.Zh, s.Index), En: fmt.Sprintf("cell c%d%s", s.Index, of.En)}
}

// clauseWords says what the other clauses act on.
func (p *Plan) clauseWords() []catalog.Text {
	var out []catalog.Text
	add := func(when bool, zh, en string) {
		if when {
			out = append(out, catalog.Text{Zh: zh, En: en})
		}
	}
	c := p.Post.Clauses
	add(c.Having, "HAVING 在发布之后筛选：未发布的值不满足任何条件", "HAVING chooses after the release: a withheld value meets no condition")
	add(c.Window, "窗口只看到已发布的行：占比是占已发布合计的比例，名次是已发布行中的名次", "windows see released rows alone: a share is of what was released, a place is among released rows")
	add(c.Value, "单值子查询：没有行或多于一行时为 NULL", "a subquery of one value is NULL where it has no row, or more than one")
	add(c.Over, "外层的连接、筛选和聚合只作用于已发布的单元格；相加不含未发布的单元格", "joins, conditions and aggregates outside act on released cells: what is withheld is in no sum")
	add(c.Order, "ORDER BY 之后按所有列排序，使相同的问题得到相同的字节", "behind ORDER BY all columns order the rows, so that equal questions have equal bytes")
	add(c.Limit, "LIMIT 取已发布的行", "LIMIT takes released rows")
	return out
}
