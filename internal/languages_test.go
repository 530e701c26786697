package internal_test

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// Whatever a person reads is there in both languages. These are the functions that take a text as Chinese and English, with the place of
// the Chinese one among their arguments.
var bilingual = map[string]int{"fault": 1, "fail": 1, "told": 0, "t": 0, "say": 0, "warn": 0, "hint": 0, "hinting": 0, "Pick": 0}

func TestEveryMessageIsInBothLanguages(t *testing.T) {
	seen := 0
	sources(t, func(path string, set *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "policy/testing") {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			at := set.Position(token.NoPos)
			if n != nil {
				at = set.Position(n.Pos())
			}
			switch n := n.(type) {
			case *ast.CompositeLit:
				if named(n.Type) == "usageError" && len(n.Elts) == 1 {
					if c, ok := n.Elts[0].(*ast.CallExpr); ok && named(c.Fun) == "errors.New" || ok && named(c.Fun) == "fmt.Errorf" && !strings.Contains(literals(c), "%w") {
						t.Errorf("%s:%d: an error of usage has one language: say it with told", path, at.Line)
					}
				}
				if named(n.Type) != "catalog.Text" && named(n.Type) != "Text" || len(n.Elts) == 0 {
					return true
				}
				seen++
				zh, en := member(n, "Zh", 0), member(n, "En", 1)
				if why := lacking(zh, en); why != "" {
					t.Errorf("%s:%d: a text %s", path, at.Line, why)
				}
			case *ast.CallExpr:
				first, ok := bilingual[called(n)]
				if strings.HasPrefix(path, "catalog/") && called(n) == "fault" {
					first = 2 // where and what, then how it is said
				}
				if !ok || len(n.Args) < first+2 {
					return true
				}
				zh, en := n.Args[first], n.Args[first+1]
				if !text(zh) && !text(en) {
					return true
				}
				seen++
				if why := lacking(zh, en); why != "" {
					t.Errorf("%s:%d: a message %s", path, at.Line, why)
				}
			}
			return true
		})
	})
	if seen < 500 {
		t.Errorf("only %d messages were seen: has a function another name now?", seen)
	}
}

// lacking says what a pair of texts lacks, as far as their literals tell.
func lacking(zh, en ast.Expr) string {
	if zh == nil || en == nil {
		return "has one language"
	}
	z, e := literals(zh), literals(en)
	switch {
	case z == "" && text(zh) || e == "" && text(en):
		return "is empty in one language"
	case text(zh) && !han(z) && words(z):
		return "has no Chinese where Chinese is due"
	case han(e):
		return "has Chinese where English is due"
	case text(zh) != text(en) && !calls(zh) && !calls(en):
		return "has one language and something else"
	}
	return ""
}

// words reports whether a text says something, beyond verbs of a format, names and codes.
func words(s string) bool {
	for _, w := range strings.Fields(s) {
		letters := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLower(r) })
		if len(letters) > 2 && letters == strings.Trim(w, ".,:;!?") && !strings.ContainsAny(w, "%_-/=<>") {
			return true
		}
	}
	return false
}

func han(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// text reports whether an expression is made of string literals, at least in part.
func text(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			found = true
		}
		return !found
	})
	return found
}

func calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.CallExpr, *ast.Ident:
			found = true
		}
		return !found
	})
	return found
}

// literals joins the string literals of an expression.
func literals(e ast.Expr) string {
	var out strings.Builder
	ast.Inspect(e, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			out.WriteString(s)
		}
		return true
	})
	return out.String()
}

func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name + "." + e.Sel.Name
		}
	}
	return ""
}

func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// member is a field of a composite literal, by name or by place.
func member(c *ast.CompositeLit, name string, place int) ast.Expr {
	for i, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			if i == place {
				return e
			}
			continue
		}
		if id, ok := kv.Key.(*ast.Ident); ok && id.Name == name {
			return kv.Value
		}
	}
	return nil
}
