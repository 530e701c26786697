package main

import (
	"context"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) datasetSealCommand() *cobra.Command {
	var reason string
	c := a.command(command{
		use: "seal", args: []string{"NAME"}, short: catalog.Text{Zh: "封存数据集：立即生效，启封须两方各一人", En: "seal a dataset: at once; unsealing takes two people of two parties"},
		long: catalog.Text{Zh: "封存数据集。数据保留，任何人不得使用：新的查询、计算、认证与申请立即被拒绝（DATASET_SEALED），排队与运行中的查询立即终止，等待审核的结果被拦截。由提供单位（本单位数据）、数据管理人员、管理员、安全管理员、审计员或监管人员办理。",
			En: "Seals a dataset: its data are kept, and nobody uses them. Questions, computations, certifications and applications are refused as DATASET_SEALED,\n" +
				"what waits or runs is ended, and answers that wait for a reviewer are blocked. The provider (of its own data), stewards, administrators, auditors and the regulator may."},
		example: "yumen dataset seal credit --reason 'not suitable for market use'",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.Seal(ctx, args[0], reason)
			if err != nil {
				return err
			}
			return a.print(v, a.sealTable(v))
		},
	})
	c.Flags().StringVar(&reason, "reason", "", a.t("理由", "why"))
	mustGive(c, "reason")
	return c
}

func (a *app) datasetUnsealCommand() *cobra.Command {
	var reason string
	c := a.command(command{
		use: "unseal", args: []string{"NAME"}, short: catalog.Text{Zh: "启封数据集：一方提出，另一方确认", En: "unseal a dataset: one party proposes, another confirms"},
		long: catalog.Text{Zh: "启封数据集：第一人提出（退出码 4），另一方的人员在一天内确认；封存的一方或监管人员须参与。生效的声明仍为 sealed 类时，先以另一类别重新声明并批准。",
			En: "Proposes to unseal a dataset (exit code 4), or confirms what a person of another party proposed within a day; the party that sealed it, or the regulator, takes part.\n" +
				"While the declaration in force is of the class sealed, declare another class and have it approved first."},
		example: "yumen dataset unseal credit --reason 'the new classification is in force'",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.Unseal(ctx, args[0], reason)
			if err != nil {
				return err
			}
			if err := a.print(v, a.sealTable(v)); err != nil || v.State == "unsealed" {
				return err
			}
			a.hint("须由另一方的人员以同一命令确认", "a person of another party confirms it with the same command")
			return status(exitWaiting)
		},
	})
	c.Flags().StringVar(&reason, "reason", "", a.t("理由", "why"))
	mustGive(c, "reason")
	return c
}

func (a *app) sealTable(v *api.Seal) render.Table {
	var t render.Table
	t.Add(a.t("封存状态", "seal"), v.State)
	t.Add(a.t("自", "since"), when(v.Since))
	if v.By != "" {
		t.Add(a.t("由", "by"), v.By+" ("+v.Organization+")")
		t.Add(a.t("理由", "reason"), v.Reason)
	}
	if v.UnsealBy != "" {
		t.Add(a.t("提出启封", "unseal proposed by"), v.UnsealBy+" ("+v.UnsealOrganization+")")
		t.Add(a.t("启封理由", "reason to unseal"), v.UnsealReason)
	}
	return t
}
