package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) instructionCommand() *cobra.Command {
	return a.group("instruction", catalog.Text{Zh: "监管指令：下达、签收、执行（附日志证明）、确认或退回", En: "the regulator's instructions: issued, acknowledged, executed with proof, confirmed or returned"},
		"yumen instruction issue --document 'JX-2026-14' --demand suspend_organization --organization bank_a --text 'pending the inquiry'\nyumen instruction list",
		a.instructionIssue(), a.instructionList(), a.instructionShow(),
		a.instructionAct("acknowledge", catalog.Text{Zh: "签收（运营单位）", En: "acknowledge (the operator)"}, ""),
		a.instructionAct("execute", catalog.Text{Zh: "报告已执行：列出证明执行的日志条目（运营单位）", En: "say that it is executed, by the entries of the log that prove it (the operator)"}, " --entry 214"),
		a.instructionAct("confirm", catalog.Text{Zh: "确认执行（监管人员）", En: "confirm the execution (the regulator)"}, ""),
		a.instructionAct("return", catalog.Text{Zh: "退回：说明缺什么，期限重新计算（监管人员）", En: "return it, saying what is missing; its term begins anew (the regulator)"}, " --note 'until the sanction is in force'"))
}

func (a *app) instructionIssue() *cobra.Command {
	var in api.InstructionRequest
	c := a.command(command{
		use: "issue", short: catalog.Text{Zh: "下达监管指令（监管人员）", En: "issue an instruction (the regulator)"},
		example: "yumen instruction issue --document 'JX-2026-14' --demand close_dataset --organization bank_a --dataset credit --days 5 --text 'purpose exceeded'\nyumen instruction issue --document 'JX-2026-15' --demand stop_egress --text 'at once'",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.Instruct(ctx, in)
			if err != nil {
				return err
			}
			return a.printInstruction(v)
		},
	})
	f := c.Flags()
	f.StringVar(&in.Document, "document", "", a.t("文号", "number of the paper"))
	f.StringVar(&in.Demand, "demand", "", a.t("要求：", "what is demanded: ")+"suspend_organization, terminate_organization, suspend_dataset, close_dataset, correct_dataset, stop_egress, stop_runs, report")
	f.StringVar(&in.Organization, "organization", "", a.t("所涉机构", "the organization that it is about"))
	f.StringVar(&in.Dataset, "dataset", "", a.t("所涉数据集", "the dataset that it is about"))
	f.StringVar(&in.Text, "text", "", a.t("要求的内容", "what is wanted, in words"))
	f.IntVar(&in.Days, "days", 0, a.t("期限（工作日，自次日起算）；0 为立即（当日内）", "term in working days from the next day on; 0 is at once, by the end of the day"))
	mustGive(c, "document", "demand", "text")
	return c
}

func (a *app) instructionAct(act string, short catalog.Text, more string) *cobra.Command {
	in := api.InstructionAct{Act: act}
	var entries []int64
	c := a.command(command{
		use: act, args: []string{"ID"}, short: short, example: "yumen instruction " + act + " ins_…" + more,
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			in.Entries = entries
			v, err := c.ActOnInstruction(ctx, args[0], in)
			if err != nil {
				return err
			}
			return a.printInstruction(v)
		},
	})
	c.Flags().StringVar(&in.Note, "note", "", a.t("说明", "a note"))
	switch act {
	case "execute":
		c.Flags().Int64SliceVar(&entries, "entry", nil, a.t("证明执行的日志条目，可重复；不给出时取最新的一条", "an entry of the log that proves it, may be repeated; without it the newest that does"))
	case "return":
		mustGive(c, "note")
	}
	return c
}

func (a *app) instructionList() *cobra.Command {
	return a.command(command{
		use: "list", short: catalog.Text{Zh: "列出监管指令：要求、状态、期限", En: "list instructions: what is demanded, how they stand, until when"}, example: "yumen instruction list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Instructions(ctx)
			if err != nil {
				return err
			}
			return a.print(list(all), a.instructionTable(all))
		},
	})
}

func (a *app) instructionShow() *cobra.Command {
	return a.command(command{
		use: "show", args: []string{"ID"}, short: catalog.Text{Zh: "显示一项监管指令及其全部办理过程", En: "show an instruction with everything that was done about it"}, example: "yumen instruction show ins_…",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.Instruction(ctx, args[0])
			if err != nil {
				return err
			}
			return a.printInstruction(v)
		},
	})
}

// printInstruction prints an instruction, and under it what was done.
func (a *app) printInstruction(v *api.Instruction) error {
	t := render.Table{Columns: []string{a.t("事项", "ITEM"), a.t("内容", "VALUE")}}
	t.Add(a.t("指令", "instruction"), v.ID)
	t.Add(a.t("文号", "document"), v.Document)
	t.Add(a.t("要求", "demand"), v.Demand)
	if v.Organization != "" {
		t.Add(a.t("机构", "organization"), v.Organization)
	}
	if v.Dataset != "" {
		t.Add(a.t("数据集", "dataset"), v.Dataset)
	}
	t.Add(a.t("内容", "text"), v.Text)
	t.Add(a.t("状态", "state"), v.State)
	t.Add(a.t("期限", "due"), a.dueDay(v))
	t.Add(a.t("下达条目", "issued by entry"), strconv.FormatInt(v.Entry, 10))
	if v.Elapsed != 0 {
		t.Add(a.t("执行用时", "executed after"), (time.Duration(v.Elapsed) * time.Millisecond).Round(time.Second).String())
	}
	for _, s := range v.Steps {
		line := when(s.Time) + " " + s.By
		if len(s.Entries) > 0 {
			var proof []string
			for _, n := range s.Entries {
				proof = append(proof, strconv.FormatInt(n, 10))
			}
			line += a.t("；日志条目 ", "; entries ") + strings.Join(proof, ", ")
		}
		if s.Note != "" {
			line += "; " + s.Note
		}
		t.Add(s.Act, line)
	}
	return a.print(v, t)
}

func (a *app) dueDay(v *api.Instruction) string {
	out := v.Due
	if v.Provisional {
		out += a.t("（暂定：该年工作日历未导入）", " (provisional: the working days of that year are not known)")
	}
	if v.Overdue {
		out += a.t("（已逾期）", " (overdue)")
	}
	return out
}

func (a *app) instructionTable(all []api.Instruction) render.Table {
	t := render.Table{Columns: []string{a.t("指令", "INSTRUCTION"), a.t("文号", "DOCUMENT"), a.t("要求", "DEMAND"), a.t("机构", "ORGANIZATION"), a.t("数据集", "DATASET"), a.t("状态", "STATE"), a.t("期限", "DUE")}}
	for i := range all {
		v := &all[i]
		t.Add(v.ID, v.Document, v.Demand, v.Organization, v.Dataset, v.State, a.dueDay(v))
	}
	return t
}
