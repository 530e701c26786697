package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/client"
)

// loading is what the flags of a load say.
type loading struct {
	manifest string
	sheet    string
	rate     string
}

// maxManifest is the longest batch manifest in bytes.
const maxManifest = 64 << 10

func (a *app) datasetLoadCommand() *cobra.Command {
	var l loading
	c := a.command(command{
		use: "load", args: []string{"NAME", "FILE"}, short: catalog.Text{Zh: "把文件装载为数据集的新快照", En: "load a file as a new snapshot of a dataset"},
		long: catalog.Text{
			Zh: "把文件装载为数据集的一个完整的新快照：CSV（逗号、制表符、分号或竖线分隔；UTF-8、UTF-16、GB18030）、JSON Lines、Parquet，可用 gzip 或 zstd 压缩；XLSX 在本机转换。\n" +
				"违反声明或批次清单的批次整批隔离：显示行、列和规则（从不显示值），退出码为 3。\n上传中断后自动续传；再次执行同一命令也会从中断处继续。",
			En: "Loads a file as a complete new snapshot of a dataset: CSV (divided by comma, tab, semicolon or pipe; UTF-8, UTF-16 or GB18030),\n" +
				"JSON lines or Parquet; gzip and zstd are fine, and XLSX is converted on this machine. A batch that breaks its declaration or its manifest is quarantined as a whole: rows,\n" +
				"columns and rules are printed, never values, and the exit code is 3. An upload that is interrupted goes on by itself, and so does\n" +
				"the same command when it is run again."},
		example: "yumen dataset load credit credit.csv\nyumen dataset load credit credit.parquet --manifest credit.manifest.json",
		run:     func(ctx context.Context, args []string) error { return a.load(ctx, args[0], args[1], l) },
	})
	flags := c.Flags()
	flags.StringVar(&l.manifest, "manifest", "", a.t("批次清单（JSON：rows、sha256，可选 period、batch）", "batch manifest (JSON: rows, sha256, optionally period and batch)"))
	flags.StringVar(&l.sheet, "sheet", "", a.t("XLSX 中的工作表（默认第一个可见的）", "the sheet of an XLSX workbook (default: the first that is visible)"))
	flags.StringVar(&l.rate, "limit-rate", "", a.t("每秒最多上传多少，如 500k、2m", "most to upload in a second, such as 500k or 2m"))
	return c
}

func (a *app) load(ctx context.Context, name, file string, l loading) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return fail(exitUsage, "无法打开文件", "cannot open the file").because(err)
	}
	defer f.Close()
	if f, err = a.converted(f, l); err != nil {
		return err
	}
	defer f.Close()
	upload, err := a.measure(f)
	if err != nil {
		return err
	}
	if upload.Rate, err = rate(l.rate); err != nil {
		return err
	}
	if l.manifest != "" {
		text, err := readFile(l.manifest, maxManifest)
		if err != nil {
			return err
		}
		upload.Manifest = string(text)
	}
	bar, check := a.progress(a.t("上传", "upload"), upload.Size), a.progress(a.t("网关校验", "check"), 100)
	check.percent = true
	upload.Progress = a.followUpload(bar, check)
	snapshot, err := c.LoadFile(ctx, name, upload)
	bar.close()
	check.close()
	var e *client.Error
	if errors.As(err, &e) && e.Kind == client.KindQuarantined {
		return a.quarantined(name, e)
	}
	if err != nil {
		return err
	}
	return a.printSnapshot(snapshot)
}

// followUpload shows how much the gateway has, then how far its check is, and says when it had a part already and when it has lost one.
func (a *app) followUpload(bar, check *progress) func(api.Upload) {
	first, had := true, int64(0)
	return func(u api.Upload) {
		switch {
		case first && u.Received > 0 && u.State == "receiving":
			a.say("续传：网关已有 %s / %s", "going on where an earlier upload stopped: %s of %s have arrived", size(u.Received), size(u.Size))
		case u.Received < had && u.State == "receiving":
			a.say("网关已重新启动，从头上传", "the gateway has started again: sending the file from its beginning")
		}
		first, had = false, u.Received
		if u.State != "receiving" && u.Percent > 0 {
			check.set(int64(u.Percent))
			return
		}
		bar.set(u.Received)
	}
}

// measure takes the size and the digest of a file, by which the gateway knows it again and can tell a damaged upload from a bad batch.
func (a *app) measure(f *os.File) (client.File, error) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return client.File{}, fail(exitUsage, "不是普通文件", "not a plain file")
	}
	if info.Size() == 0 {
		return client.File{}, fail(exitUsage, "文件是空的", "the file is empty")
	}
	bar := a.progress(a.t("计算摘要", "digest"), info.Size())
	defer bar.close()
	h, n := sha256.New(), int64(0)
	buf := make([]byte, 1<<20)
	for n < info.Size() {
		got, err := f.ReadAt(buf[:min(int64(len(buf)), info.Size()-n)], n)
		h.Write(buf[:got])
		if n += int64(got); n < info.Size() {
			bar.set(n)
		}
		if err != nil && (err != io.EOF || n < info.Size()) {
			return client.File{}, fmt.Errorf("read the file: %w", err)
		}
	}
	return client.File{Content: f, Size: n, Digest: "sha256:" + hex.EncodeToString(h.Sum(nil))}, nil
}

// rate reads bytes a second; "" is no bound.
func rate(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	number, unit := text, int64(1)
	for suffix, u := range map[string]int64{"k": 1 << 10, "m": 1 << 20, "g": 1 << 30} {
		if cut, ok := strings.CutSuffix(strings.ToLower(text), suffix); ok {
			number, unit = cut, u
		}
	}
	var n int64
	if _, err := fmt.Sscanf(number, "%d", &n); err != nil || n <= 0 || n > 1<<30 || fmt.Sprint(n) != number {
		return 0, fail(exitUsage, "--limit-rate 应为正数，可带 k、m 或 g", "--limit-rate is a positive number, with k, m or g behind it")
	}
	return n * unit, nil
}
