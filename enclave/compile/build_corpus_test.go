package compile_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/footprint/viewtest"
	"yumen/catalog/sqltree/treetest"
	"yumen/enclave/compile"
)

type pattern struct {
	ID         string       `json:"id"`
	SQL        []string     `json:"sql"`
	Verdict    string       `json:"verdict"`
	Code       catalog.Code `json:"code"`
	OrWithhold bool         `json:"or_withhold"`
	Machine    *bool        `json:"machine"`
}

func corpus(t *testing.T) []pattern {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "testdata", "corpus", "queries.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	var all []pattern
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var p pattern
		require.NoError(t, json.Unmarshal(lines.Bytes(), &p))
		all = append(all, p)
	}
	require.NoError(t, lines.Err())
	return all
}

func neighbours(t *testing.T) func(want, got catalog.Code) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "corpus", "neighbours.json"))
	require.NoError(t, err)
	var n struct {
		Groups [][]catalog.Code `json:"groups"`
	}
	require.NoError(t, json.Unmarshal(text, &n))
	return func(want, got catalog.Code) bool {
		return want == got || slices.ContainsFunc(n.Groups, func(g []catalog.Code) bool {
			return slices.Contains(g, want) && slices.Contains(g, got)
		})
	}
}

// noNulls are the facts of a snapshot in which no granted column has a NULL.
func noNulls(view footprint.View) compile.Facts {
	facts := compile.Facts{NotNull: map[string]map[string]bool{}}
	for name, g := range view.Datasets {
		facts.NotNull[name] = g.Columns
	}
	return facts
}

func build(t *testing.T, sql string, view footprint.View, facts compile.Facts) (*compile.Plan, error) {
	t.Helper()
	tree, err := treetest.Decode(t, sql)
	if err != nil {
		return nil, err
	}
	q, err := footprint.Bind(tree, view)
	if err != nil {
		return nil, err
	}
	return compile.Build(q, facts)
}

// Every pattern of the corpus is refused statically with its code or a neighbour, or has a plan.
func TestCorpus(t *testing.T) {
	view := viewtest.Corpus(t)
	near := neighbours(t)
	for _, p := range corpus(t) {
		t.Run(p.ID, func(t *testing.T) {
			if p.Machine != nil && !*p.Machine {
				t.Skip("a scenario for a test written by hand")
			}
			var err error
			for i, sql := range p.SQL {
				_, err = build(t, sql, view, noNulls(view))
				if i < len(p.SQL)-1 && p.ID != "F02" && p.ID != "K08" {
					require.NoError(t, err)
				}
			}
			if p.Verdict != "refuse" {
				require.NoError(t, err)
				return
			}
			if err == nil && p.OrWithhold {
				return // judged by its answer, in cmd/yumend
			}
			var refusal *catalog.Refusal
			require.ErrorAs(t, err, &refusal)
			require.True(t, near(p.Code, refusal.Code), "want %s, got %s", p.Code, refusal)
		})
	}
}
