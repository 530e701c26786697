package footprint_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/catalog/sqltree/treetest"
)

func bind(t *testing.T, sql string, view footprint.View) (*footprint.Query, error) {
	t.Helper()
	tree, err := treetest.Decode(t, sql)
	require.NoError(t, err)
	return footprint.Bind(tree, view)
}

func TestBindRefuses(t *testing.T) {
	for _, c := range []struct {
		sql  string
		code catalog.Code
		at   string // the text at the position
	}{
		{"SELECT 1", catalog.CodeNoAggregate, "1"},
		{"SELECT count(*) FROM nobody", catalog.CodeUnknownTable, "nobody"},
		{"SELECT * FROM '/etc/passwd.csv'", catalog.CodeUnknownTable, "'/etc"},
		{"SELECT count(*) FROM other.persons", catalog.CodeUnknownTable, "other"},
		{"SELECT * FROM persons", catalog.CodeStar, "*"},
		{"SELECT persons.* FROM persons", catalog.CodeStar, "persons.*"},
		{"SELECT idcard FROM persons", catalog.CodeUnknownColumn, "idcard"},
		{"SELECT rowid, count(*) FROM persons GROUP BY rowid", catalog.CodeUnknownColumn, "rowid"},
		{"SELECT count(*) FROM persons WHERE __ekey_0 = 1", catalog.CodeUnknownColumn, "__ekey_0"},
		{"SELECT x.district FROM persons p", catalog.CodeUnknownColumn, "x.district"},
		{"SELECT persons.district FROM persons p", catalog.CodeUnknownColumn, "persons.district"},
		{"SELECT p FROM persons p", catalog.CodeRowAsValue, "p FROM"},
		{"SELECT count(p) FROM persons p", catalog.CodeRowAsValue, "p) FROM"},
		{"SELECT count(*) FROM persons p JOIN enterprises p ON p.uscc = p.uscc", catalog.CodeAmbiguous, "enterprises"},
		{"SELECT district, count(*) FROM tax t JOIN enterprises e USING (uscc) JOIN persons p ON p.person_id = e.legal_rep_id GROUP BY 1", catalog.CodeAmbiguous, "district"},
		{"WITH persons AS (SELECT person_id, count(*) AS n FROM main.persons GROUP BY 1) SELECT count(*) FROM persons", catalog.CodeCTEShadow, "person_id"},
		{"WITH x AS (SELECT person_id, count(*) AS n FROM persons GROUP BY 1), X AS (SELECT person_id, count(*) AS n FROM persons GROUP BY 1) SELECT count(*) FROM x", catalog.CodeSyntax, ""},
		{"SELECT count(*) FROM persons WHERE id_card = '1'", catalog.CodeIDPredicate, "id_card"},
		{"SELECT count(*) FROM persons p WHERE p.PERSON_ID > 7", catalog.CodeIDPredicate, "p.PERSON_ID"},
		{"WITH x AS (SELECT person_id AS district, count(*) AS n FROM persons GROUP BY 1) SELECT count(*) FROM x WHERE district = 7", catalog.CodeIDPredicate, "district = 7"},
		{"SELECT count(*) FILTER (WHERE person_id = 7) FROM persons", catalog.CodeIDPredicate, "person_id"},
		{"SELECT count(*) FROM persons HAVING person_id > 7", catalog.CodeIDPredicate, "person_id"},
		{"SELECT employer_uscc, avg(base) FROM social_insurance GROUP BY 1", catalog.CodeGroupKey, "employer_uscc"},
		{"SELECT \"ID_CARD\", COUNT(*) FROM MAIN.\"Persons\" GROUP BY 1", catalog.CodeGroupKey, "\"ID_CARD\""},
		{"SELECT substr(id_card, 1, 6) AS s, count(*) FROM persons GROUP BY s", catalog.CodeGroupKey, "id_card"},
		{"SELECT name, id_card FROM persons LIMIT 10", catalog.CodeNoAggregate, "name"},
		{"SELECT district, count(*) FROM persons GROUP BY district ORDER BY person_id", catalog.CodeNoAggregate, "person_id"},
		{"SELECT count(DISTINCT id_card) FROM persons", catalog.CodeAggArg, "id_card"},
		{"SELECT sum(person_id) FROM persons", catalog.CodeAggArg, "person_id"},
		{"SELECT count(DISTINCT person_id + 1) FROM persons", catalog.CodeAggArg, "person_id"},
		{"SELECT sum(sum(tax_paid)) FROM tax", catalog.CodeAggArg, "sum(tax_paid)"},
		{"SELECT count(*) FROM tax WHERE sum(tax_paid) > 1", catalog.CodePredicateForm, "sum(tax_paid) > 1"},
		{"SELECT count(*) FROM tax GROUP BY sum(tax_paid)", catalog.CodeGroupKey, "sum"},
		{"SELECT count(*) FROM persons GROUP BY 2", catalog.CodeSyntax, "2"},
		{"SELECT count(*) FROM persons ORDER BY 0", catalog.CodeSyntax, "0"},
		{"SELECT gender AS district, count(*) FROM persons GROUP BY district", catalog.CodeAlias, "district"},
		{"SELECT count(*) FROM (SELECT person_id, count(*) AS n FROM persons GROUP BY 1 ORDER BY 1)", catalog.CodeSubquery, "person_id"},
		{"SELECT count(*) FROM social_insurance s JOIN persons p ON s.person_id = p.person_id AND s.base > 5000", catalog.CodeJoinEdge, ""},
		{"SELECT count(*) FROM social_insurance s JOIN persons p ON s.person_id + 0 = p.person_id", catalog.CodeJoinEdge, ""},
		{"SELECT count(*) FROM persons a JOIN persons b ON a.name = b.name", catalog.CodeJoinEdge, "a.name"},
		{"SELECT count(*) FROM persons a JOIN enterprises b USING (name, person_id)", catalog.CodeJoinEdge, "JOIN"},
		{"SELECT count(*) FROM tax t1 JOIN tax t2 USING (uscc) JOIN tax t3 USING (uscc) JOIN tax t4 USING (uscc) JOIN tax t5 USING (uscc) JOIN tax t6 USING (uscc) JOIN tax t7 USING (uscc)", catalog.CodeTooLarge, "tax t7"},
		{"SELECT x AS y, y AS x, count(*) FROM persons GROUP BY x", catalog.CodeUnknownColumn, ""},
	} {
		t.Run(c.sql, func(t *testing.T) {
			if c.code == catalog.CodeSyntax && strings.HasPrefix(c.sql, "WITH") { // the parser itself refuses two queries of one name
				_, err := treetest.Decode(t, c.sql)
				require.Error(t, err)
				return
			}
			_, err := bind(t, c.sql, viewtest.Corpus(t))
			var refusal *catalog.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, c.code, refusal.Code, refusal)
			if c.at != "" {
				require.GreaterOrEqual(t, refusal.Position, 0)
				require.True(t, strings.HasPrefix(c.sql[refusal.Position:], c.at), "position %d", refusal.Position)
			}
		})
	}
}

func TestBindSeesTheGrantOnly(t *testing.T) {
	view := viewtest.Corpus(t)
	g := view.Datasets["persons"]
	g.Columns = map[string]bool{"PERSON_ID": true, "gender": true, "district": false}
	g.Methods = map[string]bool{footprint.MethodCount: true}
	view.Datasets["persons"] = g
	delete(view.Datasets, "tax")
	for sql, code := range map[string]catalog.Code{
		"SELECT gender, count(*) FROM persons GROUP BY gender":     "",
		"SELECT district, count(*) FROM persons GROUP BY district": catalog.CodeColumnNotGranted,
		"SELECT count(*) FROM persons WHERE district = 'D1'":       catalog.CodeColumnNotGranted,
		"SELECT count(DISTINCT person_id) FROM persons":            catalog.CodeMethodNotGranted,
		"SELECT count(*) FROM tax":                                 catalog.CodeUnknownTable,
		"SELECT count(*) FROM persons WHERE missing = 1":           catalog.CodeUnknownColumn,
	} {
		t.Run(sql, func(t *testing.T) {
			_, err := bind(t, sql, view)
			if code == "" {
				require.NoError(t, err)
				return
			}
			var refusal *catalog.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, code, refusal.Code)
		})
	}
}

func TestBindNeedsAUnitAndGrades(t *testing.T) {
	view := viewtest.Corpus(t)
	g := view.Datasets["persons"]
	g.Spec.Entities = nil
	view.Datasets["persons"] = g
	_, err := bind(t, "SELECT count(*) FROM persons", view)
	var refusal *catalog.Refusal
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, catalog.CodeDatasetNotApproved, refusal.Code)

	view = viewtest.Corpus(t)
	g = view.Datasets["persons"]
	g.Spec.Columns[0].Grade = 0
	_, err = bind(t, "SELECT count(*) FROM persons", view)
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, catalog.CodeGradeForbids, refusal.Code)
}

const graded = `
apiVersion: yumen/v1
kind: Dataset
metadata: {name: people}
spec:
  title: {zh: 人, en: People}
  entities: [{type: person, key: [id], unique: true}]
  columns:
  - {name: id, type: VARCHAR, grade: 3, roles: [entity_key], identifier: resident_id}
  - {name: town, type: VARCHAR, grade: 1, roles: [dimension]}
  - {name: illness, type: VARCHAR, grade: 4, roles: [dimension], sensitive: true}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: visits}
spec:
  title: {zh: 就诊, en: Visits}
  entities: [{type: person, key: [id]}, {type: clinic, key: [clinic]}]
  columns:
  - {name: id, type: VARCHAR, grade: 3, roles: [entity_key]}
  - {name: clinic, type: VARCHAR, grade: 1, roles: [entity_key]}
  - {name: cost, type: "DECIMAL(12,2)", grade: 3, roles: [measure], bounds: [0, 1000000], grid: "1-2-5"}
  joins: [{columns: [id], to: {dataset: people, columns: [id]}, cardinality: many_to_one}]
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: towns}
spec:
  title: {zh: 镇, en: Towns}
  public: true
  columns:
  - {name: town, type: VARCHAR, grade: 1, roles: [dimension]}
---
apiVersion: yumen/v1
kind: Dataset
metadata: {name: census}
spec:
  title: {zh: 普查, en: Census}
  entities: [{type: person, rows: true}]
  columns:
  - {name: town, type: VARCHAR, grade: 1, roles: [dimension]}
`

func TestFacts(t *testing.T) {
	view := viewtest.View(t, graded)
	for sql, grade := range map[string]catalog.Grade{
		"SELECT count(*) FROM people":                                                               2, // the key counts as its pseudonym
		"SELECT count(*) FROM visits":                                                               2,
		"SELECT count(*) FROM towns":                                                                1,
		"SELECT count(*) FROM census":                                                               1, // a row's pseudonym is no higher than the table
		"SELECT town, count(*) FROM people GROUP BY town":                                           2,
		"SELECT count(*) FROM people WHERE illness IS NULL":                                         4,
		"SELECT town FROM people GROUP BY town ORDER BY count(illness)":                             4,
		"SELECT sum(cost) FROM visits":                                                              3,
		"WITH x AS (SELECT id, sum(cost) AS c FROM visits GROUP BY id) SELECT count(*) FROM people": 3, // named and not used
	} {
		t.Run(sql, func(t *testing.T) {
			q, err := bind(t, sql, view)
			require.NoError(t, err)
			require.Equal(t, grade, q.Facts.Grade)
		})
	}

	q, err := bind(t, "WITH x AS (SELECT id, sum(cost) AS c FROM visits GROUP BY id) SELECT town, avg(c), count(DISTINCT x.id) FROM x JOIN people USING (id) WHERE c >= 1000 GROUP BY town", view)
	require.NoError(t, err)
	require.Equal(t, footprint.Facts{
		Tables: map[string]footprint.TableFacts{
			"people": {Grade: 2, References: 1, Columns: map[string]footprint.ColumnFacts{
				"id":   {Grade: 2, Guarded: true, Uses: []footprint.Use{footprint.UseJoin}},
				"town": {Grade: 1, Uses: []footprint.Use{footprint.UseKey}},
			}},
			"visits": {Grade: 3, References: 1, Columns: map[string]footprint.ColumnFacts{
				"id":   {Grade: 2, Guarded: true, Uses: []footprint.Use{footprint.UseCount, footprint.UseJoin, footprint.UseRollupKey}},
				"cost": {Grade: 3, Uses: []footprint.Use{footprint.UseCondition, footprint.UseMeasure}},
			}},
		},
		Methods: []string{footprint.MethodAvg, footprint.MethodDistinct, footprint.MethodSum},
		Grade:   3, References: 2, Rollup: true,
	}, q.Facts)
}

func TestNamesOfOutputs(t *testing.T) {
	q, err := bind(t, "SELECT p.DISTRICT, count(*), year(birth_date) AS y FROM persons p GROUP BY ALL", viewtest.Corpus(t))
	require.NoError(t, err)
	var names []string
	for _, o := range q.Parts[0].Outputs {
		names = append(names, o.Name)
	}
	require.Equal(t, []string{"district", "count_star()", "y"}, names)
	require.Len(t, q.Parts[0].Keys, 2)
}
