package api

import "encoding/json"

// Apply declares resources: one YAML text with one or several documents.
type Apply struct {
	Documents string `json:"documents" maxLength:"1048576"`
	DryRun    bool   `json:"dry_run,omitempty"`
	Draft     bool   `json:"draft,omitempty" doc:"datasets alone: they are kept as drafts, which nobody reviews until they are applied without it"`
}

// ApplyResult says what happened to each document.
type ApplyResult struct {
	Results []ApplyOutcome `json:"results"`
}

// ApplyOutcome is the outcome for one document.
type ApplyOutcome struct {
	Kind    string   `json:"kind"`
	Name    string   `json:"name"`
	Outcome string   `json:"outcome" enum:"created,changed,unchanged,pending,confirmed"`
	Diff    []string `json:"diff,omitempty" doc:"changed lines, prefixed with + or -"`
	// ActivationCode is shown once, to the person who declares the account.
	ActivationCode string `json:"activation_code,omitempty"`
	Note           string `json:"note,omitempty"`
}

// Resource is one declared resource as stored.
type Resource struct {
	Kind    string          `json:"kind"`
	Name    string          `json:"name"`
	State   string          `json:"state"`
	Version int64           `json:"version"`
	Digest  string          `json:"digest"`
	Created int64           `json:"created" doc:"unix milliseconds"`
	Updated int64           `json:"updated" doc:"unix milliseconds"`
	Spec    json.RawMessage `json:"spec,omitempty"`
	Seal    *Seal           `json:"seal,omitempty" doc:"of a dataset that is sealed"`
}

// Resources lists resources.
type Resources struct {
	Items []Resource `json:"items"`
}

// Suggestion is a proposed declaration of a dataset. What a person must fill in is empty.
type Suggestion struct {
	Dataset json.RawMessage  `json:"dataset"`
	Notes   []SuggestionNote `json:"notes,omitempty"`
}

// SuggestionNote says what a proposal rests on; without a column it is about the dataset.
type SuggestionNote struct {
	Column string `json:"column,omitempty"`
	Zh     string `json:"zh"`
	En     string `json:"en"`
}

// Review is a decision of a person about something submitted.
type Review struct {
	Approve bool   `json:"approve"`
	Return  bool   `json:"return,omitempty" doc:"an application alone: back to its applicant, to be changed"`
	Digest  string `json:"digest,omitempty" maxLength:"80" doc:"a dataset or computation: digest of the version that was looked at; another one is not decided about"`
	Version int    `json:"version,omitempty" doc:"an application: the version that was looked at; another one is not decided about"`
	Step    string `json:"step,omitempty" maxLength:"128" doc:"an application alone: the step of its route; not needed while the caller can mean only one"`
	Reason  string `json:"reason,omitempty" maxLength:"64" doc:"code; to return or reject an application takes one"`
	Comment string `json:"comment" maxLength:"2000"`
	// Strike takes columns out of what is approved.
	Strike []string `json:"strike,omitempty" maxItems:"500" doc:"an application's approval alone: columns that are not granted, each as dataset.column"`
	// Modes fixes the ways of use.
	Modes []string `json:"modes,omitempty" maxItems:"3" doc:"an application's approval alone: the ways of use that are granted, of those that are asked for"`
}

// Snapshot is a loaded snapshot of a dataset.
type Snapshot struct {
	ID      string         `json:"id"`
	Dataset string         `json:"dataset"`
	State   string         `json:"state" enum:"loaded,quarantined,destroyed"`
	Rows    int64          `json:"rows"`
	Digest  string         `json:"digest,omitempty"`
	Created int64          `json:"created"`
	Report  *QualityReport `json:"report,omitempty"`
	// Faults name rows and columns of a quarantined batch, never a value.
	Faults []Fault `json:"faults,omitempty"`
	// Manifest is what the provider said about the batch, if he did.
	Manifest *ManifestStamp `json:"manifest,omitempty"`
	Supply   string         `json:"supply" doc:"how it came: copy, interface, tenant_space, or twin: made by the gateway from the declaration alone"`
	Twin     *Twin          `json:"twin,omitempty" doc:"of a synthetic twin: what it was made from"`
	Platform string         `json:"platform,omitempty" doc:"that the batch came from"`
	Location string         `json:"location,omitempty" doc:"where it was read in place"`
	Until    int64          `json:"until,omitempty" doc:"when it is destroyed, in unix milliseconds; of a snapshot that was read in place"`
}

// Twin says which synthetic twin of a declaration is meant: equal ones are the same file.
type Twin struct {
	Rows int    `json:"rows" minimum:"1" maximum:"1000000"`
	Seed uint64 `json:"seed" maximum:"9007199254740991"`
}

// ManifestStamp is what is kept of a batch manifest; Digest is over the manifest as it was sent.
type ManifestStamp struct {
	Digest string `json:"digest"`
	Rows   int64  `json:"rows"`
	Period string `json:"period,omitempty"`
	Batch  string `json:"batch,omitempty"`
	// Platform is the source platform.
	Platform string `json:"platform,omitempty"`
}

// Snapshots lists snapshots.
type Snapshots struct {
	Items []Snapshot `json:"items"`
}

// SupplyException is a documented exception for one batch of grade 4.
type SupplyException struct {
	ID       string `json:"id,omitempty" maxLength:"64" readOnly:"true"`
	Dataset  string `json:"dataset,omitempty" maxLength:"63" readOnly:"true"`
	State    string `json:"state,omitempty" enum:"proposed,confirmed,used" readOnly:"true"`
	Batch    string `json:"batch" maxLength:"71" doc:"digest of the file, as sha256: and hexadecimal digits"`
	Document string `json:"document" maxLength:"71" doc:"digest of the written need"`
	Reason   string `json:"reason" maxLength:"500"`
	NotAfter int64  `json:"not_after" doc:"end of its term, in unix seconds"`
}

// DestroyRequest names what is to be destroyed of a dataset that is read in place.
type DestroyRequest struct {
	Snapshot string `json:"snapshot,omitempty" maxLength:"64" doc:"one of its snapshots; all of them unless given"`
	Reason   string `json:"reason" maxLength:"500"`
}

// UploadRequest opens an upload of one file in parts.
type UploadRequest struct {
	Size     int64  `json:"size" minimum:"1" doc:"bytes of the file"`
	Digest   string `json:"digest" maxLength:"71" doc:"SHA-256 of the file, as sha256: and hexadecimal digits"`
	Manifest string `json:"manifest,omitempty" maxLength:"65536" doc:"the batch manifest, as it stands in its file"`
}

// Upload is a file that arrives in parts.
type Upload struct {
	ID        string `json:"id"`
	Dataset   string `json:"dataset"`
	State     string `json:"state" enum:"receiving,checking,done"`
	Size      int64  `json:"size" doc:"0 while it is not known, of what the gateway reads in place"`
	Received  int64  `json:"received" doc:"bytes that have arrived: where to go on"`
	PartBytes int64  `json:"part_bytes" doc:"how much to send at once"`
	Percent   int    `json:"percent" doc:"how far the check of the file is, once it has arrived as a whole"`
	Expires   int64  `json:"expires"`
}

// Fault is one reason for a quarantine.
type Fault struct {
	Row    int64  `json:"row" doc:"data row, 1 is the first after the header; 0 when the fault is not in a row"`
	Column string `json:"column"`
	Rule   string `json:"rule"`
}

// QualityReport describes a batch without values.
type QualityReport struct {
	Rows     int64           `json:"rows"`
	Columns  []ColumnQuality `json:"columns"`
	Entities []EntityQuality `json:"entities"`
}

// ColumnQuality counts what is missing in one column.
type ColumnQuality struct {
	Name  string `json:"name"`
	Nulls int64  `json:"nulls"`
	// Identifiers are kinds of identifiers that the column does not declare.
	Identifiers []IdentifierQuality `json:"identifiers,omitempty"`
}

// IdentifierQuality is a kind of identifier and the share of distinct values that have one.
type IdentifierQuality struct {
	Kind  string `json:"kind"`
	Share int    `json:"share" doc:"percent, in steps of 5; 5 is also anything below"`
}

// EntityQuality counts the entities of one declared key, or the groups of one (then its type ends in ":group").
type EntityQuality struct {
	Type     string `json:"type"`
	Distinct int64  `json:"distinct"`
	MaxRows  int64  `json:"max_rows" doc:"most rows of one entity"`
	Nulls    int64  `json:"nulls" doc:"rows in which a part of the key is empty: they belong to nobody, and no answer counts them"`
}

// Certify names the version of a computation that is to be certified.
type Certify struct {
	Digest string `json:"digest,omitempty" maxLength:"80" doc:"of the version that was looked at; another one is not certified"`
}
