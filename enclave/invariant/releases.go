package invariant

import (
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/receipt"
)

type releaseDoc struct {
	Run           string         `json:"run"`
	Label         string         `json:"label"`
	Receipt       string         `json:"receipt"`
	ReceiptDigest catalog.Digest `json:"receipt_digest"`
	Proof         string         `json:"proof"`
	Entry         int64          `json:"entry"`
}

// checkReleases: releases and the entries that issued them are the same, none of a run that has another one, and each receipt with its
// proof is genuine.
func (c *checker) checkReleases() error {
	issued, of := map[string]event{}, map[string]string{}
	for _, e := range c.log.all {
		if e.action != audit.ActionReleaseIssue {
			continue
		}
		_, again := issued[e.subject]
		_, twice := of[e.facts["run"]]
		c.must(!again && !twice, ReleaseOnce, e.subject)
		issued[e.subject], of[e.facts["run"]] = e, e.subject
	}
	records := map[string]bool{}
	for _, r := range c.records[kindRelease] {
		var v releaseDoc
		if !c.read(r, &v) {
			continue
		}
		c.must(!records[v.Run], ReleaseOnce, r.ID)
		records[v.Run] = true
		e, there := issued[r.ID]
		run := c.runs[v.Run]
		c.must(there && e.digests["receipt"] == v.ReceiptDigest && e.facts["run"] == v.Run && e.seq == v.Entry &&
			e.digests["artefact"] == run.Stamp.Digest && run.state == "issued" && run.Release == r.ID, ReleaseLogged, r.ID)
		if err := c.checkReceipt(r.ID, v); err != nil {
			return err
		}
	}
	for id, v := range c.runs {
		c.must((v.state == "issued") == records[id], ReleaseLogged, id)
	}
	return nil
}

// checkReceipt verifies a receipt as its recipient would, and that the checkpoint of its proof is a beginning of the log.
func (c *checker) checkReceipt(id string, v releaseDoc) error {
	r, _, err := receipt.Verify([]byte(v.Receipt), []byte(v.Proof), c.zone.Keys.PublicKeys())
	genuine := err == nil && r.Release == id && r.Run == v.Run && v.Label == string(receipt.Label(r)) && catalog.DigestOf([]byte(v.Receipt)) == v.ReceiptDigest
	if !c.must(genuine, ReceiptGenuine, id) {
		return nil
	}
	p, err := audit.ParseProof([]byte(v.Proof))
	if err != nil {
		return err
	}
	keys, err := c.verifiers()
	if err != nil {
		return err
	}
	return c.checkContinues(p.Checkpoint, keys, id)
}

// checkContinues compares a checkpoint that was given out with the log as it is.
func (c *checker) checkContinues(signed []byte, keys note.Verifiers, id string) error {
	head, err := audit.OpenCheckpoint(signed, keys)
	if err != nil {
		return err
	}
	size, err := c.zone.Records.AuditSize()
	if err != nil {
		return err
	}
	if !c.must(head.Size <= size, LogContinues, id) {
		return nil
	}
	root, err := tlog.TreeHash(head.Size, tlog.HashReaderFunc(c.zone.Records.AuditHashes))
	c.must(err == nil && root == head.Root, LogContinues, id)
	return nil
}
