package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
)

// Suite is a bundle made ready for its own tests.
type Suite struct {
	bundle *bundle
	data   map[string]any
}

// NewSuite reads the bundle and lays its test inputs at data.testing.
func NewSuite(files fs.FS) (*Suite, error) {
	b, err := readBundle(files)
	if err != nil {
		return nil, err
	}
	s, err := prepare(b)
	if err != nil {
		return nil, err
	}
	data, err := b.document(s.required)
	if err != nil {
		return nil, err
	}
	bases := map[string]any{}
	for name, raw := range b.bases {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, err
		}
		bases[name] = v
	}
	data["testing"] = bases
	return &Suite{b, data}, nil
}

// Modules lists the production modules by path.
func (s *Suite) Modules() map[string]string { return s.bundle.modules }

// Parsed parses the production modules.
func (s *Suite) Parsed() (map[string]*ast.Module, error) {
	parsed := map[string]*ast.Module{}
	for path, source := range s.bundle.modules {
		m, err := ast.ParseModuleWithOpts(path, source, ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
		if err != nil {
			return nil, err
		}
		parsed[path] = m
	}
	return parsed, nil
}

// Run runs the tests whose names match the filter, with some production modules replaced. A module that does not compile is an
// error.
func (s *Suite) Run(ctx context.Context, filter string, replaced map[string]string, coverage *cover.Cover) ([]*tester.Result, error) {
	all := map[string]string{}
	for _, group := range []map[string]string{s.bundle.modules, s.bundle.tests, replaced} {
		for name, source := range group {
			all[name] = source
		}
	}
	c, err := compile(all, ast.JSONPatch, ast.Sprintf, ast.InternalTestCase)
	if err != nil {
		return nil, err
	}
	store := inmem.NewFromObjectWithOpts(s.data, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	txn := storage.NewTransactionOrDie(ctx, store)
	defer store.Abort(ctx, txn)
	runner := tester.NewRunner().SetCompiler(c).SetStore(store).SetModules(c.Modules).RaiseBuiltinErrors(true).
		SetTimeout(2 * time.Minute).Filter(filter)
	if coverage != nil {
		runner.SetCoverageQueryTracer(coverage)
	}
	results, err := runner.RunTests(ctx, txn)
	if err != nil {
		return nil, err
	}
	var out []*tester.Result
	for r := range results {
		out = append(out, r)
	}
	return out, nil
}

// Failures lists the tests and cases that failed.
func Failures(results []*tester.Result) []string {
	var failed []string
	for _, r := range results {
		if r.Error != nil {
			failed = append(failed, fmt.Sprintf("%s.%s: %v", r.Package, r.Name, r.Error))
		}
		if !r.Fail {
			continue
		}
		before := len(failed)
		for name, sub := range r.SubResults.Iter {
			if sub.Fail {
				failed = append(failed, r.Package+"."+r.Name+": "+strings.Join(name, " / "))
			}
		}
		if len(failed) == before {
			failed = append(failed, r.Package+"."+r.Name)
		}
	}
	slices.Sort(failed)
	return failed
}

// Mutant is a module with one expression of one production rule dropped.
type Mutant struct {
	Name, Path, Source string
	// Tests matches the tests that see the module.
	Tests string
}

// Mutants drops each expression of each rule body and of each body of an every in turn. Details are best effort and stay as they
// are.
func (s *Suite) Mutants() ([]Mutant, error) {
	modules, err := s.Parsed()
	if err != nil {
		return nil, err
	}
	var mutants []Mutant
	for path, m := range modules {
		for i, rule := range m.Rules {
			if strings.HasPrefix(rule.Head.Ref().String(), "detail") {
				continue
			}
			for n := range bodies(rule) {
				for j := range bodies(rule)[n].get() {
					if d, ok := dropped(m, path, i, n, j); ok {
						mutants = append(mutants, d)
					}
				}
			}
		}
	}
	slices.SortFunc(mutants, func(a, b Mutant) int { return strings.Compare(a.Name, b.Name) })
	return mutants, nil
}

// slot is a body that can be read and replaced.
type slot struct {
	get func() ast.Body
	set func(ast.Body)
}

// bodies lists the body of a rule and those of the every statements in it.
func bodies(rule *ast.Rule) []slot {
	slots := []slot{{func() ast.Body { return rule.Body }, func(b ast.Body) { rule.Body = b }}}
	ast.WalkNodes(rule, func(n ast.Node) bool {
		if e, ok := n.(*ast.Every); ok {
			slots = append(slots, slot{func() ast.Body { return e.Body }, func(b ast.Body) { e.Body = b }})
		}
		return false
	})
	return slots
}

func dropped(m *ast.Module, path string, i, n, j int) (Mutant, bool) {
	c := m.Copy()
	c.Annotations = nil
	rule := c.Rules[i]
	at := bodies(rule)[n]
	expr := at.get()[j].String()
	if expr == "true" {
		return Mutant{}, false // the rule has no body
	}
	body := slices.Delete(slices.Clone(at.get()), j, j+1)
	if len(body) == 0 {
		body = ast.NewBody(ast.NewExpr(ast.BooleanTerm(true)))
	}
	at.set(body)
	head := rule.Head.Ref().String()
	if rule.Head.Key != nil {
		head = fmt.Sprint(rule.Head.Key)
	}
	tests := map[string]string{
		"authorization": "query", "classification": "query", "desensitization": "query", "separation": "vote|account",
		"supply": "catalog|load", "application": "application", "egress": "release|collect|XM_39c", "subject": "query",
	}
	name := strings.Trim(m.Package.Path[len(m.Package.Path)-1].Value.String(), `"`)
	return Mutant{fmt.Sprintf("%s %s: %s", name, head, expr), path, c.String(), tests[name]}, true
}
