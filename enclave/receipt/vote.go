package receipt

import (
	"errors"
	"fmt"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
)

// Verdict is what a reviewer decides.
type Verdict string

// The verdicts.
const (
	VerdictApprove Verdict = "approve"
	VerdictReturn  Verdict = "return"
	VerdictReject  Verdict = "reject"
)

// Valid reports whether the verdict is one of the three.
func (v Verdict) Valid() bool {
	return v == VerdictApprove || v == VerdictReturn || v == VerdictReject
}

// Vote is one reviewer's decision about one artefact, as its risk report and the policy stood when he saw it. It is void as
// soon as any of the three digests differs. The reviewer's comment is no part of it: free text stays inside.
type Vote struct {
	Run        string         `json:"run"`
	Artefact   catalog.Digest `json:"artefact"`    // ManifestDigest of the files that leave
	RiskReport catalog.Digest `json:"risk_report"` // digest of the canonical report
	Policy     catalog.Digest `json:"policy"`      // salted digest of bundle and data
	Verdict    Verdict        `json:"verdict"`
	Voter      Voter          `json:"voter"`
	Key        string         `json:"key"`  // KeyID of the voter's key
	Time       time.Time      `json:"time"` // UTC, whole seconds, by the voter's clock; the log has the order
	Reasons    []string       `json:"reasons,omitempty"`
}

// Voter is who voted.
type Voter struct {
	Account      string `json:"account"`
	Person       string `json:"person"`
	Organization string `json:"organization"`
}

// maxReasons bounds the reason codes of a vote.
const maxReasons = 16

// Validate reports whether the vote is complete.
func (v Vote) Validate() error {
	if !catalog.ValidID(catalog.PrefixRun, v.Run) {
		return errors.New("vote: the run's identifier is malformed")
	}
	if err := validDigests(v.Artefact, v.RiskReport, v.Policy); err != nil {
		return fmt.Errorf("vote: %w", err)
	}
	if !v.Verdict.Valid() {
		return errors.New("vote: the verdict is approve, return or reject")
	}
	if err := validLines(v.Voter.Account, v.Voter.Person, v.Voter.Organization, v.Key); err != nil {
		return fmt.Errorf("vote: %w", err)
	}
	if len(v.Reasons) > maxReasons || v.Verdict != VerdictApprove && len(v.Reasons) == 0 {
		return errors.New("vote: to return or reject takes a reason code")
	}
	if err := validLines(v.Reasons...); err != nil {
		return fmt.Errorf("vote: %w", err)
	}
	return validTimes(v.Time)
}

// SignVote signs a vote with the voter's own key, whose id the vote must name.
func SignVote(s dsse.Signer, v Vote) (*dsse.Envelope, error) {
	if err := v.Validate(); err != nil {
		return nil, err
	}
	id, err := s.KeyID()
	if err != nil {
		return nil, fmt.Errorf("sign a vote: %w", err)
	}
	if id != v.Key {
		return nil, errors.New("the vote names another key than the one that signs it")
	}
	return signStatement(s, newStatement(votePredicateType, v, newSubject("artefact", v.Artefact)))
}

// OpenVote verifies a vote against the registration of its voter's key.
func OpenVote(env *dsse.Envelope, by Reviewer) (Vote, error) {
	if err := by.Validate(); err != nil {
		return Vote{}, err
	}
	st, err := openStatement[Vote](env, by.Key)
	if err != nil {
		return Vote{}, fmt.Errorf("vote: %w", err)
	}
	if err := st.checkType(votePredicateType); err != nil {
		return Vote{}, fmt.Errorf("vote: %w", err)
	}
	v := st.Predicate
	if err := v.Validate(); err != nil {
		return Vote{}, fmt.Errorf("%w: %w", ErrNotGenuine, err)
	}
	if len(st.Subject) != 1 || st.Subject[0] != newSubject("artefact", v.Artefact) {
		return Vote{}, fmt.Errorf("%w: a vote is about one artefact", ErrNotGenuine)
	}
	if v.Key != by.Key.ID || v.Voter != (Voter{Account: by.Account, Person: by.Person, Organization: by.Organization}) {
		return Vote{}, fmt.Errorf("%w: a vote is not by the person whose key signed it", ErrNotGenuine)
	}
	return v, nil
}
