package egress_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/egress"
)

// history is a small enclave around the table: it keeps what the enclave would store, and what really happened beside it.
type history struct {
	*rand.Rand
	state   egress.State
	facts   egress.Facts
	earlier []egress.Vote // votes of turns that are over
	steps   []string
}

func newHistory(r *rand.Rand) *history {
	h := &history{Rand: r, state: egress.Running}
	h.facts.Request = egress.Request{
		Grade: catalog.Grade(1 + r.IntN(4)), Author: egress.Party{Account: "a0", Person: "p0", Organization: "o0"},
		Approver: pick(r, "", "p1"), Quorum: egress.Quorum{Persons: r.IntN(3)},
	}
	if h.facts.Request.Quorum.Persons == 2 && r.IntN(2) == 0 {
		h.facts.Request.Quorum.Units = 2
	}
	h.facts.Current, h.facts.Held = binding(""), binding("")
	return h
}

// step tries one random event and keeps its effects.
func (h *history) step() {
	f := h.facts
	f.Checked, f.Authorized, f.ReceiptLogged, f.Note = h.IntN(8) > 0, h.IntN(8) > 0, h.IntN(8) > 0, h.IntN(4) > 0
	f.Frozen, f.DeadlinePassed, f.SecondPerson = h.IntN(8) == 0, h.IntN(12) == 0, h.IntN(2) == 0
	f.Reasons = []egress.Reason{egress.ReasonError}
	f.Actor = person(h.Rand, pick(h.Rand, egress.Actors()...))
	event := pick(h.Rand, egress.Events()...)
	if h.IntN(8) > 0 && slices.Contains([]egress.Event{egress.EventBlock, egress.EventFail, egress.EventWithdraw}, event) {
		return // rare, so that many histories come far
	}
	if event == egress.EventVote {
		v := randomVote(h.Rand, f.Actor)
		if h.IntN(4) > 0 {
			v.Binding = f.Current
		}
		v.Verdict = pick(h.Rand, egress.Approve, egress.Approve, egress.Approve, egress.Return, egress.Reject)
		f.Cast = &v
	}
	if h.IntN(10) == 0 { // the world moves
		h.facts.Current = binding(pick(h.Rand, "", "2", "3"))
		f.Current = h.facts.Current
	}
	to, err := egress.Next(h.state, event, f)
	if err != nil {
		return
	}
	h.steps = append(h.steps, fmt.Sprintf("%s -%s(%s)-> %s", h.state, event, f.Actor.Kind, to))
	h.apply(event, to, f)
}

func (h *history) apply(event egress.Event, to egress.State, f egress.Facts) {
	newTurn := slices.Contains([]egress.Event{egress.EventHold, egress.EventClear, egress.EventRebind, egress.EventResubmit, egress.EventAdmit}, event)
	if event == egress.EventVote {
		h.facts.Votes = append(slices.Clone(h.facts.Votes), *f.Cast)
	}
	if event == egress.EventAdmit {
		h.facts.Request.Appeal = true
		h.facts.Request.Quorum = h.facts.Request.Quorum.OnAppeal()
		for _, v := range append(slices.Clone(h.earlier), h.facts.Votes...) {
			h.facts.Request.Excluded = append(h.facts.Request.Excluded, v.Person)
		}
	}
	if newTurn {
		h.earlier = append(h.earlier, h.facts.Votes...)
		h.facts.Votes, h.facts.Held = nil, f.Current
	}
	h.state = to
}

// check states the invariants of docs/spec/egress.md over what happened.
func (h *history) check(t *testing.T) {
	t.Helper()
	r := h.facts.Request
	humans := map[string]bool{}
	for _, v := range append(slices.Clone(h.earlier), h.facts.Votes...) {
		require.NotEqual(t, r.Author.Person, v.Person, "I1 %v", h.steps)
		require.NotEqual(t, r.Author.Organization, v.Organization, "I1 %v", h.steps)
		require.Equal(t, v.Person, v.SignedBy, "I6 %v", h.steps)
		if r.Grade >= 3 {
			require.NotEqual(t, r.Approver, v.Person, "I3 %v", h.steps)
		}
	}
	for _, v := range h.facts.Votes {
		require.False(t, humans[v.Person], "I2 %v", h.steps)
		humans[v.Person] = true
		require.Equal(t, h.facts.Held, v.Binding, "I5 %v", h.steps)
	}
	if h.state != egress.Issued {
		return
	}
	if r.Grade >= 3 {
		require.NotZero(t, r.Quorum.Persons, "no grade 3 leaves alone %v", h.steps)
	}
	require.GreaterOrEqual(t, len(humans), r.Quorum.Persons, "%v", h.steps)
	units := map[string]bool{}
	for _, v := range h.facts.Votes {
		require.Equal(t, egress.Approve, v.Verdict, "one rejection blocks %v", h.steps)
		units[v.Organization] = true
		require.False(t, r.Appeal && slices.Contains(r.Excluded, v.Person), "%v", h.steps)
	}
	require.GreaterOrEqual(t, len(units), r.Quorum.Units, "%v", h.steps)
}

func TestRandomHistories(t *testing.T) {
	ends := map[egress.State]int{}
	issued := 0
	for seed := range uint64(3000) {
		h := newHistory(rand.New(rand.NewPCG(seed, 7)))
		for range 400 {
			before := h.state
			h.step()
			h.check(t)
			if before != egress.Issued && h.state == egress.Issued {
				issued++
				require.Equal(t, h.facts.Held, h.facts.Current, "I10 %v", h.steps)
			}
			if before.Terminal() {
				require.Equal(t, before, h.state, "I9")
			}
		}
		ends[h.state]++
	}
	require.Greater(t, issued, 100)
	for _, s := range []egress.State{egress.Closed, egress.Withdrawn, egress.Expired, egress.Revoked, egress.Blocked, egress.Failed} {
		require.Positive(t, ends[s], "%s was reached", s)
	}
}

func TestCount(t *testing.T) {
	b := binding("")
	vote := func(person, org string, v egress.Verdict) egress.Vote {
		return egress.Vote{Account: person, Person: person, Organization: org, SignedBy: person, Verdict: v, Binding: b}
	}
	two := egress.Quorum{Persons: 2, Units: 2}
	withProvider := egress.Quorum{Persons: 2, Units: 2, Providers: []string{"hrss"}}
	stale := vote("z", "u9", egress.Reject)
	stale.Binding = binding("2")
	cases := []struct {
		name  string
		votes []egress.Vote
		q     egress.Quorum
		want  egress.Outcome
	}{
		{"nothing", nil, egress.Quorum{Persons: 1}, egress.OutcomeOpen},
		{"no quorum is never met", []egress.Vote{vote("a", "u1", egress.Approve)}, egress.Quorum{}, egress.OutcomeOpen},
		{"a quorum without sense", []egress.Vote{vote("a", "u1", egress.Approve)}, egress.Quorum{Persons: 1, Units: 2}, egress.OutcomeOpen},
		{"one person twice", []egress.Vote{vote("a", "u1", egress.Approve), vote("a", "u2", egress.Approve)}, two, egress.OutcomeOpen},
		{"one unit twice", []egress.Vote{vote("a", "u1", egress.Approve), vote("b", "u1", egress.Approve)}, two, egress.OutcomeOpen},
		{"two units", []egress.Vote{vote("a", "u1", egress.Approve), vote("b", "u2", egress.Approve)}, two, egress.OutcomeApproved},
		{"a third rejects", []egress.Vote{vote("a", "u1", egress.Approve), vote("b", "u2", egress.Approve), vote("c", "u2", egress.Reject)}, two, egress.OutcomeRejected},
		{"an unknown verdict", []egress.Vote{vote("a", "u1", "maybe")}, egress.Quorum{Persons: 1}, egress.OutcomeRejected},
		{"a void rejection", []egress.Vote{stale, vote("a", "u1", egress.Approve)}, egress.Quorum{Persons: 1}, egress.OutcomeApproved},
		{"the strictest of one person", []egress.Vote{vote("a", "u1", egress.Reject), vote("a", "u1", egress.Approve)}, egress.Quorum{Persons: 1}, egress.OutcomeRejected},
		{"provider missing", []egress.Vote{vote("a", "u1", egress.Approve), vote("b", "u2", egress.Approve)}, withProvider, egress.OutcomeOpen},
		{"provider is no second person", []egress.Vote{vote("a", "u1", egress.Approve), vote("b", "hrss", egress.Approve)}, withProvider, egress.OutcomeOpen},
		{"provider too", []egress.Vote{vote("a", "u1", egress.Approve), vote("b", "u2", egress.Approve), vote("c", "hrss", egress.Approve)}, withProvider, egress.OutcomeApproved},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, egress.Count(c.votes, c.q, b).Outcome)
		})
	}
	require.Equal(t, egress.OutcomeOpen, egress.Count([]egress.Vote{{Person: "a", SignedBy: "a", Verdict: egress.Approve}}, egress.Quorum{Persons: 1}, egress.Binding{}).Outcome)
	require.Equal(t, 1, egress.Count([]egress.Vote{stale}, two, b).Void)
}

func TestTightenSatisfiesBoth(t *testing.T) {
	a := egress.Quorum{Persons: 1, Providers: []string{"tax"}}
	b := egress.Quorum{Persons: 2, Units: 2, Providers: []string{"hrss", "tax"}}
	require.Equal(t, egress.Quorum{Persons: 2, Units: 2, Providers: []string{"hrss", "tax"}}, a.Tighten(b))
	require.Equal(t, a.Tighten(b), b.Tighten(a))
	require.Equal(t, 3, b.OnAppeal().Persons)
}

func TestReviewersAreBlindUntilAllHaveVoted(t *testing.T) {
	votes := []egress.Vote{{Person: "p1", Verdict: egress.Reject}, {Person: "p2", Verdict: egress.Approve}}
	p1, p3 := egress.Actor{Kind: egress.Reviewer, Person: "p1"}, egress.Actor{Kind: egress.Reviewer, Person: "p3"}
	require.Equal(t, votes[:1], egress.Visible(votes, egress.InReview, p1))
	require.Empty(t, egress.Visible(votes, egress.InReview, p3))
	require.Empty(t, egress.Visible(votes, egress.InReview, egress.Actor{Kind: egress.Security, Person: "p4"}))
	require.Equal(t, votes, egress.Visible(votes, egress.Rejected, p3))
	for _, s := range egress.States() {
		require.Empty(t, egress.Visible(votes, s, egress.Actor{Kind: egress.Requester, Person: "p1"}))
	}
}

func TestReasonsAreClosed(t *testing.T) {
	for _, r := range egress.Reasons() {
		require.True(t, r.Valid())
		require.NotEmpty(t, r.Text().Zh)
		require.NotContains(t, r.Text().En, "unknown")
	}
	require.False(t, egress.Reason("purpose").Valid())
}
