package policy

import "github.com/open-policy-agent/opa/v1/ast"

// SanctionApply asks whether an act upon a sanction may be done.
type SanctionApply struct {
	Common
	Op       string       `json:"op"`     // close, end, reinstate, blacklist, lift, terminate, dismiss
	Step     SanctionStep `json:"step"`   // which half of the act
	Caller   Caller       `json:"caller"` // the caller's organization
	Target   Sanctioned   `json:"target"`
	Proposer Officer      `json:"proposer"` // the first of the two; empty but for confirm
}

// SanctionStep is a half of an act, or the whole of it.
type SanctionStep string

// The steps of an act: by one person alone, or by two.
const (
	SanctionAlone   SanctionStep = "alone"
	SanctionPropose SanctionStep = "propose"
	SanctionConfirm SanctionStep = "confirm"
)

// Sanctioned is who and what a sanction is about, as it stands.
type Sanctioned struct {
	Kind         string `json:"kind"` // closure, blacklist, termination
	State        string `json:"state"`
	Organization string `json:"organization"`
	USCC         string `json:"uscc"` // unified social credit code, of a unit on the blacklist
	Dataset      string `json:"dataset"`
	Provider     string `json:"provider"` // of the dataset
	Deadline     int64  `json:"deadline"` // seconds since 1970, of a closure
	SetBy        Role   `json:"set_by"`   // the role that imposed it
}

// Action is sanction.apply.
func (SanctionApply) Action() Action { return ActionSanctionApply }

// AST is the input as the engine reads it.
func (s SanctionApply) AST() ast.Value {
	t, p := s.Target, s.Proposer
	return s.fields(text("op", s.Op), text("step", s.Step), s.Caller.field(),
		object("target", text("kind", t.Kind), text("state", t.State), text("organization", t.Organization), text("uscc", t.USCC), text("dataset", t.Dataset),
			text("provider", t.Provider), number("deadline", t.Deadline), text("set_by", t.SetBy)),
		object("proposer", text("account", p.Account), text("person", p.Person), text("role", p.Role)))
}
