package enclave_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// amounts adds up the amounts of the clients of each city.
func amounts(t *testing.T, rows [][]string) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, r := range rows[1:] {
		x, err := strconv.ParseFloat(r[3], 64)
		require.NoError(t, err)
		out[r[1]] += x
	}
	return out
}

func numberOf(t *testing.T, v any) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	require.NoError(t, err)
	return x
}

// A sum at grade 2 is of amounts that are each read times a factor: near the truth, to three digits, with an interval; the same in other words, for
// another group and after another load, where counts are drawn anew; and charged like any other column.
func TestNoisyFactors(t *testing.T) {
	z := noisyZone(t)
	p, grant := z.Bank(t)
	const text = "SELECT city, sum(amount) AS s, avg(amount) AS a, count(*) AS n FROM clients GROUP BY city ORDER BY city"
	check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
	require.NoError(t, err)
	require.Equal(t, []api.Spread{{Figure: "sum(amount)", Factor: "10"}}, check.Noise[0].From, "what it says in advance follows from the plan")
	require.Equal(t, 3, check.Cost.Columns, "the sum, the count and the universe")
	run := z.Ask(t, p, grant, text)
	require.Equal(t, "3.00", spent(t, z, p))
	spread := run.Noise[0].From[0]
	require.Equal(t, "10", spread.Factor)
	sigma, interval := numberOf(t, spread.Sigma), numberOf(t, spread.Interval)
	require.Positive(t, sigma)
	require.Greater(t, interval, sigma)
	require.NotEmpty(t, run.Noise[1].Interval, "the average")
	truth, exact := amounts(t, enclavetest.ClientRows()), 0
	for _, row := range rowsOf(t, run) {
		s, want := numberOf(t, row[1]), truth[row[0].(string)]
		require.LessOrEqual(t, math.Abs(s-want), interval)
		require.LessOrEqual(t, math.Abs(s-want), 0.2*want+50, "nobody is moved by more than a fifth")
		require.Zero(t, math.Mod(s, 100), "of five digits three are told")
		if s == math.Round(want/100)*100 {
			exact++
		}
		require.InDelta(t, s/numberOf(t, row[3]), numberOf(t, row[2]), 0.1, "the average is of what is told")
	}
	require.Less(t, exact, 3)

	sums := func(run api.Run) string {
		var out []string
		for _, row := range rowsOf(t, run) {
			out = append(out, fmt.Sprint(row[0], row[1]))
		}
		return strings.Join(out, " ")
	}
	first := sums(run)
	words := z.Ask(t, p, grant, "SELECT c.city, sum(c.amount) AS s, count(c.id) AS m FROM clients c GROUP BY 1 ORDER BY city")
	require.Equal(t, first, sums(words))
	require.Equal(t, "3.00", spent(t, z, p))
	q, grantQ := z.Bank(t)
	require.Equal(t, run.Rows, z.Ask(t, q, grantQ, text).Rows)
	z.Load(t, "clients", enclavetest.ClientRows())
	again := z.Ask(t, p, grant, text)
	require.Equal(t, first, sums(again), "a load draws no factor anew")
	require.NotEqual(t, run.Rows, again.Rows, "and every count")
	require.Equal(t, "6.00", spent(t, z, p), "what is asked of it is paid for")
	z.Check(t)
}

// Where a sensitive condition, an amount or grade 3 is near, a sum is cut and covered with noise as before.
func TestNoisyFactorsAreForPlainSums(t *testing.T) {
	z := noisyZone(t)
	p, _ := z.Bank(t)
	z.Apply(t, "provider", strings.NewReplacer(`grid: "1-2-5", nullable: false}`, `grid: "1-2-5", clip: 200, nullable: false}`,
		"domain: [a, b, c, d]", "sensitive: true, sensitive_values: [d], domain: [a, b, c, d]").Replace(enclavetest.Clients))
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "clients", api.Review{Digest: z.Seen(t, "Dataset", "clients"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	z.Load(t, "clients", enclavetest.ClientRows())
	grant := z.Grant(t, p)
	for text, want := range map[string]api.Spread{
		"SELECT sum(amount) AS s FROM clients":                                                        {Factor: "10"},
		"SELECT sum(amount) AS s FROM clients WHERE city = 'north'":                                   {Factor: "10"},
		"SELECT sum(amount) AS s FROM clients WHERE segment <> 'd'":                                   {Sigma: "2000.00"},
		"SELECT segment, sum(amount) AS s FROM clients GROUP BY segment":                              {Sigma: "2000.00"},
		"SELECT sum(amount) AS s FROM clients WHERE amount >= 500":                                    {Sigma: "2000.00"},
		"SELECT sum(c.amount) AS s FROM cases k JOIN clients c ON c.id = k.id WHERE k.kind = 'civil'": {Sigma: "4000.00"}, // grade 3
	} {
		check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
		require.NoError(t, err)
		require.True(t, check.Allowed, "%s: %+v", text, check.Refusal)
		got := check.Noise[len(check.Noise)-1].From[0]
		require.Equal(t, want, api.Spread{Factor: got.Factor, Sigma: got.Sigma}, text)
	}
	z.Check(t)
}

// A jurisdiction may clamp all sums: then they need a clip, and the budget says that its bound speaks of everything at grade 2.
func TestNoisyFactorsArePolicy(t *testing.T) {
	const text = "SELECT sum(amount) AS s FROM clients"
	for _, c := range []struct {
		zone    *enclavetest.Zone
		allowed bool
		factors []api.Factor
	}{
		{noisyZone(t), true, []api.Factor{{Grade: 1, Percent: 10}, {Grade: 2, Percent: 10}}},
		{zoneUnder(t, clamping), false, []api.Factor{{Grade: 1, Percent: 10}}},
	} {
		p, grant := c.zone.Bank(t)
		check, err := c.zone.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
		require.NoError(t, err)
		require.Equal(t, c.allowed, check.Allowed)
		b, err := c.zone.Service.Budget(t.Context(), p, "")
		require.NoError(t, err)
		require.Equal(t, c.factors, b.Factors)
	}
}
