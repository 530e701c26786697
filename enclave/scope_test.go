package enclave_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// A row scope is laid under every reference of its dataset: nothing that a statement says brings a row of outside into an answer, and what
// was answered without it is compared with what is answered under it.
func TestBJ_FIN_23b_RowScopeCannotBeWidened(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	scoped := func(values ...string) func(in *api.Application) {
		return func(in *api.Application) {
			in.Datasets[0].RowScope = []api.ScopeTerm{{Column: "city", Values: values}}
		}
	}
	grant := granted(t, z, a, scoped("north"))
	for sql, want := range map[string]string{
		"SELECT count(*) AS n FROM clients":                                                     shown,
		"SELECT count(*) AS n FROM clients WHERE city = 'south' OR city <> 'south'":             shown,
		"SELECT count(*) AS n FROM clients WHERE NOT (city = 'south')":                          shown,
		"SELECT city, count(*) AS n FROM clients GROUP BY city":                                 `released [["north",100]]`,
		"SELECT count(*) AS n FROM clients WHERE city IN ('south', 'east')":                     withheld,
		"SELECT count(*) FILTER (WHERE city <> 'north') AS n, count(*) AS all_ FROM clients":    `released [[null,100]]`,
		"WITH x AS (SELECT id, city FROM clients) SELECT city, count(*) AS n FROM x GROUP BY 1": `released [["north",100]]`,
	} {
		require.Equal(t, want, enclavetest.Text(z.Ask(t, a, grant, sql)), sql)
	}
	// A join does not reach around it, whichever side is kept.
	for _, sql := range []string{
		"SELECT clients.city, count(*) AS n FROM cases JOIN clients ON cases.id = clients.id GROUP BY clients.city",
		"SELECT clients.city, count(clients.city) AS n FROM cases LEFT JOIN clients ON cases.id = clients.id GROUP BY clients.city",
	} {
		run := z.Ask(t, a, grant, sql)
		if run.State == "in_review" {
			require.NoError(t, z.Vote(t, "reviewer_1", run.Run, "approve"))
			run = z.See(t, a, run.Run)
		}
		require.Equal(t, "released", run.State, sql)
		require.NotContains(t, enclavetest.Text(run), "south", sql)
		require.NotContains(t, enclavetest.Text(run), "east", sql)
	}

	// Under another scope of the same group, two clients apart, the answers are two ends of one difference.
	p, whole := z.Bank(t)
	require.Equal(t, shown, enclavetest.Text(z.Ask(t, p, whole, north)))
	narrow := granted(t, z, p, func(in *api.Application) {
		in.Datasets[0].RowScope = []api.ScopeTerm{{Column: "segment", Values: []string{"a", "b", "c"}}}
	})
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, p, narrow, north)), "98 beside 100 would tell of two")

	// What a declaration does not list admits nothing, and a column that is no dimension is no scope.
	none := granted(t, z, a, scoped("west"))
	require.Equal(t, withheld, enclavetest.Text(z.Ask(t, a, none, "SELECT count(*) AS n FROM clients")))
	in := enclavetest.Wanted()
	in.Datasets[0].RowScope = []api.ScopeTerm{{Column: "id", Values: []string{"7"}}}
	_, err := z.Service.SubmitApplication(t.Context(), a, in)
	require.Error(t, err)
	z.Check(t)
}
