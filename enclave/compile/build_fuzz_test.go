package compile_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// wrapped puts a filter of the outer query into an inner one that projects and filters, by WITH or by a subquery. Texts of other shapes stay.
func (s speaker) wrapped(text string) string {
	const from = " FROM visits"
	head, tail, found := strings.Cut(text, from)
	tail = strings.TrimPrefix(tail, " AS v")
	if !found || strings.Contains(tail, "JOIN") || strings.Contains(head, "WITH") || strings.Contains(head, "(SELECT") {
		return text
	}
	where, rest := tail, ""
	if i := strings.Index(tail, " GROUP BY "); i >= 0 {
		where, rest = tail[:i], tail[i:]
	}
	inner := "SELECT cost, kind, area, result, pid, cid, site FROM visits" + where
	if s.rng.IntN(2) == 0 {
		return "WITH v AS (" + inner + ") " + head + " FROM v" + rest
	}
	return head + " FROM (" + inner + ") AS v" + rest
}

// FuzzSpellings: two spellings of one meaning have one plan; the statements generated from it are each one query that the engine's own parser
// reads, with a value for every parameter; and two questions of one plan have one answer.
func FuzzSpellings(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, seed*seed)
	}
	view := viewtest.View(f, tinyWorld)
	specs := map[string]catalog.DatasetSpec{}
	for name, g := range view.Datasets {
		specs[name] = g.Spec
	}
	f.Fuzz(func(t *testing.T, x, y uint64) {
		e := newEngine(t)
		s := speaker{rand.New(rand.NewPCG(x, y))}
		a, b, _ := s.question()
		one, err := e.plan(a, view, compile.Facts{})
		for _, text := range []string{b, s.wrapped(a), s.wrapped(b)} {
			two, err2 := e.plan(text, view, compile.Facts{})
			require.Equal(t, err == nil, err2 == nil, "%s\n%s\n%v\n%v", a, text, err, err2)
			if err == nil {
				require.Equal(t, canonicalOf(t, one), canonicalOf(t, two), "%s\n%s", a, text)
			}
		}
		if err != nil {
			return
		}
		program, err := compile.Generate(one, compile.Inputs{})
		require.NoError(t, err, a)
		for _, st := range program.Statements {
			var tree struct {
				Error      bool
				Statements []json.RawMessage
			}
			require.NoError(t, json.Unmarshal(e.parse(st.SQL), &tree), a)
			require.False(t, tree.Error, st.SQL)
			require.Len(t, tree.Statements, 1)
		}
		other, _, _ := s.question()
		third, err := e.plan(other, view, compile.Facts{})
		if err != nil || canonicalOf(t, one) != canonicalOf(t, third) {
			return
		}
		randomWorld(s.rng).load(e, specs)
		require.Equal(t, sortRows(e.unprotected(one, 0)), sortRows(e.unprotected(third, 0)), "%s\n%s", a, other)
	})
}

// Questions that differ in one value, one column, one key or one measure differ in their plan.
func TestDifferentMeaningsDiffer(t *testing.T) {
	view := viewtest.View(t, tinyWorld)
	e := newEngine(t)
	texts := []string{
		"SELECT count(*) FROM visits", "SELECT count(cost) FROM visits", "SELECT sum(cost) FROM visits", "SELECT count(DISTINCT pid) FROM visits",
		"SELECT count(*) FROM visits WHERE area = 'a'", "SELECT count(*) FROM visits WHERE area = 'b'", "SELECT count(*) FROM visits WHERE area IN ('a', 'b')",
		"SELECT count(*) FROM visits WHERE kind = 'x'", "SELECT count(*) FROM visits WHERE area IS NULL", "SELECT count(*) FROM visits WHERE cost > 0",
		"SELECT count(*) FROM visits WHERE cost >= 0", "SELECT count(*) FROM visits WHERE cost = 0", "SELECT count(*) FROM visits WHERE area = 'a' AND cost > 0",
		"SELECT area, count(*) FROM visits GROUP BY area", "SELECT kind, count(*) FROM visits GROUP BY kind", "SELECT count(*) FROM people",
		"SELECT count(*) FROM visits JOIN people USING (pid) WHERE town = 'n'", "SELECT count(*) FROM visits JOIN people USING (pid) WHERE town = 's'",
		"WITH x AS (SELECT pid, count(*) AS n FROM visits GROUP BY pid) SELECT count(*) FROM x WHERE n >= 2",
		"WITH x AS (SELECT pid, count(*) AS n FROM visits WHERE area = 'a' GROUP BY pid) SELECT count(*) FROM x WHERE n >= 2",
	}
	var seen []string
	for _, text := range texts {
		p, err := e.plan(text, view, compile.Facts{})
		require.NoError(t, err, text)
		form := canonicalOf(t, p)
		require.False(t, slices.Contains(seen, form), "another question has the plan of %s", text)
		seen = append(seen, form)
	}
}

// canonicalOf is what two plans of one meaning share: base, keys, sets and cells; the outer query has the caller's names.
func canonicalOf(t testing.TB, p *compile.Plan) string {
	b, err := json.Marshal([]any{p.Base, p.Keys, p.Sets, p.Cells})
	require.NoError(t, err)
	return string(b)
}
