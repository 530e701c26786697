package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) totpCommand() *cobra.Command {
	return a.group("totp", catalog.Text{Zh: "第二因素（验证器应用的验证码）", En: "the second factor: codes of an authenticator app"},
		"yumen totp enrol\nyumen totp confirm", a.totpEnrolCommand(), a.totpConfirmCommand(), a.totpResetCommand())
}

func (a *app) totpEnrolCommand() *cobra.Command {
	var stdin bool
	c := a.command(command{
		use: "enrol", short: catalog.Text{Zh: "登记第二因素：密钥只显示一次", En: "enrol a second factor: its secret is shown once"},
		long: catalog.Text{Zh: "为自己的账户生成验证器应用的密钥，只显示一次。把它加入应用，再用 totp confirm 确认第一个验证码。",
			En: "Makes a secret for one's own authenticator app and shows it once. Add it to the app, then confirm its first code with\ntotp confirm."},
		example: "yumen totp enrol\nyumen totp enrol --password-stdin <password.txt",
		run: func(ctx context.Context, _ []string) error {
			password, err := a.password(stdin)
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.EnrolTOTP(ctx, string(password))
			if err != nil {
				return err
			}
			a.hint("加入验证器应用后：yumen totp confirm", "add it to the authenticator app, then: yumen totp confirm")
			var t render.Table
			t.Add(a.t("链接", "uri"), v.URI)
			t.Add(a.t("密钥", "secret"), v.Secret)
			return a.print(v, t)
		},
	})
	c.Flags().BoolVar(&stdin, "password-stdin", false, a.t("从标准输入读取口令", "read the password from standard input"))
	return c
}

func (a *app) totpConfirmCommand() *cobra.Command {
	var stdin bool
	c := a.command(command{
		use: "confirm", short: catalog.Text{Zh: "用第一个验证码启用第二因素，并取得恢复码", En: "put the second factor into force with its first code, and get recovery codes"},
		example: "yumen totp confirm\nyumen totp confirm --code-stdin <code.txt",
		run: func(ctx context.Context, _ []string) error {
			code, err := a.code(stdin)
			if err != nil {
				return err
			}
			var v *api.FactorConfirmed
			err = a.renew(ctx, func(c sessionCaller) (*api.Session, error) {
				var err error
				if v, err = c.ConfirmTOTP(ctx, string(code)); err != nil {
					return nil, err
				}
				return &v.Session, nil
			})
			if err != nil {
				return err
			}
			a.hint("恢复码各用一次，只显示这一次：离线保存", "each recovery code works once, and they are shown this once: keep them offline")
			t := render.Table{Columns: []string{a.t("恢复码", "RECOVERY CODES")}}
			for _, c := range v.RecoveryCodes {
				t.Add(c)
			}
			return a.print(struct {
				Codes []string `json:"recovery_codes"`
			}{v.RecoveryCodes}, t)
		},
	})
	c.Flags().BoolVar(&stdin, "code-stdin", false, a.t("从标准输入读取验证码", "read the code from standard input"))
	return c
}

func (a *app) code(stdin bool) ([]byte, error) {
	if !stdin {
		return a.secret(a.t("验证码：", "code: "))
	}
	return readSecret(io.LimitReader(a.in, 128))
}

func (a *app) totpResetCommand() *cobra.Command {
	return a.command(command{
		use: "reset", args: []string{"NAME"}, short: catalog.Text{Zh: "重置他人丢失的第二因素（安全管理员；三员账户须两人）", En: "reset somebody's lost second factor (security administrator; for the three administrators two people)"},
		example: "yumen totp reset ann",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.ResetTOTP(ctx, args[0])
			if err != nil {
				return err
			}
			var t render.Table
			t.Add(a.t("账户", "account"), v.Account)
			t.Add(a.t("状态", "state"), v.State)
			if err := a.print(v, t); err != nil || v.State == "reset" {
				return err
			}
			a.hint("须由另一人以同一命令确认", "another person confirms it with the same command")
			return status(exitWaiting)
		},
	})
}
