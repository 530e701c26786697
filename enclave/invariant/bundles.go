package invariant

import "yumen/enclave/audit"

// checkBundles: the policy bundle in force is the one that the log last says two people made decide, and what waits was proposed.
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
		c.must((r.State == "active") == (r.ID == inForce), StateLogged, r.ID)
		c.must(r.State != "proposed" || proposed[r.ID], RecordEntry, r.ID)
		there = there || r.ID == inForce
	}
	c.must(there, EntryEffect, inForce)
}
