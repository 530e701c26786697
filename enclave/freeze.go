package enclave

import (
	"slices"

	"yumen/catalog"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// freezeKind is what a freeze stops: a closed list.
type freezeKind string

// The kinds of freeze.
const (
	freezeEgress       freezeKind = "egress"       // nothing is asked, and nothing leaves
	freezeRuns         freezeKind = "runs"         // nothing is asked; what was answered may leave
	freezeOrganization freezeKind = "organization" // nothing is asked by it, and nothing leaves to it
	freezeDataset      freezeKind = "dataset"      // nothing is asked about it, and nothing made of it leaves
)

// freezes is the table: which acts a freeze of each kind refuses. Every kind ends the runs that it covers.
var freezes = map[freezeKind][]policy.Action{
	freezeEgress: {policy.ActionQueryCheck, policy.ActionQueryRun, policy.ActionComputationReview, policy.ActionReleaseDecide, policy.ActionReleaseCollect},
	freezeRuns:   {policy.ActionQueryCheck, policy.ActionQueryRun, policy.ActionComputationReview},
	freezeOrganization: {policy.ActionQueryCheck, policy.ActionQueryRun, policy.ActionReleaseDecide, policy.ActionReleaseCollect,
		policy.ActionComputationReview, policy.ActionApplicationStep, policy.ActionSupplyLoad},
	freezeDataset: {policy.ActionQueryCheck, policy.ActionQueryRun, policy.ActionComputationReview, policy.ActionReleaseDecide, policy.ActionReleaseCollect,
		policy.ActionSupplyLoad},
}

// freezeRecord is a freeze in force. It goes when it is lifted; the log keeps it.
type freezeRecord struct {
	Kind         freezeKind   `json:"kind"`
	Name         string       `json:"name,omitempty"` // of the organization or dataset
	Reason       string       `json:"reason"`
	By           string       `json:"by"` // account
	Person       string       `json:"person"`
	Organization string       `json:"organization"`
	Role         string       `json:"role"`
	At           int64        `json:"at"` // unix milliseconds
	Lift         *liftRequest `json:"lift,omitempty"`
	Drill        *api.Drill   `json:"drill,omitempty"` // it is an exercise
}

// replaces reports whether a freeze takes the place of one in force: a drill gives way to the earnest, and what others froze, or somebody wants
// to lift, to the regulator.
func (f *freezeRecord) replaces(old *freezeRecord) bool {
	return f.Drill == nil && (old.Drill != nil || regulates(f.Role) && (!regulates(old.Role) || old.Lift != nil))
}

// regulates reports whether a role is the regulator's.
func regulates(role string) bool { return role == string(catalog.AccountRegulator) }

// refusal tells a run that it ended why.
func (f *freezeRecord) refusal() catalog.Refusal {
	r := frozenRefusal()
	if f.Drill != nil {
		r.Message = catalog.Text{Zh: "紧急冻结演练中", En: "A drill of the emergency freeze is under way"}
	}
	return r
}

// facts are those of every entry about the freeze.
func (f *freezeRecord) facts() map[string]string {
	out := map[string]string{"kind": string(f.Kind)}
	if f.Drill != nil {
		out["mode"] = "drill"
	}
	return out
}

// liftRequest is the first person's half of lifting a freeze.
type liftRequest struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Person  string `json:"person"`
	Role    string `json:"role"`
	Reason  string `json:"reason,omitempty"`
	At      int64  `json:"at"` // unix milliseconds
}

func freezeID(kind freezeKind, name string) string {
	if name == "" {
		return string(kind)
	}
	return string(kind) + "/" + name
}

// stop is the freeze as what it refuses. An unknown kind refuses every act.
func (f *freezeRecord) stop() stop {
	out := stop{kind: string(f.Kind), acts: freezes[f.Kind]}
	switch f.Kind {
	case freezeOrganization:
		out.organization = f.Name
	case freezeDataset:
		out.dataset = f.Name
	}
	return out
}

// inForce are the freezes and sanctions, as a transaction sees them.
type inForce []stop

func readInForce(tx Tx) (inForce, error) {
	out, err := readSanctions(tx)
	if err != nil {
		return nil, err
	}
	err = each(tx, recFreeze, metastore.Query{}, func(_ metastore.Record, v freezeRecord) error {
		out = append(out, v.stop())
		return nil
	})
	return out, err
}

// on are the kinds of freeze and sanction that refuse an act about an organization and datasets.
func (f inForce) on(act policy.Action, organization string, datasets ...string) policy.Set {
	out := policy.NewSet()
	for _, v := range f {
		if v.covers(organization, datasets) && (v.acts == nil || slices.Contains(v.acts, act)) {
			out.Add(v.kind)
		}
	}
	return out
}

// frozenOn is on, read in the transaction of the act.
func frozenOn(tx Tx, act policy.Action, organization string, datasets ...string) (policy.Set, error) {
	all, err := readInForce(tx)
	return all.on(act, organization, datasets...), err
}

// errFrozen refuses what was frozen or sanctioned while it was being judged.
func errFrozen(kinds policy.Set) *Error {
	r := frozenReason(kinds)
	e := fault(KindForbidden, joinText(r.Message.Zh, r.Remedy.Zh, "。"), joinText(r.Message.En, r.Remedy.En, ". "))
	e.Refusal = &r
	return e
}

// frozenRefusal tells a run that a freeze ended why.
func frozenRefusal() catalog.Refusal {
	return catalog.Refusal{Code: catalog.CodeFrozen, Position: -1, Articles: []string{"BJ-FIN-32a"},
		Message: catalog.Text{Zh: "已被紧急冻结", En: "An emergency freeze is in force"},
		Remedy:  catalog.Text{Zh: "等待解除冻结，或联系运营单位", En: "Wait until it is lifted, or contact the operator"}}
}
