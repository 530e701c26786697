package receipt

import (
	"fmt"
	"slices"
	"strings"
)

// openVotes verifies every vote of a receipt and that together they are what the review demanded: approvals, about these
// bytes under these rules, by distinct persons, none of them the recipient or of his organization.
func (r Receipt) openVotes(pinned []Reviewer) ([]Vote, error) {
	if err := r.checkReviewers(pinned); err != nil {
		return nil, err
	}
	votes := make([]Vote, 0, len(r.Votes))
	persons := map[string]bool{}
	for _, env := range r.Votes {
		if env == nil || len(env.Signatures) != 1 {
			return nil, fmt.Errorf("%w: a vote has one signature", ErrNotGenuine)
		}
		i := slices.IndexFunc(r.Reviewers, func(k Reviewer) bool { return k.Key.ID == env.Signatures[0].KeyID })
		if i < 0 {
			return nil, fmt.Errorf("%w: a vote is by a key that is not certified", ErrNotGenuine)
		}
		v, err := OpenVote(env, r.Reviewers[i])
		if err != nil {
			return nil, err
		}
		if err := r.checkVote(v); err != nil {
			return nil, err
		}
		if persons[v.Voter.Person] {
			return nil, fmt.Errorf("%w: one person voted twice", ErrNotGenuine)
		}
		persons[v.Voter.Person] = true
		votes = append(votes, v)
	}
	return votes, r.checkQuorum(votes)
}

// checkVote reports whether a vote is an approval of what this receipt is about, by somebody who may give it.
func (r Receipt) checkVote(v Vote) error {
	switch {
	case v.Run != r.Run || v.Artefact != r.Artefact || v.RiskReport != r.RiskReport || v.Policy != r.Policy.Digest:
		return fmt.Errorf("%w: a vote is about something else", ErrNotGenuine)
	case v.Verdict != VerdictApprove:
		return fmt.Errorf("%w: a vote does not approve", ErrNotGenuine)
	case v.Voter.Person == r.Recipient.Person || v.Voter.Account == r.Recipient.Account || v.Voter.Organization == r.Recipient.Organization:
		return fmt.Errorf("%w: the recipient approved his own request", ErrNotGenuine)
	}
	return nil
}

// checkReviewers reports whether the certified keys are sound, sorted, used, and agree with the pinned ones where there are any.
func (r Receipt) checkReviewers(pinned []Reviewer) error {
	if len(r.Reviewers) != len(r.Votes) {
		return fmt.Errorf("%w: one certified key a vote", ErrNotGenuine)
	}
	for i, k := range r.Reviewers {
		if err := k.Validate(); err != nil {
			return fmt.Errorf("%w: %w", ErrNotGenuine, err)
		}
		if i > 0 && strings.Compare(r.Reviewers[i-1].Key.ID, k.Key.ID) >= 0 {
			return fmt.Errorf("%w: reviewers are sorted and listed once", ErrNotGenuine)
		}
		if len(pinned) > 0 && !slices.ContainsFunc(pinned, k.equal) {
			return fmt.Errorf("%w: a reviewer's key is not among the pinned ones", ErrNotGenuine)
		}
	}
	return nil
}

// checkQuorum counts persons and units.
func (r Receipt) checkQuorum(votes []Vote) error {
	persons, units, providers := 0, map[string]bool{}, map[string]bool{}
	for _, v := range votes {
		if slices.Contains(r.Review.Providers, v.Voter.Organization) {
			providers[v.Voter.Organization] = true
			continue
		}
		persons++
		units[v.Voter.Organization] = true
	}
	if persons < r.Review.Persons || len(units) < r.Review.Units || len(providers) < len(r.Review.Providers) {
		return fmt.Errorf("%w: fewer approvals than the review demanded", ErrNotGenuine)
	}
	return nil
}
