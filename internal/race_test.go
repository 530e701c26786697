package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What make test runs without the race detector starts nothing that runs beside it.
func TestPlainPackagesAreNotConcurrent(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	list := regexp.MustCompile(`(?s)\nPLAIN := (.*?[^\\])\n`).FindSubmatch(makefile)
	require.NotNil(t, list, "the Makefile has lost its list")
	plain := strings.Fields(strings.ReplaceAll(string(list[1]), "\\\n", " "))
	require.Greater(t, len(plain), 10)
	for _, dir := range plain {
		files, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files, dir)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			require.False(t, starts(f), "%s starts something beside itself: it is no longer plain", name)
		}
	}
}

// starts tells whether a file has a go statement or a call of a method Go, as groups have.
func starts(f *ast.File) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.CallExpr:
			s, ok := x.Fun.(*ast.SelectorExpr)
			found = found || ok && s.Sel.Name == "Go"
		}
		return true
	})
	return found
}
