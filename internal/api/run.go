package api

import (
	"encoding/json"

	"yumen/catalog"
)

// RunRequest submits a query.
type RunRequest struct {
	Grant string `json:"grant" maxLength:"64"`
	SQL   string `json:"sql,omitempty" maxLength:"65536" doc:"the statement, or else name a computation"`
	// Computation and Params name an approved computation and the values of its parameters.
	Computation string            `json:"computation,omitempty" maxLength:"63"`
	Params      map[string]string `json:"params,omitempty" maxProperties:"8"`
	Purpose     string            `json:"purpose,omitempty" maxLength:"200" doc:"must be the grant's purpose; empty means it"`
	Note        string            `json:"note,omitempty" maxLength:"2000"`
	Format      string            `json:"format,omitempty" enum:"parquet,csv,json," doc:"format of the released file, default csv"`
}

// CheckResult is a static verdict: nothing ran.
type CheckResult struct {
	Allowed bool             `json:"allowed"`
	Grade   catalog.Grade    `json:"grade,omitempty"`
	Mode    string           `json:"mode,omitempty"`
	Review  string           `json:"review,omitempty" enum:"auto,one,two,parties,never,"`
	Noise   []Noise          `json:"noise,omitempty" doc:"of the noisy mode: how far each column may lie from the truth"`
	Cost    *Cost            `json:"cost,omitempty" doc:"of the noisy mode: what the question would be charged now"`
	Columns []Column         `json:"columns,omitempty"`
	Explain []catalog.Text   `json:"explain,omitempty" doc:"what is a cell and which rules will judge it"`
	Outer   []catalog.Text   `json:"outer,omitempty" doc:"what the outer query does with the released cells: from which of them each column is computed, what NULL means, its limits"`
	Rules   []catalog.Text   `json:"rules,omitempty" doc:"the policy's rules for each cell and for the answer, without the parameters that must not be known"`
	Refusal *catalog.Refusal `json:"refusal,omitempty"`
	Rewrite *Rewrite         `json:"rewrite,omitempty" doc:"with refusal, where another text helps: an example over tables of its own"`
	// Rewritten is the refused text itself, changed until it is accepted.
	Rewritten *Rewritten `json:"rewritten,omitempty" doc:"with refusal, where there is one: the caller's own query, changed until the check accepts it"`
}

// Rewritten is a query that the check accepts in the place of one that it refused. What it asks may be another thing: Changes say in which way.
type Rewritten struct {
	SQL     string         `json:"sql" doc:"what can be submitted instead"`
	Changes []catalog.Text `json:"changes" doc:"what differs from the refused query, one by one"`
}

// Rewrite is a refused text beside one that is accepted.
type Rewrite struct {
	Refused string `json:"refused"`
	Instead string `json:"instead"`
}

// Column is a column of an answer.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Run is a submitted query as its author sees it. Columns and Rows are present only when it is released.
type Run struct {
	Run          string            `json:"run"`
	State        string            `json:"state" enum:"running,in_review,returned,rejected,refused,failed,released,withdrawn,revoked,expired"`
	Grade        catalog.Grade     `json:"grade,omitempty"`
	Grant        string            `json:"grant,omitempty"`
	Release      string            `json:"release,omitempty"`
	Columns      []Column          `json:"columns,omitempty"`
	Rows         []json.RawMessage `json:"rows,omitzero" doc:"each an array of values in the order of columns; empty when every cell is withheld or there is none"`
	Notice       string            `json:"notice,omitempty"`
	Mode         string            `json:"mode,omitempty" enum:"exact,noisy,"`
	Noise        []Noise           `json:"noise,omitempty" doc:"of a noisy answer: how far each column may lie from the truth"`
	Refusal      *catalog.Refusal  `json:"refusal,omitempty"`
	Reasons      []string          `json:"reasons,omitempty" doc:"reason codes of the reviewers"`
	Jurisdiction string            `json:"jurisdiction,omitempty"`
	Environment  string            `json:"environment,omitempty" enum:"production,development,"`
	Created      int64             `json:"created,omitempty"`
	SQL          string            `json:"sql,omitempty"`
	Computation  string            `json:"computation,omitempty"`
	Params       []Param           `json:"params,omitempty"`
}

// Page selects a part of a list that is given newest first.
type Page struct {
	Before string `query:"before" maxLength:"64" doc:"identifier of the last item of the page before; empty begins with the newest"`
	Limit  int    `query:"limit" minimum:"0" maximum:"1000" doc:"items of the page; 0 means 100"`
}

// Runs lists runs.
type Runs struct {
	Items []Run `json:"items"`
}

// LedgerItem is one earlier answer of the caller's legal group: box and date, no verdict.
type LedgerItem struct {
	Run         string       `json:"run,omitempty"`
	Computation string       `json:"computation,omitempty" doc:"in the place of a run: all that its certificate lets it answer counts as answered"`
	Created     int64        `json:"created"`
	Box         catalog.Text `json:"box"`
}

// Ledger lists them.
type Ledger struct {
	Items []LedgerItem `json:"items"`
}

// ReviewItem is one artefact that waits for reviewers, or has been decided.
type ReviewItem struct {
	Run          string        `json:"run"`
	State        string        `json:"state"`
	Grade        catalog.Grade `json:"grade"`
	Organization string        `json:"organization"`
	Created      int64         `json:"created"`
	Needed       int           `json:"needed" doc:"votes, those of the providers among them"`
	Votes        int           `json:"votes"`
	Units        int           `json:"units,omitempty" doc:"organizations that the reviewers beside the providers must be of"`
	Providers    []string      `json:"providers,omitempty" doc:"organizations of each of which a reviewer must vote"`
}

// ReviewItems lists them.
type ReviewItems struct {
	Items []ReviewItem `json:"items"`
}

// ReviewDetail is what a reviewer decides from. The three digests are what a vote binds to.
type ReviewDetail struct {
	ReviewItem
	ArtefactDigest string          `json:"artefact_digest"`
	ReportDigest   string          `json:"report_digest"`
	PolicyDigest   string          `json:"policy_digest"`
	Report         json.RawMessage `json:"report" doc:"the risk report, canonical JSON"`
	Text           catalog.Text    `json:"text" doc:"the risk report for reading"`
}

// VoteRequest carries a vote signed with the reviewer's own key: a DSSE envelope.
type VoteRequest struct {
	Envelope json.RawMessage `json:"envelope"`
	// Comment is for the other reviewers and the record; the requester sees reason codes only.
	Comment string `json:"comment,omitempty" maxLength:"2000"`
}

// ReleaseItem is an issued release.
type ReleaseItem struct {
	ID      string        `json:"id"`
	Run     string        `json:"run"`
	Grade   catalog.Grade `json:"grade"`
	State   string        `json:"state" enum:"released,revoked,expired"`
	Created int64         `json:"created"`
	Receipt string        `json:"receipt" doc:"digest of the receipt"`
}

// ReleaseItems lists them.
type ReleaseItems struct {
	Items []ReleaseItem `json:"items"`
}

// AuditEntries is a page of log entries, each as its canonical JSON.
type AuditEntries struct {
	Size    int64             `json:"size"`
	Entries []json.RawMessage `json:"entries"`
}

// Problem is a problem document (RFC 9457) with the product's members.
type Problem struct {
	Type    string           `json:"type"`
	Title   string           `json:"title"`
	Status  int              `json:"status"`
	Detail  string           `json:"detail" doc:"text, in the language that Accept-Language asks for: zh, or else en"`
	Kind    string           `json:"kind" doc:"closed list: docs/spec/http.md"`
	Text    catalog.Text     `json:"text"`
	Request string           `json:"request,omitempty"`
	Refusal *catalog.Refusal `json:"refusal,omitempty"`
	Faults  []Fault          `json:"faults,omitempty"`
}
