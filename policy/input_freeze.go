package policy

import "github.com/open-policy-agent/opa/v1/ast"

// FreezeSet asks whether something may be frozen.
type FreezeSet struct {
	Common
	Op     FreezeOp `json:"op"`
	Target Frozen   `json:"target"`
}

// FreezeLift asks whether a freeze may be lifted.
type FreezeLift struct {
	Common
	Op       FreezeOp `json:"op"`
	Target   Lifted   `json:"target"`
	Proposer Officer  `json:"proposer"` // the first of the two who lift it; empty but for confirm
}

// FreezeOp is an act upon a freeze.
type FreezeOp string

// The acts upon a freeze. Lifting one takes two people: the first proposes, the second confirms.
const (
	OpFreeze     FreezeOp = "set"
	OpLift       FreezeOp = "propose"
	OpLiftSecond FreezeOp = "confirm"
)

// Frozen is what is frozen.
type Frozen struct {
	Kind string `json:"kind"` // egress, runs, organization, dataset
	Name string `json:"name"` // of the organization or dataset, else empty
}

// Lifted is what is frozen, as it stands.
type Lifted struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Frozen bool   `json:"frozen"`
	SetBy  Role   `json:"set_by"` // the role that froze it
}

// Officer is a person who acted earlier, with the role that he had then.
type Officer struct {
	Account string `json:"account"`
	Person  string `json:"person"`
	Role    Role   `json:"role"`
}

// Action is freeze.set.
func (FreezeSet) Action() Action { return ActionFreezeSet }

// AST is the input as the engine reads it.
func (f FreezeSet) AST() ast.Value {
	return f.fields(text("op", f.Op), object("target", text("kind", f.Target.Kind), text("name", f.Target.Name)))
}

// Action is freeze.lift.
func (FreezeLift) Action() Action { return ActionFreezeLift }

// AST is the input as the engine reads it.
func (f FreezeLift) AST() ast.Value {
	t, p := f.Target, f.Proposer
	return f.fields(text("op", f.Op),
		object("target", text("kind", t.Kind), text("name", t.Name), truth("frozen", t.Frozen), text("set_by", t.SetBy)),
		object("proposer", text("account", p.Account), text("person", p.Person), text("role", p.Role)))
}
