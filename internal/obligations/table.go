package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"yumen/policy"
)

// built are the controls whose requirements that must hold have to have a test.
var built = []string{"K04", "K05", "K06", "K07", "K10", "K12", "K13", "K16", "K20", "K21", "K24"}

// row is one line of the table.
type row struct {
	requirement
	Rules []string
	Tests []string // files
}

// status is what is known of a requirement: tested, a rule alone, or open.
func (r row) status() string {
	switch {
	case len(r.Tests) > 0:
		return "tested"
	case len(r.Rules) > 0:
		return "rule without test"
	}
	return "open"
}

// owed reports whether the requirement must hold, belongs to a control that is built, and has no test.
func (r row) owed() bool {
	return r.Priority == "must" && slices.Contains(built, r.Control) && len(r.Tests) == 0
}

// join makes the table. An ID that no requirement has is an error: it is misspelt.
func join(all []requirement, rules []policy.Rule, tested map[string][]string) ([]row, error) {
	at := map[string]int{}
	out := make([]row, len(all))
	for i, r := range all {
		at[r.ID], out[i].requirement = i, r
	}
	for _, rule := range rules {
		for _, id := range rule.Articles {
			i, known := at[id]
			if !known {
				return nil, fmt.Errorf("rule %s names %s, which is no requirement", rule.ID, id)
			}
			out[i].Rules = append(out[i].Rules, rule.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(tested)) {
		i, known := at[id]
		if !known {
			return nil, fmt.Errorf("%s names %s, which is no requirement", tested[id][0], id)
		}
		out[i].Tests = tested[id]
	}
	return out, nil
}

// summary counts the requirements by priority and status.
func summary(rows []row) string {
	var b strings.Builder
	for _, priority := range []string{"must", "should", "later"} {
		count := map[string]int{}
		for _, r := range rows {
			if r.Priority == priority {
				count[r.status()]++
			}
		}
		fmt.Fprintf(&b, "%-6s  tested %3d   rule without test %3d   open %3d\n", priority, count["tested"], count["rule without test"], count["open"])
	}
	return b.String()
}

const head = `# Obligations

What the five regulations require, which rules of the policy answer it, and which tests name it. Written by ` + "`make obligations`" + ` from the annotations of the rules and the
names of the tests alone. A requirement met outside the policy (isolation, encryption, retention) has tests and no rule.

`

// markdown is the table as a document, by control.
func markdown(rows []row) string {
	var b strings.Builder
	b.WriteString(head + "```\n" + summary(rows) + "```\n")
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(x, y row) int { return cmp.Compare(x.Control, y.Control) })
	control := ""
	for _, r := range rows {
		if r.Control != control {
			control = r.Control
			fmt.Fprintf(&b, "\n## %s\n\n| requirement | priority | what | rules | tests | status |\n|---|---|---|---|---|---|\n", control)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.ID, r.Priority, r.Text, strings.Join(r.Rules, " "), links(r.Tests), r.status())
	}
	return b.String()
}

// most is how many test files a line of the table names.
const most = 3

func links(files []string) string {
	var out []string
	for _, f := range files[:min(len(files), most)] {
		out = append(out, "`"+f+"`")
	}
	if len(files) > most {
		out = append(out, fmt.Sprintf("and %d more", len(files)-most))
	}
	return strings.Join(out, " ")
}
