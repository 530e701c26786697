package egress

import "slices"

// Guard names a fact that a transition needs.
type Guard string

// The guards. I1 to I9 are the invariants of docs/spec/egress.md.
const (
	Bound            Guard = "bound"              // artefact, risk report and policy have digests
	Checked          Guard = "checked"            // disclosure control and the policy passed it, as they stand
	ReviewDemanded   Guard = "review_demanded"    // the policy demands at least one reviewer
	NoReviewDemanded Guard = "no_review_demanded" // grades 1 and 2 only
	IsAuthor         Guard = "is_author"          // the requester himself
	NotAuthor        Guard = "not_author"         // I1
	NotInstitution   Guard = "not_institution"    // nobody of the requester's organization
	NotApprover      Guard = "not_approver"       // I3: from grade 3
	NotPolicyMaker   Guard = "not_policy_maker"   // I4
	NotExcluded      Guard = "not_excluded"       // on appeal: no earlier reviewer
	NotVoted         Guard = "not_voted"          // I2: one human being, one vote
	VoteBound        Guard = "vote_bound"         // I5: about what is there now
	VoteSigned       Guard = "vote_signed"        // I6: by the voter's own key
	ReasonGiven      Guard = "reason_given"       // a reason code, except to approve
	TallyOpen        Guard = "tally_open"
	TallyApproved    Guard = "tally_approved"
	TallyReturned    Guard = "tally_returned"
	TallyRejected    Guard = "tally_rejected"
	FirstInstance    Guard = "first_instance"
	OnAppeal         Guard = "on_appeal"
	BindingChanged   Guard = "binding_changed" // what the votes were about is not what is there
	BindingCurrent   Guard = "binding_current"
	QuorumMet        Guard = "quorum_met" // I5, I6: counted again at issue
	Authorized       Guard = "authorized"
	NotFrozen        Guard = "not_frozen"
	ReceiptLogged    Guard = "receipt_logged"
	NoteGiven        Guard = "note_given"
	DeadlinePassed   Guard = "deadline_passed"
	DeadlineAhead    Guard = "deadline_ahead"
	SecondPerson     Guard = "second_person" // from grade 3
	Uncollected      Guard = "uncollected"
)

// checks says what each guard means.
var checks = map[Guard]func(Facts) bool{
	Bound:            func(f Facts) bool { return f.Current.complete() },
	Checked:          func(f Facts) bool { return f.Checked },
	ReviewDemanded:   func(f Facts) bool { return f.Request.Quorum.valid() && f.Request.Quorum.Persons > 0 },
	NoReviewDemanded: noReview,
	IsAuthor: func(f Facts) bool {
		return f.Actor.Person != "" && f.Actor.Person == f.Request.Author.Person && f.Actor.Account == f.Request.Author.Account
	},
	NotAuthor:      notAuthor,
	NotInstitution: notInstitution,
	NotApprover: func(f Facts) bool {
		return f.Request.Grade.Valid() && (f.Request.Grade < 3 || f.Actor.Person != f.Request.Approver)
	},
	NotPolicyMaker: func(f Facts) bool { return !f.Actor.MakesPolicy },
	NotExcluded:    func(f Facts) bool { return !slices.Contains(f.Request.Excluded, f.Actor.Person) },
	NotVoted: func(f Facts) bool {
		return !slices.ContainsFunc(f.Votes, func(v Vote) bool { return v.Person == f.Actor.Person && v.Binding == f.Current })
	},
	VoteBound:      func(f Facts) bool { return f.Cast != nil && f.Current.complete() && f.Cast.Binding == f.Current },
	VoteSigned:     voteSigned,
	ReasonGiven:    reasonGiven,
	TallyOpen:      outcome(OutcomeOpen),
	TallyApproved:  outcome(OutcomeApproved),
	TallyReturned:  outcome(OutcomeReturned),
	TallyRejected:  outcome(OutcomeRejected),
	FirstInstance:  func(f Facts) bool { return !f.Request.Appeal },
	OnAppeal:       func(f Facts) bool { return f.Request.Appeal },
	BindingChanged: func(f Facts) bool { return f.Current.complete() && f.Held != f.Current },
	BindingCurrent: func(f Facts) bool { return f.Held == f.Current },
	QuorumMet: func(f Facts) bool {
		return noReview(f) || f.Request.Quorum.Persons > 0 && Count(f.Votes, f.Request.Quorum, f.Current).Outcome == OutcomeApproved
	},
	Authorized:     func(f Facts) bool { return f.Authorized },
	NotFrozen:      func(f Facts) bool { return !f.Frozen },
	ReceiptLogged:  func(f Facts) bool { return f.ReceiptLogged },
	NoteGiven:      func(f Facts) bool { return f.Note },
	DeadlinePassed: func(f Facts) bool { return f.DeadlinePassed },
	DeadlineAhead:  func(f Facts) bool { return !f.DeadlinePassed },
	SecondPerson:   func(f Facts) bool { return f.SecondPerson || f.Request.Grade.Valid() && f.Request.Grade < 3 },
	Uncollected:    func(f Facts) bool { return !f.Collected },
}

// noReview reports whether the request may leave without a vote: the policy demands none, and the grade is one of the two
// for which that can be.
func noReview(f Facts) bool {
	q := f.Request.Quorum
	return q.valid() && q.Persons == 0 && len(q.Providers) == 0 && f.Request.Grade.Valid() && f.Request.Grade <= 2
}

func notAuthor(f Facts) bool {
	a, r := f.Actor, f.Request.Author
	return a.Person != "" && a.Account != "" && r.Person != "" && a.Person != r.Person && a.Account != r.Account
}

func notInstitution(f Facts) bool {
	return f.Actor.Organization != "" && f.Request.Author.Organization != "" && f.Actor.Organization != f.Request.Author.Organization
}

// voteSigned reports whether the vote is the actor's own, by his own key.
func voteSigned(f Facts) bool {
	v := f.Cast
	return v != nil && v.Person != "" && v.Person == f.Actor.Person && v.Account == f.Actor.Account &&
		v.Organization == f.Actor.Organization && v.SignedBy == v.Person
}

// reasonGiven reports whether an act that says no gives at least one known reason code, and no unknown one.
func reasonGiven(f Facts) bool {
	reasons, needed := f.Reasons, true
	if f.Cast != nil {
		reasons, needed = f.Cast.Reasons, f.Cast.Verdict != Approve
	}
	for _, r := range reasons {
		if !r.Valid() {
			return false
		}
	}
	return len(reasons) > 0 || !needed
}

// outcome is the guard that the votes with the one being cast come to this.
func outcome(want Outcome) func(Facts) bool {
	return func(f Facts) bool {
		if f.Cast == nil {
			return false
		}
		votes := append(append([]Vote(nil), f.Votes...), *f.Cast)
		return Count(votes, f.Request.Quorum, f.Current).Outcome == want
	}
}
