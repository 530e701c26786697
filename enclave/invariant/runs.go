package invariant

import (
	"encoding/json"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/enclave/audit"
)

type runDoc struct {
	Account     string          `json:"account"`
	LegalGroup  string          `json:"legal_group"`
	Grant       string          `json:"grant"`
	SQL         string          `json:"sql"`
	QueryDigest catalog.Digest  `json:"query_digest"`
	Plan        json.RawMessage `json:"plan"`
	PlanDigest  catalog.Digest  `json:"plan_digest"`
	Release     string          `json:"release"`
	Artefact    string          `json:"artefact"`
	Stamp       stampDoc        `json:"artefact_stamp"`
	LedgerID    string          `json:"ledger_id"`
	Turn        int             `json:"turn"`
	Votes       []struct {
		Account string `json:"account"`
		Verdict string `json:"verdict"`
	} `json:"votes"`
	state string
}

type stampDoc struct {
	Digest       catalog.Digest `json:"digest"`
	ReportDigest catalog.Digest `json:"report_digest"`
	Files        []struct {
		Name   string         `json:"name"`
		Digest catalog.Digest `json:"digest"`
		Size   int64          `json:"size"`
	} `json:"files"`
}

// evidence lists the entries that may have brought a run into a state: action and outcome.
var evidence = map[string][]string{
	"refused":   {"query.run refused", "query.execute refused"},
	"running":   {"query.run running", "query.reserve reserved"},
	"failed":    {"query.execute failed"},
	"in_review": {"query.execute in_review", "query.resubmit in_review", "release.decide in_review"},
	"returned":  {"review.vote return"},
	"rejected":  {"review.vote reject"},
	"closed":    {"review.vote reject"},
	"withdrawn": {"query.withdraw withdrawn"},
	"blocked":   {"release.decide blocked"},
	"expired":   {"query.expire expired"},
	"issued":    {"release.issue issued"},
}

// live are the states in which a run has an artefact; in those of void, it does not stand in the ledger either.
var (
	live = []string{"in_review", "returned", "issued"}
	void = []string{"refused", "rejected", "closed", "withdrawn", "blocked", "expired"}
)

// checkRuns: a run is where its last entry put it, with the question, plan, votes and artefact that its entries name.
func (c *checker) checkRuns() error {
	for _, r := range c.records[kindRun] {
		v := runDoc{state: r.State}
		if !c.read(r, &v) {
			continue
		}
		c.runs[r.ID] = v
		c.must(r.State != "running", RunUnfinished, r.ID)
		c.must(c.runLogged(r.ID, v), RunLogged, r.ID)
		c.must(c.votesLogged(r.ID, v), RunVotes, r.ID)
		c.must(slices.Contains(live, r.State) == (v.Artefact != "") && (v.Artefact == "" || v.LedgerID != ""), RunArtefact, r.ID)
		if v.Artefact != "" {
			c.blobs[v.Artefact] = blob{folder: folderArtefacts, stamp: &v.Stamp}
		}
	}
	return nil
}

// runLogged compares a run with the entries about it.
func (c *checker) runLogged(id string, v runDoc) bool {
	last, good := "", true
	var artefact catalog.Digest
	c.log.about(id, func(e event) {
		step := string(e.action) + " " + e.outcome
		if ofRun(e.action) && step != "review.vote approve" {
			last = step
		}
		switch e.action {
		case audit.ActionQueryRun:
			good = good && e.digests["query"] == v.QueryDigest && (e.digests["plan"] == v.PlanDigest || v.state == "refused") &&
				(e.facts["grant"] == v.Grant || e.facts["grant"] == "") && e.actor == v.Account
		case audit.ActionQueryExecute:
			artefact = e.digests["artefact"]
		}
	})
	return good && slices.Contains(evidence[v.state], last) && digest([]byte(v.SQL)) == string(v.QueryDigest) &&
		(v.Plan == nil || digest(v.Plan) == string(v.PlanDigest)) && (v.Artefact == "" || artefact == v.Stamp.Digest)
}

// ofRun reports whether an action moves a run.
func ofRun(a audit.Action) bool {
	return strings.HasPrefix(string(a), "query.") || strings.HasPrefix(string(a), "release.") && a != audit.ActionReleaseCollect || a == audit.ActionReviewVote
}

// votesLogged compares the votes of a run with the entries of the votes, in their order.
func (c *checker) votesLogged(id string, v runDoc) bool {
	n, good := 0, true
	c.log.about(id, func(e event) {
		if e.action != audit.ActionReviewVote {
			return
		}
		good = good && n < len(v.Votes) && v.Votes[n].Account == e.actor && v.Votes[n].Verdict == e.outcome
		n++
	})
	return good && n == len(v.Votes)
}

// checkLedger: the ledger has exactly one row for each answer that was reserved and not taken back, in the name of its legal group.
func (c *checker) checkLedger() error {
	rows := map[string]string{}
	for _, r := range c.records[kindLedger] {
		var v struct {
			Run         string `json:"run"`
			Certificate string `json:"certificate"`
			Outcome     string `json:"outcome"`
		}
		c.read(r, &v)
		rows[r.ID] = v.Run
		c.blobs[v.Outcome] = blob{folder: folderArtefacts}
		if r.State == "certified" {
			c.must(c.reservedBy(v.Certificate, r.ID), LedgerRow, r.ID)
			continue
		}
		run := c.runs[v.Run]
		want := "reserved"
		if run.state == "issued" {
			want = "issued"
		}
		e, reserved := c.log.last(v.Run, audit.ActionQueryReserve)
		c.must(reserved && e.facts["ledger"] == r.ID && run.LedgerID == r.ID && r.State == want && r.Owner == run.LegalGroup, LedgerRow, r.ID)
	}
	for id, v := range c.runs {
		held := v.LedgerID == "" || rows[v.LedgerID] == id
		c.must(held && (v.LedgerID == "" || !slices.Contains(void, v.state)), LedgerRow, id)
	}
	return nil
}
