package enclave_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/sqltree"
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
	app, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), app.ID, api.Review{Version: app.Version, Approve: true, Comment: "test"})
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

// noRewrite says of each code that no other text helps against, or none can be made of the text alone, why that is so.
var noRewrite = map[catalog.Code]string{
	catalog.CodeSyntax:                 "the text has no tree: what was meant cannot be read off it",
	catalog.CodeStmtKind:               "the statement holds no query; one that does gets it back",
	catalog.CodeUnknownTable:           "no dataset of the grant has a name near to it; one that has is taken",
	catalog.CodeTableFn:                "the text reads no dataset; beside one, the function is left out",
	catalog.CodeFromValues:             "the text reads no dataset; beside one, the values are left out",
	catalog.CodeCTERecursive:           "the text reads no dataset; beside one, the recursion is left out",
	catalog.CodeNotLoaded:              "no text reads data that are not there",
	catalog.CodeCapacity:               "it follows from the history of the group, and any text near to it meets it too",
	catalog.CodeGrantMissing:           "it is about the grant",
	catalog.CodeGrantExpired:           "it is about the grant",
	catalog.CodeGrantSuspended:         "it is about the grant",
	catalog.CodePurpose:                "it is about the purpose that was named",
	catalog.CodeGradeForbids:           "it is about the grade of a dataset, or a column without one",
	catalog.CodeComputationNotApproved: "a computation's text is its declaration, and is not changed by a call",
	catalog.CodeDatasetSealed:          "it is about the dataset",
	catalog.CodeProductNotFiled:        "it is about a filing",
	catalog.CodeScenarioNotFiled:       "it is about a filing",
	catalog.CodeConsent:                "it is about a consent",
	catalog.CodeQuota:                  "it is about the grant's limits",
	catalog.CodeBudget:                 "it is about the group's budget",
	catalog.CodeFrozen:                 "it is about a freeze",
	catalog.CodeSuspended:              "it is about an account or an organization",
	catalog.CodeOrganizationNotAdmit:   "it is about an organization",
	catalog.CodeOperatorAuthExpired:    "it is about the operator",
	catalog.CodeAgreementMissing:       "it is about an agreement",
	catalog.CodePersonNotFiled:         "it is about a person",
	catalog.CodeBlacklisted:            "it is about an organization",
	catalog.CodeTerritory:              "it is about a place",
	catalog.CodeSupplyMode:             "it is about how data came in",
	catalog.CodeDatasetNotApproved:     "it is about the dataset",
	catalog.CodeLabOnly:                "it is about the jurisdiction",
	catalog.CodeModeNotAllowed:         "public tables alone have nobody to protect, and no text changes that",
	catalog.CodeRole:                   "it is about a role",
	catalog.CodeSeparation:             "it is about who acts",
	catalog.CodeIncomplete:             "it is about a declaration",
	catalog.CodeState:                  "it is about the state of a thing",
}

// Every code of the closed list has a refused text that is rewritten, or a reason why none can be.
func TestEveryCodeHasARewriteOrAReason(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	narrow, err := z.Service.SubmitApplication(t.Context(), a, api.Application{Scenario: "test", Purpose: "test", Methods: []string{"count"},
		Datasets: []api.ApplicationDataset{{Dataset: "clients", Columns: map[string]string{"id": "x", "city": "x", "amount": "x"}}}})
	require.NoError(t, err)
	narrow, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), narrow.ID, api.Review{Version: narrow.Version, Approve: true, Comment: "test"})
	require.NoError(t, err)
	more := map[catalog.Code]api.RunRequest{
		catalog.CodeTooLarge:         {Grant: grant, SQL: "SELECT city, segment, amount, c.city AS c, count(*) AS n, kind, heard FROM cases JOIN clients c USING (id) GROUP BY ALL"},
		catalog.CodeColumnNotGranted: {Grant: narrow.Grant, SQL: provoked()[catalog.CodeColumnNotGranted]},
		catalog.CodeMethodNotGranted: {Grant: narrow.Grant, SQL: provoked()[catalog.CodeMethodNotGranted]},
	}
	for _, code := range catalog.Codes() {
		in, ok := more[code]
		if e, example := sqltree.ExampleOf(code); !ok && example {
			in, ok = api.RunRequest{Grant: grant, SQL: e.Refused}, true
		}
		if !ok {
			require.NotEmpty(t, noRewrite[code], code)
			continue
		}
		r, err := z.Service.Check(t.Context(), a, in)
		require.NoError(t, err)
		require.NotNil(t, r.Refusal, in.SQL)
		require.Equal(t, code, r.Refusal.Code)
		require.Equal(t, noRewrite[code] == "", r.Rewritten != nil, "%s: %s", code, in.SQL)
		if r.Rewritten == nil {
			continue
		}
		again, err := z.Service.Check(t.Context(), a, api.RunRequest{Grant: in.Grant, SQL: r.Rewritten.SQL})
		require.NoError(t, err)
		require.True(t, again.Allowed, "%s: %+v", r.Rewritten.SQL, again.Refusal)
	}
}
