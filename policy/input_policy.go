package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// PolicyActivate asks whether a bundle may be proposed for the zone, and whether a second person may make it decide.
type PolicyActivate struct {
	Common
	Op       ActivateOp `json:"op"`
	Bundle   NewBundle  `json:"bundle"`
	Active   OldBundle  `json:"active"`
	Reason   bool       `json:"reason"`   // it is said why
	Signed   bool       `json:"signed"`   // the caller signed exactly this, with his own confirmed key
	Proposer Officer    `json:"proposer"` // the first of the two, whose signature was verified again; empty but for confirm
}

// ActivateOp is an act upon a bundle.
type ActivateOp string

// The acts upon a bundle: one person proposes, another confirms.
const (
	OpProposeBundle ActivateOp = "propose"
	OpConfirmBundle ActivateOp = "confirm"
)

// NewBundle is the bundle that is to decide.
type NewBundle struct {
	Digest   catalog.Digest `json:"digest"`
	Order    int64          `json:"order"`    // of its revision
	Checked  bool           `json:"checked"`  // compiles, holds the floor, keeps the house rules, and its own tests pass
	Rollback bool           `json:"rollback"` // an explicit way back to a bundle that decided before
	Decided  bool           `json:"decided"`  // it decided before
}

// OldBundle is the bundle that decides now.
type OldBundle struct {
	Digest  catalog.Digest `json:"digest"`
	Highest int64          `json:"highest"` // order of the highest revision that ever decided
}

// Action is policy.activate.
func (PolicyActivate) Action() Action { return ActionPolicyActivate }

// AST is the input as the engine reads it.
func (p PolicyActivate) AST() ast.Value {
	b, o := p.Bundle, p.Proposer
	return p.fields(text("op", p.Op), truth("reason", p.Reason), truth("signed", p.Signed),
		object("bundle", text("digest", b.Digest), number("order", b.Order), truth("checked", b.Checked), truth("rollback", b.Rollback), truth("decided", b.Decided)),
		object("active", text("digest", p.Active.Digest), number("highest", p.Active.Highest)),
		object("proposer", text("account", o.Account), text("person", o.Person), text("role", o.Role)))
}
