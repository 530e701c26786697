package main

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

// maxPromotion is the longest promotion in bytes.
const maxPromotion = 1 << 20

func (a *app) computationPromoteCommand() *cobra.Command {
	var out, from string
	c := a.command(command{
		use: "promote", args: []string{"NAME"}, short: catalog.Text{Zh: "把计算从开发环境晋级到生产环境", En: "promote a computation from development to production"},
		long: catalog.Text{
			Zh: "--out 在开发环境导出已批准的计算：由该专区签名，写明所依据的数据集声明，并记入日志。\n--from 在生产环境提交该文件：验证签名与声明，记录来源，成为待认证、待另一方批准的计算。改动一个字即不被接受。",
			En: "--out, in the development zone, signs an approved computation with the declarations that it was developed against, and logs it.\n" +
				"--from, in production, submits that file: signature and declarations are verified, the origin is recorded, and it waits to be certified and approved\n" +
				"here by another party. One changed character is not accepted."},
		example: "yumen computation promote overdue --out overdue.promotion\nyumen computation promote overdue --from overdue.promotion",
		run: func(ctx context.Context, args []string) error {
			switch {
			case (out == "") == (from == ""):
				return fail(exitUsage, "请给出 --out 或 --from 之一", "give one of --out and --from")
			case out != "":
				return a.promote(ctx, args[0], out)
			}
			return a.receive(ctx, args[0], from)
		},
	})
	c.Flags().StringVar(&out, "out", "", a.t("写入的新文件（开发环境）", "the new file to write (in development)"))
	c.Flags().StringVar(&from, "from", "", a.t("晋级文件（生产环境）", "the promotion (in production)"))
	return c
}

func (a *app) promote(ctx context.Context, name, out string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fail(exitUsage, "无法新建文件（不覆盖已有文件）", "cannot make the file; none is overwritten").because(err)
	}
	v, err := c.PromoteComputation(ctx, name)
	if err == nil {
		_, err = f.WriteString(v.Document)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(out))
	}
	digest := string(catalog.DigestOf([]byte(v.Document)))
	var t render.Table
	t.Add(a.t("计算", "computation"), name)
	t.Add(a.t("文件", "file"), out)
	t.Add(a.t("摘要", "digest"), digest)
	return a.print(struct {
		Computation string `json:"computation"`
		File        string `json:"file"`
		Digest      string `json:"digest"`
	}{name, out, digest}, t)
}

func (a *app) receive(ctx context.Context, name, from string) error {
	text, err := readFile(from, maxPromotion)
	if err != nil {
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	v, err := c.ReceiveComputation(ctx, name, api.Promotion{Document: string(text)})
	if err != nil {
		return err
	}
	var t render.Table
	t.Add(a.t("计算", "computation"), name)
	t.Add(a.t("结果", "outcome"), v.Outcome)
	t.Add(a.t("状态", "state"), v.Note)
	return a.print(v, t)
}
