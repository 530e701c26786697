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

// Salted exposes the digest that outsiders see.
var Salted = salted

// Floor is the compiled-in list.
func Floor() map[Action][]string { return floor }

// CapabilitiesText is the committed allow list.
func CapabilitiesText() string { return capabilitiesText }

// Reviewers exposes the number of approvals of a level.
func (r Review) Reviewers() int { return r.reviewers() }

// Bases returns the permitted inputs that the bundle's tests patch, by action.
func Bases() (map[string]json.RawMessage, error) {
	b, err := readBundle(DefaultBundle())
	if err != nil {
		return nil, err
	}
	return b.bases, nil
}

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

// Run runs the suite with some production modules replaced. A module that does not compile is an error.
func (s *Suite) Run(ctx context.Context, replaced map[string]string, coverage *cover.Cover) ([]*tester.Result, error) {
	all := map[string]string{}
	for _, group := range []map[string]string{s.bundle.modules, s.bundle.tests, replaced} {
		for name, source := range group {
			all[name] = source
		}
	}
	c, err := compile(all, ast.JSONPatch, ast.InternalTestCase)
	if err != nil {
		return nil, err
	}
	store := inmem.NewFromObjectWithOpts(s.data, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	txn := storage.NewTransactionOrDie(ctx, store)
	defer store.Abort(ctx, txn)
	runner := tester.NewRunner().SetCompiler(c).SetStore(store).SetModules(c.Modules).RaiseBuiltinErrors(true).
		SetTimeout(20 * time.Second)
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
}

// Mutants drops each expression of each rule body in turn. Details are best effort and stay as they are.
func (s *Suite) Mutants() ([]Mutant, error) {
	var mutants []Mutant
	for path, source := range s.bundle.modules {
		m, err := ast.ParseModuleWithOpts(path, source, ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil {
			return nil, err
		}
		for i, rule := range m.Rules {
			if strings.HasPrefix(rule.Head.Ref().String(), "detail") || len(rule.Body) < 1 {
				continue
			}
			for j := range rule.Body {
				mutants = append(mutants, dropped(m, path, i, j))
			}
		}
	}
	slices.SortFunc(mutants, func(a, b Mutant) int { return strings.Compare(a.Name, b.Name) })
	return mutants, nil
}

func dropped(m *ast.Module, path string, i, j int) Mutant {
	c := m.Copy()
	rule := c.Rules[i]
	expr := rule.Body[j].String()
	body := slices.Delete(slices.Clone(rule.Body), j, j+1)
	if len(body) == 0 {
		body = ast.NewBody(ast.NewExpr(ast.BooleanTerm(true)))
	}
	rule.Body = body
	head := rule.Head.Ref().String()
	if rule.Head.Key != nil {
		head = fmt.Sprint(rule.Head.Key)
	}
	return Mutant{fmt.Sprintf("%s %s #%d: %s", path, head, j, expr), path, c.String()}
}
