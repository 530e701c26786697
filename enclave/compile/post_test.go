package compile_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint/viewtest"
	"yumen/enclave/compile"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// relationsOf are the relations of cells of a plan, each with one row that is released and one that is withheld.
func relationsOf(p *compile.Plan) []sandbox.PostRelation {
	var out []sandbox.PostRelation
	for i, part := range p.Parts() {
		r := sandbox.PostRelation{Name: compile.Relation(i), Columns: cellsOf(part)}
		var row, withheld []*string
		for i := range r.Columns {
			seven := "7"
			row, withheld = append(row, &seven), append(withheld, nil)
			if i < len(part.Keys) {
				withheld[i] = &seven
			}
		}
		r.Rows = [][]*string{row, withheld}
		out = append(out, r)
	}
	return out
}

// cellsOf are the columns of a part's relation.
func cellsOf(p *compile.Plan) []sandbox.PostColumn {
	var columns []sandbox.PostColumn
	for i, k := range p.Keys {
		columns = append(columns, sandbox.PostColumn{Name: fmt.Sprintf("k%d", i), Type: k.Type})
	}
	for i, c := range p.Cells {
		columns = append(columns, sandbox.PostColumn{Name: fmt.Sprintf("c%d", i), Type: c.Measure.ResultType()})
	}
	return columns
}

// The outer query runs in the post worker and gives the columns that the plan promises, whatever was withheld.
func TestPostInTheSandbox(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a worker for every plan")
	}
	runner := sandboxtest.Runner(t)
	view := viewtest.Corpus(t)
	questions := maps.Clone(golden)
	for _, text := range slices.Concat(overQuestions, severalQuestions) {
		if strings.HasPrefix(text, "WITH") || !strings.Contains(text, " FROM c") {
			questions[text] = text
		}
	}
	for name, sql := range questions {
		t.Run(name, func(t *testing.T) {
			p, err := newEngine(t).plan(sql, view, noNulls(view))
			require.NoError(t, err)
			spec := sandbox.PostSpec{Relations: relationsOf(p), SQL: p.Post.SQL, Formats: []string{"csv"}}
			for _, v := range p.Post.Args {
				spec.Args = append(spec.Args, sandbox.Value(v))
			}
			result, err := runner.Post(context.Background(), spec)
			require.NoError(t, err)
			var columns []compile.PostColumn
			for _, c := range result.Columns {
				columns = append(columns, compile.PostColumn(c))
			}
			require.Equal(t, p.Post.Columns, columns)
		})
	}
}

// expressions over one count (7), one sum (12.50) and one key ('D1') of the answer, with their types and values.
func TestPostExpressions(t *testing.T) {
	e := newEngine(t)
	view := viewtest.Corpus(t)
	for _, c := range []struct{ expr, typ, value string }{
		{"count(*)", "BIGINT", "7"},
		{"count(*) + 1", "BIGINT", "8"},
		{"-count(*)", "BIGINT", "-7"},
		{"count(*) / 2", "DOUBLE", "3.5"},
		{"count(*) / 0", "DOUBLE", "."},
		{"count(*) // 2", "BIGINT", "3"},
		{"count(*) % 4", "BIGINT", "3"},
		{"count(*) * 1.5", "DECIMAL(38,1)", "10.5"},
		{"sum(base)", "DECIMAL(38,2)", "12.50"},
		{"sum(base) * 2", "DECIMAL(38,2)", "25.00"},
		{"sum(base) * sum(base)", "DOUBLE", "156.25"},
		{"sum(base) - 0.125", "DECIMAL(38,3)", "12.375"},
		{"sum(base) + 1e0", "DOUBLE", "13.5"},
		{"avg(base)", "DOUBLE", "1.7857142857142858"},
		{"round(avg(base), 1)", "DOUBLE", "1.8"},
		{"round(sum(base))", "DECIMAL(38,0)", "13"},
		{"round(sum(base), 1)", "DECIMAL(38,1)", "12.5"},
		{"abs(-sum(base))", "DECIMAL(38,2)", "12.50"},
		{"floor(sum(base))", "DECIMAL(38,0)", "12"},
		{"ceil(avg(base))", "DOUBLE", "2.0"},
		{"nullif(count(*), 7)", "BIGINT", "."},
		{"coalesce(NULL, count(*))", "BIGINT", "7"},
		{"greatest(count(*), sum(base))", "DECIMAL(38,2)", "12.50"},
		{"least(count(*), 3, 9)", "BIGINT", "3"},
		{"CASE WHEN count(*) > 5 THEN 'many' ELSE 'few' END", "VARCHAR", "many"},
		{"CASE month WHEN 1 THEN 10 WHEN 2 THEN 2.5 END", "DECIMAL(38,1)", "10.0"},
		{"count(*) > 5 AND NOT sum(base) < 3", "BOOLEAN", "true"},
		{"count(*) BETWEEN 1 AND 7", "BOOLEAN", "true"},
		{"count(*) NOT IN (1, 7)", "BOOLEAN", "false"},
		{"sum(base) IS NULL", "BOOLEAN", "false"},
		{"sum(base) IS NOT NULL OR FALSE", "BOOLEAN", "true"},
		{"count(*) IS DISTINCT FROM 7", "BOOLEAN", "false"},
		{"sum(base)::INTEGER", "INTEGER", "13"},
		{"CAST(count(*) AS DOUBLE)", "DOUBLE", "7.0"},
		{"CAST(sum(base) AS DECIMAL(10,1))", "DECIMAL(10,1)", "12.5"},
		{"CAST(count(*) * 1000000000000 AS INTEGER)", "INTEGER", "."}, // no error: what does not fit is NULL
		{"count(*) * 9223372036854775807", "BIGINT", "."},
		{"9223372036854775807 + 1 + count(*)", "BIGINT", "."},
		{"sum(base) * 9223372036854775807 * 9223372036854775807", "DECIMAL(38,2)", "."},
		{"sum(base) + 99999999999999999999999999999999999999", "DECIMAL(38,2)", "."},
		{"round(sum(base) * 1e300, 0) * 1e300", "DOUBLE", "."},
		{"coalesce(count(*) * 9223372036854775807, 0)", "BIGINT", "."},
		{"CASE WHEN count(*) > 5 THEN 1 ELSE count(*) * 9223372036854775807 END", "BIGINT", "1"},
		{"month", "BIGINT", "1"},
		{"month + 1", "BIGINT", "2"},
		{"'x'", "VARCHAR", "x"},
		{"DATE '2024-01-31'", "DATE", "2024-01-31"},
		{"NULL", "INTEGER", "."},
		{"1.50", "DECIMAL(38,2)", "1.50"},
		{"123456789012345678901234567890", "DECIMAL(38,0)", "123456789012345678901234567890"},
		{"sum(count(*)) OVER ()", "BIGINT", "7"},
		{"100.0 * count(*) / sum(count(*)) OVER ()", "DOUBLE", "100.0"},
		{"sum(sum(base)) OVER ()", "DECIMAL(38,2)", "12.50"},
		{"sum(sum(base) * 2) OVER ()", "DOUBLE", "25.0"},
		{"sum(count(*) * 9223372036854775807) OVER ()", "BIGINT", "."},
		{"sum(9223372036854775807) OVER () + 1", "BIGINT", "."},
		{"sum(round(avg(base) * 1e300, 0) * 1e300) OVER ()", "DOUBLE", "."},
		{"avg(count(*)) OVER (PARTITION BY month)", "DOUBLE", "7.0"},
		{"min(sum(base)) OVER (ORDER BY count(*))", "DECIMAL(38,2)", "12.50"},
		{"max(month) OVER ()", "BIGINT", "1"},
		{"count(*) OVER ()", "BIGINT", "1"},
		{"count('x') OVER ()", "BIGINT", "1"},
		{"CASE WHEN dense_rank() OVER (ORDER BY avg(base) DESC) = 1 THEN 'first' END", "VARCHAR", "first"},
		{"max('x') OVER ()", "", ""},
		{"DATE '2024-01-31' > '2024-01-01'", "", ""},
	} {
		t.Run(c.expr, func(t *testing.T) {
			e := &engine{t: t, conn: e.conn}
			p, err := e.plan("SELECT "+c.expr+" AS x FROM social_insurance GROUP BY month HAVING count(*) > 0 AND count(base) > 0 AND sum(base) > 0", view, noNulls(view))
			if c.typ == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []compile.PostColumn{{Name: "x", Type: c.typ}}, p.Post.Columns)
			require.Len(t, p.Cells, 2)
			e.exec("CREATE OR REPLACE TABLE cells (k0 BIGINT, c0 BIGINT, c1 DECIMAL(38,2))")
			e.exec("INSERT INTO cells VALUES (1, 7, 12.50)")
			rows := e.rows(compile.Statement{SQL: p.Post.SQL, Args: p.Post.Args})
			require.Len(t, rows, 1)
			got := "."
			if rows[0][0] != nil {
				got = *rows[0][0]
			}
			require.Equal(t, c.value, got)
			kind := e.rows(compile.Statement{SQL: "SELECT typeof(x) FROM (" + p.Post.SQL + ")", Args: p.Post.Args})
			require.Equal(t, c.typ, *kind[0][0])
		})
	}
}
