package egress

import "yumen/catalog"

// Facts is everything that guards look at. The enclave reads it in the transaction that stores the new state.
type Facts struct {
	Actor   Actor
	Request Request

	// Held are the digests that the votes of this turn are about: those that were Current when the turn began, at hold, clear,
	// rebind, resubmit or admit. Current are those of now.
	Held    Binding
	Current Binding
	// Checked reports that disclosure control passed this artefact and that the policy, as it stands, was asked about it.
	Checked bool

	Votes []Vote // of this turn, in the order they were cast
	Cast  *Vote  // the vote being cast, with EventVote

	Reasons []Reason // given by the officer or the security lead; a vote has its own
	Note    bool     // the requester gave a new argument

	DeadlinePassed bool // the clock of the state has run out, in working days where it counts those
	Authorized     bool // grant, contract and account hold at this moment
	Frozen         bool // an emergency freeze covers this release
	ReceiptLogged  bool // the receipt is signed and its log entry is in this transaction
	Collected      bool // the recipient has collected the files
	SecondPerson   bool // another person of the same office has confirmed the act
}

// Actor is who acts. System needs no more than its kind.
type Actor struct {
	Kind         ActorKind
	Account      string
	Person       string // one human being, whatever accounts he has
	Organization string
	MakesPolicy  bool // may change the policy or its thresholds
}

// Request is what is asked to leave.
type Request struct {
	Grade    catalog.Grade
	Author   Party
	Approver string // person who approved the computation; empty for free SQL
	Quorum   Quorum
	Appeal   bool     // a panel on appeal is at work
	Excluded []string // persons who reviewed at first instance; on appeal they neither vote nor admit
}

// Party is the account, person and organization that asked.
type Party struct {
	Account      string
	Person       string
	Organization string
}

// Binding is what a vote is about. Votes are void when any of the three differs.
type Binding struct {
	Artefact   catalog.Digest `json:"artefact"`
	RiskReport catalog.Digest `json:"risk_report"`
	Policy     catalog.Digest `json:"policy"`
}

// complete reports whether all three digests are there.
func (b Binding) complete() bool {
	return b.Artefact.Validate() == nil && b.RiskReport.Validate() == nil && b.Policy.Validate() == nil
}

// Verdict is what a reviewer decides; the words are those of the signed vote.
type Verdict string

// The verdicts.
const (
	Approve Verdict = "approve"
	Return  Verdict = "return"
	Reject  Verdict = "reject"
)

// Vote is a reviewer's decision, after his signature was verified.
type Vote struct {
	Account      string
	Person       string
	Organization string
	Verdict      Verdict
	Binding      Binding
	Reasons      []Reason
	SignedBy     string // person to whom the key that signed it is registered
}
