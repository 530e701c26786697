package enclave

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"yumen/catalog"
	"yumen/enclave/budget"
	"yumen/enclave/compile"
	"yumen/enclave/noise"
	"yumen/internal/api"
	"yumen/policy"
)

// covering is how a question is answered in the noisy mode. It follows from the plan, the declarations and the policy alone.
type covering struct {
	parts   []*coveredPart
	columns []budget.Column
	types   []string // of the entities in the base of any part: each has an account
	spreads []api.Noise
}

// coveredPart is one part of a plan with the noise of its statistics.
type coveredPart struct {
	program *compile.NoisyProgram
	source  *noise.Source
	scales  []noise.Scale  // by statistic
	factors []noise.Factor // by statistic; valid where a sum has factors in place of noise
	cells   [][][]byte     // canonical, by statistic and key; those of the universe once
	open    *opened        // where a key is open: how its values get their names. The program is that of none then
	named   []string       // the values that have a name, once they are known
}

// noisy reports whether the policy answers the question with noise.
func (a *asked) noisy() bool { return a.decision.Obligations.Run.Mode == policy.ModeNoisy }

// noiseRules are those of the question's grade.
func (a *asked) noiseRules() policy.NoiseRules {
	return a.decision.Obligations.Run.Noise[a.plan.Grade-1]
}

// limits are what legal groups may be charged, by grade.
func limits(rules []policy.NoiseRules) budget.Rules {
	var out budget.Rules
	for i, n := range rules {
		out = append(out, budget.Limit{Grade: i + 1, Sigma: big.NewRat(int64(n.Sigma), 1), Month: int64(n.Month), Year: int64(n.Year),
			MoreMonth: int64(n.MoreMonth), MoreYear: int64(n.MoreYear)})
	}
	return out
}

// cover prepares the noisy answer of a question, or refuses what noise cannot cover.
func (s *Service) cover(a *asked) error {
	secret, err := s.keys.Secret("noise")
	if err != nil {
		return fmt.Errorf("noise: %w", err)
	}
	out := &covering{}
	for _, plan := range a.plan.Parts() {
		part, err := a.coverPart(plan, noise.Secret(secret))
		if err != nil {
			return asUncovered(err)
		}
		out.parts = append(out.parts, part)
		for _, e := range plan.Base.Entities {
			if !slices.Contains(out.types, e.Type) {
				out.types = append(out.types, e.Type)
			}
		}
		if part.open != nil {
			out.columns = append(out.columns, part.open.counts.charges()...)
		}
		out.columns = append(out.columns, part.charges()...)
	}
	slices.Sort(out.types)
	if out.spreads, err = out.noise(a.plan); err != nil {
		return err
	}
	a.covered = out
	return nil
}

// charges are what the statistics of a part are charged as.
func (p *coveredPart) charges() []budget.Column {
	var out []budget.Column
	for i, st := range p.program.Statistics {
		c := budget.Column{Scale: p.scales[i], Units: st.Units, Touched: st.Touched}
		for _, cell := range p.cells[i] {
			c.Names = append(c.Names, p.source.Name(p.scales[i], cell))
		}
		out = append(out, c)
	}
	return out
}

// noisyInputs are those of every part.
func (a *asked) noisyInputs(source *noise.Source) compile.NoisyInputs {
	// A load draws anew, also one of the same file: equal noise would tell that nothing has changed.
	in := compile.NoisyInputs{Snapshots: a.pinIDs, Scope: a.scope(), Specs: map[string]*catalog.DatasetSpec{}, Cells: a.decision.Obligations.Run.CellsMax}
	for name, d := range a.sets {
		in.Specs[name] = d.Approved
	}
	if rules := a.noiseRules(); rules.Sums == policy.SumsFactor {
		in.Reading = func(entity, column string) (noise.Reading, error) {
			return source.Reading(rules.Factor, entity, column)
		}
	}
	return in
}

func (a *asked) coverPart(plan *compile.Plan, secret noise.Secret) (*coveredPart, error) {
	// The snapshots are in the canonical cells.
	source, err := noise.New(secret, nil)
	if err != nil {
		return nil, fmt.Errorf("noise: %w", err)
	}
	in := a.noisyInputs(source)
	open, err := compile.FindOpen(plan, in)
	if err != nil {
		return nil, err
	}
	if open != nil {
		return a.coverOpen(plan, open, in, source)
	}
	program, err := compile.GenerateNoisy(plan, in)
	if err != nil {
		return nil, err
	}
	return a.coverProgram(plan, program, source)
}

// coverProgram scales the noise of every statistic and names its cells.
func (a *asked) coverProgram(plan *compile.Plan, program *compile.NoisyProgram, source *noise.Source) (*coveredPart, error) {
	part := &coveredPart{program: program, source: source}
	rules := a.noiseRules()
	sigma := big.NewRat(int64(rules.Sigma), 1)
	for i, st := range program.Statistics {
		if !st.Sensitivity.IsInt64() {
			return nil, &compile.Uncovered{Want: compile.WantSmaller, Dataset: plan.Base.Root.Dataset}
		}
		scale, err := noise.NewScale(sigma, st.Sensitivity.Int64())
		if err != nil {
			return nil, &compile.Uncovered{Want: compile.WantSmaller, Dataset: plan.Base.Root.Dataset}
		}
		keys := len(program.Keys)
		if st.Set < 0 {
			keys = 1
		}
		var cells [][]byte
		for key := range keys {
			cell, err := program.Cell(i, key)
			if err != nil {
				return nil, fmt.Errorf("cell: %w", err)
			}
			cells = append(cells, cell)
		}
		var factor noise.Factor
		if st.Factored != nil {
			if factor, err = noise.NewFactor(rules.Factor, st.Factored.Most); err != nil {
				return nil, fmt.Errorf("noise: %w", err)
			}
		}
		part.factors = append(part.factors, factor)
		part.scales, part.cells = append(part.scales, scale), append(part.cells, cells)
	}
	return part, nil
}

// at is the canonical cell of a statistic at a key.
func (p *coveredPart) at(statistic, key int) []byte {
	if p.program.Statistics[statistic].Set < 0 {
		key = 0
	}
	return p.cells[statistic][key]
}

// wants are what noise needs, in the words of who asks.
var wants = map[compile.Want]struct {
	code    catalog.Code
	message catalog.Text
	remedy  catalog.Text
}{
	compile.WantMaxRows: {catalog.CodeModeNotAllowed,
		catalog.Text{Zh: "数据集没有声明每个主体的最多行数，无法确定噪声", En: "the dataset does not declare how many rows an entity has at most, so no noise is known to cover it"},
		catalog.Text{Zh: "请数据提供单位在 entities 中声明 max_rows（集团为 group_max_rows）", En: "ask the provider to declare max_rows in entities (group_max_rows for a group)"}},
	compile.WantClip: {catalog.CodeAggArg,
		catalog.Text{Zh: "该度量没有声明 clip，不能加噪求和", En: "the measure declares no clip, so its sum cannot be covered with noise"},
		catalog.Text{Zh: "改用计数，或请数据提供单位声明 clip", En: "count instead, or ask the provider to declare clip"}},
	compile.WantDomain: {catalog.CodeGroupKey,
		catalog.Text{Zh: "分组字段的取值不由声明或条件确定：是否出现某个值本身会泄露信息", En: "the values of a group key are fixed neither by its declaration nor by conditions: that one of them appears would tell something"},
		catalog.Text{Zh: "按有值域的字段分组，或用条件列出取值；日期请用条件写明起止。也可请数据提供单位为日期声明 bounds，为文本声明 max_values（一次查询限一个此类字段）", En: "group by a column with a declared domain, or list its values by conditions; give a date its first and last day. Or ask the provider to declare the bounds of a date, or max_values of a text: one such key a question"}},
	compile.WantKeyJoin: {catalog.CodeJoinEdge,
		catalog.Text{Zh: "该连接不是按主体键进行的，无法确定噪声", En: "the join does not run on the key of an entity, so no noise is known to cover it"},
		catalog.Text{Zh: "按声明的主体键连接", En: "join along a declared edge between keys of entities"}},
	compile.WantEntities: {catalog.CodeModeNotAllowed,
		catalog.Text{Zh: "查询只涉及公开数据表，没有需要保护的主体", En: "the query touches public tables alone, so there is nobody to protect"},
		catalog.Text{Zh: "公开数据请从开放平台直接获取", En: "take open data from the open-data platform"}},
	compile.WantNarrower: {catalog.CodeTooLarge,
		catalog.Text{Zh: "结果可能的单元格数超过该级别上限", En: "the answer could hold more cells than this grade allows"},
		catalog.Text{Zh: "减少分组字段，或使用更粗的概化", En: "use fewer group keys, or coarser ones"}},
	compile.WantSmaller: {catalog.CodeModeNotAllowed,
		catalog.Text{Zh: "单个主体的影响过大，噪声会淹没结果", En: "one entity can move so much that noise of its size would leave nothing"},
		catalog.Text{Zh: "去掉行数很多的主体所在的表，或使用获批的计算", En: "leave out the table whose entities have many rows, or use an approved computation"}},
	compile.WantRollup: {catalog.CodeAggArg,
		catalog.Text{Zh: "加噪时不能对子查询的结果求和", En: "the result of an inner query cannot be added up with noise"},
		catalog.Text{Zh: "直接对字段求和，或对子查询的结果分档后计数", En: "add up the column itself, or count by bins of the inner query's result"}},
}

// asUncovered is a want as a refusal. What is named is declared.
func asUncovered(err error) error {
	var u *compile.Uncovered
	if !errors.As(err, &u) {
		return asRefusal(err)
	}
	w, ok := wants[u.Want]
	if !ok {
		return asRefusal(err)
	}
	at := " (" + u.Dataset
	if u.Name != "" {
		at += "." + u.Name
	}
	at += ")"
	return &catalog.Refusal{Code: w.code, Position: -1, Articles: []string{"BJ-OPS-27c"},
		Message: catalog.Text{Zh: w.message.Zh + at, En: w.message.En + at}, Remedy: w.remedy}
}
