package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// SupplyChange asks whether something may be done about a batch beside loading it.
type SupplyChange struct {
	Common
	Op       SupplyOp  `json:"op"`
	Caller   Caller    `json:"caller"` // the caller's organization
	Reason   bool      `json:"reason"` // one is given
	Dataset  Owned     `json:"dataset"`
	Proposer Applicant `json:"proposer"` // the first of the two persons; empty but for confirm
}

// SupplyOp is an act upon a batch.
type SupplyOp string

// The acts upon a batch. An exception for a batch of grade 4, and the release of a quarantined batch, take two people: the first proposes,
// the second confirms, and one of them is the provider's.
const (
	SupplyDestroy SupplyOp = "destroy" // a snapshot that was read in place, before its lease is over
	SupplyDiscard SupplyOp = "discard" // a quarantined batch
	SupplyPropose SupplyOp = "propose"
	SupplyConfirm SupplyOp = "confirm"
)

// Owned is the dataset that a batch is of.
type Owned struct {
	Name     string         `json:"name"`
	Provider string         `json:"provider"`
	Grade    catalog.Grade  `json:"grade"`
	Market   catalog.Market `json:"market"`
}

// Applicant is a person who acted earlier, and for whom.
type Applicant struct {
	Account      string `json:"account"`
	Person       string `json:"person"`
	Organization string `json:"organization"`
}

// Action is supply.change.
func (SupplyChange) Action() Action { return ActionSupplyChange }

// AST is the input as the engine reads it.
func (s SupplyChange) AST() ast.Value {
	d, p := s.Dataset, s.Proposer
	return s.fields(text("op", s.Op), s.Caller.field(), truth("reason", s.Reason),
		object("dataset", text("name", d.Name), text("provider", d.Provider), number("grade", d.Grade), text("market", d.Market)),
		object("proposer", text("account", p.Account), text("person", p.Person), text("organization", p.Organization)))
}
