package enclave

import (
	"fmt"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
	"yumen/internal/api"
	"yumen/policy"
)

// rules says which of the policy's rules judge the cells of a question, and when and how its answer can leave. It follows from the plan and
// the policy alone, and tells no parameter from which one could compute what was withheld.
func (a *asked) rules() []catalog.Text {
	ob := a.decision.Obligations.Run
	if a.covered != nil {
		return append(a.noisyRules(), reviewWords[ob.Review])
	}
	out := []catalog.Text{
		{Zh: "人数：每个单元格的每类主体都须达到最小人数；未达到的为空，不说明原因", En: "threshold: each cell needs a minimum of distinct entities of every type; one that does not have it is empty, without a word why"},
		{Zh: "补集：单元格与其总体之差须为空（按条件即可判定）或同样达到最小人数", En: "complement: what a cell leaves of its universe must be empty by its conditions, or reach the minimum as well"},
		{Zh: "差分：与本集团以往每个回答之差同样须达到最小人数", En: "differences: so must what separates it from each earlier answer of your group"},
		{Zh: "敏感条件：去掉任一组敏感条件后，单元格及其差同样须达到最小人数", En: "sensitive conditions: without any of them, the cell and the difference must reach the minimum as well"},
	}
	add := func(when bool, zh, en string) {
		if when {
			out = append(out, catalog.Text{Zh: zh, En: en})
		}
	}
	add(ob.Homogeneity > 0, "同质性：几乎全部相同的单元格不出现", "homogeneity: a cell whose entities are nearly all alike does not appear")
	add(a.sums() && (len(ob.Dominance) > 0 || ob.P > 0), "支配性：由一两个主体决定的合计与平均不出现", "dominance: a sum or mean that one or two entities make up does not appear")
	add(ob.Jitter > 0, "最小人数按单元格固定地略有浮动", "the minimum varies a little, in a fixed way by cell")
	add(ob.Round > 0, fmt.Sprintf("计数取整到 %d 的倍数", ob.Round), fmt.Sprintf("counts are rounded to multiples of %d", ob.Round))
	add(true, fmt.Sprintf("规模：一次回答最多 %d 个单元格，本查询最多 %d 个", ob.CellsMax, a.cellsBound()),
		fmt.Sprintf("size: an answer has at most %d cells; this one at most %d", ob.CellsMax, a.cellsBound()))
	add(true, fmt.Sprintf("时间：状态只在提交后每 %d 毫秒变化一次，与数据无关", ob.TickMS), fmt.Sprintf("time: a state shows on multiples of %d ms after submission, whatever the data", ob.TickMS))
	return append(out, reviewWords[ob.Review])
}

// noisyRules are those of an answer that noise covers.
func (a *asked) noisyRules() []catalog.Text {
	ob := a.decision.Obligations.Run
	return []catalog.Text{
		{Zh: "噪声：每个数由单元格、快照和密钥确定地加上离散高斯噪声；同样的含义得到同样的数", En: "noise: each figure is covered with discrete Gaussian noise that follows from cell, snapshot and a secret; equal meaning gives equal numbers"},
		{Zh: fmt.Sprintf("显示：加噪后的主体数达到 %d 加上噪声的最大幅度才显示，补集同样", ob.K), En: fmt.Sprintf("shown: where the noisy number of entities is at least %d and the farthest that noise reaches, and so is what is left of the universe", ob.K)},
		{Zh: "预算：每个新的列向本集团的每类主体计费，用 yumen budget show 查看", En: "budget: every new column is charged to your group for each type of entity; see yumen budget show"},
		{Zh: fmt.Sprintf("规模：一次回答最多 %d 个单元格，本查询 %d 个", ob.CellsMax, a.cellsBound()), En: fmt.Sprintf("size: an answer has at most %d cells; this one %d", ob.CellsMax, a.cellsBound())},
		{Zh: fmt.Sprintf("时间：状态只在提交后每 %d 毫秒变化一次，与数据无关", ob.TickMS), En: fmt.Sprintf("time: a state shows on multiples of %d ms after submission, whatever the data", ob.TickMS)},
	}
}

// reviewWords say how an answer leaves.
var reviewWords = map[policy.Review]catalog.Text{
	policy.ReviewAuto:    {Zh: "出域：符合规则即自动发布；被标记的须经审核员同意", En: "review: released by the rules alone, unless it is flagged for a reviewer"},
	policy.ReviewOne:     {Zh: "出域：须一名审核员同意", En: "review: one reviewer must approve"},
	policy.ReviewTwo:     {Zh: "出域：须两名审核员同意", En: "review: two reviewers must approve"},
	policy.ReviewParties: {Zh: "出域：须两个单位的两名审核员和每个数据提供方的审核员同意", En: "review: two reviewers of two organizations must approve, and one of each data provider"},
	policy.ReviewNever:   {Zh: "出域：不予发布", En: "review: it is not released"},
}

// sums reports whether a cell of the question adds a measure up.
func (a *asked) sums() bool {
	for _, part := range a.plan.Parts() {
		for _, c := range part.Cells {
			if strings.HasPrefix(c.Measure.ResultType(), "DECIMAL") {
				return true
			}
		}
	}
	return false
}

// rewriteOf is how a text of this code can be written instead.
func rewriteOf(code catalog.Code) *api.Rewrite {
	e, ok := sqltree.ExampleOf(code)
	if !ok {
		return nil
	}
	return &api.Rewrite{Refused: e.Refused, Instead: e.Instead}
}
