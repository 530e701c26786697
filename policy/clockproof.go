package policy

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// clockProof reads rules as they were written, and proves less with every one that could tell more of the clock than clockUse says.
type clockProof struct{ use clockUse }

func (p *clockProof) check(node any) {
	ast.NewGenericVisitor(p.visit).Walk(node)
}

// visit reports whether the node needs no closer look.
func (p *clockProof) visit(node any) bool {
	switch x := node.(type) {
	case *ast.Expr:
		if len(x.With) > 0 { // could put another clock, or another input, in the place of the real one
			p.use.bounded = false
		}
		if terms, ok := x.Terms.([]*ast.Term); ok {
			return p.compares(terms)
		}
	case ast.Call:
		return p.compares(x)
	case ast.Var: // the heads of references are not visited, so this is the whole input
		if x.Equal(ast.InputRootDocument.Value) {
			p.use.bounded = false
		}
	case ast.Ref:
		if !x[0].Equal(ast.InputRootDocument) {
			return false
		}
		if !named(x) || isClock(x) {
			p.use.bounded = false
		}
		for _, t := range x[1:] {
			p.check(t)
		}
		return true
	}
	return false
}

// compares reports whether a call only asks on which side of a number the clock is, and remembers the number if it is the rule's own.
func (p *clockProof) compares(call []*ast.Term) bool {
	if len(call) != 3 || !slices.Contains([]string{"lib.at_least", "lib.at_most", "lib.within_term"}, call[0].String()) {
		return false
	}
	other := call[1]
	if !clockTerm(call[2]) {
		if other = call[2]; !clockTerm(call[1]) {
			return false
		}
	}
	switch v := other.Value.(type) {
	case ast.Number:
		n, whole := v.Int64()
		if !whole {
			return false
		}
		p.use.marks = append(p.use.marks, n)
		return true
	case ast.Ref:
		return v[0].Equal(ast.InputRootDocument) && v.IsGround() && named(v) && !isClock(v)
	}
	return false
}

// clockTerm tells whether a term is input.now or the second after it.
func clockTerm(t *ast.Term) bool {
	switch v := t.Value.(type) {
	case ast.Ref:
		return len(v) == 2 && isClock(v)
	case ast.Call:
		return len(v) == 3 && v[0].String() == "plus" && clockTerm(v[1]) && v[1].String() == "input.now" && v[2].Equal(ast.IntNumberTerm(1))
	}
	return false
}

// named tells whether a reference to the input names the member that it reads.
func named(r ast.Ref) bool {
	if len(r) < 2 {
		return false
	}
	_, ok := r[1].Value.(ast.String)
	return ok
}

func isClock(r ast.Ref) bool { return len(r) >= 2 && r[1].Equal(ast.StringTerm("now")) }
