package enclave_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

// A column of higher grade: what was judged by the grade before ends when the declaration is approved, whether it waits, is being executed or
// waits for a reviewer. What is only proposed, or is rejected, ends nothing; other datasets go on.
func TestBJ_OPS_27a_XC_38a_ANewGradeTakesEffectAtOnce(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	issued := z.Ask(t, p, grant, north)
	require.Equal(t, "released", issued.State)
	q, grantQ := z.Bank(t)
	reviewed := z.Ask(t, q, grantQ, byKind)
	require.Equal(t, "in_review", reviewed.State)
	both := z.Ask(t, q, grantQ, "SELECT k.kind, count(*) AS n FROM cases k JOIN clients c ON k.id = c.id GROUP BY k.kind")
	require.Equal(t, "in_review", both.State)

	v, grantV := z.Bank(t)
	returned := z.Ask(t, v, grantV, "SELECT k.kind, count(*) AS n FROM cases k JOIN clients c ON k.id = c.id WHERE c.city = 'north' GROUP BY k.kind")
	require.Equal(t, "in_review", returned.State)
	require.NoError(t, z.Vote(t, "reviewer_1", returned.Run, receipt.VerdictReturn, "FORM"))

	raised := strings.Replace(enclavetest.Clients, "{name: segment, type: VARCHAR, grade: 2", "{name: segment, type: VARCHAR, grade: 3", 1)
	require.NotEqual(t, enclavetest.Clients, raised)
	review := func(approve bool) {
		_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "clients", api.Review{Digest: z.Seen(t, "Dataset", "clients"), Approve: approve, Comment: "test"})
		require.NoError(t, err)
	}
	release := z.Runner.Hold()
	defer release()
	r, grantR := z.Bank(t)
	running, err := z.Service.Submit(t.Context(), r, api.RunRequest{Grant: grantR, SQL: northWithout}, "")
	require.NoError(t, err)
	z.Apply(t, "provider", raised)
	require.Equal(t, "running", z.State(t, running.Run), "it is proposed, not approved")
	review(false)
	require.Equal(t, "running", z.State(t, running.Run), "it was rejected")
	z.Apply(t, "provider", strings.Replace(raised, "title: {zh: 客户", "title: {zh: 客户们", 1))
	review(true)

	ended := z.See(t, r, running.Run)
	require.Equal(t, "refused", ended.State)
	require.Equal(t, catalog.CodeNotLoaded, ended.Refusal.Code)
	release()
	require.Equal(t, "blocked", z.State(t, both.Run))
	_, err = z.Service.ReviewDetail(t.Context(), enclavetest.As("reviewer_1"), both.Run)
	refuses(t, enclave.KindNotFound, err)
	z.Clock.Advance(time.Second)
	_, err = z.Service.Resubmit(t.Context(), v, returned.Run, "as asked")
	require.Equal(t, catalog.CodeNotLoaded, code(err), "what was returned does not come back by the old declaration")
	require.NotEqual(t, "in_review", z.See(t, q, both.Run).State)
	require.Equal(t, "in_review", z.State(t, reviewed.Run), "it is of another dataset")
	require.NoError(t, z.Vote(t, "reviewer_1", reviewed.Run, receipt.VerdictApprove))
	require.Equal(t, "released", z.See(t, p, issued.Run).State, "it is out")

	refused := z.Ask(t, p, grant, north)
	require.Equal(t, catalog.CodeNotLoaded, refused.Refusal.Code)
	z.Load(t, "clients", enclavetest.ClientRows())
	require.Equal(t, "released", z.Ask(t, p, grant, north).State)
	require.Equal(t, "in_review", z.Ask(t, p, grant, "SELECT segment, count(*) AS n FROM clients GROUP BY segment").State, "it leaves by the new grade's rules")
	z.Restart(t)
	z.Check(t)
}
