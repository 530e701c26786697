package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
	"yumen/internal/metastore"
	"yumen/sandbox"
)

// Ledger states of a group's earlier answer.
const (
	ledgerReserved = "reserved" // judged, not issued: it counts all the same
	ledgerIssued   = "issued"
	// ledgerCertified are the cells that a certificate lets a computation answer: they count as if they had been.
	ledgerCertified = "certified"
)

// batchBytes is how much text of statements one worker gets.
const batchBytes = 512 << 10

// evaluate runs the generated statements, a fresh worker for each batch of them, and judges every cell.
func (s *Service) evaluate(ctx context.Context, a *asked, out *answered, before *past) ([]compile.Outcome, error) {
	beside, err := s.loads(ctx, a, before.earlier)
	if err != nil {
		return nil, err
	}
	program, err := s.generate(a, out.plan, before.earlier, beside)
	if err != nil {
		return nil, err
	}
	var rows [][][]*string
	for _, b := range program.Batches(batchBytes) {
		answers, err := s.runBatch(ctx, a, b, beside)
		if err != nil {
			return nil, err
		}
		rows = append(rows, texts(answers)...)
	}
	table, err := program.Evidence(rows)
	if err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	rules := rulesOf(a.decision.Obligations.Run)
	if err := s.jitter(table, rules.JitterMax); err != nil {
		return nil, err
	}
	out.table, out.verdicts = table, disclosure.Judge(table, rules)
	return compile.Outcomes(out.families, out.verdicts.Released(table), before.earlier)
}

// runBatch runs some statements in one worker, over the snapshots that they read.
func (s *Service) runBatch(ctx context.Context, a *asked, b compile.Batch, beside *loads) ([][]sandbox.Row, error) {
	refs, give, err := s.attach(ctx, a, b.Attachments, beside)
	if err != nil {
		return nil, err
	}
	defer give()
	spec := sandbox.RunSpec{Snapshots: refs, MemoryMB: s.limits.RunMemoryMB, Threads: s.limits.RunThreads, Timeout: s.runTime()}
	for i, st := range b.Statements {
		w := sandbox.Statement{SQL: st.SQL, Reads: b.Reads[i]}
		for _, v := range st.Args {
			w.Args = append(w.Args, sandbox.Value(v))
		}
		spec.Statements = append(spec.Statements, w)
	}
	return s.runner.Run(ctx, spec)
}

func texts(in [][]sandbox.Row) [][][]*string {
	out := make([][][]*string, len(in))
	for i, rows := range in {
		out[i] = make([][]*string, len(rows))
		copy(out[i], rows)
	}
	return out
}

// attach takes the sealed snapshots that statements read, all at once.
func (s *Service) attach(ctx context.Context, a *asked, all []compile.Attachment, beside *loads) (refs []sandbox.SnapshotRef, give func(), err error) {
	var want []wanted
	for _, x := range all {
		w := wanted{a.pinIDs[x.Alias], a.pins[x.Alias].Size}
		if w.id == "" {
			w = wanted{x.Snapshot, beside.size[x.Snapshot]}
		}
		want = append(want, w)
	}
	files, give, err := s.sealed.take(ctx, want...)
	if err != nil {
		return nil, nil, err
	}
	for i, x := range all {
		refs = append(refs, sandbox.SnapshotRef{Name: x.Alias, File: files[i]})
	}
	return refs, give, nil
}

// cells lays out what may leave for the outer query: keys k0…, cells c0….
func (out *answered) cells() {
	out.head()
	for _, r := range compile.Replay(out.outcomes) {
		out.rows = append(out.rows, append(append([]*string{}, r.Key...), r.Values...))
	}
}

// head names the columns of the relation.
func (out *answered) head() {
	for i, k := range out.plan.Keys {
		out.columns = append(out.columns, sandbox.PostColumn{Name: fmt.Sprintf("k%d", i), Type: k.Type})
	}
	for i, c := range out.plan.Cells {
		out.columns = append(out.columns, sandbox.PostColumn{Name: fmt.Sprintf("c%d", i), Type: c.Measure.ResultType()})
	}
}

// past is what the legal group was answered before.
type past struct {
	stored  map[catalog.Digest]compile.Outcome // by family
	earlier []compile.Earlier                  // comparators: families of which something was released
	rows    map[string]bool                    // the rows of the ledger that were read
}

// readLedger decrypts the group's ledger, but for one row.
func (s *Service) readLedger(ctx context.Context, group, but string) (*past, error) {
	var ids []string
	var records []ledgerRecord
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recLedger, metastore.Query{Owner: group}, func(r metastore.Record, v ledgerRecord) error {
			if r.ID != but {
				ids, records = append(ids, r.ID), append(records, v)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	out := &past{stored: map[catalog.Digest]compile.Outcome{}, rows: map[string]bool{}}
	kept, now := s.outcomes.of(group), map[string][]compile.Outcome{}
	for i, r := range records {
		outcomes, have := kept[r.Outcome]
		var err error
		if !have {
			outcomes, err = s.readOutcome(r.Outcome)
		}
		if err != nil && s.voided(ctx, ids[i]) {
			continue // rejected or withdrawn meanwhile: nobody learned anything from it
		}
		if err != nil {
			return nil, err
		}
		out.rows[ids[i]], now[r.Outcome] = true, outcomes
		if err := out.add(r, outcomes); err != nil {
			return nil, err
		}
	}
	s.outcomes.keep(group, now)
	if out.earlier, err = compile.Merge(out.earlier); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return out, nil
}

// add takes over one answer. What was answered first stands.
func (p *past) add(r ledgerRecord, outcomes []compile.Outcome) error {
	if len(outcomes) != len(r.Families) {
		return errors.New("a stored outcome does not fit its families")
	}
	for i, f := range r.Families {
		d, err := f.Digest()
		if err != nil {
			return fmt.Errorf("family: %w", err)
		}
		if _, again := p.stored[d]; again {
			continue
		}
		p.stored[d] = outcomes[i]
		if len(outcomes[i].Rows) > 0 {
			p.earlier = append(p.earlier, outcomes[i].Earlier(f)...)
		}
	}
	return nil
}

// grow takes over one answer with which what follows is compared.
func (p *past) grow(x *answered) error {
	if err := p.add(ledgerRecord{Families: x.families}, x.outcomes); err != nil {
		return err
	}
	var err error
	if p.earlier, err = compile.Merge(p.earlier); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// whole makes sure that nothing has come to the ledger since it was read: an answer is reserved only beside those it was judged with.
func (p *past) whole(tx Tx, group string) error {
	rows, err := tx.List(recLedger, metastore.Query{Owner: group})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if !p.rows[r.ID] {
			return errors.New("the ledger has grown since it was read")
		}
	}
	return nil
}

// voided reports whether a row of the ledger is gone.
func (s *Service) voided(ctx context.Context, id string) bool {
	err := s.store.View(ctx, func(tx Tx) error {
		_, err := tx.Get(recLedger, id)
		return err
	})
	return errors.Is(err, metastore.ErrNotFound)
}

func (s *Service) readOutcome(id string) ([]compile.Outcome, error) {
	r, err := s.artefacts.Open(id)
	if err != nil {
		return nil, fmt.Errorf("open an outcome: %w", err)
	}
	defer r.Close()
	b, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("open an outcome: %w", err)
	}
	var out []compile.Outcome
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("stored outcome: %w", err)
	}
	return out, nil
}

// reserve stores the outcome and writes it into the group's ledger before anything is done with the cells: from here on it counts,
// even if what follows fails, for a failure of the outer query may tell something about them.
func (s *Service) reserve(ctx context.Context, id string, a *asked, m *made) error {
	families, outcomes := m.answer.reserved()
	_, _, err := s.artefacts.Put(m.outcome, func(w io.Writer) error { return json.NewEncoder(w).Encode(outcomes) })
	if err != nil {
		return fmt.Errorf("store the outcome: %w", err)
	}
	v := ledgerRecord{Run: id, Words: a.plan.Words(), Families: families, Outcome: m.outcome, Paid: m.answer.paid}
	err = s.store.Update(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		if rec.State != stateRunning {
			return fmt.Errorf("the run is %s", rec.State)
		}
		if err := m.answer.before.whole(tx, run.LegalGroup); err != nil {
			return err
		}
		run.LedgerID = newID(catalog.PrefixLedger)
		if err := save(tx, recLedger, metastore.Record{ID: run.LedgerID, Owner: run.LegalGroup, State: ledgerReserved}, s.nowMS(), v); err != nil {
			return err
		}
		if err := save(tx, recRun, rec, s.nowMS(), run); err != nil {
			return err
		}
		return s.record(tx, entry{by: a.by, action: audit.ActionQueryReserve, on: id, outcome: ledgerReserved, class: a.class(),
			facts: map[string]string{"ledger": run.LedgerID}})
	})
	if err != nil && !errors.Is(err, errUnknown) {
		s.destroy(m.outcome)
	}
	return err
}

// stillReserved is the second check: the answer stands in the ledger, and now it is issued.
func (s *Service) stillReserved(tx Tx, run *runRecord) error {
	v, rec, err := load[ledgerRecord](tx, recLedger, run.LedgerID)
	if err != nil {
		return fmt.Errorf("the reservation is gone: %w", err)
	}
	rec.State = ledgerIssued
	return save(tx, recLedger, rec, s.nowMS(), v)
}

// void takes back the reservation of an answer that never left. The requester learned nothing from it, so it does not count any
// more; its artefacts are destroyed when the transaction holds.
func (s *Service) void(tx Tx, run *runRecord) ([]string, error) {
	if run.LedgerID == "" {
		return nil, nil
	}
	v, rec, err := load[ledgerRecord](tx, recLedger, run.LedgerID)
	if err != nil {
		return nil, err
	}
	gone := []string{run.Artefact, v.Outcome}
	run.Artefact, run.LedgerID = "", ""
	return gone, tx.Delete(recLedger, rec.ID, rec.Version)
}
