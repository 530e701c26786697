package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

// kinds are the declared kinds, as get and delete accept them in any case, in singular or plural.
var kinds = []catalog.Kind{catalog.KindOrganization, catalog.KindAccount, catalog.KindDataset, catalog.KindComputation, catalog.KindProduct, catalog.KindCalendar}

func kindOf(s string) (string, error) {
	for _, k := range kinds {
		if strings.EqualFold(s, string(k)) || strings.EqualFold(s, string(k)+"s") {
			return string(k), nil
		}
	}
	return "", fail(exitUsage, "没有这种资源："+s, "there is no such kind: "+s).
		hinting("可用：Organization、Account、Dataset、Computation、Product、Calendar", "use Organization, Account, Dataset, Computation, Product or Calendar")
}

func (a *app) getCommand() *cobra.Command {
	var declaration bool
	c := a.command(command{
		use: "get", args: []string{"KIND", "[NAME]"}, short: catalog.Text{Zh: "显示声明的资源", En: "show declared resources"},
		long: catalog.Text{Zh: "显示声明的资源。--declaration 按 apply 接受的形式输出声明本身：可带入另一个专区，在那里重新审批。",
			En: "Shows declared resources. --declaration prints the declaration alone, as apply takes it: it can be carried to another zone, where it is approved anew."},
		example: "yumen get Dataset\nyumen get Dataset credit -o yaml\nyumen get Computation overdue --declaration > overdue.yaml",
		run: func(ctx context.Context, args []string) error {
			kind, err := kindOf(args[0])
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			if declaration && len(args) == 1 {
				return fail(exitUsage, "--declaration 需要名称", "--declaration takes a name")
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
			if declaration {
				return a.printDeclaration(r)
			}
			return a.printResource(r)
		},
	})
	c.Flags().BoolVar(&declaration, "declaration", false, a.t("只输出声明，形式与 apply 相同", "the declaration alone, as apply takes it"))
	return c
}

// errWithdrawn: the gateway told that the dataset is there, and no more.
var errWithdrawn = fail(exitDenied, "该数据集已停止使用（如封存），其声明只对提供单位与专区工作人员可见",
	"the dataset is withdrawn from use, sealed for one: its declaration is shown to its provider and the zone's staff alone")

// printDeclaration prints what was declared, as a document that declares it again.
func (a *app) printDeclaration(r *api.Resource) error {
	if len(r.Spec) == 0 {
		return errWithdrawn
	}
	var spec map[string]json.RawMessage
	if err := json.Unmarshal(r.Spec, &spec); err != nil {
		return fmt.Errorf("the answer is no declaration: %w", err)
	}
	delete(spec, "resolved") // the domains of a computation's parameters, which follow from the catalog
	document := struct {
		APIVersion string                     `json:"apiVersion"`
		Kind       string                     `json:"kind"`
		Metadata   catalog.Metadata           `json:"metadata"`
		Spec       map[string]json.RawMessage `json:"spec"`
	}{catalog.APIVersion, r.Kind, catalog.Metadata{Name: r.Name}, spec}
	return render.Write(a.out, render.FormatYAML, render.Thing{Value: document}, false)
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
	if r.Seal != nil {
		t.Rows = append(t.Rows, a.sealTable(r.Seal).Rows...)
	}
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
