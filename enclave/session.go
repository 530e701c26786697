package enclave

import (
	"context"
	"errors"
	"time"

	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/authn"
	"yumen/internal/metastore"
	"yumen/policy"
)

// Login opens a session. Whether the account exists, is locked or has another password is told to nobody but the log.
func (s *Service) Login(ctx context.Context, in api.Login) (api.Session, error) {
	var v accountRecord
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		v, _, err = load[accountRecord](tx, recAccount, in.User)
		return err
	})
	if err != nil && !errors.Is(err, metastore.ErrNotFound) {
		return api.Session{}, err
	}
	correct, err := s.passwords.Verify(ctx, v.Password, in.Password)
	if err != nil {
		return api.Session{}, err
	}
	token, id, err := authn.NewToken()
	if err != nil {
		return api.Session{}, err
	}
	out := api.Session{Token: token}
	accepted := false
	err = s.store.Update(ctx, func(tx Tx) error {
		accepted, err = s.open(tx, in.User, correct, id, &out)
		return err
	})
	if err != nil {
		return api.Session{}, known(err)
	}
	if !accepted {
		return api.Session{}, fault(KindUnauthenticated, "账号或口令不正确，或账号已锁定；请稍后再试", "account or password is wrong, or the account is locked: try again later")
	}
	return out, nil
}

// open counts the attempt and, when it is accepted, stores the session: one transaction with its entry.
func (s *Service) open(tx Tx, user string, correct bool, id string, out *api.Session) (bool, error) {
	e := entry{by: Principal{Role: audit.RoleAnonymous}, action: audit.ActionSessionOpen, outcome: "denied", facts: map[string]string{}}
	v, rec, err := load[accountRecord](tx, recAccount, user)
	if errors.Is(err, metastore.ErrNotFound) {
		return false, s.record(tx, e)
	}
	if err != nil {
		return false, err
	}
	now := s.clock.Now()
	login, outcome := v.Login.Attempt(correct, now, s.sessions)
	e.facts["account"] = rec.ID
	if login != v.Login {
		v.Login = login
		if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
			return false, err
		}
	}
	if outcome != authn.Accepted {
		return false, s.record(tx, e)
	}
	p, err := principalOf(tx, rec, v)
	if err != nil {
		return false, err
	}
	ses := authn.NewSession(rec.ID, now)
	if err := save(tx, recSession, metastore.Record{ID: id, Owner: rec.ID}, s.nowMS(), ses); err != nil {
		return false, err
	}
	out.Expires, out.Account = ses.Expires(s.sessions).Unix(), s.whoami(p)
	e.by, e.outcome = p, "opened"
	return true, s.record(tx, e)
}

func principalOf(tx Tx, rec metastore.Record, v accountRecord) (Principal, error) {
	group, err := groupOf(tx, v.Spec.Organization)
	p := Principal{Account: rec.ID, Person: v.Spec.Person, Organization: v.Spec.Organization, LegalGroup: group}
	if rec.State == accountConfirmed {
		p.Role = string(v.Spec.Role)
	}
	return p, err
}

// Authenticate finds the caller behind a session token. The role is the one that is in effect now.
func (s *Service) Authenticate(ctx context.Context, token string) (Principal, error) {
	id, err := authn.TokenID(token)
	if err != nil {
		return Principal{}, errUnauthenticated
	}
	var p Principal
	var stale bool
	err = s.store.View(ctx, func(tx Tx) error {
		ses, _, err := load[authn.Session](tx, recSession, id)
		if err != nil {
			return err
		}
		if _, stale, err = ses.Use(s.clock.Now(), s.sessions); err != nil {
			return err
		}
		v, rec, err := load[accountRecord](tx, recAccount, ses.Account)
		if err != nil {
			return err
		}
		if rec.Created/1000 > ses.Created {
			return authn.ErrSession // of an account of this name that is no more
		}
		p, err = principalOf(tx, rec, v)
		return err
	})
	if errors.Is(err, metastore.ErrNotFound) || errors.Is(err, authn.ErrSession) {
		return Principal{}, errUnauthenticated
	}
	if err != nil {
		return Principal{}, err
	}
	p.Session = id
	if stale {
		err = s.touch(ctx, id)
	}
	return p, err
}

// touch stores that a session was used.
func (s *Service) touch(ctx context.Context, id string) error {
	err := s.store.Update(ctx, func(tx Tx) error {
		ses, rec, err := load[authn.Session](tx, recSession, id)
		if err != nil {
			return err
		}
		used, store, err := ses.Use(s.clock.Now(), s.sessions)
		if err != nil || !store {
			return err
		}
		return save(tx, recSession, rec, s.nowMS(), used)
	})
	if errors.Is(err, authn.ErrSession) || errors.Is(err, metastore.ErrNotFound) {
		return errUnauthenticated
	}
	if errors.Is(err, metastore.ErrConflict) {
		return nil // another call stored it
	}
	return err
}

// Logout ends the caller's session.
func (s *Service) Logout(ctx context.Context, p Principal) error {
	return known(s.store.Update(ctx, func(tx Tx) error {
		ses, rec, err := load[authn.Session](tx, recSession, p.Session)
		if err != nil {
			return err
		}
		if err := save(tx, recSession, rec, s.nowMS(), ses.Revoke(s.clock.Now())); err != nil {
			return err
		}
		return s.log1(tx, p, audit.ActionSessionClose, "", "closed", nil)
	}))
}

// Activate sets the first password of an account with its one-time code.
func (s *Service) Activate(ctx context.Context, in api.Activation) error {
	refuse := fault(KindForbidden, "激活码无效或已过期，请向系统管理员索取新的激活码", "the activation code is not valid any more: ask the administrator for a new one")
	if err := authn.CheckPassword(in.Password); err != nil {
		return fault(KindInvalid, "口令至少 12 个字符，且不能是同一字符的重复", err.Error())
	}
	hash, err := s.passwords.Hash(ctx, in.Password)
	if err != nil {
		return err
	}
	return known(s.store.Update(ctx, func(tx Tx) error {
		v, rec, err := load[accountRecord](tx, recAccount, in.User)
		if errors.Is(err, metastore.ErrNotFound) || err == nil && v.Activation == nil {
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
		if _, err := s.ask(ctx, change); err != nil {
			return err
		}
		v.Password, v.Activation, v.Login = hash, nil, authn.Login{}
		if err := save(tx, recAccount, rec, s.nowMS(), v); err != nil {
			return err
		}
		return s.log1(tx, p, audit.ActionAccountActivate, rec.ID, "activated", nil)
	}))
}

// Whoami says who the caller is.
func (s *Service) Whoami(_ context.Context, p Principal) (api.Whoami, error) { return s.whoami(p), nil }

func (s *Service) whoami(p Principal) api.Whoami {
	return api.Whoami{Account: p.Account, Person: p.Person, Organization: p.Organization, LegalGroup: p.LegalGroup, Role: p.Role,
		Zone: s.zone.ID, Jurisdiction: s.zone.Jurisdiction}
}

func (s *Service) newActivation(now time.Time) (string, *authn.Activation, error) {
	code, act, err := authn.NewActivation(now, s.sessions)
	return code, &act, err
}
