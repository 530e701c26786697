package instruction

import (
	"slices"

	"yumen/enclave/audit"
)

// Demand is what the regulator wants to be done: a closed list.
type Demand string

// The demands.
const (
	SuspendOrganization   Demand = "suspend_organization"
	TerminateOrganization Demand = "terminate_organization"
	SuspendDataset        Demand = "suspend_dataset"
	CloseDataset          Demand = "close_dataset" // to one organization
	CorrectDataset        Demand = "correct_dataset"
	StopEgress            Demand = "stop_egress"
	StopRuns              Demand = "stop_runs"
	Report                Demand = "report" // evidence from the log
)

// Object is what a demand is about; what it does not name is empty.
type Object struct{ Organization, Dataset string }

// proof says what an entry of the log tells when a demand was carried out.
type proof struct {
	action  audit.Action
	outcome string
	kind    string              // the fact of the entry; empty is any
	subject func(Object) string // nil is any
	facts   []string            // that name the object
	lasts   bool                // what the entry tells of must still be in force
}

func theOrganization(o Object) string         { return o.Organization }
func theDataset(o Object) string              { return o.Dataset }
func nothing(word string) func(Object) string { return func(Object) string { return word } }

// proofs is the table: which entries prove which demand. Any one of a demand's lines is enough.
var proofs = map[Demand][]proof{
	SuspendOrganization: {
		{action: audit.ActionFreezeSet, outcome: "frozen", kind: "organization", subject: theOrganization, lasts: true},
		{action: audit.ActionSanctionApply, outcome: "terminated", kind: "termination", facts: []string{"organization"}, lasts: true},
	},
	TerminateOrganization: {{action: audit.ActionSanctionApply, outcome: "terminated", kind: "termination", facts: []string{"organization"}, lasts: true}},
	SuspendDataset: {
		{action: audit.ActionFreezeSet, outcome: "frozen", kind: "dataset", subject: theDataset, lasts: true},
		{action: audit.ActionDatasetSeal, outcome: "sealed", subject: theDataset, lasts: true},
	},
	CloseDataset: {
		{action: audit.ActionSanctionApply, outcome: "closed", kind: "closure", facts: []string{"organization", "dataset"}, lasts: true},
		{action: audit.ActionSanctionApply, outcome: "ended", kind: "closure", facts: []string{"organization", "dataset"}, lasts: true},
	},
	CorrectDataset: {
		{action: audit.ActionDatasetReview, outcome: "approved", subject: theDataset},
		{action: audit.ActionSnapshotLoad, outcome: "loaded", facts: []string{"dataset"}},
	},
	StopEgress: {{action: audit.ActionFreezeSet, outcome: "frozen", kind: "egress", subject: nothing("egress"), lasts: true}},
	StopRuns: {
		{action: audit.ActionFreezeSet, outcome: "frozen", kind: "runs", subject: nothing("runs"), lasts: true},
		{action: audit.ActionFreezeSet, outcome: "frozen", kind: "egress", subject: nothing("egress"), lasts: true},
	},
	Report: {{action: audit.ActionAuditExport, outcome: "exported"}},
}

// Demands lists every demand, in the order of their names.
func Demands() []Demand {
	out := make([]Demand, 0, len(proofs))
	for d := range proofs {
		out = append(out, d)
	}
	slices.Sort(out)
	return out
}

// Entry is what a proof looks at in an entry of the log.
type Entry struct {
	Action  audit.Action
	Subject string
	Outcome string
	Facts   map[string]string
}

// Proves reports whether an entry tells that the demand was carried out upon the object, and whether what it tells of must still be in
// force. A drill proves nothing.
func (d Demand) Proves(e Entry, on Object) (proves, lasts bool) {
	if e.Facts["mode"] == "drill" {
		return false, false
	}
	names := map[string]string{"organization": on.Organization, "dataset": on.Dataset}
	for _, p := range proofs[d] {
		named := !slices.ContainsFunc(p.facts, func(f string) bool { return names[f] == "" || e.Facts[f] != names[f] })
		if e.Action == p.action && e.Outcome == p.outcome && (p.kind == "" || e.Facts["kind"] == p.kind) && named &&
			(p.subject == nil || e.Subject != "" && e.Subject == p.subject(on)) {
			return true, p.lasts
		}
	}
	return false, false
}
