package policy

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Fate is what became of a mutant.
type Fate string

// The fates. A case notices a mutant when the decision about its input changes in what cases assert: the rules that are not proven, or
// the obligations. A mutant that no case notices is put through the whole suite as it is.
const (
	Broken   Fate = "does not compile"
	ByCase   Fate = "noticed by a case"
	ByTest   Fate = "noticed by another test"
	Survives Fate = "survives"
)

// Hunt tells the fates of mutants. The suite is compiled and run once, to learn which questions its cases ask; a mutant is compiled
// without the tests and asked those questions, the ones that enter its rule first, until an answer changes.
type Hunt struct {
	suite *Suite
	store storage.Store
	asked []*question
}

// question is one input of a case, with what its decision asserts and the rules that it enters.
type question struct {
	entry   string
	input   ast.Value
	want    string
	entered map[string]bool // "path:row" of rules
}

// recorder is a tracer that keeps the questions of the cases.
type recorder struct {
	entries map[string]bool
	asked   map[string]*question
	last    *question
}

// Enabled is always true.
func (*recorder) Enabled() bool { return true }

// Config asks for no variables.
func (*recorder) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent notes the entry of a rule.
func (r *recorder) TraceEvent(e topdown.Event) {
	rule, ok := e.Node.(*ast.Rule)
	if !ok || e.Op != topdown.EnterOp || e.Input() == nil || rule.Location == nil {
		return
	}
	name := strings.TrimPrefix(rule.Module.Package.Path.String(), "data.yumen.decision")
	if name == "" && r.entries[rule.Head.Name.String()] {
		key := rule.Head.Name.String() + e.Input().String()
		if r.asked[key] == nil {
			r.asked[key] = &question{entry: rule.Head.Name.String(), input: e.Input().Value, entered: map[string]bool{}}
		}
		r.last = r.asked[key]
	}
	if q := r.last; q != nil && q.input == e.Input().Value {
		q.entered[rule.Location.String()] = true
	}
}

// NewHunt runs the suite once.
func (s *Suite) NewHunt(ctx context.Context) (*Hunt, error) {
	r := &recorder{entries: map[string]bool{}, asked: map[string]*question{}}
	for _, a := range Actions() {
		r.entries[a.rule()] = true
	}
	h := &Hunt{suite: s, store: inmem.NewFromObjectWithOpts(s.data, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))}
	if _, err := s.run(ctx, nil, r); err != nil {
		return nil, err
	}
	p, err := h.prepare(nil)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(r.asked)) {
		q := r.asked[key]
		q.want = p.answer(ctx, q)
		h.asked = append(h.asked, q)
	}
	return h, nil
}

// Questions is how many inputs the cases ask about.
func (h *Hunt) Questions() int { return len(h.asked) }

// All tells the fate of each mutant, several at a time.
func (h *Hunt) All(ctx context.Context, mutants []Mutant, at int) ([]Fate, error) {
	fates, errs := make([]Fate, len(mutants)), make([]error, len(mutants))
	next := make(chan int)
	var wg sync.WaitGroup
	for range at {
		wg.Go(func() {
			for i := range next {
				fates[i], errs[i] = h.fate(ctx, mutants[i])
			}
		})
	}
	for i := range mutants {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return fates, nil
}

func (h *Hunt) fate(ctx context.Context, m Mutant) (Fate, error) {
	p, err := h.prepare(map[string]string{m.Path: m.Source})
	if err != nil {
		return Broken, nil //nolint:nilerr // a mutant that does not compile is one of the fates
	}
	var rest []*question
	for _, q := range h.asked {
		if !q.entered[m.Place] {
			rest = append(rest, q)
		} else if p.answer(ctx, q) != q.want {
			return ByCase, nil
		}
	}
	for _, q := range rest {
		if p.answer(ctx, q) != q.want {
			return ByCase, nil
		}
	}
	results, err := h.suite.run(ctx, map[string]string{m.Path: m.Source}, nil)
	if err != nil {
		return "", err
	}
	if len(failures(results)) > 0 {
		return ByTest, nil
	}
	return Survives, nil
}

// rules are production modules that are compiled, with the entry points that were asked.
type rules struct {
	compiler *ast.Compiler
	store    storage.Store
	queries  map[string]rego.PreparedEvalQuery
}

func (h *Hunt) prepare(replaced map[string]string) (*rules, error) {
	all := maps.Clone(h.suite.bundle.modules)
	maps.Copy(all, replaced)
	c, err := compile(all)
	if err != nil {
		return nil, err
	}
	return &rules{c, h.store, map[string]rego.PreparedEvalQuery{}}, nil
}

// answer is what a case asserts of the decision.
func (r *rules) answer(ctx context.Context, q *question) string {
	query, ok := r.queries[q.entry]
	if !ok {
		var err error
		if query, err = prepareQuery(r.compiler, r.store, Action(q.entry)); err != nil {
			return err.Error()
		}
		r.queries[q.entry] = query
	}
	results, err := query.Eval(ctx, rego.EvalParsedInput(q.input))
	if err != nil {
		return "error"
	}
	a, err := readAnswer(results)
	if err != nil {
		return "undefined"
	}
	missing := slices.Sorted(maps.Keys(a.Details))
	b, err := json.Marshal(struct {
		Missing     []string
		Obligations json.RawMessage
	}{missing, a.Obligations})
	if err != nil {
		return err.Error()
	}
	return string(b)
}
