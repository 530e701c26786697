package main

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"yumen/policy"
)

func TestTestsAreFoundByTheirNames(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	quote := `"`
	found, err := tests(fstest.MapFS{
		"a/a_test.go": file("t.Run(" + quote + "BJ-OPS-32b: list() counts as raw" + quote + ", f)\nfunc TestXM_39b_XM_39c_Purge(t *testing.T) {\nArticles: []string{" + quote + "XC-3a" + quote + "}\n" +
			"t.Run(" + quote + "BJ-FIN-2,BJ-FIN-22a: two" + quote),
		"a/a.go":                      file("// " + quote + "SJZ-4: no test" + quote),
		"p/p_test.rego":               file("test_BJ_FIN_3_roles if {\n\t" + quote + "SJZ-17b AUT-002: another's grant" + quote + ": {"),
		"testdata/script/x.txt":       file("# XM-13, SJZ-22: no way out\nexec yumen\n"),
		"testdata/script/y.txt":       file("# about XM-63: not at the front\n"),
		"bin/b_test.go":               file("func TestXM_6_Ignored(t"),
		".git/c_test.go":              file("func TestXM_6_Ignored(t"),
		"a/b_test.go":                 file("func TestXM_39b_Again(t"),
		"testdata/questions/text.txt": file("# XM-6: not a script\n"),
	})
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"BJ-OPS-32b": {"a/a_test.go"}, "XM-39b": {"a/a_test.go", "a/b_test.go"}, "XM-39c": {"a/a_test.go"},
		"BJ-FIN-2": {"a/a_test.go"}, "BJ-FIN-22a": {"a/a_test.go"}, "BJ-FIN-3": {"p/p_test.rego"}, "SJZ-17b": {"p/p_test.rego"},
		"XM-13": {"testdata/script/x.txt"}, "SJZ-22": {"testdata/script/x.txt"}}, found)
}

func TestJoin(t *testing.T) {
	all := []requirement{{"XM-1", "must", "K12", "a"}, {"XM-2", "must", "K12", "b"}, {"XM-3", "should", "K12", "c"}, {"XM-4", "must", "K02", "d"}}
	rows, err := join(all, []policy.Rule{{ID: "AUT-001", Articles: []string{"XM-1", "XM-2"}}}, map[string][]string{"XM-1": {"x", "y", "z", "w"}})
	require.NoError(t, err)
	var states []string
	owed := 0
	for _, r := range rows {
		states = append(states, r.status())
		if r.owed() {
			owed++
		}
	}
	require.Equal(t, []string{"tested", "rule without test", "open", "open"}, states)
	require.Equal(t, 1, owed, "only what must hold, of a control that is built")
	require.Contains(t, markdown(rows), "| XM-1 | must | a | AUT-001 | `x` `y` `z` and 1 more | tested |")
	_, err = join(all, nil, map[string][]string{"XM-9": {"x_test.go"}})
	require.ErrorContains(t, err, "XM-9")
	_, err = join(all, []policy.Rule{{ID: "AUT-001", Articles: []string{"XM-9"}}}, nil)
	require.ErrorContains(t, err, "XM-9")
}

// Every ID in a rule or in the name of a test is a requirement, and the list is the one that the policy knows.
func TestProject(t *testing.T) {
	rows, err := coverage("../..")
	require.NoError(t, err)
	require.Len(t, rows, 242)
	count := map[string]int{}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.ID)
		count[r.Priority]++
		require.Regexp(t, `^K[0-2][0-9]$`, r.Control, r.ID)
		require.NotEmpty(t, r.Text, r.ID)
	}
	require.Equal(t, map[string]int{"must": 108, "should": 105, "later": 29}, count)
	known, err := os.ReadFile("../../policy/articles.txt")
	require.NoError(t, err)
	require.Equal(t, strings.Fields(string(known)), ids)
}
