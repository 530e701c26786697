// Package instruction is the state machine of what the regulator demands of the operator, and the table of what proves that a demand was
// carried out: the entries of the log that tell of it. Who may act is the policy's.
package instruction

import (
	"errors"
	"fmt"
	"slices"
)

// State is where an instruction stands.
type State string

// The states of an instruction. None is before it is issued.
const (
	None         State = ""
	Issued       State = "issued"
	Acknowledged State = "acknowledged" // by the operator
	Executed     State = "executed"     // proven by entries of the log; waits for the regulator
	Returned     State = "returned"     // the regulator wants more
	Confirmed    State = "confirmed"
)

// States lists every state that is stored.
func States() []State { return []State{Issued, Acknowledged, Executed, Returned, Confirmed} }

// Open reports whether the operator still has to do something.
func (s State) Open() bool { return s == Issued || s == Acknowledged || s == Returned }

// Act is what somebody does; the words are those of the policy.
type Act string

// The acts.
const (
	Issue       Act = "issue"
	Acknowledge Act = "acknowledge"
	Execute     Act = "execute"
	Confirm     Act = "confirm"
	Return      Act = "return"
)

// Acts lists every act.
func Acts() []Act { return []Act{Issue, Acknowledge, Execute, Confirm, Return} }

// Transition is one line of the table.
type Transition struct {
	From State
	Act  Act
	To   State
}

var table = []Transition{
	{None, Issue, Issued},
	{Issued, Acknowledge, Acknowledged},
	{Acknowledged, Execute, Executed},
	{Returned, Execute, Executed},
	{Executed, Return, Returned},
	{Executed, Confirm, Confirmed},
}

// Transitions returns the whole table, in order.
func Transitions() []Transition { return slices.Clone(table) }

// ErrNoTransition: the act does not follow the state.
var ErrNoTransition = errors.New("no such transition")

// Next is the state that an act leads to.
func Next(from State, act Act) (State, error) {
	for _, t := range table {
		if t.From == from && t.Act == act {
			return t.To, nil
		}
	}
	return "", fmt.Errorf("%s of an instruction that is %q: %w", act, from, ErrNoTransition)
}
