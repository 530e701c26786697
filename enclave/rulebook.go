package enclave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/internal/policyfile"
	"yumen/policy"
)

// Bundle states.
const (
	bundleProgram  = "program"  // the program's own: kept because decisions were made under it
	bundleProposed = "proposed" // one person signed it
	bundleActive   = "active"   // two people signed it, and it decides
	bundleReplaced = "replaced" // it decided
)

// bundleRecord is a policy bundle. Its identifier is its digest.
type bundleRecord struct {
	Revision   string            `json:"revision"`
	Archive    []byte            `json:"archive"`
	OPA        string            `json:"opa,omitempty"` // version of the engine under which its tests passed last
	Activated  int64             `json:"activated,omitempty"`
	Signatures []bundleSignature `json:"signatures,omitempty"` // of the two who made it decide
	Proposal   *bundleProposal   `json:"proposal,omitempty"`
}

// bundleSignature is a person's approval with the registration of the key that made it.
type bundleSignature struct {
	By       receipt.Reviewer `json:"by"`
	Envelope json.RawMessage  `json:"envelope"`
}

// bundleProposal is the first person's half.
type bundleProposal struct {
	liftRequest
	Rollback  bool            `json:"rollback,omitempty"`
	Previous  catalog.Digest  `json:"previous"`
	Signature bundleSignature `json:"signature"`
}

// change is a bundle that somebody wants to decide, and what is known about it.
type change struct {
	by        Principal
	in        api.PolicyLoad
	digest    catalog.Digest
	revision  policyfile.Revision
	files     policyfile.Files
	candidate *policy.Candidate
	problem   error // why it may not decide, as its signer should read it
	approval  receipt.BundleApproval
	signature bundleSignature
	signed    bool
	rec       metastore.Record
	kept      bundleRecord
}

// LoadPolicy proposes a bundle, or proposes to go back to one that decided; the second person's call confirms it, and from its commit on
// it decides. Nothing that fails changes what decides.
func (s *Service) LoadPolicy(ctx context.Context, p Principal, in api.PolicyLoad) (api.PolicyBundle, error) {
	if !signsPolicy(p) {
		err := error(fault(KindForbidden, "更换策略由安全管理员与管理员、审核员或监管人员完成", "the security administrator changes the rules, with an administrator, a reviewer or the regulator"))
		s.denied(ctx, p, policy.ActionPolicyActivate, "", err)
		return api.PolicyBundle{}, err
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	c := &change{by: p, in: in}
	err := s.readChange(ctx, c)
	if err == nil { // before anything of it is run
		err = s.store.View(ctx, func(tx Tx) error { return s.openApproval(tx, c) })
	}
	if err != nil {
		s.denied(ctx, p, policy.ActionPolicyActivate, "", err)
		return api.PolicyBundle{}, known(err)
	}
	c.candidate, _, c.problem = s.tested(ctx, c.files)
	var out api.PolicyBundle
	var confirmed bool
	err = s.store.Update(ctx, func(tx Tx) error {
		var err error
		out, confirmed, err = s.decideChange(ctx, tx, c)
		return err
	})
	if err != nil {
		s.denied(ctx, p, policy.ActionPolicyActivate, "", err)
		if e, ok := Of(err); ok && e.Kind == KindForbidden && c.problem != nil {
			return out, fault(KindInvalid, "策略包未通过检查："+c.problem.Error(), "the bundle did not pass its checks: "+c.problem.Error())
		}
		return out, known(err)
	}
	if confirmed {
		s.engine.Activate(c.candidate)
		s.log.Info("policy bundle", "revision", out.Revision, "digest", out.Digest)
		if err := s.rebindAll(ctx); err != nil {
			s.log.Error("rebind what waits for review", "error", err)
		}
	}
	return out, nil
}

// readChange reads what the bundle says of itself; nothing of it is run.
func (s *Service) readChange(ctx context.Context, c *change) error {
	var err error
	if len(c.in.Archive) > 0 {
		if c.files, err = policyfile.Unpack(c.in.Archive); err != nil {
			return notABundle(err)
		}
		if c.revision, err = c.files.Revision(); err != nil {
			return notABundle(err)
		}
		if c.revision.String() != c.in.Revision {
			return fault(KindInvalid, "策略包的版本不是所给的版本", "the bundle has another revision than the one that is named")
		}
		c.digest = c.files.Digest()
		return nil
	}
	return s.findChange(ctx, c)
}

// testTerm is how long the checks of a bundle may take; nobody changes the rules meanwhile.
const testTerm = 10 * time.Minute

// tested puts a bundle through every check that it must pass before it decides, outside of any transaction. The error says why it may not decide.
func (s *Service) tested(ctx context.Context, files policyfile.Files) (*policy.Candidate, *policy.Report, error) {
	ctx, cancel := context.WithTimeout(ctx, testTerm)
	defer cancel()
	candidate, err := s.engine.Prepare(files)
	if err != nil {
		return nil, nil, err
	}
	report, err := candidate.Test(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("its tests did not end within %s", testTerm)
	}
	if err != nil {
		return candidate, nil, err
	}
	return candidate, report, report.Err()
}

func notABundle(err error) error {
	return fault(KindInvalid, "不是策略包："+err.Error(), "no policy bundle: "+err.Error())
}

// findChange finds the bundle that is to be confirmed or gone back to among those that the zone keeps.
func (s *Service) findChange(ctx context.Context, c *change) error {
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recBundle, metastore.Query{}, func(r metastore.Record, v bundleRecord) error {
			waits := v.Proposal != nil && v.Proposal.Rollback == c.in.Rollback
			if v.Revision == c.in.Revision && (waits || c.in.Rollback && r.State != bundleProposed) && c.files == nil {
				var err error
				c.digest = catalog.Digest(r.ID)
				c.files, err = policyfile.Unpack(v.Archive)
				return err
			}
			return nil
		})
	})
	if err == nil && c.files == nil {
		return fault(KindNotFound, "没有这个版本的策略包等待确认，也没有可以回退到的该版本", "no bundle of that revision waits for a second person, and none to go back to has it")
	}
	if err != nil {
		return err
	}
	c.revision, err = c.files.Revision()
	return err
}

// decideChange asks the policy about a change and takes one of its two steps.
func (s *Service) decideChange(ctx context.Context, tx Tx, c *change) (api.PolicyBundle, bool, error) {
	var err error
	c.kept, c.rec, err = load[bundleRecord](tx, recBundle, string(c.digest))
	if errors.Is(err, metastore.ErrNotFound) {
		c.kept, c.rec, err = bundleRecord{Revision: c.revision.String(), Archive: c.in.Archive}, metastore.Record{ID: string(c.digest), State: bundleProposed}, nil
	}
	if err != nil {
		return api.PolicyBundle{}, false, err
	}
	if err := s.openApproval(tx, c); err != nil {
		return api.PolicyBundle{}, false, err
	}
	first, err := s.standingProposal(tx, c)
	if err != nil {
		return api.PolicyBundle{}, false, err
	}
	again := first != nil && first.Person == c.by.Person
	asked, err := s.askedOf(tx, c, first, again)
	if err != nil {
		return api.PolicyBundle{}, false, err
	}
	d, err := s.ask(ctx, asked)
	if err != nil {
		return api.PolicyBundle{}, false, err
	}
	if again {
		return bundleView(c.rec, c.kept), false, nil
	}
	if err := s.keepDecision(tx, d); err != nil {
		return api.PolicyBundle{}, false, err
	}
	if asked.Op == policy.OpProposeBundle {
		if len(c.in.Archive) == 0 && !c.in.Rollback {
			return api.PolicyBundle{}, false, fault(KindConflict, "提议已失效：请重新提议", "the proposal does not hold any more: propose it again")
		}
		out, err := s.proposeBundle(tx, c)
		return out, false, err
	}
	out, err := s.activateBundle(tx, c, first)
	return out, true, err
}

// openApproval verifies the caller's signature over exactly this change, made by his confirmed key.
func (s *Service) openApproval(tx Tx, c *change) error {
	var env dsse.Envelope
	if err := json.Unmarshal(c.in.Envelope, &env); err != nil {
		return fault(KindInvalid, "签署不是 DSSE 信封", "the approval is not a DSSE envelope").because(err)
	}
	by, err := s.reviewer(tx, c.by.Account)
	if err != nil {
		return err
	}
	c.approval, err = receipt.OpenBundle(&env, by)
	if err != nil {
		return fault(KindInvalid, "签署无效或不属于您", "the approval's signature is not valid or not yours").because(err)
	}
	c.signature = bundleSignature{By: by, Envelope: c.in.Envelope}
	c.signed = s.covers(c, c.approval)
	if !c.signed {
		return fault(KindConflict, "签署所针对的内容已改变，请重新查看后再签署", "what was signed is not what would change: look again, then sign")
	}
	return nil
}

// covers reports whether an approval is about exactly this change.
func (s *Service) covers(c *change, a receipt.BundleApproval) bool {
	return a.Zone == s.keys.PublicKeys().Zone && a.Bundle == c.digest && a.Revision == c.revision.String() && a.Rollback == c.in.Rollback && a.Previous == s.engine.Status().Digest
}

// standingProposal is the first person's half, as long as it holds: in time, by somebody whose role is in effect, about the change from
// what decides now, and under the key that is still his.
func (s *Service) standingProposal(tx Tx, c *change) (*bundleProposal, error) {
	first := c.kept.Proposal
	if first == nil || first.Rollback != c.in.Rollback || first.Previous != s.engine.Status().Digest {
		return nil, nil
	}
	stands, err := s.standing(tx, &first.liftRequest)
	if err != nil || stands == nil {
		return nil, err
	}
	by, err := s.reviewer(tx, first.Account)
	if _, gone := Of(err); gone || errors.Is(err, metastore.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := openSignature(first.Signature, by)
	if err != nil || !s.covers(c, a) {
		return nil, nil //nolint:nilerr // a signature that does not verify any more is none
	}
	return first, nil
}

func openSignature(v bundleSignature, by receipt.Reviewer) (receipt.BundleApproval, error) {
	var env dsse.Envelope
	if err := json.Unmarshal(v.Envelope, &env); err != nil {
		return receipt.BundleApproval{}, err
	}
	return receipt.OpenBundle(&env, by)
}

func (s *Service) askedOf(tx Tx, c *change, first *bundleProposal, again bool) (policy.PolicyActivate, error) {
	highest, err := s.highest(tx)
	if err != nil {
		return policy.PolicyActivate{}, err
	}
	asked := policy.PolicyActivate{Common: s.common(c.by), Op: policy.OpProposeBundle, Signed: c.signed,
		Bundle: policy.NewBundle{Digest: c.digest, Order: c.revision.Order(), Checked: c.problem == nil, Rollback: c.in.Rollback, Decided: c.rec.State != bundleProposed},
		Active: policy.OldBundle{Digest: s.engine.Status().Digest, Highest: highest.Order()}, Reason: c.in.Reason != "" || first != nil}
	if first != nil && !again {
		asked.Op, asked.Proposer = policy.OpConfirmBundle, policy.Officer{Account: first.Account, Person: first.Person, Role: policy.Role(first.Role)}
	}
	return asked, nil
}

// highest is the highest revision that ever decided.
func (s *Service) highest(tx Tx) (policyfile.Revision, error) {
	highest, err := policyfile.ParseRevision(s.engine.Status().Revision)
	if err != nil {
		return highest, err
	}
	err = each(tx, recBundle, metastore.Query{}, func(r metastore.Record, v bundleRecord) error {
		other, err := policyfile.ParseRevision(v.Revision)
		if err == nil && r.State != bundleProposed && other.Order() > highest.Order() {
			highest = other
		}
		return err
	})
	return highest, err
}

func (s *Service) proposeBundle(tx Tx, c *change) (api.PolicyBundle, error) {
	previous := s.engine.Status().Digest
	c.kept.Proposal = &bundleProposal{Rollback: c.in.Rollback, Previous: previous, Signature: c.signature,
		liftRequest: liftRequest{ID: newID(catalog.PrefixPending), Account: c.by.Account, Person: c.by.Person, Role: c.by.Role, Reason: c.in.Reason, At: s.nowMS()}}
	if err := save(tx, recBundle, c.rec, s.nowMS(), c.kept); err != nil {
		return api.PolicyBundle{}, err
	}
	return bundleView(c.rec, c.kept), s.record(tx, entry{by: c.by, action: audit.ActionActPropose, on: c.kept.Proposal.ID, outcome: "pending", class: retention5,
		facts:   map[string]string{"action": string(policy.ActionPolicyActivate), "revision": c.kept.Revision},
		digests: map[string]catalog.Digest{"bundle": c.digest, "previous": previous, "vote/first": catalog.DigestOf(c.signature.Envelope)}})
}

// activateBundle writes that the bundle decides from now on, with both signatures.
func (s *Service) activateBundle(tx Tx, c *change, first *bundleProposal) (api.PolicyBundle, error) {
	previous := s.engine.Status()
	if err := s.retire(tx, c); err != nil {
		return api.PolicyBundle{}, err
	}
	c.rec.State, c.kept.Activated, c.kept.OPA = bundleActive, s.nowMS(), c.candidate.Status().OPA
	c.kept.Signatures, c.kept.Proposal = []bundleSignature{first.Signature, c.signature}, nil
	if err := save(tx, recBundle, c.rec, s.nowMS(), c.kept); err != nil {
		return api.PolicyBundle{}, err
	}
	outcome := "activated"
	if first.Rollback {
		outcome = "rolled_back"
	}
	return bundleView(c.rec, c.kept), s.record(tx, entry{by: c.by, action: audit.ActionPolicyActivate, outcome: outcome, class: retention5,
		facts: map[string]string{"act": first.ID, "revision": c.kept.Revision},
		digests: map[string]catalog.Digest{"bundle": c.digest, "previous": previous.Digest, "vote/first": catalog.DigestOf(first.Signature.Envelope),
			"vote/second": catalog.DigestOf(c.signature.Envelope)}})
}

// retire writes that the bundle that decides now decided, and keeps it, so that its decisions can be replayed and it can be gone back to.
func (s *Service) retire(tx Tx, c *change) error {
	err := each(tx, recBundle, metastore.Query{State: bundleActive}, func(r metastore.Record, v bundleRecord) error {
		r.State = bundleReplaced
		if r.ID == c.rec.ID {
			return nil
		}
		return save(tx, recBundle, r, s.nowMS(), v)
	})
	if err != nil {
		return err
	}
	return s.keepBundle(tx, s.engine.Status(), s.engine.Files())
}

// keepBundle keeps a bundle that decides, if it is not kept yet.
func (s *Service) keepBundle(tx Tx, status policy.Status, files policyfile.Files) error {
	_, err := tx.Get(recBundle, string(status.Digest))
	if !errors.Is(err, metastore.ErrNotFound) {
		return err
	}
	archive, err := files.Pack()
	if err != nil {
		return fmt.Errorf("keep the policy bundle: %w", err)
	}
	return save(tx, recBundle, metastore.Record{ID: string(status.Digest), State: bundleProgram}, s.nowMS(), bundleRecord{Revision: status.Revision, Archive: archive, OPA: status.OPA})
}

// keepBundleOf keeps the bundle under which a decision was made. One that was replaced meanwhile was kept when it was.
func (s *Service) keepBundleOf(tx Tx, digest catalog.Digest) error {
	status := s.engine.Status()
	if seen := s.kept.Load(); status.Digest != digest || seen != nil && *seen == digest {
		return nil
	}
	_, err := tx.Get(recBundle, string(digest))
	if err == nil {
		s.kept.Store(&digest) // a transaction that held wrote it
		return nil
	}
	return s.keepBundle(tx, status, s.engine.Files())
}
