package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/keyfile"
)

const maxKeyFile = 64 << 10

func (a *app) keyCommand() *cobra.Command {
	return a.group("key", catalog.Text{Zh: "审核员的签名密钥", En: "the signing key of a reviewer"},
		"yumen key new\nyumen key register", a.keyNewCommand(), a.keyRegisterCommand(), a.keyListCommand(), a.keyConfirmCommand())
}

func (a *app) keyNewCommand() *cobra.Command {
	var out, passphraseFile string
	c := a.command(command{
		use: "new", short: catalog.Text{Zh: "生成用口令保护的签名密钥", En: "make a signing key, protected by a passphrase"},
		long: catalog.Text{Zh: "生成 Ed25519 签名密钥，用口令保护，写入一个新文件。密钥从不离开这台机器；用 key register 登记公钥。",
			En: "Makes an Ed25519 signing key under a passphrase, in a new file. The key never leaves this machine; register its public\nhalf with key register."},
		example: "yumen key new\nyumen key new --out reviewer.key --passphrase-file passphrase.txt",
		run:     func(_ context.Context, _ []string) error { return a.keyNew(out, passphraseFile) },
	})
	c.Flags().StringVar(&out, "out", "", a.t("写入哪个文件（默认为上下文的密钥文件）", "the file to write (default the context's key file)"))
	c.Flags().StringVar(&passphraseFile, "passphrase-file", "", a.t("从文件读取口令", "read the passphrase from a file"))
	return c
}

func (a *app) keyNew(out, passphraseFile string) error {
	out, err := a.keyFile(out)
	if err != nil {
		return err
	}
	passphrase, err := a.passphrase(passphraseFile, true)
	if err != nil {
		return err
	}
	defer clear(passphrase)
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	defer clear(key)
	b, err := keyfile.Encode(key, passphrase, keyfile.Recommended())
	if err != nil {
		return fail(exitUsage, "无法保护密钥", "cannot protect the key").because(err)
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := writeNew(out, b, 0o600); err != nil {
		return err
	}
	return a.printKeyFile(out, key.Public().(ed25519.PublicKey))
}

func (a *app) printKeyFile(path string, public ed25519.PublicKey) error {
	id, err := receipt.KeyID(public)
	if err != nil {
		return err
	}
	text := base64.StdEncoding.EncodeToString(public)
	var t render.Table
	t.Add(a.t("文件", "file"), path)
	t.Add(a.t("密钥编号", "key id"), id)
	t.Add(a.t("公钥", "public key"), text)
	return a.print(map[string]string{"file": path, "id": id, "public_key": text}, t)
}

func (a *app) keyRegisterCommand() *cobra.Command {
	var file string
	c := a.command(command{
		use: "register", short: catalog.Text{Zh: "登记公钥，由安全管理员确认", En: "register the public half; the security administrator confirms it"},
		example: "yumen key register\nyumen key register --key reviewer.key",
		run: func(ctx context.Context, _ []string) error {
			path, err := a.keyFile(file)
			if err != nil {
				return err
			}
			b, err := readFile(path, maxKeyFile)
			if err != nil {
				return err
			}
			public, err := keyfile.Public(b)
			if err != nil {
				return fail(exitUsage, "不是签名密钥文件："+path, "not a signing key file: "+path)
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			k, err := c.RegisterKey(ctx, api.KeyRegistration{PublicKey: base64.StdEncoding.EncodeToString(public)})
			if err != nil {
				return err
			}
			return a.printKeys(k, []api.Key{*k})
		},
	})
	c.Flags().StringVar(&file, "key", "", a.t("密钥文件（默认为上下文的）", "the key file (default the context's)"))
	return c
}

func (a *app) keyListCommand() *cobra.Command {
	return a.command(command{
		use: "list", short: catalog.Text{Zh: "列出登记的签名公钥", En: "list the registered signing keys"}, example: "yumen key list -o json",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			keys, err := c.SigningKeys(ctx)
			if err != nil {
				return err
			}
			return a.print(list(keys), a.keyTable(keys))
		},
	})
}

func (a *app) keyConfirmCommand() *cobra.Command {
	return a.command(command{
		use: "confirm", args: []string{"ID"}, short: catalog.Text{Zh: "确认登记的公钥（安全管理员）", En: "confirm a registered key (security administrator)"},
		long:    catalog.Text{Zh: "确认登记的公钥。先向审核员本人核对密钥编号。", En: "Confirms a registered key. Compare its id with the reviewer in person first."},
		example: "yumen key confirm ID",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			k, err := c.ConfirmKey(ctx, args[0])
			if err != nil {
				return err
			}
			return a.printKeys(k, []api.Key{*k})
		},
	})
}

// printKeys prints one key; one that is pending waits for a person.
func (a *app) printKeys(value any, keys []api.Key) error {
	if err := a.print(value, a.keyTable(keys)); err != nil {
		return err
	}
	for _, k := range keys {
		if k.State == "pending" {
			a.hint("由安全管理员确认：yumen key confirm %s", "the security administrator confirms it: yumen key confirm %s", k.ID)
			return status(exitWaiting)
		}
	}
	return nil
}

func (a *app) keyTable(keys []api.Key) render.Table {
	t := render.Table{Columns: []string{a.t("编号", "ID"), a.t("账户", "ACCOUNT"), a.t("状态", "STATE"), a.t("公钥", "PUBLIC KEY")}}
	for _, k := range keys {
		t.Add(k.ID, k.Account, k.State, k.PublicKey)
	}
	return t
}

// keyFile is the key file that a flag names, or the context's.
func (a *app) keyFile(asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	p, err := a.place()
	if err != nil {
		return "", err
	}
	return p.keyPath(), nil
}

// passphrase reads a passphrase from a file, or asks for it at the terminal: twice for a new key.
func (a *app) passphrase(file string, fresh bool) ([]byte, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fail(exitUsage, "无法打开口令文件", "cannot open the passphrase file").because(err)
		}
		defer f.Close()
		return readSecret(f)
	}
	prompt := a.t("签名密钥的口令：", "passphrase of the signing key: ")
	if fresh {
		return a.twice(prompt)
	}
	return a.secret(prompt)
}

func (a *app) keysCommand() *cobra.Command {
	var out string
	export := a.command(command{
		use: "export", short: catalog.Text{Zh: "输出固定的专区公钥，供离线验证", En: "print the zone's pinned public keys, for offline verification"},
		example: "yumen keys export --out zone-keys.json\nyumen receipt verify bundle --keys zone-keys.json",
		run: func(_ context.Context, _ []string) error {
			p, err := a.place()
			if err != nil {
				return err
			}
			if p.at.Keys == "" {
				return fail(exitUsage, "没有固定的公钥", "no keys are pinned").hinting("先登录一次：yumen login", "log in once: yumen login")
			}
			if out != "" {
				return writeNew(out, []byte(p.at.Keys), 0o644)
			}
			_, err = fmt.Fprintln(a.out, p.at.Keys)
			return err
		},
	})
	export.Flags().StringVar(&out, "out", "", a.t("写入哪个文件（默认为标准输出）", "the file to write (default standard output)"))
	return a.group("keys", catalog.Text{Zh: "专区的公钥", En: "the zone's public keys"}, "yumen keys export", export)
}

// list is the wire shape of a list, so that -o json prints what the interface answers.
func list[T any](items []T) any {
	if items == nil {
		items = []T{}
	}
	return struct {
		Items []T `json:"items"`
	}{items}
}
