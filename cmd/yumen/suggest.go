package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

func (a *app) datasetSuggestCommand() *cobra.Command {
	var name, sheet string
	c := a.command(command{
		use: "suggest", args: []string{"FILE"}, short: catalog.Text{Zh: "按文件内容建议数据集声明", En: "propose the declaration of a dataset from a file"},
		long: catalog.Text{
			Zh: "按文件内容建议数据集声明：类型、主体键、标识符（校验位）、最低分级、角色、值域和上下界。文件只在内存中分析，不留存；\n" +
				"不足 50 行的取值、极值和确切计数一概不显示。待填处为空，填好后才能 apply。",
			En: "Proposes the declaration of a dataset: types, entity keys, identifiers by check digit, least grades, roles, domains and bounds.\n" +
				"The file is looked at in memory and not kept. No value of fewer than 50 rows, no extreme and no exact count is shown. What a person\n" +
				"must fill in is empty, and is refused by apply until it is filled in."},
		example: "yumen dataset suggest tax.csv --name tax > tax.yaml",
		run:     func(ctx context.Context, args []string) error { return a.suggest(ctx, args[0], name, sheet) },
	})
	c.Flags().StringVar(&name, "name", "", a.t("数据集名称（默认取自文件名）", "name of the dataset (default from the file's name)"))
	c.Flags().StringVar(&sheet, "sheet", "", a.t("XLSX 中的工作表（默认第一个可见的）", "the sheet of an XLSX workbook (default: the first that is visible)"))
	return c
}

func (a *app) suggest(ctx context.Context, file, name, sheet string) error {
	if a.output == render.FormatCSV {
		return fail(exitUsage, "声明以 yaml 或 json 输出：请用 -o yaml 或 -o json", "a declaration is printed as yaml or json: use -o yaml or -o json")
	}
	if name == "" {
		name = datasetName(file)
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return fail(exitUsage, "无法打开文件", "cannot open the file").because(err)
	}
	defer f.Close()
	if f, err = a.converted(f, loading{sheet: sheet}); err != nil {
		return err
	}
	defer f.Close()
	measured, err := a.measure(f)
	if err != nil {
		return err
	}
	bar := a.progress(a.t("上传", "upload"), measured.Size)
	made, err := c.SuggestDataset(ctx, name, client.Upload{Body: io.NewSectionReader(measured.Content, 0, measured.Size), Size: measured.Size,
		Type: "application/octet-stream", Digest: measured.Digest, Progress: bar.set})
	bar.close()
	var e *client.Error
	if errors.As(err, &e) && e.Kind == client.KindQuarantined {
		return a.undeclarable(name, e)
	}
	if err != nil {
		return err
	}
	if a.output == render.FormatJSON {
		return a.print(made.Dataset, render.Table{})
	}
	var d catalog.Dataset
	if err := json.Unmarshal(made.Dataset, &d); err != nil {
		return fmt.Errorf("the answer is no declaration: %w", err)
	}
	notes := render.Notes{}
	for _, n := range made.Notes {
		notes[n.Column] = append(notes[n.Column], a.t(n.Zh, n.En))
	}
	text, err := render.Dataset(&d, notes, a.t("待填", "fill in"))
	if err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

// undeclarable lists what is wrong with a file that cannot be declared as it is.
func (a *app) undeclarable(name string, e *client.Error) error {
	faults := e.Problem.Faults
	value := struct {
		Dataset string      `json:"dataset"`
		State   string      `json:"state"`
		Faults  []api.Fault `json:"faults"`
	}{name, "refused", faults}
	if err := a.print(value, faultTable(faults, a)); err != nil {
		return err
	}
	a.reportProblem(e)
	a.remedies(faults)
	return status(exitDenied)
}

var unnamed = regexp.MustCompile(`[^a-z0-9_]+`)

// datasetName makes a name from that of a file.
func datasetName(file string) string {
	base, _, _ := strings.Cut(strings.ToLower(filepath.Base(file)), ".")
	name := strings.Trim(unnamed.ReplaceAllString(base, "_"), "_")
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		name = "d_" + name
	}
	return strings.TrimRight(name[:min(len(name), 63)], "_")
}
