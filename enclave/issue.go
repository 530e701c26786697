package enclave

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/egress"
	"yumen/enclave/receipt"
	"yumen/internal/metastore"
	"yumen/policy"
)

// The steps of release.decide.
const (
	stepReview = policy.StepReview
	stepIssue  = policy.StepIssue
)

// validity is how long a receipt holds: a year at grades 1 and 2, 90 days from grade 3.
func validity(g catalog.Grade) time.Duration {
	if g >= 3 {
		return 90 * 24 * time.Hour
	}
	return 365 * 24 * time.Hour
}

// decideRelease asks the policy about a run's artefact with grant, organization and datasets as they stand now.
func (s *Service) decideRelease(ctx context.Context, tx Tx, run *runRecord, id string, step policy.ReleaseStep) (policy.Decision, error) {
	author, err := s.authorOf(tx, run)
	if err != nil {
		return policy.Decision{}, err
	}
	a := &asked{by: author, now: s.clock.Now().Unix()}
	a.in.Grant, a.in.Purpose, a.in.SQL = run.Grant, run.Purpose, run.SQL
	if err := a.read(tx); err != nil {
		return policy.Decision{}, err
	}
	a.pinIDs = run.Snapshots
	if err := a.stillDeclared(tx); err != nil {
		return policy.Decision{}, err
	}
	votes, err := s.policyVotes(tx, run)
	if err != nil {
		return policy.Decision{}, err
	}
	q := policy.Query{Common: s.common(author), Run: true, Call: policy.Call{Kind: policy.CallFree, Purpose: run.Purpose}, Organization: a.org, Grant: a.policyGrant()}
	if err := json.Unmarshal(run.Asked, &q.Footprint); err != nil {
		return policy.Decision{}, fmt.Errorf("stored footprint: %w", err)
	}
	if q.Computation, err = run.Computation.facts(tx); err != nil {
		return policy.Decision{}, err
	}
	if q.Computation != nil {
		q.Call.Kind = policy.CallComputation
	}
	q.Datasets = map[string]policy.Supply{}
	for name, touch := range q.Footprint.Tables {
		q.Datasets[name] = a.supply(name, touch)
	}
	q.Frozen = a.freezes.on(policy.ActionReleaseDecide, run.Organization, slices.Collect(maps.Keys(q.Datasets))...)
	return s.ask(ctx, policy.ReleaseDecide{Query: q, Step: step, Release: policy.Release{Run: id, Mode: run.Mode, Cells: run.CellsMax,
		Size: sizeClass(run), Flags: policy.NewSet(), Identifiers: identifierSet(run.Identifiers), Binding: policyBinding(run), Votes: votes}})
}

// sizeClass follows from the static plan alone.
func sizeClass(run *runRecord) policy.Size {
	if len(run.Columns) > 32 {
		return policy.SizeLarge
	}
	return policy.SizeOrdinary
}

func policyBinding(run *runRecord) policy.Binding {
	return policy.Binding{Artefact: run.Artefacts.Digest, Report: run.Artefacts.ReportDigest, Policy: run.Policy.Digest}
}

// authorOf is the run's author with the role that his account has now.
func (s *Service) authorOf(tx Tx, run *runRecord) (Principal, error) {
	return asNow(tx, Principal{Account: run.Account, Person: run.Person, Organization: run.Organization, LegalGroup: run.LegalGroup})
}

// asNow is a person with the role that his account has in this transaction: what he began may end after his role did, and has no effect then.
func asNow(tx Tx, p Principal) (Principal, error) {
	v, rec, err := load[accountRecord](tx, recAccount, p.Account)
	if err != nil {
		return Principal{}, err
	}
	if p.Role = ""; rec.State == accountConfirmed && v.Spec.Organization == p.Organization {
		p.Role = string(v.Spec.Role)
	}
	return p, nil
}

// policyVotes are the votes of this turn with the facts about their voters as they stand now.
func (s *Service) policyVotes(tx Tx, run *runRecord) ([]policy.Vote, error) {
	out := []policy.Vote{}
	for _, v := range run.Votes {
		if v.Turn != run.Turn {
			continue
		}
		acc, rec, err := load[accountRecord](tx, recAccount, v.Account)
		if err != nil {
			return nil, err
		}
		group, err := groupOf(tx, v.Org)
		if err != nil {
			return nil, err
		}
		voter := Principal{Account: v.Account, Person: v.Person, Organization: v.Org, LegalGroup: group}
		if rec.State == accountConfirmed {
			voter.Role = string(acc.Spec.Role)
		}
		key, err := s.keyOf(tx, v.Account)
		if err != nil {
			return nil, err
		}
		out = append(out, policy.Vote{Voter: subject(voter), Value: policy.Ballot(v.Verdict), KeyConfirmed: key != nil, Binding: policy.Binding(v.Binding)})
	}
	return out, nil
}

// egressFacts are what the egress machine looks at.
func (s *Service) egressFacts(run *runRecord, actor Principal) egress.Facts {
	f := egress.Facts{Checked: true, Held: binding(run), Current: s.current(run), Request: egress.Request{Grade: run.Grade, Approver: run.Computation.approver(),
		Author: egress.Party{Account: run.Account, Person: run.Person, Organization: run.Organization}, Quorum: run.quorum()}}
	f.Actor = egress.Actor{Kind: egress.System, Account: actor.Account, Person: actor.Person, Organization: actor.Organization,
		MakesPolicy: catalog.AccountRole(actor.Role) == catalog.AccountSecurityAdministrator}
	for _, v := range run.Votes {
		if v.Turn == run.Turn {
			f.Votes = append(f.Votes, v.egress())
		}
	}
	return f
}

func binding(run *runRecord) egress.Binding {
	return egress.Binding{Artefact: run.Artefacts.Digest, RiskReport: run.Artefacts.ReportDigest, Policy: run.Policy.Digest}
}

// current is what the request would be bound to now: the same artefact and report, under the policy that is in force.
func (s *Service) current(run *runRecord) egress.Binding {
	b := binding(run)
	b.Policy = s.policyDigest()
	return b
}

func (v voteRecord) egress() egress.Vote {
	out := egress.Vote{Account: v.Account, Person: v.Person, Organization: v.Org, Verdict: egress.Verdict(v.Verdict), SignedBy: v.Person,
		Binding: egress.Binding{Artefact: v.Binding.Artefact, RiskReport: v.Binding.Report, Policy: v.Binding.Policy}}
	for _, r := range v.Reasons {
		out.Reasons = append(out.Reasons, egress.Reason(r))
	}
	return out
}

// issue is the second check and the release itself, inside the caller's transaction: the policy once more, the ledger's
// reservation, the receipt, its log entry and the proof. A failure issues nothing. From is the state before the
// decision that led here: approval itself is never shown.
func (s *Service) issue(ctx context.Context, tx Tx, rec *metastore.Record, run *runRecord, id, from string) error {
	d, err := s.decideRelease(ctx, tx, run, id, stepIssue)
	if err != nil {
		return err
	}
	if err := s.keepDecision(tx, d); err != nil {
		return err
	}
	if err := s.stillReserved(tx, run); err != nil {
		return err
	}
	r, err := s.receipt(tx, id, run, d)
	if err != nil {
		return err
	}
	issued, err := receipt.Issue(r, s.keys.ReceiptSigner())
	if err != nil {
		return fmt.Errorf("sign the receipt: %w", err)
	}
	author, err := s.authorOf(tx, run)
	if err != nil {
		return err
	}
	logged, err := s.append(tx, entry{by: author, action: audit.ActionReleaseIssue, on: run.Release, outcome: "issued", class: classOf(run.Grade),
		digests: map[string]catalog.Digest{"receipt": issued.Digest, "artefact": run.Artefacts.Digest, "decision": d.InputDigest}, facts: map[string]string{"run": id}})
	if err != nil {
		return err
	}
	proof, err := s.prove(tx, logged)
	if err != nil {
		return err
	}
	facts := s.egressFacts(run, Principal{})
	facts.Authorized, facts.ReceiptLogged = true, true
	next, err := egress.Next(egress.State(rec.State), egress.EventIssue, facts)
	if err != nil {
		return fmt.Errorf("egress: %w", err)
	}
	s.advance(rec, run, from, string(next))
	v := releaseRecord{Run: id, Organization: run.Organization, Grade: run.Grade, Label: string(issued.Label), Receipt: string(issued.Receipt),
		ReceiptDigest: issued.Digest, Proof: string(proof), Entry: logged.Seq, NotAfter: r.NotAfter.Unix()}
	return save(tx, recRelease, metastore.Record{ID: run.Release, Owner: run.LegalGroup, State: string(policy.StateIssued)}, s.nowMS(), v)
}

// needs notes the review that the policy asks for.
func (run *runRecord) needs(r *policy.ReleaseRules) {
	run.ReviewNeed, run.Reviewers, run.Units, run.Providers = string(r.Review), r.Reviewers, r.Units, r.Providers
}

// quorum is whose votes the run needs.
func (run *runRecord) quorum() egress.Quorum {
	return egress.Quorum{Persons: run.Reviewers, Units: run.Units, Providers: run.Providers}
}

// receiptEnvironment is what a receipt says of the environment: one of production says nothing, as it always did.
func receiptEnvironment(e policy.Environment) string {
	if e == policy.Production {
		return ""
	}
	return string(e)
}

// receiptNoise is the noise of a run's columns, in their order.
func (run *runRecord) receiptNoise() []receipt.Noise {
	var out []receipt.Noise
	left := run.Noise
	for i, c := range run.Columns {
		if len(left) == 0 || left[0].Column != c.Name {
			continue
		}
		if left[0].Interval != "" {
			out = append(out, receipt.Noise{Column: i + 1, Interval: left[0].Interval})
		}
		for _, f := range left[0].From {
			out = append(out, receipt.Noise{Column: i + 1, Figure: f.Figure, Sigma: f.Sigma, Interval: f.Interval})
		}
		left = left[1:]
	}
	return out
}

// receipt gathers what the gateway signs.
func (s *Service) receipt(tx Tx, id string, run *runRecord, d policy.Decision) (receipt.Receipt, error) {
	now := s.clock.Now().UTC().Truncate(time.Second)
	r := receipt.Receipt{Zone: s.zone.ID, Release: run.Release, Run: id, Artefact: run.Artefacts.Digest, Query: run.QueryDigest, Plan: run.PlanDigest,
		RiskReport: run.Artefacts.ReportDigest, Policy: receipt.Policy{Revision: d.Revision, Digest: run.Policy.Digest}, Grade: run.Grade,
		Jurisdiction: s.zone.Jurisdiction, Environment: receiptEnvironment(s.zone.environment()), Mode: string(run.Mode), Noise: run.receiptNoise(), Sandbox: s.level, Grant: run.Grant, Purpose: run.Purpose,
		Recipient: receipt.Recipient{Organization: run.Organization, LegalGroup: run.LegalGroup, Account: run.Account, Person: run.Person},
		Issued:    now, NotBefore: now, NotAfter: now.Add(validity(run.Grade)), Review: receipt.Review(run.quorum())}
	if k := run.Computation; k != nil {
		r.Computation, r.ComputationDigest = k.Name, k.Digest
	}
	for _, f := range run.Artefacts.Files {
		r.Files = append(r.Files, receipt.File{Name: f.Name, Format: run.Format, Size: f.Size, Digest: f.Digest})
	}
	for name, snap := range run.Snapshots {
		v, _, err := load[snapshotRecord](tx, recSnapshot, snap)
		if err != nil {
			return r, err
		}
		r.Snapshots = append(r.Snapshots, receipt.Snapshot{Dataset: name, ID: snap, Digest: receipt.ContentOf(snap, v.Digest)})
	}
	slices.SortFunc(r.Snapshots, func(a, b receipt.Snapshot) int { return strings.Compare(a.Dataset+"\x00"+a.ID, b.Dataset+"\x00"+b.ID) })
	for _, v := range run.Votes {
		if v.Turn != run.Turn || receipt.Verdict(v.Verdict) != receipt.VerdictApprove {
			continue
		}
		reviewer, err := s.reviewer(tx, v.Account)
		if err != nil {
			return r, err
		}
		var env dsse.Envelope
		if err := json.Unmarshal(v.Envelope, &env); err != nil {
			return r, fmt.Errorf("stored vote: %w", err)
		}
		r.Reviewers, r.Votes = append(r.Reviewers, reviewer), append(r.Votes, &env)
	}
	slices.SortFunc(r.Reviewers, func(a, b receipt.Reviewer) int { return strings.Compare(a.Key.ID, b.Key.ID) })
	return r, nil
}
