package authn

import (
	"errors"
	"time"
)

// ErrSession means that a session is over: unused for too long or too old.
var ErrSession = errors.New("the session is over")

// seenStep is how stale Seen may be before a use is worth storing, in seconds.
const seenStep = 30

// Session is an open session, found by the id of its token. Times are Unix seconds.
type Session struct {
	Account string `json:"account"`
	Address string `json:"address,omitempty"` // where the login came from
	Created int64  `json:"created"`
	Seen    int64  `json:"seen"`
	Factor  bool   `json:"factor,omitempty"` // a second factor was shown
}

// NewSession opens a session.
func NewSession(account, address string, now time.Time) Session {
	return Session{Account: account, Address: address, Created: now.Unix(), Seen: now.Unix()}
}

// Expires is when the session ends if it is not used again.
func (s Session) Expires(limits Limits) time.Time {
	idle := time.Unix(s.Seen, 0).Add(limits.Idle)
	absolute := time.Unix(s.Created, 0).Add(limits.Absolute)
	if absolute.Before(idle) {
		return absolute.UTC()
	}
	return idle.UTC()
}

// Use reports whether the session is open now, and returns it as used; store says whether the difference is worth storing. A
// clock that went back ends no session and lengthens none.
func (s Session) Use(now time.Time, limits Limits) (used Session, store bool, err error) {
	if s.Account == "" || !now.Before(s.Expires(limits)) {
		return s, false, ErrSession
	}
	if now.Unix() < s.Seen+seenStep {
		return s, false, nil
	}
	s.Seen = now.Unix()
	return s, true, nil
}
