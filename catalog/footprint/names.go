package footprint

import (
	"slices"
	"strings"

	"yumen/catalog/sqltree"
)

// lookup finds a column name in sources: at most one meaning each.
func lookup(sources []*Source, name string) []Ref {
	var refs []Ref
	for _, src := range sources {
		if ref, ok := src.column(name); ok {
			refs = append(refs, ref)
		}
	}
	return refs
}

// column finds a column of the source. Pseudo columns of the engine (rowid) are none.
func (src *Source) column(name string) (Ref, bool) {
	if src.Inner == nil {
		c := src.Granted.Spec.Column(name)
		return Ref{Source: src, Column: c}, c != nil
	}
	for i, n := range src.columns {
		if strings.EqualFold(n, name) {
			return Ref{Source: src, Output: i}, true
		}
	}
	return Ref{}, false
}

// merged drops references that a join has made equal to an earlier one under the same name, as USING does.
func (s *Select) merged(refs []Ref) []Ref {
	var kept []Ref
	for _, r := range refs {
		if !s.equalToOne(r, kept) {
			kept = append(kept, r)
		}
	}
	return kept
}

func (s *Select) equalToOne(r Ref, kept []Ref) bool {
	for _, j := range s.Joins {
		for _, pair := range j.Equal {
			if pair[1] != r && pair[0] != r {
				continue
			}
			for _, k := range kept {
				if pair[0] == k || pair[1] == k {
					return true
				}
			}
		}
	}
	return false
}

// resolve gives a column reference its meaning among the sources, or, where the clause allows, among the outputs before a
// limit. aliases is nil where it does not.
func (s *Select) resolve(c *sqltree.Column, sources []*Source, aliases *aliasScope) (Ref, error) {
	names := c.Names
	if len(names) == 3 && strings.EqualFold(names[0], "main") {
		names = names[1:]
	}
	switch len(names) {
	case 1:
		return s.resolveBare(c, sources, aliases)
	case 2:
		return s.resolveQualified(c, names, sources)
	}
	return Ref{}, sqltree.Refuse(sqltree.ReasonUnknownColumn, c.Position())
}

func (s *Select) resolveQualified(c *sqltree.Column, names []string, sources []*Source) (Ref, error) {
	for _, src := range sources {
		if strings.EqualFold(src.Name, names[0]) {
			if ref, ok := src.column(names[1]); ok {
				return ref, nil
			}
		}
	}
	return Ref{}, sqltree.Refuse(sqltree.ReasonUnknownColumn, c.Position())
}

// aliasScope is the part of the select list whose aliases a clause may use.
type aliasScope struct {
	outputs int  // the first outputs, by number
	first   bool // aliases win over columns (ORDER BY)
}

func (s *Select) resolveBare(c *sqltree.Column, sources []*Source, aliases *aliasScope) (Ref, error) {
	name := c.Names[0]
	refs := s.merged(lookup(sources, name))
	alias, hasAlias := s.alias(name, aliases)
	switch {
	case hasAlias && (len(refs) == 0 || aliases.first || s.sameMeaning(alias, refs)):
		return alias, nil
	case hasAlias:
		return Ref{}, sqltree.Refuse(sqltree.ReasonAliasShadow, c.Position())
	case len(refs) > 1:
		return Ref{}, sqltree.Refuse(sqltree.ReasonAmbiguous, c.Position())
	case len(refs) == 1:
		return refs[0], nil
	}
	for _, src := range sources {
		if strings.EqualFold(src.Name, name) {
			return Ref{}, sqltree.Refuse(sqltree.ReasonRowValue, c.Position())
		}
	}
	return Ref{}, sqltree.Refuse(sqltree.ReasonUnknownColumn, c.Position())
}

// alias finds an explicit alias of the select list.
func (s *Select) alias(name string, in *aliasScope) (Ref, bool) {
	if in == nil {
		return Ref{}, false
	}
	for i := range min(in.outputs, len(s.Tree.Items)) {
		if a := s.Tree.Items[i].Alias; a != "" && strings.EqualFold(a, name) {
			return Ref{Output: i}, true
		}
	}
	return Ref{}, false
}

// sameMeaning reports whether an alias stands for a column that its name also finds.
func (s *Select) sameMeaning(alias Ref, refs []Ref) bool {
	c, ok := s.Tree.Items[alias.Output].Expr.(*sqltree.Column)
	if !ok {
		return false
	}
	ref, err := s.resolve(c, s.Sources, nil)
	return err == nil && slices.Contains(refs, ref)
}
