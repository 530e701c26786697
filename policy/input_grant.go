package policy

import "github.com/open-policy-agent/opa/v1/ast"

// GrantChange asks whether a grant may be suspended, resumed or terminated.
type GrantChange struct {
	Common
	Op     GrantOp   `json:"op"`
	Caller Caller    `json:"caller"` // the caller's organization
	Grant  HeldGrant `json:"grant"`
}

// GrantOp is an act upon a grant.
type GrantOp string

// The acts upon a grant.
const (
	GrantSuspend   GrantOp = "suspend"
	GrantResume    GrantOp = "resume"
	GrantTerminate GrantOp = "terminate"
)

// HeldGrant is the grant that is changed, as it stands now.
type HeldGrant struct {
	ID           string `json:"id"`
	State        State  `json:"state"` // active, suspended, expired, terminated
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group"`
	NotAfter     int64  `json:"not_after"`    // first second after the term
	SuspendedBy  Role   `json:"suspended_by"` // role of who suspended it; empty when nobody did
	Suspender    string `json:"suspender"`    // his organization; empty when nobody did
	Providers    Set    `json:"providers"`    // of its datasets; empty, never nil
}

// Action is grant.change.
func (GrantChange) Action() Action { return ActionGrantChange }

// AST is the input as the engine reads it.
func (g GrantChange) AST() ast.Value {
	h := g.Grant
	return g.fields(text("op", g.Op), g.Caller.field(), object("grant", text("id", h.ID), text("state", h.State),
		text("organization", h.Organization), text("legal_group", h.LegalGroup), number("not_after", h.NotAfter),
		text("suspended_by", h.SuspendedBy), text("suspender", h.Suspender), names("providers", h.Providers)))
}
