package policy

import "github.com/open-policy-agent/opa/v1/ast"

// BudgetTopUp asks whether the noise budget of a legal group may be added to.
type BudgetTopUp struct {
	Common
	Op       TopUpOp `json:"op"`
	Reason   bool    `json:"reason"` // it is said why
	Target   TopUp   `json:"target"`
	Proposer Party   `json:"proposer"` // the first of the two; empty but for confirm
}

// TopUpOp is an act upon a budget.
type TopUpOp string

// The acts upon a budget. Adding to it takes two people of two parties: the first proposes, the second confirms.
const (
	OpTopUp       TopUpOp = "propose"
	OpTopUpSecond TopUpOp = "confirm"
)

// TopUp is what would be added to whose budget.
type TopUp struct {
	LegalGroup string `json:"legal_group"`
	Entity     string `json:"entity"` // type of the entities of the account
	Grade      int64  `json:"grade"`
	Days       int64  `json:"days"` // of the window: 30 or 365
	Units      int64  `json:"units"`
	Standing   int64  `json:"standing"`  // units of top-ups that already count in the window
	Providers  Set    `json:"providers"` // organizations that provide datasets with such entities; empty, never nil
}

// Action is budget.topup.
func (BudgetTopUp) Action() Action { return ActionBudgetTopUp }

// AST is the input as the engine reads it.
func (b BudgetTopUp) AST() ast.Value {
	t, p := b.Target, b.Proposer
	return b.fields(text("op", b.Op), truth("reason", b.Reason),
		object("target", text("legal_group", t.LegalGroup), text("entity", t.Entity), number("grade", t.Grade), number("days", t.Days), number("units", t.Units),
			number("standing", t.Standing), names("providers", t.Providers)),
		object("proposer", text("account", p.Account), text("person", p.Person), text("organization", p.Organization), text("legal_group", p.LegalGroup)))
}
