package enclave

import (
	"context"
	"errors"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// applyAccount declares an account, or confirms it: the administrator's call makes it pending, the security administrator's call
// with the same document brings its role into effect.
func (s *Service) applyAccount(ctx context.Context, tx Tx, p Principal, d catalog.Document, a *catalog.Account) (api.ApplyOutcome, error) {
	out := api.ApplyOutcome{Kind: string(d.Kind), Name: d.Name}
	switch catalog.AccountRole(p.Role) {
	case catalog.AccountAdministrator, catalog.AccountSecurityAdministrator:
	default:
		return out, fault(KindForbidden, "只有系统管理员登记账号，由安全管理员确认", "the administrator declares accounts and the security administrator confirms them")
	}
	old, rec, err := load[accountRecord](tx, recAccount, d.Name)
	if errors.Is(err, metastore.ErrNotFound) {
		return s.createAccount(ctx, tx, p, d, a)
	}
	if err != nil {
		return out, err
	}
	if out.Diff, err = diff(old.Spec, a.Spec); err != nil {
		return out, err
	}
	switch {
	case len(out.Diff) > 0:
		return out, fault(KindConflict, "账号已存在且内容不同：请停用旧账号后以新名称登记", "the account exists with another content: declare a new name instead")
	case rec.State == accountPending && catalog.AccountRole(p.Role) == catalog.AccountSecurityAdministrator:
		out.Outcome = "confirmed"
		return out, s.confirmAccount(ctx, tx, p, rec, old)
	case rec.State == accountPending:
		out.Outcome, out.Note = "pending", "waits for the security administrator 等待安全管理员确认"
	default:
		out.Outcome = "unchanged"
	}
	return out, nil
}

func (s *Service) createAccount(ctx context.Context, tx Tx, p Principal, d catalog.Document, a *catalog.Account) (api.ApplyOutcome, error) {
	out := api.ApplyOutcome{Kind: string(d.Kind), Name: d.Name, Outcome: "pending"}
	org, _, err := load[orgRecord](tx, recOrg, a.Spec.Organization)
	if errors.Is(err, metastore.ErrNotFound) {
		return out, fault(KindInvalid, "机构未登记："+a.Spec.Organization, "the organization is not declared: "+a.Spec.Organization)
	}
	if err != nil {
		return out, err
	}
	if err := refuseTerminated(tx, a.Spec.Organization); err != nil {
		return out, err
	}
	if !org.Spec.Type.Allows(a.Spec.Role) {
		return out, fault(KindInvalid, "该类机构不能设置此角色", "an organization of this type cannot have this role")
	}
	change, err := s.accountChange(tx, p, policy.AccountCreate, d.Name, a.Spec, "", policy.StateNone)
	if err != nil {
		return out, err
	}
	decision, err := s.ask(ctx, change)
	if err != nil {
		return out, err
	}
	if err := s.keepDecision(tx, decision); err != nil {
		return out, err
	}
	code, act, err := s.newActivation(s.clock.Now())
	if err != nil {
		return out, err
	}
	v := accountRecord{Spec: a.Spec, DeclaredBy: p.Account, Activation: act}
	rec := metastore.Record{ID: d.Name, Name: d.Name, Owner: a.Spec.Organization, State: accountPending}
	if decision.Obligations.Account.Confirmation == policy.ConfirmationWaived {
		rec.State, v.ConfirmedBy, out.Outcome = accountConfirmed, p.Account, "created"
	}
	if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
		return out, err
	}
	out.ActivationCode = code
	if out.Outcome == "pending" {
		out.Note = "waits for the security administrator 等待安全管理员确认"
	}
	return out, s.record(tx, entry{by: p, action: audit.ActionAccountApply, on: d.Name, outcome: rec.State, facts: map[string]string{"role": string(a.Spec.Role)}})
}

// accountChange gathers what the policy wants to know about an act upon an account.
func (s *Service) accountChange(tx Tx, p Principal, op policy.AccountOp, name string, spec catalog.AccountSpec, declaredBy string, state policy.State) (policy.AccountChange, error) {
	creator := ""
	if declaredBy != "" {
		v, _, err := load[accountRecord](tx, recAccount, declaredBy)
		if err != nil {
			return policy.AccountChange{}, err
		}
		creator = v.Spec.Person
	}
	c := policy.AccountChange{Common: s.common(p), Op: op, Held: policy.NewSet(), Target: policy.Account{Account: name, Person: spec.Person,
		Organization: spec.Organization, Role: policy.Role(spec.Role), State: state, Creator: creator}}
	err := each(tx, recAccount, metastore.Query{}, func(r metastore.Record, v accountRecord) error {
		if r.ID != name && v.Spec.Person == spec.Person {
			c.Held.Add(string(v.Spec.Role))
		}
		switch v.Spec.Role {
		case catalog.AccountSecurityAdministrator:
			c.Offices.SecurityAdministrators++
			if r.State == accountConfirmed && v.Password != "" {
				c.Offices.SecurityAdministratorActive = true
			}
		case catalog.AccountAuditor:
			c.Offices.Auditors++
		}
		return nil
	})
	return c, err
}

// ConfirmAccount brings a pending account's role into effect.
func (s *Service) ConfirmAccount(ctx context.Context, p Principal, name string) (api.Resource, error) {
	var out api.Resource
	err := s.store.Update(ctx, func(tx Tx) error {
		v, rec, err := load[accountRecord](tx, recAccount, name)
		if err != nil {
			return err
		}
		if rec.State != accountPending {
			return fault(KindConflict, "该账号没有待确认的角色", "no role of this account waits for confirmation")
		}
		if err := s.confirmAccount(ctx, tx, p, rec, v); err != nil {
			return err
		}
		stored, err := tx.Get(recAccount, name)
		if err != nil {
			return err
		}
		out, _, err = s.show(p, string(catalog.KindAccount), stored)
		return err
	})
	s.denied(ctx, p, policy.ActionAccountChange, name, err)
	return out, known(err)
}

func (s *Service) confirmAccount(ctx context.Context, tx Tx, p Principal, rec metastore.Record, v accountRecord) error {
	change, err := s.accountChange(tx, p, policy.AccountConfirmRole, rec.ID, v.Spec, v.DeclaredBy, policy.StateActive)
	if err != nil {
		return err
	}
	if err := s.allowed(ctx, tx, change); err != nil {
		return err
	}
	rec.State, v.ConfirmedBy = accountConfirmed, p.Account
	if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
		return err
	}
	return s.record(tx, entry{by: p, action: audit.ActionAccountConfirm, on: rec.ID, outcome: accountConfirmed, facts: map[string]string{"role": string(v.Spec.Role)}})
}

// RegisterKey registers the public half of the caller's signing key; it counts once the security administrator confirms it.
func (s *Service) RegisterKey(ctx context.Context, p Principal, in api.KeyRegistration) (api.Key, error) {
	var out api.Key
	if err := p.InEffect(); err != nil {
		return out, err
	}
	key, err := publicKey(in.PublicKey)
	if err != nil {
		return out, fault(KindInvalid, "公钥应为 Ed25519 公钥的 base64", "the public key is an Ed25519 key in base64").because(err)
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		if err := s.mayKey(ctx, tx, p, policy.AccountRegisterKey, p.Account); err != nil {
			return err
		}
		v := keyRecord{Account: p.Account, PublicKey: in.PublicKey}
		rec := metastore.Record{ID: key.ID, Owner: p.Account, State: "pending"}
		if err := save(tx, recKey, rec, s.nowMS(), v); err != nil {
			return err
		}
		out = api.Key{ID: rec.ID, Account: p.Account, PublicKey: in.PublicKey, State: rec.State}
		return s.log1(tx, p, audit.ActionKeyRegister, rec.ID, rec.State, nil)
	})
	s.denied(ctx, p, policy.ActionAccountChange, p.Account, err)
	return out, known(err)
}

// mayKey asks account.change about a signing key of an account.
func (s *Service) mayKey(ctx context.Context, tx Tx, p Principal, op policy.AccountOp, account string) error {
	v, _, err := load[accountRecord](tx, recAccount, account)
	if err != nil {
		return err
	}
	change, err := s.accountChange(tx, p, op, account, v.Spec, v.DeclaredBy, policy.StateActive)
	if err != nil {
		return err
	}
	return s.allowed(ctx, tx, change)
}

// ConfirmKey makes a registered key count.
func (s *Service) ConfirmKey(ctx context.Context, p Principal, id string) (api.Key, error) {
	var out api.Key
	err := s.store.Update(ctx, func(tx Tx) error {
		v, rec, err := load[keyRecord](tx, recKey, id)
		if err != nil {
			return err
		}
		if rec.State != "pending" {
			return fault(KindConflict, "该密钥没有待确认的登记", "this key does not wait for confirmation")
		}
		if err := s.mayKey(ctx, tx, p, policy.AccountConfirmKey, v.Account); err != nil {
			return err
		}
		rec.State, v.ConfirmedBy = "confirmed", p.Account
		if err := save(tx, recKey, rec, s.nowMS(), v); err != nil {
			return err
		}
		out = api.Key{ID: rec.ID, Account: v.Account, PublicKey: v.PublicKey, State: rec.State}
		return s.log1(tx, p, audit.ActionKeyConfirm, rec.ID, rec.State, nil)
	})
	s.denied(ctx, p, policy.ActionAccountChange, id, err)
	return out, known(err)
}

// SigningKeys lists the caller's keys, or all for the staff.
func (s *Service) SigningKeys(ctx context.Context, p Principal) (api.Keys, error) {
	out := api.Keys{Items: []api.Key{}}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recKey, metastore.Query{}, func(r metastore.Record, v keyRecord) error {
			if p.Role != "" && v.Account == p.Account || staff(p) {
				out.Items = append(out.Items, api.Key{ID: r.ID, Account: v.Account, PublicKey: v.PublicKey, State: r.State})
			}
			return nil
		})
	})
	return out, known(err)
}
