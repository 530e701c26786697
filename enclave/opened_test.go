package enclave_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// openClients have segments that nobody lists: two large ones, one that is spelled as what the rest is called, many of one person, and none at all.
func openClients(but ...string) [][]string {
	out := [][]string{{"id", "city", "segment", "amount"}}
	add := func(segment string, n int) {
		for range n {
			out = append(out, []string{fmt.Sprint(len(out)), []string{"north", "south", "east"}[len(out)%3], segment, "100"})
		}
	}
	for _, s := range []struct {
		name string
		n    int
	}{{"mill", 150}, {"yard", 120}, {"other", 60}, {"", 110}} {
		add(s.name, s.n)
	}
	for i := range 100 {
		if name := fmt.Sprint("s", i); len(but) == 0 || name != but[0] {
			add(name, 1)
		}
	}
	return out
}

func openZone(t *testing.T) (z *enclavetest.Zone, p enclave.Principal, grant string) {
	z = noisyZone(t)
	p, _ = z.Bank(t)
	z.Apply(t, "provider", strings.Replace(enclavetest.Clients, "domain: [a, b, c, d], nullable: false", "max_values: 150", 1))
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "clients", api.Review{Digest: z.Seen(t, "Dataset", "clients"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	z.Load(t, "clients", openClients())
	return z, p, z.Grant(t, p)
}

const openSegments = "SELECT segment, count(*) AS n FROM clients GROUP BY segment"

// Values of a text that nobody lists are named where noisy counts have enough persons; all others are one group, NULL another. What was charged for
// costs nothing again, as a key, as a condition, in other words and after a restart; what was not named is charged.
func TestOpenKeys(t *testing.T) {
	z, p, grant := openZone(t)
	cost := func(text string) api.Cost {
		check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: text})
		require.NoError(t, err)
		require.Nil(t, check.Refusal, text)
		return *check.Cost
	}
	require.Equal(t, api.Cost{Columns: 3, Units: 3, Entities: []string{"person"}}, cost(openSegments), "the counts that name, the answer, and the universe")
	run := z.Ask(t, p, grant, openSegments)
	got := map[string]float64{}
	for _, row := range rowsOf(t, run) {
		got[fmt.Sprint(row[0])] = row[1].(float64)
	}
	want := map[string]float64{"mill": 150, "yard": 120, "other": 160, "<nil>": 110}
	require.Len(t, got, len(want), "%v", got)
	for name, n := range want {
		require.LessOrEqual(t, math.Abs(got[name]-n), 40.0, name)
	}
	require.Equal(t, "3.00", spent(t, z, p))
	for range 2 {
		for text, n := range map[string]float64{
			"SELECT count(*) AS n FROM clients WHERE segment = 'mill'":                                        got["mill"],
			"SELECT count(*) AS n FROM clients WHERE segment IS NOT NULL AND segment NOT IN ('yard', 'mill')": got["other"],
			"SELECT count(*) AS n FROM clients WHERE segment IS NULL":                                         got["<nil>"],
			"SELECT n FROM (" + openSegments + ") x WHERE segment = 'yard'":                                   got["yard"],
		} {
			require.Zero(t, cost(text).Columns, text)
			require.Equal(t, n, rowsOf(t, z.Ask(t, p, grant, text))[0][0], text)
		}
		again := "WITH x AS (SELECT c.segment, count(DISTINCT c.id) AS n FROM clients AS c GROUP BY 1) SELECT segment, n FROM x"
		require.Zero(t, cost(again).Columns)
		require.ElementsMatch(t, rowsOf(t, run), rowsOf(t, z.Ask(t, p, grant, again)))
		z.Restart(t)
	}
	require.Equal(t, "3.00", spent(t, z, p))
	few, nobody := "SELECT count(*) AS n FROM clients WHERE segment = 's1'", "SELECT count(*) AS n FROM clients WHERE segment = 'nobody'"
	require.Equal(t, cost(few), cost(nobody))
	require.Equal(t, 1, cost(few).Columns)
	require.Empty(t, rowsOf(t, z.Ask(t, p, grant, few)))
	require.Empty(t, rowsOf(t, z.Ask(t, p, grant, nobody)))

	sums := rowsOf(t, z.Ask(t, p, grant, "SELECT segment, sum(amount) AS s FROM clients GROUP BY segment"))
	require.Len(t, sums, len(want))
	for _, row := range sums { // everybody's amount is 100, known to a fifth
		s, err := strconv.ParseFloat(fmt.Sprint(row[1]), 64)
		require.NoError(t, err)
		require.InDelta(t, 100*want[fmt.Sprint(row[0])], s, 21*want[fmt.Sprint(row[0])], "%v", row)
	}
	cities := rowsOf(t, z.Ask(t, p, grant, "SELECT city, segment, count(*) AS n FROM clients GROUP BY city, segment"))
	require.NotEmpty(t, cities)
	for _, row := range cities {
		require.Contains(t, want, fmt.Sprint(row[1]), "every city has the same segments, or below the line")
	}
	z.Check(t)
}

// Who has a value that nobody else has changes nothing that is told before an answer, nor what is charged for one.
func TestOpenKeysAreBlind(t *testing.T) {
	z, p, grant := openZone(t)
	var told []string
	for _, rows := range [][][]string{openClients(), openClients("s7"), append(openClients(), []string{"9001", "north", "alone", "5"})} {
		z.Load(t, "clients", rows)
		check, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: "SELECT segment, count(*) AS n, count(*) FILTER (WHERE city = 'north') AS c FROM clients GROUP BY segment"})
		require.NoError(t, err)
		check2, err := z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: openSegments})
		require.NoError(t, err)
		before := spent(t, z, p)
		var names []string
		for _, row := range rowsOf(t, z.Ask(t, p, grant, openSegments)) {
			names = append(names, fmt.Sprint(row[0]))
		}
		require.ElementsMatch(t, []string{"mill", "yard", "other", "<nil>"}, names)
		out, err := json.Marshal([]any{check, check2})
		require.NoError(t, err)
		told = append(told, string(out))
		require.NotEqual(t, before, spent(t, z, p))
	}
	require.Equal(t, told[0], told[1])
	require.Equal(t, told[0], told[2])
	require.Equal(t, "9.00", spent(t, z, p))
	z.Check(t)
}

// Without a declared number of values the key is refused as before, and says what to declare; two such keys are refused.
func TestOpenKeysNeedADeclaration(t *testing.T) {
	z, p, grant := openZone(t)
	run := z.Ask(t, p, grant, "SELECT left(segment, 2) AS s, count(*) AS n FROM clients GROUP BY s")
	require.Equal(t, "refused", run.State)
	z.Apply(t, "provider", strings.Replace(enclavetest.Clients, "domain: [a, b, c, d], nullable: false", "nullable: true", 1))
	_, err := z.Service.ReviewDataset(t.Context(), enclavetest.As("steward"), "clients", api.Review{Digest: z.Seen(t, "Dataset", "clients"), Approve: true, Comment: "test"})
	require.NoError(t, err)
	z.Load(t, "clients", openClients())
	grant = z.Grant(t, p)
	run = z.Ask(t, p, grant, openSegments)
	require.Equal(t, "refused", run.State)
	require.Equal(t, catalog.CodeGroupKey, run.Refusal.Code)
	require.Contains(t, run.Refusal.Remedy.En, "max_values")
	require.Equal(t, "0.00", spent(t, z, p))
	z.Check(t)
}
