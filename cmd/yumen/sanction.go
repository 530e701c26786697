package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) sanctionCommand() *cobra.Command {
	return a.group("sanction", catalog.Text{Zh: "处置：关闭数据集、黑名单、终止机构", En: "sanctions: close a dataset, blacklist a unit, terminate an organization"},
		"yumen sanction close --organization bank_a --dataset credit --until 2026-12-31 --reason 'purpose exceeded'\nyumen sanction list",
		a.sanctionClose(), a.sanctionBlacklist(), a.sanctionTerminate(),
		a.sanctionAct("end", catalog.Text{Zh: "期限届满仍未改正：终止其对该数据集的使用（两人）", En: "end the access for good, when the deadline passed in vain (two people)"}),
		a.sanctionAct("reinstate", catalog.Text{Zh: "恢复其对该数据集的使用（两人）", En: "open the dataset to it again (two people)"}),
		a.sanctionAct("lift", catalog.Text{Zh: "移出黑名单（两人）", En: "take a unit off the blacklist (two people)"}),
		a.sanctionAct("dismiss", catalog.Text{Zh: "驳回尚未复核的处置", En: "dismiss what a second person has not confirmed"}),
		a.sanctionList())
}

func (a *app) sanctionClose() *cobra.Command {
	in := api.SanctionRequest{Kind: "closure"}
	var until string
	c := a.imposing(&in, command{
		use: "close", short: catalog.Text{Zh: "对一个机构暂时关闭一个数据集，立即生效", En: "close a dataset to an organization for a time, at once"},
		example: "yumen sanction close --organization bank_a --dataset credit --until 2026-12-31 --reason 'purpose exceeded'",
	}, func() error {
		day, err := time.Parse(time.DateOnly, until)
		if err != nil {
			return fail(exitUsage, "--until 为日期，如 2026-12-31", "--until is a date, as 2026-12-31")
		}
		in.Deadline = day.AddDate(0, 0, 1).Unix()
		return nil
	})
	c.Flags().StringVar(&in.Dataset, "dataset", "", a.t("数据集", "the dataset"))
	c.Flags().StringVar(&until, "until", "", a.t("整改期限（含当日）", "the last day on which it can be put right"))
	mustGive(c, "organization", "dataset", "until", "reason")
	return c
}

func (a *app) sanctionBlacklist() *cobra.Command {
	in := api.SanctionRequest{Kind: "blacklist"}
	c := a.imposing(&in, command{
		use: "blacklist", short: catalog.Text{Zh: "列入黑名单，及于其别名与法人集团（两人）", En: "put a unit on the blacklist, with its aliases and legal group (two people)"},
		example: "yumen sanction blacklist --organization bank_a --reason 'sold what it was given'\nyumen sanction blacklist --uscc 91350200M000100Y48 --name 'Bank A' --reason 'as decided'",
	}, func() error { return nil })
	c.Flags().StringVar(&in.USCC, "uscc", "", a.t("统一社会信用代码", "unified social credit code"))
	c.Flags().StringArrayVar(&in.Names, "name", nil, a.t("该单位的其他名称或曾用名，可重复", "a further or former name of the unit; may be repeated"))
	c.MarkFlagsOneRequired("organization", "uscc")
	mustGive(c, "reason")
	return c
}

func (a *app) sanctionTerminate() *cobra.Command {
	in := api.SanctionRequest{Kind: "termination"}
	c := a.imposing(&in, command{
		use: "terminate", short: catalog.Text{Zh: "终止机构：同时关闭其账号、密钥、会话、作业、授权与待出域结果（两人）",
			En: "terminate an organization: its accounts, keys, sessions, jobs, grants and pending releases end at once (two people)"},
		example: "yumen sanction terminate --organization bank_a --reason 'contract ended'",
	}, func() error { return nil })
	mustGive(c, "organization", "reason")
	return c
}

// imposing is a command that imposes a sanction; prepare completes the request from the flags.
func (a *app) imposing(in *api.SanctionRequest, d command, prepare func() error) *cobra.Command {
	d.run = func(ctx context.Context, _ []string) error {
		if err := prepare(); err != nil {
			return err
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		v, err := c.Sanction(ctx, *in)
		if err != nil {
			return err
		}
		return a.printSanction(v)
	}
	c := a.command(d)
	c.Flags().StringVar(&in.Organization, "organization", "", a.t("机构", "the organization"))
	c.Flags().StringVar(&in.Reason, "reason", "", a.t("原因；该机构可见", "why; the organization reads it"))
	return c
}

func (a *app) sanctionAct(act string, short catalog.Text) *cobra.Command {
	var reason string
	c := a.command(command{
		use: act, args: []string{"ID"}, short: short, example: "yumen sanction " + act + " sanction_… --reason '…'",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.ActOnSanction(ctx, args[0], api.SanctionAct{Act: act, Reason: reason})
			if err != nil {
				return err
			}
			return a.printSanction(v)
		},
	})
	c.Flags().StringVar(&reason, "reason", "", a.t("原因；该机构可见", "why; the organization reads it"))
	mustGive(c, "reason")
	return c
}

func (a *app) sanctionList() *cobra.Command {
	return a.command(command{
		use: "list", short: catalog.Text{Zh: "列出处置：对象、状态、期限", En: "list sanctions: upon whom, how they stand, until when"}, example: "yumen sanction list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Sanctions(ctx)
			if err != nil {
				return err
			}
			return a.print(list(all), a.sanctionTable(all))
		},
	})
}

// printSanction prints a sanction; while it waits for the second person the exit code says so.
func (a *app) printSanction(v *api.Sanction) error {
	if err := a.print(v, a.sanctionTable([]api.Sanction{*v})); err != nil {
		return err
	}
	if v.Pending == nil {
		return nil
	}
	a.hint("须由另一人以同一命令复核", "another person re-checks it with the same command")
	return status(exitWaiting)
}

func (a *app) sanctionTable(all []api.Sanction) render.Table {
	t := render.Table{Columns: []string{a.t("处置", "SANCTION"), a.t("类别", "KIND"), a.t("状态", "STATE"), a.t("及于", "COVERS"), a.t("数据集", "DATASET"), a.t("期限", "UNTIL"), a.t("待复核", "PENDING")}}
	for _, v := range all {
		state, until, pending := v.State, "", ""
		if v.Deadline != 0 {
			until = day(v.Deadline - 1)
		}
		if v.Overdue {
			state += a.t("（已逾期）", " (overdue)")
		}
		if v.Pending != nil {
			pending = v.Pending.Act + " (" + v.Pending.By + ")"
		}
		t.Add(v.ID, v.Kind, state, strings.Join(v.Covers, ", "), v.Dataset, until, pending)
	}
	return t
}
