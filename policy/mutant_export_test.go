package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/internal/policyfile"
)

// Suite is a bundle made ready for its own tests.
type Suite struct{ *suite }

// NewSuite reads the default bundle.
func NewSuite() (*Suite, error) {
	files, err := policyfile.Read(DefaultBundle())
	if err != nil {
		return nil, err
	}
	s, err := newSuite(files)
	return &Suite{s}, err
}

// Mutant is a module with one expression of one production rule dropped.
type Mutant struct {
	Name, Path, Source string
	Place              string // of the rule
}

// Mutants drops each expression of each rule body and of each body of an every in turn. Details are best effort and stay as they
// are.
func (s *Suite) Mutants() ([]Mutant, error) {
	modules, err := s.parsed()
	if err != nil {
		return nil, err
	}
	var mutants []Mutant
	for path, m := range modules {
		for i, rule := range m.Rules {
			if strings.HasPrefix(rule.Head.Ref().String(), "detail") {
				continue
			}
			for n := range bodies(rule) {
				for j := range bodies(rule)[n].get() {
					if d, ok := dropped(m, path, i, n, j); ok {
						mutants = append(mutants, d)
					}
				}
			}
		}
	}
	slices.SortFunc(mutants, func(a, b Mutant) int { return strings.Compare(a.Name, b.Name) })
	return mutants, nil
}

// slot is a body that can be read and replaced.
type slot struct {
	get func() ast.Body
	set func(ast.Body)
}

// bodies lists the body of a rule and those of the every statements in it.
func bodies(rule *ast.Rule) []slot {
	slots := []slot{{func() ast.Body { return rule.Body }, func(b ast.Body) { rule.Body = b }}}
	ast.WalkNodes(rule, func(n ast.Node) bool {
		if e, ok := n.(*ast.Every); ok {
			slots = append(slots, slot{func() ast.Body { return e.Body }, func(b ast.Body) { e.Body = b }})
		}
		return false
	})
	return slots
}

func dropped(m *ast.Module, path string, i, n, j int) (Mutant, bool) {
	c := m.Copy()
	c.Annotations = nil
	rule := c.Rules[i]
	at := bodies(rule)[n]
	expr := at.get()[j].String()
	if expr == "true" {
		return Mutant{}, false // the rule has no body
	}
	body := slices.Delete(slices.Clone(at.get()), j, j+1)
	if len(body) == 0 {
		body = ast.NewBody(ast.NewExpr(ast.BooleanTerm(true)))
	}
	at.set(body)
	head := rule.Head.Ref().String()
	if rule.Head.Key != nil {
		head = fmt.Sprint(rule.Head.Key)
	}
	name := strings.Trim(m.Package.Path[len(m.Package.Path)-1].Value.String(), `"`)
	return Mutant{fmt.Sprintf("%s %s: %s", name, head, expr), path, c.String(), m.Rules[i].Location.String()}, true
}
