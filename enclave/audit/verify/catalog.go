package verify

import (
	"strconv"

	"yumen/catalog"
	"yumen/enclave/audit"
)

// ruleVersions is what the entries about declared things must keep beside the table of rules: the catalog's chain (目录链, XC-3).
const ruleVersions = "the versions of a declared thing are a chain, and the newest is reviewed"

// declared lists, by the action that makes a version of a thing, the digest of its document; reviewed the actions that decide about one.
var (
	declared = map[audit.Action]string{audit.ActionDatasetSubmit: "document", audit.ActionComputationSubmit: "computation"}
	reviewed = map[audit.Action]audit.Action{audit.ActionDatasetReview: audit.ActionDatasetSubmit, audit.ActionComputationReview: audit.ActionComputationSubmit}
)

// chains holds the newest version of each declared thing, by the action that makes one and its name.
type chains map[string]catalog.Version

// judge returns the rule that the entry breaks, or "", and goes on with the chain. Entries of before the numbers were logged begin none.
func (c chains) judge(e *audit.Entry) string {
	if !e.Effect() {
		return ""
	}
	if submit, ok := reviewed[e.Action]; ok {
		if last, known := c[string(submit)+" "+e.Subject]; known && e.Digests["version"] != last.Link() {
			return ruleVersions
		}
		return ""
	}
	document, ok := declared[e.Action]
	if !ok {
		return ""
	}
	thing := string(e.Action) + " " + e.Subject
	last, known := c[thing]
	if e.Facts["number"] == "" && !known {
		return ""
	}
	number, err := strconv.Atoi(e.Facts["number"])
	v := catalog.Version{Number: number, Digest: e.Digests[document], Previous: e.Digests["previous"]}
	follows := (number == 1) == (v.Previous == "")
	if known {
		follows = number == last.Number+1 && v.Previous == last.Link()
	}
	if err != nil || !follows || v.Digest == "" || v.Link() != e.Digests["version"] {
		return ruleVersions
	}
	c[thing] = v
	return ""
}
