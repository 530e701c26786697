package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
	"yumen/internal/client"
)

// maxQuery bounds the query text that is read, in bytes; the gateway's own cap is lower and answers TOO_LARGE.
const maxQuery = 1 << 20

func (a *app) queryCommand() *cobra.Command {
	return a.group("query", catalog.Text{Zh: "查询：检查、运行、查看", En: "queries: check, run, look"},
		"yumen query check --grant grant_… --sql 'SELECT district, count(*) FROM persons GROUP BY district'\nyumen query run --grant grant_… --file question.sql",
		a.queryCheckCommand(), a.queryRunCommand(), a.queryShowCommand(), a.queryListCommand(),
		a.queryResubmitCommand(), a.queryWithdrawCommand(), a.queryLedgerCommand())
}

type queryFlags struct {
	grant, sql, file, computation, purpose, note, format string
	params                                               []string
	wait                                                 time.Duration
}

func (a *app) queryText(c *cobra.Command, f *queryFlags) {
	flags := c.Flags()
	flags.StringVar(&f.grant, "grant", "", a.t("授权编号", "the grant"))
	flags.StringVar(&f.sql, "sql", "", a.t("查询文本", "the query"))
	flags.StringVar(&f.file, "file", "", a.t("查询文件，- 为标准输入", "file of the query, - for standard input"))
	flags.StringVar(&f.purpose, "purpose", "", a.t("用途（默认为授权的用途）", "purpose (default the grant's)"))
	flags.StringVar(&f.computation, "computation", "", a.t("已批准的计算", "an approved computation"))
	flags.StringArrayVar(&f.params, "param", nil, a.t("计算的参数 名=值，可重复", "a parameter of the computation, name=value; may be repeated"))
	mustGive(c, "grant")
	c.MarkFlagsMutuallyExclusive("sql", "file", "computation")
	c.MarkFlagsOneRequired("sql", "file", "computation")
}

func (a *app) request(f queryFlags) (api.RunRequest, error) {
	if f.file != "" {
		b, err := a.readInput(f.file, maxQuery)
		if err != nil {
			return api.RunRequest{}, err
		}
		f.sql = string(b)
	}
	if f.format != "" && !slices.Contains([]string{"csv", "parquet", "json"}, f.format) {
		return api.RunRequest{}, fail(exitUsage, "--format 为 csv、parquet 或 json", "--format is csv, parquet or json")
	}
	params, err := parameters(f)
	if err != nil {
		return api.RunRequest{}, err
	}
	return api.RunRequest{Grant: f.grant, SQL: f.sql, Computation: f.computation, Params: params, Purpose: f.purpose, Note: f.note, Format: f.format}, nil
}

// parameters reads name=value pairs; each name once.
func parameters(f queryFlags) (map[string]string, error) {
	if len(f.params) > 0 && f.computation == "" {
		return nil, fail(exitUsage, "--param 只用于 --computation", "--param goes with --computation")
	}
	var out map[string]string
	for _, text := range f.params {
		name, value, ok := strings.Cut(text, "=")
		if _, twice := out[name]; !ok || name == "" || twice {
			return nil, fail(exitUsage, "--param 的写法是 名=值，每个参数一次", "--param is name=value, each parameter once")
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = value
	}
	return out, nil
}

func (a *app) queryCheckCommand() *cobra.Command {
	var f queryFlags
	var explain bool
	c := a.command(command{
		use: "check", short: catalog.Text{Zh: "静态判断一个查询：什么都不运行", En: "the static verdict on a query: nothing runs"},
		long: catalog.Text{
			Zh: "静态判断一个查询：什么都不运行，不接触数据。\n被拒绝的查询，凡有可行的写法，都给出改写后的本查询及其改动。\n--explain 说明什么是单元格、哪些规则会逐格判断、外层查询如何使用已发布的单元格，以及被拒绝的写法应如何改写。",
			En: "The static verdict on a query: nothing runs, and no data is touched.\nA refused query comes back changed until it is accepted, with what was changed, wherever there is such a query.\n--explain says what is a cell, which rules will judge each, what the outer query does with released cells, and how to rewrite what was refused."},
		example: "yumen query check --grant grant_… --file question.sql\nyumen query check --grant grant_… --explain --sql 'SELECT city, max(amount) FROM clients GROUP BY city'",
		run: func(ctx context.Context, _ []string) error {
			request, err := a.request(f)
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			result, err := c.CheckQuery(ctx, request)
			if r := refusalOf(err); r != nil {
				result, err = &api.CheckResult{Refusal: r}, nil
			}
			if err != nil {
				return err
			}
			return a.printCheck(result, request.SQL, explain)
		},
	})
	a.queryText(c, &f)
	c.Flags().BoolVar(&explain, "explain", false, a.t("逐条说明规则，以及被拒绝的写法应如何改写", "say which rules will judge each cell, and how to rewrite what was refused"))
	return c
}

func (a *app) printCheck(r *api.CheckResult, sql string, explain bool) error {
	verdict := a.t("可以提交", "may be submitted")
	if !r.Allowed {
		verdict = a.t("拒绝", "refused")
	}
	var t render.Table
	t.Add(a.t("结论", "verdict"), verdict)
	if r.Allowed {
		t.Add(a.t("级别", "grade"), fmt.Sprint(r.Grade))
		t.Add(a.t("方式", "mode"), r.Mode)
		t.Add(a.t("出域审核", "review"), r.Review)
		for _, c := range r.Columns {
			t.Add(a.t("列", "column"), c.Name+" "+c.Type)
		}
		for _, line := range a.noiseLines(r.Noise) {
			t.Add(a.t("噪声", "noise"), line)
		}
		if r.Cost != nil {
			t.Add(a.t("费用", "cost"), fmt.Sprintf(a.t("%d 列，计 %d（%s）", "%d columns, %d units (%s)"), r.Cost.Columns, r.Cost.Units, strings.Join(r.Cost.Entities, ", ")))
		}
		for _, e := range r.Explain {
			t.Add(a.t("说明", "note"), a.lang.Text(e))
		}
		if explain {
			for _, e := range r.Outer {
				t.Add(a.t("外层", "outer"), a.lang.Text(e))
			}
			for _, rule := range r.Rules {
				t.Add(a.t("规则", "rule"), a.lang.Text(rule))
			}
		}
	}
	if err := a.print(r, t); err != nil {
		return err
	}
	if r.Refusal != nil {
		a.refusal(r.Refusal, sql)
	}
	if r.Rewritten != nil {
		a.say("可以改为：%s", "accepted instead: %s", r.Rewritten.SQL)
		for _, c := range r.Rewritten.Changes {
			a.say("改动：%s", "changed: %s", a.lang.Text(c))
		}
	} else if explain && r.Rewrite != nil {
		a.say("例如（表 clients 与 cases）：%s", "for example, over tables clients and cases: %s", r.Rewrite.Refused)
		a.say("可改写为：%s", "is written as: %s", r.Rewrite.Instead)
	}
	if !r.Allowed {
		return status(exitDenied)
	}
	return nil
}

func (a *app) queryRunCommand() *cobra.Command {
	var f queryFlags
	c := a.command(command{
		use: "run", short: catalog.Text{Zh: "提交查询并等待结果", En: "submit a query and wait for its answer"},
		long: catalog.Text{
			Zh: "提交查询并等待。退出码：0 已发布，3 被拒绝，4 仍在运行或等待审核，5 执行失败。\n不满足规则的单元格不会出现，并且不说明原因。",
			En: "Submits a query and waits. Exit code: 0 released, 3 refused, 4 still running or waiting for a reviewer, 5 failed.\n" +
				"Cells that do not meet the rules are absent, without a word why."},
		example: "yumen query run --grant grant_… --sql 'SELECT district, count(*) AS n FROM persons GROUP BY district'\nyumen query run --grant grant_… --file question.sql --wait 5m -o json\nyumen query run --grant grant_… --computation overdue_by_city --param city=north",
		run:     func(ctx context.Context, _ []string) error { return a.queryRun(ctx, f) },
	})
	a.queryText(c, &f)
	c.Flags().StringVar(&f.note, "note", "", a.t("给审核员的说明", "a note for the reviewers"))
	c.Flags().StringVar(&f.format, "format", "", a.t("发布文件的格式：csv、parquet 或 json", "format of the released file: csv, parquet or json"))
	c.Flags().DurationVar(&f.wait, "wait", 60*time.Second, a.t("最多等待多久（不等审核员）", "how long to wait (not for reviewers)"))
	return c
}

func (a *app) queryRun(ctx context.Context, f queryFlags) error {
	request, err := a.request(f)
	if err != nil {
		return err
	}
	c, err := a.connect()
	if err != nil {
		return err
	}
	run, err := c.SubmitRun(ctx, request)
	if r := refusalOf(err); r != nil {
		run, err = &api.Run{State: "refused", Refusal: r}, nil
	}
	if err != nil {
		return err
	}
	id := run.Run
	run, err = c.Wait(ctx, run, f.wait, a.progressState())
	if err != nil {
		a.say("已提交的查询不受影响，之后查看：yumen query show %s", "the submitted run goes on; look at it later: yumen query show %s", id)
		return err
	}
	return a.printAnswer(run, request.SQL)
}

// progressState tells a person at the terminal about states on the way.
func (a *app) progressState() func(string) {
	if !a.terminal(a.err) {
		return nil
	}
	return func(state string) { a.say("%s", "%s", a.stateText(state)) }
}

func (a *app) queryShowCommand() *cobra.Command {
	var exit bool
	var wait time.Duration
	c := a.command(command{
		use: "show", args: []string{"ID"}, short: catalog.Text{Zh: "显示一次运行，已发布的连同结果", En: "show a run, with its answer when it is released"},
		example: "yumen query show run_…\nyumen query show run_… --wait 1h --exit-status -o csv",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			run, err := c.Run(ctx, args[0])
			if err != nil {
				return err
			}
			if run, err = c.WaitUntil(ctx, run, wait, client.Decided, a.progressState()); err != nil {
				return err
			}
			if err := a.printRun(run); err != nil || !exit {
				return err
			}
			return done(codeOfState(run.State))
		},
	})
	c.Flags().BoolVar(&exit, "exit-status", false, a.t("用退出码表示状态，如 query run", "let the exit code tell the state, as query run does"))
	c.Flags().DurationVar(&wait, "wait", 0, a.t("最多等待多久，直到审核员作出决定", "how long to wait for a decision, the reviewers' included"))
	return c
}

func (a *app) queryListCommand() *cobra.Command {
	var page api.Page
	c := a.command(command{
		use: "list", short: catalog.Text{Zh: "列出自己的运行", En: "list your runs"}, example: "yumen query list -o csv\nyumen query list --limit 20 --before run_…",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Runs(ctx, page)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("运行", "RUN"), a.t("状态", "STATE"), a.t("级别", "GRADE"), a.t("发布", "RELEASE"), a.t("提交", "SUBMITTED")}}
			for _, r := range all {
				t.Add(r.Run, r.State, grade(r.Grade), r.Release, when(r.Created))
			}
			if len(all) == page.Limit {
				a.more(all[len(all)-1].Run)
			}
			return a.print(list(all), t)
		},
	})
	a.pageFlags(c, &page)
	return c
}

// pageFlags lets a list be read page by page.
func (a *app) pageFlags(c *cobra.Command, p *api.Page) {
	c.Flags().IntVar(&p.Limit, "limit", 100, a.t("最多列出多少条（至多 1000）", "how many to list, newest first (at most 1000)"))
	c.Flags().StringVar(&p.Before, "before", "", a.t("从该编号之后的更早一页开始", "go on with what is older than this one"))
}

// more says how to see what is older.
func (a *app) more(last string) {
	a.hint("可能还有更早的：加上 --before %s", "there may be older ones: add --before %s", last)
}

func (a *app) queryResubmitCommand() *cobra.Command {
	var note string
	c := a.command(command{
		use: "resubmit", args: []string{"ID"}, short: catalog.Text{Zh: "把退回的运行连同说明再送审", En: "send a returned run back to review, with a note"},
		long: catalog.Text{Zh: "把退回的运行再送审；结果不变。改了的查询是新的运行。",
			En: "Sends a returned run back to review; its artefact stays the same. A changed query is a new run."},
		example: "yumen query resubmit run_… --note 'the purpose is the yearly report'",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			run, err := c.ResubmitRun(ctx, args[0], note)
			if err != nil {
				return err
			}
			return a.printAnswer(run, "")
		},
	})
	c.Flags().StringVar(&note, "note", "", a.t("给审核员的说明", "a note for the reviewers"))
	mustGive(c, "note")
	return c
}

func (a *app) queryWithdrawCommand() *cobra.Command {
	return a.command(command{
		use: "withdraw", args: []string{"ID"}, short: catalog.Text{Zh: "撤回一次运行", En: "withdraw a run"}, example: "yumen query withdraw run_…",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			run, err := c.WithdrawRun(ctx, args[0])
			if err != nil {
				return err
			}
			if err := a.print(run, a.runTable(run)); err != nil {
				return err
			}
			a.say("已撤回：不会有任何内容离开", "withdrawn: nothing of it leaves")
			return nil
		},
	})
}

func (a *app) queryLedgerCommand() *cobra.Command {
	return a.command(command{
		use: "ledger", short: catalog.Text{Zh: "列出本集团得到过的回答：范围和日期", En: "list what your group was answered: boxes and dates"}, example: "yumen query ledger",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			l, err := c.Ledger(ctx)
			if err != nil {
				return err
			}
			if l.Items == nil {
				l.Items = []api.LedgerItem{}
			}
			t := render.Table{Columns: []string{a.t("日期", "DATE"), a.t("运行或计算", "RUN OR COMPUTATION"), a.t("范围", "BOX")}}
			for _, i := range l.Items {
				t.Add(when(i.Created), cmp.Or(i.Run, i.Computation), a.lang.Text(i.Box))
			}
			return a.print(l, t)
		},
	})
}
