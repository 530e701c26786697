package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

func TestPost(t *testing.T) {
	r := sandboxtest.Runner(t)
	spec := sandbox.PostSpec{
		Relations: []sandbox.PostRelation{{Name: "cells",
			Columns: []sandbox.PostColumn{{Name: "k0", Type: "VARCHAR"}, {Name: "k1", Type: "DATE"}, {Name: "c0", Type: "BIGINT"}, {Name: "c1", Type: "DECIMAL(38,2)"}},
			Rows: [][]*string{
				{text("=cmd()"), text("2024-02-29"), text("9007199254740993"), text("12345678901234567890.10")},
				{nil, nil, nil, nil},
				{text("D'1"), text("2024-01-31"), text("-7"), text("-0.05")},
			}}},
		SQL:  `SELECT k0 AS "@a", k1, c0, c1, c1 / c0 AS ratio, c0 > 0 AS up, c0 AS "_grade", c0 FROM cells WHERE c0 IS NULL OR c0 < $1 ORDER BY c0 DESC NULLS FIRST`,
		Args: []sandbox.Value{{Type: "HUGEINT", Text: "99999999999999999999"}}, Formats: []string{"parquet", "csv", "json"},
		Label: map[string]string{"grade": "2", "receipt": "rel_1", "it's": `"x"`},
	}
	out, err := r.Post(soon(t), spec)
	require.NoError(t, err)
	require.Equal(t, "HUGEINT", typeOf(t, r, "SELECT c0::HUGEINT FROM cells"))
	rows, err := json.Marshal(out.Rows)
	require.NoError(t, err)
	require.JSONEq(t, `[[null,null,null,null,null,null,null,null],
		["=cmd()","2024-02-29","9007199254740993","12345678901234567890.10",1370.645697077962,true,"9007199254740993","9007199254740993"],
		["D'1","2024-01-31",-7,"-0.05",0.0071428571428571435,false,-7,-7]]`, string(rows))
	require.Equal(t, "@a,VARCHAR k1,DATE c0,BIGINT c1,DECIMAL(38,2) ratio,DOUBLE up,BOOLEAN _grade,BIGINT c0,BIGINT", types(out.Columns))

	require.Equal(t, []string{
		"'@a,k1,c0,c1,ratio,up,_grade_1,c0_1,_grade,_receipt", ",,,,,,,,2,rel_1",
		"'=cmd(),2024-02-29,9007199254740993,12345678901234567890.10,1370.645697077962,true,9007199254740993,9007199254740993,2,rel_1",
		"D'1,2024-01-31,-7,-0.05,0.0071428571428571435,false,-7,-7,2,rel_1", "",
	}, strings.Split(string(out.Files["data.csv"]), "\r\n"))
	var file struct {
		Label   map[string]string
		Columns []sandbox.PostColumn
		Rows    [][]any
	}
	require.NoError(t, json.Unmarshal(out.Files["data.json"], &file))
	require.Equal(t, spec.Label, file.Label)
	require.Len(t, file.Columns, 10)
	require.Equal(t, []any{"2", "rel_1"}, file.Rows[2][8:])
	parquet := string(out.Files["data.parquet"])
	require.True(t, strings.HasPrefix(parquet, "PAR1") && strings.HasSuffix(parquet, "PAR1"))
	require.Contains(t, parquet, "it's")
	require.Contains(t, parquet, "rel_1")
}

func types(columns []sandbox.PostColumn) string {
	var out []string
	for _, c := range columns {
		out = append(out, c.Name+","+c.Type)
	}
	return strings.Join(out, " ")
}

func typeOf(t *testing.T, r *sandbox.Runner, sql string) string {
	out, err := r.Post(soon(t), sandbox.PostSpec{Relations: cells("c0", "BIGINT", nil), SQL: sql})
	require.NoError(t, err)
	require.NotNil(t, out.Rows)
	require.Empty(t, out.Rows)
	return out.Columns[0].Type
}

// cells is the relation cells of one column.
func cells(name, typ string, rows [][]*string) []sandbox.PostRelation {
	return []sandbox.PostRelation{{Name: "cells", Columns: []sandbox.PostColumn{{Name: name, Type: typ}}, Rows: rows}}
}

// A statement over several relations names all of them, and nothing else.
func TestPostRelations(t *testing.T) {
	r := sandboxtest.Runner(t)
	relations := append(cells("k0", "VARCHAR", [][]*string{{text("a")}, {text("b")}}),
		sandbox.PostRelation{Name: "cells1", Columns: []sandbox.PostColumn{{Name: "k0", Type: "VARCHAR"}, {Name: "c0", Type: "BIGINT"}},
			Rows: [][]*string{{text("b"), text("7")}}},
		sandbox.PostRelation{Name: "cells2", Columns: []sandbox.PostColumn{{Name: "c0", Type: "BIGINT"}}})
	out, err := r.Post(soon(t), sandbox.PostSpec{Relations: relations, SQL: "SELECT a.k0, b.c0, (SELECT max(c0) FROM cells2) AS m FROM cells AS a LEFT JOIN cells1 AS b ON a.k0 = b.k0 ORDER BY 1"})
	require.NoError(t, err)
	require.Equal(t, [][]any{{"a", nil, nil}, {"b", json.Number("7"), nil}}, out.Rows)
	for _, sql := range []string{"SELECT k0 FROM cells", "SELECT a.k0 FROM cells a, cells1, cells2, texts", "SELECT a.k0 FROM cells a, cells1, cells2, duckdb_tables()"} {
		_, err := r.Post(soon(t), sandbox.PostSpec{Relations: relations, SQL: sql})
		require.ErrorIs(t, err, sandbox.ErrExecution, sql)
	}
	relations[1].Rows[0] = relations[1].Rows[0][:1]
	_, err = r.Post(soon(t), sandbox.PostSpec{Relations: relations, SQL: "SELECT 1 FROM cells, cells1, cells2"})
	require.Error(t, err)
}

func TestPostLarge(t *testing.T) {
	r := sandboxtest.Runner(t)
	var rows [][]*string
	for range 50_000 { // more than a job document can hold
		rows = append(rows, []*string{text(strings.Repeat("x", 100))})
	}
	out, err := r.Post(soon(t), sandbox.PostSpec{Relations: cells("k0", "VARCHAR", rows), SQL: "SELECT count(*) FROM cells"})
	require.NoError(t, err)
	require.Equal(t, [][]any{{json.Number("50000")}}, out.Rows)
}

func TestPostRefuses(t *testing.T) {
	r := sandboxtest.Runner(t)
	for _, sql := range []string{"SELECT * FROM duckdb_tables()", "SELECT 1; SELECT 2", "COPY cells TO '/data/data.parquet'", "SELECT * FROM '/data/data.parquet'",
		"SELECT unnested FROM cells", "SELECT error('x') FROM cells", "SELECT [1]"} {
		_, err := r.Post(soon(t), sandbox.PostSpec{Relations: cells("k0", "VARCHAR", [][]*string{{nil}}), SQL: sql})
		require.ErrorIs(t, err, sandbox.ErrExecution, sql)
	}
}
