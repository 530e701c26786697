package enclave

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/compile"
	"yumen/enclave/egress"
	"yumen/enclave/receipt"
	"yumen/internal/faultpoint"
	"yumen/sandbox"
)

// notice accompanies every answer, whatever was withheld.
const notice = "groups may be withheld"

// made is what an execution produced, before anything of it is recorded.
type made struct {
	release  string
	artefact string // id of the encrypted artefact
	outcome  string // id of the encrypted outcome for the ledger
	answer   *answer
	found    []egress.Identifier // in what would leave
	stamp    artefactStamp
	report   []byte
}

// execute takes a recorded run through the steps that touch data. Whatever goes wrong ends as the one constant.
func (s *Service) execute(id string, t ticket, a *asked) {
	ctx, cancel := context.WithCancel(sandbox.WithTenant(inside(s.ctx), a.by.LegalGroup))
	defer cancel()
	defer s.inflight.begin(id, cancel)()
	m, err := s.make(ctx, id, t, a)
	if err == nil {
		err = s.settle(ctx, id, a, m)
	}
	if err == nil && a.policy != s.policyDigest() { // another bundle decides since it began
		if err := s.rebindAll(ctx); err != nil {
			s.log.Error("rebind a run", "run", id, "error", err)
		}
	}
	if refusal := refused(err); refusal != nil {
		if m != nil {
			s.destroy(m.artefact)
		}
		err = s.refuse(context.WithoutCancel(ctx), id, a, refusal)
	}
	if err != nil {
		s.log.Error("run failed", "run", id, "error", err)
		if m != nil && !errors.Is(err, errUnknown) {
			s.destroy(m.artefact) // the ledger keeps the outcome: a failure may tell something about the cells
		}
		if err := s.fail(context.WithoutCancel(ctx), id, a, err); err != nil {
			s.log.Error("record a failed run", "run", id, "error", err)
		}
	}
	s.watch.changed(id)
}

// make runs the plan, judges every cell, reserves the outcome in the ledger, post-processes what may leave and stores the artefact
// encrypted.
func (s *Service) make(ctx context.Context, id string, t ticket, a *asked) (*made, error) {
	if err := t.pass(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(2+len(a.plan.Parts()))*time.Duration(s.limits.RunSeconds)*time.Second)
	defer cancel()
	if err := s.stillRuns(ctx, id); err != nil {
		return nil, err
	}
	if err := s.stillAllowed(ctx, a); err != nil {
		return nil, err
	}
	answer := s.answer
	if a.covered != nil {
		answer = s.noisyAnswer
	}
	ans, err := answer(ctx, a)
	if err != nil {
		return nil, err
	}
	faultpoint.Hit(faultpoint.RunJudged)
	m := &made{release: a.release, artefact: newID(catalog.PrefixArtefact), outcome: newID(catalog.PrefixArtefact), answer: ans}
	if err := s.reserve(ctx, id, a, m); err != nil {
		return nil, err
	}
	post, err := s.post(ctx, a, m)
	if err != nil {
		return m, err
	}
	faultpoint.Hit(faultpoint.RunPosted)
	m.found = inspect(s.clock.Now(), post)
	if err := m.assemble(s, id, a, post); err != nil {
		return m, err
	}
	rows, err := json.Marshal(post.Rows)
	if err != nil {
		return m, fmt.Errorf("encode the rows: %w", err)
	}
	files := append([]file{{rowsName, rows}, {reportName, m.report}}, postFiles(post)...)
	if _, _, err := s.artefacts.Put(m.artefact, func(w io.Writer) error { return writeTar(w, files) }); err != nil {
		return m, fmt.Errorf("store the artefact: %w", err)
	}
	return m, nil
}

// stillRuns reports whether the run was not ended since it was submitted. It is in flight by now, so that an end from here on stops it.
func (s *Service) stillRuns(ctx context.Context, id string) error {
	return s.store.View(ctx, func(tx Tx) error {
		rec, err := tx.Get(recRun, id)
		if err == nil && rec.State != stateRunning {
			err = fmt.Errorf("the run is %s", rec.State)
		}
		return err
	})
}

// post runs the outer query in a fresh worker that holds nothing but the cells that may leave.
func (s *Service) post(ctx context.Context, a *asked, m *made) (*sandbox.PostResult, error) {
	spec := sandbox.PostSpec{SQL: a.plan.Post.SQL, Formats: []string{a.format()},
		Label: map[string]string{"grade": fmt.Sprint(a.plan.Grade), "receipt": m.release, "jurisdiction": s.zone.Jurisdiction, "environment": string(s.zone.environment())}}
	for i, part := range m.answer.parts {
		spec.Relations = append(spec.Relations, sandbox.PostRelation{Name: compile.Relation(i), Columns: part.columns, Rows: part.rows})
	}
	for _, v := range a.plan.Post.Args {
		spec.Args = append(spec.Args, sandbox.Value(v))
	}
	return s.runner.Post(ctx, spec)
}

func (a *asked) format() string {
	if a.in.Format == "" {
		return "csv"
	}
	return a.in.Format
}

// assemble computes what a vote binds to: the manifest of the data files and the risk report.
func (m *made) assemble(s *Service, run string, a *asked, post *sandbox.PostResult) error {
	var listed []receipt.File
	for _, f := range postFiles(post) {
		stamp := fileStamp{Name: f.name, Digest: catalog.DigestOf(f.data), Size: int64(len(f.data))}
		m.stamp.Files = append(m.stamp.Files, stamp)
		listed = append(listed, receipt.File{Name: f.name, Format: a.format(), Size: stamp.Size, Digest: stamp.Digest})
	}
	digest, err := receipt.ManifestDigest(listed)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	m.stamp.Digest = digest
	m.report, m.stamp.ReportDigest, err = s.riskReport(run, a, m, post)
	return err
}

// settle records what an execution made: ledger, artefact and egress state in one transaction with the audit entry. An answer
// that needs no reviewer is issued in the same transaction.
func (s *Service) settle(ctx context.Context, id string, a *asked, m *made) error {
	return s.store.Update(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		if rec.State != stateRunning {
			return fmt.Errorf("the run is %s", rec.State)
		}
		run.Artefact, run.Artefacts, run.Identifiers = m.artefact, m.stamp, m.found
		if m.answer.noise != nil {
			run.Noise = m.answer.noise
		}
		d, err := s.decideRelease(ctx, tx, &run, id, stepReview)
		if d.Denied(ruleIdentifiers) {
			return errIdentifiers
		}
		if err != nil {
			return err
		}
		if err := errors.Join(s.keepDecision(tx, a.again), s.keepDecision(tx, d)); err != nil {
			return err
		}
		run.needs(d.Obligations.Release)
		event := egress.EventHold
		if run.Reviewers == 0 {
			event = egress.EventClear
		}
		next, err := egress.Next(egress.State(rec.State), event, s.egressFacts(&run, Principal{}))
		if err != nil {
			return fmt.Errorf("egress: %w", err)
		}
		from := rec.State
		rec.State = string(next)
		if next != egress.Approved {
			s.advance(&rec, &run, from, string(next))
		}
		if err := s.record(tx, entry{by: a.by, action: audit.ActionQueryExecute, on: id, outcome: string(next), class: a.class(),
			digests: map[string]catalog.Digest{"artefact": run.Artefacts.Digest, "report": run.Artefacts.ReportDigest, "decision": d.InputDigest}}); err != nil {
			return err
		}
		if next == egress.Approved {
			if err := s.issue(ctx, tx, &rec, &run, id, from); err != nil {
				return err
			}
		}
		return save(tx, recRun, rec, s.nowMS(), run)
	})
}

// refused is the static refusal that an execution ended with, or nil: its question is too large beside the ledger, or what it stands
// on no longer holds.
func refused(err error) *catalog.Refusal {
	var r *catalog.Refusal
	if errors.As(err, &r) {
		return r
	}
	if e, ok := Of(err); ok && e.Kind == KindForbidden {
		return e.Refusal
	}
	return nil
}

// refuse records a run that was refused after its submission. That tells nothing about data, and nobody learned anything from it: what
// it reserved is taken back.
func (s *Service) refuse(ctx context.Context, id string, a *asked, r *catalog.Refusal) error {
	var gone []string
	err := s.store.Update(ctx, func(tx Tx) error {
		gone = nil
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		if rec.State != stateRunning {
			return nil
		}
		if gone, err = s.void(tx, &run); err != nil {
			return err
		}
		if err := s.keepDecision(tx, a.again); err != nil {
			return err
		}
		run.Refusal = r
		s.advance(&rec, &run, rec.State, stateRefused)
		if err := save(tx, recRun, rec, s.nowMS(), run); err != nil {
			return err
		}
		return s.record(tx, entry{by: a.by, action: audit.ActionQueryExecute, on: id, outcome: rec.State, class: a.class(),
			facts: map[string]string{"code": string(r.Code)}})
	})
	if err == nil {
		s.destroy(gone...)
	}
	return err
}

// fail records a run that could not be answered. It tells its author nothing but the constant; the log says whether identifiers stopped it.
func (s *Service) fail(ctx context.Context, id string, a *asked, cause error) error {
	facts := map[string]string{}
	if errors.Is(cause, errIdentifiers) {
		facts["missing"] = ruleIdentifiers
	}
	return s.store.Update(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		if rec.State != stateRunning {
			return nil
		}
		s.advance(&rec, &run, rec.State, string(egress.Failed))
		if err := save(tx, recRun, rec, s.nowMS(), run); err != nil {
			return err
		}
		return s.record(tx, entry{by: a.by, action: audit.ActionQueryExecute, on: id, outcome: rec.State, class: a.class(), facts: facts})
	})
}

// tick is the next moment at which visible state may advance: a multiple of the tick after submission, so that an answer tells
// nothing by its time.
func (s *Service) tick(run *runRecord) int64 {
	step := max(run.TickMS, 1)
	passed := max(s.nowMS()-run.Submitted, 0)
	return run.Submitted + (passed/step+1)*step
}

func (s *Service) destroy(ids ...string) {
	for _, id := range ids {
		if id == "" {
			continue
		}
		s.outcomes.forget(id)
		if err := s.artefacts.Destroy(id); err != nil {
			s.log.Error("destroy an artefact", "error", err)
		}
	}
}

// The files of an artefact that stay inside.
const (
	rowsName   = "rows.json"
	reportName = "report.json"
)

type file struct {
	name string
	data []byte
}

// postFiles are the encoded data files, sorted by name.
func postFiles(p *sandbox.PostResult) []file {
	var out []file
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		out = append(out, file{name, p.Files[name]})
	}
	return out
}

func writeTar(w io.Writer, files []file) error {
	t := tar.NewWriter(w)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data)), Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if err := t.WriteHeader(h); err != nil {
			return fmt.Errorf("write a bundle: %w", err)
		}
		if _, err := t.Write(f.data); err != nil {
			return fmt.Errorf("write a bundle: %w", err)
		}
	}
	return t.Close()
}

// readArtefact decrypts all files of an artefact.
func (s *Service) readArtefact(id string) ([]file, error) {
	r, err := s.artefacts.Open(id)
	if err != nil {
		return nil, fmt.Errorf("open the artefact: %w", err)
	}
	defer r.Close()
	t := tar.NewReader(r)
	var out []file
	for {
		h, err := t.Next()
		if err == io.EOF {
			// The stream authenticates to its very end only: read what follows the archive.
			if _, err := io.Copy(io.Discard, r); err != nil {
				return nil, fmt.Errorf("open the artefact: %w", err)
			}
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("open the artefact: %w", err)
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, t); err != nil {
			return nil, fmt.Errorf("open the artefact: %w", err)
		}
		out = append(out, file{h.Name, b.Bytes()})
	}
}

func pick(files []file, name string) []byte {
	for _, f := range files {
		if f.name == name {
			return f.data
		}
	}
	return nil
}

// decodeRows reads rows.json: an array of arrays.
func decodeRows(b []byte) ([]json.RawMessage, error) {
	rows := []json.RawMessage{}
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, fmt.Errorf("stored rows: %w", err)
	}
	return rows, nil
}
