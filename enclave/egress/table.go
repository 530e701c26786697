package egress

import (
	"errors"
	"fmt"
	"slices"
)

// Failures of Next.
var (
	// ErrNoTransition means that the event leads nowhere from the state.
	ErrNoTransition = errors.New("nothing leads there from this state")
	// ErrActor means that the event is another actor's.
	ErrActor = errors.New("this actor may not do that")
)

// GuardError names the guard that does not hold. Guards name facts of the request and its people, never data.
type GuardError struct{ Guard Guard }

// Error names the guard, never a value.
func (e *GuardError) Error() string { return "the guard " + string(e.Guard) + " does not hold" }

// Transition is one line of the table: the event, by the actor, under all guards, leads from one state to the next.
type Transition struct {
	From   State
	Event  Event
	Actor  ActorKind
	Guards []Guard
	To     State
}

// Next returns the state that the event leads to. Every line of the table for the event is tried; when none holds, the error
// names the first guard that failed in the line that came farthest. The zero Facts satisfy no line that moves towards issue.
func Next(s State, e Event, f Facts) (State, error) {
	err := fmt.Errorf("%s in %s: %w", e, s, ErrNoTransition)
	best := -1
	for _, t := range table {
		if t.From != s || t.Event != e {
			continue
		}
		if t.Actor != f.Actor.Kind {
			if best < 0 {
				err = fmt.Errorf("%s in %s: %w", e, s, ErrActor)
			}
			continue
		}
		failed, held := firstFailed(t.Guards, f)
		if failed == "" {
			return t.To, nil
		}
		if held > best {
			best, err = held, fmt.Errorf("%s in %s: %w", e, s, &GuardError{failed})
		}
	}
	return "", err
}

// firstFailed returns the first guard that does not hold, and how many held before it.
func firstFailed(guards []Guard, f Facts) (Guard, int) {
	for i, g := range guards {
		check, known := checks[g]
		if !known || !check(f) {
			return g, i
		}
	}
	return "", len(guards)
}

// Transitions returns the whole table, in order.
func Transitions() []Transition { return slices.Clone(table) }

// ballot is what every vote needs.
var ballot = []Guard{ReviewDemanded, NotAuthor, NotInstitution, NotApprover, NotPolicyMaker, NotExcluded, NotVoted, BindingCurrent, VoteBound, VoteSigned, ReasonGiven}

// table is the state machine. For one state and event the lines exclude each other.
var table = []Transition{
	{Running, EventHold, System, []Guard{Bound, Checked, ReviewDemanded}, InReview},
	{Running, EventClear, System, []Guard{Bound, Checked, NoReviewDemanded}, Approved},
	{Running, EventBlock, System, nil, Blocked},
	{Running, EventFail, System, nil, Failed},
	{Running, EventWithdraw, Requester, []Guard{IsAuthor}, Withdrawn},
	{Running, EventExpire, System, []Guard{DeadlinePassed}, Expired},

	{InReview, EventVote, Reviewer, with(ballot, TallyOpen), InReview},
	{InReview, EventVote, Reviewer, with(ballot, TallyApproved), Approved},
	{InReview, EventVote, Reviewer, with(ballot, TallyReturned), Returned},
	{InReview, EventVote, Reviewer, with(ballot, TallyRejected, FirstInstance), Rejected},
	{InReview, EventVote, Reviewer, with(ballot, TallyRejected, OnAppeal), Closed},
	{InReview, EventRebind, System, []Guard{BindingChanged, Checked, ReviewDemanded}, InReview},
	{InReview, EventBlock, System, nil, Blocked},
	{InReview, EventWithdraw, Requester, []Guard{IsAuthor}, Withdrawn},
	{InReview, EventExpire, System, []Guard{DeadlinePassed}, Expired},

	{Approved, EventIssue, System, []Guard{Bound, BindingCurrent, Checked, QuorumMet, Authorized, NotFrozen, ReceiptLogged}, Issued},
	{Approved, EventRebind, System, []Guard{BindingChanged, Checked, ReviewDemanded}, InReview},
	{Approved, EventRebind, System, []Guard{BindingChanged, Checked, NoReviewDemanded}, Approved},
	{Approved, EventBlock, System, nil, Blocked},
	{Approved, EventWithdraw, Requester, []Guard{IsAuthor}, Withdrawn},
	{Approved, EventExpire, System, []Guard{DeadlinePassed}, Expired},

	{Returned, EventResubmit, Requester, []Guard{IsAuthor, NoteGiven, Bound, Checked, ReviewDemanded}, InReview},
	{Returned, EventWithdraw, Requester, []Guard{IsAuthor}, Withdrawn},
	{Returned, EventExpire, System, []Guard{DeadlinePassed}, Expired},

	{Rejected, EventAppeal, Requester, []Guard{IsAuthor, NoteGiven, FirstInstance, DeadlineAhead}, Appealed},
	{Rejected, EventClose, System, []Guard{DeadlinePassed}, Closed},
	{Appealed, EventAdmit, Officer, []Guard{NotAuthor, NotInstitution, NotExcluded, Bound, Checked, ReviewDemanded}, InReview},
	{Appealed, EventDismiss, Officer, []Guard{NotAuthor, NotInstitution, NotExcluded, ReasonGiven}, Closed},
	{Appealed, EventWithdraw, Requester, []Guard{IsAuthor}, Withdrawn},
	{Appealed, EventExpire, System, []Guard{DeadlinePassed}, Expired},

	{Issued, EventRevoke, Security, []Guard{ReasonGiven, SecondPerson}, Revoked},
	{Issued, EventExpire, System, []Guard{DeadlinePassed, Uncollected}, Expired},
}

// with appends guards to a common list.
func with(common []Guard, more ...Guard) []Guard {
	return append(append([]Guard(nil), common...), more...)
}
