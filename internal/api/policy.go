package api

import (
	"encoding/json"

	"yumen/catalog"
)

// Policy is the bundle that decides, what its rules say, and what waits for a second person.
type Policy struct {
	Zone         string         `json:"zone"`
	Jurisdiction string         `json:"jurisdiction"`
	Environment  string         `json:"environment" enum:"production,development"`
	Lab          bool           `json:"lab,omitempty"`
	Revision     string         `json:"revision"`
	Digest       string         `json:"digest"`
	PublicDigest string         `json:"public_digest" doc:"salted: what receipts and votes name"`
	Highest      string         `json:"highest" doc:"the highest revision that ever decided"`
	OPA          string         `json:"opa"`
	Rules        []PolicyRule   `json:"rules"`
	Bundles      []PolicyBundle `json:"bundles" doc:"that decided or wait, newest revision first"`
}

// PolicyRule is one rule as its annotation describes it.
type PolicyRule struct {
	Rule       string       `json:"rule"`
	Title      string       `json:"title"`
	Obligation bool         `json:"obligation,omitempty" doc:"gives an obligation, proves nothing"`
	Floor      bool         `json:"floor" doc:"no bundle can do without it"`
	Actions    []string     `json:"actions"`
	Code       string       `json:"code,omitempty"`
	Articles   []string     `json:"articles"`
	Message    catalog.Text `json:"message,omitzero"`
	Remedy     catalog.Text `json:"remedy,omitzero"`
}

// PolicyBundle is a bundle that the zone knows.
type PolicyBundle struct {
	Revision  string          `json:"revision"`
	Digest    string          `json:"digest"`
	State     string          `json:"state" enum:"program,proposed,active,replaced"`
	Activated int64           `json:"activated,omitempty" doc:"unix milliseconds"`
	Signers   []string        `json:"signers,omitempty" doc:"accounts of those who signed it last"`
	Proposal  *PolicyProposal `json:"proposal,omitempty"`
}

// PolicyProposal is the first person's half of a change.
type PolicyProposal struct {
	By       string `json:"by" doc:"account"`
	Reason   string `json:"reason"`
	Rollback bool   `json:"rollback,omitempty"`
	Previous string `json:"previous" doc:"digest of the bundle that decided when it was signed"`
	Since    int64  `json:"since" doc:"unix milliseconds"`
	Until    int64  `json:"until" doc:"unix milliseconds: from then on it does not hold"`
}

// PolicyLoad proposes a bundle, or confirms what another person proposed.
type PolicyLoad struct {
	Archive  []byte          `json:"archive,omitempty" doc:"the packed bundle (tar, gzip); absent to confirm, and to go back to one that decided"`
	Revision string          `json:"revision" maxLength:"32"`
	Rollback bool            `json:"rollback,omitempty"`
	Reason   string          `json:"reason,omitempty" maxLength:"500"`
	Envelope json.RawMessage `json:"envelope" doc:"the caller's signed approval (DSSE)"`
}

// PolicyArchive is a packed bundle that is looked at and not kept.
type PolicyArchive struct {
	Archive []byte `json:"archive"`
}

// PolicyReport is what the checks of a bundle came to.
type PolicyReport struct {
	Revision string   `json:"revision"`
	Digest   string   `json:"digest"`
	OK       bool     `json:"ok"`
	Tests    int      `json:"tests"`
	Cases    int      `json:"cases"`
	Problems []string `json:"problems,omitempty"`
}

// PolicyReplay names decisions of the past: the numbers from, from+1, …, at most limit, oldest first.
type PolicyReplay struct {
	From    int    `json:"from,omitempty" minimum:"0"`
	Limit   int    `json:"limit,omitempty" minimum:"0" maximum:"10000" doc:"default 1000"`
	Archive []byte `json:"archive,omitempty" doc:"the packed bundle that is asked in the place of each decision's own"`
}

// PolicyReplayed is what asking again came to.
type PolicyReplayed struct {
	Revision string         `json:"revision,omitempty" doc:"of the bundle that was asked"`
	Digest   string         `json:"digest,omitempty"`
	Checked  int            `json:"checked"`
	Same     int            `json:"same"`
	Next     int            `json:"next,omitempty" doc:"the number to go on from; 0 at the end"`
	Changes  []PolicyChange `json:"changes"`
}

// PolicyChange is a decision that would be another.
type PolicyChange struct {
	Number   int           `json:"number"`
	Decision string        `json:"decision"`
	Action   string        `json:"action"`
	At       int64         `json:"at" doc:"unix milliseconds"`
	Was      PolicyVerdict `json:"was"`
	Now      PolicyVerdict `json:"now"`
	Duties   bool          `json:"duties,omitempty" doc:"both allow, under other obligations"`
	Problem  string        `json:"problem,omitempty" doc:"why it could not be asked again"`
}

// PolicyVerdict is what a decision came to.
type PolicyVerdict struct {
	Allow   bool     `json:"allow"`
	Missing []string `json:"missing,omitempty" doc:"rules that were not proven"`
}
