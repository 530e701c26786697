package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/contexts"
)

// maxSecret bounds a password or passphrase, in bytes.
const maxSecret = 1024

type loginFlags struct {
	server, user, caFile, acceptKeys string
	totpFile                         string
	stdin                            bool
}

func (a *app) loginCommand() *cobra.Command {
	var f loginFlags
	c := a.command(command{
		use: "login", short: catalog.Text{Zh: "登录网关，并固定该专区的公钥", En: "log in to a gateway and pin the zone's public keys"},
		long: catalog.Text{
			Zh: "登录网关。第一次登录时固定该专区的公钥，以后离线验证只信任它；公钥变化时拒绝登录。\n口令从终端或标准输入读取，从不写在命令行上。",
			En: "Logs in to a gateway. The first login pins the zone's public keys, the only ones that offline verification will trust;\n" +
				"a login to a zone whose keys changed is refused. The password comes from the terminal or from standard input, never\nfrom the command line."},
		example: "yumen login --server https://zone.example:8443 --user ann\nyumen login --server http://127.0.0.1:8443 --user ann --password-stdin --context test <password.txt",
		run:     func(ctx context.Context, _ []string) error { return a.login(ctx, f) },
	})
	flags := c.Flags()
	flags.StringVar(&f.server, "server", "", a.t("网关地址（默认为上下文中的，或 YUMEN_SERVER）", "address of the gateway (default the context's, or YUMEN_SERVER)"))
	flags.StringVar(&f.user, "user", "", a.t("账户名称（默认为上下文中的）", "name of the account (default the context's)"))
	flags.BoolVar(&f.stdin, "password-stdin", false, a.t("从标准输入读取口令；第二行（如有）为验证码", "read the password from standard input; a second line, if any, is the code"))
	flags.StringVar(&f.totpFile, "totp-file", "", a.t("从文件读取第二因素的验证码", "read the code of the second factor from a file"))
	flags.StringVar(&f.caFile, "ca-file", "", a.t("签发网关证书的机构证书（PEM）", "certificates of the authorities that sign the gateway's (PEM)"))
	flags.StringVar(&f.acceptKeys, "accept-keys", "", a.t("只接受具有此指纹的专区公钥", "accept the zone keys with this fingerprint, and no others"))
	return c
}

func (a *app) login(ctx context.Context, f loginFlags) error {
	p, err := a.place()
	if err != nil {
		return err
	}
	if f.user == "" {
		f.user = p.at.User
	}
	if f.user == "" {
		return fail(exitUsage, "没有指定账户", "no account is named").hinting("加上 --user 账户", "add --user NAME")
	}
	server, caFile, err := a.loginServer(f, p)
	if err != nil {
		return err
	}
	c, err := a.newClient(server, "", caFile)
	if err != nil {
		return err
	}
	pinned, err := a.pin(ctx, c, p, f.acceptKeys)
	if err != nil {
		return err
	}
	session, err := a.openSession(ctx, c, f)
	if err != nil {
		return loginError(err)
	}
	p.at = contexts.Context{Server: server, CAFile: caFile, User: f.user, Token: session.Token, Expires: session.Expires, Keys: pinned.document, Log: pinned.log}
	p.file.Current = p.name
	if err := p.save(); err != nil {
		return err
	}
	if session.Account.MustEnrol {
		a.hint("您的角色必须先登记第二因素：yumen totp enrol", "your role needs a second factor first: yumen totp enrol")
	}
	a.say("以 %s 登录 %s，上下文 %s", "logged in to %[2]s as %[1]s, context %[3]s", f.user, server, p.name)
	return nil
}

func (a *app) loginServer(f loginFlags, p *place) (server, caFile string, err error) {
	if server, err = a.serverOr(f.server, p); err != nil {
		return "", "", err
	}
	if f.caFile == "" && server == p.at.Server {
		return server, p.at.CAFile, nil
	}
	if f.caFile == "" {
		return server, "", nil
	}
	caFile, err = filepath.Abs(f.caFile)
	return server, caFile, err
}

// openSession logs in: with the code that was given, or else with the one that is asked for at the terminal when one is wanted.
func (a *app) openSession(ctx context.Context, c *client.Client, f loginFlags) (*api.Session, error) {
	in := api.Login{User: f.user}
	var err error
	if in.Password, in.Code, err = a.credentials(f); err != nil {
		return nil, err
	}
	session, err := c.Login(ctx, in)
	if !client.IsKind(err, client.KindSecondFactor) || in.Code != "" || f.stdin {
		return session, err
	}
	code, err := a.secret(a.t("验证码：", "code of the second factor: "))
	if err != nil {
		return nil, err
	}
	in.Code = string(code)
	return c.Login(ctx, in)
}

// credentials reads the password, and the code if it is given beside it.
func (a *app) credentials(f loginFlags) (password, code string, err error) {
	if f.totpFile != "" {
		file, err := os.Open(f.totpFile)
		if err != nil {
			return "", "", fail(exitUsage, "无法打开验证码文件", "cannot open the file with the code").because(err)
		}
		defer file.Close()
		b, err := readSecret(file)
		if err != nil {
			return "", "", err
		}
		code = string(b)
	}
	if !f.stdin {
		b, err := a.secret(a.t("口令：", "password: "))
		return string(b), code, err
	}
	b, err := io.ReadAll(io.LimitReader(a.in, 2*(maxSecret+2)+1))
	if err != nil {
		return "", "", fmt.Errorf("read the password: %w", err)
	}
	first, second, two := bytes.Cut(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
	if two {
		code = strings.TrimSpace(string(second))
	}
	secret, err := readSecret(bytes.NewReader(first))
	return string(secret), code, err
}

// loginError keeps a wrong password from being answered with "log in".
func loginError(err error) error {
	if client.IsKind(err, client.KindSecondFactor) {
		return fail(exitDenied, "还需要第二因素的验证码", "a code of the second factor is wanted too").
			hinting("在标准输入第二行给出验证码，或用 --totp-file", "give the code on the second line of standard input, or with --totp-file")
	}
	if client.IsKind(err, client.KindUnauthenticated) {
		return fail(exitDenied, "账户或口令不对，或账户尚未激活", "the account or the password is wrong, or the account is not active yet").
			hinting("用一次性激活码设置口令：yumen activate", "set a password with the one-time code: yumen activate")
	}
	return err
}

// password reads a password from standard input, or asks for it at the terminal.
func (a *app) password(stdin bool) ([]byte, error) {
	if !stdin {
		return a.secret(a.t("口令：", "password: "))
	}
	return readSecret(a.in)
}

// newPassword is password, but one that is typed is typed twice.
func (a *app) newPassword(stdin bool) ([]byte, error) {
	if stdin {
		return readSecret(a.in)
	}
	return a.twice(a.t("新口令：", "new password: "))
}

func (a *app) twice(prompt string) ([]byte, error) {
	first, err := a.secret(prompt)
	if err != nil {
		return nil, err
	}
	again, err := a.secret(a.t("再输入一次：", "once more: "))
	if err != nil {
		return nil, err
	}
	if string(first) != string(again) {
		return nil, fail(exitUsage, "两次输入不同", "the two differ")
	}
	return first, nil
}

// readSecret reads a secret and drops one line end after it.
func readSecret(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSecret+3))
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	if len(b) == 0 || len(b) > maxSecret {
		return nil, fail(exitUsage, "口令为空或过长", "the secret is empty or too long")
	}
	return b, nil
}

func (a *app) whoamiCommand() *cobra.Command {
	return a.command(command{
		use: "whoami", short: catalog.Text{Zh: "显示当前账户、角色和专区", En: "show the account, its role and the zone"}, example: "yumen whoami -o json",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			w, err := c.Whoami(ctx)
			if err != nil {
				return err
			}
			role := w.Role
			if role == "" {
				role = a.t("（待安全管理员确认）", "(waits for the security administrator)")
			}
			var t render.Table
			t.Add(a.t("账户", "account"), w.Account)
			t.Add(a.t("人员", "person"), w.Person)
			t.Add(a.t("机构", "organization"), w.Organization)
			t.Add(a.t("法人集团", "legal group"), w.LegalGroup)
			t.Add(a.t("角色", "role"), role)
			t.Add(a.t("专区", "zone"), w.Zone)
			t.Add(a.t("辖区规则", "jurisdiction"), w.Jurisdiction)
			t.Add(a.t("环境", "environment"), a.environment(w.Environment))
			t.Add(a.t("网关", "gateway"), c.Server())
			return a.print(w, t)
		},
	})
}

func (a *app) logoutCommand() *cobra.Command {
	return a.command(command{
		use: "logout", short: catalog.Text{Zh: "结束会话，删除本地令牌（保留固定的公钥）", En: "end the session and forget its token; the pinned keys stay"}, example: "yumen logout",
		run: func(ctx context.Context, _ []string) error {
			p, err := a.place()
			if err != nil {
				return err
			}
			c, err := a.dial(p)
			if err != nil {
				return err
			}
			gone := c.Logout(ctx)
			if p.at.Token != "" {
				p.at.Token, p.at.Expires = "", 0
				if err := p.save(); err != nil {
					return err
				}
			}
			if gone != nil && !client.IsKind(gone, client.KindUnauthenticated) {
				return gone
			}
			a.say("已退出", "logged out")
			return nil
		},
	})
}

func (a *app) activateCommand() *cobra.Command {
	var f loginFlags
	var code string
	c := a.command(command{
		use: "activate", short: catalog.Text{Zh: "用一次性激活码设置账户的第一个口令", En: "set an account's first password with its one-time code"},
		example: "yumen activate --server https://zone.example:8443 --user ann --code CODE --password-stdin <password.txt",
		run: func(ctx context.Context, _ []string) error {
			p, err := a.place()
			if err != nil {
				return err
			}
			server, caFile, err := a.loginServer(f, p)
			if err != nil {
				return err
			}
			c, err := a.newClient(server, "", caFile)
			if err != nil {
				return err
			}
			password, err := a.newPassword(f.stdin)
			if err != nil {
				return err
			}
			if err := c.Activate(ctx, api.Activation{User: f.user, Code: code, Password: string(password)}); err != nil {
				return err
			}
			a.say("账户 %s 已激活", "account %s is active", f.user)
			a.hint("登录：yumen login --server %s --user %s", "log in: yumen login --server %s --user %s", server, f.user)
			return nil
		},
	})
	flags := c.Flags()
	flags.StringVar(&f.server, "server", "", a.t("网关地址（默认为上下文中的，或 YUMEN_SERVER）", "address of the gateway (default the context's, or YUMEN_SERVER)"))
	flags.StringVar(&f.user, "user", "", a.t("账户名称", "name of the account"))
	flags.StringVar(&code, "code", "", a.t("一次性激活码", "the one-time code"))
	flags.BoolVar(&f.stdin, "password-stdin", false, a.t("从标准输入读取口令", "read the password from standard input"))
	flags.StringVar(&f.caFile, "ca-file", "", a.t("签发网关证书的机构证书（PEM）", "certificates of the authorities that sign the gateway's (PEM)"))
	mustGive(c, "user", "code")
	return c
}

// mustGive marks flags that must be given.
func mustGive(c *cobra.Command, names ...string) {
	for _, n := range names {
		if err := c.MarkFlagRequired(n); err != nil {
			panic(err) // the flag was not defined: a mistake in this program
		}
	}
}

// when shows a time stamp of the wire, which is in milliseconds, in the person's own time zone.
func when(ms int64) string {
	if ms == 0 {
		return "-"
	}
	return time.UnixMilli(ms).Local().Format("2006-01-02 15:04:05")
}

// day shows a time of the wire that is in seconds.
func day(s int64) string { return when(s * 1000) }
