package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"yumen/catalog"
	"yumen/cmd/yumen/internal/render"
	"yumen/enclave/audit"
)

// incident says what a report is about; what is empty is any.
type incident struct {
	Dataset string `json:"dataset,omitempty"`
	Grant   string `json:"grant,omitempty"`
	Release string `json:"release,omitempty"`
	Since   int64  `json:"since,omitempty"` // unix milliseconds
	Until   int64  `json:"until,omitempty"` // the first millisecond after
}

// incidentReport names whoever the log says was given something.
type incidentReport struct {
	About      incident    `json:"about"`
	Origin     string      `json:"origin"`
	Size       int64       `json:"size"` // entries of the log that was verified
	Root       string      `json:"root"`
	Recipients []recipient `json:"recipients"`
}

// recipient is one collection of a release.
type recipient struct {
	Entry        int64  `json:"entry"`
	Time         int64  `json:"time"`
	Account      string `json:"account"`
	Person       string `json:"person"`
	Organization string `json:"organization"`
	Release      string `json:"release"`
	Run          string `json:"run"`
	Grant        string `json:"grant,omitempty"`
}

// asked is what the log says of a run: under which grant, over which datasets.
type asked struct {
	grant    string
	datasets map[string]bool
}

// collected follows the log from what was asked over what was issued to what was collected.
type collected struct {
	about incident
	runs  map[string]asked
	of    map[string]string // release → run
	found []recipient
}

// see takes the next entry.
func (c *collected) see(e *audit.Entry) {
	switch {
	case !e.Effect():
	case e.Action == audit.ActionQueryRun:
		run := asked{grant: e.Facts["grant"], datasets: map[string]bool{}}
		for name := range e.Digests {
			if dataset, is := strings.CutPrefix(name, "snapshot/"); is {
				run.datasets[dataset] = true
			}
		}
		c.runs[e.Subject] = run
	case e.Action == audit.ActionReleaseIssue:
		c.of[e.Subject] = e.Facts["run"]
	case e.Action == audit.ActionReleaseCollect && c.covers(e):
		id := c.of[e.Subject]
		c.found = append(c.found, recipient{Entry: e.Seq, Time: e.Time, Account: e.Actor.Account, Person: e.Actor.Person, Organization: e.Actor.Organization,
			Release: e.Subject, Run: id, Grant: c.runs[id].grant})
	}
}

// covers reports whether a collection is one that the report is about.
func (c *collected) covers(e *audit.Entry) bool {
	a, run := c.about, c.runs[c.of[e.Subject]]
	return (a.Release == "" || a.Release == e.Subject) && (a.Grant == "" || a.Grant == run.grant) && (a.Dataset == "" || run.datasets[a.Dataset]) &&
		e.Time >= a.Since && (a.Until == 0 || e.Time < a.Until)
}

// period reads the first and the last day of a report, UTC.
func (i *incident) period(since, until string) error {
	for _, d := range []struct {
		text  string
		after int
		to    *int64
	}{{since, 0, &i.Since}, {until, 1, &i.Until}} {
		if d.text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, d.text)
		if err != nil {
			return fail(exitUsage, "--since 与 --until 为日期，如 2026-03-01", "--since and --until are dates, as 2026-03-01")
		}
		*d.to = day.AddDate(0, 0, d.after).UnixMilli()
	}
	return nil
}

// report verifies the log, or exports it first, and gathers the recipients from it.
func (a *app) incidentReport(ctx context.Context, about incident, from, keys string) (incidentReport, error) {
	if from == "" {
		c, err := a.connect()
		if err != nil {
			return incidentReport{}, err
		}
		dir, err := os.MkdirTemp("", "yumen-log-*")
		if err != nil {
			return incidentReport{}, fmt.Errorf("make folder: %w", err)
		}
		defer os.RemoveAll(dir)
		from = filepath.Join(dir, "log")
		if _, err := a.export(ctx, c, from); err != nil {
			return incidentReport{}, err
		}
	}
	c := collected{about: about, runs: map[string]asked{}, of: map[string]string{}, found: []recipient{}}
	r, err := a.eachEntry(from, keys, c.see)
	return incidentReport{About: about, Origin: r.Origin, Size: r.Size, Root: r.Root.String(), Recipients: c.found}, err
}

// write writes the report into a new file and returns its digest.
func (r *incidentReport) write(file string) (catalog.Digest, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encode the report: %w", err)
	}
	b = append(b, '\n')
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fail(exitUsage, "无法写入报告文件（已存在？）", "cannot write the report, is the file there already?").because(err)
	}
	_, err = f.Write(b)
	if end := f.Close(); err == nil {
		err = end
	}
	return catalog.DigestOf(b), err
}

// recipientTable lists the recipients.
func (a *app) recipientTable(all []recipient) render.Table {
	t := render.Table{Columns: []string{a.t("时间", "TIME"), a.t("账号", "ACCOUNT"), a.t("机构", "ORGANIZATION"), a.t("出域结果", "RELEASE"), a.t("授权", "GRANT"), a.t("日志条目", "ENTRY")}}
	for _, r := range all {
		t.Add(when(r.Time), r.Account, r.Organization, r.Release, r.Grant, fmt.Sprint(r.Entry))
	}
	return t
}
