package egress_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/egress"
)

func digest(s string) catalog.Digest { return catalog.DigestOf([]byte(s)) }

var bindings = map[string]egress.Binding{
	"":  {Artefact: digest("a"), RiskReport: digest("r"), Policy: digest("p")},
	"2": {Artefact: digest("a"), RiskReport: digest("r2"), Policy: digest("p")},
	"3": {Artefact: digest("a"), RiskReport: digest("r2"), Policy: digest("p3")},
}

func binding(s string) egress.Binding { return bindings[s] }

// ready returns facts under which the event succeeds for the actor in some state, for the author alice of a bank and the
// reviewers rita and rob of the operator.
func ready(kind egress.ActorKind) egress.Facts {
	f := egress.Facts{
		Request: egress.Request{Grade: 3, Author: egress.Party{Account: "alice", Person: "p-alice", Organization: "bank"}, Quorum: egress.Quorum{Persons: 1}},
		Held:    binding(""), Current: binding(""),
		Checked: true, Authorized: true, ReceiptLogged: true, SecondPerson: true, Note: true,
		Reasons: []egress.Reason{egress.ReasonIncident},
	}
	switch kind {
	case egress.Requester:
		f.Actor = egress.Actor{Kind: kind, Account: "alice", Person: "p-alice", Organization: "bank"}
	case egress.System:
		f.Actor = egress.Actor{Kind: kind}
	default:
		f.Actor = egress.Actor{Kind: kind, Account: "rita", Person: "p-rita", Organization: "operator"}
	}
	return f
}

func cast(f egress.Facts, v egress.Verdict) egress.Facts {
	vote := egress.Vote{Account: f.Actor.Account, Person: f.Actor.Person, Organization: f.Actor.Organization,
		SignedBy: f.Actor.Person, Verdict: v, Binding: f.Current}
	if v != egress.Approve {
		vote.Reasons = []egress.Reason{egress.ReasonPurpose}
	}
	f.Cast = &vote
	return f
}

func edit(f egress.Facts, change func(*egress.Facts)) egress.Facts {
	if f.Cast != nil {
		v := *f.Cast
		f.Cast = &v
	}
	change(&f)
	return f
}

func TestTheUsualWays(t *testing.T) {
	sys, req, rev := ready(egress.System), ready(egress.Requester), ready(egress.Reviewer)
	late := edit(sys, func(f *egress.Facts) { f.DeadlinePassed = true })
	automatic := edit(sys, func(f *egress.Facts) { f.Request.Grade = 1; f.Request.Quorum = egress.Quorum{} })
	moved := edit(sys, func(f *egress.Facts) { f.Current = binding("2") })
	voted := edit(sys, func(f *egress.Facts) { f.Votes = []egress.Vote{*cast(rev, egress.Approve).Cast} })
	appeal := edit(cast(rev, egress.Reject), func(f *egress.Facts) { f.Request.Appeal = true })
	two := func(v egress.Verdict, before ...egress.Verdict) egress.Facts {
		return edit(cast(rev, v), func(f *egress.Facts) {
			f.Request.Quorum.Persons = 2
			for _, b := range before {
				f.Votes = append(f.Votes, egress.Vote{Account: "rob", Person: "p-rob", Organization: "operator", SignedBy: "p-rob", Verdict: b, Binding: f.Current})
			}
		})
	}
	cases := []struct {
		name  string
		from  egress.State
		event egress.Event
		facts egress.Facts
		to    egress.State
	}{
		{"review demanded", egress.Running, egress.EventHold, sys, egress.InReview},
		{"no review demanded", egress.Running, egress.EventClear, automatic, egress.Approved},
		{"hard rule", egress.Running, egress.EventBlock, sys, egress.Blocked},
		{"failure", egress.Running, egress.EventFail, sys, egress.Failed},
		{"taken back while running", egress.Running, egress.EventWithdraw, req, egress.Withdrawn},
		{"only vote approves", egress.InReview, egress.EventVote, cast(rev, egress.Approve), egress.Approved},
		{"only vote returns", egress.InReview, egress.EventVote, cast(rev, egress.Return), egress.Returned},
		{"only vote rejects", egress.InReview, egress.EventVote, cast(rev, egress.Reject), egress.Rejected},
		{"rejected on appeal", egress.InReview, egress.EventVote, appeal, egress.Closed},
		{"first of two approves", egress.InReview, egress.EventVote, two(egress.Approve), egress.InReview},
		{"first of two rejects", egress.InReview, egress.EventVote, two(egress.Reject), egress.InReview},
		{"first of two returns", egress.InReview, egress.EventVote, two(egress.Return), egress.Returned},
		{"both approve", egress.InReview, egress.EventVote, two(egress.Approve, egress.Approve), egress.Approved},
		{"second rejects", egress.InReview, egress.EventVote, two(egress.Reject, egress.Approve), egress.Rejected},
		{"first rejected", egress.InReview, egress.EventVote, two(egress.Approve, egress.Reject), egress.Rejected},
		{"a rejection outlasts a return", egress.InReview, egress.EventVote, two(egress.Return, egress.Reject), egress.Rejected},
		{"policy moved in review", egress.InReview, egress.EventRebind, moved, egress.InReview},
		{"taken back in review", egress.InReview, egress.EventWithdraw, req, egress.Withdrawn},
		{"nobody voted in time", egress.InReview, egress.EventExpire, late, egress.Expired},
		{"issued after a vote", egress.Approved, egress.EventIssue, voted, egress.Issued},
		{"issued without one", egress.Approved, egress.EventIssue, automatic, egress.Issued},
		{"policy moved before issue", egress.Approved, egress.EventRebind, moved, egress.InReview},
		{"resubmitted", egress.Returned, egress.EventResubmit, req, egress.InReview},
		{"given up", egress.Returned, egress.EventWithdraw, req, egress.Withdrawn},
		{"appealed", egress.Rejected, egress.EventAppeal, req, egress.Appealed},
		{"no appeal in time", egress.Rejected, egress.EventClose, late, egress.Closed},
		{"appeal admitted", egress.Appealed, egress.EventAdmit, ready(egress.Officer), egress.InReview},
		{"appeal dismissed", egress.Appealed, egress.EventDismiss, ready(egress.Officer), egress.Closed},
		{"revoked", egress.Issued, egress.EventRevoke, ready(egress.Security), egress.Revoked},
		{"never collected", egress.Issued, egress.EventExpire, late, egress.Expired},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			to, err := egress.Next(c.from, c.event, c.facts)
			require.NoError(t, err)
			require.Equal(t, c.to, to)
		})
	}
}

// Each row takes one guard away from an act that would succeed.
func TestGuards(t *testing.T) {
	vote := cast(ready(egress.Reviewer), egress.Approve)
	issue := edit(ready(egress.System), func(f *egress.Facts) { f.Votes = []egress.Vote{*vote.Cast} })
	cases := []struct {
		name   string
		from   egress.State
		event  egress.Event
		facts  egress.Facts
		change func(*egress.Facts)
		guard  egress.Guard
	}{
		{"I1 author", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Request.Author.Person = "p-rita" }, egress.NotAuthor},
		{"I1 author's account", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Request.Author.Account = "rita" }, egress.NotAuthor},
		{"same institution", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Request.Author.Organization = "operator" }, egress.NotInstitution},
		{"I2 second account", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) {
			f.Request.Quorum.Persons = 2
			v := *f.Cast
			v.Account = "rita2"
			f.Votes = []egress.Vote{v}
		}, egress.NotVoted},
		{"I3 approver", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Request.Approver = "p-rita" }, egress.NotApprover},
		{"I4 policy maker", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Actor.MakesPolicy = true }, egress.NotPolicyMaker},
		{"earlier reviewer on appeal", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Request.Excluded = []string{"p-rita"} }, egress.NotExcluded},
		{"I5 other artefact", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Current.Artefact = digest("x"); f.Held = f.Current }, egress.VoteBound},
		{"I5 other report", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Current.RiskReport = digest("x"); f.Held = f.Current }, egress.VoteBound},
		{"I5 other policy", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Current.Policy = digest("x"); f.Held = f.Current }, egress.VoteBound},
		{"I5 not bound anew", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Held = binding("2") }, egress.BindingCurrent},
		{"I6 other key", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Cast.SignedBy = "p-rob" }, egress.VoteSigned},
		{"vote of another", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Cast.Person, f.Cast.SignedBy = "p-rob", "p-rob" }, egress.VoteSigned},
		{"no reason", egress.InReview, egress.EventVote, cast(ready(egress.Reviewer), egress.Reject), func(f *egress.Facts) { f.Cast.Reasons = nil }, egress.ReasonGiven},
		{"unknown reason", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Cast.Reasons = []egress.Reason{"X"} }, egress.ReasonGiven},
		{"no quorum", egress.InReview, egress.EventVote, vote, func(f *egress.Facts) { f.Request.Quorum = egress.Quorum{} }, egress.ReviewDemanded},
		{"grade 3 without review", egress.Running, egress.EventClear, ready(egress.System), func(f *egress.Facts) { f.Request.Quorum = egress.Quorum{} }, egress.NoReviewDemanded},
		{"no grade", egress.Running, egress.EventClear, ready(egress.System), func(f *egress.Facts) { f.Request.Grade, f.Request.Quorum = 0, egress.Quorum{} }, egress.NoReviewDemanded},
		{"not checked", egress.Running, egress.EventHold, ready(egress.System), func(f *egress.Facts) { f.Checked = false }, egress.Checked},
		{"no digest", egress.Running, egress.EventHold, ready(egress.System), func(f *egress.Facts) { f.Current.RiskReport = "" }, egress.Bound},
		{"issue: votes void", egress.Approved, egress.EventIssue, issue, func(f *egress.Facts) { f.Held, f.Current = binding("2"), binding("2") }, egress.QuorumMet},
		{"issue: binding moved", egress.Approved, egress.EventIssue, issue, func(f *egress.Facts) { f.Current = binding("2") }, egress.BindingCurrent},
		{"issue: frozen", egress.Approved, egress.EventIssue, issue, func(f *egress.Facts) { f.Frozen = true }, egress.NotFrozen},
		{"issue: suspended", egress.Approved, egress.EventIssue, issue, func(f *egress.Facts) { f.Authorized = false }, egress.Authorized},
		{"issue: no log entry", egress.Approved, egress.EventIssue, issue, func(f *egress.Facts) { f.ReceiptLogged = false }, egress.ReceiptLogged},
		{"issue: not signed", egress.Approved, egress.EventIssue, issue, func(f *egress.Facts) {
			f.Votes = slices.Clone(f.Votes)
			f.Votes[0].SignedBy = ""
		}, egress.QuorumMet},
		{"another's request", egress.InReview, egress.EventWithdraw, ready(egress.Requester), func(f *egress.Facts) { f.Actor.Person = "p-bob" }, egress.IsAuthor},
		{"second appeal", egress.Rejected, egress.EventAppeal, ready(egress.Requester), func(f *egress.Facts) { f.Request.Appeal = true }, egress.FirstInstance},
		{"late appeal", egress.Rejected, egress.EventAppeal, ready(egress.Requester), func(f *egress.Facts) { f.DeadlinePassed = true }, egress.DeadlineAhead},
		{"appeal without argument", egress.Rejected, egress.EventAppeal, ready(egress.Requester), func(f *egress.Facts) { f.Note = false }, egress.NoteGiven},
		{"officer reviewed it", egress.Appealed, egress.EventAdmit, ready(egress.Officer), func(f *egress.Facts) { f.Request.Excluded = []string{"p-rita"} }, egress.NotExcluded},
		{"revoked alone", egress.Issued, egress.EventRevoke, ready(egress.Security), func(f *egress.Facts) { f.SecondPerson = false }, egress.SecondPerson},
		{"expiry too early", egress.InReview, egress.EventExpire, ready(egress.System), func(*egress.Facts) {}, egress.DeadlinePassed},
		{"collected already", egress.Issued, egress.EventExpire, ready(egress.System), func(f *egress.Facts) { f.DeadlinePassed, f.Collected = true, true }, egress.Uncollected},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := egress.Next(c.from, c.event, edit(c.facts, c.change))
			var g *egress.GuardError
			require.ErrorAs(t, err, &g)
			require.Equal(t, c.guard, g.Guard)
		})
	}
}

// Every transition belongs to one kind of actor; for every other kind it is refused, whatever the facts.
func TestEveryTransitionTimesEveryRole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, tr := range egress.Transitions() {
		for _, kind := range egress.Actors() {
			allowed := slices.ContainsFunc(egress.Transitions(), func(o egress.Transition) bool {
				return o.From == tr.From && o.Event == tr.Event && o.Actor == kind
			})
			for range 200 {
				f := randomFacts(r)
				f.Actor.Kind = kind
				_, err := egress.Next(tr.From, tr.Event, f)
				if !allowed {
					require.ErrorIs(t, err, egress.ErrActor, "%s %s by %s", tr.From, tr.Event, kind)
				}
			}
		}
	}
}

func TestTheTableIsWellFormed(t *testing.T) {
	reached := map[egress.State]bool{egress.Running: true}
	for _, tr := range egress.Transitions() {
		require.Contains(t, egress.States(), tr.From)
		require.Contains(t, egress.States(), tr.To)
		require.Contains(t, egress.Events(), tr.Event)
		require.Contains(t, egress.Actors(), tr.Actor)
		for _, g := range tr.Guards {
			require.True(t, egress.Known(g), "guard %s", g)
		}
		reached[tr.To] = true
		if tr.Actor == egress.Reviewer { // I7
			require.Equal(t, egress.EventVote, tr.Event)
		}
		if tr.To == egress.Issued { // I10
			require.Equal(t, egress.Approved, tr.From)
			require.Subset(t, tr.Guards, []egress.Guard{egress.Checked, egress.BindingCurrent, egress.QuorumMet, egress.ReceiptLogged})
		}
	}
	require.Len(t, reached, len(egress.States()))
	terminal := slices.DeleteFunc(egress.States(), func(s egress.State) bool { return !s.Terminal() })
	require.Equal(t, []egress.State{egress.Closed, egress.Withdrawn, egress.Expired, egress.Revoked, egress.Blocked, egress.Failed}, terminal)
}

// Lines for one state and event exclude each other; nothing leads out of a terminal or unknown state; and with no facts at all
// nothing comes closer to leaving.
func TestNextIsAFunctionAndFailsClosed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range append(egress.States(), "", "unknown") {
		for _, e := range append(egress.Events(), "") {
			for range 400 {
				f := randomFacts(r)
				require.LessOrEqual(t, egress.Matching(s, e, f), 1, "%s %s", s, e)
				to, err := egress.Next(s, e, f)
				require.Equal(t, err == nil, egress.Matching(s, e, f) == 1)
				if s.Terminal() {
					require.ErrorIs(t, err, egress.ErrNoTransition) // I9
				}
				if err != nil {
					require.Empty(t, to)
				}
			}
			for _, kind := range egress.Actors() {
				to, err := egress.Next(s, e, egress.Facts{Actor: egress.Actor{Kind: kind}})
				if err == nil {
					require.NotContains(t, []egress.State{egress.InReview, egress.Approved, egress.Issued}, to, "%s %s %s", s, e, kind)
				}
			}
		}
	}
}

func TestShownWords(t *testing.T) {
	words := []string{"running", "in_review", "released", "returned", "rejected", "failed", "withdrawn", "revoked", "expired"}
	for _, s := range egress.States() {
		require.Contains(t, words, s.Shown())
	}
	require.Equal(t, "failed", egress.Blocked.Shown())
	require.Equal(t, "in_review", egress.Approved.Shown())
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// randomFacts draws from a small world, so that every coincidence happens.
func randomFacts(r *rand.Rand) egress.Facts {
	flip := func() bool { return r.IntN(2) == 0 }
	f := egress.Facts{
		Actor: person(r, pick(r, egress.Actors()...)),
		Request: egress.Request{
			Grade: catalog.Grade(r.IntN(5)), Approver: pick(r, "", "p0", "p1", "p2"),
			Author: egress.Party{Account: pick(r, "a0", "a1"), Person: pick(r, "p0", "p1"), Organization: pick(r, "o0", "o1")},
			Quorum: egress.Quorum{Persons: r.IntN(3), Units: r.IntN(3)}, Appeal: flip(),
		},
		Held: binding(pick(r, "", "2")), Current: binding(pick(r, "", "2")),
		Checked: flip(), Note: flip(), DeadlinePassed: flip(), Authorized: flip(), Frozen: flip(), ReceiptLogged: flip(),
		Collected: flip(), SecondPerson: flip(), Reasons: pick(r, nil, []egress.Reason{egress.ReasonScope}),
	}
	if flip() {
		f.Request.Excluded = []string{"p2"}
	}
	if flip() {
		f.Request.Quorum.Providers = []string{"o2"}
	}
	for range r.IntN(4) {
		f.Votes = append(f.Votes, randomVote(r, person(r, egress.Reviewer)))
	}
	if flip() {
		v := randomVote(r, f.Actor)
		f.Cast = &v
	}
	return f
}

func person(r *rand.Rand, kind egress.ActorKind) egress.Actor {
	i := r.IntN(5)
	return egress.Actor{Kind: kind, Account: pick(r, "a", "b") + string(rune('0'+i)), Person: "p" + string(rune('0'+i)),
		Organization: pick(r, "o0", "o1", "o2"), MakesPolicy: r.IntN(4) == 0}
}

func randomVote(r *rand.Rand, by egress.Actor) egress.Vote {
	return egress.Vote{Account: by.Account, Person: by.Person, Organization: by.Organization, SignedBy: pick(r, by.Person, by.Person, "p0"),
		Verdict: pick(r, egress.Approve, egress.Return, egress.Reject, ""), Binding: binding(pick(r, "", "2")),
		Reasons: pick(r, nil, []egress.Reason{egress.ReasonScope})}
}
