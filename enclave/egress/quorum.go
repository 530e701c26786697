package egress

import (
	"slices"
	"strings"

	"yumen/catalog"
)

// Quorum is how many must agree, as the policy decided for this request. When the policy changes meanwhile, Tighten keeps the
// stricter of the two.
type Quorum struct {
	Persons   int      `json:"persons"`             // distinct persons, those of the providers not counted
	Units     int      `json:"units,omitempty"`     // distinct organizations among them
	Providers []string `json:"providers,omitempty"` // organizations of data providers, each of which must vote
}

func (q Quorum) valid() bool {
	return q.Persons >= 0 && q.Units >= 0 && q.Units <= q.Persons && (q.Persons > 0 || len(q.Providers) == 0)
}

// OnAppeal is the quorum of a panel on appeal: one person more.
func (q Quorum) OnAppeal() Quorum {
	q.Persons++
	return q
}

// Tighten returns a quorum that satisfies both.
func (q Quorum) Tighten(o Quorum) Quorum {
	providers := append(slices.Clone(q.Providers), o.Providers...)
	slices.Sort(providers)
	return Quorum{Persons: max(q.Persons, o.Persons), Units: max(q.Units, o.Units), Providers: slices.Compact(providers)}
}

// Outcome is what votes come to.
type Outcome string

// The outcomes. The zero value is none of them.
const (
	OutcomeOpen     Outcome = "open"
	OutcomeApproved Outcome = "approved"
	OutcomeReturned Outcome = "returned"
	OutcomeRejected Outcome = "rejected"
)

// Tally is a count of votes.
type Tally struct {
	Persons   int // distinct persons whose votes count towards Quorum.Persons
	Units     int
	Providers int
	Void      int // votes about something else, or not signed by the voter
	Outcome   Outcome
}

// Count counts the votes that are about the binding and signed by their voters. A person counts once, with his strictest
// verdict. One return ends the turn at once, unless somebody has rejected. Otherwise the outcome is open until the quorum has
// voted; then one rejection blocks, whatever the others say.
func Count(votes []Vote, q Quorum, b Binding) Tally {
	var t Tally
	persons, units, providers := map[string]Verdict{}, map[string]bool{}, map[string]bool{}
	for _, v := range votes {
		if v.Binding != b || !b.complete() || v.Person == "" || v.SignedBy != v.Person {
			t.Void++
			continue
		}
		_, again := persons[v.Person]
		persons[v.Person] = stricter(persons[v.Person], v.Verdict)
		if again {
			continue
		}
		if slices.Contains(q.Providers, v.Organization) {
			providers[v.Organization] = true
			continue
		}
		t.Persons++
		units[v.Organization] = true
	}
	t.Units, t.Providers = len(units), len(providers)
	complete := q.valid() && q.Persons > 0 && t.Persons >= q.Persons && t.Units >= q.Units && t.Providers >= len(q.Providers)
	t.Outcome = decide(persons, complete)
	return t
}

// stricter returns the verdict that stands farther from leaving. Anything unknown rejects.
func stricter(a, b Verdict) Verdict {
	rank := func(v Verdict) int {
		return max(0, slices.Index([]Verdict{"", Approve, Return, Reject}, v))
	}
	if b == "" || rank(b) == 0 {
		b = Reject
	}
	if rank(a) > rank(b) {
		return a
	}
	return b
}

// decide reads the verdicts of distinct persons.
func decide(persons map[string]Verdict, complete bool) Outcome {
	var rejected, returned bool
	for _, v := range persons {
		returned = returned || v == Return
		rejected = rejected || v != Return && v != Approve
	}
	switch {
	case returned && !rejected:
		return OutcomeReturned
	case !complete:
		return OutcomeOpen
	case rejected:
		return OutcomeRejected
	}
	return OutcomeApproved
}

// Visible returns the votes that a viewer may see while a request stands in a state. Reviewers are blind to each other until
// all have voted: as long as the review is open, each sees his own vote alone. A requester never sees who voted or how.
func Visible(votes []Vote, s State, viewer Actor) []Vote {
	if viewer.Kind == Requester {
		return nil
	}
	if s != InReview {
		return slices.Clone(votes)
	}
	return slices.DeleteFunc(slices.Clone(votes), func(v Vote) bool { return v.Person != viewer.Person })
}

// Reason is a reason code: what a requester is told. The list is closed, and no code tells which rule the data failed.
type Reason string

// The reason codes.
const (
	ReasonPurpose    Reason = "PURPOSE"
	ReasonContext    Reason = "CONTEXT"
	ReasonScope      Reason = "SCOPE"
	ReasonForm       Reason = "FORM"
	ReasonDisclosure Reason = "DISCLOSURE"
	ReasonRepetition Reason = "REPETITION"
	ReasonRecipient  Reason = "RECIPIENT"
	ReasonIncident   Reason = "INCIDENT"
	ReasonError      Reason = "ERROR"
)

// Reasons lists the reason codes.
func Reasons() []Reason {
	return []Reason{ReasonPurpose, ReasonContext, ReasonScope, ReasonForm, ReasonDisclosure, ReasonRepetition, ReasonRecipient, ReasonIncident, ReasonError}
}

// Valid reports whether the code is one of the list.
func (r Reason) Valid() bool { return slices.Contains(Reasons(), r) }

// Text says the reason to a person.
func (r Reason) Text() catalog.Text {
	switch r {
	case ReasonPurpose:
		return catalog.Text{Zh: "结果与申请用途不符", En: "the result does not fit the stated purpose"}
	case ReasonContext:
		return catalog.Text{Zh: "说明不足，无法判断", En: "the note does not say enough to decide"}
	case ReasonScope:
		return catalog.Text{Zh: "超出用途所需范围", En: "more is asked than the purpose needs"}
	case ReasonForm:
		return catalog.Text{Zh: "结果形式不适合出域", En: "the form of the result is not fit to leave"}
	case ReasonDisclosure:
		return catalog.Text{Zh: "存在泄露风险", En: "it could disclose something about somebody"}
	case ReasonRepetition:
		return catalog.Text{Zh: "与以往申请重复或过于接近", En: "it repeats an earlier request or comes too close to one"}
	case ReasonRecipient:
		return catalog.Text{Zh: "接收方不符合要求", En: "the recipient may not receive it"}
	case ReasonIncident:
		return catalog.Text{Zh: "安全事件处置", En: "a security incident"}
	case ReasonError:
		return catalog.Text{Zh: "结果有误", En: "the result is wrong"}
	}
	return catalog.Text{Zh: "未知原因 " + strings.ToUpper(string(r)), En: "unknown reason " + strings.ToUpper(string(r))}
}
