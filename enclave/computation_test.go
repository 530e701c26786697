package enclave_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
)

// bySegment is a computation over the clients of three segments, one of them to choose. Segment d has two clients, both in the north, so
// b and d come to next to nothing apart.
func bySegment(name, values string) string {
	return fmt.Sprintf(`apiVersion: yumen/v1
kind: Computation
metadata: {name: %s}
spec:
  title: {zh: 客户数, en: Clients of segments}
  datasets: [clients]
  parameters: [{name: one, type: VARCHAR, values: [%s]}]
  sql: SELECT city, count(*) AS n FROM clients WHERE segment IN ($one, 'b', 'c') GROUP BY city ORDER BY city
`, name, values)
}

// heard is a computation of grade 3.
const heard = `apiVersion: yumen/v1
kind: Computation
metadata: {name: heard}
spec:
  title: {zh: 案件数, en: Cases of a year}
  datasets: [cases]
  parameters: [{name: year, type: INTEGER, column: cases.heard}]
  columns: [n]
  sql: SELECT count(*) AS n FROM cases WHERE heard = $year
`

func one(value string) map[string]string { return map[string]string{"one": value} }

// certified makes an institution with a computation that is certified and approved.
func certified(t *testing.T, z *enclavetest.Zone, name, doc string) (p enclave.Principal, grant string) {
	p, grant = z.Bank(t)
	z.Declare(t, p, doc)
	require.Equal(t, "passed", z.Certify(t, name).State)
	z.Approve(t, name)
	return p, grant
}

// Whatever is asked first, the same cells answer: the certificate fixed them.
func TestOrderOfParametersDoesNotMatter(t *testing.T) {
	z := enclavetest.New(t)
	answers := map[string]string{}
	for round, order := range [][]string{{"a", "b", "d"}, {"d", "b", "a"}} {
		name := fmt.Sprintf("ordered_%d", round)
		p, grant := certified(t, z, name, bySegment(name, "a, b, d"))
		for _, v := range order {
			text := enclavetest.Text(z.Compute(t, p, grant, name, one(v)))
			require.Contains(t, []string{"", text}, answers[v], "%s in another order", v)
			answers[v] = text
		}
	}
	require.Equal(t, map[string]string{"a": `released [["east",100],["north",98],["south",100]]`, "b": `released [["east",60],["north",60],["south",60]]`, "d": "released []"}, answers)
	z.Check(t)
}

// What a certificate reserves counts for every other question of the group, and for its other computations, whether it was asked or not.
func TestACertificateReservesItsCells(t *testing.T) {
	z := enclavetest.New(t)
	near := "SELECT city, count(*) AS n FROM clients WHERE segment IN ('b', 'c', 'd') GROUP BY city ORDER BY city"
	const told = `released [["east",60],["north",62],["south",60]]`
	p, grant := z.Bank(t)
	require.Equal(t, told, enclavetest.Text(z.Ask(t, p, grant, near)), "who has no computation is answered")

	p, grant = certified(t, z, "wide", bySegment("wide", "a, b"))
	z.Declare(t, p, bySegment("other", "d, c"))
	v := z.Certify(t, "other")
	require.Equal(t, "passed", v.State)
	require.Equal(t, "<k", v.Nearest)
	require.Equal(t, 1, v.AlwaysWithheld)
	require.Equal(t, []api.CertifiedInstance{{Params: []api.Param{{Name: "one", Value: "d"}}, Withheld: 3}, {Params: []api.Param{{Name: "one", Value: "c"}}, Shown: 3, Replayed: true}}, v.Instances)
	require.Equal(t, "released []", enclavetest.Text(z.Ask(t, p, grant, near)))

	// What the group was answered before counts for a certificate as well.
	p, grant = z.Bank(t)
	require.Equal(t, told, enclavetest.Text(z.Ask(t, p, grant, near)))
	z.Declare(t, p, bySegment("late", "b, d"))
	v = z.Certify(t, "late")
	require.Equal(t, []int{0, 3}, []int{v.Instances[0].Shown, v.Instances[1].Shown}, "the answer of before is given again, its neighbour never")

	// A computation that could never answer does not pass, and is not approved; its author is not told why.
	z.Declare(t, p, bySegment("never", "b"))
	require.Equal(t, "failed", z.Certify(t, "never").State)
	_, err := z.Service.ReviewComputation(t.Context(), enclavetest.As("reviewer_1"), "never", api.Review{Digest: z.Seen(t, "Computation", "never"), Approve: true, Comment: "x"})
	refuses(t, enclave.KindForbidden, err)
	seen, err := z.Service.Computation(t.Context(), p, "never")
	require.NoError(t, err)
	require.Equal(t, "none", seen.Certified)
	require.Nil(t, seen.Certificate)
	z.Check(t)
}

// What a computation answered counts for good, whatever becomes of its certificate; what the certificate only reserved counts no longer.
// Two clients lie between b, which was asked, and its neighbour; two between a, which was not, and its own.
func TestAnAnswerOutlivesItsCertificate(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	reject := func(name string) {
		_, err := z.Service.ReviewComputation(t.Context(), enclavetest.As("reviewer_2"), name, api.Review{Digest: z.Seen(t, "Computation", name), Comment: "not needed any more"})
		require.NoError(t, err)
	}
	for name, void := range map[string]func(p enclave.Principal, name string){
		"rejected": func(_ enclave.Principal, name string) { reject(name) },
		"certified_again": func(_ enclave.Principal, name string) {
			require.Equal(t, "passed", z.Certify(t, name).State)
			reject(name)
		},
		"another_text": func(p enclave.Principal, name string) { z.Declare(t, p, bySegment(name, "a, d")) },
		"another_text_certified": func(p enclave.Principal, name string) {
			z.Declare(t, p, bySegment(name, "a, d"))
			v := z.Certify(t, name)
			require.Equal(t, []int{3, 0}, []int{v.Instances[0].Shown, v.Instances[1].Shown}, "d is too near to what was answered")
			reject(name)
		},
		"deleted": func(p enclave.Principal, name string) {
			reject(name)
			require.NoError(t, z.Service.Delete(t.Context(), p, string(catalog.KindComputation), name))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, grant := certified(t, z, name, bySegment(name, "a, b"))
			require.Equal(t, `released [["east",60],["north",60],["south",60]]`, enclavetest.Text(z.Compute(t, p, grant, name, one("b"))))
			void(p, name)
			for _, near := range []string{"segment IN ('b', 'c', 'd')", "segment <> 'a'", "segment IN ('d', 'c', 'b') AND amount >= 0"} {
				require.Equal(t, "released []", enclavetest.Text(z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients WHERE "+near+" GROUP BY city ORDER BY city")), near)
			}
			require.Equal(t, "released []", enclavetest.Text(z.Ask(t, p, grant, "SELECT count(*) AS n FROM clients WHERE segment IN ('b', 'c', 'd')")), "all cities together")
			require.Equal(t, `released [["east",100],["north",100],["south",100]]`,
				enclavetest.Text(z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients GROUP BY city ORDER BY city")), "what nobody was told is no neighbour")
		})
	}
	z.Check(t)
}

// Grade 3: counts are rounded, a reviewer votes, and it is not the one who approved the computation.
func TestAComputationOfGradeThree(t *testing.T) {
	z := enclavetest.New(t)
	z.Signer(t, enclavetest.As("reviewer_1"), true)
	p, grant := certified(t, z, "heard", heard)
	run := z.Compute(t, p, grant, "heard", map[string]string{"year": "2024"})
	require.Equal(t, "in_review", run.State)
	refuses(t, enclave.KindForbidden, z.Vote(t, "reviewer_1", run.Run, receipt.VerdictApprove))
	require.NoError(t, z.Vote(t, "reviewer_2", run.Run, receipt.VerdictApprove))
	run = z.See(t, p, run.Run)
	require.Equal(t, "released [[100]]", enclavetest.Text(run))
	require.Equal(t, "heard", run.Computation)
	require.Equal(t, []api.Param{{Name: "year", Value: "2024"}}, run.Params)
	rec := receiptOf(t, z, run.Release)
	require.Equal(t, "heard", rec.Predicate.Computation)
	declared, err := z.Service.Computation(t.Context(), p, "heard")
	require.NoError(t, err)
	require.Equal(t, declared.Digest, rec.Predicate.ComputationDigest)

	// What waits does not leave once the approval is taken back.
	run = z.Compute(t, p, grant, "heard", map[string]string{"year": "2023"})
	require.Equal(t, "in_review", run.State)
	_, err = z.Service.ReviewComputation(t.Context(), enclavetest.As("reviewer_2"), "heard", api.Review{Digest: z.Seen(t, "Computation", "heard"), Comment: "not needed any more"})
	require.NoError(t, err)
	require.Error(t, z.Vote(t, "reviewer_2", run.Run, receipt.VerdictApprove))
	require.NotEqual(t, "issued", z.State(t, run.Run))
	z.Check(t)
}

// A certificate is of the data that it was made on: what has changed is told, nothing runs, and to certify again is all that it takes.
func TestACertificateGoesStale(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := certified(t, z, "by_city", enclavetest.ByCity("by_city"))
	north := map[string]string{"city": "north"}
	first := enclavetest.Text(z.Compute(t, p, grant, "by_city", north))
	z.Load(t, "clients", enclavetest.ClientRows())
	require.Equal(t, first, enclavetest.Text(z.Compute(t, p, grant, "by_city", north)), "the same file is the same data")
	fewer := slices.Delete(enclavetest.ClientRows(), 2, 3)
	for why, change := range map[string]func(){
		"data clients": func() { z.Load(t, "clients", fewer) },
		"policy ":      func() { z.Restart(t, func(c *enclave.Config) { c.Engine = enclavetest.Salted(t, "another") }) },
	} {
		change()
		require.Equal(t, []string{why}, staleBecause(t, z, p, "by_city", "stale"))
		refusedAsStale(t, z.Compute(t, p, grant, "by_city", north), "certify it again: yumen computation certify by_city")
		require.Equal(t, "passed", z.Certify(t, "by_city").State)
		require.Empty(t, staleBecause(t, z, p, "by_city", "passed"))
		require.Equal(t, first, enclavetest.Text(z.Compute(t, p, grant, "by_city", north)), "one client of another city went: what was answered is answered again")
	}
	z.Check(t)
}

func refusedAsStale(t *testing.T, run api.Run, remedy string) {
	t.Helper()
	require.Equal(t, "refused", run.State)
	require.Equal(t, catalog.CodeComputationNotApproved, run.Refusal.Code)
	require.Contains(t, run.Refusal.Message.En, "certificate is stale")
	require.Contains(t, run.Refusal.Remedy.En, remedy)
	require.NotEmpty(t, run.Refusal.Remedy.Zh)
}

// Under another declaration the data must be loaded first. Then who was not answered anything yet is certified again; who was, is not, for
// nobody can tell what changed.
func TestACertificateOfAnotherDeclaration(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := certified(t, z, "by_city", enclavetest.ByCity("by_city"))
	asked, askedGrant := certified(t, z, "by_city_too", enclavetest.ByCity("by_city_too"))
	north := map[string]string{"city": "north"}
	require.Equal(t, "released", z.Compute(t, asked, askedGrant, "by_city_too", north).State)
	z.Apply(t, "provider", strings.Replace(enclavetest.Clients, "en: Clients", "en: Customers", 1))
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "clients", api.Review{Digest: z.Seen(t, "Dataset", "clients"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	require.Equal(t, []string{"declaration clients"}, staleBecause(t, z, p, "by_city", "stale"))
	refusedAsStale(t, z.Compute(t, p, grant, "by_city", north), "load it again first, then have an egress reviewer certify it again: yumen computation certify by_city")
	_, err = z.Service.CertifyComputation(t.Context(), enclavetest.As("reviewer_1"), "by_city", api.Certify{Digest: z.Seen(t, "Computation", "by_city")})
	refuses(t, enclave.KindConflict, err)
	z.Load(t, "clients", enclavetest.ClientRows())
	require.Equal(t, []string{"data clients"}, staleBecause(t, z, p, "by_city", "stale"))
	require.Equal(t, "passed", z.Certify(t, "by_city").State)
	require.Equal(t, "released", z.Compute(t, p, grant, "by_city", north).State)
	require.Equal(t, "failed", z.Certify(t, "by_city_too").State)
	z.Check(t)
}

// staleBecause lists what a computation says has changed, to its author and to a reviewer alike; its approval stands.
func staleBecause(t *testing.T, z *enclavetest.Zone, p enclave.Principal, name, state string) []string {
	t.Helper()
	var out [2][]string
	for i, by := range []enclave.Principal{p, enclavetest.As("reviewer_2")} {
		c, err := z.Service.Computation(t.Context(), by, name)
		require.NoError(t, err)
		require.Equal(t, []string{state, "approved", "reviewer_1"}, []string{c.Certified, c.State, c.ApprovedBy})
		require.Equal(t, len(c.Stale) > 0, c.Remedy != nil)
		for _, o := range c.Stale {
			require.NotEmpty(t, o.Message.Zh)
			out[i] = append(out[i], o.Why+" "+o.Dataset)
		}
	}
	require.Equal(t, out[0], out[1])
	return out[0]
}

// A certification of new data that fails lets nothing run. Its author is told what he was told before there was one, and a reviewer that it
// failed. Once one passes, the approval of the text holds again.
func TestACertificationThatFailsLater(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := certified(t, z, "by_city", enclavetest.ByCity("by_city"))
	z.Declare(t, p, enclavetest.ByCity("never"))
	told := func(by enclave.Principal, name, state string) string {
		t.Helper()
		c, err := z.Service.Computation(t.Context(), by, name)
		require.NoError(t, err)
		require.Equal(t, state, c.State)
		require.Equal(t, c.Certified == "stale", len(c.Stale) == 1)
		require.Equal(t, c.Certified == "stale", c.Remedy != nil)
		return c.Certified
	}
	refused := func() string {
		t.Helper()
		run := z.Compute(t, p, grant, "by_city", map[string]string{"city": "south"})
		require.Equal(t, catalog.CodeComputationNotApproved, run.Refusal.Code)
		return run.Refusal.Message.En
	}
	reviewer := enclavetest.As("reviewer_2")
	z.Load(t, "clients", enclavetest.ClientRows()[:7])
	require.Equal(t, "stale", told(p, "by_city", "approved"))
	message := refused()
	require.Contains(t, message, "stale")
	for range 2 {
		require.Equal(t, "failed", z.Certify(t, "by_city").State)
		require.Equal(t, "stale", told(p, "by_city", "approved"), "nobody outside is told that it failed")
		require.Equal(t, message, refused())
		require.Equal(t, "failed", told(reviewer, "by_city", "approved"))
	}
	require.Equal(t, "failed", z.Certify(t, "never").State)
	require.Equal(t, "none", told(p, "never", "submitted"))
	z.Load(t, "clients", enclavetest.ClientRows()[:8])
	require.Equal(t, []string{"stale", "stale"}, []string{told(p, "by_city", "approved"), told(reviewer, "by_city", "approved")})
	require.Equal(t, []string{"none", "stale"}, []string{told(p, "never", "submitted"), told(reviewer, "never", "submitted")})
	require.Equal(t, message, refused())
	z.Load(t, "clients", enclavetest.ClientRows())
	require.Equal(t, "passed", z.Certify(t, "by_city").State)
	require.Equal(t, "released", z.Compute(t, p, grant, "by_city", map[string]string{"city": "south"}).State)
	z.Check(t)
}

// What is called wrongly is refused, whoever it belongs to, with what may be given.
func TestCallsThatAreRefused(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := certified(t, z, "by_city", enclavetest.ByCity("by_city"))
	other, otherGrant := z.Bank(t)
	for _, c := range []struct {
		p     enclave.Principal
		in    api.RunRequest
		code  catalog.Code
		tells string
	}{
		{p, api.RunRequest{Grant: grant, Computation: "by_city"}, catalog.CodeParam, "north, south, east"},
		{p, api.RunRequest{Grant: grant, Computation: "by_city", Params: map[string]string{"city": "west"}}, catalog.CodeParam, "north, south, east"},
		{p, api.RunRequest{Grant: grant, Computation: "by_city", Params: map[string]string{"city": "north' OR 1=1"}}, catalog.CodeParam, "north"},
		{p, api.RunRequest{Grant: grant, Computation: "by_city", Params: map[string]string{"city": "north", "town": "x"}}, catalog.CodeParam, "city"},
		{p, api.RunRequest{Grant: grant, Computation: "by_town"}, catalog.CodeComputationNotApproved, "get Computation"},
		{other, api.RunRequest{Grant: otherGrant, Computation: "by_city", Params: map[string]string{"city": "north"}}, catalog.CodeComputationNotApproved, "get Computation"},
		{p, api.RunRequest{Grant: grant, SQL: "SELECT segment, count(*) FROM clients WHERE city = $city GROUP BY segment"}, catalog.CodeParam, "approved computations"},
	} {
		r, err := z.Service.Check(t.Context(), c.p, c.in)
		require.NoError(t, err)
		require.NotNil(t, r.Refusal)
		require.Equal(t, c.code, r.Refusal.Code, "%+v", r.Refusal)
		require.Contains(t, r.Refusal.Remedy.En, c.tells)
		require.NotContains(t, r.Refusal.Message.En+r.Refusal.Remedy.En, "1=1", "what was given is not told again")
	}
	for _, in := range []api.RunRequest{{Grant: grant, SQL: north, Computation: "by_city"}, {Grant: grant, SQL: north, Params: map[string]string{"city": "north"}}} {
		_, err := z.Service.Submit(t.Context(), p, in, "")
		refuses(t, enclave.KindInvalid, err)
	}
	z.Check(t)
}
