package invariant

import (
	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/metastore"
)

type computationDoc struct {
	Version  catalog.Version `json:"version"`
	Approved *struct {
		Digest catalog.Digest `json:"digest"`
	} `json:"approved"`
	Certificate string `json:"certificate"`
	LegalGroup  string `json:"legal_group"`
}

type certificateDoc struct {
	Digest       catalog.Digest `json:"digest"`
	Ledger       string         `json:"ledger"`
	Report       string         `json:"report"`
	ReportDigest catalog.Digest `json:"report_digest"`
	state, of    string
}

// checkComputations: the versions of a computation are a chain that ends at the declared one, and the one that is approved was reviewed.
func (c *checker) checkComputations() error {
	chains := c.chains(kindComputationVersion, audit.ActionComputationSubmit)
	for _, r := range c.records[kindComputation] {
		var v computationDoc
		c.read(r, &v)
		chain := chains[r.ID]
		c.must(len(chain) > 0 && chain[len(chain)-1] == v.Version, VersionChain, r.ID)
		c.must((v.Approved != nil) == (r.State == "approved"), VersionChain, r.ID)
		e, reviewed := c.log.last(r.ID, audit.ActionComputationReview)
		c.must(v.Approved == nil || reviewed && e.outcome == "approved" && v.Approved.Digest == v.Version.Digest && e.digests["computation"] == v.Approved.Digest, VersionChain, r.ID)
	}
	return nil
}

// checkCertificates: a certificate is what its entry says, the one in force is its computation's, and its cells stand in the ledger.
func (c *checker) checkCertificates() error {
	rows := map[string]metastore.Record{}
	for _, r := range c.records[kindLedger] {
		rows[r.ID] = r
	}
	inForce := map[string]computationDoc{}
	for _, r := range c.records[kindComputation] {
		var v computationDoc
		c.read(r, &v)
		if v.Certificate != "" {
			inForce[v.Certificate] = v
		}
	}
	for _, r := range c.records[kindCertificate] {
		v := certificateDoc{state: r.State, of: r.Owner}
		if !c.read(r, &v) {
			continue
		}
		c.blobs[v.Report] = blob{folder: folderArtefacts, digest: v.ReportDigest}
		c.must(c.certificateLogged(r.ID, v), CertificateLogged, r.ID)
		computation, stands := inForce[r.ID]
		row, reserved := rows[v.Ledger]
		delete(inForce, r.ID)
		if v.state == "void" {
			c.must(!stands && v.Ledger == "", LedgerRow, r.ID)
			continue
		}
		c.must(stands && reserved && row.State == "certified" && row.Owner == computation.LegalGroup, LedgerRow, r.ID)
	}
	for id := range inForce {
		c.must(false, CertificateLogged, id)
	}
	return nil
}

// certificateLogged reports whether an entry made the certificate, as it stands.
func (c *checker) certificateLogged(id string, v certificateDoc) bool {
	found := false
	c.log.about(v.of, func(e event) {
		found = found || e.action == audit.ActionComputationCertify && e.facts["certificate"] == id && (v.state == "void" || e.outcome == v.state && e.facts["ledger"] == v.Ledger) &&
			e.digests["computation"] == v.Digest && e.digests["certificate"] == v.ReportDigest
	})
	return found
}

// reservedBy reports whether a certificate in force names this row of the ledger.
func (c *checker) reservedBy(certificate, row string) bool {
	for _, r := range c.records[kindCertificate] {
		var v certificateDoc
		if r.ID == certificate && c.read(r, &v) {
			return v.Ledger == row
		}
	}
	return false
}
