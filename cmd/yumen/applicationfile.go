package main

import (
	"bytes"
	"errors"
	"io"
	"time"

	"go.yaml.in/yaml/v3"

	"yumen/catalog"
	"yumen/internal/api"
)

// applicationFile is the file of application submit (docs/spec/applications.md). Its header may be left out.
type applicationFile struct {
	APIVersion string            `yaml:"apiVersion"`
	Kind       string            `yaml:"kind"`
	Scenario   string            `yaml:"scenario"`
	Purpose    string            `yaml:"purpose"`
	Datasets   []applicationData `yaml:"datasets"`
	Methods    []string          `yaml:"methods"`
	Modes      []string          `yaml:"modes"`
	NotBefore  string            `yaml:"not_before"`
	NotAfter   string            `yaml:"not_after"`
	Frequency  api.Frequency     `yaml:"frequency"`
	Safeguards string            `yaml:"safeguards"`
	Recipients []api.Recipient   `yaml:"recipients"`
}

type applicationData struct {
	Dataset  string          `yaml:"dataset"`
	Columns  columnSet       `yaml:"columns"`
	RowScope []api.ScopeTerm `yaml:"row_scope"`
}

// columnSet is a map from column to why it is needed, or a plain list of columns whose reason is the purpose itself.
type columnSet struct {
	why    map[string]string
	listed bool
}

// UnmarshalYAML accepts both forms.
func (s *columnSet) UnmarshalYAML(n *yaml.Node) error {
	if s.listed = n.Kind == yaml.SequenceNode; !s.listed {
		return n.Decode(&s.why)
	}
	var names []string
	if err := n.Decode(&names); err != nil {
		return err
	}
	s.why = map[string]string{}
	for _, name := range names {
		s.why[name] = ""
	}
	return nil
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
	if f.APIVersion != "" && f.APIVersion != catalog.APIVersion || f.Kind != "" && f.Kind != "Application" {
		return api.Application{}, applicationFault(errors.New("apiVersion is " + catalog.APIVersion + " and kind is Application, or both are left out"))
	}
	out := api.Application{Scenario: f.Scenario, Purpose: f.Purpose, Methods: f.Methods, Modes: f.Modes, Datasets: []api.ApplicationDataset{}, Frequency: f.Frequency,
		Safeguards: f.Safeguards, Recipients: f.Recipients}
	for _, data := range f.Datasets {
		if data.Columns.listed {
			for name := range data.Columns.why {
				data.Columns.why[name] = f.Purpose
			}
		}
		if data.Columns.why == nil {
			data.Columns.why = map[string]string{}
		}
		out.Datasets = append(out.Datasets, api.ApplicationDataset{Dataset: data.Dataset, Columns: data.Columns.why, RowScope: data.RowScope})
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
		hinting("字段：scenario、purpose、datasets（dataset、columns、row_scope）、methods、modes、not_before、not_after、frequency（per_day、per_month、total）、safeguards、recipients（organization、persons）",
			"fields: scenario, purpose, datasets (dataset, columns, row_scope), methods, modes, not_before, not_after, frequency (per_day, per_month, total), safeguards, recipients (organization, persons)")
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
