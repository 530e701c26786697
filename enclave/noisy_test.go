package enclave_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/enclave/receipt"
	"yumen/internal/api"
	"yumen/policy"
)

// covering is a lab whose free statements are covered with noise, as those of bj and xc are, and clamping one that is stricter about sums.
var (
	covering = sync.OnceValues(func() (*policy.Engine, error) { return coveringBy("") })
	clamping = sync.OnceValues(func() (*policy.Engine, error) { return coveringBy("sums: clamp, ") })
)

func coveringBy(sums string) (*policy.Engine, error) {
	files := fstest.MapFS{}
	err := fs.WalkDir(policy.DefaultBundle(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(policy.DefaultBundle(), name)
		if name == "data/jurisdictions/lab.yaml" {
			text := strings.ReplaceAll(string(raw), "free_sql: exact", "free_sql: noisy")
			raw = []byte(strings.Replace(text, `"2": {`, `"2": {noise: {`+sums+`sigma: 10, month: 20, year: 300}, `, 1))
		}
		files[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		return nil, err
	}
	return policy.Open(policy.Config{Jurisdiction: policy.Lab, Bundle: files, Salt: make([]byte, 32), Timeout: time.Minute})
}

func noisyZone(t *testing.T) *enclavetest.Zone {
	t.Helper()
	return zoneUnder(t, covering)
}

func zoneUnder(t *testing.T, policies func() (*policy.Engine, error)) *enclavetest.Zone {
	t.Helper()
	engine, err := policies()
	require.NoError(t, err)
	return enclavetest.New(t, func(c *enclave.Config) { c.Decider, c.Engine = engine, engine })
}

// cellsOf are the rows of a released answer.
func rowsOf(t *testing.T, run api.Run) [][]any {
	t.Helper()
	require.Equal(t, "released", run.State, "%+v", run.Refusal)
	var out [][]any
	for _, raw := range run.Rows {
		var row []any
		require.NoError(t, json.Unmarshal(raw, &row))
		out = append(out, row)
	}
	return out
}

func spent(t *testing.T, z *enclavetest.Zone, p enclave.Principal) string {
	t.Helper()
	b, err := z.Service.Budget(t.Context(), p, "")
	require.NoError(t, err)
	for _, i := range b.Items {
		if i.Entity == "person" && i.Grade == 2 && i.Days == 30 {
			return i.Used
		}
	}
	return "0.00"
}

// A free statement is answered with noise: near the truth, the same in other words and for another person of the group at no cost, and charged
// for everything that is new.
func TestNoisyAnswers(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	run := z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients GROUP BY city ORDER BY city")
	require.Equal(t, "noisy", run.Mode)
	require.Equal(t, []api.Noise{{Column: "n", From: []api.Spread{{Figure: "count(*)", Sigma: "10", Interval: "20"}}}}, run.Noise)
	rows := rowsOf(t, run)
	require.Len(t, rows, 3)
	exact := 0
	for _, row := range rows {
		n := row[1].(float64)
		require.LessOrEqual(t, math.Abs(n-100), 40.0)
		if n == 100 {
			exact++
		}
	}
	require.Less(t, exact, 3, "all three without noise")
	require.Equal(t, "2.00", spent(t, z, p), "the column, and the universe that decides beside it")

	jobs := spent(t, z, p)
	for _, same := range []string{
		"SELECT c.city, count(id) AS n FROM clients c GROUP BY 1 ORDER BY city",
		"WITH x AS (SELECT city, count(DISTINCT id) AS n FROM clients GROUP BY city) SELECT city, n FROM x ORDER BY city",
	} {
		check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: same})
		require.NoError(t, err)
		require.Equal(t, &api.Cost{Entities: []string{"person"}}, check.Cost, same)
		require.Equal(t, run.Rows, z.Ask(t, p, grant, same).Rows, same)
	}
	one := rowsOf(t, z.Ask(t, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'north'"))
	require.Equal(t, rows[1][1], one[0][0], "a value as a condition is the cell of the value as a key")
	require.Equal(t, jobs, spent(t, z, p), "nothing of it is new")

	other := z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients WHERE segment <> 'd' GROUP BY city ORDER BY city")
	require.NotEqual(t, run.Rows, other.Rows)
	require.Equal(t, "3.00", spent(t, z, p))
	check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: "SELECT segment, count(*) AS n FROM clients GROUP BY segment"})
	require.NoError(t, err)
	require.Equal(t, &api.Cost{Columns: 1, Units: 1, Entities: []string{"person"}}, check.Cost)
	require.Equal(t, "3.00", spent(t, z, p), "a check costs nothing")

	q, grantQ := z.Bank(t)
	require.Equal(t, run.Rows, z.Ask(t, q, grantQ, "SELECT city, count(*) AS n FROM clients GROUP BY city ORDER BY city").Rows, "another group has the same noise")
	require.Equal(t, "2.00", spent(t, z, q), "and an account of its own")
	z.Restart(t)
	require.Equal(t, run.Rows, z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients GROUP BY city ORDER BY city").Rows)
	require.Equal(t, "3.00", spent(t, z, p))
	z.Check(t)
}

// Few are below the line whoever they are, and what is not shown looks like what is not there.
func TestNoisyLine(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	segments := rowsOf(t, z.Ask(t, p, grant, "SELECT segment, count(*) AS n FROM clients WHERE city = 'north' GROUP BY segment ORDER BY segment"))
	for _, row := range segments {
		require.NotEqual(t, "d", row[0], "two persons are below 5 and four deviations whatever the noise")
	}
	require.Empty(t, rowsOf(t, z.Ask(t, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'north' AND segment = 'd'")))
	require.Empty(t, rowsOf(t, z.Ask(t, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'south' AND segment = 'd'")), "nobody is there")
	z.Check(t)
}

// Sums are cut to what is declared, each person's or each row's of a person, in the worker that every answer comes from.
func TestNoisySums(t *testing.T) {
	z := zoneUnder(t, clamping)
	p, _ := z.Bank(t)
	z.Apply(t, "provider", strings.Replace(enclavetest.Clients, `grid: "1-2-5", nullable: false}`, `grid: "1-2-5", clip: 200, nullable: false}`, 1))
	z.Apply(t, "provider_2", strings.NewReplacer("grade: 3", "grade: 2", "key: [id], unique: true", "key: [id], max_rows: 2", "roles: [dimension], domain: [2023, 2024, 2025], nullable: false", "roles: [measure, dimension], bounds: [0, 3000], grid: step(1), clip: 3000, nullable: false").Replace(enclavetest.Cases))
	for _, name := range []string{"clients", "cases"} {
		_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), name, api.Review{Digest: z.Seen(t, "Dataset", name), Approve: true, Comment: "test"})
		require.NoError(t, err)
	}
	rows := enclavetest.CaseRows()
	z.Load(t, "clients", enclavetest.ClientRows())
	z.Load(t, "cases", append(rows, rows[1:]...))
	grant := z.Grant(t, p)
	cut, large := 0, 0
	for _, r := range enclavetest.ClientRows()[1:] {
		n, err := strconv.Atoi(r[3])
		require.NoError(t, err)
		if cut += min(n, 200); n >= 500 {
			large += 200
		}
	}
	heard := []int{0, 0, 0} // by city
	for i, r := range rows[1:] {
		n, err := strconv.Atoi(r[2])
		require.NoError(t, err)
		heard[i%3] += min(2*n, 3000)
	}
	for text, truth := range map[string]int{
		"SELECT sum(amount) AS s FROM clients":                                                       cut,
		"SELECT sum(amount) FILTER (WHERE amount >= 500) AS s FROM clients":                          large,
		"SELECT sum(heard) AS s FROM cases":                                                          heard[0] + heard[1] + heard[2],
		"SELECT sum(k.heard) AS s FROM cases k JOIN clients c ON c.id = k.id WHERE c.city = 'north'": heard[0],
	} {
		run := z.Ask(t, p, grant, text)
		require.Nil(t, run.Refusal, text)
		rows := rowsOf(t, run)
		require.Len(t, rows, 1, text)
		got, err := strconv.ParseFloat(fmt.Sprint(rows[0][0]), 64)
		require.NoError(t, err, text)
		sigma, err := strconv.ParseFloat(run.Noise[0].From[0].Sigma, 64)
		require.NoError(t, err, text)
		require.LessOrEqual(t, math.Abs(got-float64(truth)), 4*sigma+1, text)
	}
	z.Check(t)
}

// Whether a column holds any NULL changes neither what a question costs nor how it is planned: it is one person's, and no noise covers it.
func TestNoisyPlansAreBlindToNULL(t *testing.T) {
	z := noisyZone(t)
	p, _ := z.Bank(t)
	z.Apply(t, "provider", strings.Replace(enclavetest.Clients, `grid: "1-2-5", nullable: false}`, `grid: "1-2-5", clip: 1000}`, 1))
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "clients", api.Review{Digest: z.Seen(t, "Dataset", "clients"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	whole, lacking := enclavetest.ClientRows(), enclavetest.ClientRows()
	lacking[7][3] = ""
	var told [2][]string
	for i, rows := range [][][]string{whole, lacking} {
		z.Load(t, "clients", rows)
		grant := z.Grant(t, p)
		for _, text := range []string{
			"SELECT city, count(*) AS n FROM clients GROUP BY city",
			"SELECT city, count(amount) AS n FROM clients GROUP BY city",
			"SELECT city, count(*) AS n, count(amount) AS some, sum(amount) AS s, avg(amount) AS a FROM clients GROUP BY city",
			"SELECT count(*) AS n FROM clients WHERE amount >= 500",
			"SELECT count(*) AS n FROM clients WHERE NOT amount >= 500",
			"SELECT count(*) AS n FROM clients WHERE amount IS NULL",
			"SELECT k.kind, count(c.amount) AS n FROM cases k LEFT JOIN clients c ON c.id = k.id GROUP BY k.kind",
		} {
			check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
			require.NoError(t, err)
			out, err := json.Marshal(check)
			require.NoError(t, err)
			told[i] = append(told[i], text+"\n"+string(out))
		}
	}
	require.Equal(t, told[0], told[1])
	z.Check(t)
}

// A load of the same file is a load like any other: what is asked again is drawn and charged anew, so that nobody learns whether anything changed.
func TestNoisyLoadsAreAlike(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	const text = "SELECT city, count(*) AS n FROM clients GROUP BY city ORDER BY city"
	first := z.Ask(t, p, grant, text)
	var costs []*api.Cost
	answers := map[string]bool{fmt.Sprint(rowsOf(t, first)): true}
	named := map[catalog.Digest]bool{receiptOf(t, z, first.Release).Predicate.Snapshots[0].Digest: true}
	for _, rows := range [][][]string{enclavetest.ClientRows(), enclavetest.ClientRows()[:enclavetest.Rows]} {
		z.Load(t, "clients", rows)
		check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
		require.NoError(t, err)
		costs = append(costs, check.Cost)
		run := z.Ask(t, p, grant, text)
		answers[fmt.Sprint(rowsOf(t, run))] = true
		named[receiptOf(t, z, run.Release).Predicate.Snapshots[0].Digest] = true
	}
	require.Equal(t, 2, costs[0].Columns)
	require.Equal(t, costs[0], costs[1], "the same file, and a file without one person")
	require.Len(t, answers, 3)
	require.Len(t, named, 3, "a receipt that names the content says that nothing has changed")
	z.Check(t)
}

// What noise cannot cover is refused with what its declaration lacks.
func TestNoisyRefusals(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	for text, want := range map[string]catalog.Code{
		"SELECT city, sum(amount) AS s FROM clients WHERE amount >= 100 GROUP BY city": catalog.CodeAggArg,
		"SELECT k.kind, count(*) AS n FROM cases k, clients c GROUP BY k.kind":         catalog.CodeJoinType,
		"SELECT floor(amount / 7) * 7 AS b, count(*) AS n FROM clients GROUP BY b":     catalog.CodeGroupKey,
	} {
		run := z.Ask(t, p, grant, text)
		require.Equal(t, "refused", run.State, text)
		require.Equal(t, want, run.Refusal.Code, text)
	}
	require.Equal(t, "0.00", spent(t, z, p), "what is refused costs nothing")
	z.Check(t)
}

// A spent budget refuses what is new and answers what was answered; it comes back with time, and with nothing else: neither a load nor another
// person of the group renews it.
func TestNoisyBudget(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	ask := func(i int) api.Run {
		return z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients WHERE amount >= "+strconv.Itoa([]int{1, 2, 5, 10, 20, 50, 100, 200, 500}[i%9])+
			" AND segment IN ("+[]string{"'a'", "'b'", "'c'", "'a', 'b'", "'a', 'c'", "'b', 'c'", "'a', 'd'", "'b', 'd'", "'c', 'd'", "'a', 'b', 'c'", "'a', 'b', 'd'", "'b', 'c', 'd'"}[i/9]+") GROUP BY city")
	}
	var first api.Run
	answered := 0
	for i := range 40 {
		run := ask(i)
		if run.State == "refused" {
			require.Equal(t, catalog.CodeBudget, run.Refusal.Code)
			require.Contains(t, run.Refusal.Remedy.En, "from")
			break
		}
		if first.Run == "" {
			first = run
		}
		answered++
	}
	require.Equal(t, 19, answered, "twenty columns, and the universe is one of them")
	require.Equal(t, "20.00", spent(t, z, p))
	again := ask(0)
	require.Equal(t, first.Rows, again.Rows, "what was answered is answered")
	z.Load(t, "clients", enclavetest.ClientRows())
	require.Equal(t, catalog.CodeBudget, ask(107).Refusal.Code, "a load renews nothing")
	z.Clock.Advance(31 * 24 * time.Hour)
	require.Equal(t, "released", ask(107).State)
	z.Check(t)
}

// Sixty-four at once are charged for what they asked, each column once, whoever of the group came first; and as many as fit, when not all do.
func TestNoisyChargesAreConserved(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	var asking sync.WaitGroup
	for i := range 64 {
		asking.Go(func() {
			text := "SELECT count(*) AS n FROM clients WHERE city = '" + []string{"north", "south", "east"}[i%3] + "' AND segment IN (" + []string{"'a'", "'b'", "'c'", "'a', 'b'"}[i/3%4] + ")"
			for {
				_, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: text}, "")
				if enclavetest.Kind(err) == enclave.KindConflict {
					continue // two at once: ask again
				}
				require.NoError(t, err)
				return
			}
		})
	}
	asking.Wait()
	z.Settled(t)
	require.Equal(t, "13.00", spent(t, z, p), "twelve cells and the universe")
	cells := 0
	for _, r := range z.Records(t, "charged") {
		var doc struct{ Names []byte }
		require.NoError(t, json.Unmarshal(r.Doc, &doc))
		cells += len(doc.Names) / 16
	}
	require.Equal(t, 13, cells, "each cell is kept once")
	z.Check(t)
}

// What was charged stays charged: a run that fails, that its author withdraws or that a reviewer rejects costs as much as one that is answered, for
// whatever ended it may tell something of the figures.
func TestNoisyChargesAreNotGivenBack(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	z.Runner.FailRuns(true)
	failed := z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients GROUP BY city")
	require.Equal(t, "failed", failed.State)
	z.Runner.FailRuns(false)
	require.Equal(t, "2.00", spent(t, z, p))
	require.Len(t, rowsOf(t, z.Ask(t, p, grant, "SELECT city, count(*) AS n FROM clients GROUP BY city")), 3)
	require.Equal(t, "2.00", spent(t, z, p), "it was paid for")

	waiting := z.Ask(t, p, grant, byKind)
	require.Equal(t, "in_review", waiting.State, "grade 3")
	before := spent(t, z, p)
	require.NotEqual(t, "2.00", before, "a charge at grade 3 counts at grade 2")
	_, err := z.Service.Withdraw(t.Context(), p, waiting.Run)
	require.NoError(t, err)
	rejected := z.Ask(t, p, grant, byKind)
	require.NoError(t, z.Vote(t, "reviewer_1", rejected.Run, receipt.VerdictReject, "ERROR"))
	require.Equal(t, before, spent(t, z, p))
	z.Check(t)
}
