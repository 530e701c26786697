package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

func (a *app) datasetCommand() *cobra.Command {
	return a.group("dataset", catalog.Text{Zh: "数据集：审核、装载、快照", En: "datasets: review, load, snapshots"},
		"yumen dataset review credit --approve --comment 'declared as agreed'\nyumen dataset load credit credit.csv",
		a.datasetReviewCommand(), a.datasetLoadCommand(), a.datasetSnapshotsCommand())
}

// decision is what --approve and --reject, --reason and --comment say.
type decision struct {
	approve, reject bool
	reason, comment string
}

func (a *app) decide(c *cobra.Command, d *decision) {
	flags := c.Flags()
	flags.BoolVar(&d.approve, "approve", false, a.t("同意", "approve"))
	flags.BoolVar(&d.reject, "reject", false, a.t("不同意", "reject"))
	flags.StringVar(&d.reason, "reason", "", a.t("理由代码", "reason code"))
	flags.StringVar(&d.comment, "comment", "", a.t("意见", "comment"))
	mustGive(c, "comment")
	c.MarkFlagsMutuallyExclusive("approve", "reject")
	c.MarkFlagsOneRequired("approve", "reject")
}

func (d decision) review() api.Review {
	return api.Review{Approve: d.approve, Reason: d.reason, Comment: d.comment}
}

func (a *app) datasetReviewCommand() *cobra.Command {
	var d decision
	c := a.command(command{
		use: "review", args: []string{"NAME"}, short: catalog.Text{Zh: "审核提交的数据集声明", En: "decide about a submitted dataset"},
		example: "yumen dataset review credit --approve --comment 'grades and bounds checked'",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			r, err := c.ReviewDataset(ctx, args[0], d.review())
			if err != nil {
				return err
			}
			return a.print(r, a.resourceTable([]api.Resource{*r}))
		},
	})
	a.decide(c, &d)
	return c
}

func (a *app) datasetLoadCommand() *cobra.Command {
	return a.command(command{
		use: "load", args: []string{"NAME", "FILE"}, short: catalog.Text{Zh: "把文件装载为数据集的新快照", En: "load a file as a new snapshot of a dataset"},
		long: catalog.Text{
			Zh: "把文件装载为数据集的一个完整的新快照。违反声明的批次整批隔离：显示行、列和规则（从不显示值），退出码为 3。",
			En: "Loads a file as a complete new snapshot of a dataset. A batch that breaks its declaration is quarantined as a whole: rows,\n" +
				"columns and rules are printed, never values, and the exit code is 3."},
		example: "yumen dataset load credit credit.csv",
		run:     func(ctx context.Context, args []string) error { return a.load(ctx, args[0], args[1]) },
	})
}

func (a *app) load(ctx context.Context, name, file string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return fail(exitUsage, "无法打开文件", "cannot open the file").because(err)
	}
	defer f.Close()
	upload, err := describe(f)
	if err != nil {
		return err
	}
	bar := a.progress(a.t("上传", "upload"), upload.Size)
	upload.Progress = bar.set
	snapshot, err := c.LoadSnapshot(ctx, name, upload)
	bar.close()
	var e *client.Error
	if errors.As(err, &e) && e.Kind == client.KindQuarantined {
		return a.quarantined(name, e)
	}
	if err != nil {
		return err
	}
	return a.printSnapshot(snapshot)
}

// describe measures the file: its size and digest, so that the gateway can tell a damaged upload from a bad batch.
func describe(f *os.File) (client.Upload, error) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return client.Upload{}, fail(exitUsage, "不是普通文件", "not a plain file")
	}
	h := sha256.New()
	size, err := io.Copy(h, f)
	if err != nil {
		return client.Upload{}, fmt.Errorf("read the file: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return client.Upload{}, fmt.Errorf("read the file: %w", err)
	}
	return client.Upload{
		Body: io.LimitReader(f, size), Size: size, Type: mediaType(f.Name()), Digest: "sha256:" + hex.EncodeToString(h.Sum(nil)),
	}, nil
}

func mediaType(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".parquet":
		return "application/vnd.apache.parquet"
	case ".jsonl", ".ndjson":
		return "application/x-ndjson"
	}
	return "text/csv"
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
	a.hint("改正这些行，再装载整个文件", "correct these rows, then load the whole file again")
	return status(exitDenied)
}

func (a *app) printSnapshot(s *api.Snapshot) error {
	var t render.Table
	t.Add(a.t("快照", "snapshot"), s.ID)
	t.Add(a.t("数据集", "dataset"), s.Dataset)
	t.Add(a.t("状态", "state"), s.State)
	t.Add(a.t("行数", "rows"), fmt.Sprint(s.Rows))
	if s.Digest != "" {
		t.Add(a.t("摘要", "digest"), s.Digest)
	}
	if err := a.print(s, t); err != nil || s.Report == nil || !a.people() {
		return err
	}
	entities := render.Table{Columns: []string{a.t("实体", "ENTITY"), a.t("个数", "DISTINCT"), a.t("最多行数", "MOST ROWS")}}
	for _, e := range s.Report.Entities {
		entities.Add(e.Type, fmt.Sprint(e.Distinct), fmt.Sprint(e.MaxRows))
	}
	columns := render.Table{Columns: []string{a.t("列", "COLUMN"), a.t("空值", "NULLS")}}
	for _, c := range s.Report.Columns {
		columns.Add(c.Name, fmt.Sprint(c.Nulls))
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
			t := render.Table{Columns: []string{a.t("快照", "SNAPSHOT"), a.t("状态", "STATE"), a.t("行数", "ROWS"), a.t("创建", "CREATED")}}
			for _, s := range all {
				t.Add(s.ID, s.State, fmt.Sprint(s.Rows), when(s.Created))
			}
			return a.print(list(all), t)
		},
	})
}
