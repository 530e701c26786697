package enclave

import (
	"math/big"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/enclave/compile"
)

// undeclared is how many values a key counts for when neither a domain nor bounds limit it.
const undeclared = 1000

// years is how many years a date may span for the bound of cells.
const years = 200

// cellsBound is the most cells that a plan can answer with: of each part the product of the declared domains of its keys times its cell columns.
// It follows from the catalog alone, never from what the data holds.
func (a *asked) cellsBound() int {
	all := 0
	for i, part := range a.plan.Parts() {
		n := max(len(part.Cells), 1)
		if a.covered != nil {
			all += n * a.covered.parts[i].program.Most()
			continue
		}
		for _, k := range part.Keys {
			n = saturate(n, a.valuesOf(part, k))
		}
		all += n
	}
	return all
}

func saturate(a, b int) int {
	const most = 1 << 30
	if a > most/max(b, 1) {
		return most
	}
	return a * b
}

// valuesOf bounds the values of one group key, restricted by the query's own condition on that column.
func (a *asked) valuesOf(part *compile.Plan, k compile.Key) int {
	n := a.domainOf(part, k)
	for _, c := range part.Sets[0].Conditions {
		if c.Column == k.Column && k.Func == "" && len(c.Set.Values) > 0 && !c.Set.Except {
			n = min(n, len(c.Set.Values)+1)
		}
	}
	return n
}

func (a *asked) domainOf(part *compile.Plan, k compile.Key) int {
	switch k.Func {
	case "year", "trunc_year":
		return years
	case "decade":
		return years / 10
	case "quarter":
		return 5
	case "month":
		return 13
	case "case":
		return len(k.Bins)
	case "trunc_quarter":
		return years * 4
	case "trunc_month":
		return years * 12
	}
	col := a.column(part, k.Column)
	if col == nil {
		return undeclared
	}
	switch {
	case k.Func == "" && len(col.Domain) > 0:
		return len(col.Domain) + 1
	case k.Func == "prefix" && len(col.Domain) > 0:
		seen := map[string]bool{}
		for _, v := range col.Domain {
			seen[cut(string(v), int(k.N))] = true
		}
		return len(seen) + 1
	case k.Func == "band" && len(col.Bounds) == 2 && k.N > 0:
		return bands(col, k.N)
	case strings.EqualFold(col.Type, "BOOLEAN"):
		return 3
	}
	return undeclared
}

// column is the declared column behind a reference to a dataset's table, or nil for a result of a roll-up.
func (a *asked) column(part *compile.Plan, ref compile.ColumnRef) *catalog.Column {
	tables := append([]compile.Table{part.Base.Root}, part.Base.Joins...)
	for _, t := range tables {
		if t.Path == ref.Path {
			if d, ok := a.sets[t.Dataset]; ok {
				return d.Approved.Column(ref.Column)
			}
		}
	}
	return nil
}

// bounds are those declared for the columns that the plan adds up.
func (a *asked) bounds(part *compile.Plan) map[compile.ColumnRef]compile.Bounds {
	out := map[compile.ColumnRef]compile.Bounds{}
	for _, c := range part.Cells {
		col := a.column(part, c.Measure.Column)
		if col == nil || len(col.Bounds) != 2 {
			continue
		}
		low, errLow := col.Bounds[0].Rat()
		high, errHigh := col.Bounds[1].Rat()
		if errLow == nil && errHigh == nil {
			out[c.Measure.Column] = compile.Bounds{Low: low, High: high}
		}
	}
	return out
}

// bands is how many bands of width n the column's bounds span.
func bands(col *catalog.Column, n int64) int {
	lo, err := col.Bounds[0].Rat()
	if err != nil {
		return undeclared
	}
	hi, err := col.Bounds[1].Rat()
	if err != nil {
		return undeclared
	}
	span := new(big.Rat).Quo(new(big.Rat).Sub(hi, lo), new(big.Rat).SetInt64(n))
	f, _ := span.Float64()
	if f < 0 || f > 1<<20 {
		return 1 << 20
	}
	return int(f) + 2
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		r = r[:n]
	}
	return string(r)
}

// answerable refuses what neither mode can judge: a plan with nobody to protect, whose tables are open data anyway, and one whose
// answer could hold more cells than its grade allows; and what noise cannot cover.
func (s *Service) answerable(a *asked) error {
	if slices.ContainsFunc(a.plan.Parts(), func(p *compile.Plan) bool { return len(p.Base.Entities) == 0 }) {
		return &catalog.Refusal{Code: catalog.CodeModeNotAllowed, Position: -1, Articles: []string{"BJ-OPS-32b"},
			Message: catalog.Text{Zh: "查询只涉及公开数据表，没有需要保护的主体", En: "the query touches public tables alone, so there is nobody to protect"},
			Remedy:  catalog.Text{Zh: "公开数据请从开放平台直接获取，或与受保护的数据集连接后查询", En: "take open data from the open-data platform, or join it to a protected dataset"}}
	}
	if a.noisy() {
		if err := s.cover(a); err != nil {
			return err
		}
	}
	if most := a.decision.Obligations.Run.CellsMax; a.cellsBound() > most {
		code := catalog.CodeTooLarge
		if a.bound.Over != nil {
			code = catalog.CodeSubquery // it is the inner query that could be
		}
		return tooManyCells(code)
	}
	return nil
}

func tooManyCells(code catalog.Code) *catalog.Refusal {
	return &catalog.Refusal{Code: code, Position: -1, Articles: []string{"BJ-OPS-32b"},
		Message: catalog.Text{Zh: "结果可能的单元格数超过该级别上限", En: "the answer could hold more cells than this grade allows"},
		Remedy:  catalog.Text{Zh: "减少分组字段，或使用更粗的概化（如 decade、band）", En: "use fewer group keys, or coarser ones such as decade or band"}}
}
