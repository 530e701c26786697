package rewrite_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/catalog/sqltree"
	"yumen/catalog/sqltree/treetest"
	"yumen/enclave/compile"
	"yumen/enclave/rewrite"
)

// Whatever bytes a worker answers, there is a rewrite that the judge accepts or none.
func FuzzOf(f *testing.F) {
	for _, r := range treetest.All(f) {
		f.Add([]byte(r.Tree))
	}
	view := viewtest.Corpus(f)
	judge := func(tree *sqltree.Select) error {
		q, err := footprint.Bind(tree, view)
		if err == nil {
			_, err = compile.Build(q, compile.Facts{})
		}
		return err
	}
	f.Fuzz(func(t *testing.T, tree []byte) {
		var last *sqltree.Select
		out, found := rewrite.Of(tree, view, rewrite.Judge{Part: judge, Whole: func(s *sqltree.Select) error {
			err := judge(s)
			if err == nil {
				last = s
			}
			return err
		}})
		if !found {
			return
		}
		require.NotEmpty(t, out.Changes)
		require.NotNil(t, last)
		text, err := sqltree.SQL(last)
		require.NoError(t, err)
		require.NotEmpty(t, text)
		require.NotEmpty(t, out.SQL)
	})
}

// Inside never fails, and what it finds is a part of the text or made of its parts.
func FuzzInside(f *testing.F) {
	for _, sql := range []string{"EXPLAIN SELECT 1", "PIVOT a ON b USING c GROUP BY d", "COPY (SELECT '", "/*", "--", "\"", "x; FROM y"} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		query, found := rewrite.Inside(sql)
		require.Equal(t, found, query != "" || found)
		require.LessOrEqual(t, len(query), len(sql)+64)
	})
}
