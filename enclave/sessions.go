package enclave

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/authn"
	"yumen/internal/metastore"
)

// maxSessions is how many sessions one account has at once.
const maxSessions = 64

// Logout ends the caller's session.
func (s *Service) Logout(ctx context.Context, p Principal) error {
	return known(s.ending(ctx, p.Account, func(tx Tx) error {
		rec, err := s.session(tx, p)
		if err != nil {
			return err
		}
		if err := tx.Delete(recSession, rec.ID, rec.Version); err != nil {
			return err
		}
		return s.record(tx, entry{by: p, action: audit.ActionSessionClose, outcome: "closed", facts: map[string]string{"session": p.Session}})
	}))
}

// RotateSession gives the caller's session another token: the old one opens nothing from then on. Its term stays what it was.
func (s *Service) RotateSession(ctx context.Context, p Principal) (api.Session, error) {
	token, digest, err := authn.NewToken()
	if err != nil {
		return api.Session{}, err
	}
	out := api.Session{ID: p.Session, Token: token, Account: s.whoami(p)}
	err = s.store.Update(ctx, func(tx Tx) error {
		rec, err := s.session(tx, p)
		if err != nil {
			return err
		}
		ses, _, err := load[authn.Session](tx, recSession, rec.ID)
		if err != nil {
			return err
		}
		out.Expires, rec.Name = ses.Expires(s.sessions).Unix(), digest
		if err := save(tx, recSession, rec, s.nowMS(), ses); err != nil {
			return err
		}
		return s.record(tx, entry{by: p, action: audit.ActionSessionRotate, outcome: "rotated", facts: map[string]string{"session": p.Session}})
	})
	if err != nil {
		return api.Session{}, known(err)
	}
	return out, nil
}

// session is the record of the caller's session, which must still be there.
func (s *Service) session(tx Tx, p Principal) (metastore.Record, error) {
	if p.Session == "" {
		return metastore.Record{}, errUnauthenticated
	}
	rec, err := tx.Get(recSession, p.Session)
	if errors.Is(err, metastore.ErrNotFound) || err == nil && rec.Owner != p.Account {
		err = errUnauthenticated
	}
	return rec, err
}

// Sessions lists the open sessions of an account, newest use first: the caller's own, or anybody's for the two administrators.
func (s *Service) Sessions(ctx context.Context, p Principal, account string) (api.Sessions, error) {
	out := api.Sessions{Items: []api.OpenSession{}}
	account, err := whose(p, account)
	if err != nil {
		return out, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		if _, err := tx.Get(recAccount, account); err != nil {
			return err
		}
		return each(tx, recSession, metastore.Query{Owner: account}, func(r metastore.Record, v authn.Session) error {
			if _, _, err := v.Use(s.clock.Now(), s.sessions); err == nil {
				out.Items = append(out.Items, api.OpenSession{ID: r.ID, Account: v.Account, Address: v.Address, Created: v.Created, Seen: v.Seen,
					Expires: v.Expires(s.sessions).Unix(), Current: r.ID == p.Session})
			}
			return nil
		})
	})
	slices.SortFunc(out.Items, func(a, b api.OpenSession) int {
		return cmp.Or(cmp.Compare(b.Seen, a.Seen), cmp.Compare(a.ID, b.ID))
	})
	return out, known(err)
}

// whose is the account that a caller speaks of: his own, or any other for the two administrators.
func whose(p Principal, account string) (string, error) {
	switch catalog.AccountRole(p.Role) {
	case catalog.AccountAdministrator, catalog.AccountSecurityAdministrator:
		return cmp.Or(account, p.Account), nil
	}
	if account == "" || account == p.Account {
		return p.Account, nil
	}
	return "", fault(KindForbidden, "只有系统管理员与安全管理员可以查看和结束他人的会话", "only the administrator and the security administrator see and end the sessions of others")
}

// RevokeSession ends one session: the caller's own, or anybody's for the two administrators.
func (s *Service) RevokeSession(ctx context.Context, p Principal, id string) error {
	rec, err := s.findSession(ctx, id)
	if err != nil {
		return known(err)
	}
	if _, err := whose(p, rec.Owner); err != nil {
		return errNotFound
	}
	return known(s.ending(ctx, rec.Owner, func(tx Tx) error {
		rec, err := tx.Get(recSession, id)
		if err != nil {
			return err
		}
		if err := tx.Delete(recSession, id, rec.Version); err != nil {
			return err
		}
		return s.record(tx, entry{by: p, action: audit.ActionSessionRevoke, on: rec.Owner, outcome: "revoked", facts: map[string]string{"session": id}})
	}))
}

func (s *Service) findSession(ctx context.Context, id string) (metastore.Record, error) {
	var rec metastore.Record
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		rec, err = tx.Get(recSession, id)
		return err
	})
	return rec, err
}

// RevokeSessions ends all sessions of an account; of the caller's own, the one that asks goes on.
func (s *Service) RevokeSessions(ctx context.Context, p Principal, account string) error {
	account, err := whose(p, account)
	if err != nil {
		return err
	}
	return known(s.ending(ctx, account, func(tx Tx) error {
		if _, err := tx.Get(recAccount, account); err != nil {
			return err
		}
		if err := endSessions(tx, account, p.Session); err != nil {
			return err
		}
		return s.log1(tx, p, audit.ActionSessionRevoke, account, "revoked", nil)
	}))
}

// endSessions ends the sessions of an account but one. The transaction belongs into ending, so that open streams hear of it.
func endSessions(tx Tx, account, but string) error {
	rs, err := tx.List(recSession, metastore.Query{Owner: account})
	if err != nil {
		return err
	}
	for _, r := range rs {
		if r.ID == but {
			continue
		}
		if err := tx.Delete(recSession, r.ID, r.Version); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes the sessions of an account that are over, and the oldest beyond what it may have beside a new one.
func (s *Service) sweep(tx Tx, account string) error {
	rs, err := tx.List(recSession, metastore.Query{Owner: account}) // oldest first
	if err != nil {
		return err
	}
	open := 0
	for _, r := range slices.Backward(rs) {
		ses, _, err := load[authn.Session](tx, recSession, r.ID)
		if err != nil {
			return err
		}
		if _, _, err := ses.Use(s.clock.Now(), s.sessions); err == nil && open < maxSessions-1 {
			open++
			continue
		}
		if err := tx.Delete(recSession, r.ID, r.Version); err != nil {
			return err
		}
	}
	return nil
}

// ending is an update that may end sessions of an account: whoever holds a stream of one looks again when it is committed.
func (s *Service) ending(ctx context.Context, account string, fn func(Tx) error) error {
	err := s.store.Update(ctx, fn)
	s.ended.changed(account)
	return err
}

// While is a context that ends when the caller's session does, for what a door does over a longer time. Being held open is a use of
// the session. The returned function must be called.
func (s *Service) While(ctx context.Context, p Principal) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		for {
			changed, off := s.ended.on(p.Account)
			_, err := s.caller(ctx, func(tx Tx) (metastore.Record, error) { return tx.Get(recSession, p.Session) })
			if err != nil {
				off()
				return
			}
			timer := time.NewTimer(time.Second)
			select {
			case <-changed:
			case <-timer.C:
			case <-ctx.Done():
			}
			timer.Stop()
			off()
			if ctx.Err() != nil {
				return
			}
		}
	}()
	return ctx, cancel
}
