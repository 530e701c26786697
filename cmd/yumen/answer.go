package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/client"
)

// answer is the one object that query run prints: columns and rows are there when it is released, the refusal when it is refused.
type answer struct {
	Run     string             `json:"run"`
	State   string             `json:"state"`
	Grade   catalog.Grade      `json:"grade,omitempty"`
	Release string             `json:"release,omitempty"`
	Columns *[]api.Column      `json:"columns,omitempty"`
	Rows    *[]json.RawMessage `json:"rows,omitempty"`
	Notice  string             `json:"notice,omitempty"`
	// Environment is told of a development zone alone: the rows are of synthetic twins.
	Environment string           `json:"environment,omitempty"`
	Noise       []api.Noise      `json:"noise,omitempty"`
	Refusal     *catalog.Refusal `json:"refusal,omitempty"`
}

func answerOf(r *api.Run) answer {
	out := answer{Run: r.Run, State: r.State, Grade: r.Grade, Notice: r.Notice, Noise: r.Noise}
	if r.Environment == receipt.EnvironmentDevelopment {
		out.Environment = r.Environment
	}
	switch r.State {
	case "released":
		columns, rows := r.Columns, r.Rows
		if columns == nil {
			columns = []api.Column{}
		}
		if rows == nil {
			rows = []json.RawMessage{}
		}
		out.Release, out.Columns, out.Rows = r.Release, &columns, &rows
	case "refused":
		out.Refusal = r.Refusal
	}
	return out
}

// refusalOf returns the static refusal inside a problem, or nil.
func refusalOf(err error) *catalog.Refusal {
	var e *client.Error
	if errors.As(err, &e) && e.Kind == client.KindRefused {
		return e.Problem.Refusal
	}
	return nil
}

// printAnswer prints what became of a run that this command submitted, and returns what its state is worth as an exit code.
func (a *app) printAnswer(r *api.Run, sql string) error {
	table := a.runTable(r)
	if r.State == "released" {
		var err error
		if table, err = rowTable(r); err != nil {
			return err
		}
	}
	tabular := a.output == render.FormatTable || a.output == render.FormatCSV
	if !tabular || r.State != "refused" {
		if err := a.print(answerOf(r), table); err != nil {
			return err
		}
	}
	a.explain(r, sql)
	return done(codeOfState(r.State))
}

// printRun prints a run that was looked up; for reading, its answer follows.
func (a *app) printRun(r *api.Run) error {
	switch {
	case a.output == render.FormatCSV && r.State == "released":
		table, err := rowTable(r)
		if err != nil {
			return err
		}
		return a.print(nil, table)
	case !a.people():
		return a.print(r, a.runTable(r))
	}
	if err := a.print(r, a.runTable(r)); err != nil {
		return err
	}
	if r.State == "released" {
		table, err := rowTable(r)
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out)
		if err := a.print(nil, table); err != nil {
			return err
		}
	}
	a.explain(r, r.SQL)
	return nil
}

func (a *app) runTable(r *api.Run) render.Table {
	var t render.Table
	add := func(zh, en, value string) {
		if value != "" {
			t.Add(a.t(zh, en), value)
		}
	}
	add("运行", "run", r.Run)
	add("状态", "state", r.State)
	add("级别", "grade", grade(r.Grade))
	add("授权", "grant", r.Grant)
	add("发布", "release", r.Release)
	add("辖区规则", "jurisdiction", r.Jurisdiction)
	add("环境", "environment", a.environment(r.Environment))
	if r.Created != 0 {
		add("提交", "submitted", when(r.Created))
	}
	add("理由", "reasons", strings.Join(r.Reasons, ", "))
	add("计算", "computation", r.Computation)
	for _, p := range r.Params {
		add("参数", "parameter", p.Name+"="+p.Value)
	}
	add("查询", "sql", r.SQL)
	return t
}

// environment is the name of a zone's environment as a person reads it.
func (a *app) environment(name string) string {
	switch name {
	case receipt.EnvironmentDevelopment:
		return a.t("开发（合成孪生数据）", "development (synthetic twins)")
	case "production":
		return a.t("生产", "production")
	}
	return name
}

// explain says on standard error what the rows themselves do not: state, notice, jurisdiction, refusal and what to do next.
func (a *app) explain(r *api.Run, sql string) {
	switch r.State {
	case "refused":
		if r.Refusal != nil {
			a.refusal(r.Refusal, sql)
		}
		return
	case "failed":
		a.errorLine("EXECUTION_FAILED")
		a.hint("向运营方提供运行编号 %s", "give the operator the run id %s", r.Run)
		return
	}
	a.say("%s: %s", "%s: %s", r.Run, a.stateText(r.State))
	if r.Jurisdiction == receipt.JurisdictionLab {
		a.warn("辖区规则 lab：仅供演示，不得装载真实数据", "jurisdiction lab: for demonstration, not for real data")
	}
	if r.Environment == receipt.EnvironmentDevelopment {
		a.warn("开发环境：数据为合成孪生数据，结果与任何人无关", "development: the data are synthetic twins; the figures are about nobody")
	}
	if r.Notice != "" {
		a.line(a.t("须知：", "notice: "), a.noticeText(r.Notice))
	}
	for _, line := range a.noiseLines(r.Noise) {
		a.line(a.t("噪声：", "noise: "), line)
	}
	switch r.State {
	case "released":
		a.hint("下载文件和回执：yumen release download %s --out DIR", "download files and receipt: yumen release download %s --out DIR", r.Release)
	case "running", "in_review":
		a.hint("之后查看：yumen query show %s --wait 10m", "look again later: yumen query show %s --wait 10m", r.Run)
	case "returned":
		a.hint("补充说明再送审：yumen query resubmit %s --note …", "explain and send it back: yumen query resubmit %s --note …", r.Run)
	}
}

func (a *app) noticeText(notice string) string {
	if notice == "groups may be withheld" {
		return a.t("部分组可能未予提供", notice)
	}
	return notice
}

func (a *app) stateText(state string) string {
	texts := map[string]catalog.Text{
		"running":   {Zh: "正在运行", En: "running"},
		"in_review": {Zh: "等待出域审核", En: "waits for egress review"},
		"returned":  {Zh: "被审核员退回", En: "returned by a reviewer"},
		"rejected":  {Zh: "出域审核未通过", En: "rejected in egress review"},
		"refused":   {Zh: "被拒绝", En: "refused"},
		"failed":    {Zh: "执行失败", En: "failed"},
		"released":  {Zh: "已发布", En: "released"},
		"withdrawn": {Zh: "已撤回", En: "withdrawn"},
		"revoked":   {Zh: "已撤销", En: "revoked"},
		"expired":   {Zh: "已过期", En: "expired"},
	}
	if t, ok := texts[state]; ok {
		return a.lang.Text(t)
	}
	return state
}

// rowTable makes a table of an answer's rows. A withheld or empty cell is an empty text.
func rowTable(r *api.Run) (render.Table, error) {
	t := render.Table{Columns: make([]string, len(r.Columns))}
	for i, c := range r.Columns {
		t.Columns[i] = c.Name
	}
	for _, raw := range r.Rows {
		var cells []json.RawMessage
		if err := json.Unmarshal(raw, &cells); err != nil || len(cells) != len(r.Columns) {
			return t, fmt.Errorf("%w: a row has not the shape of its columns", client.ErrProtocol)
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = cellText(c)
		}
		t.Add(row...)
	}
	return t, nil
}

func cellText(raw json.RawMessage) string {
	var s string
	if string(raw) == "null" {
		return ""
	}
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func grade(g catalog.Grade) string {
	if !g.Valid() {
		return ""
	}
	return fmt.Sprint(g)
}
