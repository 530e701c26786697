package enclave_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// Two questions that differ in two persons: whoever knows both answers knows something about two people.
const (
	north        = "SELECT count(*) AS n FROM clients WHERE city = 'north'"
	northWithout = "SELECT count(*) AS n FROM clients WHERE city = 'north' AND segment IN ('a', 'b', 'c')"
)

const (
	shown    = "released [[100]]"
	shownBut = "released [[98]]"
	withheld = "released []"
)

// data is the data file of a released run, but for the release that it names.
func data(t *testing.T, z *enclavetest.Zone, p enclave.Principal, run api.Run) string {
	rel, err := z.Service.Collect(t.Context(), p, run.Release)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, rel.WriteTar(&b))
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		require.False(t, errors.Is(err, io.EOF), "no data file")
		require.NoError(t, err)
		if h.Name == "data.csv" {
			out, err := io.ReadAll(r)
			require.NoError(t, err)
			return strings.ReplaceAll(string(out), run.Release, "rel")
		}
	}
}

func TestSameQuestionInOtherWordsIsReplayed(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	const first = "SELECT city, count(*) AS n, sum(amount) AS s FROM clients WHERE segment <> 'd' GROUP BY city ORDER BY city"
	run := z.Ask(t, p, grant, first)
	require.Len(t, run.Rows, 3)
	_, want, _ := strings.Cut(data(t, z, p, run), "\n")
	jobs := z.Runner.Jobs()
	for _, words := range []string{
		first,
		"select CITY, count(*) as n, sum(Amount) as s from Clients c where c.segment in ('c','b','a','a') group by 1 order by 1",
		"SELECT city, count(*) AS n, sum(amount) AS s FROM clients WHERE NOT (segment = 'd') AND city IN ('north', 'south', 'east') GROUP BY city ORDER BY city",
	} {
		again := z.Ask(t, p, grant, words)
		require.Equal(t, enclavetest.Text(run), enclavetest.Text(again), words)
		_, got, _ := strings.Cut(data(t, z, p, again), "\n")
		require.Equal(t, want, got, words)
	}
	require.Equal(t, jobs, z.Runner.Jobs(), "what was answered is not computed again")

	// Later answers change nothing about an earlier one, shown or withheld.
	q, grantQ := z.Bank(t)
	require.Equal(t, shownBut, enclavetest.Text(z.Ask(t, q, grantQ, northWithout)))
	for range 2 {
		require.Equal(t, withheld, enclavetest.Text(z.Ask(t, q, grantQ, north)))
		require.Equal(t, shownBut, enclavetest.Text(z.Ask(t, q, grantQ, northWithout)))
	}
	z.Check(t)
}

func TestLegalGroups(t *testing.T) {
	z := enclavetest.New(t)
	a, b := enclavetest.As("analyst_a"), enclavetest.As("analyst_b")
	grantA, grantB := z.Grant(t, a), z.Grant(t, b)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, a, grantA, north)))

	// Of one legal group are a colleague, another grant, and the analyst of a subsidiary.
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, enclavetest.As("analyst_a2"), grantA, northWithout)))
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, a, z.Grant(t, a), northWithout)))
	s := enclavetest.As("analyst_s")
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, s, z.Grant(t, s), northWithout)))

	// Another group has a ledger of its own.
	require.Equal(t, shownBut, enclavetest.Text(z.Ask(t, b, grantB, northWithout)))
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, b, grantB, north)))

	// The persons of one city are the parties of one kind of case: another table, the same set of people.
	p, grant := z.Bank(t)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, north)))
	run := z.Ask(t, p, grant, "SELECT count(*) AS n FROM cases WHERE kind = 'civil'")
	require.Equal(t, "in_review", run.State)
	require.NoError(t, z.Vote(t, "reviewer_1", run.Run, "approve"))
	require.Equal(t, withheld, enclavetest.Text(z.See(t, p, run.Run)), "no person is in one set and not in the other")
	z.Check(t)
}

// Questions of one group that come together are judged in the order in which they came; a refused one between them changes nothing.
func TestConcurrentQuestionsOfOneGroup(t *testing.T) {
	z := enclavetest.New(t)
	a, s := enclavetest.As("analyst_a"), enclavetest.As("analyst_s")
	grantA, grantS := z.Grant(t, a), z.Grant(t, s)
	release := z.Runner.Hold()
	defer release()
	submit := func(p enclave.Principal, grant, sql string) string {
		run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: sql}, "")
		require.NoError(t, err)
		return run.Run
	}
	first := submit(a, grantA, north)
	require.Eventually(t, func() bool { return z.Runner.Jobs() == 1 }, time.Minute, time.Millisecond)
	submit(a, grantA, "SELECT id FROM clients")
	second := submit(s, grantS, northWithout)
	submit(s, grantS, "SELECT nothing FROM nowhere")
	third := submit(a, grantA, "SELECT count(*) AS n FROM clients WHERE city = 'north' AND segment <> 'c'")
	never(t, func() bool { return z.Runner.Jobs() > 1 }, "a question overtook the answer before it")

	// Another group does not wait: its worker is held by the test alone.
	p, grant := z.Bank(t)
	other := submit(p, grant, north)
	require.Eventually(t, func() bool { return z.Runner.Jobs() == 2 }, time.Minute, time.Millisecond)
	release()
	for _, id := range []string{first, second, third, other} {
		z.Executed(t, id)
	}
	require.Equal(t, shown, enclavetest.Text(z.See(t, a, first)))
	require.Equal(t, withheld, enclavetest.Text(z.See(t, s, second)))
	require.Equal(t, "released [[70]]", enclavetest.Text(z.See(t, a, third)))
	require.Equal(t, shown, enclavetest.Text(z.See(t, p, other)))
	z.Check(t)
}

// never requires that something does not happen for a while.
func never(t *testing.T, what func() bool, message string) {
	t.Helper()
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		require.False(t, what(), message)
	}
}

// Every pair of questions that come at the same moment is answered as if one had come first.
func TestRacingQuestions(t *testing.T) {
	z := enclavetest.New(t)
	for range 4 {
		p, grant := z.Bank(t)
		ids := make(chan string, 2)
		for _, sql := range []string{north, northWithout} {
			go func() {
				run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: sql}, "")
				if err != nil {
					ids <- ""
					return
				}
				ids <- run.Run
			}()
		}
		answered := 0
		for range 2 {
			id := <-ids
			require.NotEmpty(t, id)
			z.Executed(t, id)
			if enclavetest.Text(z.See(t, p, id)) != withheld {
				answered++
			}
		}
		require.Equal(t, 1, answered)
	}
	z.Check(t)
}

func TestIdempotencyKey(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	ask := api.RunRequest{Grant: grant, SQL: north}
	first, err := z.Service.Submit(t.Context(), p, ask, "key-1")
	require.NoError(t, err)
	z.Executed(t, first.Run)
	again, err := z.Service.Submit(t.Context(), p, ask, "key-1")
	require.NoError(t, err)
	require.Equal(t, first.Run, again.Run)
	require.Len(t, z.Records(t, "run"), 1)

	_, err = z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: northWithout}, "key-1")
	require.Equal(t, enclave.KindConflict, enclavetest.Kind(err), "another request under the same key")
	require.Len(t, z.Records(t, "run"), 1)

	q, grantQ := z.Bank(t)
	other, err := z.Service.Submit(t.Context(), q, api.RunRequest{Grant: grantQ, SQL: north}, "key-1")
	require.NoError(t, err)
	require.NotEqual(t, first.Run, other.Run, "a key belongs to its account")
	z.Executed(t, other.Run)

	refused, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: "SELECT id FROM clients"}, "key-2")
	require.NoError(t, err)
	again, err = z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: "SELECT id FROM clients"}, "key-2")
	require.NoError(t, err)
	require.Equal(t, refused.Run, again.Run)

	z.Clock.Advance(25 * time.Hour)
	later, err := z.Service.Submit(t.Context(), p, ask, "key-1")
	require.NoError(t, err)
	require.NotEqual(t, first.Run, later.Run, "a key is forgotten after a day")
	z.Executed(t, later.Run)
	z.Check(t)
}

// Requests with one key that come together make one run, and all are told of it.
func TestRacingIdempotencyKey(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	type told struct {
		run api.Run
		err error
	}
	all := make(chan told, 6)
	for range cap(all) {
		go func() {
			run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: north}, "key")
			all <- told{run, err}
		}()
	}
	ids := map[string]bool{}
	for range cap(all) {
		one := <-all
		require.NoError(t, one.err)
		ids[one.run.Run] = true
	}
	require.Len(t, ids, 1)
	for id := range ids {
		z.Executed(t, id)
	}
	require.Len(t, z.Records(t, "run"), 1)
	z.Check(t)
}
