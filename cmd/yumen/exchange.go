package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

func (a *app) datasetExportCommand() *cobra.Command {
	var file string
	c := a.command(command{
		use: "export", args: []string{"[NAME]"}, short: catalog.Text{Zh: "导出统一目录交换文件", En: "export the unified-catalog exchange file"},
		example: "yumen dataset export --exchange catalog.json\nyumen dataset export credit --exchange credit.json",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := declaredDatasets(ctx, c)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				all = slices.DeleteFunc(all, func(d *catalog.Dataset) bool { return d.Metadata.Name != args[0] })
				if len(all) == 0 {
					return fail(exitDenied, "没有这个数据集", "there is no such dataset")
				}
			}
			text, err := catalog.EncodeExchange(all)
			if err != nil {
				return err
			}
			if err := writeNew(file, text, 0o644); err != nil {
				return err
			}
			a.say("已导出 %d 个数据集", "exported %d datasets", len(all))
			return nil
		},
	})
	c.Flags().StringVar(&file, "exchange", "", a.t("写到哪个文件（不得已存在）", "the file to write (must not exist)"))
	mustGive(c, "exchange")
	return c
}

func (a *app) datasetImportCommand() *cobra.Command {
	var dry bool
	c := a.command(command{
		use: "import", args: []string{"FILE"}, short: catalog.Text{Zh: "导入统一目录交换文件，逐项列出差异", En: "import a unified-catalog exchange file, and list every difference"},
		long: catalog.Text{Zh: "逐字段列出专区目录与文件的差异；不加 --dry-run 时，文件中新增和不同的数据集作为新版本提交审核，专区独有的不变。",
			En: "Lists field by field what the zone has and what the file has. Without --dry-run what is new or differs in the file is declared as a new\n" +
				"version, which waits for its review; what the zone alone has stays."},
		example: "yumen dataset import catalog.json --dry-run\nyumen dataset import catalog.json",
		run:     func(ctx context.Context, args []string) error { return a.importDatasets(ctx, args[0], dry) },
	})
	c.Flags().BoolVar(&dry, "dry-run", false, a.t("只列出差异", "only list the differences"))
	return c
}

func (a *app) importDatasets(ctx context.Context, file string, dry bool) error {
	text, err := readFile(file, catalog.MaxExchangeBytes)
	if err != nil {
		return err
	}
	there, err := catalog.DecodeExchange(text)
	if err != nil {
		return fail(exitUsage, "不是完整的统一目录交换文件", err.Error()).because(err)
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	here, err := declaredDatasets(ctx, c)
	if err != nil {
		return err
	}
	drifts, err := catalog.Drifts(here, there)
	if err != nil {
		return err
	}
	t := render.Table{Columns: []string{a.t("数据集", "DATASET"), a.t("字段", "FIELD"), a.t("专区", "ZONE"), a.t("文件", "FILE")}}
	for _, d := range drifts {
		t.Add(d.Dataset, d.Field, d.Zone, d.File)
	}
	if err := a.print(list(drifts), t); err != nil {
		return err
	}
	if dry {
		a.say("%d 处差异；试运行：什么也没有改变", "%d differences; dry run: nothing was changed", len(drifts))
		return nil
	}
	return a.declareAll(ctx, c, differing(there, drifts))
}

// differing are the datasets of the file that the zone has not, or has otherwise.
func differing(file []*catalog.Dataset, drifts []catalog.Drift) []*catalog.Dataset {
	differ := map[string]bool{}
	for _, d := range drifts {
		differ[d.Dataset] = true
	}
	return slices.DeleteFunc(slices.Clone(file), func(d *catalog.Dataset) bool { return !differ[d.Metadata.Name] })
}

// declareAll declares datasets in as few calls as their size allows.
func (a *app) declareAll(ctx context.Context, c *client.Client, all []*catalog.Dataset) error {
	var batch strings.Builder
	n := 0
	send := func() error {
		if n == 0 {
			return nil
		}
		_, err := c.Apply(ctx, api.Apply{Documents: batch.String()})
		batch.Reset()
		n = 0
		return err
	}
	for _, d := range all {
		text, err := json.Marshal(d) // JSON is YAML
		if err != nil {
			return fmt.Errorf("encode %s: %w", d.Metadata.Name, err)
		}
		if n == 100 || batch.Len()+len(text) > catalog.MaxDocumentBytes-64 {
			if err := send(); err != nil {
				return err
			}
		}
		fmt.Fprintf(&batch, "---\n%s\n", text)
		n++
	}
	if err := send(); err != nil {
		return err
	}
	a.say("已提交 %d 个数据集，等待审核", "%d datasets were declared; they wait for their review", len(all))
	return nil
}

// declaredDatasets are the datasets that the caller may see, as they are declared.
func declaredDatasets(ctx context.Context, c *client.Client) ([]*catalog.Dataset, error) {
	rs, err := c.Resources(ctx, string(catalog.KindDataset))
	if err != nil {
		return nil, err
	}
	var out []*catalog.Dataset
	for _, r := range rs {
		if len(r.Spec) == 0 { // withdrawn from use: its declaration is not for the caller
			continue
		}
		d := &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: r.Name}}
		if err := json.Unmarshal(r.Spec, &d.Spec); err != nil {
			return nil, fail(exitUnexpected, "网关的答复无法读取", "the gateway's answer cannot be read").because(err)
		}
		out = append(out, d)
	}
	return out, nil
}
