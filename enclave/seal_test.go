package enclave_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/audit"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

func seal(z *enclavetest.Zone, as, name string) error {
	_, err := z.Service.Seal(context.Background(), enclavetest.As(as), name, api.Reason{Reason: "not suitable"})
	return err
}

func unseal(z *enclavetest.Zone, as, name, state string) error {
	out, err := z.Service.Unseal(context.Background(), enclavetest.As(as), name, api.Reason{Reason: "put right"})
	if err == nil && out.State != state {
		err = fmt.Errorf("it is %s", out.State)
	}
	return err
}

// sealed fails when an act is not refused because of a seal.
func sealed(t *testing.T, err error) {
	t.Helper()
	require.Equal(t, catalog.CodeDatasetSealed, code(err), "%v", err)
}

// redeclare declares a dataset anew and has it approved.
func redeclare(t *testing.T, z *enclavetest.Zone, name, old, replacement string) {
	t.Helper()
	doc := map[string]string{"clients": enclavetest.Clients, "cases": enclavetest.Cases}[name]
	require.Contains(t, doc, old)
	as := map[string]string{"clients": "provider", "cases": "provider_2"}[name]
	z.Apply(t, as, strings.Replace(doc, old, replacement, 1))
	approve(t, z, name)
}

// What runs over a sealed dataset is killed, what is certified over it too, and what waits for a reviewer is blocked; other datasets go on, and what was
// issued is out. It survives a restart.
func TestXM_22_XM_31_ASealEndsWhatGoesOn(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	issued := z.Ask(t, p, grant, north)
	require.Equal(t, "released", issued.State)
	q, grantQ := z.Bank(t)
	beside := z.Ask(t, q, grantQ, byKind)
	both := z.Ask(t, q, grantQ, "SELECT k.kind, count(*) AS n FROM cases k JOIN clients c ON k.id = c.id GROUP BY k.kind")
	require.Equal(t, []string{"in_review", "in_review"}, []string{beside.State, both.State})
	author, _ := z.Bank(t)
	z.Declare(t, author, enclavetest.ByCity("by_city"))

	release := z.Runner.Hold()
	defer release()
	before := z.Runner.Jobs()
	running, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: northWithout}, "")
	require.NoError(t, err)
	queued, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: "SELECT city, count(*) AS n FROM clients GROUP BY city"}, "")
	require.NoError(t, err)
	elsewhere, err := z.Service.Submit(t.Context(), q, api.RunRequest{Grant: grantQ, SQL: "SELECT count(*) AS n FROM cases WHERE heard = 2024"}, "")
	require.NoError(t, err)
	certified := make(chan error, 1)
	go func() {
		_, err := z.Service.CertifyComputation(context.Background(), enclavetest.As("reviewer_1"), "by_city", api.Certify{Digest: z.Seen(t, "Computation", "by_city")})
		certified <- err
	}()
	require.Eventually(t, func() bool { return z.Runner.Jobs() >= before+3 }, time.Minute, time.Millisecond, "a run of each dataset, and the certification, have data")

	require.NoError(t, seal(z, "security", "clients"))
	sealed(t, <-certified) // while its worker is held
	for _, id := range []string{running.Run, queued.Run} {
		seen, err := z.Service.Run(t.Context(), p, id)
		require.NoError(t, err)
		require.Equal(t, "refused", seen.State)
		require.Equal(t, catalog.CodeDatasetSealed, seen.Refusal.Code)
	}
	require.Equal(t, []string{"blocked", "in_review", "running"}, []string{z.State(t, both.Run), z.State(t, beside.Run), z.State(t, elsewhere.Run)})
	release()
	z.Executed(t, elsewhere.Run)
	require.Equal(t, "in_review", z.State(t, elsewhere.Run))
	require.NoError(t, z.Vote(t, "reviewer_1", beside.Run, receipt.VerdictApprove))
	require.Equal(t, "released", z.See(t, p, issued.Run).State, "it is out")
	_, err = z.Service.Collect(t.Context(), p, issued.Release)
	require.NoError(t, err)

	z.Restart(t)
	require.Equal(t, "blocked", z.State(t, both.Run))
	require.Equal(t, catalog.CodeDatasetSealed, z.Ask(t, p, grant, north).Refusal.Code)
	log := z.Check(t)
	require.Equal(t, 1, enclavetest.Count(log, audit.ActionDatasetSeal, "sealed"))
}

// Every way to compute on a sealed dataset is refused with the one code; its data are kept and may be loaded anew. Unsealed, all of it goes on.
func TestXM_22_NobodyComputesOnSealedData(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	z.Declare(t, p, enclavetest.ByCity("by_city"))
	require.Equal(t, "passed", z.Certify(t, "by_city").State)
	app, err := z.Service.SubmitApplication(t.Context(), enclavetest.As("analyst_b"), enclavetest.Wanted())
	require.NoError(t, err)
	returned := z.Ask(t, p, grant, "SELECT k.kind, count(*) AS n FROM cases k JOIN clients c ON k.id = c.id GROUP BY k.kind")
	require.NoError(t, z.Vote(t, "reviewer_1", returned.Run, receipt.VerdictReturn, "FORM"))
	require.NoError(t, seal(z, "provider", "clients"))
	require.NoError(t, seal(z, "auditor", "clients"), "again")

	reviewer, ctx := enclavetest.As("reviewer_1"), t.Context()
	_, err = z.Service.ReviewComputation(ctx, reviewer, "by_city", api.Review{Digest: z.Seen(t, "Computation", "by_city"), Approve: true})
	sealed(t, err)
	for range 2 {
		check, err := z.Service.Check(ctx, p, api.RunRequest{Grant: grant, SQL: north})
		require.NoError(t, err)
		require.Equal(t, catalog.CodeDatasetSealed, check.Refusal.Code)
		require.Equal(t, catalog.CodeDatasetSealed, z.Ask(t, p, grant, north).Refusal.Code)
		require.Equal(t, catalog.CodeDatasetSealed, z.Ask(t, p, grant, "SELECT count(*) AS n FROM cases k JOIN clients c ON k.id = c.id").Refusal.Code)
		require.Equal(t, "in_review", z.Ask(t, p, grant, byKind).State, "another dataset of the grant")
		_, err = z.Service.Resubmit(ctx, p, returned.Run, "as asked")
		sealed(t, err)
		_, err = z.Service.Apply(ctx, p, api.Apply{Documents: enclavetest.ByCity("by_city_too")})
		sealed(t, err)
		_, err = z.Service.CertifyComputation(ctx, reviewer, "by_city", api.Certify{Digest: z.Seen(t, "Computation", "by_city")})
		sealed(t, err)
		_, err = z.Service.SubmitApplication(ctx, enclavetest.As("analyst_b"), enclavetest.Wanted())
		sealed(t, err)
		_, err = z.Service.ReviewApplication(ctx, enclavetest.As("steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "minimal"})
		sealed(t, err)
		z.Load(t, "clients", enclavetest.ClientRows())
		z.Restart(t)
	}

	require.NoError(t, unseal(z, "provider", "clients", "unseal_pending"))
	require.Equal(t, catalog.CodeDatasetSealed, z.Ask(t, p, grant, north).Refusal.Code, "one half is none")
	require.NoError(t, unseal(z, "security", "clients", "unsealed"))
	require.Equal(t, "released", z.Ask(t, p, grant, north).State)
	_, err = z.Service.ReviewApplication(ctx, enclavetest.As("steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "minimal"})
	require.NoError(t, err)
	_, err = z.Service.Resubmit(ctx, p, returned.Run, "as asked")
	require.NoError(t, err)
	require.NoError(t, seal(z, "provider", "clients"), "and once more")
	log := z.Check(t)
	require.Equal(t, 2, enclavetest.Count(log, audit.ActionDatasetSeal, "sealed"))
	require.Equal(t, 1, enclavetest.Count(log, audit.ActionDatasetUnseal, "unsealed"))
}

// However many ask at once with the seal: when it has been said, none of them runs, and none comes to run.
func TestXM_22_NobodySlipsThroughASeal(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	q, grantQ := z.Bank(t)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			by, g := p, grant
			if i%2 == 0 {
				by, g = q, grantQ
			}
			_, err := z.Service.Submit(context.Background(), by, api.RunRequest{Grant: g, SQL: north}, "")
			require.True(t, err == nil || code(err) == catalog.CodeDatasetSealed, "%v", err)
		})
	}
	require.NoError(t, seal(z, "admin", "clients"))
	none := func() {
		for _, r := range z.Records(t, "run") {
			require.NotEqual(t, "running", r.State)
		}
	}
	none()
	jobs := z.Runner.Jobs()
	all.Wait()
	none()
	require.Equal(t, jobs, z.Runner.Jobs(), "no worker was given data after the seal")
	require.NoError(t, z.Service.Close(t.Context()))
	z.Restart(t)
	z.Check(t)
}

// Two people of two parties unseal: not one person twice, not two of one party, not one whose half is old or whose role is gone, and not without the party
// that sealed or the regulator.
func TestXM_22_TwoPartiesUnseal(t *testing.T) {
	z := enclavetest.New(t)
	z.Apply(t, "admin", "apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: authority}\nspec: {title: {zh: 监管, en: Regulator}, type: regulator}\n")
	regulator := enclave.Principal{Account: "watch", Person: "re-1", Organization: "authority", LegalGroup: "authority", Role: "regulator"}
	z.Apply(t, "admin", enclavetest.AccountYAML(regulator))
	forbidden := func(err error) { t.Helper(); require.Equal(t, enclave.KindForbidden, enclavetest.Kind(err), "%v", err) }
	notFound := func(err error) { t.Helper(); require.Equal(t, enclave.KindNotFound, enclavetest.Kind(err), "%v", err) }
	forbidden(unseal(z, "admin", "clients", ""))
	for _, as := range []string{"reviewer_1", "analyst_a", "provider_2"} {
		notFound(seal(z, as, "clients"))
		notFound(unseal(z, as, "clients", ""))
	}
	notFound(seal(z, "admin", "nothing"))
	_, err := z.Service.Seal(t.Context(), enclavetest.As("admin"), "clients", api.Reason{})
	forbidden(err)

	require.NoError(t, seal(z, "steward", "clients"))
	forbidden(unseal(z, "auditor", "clients", ""))
	require.NoError(t, unseal(z, "admin", "clients", "unseal_pending"))
	require.NoError(t, unseal(z, "admin", "clients", "unseal_pending"), "one person twice")
	for _, as := range []string{"security", "steward"} {
		forbidden(unseal(z, as, "clients", ""))
	}
	twin := enclavetest.As("provider")
	twin.Person = "op-admin"
	out, err := z.Service.Unseal(t.Context(), twin, "clients", api.Reason{Reason: "x"})
	require.NoError(t, err)
	require.Equal(t, "unseal_pending", out.State, "one person with two accounts")
	z.Restart(t)
	z.Clock.Advance(24 * time.Hour)
	require.NoError(t, unseal(z, "provider", "clients", "unseal_pending"), "the first half is too old")
	_, err = z.Service.SuspendAccount(t.Context(), enclavetest.As("security"), "provider", api.Reason{Reason: "x"})
	require.NoError(t, err)
	require.NoError(t, unseal(z, "admin", "clients", "unseal_pending"), "the first of the two was suspended meanwhile")
	_, err = z.Service.ResumeAccount(t.Context(), enclavetest.As("security"), "provider")
	require.NoError(t, err)
	require.NoError(t, unseal(z, "provider", "clients", "unsealed"))

	require.NoError(t, seal(z, "provider", "clients"))
	require.NoError(t, unseal(z, "steward", "clients", "unseal_pending"))
	out, err = z.Service.Unseal(t.Context(), regulator, "clients", api.Reason{Reason: "x"})
	require.NoError(t, err)
	require.Equal(t, "unsealed", out.State, "the regulator stands in for the party that sealed it")

	_, err = z.Service.Seal(t.Context(), regulator, "clients", api.Reason{Reason: "x"})
	require.NoError(t, err)
	require.NoError(t, unseal(z, "provider", "clients", "unseal_pending"))
	forbidden(unseal(z, "admin", "clients", ""))
	out, err = z.Service.Unseal(t.Context(), regulator, "clients", api.Reason{Reason: "x"})
	require.NoError(t, err)
	require.Equal(t, "unsealed", out.State)
	z.Check(t)
}

// What is declared sealed is sealed by its approval, and another class in a later declaration unseals nothing: a decision does, once the declaration in
// force allows it. A sealed declaration that was never approved is not deleted and declared anew.
func TestXM_14c_XM_31_NoDeclarationUnseals(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	require.NoError(t, seal(z, "provider", "clients"))
	redeclare(t, z, "clients", "title: {zh: 客户", "title: {zh: 客户们")
	z.Load(t, "clients", enclavetest.ClientRows())
	require.Equal(t, catalog.CodeDatasetSealed, z.Ask(t, p, grant, north).Refusal.Code)
	require.NoError(t, unseal(z, "security", "clients", "unseal_pending"))
	require.NoError(t, unseal(z, "provider", "clients", "unsealed"))
	require.Equal(t, "released", z.Ask(t, p, grant, north).State)

	release := z.Runner.Hold()
	defer release()
	running, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: "SELECT city, count(*) AS n FROM clients GROUP BY city"}, "")
	require.NoError(t, err)
	redeclare(t, z, "clients", "provider: bureau\n", "provider: bureau\n  market: sealed\n")
	seen, err := z.Service.Run(t.Context(), p, running.Run)
	require.NoError(t, err)
	require.Equal(t, catalog.CodeDatasetSealed, seen.Refusal.Code)
	release()
	require.Equal(t, enclave.KindForbidden, enclavetest.Kind(unseal(z, "security", "clients", "")), "the declaration in force is of the class")
	redeclare(t, z, "clients", "title: {zh: 客户", "title: {zh: 客户们")
	z.Load(t, "clients", enclavetest.ClientRows())
	require.Equal(t, catalog.CodeDatasetSealed, z.Ask(t, p, grant, north).Refusal.Code)
	shown, err := z.Service.Resource(t.Context(), enclavetest.As("provider"), "Dataset", "clients")
	require.NoError(t, err)
	require.Equal(t, api.Seal{State: "sealed", Since: shown.Seal.Since, Reason: "test", By: "steward", Organization: "operator", Declared: true}, *shown.Seal)
	require.NoError(t, unseal(z, "steward", "clients", "unseal_pending"))
	require.NoError(t, unseal(z, "provider", "clients", "unsealed"))
	require.Equal(t, "released", z.Ask(t, p, grant, north).State)

	z.Damage(t, "dataset", "", func(doc map[string]any) { // as it was stored before there were seals
		if doc["author_org"] == "court" {
			doc["approved"].(map[string]any)["market"] = "sealed"
		}
	})
	redeclare(t, z, "cases", "title: {zh: 案件", "title: {zh: 各类案件")
	shown, err = z.Service.Resource(t.Context(), enclavetest.As("steward"), "Dataset", "cases")
	require.NoError(t, err)
	require.True(t, shown.Seal.Declared, "what was of the class before is not unsealed either")

	require.NoError(t, apply(z, "provider", dataset("w")))
	require.NoError(t, seal(z, "provider", "clients_w"))
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(z.Service.Delete(t.Context(), enclavetest.As("provider"), "Dataset", "clients_w")))
}

// Who looks after a dataset sees its seal with who, why and since when, and who would have it unsealed; others that it is sealed, and do not find it.
func TestXM_22_ASealIsSeen(t *testing.T) {
	z := enclavetest.New(t)
	found := func(as string) (int, string) {
		got, err := z.Service.SearchDatasets(t.Context(), enclavetest.As(as), api.CatalogQuery{Words: "clients"})
		require.NoError(t, err)
		if len(got.Items) == 0 {
			return 0, ""
		}
		return got.Total, got.Items[0].Market
	}
	sees := func(as string) *api.Seal {
		got, err := z.Service.Resource(t.Context(), enclavetest.As(as), "Dataset", "clients")
		require.NoError(t, err)
		return got.Seal
	}
	z.Grant(t, enclavetest.As("analyst_a"))
	since := z.Clock.Now().UnixMilli()
	n, market := found("analyst_a")
	require.Equal(t, []any{1, ""}, []any{n, market})
	require.Nil(t, sees("analyst_a"))
	_, err := z.Service.Resource(t.Context(), enclavetest.As("analyst_b"), "Dataset", "clients")
	require.NoError(t, err)
	require.NoError(t, seal(z, "security", "clients"))
	require.NoError(t, unseal(z, "security", "clients", "unseal_pending"))
	for _, as := range []string{"steward", "provider"} {
		require.Equal(t, api.Seal{State: "unseal_pending", Since: since, Reason: "not suitable", By: "security", Organization: "operator",
			UnsealBy: "security", UnsealOrganization: "operator", UnsealReason: "put right", UnsealSince: since}, *sees(as))
		n, market = found(as)
		require.Equal(t, []any{1, "sealed"}, []any{n, market}, as)
	}
	n, _ = found("analyst_a")
	require.Zero(t, n)
	// Others do not find it by its name either. Who holds a grant on it sees that it is sealed, and nothing of its declaration.
	for _, as := range []string{"analyst_a", "analyst_b", "provider_2", "reviewer_1"} {
		_, err := z.Service.Resource(t.Context(), enclavetest.As(as), "Dataset", "clients")
		require.Equal(t, map[bool]enclave.ErrorKind{true: "", false: enclave.KindNotFound}[as == "analyst_a"], enclavetest.Kind(err), as)
		all, err := z.Service.Resources(t.Context(), enclavetest.As(as), "Dataset")
		require.NoError(t, err)
		require.Equal(t, as == "analyst_a", slices.ContainsFunc(all.Items, func(v api.Resource) bool { return v.Name == "clients" }), as)
		_, err = z.Service.DatasetLineage(t.Context(), enclavetest.As(as), "clients", "")
		require.Equal(t, map[bool]enclave.ErrorKind{true: "", false: enclave.KindNotFound}[as == "analyst_a"], enclavetest.Kind(err), as)
	}
	got, err := z.Service.Resource(t.Context(), enclavetest.As("analyst_a"), "Dataset", "clients")
	require.NoError(t, err)
	require.Equal(t, api.Resource{Kind: "Dataset", Name: "clients", State: "approved", Seal: &api.Seal{State: "unseal_pending", Since: since}}, got)
	require.NoError(t, unseal(z, "provider", "clients", "unsealed"))
	n, market = found("analyst_a")
	require.Equal(t, []any{1, ""}, []any{n, market})
	require.Nil(t, sees("steward"))
}
