package compile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
	"yumen/enclave/disclosure"
)

// tradeWorld joins firms with themselves: a firm with its parent, and a deal with two firms.
const tradeWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: firms}
spec:
  title: {zh: 企业, en: Firms}
  entities: [{type: enterprise, key: [uscc], unique: true}, {type: enterprise, key: [parent]}]
  columns:
  - {name: uscc, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: parent, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: town, type: VARCHAR, grade: 2, roles: [dimension], domain: [n, s]}
  - {name: capital, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 1000]}
  joins: [{columns: [parent], to: {dataset: firms, columns: [uscc]}, cardinality: many_to_one}]
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: deals}
spec:
  title: {zh: 交易, en: Deals}
  entities: [{type: enterprise, key: [seller]}, {type: enterprise, key: [buyer]}, {type: person, key: [country, passport]}]
  columns:
  - {name: seller, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: buyer, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: country, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: passport, type: BIGINT, grade: 2, roles: [entity_key]}
  - {name: amount, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 1000]}
  joins:
  - {columns: [seller], to: {dataset: firms, columns: [uscc]}, cardinality: many_to_one}
  - {columns: [buyer], to: {dataset: firms, columns: [uscc]}, cardinality: many_to_one}
`

// newTrade loads twelve firms in three levels, deals of six of them with two others that nine travellers signed, and deals of firms elsewhere.
func newTrade(t *testing.T) *engine {
	e, view := newEngine(t), viewtest.View(t, tradeWorld)
	e.exec(`CREATE TABLE memory.main.firms AS SELECT i AS uscc, CASE WHEN i < 6 THEN i + 6 WHEN i < 10 THEN 10 + i % 2 END AS parent,
		CASE WHEN i % 3 = 0 THEN 'n' ELSE 's' END AS town, 7 * i AS capital FROM range(12) t(i)`)
	e.exec(`CREATE TABLE memory.main.deals AS SELECT i % 6 AS seller, 6 + i % 2 AS buyer, CASE i % 3 WHEN 0 THEN 'cn' ELSE 'x' END AS country, i % 9 AS passport, i AS amount
		FROM range(30) t(i) UNION ALL SELECT 20 + i % 5, 30 + i % 5, 'y', i % 7, i FROM range(15) t(i)`)
	for _, name := range []string{"firms", "deals"} {
		e.snapshot(name, view.Datasets[name].Spec, "memory.main."+name)
	}
	return e
}

// Tables are joined with themselves along declared edges, and what comes out is what the engine says of the text.
func TestSelfJoins(t *testing.T) {
	e, view := newTrade(t), viewtest.View(t, tradeWorld)
	for _, text := range []string{
		"SELECT s.town, b.town AS other, count(*) AS n, sum(d.amount) AS y, sum(b.capital) AS z, count(DISTINCT b.uscc) AS m FROM deals d JOIN firms s ON d.seller = s.uscc JOIN firms b ON d.buyer = b.uscc GROUP BY 1, 2",
		"SELECT p.town, count(*) AS n, sum(c.capital) AS y, sum(p.capital) AS z, count(DISTINCT p.uscc) AS m FROM firms c JOIN firms p ON c.parent = p.uscc GROUP BY 1",
		"SELECT g.town, count(*) AS n, count(DISTINCT p.uscc) AS m FROM firms c JOIN firms p ON c.parent = p.uscc JOIN firms g ON p.parent = g.uscc GROUP BY 1",
		"SELECT b.town, count(*) AS n FROM deals d LEFT JOIN firms b ON d.buyer = b.uscc GROUP BY 1",
		"SELECT s.town, count(*) AS n, sum(t.capital) AS z FROM deals d JOIN firms s ON d.seller = s.uscc LEFT JOIN firms t ON d.seller = t.uscc WHERE t.town = 'n' GROUP BY 1",
		"WITH x AS (SELECT seller, sum(amount) AS y FROM deals JOIN firms s ON seller = s.uscc WHERE s.town = 's' GROUP BY seller) SELECT t.town, count(*) AS n, sum(y) AS z FROM x JOIN firms t ON x.seller = t.uscc GROUP BY 1",
		"WITH x AS (SELECT country, passport, sum(amount) AS y, count(passport) AS n FROM deals GROUP BY country, passport) SELECT count(*) AS p, sum(y) AS z, sum(n) AS m, count(DISTINCT (x.passport, x.country)) AS q FROM x",
		"WITH x AS (SELECT buyer, count(*) AS n FROM deals GROUP BY buyer) SELECT count(*) AS firms, sum(n) AS rows FROM x WHERE n >= 5",
	} {
		p, err := e.plan(text, view, noNulls(view))
		require.NoError(t, err, text)
		got := sortRows(e.unprotected(p, 0))
		e.exec("USE memory")
		require.Equal(t, sortRows(e.direct(text, 0)), got, text)
	}
	once, err := e.plan("SELECT s.town, count(*) AS n FROM deals d JOIN firms s ON d.seller = s.uscc GROUP BY 1", view, noNulls(view))
	require.NoError(t, err)
	twice, err := e.plan("SELECT s.town, count(*) AS n FROM deals d JOIN firms s ON d.seller = s.uscc JOIN firms t ON d.seller = t.uscc GROUP BY 1", view, noNulls(view))
	require.NoError(t, err)
	require.Equal(t, once, twice, "joined again in the same way it is the same row")
	for _, text := range []string{"SELECT count(*) AS n FROM firms a JOIN firms b ON a.uscc = b.uscc", "SELECT count(*) AS n FROM deals a JOIN deals b ON a.seller = b.seller",
		"SELECT count(*) AS n FROM deals a JOIN firms f ON a.seller = f.uscc JOIN deals b ON b.seller = f.uscc"} {
		_, err := e.plan(text, view, noNulls(view))
		var refusal *catalog.Refusal
		require.ErrorAs(t, err, &refusal, text)
		require.Equal(t, catalog.CodeJoinEdge, refusal.Code)
		require.Contains(t, refusal.Remedy.En, "in a WITH clause", text)
	}
}

// Both sides of a self-join must be enough, and so must the other entities behind a roll-up.
func TestSelfJoinsCountBothReferences(t *testing.T) {
	e, view := newTrade(t), viewtest.View(t, tradeWorld)
	released := func(text string, k int64) int {
		p, err := e.plan(text, view, noNulls(view))
		require.NoError(t, err)
		table := e.evidence(p, compile.Inputs{Snapshots: map[string]string{"deals": "d", "firms": "f"}})
		return len(disclosure.Judge(table, disclosure.Rules{K: k}).Released(table))
	}
	both := "SELECT count(*) AS n FROM deals d JOIN firms s ON d.seller = s.uscc JOIN firms b ON d.buyer = b.uscc"
	require.Equal(t, 1, released(both, 2), "six sellers, two buyers, nine travellers")
	require.Zero(t, released(both, 3), "two buyers are too few")
	sellers := "WITH x AS (SELECT seller, sum(amount) AS y FROM deals JOIN firms s ON seller = s.uscc GROUP BY seller) SELECT count(*) AS n, avg(y) AS a FROM x"
	require.Equal(t, 1, released(sellers, 2))
	require.Zero(t, released(sellers, 3), "the buyers of the rolled-up rows are counted as well")
}
