package enclave_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

// filtered is one statement of so many counts, each of a cell of its own.
func filtered(table string, n, from int) string {
	segments := []string{"'a'", "'b'", "'c'", "'d'", "'a', 'b'", "'a', 'c'", "'b', 'c'", "'a', 'd'"}
	cities := []string{"'north'", "'south'", "'east'"}
	var out []string
	for i := from; i < from+n; i++ {
		out = append(out, fmt.Sprintf("count(*) FILTER (WHERE city = %s AND segment IN (%s)) AS c%d", cities[i%3], segments[i/3], i))
	}
	return "SELECT " + strings.Join(out, ", ") + " FROM " + table
}

// exhaust spends all twenty columns of a month.
func exhaust(t *testing.T, z *enclavetest.Zone, p enclave.Principal, grant string) {
	t.Helper()
	require.Equal(t, "released", z.Ask(t, p, grant, filtered("clients", 15, 0)).State)
	require.Equal(t, "released", z.Ask(t, p, grant, filtered("clients", 4, 15)).State)
	require.Equal(t, "20.00", spent(t, z, p), "nineteen counts and the universe")
}

// spentOut demands that a new cell is refused, and that nothing that was spent is forgotten.
func spentOut(t *testing.T, z *enclavetest.Zone, p enclave.Principal, grant, text, how string) {
	t.Helper()
	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: text}, "")
	require.NoError(t, err, how)
	require.Equal(t, "refused", run.State, how)
	require.Equal(t, catalog.CodeBudget, run.Refusal.Code, "%s: %+v", how, run.Refusal)
	require.Equal(t, "20.00", spent(t, z, p), how)
}

// A budget that is spent stays spent: another grant, another person or organization of the legal group, the dataset loaded, declared or registered anew, a copy of it
// under another name, and a restart leave the account as it is.
func TestNothingRenewsTheNoiseBudget(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	exhaust(t, z, p, grant)
	text := filtered("clients", 1, 19)
	spentOut(t, z, p, grant, text, "as it was")
	spentOut(t, z, p, z.Grant(t, p), text, "another grant")

	colleague, sister := p, p
	colleague.Account, colleague.Person = "colleague", "an-colleague"
	sister.Account, sister.Person, sister.Organization = "sister", "an-sister", "sister_bank"
	z.Apply(t, "admin", enclavetest.AccountYAML(colleague)+"---\napiVersion: yumen/v1\nkind: Organization\nmetadata: {name: sister_bank}\nspec: {title: {zh: 子行, en: Sister}, type: institution, legalGroup: "+
		p.LegalGroup+", admitted: true}\n---\n"+enclavetest.AccountYAML(sister))
	for _, other := range []enclave.Principal{colleague, sister} {
		_, err := z.Service.ConfirmAccount(t.Context(), enclavetest.As("security"), other.Account)
		require.NoError(t, err)
		spentOut(t, z, other, z.Grant(t, other), text, other.Account)
	}

	z.Load(t, "clients", enclavetest.ClientRows())
	spentOut(t, z, p, z.Grant(t, p), text, "another load")
	approve := func(name string) {
		_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), name, api.Review{Digest: z.Seen(t, "Dataset", name), Approve: true, Comment: "test"})
		require.NoError(t, err)
	}
	z.Apply(t, "provider", strings.Replace(enclavetest.Clients, "en: Clients", "en: Customers", 1))
	approve("clients")
	z.Load(t, "clients", enclavetest.ClientRows())
	spentOut(t, z, p, z.Grant(t, p), text, "declared anew")

	z.Apply(t, "provider", strings.Replace(enclavetest.Clients, "name: clients", "name: copies", 1))
	approve("copies")
	z.Load(t, "copies", enclavetest.ClientRows())
	app := enclavetest.Wanted()
	app.Datasets = app.Datasets[:1]
	app.Datasets[0].Dataset = "copies"
	wanted, err := z.Service.SubmitApplication(t.Context(), p, app)
	require.NoError(t, err)
	wanted, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), wanted.ID, api.Review{Version: wanted.Version, Approve: true, Comment: "test"})
	require.NoError(t, err)
	spentOut(t, z, p, wanted.Grant, filtered("copies", 1, 19), "a copy under another name")

	z.Restart(t)
	spentOut(t, z, p, z.Grant(t, p), text, "another start")

	// The group of an organization is what the agreement was made with: it cannot be given another name.
	_, err = z.Service.Apply(t.Context(), enclavetest.As("admin"), api.Apply{Documents: fmt.Sprintf("apiVersion: yumen/v1\nkind: Organization\nmetadata: {name: %s}\n"+
		"spec: {title: {zh: 银行, en: Bank}, type: institution, legalGroup: reborn, admitted: true}\n", p.Organization)})
	require.Error(t, err, "another legal group")
	z.Check(t)
}

// What is not charged tells nothing, and what tells something was charged: a check, a repetition under the same key, what waits for a reviewer,
// what he returned and is asked again, the list of runs.
func TestNoAnswerWithoutACharge(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	text := "SELECT city, count(*) AS n FROM clients GROUP BY city"
	check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
	require.NoError(t, err)
	require.True(t, check.Allowed)
	require.Equal(t, "0.00", spent(t, z, p), "a check, which has no figure in it")

	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: text}, "the same key")
	require.NoError(t, err)
	require.Equal(t, "2.00", spent(t, z, p), "charged when it was taken, before it ran")
	z.Executed(t, run.Run)
	again, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: text}, "the same key")
	require.NoError(t, err)
	require.Equal(t, run.Run, again.Run)
	require.Equal(t, "2.00", spent(t, z, p), "a repetition is the same run")

	// Grade 3: nobody but the reviewer sees figures before the vote, and they were charged; a second try is a question like any other.
	waiting := z.Ask(t, p, grant, byKind)
	require.Equal(t, "in_review", waiting.State)
	require.Empty(t, waiting.Rows)
	charged := spent(t, z, p)
	require.NotEqual(t, "2.00", charged)
	require.NoError(t, z.Vote(t, "reviewer_1", waiting.Run, receipt.VerdictReturn, "PURPOSE"))
	require.Equal(t, charged, spent(t, z, p))
	returned := z.See(t, p, waiting.Run)
	require.Equal(t, "returned", returned.State)
	require.Empty(t, returned.Rows)
	_, err = z.Service.Resubmit(t.Context(), p, waiting.Run, "for the model of the spring")
	require.NoError(t, err)
	z.Settled(t)
	require.Equal(t, charged, spent(t, z, p), "the same cells")
	seen, err := z.Service.Run(t.Context(), p, waiting.Run)
	require.NoError(t, err)
	require.Empty(t, seen.Rows)

	// Lists name what was asked and hold no figures.
	runs, err := z.Service.Runs(t.Context(), p, api.Page{})
	require.NoError(t, err)
	for _, r := range runs.Items {
		require.Empty(t, r.Rows)
	}
	require.Equal(t, charged, spent(t, z, p))
	z.Check(t)
}
