package main

import (
	"context"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

func (a *app) accountCommand() *cobra.Command {
	return a.group("account", catalog.Text{Zh: "账户", En: "accounts"}, "yumen account confirm ann\nyumen account suspend ann --reason 'left the bank'",
		a.accountAct("confirm", catalog.Text{Zh: "确认账户的角色（安全管理员）", En: "confirm an account's role (security administrator)"},
			func(ctx context.Context, c *client.Client, name string) (*api.Resource, error) {
				return c.ConfirmAccount(ctx, name)
			}),
		a.accountSuspendCommand(),
		a.accountAct("resume", catalog.Text{Zh: "恢复被停用的账户（安全管理员）", En: "resume a suspended account (security administrator)"},
			func(ctx context.Context, c *client.Client, name string) (*api.Resource, error) {
				return c.ResumeAccount(ctx, name)
			}),
		a.accountResetCommand())
}

// accountAct is an act upon one account that has no flags.
func (a *app) accountAct(use string, short catalog.Text, act func(ctx context.Context, c *client.Client, name string) (*api.Resource, error)) *cobra.Command {
	return a.command(command{
		use: use, args: []string{"NAME"}, short: short, example: "yumen account " + use + " ann",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			r, err := act(ctx, c, args[0])
			if err != nil {
				return err
			}
			return a.print(r, a.resourceTable([]api.Resource{*r}))
		},
	})
}

func (a *app) accountSuspendCommand() *cobra.Command {
	var reason string
	c := a.accountAct("suspend", catalog.Text{Zh: "停用账户：其会话立即结束", En: "suspend an account: its sessions end at once"},
		func(ctx context.Context, c *client.Client, name string) (*api.Resource, error) {
			return c.SuspendAccount(ctx, name, reason)
		})
	c.Example = indent("yumen account suspend ann --reason 'left the bank'")
	c.Flags().StringVar(&reason, "reason", "", a.t("原因", "why"))
	mustGive(c, "reason")
	return c
}

func (a *app) accountResetCommand() *cobra.Command {
	return a.command(command{
		use: "reset", args: []string{"NAME"}, short: catalog.Text{Zh: "作废账户的口令并取得新的激活码（系统管理员）", En: "void an account's password and get a new activation code (administrator)"},
		long: catalog.Text{Zh: "作废账户的口令：其会话立即结束，角色待安全管理员再次确认。激活码只显示一次，须当面或经可信渠道交给本人。",
			En: "Voids an account's password: its sessions end at once, and its role waits for the security administrator again. The code is\nshown once; hand it to the person himself."},
		example: "yumen account reset ann",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			code, err := c.ResetAccount(ctx, args[0])
			if err != nil {
				return err
			}
			var t render.Table
			t.Add(a.t("账户", "account"), code.Account)
			t.Add(a.t("激活码", "activation code"), code.Code)
			a.hint("本人设置口令：yumen activate --user %s --code 激活码；再由安全管理员确认：yumen account confirm %s",
				"the person sets a password: yumen activate --user %s --code CODE; then the security administrator: yumen account confirm %s", code.Account, code.Account)
			return a.print(code, t)
		},
	})
}
