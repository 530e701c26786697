package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/enclave/audit"
	"yumen/enclave/compile"
	"yumen/internal/api"
	"yumen/internal/canonical"
	"yumen/internal/metastore"
	"yumen/policy"
	"yumen/sandbox"
)

// certification is one audit of a computation over its whole parameter domain.
type certification struct {
	by       Principal
	name     string
	c        computationRecord
	sets     map[string]datasetRecord
	pins     map[string]snapshotRecord
	pinIDs   map[string]string
	scopes   []map[string][]footprint.ScopeTerm // row scopes of the group's grants, each once
	decision policy.Decision
	told     *basis // of the last certificate that passed, which the author goes on being told of if this one fails
	before   *past  // the group's ledger, and what this certification has fixed so far

	families []compile.Family
	outcomes []compile.Outcome
	counts   map[catalog.Digest]cellCount
	report   api.Certificate
	near     nearness
	seen     string // digest of the version that is meant
	// what is stored
	id, outcome, artefact string
	stored                []byte
}

// CertifyComputation audits a computation over its whole parameter domain, on the data as they stand, beside everything that its legal
// group was answered and everything else that is certified for it: every instance is judged as if all of them had been released. What is
// withheld here stays withheld, whatever is asked first, because the cells that pass are reserved in the group's ledger. Nothing leaves.
func (s *Service) CertifyComputation(ctx context.Context, p Principal, name string, in api.Certify) (api.Certificate, error) {
	if err := s.work.begin(); err != nil {
		return api.Certificate{}, err
	}
	defer s.work.done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)() // it ends with the gateway, whoever waits for it
	asked := ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	k := &certification{by: p, name: name, seen: in.Digest, counts: map[catalog.Digest]cellCount{}, id: newID(catalog.PrefixCertificate),
		outcome: newID(catalog.PrefixArtefact), artefact: newID(catalog.PrefixArtefact)}
	defer s.inflight.begin(k.id, stop)()
	err := s.certify(ctx, k)
	if err != nil && ctx.Err() != nil && asked.Err() == nil { // an act forbade it: which one is what the policy says now
		err = errConflict
		if why := s.store.View(asked, func(tx Tx) error { return s.openCertification(asked, tx, k) }); why != nil {
			err = why
		}
	}
	if err != nil {
		s.denied(ctx, p, policy.ActionComputationReview, name, err)
		return api.Certificate{}, known(asCertifier(err))
	}
	return k.report, nil
}

// asCertifier is what a person is told of a certification that did not come to its end.
func asCertifier(err error) error {
	var r *catalog.Refusal
	if errors.As(err, &r) {
		e := fault(KindRefused, joinText(r.Message.Zh, r.Remedy.Zh, "。"), joinText(r.Message.En, r.Remedy.En, ". "))
		e.Refusal = r
		return e
	}
	if _, ok := Of(err); ok || errors.Is(err, metastore.ErrNotFound) || errors.Is(err, metastore.ErrConflict) {
		return err
	}
	return executionFault(err)
}

func (s *Service) certify(ctx context.Context, k *certification) error {
	if err := s.store.View(ctx, func(tx Tx) error { return s.openCertification(ctx, tx, k) }); err != nil {
		return err
	}
	s.inflight.certify(k.id, k.c.Author.Organization, k.pinIDs)
	t := s.groups.queue(k.c.LegalGroup) // a run of the group must not come between what is judged and what is reserved
	defer t.done()
	if err := t.pass(ctx); err != nil {
		return err
	}
	if err := s.store.View(ctx, func(tx Tx) error { return s.openCertification(ctx, tx, k) }); err != nil {
		return err
	}
	s.inflight.certify(k.id, k.c.Author.Organization, k.pinIDs)
	ledger, err := s.ownReservation(ctx, k)
	if err != nil {
		return err
	}
	if k.before, err = s.readLedger(ctx, k.c.LegalGroup, ledger); err != nil {
		return err
	}
	if err := s.auditInstances(ctx, k); err != nil {
		return err
	}
	if err := s.storeCertificate(k); err != nil {
		s.destroy(k.outcome, k.artefact)
		return err
	}
	gone, err := s.commitCertificate(ctx, k)
	if err != nil {
		if !errors.Is(err, errUnknown) {
			s.destroy(k.outcome, k.artefact)
		}
		return err
	}
	s.destroy(gone...)
	return nil
}

// openCertification reads what is certified, and on what, and asks the policy.
func (s *Service) openCertification(ctx context.Context, tx Tx, k *certification) error {
	c, rec, err := s.loadComputation(tx, k.by, k.name)
	if err != nil {
		return err
	}
	if k.decision, err = s.mayCompute(ctx, tx, k.by, policy.ComputationCertify, &c, rec); err != nil {
		return err
	}
	if err := lookedAt(k.seen, c.Version.Digest); err != nil {
		return err
	}
	k.c, k.sets, k.pins, k.pinIDs = c, map[string]datasetRecord{}, map[string]snapshotRecord{}, map[string]string{}
	for _, name := range c.Spec.Datasets {
		d, _, err := load[datasetRecord](tx, recDataset, name)
		if err != nil {
			return err
		}
		if d.Current == "" {
			return fault(KindConflict, "数据集尚未装载："+name, "a dataset has no data yet: "+name)
		}
		v, _, err := load[snapshotRecord](tx, recSnapshot, d.Current)
		if err != nil {
			return err
		}
		if v.SpecDigest != d.ApprovedVersion.Digest {
			return fault(KindConflict, "数据集的声明已更新，请先重新装载："+name, "the declaration of a dataset has changed, load it again first: "+name)
		}
		if !v.leased(s.nowMS()) {
			return fault(KindConflict, "数据集就地读取的租期已满，请先重新读取："+name, "the lease of a dataset that is read in place is over, pull it again first: "+name)
		}
		k.sets[name], k.pins[name], k.pinIDs[name] = d, v, d.Current
	}
	k.scopes, err = scopesOf(tx, rec.Owner, c.Spec.Datasets)
	return err
}

// scopesOf lists the row scopes under which an institution may ask about datasets, each once: those of its grants that are not over. An
// institution without a grant is certified without one.
func scopesOf(tx Tx, organization string, datasets []string) ([]map[string][]footprint.ScopeTerm, error) {
	seen := map[string]bool{}
	var out []map[string][]footprint.ScopeTerm
	err := each(tx, recGrant, metastore.Query{Owner: organization}, func(r metastore.Record, g grantRecord) error {
		if r.State != string(policy.StateActive) && r.State != string(policy.StateSuspended) {
			return nil
		}
		scope, found := map[string][]footprint.ScopeTerm{}, 0
		for _, req := range g.Datasets {
			if !slices.Contains(datasets, req.Dataset) {
				continue
			}
			found++
			for _, t := range req.RowScope {
				scope[req.Dataset] = append(scope[req.Dataset], footprint.ScopeTerm{Column: t.Column, Values: t.Values})
			}
		}
		text, err := json.Marshal(scope)
		if err != nil || found < len(datasets) || seen[string(text)] {
			return err
		}
		seen[string(text)] = true
		out = append(out, scope)
		return nil
	})
	if len(out) == 0 {
		out = append(out, nil)
	}
	return out, err
}

// ownReservation is the row of the ledger that this certification takes the place of: its cells are not compared with their own like. It notes
// what the author is told of by now.
func (s *Service) ownReservation(ctx context.Context, k *certification) (string, error) {
	var row string
	err := s.store.View(ctx, func(tx Tx) error {
		at, err := s.certificateOf(tx, &k.c)
		if at.record != nil {
			row, k.told = at.record.Ledger, at.record.Told
		}
		if at.passed {
			k.told = &at.record.basis
		}
		return err
	})
	return row, err
}

// auditInstances judges one instance after the other, each beside all before it.
func (s *Service) auditInstances(ctx context.Context, k *certification) error {
	ctx = sandbox.WithTenant(ctx, k.c.LegalGroup)
	all, err := k.c.instances()
	if err != nil {
		return err
	}
	if len(all)*len(k.scopes) > catalog.MaxInstances {
		return tooLarge()
	}
	tree, err := s.parse(ctx, k.c.Spec.SQL)
	if err != nil {
		return err
	}
	for n, scope := range k.scopes {
		view := wholeView(k.sets, scope)
		for _, i := range all {
			finding := api.CertifiedInstance{Scope: n, Params: []api.Param{}}
			for _, p := range i.pairs {
				finding.Params = append(finding.Params, api.Param{Name: p.Name, Value: p.Value})
			}
			if err := s.auditInstance(ctx, k, tree, i, view, &finding); err != nil {
				return err
			}
			k.report.Instances = append(k.report.Instances, finding)
		}
	}
	return nil
}

// auditInstance judges one instance. What passes is among what the next ones are compared with.
func (s *Service) auditInstance(ctx context.Context, k *certification, tree []byte, i instance, view footprint.View, finding *api.CertifiedInstance) error {
	a := &asked{by: Principal{Organization: k.c.Author.Organization, LegalGroup: k.c.LegalGroup}, sets: k.sets, pins: k.pins, pinIDs: k.pinIDs,
		decision: k.decision, shown: &view}
	var err error
	if a.bound, err = bindInstance(tree, i, view); err != nil {
		return err
	}
	if a.plan, err = compile.Build(a.bound, a.facts()); err != nil {
		return asRefusal(err)
	}
	if err := s.answerable(a); err != nil {
		return err
	}
	ans, err := s.answerBeside(ctx, a, k.before)
	if err != nil {
		return err
	}
	for _, part := range ans.parts {
		k.near.look(part.table, int64(rulesOf(k.decision.Obligations.Run).K))
		if err := k.find(part, finding); err != nil {
			return err
		}
	}
	return k.before.grow(ans.parts[len(ans.parts)-1])
}

// find takes over what a part of an instance came to.
func (k *certification) find(part *answered, finding *api.CertifiedInstance) error {
	for n, f := range part.families {
		d, err := f.Digest()
		if err != nil {
			return fmt.Errorf("family: %w", err)
		}
		count, known := k.counts[d]
		if !known {
			count = countCells(part, n)
			finding.Replayed = finding.Replayed || part.verdicts == nil
			k.counts[d] = count
			k.families, k.outcomes = append(k.families, f), append(k.outcomes, part.outcomes[n])
		}
		finding.Shown, finding.Withheld = finding.Shown+count.shown, finding.Withheld+count.withheld
	}
	return nil
}

// storeCertificate writes the outcome and the findings, encrypted.
func (s *Service) storeCertificate(k *certification) error {
	r := &k.report
	r.Certificate, r.Computation, r.Digest, r.Policy = k.id, k.name, string(k.c.Version.Digest), string(s.policyDigest())
	r.State, r.Grade, r.Nearest, r.By, r.Created = certificateFailed, k.c.Grade, k.near.String(), k.by.Account, s.nowMS()
	for _, i := range r.Instances {
		if i.Shown == 0 {
			r.AlwaysWithheld++
		} else {
			r.State = certificatePassed
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.pins)) {
		r.Snapshots = append(r.Snapshots, api.CertifiedSnapshot{Dataset: name, ID: k.pinIDs[name], Digest: string(k.pins[name].Digest)})
	}
	var err error
	if k.stored, err = canonical.Marshal(r); err != nil {
		return fmt.Errorf("encode a certificate: %w", err)
	}
	if _, _, err = s.artefacts.Put(k.artefact, func(w io.Writer) error { _, err := w.Write(k.stored); return err }); err != nil {
		return fmt.Errorf("store a certificate: %w", err)
	}
	_, _, err = s.artefacts.Put(k.outcome, func(w io.Writer) error { return json.NewEncoder(w).Encode(k.outcomes) })
	if err != nil {
		return fmt.Errorf("store a certificate: %w", err)
	}
	return nil
}

// commitCertificate records the certificate and its cells in the ledger, in one transaction with the entry, if everything that it rests
// on still stands.
func (s *Service) commitCertificate(ctx context.Context, k *certification) (gone []string, err error) {
	v := certificateRecord{Computation: k.name, basis: basis{Digest: k.c.Version.Digest, Policy: s.policyDigest(), Contents: k.contents()}, Snapshots: k.pinIDs,
		Ledger: newID(catalog.PrefixLedger), Report: k.artefact, ReportDigest: catalog.DigestOf(k.stored), By: k.by.Account}
	if k.report.State == certificateFailed {
		v.Told = k.told
	}
	for d := range k.counts {
		v.Covers = append(v.Covers, d)
	}
	slices.Sort(v.Covers)
	row := ledgerRecord{Certificate: k.id, Computation: k.name, Families: k.families, Outcome: k.outcome,
		Words: catalog.Text{Zh: "计算 " + k.name + " 的全部参数取值", En: "all parameter values of the computation " + k.name}}
	err = s.store.Update(ctx, func(tx Tx) error {
		c, rec, err := s.loadComputation(tx, k.by, k.name)
		if err != nil {
			return err
		}
		if c.Version != k.c.Version || c.Certificate != k.c.Certificate {
			return errConflict
		}
		by, err := asNow(tx, k.by)
		if err != nil {
			return err
		}
		d, err := s.mayCompute(ctx, tx, by, policy.ComputationCertify, &c, rec)
		if err != nil {
			return err
		}
		if changed, err := v.outdated(tx, c.Version.Digest, s.policyDigest()); err != nil || len(changed) > 0 {
			return errors.Join(err, errConflict)
		}
		if gone, err = s.voidCertificate(tx, &c); err != nil {
			return err
		}
		if err := k.before.whole(tx, c.LegalGroup); err != nil {
			return err
		}
		if err := save(tx, recLedger, metastore.Record{ID: v.Ledger, Owner: c.LegalGroup, State: ledgerCertified}, s.nowMS(), row); err != nil {
			return err
		}
		if err := save(tx, recCertificate, metastore.Record{ID: k.id, Owner: k.name, State: k.report.State}, s.nowMS(), v); err != nil {
			return err
		}
		c.Certificate = k.id
		if err := save(tx, recComputation, rec, s.nowMS(), c); err != nil {
			return err
		}
		if err := s.keepDecision(tx, d); err != nil {
			return err
		}
		return s.record(tx, s.certified(k, &v, d))
	})
	return gone, err
}

// certified is the entry of a certification. It tells that one was made and of what, never what it found.
func (s *Service) certified(k *certification, v *certificateRecord, d policy.Decision) entry {
	e := entry{by: k.by, action: audit.ActionComputationCertify, on: k.name, outcome: k.report.State, class: classOf(k.c.Grade),
		digests: map[string]catalog.Digest{"computation": v.Digest, "certificate": v.ReportDigest, "policy": d.BundleDigest, "decision": d.InputDigest},
		facts:   map[string]string{"ledger": v.Ledger, "certificate": k.id}}
	for name, snap := range k.pins {
		e.digests["snapshot/"+name] = snap.Digest
	}
	return e
}

func (k *certification) contents() map[string]string {
	out := map[string]string{}
	for name, id := range k.pinIDs {
		v := k.pins[name]
		out[name] = v.content(id)
	}
	return out
}
