package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) sessionCommand() *cobra.Command {
	return a.group("session", catalog.Text{Zh: "已打开的会话", En: "open sessions"}, "yumen session list\nyumen session revoke ses_…",
		a.sessionListCommand(), a.sessionRevokeCommand(), a.sessionRotateCommand())
}

func (a *app) sessionListCommand() *cobra.Command {
	var account string
	c := a.command(command{
		use: "list", short: catalog.Text{Zh: "列出会话：自己的，或（管理员）某账户的", En: "list sessions: one's own, or an account's (administrators)"},
		example: "yumen session list\nyumen session list --account ann",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Sessions(ctx, account)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("编号", "ID"), a.t("账户", "ACCOUNT"), a.t("来自", "FROM"), a.t("登录", "OPENED"), a.t("最近使用", "SEEN"), a.t("到期", "EXPIRES"), ""}}
			for _, s := range all {
				current := ""
				if s.Current {
					current = a.t("当前", "current")
				}
				t.Add(s.ID, s.Account, s.Address, day(s.Created), day(s.Seen), day(s.Expires), current)
			}
			return a.print(list(all), t)
		},
	})
	c.Flags().StringVar(&account, "account", "", a.t("哪个账户（默认为自己）", "whose (default one's own)"))
	return c
}

func (a *app) sessionRevokeCommand() *cobra.Command {
	var account string
	var all bool
	c := a.command(command{
		use: "revoke", args: []string{"[ID]"}, short: catalog.Text{Zh: "立即结束一个会话，或某账户的全部会话", En: "end one session at once, or all of an account"},
		example: "yumen session revoke ses_…\nyumen session revoke --all\nyumen session revoke --account ann",
		run: func(ctx context.Context, args []string) error {
			if given := len(args) == 1; given == (all || account != "") {
				return fail(exitUsage, "给出一个会话编号，或 --all，或 --account", "give one session's ID, or --all, or --account")
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				err = c.RevokeSession(ctx, args[0])
			} else {
				name := account
				if name == "" {
					w, err := c.Whoami(ctx)
					if err != nil {
						return err
					}
					name = w.Account
				}
				err = c.RevokeSessions(ctx, name)
			}
			if err == nil {
				a.say("会话已结束", "ended")
			}
			return err
		},
	})
	c.Flags().BoolVar(&all, "all", false, a.t("自己的全部会话，当前会话除外", "all of one's own, but for this one"))
	c.Flags().StringVar(&account, "account", "", a.t("某账户的全部会话（管理员）", "all of an account (administrators)"))
	return c
}

func (a *app) sessionRotateCommand() *cobra.Command {
	return a.command(command{
		use: "rotate", short: catalog.Text{Zh: "更换当前会话的令牌，旧令牌立即失效", En: "give this session another token; the old one is void at once"}, example: "yumen session rotate",
		run: func(ctx context.Context, _ []string) error {
			return a.renew(ctx, func(c sessionCaller) (*api.Session, error) { return c.RotateSession(ctx) })
		},
	})
}

// sessionCaller is what answers with a session that takes the place of the caller's.
type sessionCaller interface {
	RotateSession(ctx context.Context) (*api.Session, error)
	ChangePassword(ctx context.Context, p api.PasswordChange) (*api.Session, error)
	ConfirmTOTP(ctx context.Context, code string) (*api.FactorConfirmed, error)
}

// renew keeps the session that a call answers in place of the context's own.
func (a *app) renew(_ context.Context, call func(c sessionCaller) (*api.Session, error)) error {
	if a.getenv("YUMEN_TOKEN") != "" {
		return fail(exitUsage, "令牌来自 YUMEN_TOKEN，新令牌无处保存", "the token comes from YUMEN_TOKEN, so there is no place for a new one").
			hinting("改用上下文：yumen login", "use a context: yumen login")
	}
	p, err := a.place()
	if err != nil {
		return err
	}
	c, err := a.dial(p)
	if err != nil {
		return err
	}
	s, err := call(c)
	if err != nil {
		return err
	}
	p.at.Token, p.at.Expires = s.Token, s.Expires
	if err := p.save(); err != nil {
		return err
	}
	a.say("会话已更新", "the session has a new token")
	return nil
}

func (a *app) passwordCommand() *cobra.Command {
	var stdin bool
	c := a.command(command{
		use: "password", short: catalog.Text{Zh: "更改自己的口令；其他会话全部结束", En: "change one's own password; all other sessions end"},
		long: catalog.Text{Zh: "更改自己的口令。口令从终端读取；用 --password-stdin 时，标准输入第一行为旧口令，第二行为新口令。",
			En: "Changes one's own password. Passwords come from the terminal, or from standard input: the old one on the first line, the new\none on the second."},
		example: "yumen password\nyumen password --password-stdin <old-and-new.txt",
		run: func(ctx context.Context, _ []string) error {
			old, fresh, err := a.oldAndNew(stdin)
			if err != nil {
				return err
			}
			return a.renew(ctx, func(c sessionCaller) (*api.Session, error) {
				return c.ChangePassword(ctx, api.PasswordChange{Password: string(old), New: string(fresh)})
			})
		},
	})
	c.Flags().BoolVar(&stdin, "password-stdin", false, a.t("从标准输入读取两行：旧口令、新口令", "read two lines from standard input: old password, new password"))
	return c
}

func (a *app) oldAndNew(stdin bool) (old, fresh []byte, err error) {
	if stdin {
		lines, err := readSecrets(a.in, 2)
		if err != nil {
			return nil, nil, err
		}
		return lines[0], lines[1], nil
	}
	if old, err = a.secret(a.t("旧口令：", "old password: ")); err != nil {
		return nil, nil, err
	}
	fresh, err = a.twice(a.t("新口令：", "new password: "))
	return old, fresh, err
}

// readSecrets reads exactly n secrets, one a line.
func readSecrets(r io.Reader, n int) ([][]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(n)*(maxSecret+2)+1))
	if err != nil {
		return nil, fmt.Errorf("read the secrets: %w", err)
	}
	lines := bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
	if len(lines) != n {
		return nil, fail(exitUsage, fmt.Sprintf("标准输入应有 %d 行", n), fmt.Sprintf("want %d lines on standard input", n))
	}
	for i, line := range lines {
		if lines[i], err = readSecret(bytes.NewReader(line)); err != nil {
			return nil, err
		}
	}
	return lines, nil
}
