package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

// kinds are the declared kinds, as get and delete accept them in any case, in singular or plural.
var kinds = []catalog.Kind{catalog.KindOrganization, catalog.KindAccount, catalog.KindDataset, catalog.KindComputation, catalog.KindProduct}

func kindOf(s string) (string, error) {
	for _, k := range kinds {
		if strings.EqualFold(s, string(k)) || strings.EqualFold(s, string(k)+"s") {
			return string(k), nil
		}
	}
	return "", fail(exitUsage, "没有这种资源："+s, "there is no such kind: "+s).
		hinting("可用：Organization、Account、Dataset、Computation、Product", "use Organization, Account, Dataset, Computation or Product")
}

func (a *app) getCommand() *cobra.Command {
	return a.command(command{
		use: "get", args: []string{"KIND", "[NAME]"}, short: catalog.Text{Zh: "显示声明的资源", En: "show declared resources"},
		example: "yumen get Dataset\nyumen get Dataset credit -o yaml",
		run: func(ctx context.Context, args []string) error {
			kind, err := kindOf(args[0])
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				all, err := c.Resources(ctx, kind)
				if err != nil {
					return err
				}
				return a.print(list(all), a.resourceTable(all))
			}
			r, err := c.Resource(ctx, kind, args[1])
			if err != nil {
				return err
			}
			return a.printResource(r)
		},
	})
}

func (a *app) deleteCommand() *cobra.Command {
	return a.command(command{
		use: "delete", args: []string{"KIND", "NAME"}, short: catalog.Text{Zh: "删除声明的资源", En: "delete a declared resource"}, example: "yumen delete Dataset credit",
		run: func(ctx context.Context, args []string) error {
			kind, err := kindOf(args[0])
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			if err := c.DeleteResource(ctx, kind, args[1]); err != nil {
				return err
			}
			a.say("已删除 %s/%s", "deleted %s/%s", kind, args[1])
			return nil
		},
	})
}

func (a *app) resourceTable(all []api.Resource) render.Table {
	t := render.Table{Columns: []string{a.t("类型", "KIND"), a.t("名称", "NAME"), a.t("状态", "STATE"), a.t("版本", "VERSION"), a.t("更新", "UPDATED")}}
	for _, r := range all {
		t.Add(r.Kind, r.Name, r.State, fmt.Sprint(r.Version), when(r.Updated))
	}
	return t
}

// printResource prints one resource; for reading, its declaration follows as YAML.
func (a *app) printResource(r *api.Resource) error {
	var t render.Table
	t.Add(a.t("类型", "kind"), r.Kind)
	t.Add(a.t("名称", "name"), r.Name)
	t.Add(a.t("状态", "state"), r.State)
	t.Add(a.t("版本", "version"), fmt.Sprint(r.Version))
	t.Add(a.t("摘要", "digest"), r.Digest)
	t.Add(a.t("创建", "created"), when(r.Created))
	t.Add(a.t("更新", "updated"), when(r.Updated))
	if err := a.print(r, t); err != nil || !a.people() || len(r.Spec) == 0 {
		return err
	}
	var spec bytes.Buffer
	if err := render.Write(&spec, render.FormatYAML, render.Thing{Value: r.Spec}, false); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.out, "\n%s", render.CleanText(spec.String()))
	return err
}
