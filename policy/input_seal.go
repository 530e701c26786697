package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// SealChange asks whether a dataset may be sealed or unsealed.
type SealChange struct {
	Common
	Op       SealOp    `json:"op"`
	Reason   bool      `json:"reason"` // one is given
	Dataset  Sealable  `json:"dataset"`
	Proposer SealParty `json:"proposer"` // the first of the two who unseal it; empty but for confirm
}

// SealOp is an act upon the seal of a dataset.
type SealOp string

// The acts upon a seal. One person seals; unsealing takes two people of two parties: the first proposes, the second confirms.
const (
	SealSet     SealOp = "seal"
	SealPropose SealOp = "propose"
	SealConfirm SealOp = "confirm"
)

// Sealable is the dataset as it stands.
type Sealable struct {
	Name     string         `json:"name"`
	Provider string         `json:"provider"`
	Market   catalog.Market `json:"market"`    // that the approved declaration gives it; empty while there is none
	Sealed   bool           `json:"sealed"`    // by a decision or an approval
	SealedBy string         `json:"sealed_by"` // legal group of who sealed it; empty while it is not
}

// SealParty is a person who acted earlier, and for whom.
type SealParty struct {
	Account    string `json:"account"`
	Person     string `json:"person"`
	LegalGroup string `json:"legal_group"`
	Role       Role   `json:"role"`
}

// Action is seal.change.
func (SealChange) Action() Action { return ActionSealChange }

// AST is the input as the engine reads it.
func (s SealChange) AST() ast.Value {
	d, p := s.Dataset, s.Proposer
	return s.fields(text("op", s.Op), truth("reason", s.Reason),
		object("dataset", text("name", d.Name), text("provider", d.Provider), text("market", d.Market), truth("sealed", d.Sealed), text("sealed_by", d.SealedBy)),
		object("proposer", text("account", p.Account), text("person", p.Person), text("legal_group", p.LegalGroup), text("role", p.Role)))
}
