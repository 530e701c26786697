package invariant

import (
	"yumen/enclave/audit"
	"yumen/internal/policyfile"
)

// checkBundles: the policy bundle in force is the one that the log last says two people made decide, what waits was proposed, and each is
// the one that its name says: decisions are replayed by it.
func (c *checker) checkBundles() {
	inForce := ""
	proposed := map[string]bool{}
	for _, e := range c.log.all {
		switch {
		case e.action == audit.ActionActPropose:
			proposed[string(e.digests["bundle"])] = true
		case e.action != audit.ActionPolicyActivate:
		case e.outcome == "activated", e.outcome == "rolled_back":
			inForce = string(e.digests["bundle"])
		case e.outcome == "reset":
			inForce = ""
		}
	}
	there := inForce == ""
	for _, r := range c.records[kindBundle] {
		var v struct {
			Archive []byte `json:"archive"`
		}
		c.read(r, &v)
		files, err := policyfile.Unpack(v.Archive)
		c.must(err == nil && string(files.Digest()) == r.ID, DecisionKept, r.ID)
		c.must((r.State == "active") == (r.ID == inForce), StateLogged, r.ID)
		c.must(r.State != "proposed" || proposed[r.ID], RecordEntry, r.ID)
		there = there || r.ID == inForce
	}
	c.must(there, EntryEffect, inForce)
}
