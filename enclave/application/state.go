package application

import (
	"errors"
	"fmt"
	"slices"
)

// State is where an application stands.
type State string

// The states of an application.
const (
	None      State = "none"      // not submitted yet
	Submitted State = "submitted" // waits for the steps of its route
	Returned  State = "returned"  // waits for the applicant's changes
	Approved  State = "approved"  // every step approved; there is a grant
	Rejected  State = "rejected"  // refused with a reason
	Withdrawn State = "withdrawn" // taken back by the applicant
	Expired   State = "expired"   // the term that it asked for is over
	Closed    State = "closed"    // its organization was terminated
)

// States lists every state, in the order in which an application meets them.
func States() []State {
	return []State{None, Submitted, Returned, Approved, Rejected, Withdrawn, Expired, Closed}
}

// Act is what somebody does to an application.
type Act string

// The acts upon an application; the words are those of the policy.
const (
	Submit   Act = "submit"
	Resubmit Act = "resubmit" // a new version of the document; every step begins anew
	Withdraw Act = "withdraw"
	Approve  Act = "approve" // one step
	Return   Act = "return"
	Reject   Act = "reject"
	Expire   Act = "expire"
	Close    Act = "close"
)

// Acts lists every act.
func Acts() []Act { return []Act{Submit, Resubmit, Withdraw, Approve, Return, Reject, Expire, Close} }

// Actor is the capacity in which somebody acts.
type Actor string

// The actors.
const (
	Applicant Actor = "applicant" // the person who submitted it
	Party     Actor = "party"     // who takes the open step
	System    Actor = "system"    // the clock, and the end of an organization
)

// Actors lists every kind of actor.
func Actors() []Actor { return []Actor{Applicant, Party, System} }

// Guard names a fact that a transition needs.
type Guard string

// The guards.
const (
	Document    Guard = "document"     // there is a document
	StepOpen    Guard = "step_open"    // the step is one of those that are open
	StepsLeft   Guard = "steps_left"   // after this approval a step is still to be taken
	StepsDone   Guard = "steps_done"   // after this approval every step is taken, each by another person
	ReasonGiven Guard = "reason_given" // known reason codes, at least one
	WordsGiven  Guard = "words_given"  // a comment that says what is wrong
	TermAhead   Guard = "term_ahead"   // the term that is asked for, or granted, is not over
	TermOver    Guard = "term_over"
	Ended       Guard = "ended" // the organization is terminated
)

// Facts is everything that the guards look at.
type Facts struct {
	Document bool
	Route    Route  // as the policy demands it now
	Taken    []Step // approvals of this turn, before the act
	Cast     *Step  // the approval, with Approve; the step alone, with Return and Reject
	Reasons  []Reason
	Words    bool
	TermOver bool
	Ended    bool
}

var checks = map[Guard]func(Facts) bool{
	Document:    func(f Facts) bool { return f.Document },
	StepOpen:    func(f Facts) bool { return f.Cast != nil && slices.Contains(f.Route.Open(f.Taken), f.Cast.StepName) },
	StepsLeft:   func(f Facts) bool { return f.Cast != nil && !f.done() },
	StepsDone:   func(f Facts) bool { return f.Cast != nil && f.done() },
	ReasonGiven: func(f Facts) bool { return len(f.Reasons) > 0 && !slices.ContainsFunc(f.Reasons, unknown) },
	WordsGiven:  func(f Facts) bool { return f.Words },
	TermAhead:   func(f Facts) bool { return !f.TermOver },
	TermOver:    func(f Facts) bool { return f.TermOver },
	Ended:       func(f Facts) bool { return f.Ended },
}

func (f Facts) done() bool { return f.Route.Done(append(slices.Clone(f.Taken), *f.Cast)) }

// Transition is one line of the table: the act, by the actor, under all guards, leads from one state to the next.
type Transition struct {
	From   State
	Act    Act
	By     Actor
	Guards []Guard
	To     State
}

// table is the state machine. For one state and act the lines exclude each other.
var table = []Transition{
	{None, Submit, Applicant, []Guard{Document, TermAhead}, Submitted},
	{Submitted, Approve, Party, []Guard{TermAhead, StepOpen, StepsLeft}, Submitted},
	{Submitted, Approve, Party, []Guard{TermAhead, StepOpen, StepsDone}, Approved},
	{Submitted, Return, Party, []Guard{StepOpen, ReasonGiven, WordsGiven}, Returned},
	{Submitted, Reject, Party, []Guard{StepOpen, ReasonGiven, WordsGiven}, Rejected},
	{Submitted, Withdraw, Applicant, nil, Withdrawn},
	{Submitted, Expire, System, []Guard{TermOver}, Expired},
	{Submitted, Close, System, []Guard{Ended}, Closed},
	{Returned, Resubmit, Applicant, []Guard{Document, TermAhead}, Submitted},
	{Returned, Withdraw, Applicant, nil, Withdrawn},
	{Returned, Expire, System, []Guard{TermOver}, Expired},
	{Returned, Close, System, []Guard{Ended}, Closed},
}

// Transitions returns the whole table, in order.
func Transitions() []Transition { return slices.Clone(table) }

// ErrNoTransition means that the act leads nowhere from the state, or is another actor's.
var ErrNoTransition = errors.New("nothing leads there from this state")

// GuardError names the guard that does not hold. Guards name facts of documents and people, never data.
type GuardError struct{ Guard Guard }

// Error names the guard, never a value.
func (e *GuardError) Error() string { return "the guard " + string(e.Guard) + " does not hold" }

// Next returns the state that the act leads to. When no line holds, the error names the guard that failed in the line that came
// farthest.
func Next(s State, a Act, by Actor, f Facts) (State, error) {
	err := fmt.Errorf("%s in %s by %s: %w", a, s, by, ErrNoTransition)
	best := -1
	for _, t := range table {
		if t.From != s || t.Act != a || t.By != by {
			continue
		}
		failed, held := firstFailed(t.Guards, f)
		if failed == "" {
			return t.To, nil
		}
		if held > best {
			best, err = held, fmt.Errorf("%s in %s: %w", a, s, &GuardError{failed})
		}
	}
	return "", err
}

func firstFailed(guards []Guard, f Facts) (Guard, int) {
	for i, g := range guards {
		if !checks[g](f) {
			return g, i
		}
	}
	return "", len(guards)
}
