package enclave_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
)

// A refused query comes back as one that is accepted, with the caller's own tables, columns and names, and with what was changed.
func TestRewritten(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	for _, c := range []struct {
		sql, want string
		code      catalog.Code
	}{
		{"SELECT c.city AS place, count(*) AS n FROM clients c WHERE c.amount >= 137 GROUP BY c.city", "SELECT c.city AS place, count(*) AS n FROM clients AS c WHERE c.amount >= 100 GROUP BY c.city", catalog.CodeLiteralGrid},
		{"SELECT count(*) FROM clients WHERE amount BETWEEN 30 AND 180", "SELECT count(*) FROM clients WHERE amount >= 20 AND amount < 200", catalog.CodeLiteralGrid},
		{"SELECT count(*) FROM clients WHERE amount = 700", "SELECT count(*) FROM clients WHERE amount >= 500 AND amount < 1000", catalog.CodeLiteralGrid},
		{"SELECT count(*) FROM clients WHERE upper(city) = 'NORTH' AND amount < 100", "SELECT count(*) FROM clients WHERE city = 'north' AND amount < 100", catalog.CodeScalarFn},
		{"SELECT count(*) FROM clients WHERE city LIKE '%th'", "SELECT count(*) FROM clients WHERE city IN ('north', 'south')", catalog.CodePredicateForm},
		{"SELECT city, amount FROM clients", "SELECT city, avg(amount) FROM clients GROUP BY city", catalog.CodeNoAggregate},
		{"SELECT city, count(*) FROM clients", "SELECT city, count(*) FROM clients GROUP BY city", catalog.CodeNoAggregate},
		{"SELECT * FROM clients", "SELECT city, segment, count(*) AS n FROM clients GROUP BY city, segment", catalog.CodeStar},
		{"SELECT count(DISTINCT city) FROM clients", "SELECT city, count(*) FROM clients GROUP BY city", catalog.CodeAggArg},
	} {
		t.Run(c.sql, func(t *testing.T) {
			r, err := z.Service.Check(t.Context(), a, api.RunRequest{Grant: grant, SQL: c.sql})
			require.NoError(t, err)
			require.Equal(t, c.code, r.Refusal.Code)
			require.NotNil(t, r.Rewritten)
			require.Equal(t, c.want, r.Rewritten.SQL)
			require.NotEmpty(t, r.Rewritten.Changes)
			for _, said := range r.Rewritten.Changes {
				bilingual(t, said)
			}
			again, err := z.Service.Check(t.Context(), a, api.RunRequest{Grant: grant, SQL: r.Rewritten.SQL})
			require.NoError(t, err)
			require.True(t, again.Allowed, "%+v", again.Refusal)
			require.Nil(t, again.Rewritten)
		})
	}
}

// A rewrite names what the grant shows and nothing else, and uses the methods that it names.
func TestRewrittenStaysInTheGrant(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	app, err := z.Service.SubmitApplication(t.Context(), a, api.Application{Scenario: "test", Purpose: "test", Methods: []string{"count"},
		Datasets: []api.ApplicationDataset{{Dataset: "clients", Columns: map[string]string{"id": "x", "city": "x", "amount": "x"}}}})
	require.NoError(t, err)
	app, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), app.ID, api.Review{Approve: true, Comment: "test"})
	require.NoError(t, err)
	for sql, want := range map[string]string{
		"SELECT * FROM clients": "SELECT city, count(*) AS n FROM clients GROUP BY city",
		"SELECT city, segment, count(*) FROM clients GROUP BY city, segment":           "SELECT city, count(*) FROM clients GROUP BY city",
		"SELECT city, count(*) FROM clients WHERE segmen = 'a' GROUP BY city":          "SELECT city, count(*) FROM clients GROUP BY city",
		"SELECT city, sum(amount) AS s, count(*) AS n FROM clients GROUP BY city":      "SELECT city, count(amount) AS s, count(*) AS n FROM clients GROUP BY city",
		"SELECT kind, count(*) FROM cases GROUP BY kind":                               "",
		"SELECT count(*) FROM case":                                                    "",
		"SELECT city, count(*) FROM clients JOIN cases USING (id) GROUP BY city":       "SELECT city, count(*) FROM clients GROUP BY city",
		"WITH x AS (SELECT * FROM clients) SELECT segment, count(*) FROM x GROUP BY 1": "WITH x AS (SELECT id, city, amount FROM clients) SELECT count(*) FROM x",
	} {
		r, err := z.Service.Check(t.Context(), a, api.RunRequest{Grant: app.Grant, SQL: sql})
		require.NoError(t, err)
		require.NotNil(t, r.Refusal, sql)
		if want == "" {
			require.Nil(t, r.Rewritten, sql)
			continue
		}
		require.NotNil(t, r.Rewritten, sql)
		require.NotContains(t, r.Rewritten.SQL, "segment", sql)
		require.Equal(t, want, r.Rewritten.SQL)
	}
}
