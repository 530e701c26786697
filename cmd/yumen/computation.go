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

func (a *app) computationCommand() *cobra.Command {
	return a.group("computation", catalog.Text{Zh: "获批计算：认证、审批、查看、晋级", En: "approved computations: certify, review, look, promote"},
		"yumen apply -f overdue.yaml\nyumen computation certify overdue\nyumen computation review overdue --approve --comment 'cells and purpose checked'",
		a.computationCertifyCommand(), a.computationReviewCommand(), a.computationShowCommand(), a.computationPromoteCommand())
}

func (a *app) computationCertifyCommand() *cobra.Command {
	var seen string
	c := a.command(command{
		use: "certify", args: []string{"NAME"}, short: catalog.Text{Zh: "就全部参数取值审计一个计算", En: "audit a computation over all values of its parameters"},
		long: catalog.Text{
			Zh: "在当前数据上，把计算的每种参数取值连同该集团得到过和已认证的回答一起判断，如同全部发布。\n认证不发布任何内容；通过的单元格留在该集团的台账中，被隐去的此后始终隐去。数据重新装载后须重新认证。以加噪方式回答的计算不需要认证。",
			En: "Judges every combination of parameter values on the data as they stand, beside all that the group was answered and all that is certified for it, as if all of it were released.\n" +
				"Nothing leaves. The cells that pass are reserved in the group's ledger, and what is withheld stays withheld. After a new load it must be certified again. A computation that is answered with noise needs none."},
		example: "yumen computation certify overdue\nyumen computation certify overdue -o json",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			digest, err := a.look(ctx, c, catalog.KindComputation, args[0], seen)
			if err != nil {
				return err
			}
			v, err := c.CertifyComputation(ctx, args[0], api.Certify{Digest: digest})
			if err != nil {
				return err
			}
			if err := a.printCertificate(v); err != nil {
				return err
			}
			if v.State != "passed" {
				a.say("没有任何参数取值能得到回答，不能批准", "no combination of parameter values can ever be answered: it cannot be approved")
				return status(exitDenied)
			}
			return nil
		},
	})
	a.seenFlag(c, &seen)
	return c
}

func (a *app) computationReviewCommand() *cobra.Command {
	return a.decisionCommand(catalog.KindComputation, command{short: catalog.Text{Zh: "批准或拒绝一个计算", En: "approve or reject a computation"},
		long: catalog.Text{Zh: "批准的是当前文本，须有对当前数据通过的认证（以加噪方式回答的不需要）；改动一个字即须重新批准。拒绝已批准的计算即撤销批准。",
			En: "What is approved is the text as it stands, with a certificate that passed on the data as they stand, unless it is answered with noise; one changed token needs a new approval. To reject an approved computation takes its approval back."},
		example: "yumen computation review overdue --approve --comment 'cells and purpose checked'"}, (*client.Client).ReviewComputation)
}

func (a *app) computationShowCommand() *cobra.Command {
	return a.command(command{
		use: "show", args: []string{"NAME"}, short: catalog.Text{Zh: "显示一个计算及其认证", En: "show a computation and its certificate"},
		long:    catalog.Text{Zh: "显示一个计算。认证的结论只给审核员看：它会说出数据的情况。", En: "Shows a computation. What the certification found is for reviewers alone: it tells something about the data."},
		example: "yumen computation show overdue",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			v, err := c.Computation(ctx, args[0])
			if err != nil {
				return err
			}
			var t render.Table
			t.Add(a.t("名称", "name"), v.Name)
			t.Add(a.t("状态", "state"), v.State)
			t.Add(a.t("级别", "grade"), grade(v.Grade))
			t.Add(a.t("摘要", "digest"), v.Digest)
			t.Add(a.t("方式", "mode"), v.Mode)
			t.Add(a.t("认证", "certified"), v.Certified)
			if o := v.Promoted; o != nil {
				t.Add(a.t("开发环境", "promoted from"), o.Zone+" "+o.Key)
			}
			for _, o := range v.Stale {
				t.Add(a.t("失效原因", "stale because"), a.lang.Text(o.Message))
			}
			if v.Remedy != nil {
				t.Add(a.t("办法", "what to do"), a.lang.Text(*v.Remedy))
			}
			for _, col := range v.Columns {
				t.Add(a.t("列", "column"), col.Name+" "+col.Type)
			}
			if err := a.print(v, t); err != nil || v.Certificate == nil || !a.people() {
				return err
			}
			fmt.Fprintln(a.out)
			return a.printCertificate(v.Certificate)
		},
	})
}

func (a *app) printCertificate(v *api.Certificate) error {
	var t render.Table
	t.Add(a.t("认证", "certificate"), v.Certificate)
	t.Add(a.t("计算", "computation"), v.Computation)
	t.Add(a.t("摘要", "digest"), v.Digest)
	t.Add(a.t("结论", "state"), v.State)
	t.Add(a.t("策略", "policy"), v.Policy)
	for _, s := range v.Snapshots {
		t.Add(a.t("快照", "snapshot"), s.Dataset+" "+s.ID)
	}
	t.Add(a.t("始终隐去的取值", "always withheld"), fmt.Sprintf("%d / %d", v.AlwaysWithheld, len(v.Instances)))
	t.Add(a.t("最近的一对", "nearest pair"), v.Nearest)
	if err := a.print(v, t); err != nil || !a.people() {
		return err
	}
	fmt.Fprintln(a.out)
	all := render.Table{Columns: []string{a.t("参数", "PARAMETERS"), a.t("行范围", "SCOPE"), a.t("可回答", "SHOWN"), a.t("隐去", "WITHHELD")}}
	for _, i := range v.Instances {
		var parts []string
		for _, p := range i.Params {
			parts = append(parts, p.Name+"="+p.Value)
		}
		all.Add(strings.Join(parts, " "), fmt.Sprint(i.Scope), fmt.Sprint(i.Shown), fmt.Sprint(i.Withheld))
	}
	return a.print(nil, all)
}
