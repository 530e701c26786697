package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

func (a *app) grantCommand() *cobra.Command {
	list := a.command(command{
		use: "list", short: catalog.Text{Zh: "列出授权", En: "list grants"}, example: "yumen grant list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Grants(ctx)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("授权", "GRANT"), a.t("状态", "STATE"), a.t("机构", "ORGANIZATION"), a.t("场景", "SCENARIO"), a.t("到期", "UNTIL")}}
			for _, g := range all {
				t.Add(g.ID, g.State, g.Organization, g.Scenario, day(g.NotAfter))
			}
			return a.print(list(all), t)
		},
	})
	show := a.command(command{
		use: "show", args: []string{"ID"}, short: catalog.Text{Zh: "显示一个授权", En: "show a grant"}, example: "yumen grant show grant_…",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			g, err := c.Grant(ctx, args[0])
			if err != nil {
				return err
			}
			return a.printGrant(g)
		},
	})
	return a.group("grant", catalog.Text{Zh: "授权", En: "grants"}, "yumen grant list\nyumen grant suspend grant_… --reason 'misuse is looked into'", list, show,
		a.grantActCommand("suspend", catalog.Text{Zh: "暂停授权：停止其运行，结果不再放行", En: "stop a grant: its runs end and nothing leaves until it is resumed"},
			(*client.Client).SuspendGrant),
		a.grantActCommand("resume", catalog.Text{Zh: "恢复被暂停的授权", En: "resume a suspended grant"}, (*client.Client).ResumeGrant),
		a.grantActCommand("terminate", catalog.Text{Zh: "终止授权，不可恢复", En: "end a grant for good"}, (*client.Client).TerminateGrant))
}

func (a *app) grantActCommand(use string, short catalog.Text, act func(*client.Client, context.Context, string, api.GrantAct) (*api.Grant, error)) *cobra.Command {
	var reason string
	c := a.command(command{
		use: use, args: []string{"ID"}, short: short, example: "yumen grant " + use + " grant_… --reason '…'",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			g, err := act(c, ctx, args[0], api.GrantAct{Reason: reason})
			if err != nil {
				return err
			}
			return a.printGrant(g)
		},
	})
	c.Flags().StringVar(&reason, "reason", "", a.t("原因；应用单位可见", "why; the institution reads it"))
	return c
}

func (a *app) printGrant(g *api.Grant) error {
	var t render.Table
	t.Add(a.t("授权", "grant"), g.ID)
	t.Add(a.t("状态", "state"), g.State+a.grantWords(g))
	t.Add(a.t("机构", "organization"), g.Organization)
	t.Add(a.t("法人集团", "legal group"), g.LegalGroup)
	t.Add(a.t("场景", "scenario"), g.Scenario)
	t.Add(a.t("用途", "purpose"), g.Purpose)
	a.addScope(&t, g.Datasets, g.Methods, g.Modes, g.NotBefore, g.NotAfter)
	a.addLimits(&t, api.Frequency{}, g.Recipients)
	for _, q := range g.Quotas {
		t.Add(a.t("次数", "quota"), a.quotaWords(q))
	}
	if len(g.Quotas) == 0 {
		t.Add(a.t("次数", "quota"), a.t("不限", "none"))
	}
	for _, name := range g.Unused {
		t.Add(a.t("未使用字段", "unused"), name)
	}
	if g.Lapses != 0 {
		t.Add(a.t("不使用则失效", "lapses unused"), day(g.Lapses))
	}
	t.Add(a.t("申请", "application"), g.Application)
	t.Add(a.t("批准人", "approved by"), g.ApprovedBy)
	return a.print(g, t)
}

// grantWords says since when a grant is as it is, by whom and why.
func (a *app) grantWords(g *api.Grant) string {
	if c := g.Change; c != nil && (g.State == "suspended" || g.State == "terminated") {
		reason := c.Reason
		if reason == "" {
			reason = a.t("未说明原因", "no reason given")
		}
		return fmt.Sprintf(a.t("（%s，%s：%s）", " (%s, %s: %s)"), when(c.Time), c.By, reason)
	}
	if g.State == "pending" {
		return fmt.Sprintf(a.t("（%s 起生效）", " (from %s)"), day(g.NotBefore))
	}
	return ""
}

func (a *app) quotaWords(q api.Quota) string {
	names := map[string]catalog.Text{"day": {Zh: "今日", En: "today"}, "month": {Zh: "本月", En: "this month"}, "total": {Zh: "共", En: "in all"}}
	text := fmt.Sprintf(a.t("%s：已用 %d/%d，剩余 %d", "%s: %d of %d used, %d left"), a.lang.Text(names[q.Window]), q.Used, q.Max, q.Left)
	if q.Left == 0 && q.Frees != 0 {
		text += fmt.Sprintf(a.t("，%s 恢复", ", free again %s"), when(q.Frees*1000))
	}
	return text
}
