package main

import (
	"context"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
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
	return a.group("grant", catalog.Text{Zh: "授权", En: "grants"}, "yumen grant list", list, show)
}

func (a *app) printGrant(g *api.Grant) error {
	var t render.Table
	t.Add(a.t("授权", "grant"), g.ID)
	t.Add(a.t("状态", "state"), g.State)
	t.Add(a.t("机构", "organization"), g.Organization)
	t.Add(a.t("法人集团", "legal group"), g.LegalGroup)
	t.Add(a.t("场景", "scenario"), g.Scenario)
	t.Add(a.t("用途", "purpose"), g.Purpose)
	a.addScope(&t, g.Datasets, g.Methods, g.NotBefore, g.NotAfter)
	t.Add(a.t("申请", "application"), g.Application)
	t.Add(a.t("批准人", "approved by"), g.ApprovedBy)
	return a.print(g, t)
}
