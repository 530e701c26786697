package enclave

import (
	"context"
	"errors"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/authn"
	"yumen/internal/metastore"
)

// Login opens a session for somebody at an address. Whether the account exists, is locked or suspended, or has another password is
// told to nobody but the log.
func (s *Service) Login(ctx context.Context, in api.Login, address string) (api.Session, error) {
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
		return api.Session{}, known(err)
	}
	a := attempt{user: in.User, address: address, verified: v.Password, correct: correct, code: in.Code}
	var out api.Session
	err = s.store.Update(ctx, func(tx Tx) error {
		a.logged = false
		out, err = s.open(tx, &a)
		return err
	})
	if err != nil {
		return api.Session{}, known(err)
	}
	if out.Token != "" {
		return out, nil
	}
	if !a.logged {
		if err := s.refusedLogin(); err != nil {
			return api.Session{}, known(err)
		}
	}
	return api.Session{}, errLogin
}

var errLogin = fault(KindUnauthenticated, "账号、口令或验证码不正确，或账号已锁定；请稍后再试", "account, password or code is wrong, or the account is locked: try again later")

// attempt is a login whose password was looked at, outside the transaction that counts it.
type attempt struct {
	user, address string
	verified      string // the stored hash that the password was compared with
	correct       bool
	code          string // of the second factor
	logged        bool   // the refusal changed the account, and was logged with it
}

// open counts the attempt and, when it is accepted, stores the session: one transaction with its entry. Without a token it was refused;
// a refusal that changed nothing is left to refusedLogin.
func (s *Service) open(tx Tx, a *attempt) (api.Session, error) {
	e := entry{by: Principal{Role: audit.RoleAnonymous}, action: audit.ActionSessionOpen, outcome: "denied", facts: map[string]string{}}
	v, rec, err := load[accountRecord](tx, recAccount, a.user)
	if errors.Is(err, metastore.ErrNotFound) {
		return api.Session{}, nil
	}
	if err != nil {
		return api.Session{}, err
	}
	e.facts["account"] = rec.ID
	if shut(rec.State) || v.Login.Locked(s.clock.Now()) || a.correct && v.Password != a.verified { // changed while this one was looked at
		return api.Session{}, nil
	}
	accepted, second, err := s.judgeLogin(tx, &v, &rec, *a)
	if err != nil {
		return api.Session{}, err
	}
	if !accepted {
		a.logged = true
		return api.Session{}, s.record(tx, e)
	}
	p, err := principalOf(tx, rec, v)
	if err != nil {
		return api.Session{}, err
	}
	p.Enrol = s.mustEnrol(&v)
	out, err := s.newSession(tx, &p, a.address, second)
	if err != nil {
		return api.Session{}, err
	}
	e.by, e.outcome, e.facts["session"] = p, "opened", p.Session
	if a.address != "" {
		e.facts["address"] = a.address
	}
	return out, s.record(tx, e)
}

// judgeLogin counts a login: the password, and the code of a second factor where there is one. A right password without a code is not
// counted: it is told that a code is wanted.
func (s *Service) judgeLogin(tx Tx, v *accountRecord, rec *metastore.Record, a attempt) (accepted, second bool, err error) {
	if !a.correct || !v.Factor.active() || v.Login.Locked(s.clock.Now()) {
		accepted, err = s.count(tx, v, rec, a.correct)
		return accepted, false, err
	}
	if a.code == "" {
		return false, false, errSecondFactor
	}
	next, good, err := s.useCode(rec.ID, v.Factor, a.code)
	if err != nil {
		return false, false, err
	}
	if accepted, err = s.count(tx, v, rec, good); err != nil || !accepted {
		return false, false, err
	}
	v.Factor = next
	if err := save(tx, recAccount, *rec, s.nowMS(), v); err != nil {
		return false, false, err
	}
	rec.Version++
	return true, true, nil
}

var errSecondFactor = fault(KindSecondFactor, "还需要第二因素的验证码", "a code of the second factor is wanted too")

// count counts one use of a password and stores what the account remembers of it.
func (s *Service) count(tx Tx, v *accountRecord, rec *metastore.Record, correct bool) (bool, error) {
	login, outcome := v.Login.Attempt(correct, s.clock.Now(), s.sessions)
	if login != v.Login {
		v.Login = login
		if err := save(tx, recAccount, *rec, s.nowMS(), v); err != nil {
			return false, err
		}
		rec.Version++
	}
	return outcome == authn.Accepted, nil
}

// newSession stores a new session of a caller who has proven who he is. The oldest ones beyond maxSessions end.
func (s *Service) newSession(tx Tx, p *Principal, address string, second bool) (api.Session, error) {
	token, digest, err := authn.NewToken()
	if err != nil {
		return api.Session{}, err
	}
	if err := s.sweep(tx, p.Account); err != nil {
		return api.Session{}, err
	}
	ses := authn.NewSession(p.Account, address, s.clock.Now())
	ses.Factor = second
	p.Session = newID(catalog.PrefixSession)
	if err := save(tx, recSession, metastore.Record{ID: p.Session, Name: digest, Owner: p.Account}, s.nowMS(), ses); err != nil {
		return api.Session{}, err
	}
	return api.Session{ID: p.Session, Token: token, Expires: ses.Expires(s.sessions).Unix(), Account: s.whoami(*p)}, nil
}

func principalOf(tx Tx, rec metastore.Record, v accountRecord) (Principal, error) {
	group, err := groupOf(tx, v.Spec.Organization)
	if err != nil {
		return Principal{}, err
	}
	p := Principal{Account: rec.ID, Person: v.Spec.Person, Organization: v.Spec.Organization, LegalGroup: group}
	if rec.State == accountConfirmed {
		p.Role = string(v.Spec.Role)
	}
	caller, err := callerFacts(tx, p)
	p.Type = caller.Type
	return p, err
}

// Authenticate finds the caller behind a session token. The role is the one that is in effect now.
func (s *Service) Authenticate(ctx context.Context, token string) (Principal, error) {
	digest, err := authn.TokenID(token)
	if err != nil {
		return Principal{}, errUnauthenticated
	}
	return s.caller(ctx, func(tx Tx) (metastore.Record, error) { return tx.GetByName(recSession, digest) })
}

// caller is who stands behind a session, if it is still open; that it was used is stored now and then.
func (s *Service) caller(ctx context.Context, find func(Tx) (metastore.Record, error)) (Principal, error) {
	var p Principal
	var stale bool
	err := s.store.View(ctx, func(tx Tx) error {
		r, err := find(tx)
		if err != nil {
			return err
		}
		ses, _, err := load[authn.Session](tx, recSession, r.ID)
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
		if shut(rec.State) || rec.Created/1000 > ses.Created {
			return authn.ErrSession // or of an account of this name that is no more
		}
		if v.Factor.active() && !ses.Factor {
			return authn.ErrSession // opened before the second factor was
		}
		p, err = principalOf(tx, rec, v)
		p.Session, p.Enrol = r.ID, s.mustEnrol(&v)
		return err
	})
	if errors.Is(err, metastore.ErrNotFound) || errors.Is(err, authn.ErrSession) {
		return Principal{}, errUnauthenticated
	}
	if err == nil && stale {
		err = s.touch(ctx, p.Session)
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

// Whoami says who the caller is.
func (s *Service) Whoami(_ context.Context, p Principal) (api.Whoami, error) { return s.whoami(p), nil }

func (s *Service) whoami(p Principal) api.Whoami {
	return api.Whoami{Account: p.Account, Person: p.Person, Organization: p.Organization, LegalGroup: p.LegalGroup, Role: p.Role,
		Zone: s.zone.ID, Jurisdiction: s.zone.Jurisdiction, Environment: string(s.zone.environment()), MustEnrol: p.Enrol}
}

func (s *Service) newActivation(now time.Time) (string, *authn.Activation, error) {
	code, act, err := authn.NewActivation(now, s.sessions)
	return code, &act, err
}
