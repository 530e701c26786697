package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

func (a *app) applicationCommand() *cobra.Command {
	return a.group("application", catalog.Text{Zh: "需求申请", En: "demand applications"},
		"yumen application submit -f application.yaml\nyumen application review app_… --approve --comment 'minimal for its purpose'",
		a.applicationSubmitCommand(), a.applicationListCommand(), a.applicationShowCommand(), a.applicationReviewCommand(),
		a.applicationResubmitCommand(), a.applicationWithdrawCommand())
}

func (a *app) applicationSubmitCommand() *cobra.Command {
	var file string
	c := a.command(command{
		use: "submit", short: catalog.Text{Zh: "提交需求申请", En: "submit a demand application"},
		long: catalog.Text{
			Zh: "提交一个场景的需求申请。文件是 YAML：scenario、purpose、datasets（dataset、columns：列名 → 必要性，或列名的列表，\n" +
				"其必要性即用途；row_scope）、methods、modes（使用方式：query、computation、verification）、not_before、not_after（日期；省略为从现在起一年）、frequency（per_day、per_month、\n" +
				"total：次数上限）、safeguards（安全保障措施）、recipients（organization、persons：可领取结果的机构和人员）。",
			En: "Submits the application of one scenario. The file is YAML: scenario, purpose, datasets (each with dataset, columns:\n" +
				"column to why it is needed, or a list of columns needed for the purpose itself, and row_scope), methods, modes (ways of use: query, computation, verification), not_before and\n" +
				"not_after (dates; from now for one year when left out), frequency (per_day, per_month, total: runs at most), safeguards,\n" +
				"and recipients (organization, persons: who may collect what is released)."},
		example: "yumen application submit -f application.yaml",
		run: func(ctx context.Context, _ []string) error {
			return a.present(file, func(c *client.Client, in api.Application) (*api.Application, error) {
				return c.SubmitApplication(ctx, in)
			})
		},
	})
	a.takeFile(c, &file)
	return c
}

func (a *app) applicationResubmitCommand() *cobra.Command {
	var file string
	c := a.command(command{
		use: "resubmit", args: []string{"ID"}, short: catalog.Text{Zh: "修改后重新提交被退回的申请", En: "answer a return with a new version"},
		example: "yumen application resubmit app_… -f application.yaml",
		run: func(ctx context.Context, args []string) error {
			return a.present(file, func(c *client.Client, in api.Application) (*api.Application, error) {
				return c.ResubmitApplication(ctx, args[0], in)
			})
		},
	})
	a.takeFile(c, &file)
	return c
}

func (a *app) takeFile(c *cobra.Command, file *string) {
	c.Flags().StringVarP(file, "file", "f", "", a.t("YAML 文件，- 为标准输入", "YAML file, - for standard input"))
	mustGive(c, "file")
}

// present reads an application, sends it and prints what became of it.
func (a *app) present(file string, send func(*client.Client, api.Application) (*api.Application, error)) error {
	text, err := a.readInput(file, catalog.MaxDocumentBytes)
	if err != nil {
		return err
	}
	in, err := parseApplication(text)
	if err != nil {
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	made, err := send(c, in)
	if err != nil {
		return err
	}
	return a.printApplication(made)
}

func (a *app) applicationWithdrawCommand() *cobra.Command {
	return a.command(command{
		use: "withdraw", args: []string{"ID"}, short: catalog.Text{Zh: "撤回尚未决定的申请", En: "take back an application that is not decided"},
		example: "yumen application withdraw app_…",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			p, err := c.WithdrawApplication(ctx, args[0])
			if err != nil {
				return err
			}
			return a.printApplication(p)
		},
	})
}

func (a *app) applicationListCommand() *cobra.Command {
	var overdue bool
	c := a.command(command{
		use: "list", short: catalog.Text{Zh: "列出需求申请", En: "list demand applications"}, example: "yumen application list\nyumen application list --overdue",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Applications(ctx)
			if err != nil {
				return err
			}
			if overdue {
				all = slices.DeleteFunc(all, func(p api.Application) bool { return p.Timer == nil || !p.Timer.Overdue })
			}
			t := render.Table{Columns: []string{a.t("申请", "APPLICATION"), a.t("状态", "STATE"), a.t("申请人", "APPLICANT"), a.t("场景", "SCENARIO"), a.t("答复期限", "ANSWER BY"), a.t("授权", "GRANT")}}
			for _, p := range all {
				t.Add(p.ID, p.State, p.Applicant, p.Scenario, a.timerWords(p.Timer), p.Grant)
			}
			return a.print(list(all), t)
		},
	})
	c.Flags().BoolVar(&overdue, "overdue", false, a.t("只列出超过答复期限（5 个工作日）的申请", "those alone whose answer is overdue (5 working days)"))
	return c
}

// timerWords says by which working day an application is to be answered.
func (a *app) timerWords(t *api.Timer) string {
	if t == nil {
		return ""
	}
	words := t.Answer
	if t.Overdue {
		words += a.t("（逾期）", " (overdue)")
	}
	if t.Provisional {
		words += a.t("（暂定）", " (provisional)")
	}
	return words
}

func (a *app) applicationShowCommand() *cobra.Command {
	return a.command(command{
		use: "show", args: []string{"ID"}, short: catalog.Text{Zh: "显示一个需求申请", En: "show a demand application"}, example: "yumen application show app_…",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			p, err := c.Application(ctx, args[0])
			if err != nil {
				return err
			}
			return a.printApplication(p)
		},
	})
}

// applicationReasons are why an application is returned or rejected; the gateway's list decides.
const applicationReasons = "PURPOSE, NECESSITY, TERM, FREQUENCY, SAFEGUARDS, RECIPIENT, PROVIDER, ELIGIBILITY, DUPLICATE, ERROR"

func (a *app) applicationReviewCommand() *cobra.Command {
	var r api.Review
	var reject bool
	c := a.command(command{
		use: "review", args: []string{"ID"}, short: catalog.Text{Zh: "审核需求申请的一个环节", En: "take a step of an application's route"},
		long: catalog.Text{
			Zh: "审核一个环节：同意、退回修改或拒绝。application show 列出各环节；只可能是一个环节时可省略 --step。最后一个环节同意后形成授权。",
			En: "Takes one step: approves, returns it to be changed, or rejects it. application show lists the steps; --step is not needed\n" +
				"while you can mean only one. The approval of the last step makes the grant."},
		example: "yumen application review app_… --approve --comment 'columns are the least that the purpose needs'\n" +
			"yumen application review app_… --step provider --return --reason NECESSITY --comment 'why the exact birth date?'",
		run: func(ctx context.Context, args []string) error {
			if !r.Approve && r.Reason == "" {
				return fail(exitUsage, "退回或拒绝需要理由代码", "to return or reject takes a reason code").
					hinting("加上 --reason 代码："+applicationReasons, "add --reason CODE: "+applicationReasons)
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			if r.Version == 0 {
				shown, err := c.Application(ctx, args[0])
				if err != nil {
					return err
				}
				r.Version = shown.Version
				a.say("申请 %s，第 %d 版", "application %s, version %d", shown.ID, shown.Version)
			}
			p, err := c.ReviewApplication(ctx, args[0], r)
			if err != nil {
				return err
			}
			return a.printApplication(p)
		},
	})
	flags := c.Flags()
	flags.StringVar(&r.Step, "step", "", a.t("环节：operator、provider、authority", "the step: operator, provider, authority"))
	flags.IntVar(&r.Version, "seen", 0, a.t("只审核这一版本（application show 所示）", "decide about this version alone, the one that application show gave"))
	flags.BoolVar(&r.Approve, "approve", false, a.t("同意", "approve"))
	flags.BoolVar(&r.Return, "return", false, a.t("退回修改", "return it to be changed"))
	flags.BoolVar(&reject, "reject", false, a.t("拒绝", "reject it"))
	flags.StringSliceVar(&r.Strike, "strike", nil, a.t("同意但剔除的字段：数据集.字段", "columns that the approval takes out: dataset.column"))
	flags.StringSliceVar(&r.Modes, "modes", nil, a.t("同意但只核定这些使用方式：query、computation、verification", "approve these ways of use alone: query, computation, verification"))
	flags.StringVar(&r.Reason, "reason", "", a.t("理由代码（退回和拒绝时必需）：", "reason code (needed to return or reject): ")+applicationReasons)
	flags.StringVar(&r.Comment, "comment", "", a.t("意见", "comment"))
	mustGive(c, "comment")
	c.MarkFlagsMutuallyExclusive("approve", "return", "reject")
	c.MarkFlagsOneRequired("approve", "return", "reject")
	return c
}

func (a *app) printApplication(p *api.Application) error {
	var t render.Table
	t.Add(a.t("申请", "application"), p.ID)
	t.Add(a.t("状态", "state"), p.State)
	t.Add(a.t("申请人", "applicant"), p.Applicant)
	t.Add(a.t("版本", "version"), fmt.Sprint(p.Version))
	t.Add(a.t("场景", "scenario"), p.Scenario)
	t.Add(a.t("用途", "purpose"), p.Purpose)
	a.addScope(&t, p.Datasets, p.Methods, p.Modes, p.NotBefore, p.NotAfter)
	a.addLimits(&t, p.Frequency, p.Recipients)
	if p.Safeguards != "" {
		t.Add(a.t("安全保障措施", "safeguards"), p.Safeguards)
	}
	for _, name := range p.Unused {
		t.Add(a.t("现有授权未使用", "unused so far"), name)
	}
	if p.Timer != nil {
		t.Add(a.t("答复期限", "answer by"), a.timerWords(p.Timer))
		t.Add(a.t("办结期限", "complete by"), p.Timer.Complete)
	}
	for _, r := range p.Route {
		text := a.stepText(r.State)
		if r.By != "" {
			text += " (" + r.By + ")"
		}
		t.Add(a.t("环节", "step")+" "+fmt.Sprint(r.Stage), r.Step+": "+text)
	}
	for _, o := range p.Opinions {
		words := append([]string{o.Verdict}, o.Reasons...)
		for _, c := range o.Struck {
			words = append(words, "−"+c)
		}
		for _, m := range o.Modes {
			words = append(words, "="+m)
		}
		t.Add(a.t("意见", "opinion"), fmt.Sprintf("%s %s, %s: %s", o.Step, o.By, strings.Join(words, " "), o.Comment))
	}
	if p.ReviewedBy != "" {
		t.Add(a.t("审核人", "reviewed by"), p.ReviewedBy)
		t.Add(a.t("意见", "comment"), p.Comment)
	}
	if p.Grant != "" {
		t.Add(a.t("授权", "grant"), p.Grant)
	}
	if err := a.print(p, t); err != nil {
		return err
	}
	if p.Standing != "" && p.State == "submitted" && a.people() {
		a.hint("授权 %s 已给予相同的场景和范围：可直接重复使用，无需再次申请", "grant %s gives the same scenario and scope already: use it, it needs no other approval", p.Standing)
	}
	if p.State == "returned" && a.people() {
		a.hint("修改后重新提交：yumen application resubmit %s -f FILE", "change it and send it again: yumen application resubmit %s -f FILE", p.ID)
	}
	return nil
}

func (a *app) stepText(state string) string {
	switch state {
	case "open":
		return a.t("待审核", "open")
	case "approved":
		return a.t("已同意", "approved")
	}
	return a.t("等待前一环节", "waits for the stage before")
}

// addScope adds what an application asks for and a grant allows.
func (a *app) addScope(t *render.Table, datasets []api.ApplicationDataset, methods, modes []string, from, until int64) {
	for _, d := range datasets {
		names := make([]string, 0, len(d.Columns))
		for c := range d.Columns {
			names = append(names, c)
		}
		slices.Sort(names)
		t.Add(a.t("数据集", "dataset"), d.Dataset+": "+strings.Join(names, ", "))
		for _, s := range d.RowScope {
			t.Add(a.t("行范围", "rows"), fmt.Sprintf("%s: %s ∈ {%s}", d.Dataset, s.Column, strings.Join(s.Values, ", ")))
		}
	}
	if len(methods) > 0 {
		t.Add(a.t("方法", "methods"), strings.Join(methods, ", "))
	}
	if len(modes) > 0 {
		t.Add(a.t("使用方式", "modes"), strings.Join(modes, ", "))
	}
	t.Add(a.t("期限", "term"), day(from)+" … "+day(until))
}

// addLimits adds how often and to whom.
func (a *app) addLimits(t *render.Table, f api.Frequency, recipients []api.Recipient) {
	var often []string
	for _, l := range []struct {
		max    int
		zh, en string
	}{{f.Day, "每日 %d 次", "%d a day"}, {f.Month, "每月 %d 次", "%d a month"}, {f.Total, "共 %d 次", "%d in all"}} {
		if l.max > 0 {
			often = append(often, fmt.Sprintf(a.t(l.zh, l.en), l.max))
		}
	}
	if len(often) > 0 {
		t.Add(a.t("频次", "frequency"), strings.Join(often, ", "))
	}
	for _, r := range recipients {
		who := r.Organization
		if len(r.Persons) > 0 {
			who += ": " + strings.Join(r.Persons, ", ")
		}
		t.Add(a.t("接收方", "recipient"), who)
	}
}
