package egress

import "slices"

// State is where a request for egress stands.
type State string

// The states.
const (
	Running   State = "running"   // the computation runs, or its cells are being judged
	InReview  State = "in_review" // waits for reviewers
	Approved  State = "approved"  // may be issued; the second check is still to come
	Issued    State = "issued"    // the recipient may collect it
	Returned  State = "returned"  // waits for the requester's answer
	Rejected  State = "rejected"  // refused by a reviewer; the requester may appeal once
	Appealed  State = "appealed"  // waits for the appeals officer
	Closed    State = "closed"    // rejected for good
	Withdrawn State = "withdrawn" // taken back by the requester
	Expired   State = "expired"   // a deadline passed before anything left
	Revoked   State = "revoked"   // issued, then declared void
	Blocked   State = "blocked"   // a hard rule forbids this artefact
	Failed    State = "failed"    // the computation failed
)

// States lists every state, in the order in which a request meets them.
func States() []State {
	return []State{Running, InReview, Approved, Issued, Returned, Rejected, Appealed, Closed, Withdrawn, Expired, Revoked, Blocked, Failed}
}

// Terminal reports whether no event leads out of the state. A state that is not one of the list is terminal.
func (s State) Terminal() bool {
	return !slices.ContainsFunc(table, func(t Transition) bool { return t.From == s })
}

// Shown is the word that commands and the HTTP interface have for the state. A block is told as a failure, because it may depend on data; what
// happens between approval and issue, or on appeal, is not told at all.
func (s State) Shown() string {
	switch s {
	case Issued:
		return "released"
	case Approved, Appealed:
		return string(InReview)
	case Closed:
		return string(Rejected)
	case Blocked:
		return string(Failed)
	}
	return string(s)
}

// Event is what an actor does to a request.
type Event string

// The events.
const (
	EventHold     Event = "hold"     // judged; the policy demands a review
	EventClear    Event = "clear"    // judged; the policy demands no review
	EventBlock    Event = "block"    // a hard rule forbids it
	EventFail     Event = "fail"     // the computation failed
	EventVote     Event = "vote"     // a reviewer votes
	EventRebind   Event = "rebind"   // artefact, risk report or policy changed: votes are void
	EventIssue    Event = "issue"    // second check passed, receipt signed
	EventResubmit Event = "resubmit" // the requester answers a return; the artefact stays the same
	EventWithdraw Event = "withdraw" // the requester takes it back
	EventAppeal   Event = "appeal"   // the requester asks for another panel
	EventAdmit    Event = "admit"    // the officer admits the appeal
	EventDismiss  Event = "dismiss"  // the officer dismisses the appeal
	EventClose    Event = "close"    // the time for an appeal is over
	EventExpire   Event = "expire"   // the deadline of the state passed
	EventRevoke   Event = "revoke"   // the security lead declares a release void
)

// Events lists every event.
func Events() []Event {
	return []Event{EventHold, EventClear, EventBlock, EventFail, EventVote, EventRebind, EventIssue, EventResubmit,
		EventWithdraw, EventAppeal, EventAdmit, EventDismiss, EventClose, EventExpire, EventRevoke}
}

// ActorKind is the capacity in which somebody acts on a request.
type ActorKind string

// The actors. No notification, timer of a client or reader is one: nothing that such a party does moves a state.
const (
	System    ActorKind = "system"    // the gateway itself
	Requester ActorKind = "requester" // the institution's user who asked
	Reviewer  ActorKind = "reviewer"  // an egress reviewer, of the operator or of a data provider
	Officer   ActorKind = "officer"   // decides whether an appeal is heard
	Security  ActorKind = "security"  // the security lead
)

// Actors lists every kind of actor.
func Actors() []ActorKind { return []ActorKind{System, Requester, Reviewer, Officer, Security} }
