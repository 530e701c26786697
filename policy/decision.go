package policy

import (
	"yumen/catalog"
)

// Decision answers one input. The zero value refuses.
type Decision struct {
	ID           string         `json:"decision_id"`
	Action       Action         `json:"action"`
	At           int64          `json:"at"` // the input's time
	Allow        bool           `json:"allow"`
	Proven       []string       `json:"proof"`
	Missing      []string       `json:"missing,omitempty"`
	Denials      []Denial       `json:"denials,omitempty"` // in the order of the rules' IDs
	Obligations  Obligations    `json:"obligations,omitzero"`
	Revision     string         `json:"revision"`
	BundleDigest catalog.Digest `json:"digest"`
	InputDigest  catalog.Digest `json:"input_digest"`
	// Input is the canonical text whose digest is InputDigest, for the decision log.
	Input []byte `json:"-"`
}

// Denial is one rule that was not proven. Its texts come from the rule's annotation.
type Denial struct {
	Rule     string           `json:"rule"`
	Code     catalog.Code     `json:"code,omitempty"` // empty for ENG-*: a failure of the engine, not a refusal of the rules
	Title    string           `json:"title"`
	Message  catalog.Text     `json:"message"`
	Remedy   catalog.Text     `json:"remedy"`
	Articles []string         `json:"articles,omitempty"`
	Detail   []map[string]any `json:"at,omitempty"` // facts of the input, best effort
}

// Refusal is the first denial in the form of a refused statement, or nil when the decision allows. A failure of the engine has
// no code; the caller reports it as an internal error.
func (d *Decision) Refusal() *catalog.Refusal {
	if d.Allow {
		return nil
	}
	if len(d.Denials) == 0 {
		return &catalog.Refusal{Position: -1, Message: failureText}
	}
	first := d.Denials[0]
	return &catalog.Refusal{
		Code: first.Code, Position: -1, Message: first.Message, Remedy: first.Remedy, Articles: first.Articles,
	}
}

// Denied reports whether the rule is among the denials.
func (d *Decision) Denied(rule string) bool {
	for _, x := range d.Denials {
		if x.Rule == rule {
			return true
		}
	}
	return false
}
