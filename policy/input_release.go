package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// ReleaseDecide asks, at the step review, how much review the artefact of a run needs and, at the step issue, whether it may be
// issued with the votes it has. It carries the run's own question, with grant, organization and datasets as they stand now, so
// the authorization is evaluated again.
type ReleaseDecide struct {
	Query
	Step    ReleaseStep `json:"step"`
	Release Release     `json:"release"`
}

// ReleaseStep is the point at which a release is decided.
type ReleaseStep string

// The steps of a release.
const (
	StepReview ReleaseStep = "review"
	StepIssue  ReleaseStep = "issue"
)

// Identified is a kind of identifier in an answer.
type Identified struct {
	Grade catalog.Grade `json:"grade"` // the least one of a column of such values
}

func (i Identified) term() *ast.Term { return ast.ObjectTerm(number("grade", i.Grade)) }

// Release is the artefact that would leave. Everything in it but the votes and the identifiers follows from static facts, never from data;
// these follow from the finished answer, which is all cells that may leave.
type Release struct {
	Run   string `json:"run"`
	Mode  Mode   `json:"mode"`
	Cells int    `json:"cells"` // upper bound of the cells, from the product of declared domains
	Size  Size   `json:"size"`
	Flags Set    `json:"flags"` // static reasons to look closer; empty, never nil
	// Identifiers are the kinds found in the finished answer; empty, never nil.
	Identifiers map[catalog.IdentifierKind]Identified `json:"identifiers"`
	Binding     Binding                               `json:"binding"`
	Votes       []Vote                                `json:"votes"` // of this turn; empty, never nil
}

// Size is the static size class of an artefact.
type Size string

// The size classes; a large artefact counts as flagged.
const (
	SizeOrdinary Size = "ordinary"
	SizeLarge    Size = "large"
)

// Binding is what a vote is bound to: a vote for other bytes, another report or another policy is void.
type Binding struct {
	Artefact catalog.Digest `json:"artefact"`
	Report   catalog.Digest `json:"report"`
	Policy   catalog.Digest `json:"policy"`
}

// Vote is one reviewer's vote with the facts about him as they stand now.
type Vote struct {
	Voter        Subject `json:"voter"`
	Value        Ballot  `json:"value"`
	KeyConfirmed bool    `json:"key_confirmed"`
	Binding      Binding `json:"binding"`
}

// Ballot is the value of a vote.
type Ballot string

// The values of a vote.
const (
	BallotApprove Ballot = "approve"
	BallotReturn  Ballot = "return"
	BallotReject  Ballot = "reject"
)

// ReviewVote asks whether a person may vote on a run.
type ReviewVote struct {
	Common
	Value        Ballot      `json:"value"`
	KeyConfirmed bool        `json:"key_confirmed"` // his signing key is registered and confirmed
	Run          ReviewedRun `json:"run"`
	Voted        Set         `json:"voted"` // persons who voted in this turn; empty, never nil
}

// ReviewedRun is the run under review.
type ReviewedRun struct {
	ID     string        `json:"id"`
	State  State         `json:"state"`
	Grade  catalog.Grade `json:"grade"`
	Author Party         `json:"author"`
	// Approver is the person who approved the computation that ran, empty for a free statement.
	Approver string `json:"approver"`
	Markets  Set    `json:"markets"` // market classes of the datasets
}

// ReleaseCollect asks whether the caller may fetch an issued release.
type ReleaseCollect struct {
	Common
	Frozen       Set           `json:"frozen"` // kinds of freeze and sanction that cover the act; empty, never nil
	Release      IssuedRelease `json:"release"`
	GrantState   State         `json:"grant_state"`
	Organization Organization  `json:"organization"`
}

// IssuedRelease is a release as it stands now.
type IssuedRelease struct {
	ID         string `json:"id"`
	State      State  `json:"state"`       // issued, revoked, expired
	LegalGroup string `json:"legal_group"` // of the organization that asked
	// Recipients say who may collect, by organization.
	Recipients map[string]Collectors `json:"recipients"`
	NotAfter   int64                 `json:"not_after"` // first second after its validity
	Grade      catalog.Grade         `json:"grade"`
	Markets    Set                   `json:"markets"` // market classes of the datasets
}

// Collectors are the people of an organization who may collect: everybody, or these persons.
type Collectors struct {
	Everybody bool `json:"everybody"`
	Persons   Set  `json:"persons"` // empty, never nil
}

func (c Collectors) term() *ast.Term {
	return ast.ObjectTerm(truth("everybody", c.Everybody), names("persons", c.Persons))
}

// Action is release.decide.
func (ReleaseDecide) Action() Action { return ActionReleaseDecide }

// AST is the input as the engine reads it.
func (r ReleaseDecide) AST() ast.Value {
	votes := ast.NullTerm()
	if r.Release.Votes != nil {
		terms := make([]*ast.Term, len(r.Release.Votes))
		for i, v := range r.Release.Votes {
			terms[i] = v.term()
		}
		votes = ast.ArrayTerm(terms...)
	}
	return r.fields(append(r.asked(), text("step", r.Step), object("release",
		text("run", r.Release.Run), text("mode", r.Release.Mode), number("cells", r.Release.Cells),
		text("size", r.Release.Size), names("flags", r.Release.Flags), each("identifiers", r.Release.Identifiers, Identified.term), r.Release.Binding.field(),
		field{ast.StringTerm("votes"), votes}))...)
}

// Action is review.vote.
func (ReviewVote) Action() Action { return ActionReviewVote }

// AST is the input as the engine reads it.
func (v ReviewVote) AST() ast.Value {
	return v.fields(text("value", v.Value), truth("key_confirmed", v.KeyConfirmed), names("voted", v.Voted),
		object("run", text("id", v.Run.ID), text("state", v.Run.State), number("grade", v.Run.Grade),
			v.Run.Author.field(), text("approver", v.Run.Approver), names("markets", v.Run.Markets)))
}

// Action is release.collect.
func (ReleaseCollect) Action() Action { return ActionReleaseCollect }

// AST is the input as the engine reads it.
func (r ReleaseCollect) AST() ast.Value {
	return r.fields(names("frozen", r.Frozen), text("grant_state", r.GrantState), r.Organization.field(), object("release",
		text("id", r.Release.ID), text("state", r.Release.State), text("legal_group", r.Release.LegalGroup),
		each("recipients", r.Release.Recipients, Collectors.term),
		number("not_after", r.Release.NotAfter), number("grade", r.Release.Grade), names("markets", r.Release.Markets)))
}

func (b Binding) field() field {
	return object("binding", text("artefact", b.Artefact), text("report", b.Report), text("policy", b.Policy))
}

func (v Vote) term() *ast.Term {
	return ast.ObjectTerm(object("voter", v.Voter.fields()...), text("value", v.Value),
		truth("key_confirmed", v.KeyConfirmed), v.Binding.field())
}
