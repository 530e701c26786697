package verify_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The verifier shares formats with the writer and computes every hash itself.
func TestSharesFormatsOnly(t *testing.T) {
	shared := map[string]bool{
		"audit.Action": true, "audit.Actor": true, "audit.Checkpoint": true, "audit.Decode": true, "audit.Entry": true,
		"audit.FileCheckpoint": true, "audit.LevelEntries": true, "audit.MaxEntry": true, "audit.OpenCheckpoint": true, "audit.ParseProof": true,
		"audit.Proof": true, "audit.SplitBundle": true, "audit.Tile": true, "audit.TileWidth": true, "audit.Tiles": true,
		"tlog.Hash": true, "tlog.HashSize": true, "note.Verifiers": true,
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	n := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(node ast.Node) bool {
			s, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := s.X.(*ast.Ident)
			if !ok || pkg.Obj != nil || pkg.Name != "audit" && pkg.Name != "tlog" && pkg.Name != "note" {
				return true
			}
			n++
			use := pkg.Name + "." + s.Sel.Name
			require.True(t, shared[use] || strings.HasPrefix(use, "audit.Action"), "%s uses %s", name, use)
			return true
		})
	}
	require.Greater(t, n, 50)
}
