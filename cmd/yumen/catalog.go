package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) datasetSearchCommand() *cobra.Command {
	var q api.CatalogQuery
	var server, ca string
	var public bool
	c := a.command(command{
		use: "search", args: []string{"[WORDS]"}, short: catalog.Text{Zh: "按词、分级、提供单位和更新时间检索目录", En: "find datasets by words, grade, provider and freshness"},
		long: catalog.Text{Zh: "在元数据（名称、标题、目录、字段）中检索；各词须全部出现。--public 检索对社会公开的目录，无须登录。",
			En: "Looks in the metadata (names, titles, directory, columns) for all of the words. With --public it asks the public catalog, without\nlogin."},
		example: "yumen dataset search '社保 缴费' --grade 2\nyumen dataset search --provider tax_bureau --fresh-days 30\nyumen dataset search tax --public --server https://zone.example:8443",
		run: func(ctx context.Context, args []string) error {
			if len(args) == 1 {
				q.Words = args[0]
			}
			page, err := a.searched(ctx, q, public, server, ca)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("数据集", "DATASET"), a.t("标题", "TITLE"), a.t("提供单位", "PROVIDER"), a.t("级别", "GRADE"), a.t("市场类别", "MARKET"), a.t("更新", "FRESH"), a.t("职责目录", "DUTY")}}
			for _, i := range page.Items {
				duty := ""
				if i.Directory != nil {
					duty = i.Directory.Duty
				}
				t.Add(i.Name, a.lang.Text(i.Title), i.Provider, fmt.Sprint(i.Grade), i.Market, i.Fresh, duty)
			}
			if err := a.print(page, t); err != nil {
				return err
			}
			if n := len(page.Items); n > 0 && n < page.Total {
				a.hint(fmt.Sprintf("共 %d 个；下一页加 --after %s", page.Total, page.Items[n-1].Name), fmt.Sprintf("%d in all; the next page: --after %s", page.Total, page.Items[n-1].Name))
			}
			return nil
		},
	})
	flags := c.Flags()
	flags.IntVar(&q.Grade, "grade", 0, a.t("最高级别（1–4）", "the highest grade (1 to 4)"))
	flags.StringVar(&q.Provider, "provider", "", a.t("提供单位", "the provider"))
	flags.IntVar(&q.FreshDays, "fresh-days", 0, a.t("最近多少天内装载过", "loaded within so many days"))
	flags.StringVar(&q.After, "after", "", a.t("从该名称之后开始", "begin after this name"))
	flags.IntVar(&q.Limit, "limit", 0, a.t("每页个数（默认 20，最多 100）", "how many (20 unless given, at most 100)"))
	flags.BoolVar(&public, "public", false, a.t("检索公开目录，无须登录", "ask the public catalog, without login"))
	flags.StringVar(&server, "server", "", a.t("网关地址（用于 --public，默认为上下文中的）", "address of the gateway (for --public; default the context's)"))
	flags.StringVar(&ca, "ca", "", a.t("CA 证书文件（用于 --public）", "a file of authorities (for --public)"))
	return c
}

func (a *app) searched(ctx context.Context, q api.CatalogQuery, public bool, server, ca string) (*api.CatalogPage, error) {
	if !public {
		c, err := a.connect()
		if err != nil {
			return nil, err
		}
		return c.SearchDatasets(ctx, q)
	}
	p, err := a.place()
	if err != nil {
		return nil, err
	}
	if server, err = a.serverOr(server, p); err != nil {
		return nil, err
	}
	c, err := a.newClient(server, "", cmp.Or(ca, p.at.CAFile))
	if err != nil {
		return nil, err
	}
	return c.PublicCatalog(ctx, q)
}

func (a *app) datasetHistoryCommand() *cobra.Command {
	return a.command(command{
		use: "history", args: []string{"NAME"}, short: catalog.Text{Zh: "显示数据集声明的版本链和每次的变更", En: "show the chain of versions of a dataset and what each changed"},
		example: "yumen dataset history credit",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.DatasetVersions(ctx, args[0])
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("版本", "VERSION"), a.t("生效", "IN FORCE"), a.t("声明人", "AUTHOR"), a.t("时间", "CREATED"), a.t("摘要", "DIGEST"), a.t("变更", "CHANGES")}}
			for _, v := range all {
				force := ""
				if v.Approved {
					force = a.t("是", "yes")
				}
				created := ""
				if v.Created > 0 {
					created = when(v.Created)
				}
				t.Add(fmt.Sprint(v.Number), force, v.Author, created, v.Digest, strings.Join(v.Diff, "; "))
			}
			return a.print(list(all), t)
		},
	})
}

func (a *app) datasetLineageCommand() *cobra.Command {
	return a.command(command{
		use: "lineage", args: []string{"NAME", "[COLUMN]"}, short: catalog.Text{Zh: "血缘：数据集（或字段）挂在哪个职责下，被哪些授权、计算和出域结果使用", En: "where a dataset or column hangs, and which grants, computations and releases used it"},
		example: "yumen dataset lineage credit\nyumen dataset lineage credit limit_bal",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			column := ""
			if len(args) == 2 {
				column = args[1]
			}
			l, err := c.DatasetLineage(ctx, args[0], column)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("种类", "KIND"), a.t("编号", "ID"), a.t("机构", "ORGANIZATION"), a.t("状态", "STATE"), a.t("字段", "COLUMNS")}}
			path := l.Chain.Path()
			t.Add(a.t("目录", "directory"), strings.Join(path[:], " → "), "", "", column)
			for _, part := range []struct {
				kind string
				uses []api.LineageUse
			}{{a.t("授权", "grant"), l.Grants}, {a.t("计算", "computation"), l.Computations}, {a.t("出域结果", "release"), l.Releases}} {
				for _, u := range part.uses {
					t.Add(part.kind, u.ID, u.Organization, u.State, strings.Join(u.Columns, ", "))
				}
			}
			return a.print(l, t)
		},
	})
}

func (a *app) releaseLineageCommand() *cobra.Command {
	return a.command(command{
		use: "lineage", args: []string{"ID"}, short: catalog.Text{Zh: "血缘：出域结果来自哪些数据集、快照和字段", En: "from which datasets, snapshots and columns a release came"},
		example: "yumen release lineage rel_…",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			l, err := c.ReleaseLineage(ctx, args[0])
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("数据集", "DATASET"), a.t("快照", "SNAPSHOT"), a.t("字段", "COLUMNS"), a.t("目录", "DIRECTORY")}}
			for _, s := range l.Sources {
				path := s.Chain.Path()
				t.Add(s.Dataset, s.Snapshot, strings.Join(s.Columns, ", "), strings.Join(path[:], " → "))
			}
			return a.print(l, t)
		},
	})
}
