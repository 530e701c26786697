package sqltree_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/sqltree"
	"yumen/catalog/sqltree/treetest"
)

// withParameter is the recorded tree of a statement with one parameter, $p, in a condition.
const withParameter = "SELECT a FROM t WHERE a = $p"

func bound(t testing.TB, typ, text string) *sqltree.Literal {
	t.Helper()
	l, err := sqltree.Bound(typ, text)
	require.NoError(t, err)
	return l
}

// A bound value is the literal that the parser reads from its text.
func TestBound(t *testing.T) {
	for _, c := range []struct {
		typ, text string
		want      sqltree.Literal // the zero value: it is refused
	}{
		{"VARCHAR", "north", sqltree.Literal{Kind: sqltree.LiteralText, Text: "north"}},
		{"VARCHAR", "x' OR 1=1 --", sqltree.Literal{Kind: sqltree.LiteralText, Text: "x' OR 1=1 --"}},
		{"VARCHAR", "", sqltree.Literal{Kind: sqltree.LiteralText}},
		{"VARCHAR", "$q", sqltree.Literal{Kind: sqltree.LiteralText, Text: "$q"}},
		{"BOOLEAN", "true", sqltree.Literal{Kind: sqltree.LiteralBool, Text: "true"}},
		{"BOOLEAN", "yes", sqltree.Literal{}},
		{"INTEGER", "7", sqltree.Literal{Kind: sqltree.LiteralNumber, Text: "7", Type: "INTEGER"}},
		{"INTEGER", "2147483648", sqltree.Literal{}},
		{"INTEGER", "1 OR 1=1", sqltree.Literal{}},
		{"BIGINT", "2e4", sqltree.Literal{Kind: sqltree.LiteralNumber, Text: "20000", Type: "BIGINT"}},
		{"DECIMAL(6,2)", "-1.5", sqltree.Literal{Kind: sqltree.LiteralNumber, Text: "-1.50", Type: "DECIMAL(6,2)"}},
		{"DECIMAL(6,2)", "0.001", sqltree.Literal{}},
		{"DATE", "2024-02-29", sqltree.Literal{Kind: sqltree.LiteralDate, Text: "2024-02-29"}},
		{"DATE", "2023-02-29", sqltree.Literal{}},
		{"TIMESTAMP", "2024-01-01", sqltree.Literal{}},
		{"", "1", sqltree.Literal{}},
	} {
		l, err := sqltree.Bound(c.typ, c.text)
		if c.want == (sqltree.Literal{}) {
			require.Error(t, err, "%s %s", c.typ, c.text)
			require.Nil(t, l)
			continue
		}
		require.NoError(t, err, "%s %s", c.typ, c.text)
		c.want.Pos = sqltree.None
		require.Equal(t, c.want, *l)
	}
}

// The value stands in the tree where the parameter stood, and is the caller's no more: the next statement gets its own.
func TestParameterIsPlaced(t *testing.T) {
	tree := treetest.Tree(t, withParameter)
	values := sqltree.Values{"p": bound(t, "VARCHAR", "x' OR 1=1 --")}
	for range 2 {
		s, err := sqltree.DecodeWith(tree, values)
		require.NoError(t, err)
		require.Equal(t, "(a = 'x'' OR 1=1 --')", sqltree.Text(s.Where))
		literal := s.Where.(*sqltree.Compare).Right.(*sqltree.Literal)
		require.NotSame(t, values["p"], literal)
		literal.Text = "changed"
	}
	require.Equal(t, "x' OR 1=1 --", values["p"].Text)
}

func TestParametersThatAreRefused(t *testing.T) {
	one := bound(t, "INTEGER", "1")
	edit := func(from, to string) func(string) string {
		return func(tree string) string {
			require.Contains(t, tree, from)
			return strings.ReplaceAll(tree, from, to)
		}
	}
	same := func(tree string) string { return tree }
	for name, c := range map[string]struct {
		sql    string
		edit   func(string) string
		values sqltree.Values
		code   catalog.Code
		tells  string
	}{
		"in a free query":             {withParameter, same, nil, catalog.CodeParam, "no parameters"},
		"listed in a free query":      {"SELECT ? FROM t", same, nil, catalog.CodeParam, "no parameters"},
		"of no values":                {withParameter, same, sqltree.Values{}, catalog.CodeParam, "not declared"},
		"of another name":             {withParameter, same, sqltree.Values{"q": one}, catalog.CodeParam, "not declared"},
		"without a name":              {"SELECT ? FROM t", same, sqltree.Values{"p": one}, catalog.CodeParam, "not declared"},
		"one that stands nowhere":     {withParameter, same, sqltree.Values{"p": one, "q": one}, catalog.CodeParam, "does not stand"},
		"listed and standing nowhere": {withParameter, edit(`"identifier":"p"`, `"identifier":"q"`), sqltree.Values{"p": one, "q": one}, catalog.CodeParam, "does not stand"},
		"listed, and not declared":    {withParameter, edit(`"key":"p"`, `"key":"r"`), sqltree.Values{"p": one}, catalog.CodeParam, "not declared"},
		"of another node":             {withParameter, edit("VALUE_PARAMETER", "BOUND_PARAMETER"), sqltree.Values{"p": one}, catalog.CodeParam, "not declared"},
		"with a field more":           {withParameter, edit(`"identifier":"p"`, `"identifier":"p","x":1`), sqltree.Values{"p": one}, catalog.CodeSyntax, ""},
		"without its name":            {withParameter, edit(`,"identifier":"p"`, ``), sqltree.Values{"p": one}, catalog.CodeSyntax, ""},
		"a list that is none":         {withParameter, edit(`[{"key":"p","value":1}]`, `{}`), sqltree.Values{"p": one}, catalog.CodeSyntax, ""},
		"a list of something else":    {withParameter, edit(`[{"key":"p","value":1}]`, `["p"]`), sqltree.Values{"p": one}, catalog.CodeSyntax, ""},
		"a list with a field more":    {withParameter, edit(`"value":1`, `"value":1,"x":2`), sqltree.Values{"p": one}, catalog.CodeSyntax, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sqltree.DecodeWith([]byte(c.edit(string(treetest.Tree(t, c.sql)))), c.values)
			var r *catalog.Refusal
			require.ErrorAs(t, err, &r)
			require.Equal(t, c.code, r.Code, r)
			require.Contains(t, r.Message.En, c.tells)
			requireTexts(t, r)
		})
	}
}

// Names of parameters are compared without regard to case, as the engine does.
func TestParameterNamesFold(t *testing.T) {
	tree := strings.ReplaceAll(strings.ReplaceAll(string(treetest.Tree(t, withParameter)), `"identifier":"p"`, `"identifier":"P"`), `"key":"p"`, `"key":"P"`)
	_, err := sqltree.DecodeWith([]byte(tree), sqltree.Values{"p": bound(t, "INTEGER", "1")})
	require.NoError(t, err)
}

// FuzzParameters decodes hostile trees with parameters, and hostile values in their places: a tree is taken only if each value has a place and
// each place a value, and a value is never read as anything but one.
func FuzzParameters(f *testing.F) {
	for _, r := range treetest.All(f) {
		if strings.Contains(string(r.Tree), "PARAMETER") {
			for _, v := range [][2]string{{"VARCHAR", "north"}, {"VARCHAR", "x') UNION SELECT 1 --"}, {"INTEGER", "1"}, {"DECIMAL(4,1)", "-0.5"}, {"DATE", "2024-01-01"}, {"BOOLEAN", "true"}} {
				f.Add([]byte(r.Tree), "p", v[0], v[1])
			}
		}
	}
	f.Fuzz(func(t *testing.T, tree []byte, name, typ, text string) {
		l, err := sqltree.Bound(typ, text)
		if err != nil {
			return
		}
		canonical, err := catalog.CanonicalValue(typ, text)
		require.NoError(t, err)
		require.Equal(t, canonical, l.Text)
		s, err := sqltree.DecodeWith(tree, sqltree.Values{name: l})
		if err != nil {
			var r *catalog.Refusal
			require.ErrorAs(t, err, &r)
			return
		}
		require.True(t, json.Valid(tree))
		_, err = sqltree.Decode(tree)
		require.Error(t, err, "what has a place for a value is no free query")
		require.NotNil(t, s)
	})
}
