package policy

import "strings"

// Action is what a caller asks to do: a closed type that selects both the entry point of the bundle and the rules that must be
// proven. An action that the engine does not know refuses.
type Action string

// The actions that the gateway asks about.
const (
	ActionAccountChange     Action = "account.change"
	ActionCatalogChange     Action = "catalog.change"
	ActionSupplyLoad        Action = "supply.load"
	ActionSupplyChange      Action = "supply.change"
	ActionApplicationStep   Action = "application.step"
	ActionGrantChange       Action = "grant.change"
	ActionReviewVote        Action = "review.vote"
	ActionQueryCheck        Action = "query.check"
	ActionQueryRun          Action = "query.run"
	ActionReleaseDecide     Action = "release.decide"
	ActionReleaseCollect    Action = "release.collect"
	ActionComputationReview Action = "computation.review"
	ActionProductFile       Action = "product.file"
	ActionFreezeSet         Action = "freeze.set"
	ActionFreezeLift        Action = "freeze.lift"
	ActionPolicyActivate    Action = "policy.activate"
	ActionSanctionApply     Action = "sanction.apply"
	ActionSealChange        Action = "seal.change"
	ActionBudgetTopUp       Action = "budget.topup"
	ActionInstructionStep   Action = "instruction.step"
)

// Actions lists every action, in the order of the life of a datum.
func Actions() []Action {
	return []Action{
		ActionAccountChange, ActionCatalogChange, ActionSupplyLoad, ActionSupplyChange, ActionSealChange, ActionApplicationStep, ActionGrantChange, ActionComputationReview, ActionQueryCheck,
		ActionQueryRun, ActionReleaseDecide, ActionReviewVote, ActionReleaseCollect, ActionProductFile, ActionFreezeSet, ActionFreezeLift, ActionSanctionApply, ActionInstructionStep, ActionBudgetTopUp, ActionPolicyActivate,
	}
}

// Known reports whether the action is one of Actions.
func (a Action) Known() bool {
	for _, x := range Actions() {
		if x == a {
			return true
		}
	}
	return false
}

// rule is the name of the action's entry point in package yumen.decision.
func (a Action) rule() string { return strings.ReplaceAll(string(a), ".", "_") }

// Role is the role of an account; an account has one.
type Role string

// The roles of a zone (BJ-FIN-3, BJ-FIN-29).
const (
	RoleAdministrator         Role = "administrator"
	RoleSecurityAdministrator Role = "security_administrator"
	RoleAuditor               Role = "auditor"
	RoleProvider              Role = "provider"
	RoleSteward               Role = "steward"
	RoleAnalyst               Role = "analyst"
	RoleEgressReviewer        Role = "egress_reviewer"
	RoleRegulator             Role = "regulator"
)

// Roles lists every role.
func Roles() []Role {
	return []Role{
		RoleAdministrator, RoleSecurityAdministrator, RoleAuditor, RoleProvider, RoleSteward, RoleAnalyst, RoleEgressReviewer,
		RoleRegulator,
	}
}

// Jurisdiction names the body of rules that a zone is under; it is chosen once, when the zone is made.
type Jurisdiction string

// The jurisdictions of the default bundle.
const (
	Beijing      Jurisdiction = "bj"
	Shijiazhuang Jurisdiction = "sjz"
	Xicheng      Jurisdiction = "xc"
	Xiamen       Jurisdiction = "xm"
	Strict       Jurisdiction = "strict"
	Lab          Jurisdiction = "lab"
)

// Environment says what a zone is for; it is chosen once, when the zone is made.
type Environment string

// The environments: real data, and development on synthetic twins (SJZ-13a).
const (
	Production  Environment = "production"
	Development Environment = "development"
)

// Environments lists every environment.
func Environments() []Environment { return []Environment{Production, Development} }

// Jurisdictions lists every jurisdiction.
func Jurisdictions() []Jurisdiction {
	return []Jurisdiction{Beijing, Shijiazhuang, Xicheng, Xiamen, Strict, Lab}
}
