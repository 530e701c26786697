package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/internal/api"
)

func (a *app) applicationCommand() *cobra.Command {
	return a.group("application", catalog.Text{Zh: "需求申请", En: "demand applications"},
		"yumen application submit -f application.yaml\nyumen application review app_… --approve --comment 'minimal for its purpose'",
		a.applicationSubmitCommand(), a.applicationListCommand(), a.applicationShowCommand(), a.applicationReviewCommand())
}

// applicationFile is the file of application submit.
type applicationFile struct {
	Scenario  string            `yaml:"scenario"`
	Purpose   string            `yaml:"purpose"`
	Datasets  []applicationData `yaml:"datasets"`
	Methods   []string          `yaml:"methods"`
	NotBefore string            `yaml:"not_before"`
	NotAfter  string            `yaml:"not_after"`
}

type applicationData struct {
	Dataset  string          `yaml:"dataset"`
	Columns  columnSet       `yaml:"columns"`
	RowScope []api.ScopeTerm `yaml:"row_scope"`
}

// columnSet is a map from column to why it is needed, or a plain list of columns whose reason is the purpose itself.
type columnSet map[string]string

// UnmarshalYAML accepts both forms.
func (s *columnSet) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		var names []string
		if err := n.Decode(&names); err != nil {
			return err
		}
		*s = columnSet{}
		for _, name := range names {
			(*s)[name] = ""
		}
		return nil
	}
	return n.Decode((*map[string]string)(s))
}

// zoneTime is the time zone of the dates in an application: that of the zones (GB/T 7408, +08:00).
var zoneTime = time.FixedZone("CST", 8*60*60)

// parseApplication reads the file. A date counts whole days in zoneTime; what it leaves out of the term, the gateway fills in: from
// now, for one year.
func parseApplication(text []byte) (api.Application, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	var f applicationFile
	if err := d.Decode(&f); err != nil {
		return api.Application{}, applicationFault(err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return api.Application{}, applicationFault(errors.New("more than one document"))
	}
	out := api.Application{Scenario: f.Scenario, Purpose: f.Purpose, Methods: f.Methods, Datasets: []api.ApplicationDataset{}}
	for _, data := range f.Datasets {
		for name, why := range data.Columns {
			if why == "" {
				data.Columns[name] = f.Purpose
			}
		}
		out.Datasets = append(out.Datasets, api.ApplicationDataset{Dataset: data.Dataset, Columns: data.Columns, RowScope: data.RowScope})
	}
	var err error
	if out.NotBefore, err = parseDay(f.NotBefore, 0); err != nil {
		return out, applicationFault(err)
	}
	if out.NotAfter, err = parseDay(f.NotAfter, 1); err != nil {
		return out, applicationFault(err)
	}
	if out.NotAfter != 0 && out.NotAfter <= out.NotBefore {
		return out, fail(exitUsage, "申请的期限在开始前已经结束", "the term of the application is over before it begins").
			hinting("改正 not_before 和 not_after", "correct not_before and not_after")
	}
	return out, nil
}

func applicationFault(err error) error {
	return fail(exitUsage, "申请文件无法读取", "cannot read the application").because(err).
		hinting("字段：scenario、purpose、datasets（dataset、columns、row_scope）、methods、not_before、not_after", "fields: scenario, purpose, datasets (dataset, columns, row_scope), methods, not_before, not_after")
}

// parseDay reads a date, or a moment in RFC 3339, as unix seconds; nothing is 0. plus moves a date to the start of a later day.
func parseDay(s string, plus int) (int64, error) {
	if s == "" {
		return 0, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.Unix(), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zoneTime)
	if err != nil {
		return 0, errors.New("want a date like 2027-03-31")
	}
	return t.AddDate(0, 0, plus).Unix(), nil
}

func (a *app) applicationSubmitCommand() *cobra.Command {
	var file string
	c := a.command(command{
		use: "submit", short: catalog.Text{Zh: "提交需求申请", En: "submit a demand application"},
		long: catalog.Text{
			Zh: "提交一个场景的需求申请。文件是 YAML：scenario、purpose、datasets（dataset 和 columns：列名 → 必要性，或列名的列表，\n其必要性即用途）、methods、not_before、not_after（日期；省略为从现在起一年）。",
			En: "Submits the application of one scenario. The file is YAML: scenario, purpose, datasets (each with dataset and columns:\n" +
				"column to why it is needed, or a list of columns needed for the purpose itself), methods, not_before and not_after\n(dates; from now for one year when left out)."},
		example: "yumen application submit -f application.yaml",
		run: func(ctx context.Context, _ []string) error {
			text, err := a.readInput(file, catalog.MaxDocumentBytes)
			if err != nil {
				return err
			}
			application, err := parseApplication(text)
			if err != nil {
				return err
			}
			c, err := a.connect()
			if err != nil {
				return err
			}
			made, err := c.SubmitApplication(ctx, application)
			if err != nil {
				return err
			}
			return a.printApplication(made)
		},
	})
	c.Flags().StringVarP(&file, "file", "f", "", a.t("YAML 文件，- 为标准输入", "YAML file, - for standard input"))
	mustGive(c, "file")
	return c
}

func (a *app) applicationListCommand() *cobra.Command {
	return a.command(command{
		use: "list", short: catalog.Text{Zh: "列出需求申请", En: "list demand applications"}, example: "yumen application list",
		run: func(ctx context.Context, _ []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			all, err := c.Applications(ctx)
			if err != nil {
				return err
			}
			t := render.Table{Columns: []string{a.t("申请", "APPLICATION"), a.t("状态", "STATE"), a.t("申请人", "APPLICANT"), a.t("场景", "SCENARIO"), a.t("授权", "GRANT")}}
			for _, p := range all {
				t.Add(p.ID, p.State, p.Applicant, p.Scenario, p.Grant)
			}
			return a.print(list(all), t)
		},
	})
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

func (a *app) applicationReviewCommand() *cobra.Command {
	var d decision
	c := a.command(command{
		use: "review", args: []string{"ID"}, short: catalog.Text{Zh: "审核需求申请", En: "decide about a demand application"},
		example: "yumen application review app_… --approve --comment 'columns are the least that the purpose needs'",
		run: func(ctx context.Context, args []string) error {
			c, err := a.connect()
			if err != nil {
				return err
			}
			p, err := c.ReviewApplication(ctx, args[0], d.review())
			if err != nil {
				return err
			}
			return a.printApplication(p)
		},
	})
	a.decide(c, &d)
	return c
}

func (a *app) printApplication(p *api.Application) error {
	var t render.Table
	t.Add(a.t("申请", "application"), p.ID)
	t.Add(a.t("状态", "state"), p.State)
	t.Add(a.t("申请人", "applicant"), p.Applicant)
	t.Add(a.t("场景", "scenario"), p.Scenario)
	t.Add(a.t("用途", "purpose"), p.Purpose)
	a.addScope(&t, p.Datasets, p.Methods, p.NotBefore, p.NotAfter)
	if p.ReviewedBy != "" {
		t.Add(a.t("审核人", "reviewed by"), p.ReviewedBy)
		t.Add(a.t("意见", "comment"), p.Comment)
	}
	if p.Grant != "" {
		t.Add(a.t("授权", "grant"), p.Grant)
	}
	return a.print(p, t)
}

// addScope adds what an application asks for and a grant allows.
func (a *app) addScope(t *render.Table, datasets []api.ApplicationDataset, methods []string, from, until int64) {
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
	t.Add(a.t("期限", "term"), day(from)+" … "+day(until))
}
