package invariant

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"yumen/enclave/audit"
	"yumen/enclave/receipt"
	"yumen/internal/metastore"
)

// Records is one snapshot of a zone's metastore.
type Records interface {
	audit.Reader
	// Kinds lists the kinds of which there is a record.
	Kinds() ([]string, error)
	List(kind string, q metastore.Query) ([]metastore.Record, error)
	// Responses calls fn for every kept answer of an idempotent request.
	Responses(fn func(metastore.Response) error) error
}

// Keys is the zone's keyring.
type Keys interface {
	PublicKeys() receipt.Keys
	LogSigner() note.Signer
	DecryptFrom(id string, r io.Reader) (io.Reader, error)
	// Damaged lists the wrapped keys that do not open, as paths below the keyring's folder.
	Damaged() ([]string, error)
}

// Zone is what the rules are about. Nobody may write to it meanwhile.
type Zone struct {
	Records Records
	Keys    Keys
	// Files is the zone's directory.
	Files fs.FS
}

// Finding is one thing that breaks a rule.
type Finding struct {
	Rule    Rule   `json:"rule"`
	Subject string `json:"subject,omitempty"` // identifier of a record, number of an entry, or path of a file
}

// String is the finding in one line.
func (f Finding) String() string { return strings.TrimSpace(string(f.Rule) + " " + f.Subject) }

// checker is one pass over a zone.
type checker struct {
	zone    Zone
	found   []Finding
	log     history
	records map[string][]metastore.Record // by kind
	runs    map[string]runDoc
	blobs   map[string]blob // the ciphertexts that records name, by id
	keys    map[string]bool // ids that have a data key
	stored  map[string]bool // ids that have a ciphertext, as path
}

func newChecker(z Zone) *checker {
	return &checker{zone: z, records: map[string][]metastore.Record{}, runs: map[string]runDoc{}, blobs: map[string]blob{},
		keys: map[string]bool{}, stored: map[string]bool{}}
}

// Check lists everything that breaks a rule, sorted by rule and subject. An error says that the zone could not be read.
func Check(z Zone) ([]Finding, error) {
	c := newChecker(z)
	for _, step := range []func() error{c.readLog, c.readRecords, c.checkOrigins, c.checkEffects, c.checkStates, c.checkReplies, c.checkDatasets,
		c.checkSnapshots, c.checkComputations, c.checkRuns, c.checkLedger, c.checkCertificates, c.checkReleases, c.checkDirectory, c.checkKeys, c.checkBlobs} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("check the zone: %w", err)
		}
	}
	slices.SortFunc(c.found, func(a, b Finding) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(c.found), nil
}

func (c *checker) report(r Rule, subject string) {
	c.found = append(c.found, Finding{Rule: r, Subject: subject})
}

// must reports a finding unless the condition holds.
func (c *checker) must(holds bool, r Rule, subject string) bool {
	if !holds {
		c.report(r, subject)
	}
	return holds
}
