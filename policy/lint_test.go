//go:build !race

package policy_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/internal/policyfile"
	"yumen/policy"
)

// The house rules of the rules: each names a way in which Rego has failed open, or a habit that keeps it readable.
func TestHouseRules(t *testing.T) {
	seen := 0
	for _, finding := range policy.Lint(defaultFiles(t)) {
		t.Error(finding)
	}
	for range rego(t) {
		seen++
	}
	require.Greater(t, seen, 15)
}

func rego(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, b := range defaultFiles(t) {
		if strings.HasPrefix(name, "yumen/") {
			out[name] = string(b)
		}
	}
	return out
}

// Names of tests and notes of cases begin with requirement IDs that exist, and the rule IDs of a note exist.
func TestCasesCiteRequirementsAndRules(t *testing.T) {
	known, rules := map[string]bool{}, map[string]bool{}
	for id := range strings.FieldsSeq(policy.ArticlesText()) {
		known[id] = true
	}
	for _, r := range open(t, policy.Beijing).Rules() {
		rules[r.ID] = true
		require.Regexp(t, `^[A-Z]{3}-(0|1)\d\d$`, r.ID)
	}
	requirement := regexp.MustCompile(`\b(BJ[-_]FIN|BJ[-_]OPS|SJZ|XC|XM)[-_][0-9]+[a-z]?(_|\b)`)
	ours := regexp.MustCompile(`\b(AUT|CLS|DES|ENV|SEP|SUB|SUP|APP|BUD|GRA|COM|EGR|PRD|FRZ|INS|POL|SAN|SEA)-\d{3}\b`)
	note := regexp.MustCompile(`(?m)^\t"([^"]+)": \{`)
	cited := map[string]int{}
	for name, source := range rego(t) {
		if !strings.HasSuffix(name, "_test.rego") {
			continue
		}
		for _, id := range requirement.FindAllString(source, -1) {
			id = strings.ReplaceAll(strings.TrimSuffix(id, "_"), "_", "-")
			require.True(t, known[id], "%s: no requirement %s", name, id)
		}
		for _, id := range ours.FindAllString(source, -1) {
			require.True(t, rules[id], "%s: no rule %s", name, id)
		}
		if strings.HasSuffix(name, "/cases_test.rego") {
			continue // the words that cases are written in
		}
		for _, m := range note.FindAllStringSubmatch(source, -1) {
			require.Regexp(t, `^(BJ-FIN|BJ-OPS|SJZ|XC|XM)-`, m[1], name)
			for _, id := range ours.FindAllString(m[1], -1) {
				cited[id]++
			}
		}
	}
	for id := range rules {
		require.Positive(t, cited[id], "no case is about %s", id)
	}
}

// The linter finds what it is for.
func TestHouseRulesFindFaults(t *testing.T) {
	module := func(body string) string { return "package yumen.x\n\n" + body + "\n" }
	cases := []struct{ name, source, want string }{
		{"shadow", module("neq(a, b) if a == b"), "shadows"},
		{"else", module("x := 1 if {\n\tinput.a\n} else := 2"), "else"},
		{"default", module("default x := false"), "default"},
		{"head", module(`proof contains input.a if input.b`), "head of a proof"},
		{"comparison", module(`proof contains "A" if input.a > 3`), "raw comparison"},
		{"not", module(`proof contains "A" if not input.a`), "future.keywords.not"},
		{"import", module("import input.a\n\nx := a"), "imports the input"},
		{"package", "package yumen.y\n\nx := 1\n", "does not follow the path"},
		{"form", "package yumen.x\nx:=1\n", "opa fmt"},
		{"width", module("# " + strings.Repeat("x", 130) + "\nx := 1"), "wider"},
		{"test", module("test_x if true"), "test outside"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Regexp(t, c.want, fmt.Sprint(policy.Lint(policyfile.Files{"yumen/x/x.rego": []byte(c.source)})))
		})
	}
}
