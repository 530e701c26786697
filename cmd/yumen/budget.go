package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) budgetCommand() *cobra.Command {
	return a.group("budget", catalog.Text{Zh: "加噪回答的预算", En: "the budget of noisy answers"}, "yumen budget show", a.command(command{
		use: "show", short: catalog.Text{Zh: "本集团的加噪预算：已用、可用和推断上限", En: "your group's noise budget: used, allowed, and how well anybody could guess"},
		long: catalog.Text{
			Zh: "每类主体、每个级别各有 30 天和一年的列数上限；不满足时查询以 BUDGET 拒绝。已回答过的单元格再问不计费，换数据集、换快照、换账号都不会恢复预算。\n“推断上限”：无论知道什么，任何人从一半的先验出发猜中一个主体的是非事实的概率都不超过它。",
			En: "Each type of entity and each grade has a limit of columns for 30 days and for a year; a question beyond it is refused as BUDGET. Cells that were answered cost nothing again, and no other dataset, load or account renews the budget.\nThe bound: whatever anybody knows, he guesses one entity's yes/no fact from an even prior with no higher probability."},
		example: "yumen budget show\nyumen budget show -o json",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			b, err := c.Budget(ctx)
			if err != nil {
				return err
			}
			if b.Items == nil {
				b.Items = []api.BudgetItem{}
			}
			t := render.Table{Columns: []string{a.t("主体", "ENTITY"), a.t("级别", "GRADE"), a.t("天数", "DAYS"), a.t("已用", "USED"), a.t("可用", "ALLOWED"), a.t("推断上限 %", "BOUND %")}}
			for _, i := range b.Items {
				days := fmt.Sprint(i.Days)
				if i.Days == 0 {
					days = a.t("全部", "all")
				}
				t.Add(i.Entity, grade(i.Grade), days, i.Used, i.Allowed, i.Bound)
			}
			return a.print(b, t)
		},
	}))
}

// noiseLines say of each column how far its figures may lie from the truth.
func (a *app) noiseLines(noise []api.Noise) []string {
	var out []string
	for _, n := range noise {
		for _, from := range n.From {
			out = append(out, fmt.Sprintf(a.t("列 %s：%s，σ = %s，95%% 区间 ±%s", "column %s: %s, σ = %s, 95%% within ±%s"), n.Column, from.Figure, from.Sigma, from.Interval))
		}
	}
	return out
}
