package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) applyCommand() *cobra.Command {
	var file string
	var dry, draft bool
	c := a.command(command{
		use: "apply", short: catalog.Text{Zh: "声明资源：机构、账户、数据集", En: "declare resources: organizations, accounts, datasets"},
		long: catalog.Text{
			Zh: "声明一个文件中的全部资源；要么全部生效，要么都不生效。重复执行不会改变什么。\n新账户会显示一次性激活码。需要第二个人确认的，显示 pending，退出码为 4。",
			En: "Declares all resources of a file: all of them or none. Repeating it changes nothing. A new account's one-time activation\n" +
				"code is printed here, once. What a second person must confirm is pending, and the exit code is 4."},
		example: "yumen apply -f dataset.yaml --dry-run\nyumen apply -f dataset.yaml --draft\nyumen apply -f accounts.yaml",
		run:     func(ctx context.Context, _ []string) error { return a.apply(ctx, file, dry, draft) },
	})
	c.Flags().StringVarP(&file, "file", "f", "", a.t("YAML 文件，- 为标准输入", "YAML file, - for standard input"))
	c.Flags().BoolVar(&dry, "dry-run", false, a.t("只显示将会发生什么", "only show what would happen"))
	c.Flags().BoolVar(&draft, "draft", false, a.t("数据集存为草稿，不提交审核；不带此项再次执行即提交", "keep datasets as drafts that nobody reviews; apply without it submits them"))
	mustGive(c, "file")
	return c
}

func (a *app) apply(ctx context.Context, file string, dry, draft bool) error {
	text, err := a.readInput(file, catalog.MaxDocumentBytes)
	if err != nil {
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	result, err := c.Apply(ctx, api.Apply{Documents: string(text), DryRun: dry, Draft: draft})
	if err != nil {
		return err
	}
	if result.Results == nil {
		result.Results = []api.ApplyOutcome{}
	}
	if err := a.print(result, a.applyTable(result)); err != nil {
		return err
	}
	if a.people() {
		a.printDiffs(result)
	}
	if dry {
		a.say("试运行：什么也没有改变", "dry run: nothing was changed")
		return nil
	}
	for _, r := range result.Results {
		if r.Outcome == "pending" {
			a.hint("待安全管理员确认：由其执行 yumen account confirm %s，或对同一文件执行 apply", "it waits for the security administrator: yumen account confirm %s, or apply of the same file", r.Name)
			return status(exitWaiting)
		}
	}
	return nil
}

func (a *app) applyTable(result *api.ApplyResult) render.Table {
	t := render.Table{Columns: []string{a.t("类型", "KIND"), a.t("名称", "NAME"), a.t("结果", "OUTCOME"), a.t("激活码", "ACTIVATION CODE"), a.t("说明", "NOTE")}}
	for _, r := range result.Results {
		t.Add(r.Kind, r.Name, r.Outcome, r.ActivationCode, r.Note)
	}
	return trim(t)
}

// trim drops the columns that are empty in every row.
func trim(t render.Table) render.Table {
	out := render.Table{Rows: make([][]string, len(t.Rows))}
	for j, name := range t.Columns {
		if !slices.ContainsFunc(t.Rows, func(row []string) bool { return row[j] != "" }) {
			continue
		}
		out.Columns = append(out.Columns, name)
		for i, row := range t.Rows {
			out.Rows[i] = append(out.Rows[i], row[j])
		}
	}
	return out
}

func (a *app) printDiffs(result *api.ApplyResult) {
	for _, r := range result.Results {
		if len(r.Diff) > 0 {
			fmt.Fprintf(a.out, "\n%s\n%s\n", render.Clean(r.Kind+"/"+r.Name), render.CleanText(strings.Join(r.Diff, "\n")))
		}
	}
}
