package policy

import (
	"fmt"
	"path"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"yumen/internal/policyfile"
)

const widest = 120

// Finding is a breach of a house rule. Each rule names a way in which Rego has failed open, or a habit that keeps it readable.
type Finding struct {
	File string `json:"file"`
	Line int    `json:"line"` // 0 for the whole file
	Text string `json:"text"`
}

func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// Lint reports every breach in the Rego files of a bundle, tests included, in the order of their paths.
func Lint(files policyfile.Files) []Finding {
	var found []Finding
	for _, name := range files.Names() {
		if strings.HasSuffix(name, ".rego") {
			found = append(found, lintFile(name, string(files[name]))...)
		}
	}
	return found
}

func lintFile(name, source string) (found []Finding) {
	report := func(at *ast.Location, format string, args ...any) {
		line := 0
		if at != nil {
			line = at.Row
		}
		found = append(found, Finding{name, line, fmt.Sprintf(format, args...)})
	}
	m, err := ast.ParseModuleWithOpts(name, source, ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
	if err != nil {
		report(nil, "does not parse: %v", err)
		return found
	}
	formatted, err := format.SourceWithOpts(name, []byte(source), format.Opts{RegoVersion: ast.RegoV1})
	if err != nil || string(formatted) != source {
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
