package authn

import "time"

// Outcome is what a login came to. The caller is told accepted or not; the log is told which.
type Outcome string

// The outcomes.
const (
	Accepted Outcome = "accepted"
	Wrong    Outcome = "wrong"  // not the password, or no password was ever set
	Locked   Outcome = "locked" // too many failures; the password was not looked at
)

// Limits bounds guessing and the life of sessions.
type Limits struct {
	Failures int           // wrong passwords in a row that lock an account
	Lock     time.Duration // how long; after it, one more failure locks again
	Idle     time.Duration // a session ends this long after its last use
	Absolute time.Duration // and this long after the login, whatever happened since
	Code     time.Duration // an activation code is good for this long
}

// DefaultLimits are five failures and a quarter of an hour, sessions of half an hour idle and twelve in all, codes of a week.
func DefaultLimits() Limits {
	return Limits{Failures: 5, Lock: 15 * time.Minute, Idle: 30 * time.Minute, Absolute: 12 * time.Hour, Code: 7 * 24 * time.Hour}
}

// Login is what an account remembers about its logins.
type Login struct {
	Failures    int   `json:"failures,omitempty"`     // in a row
	LockedUntil int64 `json:"locked_until,omitempty"` // Unix seconds
}

// Locked reports whether the account is locked.
func (l Login) Locked(now time.Time) bool { return now.Unix() < l.LockedUntil }

// Attempt counts one login: correct is what Hasher.Verify found. While the account is locked a correct password does not
// count, and a wrong one does not lengthen the lock. It returns what to store and what it came to.
func (l Login) Attempt(correct bool, now time.Time, limits Limits) (Login, Outcome) {
	switch {
	case l.Locked(now):
		return l, Locked
	case correct:
		return Login{}, Accepted
	}
	l.Failures++
	l.LockedUntil = 0
	if l.Failures >= limits.Failures {
		l.LockedUntil = now.Add(limits.Lock).Unix()
	}
	return l, Wrong
}
