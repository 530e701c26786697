package compile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
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

// What has no rule over cells, or needs more than one grouped SELECT, is refused where it stands.
func TestOverCellsRefuses(t *testing.T) {
	e, view := newEngine(t), viewtest.Corpus(t)
	with := "WITH c AS (SELECT district, gender, count(*) AS n FROM persons GROUP BY ALL), e AS (SELECT industry, count(*) AS n FROM enterprises GROUP BY 1) "
	for sql, code := range map[string]catalog.Code{
		"SELECT c.n FROM c JOIN e ON c.n = e.n":                                       catalog.CodeSubquery,
		"SELECT c.n FROM c JOIN persons p ON c.district = p.district":                 catalog.CodeSubquery,
		"SELECT n FROM c WHERE n > (SELECT count(*) FROM persons)":                    catalog.CodeSubquery,
		"SELECT n FROM c WHERE n > (SELECT n, district FROM c)":                       catalog.CodeSubquery,
		"SELECT n FROM c WHERE EXISTS (SELECT 1 FROM c)":                              catalog.CodeSubquery,
		"SELECT n FROM c WHERE n IN (SELECT n FROM c)":                                catalog.CodeSubquery,
		"SELECT district, sum(n) FROM c":                                              catalog.CodeNoAggregate,
		"SELECT sum(sum(n)) FROM c":                                                   catalog.CodeAggArg,
		"SELECT sum(district) FROM c":                                                 catalog.CodeType,
		"SELECT nothing FROM c":                                                       catalog.CodeUnknownColumn,
		"SELECT n FROM c WHERE n":                                                     catalog.CodeType,
		"SELECT n FROM c WHERE district > 5":                                          catalog.CodeType,
		"SELECT n FROM c a JOIN c b USING (district, gender)":                         catalog.CodeAmbiguous,
		"SELECT a.n FROM c a JOIN c a ON a.n = a.n":                                   catalog.CodeAmbiguous,
		"SELECT DISTINCT n FROM c":                                                    catalog.CodeSubquery,
		"SELECT * FROM c":                                                             catalog.CodeStar,
		"SELECT stddev_pop(n) FROM c":                                                 catalog.CodeScalarFn,
		"SELECT year(district) FROM c":                                                catalog.CodeScalarFn,
		"SELECT n FROM c ORDER BY 7":                                                  catalog.CodeSyntax,
		"SELECT max(birth_date) FROM persons":                                         catalog.CodeAggFn,
		"SELECT count(*) FROM persons WHERE district = (SELECT min(district) FROM c)": catalog.CodeSubquery,
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
