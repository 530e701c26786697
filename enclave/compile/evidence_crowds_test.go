package compile_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// text asks in words.
func (s *session) text(view footprint.View, sql string) []string {
	s.t.Helper()
	plan, err := s.plan(sql, view, noNulls(view))
	require.NoError(s.t, err, sql)
	return s.answer(&question{plan: *plan})
}

const regularIndustries = "('I0','I1','I2','I3','I4')"

// TestQuantityFromAnotherRoot: the same sum asked of a table and through a join, where one firm lies between.
func TestQuantityFromAnotherRoot(t *testing.T) {
	c, view := newCorpus(t), viewtest.Corpus(t)
	capital := "SELECT sum(registered_capital) FROM enterprises WHERE district = 'D2'"
	joined := "SELECT sum(e.registered_capital) FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2023 AND e.district = 'D2'"
	for _, pair := range [][2]string{
		{capital, joined + " AND e.industry IN " + regularIndustries},
		{joined, capital + " AND industry IN " + regularIndustries},
		{joined, "SELECT sum(e.registered_capital) FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2024 AND e.district = 'D2' AND e.industry IN " + regularIndustries},
		{"SELECT count(*) FROM enterprises WHERE district = 'D2'",
			"SELECT count(*) FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE e.district = 'D2' AND e.industry IN " + regularIndustries},
		{"SELECT count(*) FROM tax WHERE year = 2023",
			"SELECT count(DISTINCT t.uscc) FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE e.industry IN " + regularIndustries},
	} {
		s := &session{corpusWorld: c}
		require.Len(t, s.text(view, pair[0]), 1)
		require.Empty(t, s.text(view, pair[1]), pair[1])
	}
	s := &session{corpusWorld: c}
	require.Len(t, s.text(view, capital), 1)
	require.Len(t, s.text(view, "SELECT sum(e.registered_capital) FROM tax t JOIN enterprises e ON t.uscc = e.uscc WHERE t.year = 2023 AND e.district = 'D3'"), 1,
		"other firms by the boxes")
	require.Len(t, s.text(view, "SELECT industry, count(*) FROM enterprises GROUP BY industry"), 5)
	require.Len(t, s.text(view, "SELECT e.district, count(*), sum(t.tax_paid) FROM tax t JOIN enterprises e ON t.uscc = e.uscc "+
		"WHERE e.industry = 'I1' AND t.year = 2023 GROUP BY e.district"), 8, "parts of a group that was counted in another table")
	require.Len(t, s.text(view, "SELECT t.year, count(*), sum(t.tax_paid) FROM tax t GROUP BY t.year"), 2)
}

// The world of loans: every firm has a loan, or six, in each of two years.
const loanWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: loan}
spec:
  title: {zh: 贷款, en: Loans}
  entities: [{type: firm, key: [uscc]}]
  columns:
  - {name: uscc, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: year, type: BIGINT, grade: 2, roles: [dimension], domain: [2023, 2024]}
  - {name: late, type: INTEGER, grade: 2, roles: [measure, dimension], bounds: [0, 1], grid: step(1)}
  joins: [{columns: [uscc], to: {dataset: firm, columns: [uscc]}, cardinality: many_to_one}]
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: firm}
spec:
  title: {zh: 企业, en: Firms}
  entities: [{type: firm, key: [uscc], unique: true}]
  columns:
  - {name: uscc, type: VARCHAR, grade: 2, roles: [entity_key]}
  - {name: sector, type: VARCHAR, grade: 2, roles: [dimension], domain: [a, b, c, rare]}
  - {name: capital, type: "DECIMAL(18,2)", grade: 2, roles: [measure, dimension], bounds: [0, 100000000], grid: "1-2-5"}
`

// newLoans has fifty firms, one of a rare sector, with so many loans a year each.
func newLoans(t *testing.T, perYear string) (*corpusWorld, footprint.View) {
	view := viewtest.View(t, loanWorld)
	c := &corpusWorld{engine: newEngine(t), specs: map[string]catalog.DatasetSpec{}, pins: map[string]string{"loan": "snap_l", "firm": "snap_f"}}
	c.exec(`CREATE TABLE firm_source AS SELECT 'U' || i AS uscc, CASE WHEN i = 42 THEN 'rare' ELSE chr(CAST(97 + i % 3 AS INTEGER)) END AS sector,
		CAST(1000 + 10 * i AS DECIMAL(18,2)) AS capital FROM range(1, 51) AS t(i)`)
	c.exec(fmt.Sprintf(`CREATE TABLE loan_source AS SELECT 'U' || i AS uscc, year, CASE WHEN i %% 2 = 0 THEN 1 ELSE 0 END AS late
		FROM range(1, 51) AS t(i), (VALUES (2023), (2024)) AS y(year), range(6) AS n(n) WHERE n < %s`, perYear))
	for name, g := range view.Datasets {
		c.specs[name] = g.Spec
		c.snapshot(name, g.Spec, "memory.main."+name+"_source")
	}
	return c, view
}

// TestQuantityOverOtherRows: a firm's capital is the same over its loans of any year.
func TestQuantityOverOtherRows(t *testing.T) {
	for name, perYear := range map[string]string{"one a year": "1", "six a year": "6", "one or six": "CASE WHEN i % 7 < 6 THEN 1 ELSE 6 END"} {
		t.Run(name, func(t *testing.T) {
			c, view := newLoans(t, perYear)
			s := &session{corpusWorld: c}
			got := s.text(view, `SELECT sum(f.capital) FILTER (WHERE l.year = 2023), sum(f.capital) FILTER (WHERE l.year = 2024 AND f.sector IN ('a', 'b', 'c'))
				FROM loan l JOIN firm f ON l.uscc = f.uscc`)
			require.Len(t, got, 1)
			require.Regexp(t, `^\.\||\|\.$`, got[0], "one of the two")
			s = &session{corpusWorld: c}
			require.Regexp(t, `^[0-9.]+\|[0-9.]+$`, s.text(view, `SELECT sum(f.capital) FILTER (WHERE l.year = 2023), sum(f.capital) FILTER (WHERE l.year = 2024)
				FROM loan l JOIN firm f ON l.uscc = f.uscc`)[0], "the same firms")
			s = &session{corpusWorld: c}
			require.Len(t, s.text(view, "SELECT year, count(*) FROM loan GROUP BY year"), 2)
			require.Empty(t, s.text(view, "SELECT count(*) FROM loan l JOIN firm f ON l.uscc = f.uscc WHERE l.year = 2024 AND f.sector IN ('a', 'b', 'c')"))
		})
	}
}

// TestRowsAgainstEntities: a count of rows where each is another firm's is a count of firms.
func TestRowsAgainstEntities(t *testing.T) {
	c, view := newLoans(t, "1")
	s := &session{corpusWorld: c}
	got := s.text(view, `SELECT count(*), count(DISTINCT l.uscc) FILTER (WHERE f.sector IN ('a', 'b', 'c')) FROM loan l JOIN firm f ON l.uscc = f.uscc WHERE l.year = 2023`)
	require.Len(t, got, 1)
	require.Contains(t, []string{"50|.", ".|49"}, got[0])
	for _, pair := range [][2]string{
		{"SELECT count(*) FROM firm", "SELECT count(*) FROM loan l JOIN firm f ON l.uscc = f.uscc WHERE l.year = 2023 AND f.sector IN ('a', 'b', 'c')"},
		{"SELECT count(*) FROM loan", "SELECT count(*) FROM firm WHERE sector IN ('a', 'b', 'c')"},
		{"SELECT count(*) FROM loan", "SELECT count(DISTINCT l.uscc) FROM loan l JOIN firm f ON l.uscc = f.uscc WHERE f.sector IN ('a', 'b', 'c')"},
	} {
		s := &session{corpusWorld: c}
		require.Len(t, s.text(view, pair[0]), 1)
		require.Empty(t, s.text(view, pair[1]), pair[1])
	}
	s = &session{corpusWorld: c}
	require.Equal(t, []string{"50|100"}, s.text(view, "SELECT count(*), count(DISTINCT uscc) FROM loan"), "the same rows")
}

// TestSumOfTruthsIsACount: what can only be 0 or 1 adds up to the count of its ones, and is judged as that count.
func TestSumOfTruthsIsACount(t *testing.T) {
	c, view := newLoans(t, "1")
	plan, err := c.plan("SELECT sum(late), avg(late), count(*) FILTER (WHERE late = 1), count(*) FROM loan", view, noNulls(view))
	require.NoError(t, err)
	require.Len(t, plan.Cells, 2, "the ones and all")
	for _, cell := range plan.Cells {
		require.Equal(t, compile.MeasureRows, cell.Measure.Kind)
	}
	require.Equal(t, []compile.Condition{{Column: compile.ColumnRef{Path: "loan", Column: "late"}, Type: "INTEGER",
		Set: compile.Set{Intervals: []compile.Interval{{Lo: "1"}}}}}, plan.Sets[1].Conditions)
	squares, err := c.plan("SELECT var_pop(late), sum(late) FROM loan", view, noNulls(view))
	require.NoError(t, err)
	require.Equal(t, plan.Cells, squares.Cells, "squares of 0 and 1 are themselves")
	require.Equal(t, [][]string{{"50", "0.5", "50", "100"}}, c.unprotected(plan, 0))
	require.Equal(t, [][]string{{"0.25", "50"}}, c.unprotected(squares, 0))

	s := &session{corpusWorld: c}
	c.exec("UPDATE loan_source SET late = 1")
	c.exec("UPDATE loan_source SET late = 0 WHERE uscc IN ('U1', 'U2')")
	c.snapshot("loan", view.Datasets["loan"].Spec, "memory.main.loan_source")
	require.Equal(t, []string{"100"}, s.text(view, "SELECT count(*) FROM loan"))
	require.Empty(t, s.text(view, "SELECT sum(late) FROM loan"), "all but two firms")
}
