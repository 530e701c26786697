package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/enclave/audit"
	"yumen/enclave/audit/verify"
)

func (a *app) auditVerifyCommand() *cobra.Command {
	var from, keys string
	c := a.command(command{
		use: "verify", short: catalog.Text{Zh: "离线证明日志完整", En: "prove offline that the log is intact"},
		long: catalog.Text{
			Zh: "只凭条目和公钥重建日志并证明完整；不真时指出第一个坏条目，退出码为 6。不加 --from 时先导出当前日志，\n并证明它是上次验证过的日志的延续。",
			En: "Rebuilds the log from entries and public keys alone and proves it intact; if it is not, the first bad entry is named and the\n" +
				"exit code is 6. Without --from the log is exported first, and must go on from the one that was verified here before."},
		example: "yumen audit verify\nyumen audit verify --from log --keys zone-keys.json",
		run: func(ctx context.Context, _ []string) error {
			if from == "" {
				return a.verifyNow(ctx, keys)
			}
			r, err := a.verifyLog(from, keys)
			if err != nil {
				return err
			}
			return a.printIntact(r)
		},
	})
	c.Flags().StringVar(&from, "from", "", a.t("audit export 写出的文件夹", "a folder that audit export wrote"))
	c.Flags().StringVar(&keys, "keys", "", a.t("专区公钥文件（默认为固定的公钥）", "the zone's keys (default the pinned ones)"))
	return c
}

// verifyNow verifies the log as the gateway holds it at this moment.
func (a *app) verifyNow(ctx context.Context, keys string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "yumen-log-*")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(dir)
	log := filepath.Join(dir, "log")
	if _, err := a.export(ctx, c, log); err != nil {
		return err
	}
	r, err := a.verifyLog(log, keys)
	if err != nil {
		return err
	}
	if keys == "" {
		if err := a.remember(log, r); err != nil {
			return err
		}
	}
	return a.printIntact(r)
}

// intact is what audit verify prints when the log is.
type intact struct {
	Intact bool   `json:"intact"`
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
	From   int64  `json:"from"`
	To     int64  `json:"to"`
}

func (a *app) verifyLog(dir, keysFile string) (verify.Report, error) {
	return a.eachEntry(dir, keysFile, func(*audit.Entry) {})
}

// eachEntry verifies an exported log and shows each entry; what was seen counts only without an error.
func (a *app) eachEntry(dir, keysFile string, visit func(*audit.Entry)) (verify.Report, error) {
	keys, err := a.trusted(keysFile)
	if err != nil {
		return verify.Report{}, err
	}
	verifier, err := note.NewVerifier(keys.Log)
	if err != nil {
		return verify.Report{}, fail(exitUsage, "日志的公钥无法使用", "the log's public key cannot be used").because(err)
	}
	r, err := verify.Each(dir, note.VerifierList(verifier), visit)
	if errors.Is(err, verify.ErrNotGenuine) {
		return r, fail(exitNotGenuine, "日志不完整", "the log is not intact").because(err).
			hinting("保留这份导出作为证据，通知审计员和监管方", "keep this export as evidence; tell the auditor and the regulator")
	}
	if err != nil {
		return r, fail(exitUsage, "无法读取导出的日志", "cannot read the exported log").because(err)
	}
	return r, nil
}

func (a *app) printIntact(r verify.Report) error {
	var t render.Table
	t.Add(a.t("日志", "log"), r.Origin)
	t.Add(a.t("条目", "entries"), fmt.Sprint(r.Size))
	t.Add(a.t("根", "root"), r.Root.String())
	t.Add(a.t("从", "from"), when(r.From))
	t.Add(a.t("到", "to"), when(r.To))
	if err := a.print(intact{Intact: true, Origin: r.Origin, Size: r.Size, Root: r.Root.String(), From: r.From, To: r.To}, t); err != nil {
		return err
	}
	a.say("完整：%d 个条目、哈希树和检查点签名都已验证", "intact: %d entries, their tree and the checkpoint's signature were verified", r.Size)
	return nil
}
