package application

import "fmt"

// GrantState is where a grant stands.
type GrantState string

// The states of a grant. A term that has not begun, or is over but not recorded as over, is told by the clock: Shown.
const (
	Granted    GrantState = "active"
	Suspended  GrantState = "suspended"  // nothing runs and nothing leaves until it is resumed
	Terminated GrantState = "terminated" // for good
	Over       GrantState = "expired"    // its term has ended
	// Ahead is shown of an active grant whose term has not begun.
	Ahead GrantState = "pending"
)

// GrantStates lists the states that are stored.
func GrantStates() []GrantState { return []GrantState{Granted, Suspended, Terminated, Over} }

// GrantAct is what somebody does to a grant.
type GrantAct string

// The acts upon a grant; the words are those of the policy.
const (
	Suspend   GrantAct = "suspend"
	Resume    GrantAct = "resume"
	Terminate GrantAct = "terminate"
	Lapse     GrantAct = "expire" // the clock's
	Idle      GrantAct = "idle"   // the clock's, of a grant that nobody used
)

// GrantActs lists every act.
func GrantActs() []GrantAct { return []GrantAct{Suspend, Resume, Terminate, Lapse, Idle} }

// GrantTransition is one line of the table of grants.
type GrantTransition struct {
	From   GrantState
	Act    GrantAct
	Guards []Guard
	To     GrantState
}

var grants = []GrantTransition{
	{Granted, Suspend, []Guard{TermAhead}, Suspended},
	{Granted, Terminate, []Guard{TermAhead}, Terminated},
	{Granted, Lapse, []Guard{TermOver}, Over},
	{Granted, Idle, []Guard{TermAhead}, Over},
	{Suspended, Suspend, []Guard{TermAhead}, Suspended}, // by a stronger hand, which the policy knows
	{Suspended, Resume, []Guard{TermAhead}, Granted},
	{Suspended, Terminate, []Guard{TermAhead}, Terminated},
	{Suspended, Lapse, []Guard{TermOver}, Over},
}

// GrantTransitions returns the whole table, in order.
func GrantTransitions() []GrantTransition { return append([]GrantTransition(nil), grants...) }

// NextGrant returns the state that the act leads to.
func NextGrant(s GrantState, a GrantAct, termOver bool) (GrantState, error) {
	err := fmt.Errorf("%s of a grant that is %s: %w", a, s, ErrNoTransition)
	for _, t := range grants {
		if t.From != s || t.Act != a {
			continue
		}
		failed, _ := firstFailed(t.Guards, Facts{TermOver: termOver})
		if failed == "" {
			return t.To, nil
		}
		err = fmt.Errorf("%s of a grant that is %s: %w", a, s, &GuardError{failed})
	}
	return "", err
}

// Shown is the state of a grant at a moment: times are seconds since 1970, notAfter the first second after the term.
func Shown(s GrantState, notBefore, notAfter, now int64) GrantState {
	switch {
	case s == Terminated || s == Over:
		return s
	case now >= notAfter:
		return Over
	case s == Granted && now < notBefore:
		return Ahead
	}
	return s
}

// IdleUntil is the first second at which a grant has lapsed for want of use, seconds since 1970: so many days after it was used last, or
// after its term began. Zero days never lapse.
func IdleUntil(lastUsed, notBefore int64, days int) int64 {
	if days == 0 {
		return 1<<63 - 1
	}
	return max(lastUsed, notBefore) + int64(days)*24*60*60
}
