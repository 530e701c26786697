package policy

import "github.com/open-policy-agent/opa/v1/ast"

// Input is the typed question of one action. The types of this package are the only implementations. An input holds names,
// grades, states and counts, never a data value and never the text of a statement, so it can be logged whole and replayed.
type Input interface {
	// Action is the action that is asked about.
	Action() Action
	// AST is the input as the engine reads it; it equals the JSON form.
	AST() ast.Value

	common() Common
}

// Common is what every input carries.
type Common struct {
	Now     int64   `json:"now"` // seconds since 1970 (UTC)
	Zone    Zone    `json:"zone"`
	Subject Subject `json:"subject"`
}

func (c Common) common() Common { return c }

// Zone is the zone that is asked. Its jurisdiction must be the engine's, and its environment known.
type Zone struct {
	Jurisdiction Jurisdiction `json:"jurisdiction"`
	Environment  Environment  `json:"environment"`
}

// Subject is the account that acts and the person behind it.
type Subject struct {
	Account      string `json:"account"`
	Person       string `json:"person"` // identifier of the real-name record, the same for every account of one person
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group"` // the organization's own name when it declares none
	Role         Role   `json:"role"`
	Effective    bool   `json:"effective"` // role confirmed, account activated and not suspended
}

// Author is who made the thing that is decided on.
type Author struct {
	Account string `json:"account"`
	Person  string `json:"person"`
}

// Party is an author with the institution and the legal group that he belongs to.
type Party struct {
	Account      string `json:"account"`
	Person       string `json:"person"`
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group"`
}
