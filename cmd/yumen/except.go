package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) datasetExceptCommand() *cobra.Command {
	var batch, document, term, reason string
	c := a.command(command{
		use: "except", args: []string{"NAME"}, short: catalog.Text{Zh: "四级数据按批例外：由两人办理", En: "an exception for one batch of grade 4: two people make it"},
		long: catalog.Text{Zh: "为一个批次登记或确认例外：第一人登记（退出码 4），另一人在一天内以相同内容确认；两人之一须为提供单位的人员。批次与需求文件只取摘要，不上传。确认后，该文件可装载一次。",
			En: "Proposes an exception for one batch (exit code 4), or confirms what another person proposed in the same words within a day; one of the two is the provider's.\n" +
				"Of the batch and of the document only the digests are sent. The file can then be loaded once."},
		example: "yumen dataset except health --batch health.csv --document need.pdf --until 2026-12-31 --reason 'statutory statistics'",
		run: func(ctx context.Context, args []string) error {
			end, err := time.Parse(time.DateOnly, term)
			if err != nil {
				return fail(exitUsage, "--until 是日期，例如 2026-12-31", "--until is a date such as 2026-12-31")
			}
			in := api.SupplyException{Reason: reason, NotAfter: end.Unix()}
			if in.Batch, err = digestOf(batch); err != nil {
				return err
			}
			if in.Document, err = digestOf(document); err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.ExceptSupply(ctx, args[0], in)
			if err != nil {
				return err
			}
			var t render.Table
			t.Add(a.t("例外", "exception"), v.ID)
			t.Add(a.t("状态", "state"), v.State)
			t.Add(a.t("批次", "batch"), v.Batch)
			if err := a.print(v, t); err != nil || v.State != "proposed" {
				return err
			}
			a.hint("由另一人以相同内容再次执行", "another person gives the same command")
			return status(exitWaiting)
		},
	})
	f := c.Flags()
	f.StringVar(&batch, "batch", "", a.t("批次文件", "file of the batch"))
	f.StringVar(&document, "document", "", a.t("书面需求文件", "file with the written need"))
	f.StringVar(&term, "until", "", a.t("期限（日期，90 天以内）", "end of its term, a date within 90 days"))
	f.StringVar(&reason, "reason", "", a.t("理由", "why"))
	mustGive(c, "batch", "document", "until", "reason")
	return c
}

// digestOf takes the digest of a file.
func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fail(exitUsage, "无法打开文件", "cannot open the file").because(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fail(exitUsage, "无法读取文件", "cannot read the file").because(err)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}
