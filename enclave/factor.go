package enclave

import (
	"context"
	"errors"
	"fmt"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/authn"
	"yumen/internal/metastore"
	"yumen/policy"
)

// SecondFactor says of whom a second factor is demanded.
type SecondFactor string

// The demands. Whoever has enrolled one is always asked for it.
const (
	SecondFactorRequired SecondFactor = "required" // of every role of factorRoles: without one it may do nothing but enrol
	SecondFactorEnrolled SecondFactor = "enrolled" // of those who have one
)

// factorRoles are the roles that approve, review or administer. Analysts and providers ask and supply: others decide on what they do.
var factorRoles = map[catalog.AccountRole]bool{
	catalog.AccountAdministrator: true, catalog.AccountSecurityAdministrator: true, catalog.AccountAuditor: true,
	catalog.AccountSteward: true, catalog.AccountEgressReviewer: true, catalog.AccountRegulator: true,
}

// officers are the roles whose second factor two people reset.
var officers = map[catalog.AccountRole]bool{
	catalog.AccountAdministrator: true, catalog.AccountSecurityAdministrator: true, catalog.AccountAuditor: true,
}

// factorRecord is the second factor of an account. The secret is sealed by the keyring, for this account.
type factorRecord struct {
	authn.Factor
	Secret []byte       `json:"secret,omitempty"`
	Reset  *liftRequest `json:"reset,omitempty"` // the first person's half of a reset
}

func (f *factorRecord) active() bool { return f != nil && f.Active() }

const factorPurpose = "totp"

// demandOf is the demand of a configuration, or the jurisdiction's: a lab asks those who enrolled.
func demandOf(asked SecondFactor, jurisdiction string) (SecondFactor, error) {
	switch asked {
	case SecondFactorRequired, SecondFactorEnrolled:
		return asked, nil
	case "":
		if policy.Jurisdiction(jurisdiction) == policy.Lab {
			return SecondFactorEnrolled, nil
		}
		return SecondFactorRequired, nil
	}
	return "", errors.New("enclave: the second factor is required or enrolled")
}

// mustEnrol reports whether an account may do nothing before it has a second factor.
func (s *Service) mustEnrol(v *accountRecord) bool {
	return s.factors == SecondFactorRequired && factorRoles[v.Spec.Role] && !v.Factor.active()
}

// useCode looks at a code and returns the factor as it is after its use.
func (s *Service) useCode(account string, f *factorRecord, code string) (*factorRecord, bool, error) {
	secret, err := s.keys.Unseal(factorPurpose, account, f.Secret)
	if err != nil {
		return nil, false, fmt.Errorf("second factor: %w", err)
	}
	defer clear(secret)
	next := *f
	var good bool
	next.Factor, good = f.Use(secret, code, s.clock.Now())
	return &next, good, nil
}

// EnrolTOTP makes a secret for the caller's authenticator app, shown once. It counts from its first code on. The password proves that
// it is not somebody who found an open session.
func (s *Service) EnrolTOTP(ctx context.Context, p Principal, in api.Password) (api.TOTP, error) {
	stored, correct, err := s.proves(ctx, p, in.Password)
	if err != nil {
		return api.TOTP{}, err
	}
	secret, err := authn.NewTOTP()
	if err != nil {
		return api.TOTP{}, err
	}
	defer clear(secret)
	sealed, err := s.keys.Seal(factorPurpose, p.Account, secret)
	if err != nil {
		return api.TOTP{}, fmt.Errorf("second factor: %w", err)
	}
	accepted := false
	err = s.store.Update(ctx, func(tx Tx) error {
		v, rec, err := s.own(tx, p)
		switch {
		case err != nil:
			return err
		case v.Password != stored:
			return errConflict
		case v.Factor.active():
			return fault(KindConflict, "已登记第二因素；更换设备请由安全管理员重置：yumen totp reset", "a second factor is enrolled: to change it, have the security administrator reset it (yumen totp reset)")
		}
		if accepted, err = s.count(tx, &v, &rec, correct); err != nil {
			return err
		}
		if !accepted {
			return s.log1(tx, p, audit.ActionFactorEnrol, p.Account, "denied", nil)
		}
		v.Factor = &factorRecord{Secret: sealed}
		if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
			return err
		}
		return s.log1(tx, p, audit.ActionFactorEnrol, p.Account, "enrolled", nil)
	})
	if err != nil {
		return api.TOTP{}, known(err)
	}
	if !accepted {
		return api.TOTP{}, errWrongPassword
	}
	return api.TOTP{URI: authn.TOTPURI(secret, "Yumen "+s.zone.ID, p.Account), Secret: authn.TOTPText(secret)}, nil
}

// ConfirmTOTP makes an enrolled second factor count, with its first code. All other sessions of the account end, this one goes on under
// a new token, and the recovery codes are shown once.
func (s *Service) ConfirmTOTP(ctx context.Context, p Principal, in api.Code, address string) (api.FactorConfirmed, error) {
	codes, hashes, err := authn.NewRecovery()
	if err != nil {
		return api.FactorConfirmed{}, err
	}
	out := api.FactorConfirmed{RecoveryCodes: codes}
	accepted := false
	err = s.ending(ctx, p.Account, func(tx Tx) error {
		v, rec, err := s.own(tx, p)
		if err != nil {
			return err
		}
		if v.Factor == nil || v.Factor.active() {
			return fault(KindConflict, "没有待确认的第二因素：先执行 yumen totp enrol", "no second factor waits for its first code: yumen totp enrol first")
		}
		next, good, err := s.useCode(p.Account, v.Factor, in.Code)
		if err != nil {
			return err
		}
		if accepted, err = s.count(tx, &v, &rec, good); err != nil {
			return err
		}
		if !accepted {
			return s.log1(tx, p, audit.ActionFactorConfirm, p.Account, "denied", nil)
		}
		next.Confirmed, next.Recovery = s.clock.Now().Unix(), hashes
		v.Factor = next
		if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
			return err
		}
		if err := endSessions(tx, p.Account, ""); err != nil {
			return err
		}
		by := p
		if out.Session, err = s.newSession(tx, &by, address, true); err != nil {
			return err
		}
		return s.record(tx, entry{by: p, action: audit.ActionFactorConfirm, on: p.Account, outcome: "confirmed", facts: map[string]string{"session": by.Session}})
	})
	if err != nil {
		return api.FactorConfirmed{}, known(err)
	}
	if !accepted {
		return api.FactorConfirmed{}, fault(KindForbidden, "验证码不正确或已用过，或账号已锁定；检查设备时间后再试", "the code is wrong or was used, or the account is locked: check the device's clock, then try again")
	}
	return out, nil
}

// ResetTOTP removes a second factor that was lost, and ends the account's sessions: the security administrator alone does it for most
// accounts; for an administrator, a security administrator or an auditor two of the other officers must.
func (s *Service) ResetTOTP(ctx context.Context, p Principal, name string) (api.FactorReset, error) {
	out := api.FactorReset{Account: name, State: "reset"}
	_, err := s.stand(ctx, p, name, policy.AccountResetFactor, func(tx Tx, v *accountRecord, _ *metastore.Record) (entry, error) {
		out.State = "reset"
		if !officers[v.Spec.Role] && catalog.AccountRole(p.Role) != catalog.AccountSecurityAdministrator {
			return entry{}, fault(KindForbidden, "由安全管理员重置第二因素", "the security administrator resets a second factor")
		}
		if v.Factor == nil {
			return entry{}, fault(KindConflict, "该账户没有第二因素", "the account has no second factor")
		}
		first, err := s.standing(tx, v.Factor.Reset)
		if err != nil {
			return entry{}, err
		}
		if officers[v.Spec.Role] && (first == nil || first.Person == p.Person) {
			if first == nil {
				v.Factor.Reset = &liftRequest{ID: newID(catalog.PrefixPending), Account: p.Account, Person: p.Person, Role: p.Role, At: s.nowMS()}
			}
			out.State = "pending"
			return entry{action: audit.ActionFactorReset, outcome: "pending", facts: map[string]string{"act": v.Factor.Reset.ID}}, nil
		}
		e := entry{action: audit.ActionFactorReset, outcome: "reset"}
		if first != nil {
			e.facts = map[string]string{"act": first.ID}
		}
		v.Factor = nil
		return e, endSessions(tx, name, "")
	})
	if err != nil {
		return api.FactorReset{}, err
	}
	return out, nil
}
