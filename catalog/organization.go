package catalog

// OrganizationType is the part that an organization plays in the zone.
type OrganizationType string

// The types of organization.
const (
	OrganizationOperator    OrganizationType = "operator"    // runs the zone 运营机构
	OrganizationProvider    OrganizationType = "provider"    // provides data 数据提供部门
	OrganizationInstitution OrganizationType = "institution" // applies for and uses computations 应用单位
	OrganizationRegulator   OrganizationType = "regulator"   // supervises the zone 专区监管部门
	OrganizationPublicBody  OrganizationType = "public_body" // a public body that shares data for its duties 政务共享单位
)

// Organization is a declared organization.
type Organization struct {
	APIVersion string           `yaml:"apiVersion" json:"apiVersion"`
	Kind       Kind             `yaml:"kind" json:"kind"`
	Metadata   Metadata         `yaml:"metadata" json:"metadata"`
	Spec       OrganizationSpec `yaml:"spec" json:"spec"`
}

// OrganizationSpec says what an organization is.
type OrganizationSpec struct {
	Title Text             `yaml:"title" json:"title"`
	Type  OrganizationType `yaml:"type" json:"type"`
	// LegalGroup names the group of companies whose answers are judged together: one ledger, one budget. Institutions must
	// declare it, so that two of one group cannot compare what each of them was given.
	LegalGroup string `yaml:"legalGroup,omitempty" json:"legalGroup,omitempty"`
	// USCC is the unified social credit code (统一社会信用代码, GB 32100) that the organization is registered under.
	USCC string `yaml:"uscc,omitempty" json:"uscc,omitempty"`
	// FormerNames are names that it bore; under them, too, a blacklist knows it.
	FormerNames []string `yaml:"formerNames,omitempty" json:"formerNames,omitempty"`
	// Admitted says that an institution has been admitted to the zone; without it nothing runs for it.
	Admitted bool `yaml:"admitted,omitempty" json:"admitted,omitempty"`
	// Credit is the credit level that was decided for the organization, and why. It bounds grades, runs and review (BJ-OPS-23b).
	Credit *Credit `yaml:"credit,omitempty" json:"credit,omitempty"`
}

// Credit is a credit level and the reason of the decision.
type Credit struct {
	Level  string `yaml:"level" json:"level"` // A (best) to D
	Reason string `yaml:"reason" json:"reason"`
}

// CreditLevel is the level, or "" for an organization without one.
func (s *OrganizationSpec) CreditLevel() string {
	if s.Credit == nil {
		return ""
	}
	return s.Credit.Level
}

// Group is the legal group: the declared one, or the organization itself.
func (o *Organization) Group() string {
	if o.Spec.LegalGroup != "" {
		return o.Spec.LegalGroup
	}
	return o.Metadata.Name
}

// AccountRole is what the holder of an account may do. Roles are exclusive: an account has one, a person has one account.
type AccountRole string

// The roles of an account.
const (
	AccountAdministrator         AccountRole = "administrator"          // declares resources 系统管理员
	AccountSecurityAdministrator AccountRole = "security_administrator" // confirms roles, signs policy 安全管理员
	AccountAuditor               AccountRole = "auditor"                // reads the log 安全审计员
	AccountProvider              AccountRole = "provider"               // answers for a provider's data 数据提供部门
	AccountSteward               AccountRole = "steward"                // declares and loads datasets 数据管理员
	AccountAnalyst               AccountRole = "analyst"                // asks for computations 应用单位人员
	AccountEgressReviewer        AccountRole = "egress_reviewer"        // votes on what leaves 出域审核员
	AccountRegulator             AccountRole = "regulator"              // supervises 监管人员
)

// rolesOf lists the roles that accounts of an organization may have, by its type.
var rolesOf = map[OrganizationType][]AccountRole{
	OrganizationOperator:    {AccountAdministrator, AccountSecurityAdministrator, AccountAuditor, AccountSteward, AccountEgressReviewer},
	OrganizationProvider:    {AccountProvider, AccountSteward, AccountEgressReviewer},
	OrganizationInstitution: {AccountAnalyst},
	OrganizationPublicBody:  {AccountAnalyst},
	OrganizationRegulator:   {AccountRegulator, AccountAuditor, AccountSteward, AccountEgressReviewer},
}

// Allows reports whether an organization of this type may have accounts with the role.
func (t OrganizationType) Allows(r AccountRole) bool {
	for _, known := range rolesOf[t] {
		if known == r {
			return true
		}
	}
	return false
}

// Valid reports whether the role is one of the closed list.
func (r AccountRole) Valid() bool {
	for t := range rolesOf {
		if t.Allows(r) {
			return true
		}
	}
	return false
}

// Account is a declared account.
type Account struct {
	APIVersion string      `yaml:"apiVersion" json:"apiVersion"`
	Kind       Kind        `yaml:"kind" json:"kind"`
	Metadata   Metadata    `yaml:"metadata" json:"metadata"`
	Spec       AccountSpec `yaml:"spec" json:"spec"`
}

// AccountSpec says whose account it is and what it is for.
type AccountSpec struct {
	Organization string `yaml:"organization" json:"organization"`
	// Person is the organization's own number of the person, never an identity number. A person has one account.
	Person string      `yaml:"person" json:"person"`
	Role   AccountRole `yaml:"role" json:"role"`
	Title  Text        `yaml:"title" json:"title"` // the duty, as shown to others
}

func (d *Dataset) header() (string, Kind, string)      { return d.APIVersion, d.Kind, d.Metadata.Name }
func (o *Organization) header() (string, Kind, string) { return o.APIVersion, o.Kind, o.Metadata.Name }
func (a *Account) header() (string, Kind, string)      { return a.APIVersion, a.Kind, a.Metadata.Name }
