package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/xlsx"
)

func (a *app) datasetConvertCommand() *cobra.Command {
	var out, sheet string
	c := a.command(command{
		use: "convert", args: []string{"FILE"}, short: catalog.Text{Zh: "把 XLSX 的一个工作表转换为 CSV", En: "convert a sheet of an XLSX workbook to CSV"},
		long: catalog.Text{
			Zh: "把 XLSX 的一个工作表转换为 CSV，与 yumen dataset load 上传的内容相同：数值取 15 位有效数字，日期为 ISO 8601，公式取已保存的结果。\n批次清单应针对转换后的文件。",
			En: "Converts a sheet of an XLSX workbook to the CSV that yumen dataset load would upload: numbers with their 15 significant digits,\n" +
				"dates in ISO 8601, formulas by their stored results. A batch manifest is about the converted file."},
		example: "yumen dataset convert credit.xlsx --out credit.csv --sheet 2024",
		run: func(_ context.Context, args []string) error {
			in, err := os.Open(args[0])
			if err != nil {
				return fail(exitUsage, "无法打开文件", "cannot open the file").because(err)
			}
			defer in.Close()
			to, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return fail(exitUsage, "无法创建文件；已存在的文件不会被覆盖", "cannot create the file; one that exists is not overwritten").because(err)
			}
			err = a.convert(in, sheet, to)
			if err = errors.Join(err, to.Close()); err != nil {
				_ = os.Remove(out)
			}
			return err
		},
	})
	flags := c.Flags()
	flags.StringVar(&out, "out", "", a.t("写到哪个文件", "the file to write"))
	flags.StringVar(&sheet, "sheet", "", a.t("工作表（默认第一个可见的）", "the sheet (default: the first that is visible)"))
	mustGive(c, "out")
	return c
}

// convert converts a workbook, with a bar.
func (a *app) convert(in *os.File, sheet string, out io.Writer) error {
	st, err := in.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return fail(exitUsage, "不是普通文件", "not a plain file")
	}
	bar := a.progress(a.t("转换", "convert"), st.Size()+1)
	defer bar.close()
	err = xlsx.Convert(in, st.Size(), sheet, out, bar.set)
	var refused *xlsx.Error
	if errors.As(err, &refused) {
		return fail(exitDenied, refused.Text.Zh, refused.Text.En)
	}
	return err
}

// converted returns the file itself, or what a workbook becomes: a file without a name, which nobody else can open and which is gone when
// it is closed.
func (a *app) converted(f *os.File, l loading) (*os.File, error) {
	head := make([]byte, 8)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) || !xlsx.Workbook(head[:n]) {
		if l.sheet != "" {
			return nil, fail(exitUsage, "--sheet 只用于 XLSX 文件", "--sheet is for XLSX workbooks alone")
		}
		return f, nil // what cannot be read is found out when it is measured
	}
	if l.manifest != "" {
		return nil, fail(exitUsage, "清单描述的是送达网关的文件，而 XLSX 会先被转换", "a manifest is about the file that the gateway gets, and a workbook is converted first").
			hinting("先执行 yumen dataset convert，再为 CSV 编制清单并装载", "run yumen dataset convert, make the manifest of the CSV, and load that")
	}
	to, err := os.CreateTemp("", "yumen-*")
	if err != nil {
		return nil, fmt.Errorf("convert: %w", err)
	}
	if err := os.Remove(to.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("convert: %w", err), to.Close())
	}
	if err := a.convert(f, l.sheet, to); err != nil {
		return nil, errors.Join(err, to.Close())
	}
	return to, nil
}
