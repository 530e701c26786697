package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/audittest"
)

// A report names exactly those who collected: not who asked, not who was refused, and nobody of another dataset, grant, release or day.
func TestIncidentReportNamesExactlyTheRecipients(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	run := func(n int) string { return audittest.ID(catalog.PrefixRun, n) }
	rel := func(n int) string { return audittest.ID(catalog.PrefixRelease, n) }
	grant := func(n int) string { return audittest.ID(catalog.PrefixGrant, n) }
	var log []audit.Entry
	say := func(action audit.Action, who, subject, outcome string, facts map[string]string, datasets ...string) {
		e := audittest.Entry(day+int64(len(log))*3600_000, action, audittest.Person(who), subject, outcome)
		e.Seq, e.Facts, e.Digests = int64(len(log)), facts, map[string]catalog.Digest{}
		for _, d := range datasets {
			e.Digests["snapshot/"+d] = audittest.Digest(d)
		}
		log = append(log, e)
	}
	for n, datasets := range [][]string{{"credit"}, {"credit", "persons"}, {"persons"}} {
		say(audit.ActionQueryRun, "ann", run(n), "running", map[string]string{"grant": grant(n)}, datasets...)
		say(audit.ActionReleaseIssue, "ann", rel(n), "issued", map[string]string{"run": run(n)})
	}
	say(audit.ActionReleaseCollect, "ann", rel(0), "collected", nil)
	say(audit.ActionReleaseCollect, "bob", rel(1), "collected", nil)
	say(audit.ActionReleaseCollect, "eve", rel(1), "denied", nil)
	say(audit.ActionReleaseCollect, "cat", rel(2), "collected", nil)
	for range 24 {
		say(audit.ActionReleaseCollect, "ann", audittest.ID(catalog.PrefixRelease, 9), "denied", nil)
	}
	say(audit.ActionReleaseCollect, "dan", rel(0), "collected", nil)

	for name, c := range map[string]struct {
		about        incident
		since, until string
		want         []string
	}{
		"a dataset":                 {about: incident{Dataset: "credit"}, want: []string{"ann", "bob", "dan"}},
		"another dataset":           {about: incident{Dataset: "persons"}, want: []string{"bob", "cat"}},
		"a dataset nobody asked of": {about: incident{Dataset: "cred"}, want: []string{}},
		"a grant":                   {about: incident{Grant: grant(1)}, want: []string{"bob"}},
		"a release":                 {about: incident{Release: rel(0)}, want: []string{"ann", "dan"}},
		"a day":                     {since: "2026-03-01", until: "2026-03-01", want: []string{"ann", "bob", "cat"}},
		"from a day on":             {about: incident{Dataset: "credit"}, since: "2026-03-02", want: []string{"dan"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, c.about.period(c.since, c.until))
			seen := collected{about: c.about, runs: map[string]asked{}, of: map[string]string{}, found: []recipient{}}
			got := []string{}
			for i := range log {
				seen.see(&log[i])
			}
			for _, r := range seen.found {
				got = append(got, r.Account)
				require.Equal(t, log[r.Entry].Subject, r.Release)
				require.NotEmpty(t, r.Run)
			}
			require.Equal(t, c.want, got)
		})
	}
	bad := incident{}
	require.Error(t, bad.period("March", ""))
}
