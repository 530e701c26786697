package policy

import "github.com/open-policy-agent/opa/v1/ast"

// InstructionStep asks whether an act upon the regulator's instruction may be done.
type InstructionStep struct {
	Common
	Op     string     `json:"op"`     // issue, acknowledge, execute, confirm, return
	Reason bool       `json:"reason"` // one is given
	Proven bool       `json:"proven"` // entries of the log that were named prove that what is demanded was done after it was, and still holds
	Target Instructed `json:"target"`
}

// Instructed is the instruction as it stands.
type Instructed struct {
	State        string `json:"state"`
	Issuer       string `json:"issuer"` // organization that issued it; empty before
	Demand       string `json:"demand"`
	Document     bool   `json:"document"` // the number of the paper is given
	Organization string `json:"organization"`
	Dataset      string `json:"dataset"`
}

// Action is instruction.step.
func (InstructionStep) Action() Action { return ActionInstructionStep }

// AST is the input as the engine reads it.
func (i InstructionStep) AST() ast.Value {
	t := i.Target
	return i.fields(text("op", i.Op), truth("reason", i.Reason), truth("proven", i.Proven),
		object("target", text("state", t.State), text("issuer", t.Issuer), text("demand", t.Demand), truth("document", t.Document), text("organization", t.Organization), text("dataset", t.Dataset)))
}
