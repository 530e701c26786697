package compile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

const dealWorld = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: deal}
spec:
  title: {zh: 交易, en: Deals}
  entities: [{type: enterprise, key: [firm], unique: true}]
  columns:
  - {name: firm, type: INTEGER, grade: 2, roles: [entity_key]}
  - {name: area, type: VARCHAR, grade: 2, roles: [dimension], domain: [big, small, rest]}
  - {name: late, type: INTEGER, grade: 2, roles: [measure, dimension], domain: [0, 1], bounds: [0, 1], grid: step(1)}
  - {name: amount, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 100000]}
  - {name: few, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 9]}
  - {name: more, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 9]}
  - {name: w, type: "DECIMAL(4,1)", grade: 2, roles: [measure], bounds: [0, 100]}
  - {name: v, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 100]}
  - {name: u, type: INTEGER, grade: 2, roles: [measure], bounds: [0, 100]}
`

func newDeals(t *testing.T) *session {
	view := viewtest.View(t, dealWorld)
	c := &corpusWorld{engine: newEngine(t), specs: map[string]catalog.DatasetSpec{"deal": view.Datasets["deal"].Spec}, pins: map[string]string{"deal": "snap_d"}}
	c.exec(`CREATE TABLE deal_source AS SELECT CAST(i AS INTEGER) AS firm, CASE WHEN i <= 40 THEN 'big' WHEN i <= 45 THEN 'small' ELSE 'rest' END AS area,
		CAST(i % 2 AS INTEGER) AS late, CAST(1000 + i AS INTEGER) AS amount, CAST(CASE WHEN i % 10 = 3 AND i < 40 THEN i % 7 + 1 ELSE 0 END AS INTEGER) AS few,
		CAST(CASE WHEN i % 5 = 3 THEN i % 7 + 1 ELSE 0 END AS INTEGER) AS more, CAST(i % 9 + 0.5 AS DECIMAL(4,1)) AS w, CAST(i % 8 AS INTEGER) AS v,
		CAST(i % 11 AS INTEGER) AS u FROM range(1, 61) AS t(i)`)
	c.snapshot("deal", c.specs["deal"], "memory.main.deal_source")
	return &session{corpusWorld: c}
}

// A product with a mark is the sum over the marked, and judged as that.
func TestProductsWithMarksAreConditions(t *testing.T) {
	s, view := newDeals(t), viewtest.View(t, dealWorld)
	one, err := s.plan("SELECT sum(amount * late), sum(late * late) FROM deal", view, noNulls(view))
	require.NoError(t, err)
	two, err := s.plan("SELECT sum(amount) FILTER (WHERE late = 1), count(*) FILTER (WHERE late = 1) FROM deal", view, noNulls(view))
	require.NoError(t, err)
	require.Equal(t, two.Cells, one.Cells)
	require.Equal(t, two.Sets, one.Sets)
	require.Equal(t, s.unprotected(two, 0), s.unprotected(one, 0))
}

// Who is multiplied by nothing is not in a sum of products.
func TestProductsCountWhoContributes(t *testing.T) {
	view := viewtest.View(t, dealWorld)
	require.Empty(t, newDeals(t).text(view, "SELECT sum(amount * few) FROM deal"), "four firms are not multiplied by zero")
	require.Len(t, newDeals(t).text(view, "SELECT sum(amount * more) FROM deal"), 1, "twelve firms")
}

// Sums with different weights over the same firms are equations for their amounts: each needs one more firm than the one before.
func TestStatisticsOfOneMeasure(t *testing.T) {
	view := viewtest.View(t, dealWorld)
	small := " FROM deal WHERE area = 'small'"
	require.Len(t, newDeals(t).text(view, "SELECT sum(amount)"+small), 1, "five firms")
	require.Len(t, newDeals(t).text(view, "SELECT sum(amount * w)"+small), 1)
	require.Empty(t, newDeals(t).text(view, "SELECT sum(amount), sum(amount * w)"+small))
	require.Len(t, newDeals(t).text(view, "SELECT sum(amount), sum(amount * w) FROM deal WHERE area = 'big'"), 1)

	s := newDeals(t)
	require.Len(t, s.text(view, "SELECT sum(amount)"+small), 1)
	require.Empty(t, s.text(view, "SELECT sum(amount * w)"+small), "an earlier answer counts")
	require.Len(t, s.text(view, "SELECT sum(amount * w) FROM deal WHERE area = 'big'"), 1, "other firms")

	many := "SELECT sum(amount), sum(amount * w), sum(amount * v), sum(amount * u)"
	p, err := s.plan(many+" FROM deal", view, noNulls(view))
	require.NoError(t, err)
	_, err = compile.Generate(p, compile.Inputs{})
	require.NoError(t, err)
	p, err = s.plan(many+", sum(amount * more) FROM deal", view, noNulls(view))
	require.NoError(t, err)
	_, err = compile.Generate(p, compile.Inputs{})
	require.ErrorIs(t, err, compile.ErrTooLarge)
}
