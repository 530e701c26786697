package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

// freezeFlags say what a freeze is about.
type freezeFlags struct {
	egress, runs                  bool
	organization, dataset, reason string
	drill                         bool
}

func (a *app) freezeTarget(c *cobra.Command, f *freezeFlags) {
	flags := c.Flags()
	flags.BoolVar(&f.egress, "egress", false, a.t("全部出域：不受理查询，不签发，不领取", "all egress: nothing is asked, issued or collected"))
	flags.BoolVar(&f.runs, "runs", false, a.t("全部运行：不受理查询；已答复的仍可出域", "all runs: nothing is asked; what was answered may leave"))
	flags.StringVar(&f.organization, "organization", "", a.t("一个机构", "one organization"))
	flags.StringVar(&f.dataset, "dataset", "", a.t("一个数据集", "one dataset"))
	flags.StringVar(&f.reason, "reason", "", a.t("原因", "why"))
	c.MarkFlagsOneRequired("egress", "runs", "organization", "dataset")
	c.MarkFlagsMutuallyExclusive("egress", "runs", "organization", "dataset")
}

func (f *freezeFlags) request() api.FreezeRequest {
	out := api.FreezeRequest{Reason: f.reason, Drill: f.drill}
	switch {
	case f.egress:
		out.Kind = "egress"
	case f.runs:
		out.Kind = "runs"
	case f.organization != "":
		out.Kind, out.Name = "organization", f.organization
	default:
		out.Kind, out.Name = "dataset", f.dataset
	}
	return out
}

func (a *app) freezeCommand() *cobra.Command {
	var f freezeFlags
	c := a.command(command{
		use: "freeze", short: catalog.Text{Zh: "紧急冻结：立即生效，解除须两人", En: "freeze in an emergency: at once; lifting takes two people"},
		long: catalog.Text{Zh: "紧急冻结。新的查询立即被拒绝（FROZEN），排队与运行中的查询立即终止，结果不能签发或领取。",
			En: "Freezes at once: questions are refused as FROZEN, those that wait or run are ended, and nothing is issued or collected."},
		example: "yumen freeze --organization bank_a --reason 'leak under investigation'\nyumen freeze --egress --reason 'incident 7'\nyumen freeze --runs --drill --reason 'exercise of the quarter'\nyumen freeze list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.Freeze(ctx, f.request())
			if err != nil {
				return err
			}
			return a.print(v, a.freezeTable([]api.Freeze{*v}))
		},
	})
	a.freezeTarget(c, &f)
	c.Flags().BoolVar(&f.drill, "drill", false, a.t("演练：与真实冻结相同，均有标记，并给出用时", "an exercise: as in earnest, marked as a drill, with the times it took"))
	mustGive(c, "reason")
	c.AddCommand(a.command(command{
		use: "list", short: catalog.Text{Zh: "列出冻结：对象、时间、人员、原因", En: "list what is frozen, since when, by whom and why"}, example: "yumen freeze list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Freezes(ctx)
			if err != nil {
				return err
			}
			return a.print(list(all), a.freezeTable(all))
		},
	}))
	return c
}

func (a *app) unfreezeCommand() *cobra.Command {
	var f freezeFlags
	c := a.command(command{
		use: "unfreeze", short: catalog.Text{Zh: "解除冻结：一人提出，另一人确认", En: "lift a freeze: one person proposes, another confirms"},
		example: "yumen unfreeze --organization bank_a --reason 'cleared'",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.Unfreeze(ctx, f.request())
			if err != nil {
				return err
			}
			if err := a.print(v, a.freezeTable([]api.Freeze{*v})); err != nil {
				return err
			}
			if v.State != "lifted" {
				a.hint("须由另一人以同一命令确认", "another person confirms it with the same command")
				return status(exitWaiting)
			}
			return nil
		},
	})
	a.freezeTarget(c, &f)
	return c
}

func (a *app) freezeTable(all []api.Freeze) render.Table {
	t := render.Table{Columns: []string{a.t("冻结", "FREEZE"), a.t("对象", "NAME"), a.t("状态", "STATE"), a.t("自", "SINCE"), a.t("由", "BY"), a.t("原因", "REASON"), a.t("提出解除", "LIFT BY")}}
	for _, f := range all {
		state := f.State
		if d := f.Drill; d != nil {
			state += fmt.Sprintf(a.t("（演练：%d 毫秒生效，终止运行 %d 项）", " (drill: in effect after %d ms, %d runs ended)"), d.EffectMS, d.Ended)
			if d.Lifted != 0 {
				state += fmt.Sprintf(a.t("，历时 %d 秒", ", for %d s"), (d.Lifted-f.Since)/1000)
			}
		}
		t.Add(f.Kind, f.Name, state, when(f.Since), f.By, f.Reason, f.LiftBy)
	}
	return t
}
