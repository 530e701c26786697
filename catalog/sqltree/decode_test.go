package sqltree_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/sqltree"
	"yumen/catalog/sqltree/treetest"
)

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		sql  string
		code catalog.Code
		at   string // the text at the position, empty for none
	}{
		{"SELEC 1", catalog.CodeSyntax, "SELEC"},
		{"", catalog.CodeSyntax, ""},
		{"SELECT 1; SELECT 2", catalog.CodeMultiStmt, "2"},
		{"CREATE TABLE x (i INT)", catalog.CodeStmtKind, ""},
		{"EXPLAIN SELECT 1", catalog.CodeStmtKind, ""},
		{"PRAGMA x(error('leak'))", catalog.CodeStmtKind, ""},
		{"INSTALL httpfs; LOAD httpfs", catalog.CodeStmtKind, ""},
		{"PIVOT t ON a USING sum(b)", catalog.CodeStmtKind, ""},
		{"DESCRIBE t", catalog.CodeStmtKind, "t"},
		{"SUMMARIZE t", catalog.CodeStmtKind, "t"},
		{"SHOW TABLES", catalog.CodeStmtKind, ""},
		{"SELECT 1 UNION SELECT 2", catalog.CodeSetOp, "1 UNION"},
		{"SELECT 1 UNION ALL BY NAME SELECT 2", catalog.CodeSetOp, "1 UNION"},
		{"SELECT a FROM (SELECT 1 EXCEPT SELECT 2)", catalog.CodeSetOp, "1 EXCEPT"},
		{"WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT i FROM r", catalog.CodeCTERecursive, "1 UNION"},
		{"SELECT ntile(4) OVER (ORDER BY x) FROM t", catalog.CodeWindow, "ntile"},
		{"SELECT sum(x) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t", catalog.CodeWindow, "sum"},
		{"SELECT sum(x) FILTER (WHERE y) OVER () FROM t", catalog.CodeWindow, "sum"},
		{"SELECT sum(DISTINCT x) OVER () FROM t", catalog.CodeWindow, "sum"},
		{"SELECT sum(x ORDER BY y) OVER () FROM t", catalog.CodeWindow, "sum"},
		{"SELECT other.sum(x) OVER () FROM t", catalog.CodeWindow, "other"},
		{"SELECT sum(x, y) OVER () FROM t", catalog.CodeWindow, "sum"},
		{"SELECT a FROM t QUALIFY 1", catalog.CodeWindow, "a FROM"},
		{"SELECT a FROM t USING SAMPLE 5", catalog.CodeSample, "a FROM"},
		{"SELECT a FROM t TABLESAMPLE 10%", catalog.CodeSample, "t TABLE"},
		{"SELECT a FROM t GROUP BY GROUPING SETS ((a), ())", catalog.CodeGroupingSets, "a FROM"},
		{"SELECT a FROM t GROUP BY CUBE (a, b)", catalog.CodeGroupingSets, "a FROM"},
		{"SELECT a, grouping(a) FROM t GROUP BY a", catalog.CodeGroupingSets, "grouping"},
		{"SELECT a FROM (VALUES (1)) v(a)", catalog.CodeFromValues, "1)) v"},
		{"SELECT a FROM range(10) r(a)", catalog.CodeTableFn, "range"},
		{"SELECT a FROM cat.main.t", catalog.CodeUnknownTable, "cat"},
		{"SELECT a FROM t AT (VERSION => 3)", catalog.CodeUnknownTable, "t AT"},
		{"SELECT a FROM t AS u(a)", catalog.CodeAlias, "t AS"},
		{"SELECT a FROM t NATURAL JOIN u", catalog.CodeJoinType, "NATURAL"},
		{"SELECT a FROM t POSITIONAL JOIN u", catalog.CodeJoinType, "POSITIONAL"},
		{"SELECT a FROM t ASOF JOIN u USING (k)", catalog.CodeJoinType, "ASOF"},
		{"SELECT a FROM t SEMI JOIN u USING (k)", catalog.CodeJoinType, "SEMI"},
		{"SELECT a FROM t ANTI JOIN u USING (k)", catalog.CodeJoinType, "ANTI"},
		{"SELECT 1 WHERE EXISTS (SELECT 1 FROM t)", catalog.CodeSubquery, "EXISTS"},
		{"SELECT a FROM t WHERE a IN (SELECT 1)", catalog.CodeSubquery, "IN (SELECT"},
		{"SELECT x -> x + 1 FROM t", catalog.CodeScalarFn, "-> x"},
		{"SELECT [x.a FOR x IN list(p)] FROM t p", catalog.CodeScalarFn, ""},
		{"SELECT upper(a) FROM t", catalog.CodeScalarFn, "upper"},
		{"SELECT a || b FROM t", catalog.CodeScalarFn, "||"},
		{"SELECT random() FROM t", catalog.CodeScalarFn, "random"},
		{"SELECT other.sum(a) FROM t", catalog.CodeScalarFn, "other"},
		{"SELECT a[1] FROM t", catalog.CodeScalarFn, "a[1]"},
		{"SELECT (a).b FROM t", catalog.CodeScalarFn, "a).b"},
		{"SELECT [1, 2] FROM t", catalog.CodeScalarFn, "1, 2"},
		{"SELECT a COLLATE NOCASE FROM t", catalog.CodeScalarFn, "a COLL"},
		{"SELECT a FROM t WHERE a ILIKE 'x%'", catalog.CodeScalarFn, "ILIKE"},
		{"SELECT a FROM t WHERE a ~ 'x'", catalog.CodeScalarFn, "~"},
		{"SELECT string_agg(a, ',') FROM t", catalog.CodeAggFn, "string_agg"},
		{"SELECT list(t) FROM t", catalog.CodeAggFn, "list"},
		{"SELECT sum(a ORDER BY b) FROM t", catalog.CodeAggArg, "b)"},
		{"SELECT ? FROM t", catalog.CodeParam, ""},
		{"SELECT a FROM t WHERE a = $p", catalog.CodeParam, "= $p"},
		{"SELECT DISTINCT ON (a) a, b FROM t", catalog.CodeNoAggregate, "a) a"},
		{"SELECT a FROM t LIMIT 10%", catalog.CodePredicateForm, "10"},
		{"SELECT a FROM t LIMIT 1 + 1", catalog.CodePredicateForm, "+ 1"},
		{"SELECT a FROM t LIMIT -1", catalog.CodePredicateForm, "-1"},
		{"SELECT #1 FROM t", catalog.CodeUnknownColumn, "#1"},
		{"SELECT TIMESTAMP '2020-01-01' FROM t", catalog.CodeType, "'2020"},
		{"SELECT DATE '2020-13-01' FROM t", catalog.CodeType, "'2020"},
		{"SELECT sum(x := a) FROM t", catalog.CodeAlias, "a) FROM"},
		{"SELECT * EXCLUDE (a) FROM t", catalog.CodeStar, "*"},
		{"SELECT COLUMNS('a') FROM t", catalog.CodeStar, "COLUMNS"},
		{"SELECT " + strings.Repeat("(", 70) + "1" + strings.Repeat(" + 1)", 70) + " FROM t", catalog.CodeTooLarge, ""},
	} {
		t.Run(c.sql, func(t *testing.T) {
			_, err := treetest.Decode(t, c.sql)
			var refusal *catalog.Refusal
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, c.code, refusal.Code, refusal)
			requireTexts(t, refusal)
			if c.at != "" {
				require.GreaterOrEqual(t, refusal.Position, 0)
				require.True(t, strings.HasPrefix(c.sql[refusal.Position:], c.at), "position %d", refusal.Position)
			}
		})
	}
}

// What is no tree at all is a refusal too: numbers that JSON cannot hold, duplicate fields, nesting, bytes after the end.
func TestDecodeUnreadable(t *testing.T) {
	for _, text := range []string{
		"", "null", "[]", "{", `{"error":false,"statements":[]} x`, `{"error":false,"error":true,"statements":[]}`,
		`{"error":false,"statements":[Infinity]}`, strings.Repeat("[", 10_000), strings.Repeat(`{"a":`, 10_000),
	} {
		_, err := sqltree.Decode([]byte(text))
		var refusal *catalog.Refusal
		require.ErrorAs(t, err, &refusal, text)
	}
}

func requireTexts(t *testing.T, r *catalog.Refusal) {
	t.Helper()
	for _, text := range []string{r.Message.Zh, r.Message.En, r.Remedy.Zh, r.Remedy.En} {
		require.NotEmpty(t, text)
		require.NotContains(t, text, "%!")
	}
}

func TestDecodeAccepts(t *testing.T) {
	s, err := treetest.Decode(t, "WITH x AS (SELECT k, sum(v) AS s FROM t GROUP BY k) SELECT DISTINCT a.d AS g, -1.50, DATE '2020-01-01', TRUE, "+
		"12345678901234567890123 FROM x a LEFT JOIN main.u USING (k) WHERE NOT (d = 'x' AND e IN (1, 2)) GROUP BY ALL "+
		"HAVING count(*) > 1 ORDER BY 1 DESC LIMIT 3 OFFSET 1")
	require.NoError(t, err)
	require.True(t, s.Distinct)
	require.True(t, s.GroupAll)
	require.Equal(t, uint64(3), *s.Limit)
	require.Equal(t, uint64(1), s.Offset)
	require.Len(t, s.With, 1)
	require.Equal(t, "g", s.Items[0].Alias)
	require.Equal(t, []string{"a", "d"}, s.Items[0].Expr.(*sqltree.Column).Names)
	literals := []sqltree.Literal{}
	for _, i := range s.Items[1:] {
		l := *i.Expr.(*sqltree.Literal)
		l.Pos = 0
		literals = append(literals, l)
	}
	require.Equal(t, []sqltree.Literal{
		{Kind: sqltree.LiteralNumber, Text: "-1.50", Type: "DECIMAL(3,2)"},
		{Kind: sqltree.LiteralDate, Text: "2020-01-01"},
		{Kind: sqltree.LiteralBool, Text: "true"},
		{Kind: sqltree.LiteralNumber, Text: "12345678901234567890123", Type: "HUGEINT"},
	}, literals)
	join := s.From.(*sqltree.Join)
	require.Equal(t, sqltree.JoinLeft, join.Kind)
	require.Equal(t, []string{"k"}, join.Using)
	require.Equal(t, "main", join.Right.(*sqltree.Table).Schema)
	require.True(t, s.Order[0].Descending)
}

// Every field of every node is consumed: a field more, a field less or an unknown type is refused.
func TestDecodeClosed(t *testing.T) {
	const sql = "SELECT district, count(*) AS n FROM persons p LEFT JOIN t USING (k) WHERE a = 1 AND b BETWEEN 1 AND 2 GROUP BY district ORDER BY 1 LIMIT 3"
	text := treetest.Tree(t, sql)
	var tree any
	require.NoError(t, json.Unmarshal(text, &tree))
	var objects []map[string]any
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			objects = append(objects, v)
			for _, child := range v {
				collect(child)
			}
		case []any:
			for _, child := range v {
				collect(child)
			}
		}
	}
	collect(tree)
	decode := func() error {
		changed, err := json.Marshal(tree)
		require.NoError(t, err)
		_, err = sqltree.Decode(changed)
		return err
	}
	require.NoError(t, decode())
	for _, o := range objects {
		o["surprise"] = 0
		require.Error(t, decode())
		delete(o, "surprise")
		for name, value := range o {
			if name == "query_location" { // a missing position is no position
				continue
			}
			delete(o, name)
			require.Error(t, decode(), name)
			o[name] = value
		}
	}
	require.NoError(t, decode())
}

func TestTextOfOutputs(t *testing.T) {
	want := map[string]string{
		"sum(b)": "sum(b)", "SUM(t.b)": "sum(t.b)", "count(*)": "count_star()", "count(1)": "count(1)",
		"count(DISTINCT t.uscc)": "count(DISTINCT t.uscc)", "avg(b)/2": "(avg(b) / 2)",
		"count(DISTINCT (t.a, b))":             `count(DISTINCT main."row"(t.a, b))`,
		"sum(b) / nullif(sum(c), 0)":           `(sum(b) / "nullif"(sum(c), 0))`,
		"CASE WHEN sum(b)>5 THEN 1 ELSE 0 END": "CASE  WHEN ((sum(b) > 5)) THEN (1) ELSE 0 END",
		"coalesce(sum(b),0)":                   "COALESCE(sum(b), 0)",
		"-sum(b)":                              "-(sum(b))",
		"sum(b)::BIGINT":                       "CAST(sum(b) AS BIGINT)",
		"CAST(sum(b) AS DOUBLE)":               `CAST(sum(b) AS "DOUBLE")`,
		"TRY_CAST(sum(b) AS DECIMAL(10,2))":    "TRY_CAST(sum(b) AS DECIMAL(10, 2))",
		"sum(b) BETWEEN 1 AND 2":               "(sum(b) BETWEEN 1 AND 2)",
		"sum(b) NOT BETWEEN 1 AND 2":           "(NOT (sum(b) BETWEEN 1 AND 2))",
		"sum(b) IN (1,2)":                      "(sum(b) IN (1, 2))",
		"sum(b) NOT IN (1)":                    "(sum(b) NOT IN (1))",
		"sum(b) IS NOT NULL":                   "(sum(b) IS NOT NULL)",
		"sum(b)>1 AND sum(c)>2":                "((sum(b) > 1) AND (sum(c) > 2))",
		"count(*) FILTER (WHERE c=1)":          "count_star() FILTER (WHERE (c = 1))",
		"year(d)":                              `"year"(d)`,
		"date_trunc('month', d)":               "date_trunc('month', d)",
		"left(uscc,2)":                         `"left"(uscc, 2)`,
		"extract(year from d)":                 "main.date_part('year', d)",
		"substring(uscc from 1 for 2)":         `main."substring"(uscc, 1, 2)`,
		"TRUE":                                 "CAST('t' AS BOOLEAN)",
		"DATE '2020-01-01'":                    `CAST('2020-01-01' AS "DATE")`,
		"'it''s'":                              "'it''s'",
		"NULL":                                 "NULL",
		"1.50":                                 "1.50",
		"sum(b) IS DISTINCT FROM 2":            "(sum(b) IS DISTINCT FROM 2)",
		"sum(b) <> 1":                          "(sum(b) != 1)",
		"sum(a.month)":                         `sum(a."month")`,
		"CASE c WHEN 1 THEN 2 END":             "CASE  WHEN ((c = 1)) THEN (2) ELSE NULL END",
		"100*count(*)/sum(c)":                  "((100 * count_star()) / sum(c))",
		"sum(count(*)) OVER ()":                "sum(count_star()) OVER ()",
		"rank() OVER (PARTITION BY a ORDER BY count(*), b DESC NULLS FIRST)": "rank() OVER (PARTITION BY a ORDER BY count_star(), b DESC NULLS FIRST)",
	}
	for expr, name := range want {
		t.Run(expr, func(t *testing.T) {
			s, err := treetest.Decode(t, "SELECT "+expr+" FROM t")
			require.NoError(t, err)
			require.Equal(t, name, sqltree.Text(s.Items[0].Expr))
		})
	}
}

// Every reason has a code and texts in both languages, with the same arguments.
func TestTexts(t *testing.T) {
	for why, code := range sqltree.Texts() {
		r := sqltree.Refuse(why, 3)
		require.Equal(t, code, r.Code, why)
		require.Equal(t, 3, r.Position)
		requireTexts(t, r)
		require.Equal(t, strings.Count(r.Remedy.Zh, "%"), strings.Count(r.Remedy.En, "%"), why)
	}
}

func FuzzDecode(f *testing.F) {
	for _, r := range treetest.All(f) {
		f.Add([]byte(r.Tree))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := sqltree.Decode(text)
		var refusal *catalog.Refusal
		if err != nil {
			require.True(t, errors.As(err, &refusal))
			return
		}
		require.NotNil(t, s)
		for _, i := range s.Items {
			_ = sqltree.Text(i.Expr)
			sqltree.Walk(i.Expr, func(sqltree.Expr) bool { return true })
		}
	})
}
