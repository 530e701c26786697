package policy_test

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/stretchr/testify/require"

	"yumen/policy"
)

const widest = 120

// The house rules of the rules: each names a way in which Rego has failed open, or a habit that keeps it readable.
func TestHouseRules(t *testing.T) {
	seen := 0
	for name, source := range rego(t) {
		for _, finding := range lint(t, name, source) {
			t.Errorf("%s: %s", name, finding)
		}
		seen++
	}
	require.Greater(t, seen, 15)
}

func rego(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, fs.WalkDir(policy.DefaultBundle(), "yumen", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(policy.DefaultBundle(), name)
		out[name] = string(raw)
		return err
	}))
	return out
}

func lint(t *testing.T, name, source string) []string {
	t.Helper()
	m, err := ast.ParseModuleWithOpts(name, source, ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
	require.NoError(t, err, name)
	var found []string
	report := func(at *ast.Location, format string, args ...any) {
		line := 0
		if at != nil {
			line = at.Row
		}
		found = append(found, fmt.Sprintf("line %d: ", line)+fmt.Sprintf(format, args...))
	}
	formatted, err := format.SourceWithOpts(name, []byte(source), format.Opts{RegoVersion: ast.RegoV1})
	require.NoError(t, err, name)
	if string(formatted) != source {
		report(nil, "not in the form of opa fmt")
	}
	for i, line := range strings.Split(source, "\n") {
		if len([]rune(line)) > widest {
			report(&ast.Location{Row: i + 1}, "wider than %d columns", widest)
		}
	}
	test := strings.HasSuffix(name, "_test.rego")
	lintPackage(m, name, test, report)
	lintImports(m, report)
	for _, rule := range m.Rules {
		lintRule(m, rule, test, report)
	}
	return found
}

type reporter func(at *ast.Location, format string, args ...any)

func lintPackage(m *ast.Module, name string, test bool, report reporter) {
	want := "data." + strings.ReplaceAll(path.Dir(name), "/", ".")
	if test {
		want += "_test"
	}
	if got := m.Package.Path.String(); got != want {
		report(m.Package.Location, "package %s does not follow the path, want %s", got, want)
	}
}

func lintImports(m *ast.Module, report reporter) {
	imported := false
	for _, i := range m.Imports {
		ref := i.Path.Value.(ast.Ref)
		imported = imported || ref.String() == "future.keywords.not"
		if ref[0].Equal(ast.InputRootDocument) {
			report(i.Location, "imports the input")
		}
	}
	ast.WalkExprs(m, func(e *ast.Expr) bool {
		if e.Negated && !imported {
			report(e.Location, "not without future.keywords.not hoists what may be undefined")
		}
		return false
	})
}

func lintRule(m *ast.Module, rule *ast.Rule, test bool, report reporter) {
	name := strings.Trim(rule.Head.Ref()[0].String(), `"`)
	if ast.BuiltinMap[name] != nil {
		report(rule.Location, "%s shadows a built-in", name)
	}
	if rule.Else != nil {
		report(rule.Location, "else hides which alternative held")
	}
	if rule.Default {
		report(rule.Location, "a default decides where nothing was proven")
	}
	if strings.HasPrefix(name, "test_") && !test {
		report(rule.Location, "a test outside a test module")
	}
	if test {
		return
	}
	if name == "proof" {
		ast.WalkRefs(rule.Head, func(r ast.Ref) bool {
			if r.HasPrefix(ast.InputRootRef) {
				report(rule.Location, "input in the head of a proof")
			}
			return false
		})
	}
	if m.Package.Path.String() != "data.yumen.lib" {
		lintComparisons(rule, report)
	}
	ast.WalkExprs(rule, func(e *ast.Expr) bool {
		if op := e.Operator(); op != nil && (op.String() == "print" || op.String() == "trace") {
			report(e.Location, "prints")
		}
		return false
	})
}

// lintComparisons reports order comparisons outside yumen.lib: across types, Rego orders null < bool < number < string.
func lintComparisons(rule *ast.Rule, report reporter) {
	raw := map[string]bool{"lt": true, "lte": true, "gt": true, "gte": true}
	ast.WalkExprs(rule, func(e *ast.Expr) bool {
		if op := e.Operator(); op != nil && raw[op.String()] {
			report(e.Location, "a raw comparison; use lib.at_least and lib.at_most")
		}
		return false
	})
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
	ours := regexp.MustCompile(`\b(AUT|CLS|DES|SEP|SUB|SUP|APP|GRA|COM|EGR|FRZ)-\d{3}\b`)
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
			require.Regexp(t, c.want, strings.Join(lint(t, "yumen/x/x.rego", c.source), "\n"))
		})
	}
}
