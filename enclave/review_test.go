package enclave_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/policy"
)

// civil are the cases of the persons who live in the north.
const civil = "SELECT count(*) AS n FROM cases WHERE kind = 'civil'"

func refuses(t *testing.T, want enclave.ErrorKind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, enclavetest.Kind(err), "%v", err)
}

func TestOneVoteIssuesAnAnswerOfGradeThree(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	run := z.Ask(t, p, grant, civil)
	require.Equal(t, "in_review", run.State)
	require.Empty(t, run.Rows)
	require.Empty(t, run.Release)
	require.Empty(t, z.Records(t, "release"))
	items, err := z.Service.Reviews(t.Context(), enclavetest.As("reviewer_2"))
	require.NoError(t, err)
	require.Equal(t, []api.ReviewItem{{Run: run.Run, State: "in_review", Grade: 3, Organization: p.Organization, Created: run.Created, Needed: 1}}, items.Items)

	require.NoError(t, z.Vote(t, "reviewer_1", run.Run, receipt.VerdictApprove))
	run = z.See(t, p, run.Run)
	require.Equal(t, shown, enclavetest.Text(run))

	// The receipt names what the answer was read from and who let it leave, and nothing else.
	rec := receiptOf(t, z, run.Release)
	require.Len(t, rec.Predicate.Snapshots, 1)
	require.Equal(t, "cases", rec.Predicate.Snapshots[0].Dataset)
	require.Len(t, rec.Predicate.Reviewers, 1)
	require.Equal(t, "reviewer_1", rec.Predicate.Reviewers[0].Account)
	log := z.Check(t)
	require.Equal(t, 1, enclavetest.Count(log, "release.issue", "issued"))

	refuses(t, enclave.KindForbidden, z.Vote(t, "reviewer_1", run.Run, receipt.VerdictReject, "ERROR"))
	_, err = z.Service.ReviewDetail(t.Context(), enclavetest.As("reviewer_2"), run.Run)
	refuses(t, enclave.KindNotFound, err)
	require.Equal(t, "issued", z.State(t, run.Run))
}

type statement struct {
	Predicate struct {
		Snapshots []struct {
			Dataset string         `json:"dataset"`
			Digest  catalog.Digest `json:"digest"`
		} `json:"snapshots"`
		Reviewers []struct {
			Account string `json:"account"`
		} `json:"reviewers"`
		Mode              string          `json:"mode"`
		Noise             []receipt.Noise `json:"noise"`
		Review            receipt.Review  `json:"review"`
		Computation       string          `json:"computation"`
		ComputationDigest string          `json:"computation_digest"`
	} `json:"predicate"`
}

// receiptOf is the statement of an issued release's receipt.
func receiptOf(t *testing.T, z *enclavetest.Zone, release string) statement {
	for _, r := range z.Records(t, "release") {
		if r.ID != release {
			continue
		}
		var doc struct {
			Receipt string `json:"receipt"`
		}
		require.NoError(t, json.Unmarshal(r.Doc, &doc))
		var env struct {
			Payload []byte `json:"payload"`
		}
		require.NoError(t, json.Unmarshal([]byte(doc.Receipt), &env))
		var out statement
		require.NoError(t, json.Unmarshal(env.Payload, &out))
		return out
	}
	t.Fatal("no such release")
	return statement{}
}

func TestWhoMayNotReview(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	run := z.Ask(t, a, z.Grant(t, a), civil).Run
	seen, err := z.Service.ReviewDetail(t.Context(), enclavetest.As("reviewer_1"), run)
	require.NoError(t, err)
	r1 := enclavetest.As("reviewer_1")
	vote := func(p enclave.Principal, v api.VoteRequest) error {
		_, err := z.Service.Vote(t.Context(), p, run, v)
		return err
	}

	// Nobody of the author's institution, nor of its legal group, whatever office he holds.
	for _, org := range []string{"bank_a", "bank_s"} {
		insider := enclave.Principal{Account: "reviewer_1", Person: "op-reviewer-1", Organization: org, LegalGroup: "group_a", Role: "egress_reviewer"}
		items, err := z.Service.Reviews(t.Context(), insider)
		require.NoError(t, err)
		require.Empty(t, items.Items, org)
		_, err = z.Service.ReviewDetail(t.Context(), insider, run)
		refuses(t, enclave.KindNotFound, err)
		refuses(t, enclave.KindForbidden, vote(insider, z.Ballot(t, r1, seen, receipt.VerdictApprove)))
	}
	for _, name := range []string{"admin", "security", "auditor", "steward", "provider", "analyst_a", "analyst_b"} {
		_, err := z.Service.ReviewDetail(t.Context(), enclavetest.As(name), run)
		refuses(t, enclave.KindForbidden, err)
		refuses(t, enclave.KindForbidden, vote(enclavetest.As(name), z.Ballot(t, r1, seen, receipt.VerdictApprove)))
	}

	// A key that is registered and not confirmed signs for nobody; neither does another's.
	r2 := enclavetest.As("reviewer_2")
	z.Signer(t, r2, false)
	refuses(t, enclave.KindForbidden, vote(r2, z.Ballot(t, r2, seen, receipt.VerdictApprove)))
	refuses(t, enclave.KindForbidden, vote(r2, z.Ballot(t, r1, seen, receipt.VerdictApprove)))
	keys, err := z.Service.SigningKeys(t.Context(), r2)
	require.NoError(t, err)
	_, err = z.Service.ConfirmKey(t.Context(), r2, keys.Items[0].ID)
	refuses(t, enclave.KindForbidden, err)
	_, err = z.Service.ConfirmKey(t.Context(), enclavetest.As("security"), keys.Items[0].ID)
	require.NoError(t, err)
	refuses(t, enclave.KindInvalid, vote(r2, z.Ballot(t, r1, seen, receipt.VerdictApprove)))

	// A vote is about what is there now.
	for _, change := range []func(*api.ReviewDetail){
		func(d *api.ReviewDetail) { d.ArtefactDigest = string(catalog.DigestOf([]byte("x"))) },
		func(d *api.ReviewDetail) { d.ReportDigest = string(catalog.DigestOf([]byte("x"))) },
		func(d *api.ReviewDetail) { d.PolicyDigest = string(catalog.DigestOf([]byte("x"))) },
		func(d *api.ReviewDetail) { d.Run = catalog.NewID(catalog.PrefixRun) },
	} {
		other := seen
		change(&other)
		refuses(t, enclave.KindConflict, vote(r1, z.Ballot(t, r1, other, receipt.VerdictApprove)))
	}
	for _, envelope := range []string{`{}`, `[]`, `{"payload":"","payloadType":"","signatures":[]}`, `null`} {
		refuses(t, enclave.KindInvalid, vote(r1, api.VoteRequest{Envelope: json.RawMessage(envelope)}))
	}
	_, err = z.Service.Vote(t.Context(), r1, catalog.NewID(catalog.PrefixRun), z.Ballot(t, r1, seen, receipt.VerdictApprove))
	refuses(t, enclave.KindNotFound, err)

	require.Equal(t, "in_review", z.State(t, run))
	log := z.Check(t)
	require.Zero(t, enclavetest.Count(log, "review.vote", ""))
	require.Positive(t, enclavetest.Count(log, "denied", "denied"), "whoever tried is on record")
}

func TestTwoReviewers(t *testing.T) {
	z := enclavetest.New(t)
	z.Decider.Quorum(2)
	r1, r2 := enclavetest.As("reviewer_1"), enclavetest.As("reviewer_2")
	p, grant := z.Bank(t)
	run := z.Ask(t, p, grant, civil).Run
	before, err := z.Service.ReviewDetail(t.Context(), r2, run)
	require.NoError(t, err)

	require.NoError(t, z.Vote(t, "reviewer_1", run, receipt.VerdictApprove))
	require.Equal(t, "in_review", z.State(t, run))
	require.Error(t, z.Vote(t, "reviewer_1", run, receipt.VerdictApprove), "one person votes once")
	twin := enclave.Principal{Account: "reviewer_2", Person: r1.Person, Organization: r1.Organization, LegalGroup: r1.LegalGroup, Role: r1.Role}
	_, err = z.Service.Vote(t.Context(), twin, run, z.Ballot(t, r2, before, receipt.VerdictApprove))
	require.Error(t, err, "also under another account")
	require.Equal(t, "in_review", z.State(t, run))

	// The second reviewer sees that somebody voted, and not who or how.
	after, err := z.Service.ReviewDetail(t.Context(), r2, run)
	require.NoError(t, err)
	require.Equal(t, 1, after.Votes)
	after.Votes = before.Votes
	require.Equal(t, before, after)

	require.NoError(t, z.Vote(t, "reviewer_2", run, receipt.VerdictApprove))
	answer := z.See(t, p, run)
	require.Equal(t, shown, enclavetest.Text(answer))
	require.Len(t, receiptOf(t, z, answer.Release).Predicate.Reviewers, 2)

	// One against, one for: nothing leaves.
	q, grantQ := z.Bank(t)
	run = z.Ask(t, q, grantQ, civil).Run
	require.NoError(t, z.Vote(t, "reviewer_1", run, receipt.VerdictReject, "PURPOSE"))
	require.Equal(t, "in_review", z.State(t, run))
	require.NoError(t, z.Vote(t, "reviewer_2", run, receipt.VerdictApprove))
	require.Equal(t, "rejected", z.See(t, q, run).State)
	z.Check(t)
}

func TestRejectionDestroysAndFrees(t *testing.T) {
	z := enclavetest.New(t)
	for name, end := range map[string]func(p enclave.Principal, run string) error{
		"rejected": func(_ enclave.Principal, run string) error {
			return z.Vote(t, "reviewer_1", run, receipt.VerdictReject, "PURPOSE")
		},
		"withdrawn": func(p enclave.Principal, run string) error {
			_, err := z.Service.Withdraw(t.Context(), p, run)
			return err
		},
	} {
		p, grant := z.Bank(t)
		z.Ask(t, p, grant, civil)
		require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, north)), "what is reserved counts")
		q, grantQ := z.Bank(t)
		run := z.Ask(t, q, grantQ, civil).Run
		artefacts := len(z.Files(t, "artefacts"))
		require.NoError(t, end(q, run))
		require.Len(t, z.Files(t, "artefacts"), artefacts-2, "artefact and outcome are gone")
		require.Equal(t, name, z.See(t, q, run).State)
		ledger, err := z.Service.Ledger(t.Context(), q)
		require.NoError(t, err)
		require.Empty(t, ledger.Items)
		require.Equal(t, shown, enclavetest.Text(z.Ask(t, q, grantQ, north)), "nobody learned anything from it")
		z.Check(t)

		_, err = z.Service.Withdraw(t.Context(), q, run)
		refuses(t, enclave.KindConflict, err)
		_, err = z.Service.Resubmit(t.Context(), q, run, "please")
		refuses(t, enclave.KindConflict, err)
	}
}

func TestReturnAndResubmit(t *testing.T) {
	z := enclavetest.New(t)
	z.Decider.Quorum(2)
	r1 := enclavetest.As("reviewer_1")
	p, grant := z.Bank(t)
	run := z.Ask(t, p, grant, civil).Run
	first, err := z.Service.ReviewDetail(t.Context(), r1, run)
	require.NoError(t, err)
	old := z.Ballot(t, r1, first, receipt.VerdictApprove)
	_, err = z.Service.Vote(t.Context(), r1, run, old)
	require.NoError(t, err)
	require.NoError(t, z.Vote(t, "reviewer_2", run, receipt.VerdictReturn, "CONTEXT"))

	// Until the tick nobody of the institution can tell.
	now, err := z.Service.Run(t.Context(), p, run)
	require.NoError(t, err)
	require.Equal(t, "in_review", now.State)
	require.Empty(t, now.Reasons)
	_, err = z.Service.Resubmit(t.Context(), p, run, "too early")
	refuses(t, enclave.KindConflict, err)
	got := z.See(t, p, run)
	require.Equal(t, "returned", got.State)
	require.Equal(t, []string{"CONTEXT"}, got.Reasons)

	_, err = z.Service.Resubmit(t.Context(), p, run, "")
	require.Error(t, err, "a return is answered with a note")
	_, err = z.Service.Resubmit(t.Context(), enclavetest.As("analyst_b"), run, "not mine")
	refuses(t, enclave.KindNotFound, err)
	z.Check(t)
	_, err = z.Service.Resubmit(t.Context(), p, run, "for the report")
	require.NoError(t, err)
	second, err := z.Service.ReviewDetail(t.Context(), r1, run)
	require.NoError(t, err)
	require.Zero(t, second.Votes)
	require.Equal(t, first.ArtefactDigest, second.ArtefactDigest, "the artefact stays the same")
	require.NotEqual(t, first.ReportDigest, second.ReportDigest)
	require.Contains(t, string(second.Report), "for the report")
	_, err = z.Service.Vote(t.Context(), r1, run, old)
	refuses(t, enclave.KindConflict, err)
	z.Check(t)

	require.NoError(t, z.Vote(t, "reviewer_1", run, receipt.VerdictApprove))
	require.Equal(t, "in_review", z.State(t, run), "a vote of the turn before does not count")
	require.NoError(t, z.Vote(t, "reviewer_2", run, receipt.VerdictApprove))
	require.Equal(t, shown, enclavetest.Text(z.See(t, p, run)))
	z.Check(t)
}

// withdrawn takes a running request back while the clock goes on.
func withdrawn(t *testing.T, z *enclavetest.Zone, p enclave.Principal, run string) error {
	done := make(chan error, 1)
	go func() {
		_, err := z.Service.Withdraw(t.Context(), p, run)
		done <- err
	}()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(20 * time.Millisecond):
			z.Clock.Advance(50 * time.Millisecond)
		}
	}
}

// A withdrawal tells nothing before the tick: that of a run which was issued, or failed, and shows as running waits as that of one which
// runs, and then meets what shows.
func TestWithdrawalMeetsWhatShows(t *testing.T) {
	z := enclavetest.New(t)
	for name, c := range map[string]struct {
		fail, held bool
		then       string
	}{"runs": {held: true, then: "withdrawn"}, "issued": {then: "released"}, "failed": {fail: true, then: "failed"}} {
		t.Run(name, func(t *testing.T) {
			p, grant := z.Bank(t)
			z.Runner.FailRuns(c.fail)
			defer z.Runner.FailRuns(false)
			release := z.Runner.Hold()
			defer release()
			run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: north}, "")
			require.NoError(t, err)
			if !c.held {
				release()
				z.Executed(t, run.Run)
			}
			z.Clock.Advance(249 * time.Millisecond)
			before := looks(t, z, p, run.Run)
			done := make(chan error, 1)
			go func() {
				_, err := z.Service.Withdraw(t.Context(), p, run.Run)
				done <- err
			}()
			select {
			case err := <-done:
				t.Fatalf("answered before the tick: %v", err)
			case <-time.After(200 * time.Millisecond):
			}
			require.Equal(t, before, looks(t, z, p, run.Run))
			z.Clock.Advance(time.Millisecond)
			if err := <-done; c.then == "withdrawn" {
				require.NoError(t, err)
			} else {
				refuses(t, enclave.KindConflict, err)
			}
			require.Equal(t, c.then, z.See(t, p, run.Run).State)
			release()
			z.Restart(t) // which waits for the end of what was withdrawn while it ran
			z.Check(t)
		})
	}
}

// Withdrawn while its worker runs: nothing of it is kept.
func TestWithdrawWhileRunning(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	release := z.Runner.Hold()
	defer release()
	run, err := z.Service.Submit(t.Context(), a, api.RunRequest{Grant: grant, SQL: north}, "")
	require.NoError(t, err)
	for _, p := range []enclave.Principal{enclavetest.As("analyst_a2"), enclavetest.As("analyst_b"), enclavetest.As("analyst_s")} {
		require.Error(t, withdrawn(t, z, p, run.Run), "only its author takes it back")
	}
	require.NoError(t, withdrawn(t, z, a, run.Run))
	release()
	require.Equal(t, "withdrawn", z.See(t, a, run.Run).State)
	require.Equal(t, shownBut, enclavetest.Text(z.Ask(t, a, grant, northWithout)), "the next one waits for its end, and is not compared with it")
	require.Empty(t, z.Records(t, "ledger")[1:])
	z.Check(t)

	// What was issued cannot be taken back.
	b := enclavetest.As("analyst_b")
	issued := z.Ask(t, b, z.Grant(t, b), north)
	_, err = z.Service.Withdraw(t.Context(), b, issued.Run)
	refuses(t, enclave.KindConflict, err)
	z.Check(t)
}

// The policy changes while requests wait: their votes are void, and what it forbids now ends.
func TestPolicyChangesDuringReview(t *testing.T) {
	z := enclavetest.New(t)
	z.Decider.Quorum(2)
	r1 := enclavetest.As("reviewer_1")
	p, grant := z.Bank(t)
	run := z.Ask(t, p, grant, civil).Run
	seen, err := z.Service.ReviewDetail(t.Context(), r1, run)
	require.NoError(t, err)
	require.NoError(t, z.Vote(t, "reviewer_1", run, receipt.VerdictApprove))
	q, grantQ := z.Bank(t)
	returned := z.Ask(t, q, grantQ, civil).Run
	require.NoError(t, z.Vote(t, "reviewer_1", returned, receipt.VerdictReturn, "FORM"))

	z.Restart(t, func(c *enclave.Config) { c.Engine = enclavetest.Salted(t, "another") })
	z.Check(t)
	_, err = z.Service.Vote(t.Context(), r1, run, z.Ballot(t, r1, seen, receipt.VerdictApprove))
	refuses(t, enclave.KindConflict, err)
	again, err := z.Service.ReviewDetail(t.Context(), r1, run)
	require.NoError(t, err)
	require.Zero(t, again.Votes)
	require.NoError(t, z.Vote(t, "reviewer_1", run, receipt.VerdictApprove))
	require.NoError(t, z.Vote(t, "reviewer_2", run, receipt.VerdictApprove))
	require.Equal(t, shown, enclavetest.Text(z.See(t, p, run)))

	// One that was returned meanwhile comes again under the new policy, with the reviewers that it asks for.
	z.Decider.Quorum(1)
	_, err = z.Service.Resubmit(t.Context(), q, returned, "now")
	require.NoError(t, err)
	require.NoError(t, z.Vote(t, "reviewer_1", returned, receipt.VerdictApprove))
	require.Equal(t, shown, enclavetest.Text(z.See(t, q, returned)))

	forbidden, grantF := z.Bank(t)
	run = z.Ask(t, forbidden, grantF, civil).Run
	z.Decider.Refuse(policy.ActionReleaseDecide, true)
	z.Restart(t, func(c *enclave.Config) { c.Engine = enclavetest.Salted(t, "a third") })
	require.Equal(t, "failed", z.See(t, forbidden, run).State, "a block is told as a failure")
	z.Check(t)
}

// At issue the policy is asked once more: without its consent the vote takes no effect either.
func TestSecondCheck(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	run := z.Ask(t, p, grant, civil).Run
	z.Decider.Refuse(policy.ActionReleaseDecide, true)
	refuses(t, enclave.KindForbidden, z.Vote(t, "reviewer_1", run, receipt.VerdictApprove))
	z.Decider.Refuse(policy.ActionReleaseDecide, false)
	z.Decider.Break(true)
	require.Error(t, z.Vote(t, "reviewer_1", run, receipt.VerdictApprove))
	_, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: north}, "")
	refuses(t, enclave.KindUnavailable, err)
	z.Decider.Break(false)
	require.Equal(t, "in_review", z.State(t, run))
	z.Check(t)

	// The grant ends before the vote.
	z.Clock.Advance(400 * 24 * time.Hour)
	require.Error(t, z.Vote(t, "reviewer_1", run, receipt.VerdictApprove))
	require.Equal(t, "in_review", z.State(t, run))
	require.Empty(t, z.Records(t, "release"))
	z.Check(t)
}
