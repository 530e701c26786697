// Package declaration is the state machine of a dataset's declaration in its newest version: a draft, submitted, approved or rejected. What was approved
// before stays in force whatever becomes of a newer version. The table says which act follows which state; who may do it is the policy's.
package declaration

import (
	"errors"
	"fmt"
	"slices"
)

// State is where the newest version of a declaration stands.
type State string

// The states of a declaration. None is before its first version.
const (
	None      State = ""
	Draft     State = "draft"     // kept, and reviewed by nobody
	Submitted State = "submitted" // waits for its review
	Approved  State = "approved"  // in force
	Rejected  State = "rejected"
)

// States lists every state that is stored.
func States() []State { return []State{Draft, Submitted, Approved, Rejected} }

// Act is what somebody does; the words are those of the policy.
type Act string

// The acts. Keeping and submitting make a version; the other two decide about it.
const (
	Keep    Act = "draft"
	Submit  Act = "declare"
	Approve Act = "approve"
	Reject  Act = "reject"
)

// Acts lists every act.
func Acts() []Act { return []Act{Keep, Submit, Approve, Reject} }

// Transition is one line of the table.
type Transition struct {
	From State
	Act  Act
	To   State
	// Same: the act leads there with the text of the version before too; elsewhere nothing changes then.
	Same bool
}

var table = []Transition{
	{None, Keep, Draft, false},
	{None, Submit, Submitted, false},
	{Draft, Keep, Draft, false},
	{Draft, Submit, Submitted, true},
	{Submitted, Keep, Draft, true}, // taken back from the review
	{Submitted, Submit, Submitted, false},
	{Submitted, Approve, Approved, true},
	{Submitted, Reject, Rejected, true},
	{Approved, Keep, Draft, false},
	{Approved, Submit, Submitted, false},
	{Rejected, Keep, Draft, false},
	{Rejected, Submit, Submitted, false},
}

// Transitions returns the whole table, in order.
func Transitions() []Transition { return slices.Clone(table) }

// ErrNoTransition means that the act does not follow the state.
var ErrNoTransition = errors.New("no such transition")

// Next is the line of the table that an act follows.
func Next(from State, act Act) (Transition, error) {
	for _, t := range table {
		if t.From == from && t.Act == act {
			return t, nil
		}
	}
	return Transition{}, fmt.Errorf("%s of a declaration that is %q: %w", act, from, ErrNoTransition)
}
