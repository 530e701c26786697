package policy

import (
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// Query asks whether a statement may be checked (Action query.check) or run (query.run), and how. Names are in their declared
// spelling.
type Query struct {
	Common
	Frozen       Set               `json:"frozen"` // kinds of freeze and sanction that cover the act; empty, never nil
	Run          bool              `json:"-"`      // false: a static verdict, nothing will run; it selects the action alone
	Call         Call              `json:"call"`
	Grant        *Grant            `json:"grant"` // nil when the caller has no such grant
	Organization Organization      `json:"organization"`
	Footprint    Footprint         `json:"footprint"`
	Datasets     map[string]Supply `json:"datasets"` // every dataset of the footprint
	Computation  *Computation      `json:"computation"`
}

// Call is how the statement is asked.
type Call struct {
	Kind    CallKind `json:"kind"`
	Purpose string   `json:"purpose"`
}

// CallKind says whether the statement is the caller's own or an approved computation.
type CallKind string

// The kinds of a call.
const (
	CallFree        CallKind = "free"
	CallComputation CallKind = "computation"
)

// State is the state of a thing, in the words of the command.
type State string

// The states that the rules name.
const (
	StateNone       State = "none"
	StateDraft      State = "draft"
	StateSubmitted  State = "submitted"
	StateReturned   State = "returned"
	StateApproved   State = "approved"
	StateRejected   State = "rejected"
	StateWithdrawn  State = "withdrawn"
	StateActive     State = "active"
	StateSuspended  State = "suspended"
	StateExpired    State = "expired"
	StateTerminated State = "terminated"
	StateInReview   State = "in_review"
	StateIssued     State = "issued"
	StateRevoked    State = "revoked"
)

// Grant is a grant as it stands now.
type Grant struct {
	ID           string                 `json:"id"`
	State        State                  `json:"state"` // active, suspended, expired, terminated
	Organization string                 `json:"organization"`
	NotBefore    int64                  `json:"not_before"` // first second of the term
	NotAfter     int64                  `json:"not_after"`  // first second after the term
	Purposes     Set                    `json:"purposes"`
	Scenario     string                 `json:"scenario"`
	Tables       map[string]GrantedCols `json:"tables"`
	Methods      Set                    `json:"methods"` // aggregate functions, as the footprint names them
	Runs         Count                  `json:"runs"`
	Today        int                    `json:"today"` // runs counted today, without the one that is asked about
	Modes        Set                    `json:"modes"` // ways of use that its approver fixed
}

// The ways of use that a grant may fix: the caller's own statements, approved computations, and answers about one subject.
const (
	UseQuery        = "query"
	UseComputation  = "computation"
	UseVerification = "verification"
)

// GrantedCols is what a grant opens of one dataset.
type GrantedCols struct {
	Columns Set `json:"columns"`
}

// Count is a number of runs against its limit.
type Count struct {
	Unlimited bool `json:"unlimited"`
	Max       int  `json:"max"` // read only when not unlimited
	Used      int  `json:"used"`
}

// Organization is the caller's organization as the zone knows it.
type Organization struct {
	Name      string `json:"name"`
	Admitted  bool   `json:"admitted"`
	Suspended bool   `json:"suspended"`
	Credit    string `json:"credit"` // level A to D; empty when it has none
}

// Supply is what the catalog says about a dataset.
type Supply struct {
	State    State           `json:"state"`
	Provider string          `json:"provider"` // organization that answers for the data
	Market   catalog.Market  `json:"market"`
	Sharing  catalog.Sharing `json:"sharing"`
	Opening  catalog.Opening `json:"opening"`
	Loaded   bool            `json:"loaded"` // has a snapshot that can be read
	Origin   Origin          `json:"origin"` // of that snapshot
	Consent  Consent         `json:"consent"`
}

// Origin says what the rows of a snapshot are.
type Origin string

// The origins of a snapshot.
const (
	OriginNone Origin = "none" // there is no snapshot
	OriginReal Origin = "real"
	OriginTwin Origin = "twin" // the gateway made them from the declaration alone
)

// Consent is what a dataset asks of authorizations of its subjects, and what is recorded for the organization, scenario and purpose.
type Consent struct {
	Required   bool         `json:"required"`   // its declaration says so
	Categories Set          `json:"categories"` // of sensitive personal information, of the columns that are touched; empty, never nil
	State      ConsentState `json:"state"`
}

// ConsentState is what the recorded authorizations come to.
type ConsentState string

// The states of the recorded authorizations.
const (
	ConsentNone      ConsentState = "none"
	ConsentLive      ConsentState = "live"
	ConsentExpired   ConsentState = "expired"
	ConsentWithdrawn ConsentState = "withdrawn"
)

// Computation is the approved computation that a call names.
type Computation struct {
	Name      string         `json:"name"`
	State     State          `json:"state"`
	Digest    catalog.Digest `json:"digest"`   // of the text that would run
	Approved  catalog.Digest `json:"approved"` // of the text that was approved
	Certified bool           `json:"certified"`
	Approver  string         `json:"approver"` // the person who approved it
}

// Footprint is what the bound statement touches.
type Footprint struct {
	Grade   catalog.Grade    `json:"grade"` // highest grade of any table reference
	Tables  map[string]Touch `json:"tables"`
	Methods Set              `json:"methods"`
}

// Touch is what the statement touches of one dataset. Build it with Add.
type Touch struct {
	// Grade is the grade of the reference: the highest among its columns and the entity keys that it implies.
	Grade   catalog.Grade         `json:"grade"`
	Columns map[catalog.Grade]Set `json:"columns"` // the columns that the statement names, by grade
	Uses    map[Use]Set           `json:"uses"`    // the same columns, by use
	// Guarded holds the named columns that are nothing but entity keys or identifiers.
	Guarded Set `json:"guarded"`
}

// Use is a use of a column in a statement.
type Use string

// The uses of a column.
const (
	UseJoin      Use = "join"
	UseCondition Use = "condition"
	UseKey       Use = "key"
	UseMeasure   Use = "measure"
	UseCount     Use = "count"
	UseRollupKey Use = "rollup_key"
)

// NewTouch returns an empty touch of a dataset whose reference alone has the grade.
func NewTouch(reference catalog.Grade) Touch {
	return Touch{Grade: reference, Columns: map[catalog.Grade]Set{}, Uses: map[Use]Set{}, Guarded: NewSet()}
}

// Add records that the statement uses a column of the grade; guarded marks a column that is only an entity key or identifier.
func (t *Touch) Add(column string, grade catalog.Grade, guarded bool, uses ...Use) {
	put(t.Columns, grade, column)
	for _, u := range uses {
		put(t.Uses, u, column)
	}
	if guarded {
		t.Guarded.Add(column)
	}
	t.Grade = max(t.Grade, grade)
}

func put[K comparable](m map[K]Set, k K, name string) {
	s := m[k]
	s.Add(name)
	m[k] = s
}

func gradeKey(g catalog.Grade) string { return strconv.Itoa(int(g)) }

// Action is query.run or query.check.
func (q Query) Action() Action {
	if q.Run {
		return ActionQueryRun
	}
	return ActionQueryCheck
}

// AST is the input as the engine reads it.
func (q Query) AST() ast.Value { return q.fields(q.asked()...) }

func (q Query) asked() []field {
	return []field{
		names("frozen", q.Frozen), object("call", text("kind", q.Call.Kind), text("purpose", q.Call.Purpose)),
		q.Grant.field(), q.Organization.field(), q.Footprint.field(),
		each("datasets", q.Datasets, Supply.term), q.Computation.field(),
	}
}

func (g *Grant) field() field {
	if g == nil {
		return null("grant")
	}
	return object("grant",
		text("id", g.ID), text("state", g.State), text("organization", g.Organization),
		number("not_before", g.NotBefore), number("not_after", g.NotAfter),
		names("purposes", g.Purposes), text("scenario", g.Scenario),
		each("tables", g.Tables, func(c GrantedCols) *ast.Term { return ast.ObjectTerm(names("columns", c.Columns)) }),
		names("methods", g.Methods),
		object("runs", truth("unlimited", g.Runs.Unlimited), number("max", g.Runs.Max), number("used", g.Runs.Used)),
		number("today", g.Today), names("modes", g.Modes))
}

func (o Organization) field() field {
	return object("organization", text("name", o.Name), truth("admitted", o.Admitted), truth("suspended", o.Suspended), text("credit", o.Credit))
}

func (s Supply) term() *ast.Term {
	return ast.ObjectTerm(text("state", s.State), text("provider", s.Provider), text("market", s.Market), text("sharing", s.Sharing), text("opening", s.Opening), truth("loaded", s.Loaded), text("origin", s.Origin),
		object("consent", truth("required", s.Consent.Required), names("categories", s.Consent.Categories), text("state", s.Consent.State)))
}

func (f Footprint) field() field {
	return object("footprint", number("grade", f.Grade), each("tables", f.Tables, Touch.term), names("methods", f.Methods))
}

func (t Touch) term() *ast.Term {
	return ast.ObjectTerm(number("grade", t.Grade), graded("columns", t.Columns), each("uses", t.Uses, setTerm),
		names("guarded", t.Guarded))
}

func (c *Computation) field() field {
	if c == nil {
		return null("computation")
	}
	return object("computation",
		text("name", c.Name), text("state", c.State), text("digest", c.Digest), text("approved", c.Approved),
		truth("certified", c.Certified), text("approver", c.Approver))
}
