package enclave_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
)

// changed are the clients of a next load: so many of the north have left.
func changed(gone int) [][]string {
	left := 0
	return slices.DeleteFunc(enclavetest.ClientRows(), func(r []string) bool {
		if r[1] == "north" && r[2] != "d" && left < gone {
			left++
			return true
		}
		return false
	})
}

// A dataset is loaded again and a few people have changed: whoever was answered before must not see the difference, however he asks.
func TestNextLoadTellsNothingAboutTheFewThatChanged(t *testing.T) {
	t.Parallel()
	const total = "SELECT count(*) AS n FROM clients"
	z := enclavetest.New(t)
	for _, gone := range []int{1, 4} {
		p, grant := z.Bank(t)
		require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, north)))
		old := enclavetest.Text(z.Ask(t, p, grant, byCity))
		q, grantQ := z.Bank(t)
		require.Equal(t, "released [[300]]", enclavetest.Text(z.Ask(t, q, grantQ, total)))
		z.Load(t, "clients", changed(gone))

		require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, north)), "the old answer")
		require.Equal(t, old, enclavetest.Text(z.Ask(t, p, grant, byCity)))
		require.Equal(t, "released [[300]]", enclavetest.Text(z.Ask(t, q, grantQ, total)))
		require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, "SELECT count(DISTINCT id) AS n FROM clients WHERE city = 'north'")),
			"the same cohort in another shape")
		// Cohorts that differ from it in exactly those who changed.
		for _, sql := range []string{
			"SELECT segment, count(*) AS n FROM clients WHERE city = 'north' GROUP BY segment",
			"SELECT count(*) AS n FROM clients WHERE city <> 'north'",
			"SELECT city, segment, count(*) AS n FROM clients GROUP BY city, segment",
		} {
			require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, sql)), sql)
		}
		// Who was never answered about it is answered.
		fresh, grantFresh := z.Bank(t)
		run := z.Ask(t, fresh, grantFresh, north)
		var row []int
		require.NoError(t, json.Unmarshal(run.Rows[0], &row))
		require.Equal(t, []int{100 - gone}, row)
		z.Load(t, "clients", enclavetest.ClientRows())
	}
	z.Check(t)
}

// Loading the same file again is no change: answers are replayed, and differences are still found.
func TestLoadingTheSameFileAgain(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, north)))
	for range 2 {
		z.Load(t, "clients", enclavetest.ClientRows())
	}
	jobs := z.Runner.Jobs()
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, north)))
	require.Equal(t, jobs, z.Runner.Jobs())
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, northWithout)))
	require.Equal(t, "released [[100]]", enclavetest.Text(z.Ask(t, p, grant, "SELECT count(*) AS n FROM clients WHERE city = 'south'")))
	z.Check(t)
}

// What was summed before says nothing about a count, and the other way about; other tables of other people neither.
func TestNextLoadWithholdsNoMoreThanItMust(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	const sums = "SELECT city, sum(amount) AS s FROM clients GROUP BY city"
	before := enclavetest.Text(z.Ask(t, p, grant, sums))
	require.NotEqual(t, withheld, before)
	z.Load(t, "clients", changed(1))
	require.Equal(t, "released [[99]]", enclavetest.Text(z.Ask(t, p, grant, north)))
	require.Equal(t, before, enclavetest.Text(z.Ask(t, p, grant, sums)), "too few have changed: the old sums")
	z.Load(t, "clients", changed(5))
	require.NotEqual(t, before, enclavetest.Text(z.Ask(t, p, grant, sums)), "enough have changed")
	z.Check(t)
}

// A load of any table that an answer was read from counts: of a joined one, and of one that the next question does not read.
func TestNextLoadOfAnotherTable(t *testing.T) {
	z := enclavetest.New(t)
	const joined = "SELECT count(*) AS n FROM cases JOIN clients ON cases.id = clients.id WHERE clients.city = 'north'"
	p, grant := z.Bank(t)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, joined)))
	q, grantQ := z.Bank(t)
	run := z.Ask(t, q, grantQ, "SELECT count(*) AS n FROM cases WHERE heard = 2024")
	require.NoError(t, z.Vote(t, "reviewer_1", run.Run, "approve"))
	require.Equal(t, "released [[99]]", enclavetest.Text(z.See(t, q, run.Run)))

	z.Load(t, "clients", changed(1))
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, grant, joined)), "the joined table has changed")

	z.Load(t, "cases", enclavetest.CaseRows()[:lines-2])
	run = z.Ask(t, q, grantQ, "SELECT count(*) AS n FROM clients WHERE city = 'south'")
	require.Equal(t, shown, enclavetest.Text(run), "a table that this question does not read is compared as it was")
	z.Check(t)
}

// lines is how many lines a file of cases has, with its header.
const lines = enclavetest.Rows + 1

// What an answer came from is gone: nothing that would be compared with it leaves, and whoever knows no such answer is told.
func TestDestroyedLoad(t *testing.T) {
	z := enclavetest.New(t)
	first := z.Load(t, "clients", changed(1))
	p, grant := z.Bank(t)
	before := enclavetest.Text(z.Ask(t, p, grant, north))
	require.Equal(t, "released [[99]]", before)
	z.Load(t, "clients", changed(9))
	require.NoError(t, z.Snapshots.Destroy(first+"-query"))
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, grant, north)))
	require.NotEqual(t, withheld, enclavetest.Text(z.Ask(t, p, grant, "SELECT sum(amount) AS s FROM clients WHERE city = 'north'")))
	q, grantQ := z.Bank(t)
	require.Equal(t, "released [[91]]", enclavetest.Text(z.Ask(t, q, grantQ, north)))
}
