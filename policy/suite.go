package policy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"

	"yumen/internal/policyfile"
)

// suite is a bundle made ready for its own tests.
type suite struct {
	bundle *bundle
	data   map[string]any
}

// newSuite reads the bundle and lays its test inputs at data.testing.
func newSuite(files policyfile.Files) (*suite, error) {
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
			return nil, fmt.Errorf("testing/%s.json: %w", name, err)
		}
		bases[name] = v
	}
	data["testing"] = bases
	return &suite{b, data}, nil
}

// parsed parses the production modules.
func (s *suite) parsed() (map[string]*ast.Module, error) {
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

// run runs the tests, with some production modules replaced; the tracer may be nil.
func (s *suite) run(ctx context.Context, replaced map[string]string, tracer topdown.QueryTracer) ([]*tester.Result, error) {
	all := maps.Clone(s.bundle.modules)
	maps.Copy(all, s.bundle.tests)
	maps.Copy(all, replaced)
	c, err := compile(all, ast.JSONPatch, ast.Sprintf, ast.InternalTestCase)
	if err != nil {
		return nil, err
	}
	store := inmem.NewFromObjectWithOpts(s.data, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Abort(ctx, txn)
	runner := tester.NewRunner().SetCompiler(c).SetStore(store).SetModules(c.Modules).RaiseBuiltinErrors(true).
		SetTimeout(2 * time.Minute)
	if tracer != nil {
		runner.SetCoverageQueryTracer(tracer).SetParallel(1) // it follows one evaluation at a time
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

// failures lists the tests and cases that failed.
func failures(results []*tester.Result) []string {
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

// Report is what the tests of a bundle came to.
type Report struct {
	Tests    int       `json:"tests"`
	Cases    int       `json:"cases"` // rows of the tests' tables
	Failed   []string  `json:"failed,omitempty"`
	Untested []string  `json:"untested,omitempty"` // lines of rules that no test reaches
	Findings []Finding `json:"findings,omitempty"` // of the house rules
	Open     []string  `json:"open,omitempty"`     // actions that do not refuse an input without members with every rule
}

// Err names the first thing that keeps the bundle from deciding, or is nil.
func (r *Report) Err() error {
	switch {
	case len(r.Findings) > 0:
		return fmt.Errorf("a house rule is broken: %s", r.Findings[0])
	case len(r.Open) > 0:
		return fmt.Errorf("an input without members is not refused by every rule of %s", r.Open[0])
	case r.Tests == 0:
		return errors.New("the bundle has no tests")
	case len(r.Failed) > 0:
		return fmt.Errorf("a test of the bundle fails: %s", r.Failed[0])
	case len(r.Untested) > 0:
		return fmt.Errorf("no test reaches %s", r.Untested[0])
	}
	return nil
}

// Test runs the house rules, the bundle's own tests, which must reach every line of its rules, and a probe of each action: an input
// that says nothing proves no rule. An error means that the tests could not be run; where the house rules or the probe fail they are not.
//
// What a bundle's tests come to depends on its files and on this program alone, so the report of a bundle that passes is kept. One that does not
// is tested anew, because a test may have failed for want of time; tests that ctx cut off are an error and say nothing of the bundle.
func (c *Candidate) Test(ctx context.Context) (*Report, error) {
	digest := c.snapshot.status.Digest
	if known, ok := c.engine.reports.Load(digest); ok {
		return known.(*Report), nil
	}
	r, err := c.test(ctx)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if r.Err() == nil {
		c.engine.reports.Store(digest, r)
	}
	return r, nil
}

func (c *Candidate) test(ctx context.Context) (*Report, error) {
	r := &Report{Findings: Lint(c.snapshot.files), Open: c.probe(ctx)}
	if len(r.Findings) > 0 || len(r.Open) > 0 {
		return r, nil
	}
	s, err := newSuite(c.snapshot.files)
	if err != nil {
		return nil, err
	}
	coverage := cover.New()
	results, err := s.run(ctx, nil, coverage)
	if err != nil {
		return nil, fmt.Errorf("run the tests of the bundle: %w", err)
	}
	r.Tests, r.Failed = len(results), failures(results)
	for _, x := range results {
		for range x.SubResults.Iter {
			r.Cases++
		}
	}
	modules, err := s.parsed()
	if err != nil {
		return nil, err
	}
	for path, file := range coverage.Report(modules).Files {
		for _, at := range file.NotCovered {
			r.Untested = append(r.Untested, fmt.Sprintf("%s:%d", path, at.Start.Row))
		}
	}
	slices.Sort(r.Untested)
	return r, nil
}

// probe lists the actions that refuse an input without members with fewer than all their rules.
func (c *Candidate) probe(ctx context.Context) []string {
	var open []string
	for _, a := range Actions() {
		d, err := c.Decide(ctx, bare{a, c.snapshot.status.Jurisdiction})
		if err != nil || d.Allow || len(d.Missing) < len(c.snapshot.required[a]) {
			open = append(open, string(a))
		}
	}
	return open
}

// bare is an input of an action that says nothing.
type bare struct {
	action Action
	zone   Jurisdiction
}

// Action is the action that is asked about.
func (b bare) Action() Action { return b.action }

// AST is an object without members.
func (b bare) AST() ast.Value { return ast.NewObject() }

func (b bare) common() Common { return Common{Zone: Zone{b.zone, Production}} }

// Problems lists everything that keeps the bundle from deciding, as people should read it.
func (r *Report) Problems() []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.String())
	}
	for _, a := range r.Open {
		out = append(out, "an input without members is not refused by every rule of "+a)
	}
	for _, f := range r.Failed {
		out = append(out, "fails: "+f)
	}
	for _, u := range r.Untested {
		out = append(out, "no test reaches "+u)
	}
	if err := r.Err(); err != nil && len(out) == 0 {
		out = append(out, err.Error())
	}
	return out
}
