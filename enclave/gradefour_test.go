package enclave_test

import (
	"fmt"
	"math"
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

// secrets is a dataset of grade 4: three thousand persons, five hundred of each kind in each city.
const secrets = `apiVersion: yumen/v1
kind: Dataset
metadata: {name: secrets}
spec:
  title: {zh: 病历, en: Records}
  provider: bureau
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: city, type: VARCHAR, grade: 2, roles: [dimension], domain: [north, south], nullable: false}
  - {name: kind, type: VARCHAR, grade: 4, roles: [dimension], domain: [x, y, z], nullable: false}
  - {name: amount, type: "DECIMAL(12,2)", grade: 4, roles: [measure, dimension], bounds: [0, 1000], grid: "1-2-5", clip: 1000, nullable: false}
  - {name: debt, type: "DECIMAL(12,2)", grade: 4, roles: [measure], bounds: [0, 1000], grid: "1-2-5", nullable: false}
`

func secretRows() [][]string {
	out := [][]string{{"id", "city", "kind", "amount", "debt"}}
	for i := range 3000 {
		out = append(out, []string{fmt.Sprint(i), []string{"north", "south"}[i%2], []string{"x", "y", "z"}[i/2%3], fmt.Sprint(i % 1000), "1"})
	}
	return out
}

func computing(name, parameters, sql string) string {
	return fmt.Sprintf("apiVersion: yumen/v1\nkind: Computation\nmetadata: {name: %s}\nspec:\n  title: {zh: 计算, en: Computation}\n  datasets: [secrets]\n  parameters: [%s]\n  sql: \"%s\"\n", name, parameters, sql)
}

const byCityOfSecrets = "{name: city, type: VARCHAR, column: secrets.city}"

// vault is a zone with secrets, and a reviewer of the provider and of the authority.
type vault struct {
	*enclavetest.Zone
	voters map[string]enclave.Principal
	bound  string // of the account that was looked at last, in percent
}

func newVault(t *testing.T) *vault {
	t.Helper()
	z := &vault{Zone: enclavetest.New(t), voters: map[string]enclave.Principal{}}
	z.Regulator(t)
	for org, typ := range map[string]catalog.OrganizationType{"bureau": catalog.OrganizationProvider, "bureau_r": catalog.OrganizationRegulator, "operator": catalog.OrganizationOperator} {
		p := enclave.Principal{Account: "votes_for_" + org, Person: "vo-" + org, Organization: org, Type: typ, LegalGroup: org, Role: "egress_reviewer"}
		z.Apply(t, "admin", enclavetest.AccountYAML(p))
		_, err := z.Service.ConfirmAccount(t.Context(), enclavetest.As("security"), p.Account)
		require.NoError(t, err)
		z.voters[org] = p
	}
	z.Apply(t, "provider", secrets)
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "secrets", api.Review{Digest: z.Seen(t, "Dataset", "secrets"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	z.take(t, secretRows())
	return z
}

// take loads the secrets under an exception for the batch.
func (z *vault) take(t *testing.T, rows [][]string) {
	t.Helper()
	in := api.SupplyException{Batch: string(catalog.DigestOf([]byte(enclavetest.CSV(rows)))), Document: string(catalog.DigestOf([]byte("need"))), Reason: "need", NotAfter: z.Clock.Now().Add(time.Hour).Unix()}
	for _, as := range []string{"steward", "provider"} {
		_, err := z.Service.ExceptSupply(t.Context(), enclavetest.As(as), "secrets", in)
		require.NoError(t, err)
	}
	z.Load(t, "secrets", rows)
}

// bank is an institution with a grant on the secrets.
func (z *vault) bank(t *testing.T) (enclave.Principal, string) {
	t.Helper()
	p, _ := z.Bank(t)
	columns := map[string]string{}
	for _, name := range []string{"id", "city", "kind", "amount", "debt"} {
		columns[name] = "test"
	}
	app, err := z.Service.SubmitApplication(t.Context(), p, api.Application{Scenario: "test", Purpose: "test", Datasets: []api.ApplicationDataset{{Dataset: "secrets", Columns: columns}}})
	require.NoError(t, err)
	app, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "test"})
	require.NoError(t, err)
	return p, app.Grant
}

func (z *vault) vote(t *testing.T, p enclave.Principal, run string, v receipt.Verdict, reasons ...string) error {
	t.Helper()
	seen, err := z.Service.ReviewDetail(t.Context(), p, run)
	require.NoError(t, err)
	_, err = z.Service.Vote(t.Context(), p, run, z.Ballot(t, p, seen, v, reasons...))
	return err
}

// release has all three parties approve a run.
func (z *vault) release(t *testing.T, p enclave.Principal, run api.Run) api.Run {
	t.Helper()
	require.Equal(t, "in_review", run.State, "%+v", run.Refusal)
	for _, org := range []string{"operator", "bureau_r", "bureau"} {
		require.NoError(t, z.vote(t, z.voters[org], run.Run, receipt.VerdictApprove))
	}
	return z.See(t, p, run.Run)
}

func (z *vault) used(t *testing.T, p enclave.Principal, grade catalog.Grade) string {
	t.Helper()
	b, err := z.Service.Budget(t.Context(), p, "")
	require.NoError(t, err)
	for _, i := range b.Items {
		if i.Grade == grade && i.Days == 365 {
			z.bound = i.Bound
			return i.Used + " of " + i.Allowed
		}
	}
	return ""
}

// Grade 4 is answered by an approved computation alone, with noise of σ = 40, once three parties have looked at it.
func TestBJ_OPS_27d_GradeFourIsAnsweredWithNoise(t *testing.T) {
	z := newVault(t)
	p, grant := z.bank(t)
	kinds := computing("kinds", byCityOfSecrets, "SELECT kind, count(*) AS n FROM secrets WHERE city = $city GROUP BY kind ORDER BY kind")
	north := map[string]string{"city": "north"}

	free := z.Ask(t, p, grant, "SELECT kind, count(*) AS n FROM secrets GROUP BY kind")
	require.Equal(t, catalog.CodeGradeForbids, free.Refusal.Code)
	require.Equal(t, []string{"BJ-OPS-27d"}, free.Refusal.Articles)
	require.Contains(t, free.Refusal.Remedy.En, "Declare it as a computation")

	z.Declare(t, p, kinds)
	require.Equal(t, catalog.CodeComputationNotApproved, z.Compute(t, p, grant, "kinds", north).Refusal.Code)
	_, err := z.Service.CertifyComputation(t.Context(), enclavetest.As("reviewer_1"), "kinds", api.Certify{Digest: z.Seen(t, "Computation", "kinds")})
	require.Equal(t, catalog.CodeModeNotAllowed, code(err))
	require.ErrorContains(t, err, "needs no certificate")
	z.Approve(t, "kinds")
	shown, err := z.Service.Computation(t.Context(), p, "kinds")
	require.NoError(t, err)
	require.Equal(t, []string{"noisy", "unneeded", "approved"}, []string{shown.Mode, shown.Certified, shown.State})
	require.Empty(t, z.used(t, p, 4), "nothing was charged so far")

	check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, Computation: "kinds", Params: north})
	require.NoError(t, err)
	require.Nil(t, check.Refusal)
	require.Equal(t, []string{"noisy", "parties"}, []string{check.Mode, check.Review})
	require.Equal(t, &api.Cost{Columns: 2, Units: 2, Entities: []string{"person"}}, check.Cost)
	require.Equal(t, []api.Noise{{Column: "n", From: []api.Spread{{Figure: "count(*)", Sigma: "40", Interval: "78"}}}}, check.Noise)

	run := z.Compute(t, p, grant, "kinds", north)
	require.Equal(t, "2.00 of 25", z.used(t, p, 4))
	run = z.release(t, p, run)
	require.Equal(t, check.Noise, run.Noise)
	rows, exact := rowsOf(t, run), 0
	require.Len(t, rows, 3)
	for _, row := range rows {
		off := math.Abs(row[1].(float64) - 500)
		require.LessOrEqual(t, off, 160.)
		if off == 0 {
			exact++
		}
	}
	require.Less(t, exact, 3, "all three without noise")

	// Asked again, and in other words, it is the same answer and costs nothing. Another value of a parameter costs.
	require.Equal(t, run.Rows, z.release(t, p, z.Compute(t, p, grant, "kinds", north)).Rows)
	z.Declare(t, p, computing("words", byCityOfSecrets, "WITH s AS (SELECT kind, count(id) AS n FROM secrets WHERE city IN ($city) GROUP BY 1) SELECT kind, n FROM s ORDER BY kind"))
	z.Approve(t, "words")
	require.Equal(t, run.Rows, z.release(t, p, z.Compute(t, p, grant, "words", north)).Rows)
	require.Equal(t, "2.00 of 25", z.used(t, p, 4))
	z.Compute(t, p, grant, "kinds", map[string]string{"city": "south"})
	require.Equal(t, "3.00 of 25", z.used(t, p, 4))

	// A load draws anew and is charged anew.
	z.take(t, secretRows())
	require.NotEqual(t, run.Rows, z.release(t, p, z.Compute(t, p, grant, "kinds", north)).Rows)
	require.Equal(t, "5.00 of 25", z.used(t, p, 4))
	z.Check(t)
}

// Two people of two organizations and one of each provider: nobody stands in for another, and who approved the computation does not count.
func TestBJ_OPS_27d_ThreePartiesReviewGradeFour(t *testing.T) {
	z := newVault(t)
	p, grant := z.bank(t)
	z.Declare(t, p, computing("total", byCityOfSecrets, "SELECT count(*) AS n, sum(amount) AS s FROM secrets WHERE city = $city AND kind = 'x'"))
	z.Approve(t, "total")
	north := map[string]string{"city": "north"}
	run := z.Compute(t, p, grant, "total", north)
	require.Equal(t, "in_review", run.State)
	items, err := z.Service.Reviews(t.Context(), z.voters["bureau"])
	require.NoError(t, err)
	require.Equal(t, []api.ReviewItem{{Run: run.Run, State: "in_review", Grade: 4, Organization: p.Organization, Created: run.Created, Needed: 3, Units: 2, Providers: []string{"bureau"}}}, items.Items)
	seen, err := z.Service.ReviewDetail(t.Context(), z.voters["bureau"], run.Run)
	require.NoError(t, err)
	require.Contains(t, seen.Text.En, "needs 2 reviewers of 2 units\nand the data providers bureau")

	refuses(t, enclave.KindForbidden, z.Vote(t, "reviewer_1", run.Run, receipt.VerdictApprove)) // he approved the computation
	for _, voter := range []enclave.Principal{z.voters["operator"], z.voters["bureau"], enclavetest.As("reviewer_2")} {
		require.NoError(t, z.vote(t, voter, run.Run, receipt.VerdictApprove))
		require.Equal(t, "in_review", z.See(t, p, run.Run).State, "two of the operator's are one organization")
	}
	require.NoError(t, z.vote(t, z.voters["bureau_r"], run.Run, receipt.VerdictApprove))
	run = z.See(t, p, run.Run)
	require.Len(t, rowsOf(t, run), 1)
	rec := receiptOf(t, z.Zone, run.Release).Predicate
	require.Equal(t, receipt.Review{Persons: 2, Units: 2, Providers: []string{"bureau"}}, rec.Review)
	require.Equal(t, "noisy", rec.Mode)
	require.Equal(t, []receipt.Noise{{Column: 1, Figure: "count(*)", Sigma: "40", Interval: "78"}, {Column: 2, Figure: "sum(amount)", Sigma: "40000.00", Interval: "78398.56"}}, rec.Noise)
	require.Equal(t, "total", rec.Computation)
	require.Len(t, rec.Reviewers, 4)

	// The provider alone can stop it.
	stopped := z.Compute(t, p, grant, "total", map[string]string{"city": "south"})
	require.NoError(t, z.vote(t, z.voters["operator"], stopped.Run, receipt.VerdictApprove))
	require.NoError(t, z.vote(t, z.voters["bureau"], stopped.Run, receipt.VerdictReject, "DISCLOSURE"))
	require.NoError(t, z.vote(t, z.voters["bureau_r"], stopped.Run, receipt.VerdictApprove))
	require.Equal(t, "rejected", z.See(t, p, stopped.Run).State)
	z.Check(t)
}

// Twenty-five columns a year, whatever computations they are of; what was answered is answered, and no load renews them.
func TestBJ_OPS_27d_GradeFourHasABudget(t *testing.T) {
	z := newVault(t)
	p, grant := z.bank(t)
	z.Declare(t, p, computing("many", "{name: kind, type: VARCHAR, column: secrets.kind}, {name: least, type: INTEGER, values: [1, 2, 5, 10, 20, 50, 100, 200, 500]}",
		"SELECT count(*) AS n FROM secrets WHERE kind = $kind AND amount >= $least"))
	z.Approve(t, "many")
	ask := func(i int) api.Run {
		return z.Compute(t, p, grant, "many", map[string]string{"kind": []string{"x", "y", "z"}[i%3], "least": []string{"1", "2", "5", "10", "20", "50", "100", "200", "500"}[i/3]})
	}
	for i := range 24 {
		require.Equal(t, "in_review", ask(i).State, "column %d, and the universe", i)
	}
	require.Equal(t, "25.00 of 25", z.used(t, p, 4))
	require.Equal(t, "52.7", z.bound, "nobody guesses one person's fact better, in percent")
	refused := func() {
		t.Helper()
		run := ask(24)
		require.Equal(t, "refused", run.State)
		require.Equal(t, catalog.CodeBudget, run.Refusal.Code)
	}
	refused()
	require.Equal(t, "in_review", ask(0).State, "paid for")
	require.Equal(t, "25.00 of 25", z.used(t, p, 4))
	z.Clock.Advance(31 * 24 * time.Hour)
	refused()
	z.take(t, secretRows())
	refused()

	// Another group has an account of its own, and no share in what is not its own.
	q, other := z.bank(t)
	require.Equal(t, catalog.CodeComputationNotApproved, z.Compute(t, q, other, "many", map[string]string{"kind": "x", "least": "1"}).Refusal.Code)
	require.Empty(t, z.used(t, q, 4))
	z.Declare(t, q, computing("own", byCityOfSecrets, "SELECT kind, count(*) AS n FROM secrets WHERE city = $city GROUP BY kind"))
	z.Approve(t, "own")
	require.Equal(t, "in_review", z.Compute(t, q, other, "own", map[string]string{"city": "north"}).State)
	require.Equal(t, "2.00 of 25", z.used(t, q, 4))
	z.Check(t)
}

// A suspended grant, an approval that is taken back and a text that changed answer nothing; what waits does not leave.
func TestBJ_OPS_27d_GradeFourNeedsAllItsApprovals(t *testing.T) {
	z := newVault(t)
	p, grant := z.bank(t)
	kinds := computing("kinds", byCityOfSecrets, "SELECT kind, count(*) AS n FROM secrets WHERE city = $city GROUP BY kind ORDER BY kind")
	z.Declare(t, p, kinds)
	z.Approve(t, "kinds")
	north := map[string]string{"city": "north"}
	waits := z.Compute(t, p, grant, "kinds", north)
	require.Equal(t, "in_review", waits.State)
	_, err := z.Service.SuspendGrant(t.Context(), enclavetest.As("steward"), grant, api.GrantAct{Reason: "test"})
	require.NoError(t, err)
	require.Equal(t, catalog.CodeGrantSuspended, z.Compute(t, p, grant, "kinds", north).Refusal.Code)
	require.NoError(t, z.vote(t, z.voters["operator"], waits.Run, receipt.VerdictApprove))
	require.NoError(t, z.vote(t, z.voters["bureau"], waits.Run, receipt.VerdictApprove))
	require.Equal(t, catalog.CodeGrantSuspended, code(z.vote(t, z.voters["bureau_r"], waits.Run, receipt.VerdictApprove)), "the vote that would let it leave")
	_, err = z.Service.ResumeGrant(t.Context(), enclavetest.As("steward"), grant, api.GrantAct{Reason: "test"})
	require.NoError(t, err)
	require.NoError(t, z.vote(t, z.voters["bureau_r"], waits.Run, receipt.VerdictApprove))
	require.Equal(t, "released", z.See(t, p, waits.Run).State)
	z.Declare(t, p, strings.Replace(kinds, "ORDER BY kind", "ORDER BY n", 1))
	require.Equal(t, catalog.CodeComputationNotApproved, z.Compute(t, p, grant, "kinds", north).Refusal.Code, "another text")
	z.Approve(t, "kinds")
	_, err = z.Service.ReviewComputation(t.Context(), enclavetest.As("reviewer_2"), "kinds", api.Review{Digest: z.Seen(t, "Computation", "kinds"), Comment: "not needed any more"})
	require.NoError(t, err)
	require.Equal(t, catalog.CodeComputationNotApproved, z.Compute(t, p, grant, "kinds", north).Refusal.Code, "taken back")

	// What noise cannot cover is refused when it is declared, with what the declaration lacks.
	for sql, want := range map[string]catalog.Code{
		"SELECT sum(debt) AS s FROM secrets WHERE city = $city":                                                    catalog.CodeAggArg,
		"SELECT kind, id, count(*) AS n FROM secrets WHERE city = $city GROUP BY kind, id":                         "",
		"SELECT amount - amount % 7 AS b, count(*) AS n FROM secrets WHERE city = $city AND kind = 'x' GROUP BY b": "",
	} {
		_, err := z.Service.Apply(t.Context(), p, api.Apply{Documents: computing("cannot", byCityOfSecrets, sql)})
		require.Error(t, err, sql)
		if want != "" {
			require.Equal(t, want, code(err), sql)
		}
	}
	z.Check(t)
}
