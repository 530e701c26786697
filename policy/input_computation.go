package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// ComputationReview asks whether a computation may be declared, certified, approved or rejected, and by which rules per cell it is
// certified.
type ComputationReview struct {
	Common
	Frozen      Set                 `json:"frozen"` // kinds of freeze and sanction that cover the act; empty, never nil
	Op          ComputationOp       `json:"op"`
	Computation ReviewedComputation `json:"computation"`
	Certificate Certificate         `json:"certificate"`
	Promotion   Promotion           `json:"promotion"`
}

// Promotion is where a version was developed.
type Promotion struct {
	Demanded bool           `json:"demanded"` // the zone takes what it approves from development zones
	Digest   catalog.Digest `json:"digest"`   // of the version that a trusted one promoted; empty of what was declared here
}

// ComputationOp is an act upon a computation.
type ComputationOp string

// The acts upon a computation.
const (
	ComputationDeclare ComputationOp = "declare"
	ComputationCertify ComputationOp = "certify"
	ComputationApprove ComputationOp = "approve"
	ComputationReject  ComputationOp = "reject"
	ComputationPromote ComputationOp = "promote" // from a development zone: to sign it for another zone
)

// ReviewedComputation is the computation in the version that the act is about.
type ReviewedComputation struct {
	Name    string         `json:"name"`
	State   State          `json:"state"` // before the act: none, submitted, approved, rejected
	Digest  catalog.Digest `json:"digest"`
	Author  Party          `json:"author"`
	Grade   catalog.Grade  `json:"grade"`   // highest of what the statement touches
	Markets Set            `json:"markets"` // market classes of its datasets
}

// Certificate is the newest certificate of the computation, as it stands against the data and the policy of now.
type Certificate struct {
	State       CertificateState `json:"state"`
	Computation catalog.Digest   `json:"computation"` // digest of the version that it is about; empty when there is none
}

// CertificateState is what a certificate is worth now.
type CertificateState string

// The states of a certificate.
const (
	CertificateNone   CertificateState = "none"
	CertificatePassed CertificateState = "passed"
	CertificateFailed CertificateState = "failed" // nothing could ever be answered
	CertificateStale  CertificateState = "stale"  // of other data, another text or another policy
)

// Action is computation.review.
func (ComputationReview) Action() Action { return ActionComputationReview }

// AST is the input as the engine reads it.
func (c ComputationReview) AST() ast.Value {
	k, a := c.Computation, c.Computation.Author
	return c.fields(names("frozen", c.Frozen), text("op", c.Op),
		object("computation", text("name", k.Name), text("state", k.State), text("digest", k.Digest),
			object("author", text("account", a.Account), text("person", a.Person), text("organization", a.Organization), text("legal_group", a.LegalGroup)),
			number("grade", k.Grade), names("markets", k.Markets)),
		object("certificate", text("state", c.Certificate.State), text("computation", c.Certificate.Computation)),
		object("promotion", truth("demanded", c.Promotion.Demanded), text("digest", c.Promotion.Digest)))
}
