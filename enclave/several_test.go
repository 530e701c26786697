package enclave_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
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
	t.Parallel()
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

// wide has measures enough for more sums of products than may stand beside one another.
const wide = `apiVersion: yumen/v1
kind: Dataset
metadata: {name: wide}
spec:
  title: {zh: 账簿, en: Books}
  provider: bureau
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: a, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 1000], nullable: false}
  - {name: b, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 1000], nullable: false}
  - {name: c, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 1000], nullable: false}
  - {name: d, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 1000], nullable: false}
  - {name: e, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 1000], nullable: false}
  - {name: f, type: "DECIMAL(9,2)", grade: 2, roles: [measure], bounds: [0, 1000], nullable: false}
`

// Whether a text has too many parts beside one another is told before any of them is judged: it cannot depend on what became of one.
func TestTooManyPartsAreRefusedBeforeAnyRuns(t *testing.T) {
	z := enclavetest.New(t)
	z.Apply(t, "provider", wide)
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "wide", api.Review{Digest: z.Seen(t, "Dataset", "wide"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	rows := [][]string{{"id", "a", "b", "c", "d", "e", "f"}}
	for i := range 40 {
		row := []string{fmt.Sprint(i)}
		for j := range 6 {
			row = append(row, fmt.Sprint(100+(i*i+7*j*i)%90))
		}
		rows = append(rows, row)
	}
	z.Load(t, "wide", rows)
	p, _ := z.Bank(t)
	app, err := z.Service.SubmitApplication(t.Context(), p, api.Application{Scenario: "test", Purpose: "test", Datasets: []api.ApplicationDataset{{Dataset: "wide",
		Columns: map[string]string{"id": "x", "a": "x", "b": "x", "c": "x", "d": "x", "e": "x", "f": "x"}}}})
	require.NoError(t, err)
	app, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "test"})
	require.NoError(t, err)
	sums := func(columns string) string {
		var out []string
		for _, c := range columns {
			out = append(out, fmt.Sprintf("(SELECT sum(a * %c) FROM wide) AS %c", c, c))
		}
		return "SELECT " + strings.Join(out, ", ")
	}
	jobs := z.Runner.Jobs()
	run := z.Ask(t, p, app.Grant, sums("bcdef"))
	require.Equal(t, "refused", run.State)
	require.EqualValues(t, "CAPACITY", run.Refusal.Code)
	require.Equal(t, jobs, z.Runner.Jobs())
	run = z.Ask(t, p, app.Grant, sums("bcde"))
	require.Equal(t, "released", run.State)
	require.Equal(t, enclavetest.Text(run), enclavetest.Text(z.Ask(t, p, app.Grant, sums("bcde"))))
	require.EqualValues(t, "CAPACITY", z.Ask(t, p, app.Grant, sums("bf")).Refusal.Code, "beside the four that it was answered")
	z.Check(t)
}

// A text of two parts is answered as two questions are: whatever is asked before, and whatever it holds.
func TestPartsAreAnsweredAsQuestionsAre(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	rng := rand.New(rand.NewPCG(7, 11))
	what := ""
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	// Each has one more key or condition than those of the list before, so that their order is known.
	total := func() string { return "SELECT NULL AS k, " + what + " AS n FROM clients" }
	some := func() string {
		return total() + " WHERE " + pick("city = 'north'", "segment <> 'd'", "segment = 'a'", "city <> 'north'", "segment IN ('a', 'b')", "amount >= 500")
	}
	fewer := func() string {
		return some() + " AND " + pick("segment IN ('a', 'b', 'c')", "segment <> 'c'") + " AND city IN ('north', 'south')"
	}
	grouped := func() string {
		key := pick("city", "segment")
		return "SELECT " + key + " AS k, " + what + " AS n FROM clients" + pick("", " WHERE amount < 500", " WHERE city <> 'east'", " WHERE segment <> 'd'") + " GROUP BY " + key
	}
	differ := 0
	for range 8 {
		what = pick("count(*)", "sum(amount)", "count(*) FILTER (WHERE segment <> 'd')", "avg(amount)")
		kinds := []func() string{total, some, fewer, grouped}
		i := rng.IntN(3)
		a, b := kinds[i](), kinds[i+1+rng.IntN(3-i)]()
		before := pick(some(), grouped())
		p, grantP := z.Bank(t)
		q, grantQ := z.Bank(t)
		require.Equal(t, enclavetest.Text(z.Ask(t, p, grantP, before)), enclavetest.Text(z.Ask(t, q, grantQ, before)))
		text := "(" + b + ") UNION ALL (" + a + ") ORDER BY k, n"
		whole := z.Ask(t, p, grantP, text)
		require.Equal(t, "released", whole.State, text)
		got := map[string]int{}
		for _, row := range whole.Rows {
			got[string(row)]++
		}
		for _, alone := range []string{a, b} {
			run := z.Ask(t, q, grantQ, alone)
			require.Equal(t, "released", run.State, alone)
			for _, row := range run.Rows {
				got[string(row)]--
			}
		}
		for row, n := range got {
			require.Zero(t, n, "%s\n%s\n%s", before, text, row)
		}
		p, grantP = z.Bank(t)
		if fresh := z.Ask(t, p, grantP, b); len(fresh.Rows)+1 > len(whole.Rows) {
			differ++
		}
	}
	require.NotZero(t, differ, "no part was ever in the way of another")
	z.Check(t)
}
