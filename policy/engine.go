package policy

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"yumen/catalog"
	"yumen/internal/policyfile"
)

// Config says which bundle decides and for which zone.
type Config struct {
	// Jurisdiction is the zone's; inputs of another are refused. Required.
	Jurisdiction Jurisdiction
	// Bundle holds the rules; nil is the default bundle of the binary.
	Bundle fs.FS
	// Timeout bounds one decision; zero is 5 s, some thousand times what one takes, so that a busy machine refuses nobody. A decision that is not there in time refuses.
	Timeout time.Duration
	// Salt keeps outsiders from guessing the parameters behind Status.PublicDigest; at least 16 bytes, or empty for none.
	Salt []byte
}

const defaultTimeout = 5 * time.Second

// Engine decides. It is safe for concurrent use, while its bundle is replaced as well: every decision is one bundle's from its
// beginning to its end. The zero Engine, and a nil one, refuse everything.
type Engine struct {
	jurisdiction Jurisdiction
	timeout      time.Duration
	salt         []byte
	active       atomic.Pointer[snapshot]
	reports      *sync.Map // of the bundles that were tested, by digest
}

// snapshot is one bundle, compiled and ready.
type snapshot struct {
	files    policyfile.Files
	status   Status
	noise    []NoiseRules // by grade, from 1
	covered  []bool       // by grade, from 1: approved computations are answered with noise
	rules    []Rule
	byID     map[string]Rule
	required map[Action][]string
	queries  map[Action]rego.PreparedEvalQuery
	clock    map[Action]clockUse // of the actions whose answers are kept
	cache    cache
}

// Status describes the bundle that decides.
type Status struct {
	Jurisdiction Jurisdiction   `json:"jurisdiction"`
	Title        catalog.Text   `json:"title"`
	Lab          bool           `json:"lab"`
	Revision     string         `json:"revision"`
	Digest       catalog.Digest `json:"digest"`
	PublicDigest catalog.Digest `json:"public_digest,omitempty"` // salted; empty without a salt
	Rules        int            `json:"rules"`
	OPA          string         `json:"opa"`
}

// Open reads, checks, compiles and prepares a bundle. A bundle that fails in any way opens no engine.
func Open(cfg Config) (*Engine, error) {
	if cfg.Bundle == nil {
		cfg.Bundle = DefaultBundle()
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if len(cfg.Salt) > 0 && len(cfg.Salt) < 16 {
		return nil, errors.New("the salt of the policy digest has fewer than 16 bytes")
	}
	files, err := policyfile.Read(cfg.Bundle)
	if err != nil {
		return nil, err
	}
	e := &Engine{jurisdiction: cfg.Jurisdiction, timeout: cfg.Timeout, salt: cfg.Salt, reports: &sync.Map{}}
	c, err := e.Prepare(files)
	if err != nil {
		return nil, err
	}
	e.Activate(c)
	return e, nil
}

// Clone returns an engine of the same zone that decides by the same bundle until one of the two is given another.
func (e *Engine) Clone() *Engine {
	c := &Engine{jurisdiction: e.jurisdiction, timeout: e.timeout, salt: e.salt, reports: e.reports}
	c.active.Store(e.snapshot())
	return c
}

func salted(salt []byte, d catalog.Digest) catalog.Digest {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(d))
	return catalog.Digest("sha256:" + hex.EncodeToString(mac.Sum(nil)))
}

// snapshot is the bundle that decides, or nil.
func (e *Engine) snapshot() *snapshot {
	if e == nil {
		return nil
	}
	return e.active.Load()
}

// Status returns which bundle decides.
func (e *Engine) Status() Status {
	s := e.snapshot()
	if s == nil {
		return Status{}
	}
	return s.status
}

// Noise is what covers the cells of the noisy mode and what legal groups may be charged, for the grades 1 to 4 in order.
func (e *Engine) Noise() ([]NoiseRules, error) {
	s := e.snapshot()
	if s == nil {
		return nil, errors.New("no policy bundle is active")
	}
	return slices.Clone(s.noise), nil
}

// Covered tells whether approved computations of a grade are answered with noise, so that no certificate is of use to them.
func (e *Engine) Covered(g catalog.Grade) (bool, error) {
	s := e.snapshot()
	if s == nil {
		return false, errors.New("no policy bundle is active")
	}
	return g.Valid() && s.covered[g-1], nil
}

// Rules lists the rules of the bundle by ID, with the articles that they serve.
func (e *Engine) Rules() []Rule {
	s := e.snapshot()
	if s == nil {
		return nil
	}
	return slices.Clone(s.rules)
}

// Required lists the proofs that an action needs.
func (e *Engine) Required(a Action) []string {
	s := e.snapshot()
	if s == nil {
		return nil
	}
	return slices.Clone(s.required[a])
}

// compile compiles modules strictly, under the allow list of built-ins.
func compile(modules map[string]string, more ...*ast.Builtin) (*ast.Compiler, error) {
	caps, err := capabilities()
	if err != nil {
		return nil, err
	}
	caps.Builtins = append(caps.Builtins, more...)
	parsed := map[string]*ast.Module{}
	for name, source := range modules {
		m, err := ast.ParseModuleWithOpts(name, source, ast.ParserOptions{
			ProcessAnnotation: true, Capabilities: caps, RegoVersion: ast.RegoV1,
		})
		if err != nil {
			return nil, err
		}
		parsed[name] = m
	}
	c := ast.NewCompiler().WithStrict(true).WithCapabilities(caps).WithDefaultRegoVersion(ast.RegoV1).WithKeepModules(true)
	if c.Compile(parsed); c.Failed() {
		return nil, c.Errors
	}
	return c, nil
}

// document is data.yumen as the rules read it: the bundle's data and the proofs that each action needs.
func (b *bundle) document(required map[Action][]string) (map[string]any, error) {
	need := map[string]any{}
	for action, ids := range required {
		need[string(action)] = asSet(ids)
	}
	whole := map[string]any{"required": need}
	for k, v := range b.data {
		whole[k] = v
	}
	raw, err := json.Marshal(map[string]any{"yumen": whole})
	if err != nil {
		return nil, err
	}
	var plain map[string]any
	return plain, json.Unmarshal(raw, &plain)
}

func prepare(b *bundle) (*snapshot, error) {
	compiler, err := compile(b.modules)
	if err != nil {
		return nil, err
	}
	rules, err := readRules(compiler)
	if err != nil {
		return nil, err
	}
	required, err := requirements(rules)
	if err != nil {
		return nil, err
	}
	data, err := b.document(required)
	if err != nil {
		return nil, err
	}
	store := inmem.NewFromObjectWithOpts(data, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))
	s := &snapshot{rules: rules, required: required, byID: map[string]Rule{}, queries: map[Action]rego.PreparedEvalQuery{}, clock: map[Action]clockUse{}}
	for _, r := range rules {
		s.byID[r.ID] = r
	}
	for _, a := range Actions() {
		if s.queries[a], err = prepareQuery(compiler, store, a); err != nil {
			return nil, fmt.Errorf("%s: %w", a, err)
		}
	}
	for _, a := range []Action{ActionQueryCheck, ActionQueryRun} {
		s.clock[a] = readClock(compiler, a.entry())
	}
	return s, nil
}

// entry is the rule that answers the action.
func (a Action) entry() ast.Ref {
	return ast.MustParseRef("data.yumen.decision").Append(ast.StringTerm(a.rule()))
}

func prepareQuery(c *ast.Compiler, store storage.Store, a Action) (rego.PreparedEvalQuery, error) {
	ref := a.entry()
	if len(c.GetRulesExact(ref)) == 0 {
		return rego.PreparedEvalQuery{}, errors.New("the bundle has no such entry point")
	}
	return rego.New(rego.ParsedQuery(ast.NewBody(ast.NewExpr(ast.NewTerm(ref)))), rego.Compiler(c), rego.Store(store),
		rego.StrictBuiltinErrors(true)).PrepareForEval(context.Background())
}
