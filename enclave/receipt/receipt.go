package receipt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
	"yumen/internal/canonical"
)

// Receipt says what left the zone, why it could, and for whom: the predicate of the gateway's statement.
type Receipt struct {
	Zone    string `json:"zone"`
	Release string `json:"release"`
	Run     string `json:"run"`
	// Files are the data files, sorted by name; Artefact is their ManifestDigest, which the votes are about.
	Files    []File         `json:"files"`
	Artefact catalog.Digest `json:"artefact"`

	Query       catalog.Digest `json:"query"`                 // digest of the query text
	Plan        catalog.Digest `json:"plan"`                  // digest of the canonical protected plan
	Computation string         `json:"computation,omitempty"` // name of the approved computation, if it was one
	// ComputationDigest is of the version that was approved and ran: its text and the domains of its parameters.
	ComputationDigest catalog.Digest `json:"computation_digest,omitempty"`
	Snapshots         []Snapshot     `json:"snapshots"` // sorted by dataset, then id
	RiskReport        catalog.Digest `json:"risk_report"`
	Policy            Policy         `json:"policy"`

	Grade        catalog.Grade `json:"grade"`
	Jurisdiction string        `json:"jurisdiction"`
	// Environment is EnvironmentDevelopment where every snapshot is a synthetic twin, and absent in production.
	Environment string `json:"environment,omitempty"`
	Mode        string `json:"mode"` // exact or noisy
	// Noise says how far the figures of a noisy answer lie from the truth; by column.
	Noise   []Noise `json:"noise,omitempty"`
	Sandbox string  `json:"sandbox"` // level of isolation that held the run

	Grant     string    `json:"grant"`
	Purpose   string    `json:"purpose"`
	Recipient Recipient `json:"recipient"`

	Issued    time.Time `json:"issued"`     // UTC, whole seconds
	NotBefore time.Time `json:"not_before"` // validity: from this second …
	NotAfter  time.Time `json:"not_after"`  // … until before this one

	Review Review `json:"review"`
	// Reviewers certifies the keys of those who voted, sorted by key id; Votes are their envelopes, in the order they were cast.
	Reviewers []Reviewer       `json:"reviewers,omitempty"`
	Votes     []*dsse.Envelope `json:"votes,omitempty"`
}

// JurisdictionLab marks a zone for demonstration: its releases prove nothing about real data.
const JurisdictionLab = "lab"

// EnvironmentDevelopment marks a zone whose data are synthetic twins: its releases say nothing about anybody.
const EnvironmentDevelopment = "development"

// File is one data file of a bundle.
type File struct {
	Name   string         `json:"name"`   // "data." and the format
	Format string         `json:"format"` // csv, parquet, json, arrow
	Size   int64          `json:"size"`   // bytes
	Digest catalog.Digest `json:"digest"`
}

// Noise is the noise of one figure that a column is computed from, or, without a figure, of the column itself.
type Noise struct {
	Column   int    `json:"column"`           // its place in the answer, from 1
	Figure   string `json:"figure,omitempty"` // count(*), count(distinct entity) or sum(column)
	Sigma    string `json:"sigma,omitempty"`  // standard deviation of the figure
	Interval string `json:"interval"`         // without noise it lies within plus or minus this with a probability of 95 percent
}

// Snapshot names the data that a run read. The digest is ContentOf its identifier and its plaintext.
type Snapshot struct {
	Dataset string         `json:"dataset"`
	ID      string         `json:"id"`
	Digest  catalog.Digest `json:"digest"`
}

// ContentOf binds a snapshot to the digest of its plaintext, which the zone's log holds. Two loads of one file have different ones: the digest of
// the plaintext itself would tell whoever has two receipts whether anything at all had changed in between, which no noise covers.
func ContentOf(snapshot string, plaintext catalog.Digest) catalog.Digest {
	return catalog.DigestOf([]byte("yumen/snapshot/v1\x00" + snapshot + "\x00" + string(plaintext)))
}

// Policy names the rules that decided. The digest is salted, so that it tells the parameters to nobody.
type Policy struct {
	Revision string         `json:"revision"` // of the bundle, as the zone numbers them
	Digest   catalog.Digest `json:"digest"`
}

// Recipient is the party that asked and may hold the files.
type Recipient struct {
	Organization string `json:"organization"`
	LegalGroup   string `json:"legal_group,omitempty"`
	Account      string `json:"account"`
	Person       string `json:"person"`
}

// Review says how many approvals the policy demanded. Zero persons is an automatic release.
type Review struct {
	Persons   int      `json:"persons"`             // distinct persons, those of the providers not counted
	Units     int      `json:"units,omitempty"`     // distinct organizations among them
	Providers []string `json:"providers,omitempty"` // organizations each of which had to approve, sorted
}

// ManifestDigest is the digest of a release's data files: of the canonical JSON of the list, sorted by name.
func ManifestDigest(files []File) (catalog.Digest, error) {
	if err := validFiles(files); err != nil {
		return "", err
	}
	b, err := canonical.Marshal(files)
	if err != nil {
		return "", err
	}
	return catalog.DigestOf(b), nil
}

// Valid reports whether the receipt holds at a moment.
func (r Receipt) Valid(now time.Time) error {
	if now.Before(r.NotBefore) {
		return ErrNotYet
	}
	if !now.Before(r.NotAfter) {
		return ErrExpired
	}
	return nil
}

// Validate reports whether the receipt is complete and consistent in itself, votes excepted.
func (r Receipt) Validate() error {
	for prefix, id := range map[catalog.Prefix]string{
		catalog.PrefixZone: r.Zone, catalog.PrefixRelease: r.Release, catalog.PrefixRun: r.Run, catalog.PrefixGrant: r.Grant,
	} {
		if !catalog.ValidID(prefix, id) {
			return fmt.Errorf("receipt: the identifier of %s is missing or malformed", prefix)
		}
	}
	manifest, err := ManifestDigest(r.Files)
	if err != nil {
		return err
	}
	if manifest != r.Artefact {
		return errors.New("receipt: the artefact is not its files")
	}
	if err := validDigests(r.Query, r.Plan, r.RiskReport, r.Policy.Digest); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if !r.Grade.Valid() || r.Mode != "exact" && r.Mode != "noisy" {
		return errors.New("receipt: grade or mode is missing")
	}
	if r.Environment != "" && r.Environment != EnvironmentDevelopment {
		return errors.New("receipt: no such environment")
	}
	if err := validLines(r.Policy.Revision, r.Jurisdiction, r.Sandbox, r.Purpose, r.Recipient.Organization, r.Recipient.Account, r.Recipient.Person); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if err := validOptional(r.Computation, r.Recipient.LegalGroup); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	return errors.Join(r.validateSnapshots(), r.validateNoise(), r.validateTimes(), r.Review.validate(r.Grade))
}

func (r Receipt) validateNoise() error {
	if len(r.Noise) > 0 && r.Mode != "noisy" {
		return errors.New("receipt: an exact answer has no noise")
	}
	for i, n := range r.Noise {
		if n.Column < 1 || i > 0 && n.Column < r.Noise[i-1].Column || (n.Figure == "") != (n.Sigma == "") {
			return errors.New("receipt: noise is listed by column, each figure with its deviation")
		}
		if err := errors.Join(validLines(n.Interval), validOptional(n.Figure, n.Sigma)); err != nil {
			return fmt.Errorf("receipt: noise: %w", err)
		}
	}
	return nil
}

func (r Receipt) validateSnapshots() error {
	if len(r.Snapshots) == 0 {
		return errors.New("receipt: no snapshot")
	}
	for i, s := range r.Snapshots {
		if !catalog.ValidID(catalog.PrefixSnapshot, s.ID) {
			return errors.New("receipt: a snapshot's identifier is malformed")
		}
		if err := errors.Join(validLines(s.Dataset), s.Digest.Validate()); err != nil {
			return fmt.Errorf("receipt: snapshot: %w", err)
		}
		if i > 0 && strings.Compare(r.Snapshots[i-1].Dataset+"\x00"+r.Snapshots[i-1].ID, s.Dataset+"\x00"+s.ID) >= 0 {
			return errors.New("receipt: snapshots are sorted and listed once")
		}
	}
	return nil
}

func (r Receipt) validateTimes() error {
	if err := validTimes(r.Issued, r.NotBefore, r.NotAfter); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if !r.NotBefore.Before(r.NotAfter) {
		return errors.New("receipt: the validity ends before it begins")
	}
	return nil
}

// validate holds the floor under every policy: grade 3 leaves with a reviewer, grade 4 with two of two units and the providers.
func (v Review) validate(g catalog.Grade) error {
	if v.Persons < 0 || v.Persons > 8 || v.Units < 0 || v.Units > v.Persons {
		return errors.New("receipt: the review's numbers are out of range")
	}
	if g >= 3 && v.Persons < 1 || g >= 4 && (v.Persons < 2 || v.Units < 2 || len(v.Providers) == 0) {
		return errors.New("receipt: this grade demands more reviewers")
	}
	if !slices.IsSorted(v.Providers) || len(slices.Compact(slices.Clone(v.Providers))) != len(v.Providers) {
		return errors.New("receipt: providers are sorted and listed once")
	}
	return validLines(v.Providers...)
}
