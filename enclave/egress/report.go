package egress

import (
	"errors"
	"fmt"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// ReportVersion is the version of the report's form.
const ReportVersion = 1

// maxReport bounds a stored report, in bytes.
const maxReport = 32 << 20

// Report is what reviewers decide on, ordered by what decides. It is stored in one canonical form and a vote is about the
// digest of that form. It holds evidence about withheld cells, so it never leaves the zone and no requester sees it; what a
// reviewer sees of it depends on his clearance.
type Report struct {
	Version int   `json:"v"`
	Strip   Strip `json:"strip"`
	Leaves  Table `json:"leaves"` // the answer, as it will leave; identifiers in its texts are masked
	// Identifiers are what was found in the answer.
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Files       []File       `json:"files"`
	Part
	More       []Part      `json:"more,omitempty"`       // the cells of each further SELECT that groups data
	Neighbours []Neighbour `json:"neighbours,omitempty"` // the nearest earlier answers, nearest first
	Query      Query       `json:"query"`
	Lineage    Lineage     `json:"lineage"`
	Requester  History     `json:"requester"`
	Note       string      `json:"note,omitempty"` // the requester's words, of all turns
}

// Part is what one SELECT that groups data came to.
type Part struct {
	Cells    Table      `json:"cells"` // the protected cells that the answer is computed from
	Evidence []Evidence `json:"evidence,omitempty"`
}

// Parts are those of all the SELECTs that group data.
func (r Report) Parts() []Part { return append([]Part{r.Part}, r.More...) }

// Count is how many cells of a table hold a value and how many do not.
func (t Table) Count() (shown, withheld int) {
	for _, row := range t.Rows {
		for _, v := range row[t.Keys:] {
			if v == nil {
				withheld++
			} else {
				shown++
			}
		}
	}
	return shown, withheld
}

// Strip is the first line: what is asked for and how it stands.
type Strip struct {
	Run          string        `json:"run"`
	Turn         int           `json:"turn"` // from 1
	Grade        catalog.Grade `json:"grade"`
	Jurisdiction string        `json:"jurisdiction"`
	Environment  string        `json:"environment,omitempty"` // of the zone; of reports made since it is kept
	Mode         string        `json:"mode"`                  // exact or noisy
	Shown        int           `json:"shown"`                 // cells that leave
	Withheld     int           `json:"withheld"`
	Flags        []string      `json:"flags,omitempty"` // why more reviewers are asked: static facts, never data
	Quorum       Quorum        `json:"quorum"`
	Due          int64         `json:"due,omitempty"` // Unix seconds until which a decision is expected
}

// developing is the environment of a zone whose data are synthetic twins.
const developing = "development"

// Table is a relation for reading. A nil value is NULL: withheld or empty.
type Table struct {
	Columns []Column    `json:"columns"`
	Keys    int         `json:"keys"` // the first columns that are group keys
	Rows    [][]*string `json:"rows"`
	Masks   []Mask      `json:"masks,omitempty"` // withheld positions, by row and column
}

// Column names a column of a table.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Mask says why one position is withheld.
type Mask struct {
	Row     int      `json:"row"`
	Column  int      `json:"column"`
	Letters []Letter `json:"letters"`
}

// Identifier is a kind of identifier that was found in a column of the answer.
type Identifier struct {
	Column int           `json:"column"` // from 1
	Kind   string        `json:"kind"`
	Grade  catalog.Grade `json:"grade"` // the least one of a column of such values
}

// Letter is why a cell is withheld.
type Letter string

// The letters.
const (
	LetterThreshold    Letter = "T" // too few entities
	LetterComplement   Letter = "C" // the rest of the universe is too small
	LetterSensitive    Letter = "S" // a cell with and without a sensitive condition are too close
	LetterDifferencing Letter = "X" // too close to another answer
	LetterDominance    Letter = "D" // few entities make up the amount
	LetterGroup        Letter = "G" // nearly all are alike
	LetterZero         Letter = "Z" // nobody there
	LetterEvidence     Letter = "E" // not proven
)

// Valid reports whether the letter is one of the list.
func (l Letter) Valid() bool { return l.text() != catalog.Text{} }

// File is a file that will leave.
type File struct {
	Name   string         `json:"name"`
	Size   int64          `json:"size"`
	Digest catalog.Digest `json:"digest"`
}

// Evidence is what disclosure control found about one cell.
type Evidence struct {
	Row      int           `json:"row"`
	Column   int           `json:"column"`
	Entities []EntityCount `json:"entities"`
	Checks   []Check       `json:"checks"`
}

// EntityCount is how many distinct entities of one reference contribute.
type EntityCount struct {
	Type string `json:"type"`
	N    int64  `json:"n"`
}

// Check is one rule and whether the cell passed it.
type Check struct {
	Rule Letter `json:"rule"`
	Pass bool   `json:"pass"`
}

// Neighbour is an earlier answer of the same legal group that comes near: A is a cell of this answer, B one of the earlier.
type Neighbour struct {
	Release string `json:"release"`
	Issued  int64  `json:"issued"` // Unix seconds
	Words   string `json:"words"`  // what the earlier cell counted
	Minus   int64  `json:"minus"`  // |A\B|, distinct entities
	Plus    int64  `json:"plus"`   // |B\A|
	Pass    bool   `json:"pass"`
}

// Query is what was asked, in the caller's words and in ours.
type Query struct {
	Text        string    `json:"text"`
	Computation string    `json:"computation,omitempty"`
	Parameters  []Pair    `json:"parameters,omitempty"`
	Words       []string  `json:"words"` // the protected plan, a sentence a line
	Touched     []Touched `json:"touched"`
	Purpose     string    `json:"purpose"`
	Grant       string    `json:"grant"`
}

// Pair is a name and its value.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Touched is a column that the query uses in any clause.
type Touched struct {
	Dataset string        `json:"dataset"`
	Column  string        `json:"column"`
	Grade   catalog.Grade `json:"grade"`
	Uses    []string      `json:"uses"`
}

// Lineage is what the answer was made from and by.
type Lineage struct {
	Snapshots []Snapshot     `json:"snapshots"`
	Policy    catalog.Digest `json:"policy"`
	Revision  string         `json:"revision"`
	Plan      catalog.Digest `json:"plan"`
	Engine    string         `json:"engine"`
	Sandbox   string         `json:"sandbox"`
}

// Snapshot names the data of one dataset.
type Snapshot struct {
	Dataset string         `json:"dataset"`
	ID      string         `json:"id"`
	Digest  catalog.Digest `json:"digest"`
}

// History is who asks, and what became of his requests in the last 90 days.
type History struct {
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group,omitempty"`
	Account      string `json:"account"`
	Until        int64  `json:"until,omitempty"` // end of the grant, Unix seconds
	Issued       int    `json:"issued"`
	Returned     int    `json:"returned"`
	Rejected     int    `json:"rejected"`
	Revoked      int    `json:"revoked"`
}

// Encode returns the canonical form of a report and its digest.
func (r Report) Encode() ([]byte, catalog.Digest, error) {
	if err := r.Validate(); err != nil {
		return nil, "", err
	}
	b, err := canonical.Marshal(r)
	if err != nil {
		return nil, "", fmt.Errorf("risk report: %w", err)
	}
	if len(b) > maxReport {
		return nil, "", errors.New("risk report: too large")
	}
	return b, catalog.DigestOf(b), nil
}

// DecodeReport reads exactly what Encode writes.
func DecodeReport(b []byte) (Report, error) {
	if len(b) > maxReport {
		return Report{}, errors.New("risk report: too large")
	}
	var r Report
	if err := canonical.Unmarshal(b, &r); err != nil {
		return Report{}, errors.New("risk report: not in its canonical form") // the cause may quote a value
	}
	return r, r.Validate()
}

// Validate reports whether the report is complete and its parts fit together.
func (r Report) Validate() error {
	s := r.Strip
	if r.Version != ReportVersion {
		return errors.New("risk report: unknown version")
	}
	if !catalog.ValidID(catalog.PrefixRun, s.Run) || s.Turn < 1 || !s.Grade.Valid() || s.Jurisdiction == "" || s.Shown < 0 || s.Withheld < 0 || !s.Quorum.valid() {
		return errors.New("risk report: the strip is incomplete")
	}
	if err := r.Leaves.validate(); err != nil {
		return err
	}
	for _, f := range r.Identifiers {
		if f.Column < 1 || f.Column > len(r.Leaves.Columns) || !catalog.IdentifierKind(f.Kind).Valid() || !f.Grade.Valid() {
			return errors.New("risk report: an identifier of no column")
		}
	}
	for _, part := range r.Parts() {
		if err := part.validate(); err != nil {
			return err
		}
	}
	for _, d := range r.digests() {
		if err := d.Validate(); err != nil {
			return fmt.Errorf("risk report: %w", err)
		}
	}
	return nil
}

// digests are all digests of the report.
func (r Report) digests() []catalog.Digest {
	out := []catalog.Digest{r.Lineage.Policy, r.Lineage.Plan}
	for _, f := range r.Files {
		out = append(out, f.Digest)
	}
	for _, s := range r.Lineage.Snapshots {
		out = append(out, s.Digest)
	}
	return out
}

func (p Part) validate() error {
	if err := p.Cells.validate(); err != nil {
		return err
	}
	for _, e := range p.Evidence {
		if e.Row < 0 || e.Row >= len(p.Cells.Rows) || e.Column < 0 || e.Column >= len(p.Cells.Columns) {
			return errors.New("risk report: evidence about no cell")
		}
		for _, c := range e.Checks {
			if !c.Rule.Valid() {
				return errors.New("risk report: an unknown rule")
			}
		}
	}
	return nil
}

func (t Table) validate() error {
	if t.Keys < 0 || t.Keys > len(t.Columns) {
		return errors.New("risk report: a table has fewer columns than keys")
	}
	for _, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return errors.New("risk report: a row and the columns differ in number")
		}
	}
	for _, m := range t.Masks {
		if m.Row < 0 || m.Row >= len(t.Rows) || m.Column < t.Keys || m.Column >= len(t.Columns) || len(m.Letters) == 0 {
			return errors.New("risk report: a mask of no cell")
		}
		if t.Rows[m.Row][m.Column] != nil {
			return errors.New("risk report: a masked cell shows a value")
		}
		for _, l := range m.Letters {
			if !l.Valid() {
				return errors.New("risk report: an unknown letter")
			}
		}
	}
	return nil
}
