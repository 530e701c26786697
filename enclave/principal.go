package enclave

import "yumen/catalog"

// Principal is an authenticated caller: one account of one person in one organization, with one confirmed role.
type Principal struct {
	Account      string
	Person       string
	Organization string
	Type         catalog.OrganizationType // of the organization
	LegalGroup   string
	Role         string // empty while the role is not confirmed: such an account may do nothing
	Session      string
	Enrol        bool // must enrol a second factor before anything else
}

// InEffect refuses an account whose role the security administrator has not confirmed yet, and one that still has to enrol a second
// factor.
func (p Principal) InEffect() error {
	if p.Enrol {
		return fault(KindForbidden, "您的角色必须先登记第二因素：yumen totp enrol，再 yumen totp confirm",
			"your role needs a second factor first: yumen totp enrol, then yumen totp confirm")
	}
	if p.Role == "" {
		return fault(KindForbidden, "您的角色尚待安全管理员确认", "your role waits for the security administrator")
	}
	return nil
}
