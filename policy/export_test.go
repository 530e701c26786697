package policy

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/internal/policyfile"
)

// Salted exposes the digest that outsiders see.
var Salted = salted

// Floor is the compiled-in list.
func Floor() map[Action][]string { return floor }

// CapabilitiesText is the committed allow list.
func CapabilitiesText() string { return capabilitiesText }

// ArticlesText is the register of requirement IDs.
func ArticlesText() string { return articlesText }

// Reviewers exposes the number of approvals of a level.
func (r Review) Reviewers() int { return r.reviewers() }

// Bases returns the permitted inputs that the bundle's tests patch, by action.
func Bases() (map[string]json.RawMessage, error) {
	b, err := readDefault()
	if err != nil {
		return nil, err
	}
	return b.bases, nil
}

// Kept is the number of answers that the engine keeps for statements over so many tables.
func (e *Engine) Kept(tables int) int {
	n := 0
	c := &e.snapshot().cache
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, g := range []generation{c.young, c.old} {
		for s, list := range g.alike {
			if s.tables == tables {
				n += len(list)
			}
		}
	}
	return n
}

// The bounds of one generation of a cache.
const (
	CacheEntries = cacheEntries
	CacheBytes   = cacheBytes
)

// Plain evaluates every question by the engine's bundle.
func (e *Engine) Plain() *Candidate { return &Candidate{snapshot: e.snapshot(), engine: e} }

// Keep puts a permitted answer to the question into the cache without a decision.
func (e *Engine) Keep(q Query, text []byte) {
	d := Decision{Action: q.Action(), Allow: true, At: q.Now, Input: text, Obligations: Obligations{Run: &RunRules{}}}
	e.snapshot().cache.keep(&q, &d, clockUse{})
}

// KeptBytes is what the kept answers may take in memory.
func (e *Engine) KeptBytes() int {
	c := &e.snapshot().cache
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.young.bytes + c.old.bytes
}

// Bounded tells whether the rules of an action are proven to read the clock in no other way than clockUse says.
func (e *Engine) Bounded(a Action) bool { return e.snapshot().clock[a].bounded }

// RawInput is an input of any shape, for shapes that the types cannot express.
type RawInput struct {
	Act    Action
	Common Common
	Value  any
}

// Action is the action that is asked about.
func (r RawInput) Action() Action { return r.Act }

// AST is the value as the engine reads it.
func (r RawInput) AST() ast.Value {
	raw, err := json.Marshal(r.Value)
	if err != nil {
		panic(err)
	}
	v, err := ast.ValueFromReader(bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	return v
}

// MarshalJSON is the value itself.
func (r RawInput) MarshalJSON() ([]byte, error) { return json.Marshal(r.Value) }

func (r RawInput) common() Common { return r.Common }

func readDefault() (*bundle, error) {
	files, err := policyfile.Read(DefaultBundle())
	if err != nil {
		return nil, err
	}
	return readBundle(files)
}

// SettingsOf are the parameters of a jurisdiction in the form that the rules read.
func SettingsOf(j Jurisdiction) (map[string]any, error) {
	b, err := readDefault()
	if err != nil {
		return nil, err
	}
	s, ok := b.profiles[j]
	if !ok {
		return nil, errors.New("no such jurisdiction")
	}
	text, err := json.Marshal(s.document())
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(text, &out)
}
