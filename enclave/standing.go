package enclave

import (
	"context"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/authn"
	"yumen/internal/metastore"
	"yumen/policy"
)

// suspension is why an account is suspended, and what it goes back to.
type suspension struct {
	By     string `json:"by"`
	Reason string `json:"reason"`
	At     int64  `json:"at"` // unix milliseconds
	From   string `json:"from"`
}

// SuspendAccount ends all that an account may do, and its sessions, at once.
func (s *Service) SuspendAccount(ctx context.Context, p Principal, name string, in api.Reason) (api.Resource, error) {
	return s.stand(ctx, p, name, policy.AccountSuspend, func(tx Tx, v *accountRecord, rec *metastore.Record) (entry, error) {
		if err := lastOfOffice(tx, name, v, rec.State); err != nil {
			return entry{}, err
		}
		v.Suspension = &suspension{By: p.Account, Reason: in.Reason, At: s.nowMS(), From: rec.State}
		rec.State = accountSuspended
		return entry{action: audit.ActionAccountSuspend, outcome: accountSuspended}, endSessions(tx, name, "")
	})
}

// errStaff is all that people of other organizations are told of acts upon the accounts and organizations of the zone.
var errStaff = fault(KindForbidden, "只有专区的管理和监督人员可以办理", "only the zone's administrators and supervisors may do this")

// lastOfOffice refuses to leave the zone without a security administrator: nobody could confirm anything any more.
func lastOfOffice(tx Tx, name string, v *accountRecord, state string) error {
	if v.Spec.Role != catalog.AccountSecurityAdministrator || state != accountConfirmed {
		return nil
	}
	others := 0
	err := each(tx, recAccount, metastore.Query{State: accountConfirmed}, func(r metastore.Record, o accountRecord) error {
		if r.ID != name && o.Spec.Role == catalog.AccountSecurityAdministrator && o.Password != "" {
			others++
		}
		return nil
	})
	if err == nil && others == 0 {
		err = fault(KindConflict, "这是唯一在任的安全管理员：请先确认并激活另一名", "this is the only security administrator in office: have another one confirmed and activated first")
	}
	return err
}

// ResumeAccount brings a suspended account back to what it was.
func (s *Service) ResumeAccount(ctx context.Context, p Principal, name string) (api.Resource, error) {
	return s.stand(ctx, p, name, policy.AccountResume, func(_ Tx, v *accountRecord, rec *metastore.Record) (entry, error) {
		rec.State, v.Suspension = v.Suspension.From, nil
		return entry{action: audit.ActionAccountResume, outcome: rec.State}, nil
	})
}

// ResetAccount makes an account's password void and returns a new activation code. Its sessions end, and its role waits for the
// security administrator again, so that whoever has the code gains nothing by it alone.
func (s *Service) ResetAccount(ctx context.Context, p Principal, name string) (api.ActivationCode, error) {
	var out api.ActivationCode
	_, err := s.stand(ctx, p, name, policy.AccountReset, func(tx Tx, v *accountRecord, rec *metastore.Record) (entry, error) {
		if err := lastOfOffice(tx, name, v, rec.State); err != nil {
			return entry{}, err
		}
		code, act, err := s.newActivation(s.clock.Now())
		if err != nil {
			return entry{}, err
		}
		v.Password, v.Login, v.Activation, v.ConfirmedBy = "", authn.Login{}, act, ""
		rec.State = accountPending
		out = api.ActivationCode{Account: name, Code: code}
		return entry{action: audit.ActionAccountReset, outcome: "reset"}, endSessions(tx, name, "")
	})
	if err != nil {
		return api.ActivationCode{}, err
	}
	return out, nil
}

// stand changes how an account stands, if policy allows the act.
func (s *Service) stand(ctx context.Context, p Principal, name string, op policy.AccountOp,
	change func(Tx, *accountRecord, *metastore.Record) (entry, error)) (api.Resource, error) {
	var out api.Resource
	err := s.ending(ctx, name, func(tx Tx) error {
		if !staff(p) {
			return errStaff // whether there is such an account or not
		}
		v, rec, err := load[accountRecord](tx, recAccount, name)
		if err != nil {
			return err
		}
		if rec.State == accountClosed {
			return errClosed
		}
		state := policy.StateActive
		if rec.State == accountSuspended {
			state = policy.StateSuspended
		}
		asked, err := s.accountChange(tx, p, op, name, v.Spec, v.DeclaredBy, state)
		if err != nil {
			return err
		}
		if err := s.allowed(ctx, tx, asked); err != nil {
			return err
		}
		e, err := change(tx, &v, &rec)
		if err != nil {
			return err
		}
		if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
			return err
		}
		e.by, e.on = p, name
		if err := s.record(tx, e); err != nil {
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
