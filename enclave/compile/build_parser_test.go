package compile_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"yumen/catalog"
	"yumen/catalog/sqltree/treetest"
	"yumen/sandbox"
	"yumen/sandbox/sandboxtest"
)

// The recorded trees of the corpus are those of the parser in the sandbox.
func TestCorpusTreesAreTheParsers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a worker for every text")
	}
	runner := sandboxtest.Runner(t)
	for _, p := range corpus(t) {
		for _, sql := range p.SQL {
			tree, err := runner.Parse(context.Background(), sql)
			recorded := treetest.Tree(t, sql)
			var syntax *sandbox.SyntaxError
			if errors.As(err, &syntax) {
				_, err := treetest.Decode(t, sql)
				var refusal *catalog.Refusal
				require.ErrorAs(t, err, &refusal)
				require.Equal(t, refusal.Position, syntax.Position)
				continue
			}
			require.NoError(t, err, p.ID)
			require.JSONEq(t, string(recorded), string(tree), p.ID)
		}
	}
}
