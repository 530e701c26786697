package enclave

import (
	"cmp"
	"encoding/json"

	"yumen/catalog"
	"yumen/enclave/application"
	"yumen/enclave/compile"
	"yumen/enclave/consent"
	"yumen/enclave/egress"
	"yumen/internal/api"
	"yumen/internal/authn"
	"yumen/policy"
)

// The kinds of record in the metastore.
const (
	recZone        = "zone"
	recOrg         = "organization"
	recAccount     = "account"
	recSession     = "session"
	recKey         = "signing_key"
	recDataset     = "dataset"
	recVersion     = "dataset_version"
	recSnapshot    = "snapshot"
	recApplication = "application"
	recGrant       = "grant"
	recUsage       = "grant_usage"
	recRun         = "run"
	recRelease     = "release"
	recLedger      = "ledger"
	recBudget      = "budget"
	recCharged     = "charged"
	recDecision    = "decision"
	recFreeze      = "freeze"
	recException   = "supply_exception"
	recSanction    = "sanction"
	recInstruction = "instruction"
	recCalendar    = "calendar"
	recBundle      = "policy_bundle"
	recRegister    = "consent_register"
	recSubject     = "consent_subject"

	recComputation        = "computation"
	recProduct            = "product"
	recComputationVersion = "computation_version"
	recCertificate        = "certificate"
)

// zoneRecord is the zone itself: one record, made by Init.
type zoneRecord struct {
	ID           string `json:"id"`
	Jurisdiction string `json:"jurisdiction"`
	Environment  string `json:"environment,omitempty"` // see environment
	Created      int64  `json:"created"`
}

// environment is the zone's; one made before environments were told apart is of production.
func (z zoneRecord) environment() policy.Environment {
	return cmp.Or(policy.Environment(z.Environment), policy.Production)
}

// accountRecord is one account of one person.
type accountRecord struct {
	Spec        catalog.AccountSpec `json:"spec"`
	DeclaredBy  string              `json:"declared_by"`
	ConfirmedBy string              `json:"confirmed_by,omitempty"`
	Password    string              `json:"password,omitempty"`   // PHC string
	Activation  *authn.Activation   `json:"activation,omitempty"` // until used
	Login       authn.Login         `json:"login,omitzero"`
	Suspension  *suspension         `json:"suspension,omitempty"` // in state suspended
	Factor      *factorRecord       `json:"factor,omitempty"`     // the second factor, enrolled or about to be
}

// Account states.
const (
	accountPending   = "pending"   // declared; its role is not in effect
	accountConfirmed = "confirmed" // its role is in effect
	accountSuspended = "suspended" // it may do nothing, and has no session
	accountClosed    = "closed"    // likewise, for good: its organization has been terminated
)

type orgRecord struct {
	Spec       catalog.OrganizationSpec `json:"spec"`
	DeclaredBy string                   `json:"declared_by"`
}

// keyRevoked is the state of a signing key that counts no more.
const keyRevoked = "revoked"

type keyRecord struct {
	Account     string `json:"account"`
	PublicKey   string `json:"public_key"` // Ed25519, base64
	ConfirmedBy string `json:"confirmed_by,omitempty"`
}

// versionRecord is one version of a declaration, in the chain of its dataset. What it declared, by whom and when is told of those that
// were declared since it is kept.
type versionRecord struct {
	catalog.Version
	Spec   *catalog.DatasetSpec `json:"spec,omitempty"`
	Author string               `json:"author,omitempty"`
	At     int64                `json:"at,omitempty"` // unix milliseconds
}

type datasetRecord struct {
	Spec         catalog.DatasetSpec `json:"spec"`
	Version      catalog.Version     `json:"version"`
	AuthorOrg    string              `json:"author_org"`
	Author       string              `json:"author"`
	AuthorPerson string              `json:"author_person"`
	ReviewedBy   string              `json:"reviewed_by,omitempty"`
	// Approved is the newest approved specification; loads and queries bind to it while a later change waits for review.
	Approved        *catalog.DatasetSpec `json:"approved,omitempty"`
	ApprovedVersion catalog.Version      `json:"approved_version,omitzero"`
	// Grades are the grades approved last, by the columns' names in lower case; a column that is gone keeps its own.
	Grades map[string]catalog.Grade `json:"grades,omitempty"`
	// Current is the newest loaded snapshot.
	Current string `json:"current,omitempty"`
	// Last is the one that was current and is destroyed, while there is no other: the same file, read again, is known by it.
	Last string `json:"last,omitempty"`
	// Seal is there while the dataset is sealed.
	Seal *sealRecord `json:"seal,omitempty"`
}

// Snapshot states.
const (
	snapshotLoaded      = "loaded"
	snapshotQuarantined = "quarantined"
	snapshotDestroyed   = "destroyed" // its key and its ciphertext are gone
)

type snapshotRecord struct {
	Dataset        string         `json:"dataset"`
	SpecDigest     catalog.Digest `json:"spec_digest"`
	Digest         catalog.Digest `json:"digest,omitempty"` // of the query file
	IdentityDigest catalog.Digest `json:"identity_digest,omitempty"`
	SourceDigest   catalog.Digest `json:"source_digest"`
	Size           int64          `json:"size,omitempty"`
	// Content is the first snapshot of the same file under the same declaration, loaded with nothing else between; empty when this one is.
	Content string `json:"content,omitempty"`
	// Since is when the dataset was first sent the same file, unix milliseconds; 0 when this was the first time.
	Since    int64              `json:"since,omitempty"`
	Supply   catalog.SupplyMode `json:"supply"`
	Twin     *api.Twin          `json:"twin,omitempty"`     // what a synthetic twin was made from; nil of real data
	Platform string             `json:"platform,omitempty"` // that the batch came from, as the manifest or the declaration names it
	Location string             `json:"location,omitempty"` // where it was read in place
	// Until is when a snapshot that was read in place is destroyed, unix milliseconds; 0 is never.
	Until    int64              `json:"until,omitempty"`
	NotNull  []string           `json:"not_null,omitempty"` // verified: these columns hold no NULL
	MaxRows  []int64            `json:"max_rows,omitempty"` // most rows of one entity, by declared entity
	Report   *api.QualityReport `json:"report,omitempty"`
	Faults   []Fault            `json:"faults,omitempty"`
	Manifest *manifestStamp     `json:"manifest,omitempty"`
	LoadedBy string             `json:"loaded_by"`
}

// applicationRecord is an application in its newest version, with everything that was decided about it.
type applicationRecord struct {
	api.Application
	Organization string            `json:"organization"`
	LegalGroup   string            `json:"legal_group"`
	ApplicantID  string            `json:"applicant_id"` // person
	Steps        application.Route `json:"steps"`        // as the policy demanded it last
	Taken        []takenRecord     `json:"taken"`        // approvals of this version
	Documents    []catalog.Digest  `json:"documents"`    // of every version, oldest first
	Received     int64             `json:"received"`     // unix milliseconds, of this version
}

// takenRecord is a step that was approved.
type takenRecord struct {
	application.StepName
	Account string `json:"account"`
	Person  string `json:"person"`
}

// grantRecord is a grant. Its state is the stored one; what the clock makes of it is told by its view.
type grantRecord struct {
	api.Grant
	// Scope is the digest of what was approved: that of the application's last version, unless columns were struck from it.
	Scope catalog.Digest `json:"scope"`
}

// registerRecord is what is recorded of authorizations for one dataset, organization, scenario and purpose.
type registerRecord struct {
	consent.Register
	Dataset      string `json:"dataset"`
	Provider     string `json:"provider"`
	Organization string `json:"organization"`
	Scenario     string `json:"scenario"`
	Purpose      string `json:"purpose"`
}

// subjectRecord is the authorization of one subject. Its identifier is the register's and the subject's keyed hash.
type subjectRecord struct {
	Evidence string `json:"evidence,omitempty"`
	NotAfter int64  `json:"not_after,omitempty"` // unix seconds, first second after it
}

// usageRecord is how often a grant was used. Its identifier is the grant's.
type usageRecord struct {
	application.Used
	Columns map[string]bool `json:"columns,omitempty"` // that a run used, each as dataset.column
}

// runRecord is one submitted query with everything a later step or a person needs. It holds no row and no cell.
type runRecord struct {
	Account      string           `json:"account"`
	Person       string           `json:"person"`
	Organization string           `json:"organization"`
	LegalGroup   string           `json:"legal_group"`
	Grant        string           `json:"grant"`
	Purpose      string           `json:"purpose"`
	SQL          string           `json:"sql"`
	Note         string           `json:"note,omitempty"`
	Format       string           `json:"format"`
	Grade        catalog.Grade    `json:"grade,omitempty"`
	Refusal      *catalog.Refusal `json:"refusal,omitempty"`
	Computation  *ranComputation  `json:"computation,omitempty"`
	Plan         *compile.Plan    `json:"plan,omitempty"`
	PlanDigest   catalog.Digest   `json:"plan_digest,omitempty"`
	Mode         policy.Mode      `json:"mode,omitempty"`  // empty of a run that was refused
	Noise        []api.Noise      `json:"noise,omitempty"` // of the noisy mode
	QueryDigest  catalog.Digest   `json:"query_digest"`
	// Asked is the footprint as the policy was asked about it; CellsMax the static bound of the cells.
	Asked    json.RawMessage `json:"asked,omitempty"`
	CellsMax int             `json:"cells_max,omitempty"`
	// Snapshots pins dataset → snapshot at submit.
	Snapshots map[string]string `json:"snapshots,omitempty"`
	Columns   []api.Column      `json:"columns,omitempty"`
	// Identifiers are what was found in the finished answer.
	Identifiers []egress.Identifier `json:"identifiers,omitempty"`
	Submitted   int64               `json:"submitted"` // unix milliseconds; ticks count from here
	VisibleAt   int64               `json:"visible_at,omitempty"`
	Before      string              `json:"before,omitempty"` // what is shown until VisibleAt
	TickMS      int64               `json:"tick_ms,omitempty"`
	// Policy is the decision that allowed the run; ReviewNeed what egress asks: auto, one, two, parties. Units and Providers are of parties.
	Policy     policyStamp   `json:"policy,omitzero"`
	ReviewNeed string        `json:"review_need,omitempty"`
	Reviewers  int           `json:"reviewers,omitempty"`
	Units      int           `json:"units,omitempty"`
	Providers  []string      `json:"providers,omitempty"`
	Release    string        `json:"release,omitempty"` // reserved when the artefact is made; an issued one has a release record
	Artefact   string        `json:"artefact,omitempty"`
	LedgerID   string        `json:"ledger_id,omitempty"`
	Artefacts  artefactStamp `json:"artefact_stamp,omitzero"`
	Turn       int           `json:"turn,omitempty"`
	Votes      []voteRecord  `json:"votes,omitempty"`
	Reasons    []string      `json:"reasons,omitempty"`
	Notes      []string      `json:"notes,omitempty"`
}

// ranComputation is the computation that a run is of.
type ranComputation struct {
	Name        string         `json:"name"`
	Digest      catalog.Digest `json:"digest"` // of its version
	Params      []egress.Pair  `json:"params,omitempty"`
	Approver    string         `json:"approver,omitempty"` // person
	Certificate string         `json:"certificate,omitempty"`
}

// policyStamp names the decision that something rests on.
type policyStamp struct {
	Decision string         `json:"decision"`
	Revision string         `json:"revision"`
	Digest   catalog.Digest `json:"digest"`
}

// artefactStamp holds what a vote binds to, and the sizes a door may show.
type artefactStamp struct {
	Digest       catalog.Digest `json:"digest"` // over the manifest of files
	Files        []fileStamp    `json:"files"`  // sorted by name
	ReportDigest catalog.Digest `json:"report_digest"`
}

type fileStamp struct {
	Name   string         `json:"name"`
	Digest catalog.Digest `json:"digest"`
	Size   int64          `json:"size"`
}

type voteRecord struct {
	Account  string          `json:"account"`
	Person   string          `json:"person"`
	Org      string          `json:"org"`
	Verdict  string          `json:"verdict"`
	Reasons  []string        `json:"reasons,omitempty"`
	Turn     int             `json:"turn"`
	Envelope json.RawMessage `json:"envelope"`
	Comment  string          `json:"comment,omitempty"`
	Binding  voteBinding     `json:"binding"`
	Time     int64           `json:"time"`
}

// voteBinding is what a vote was about.
type voteBinding struct {
	Artefact catalog.Digest `json:"artefact"`
	Report   catalog.Digest `json:"report"`
	Policy   catalog.Digest `json:"policy"`
}

type releaseRecord struct {
	Run           string         `json:"run"`
	Organization  string         `json:"organization"`
	Grade         catalog.Grade  `json:"grade"`
	Label         string         `json:"label"`   // LABEL.txt
	Receipt       string         `json:"receipt"` // receipt.json
	ReceiptDigest catalog.Digest `json:"receipt_digest"`
	Proof         string         `json:"proof"` // receipt.proof
	Entry         int64          `json:"entry"`
	NotAfter      int64          `json:"not_after"`
	Collected     int            `json:"collected"`
}

// ledgerRecord is one answer of a legal group, or what a certificate lets one of its computations answer: the families. What became of
// their cells lies encrypted in Outcome.
type ledgerRecord struct {
	Run string `json:"run,omitempty"`
	// Certificate and Computation stand in the place of a run.
	Certificate string           `json:"certificate,omitempty"`
	Computation string           `json:"computation,omitempty"`
	Words       catalog.Text     `json:"words"`
	Families    []compile.Family `json:"families"`
	Outcome     string           `json:"outcome"`
	// Paid names cells that were charged by the names of whole columns, one after the other: asked alone they cost nothing once they were collected.
	Paid []byte `json:"paid,omitempty"`
}

func (s *Service) nowMS() int64 { return s.clock.Now().UnixMilli() }
