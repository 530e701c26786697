package compile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
)

// overQuestions are questions over cells whose answer is that of the text itself where nothing is withheld.
var overQuestions = []string{
	"WITH c AS (SELECT district, count(*) AS n FROM persons GROUP BY district) SELECT district, n, rank() OVER (ORDER BY n DESC) AS place FROM c WHERE n > 10 ORDER BY place, district LIMIT 5",
	"SELECT max(a) - min(a) AS gap, avg(a) AS mean, sum(n) AS n, count(*) AS groups FROM (SELECT industry, avg(registered_capital) AS a, count(*) AS n FROM enterprises GROUP BY 1) AS e",
	"WITH i AS (SELECT e.industry, sum(t.tax_paid) AS paid FROM tax t JOIN enterprises e ON t.uscc = e.uscc GROUP BY e.industry) SELECT industry, paid FROM i WHERE paid > (SELECT avg(paid) FROM i) ORDER BY paid DESC",
	"WITH c AS (SELECT district, gender, count(*) AS n FROM persons GROUP BY 1, 2), d AS (SELECT district, sum(n) AS all_n FROM c GROUP BY district) SELECT c.district, c.gender, 100.0 * n / all_n AS share FROM c JOIN d USING (district) ORDER BY 1, 2",
	"WITH c AS (SELECT district, gender, count(*) AS n FROM persons GROUP BY 1, 2) SELECT f.district AS d, f.n - m.n AS more FROM c f JOIN c AS m ON f.district = m.district AND f.gender = 'F' AND m.gender = 'M' ORDER BY more, d",
	"WITH c AS (SELECT district, gender, count(*) AS n FROM persons GROUP BY ALL) SELECT gender AS g, sum(n) AS s, sum(n) FILTER (WHERE district < 'D3') AS some, count(DISTINCT district) AS d, min(district) AS first FROM c GROUP BY g HAVING sum(n) > 0 ORDER BY ALL",
	"SELECT CASE WHEN n >= 40 THEN 'many' ELSE 'few' END AS size, count(*) AS districts, sum(n) AS persons FROM (SELECT district, count(*) FROM persons GROUP BY 1) AS c(d, n) GROUP BY 1 ORDER BY size",
	"SELECT district, n, sum(n) OVER (ORDER BY n DESC, district) AS up_to, n / (SELECT sum(n) FROM (SELECT district, n FROM c) AS x) AS share FROM (SELECT district, n FROM c WHERE district IS NOT NULL) AS y ORDER BY district",
	"WITH per AS (SELECT person_id, sum(paid) AS y FROM social_insurance GROUP BY person_id), d AS (SELECT p.district, avg(y) AS a FROM per JOIN persons p USING (person_id) GROUP BY p.district) SELECT d.district, a - (SELECT avg(a) FROM d) AS above FROM d ORDER BY above DESC, district",
	"WITH c AS (SELECT district, count(*) AS n FROM persons GROUP BY district ORDER BY n DESC, district LIMIT 3) SELECT sum(n) AS top, (SELECT max(n) FROM c) AS most FROM c",
	"SELECT a.district, a.n FROM c AS a LEFT JOIN (SELECT district, n FROM c WHERE n > 60) AS b ON a.district = b.district WHERE b.n IS NULL ORDER BY a.district",
}

// severalQuestions group data more than once: each of their grouped SELECTs is a part of the plan.
var severalQuestions = []string{
	"WITH a AS (SELECT district, count(*) AS n FROM persons GROUP BY 1), b AS (SELECT district, avg(registered_capital) AS m FROM enterprises GROUP BY 1) SELECT a.district, n, m FROM a JOIN b USING (district) ORDER BY 1",
	"WITH a AS (SELECT district, count(*) AS n FROM persons GROUP BY 1), b AS (SELECT district, count(*) AS n FROM enterprises WHERE industry = 'I1' GROUP BY 1) SELECT a.district AS d, a.n, b.n AS firms, 1.0 * b.n / a.n AS rate, rank() OVER (ORDER BY b.n DESC) AS place FROM a LEFT JOIN b ON a.district = b.district ORDER BY place, d",
	"SELECT y.year, y.paid, x.n FROM (SELECT year, sum(tax_paid) AS paid FROM tax GROUP BY year) AS y JOIN (SELECT status AS s, count(*) AS n FROM court_judgments GROUP BY 1) AS x ON x.n < y.paid ORDER BY 1, 3",
	"WITH f AS (SELECT employer_uscc, count(*) AS n FROM social_insurance GROUP BY 1), a AS (SELECT e.district, count(*) AS firms FROM f JOIN enterprises e ON f.employer_uscc = e.uscc GROUP BY 1), b AS (SELECT district, count(*) AS n FROM persons GROUP BY 1) SELECT district, firms, n FROM a JOIN b USING (district) ORDER BY 1",
	"WITH a AS (SELECT gender AS k, count(*) AS n FROM persons GROUP BY 1), b AS (SELECT gender AS k, count(*) AS n FROM persons WHERE district = 'D1' GROUP BY 1), c AS (SELECT count(*) AS n FROM persons) SELECT a.k, a.n, b.n AS inside, c.n AS everybody FROM a JOIN b USING (k) JOIN c ON c.n > a.n ORDER BY 1",
	"SELECT district, count(*) AS n, round(count(*) * 100.0 / (SELECT count(*) FROM persons), 1) AS share FROM persons GROUP BY district ORDER BY n DESC, district",
	"SELECT industry, avg(registered_capital) AS mean FROM enterprises GROUP BY industry HAVING avg(registered_capital) > (SELECT avg(registered_capital) FROM enterprises) ORDER BY mean - (SELECT avg(registered_capital) FROM enterprises) DESC, industry",
	"WITH c AS (SELECT district, count(*) AS n FROM persons GROUP BY district) SELECT district, n, n - (SELECT count(*) FROM persons WHERE district = 'D1') AS more FROM c WHERE n >= (SELECT 1 * count(*) / 10 FROM persons) ORDER BY n DESC, district",
	"WITH t AS (SELECT count(*) AS n FROM persons) SELECT gender, count(*) AS n, 100.0 * count(*) / (SELECT n FROM t) AS share, sum(count(*)) OVER (ORDER BY gender) AS up_to FROM persons GROUP BY 1 ORDER BY gender",
	"SELECT gender, count(*) AS n, count(*) - (SELECT count(*) FROM enterprises) AS more FROM persons GROUP BY ALL ORDER BY gender",
	"SELECT (SELECT count(*) FROM persons) AS people, (SELECT sum(registered_capital) FROM enterprises) AS capital, (SELECT max(n) FROM (SELECT district, count(*) AS n FROM persons GROUP BY 1) AS d) AS largest",
	"SELECT district, count(*) AS n FROM persons GROUP BY district UNION ALL SELECT 'all', count(*) FROM persons ORDER BY n DESC, district",
	"(SELECT district, count(*) AS n FROM persons GROUP BY district ORDER BY n DESC, district LIMIT 2) UNION ALL (SELECT industry, avg(registered_capital) FROM enterprises GROUP BY 1) UNION ALL SELECT NULL, count(*) FROM tax ORDER BY ALL",
	"WITH u AS (SELECT 1 AS k, gender, count(*) AS n FROM persons GROUP BY gender UNION ALL SELECT 2, gender, count(*) FROM persons WHERE district = 'D1' GROUP BY gender) SELECT gender, sum(n) FILTER (WHERE k = 1) AS a, sum(n) FILTER (WHERE k = 2) AS b FROM u GROUP BY gender ORDER BY 1",
	"SELECT d, n FROM (SELECT district AS d, count(*) AS n FROM persons GROUP BY 1 UNION ALL SELECT district, count(*) FROM enterprises GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 4 OFFSET 1) AS u ORDER BY n, d",
	"WITH c AS (SELECT district, count(*) AS n FROM persons GROUP BY 1) SELECT district, n FROM c UNION ALL SELECT NULL, sum(n) FROM c UNION ALL SELECT industry, count(*) FROM enterprises GROUP BY industry ORDER BY 2, 1",
	"WITH a AS (SELECT district, count(*) AS n FROM persons WHERE district <> 'D1' GROUP BY 1), b AS (SELECT district, count(*) AS m FROM enterprises WHERE district <> 'D2' GROUP BY 1), c AS (SELECT district, avg(registered_capital) AS r FROM enterprises GROUP BY 1) SELECT district, n, m, r, a.district AS left_one FROM a FULL JOIN b USING (district) FULL JOIN c USING (district) ORDER BY 1",
	"SELECT a.n AS people, b.n AS firms, 1.0 * b.n / a.n AS rate FROM (SELECT count(*) AS n FROM persons) AS a, (SELECT count(*) AS n FROM enterprises) AS b",
	"WITH t AS (SELECT count(*) AS n FROM persons), d AS (SELECT district, count(*) AS n FROM persons GROUP BY 1) SELECT d.district, 100.0 * d.n / t.n AS share FROM d CROSS JOIN t ORDER BY share DESC, 1",
	"WITH m AS (SELECT max(n) AS most FROM (SELECT district, count(*) AS n FROM persons GROUP BY 1) AS d), b AS (SELECT district, count(*) AS n, (SELECT most FROM m) AS most FROM enterprises GROUP BY district) SELECT district, n, most FROM b ORDER BY 1",
}

// Questions that group data several times mean what the engine gives for the text itself.
func TestSeveralMeanTheText(t *testing.T) {
	c, view := newCorpus(t), viewtest.Corpus(t)
	for _, text := range severalQuestions {
		t.Run(text, func(t *testing.T) {
			e := &engine{t: t, conn: c.conn}
			p, err := e.plan(text, view, noNulls(view))
			require.NoError(t, err)
			require.NotEmpty(t, p.More)
			got := e.unprotected(p, 0)
			e.exec("USE memory")
			require.NotEmpty(t, got)
			require.Equal(t, e.direct(text, 0), got, p.Post.SQL)
		})
	}
}

// Parts have one order and no two are equal, whatever the text calls them and wherever it puts them; each is the plan of its SELECT alone.
func TestSeveralAreCanonical(t *testing.T) {
	e, view := newEngine(t), viewtest.Corpus(t)
	const a, b = "SELECT district, gender, count(*) AS n FROM persons GROUP BY 1, 2", "SELECT count(*) AS n FROM persons WHERE gender = 'F'"
	plan := func(text string) *compile.Plan {
		p, err := e.plan(text, view, noNulls(view))
		require.NoError(t, err, text)
		return p
	}
	bare := func(p *compile.Plan) compile.Plan {
		out := *p
		out.Post, out.More = compile.Post{}, nil
		return out
	}
	one := plan("WITH a AS (" + a + "), b AS (" + b + ") SELECT a.district, a.n FROM a JOIN b ON a.n < b.n")
	for _, text := range []string{
		"WITH b AS (" + b + "), a AS (" + a + ") SELECT a.district, a.n FROM b JOIN a ON a.n < b.n",
		"SELECT a.district, a.n FROM (SELECT count(1) AS n FROM persons WHERE gender IN ('F')) AS b JOIN (SELECT p.gender, p.district, count(p.person_id) AS n FROM persons p GROUP BY p.district, p.gender) AS a ON a.n < b.n",
		"SELECT a.district, a.n FROM (" + a + ") AS a JOIN (" + b + ") AS b ON a.n < b.n WHERE a.n < (" + b + ")",
	} {
		two := plan(text)
		require.Len(t, two.More, 1)
		for i, part := range two.Parts() {
			require.Equal(t, bare(one.Parts()[i]), bare(part), text)
		}
	}
	require.Equal(t, bare(plan(b)), bare(one))
	require.Equal(t, bare(plan(a)), bare(one.More[0]))
	same := plan("WITH x AS (" + b + "), y AS (SELECT count(*) AS m FROM persons WHERE gender = 'F') SELECT x.n, y.m FROM x JOIN y ON x.n = y.m")
	require.Empty(t, same.More)
	var many, over []string
	for i := range footprint.MaxParts + 1 {
		many = append(many, fmt.Sprintf("c%d AS (SELECT count(*) AS n FROM persons WHERE district = 'D%d')", i, i%3))
		over = append(over, fmt.Sprintf("(SELECT n FROM c%d) AS n%d", i, i))
	}
	full := plan("WITH " + strings.Join(many[1:], ", ") + " SELECT " + strings.Join(over[1:], ", "))
	require.Len(t, full.Parts(), 3)
	_, err := e.plan("WITH "+strings.Join(many, ", ")+" SELECT "+strings.Join(over, ", "), view, noNulls(view))
	var r *catalog.Refusal
	require.ErrorAs(t, err, &r)
	require.Equal(t, catalog.CodeTooLarge, r.Code)
}

// Questions over cells give what the engine gives for the text itself.
func TestOverCellsMeansTheText(t *testing.T) {
	c, view := newCorpus(t), viewtest.Corpus(t)
	for _, text := range overQuestions {
		if !strings.HasPrefix(text, "WITH") && strings.Contains(text, " FROM c") {
			text = "WITH c AS (SELECT district, count(*) AS n FROM persons GROUP BY district) " + text
		}
		t.Run(text, func(t *testing.T) {
			e := &engine{t: t, conn: c.conn}
			p, err := e.plan(text, view, noNulls(view))
			require.NoError(t, err)
			got := e.unprotected(p, 0)
			e.exec("USE memory")
			require.Equal(t, e.direct(text, 0), got, p.Post.SQL)
		})
	}
}

// What a SELECT over cells asks of the data is what its grouped SELECT asks; what is withheld is NULL or absent above it.
func TestOverCellsAsksTheSameCells(t *testing.T) {
	e, view := newEngine(t), viewtest.Corpus(t)
	inner := "SELECT district, count(*) AS n, avg(birth_place) FROM persons GROUP BY district"
	_, err := e.plan(inner, view, noNulls(view))
	require.Error(t, err)
	inner = "SELECT industry, sum(registered_capital) AS s, count(*) AS n FROM enterprises GROUP BY industry"
	plain, err := e.plan(inner, view, noNulls(view))
	require.NoError(t, err)
	over, err := e.plan("WITH c AS ("+inner+") SELECT max(s) AS m, avg(n) AS a, count(s) AS k FROM c", view, noNulls(view))
	require.NoError(t, err)
	require.Equal(t, plain.Cells, over.Cells)
	require.Equal(t, plain.Sets, over.Sets)
	require.Equal(t, plain.Base, over.Base)
	require.Equal(t, []compile.PostColumn{{Name: "m", Type: "DECIMAL(38,2)"}, {Name: "a", Type: "DOUBLE"}, {Name: "k", Type: "BIGINT"}}, over.Post.Columns)
	e.exec("CREATE TABLE cells (k0 VARCHAR, c0 BIGINT, c1 DECIMAL(38,2))")
	require.Equal(t, []string{"c0 BIGINT", "c1 DECIMAL(38,2)"}, []string{"c0 " + over.Cells[0].Measure.ResultType(), "c1 " + over.Cells[1].Measure.ResultType()})
	e.exec("INSERT INTO cells VALUES ('a', 10, 5), ('b', 20, NULL)")
	require.Equal(t, [][]string{{"5", "15", "1"}}, e.texts(compile.Statement{SQL: over.Post.SQL, Args: over.Post.Args}))
}

// What has no rule over cells is refused where it stands.
func TestOverCellsRefuses(t *testing.T) {
	e, view := newEngine(t), viewtest.Corpus(t)
	with := "WITH c AS (SELECT district, gender, count(*) AS n FROM persons GROUP BY ALL), e AS (SELECT industry, count(*) AS n FROM enterprises GROUP BY 1) "
	for sql, code := range map[string]catalog.Code{
		"SELECT c.n FROM c JOIN persons p ON c.district = p.district":                                                                                      catalog.CodeSubquery,
		"SELECT n FROM c WHERE n > (SELECT registered_capital FROM enterprises)":                                                                           catalog.CodeSubquery,
		"SELECT n, (SELECT count(*) FROM persons p WHERE p.district = c.district) FROM c":                                                                  catalog.CodeSubquery,
		"SELECT count(*) AS n, (SELECT count(*) FROM enterprises x WHERE x.district = p.district) FROM persons p":                                          catalog.CodeSubquery,
		"SELECT c.n FROM c JOIN (SELECT nothing, count(*) AS n FROM tax GROUP BY 1) AS t ON c.n = t.n":                                                     catalog.CodeUnknownColumn,
		"SELECT c.n FROM c JOIN (SELECT uscc, count(*) AS n FROM tax GROUP BY 1) AS t ON c.n = t.n":                                                        catalog.CodeSubquery,
		"SELECT district FROM persons GROUP BY district, (SELECT max(n) FROM c)":                                                                           catalog.CodeSubquery,
		"SELECT sum(registered_capital + (SELECT max(n) FROM c)) FROM enterprises":                                                                         catalog.CodeSubquery,
		"SELECT count(*) FILTER (WHERE district = (SELECT min(district) FROM c)) FROM persons":                                                             catalog.CodeSubquery,
		"SELECT district, (SELECT max(n) FROM c) FROM persons":                                                                                             catalog.CodeNoAggregate,
		"SELECT n, (SELECT count(nothing) FROM persons p) FROM c":                                                                                          catalog.CodeUnknownColumn,
		"SELECT c.n FROM c CROSS JOIN persons":                                                                                                             catalog.CodeSubquery,
		"SELECT count(*) FROM persons CROSS JOIN enterprises":                                                                                              catalog.CodeJoinType,
		"SELECT count(*) FROM persons p, LATERAL (SELECT 1) AS x":                                                                                          catalog.CodeJoinType,
		"SELECT p.district FROM persons p, LATERAL (SELECT count(*) AS n FROM enterprises e WHERE e.district = p.district) AS x":                           catalog.CodeJoinType,
		"SELECT c.n FROM c, LATERAL (SELECT max(e.n) AS m FROM e WHERE e.industry = c.district) AS x":                                                      catalog.CodeUnknownColumn,
		"SELECT count(*) FROM persons p, enterprises e":                                                                                                    catalog.CodeJoinType,
		"SELECT count(*) FROM tax t FULL JOIN enterprises e ON t.uscc = e.uscc":                                                                            catalog.CodeJoinType,
		"SELECT count(*) FROM tax t FULL JOIN enterprises e USING (uscc)":                                                                                  catalog.CodeJoinType,
		"SELECT n FROM c SEMI JOIN e USING (n)":                                                                                                            catalog.CodeJoinType,
		"SELECT n FROM c NATURAL JOIN e":                                                                                                                   catalog.CodeJoinType,
		"SELECT district FROM c a FULL JOIN c b USING (nothing)":                                                                                           catalog.CodeUnknownColumn,
		"SELECT n FROM c UNION SELECT n FROM c":                                                                                                            catalog.CodeSetOp,
		"SELECT n FROM c EXCEPT SELECT n FROM e":                                                                                                           catalog.CodeSetOp,
		"SELECT n FROM c UNION ALL BY NAME SELECT n FROM e":                                                                                                catalog.CodeSetOp,
		"SELECT n FROM c UNION ALL SELECT birth_place FROM persons":                                                                                        catalog.CodeUnknownColumn,
		"SELECT n FROM c UNION ALL SELECT registered_capital FROM enterprises":                                                                             catalog.CodeSetOp,
		"SELECT district FROM persons UNION ALL SELECT district FROM enterprises":                                                                          catalog.CodeSetOp,
		"SELECT count(*) FROM (SELECT district FROM persons UNION ALL SELECT district FROM enterprises) AS d":                                              catalog.CodeSetOp,
		"SELECT count(*) FROM (SELECT uscc, count(*) AS n FROM tax GROUP BY 1 UNION ALL SELECT party_uscc, count(*) FROM court_judgments GROUP BY 1) AS d": catalog.CodeSetOp,
		"SELECT n FROM c UNION ALL SELECT n, industry FROM e":                                                                                              catalog.CodeType,
		"SELECT n FROM c UNION ALL SELECT industry FROM e":                                                                                                 catalog.CodeType,
		"SELECT n FROM c UNION ALL SELECT n FROM e ORDER BY nothing":                                                                                       catalog.CodeUnknownColumn,
		"SELECT n FROM c UNION ALL SELECT n FROM e ORDER BY 2":                                                                                             catalog.CodeSyntax,
		"SELECT n FROM c UNION ALL SELECT n FROM e ORDER BY (SELECT max(n) FROM e)":                                                                        catalog.CodeSubquery,
		"SELECT n FROM c UNION ALL SELECT n FROM e ORDER BY rank() OVER (ORDER BY n)":                                                                      catalog.CodeWindow,
		"SELECT n FROM c UNION ALL SELECT n FROM e ORDER BY sum(n)":                                                                                        catalog.CodeAggArg,
		"SELECT (SELECT district FROM persons)":                                                                                                            catalog.CodeSubquery,
		"SELECT n FROM c WHERE n > (SELECT n, district FROM c)":                                                                                            catalog.CodeSubquery,
		"SELECT n FROM c WHERE EXISTS (SELECT 1 FROM c)":                                                                                                   catalog.CodeSubquery,
		"SELECT n FROM c WHERE n IN (SELECT n FROM c)":                                                                                                     catalog.CodeSubquery,
		"SELECT district, sum(n) FROM c":                                                                                                                   catalog.CodeNoAggregate,
		"SELECT sum(sum(n)) FROM c":                                                                                                                        catalog.CodeAggArg,
		"SELECT sum(district) FROM c":                                                                                                                      catalog.CodeType,
		"SELECT nothing FROM c":                                                                                                                            catalog.CodeUnknownColumn,
		"SELECT n FROM c WHERE n":                                                                                                                          catalog.CodeType,
		"SELECT n FROM c WHERE district > 5":                                                                                                               catalog.CodeType,
		"SELECT n FROM c a JOIN c b USING (district, gender)":                                                                                              catalog.CodeAmbiguous,
		"SELECT a.n FROM c a JOIN c a ON a.n = a.n":                                                                                                        catalog.CodeAmbiguous,
		"SELECT DISTINCT n FROM c":                                                                                                                         catalog.CodeSubquery,
		"SELECT * FROM c":                                                                                                                                  catalog.CodeStar,
		"SELECT stddev_pop(n) FROM c":                                                                                                                      catalog.CodeScalarFn,
		"SELECT year(district) FROM c":                                                                                                                     catalog.CodeScalarFn,
		"SELECT n FROM c ORDER BY 7":                                                                                                                       catalog.CodeSyntax,
		"SELECT max(birth_date) FROM persons":                                                                                                              catalog.CodeAggFn,
		"SELECT count(*) FROM persons WHERE district = (SELECT min(district) FROM c)":                                                                      catalog.CodeSubquery,
	} {
		t.Run(sql, func(t *testing.T) {
			e := &engine{t: t, conn: e.conn}
			_, err := e.plan(with+sql, view, noNulls(view))
			var r *catalog.Refusal
			require.ErrorAs(t, err, &r)
			require.Equal(t, code, r.Code, r)
		})
	}
}

// An alias is written again wherever it is used, and a subquery where it stands: neither occupies the gateway.
func TestOverCellsEnds(t *testing.T) {
	e, view := newEngine(t), viewtest.Corpus(t)
	doubled := ""
	for i := range 40 {
		doubled += fmt.Sprintf(", a%d + a%d AS a%d", i, i, i+1)
	}
	nested := "SELECT max(n) FROM c"
	for range 6 {
		nested = "SELECT max(n) + 1 + (" + nested + ") AS m FROM c GROUP BY gender HAVING 1 + max(n) > 0"
	}
	with := "WITH c AS (SELECT gender, count(*) AS n FROM persons GROUP BY gender) "
	for text, refused := range map[string]bool{
		"SELECT count(*) AS a0" + doubled + " FROM persons": true,
		with + "SELECT n AS a0" + doubled + " FROM c":       true,
		with + nested: false,
	} {
		_, err := e.plan(text, view, noNulls(view))
		var r *catalog.Refusal
		require.Equal(t, refused, errors.As(err, &r), "%v", err)
	}
}
