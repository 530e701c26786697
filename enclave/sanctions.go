package enclave

import (
	"slices"
	"strings"
	"unicode"

	"yumen/catalog"
	"yumen/enclave/sanction"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// sanctionRecord is a sanction with everything that was done about it. Its state is that of its record.
type sanctionRecord struct {
	Kind     sanction.Kind      `json:"kind"`
	Unit     unit               `json:"unit"`
	Dataset  string             `json:"dataset,omitempty"`
	Provider string             `json:"provider,omitempty"` // of the dataset
	Deadline int64              `json:"deadline,omitempty"` // seconds since 1970
	Role     string             `json:"role"`               // of the first who asked for it, or the regulator's who took part
	Pending  *pendingAct        `json:"pending,omitempty"`
	Steps    []api.SanctionStep `json:"steps"`

	asked *sanctionRecord // what the call that found it asks for; nil when it names the sanction
}

// facts are those of every entry about the sanction.
func (v *sanctionRecord) facts() map[string]string {
	out := map[string]string{"kind": string(v.Kind)}
	if v.Unit.Organization != "" {
		out["organization"] = v.Unit.Organization
	}
	if v.Dataset != "" {
		out["dataset"] = v.Dataset
	}
	return out
}

// pendingAct is the first person's half of an act that takes two.
type pendingAct struct {
	Act sanction.Act `json:"act"`
	liftRequest
}

// unit is who a sanction is about, by everything that it is known under.
type unit struct {
	Organization string   `json:"organization,omitempty"`
	USCC         string   `json:"uscc,omitempty"`
	LegalGroup   string   `json:"legal_group,omitempty"`
	Names        []string `json:"names,omitempty"` // present and former ones

	given []string // by the call, beside those that are declared
}

// known adds what an organization's declaration says of it.
func (u unit) known(name string, o *orgRecord) unit {
	u.Organization, u.LegalGroup = name, o.Spec.LegalGroup
	if u.USCC == "" {
		u.USCC = o.Spec.USCC
	}
	all := append([]string{o.Spec.Title.Zh, o.Spec.Title.En}, append(o.Spec.FormerNames, u.Names...)...)
	u.Names = slices.DeleteFunc(all, func(n string) bool { return plainName(n) == "" })
	return u
}

// same reports whether a declared organization is the unit or one of its aliases: of its name, its credit code, its legal group, or a
// name that either bears or bore.
func (u unit) same(name string, o *orgRecord) bool {
	other := unit{}.known(name, o)
	if u.Organization == name || u.USCC != "" && u.USCC == other.USCC || u.LegalGroup != "" && u.LegalGroup == other.LegalGroup {
		return true
	}
	return slices.ContainsFunc(u.Names, func(a string) bool {
		return slices.ContainsFunc(other.Names, func(b string) bool { return plainName(a) == plainName(b) })
	})
}

// plain are the names of a unit in their plain form, each once.
func (u unit) plain() []string {
	var out []string
	for _, n := range u.Names {
		out = append(out, plainName(n))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// plainName is a name without what writing it otherwise changes: its letters and digits, of any width, in lower case.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFF01 - '!'
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// covered are the declared organizations that a sanction is about now: one that was declared later under another name too.
func (v *sanctionRecord) covered(tx Tx) ([]string, error) {
	if v.Kind != sanction.Blacklist {
		return []string{v.Unit.Organization}, nil
	}
	var out []string
	err := each(tx, recOrg, metastore.Query{}, func(r metastore.Record, o orgRecord) error {
		if !o.protected() && v.Unit.same(r.ID, &o) {
			out = append(out, r.ID)
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}

// protected organizations are those without which nobody could undo anything.
func (o *orgRecord) protected() bool {
	return o.Spec.Type == catalog.OrganizationOperator || o.Spec.Type == catalog.OrganizationRegulator
}

// stop is something in force that refuses acts: a freeze, or a sanction for one of the organizations that it covers.
type stop struct {
	kind                  string
	acts                  []policy.Action
	organization, dataset string // empty is any
}

// covers reports whether it is about an organization and any of the datasets.
func (f *stop) covers(organization string, datasets []string) bool {
	return (f.organization == "" || f.organization == organization) && (f.dataset == "" || slices.Contains(datasets, f.dataset))
}

// use are the acts by which an organization uses the zone.
var use = []policy.Action{policy.ActionQueryCheck, policy.ActionQueryRun, policy.ActionReleaseDecide, policy.ActionReleaseCollect,
	policy.ActionComputationReview, policy.ActionApplicationStep}

// sanctioned is the table: which acts a sanction of each kind refuses.
var sanctioned = map[sanction.Kind][]policy.Action{
	sanction.Closure:     use,
	sanction.Blacklist:   append(slices.Clone(use), policy.ActionSupplyLoad),
	sanction.Termination: append(slices.Clone(use), policy.ActionSupplyLoad),
}

// readSanctions are the sanctions in force.
func readSanctions(tx Tx) (inForce, error) {
	var out inForce
	err := each(tx, recSanction, metastore.Query{}, func(r metastore.Record, v sanctionRecord) error {
		if !sanction.State(r.State).InForce() {
			return nil
		}
		names, err := v.covered(tx)
		for _, name := range names {
			out = append(out, stop{kind: string(v.Kind), acts: sanctioned[v.Kind], organization: name, dataset: v.Dataset})
		}
		return err
	})
	return out, err
}

// sanctionRefusals tell a run that a sanction ended why.
var sanctionRefusals = map[sanction.Kind]catalog.Refusal{
	sanction.Closure: {Code: catalog.CodeSuspended, Position: -1, Articles: []string{"XC-42"},
		Message: catalog.Text{Zh: "该数据集已对本机构关闭", En: "The dataset is closed to this organization"},
		Remedy:  catalog.Text{Zh: "在期限内改正并申请恢复", En: "Put it right before the deadline and ask to be reinstated"}},
	sanction.Blacklist: {Code: catalog.CodeBlacklisted, Position: -1, Articles: []string{"XM-62a"},
		Message: catalog.Text{Zh: "该单位已被列入黑名单", En: "The unit is on the blacklist"},
		Remedy:  catalog.Text{Zh: "经两人决定移出后方可使用", En: "Two people decide whether it is taken off"}},
	sanction.Termination: {Code: catalog.CodeOrganizationNotAdmit, Position: -1, Articles: []string{"SJZ-11c"},
		Message: catalog.Text{Zh: "该机构的平台使用权限已终止", En: "The organization has been terminated"},
		Remedy:  catalog.Text{Zh: "重新办理入驻", En: "It has to be admitted anew"}},
}
