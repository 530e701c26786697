package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/cmd/yumen/internal/unpack"
	"yumen/internal/api"
)

func (a *app) releaseCommand() *cobra.Command {
	return a.group("release", catalog.Text{Zh: "已发布的结果", En: "issued releases"},
		"yumen release list\nyumen release download rel_… --out bundle", a.releaseListCommand(), a.releaseDownloadCommand(), a.releaseLineageCommand())
}

func (a *app) releaseListCommand() *cobra.Command {
	var page api.Page
	c := a.command(command{
		use: "list", short: catalog.Text{Zh: "列出已发布的结果", En: "list issued releases"}, example: "yumen release list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Releases(ctx, page)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("发布", "RELEASE"), a.t("运行", "RUN"), a.t("级别", "GRADE"), a.t("状态", "STATE"), a.t("时间", "ISSUED")}}
			for _, r := range all {
				t.Add(r.ID, r.Run, grade(r.Grade), r.State, when(r.Created))
			}
			if len(all) == page.Limit {
				a.more(all[len(all)-1].ID)
			}
			return a.print(list(all), t)
		},
	})
	a.pageFlags(c, &page)
	return c
}

func (a *app) releaseDownloadCommand() *cobra.Command {
	var out string
	var force bool
	c := a.command(command{
		use: "download", args: []string{"ID"}, short: catalog.Text{Zh: "下载数据、标签和回执", En: "download data, label and receipt"},
		long: catalog.Text{
			Zh: "把发布的文件写入一个文件夹。文件夹已有内容时拒绝，除非加上 --force。下载后可离线验证：yumen receipt verify 文件夹",
			En: "Writes the files of a release into a folder. A folder that holds something is refused unless --force is given. Then verify\n" +
				"offline: yumen receipt verify DIR"},
		example: "yumen release download rel_… --out bundle\nyumen receipt verify bundle",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			bundle, err := c.Bundle(ctx, args[0])
			if err != nil {
				return err
			}
			defer bundle.Close()
			names, err := unpack.Tar(bundle, out, force)
			if err != nil {
				return a.unpackError(err, out)
			}
			t := render.Table{Columns: []string{a.t("文件", "FILE")}}
			for i, n := range names {
				names[i] = filepath.Join(out, n)
				t.Add(names[i])
			}
			if err := a.print(list(names), t); err != nil {
				return err
			}
			a.hint("离线验证：yumen receipt verify %s", "verify offline: yumen receipt verify %s", out)
			return nil
		},
	})
	c.Flags().StringVar(&out, "out", "", a.t("写入哪个文件夹", "the folder to write"))
	c.Flags().BoolVar(&force, "force", false, a.t("替换文件夹中的同名文件", "replace files of the same names in the folder"))
	mustGive(c, "out")
	return c
}

func (a *app) unpackError(err error, dir string) error {
	switch {
	case errors.Is(err, unpack.ErrExists):
		return fail(exitUsage, "已有内容："+dir, "it holds something already: "+dir).hinting("换一个文件夹，或加上 --force", "choose another folder, or add --force")
	case errors.Is(err, unpack.ErrName), errors.Is(err, unpack.ErrShape):
		return fail(exitNotGenuine, "网关发来的归档被拒绝", "the archive that the gateway sent is refused").because(err).
			hinting("没有写入任何文件；通知运营方", "nothing was written; tell the operator")
	}
	return fmt.Errorf("unpack: %w", err)
}
