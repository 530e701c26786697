package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
	"yumen/internal/twin"
)

// twinned is what a command about a twin answers.
type twinned struct {
	Dataset     string         `json:"dataset"`
	Declaration catalog.Digest `json:"declaration"`
	Rows        int            `json:"rows"`
	Seed        uint64         `json:"seed"`
	File        string         `json:"file"`
	Digest      catalog.Digest `json:"digest"`
}

func (a *app) datasetSynthesizeCommand() *cobra.Command {
	var o twin.Options
	var out, check string
	var into bool
	c := a.command(command{
		use: "synthesize", args: []string{"NAME"}, short: catalog.Text{Zh: "只按声明生成合成孪生数据", En: "make a synthetic twin from the declaration alone"},
		long: catalog.Text{
			Zh: "只按数据集的声明（类型、值域、上下界、键、连接）生成合成数据，不接触任何真实行。相同的 seed 得到相同的文件，\n同一主体在各数据集中的键一致；标识符校验位正确，但属于未启用的地区或号段，不对应任何人。\n--check 重新生成并比对，证明一个文件就是孪生数据。--load 由开发环境的网关自行生成并装载：开发环境不接受其他数据。",
			En: "Makes rows that the declaration allows (types, domains, bounds, keys, joins) from the declaration alone: no row of data is read. Equal seeds\n" +
				"make equal files, and one entity has the same key in every dataset; identifiers have right check digits and a region or prefix that is not\n" +
				"given out, so they are nobody's. --check makes the twin again and compares: it proves that a file is one.\n" +
				"--load has the gateway of a development zone make the twin itself and load it: such a zone takes no other data."},
		example: "yumen dataset synthesize tax --rows 10000 --seed 7 --out tax-twin.csv\nyumen dataset synthesize tax --rows 10000 --seed 7 --check tax-twin.csv\nyumen dataset synthesize tax --rows 10000 --seed 7 --load",
		run: func(ctx context.Context, args []string) error {
			given := 0
			for _, is := range []bool{out != "", check != "", into} {
				if is {
					given++
				}
			}
			if given != 1 {
				return fail(exitUsage, "请给出 --out、--check 或 --load 之一", "give one of --out, --check and --load")
			}
			if o.Rows < 1 || o.Rows > twin.MaxRows {
				return fail(exitUsage, "--rows 为 1 到 1000000", "--rows is 1 to 1000000")
			}
			if into {
				return a.loadTwin(ctx, args[0], o)
			}
			return a.synthesize(ctx, args[0], o, out, check)
		},
	})
	c.Flags().IntVar(&o.Rows, "rows", 1000, a.t("行数，最多一百万", "how many rows, at most a million"))
	c.Flags().Uint64Var(&o.Seed, "seed", 1, a.t("种子：相同的种子得到相同的文件", "equal seeds make equal files"))
	c.Flags().StringVar(&out, "out", "", a.t("写入的新文件", "the new file to write"))
	c.Flags().StringVar(&check, "check", "", a.t("要核对的文件", "the file to check"))
	c.Flags().BoolVar(&into, "load", false, a.t("由开发环境的网关生成并装载", "have the gateway of a development zone make and load it"))
	return c
}

// loadTwin has the gateway make and load a twin. What a declaration forbids cannot be in it, so that nothing is quarantined.
func (a *app) loadTwin(ctx context.Context, name string, o twin.Options) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	bar, check := a.progress(a.t("生成", "make"), 0), a.progress(a.t("网关校验", "check"), 100)
	check.percent = true
	snapshot, err := c.Twin(ctx, name, api.Twin{Rows: o.Rows, Seed: o.Seed}, readBy(bar, check))
	bar.close()
	check.close()
	if err != nil {
		return err
	}
	return a.printSnapshot(snapshot)
}

func (a *app) synthesize(ctx context.Context, name string, o twin.Options, out, check string) error {
	c, err := a.connect()
	if err != nil {
		return err
	}
	d, digest, err := declared(ctx, c, name)
	if err != nil {
		return err
	}
	var beside []*catalog.Dataset
	for _, j := range d.Spec.Joins {
		far, _, err := declared(ctx, c, j.To.Dataset)
		var e *client.Error
		if errors.As(err, &e) { // not visible: its keys have the form that this one gives them
			continue
		}
		if err != nil {
			return err
		}
		beside = append(beside, far)
	}
	made := twinned{Dataset: name, Declaration: digest, Rows: o.Rows, Seed: o.Seed, File: out + check}
	sum := sha256.New()
	if check != "" {
		if err := twin.Write(sum, d, beside, o); err != nil {
			return err
		}
		made.Digest = catalog.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil)))
		return a.checkTwin(made)
	}
	f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fail(exitUsage, "无法新建文件（不覆盖已有文件）", "cannot make the file; none is overwritten").because(err)
	}
	if err := errors.Join(twin.Write(io.MultiWriter(f, sum), d, beside, o), f.Close()); err != nil {
		return errors.Join(err, os.Remove(out))
	}
	made.Digest = catalog.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil)))
	return a.printTwin(made)
}

// declared is a dataset's declaration as the caller sees it, with its digest.
func declared(ctx context.Context, c *client.Client, name string) (*catalog.Dataset, catalog.Digest, error) {
	r, err := c.Resource(ctx, string(catalog.KindDataset), name)
	if err != nil {
		return nil, "", err
	}
	if len(r.Spec) == 0 {
		return nil, "", errWithdrawn
	}
	d := &catalog.Dataset{APIVersion: catalog.APIVersion, Kind: catalog.KindDataset, Metadata: catalog.Metadata{Name: name}}
	if err := json.Unmarshal(r.Spec, &d.Spec); err != nil {
		return nil, "", fmt.Errorf("the answer is no declaration: %w", err)
	}
	text, err := (&catalog.Document{Kind: catalog.KindDataset, Name: name, Body: d}).Canonical()
	return d, catalog.DigestOf(text), err
}

// checkTwin compares a file with the twin as it would be made now.
func (a *app) checkTwin(want twinned) error {
	text, err := os.ReadFile(want.File)
	if err != nil {
		return fail(exitUsage, "无法打开文件", "cannot open the file").because(err)
	}
	if sum := sha256.Sum256(text); !bytes.Equal([]byte("sha256:"+hex.EncodeToString(sum[:])), []byte(want.Digest)) {
		return fail(exitNotGenuine, "该文件不是此声明、行数和种子的孪生数据", "the file is not the twin of this declaration, number of rows and seed")
	}
	return a.printTwin(want)
}

func (a *app) printTwin(v twinned) error {
	var t render.Table
	t.Add(a.t("数据集", "dataset"), v.Dataset)
	t.Add(a.t("声明", "declaration"), string(v.Declaration))
	t.Add(a.t("行数", "rows"), fmt.Sprint(v.Rows))
	t.Add(a.t("种子", "seed"), fmt.Sprint(v.Seed))
	t.Add(a.t("文件", "file"), v.File)
	t.Add(a.t("摘要", "digest"), string(v.Digest))
	return a.print(v, t)
}
