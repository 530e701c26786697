package verify

import (
	"strconv"

	"yumen/catalog"
	"yumen/enclave/audit"
)

// ruleVersions is what the entries about declared things must keep beside the table of rules: the catalog's chain (目录链, XC-3).
const ruleVersions = "the versions of a declared thing are a chain, and the newest is reviewed"

// declared lists, by the action that makes a version of a thing, the kind of thing and the digest of its document; reviewed the actions that decide
// about one.
var (
	declared = map[audit.Action]struct{ kind, document string }{audit.ActionDatasetDraft: {"dataset", "document"}, audit.ActionDatasetSubmit: {"dataset", "document"},
		audit.ActionComputationSubmit: {"computation", "computation"}}
	reviewed = map[audit.Action]string{audit.ActionDatasetReview: "dataset", audit.ActionComputationReview: "computation"}
)

// newest is the newest version of a declared thing. A draft is reviewed by nobody.
type newest struct {
	catalog.Version
	draft bool
}

// chains holds the newest version of each declared thing, by its kind and name.
type chains map[string]newest

// judge returns the rule that the entry breaks, or "", and goes on with the chain. Entries of before the numbers were logged begin none.
func (c chains) judge(e *audit.Entry) string {
	if !e.Effect() {
		return ""
	}
	if kind, ok := reviewed[e.Action]; ok {
		if last, known := c[kind+" "+e.Subject]; known && (last.draft || e.Digests["version"] != last.Link()) {
			return ruleVersions
		}
		return ""
	}
	made, ok := declared[e.Action]
	if !ok {
		return ""
	}
	thing := made.kind + " " + e.Subject
	last, known := c[thing]
	if e.Facts["number"] == "" && !known {
		return ""
	}
	number, err := strconv.Atoi(e.Facts["number"])
	v := catalog.Version{Number: number, Digest: e.Digests[made.document], Previous: e.Digests["previous"]}
	follows := (number == 1) == (v.Previous == "")
	if known {
		follows = number == last.Number+1 && v.Previous == last.Link()
	}
	if err != nil || !follows || v.Digest == "" || v.Link() != e.Digests["version"] {
		return ruleVersions
	}
	c[thing] = newest{v, e.Action == audit.ActionDatasetDraft}
	return ""
}
