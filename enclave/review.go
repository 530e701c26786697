package enclave

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/enclave/egress"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/policy"
)

// publicKey decodes a registered key.
func publicKey(text string) (receipt.PublicKey, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) != ed25519.PublicKeySize {
		return receipt.PublicKey{}, errors.New("not an Ed25519 public key")
	}
	return receipt.NewPublicKey(b)
}

// keyOf is the confirmed signing key of an account, or nil.
func (s *Service) keyOf(tx Tx, account string) (*receipt.PublicKey, error) {
	var out *receipt.PublicKey
	err := each(tx, recKey, metastore.Query{Owner: account, State: "confirmed"}, func(_ metastore.Record, v keyRecord) error {
		k, err := publicKey(v.PublicKey)
		out = &k
		return err
	})
	return out, err
}

// reviewer is the confirmed link between a key, an account and a person.
func (s *Service) reviewer(tx Tx, account string) (receipt.Reviewer, error) {
	v, _, err := load[accountRecord](tx, recAccount, account)
	if err != nil {
		return receipt.Reviewer{}, err
	}
	key, err := s.keyOf(tx, account)
	if err != nil {
		return receipt.Reviewer{}, err
	}
	if key == nil {
		return receipt.Reviewer{}, fault(KindForbidden, "您的签名密钥尚未登记并确认：yumen key new，再由安全管理员确认", "your signing key is not registered and confirmed: yumen key new, then the security administrator confirms it")
	}
	return receipt.Reviewer{Account: account, Person: v.Spec.Person, Organization: v.Spec.Organization, Key: *key}, nil
}

// mayReview says who may see requests under review at all.
func mayReview(p Principal) error {
	if catalog.AccountRole(p.Role) == catalog.AccountEgressReviewer {
		return nil
	}
	return fault(KindForbidden, "只有出域审核员可以查看待审请求与风险报告", "only an egress reviewer sees what waits for review")
}

// Reviews lists the requests that wait for reviewers, oldest first.
func (s *Service) Reviews(ctx context.Context, p Principal) (api.ReviewItems, error) {
	out := api.ReviewItems{Items: []api.ReviewItem{}}
	if err := mayReview(p); err != nil {
		return out, err
	}
	err := s.store.View(ctx, func(tx Tx) error {
		return each(tx, recRun, metastore.Query{State: string(egress.InReview)}, func(r metastore.Record, v runRecord) error {
			if !v.by(p) {
				out.Items = append(out.Items, reviewItem(r, &v))
			}
			return nil
		})
	})
	return out, known(err)
}

func reviewItem(r metastore.Record, v *runRecord) api.ReviewItem {
	out := api.ReviewItem{Run: r.ID, State: shown(r.State), Grade: v.Grade, Organization: v.Organization, Created: r.Created, Needed: v.Reviewers + len(v.Providers), Units: v.Units, Providers: v.Providers}
	for _, vote := range v.Votes {
		if vote.Turn == v.Turn {
			out.Votes++
		}
	}
	return out
}

// ReviewDetail shows a reviewer what he decides from. That he looked is logged.
func (s *Service) ReviewDetail(ctx context.Context, p Principal, id string) (api.ReviewDetail, error) {
	var out api.ReviewDetail
	if err := mayReview(p); err != nil {
		return out, err
	}
	var artefact string
	err := s.store.Update(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		if run.by(p) || run.Artefact == "" || rec.State != string(egress.InReview) && !run.votedBy(p.Person) {
			return errNotFound
		}
		artefact = run.Artefact
		out = api.ReviewDetail{ReviewItem: reviewItem(rec, &run), ArtefactDigest: string(run.Artefacts.Digest),
			ReportDigest: string(run.Artefacts.ReportDigest), PolicyDigest: string(run.Policy.Digest)}
		return s.record(tx, entry{by: p, action: audit.ActionReviewOpen, on: id, outcome: "shown", class: classOf(run.Grade)})
	})
	if err != nil {
		return out, known(err)
	}
	files, err := s.readArtefact(artefact)
	if err != nil {
		return out, err
	}
	report := pick(files, reportName)
	if catalog.DigestOf(report) != catalog.Digest(out.ReportDigest) {
		return out, errors.New("the stored risk report is not the one that was recorded")
	}
	out.Report = report
	out.Text, err = renderReport(report)
	return out, err
}

// by reports whether the run is of somebody's own institution or legal group.
func (run *runRecord) by(p Principal) bool {
	return run.Organization == p.Organization || run.LegalGroup == p.LegalGroup
}

// votedBy reports whether a person voted on the run, in any turn.
func (run *runRecord) votedBy(person string) bool {
	return slices.ContainsFunc(run.Votes, func(v voteRecord) bool { return v.Person == person })
}

// Vote takes a reviewer's signed vote: verified against his confirmed key, bound to artefact, risk report and policy, decided by the
// policy and the egress machine. The vote that completes the quorum issues the release in the same transaction.
func (s *Service) Vote(ctx context.Context, p Principal, id string, in api.VoteRequest) (api.ReviewItem, error) {
	var env dsse.Envelope
	if err := json.Unmarshal(in.Envelope, &env); err != nil {
		return api.ReviewItem{}, fault(KindInvalid, "投票不是 DSSE 信封", "the vote is not a DSSE envelope").because(err)
	}
	var out api.ReviewItem
	var gone []string
	err := s.store.Update(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		v, err := s.openVote(tx, p, &env, id, &run)
		if err != nil {
			return err
		}
		v.Envelope, v.Comment = in.Envelope, in.Comment
		if err := s.mayVote(ctx, tx, p, id, rec.State, v, &run); err != nil {
			return err
		}
		if gone, err = s.cast(ctx, tx, p, &rec, &run, v); err != nil {
			return err
		}
		out = reviewItem(rec, &run)
		return save(tx, recRun, rec, s.nowMS(), run)
	})
	if err != nil {
		s.denied(ctx, p, policy.ActionReviewVote, id, err)
		return out, known(err)
	}
	s.destroy(gone...)
	s.watch.changed(id)
	return out, nil
}

func (s *Service) openVote(tx Tx, p Principal, env *dsse.Envelope, id string, run *runRecord) (voteRecord, error) {
	by, err := s.reviewer(tx, p.Account)
	if err != nil {
		return voteRecord{}, err
	}
	v, err := receipt.OpenVote(env, by)
	if err != nil {
		return voteRecord{}, fault(KindInvalid, "投票签名无效或不属于您", "the vote's signature is not valid or not yours").because(err)
	}
	if v.Run != id || v.Artefact != run.Artefacts.Digest || v.RiskReport != run.Artefacts.ReportDigest || v.Policy != run.Policy.Digest {
		return voteRecord{}, fault(KindConflict, "投票所针对的内容已改变，请重新查看后再投票", "what the vote is about has changed: look again, then vote")
	}
	return voteRecord{Account: p.Account, Person: p.Person, Org: p.Organization, Verdict: string(v.Verdict), Reasons: v.Reasons, Turn: run.Turn,
		Time: s.nowMS(), Binding: voteBinding{Artefact: v.Artefact, Report: v.RiskReport, Policy: v.Policy}}, nil
}

func (s *Service) mayVote(ctx context.Context, tx Tx, p Principal, id, state string, v voteRecord, run *runRecord) error {
	author, err := s.authorOf(tx, run)
	if err != nil {
		return err
	}
	markets, err := marketsOf(tx, run)
	if err != nil {
		return err
	}
	voted := policy.NewSet()
	for _, x := range run.Votes {
		if x.Turn == run.Turn {
			voted.Add(x.Person)
		}
	}
	return s.allowed(ctx, tx, policy.ReviewVote{Common: s.common(p), Value: policy.Ballot(v.Verdict), KeyConfirmed: true, Voted: voted,
		Run: policy.ReviewedRun{ID: id, State: policy.State(state), Grade: run.Grade, Approver: run.Computation.approver(), Author: policy.Party{Account: author.Account, Person: author.Person, Organization: author.Organization, LegalGroup: author.LegalGroup}, Markets: markets}})
}

// cast moves the egress machine by one vote. It returns the artefacts that are to be destroyed once the transaction holds.
func (s *Service) cast(ctx context.Context, tx Tx, p Principal, rec *metastore.Record, run *runRecord, v voteRecord) ([]string, error) {
	facts := s.egressFacts(run, p)
	facts.Actor.Kind = egress.Reviewer
	cast := v.egress()
	facts.Cast = &cast
	next, err := egress.Next(egress.State(rec.State), egress.EventVote, facts)
	if err != nil {
		return nil, voteFault(err)
	}
	run.Votes = append(run.Votes, v)
	if err := s.record(tx, entry{by: p, action: audit.ActionReviewVote, on: rec.ID, outcome: v.Verdict, class: classOf(run.Grade),
		digests: map[string]catalog.Digest{"artefact": v.Binding.Artefact, "report": v.Binding.Report, "vote": catalog.DigestOf(v.Envelope)},
		facts:   map[string]string{"turn": strconv.Itoa(v.Turn), "verdict": v.Verdict}}); err != nil {
		return nil, err
	}
	switch next {
	case egress.InReview:
		return nil, nil
	case egress.Approved:
		from := rec.State
		rec.State = string(next)
		return nil, s.issue(ctx, tx, rec, run, rec.ID, from)
	}
	run.Reasons = v.Reasons
	s.advance(rec, run, rec.State, string(next))
	if next != egress.Rejected && next != egress.Closed {
		return nil, nil
	}
	return s.void(tx, run)
}

func voteFault(err error) error {
	var g *egress.GuardError
	if errors.As(err, &g) {
		return fault(KindForbidden, "不满足投票条件："+string(g.Guard), "the vote may not be cast: "+string(g.Guard)).because(err)
	}
	return fault(KindConflict, "该请求现在不接受投票", "this request takes no vote now").because(err)
}

// Resubmit answers a return with a note; the artefact stays the same and the votes begin anew.
func (s *Service) Resubmit(ctx context.Context, p Principal, id, note string) (api.Run, error) {
	return s.act(ctx, p, id, egress.EventResubmit, note)
}

// act is a requester's event.
func (s *Service) act(ctx context.Context, p Principal, id string, event egress.Event, note string) (api.Run, error) {
	next, err := s.prepare(ctx, p, id, event, note)
	if err != nil {
		return api.Run{}, known(err)
	}
	var out api.Run
	var gone []string
	err = s.store.Update(ctx, func(tx Tx) error {
		run, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		if rec.Owner != p.Organization || p.Role == "" {
			return errNotFound
		}
		if event == egress.EventWithdraw && run.VisibleAt > s.nowMS() {
			return errHidden
		}
		facts := s.egressFacts(&run, p)
		facts.Actor.Kind, facts.Note = egress.Requester, note != ""
		state, err := egress.Next(egress.State(rec.State), event, facts)
		if err != nil {
			return fault(KindConflict, fmt.Sprintf("该请求当前状态（%s）不能执行此操作", s.runView(rec, run).State), fmt.Sprintf("not possible while the request is %s, or not yours to do", s.runView(rec, run).State)).because(err)
		}
		action := audit.ActionQueryWithdraw
		if event == egress.EventResubmit {
			action = audit.ActionQueryResubmit
			run.Notes, gone = append(run.Notes, note), []string{run.adopt(next, s.policyDigest())}
			d, err := s.decideRelease(ctx, tx, &run, id, stepReview)
			if err != nil {
				return err
			}
			if err := s.keepDecision(tx, d); err != nil {
				return err
			}
			run.needs(d.Obligations.Release)
		} else if gone, err = s.void(tx, &run); err != nil {
			return err
		}
		rec.State, run.VisibleAt = string(state), s.nowMS() // his own act hides from nobody
		if err := save(tx, recRun, rec, s.nowMS(), run); err != nil {
			return err
		}
		out = s.runView(rec, run)
		return s.record(tx, entry{by: p, action: action, on: id, outcome: string(state), class: classOf(run.Grade)})
	})
	if err != nil {
		if !errors.Is(err, errUnknown) {
			s.destroy(next.artefact)
		}
		return out, known(err)
	}
	s.destroy(gone...)
	s.watch.changed(id)
	return out, nil
}

// prepare stores what a resubmission will need before the transaction begins.
func (s *Service) prepare(ctx context.Context, p Principal, id string, event egress.Event, note string) (renewed, error) {
	if event != egress.EventResubmit {
		return renewed{}, nil
	}
	var run runRecord
	err := s.store.View(ctx, func(tx Tx) error {
		v, rec, err := load[runRecord](tx, recRun, id)
		if err != nil {
			return err
		}
		if rec.Owner != p.Organization || p.Role == "" {
			return errNotFound
		}
		if rec.State != string(egress.Returned) || v.VisibleAt > s.nowMS() {
			return fault(KindConflict, "只有被退回的请求可以重新提交", "only a returned request can be resubmitted")
		}
		run = v
		return nil
	})
	if err != nil {
		return renewed{}, err
	}
	return s.renew(&run, note)
}
