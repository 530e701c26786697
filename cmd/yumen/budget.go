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
	return a.group("budget", catalog.Text{Zh: "加噪回答的预算", En: "the budget of noisy answers"}, "yumen budget show", a.budgetShowCommand(), a.budgetTopUpCommand())
}

func (a *app) budgetShowCommand() *cobra.Command {
	var group string
	c := a.command(command{
		use: "show", short: catalog.Text{Zh: "本集团的加噪预算：已用、可用和推断上限", En: "your group's noise budget: used, allowed, and how well anybody could guess"},
		long: catalog.Text{
			Zh: "每类主体、每个级别各有 30 天和一年的列数上限；不满足时查询以 BUDGET 拒绝。已回答过的单元格再问不计费，换数据集、换快照、换账号都不会恢复预算。\n“推断上限”：无论知道什么，任何人从一半的先验出发猜中一个主体的是非事实的概率都不超过它。",
			En: "Each type of entity and each grade has a limit of columns for 30 days and for a year; a question beyond it is refused as BUDGET. Cells that were answered cost nothing again, and no other dataset, load or account renews the budget.\nThe bound: whatever anybody knows, he guesses one entity's yes/no fact from an even prior with no higher probability."},
		example: "yumen budget show\nyumen budget show -o json\nyumen budget show --group group_a",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			b, err := c.Budget(ctx, group)
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
			if err := a.print(b, t); err != nil {
				return err
			}
			for _, f := range b.Factors {
				if len(b.Items) == 0 {
					break // nothing was charged, so no bound stands above
				}
				a.line(a.t("系数：", "factors: "), a.factorLine(f))
			}
			for _, u := range b.TopUps {
				a.line(a.t("追加：", "top-up: "), a.topUpLine(u))
			}
			return nil
		},
	})
	c.Flags().StringVar(&group, "group", "", a.t("另一法人集团（限专区工作人员）", "another legal group, for the zone's staff"))
	return c
}

func (a *app) budgetTopUpCommand() *cobra.Command {
	var in api.TopUpRequest
	var grade int
	c := a.command(command{
		use: "top-up", short: catalog.Text{Zh: "追加加噪预算：一人提出，另一单位的人员确认", En: "add to a noise budget: one person proposes, one of another party confirms"},
		long: catalog.Text{
			Zh: "为一个法人集团、一类主体、一个级别的一个时间窗追加列数：由安全管理员提出（退出码 4），由监管人员或含此类主体的数据的提供单位在一天内以相同内容确认。追加只在该时间窗的长度内有效，总量不超过策略规定的上限。",
			En: "Adds columns to one window of one grade, for one legal group and one type of entities: the security administrator proposes (exit code 4), the regulator or a provider of such entities confirms it in the same words within a day.\n" +
				"It lasts as long as the window is, and the top-ups of a window add up to no more than the policy says.",
		},
		example: "yumen budget top-up --group group_a --entity person --grade 2 --window 30 --units 20 --reason 'validation of the spring model'",
		run: func(ctx context.Context, _ []string) error {
			in.Grade = catalog.Grade(max(0, min(grade, 255)))
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.TopUp(ctx, in)
			if err != nil {
				return err
			}
			var t render.Table
			t.Add(a.t("追加", "top-up"), a.topUpLine(*v))
			if err := a.print(v, t); err != nil || v.State != "proposed" {
				return err
			}
			a.hint("由另一单位的人员以相同内容再次执行", "a person of another party gives the same command")
			return status(exitWaiting)
		},
	})
	f := c.Flags()
	f.StringVar(&in.Group, "group", "", a.t("法人集团", "legal group"))
	f.StringVar(&in.Entity, "entity", "", a.t("主体类型", "type of entities"))
	f.IntVar(&grade, "grade", 0, a.t("级别", "grade"))
	f.IntVar(&in.Days, "window", 0, a.t("时间窗：30 或 365 天", "window: 30 or 365 days"))
	f.Int64Var(&in.Units, "units", 0, a.t("追加的列数", "columns to add"))
	f.StringVar(&in.Reason, "reason", "", a.t("原因", "why"))
	mustGive(c, "group", "entity", "grade", "window", "units", "reason")
	return c
}

// topUpLine tells one top-up.
func (a *app) topUpLine(u api.TopUp) string {
	if u.State == "proposed" {
		return fmt.Sprintf(a.t("%s %d 级，%d 天窗口 +%d 列，待另一单位确认", "%s grade %d, window of %d days +%d columns, waits for another party"), u.Entity, u.Grade, u.Days, u.Units)
	}
	return fmt.Sprintf(a.t("%s %d 级，%d 天窗口 +%d 列，%s 至 %s", "%s grade %d, window of %d days +%d columns, %s to %s"), u.Entity, u.Grade, u.Days, u.Units, u.First, u.Last)
}

// factorLine tells what the bound does not speak of.
func (a *app) factorLine(f api.Factor) string {
	return fmt.Sprintf(a.t("%d 级加噪求和中，每个主体的金额乘以 1 ± [%d %%, %d %%]（按主体和字段固定）：任何提问都不能以优于 ±%d %% 的精度确定一个金额；上面的推断上限不包含此类列，金额大的主体是否参与不予隐藏",
		"in sums at grade %d each entity's amounts are read times 1 ± [%d %%, %d %%], fixed for entity and column: no questions fix an amount better than ±%d %%. The bound does not speak of such columns, and whether a large contributor takes part is not hidden"),
		f.Grade, f.Percent, 2*f.Percent, f.Percent)
}

// noiseLines say of each column how far its figures may lie from the truth.
func (a *app) noiseLines(noise []api.Noise) []string {
	var out []string
	for _, n := range noise {
		if n.Interval != "" {
			out = append(out, fmt.Sprintf(a.t("列 %s：95%% 区间 ±%s", "column %s: 95%% within ±%s"), n.Column, n.Interval))
		}
		for _, from := range n.From {
			if from.Factor != "" {
				out = append(out, a.factoredLine(n.Column, from))
				continue
			}
			out = append(out, fmt.Sprintf(a.t("列 %s：%s，σ = %s，95%% 区间 ±%s", "column %s: %s, σ = %s, 95%% within ±%s"), n.Column, from.Figure, from.Sigma, from.Interval))
		}
	}
	return out
}

// factoredLine tells of a figure with factors; how far they move it is known once the answer is there.
func (a *app) factoredLine(column string, from api.Spread) string {
	out := fmt.Sprintf(a.t("列 %s：%s，金额乘以系数（p = %s%%），取三位有效数字", "column %s: %s, amounts times factors (p = %s%%), to three digits"), column, from.Figure, from.Factor)
	if from.Interval == "" {
		return out
	}
	return out + fmt.Sprintf(a.t("，σ ≤ %s，95%% 区间 ±%s（最宽的一行）", ", σ ≤ %s, 95%% within ±%s (in the widest row)"), from.Sigma, from.Interval)
}
