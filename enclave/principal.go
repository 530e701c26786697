package enclave

// Principal is an authenticated caller: one account of one person in one organization, with one confirmed role.
type Principal struct {
	Account      string
	Person       string
	Organization string
	LegalGroup   string
	Role         string // empty while the role is not confirmed: such an account may do nothing
	Session      string
}

// InEffect refuses an account whose role the security administrator has not confirmed yet.
func (p Principal) InEffect() error {
	if p.Role == "" {
		return fault(KindForbidden, "您的角色尚待安全管理员确认", "your role waits for the security administrator")
	}
	return nil
}
