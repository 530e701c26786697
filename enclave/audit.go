package enclave

import (
	"archive/tar"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
)

// entry is what the enclave says about one act. It is written in the transaction of the act: no entry, no effect.
type entry struct {
	by      Principal
	action  audit.Action
	on      string
	outcome string
	class   string
	digests map[string]catalog.Digest
	facts   map[string]string
}

// append writes the entry and returns where it stands.
func (s *Service) append(tx Tx, e entry) (audit.Place, error) {
	actor := audit.Actor{Account: e.by.Account, Person: e.by.Person, Organization: e.by.Organization, Role: e.by.Role}
	if e.by.Account == "" {
		actor = audit.Actor{Role: cmp.Or(e.by.Role, audit.RoleSystem)}
	}
	class := audit.Class(e.class)
	if class == "" {
		class = audit.Class3Years
	}
	place, err := audit.Append(tx, audit.Entry{Time: s.nowMS(), Action: e.action, Actor: actor, Subject: e.on, Outcome: e.outcome,
		Digests: e.digests, Facts: e.facts, Class: class})
	if err != nil {
		return place, fmt.Errorf("audit entry: %w", err)
	}
	return place, nil
}

func (s *Service) record(tx Tx, e entry) error {
	_, err := s.append(tx, e)
	return err
}

// log1 records an act upon one thing.
func (s *Service) log1(tx Tx, p Principal, action audit.Action, on, outcome string, digests map[string]catalog.Digest) error {
	return s.record(tx, entry{by: p, action: action, on: on, outcome: outcome, digests: digests})
}

// prove makes the proof of an entry that this transaction appended, against a checkpoint that covers it. Nobody has the note until
// the transaction has committed.
func (s *Service) prove(tx Tx, at audit.Place) ([]byte, error) {
	p, err := audit.Prove(tx, at.Seq, s.signer)
	if err != nil {
		return nil, fmt.Errorf("prove the entry: %w", err)
	}
	return p.Encode(), nil
}

// mayAudit says who reads the log.
func mayAudit(p Principal) error {
	switch catalog.AccountRole(p.Role) {
	case catalog.AccountAuditor, catalog.AccountRegulator, catalog.AccountSecurityAdministrator:
		return nil
	}
	return fault(KindForbidden, "只有安全审计员、安全管理员和监管人员可以读取日志", "only an auditor, the security administrator or the regulator reads the log")
}

// AuditEntries is a page of the log: entries from, from+1, …, at most limit (default 100, at most 1,000). A negative page start
// does not exist.
func (s *Service) AuditEntries(ctx context.Context, p Principal, from, limit int64) (api.AuditEntries, error) {
	out := api.AuditEntries{Entries: []json.RawMessage{}}
	if err := mayAudit(p); err != nil {
		return out, err
	}
	if limit <= 0 {
		limit = 100
	}
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		if out.Size, err = tx.AuditSize(); err != nil {
			return err
		}
		for b, err := range tx.AuditEntries(min(from, out.Size), min(from+min(limit, 1000), out.Size)) {
			if err != nil {
				return err
			}
			out.Entries = append(out.Entries, json.RawMessage(append([]byte(nil), b...)))
		}
		return nil
	})
	return out, known(err)
}

// AuditExport writes the whole log as a tar stream: tiles, entries and the signed checkpoint. started says that bytes were written.
func (s *Service) AuditExport(ctx context.Context, p Principal, w io.Writer) (started bool, err error) {
	if err := mayAudit(p); err != nil {
		return false, err
	}
	if err := s.store.Update(ctx, func(tx Tx) error { return s.log1(tx, p, audit.ActionAuditExport, "", "exported", nil) }); err != nil {
		return false, known(err)
	}
	t := tar.NewWriter(w)
	err = s.store.View(ctx, func(tx Tx) error {
		return audit.Export(tx, s.signer, func(name string, content []byte) error {
			started = true
			h := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
			if err := t.WriteHeader(h); err != nil {
				return err
			}
			_, err := t.Write(content)
			return err
		})
	})
	if err != nil {
		return started, err
	}
	return true, t.Close()
}

// publicTick is how often what everybody may see of the log moves: the longest tick of a run.
const publicTick = 15 * time.Second

// Checkpoint is the log's state, signed, for everybody. It moves on ticks of the clock alone and is one to two of them old, because the
// moments at which a run writes its entries depend on data: within a tick it is the same, whatever is entered.
func (s *Service) Checkpoint(ctx context.Context) ([]byte, error) {
	var out []byte
	err := s.store.View(ctx, func(tx Tx) error {
		var err error
		out, err = audit.SignCheckpointBefore(tx, s.signer, s.publicMoment())
		return err
	})
	return out, err
}

// publicMoment is the moment before which what was entered is public: the last tick but one, so that whatever was begun before it has
// been committed.
func (s *Service) publicMoment() int64 {
	now, tick := s.nowMS(), publicTick.Milliseconds()
	return now - now%tick - tick
}

// PublicKeys is the document that `yumen login` pins and `yumen keys export` prints.
func (s *Service) PublicKeys(context.Context) (json.RawMessage, error) {
	b, err := json.Marshal(s.keys.PublicKeys())
	if err != nil {
		return nil, fmt.Errorf("encode the keys: %w", err)
	}
	return b, nil
}
