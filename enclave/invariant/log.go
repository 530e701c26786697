package invariant

import (
	"errors"
	"fmt"
	"testing/fstest"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/audit/verify"
	"yumen/internal/metastore"
)

// event is what the rules want to know of an entry.
type event struct {
	seq     int64
	action  audit.Action
	outcome string
	actor   string
	subject string
	facts   map[string]string
	digests map[string]catalog.Digest
}

// history is the log by the things that its entries are about.
type history struct {
	all []event
	of  map[string][]int // indexes by subject, and by the run that a fact names
}

// about calls fn for the entries about a thing, oldest first.
func (h history) about(id string, fn func(e event)) {
	for _, i := range h.of[id] {
		fn(h.all[i])
	}
}

// last returns the last entry about a thing by one of the actions.
func (h history) last(id string, actions ...audit.Action) (out event, found bool) {
	h.about(id, func(e event) {
		for _, a := range actions {
			if e.action == a && e.subject == id {
				out, found = e, true
			}
		}
	})
	return out, found
}

// readLog verifies the log as an outsider does, from an export and the public key, and reads its entries.
func (c *checker) readLog() error {
	tx := c.zone.Records
	c.log.of = map[string][]int{}
	size, err := tx.AuditSize()
	if err != nil {
		return err
	}
	for b, err := range tx.AuditEntries(0, size) {
		if err != nil {
			return err
		}
		e, err := audit.Decode(b)
		if err != nil {
			continue // the verification below names it
		}
		c.log.add(e)
	}
	if _, err := tx.AuditHashes([]int64{tlog.StoredHashCount(size)}); !errors.Is(err, metastore.ErrNotFound) {
		c.report(LogIntact, fmt.Sprintf("entry %d", size)) // its hash is there, and it is not
	}
	return c.verifyLog()
}

// verifyLog proves an export of the log.
func (c *checker) verifyLog() error {
	tx := c.zone.Records
	export := fstest.MapFS{}
	err := audit.Export(tx, c.zone.Keys.LogSigner(), func(name string, content []byte) error {
		export[name] = &fstest.MapFile{Data: content}
		return nil
	})
	if err != nil {
		c.report(LogIntact, "") // its hashes are not those of a log
		return nil
	}
	keys, err := c.verifiers()
	if err != nil {
		return err
	}
	_, err = verify.FS(export, keys)
	var f *verify.Fault
	switch {
	case errors.As(err, &f) && f.Entry >= 0:
		c.report(LogIntact, fmt.Sprintf("entry %d", f.Entry))
	case err != nil:
		c.report(LogIntact, "")
	}
	return nil
}

func (c *checker) verifiers() (note.Verifiers, error) {
	v, err := note.NewVerifier(c.zone.Keys.PublicKeys().Log)
	if err != nil {
		return nil, fmt.Errorf("the log's key: %w", err)
	}
	return note.VerifierList(v), nil
}

func (h *history) add(e audit.Entry) {
	i := len(h.all)
	h.all = append(h.all, event{seq: e.Seq, action: e.Action, outcome: e.Outcome, actor: e.Actor.Account, subject: e.Subject, facts: e.Facts, digests: e.Digests})
	for _, id := range []string{e.Subject, e.Facts["run"]} {
		if id != "" && (len(h.of[id]) == 0 || h.of[id][len(h.of[id])-1] != i) {
			h.of[id] = append(h.of[id], i)
		}
	}
}
