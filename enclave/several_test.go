package enclave_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/compile"
	"yumen/enclave/egress"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// inner is a question as a subquery.
func inner(sql string) string { return "(" + strings.Replace(sql, " AS n", "", 1) + ")" }

// both asks two questions in one text.
const both = "WITH a AS (" + north + "), b AS (" + northWithout + ") SELECT (SELECT n FROM a) AS a, (SELECT n FROM b) AS b"

// A text with several grouped SELECTs is answered as if they had been asked one after the other: they are compared with one another, with
// what came before and by what comes after, in whatever words and order the text has them.
func TestPartsOfOneTextAreComparedWithEachOther(t *testing.T) {
	z := enclavetest.New(t)
	for _, c := range []struct {
		asks []string
		want []string
	}{
		{[]string{north, northWithout}, []string{shown, withheld}},
		{[]string{both}, []string{"released [[100,null]]"}},
		{[]string{both, north, northWithout, both}, []string{"released [[100,null]]", shown, withheld, "released [[100,null]]"}},
		{[]string{"SELECT " + inner(northWithout) + " AS b, " + inner(north) + " AS a", both}, []string{"released [[null,100]]", "released [[100,null]]"}},
		{[]string{northWithout, both, north}, []string{shownBut, "released [[null,98]]", withheld}},
		{[]string{north, both}, []string{shown, "released [[100,null]]"}},
		{[]string{both, "SELECT count(*) AS n FROM clients WHERE city = 'north' AND segment <> 'd'"}, []string{"released [[100,null]]", withheld}},
		{[]string{both, "SELECT count(*) AS n, count(*) - " + inner(northWithout) + " AS two FROM clients WHERE city = 'north'"}, []string{"released [[100,null]]", "released [[100,null]]"}},
		{[]string{north + " UNION ALL " + northWithout + " ORDER BY n"}, []string{shown}},
		{[]string{"SELECT segment, count(*) AS n FROM clients WHERE city = 'north' GROUP BY segment UNION ALL SELECT NULL, count(*) FROM clients WHERE city = 'north' ORDER BY segment"},
			[]string{`released [["a",38],["b",30],[null,100]]`}},
		// The total comes first: what its groups would tell of the two is withheld, and one more group with it.
		{[]string{"SELECT segment, count(*) AS n, count(*) * 100 / " + inner(north) + " AS share FROM clients WHERE city = 'north' GROUP BY segment ORDER BY segment"},
			[]string{`released [["a",38,38],["b",30,30]]`}},
		// That nobody of the east and the south is of segment d is a fact about people as well.
		{[]string{"WITH a AS (SELECT city, count(*) AS n FROM clients GROUP BY city), b AS (SELECT city, avg(amount) AS m FROM clients WHERE segment <> 'd' GROUP BY city) SELECT city, n, m FROM a LEFT JOIN b USING (city) ORDER BY city"},
			[]string{`released [["east",100,null],["north",100,null],["south",100,null]]`}},
	} {
		p, grant := z.Bank(t)
		for i, text := range c.asks {
			require.Equal(t, c.want[i], enclavetest.Text(z.Ask(t, p, grant, text)), text)
		}
		ledger, err := z.Service.Ledger(t.Context(), p)
		require.NoError(t, err)
		require.Len(t, ledger.Items, len(c.asks), "one text is one answer")
	}
	z.Check(t)
}

// Equal meaning gives equal bytes and no work, however the parts are spelled and ordered.
func TestPartsAreReplayed(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	const first = "WITH c AS (SELECT city, count(*) AS n FROM clients GROUP BY city), s AS (SELECT city, sum(amount) AS s FROM clients GROUP BY city) SELECT c.city, n, s FROM c JOIN s ON c.city = s.city ORDER BY c.city"
	run := z.Ask(t, p, grant, first)
	require.Len(t, run.Rows, 3)
	_, want, _ := strings.Cut(data(t, z, p, run), "\n")
	jobs := z.Runner.Jobs()
	for _, words := range []string{first,
		"WITH s AS (SELECT c.City, sum(c.amount) AS s FROM clients c GROUP BY 1), c AS (SELECT city, count(id) AS n FROM clients GROUP BY city) SELECT c.city, n, s FROM s JOIN c ON c.city = s.city ORDER BY 1"} {
		_, got, _ := strings.Cut(data(t, z, p, z.Ask(t, p, grant, words)), "\n")
		require.Equal(t, want, got, words)
	}
	require.Equal(t, jobs, z.Runner.Jobs(), "what was answered is not computed again")
	z.Check(t)
}

// All parts of a text are reserved or none: those that were judged before one that failed count for nothing, and all of them count when
// the outer query fails.
func TestPartsAreReservedTogether(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, north)))
	z.Runner.FailRuns(true)
	require.Equal(t, "failed", z.Ask(t, p, grant, both).State, "its first part was only replayed")
	z.Runner.FailRuns(false)
	ledger, err := z.Service.Ledger(t.Context(), p)
	require.NoError(t, err)
	require.Len(t, ledger.Items, 1)

	p, grant = z.Bank(t)
	z.Runner.FailPosts(true)
	require.Equal(t, "failed", z.Ask(t, p, grant, "SELECT (SELECT count(*) FROM clients WHERE city = 'south') AS a, "+inner(north)+" AS b").State)
	z.Runner.FailPosts(false)
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, northWithout)))
	z.Restart(t)
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'north' AND segment <> 'd'")))
	z.Check(t)
}

// The reviewer sees the cells of every part with what was found about them, and the verdict before submission tells of every part.
func TestReviewersSeeEveryPart(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	text := "SELECT kind, count(*) AS n, (SELECT count(*) FROM clients WHERE segment = 'a') AS clients FROM cases GROUP BY kind ORDER BY kind"
	check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
	require.NoError(t, err)
	require.Nil(t, check.Refusal)
	require.EqualValues(t, 3, check.Grade)
	var told []string
	for _, line := range check.Explain {
		told = append(told, line.En)
	}
	require.Contains(t, strings.Join(told, "\n"), "part 1 of 2")
	require.Contains(t, strings.Join(told, "\n"), "tables clients; rows clients.segment ∈ {a}")
	require.Contains(t, strings.Join(told, "\n"), "tables cases; rows *; by cases.kind")

	run := z.Ask(t, p, grant, text)
	require.Equal(t, "in_review", run.State)
	seen, err := z.Service.ReviewDetail(t.Context(), enclavetest.As("reviewer_1"), run.Run)
	require.NoError(t, err)
	report, err := egress.DecodeReport(seen.Report)
	require.NoError(t, err)
	require.Len(t, report.More, 1)
	require.Len(t, report.Cells.Rows, 1)
	require.Len(t, report.More[0].Cells.Rows, 3)
	require.Len(t, report.More[0].Evidence, 3)
	require.EqualValues(t, 100, report.More[0].Evidence[2].Entities[0].N)
	require.Equal(t, 4, report.Strip.Shown)
	require.Contains(t, seen.Text.En, "part 2 of 2")
	require.NoError(t, z.Vote(t, "reviewer_1", run.Run, "approve"))
	require.Equal(t, `released [["civil",100,118],["criminal",100,118],["fiscal",100,118]]`, enclavetest.Text(z.See(t, p, run.Run)))
	z.Check(t)
}

// bySeveral is a computation of two grouped SELECTs.
const bySeveral = `apiVersion: yumen/v1
kind: Computation
metadata: {name: several}
spec:
  title: {zh: 客户占比, en: Share of a segment by city}
  datasets: [clients]
  parameters: [{name: one, type: VARCHAR, values: [a, b]}]
  sql: |
    WITH a AS (SELECT city, count(*) AS n FROM clients GROUP BY city),
         s AS (SELECT city, count(*) AS n FROM clients WHERE segment = $one GROUP BY city)
    SELECT a.city, s.n, round(100.0 * s.n / a.n, 1) AS share FROM a JOIN s USING (city) ORDER BY a.city
`

// A certificate covers every part of a computation, and its answer is replayed from it.
func TestComputationOfSeveralParts(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := certified(t, z, "several", bySeveral)
	jobs := z.Runner.Jobs()
	run := z.Compute(t, p, grant, "several", one("b"))
	require.Equal(t, `released [["east",30,30],["north",30,30],["south",30,30]]`, enclavetest.Text(run))
	require.Equal(t, jobs, z.Runner.Jobs())
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, northWithout)), "the certificate answers for all clients of the north")
	z.Check(t)
}

// What a text of several parts could come to is limited as that of one, and how many parts it has as well.
func TestManyParts(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	var parts, sums []string
	for _, s := range []string{"a", "b", "c", "d"} {
		for _, c := range []string{"north", "south"} {
			parts = append(parts, s+c+" AS (SELECT count(*) AS n FROM clients WHERE city = '"+c+"' AND segment = '"+s+"')")
			sums = append(sums, "(SELECT n FROM "+s+c+") AS "+s+c)
		}
	}
	run := z.Ask(t, p, grant, "WITH "+strings.Join(parts, ", ")+" SELECT "+strings.Join(sums, ", "))
	require.Equal(t, "released", run.State)
	require.Len(t, run.Rows, 1)
	var stored struct {
		Plan *compile.Plan `json:"plan"`
	}
	require.NoError(t, json.Unmarshal(z.Records(t, "run")[0].Doc, &stored))
	require.Len(t, stored.Plan.Parts(), 8)
	more := "WITH " + strings.Join(parts, ", ") + " SELECT " + strings.Join(sums, ", ") + ", (SELECT count(*) FROM clients) AS n"
	refused, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: more})
	require.NoError(t, err)
	require.EqualValues(t, "TOO_LARGE", refused.Refusal.Code)
	require.Contains(t, refused.Refusal.Remedy.En, "8")
	z.Check(t)
}
