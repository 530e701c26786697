package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

func (a *app) datasetCommand() *cobra.Command {
	return a.group("dataset", catalog.Text{Zh: "数据集：建议声明、审核、装载、快照、检索、版本、血缘", En: "datasets: suggest, review, load, snapshots, search, history, lineage"},
		"yumen dataset review credit --approve --comment 'declared as agreed'\nyumen dataset load credit credit.csv",
		a.datasetSuggestCommand(), a.datasetSynthesizeCommand(), a.datasetReviewCommand(), a.datasetLoadCommand(), a.datasetPullCommand(), a.datasetDestroyCommand(), a.datasetExceptCommand(), a.datasetSealCommand(), a.datasetUnsealCommand(), a.datasetConvertCommand(), a.datasetSnapshotsCommand(),
		a.datasetExportCommand(), a.datasetImportCommand(), a.datasetSearchCommand(), a.datasetHistoryCommand(), a.datasetLineageCommand())
}

func (a *app) datasetReviewCommand() *cobra.Command {
	return a.decisionCommand(catalog.KindDataset, command{short: catalog.Text{Zh: "审核提交的数据集声明", En: "decide about a submitted dataset"},
		example: "yumen dataset review credit --approve --comment 'grades and bounds checked'\nyumen dataset review credit --approve --seen sha256:… --comment 'as read'"}, (*client.Client).ReviewDataset)
}

func (a *app) quarantined(name string, e *client.Error) error {
	faults := e.Problem.Faults
	if faults == nil {
		faults = []api.Fault{}
	}
	value := struct {
		Dataset string      `json:"dataset"`
		State   string      `json:"state"`
		Faults  []api.Fault `json:"faults"`
	}{name, "quarantined", faults}
	if err := a.print(value, faultTable(faults, a)); err != nil {
		return err
	}
	a.reportProblem(e)
	a.remedies(faults)
	a.hint("改正这些行，再装载整个文件", "correct these rows, then load the whole file again")
	return status(exitDenied)
}

// remedies say what each rule means and what to do.
func (a *app) remedies(faults []api.Fault) {
	told := map[string]bool{}
	for _, f := range faults {
		if text := a.lang.Text(f.Text()); text != "" && !told[f.Rule] {
			told[f.Rule] = true
			a.line("", f.Rule+": "+text)
		}
	}
}

func (a *app) printSnapshot(s *api.Snapshot) error {
	var t render.Table
	t.Add(a.t("快照", "snapshot"), s.ID)
	t.Add(a.t("数据集", "dataset"), s.Dataset)
	t.Add(a.t("状态", "state"), s.State)
	t.Add(a.t("行数", "rows"), fmt.Sprint(s.Rows))
	t.Add(a.t("供给方式", "supply"), s.Supply)
	if s.Twin != nil {
		t.Add(a.t("孪生数据", "twin"), a.t(fmt.Sprintf("种子 %d", s.Twin.Seed), fmt.Sprintf("seed %d", s.Twin.Seed)))
	}
	for _, m := range []struct{ name, value string }{{a.t("来源平台", "platform"), s.Platform}, {a.t("位置", "location"), s.Location}, {a.t("租期至", "until"), until(s.Until)}} {
		if m.value != "" {
			t.Add(m.name, m.value)
		}
	}
	if s.Digest != "" {
		t.Add(a.t("摘要", "digest"), s.Digest)
	}
	if err := a.print(s, t); err != nil || s.Report == nil || !a.people() {
		return err
	}
	entities := render.Table{Columns: []string{a.t("实体", "ENTITY"), a.t("个数", "DISTINCT"), a.t("最多行数", "MOST ROWS"), a.t("无键的行", "ROWS WITHOUT KEY")}}
	for _, e := range s.Report.Entities {
		entities.Add(e.Type, fmt.Sprint(e.Distinct), fmt.Sprint(e.MaxRows), fmt.Sprint(e.Nulls))
	}
	columns := render.Table{Columns: []string{a.t("列", "COLUMN"), a.t("空值", "NULLS"), a.t("未声明的标识符", "UNDECLARED IDENTIFIERS")}}
	for _, c := range s.Report.Columns {
		var kinds []string
		for _, f := range c.Identifiers {
			kinds = append(kinds, fmt.Sprintf("%s ~%d%%", f.Kind, f.Share))
		}
		columns.Add(c.Name, fmt.Sprint(c.Nulls), strings.Join(kinds, ", "))
	}
	for _, table := range []render.Table{entities, columns} {
		if len(table.Rows) == 0 {
			continue
		}
		fmt.Fprintln(a.out)
		if err := a.print(nil, table); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) datasetSnapshotsCommand() *cobra.Command {
	return a.command(command{
		use: "snapshots", args: []string{"NAME"}, short: catalog.Text{Zh: "列出数据集的快照", En: "list the snapshots of a dataset"}, example: "yumen dataset snapshots credit",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Snapshots(ctx, args[0])
			if err != nil {
				return err
			}
			return a.print(list(all), a.snapshotTable(all))
		},
	})
}

func (a *app) snapshotTable(all []api.Snapshot) render.Table {
	t := render.Table{Columns: []string{a.t("快照", "SNAPSHOT"), a.t("状态", "STATE"), a.t("行数", "ROWS"), a.t("创建", "CREATED"), a.t("供给方式", "SUPPLY"), a.t("租期至", "UNTIL")}}
	for _, s := range all {
		t.Add(s.ID, s.State, fmt.Sprint(s.Rows), when(s.Created), s.Supply, until(s.Until))
	}
	return t
}
