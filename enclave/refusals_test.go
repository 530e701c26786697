package enclave_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/sqltree"
	"yumen/enclave"
	"yumen/enclave/enclavetest"
	"yumen/internal/api"
	"yumen/policy"
)

// complete requires of a refusal all that a person needs who cannot ask anybody: what, by which rule, and what to do, in both languages.
func complete(t *testing.T, r *catalog.Refusal, text string) {
	t.Helper()
	require.NotNil(t, r)
	for _, said := range []catalog.Text{r.Message, r.Remedy} {
		bilingual(t, said)
	}
	require.NotEqual(t, r.Message, r.Remedy)
	require.NotEmpty(t, r.Articles, r.Code)
	for _, a := range r.Articles {
		require.Regexp(t, `^[A-Z]+(-[A-Z]+)?-\d+[a-z]?$`, a, r.Code)
	}
	require.GreaterOrEqual(t, r.Position, -1)
	require.LessOrEqual(t, r.Position, len(text))
}

func bilingual(t *testing.T, said catalog.Text) {
	t.Helper()
	require.True(t, strings.ContainsFunc(said.Zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }), "%q", said)
	require.Regexp(t, `[a-z]{2}`, said.En)
	require.False(t, strings.ContainsFunc(said.En, func(r rune) bool { return unicode.Is(unicode.Han, r) }), "%q", said)
	require.NotContains(t, said.En+said.Zh, "%!", "an argument of the text is missing")
}

// provoked are the codes that a text alone can provoke without an example of another text: what makes them is size or the grant.
func provoked() map[catalog.Code]string {
	return map[catalog.Code]string{
		catalog.CodeTooLarge:               "SELECT count(*) AS n FROM clients WHERE city = " + strings.Repeat("(", 80) + "'north'" + strings.Repeat(")", 80) + " GROUP BY city, segment, city, amount, segment, city, amount, segment, city",
		catalog.CodeColumnNotGranted:       "SELECT segment, count(*) AS n FROM clients GROUP BY segment",
		catalog.CodeMethodNotGranted:       "SELECT city, sum(amount) AS s FROM clients GROUP BY city",
		catalog.CodePurpose:                "SELECT city, count(*) AS n FROM clients GROUP BY city",
		catalog.CodeGrantMissing:           "SELECT city, count(*) AS n FROM clients GROUP BY city",
		catalog.CodeComputationNotApproved: "",
		catalog.CodeGrantExpired:           "SELECT city, count(*) AS n FROM clients GROUP BY city",
	}
}

// grown are the refusals that need a history of thousands of answers: they are looked at as they are made.
var grown = map[catalog.Code]*catalog.Refusal{catalog.CodeCapacity: enclave.TooLarge(), catalog.CodeBudget: enclave.Exhausted()}

// Every code that the product can produce is provoked, and each refusal is complete.
func TestRefusals(t *testing.T) {
	t.Parallel()
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	wide := z.Grant(t, a)
	check := func(in api.RunRequest) api.CheckResult {
		r, err := z.Service.Check(t.Context(), a, in)
		require.NoError(t, err)
		return r
	}
	for _, code := range catalog.Codes() {
		e, ok := sqltree.ExampleOf(code)
		if !ok {
			continue
		}
		t.Run(string(code), func(t *testing.T) {
			r := check(api.RunRequest{Grant: wide, SQL: e.Refused})
			require.False(t, r.Allowed)
			complete(t, r.Refusal, e.Refused)
			require.Equal(t, code, r.Refusal.Code, "%+v", r.Refusal)
			if code != catalog.CodeStmtKind { // of which there is no tree to point into
				require.GreaterOrEqual(t, r.Refusal.Position, 0, "it is about the text, so it points into it")
			}
			require.Equal(t, &api.Rewrite{Refused: e.Refused, Instead: e.Instead}, r.Rewrite)
			r = check(api.RunRequest{Grant: wide, SQL: e.Instead})
			require.True(t, r.Allowed, "what is to be written instead is refused: %+v", r.Refusal)
		})
	}
	narrow := api.Application{Scenario: "test", Purpose: "test", Methods: []string{"count"}, Datasets: []api.ApplicationDataset{{Dataset: "clients", Columns: map[string]string{"id": "x", "city": "x", "amount": "x"}}}}
	narrow, err := z.Service.SubmitApplication(t.Context(), a, narrow)
	require.NoError(t, err)
	narrow, err = z.Service.ReviewApplication(t.Context(), enclavetest.As("steward"), narrow.ID, api.Review{Version: narrow.Version, Approve: true, Comment: "test"})
	require.NoError(t, err)
	order := slices.Sorted(maps.Keys(provoked()))
	order = append(slices.DeleteFunc(order, func(c catalog.Code) bool { return c == catalog.CodeGrantExpired }), catalog.CodeGrantExpired)
	for _, code := range order {
		in := api.RunRequest{Grant: narrow.Grant, SQL: provoked()[code]}
		switch code {
		case catalog.CodeTooLarge:
			in.Grant = wide
		case catalog.CodePurpose:
			in.Purpose = "another"
		case catalog.CodeGrantMissing:
			in.Grant = catalog.NewID(catalog.PrefixGrant)
		case catalog.CodeComputationNotApproved:
			in.Computation = "nowhere"
		case catalog.CodeGrantExpired:
			z.Clock.Advance(10 * 365 * 24 * time.Hour)
		}
		t.Run(string(code), func(t *testing.T) {
			r := check(in)
			complete(t, r.Refusal, in.SQL)
			require.Equal(t, code, r.Refusal.Code, "%+v", r.Refusal)
			require.Nil(t, r.Rewrite)
		})
	}
}

func TestRefusalsOfALongHistory(t *testing.T) {
	for code, r := range grown {
		complete(t, r, "")
		require.Equal(t, code, r.Code)
	}
}

// The rules of the policy are refusals too: each that can refuse is complete.
func TestRefusalsOfThePolicy(t *testing.T) {
	for code, r := range policyCodes(t) {
		complete(t, &catalog.Refusal{Code: code, Position: -1, Message: r.Message, Remedy: r.Remedy, Articles: r.Articles}, "")
	}
}

func policyCodes(t *testing.T) map[catalog.Code]policy.Rule {
	t.Helper()
	engine, err := policy.Open(policy.Config{Jurisdiction: "lab", Salt: make([]byte, 32)})
	require.NoError(t, err)
	out := map[catalog.Code]policy.Rule{}
	for _, r := range engine.Rules() {
		if r.Obligation {
			continue
		}
		bilingual(t, r.Message)
		bilingual(t, r.Remedy)
		require.NotEmpty(t, r.Articles, r.ID)
		require.Contains(t, catalog.Codes(), r.Code, r.ID)
		out[r.Code] = r
	}
	return out
}

// The list of codes, the reference page and what can be provoked agree: a code that nothing makes is marked there, and no other.
func TestEveryCodeIsAccountedFor(t *testing.T) {
	made := map[catalog.Code]bool{}
	for _, code := range catalog.Codes() {
		_, made[code] = sqltree.ExampleOf(code)
	}
	for code := range provoked() {
		made[code] = true
	}
	for code := range grown {
		made[code] = true
	}
	for code := range policyCodes(t) {
		made[code] = true
	}
	page, err := os.ReadFile("../docs/spec/http.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "## Refusals")
	require.True(t, found)
	listed := map[catalog.Code]bool{}
	for _, m := range regexp.MustCompile("`([A-Z_]{2,})`(·?)").FindAllStringSubmatch(table, -1) {
		code := catalog.Code(m[1])
		if !slices.Contains(catalog.Codes(), code) {
			continue
		}
		listed[code] = true
		require.Equal(t, m[2] == "", made[code], "%s: a dot in docs/spec/http.md says that nothing makes it", code)
	}
	for _, code := range catalog.Codes() {
		require.True(t, listed[code], "docs/spec/http.md does not list %s", code)
	}
}

// An accepted question is explained in both languages: its cells, and each rule that will judge them, without its parameters.
func TestExplanation(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	explain := func(sql string) string {
		r, err := z.Service.Check(t.Context(), a, api.RunRequest{Grant: grant, SQL: sql})
		require.NoError(t, err)
		require.True(t, r.Allowed, "%+v", r.Refusal)
		var out strings.Builder
		for _, said := range append(r.Explain, r.Rules...) {
			bilingual(t, said)
			out.WriteString(said.En + "\n")
		}
		return out.String()
	}
	counted := explain("SELECT city, count(*) AS n FROM clients GROUP BY city")
	require.Contains(t, counted, "threshold: ")
	require.Contains(t, counted, "complement: ")
	require.Contains(t, counted, "number of rows")
	require.Contains(t, counted, "this one at most 4")
	require.NotContains(t, counted, "dominance: ")
	require.Contains(t, explain("SELECT city, sum(amount) AS s FROM clients GROUP BY city"), "dominance: ")
	reviewed := explain("SELECT heard, count(*) AS n FROM cases GROUP BY heard")
	require.Contains(t, reviewed, "one reviewer must approve")
	require.NotRegexp(t, `\b(85|90|67)\b`, counted+reviewed, "a parameter of concentration")
}

// The outer query is explained as well: from which cells each column of the answer is computed, what NULL is, and its limits.
func TestOuterExplanation(t *testing.T) {
	z := enclavetest.New(t)
	a := enclavetest.As("analyst_a")
	grant := z.Grant(t, a)
	for _, c := range []struct {
		sql       string
		says, not []string
	}{
		{"SELECT city, sum(amount) / count(*) AS mean, 1 AS one FROM clients GROUP BY city",
			[]string{"over the released cells alone", "NULL is withheld or empty", "column city: from group key clients.city\n", "column mean: from cell c0, cell c1\n", "column one: a constant", "limits of the outer query"},
			[]string{"HAVING", "windows see", "LIMIT takes", "part 1"}},
		{"SELECT city, count(*) AS n, sum(count(*)) OVER () AS total FROM clients GROUP BY city HAVING count(*) > 5 ORDER BY n LIMIT 2",
			[]string{"column total: from cell c0\n", "HAVING chooses after the release", "windows see released rows alone", "LIMIT takes released rows", "behind ORDER BY"}, []string{"joins, conditions"}},
		{"WITH c AS (SELECT city, segment, count(*) AS n FROM clients GROUP BY city, segment) SELECT city AS k, sum(n) AS s, count(*) AS rows_seen FROM c WHERE n > 10 GROUP BY city",
			[]string{"column k: from group key clients.city\n", "column s: from cell c0\n", "column rows_seen: a constant, or the number of released rows", "what is withheld is in no sum"}, nil},
		{"WITH a AS (SELECT city, count(*) AS n FROM clients GROUP BY city), b AS (SELECT count(*) AS m FROM clients) SELECT a.city, a.n / (SELECT m FROM b) AS share FROM a",
			[]string{"column share: from cell c0 of part 1, cell c0 of part 2\n", "a subquery of one value"}, nil},
	} {
		r, err := z.Service.Check(t.Context(), a, api.RunRequest{Grant: grant, SQL: c.sql})
		require.NoError(t, err)
		require.True(t, r.Allowed, "%+v", r.Refusal)
		var out strings.Builder
		for _, said := range r.Outer {
			bilingual(t, said)
			out.WriteString(said.En + "\n")
		}
		for _, want := range c.says {
			require.Contains(t, out.String(), want)
		}
		for _, never := range c.not {
			require.NotContains(t, out.String(), never)
		}
	}
}

// A gateway that has no worker free for a text says that it is busy: that tells about nobody's data, and can be tried again.
func TestBusyIsSaid(t *testing.T) {
	z := enclavetest.New(t)
	p, grant := z.Bank(t)
	z.Runner.FillUp(true)
	_, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: byCity}, "key")
	refuses(t, enclave.KindUnavailable, err)
	_, err = z.Service.Check(t.Context(), p, api.RunRequest{Grant: grant, SQL: byCity})
	refuses(t, enclave.KindUnavailable, err)
	z.Runner.FillUp(false)
	run, err := z.Service.Submit(t.Context(), p, api.RunRequest{Grant: grant, SQL: byCity}, "key")
	require.NoError(t, err)
	z.Executed(t, run.Run)
	z.Check(t)
}
