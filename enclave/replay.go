package enclave

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"yumen/catalog"
	"yumen/enclave/audit"
	"yumen/internal/api"
	"yumen/internal/metastore"
	"yumen/internal/policyfile"
	"yumen/policy"
)

// Limits of one replay, and how many decisions are read at a time.
const (
	replayLimit = 1000
	replayMost  = 10_000
	replayPage  = 200
)

// ReplayPolicy asks decisions of the past again, each under the bundle under which it was made: the same input and the same rules give
// the same decision. What differs is listed.
func (s *Service) ReplayPolicy(ctx context.Context, p Principal, in api.PolicyReplay) (api.PolicyReplayed, error) {
	if err := mayAudit(p); err != nil {
		return api.PolicyReplayed{}, err
	}
	r := &replay{s: s, bundles: map[catalog.Digest]*policy.Candidate{}, out: api.PolicyReplayed{Changes: []api.PolicyChange{}}}
	err := r.run(ctx, in)
	return r.out, known(err)
}

// ShadowPolicy asks decisions of the past under another bundle, which need not be one that may decide, and lists what would have been
// another decision. Nothing of the bundle is kept.
func (s *Service) ShadowPolicy(ctx context.Context, p Principal, in api.PolicyReplay) (api.PolicyReplayed, error) {
	if mayAudit(p) != nil && !signsPolicy(p) {
		return api.PolicyReplayed{}, fault(KindForbidden, "只有可以签署策略或读取日志的人员可以试运行策略包", "only those who may sign a bundle or read the log have one tried")
	}
	files, err := policyfile.Unpack(in.Archive)
	if err != nil {
		return api.PolicyReplayed{}, notABundle(err)
	}
	c, err := s.engine.Prepare(files)
	if err != nil {
		return api.PolicyReplayed{}, fault(KindInvalid, "策略包未通过检查："+err.Error(), "the bundle did not pass its checks: "+err.Error())
	}
	r := &replay{s: s, asked: c, out: api.PolicyReplayed{Changes: []api.PolicyChange{}, Revision: c.Status().Revision, Digest: string(c.Status().Digest)}}
	if err := r.run(ctx, in); err != nil {
		return r.out, known(err)
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		return s.record(tx, entry{by: p, action: audit.ActionPolicyShadow, outcome: "done", class: retention5, digests: map[string]catalog.Digest{"bundle": c.Status().Digest},
			facts: map[string]string{"count": strconv.Itoa(r.out.Checked), "revision": c.Status().Revision}})
	})
	return r.out, known(err)
}

// replay asks decisions again.
type replay struct {
	s       *Service
	asked   *policy.Candidate                    // in the place of each decision's own, or nil
	bundles map[catalog.Digest]*policy.Candidate // of the decisions, as they were read
	out     api.PolicyReplayed
}

func (r *replay) run(ctx context.Context, in api.PolicyReplay) error {
	limit := in.Limit
	if limit <= 0 {
		limit = replayLimit
	}
	limit = min(limit, replayMost)
	number, after := 0, ""
	for {
		var page []metastore.Record
		err := r.s.store.View(ctx, func(tx Tx) error {
			var err error
			page, err = tx.List(recDecision, metastore.Query{After: after, Limit: replayPage})
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, rec := range page {
			after = rec.ID
			number++
			if number <= in.From {
				continue
			}
			if r.out.Checked == limit {
				r.out.Next = number - 1
				return nil
			}
			if err := r.again(ctx, number-1, rec); err != nil {
				return err
			}
		}
	}
}

// again asks one decision again.
func (r *replay) again(ctx context.Context, number int, rec metastore.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var was decisionRecord
	if err := json.Unmarshal(rec.Doc, &was); err != nil {
		return fmt.Errorf("stored %s: %w", recDecision, err)
	}
	r.out.Checked++
	change := api.PolicyChange{Number: number, Decision: rec.ID, Action: was.Action, At: rec.Created, Was: api.PolicyVerdict{Allow: was.Allow, Missing: was.Missing}}
	c, err := r.bundle(ctx, was.Digest)
	if err != nil {
		change.Problem = err.Error()
		r.out.Changes = append(r.out.Changes, change)
		return nil
	}
	q, err := policy.Recorded(policy.Action(was.Action), was.Input)
	if err != nil {
		return err
	}
	now, err := c.Decide(ctx, q)
	if err != nil {
		change.Problem = err.Error()
	}
	change.Now = api.PolicyVerdict{Allow: now.Allow, Missing: now.Missing}
	same, err := r.same(&was, &now)
	if err != nil {
		return err
	}
	if same && change.Problem == "" {
		r.out.Same++
		return nil
	}
	change.Duties = was.Allow && now.Allow
	r.out.Changes = append(r.out.Changes, change)
	return nil
}

// same compares what an act depends on: the verdict, the rules that were not proven, the obligations; under the decision's own bundle
// the proofs as well.
func (r *replay) same(was *decisionRecord, now *policy.Decision) (bool, error) {
	form := func(allow bool, missing, proof []string, o policy.Obligations) ([]byte, error) {
		if r.asked != nil {
			proof = nil
		}
		return json.Marshal([]any{allow, append([]string{}, missing...), append([]string{}, proof...), o})
	}
	a, err := form(was.Allow, was.Missing, was.Proof, was.Obligations)
	if err != nil {
		return false, err
	}
	b, err := form(now.Allow, now.Missing, now.Proven, now.Obligations)
	return bytes.Equal(a, b), err
}

// bundle is the bundle that a decision is asked under.
func (r *replay) bundle(ctx context.Context, digest catalog.Digest) (*policy.Candidate, error) {
	if r.asked != nil {
		return r.asked, nil
	}
	if c := r.bundles[digest]; c != nil {
		return c, nil
	}
	var kept bundleRecord
	err := r.s.store.View(ctx, func(tx Tx) error {
		var err error
		kept, _, err = load[bundleRecord](tx, recBundle, string(digest))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the bundle under which it was made is not kept: %w", err)
	}
	files, err := policyfile.Unpack(kept.Archive)
	if err != nil {
		return nil, err
	}
	c, err := r.s.engine.Prepare(files)
	if err != nil {
		return nil, fmt.Errorf("this version of the program does not accept its bundle: %w", err)
	}
	r.bundles[digest] = c
	return c, nil
}
