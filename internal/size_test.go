package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Longest file and function of hand-written code, in lines.
const (
	longestFile     = 600
	longestFunction = 60
)

// sources calls visit for every hand-written Go file of the tree.
func sources(t *testing.T, visit func(path string, set *token.FileSet, f *ast.File)) {
	t.Helper()
	top := root(t)
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != top && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || name == "dist" || name == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		if short, err := filepath.Rel(top, path); err == nil && !ast.IsGenerated(f) {
			visit(short, set, f)
		}
		return nil
	})
	require.NoError(t, err)
}

func TestFilesAndFunctionsStayShort(t *testing.T) {
	sources(t, func(path string, set *token.FileSet, f *ast.File) {
		if lines := set.File(f.FileStart).LineCount(); lines > longestFile {
			t.Errorf("%s has %d lines: split it by reason to change", path, lines)
		}
		if strings.HasSuffix(path, "_test.go") {
			return // a table of cases may be long
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				lines := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1
				if lines > longestFunction {
					t.Errorf("%s: %s has %d lines: name its steps", path, fn.Name.Name, lines)
				}
			}
		}
	})
}

func TestNothingRunsBeforeMain(t *testing.T) {
	sources(t, func(path string, _ *token.FileSet, f *ast.File) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init runs unasked: let main call it", path)
			}
		}
	})
}

func TestPackagesAndExportedNamesAreDocumented(t *testing.T) {
	commented := map[string]bool{}
	packages := map[string]bool{}
	sources(t, func(path string, _ *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		packages[filepath.Dir(path)] = true
		if f.Doc != nil {
			commented[filepath.Dir(path)] = true
		}
		for _, name := range undocumented(f) {
			t.Errorf("%s: %s has no comment", path, name)
		}
	})
	for dir := range packages {
		if !commented[dir] {
			t.Errorf("%s has no package comment: begin it with what the package owns", dir)
		}
	}
}

// undocumented lists the exported functions, methods and types of a file that carry no comment.
func undocumented(f *ast.File) []string {
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && d.Doc == nil && !onHiddenType(d) {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil && ts.Comment == nil {
					names = append(names, ts.Name.Name)
				}
			}
		}
	}
	return names
}

// onHiddenType reports whether a method belongs to an unexported type, or is one that an interface of the library explains.
func onHiddenType(d *ast.FuncDecl) bool {
	switch d.Name.Name {
	case "Error", "String", "Len", "Less", "Swap", "MarshalJSON", "UnmarshalJSON", "Read", "Write", "Close":
		return true
	}
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return false
	}
	x := d.Recv.List[0].Type
	if star, ok := x.(*ast.StarExpr); ok {
		x = star.X
	}
	if index, ok := x.(*ast.IndexExpr); ok {
		x = index.X
	}
	id, ok := x.(*ast.Ident)
	return ok && !id.IsExported()
}
