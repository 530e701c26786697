package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/rego"

	"yumen/catalog"
)

// failureText is what anybody is told about a failure of the engine.
var failureText = catalog.Text{Zh: "策略引擎无法作出决定", En: "The policy engine could not decide"}

// The failures of the engine; each refuses and none is a refusal by the rules.
const (
	failNoPolicy = "ENG-001" // no bundle is loaded
	failInput    = "ENG-002" // the input is nil, unknown, of another jurisdiction, of no environment or cannot be encoded
	failEval     = "ENG-003" // an evaluation or built-in error, a timeout, a panic
	failShape    = "ENG-004" // the answer is not of the agreed shape, or claims more than its proofs
	failDuty     = "ENG-005" // obligations are missing or implausible
)

// failure is an error with the identifier of its kind.
type failure struct {
	kind string
	err  error
}

func (f *failure) Error() string { return f.kind + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func fail(kind string, err error) error { return &failure{kind, err} }

// Decide answers the input. A refusal by the rules is a decision without an error. A failure of the engine is a refusing decision
// with an ENG-* denial, and an error for the log; a caller that ignores the error is still refused. A permitted statement that is
// asked about again is answered from a cache, with the decision that an evaluation would give.
func (e *Engine) Decide(ctx context.Context, in Input) (Decision, error) {
	s := e.snapshot()
	if s == nil {
		return decided(ctx, nil, 0, in)
	}
	q, recurs := in.(Query) // the other actions change what they ask about
	if recurs && ctx.Err() == nil {
		if d, ok := s.cache.known(&q); ok {
			return d, nil
		}
	}
	d, err := decided(ctx, s, e.timeout, in)
	if recurs && err == nil {
		s.cache.keep(&q, &d, s.clock[d.Action])
	}
	return d, err
}

// decided is the decision of one bundle; no bundle refuses.
func decided(ctx context.Context, s *snapshot, timeout time.Duration, in Input) (Decision, error) {
	d := Decision{ID: catalog.NewID(catalog.PrefixDecision)}
	err := s.decide(ctx, timeout, in, &d)
	if err == nil {
		return d, nil
	}
	kind := failEval
	var f *failure
	if errors.As(err, &f) {
		kind = f.kind
	}
	d.Allow, d.Obligations, d.Missing = false, Obligations{}, nil
	d.Denials = []Denial{{Rule: kind, Title: failureText.En, Message: failureText}}
	return d, fmt.Errorf("policy decision on %s: %w", d.Action, err)
}

func (s *snapshot) decide(ctx context.Context, timeout time.Duration, in Input, d *Decision) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fail(failEval, errors.New("panic in the policy engine"))
		}
	}()
	if s == nil {
		return fail(failNoPolicy, errors.New("no policy is loaded"))
	}
	d.Revision, d.BundleDigest = s.status.Revision, s.status.Digest
	if in == nil {
		return fail(failInput, errors.New("no input"))
	}
	d.Action, d.At = in.Action(), in.common().Now
	query, ok := s.queries[d.Action]
	if !ok {
		return fail(failInput, errors.New("unknown action"))
	}
	if in.common().Zone.Jurisdiction != s.status.Jurisdiction {
		return fail(failInput, errors.New("the input is of another jurisdiction"))
	}
	if !slices.Contains(Environments(), in.common().Zone.Environment) {
		return fail(failInput, errors.New("the input is of no environment"))
	}
	value := in.AST()
	if d.Input, d.InputDigest, err = canonical(value); err != nil {
		return fail(failInput, err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	results, err := query.Eval(ctx, rego.EvalParsedInput(value))
	if err == nil {
		err = ctx.Err() // too late is no decision
	}
	if err != nil {
		return fail(failEval, err)
	}
	answer, err := readAnswer(results)
	if err != nil {
		return fail(failShape, err)
	}
	return s.judge(d, answer)
}

// answer is the document that an entry point returns.
type answer struct {
	Proof       []string                    `json:"proof"`
	Details     map[string][]map[string]any `json:"details"`
	Obligations json.RawMessage             `json:"obligations"`
}

func readAnswer(results rego.ResultSet) (*answer, error) {
	if len(results) != 1 || len(results[0].Expressions) != 1 {
		return nil, errors.New("undefined decision")
	}
	raw, err := json.Marshal(results[0].Expressions[0].Value)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var a answer
	if err := dec.Decode(&a); err != nil {
		return nil, err
	}
	return &a, nil
}

// judge compares the proofs with what the action needs. It does not read a verdict from the answer.
func (s *snapshot) judge(d *Decision, a *answer) error {
	required := s.required[d.Action]
	if len(required) == 0 {
		return fail(failShape, errors.New("the action requires nothing"))
	}
	for _, id := range required {
		if slices.Contains(a.Proof, id) {
			d.Proven = append(d.Proven, id)
		} else {
			d.Missing = append(d.Missing, id)
		}
	}
	if len(d.Missing) > 0 {
		for _, id := range d.Missing {
			d.Denials = append(d.Denials, s.denial(id, a.Details[id]))
		}
		return nil
	}
	o, err := decodeObligations(d.Action, a.Obligations)
	if err != nil {
		return fail(failDuty, err)
	}
	d.Obligations, d.Allow = o, true
	return nil
}

func (s *snapshot) denial(id string, detail []map[string]any) Denial {
	r := s.byID[id]
	return Denial{
		Rule: id, Code: r.Code, Title: r.Title, Message: r.Message, Remedy: r.Remedy, Articles: r.Articles, Detail: detail,
	}
}
