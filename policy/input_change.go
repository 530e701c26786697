package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// AccountChange asks whether an account may be created, confirmed, activated, suspended or given a key.
type AccountChange struct {
	Common
	Op      AccountOp `json:"op"`
	Target  Account   `json:"target"`
	Held    Set       `json:"held"` // roles of the target's person on other accounts; empty, never nil
	Offices Offices   `json:"offices"`
}

// AccountOp is an act upon an account.
type AccountOp string

// The acts upon an account. A role and a reviewer's key take effect only when the security administrator confirms them.
const (
	AccountCreate      AccountOp = "create"
	AccountConfirmRole AccountOp = "confirm_role"
	AccountActivate    AccountOp = "activate"
	AccountRegisterKey AccountOp = "register_key"
	AccountConfirmKey  AccountOp = "confirm_key"
	AccountSuspend     AccountOp = "suspend"
	AccountResume      AccountOp = "resume"
	AccountReset       AccountOp = "reset"        // its password is void and its role waits again
	AccountResetFactor AccountOp = "reset_factor" // its second factor is gone
)

// Account is the account that is changed.
type Account struct {
	Account      string `json:"account"`
	Person       string `json:"person"`
	Organization string `json:"organization"`
	Role         Role   `json:"role"`
	State        State  `json:"state"`   // none before it is created; else active, suspended
	Creator      string `json:"creator"` // the person who created it; empty before
}

// Offices says which of the administrators' offices are filled. While no security administrator is active, the administrator's
// nomination of the first security administrator and of the first auditor takes effect at once.
type Offices struct {
	SecurityAdministratorActive bool `json:"security_administrator_active"`
	SecurityAdministrators      int  `json:"security_administrators"` // named, active or not
	Auditors                    int  `json:"auditors"`
}

// CatalogChange asks whether a dataset may be declared, approved or rejected.
type CatalogChange struct {
	Common
	Caller  Caller      `json:"caller"` // the caller's organization
	Op      CatalogOp   `json:"op"`
	Dataset Declaration `json:"dataset"`
}

// CatalogOp is an act upon a declaration.
type CatalogOp string

// The acts upon a declaration.
const (
	CatalogDraft   CatalogOp = "draft" // kept, and reviewed by nobody
	CatalogDeclare CatalogOp = "declare"
	CatalogApprove CatalogOp = "approve"
	CatalogReject  CatalogOp = "reject"
)

// Declaration is a dataset's declaration as far as the rules judge it.
type Declaration struct {
	Name        string              `json:"name"`
	State       State               `json:"state"` // before the act: none, draft, submitted, approved, rejected
	Provider    string              `json:"provider"`
	Author      Applicant           `json:"author"` // who declared the version in question; the caller for declare
	Columns     int                 `json:"columns"`
	Graded      int                 `json:"graded"` // columns with a grade of 1 to 4
	Below       int                 `json:"below"`  // columns below the least grade of their identifier or category, without a reason
	Grade       catalog.Grade       `json:"grade"`  // highest among the columns, 0 when one is missing
	Market      catalog.Market      `json:"market"`
	Sharing     catalog.Sharing     `json:"sharing"`
	Prohibited  *catalog.Prohibited `json:"prohibited"`   // nil when not answered
	Unplaced    int                 `json:"unplaced"`     // levels of the directory that are left out
	StateSecret *bool               `json:"state_secret"` // nil when not answered
	Marked      int                 `json:"marked"`       // texts that bear the marking of a state secret
	Basis       bool                `json:"basis"`        // a law is cited by which the data are not shared
	Lowered     int                 `json:"lowered"`      // columns graded below the grade approved before, without a record of it
	Supply      SupplyMode          `json:"supply"`       // the declared mode; empty when none is
	Declared    bool                `json:"declared"`     // the location that it names is one of the zone's, for its provider (tenant_space)
}

// SupplyLoad asks whether a snapshot of a dataset may be loaded.
type SupplyLoad struct {
	Common
	Frozen    Set        `json:"frozen"` // kinds of freeze and sanction that cover the act; empty, never nil
	Caller    Caller     `json:"caller"` // the caller's organization
	Mode      SupplyMode `json:"mode"`
	Dataset   Supplied   `json:"dataset"`
	Declared  bool       `json:"declared"`  // the storage location is declared for the provider and lies in the domain (tenant_space)
	Batch     string     `json:"batch"`     // digest of the batch; empty before it has arrived
	Exception *Exception `json:"exception"` // nil when there is none
}

// SupplyMode is the way by which data enters the zone (BJ-OPS-27).
type SupplyMode = catalog.SupplyMode

// Supplied is the dataset that is loaded.
type Supplied struct {
	Name     string         `json:"name"`
	State    State          `json:"state"`
	Provider string         `json:"provider"`
	Grade    catalog.Grade  `json:"grade"`
	Market   catalog.Market `json:"market"`
	Supply   SupplyMode     `json:"supply"` // the declared mode; empty when none is
}

// Exception documents the supply of one batch of grade 4: written need and the provider's approval, by two persons, for a term.
type Exception struct {
	Document catalog.Digest `json:"document"`  // digest of the written need
	Batch    catalog.Digest `json:"batch"`     // digest of the batch that it is for
	Approver string         `json:"approver"`  // person of the provider who approved it
	Second   string         `json:"second"`    // the other person
	NotAfter int64          `json:"not_after"` // unix seconds
}

// ApplicationStep asks whether an application may be submitted or taken back, or a step of its route be taken, and by which route it
// becomes a grant.
type ApplicationStep struct {
	Common
	Frozen       Set           `json:"frozen"` // kinds of freeze and sanction that cover the act; empty, never nil
	Op           ApplicationOp `json:"op"`
	Step         RouteStep     `json:"step"`   // that is taken; empty for the applicant's acts
	Caller       Caller        `json:"caller"` // the caller's organization
	Application  Application   `json:"application"`
	Organization Organization  `json:"organization"` // the applying organization
}

// ApplicationOp is an act upon an application.
type ApplicationOp string

// The acts upon an application.
const (
	ApplicationSubmit   ApplicationOp = "submit"
	ApplicationResubmit ApplicationOp = "resubmit"
	ApplicationWithdraw ApplicationOp = "withdraw"
	ApplicationApprove  ApplicationOp = "approve"
	ApplicationReturn   ApplicationOp = "return"
	ApplicationReject   ApplicationOp = "reject"
)

// The stages of a route.
const (
	StageSteward   = "steward"   // any steward of another party: sample zones only
	StageProvider  = "provider"  // a steward of each provider of the datasets
	StageOperator  = "operator"  // a steward of the operator
	StageAuthority = "authority" // a steward of the regulator
)

// RouteStep is a step of a route; the organization is empty where any of the stage's kind will do.
type RouteStep struct {
	Name         string `json:"name"`
	Organization string `json:"organization"`
}

// TakenStep is a step that was approved, and by whom.
type TakenStep struct {
	Name         string `json:"name"`
	Organization string `json:"organization"`
	Person       string `json:"person"`
}

// Caller is what the catalog says about the caller's organization.
type Caller struct {
	Type catalog.OrganizationType `json:"type"`
}

// Application is a demand application (需求申请).
type Application struct {
	State        State                `json:"state"` // before the act: none, submitted, returned, approved, rejected, withdrawn, expired
	Organization string               `json:"organization"`
	LegalGroup   string               `json:"legal_group"`
	Author       Author               `json:"author"`
	Purposes     Set                  `json:"purposes"`
	Scenario     string               `json:"scenario"`
	NotBefore    int64                `json:"not_before"`
	NotAfter     int64                `json:"not_after"`
	Methods      Set                  `json:"methods"`
	Datasets     map[string]Requested `json:"datasets"`
	Safeguards   bool                 `json:"safeguards"` // stated
	Frequency    Frequency            `json:"frequency"`
	Recipients   map[string]Recipient `json:"recipients"` // organizations; empty, never nil: the applying one
	Taken        []TakenStep          `json:"taken"`      // of this version; empty, never nil
	Modes        Set                  `json:"modes"`      // ways of use that are asked for, or left by who approves
}

// Frequency is how often the grant is to be used at most; 0 is not stated.
type Frequency struct {
	Day   int `json:"per_day"`
	Month int `json:"per_month"`
	Total int `json:"total"`
}

// Recipient is an organization that may collect what is released.
type Recipient struct {
	LegalGroup string `json:"legal_group"`
	Admitted   bool   `json:"admitted"`
}

// Requested is what an application asks of one dataset.
type Requested struct {
	State     State           `json:"state"`
	Provider  string          `json:"provider"`
	Market    catalog.Market  `json:"market"`
	Sharing   catalog.Sharing `json:"sharing"`
	Opening   catalog.Opening `json:"opening"`
	Grade     catalog.Grade   `json:"grade"` // highest among the columns asked for
	Columns   Set             `json:"columns"`
	Necessity Set             `json:"necessity"` // the columns for which a necessity is stated
}

// Action is account.change.
func (AccountChange) Action() Action { return ActionAccountChange }

// AST is the input as the engine reads it.
func (a AccountChange) AST() ast.Value {
	t, o := a.Target, a.Offices
	return a.fields(text("op", a.Op), names("held", a.Held),
		object("target", text("account", t.Account), text("person", t.Person), text("organization", t.Organization),
			text("role", t.Role), text("state", t.State), text("creator", t.Creator)),
		object("offices", truth("security_administrator_active", o.SecurityAdministratorActive),
			number("security_administrators", o.SecurityAdministrators), number("auditors", o.Auditors)))
}

// Action is catalog.change.
func (CatalogChange) Action() Action { return ActionCatalogChange }

// AST is the input as the engine reads it.
func (c CatalogChange) AST() ast.Value {
	d := c.Dataset
	answers := null("prohibited")
	if p := d.Prohibited; p != nil {
		answers = object("prohibited", truth("national_security", p.NationalSecurity),
			truth("public_interest", p.PublicInterest), truth("source_agreement", p.SourceAgreement), truth("law", p.Law))
	}
	secret := null("state_secret")
	if d.StateSecret != nil {
		secret = truth("state_secret", *d.StateSecret)
	}
	return c.fields(text("op", c.Op), c.Caller.field(), object("dataset",
		text("name", d.Name), text("state", d.State), text("provider", d.Provider),
		object("author", text("account", d.Author.Account), text("person", d.Author.Person), text("organization", d.Author.Organization)),
		number("columns", d.Columns), number("graded", d.Graded), number("below", d.Below), number("grade", d.Grade),
		text("market", d.Market), text("sharing", d.Sharing), text("supply", d.Supply), truth("declared", d.Declared), answers, secret,
		number("unplaced", d.Unplaced), number("marked", d.Marked), truth("basis", d.Basis), number("lowered", d.Lowered)))
}

// Action is supply.load.
func (SupplyLoad) Action() Action { return ActionSupplyLoad }

// AST is the input as the engine reads it.
func (s SupplyLoad) AST() ast.Value {
	d := s.Dataset
	exception := null("exception")
	if e := s.Exception; e != nil {
		exception = object("exception", text("document", e.Document), text("batch", e.Batch), text("approver", e.Approver), text("second", e.Second), number("not_after", e.NotAfter))
	}
	return s.fields(names("frozen", s.Frozen), s.Caller.field(), text("mode", s.Mode), truth("declared", s.Declared), text("batch", s.Batch), exception, object("dataset",
		text("name", d.Name), text("state", d.State), text("provider", d.Provider), number("grade", d.Grade),
		text("market", d.Market), text("supply", d.Supply)))
}

// Action is application.step.
func (ApplicationStep) Action() Action { return ActionApplicationStep }

// AST is the input as the engine reads it.
func (a ApplicationStep) AST() ast.Value {
	p := a.Application
	return a.fields(names("frozen", a.Frozen), text("op", a.Op), a.Step.field(), a.Caller.field(), a.Organization.field(),
		object("application",
			text("state", p.State), text("organization", p.Organization), text("legal_group", p.LegalGroup), p.Author.field(),
			names("purposes", p.Purposes), text("scenario", p.Scenario), number("not_before", p.NotBefore),
			number("not_after", p.NotAfter), names("methods", p.Methods), each("datasets", p.Datasets, Requested.term),
			truth("safeguards", p.Safeguards), p.Frequency.field(), each("recipients", p.Recipients, Recipient.term), takenField(p.Taken), names("modes", p.Modes)))
}

func (c Caller) field() field { return object("caller", text("type", c.Type)) }

func (s RouteStep) field() field {
	return object("step", text("name", s.Name), text("organization", s.Organization))
}

func takenField(taken []TakenStep) field {
	if taken == nil {
		return null("taken")
	}
	terms := make([]*ast.Term, len(taken))
	for i, t := range taken {
		terms[i] = ast.ObjectTerm(text("name", t.Name), text("organization", t.Organization), text("person", t.Person))
	}
	return field{ast.StringTerm("taken"), ast.ArrayTerm(terms...)}
}

func (f Frequency) field() field {
	return object("frequency", number("per_day", f.Day), number("per_month", f.Month), number("total", f.Total))
}

func (r Recipient) term() *ast.Term {
	return ast.ObjectTerm(text("legal_group", r.LegalGroup), truth("admitted", r.Admitted))
}

func (r Requested) term() *ast.Term {
	return ast.ObjectTerm(text("state", r.State), text("provider", r.Provider), text("market", r.Market), text("sharing", r.Sharing), text("opening", r.Opening),
		number("grade", r.Grade), names("columns", r.Columns), names("necessity", r.Necessity))
}
