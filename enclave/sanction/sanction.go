// Package sanction is the state machine of what is imposed upon an organization: a dataset is closed to it for a time and then for good, it
// is put on the blacklist, or it is terminated. The table says which act follows which state, how many people it takes and whether a deadline
// must have passed; who may do it is the policy's.
package sanction

import (
	"errors"
	"fmt"
	"slices"
)

// Kind is what is imposed: a closed list. The words are those under which the policy sees what covers an act.
type Kind string

// The kinds of sanction.
const (
	Closure     Kind = "closure"     // of one dataset to one organization
	Blacklist   Kind = "blacklist"   // of a unit and its aliases
	Termination Kind = "termination" // of an organization, for good
)

// Kinds lists every kind.
func Kinds() []Kind { return []Kind{Closure, Blacklist, Termination} }

// State is where a sanction stands.
type State string

// The states of a sanction. None is before it is imposed.
const (
	None       State = ""
	Proposed   State = "proposed"   // by the first of two; nothing is in force
	Closed     State = "closed"     // for a time: until it is reinstated, or ended after the deadline
	Ended      State = "ended"      // access to the dataset is over
	Reinstated State = "reinstated" // access is open again
	Listed     State = "listed"     // on the blacklist
	Lifted     State = "lifted"     // off it
	Terminated State = "terminated" // the organization is no more
	Dismissed  State = "dismissed"  // what was proposed was not confirmed
)

// States lists every state that is stored.
func States() []State {
	return []State{Proposed, Closed, Ended, Reinstated, Listed, Lifted, Terminated, Dismissed}
}

// InForce reports whether the state refuses anything.
func (s State) InForce() bool {
	return s == Closed || s == Ended || s == Listed || s == Terminated
}

// Live reports whether something can still follow.
func (s State) Live() bool { return s.InForce() || s == Proposed }

// Act is what somebody does; the words are those of the policy.
type Act string

// The acts.
const (
	Close     Act = "close"
	End       Act = "end"
	Reinstate Act = "reinstate"
	List      Act = "blacklist"
	Lift      Act = "lift"
	Terminate Act = "terminate"
	Dismiss   Act = "dismiss"
)

// Acts lists every act.
func Acts() []Act { return []Act{Close, End, Reinstate, List, Lift, Terminate, Dismiss} }

// Opening is the act that imposes a sanction of a kind.
func (k Kind) Opening() Act {
	switch k {
	case Closure:
		return Close
	case Blacklist:
		return List
	case Termination:
		return Terminate
	}
	return ""
}

// Transition is one line of the table.
type Transition struct {
	Kind    Kind
	From    State
	Act     Act
	People  int  // who must act, one after the other
	Overdue bool // the deadline must have passed
	To      State
}

var table = []Transition{
	{Closure, None, Close, 1, false, Closed},
	{Closure, Closed, End, 2, true, Ended},
	{Closure, Closed, Reinstate, 2, false, Reinstated},
	{Closure, Ended, Reinstate, 2, false, Reinstated},
	{Blacklist, None, List, 1, false, Proposed},
	{Blacklist, Proposed, List, 2, false, Listed},
	{Blacklist, Proposed, Dismiss, 1, false, Dismissed},
	{Blacklist, Listed, Lift, 2, false, Lifted},
	{Termination, None, Terminate, 1, false, Proposed},
	{Termination, Proposed, Terminate, 2, false, Terminated},
	{Termination, Proposed, Dismiss, 1, false, Dismissed},
}

// Transitions returns the whole table, in order.
func Transitions() []Transition { return slices.Clone(table) }

// ErrNoTransition: the act does not follow the state, or not yet.
var ErrNoTransition = errors.New("no such transition")

// Next is the line of the table that an act follows.
func Next(k Kind, from State, act Act, overdue bool) (Transition, error) {
	for _, t := range table {
		if t.Kind == k && t.From == from && t.Act == act && (overdue || !t.Overdue) {
			return t, nil
		}
	}
	return Transition{}, fmt.Errorf("%s of a %s that is %q: %w", act, k, from, ErrNoTransition)
}
