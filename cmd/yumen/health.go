package main

import (
	"context"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/enclave/receipt"
)

// healthCommand shows the health page of the zone; it fails when a mechanism does not work.
func (a *app) healthCommand() *cobra.Command {
	return a.command(command{
		use: "health", short: catalog.Text{Zh: "健康页：六项安全工作机制的状态", En: "the health page: how the six mechanisms that keep the zone safe stand"},
		long: catalog.Text{Zh: "身份认证、应急处置、备份恢复、数据安全审计、日志审计、追溯倒查各项机制的状态。有一项不起作用时退出码为 1。",
			En: "Identity and authentication, emergency handling, backup and recovery, data security audit, log audit, tracing back. Exit code 1 when one does not work."},
		example: "yumen health\nyumen health -o json",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.Mechanisms(ctx)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("机制", "MECHANISM"), a.t("状态", "STATE"), a.t("情况", "WHAT IS THE CASE"), a.t("处理", "WHAT TO DO")}}
			words := map[string]string{"ok": a.t("正常", "ok"), "weak": a.t("不足", "weak"), "off": a.t("失效", "off")}
			for _, m := range v.Items {
				t.Add(a.lang.Text(m.Title), words[m.State], a.lang.Text(m.Note), a.lang.Text(m.Remedy))
			}
			if err := a.print(v, t); err != nil {
				return err
			}
			if v.Environment == receipt.EnvironmentDevelopment {
				a.say("%s: %s", "%s: %s", a.t("环境", "environment"), a.environment(v.Environment))
			}
			if v.State == "off" {
				return status(exitUnexpected)
			}
			return nil
		},
	})
}
