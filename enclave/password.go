package enclave

import (
	"context"
	"errors"

	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/authn"
	"yumen/internal/metastore"
	"yumen/policy"
)

// Activate sets the first password of an account with its one-time code.
func (s *Service) Activate(ctx context.Context, in api.Activation) error {
	refuse := fault(KindForbidden, "激活码无效或已过期，请向系统管理员索取新的激活码", "the activation code is not valid any more: ask the administrator for a new one")
	if err := authn.CheckPassword(in.Password); err != nil {
		return fault(KindInvalid, "口令至少 12 个字符，且不能是同一字符的重复", err.Error())
	}
	hash, err := s.passwords.Hash(ctx, in.Password)
	if err != nil {
		return known(err)
	}
	return known(s.store.Update(ctx, func(tx Tx) error {
		v, rec, err := load[accountRecord](tx, recAccount, in.User)
		if errors.Is(err, metastore.ErrNotFound) || err == nil && (v.Activation == nil || shut(rec.State)) {
			return refuse
		}
		if err != nil {
			return err
		}
		if !v.Activation.Accepts(in.Code, s.clock.Now()) {
			return refuse
		}
		p, err := principalOf(tx, rec, v)
		if err != nil {
			return err
		}
		change, err := s.accountChange(tx, p, policy.AccountActivate, rec.ID, v.Spec, v.DeclaredBy, policy.StateActive)
		if err != nil {
			return err
		}
		if err := s.allowed(ctx, tx, change); err != nil {
			return err
		}
		v.Password, v.Activation, v.Login = hash, nil, authn.Login{}
		if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
			return err
		}
		return s.log1(tx, p, audit.ActionAccountActivate, rec.ID, "activated", nil)
	}))
}

// ChangePassword sets the caller's new password. The old one counts as a login does; every session of the account ends, and the
// caller gets a new one.
func (s *Service) ChangePassword(ctx context.Context, p Principal, in api.PasswordChange, address string) (api.Session, error) {
	if err := authn.CheckPassword(in.New); err != nil {
		return api.Session{}, fault(KindInvalid, "口令至少 12 个字符，且不能是同一字符的重复", err.Error())
	}
	if in.New == in.Password {
		return api.Session{}, fault(KindInvalid, "新口令与旧口令相同", "choose a password that is not the old one")
	}
	stored, correct, err := s.proves(ctx, p, in.Password)
	if err != nil {
		return api.Session{}, err
	}
	hash, err := s.passwords.Hash(ctx, in.New)
	if err != nil {
		return api.Session{}, known(err)
	}
	var out api.Session
	err = s.ending(ctx, p.Account, func(tx Tx) error {
		out = api.Session{}
		v, rec, err := s.own(tx, p)
		if err != nil {
			return err
		}
		if v.Password != stored {
			return errConflict
		}
		accepted, err := s.count(tx, &v, &rec, correct)
		if err != nil {
			return err
		}
		if !accepted {
			return s.log1(tx, p, audit.ActionAccountPassword, p.Account, "denied", nil)
		}
		v.Password = hash
		if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
			return err
		}
		if err := endSessions(tx, p.Account, ""); err != nil {
			return err
		}
		if out, err = s.newSession(tx, &p, address, v.Factor.active()); err != nil {
			return err
		}
		return s.record(tx, entry{by: p, action: audit.ActionAccountPassword, on: p.Account, outcome: "changed", facts: map[string]string{"session": p.Session}})
	})
	if err != nil {
		return api.Session{}, known(err)
	}
	if out.Token == "" {
		return api.Session{}, errWrongPassword
	}
	return out, nil
}

var errWrongPassword = fault(KindForbidden, "口令不正确，或账号已锁定；请稍后再试", "the password is wrong, or the account is locked: try again later")

// proves looks at the password of a caller who has a session. What it was compared with is returned, for the transaction that counts.
func (s *Service) proves(ctx context.Context, p Principal, password string) (stored string, correct bool, err error) {
	err = s.store.View(ctx, func(tx Tx) error {
		v, _, err := load[accountRecord](tx, recAccount, p.Account)
		stored = v.Password
		return err
	})
	if err != nil {
		return "", false, known(err)
	}
	correct, err = s.passwords.Verify(ctx, stored, password)
	return stored, correct, known(err)
}

// own is the account of a caller whose session is open inside this transaction too.
func (s *Service) own(tx Tx, p Principal) (accountRecord, metastore.Record, error) {
	if _, err := s.session(tx, p); err != nil {
		return accountRecord{}, metastore.Record{}, err
	}
	v, rec, err := load[accountRecord](tx, recAccount, p.Account)
	if err == nil && shut(rec.State) {
		err = errUnauthenticated
	}
	return v, rec, err
}
