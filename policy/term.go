package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"yumen/catalog"
)

// field is one member of an object; the value is a term already.
type field = [2]*ast.Term

func text[T ~string](key string, v T) field {
	return field{ast.StringTerm(key), ast.StringTerm(string(v))}
}

func number[T ~int | ~int64 | ~uint8](key string, v T) field {
	return field{ast.StringTerm(key), ast.IntNumberTerm(int(v))}
}

func truth(key string, v bool) field { return field{ast.StringTerm(key), ast.BooleanTerm(v)} }

func object(key string, fields ...field) field {
	return field{ast.StringTerm(key), ast.ObjectTerm(fields...)}
}

func null(key string) field { return field{ast.StringTerm(key), ast.NullTerm()} }

func names(key string, s Set) field { return field{ast.StringTerm(key), setTerm(s)} }

// setTerm is an object whose members are empty objects, or null for none, as in JSON.
func setTerm(s Set) *ast.Term {
	if s.names == nil {
		return ast.NullTerm()
	}
	empty := ast.ObjectTerm()
	o := ast.NewObjectWithCapacity(len(s.names))
	for _, name := range s.names {
		o.Insert(ast.StringTerm(name), empty)
	}
	return ast.NewTerm(o)
}

// each is an object with a member for each entry of the map, or null for a nil map, as in JSON.
func each[K ~string, V any](key string, m map[K]V, term func(V) *ast.Term) field {
	if m == nil {
		return null(key)
	}
	o := ast.NewObjectWithCapacity(len(m))
	for k, v := range m {
		o.Insert(ast.StringTerm(string(k)), term(v))
	}
	return field{ast.StringTerm(key), ast.NewTerm(o)}
}

// graded is an object keyed by the grade's digit.
func graded(key string, m map[catalog.Grade]Set) field {
	if m == nil {
		return null(key)
	}
	o := ast.NewObjectWithCapacity(len(m))
	for g, s := range m {
		o.Insert(ast.StringTerm(gradeKey(g)), setTerm(s))
	}
	return field{ast.StringTerm(key), ast.NewTerm(o)}
}

func (a Author) field() field {
	return object("author", text("account", a.Account), text("person", a.Person))
}

func (p Party) field() field {
	return object("author", text("account", p.Account), text("person", p.Person), text("organization", p.Organization),
		text("legal_group", p.LegalGroup))
}

func (s Subject) fields() []field {
	return []field{
		text("account", s.Account), text("person", s.Person), text("organization", s.Organization),
		text("legal_group", s.LegalGroup), text("role", s.Role), truth("effective", s.Effective),
	}
}

func (c Common) fields(more ...field) ast.Value {
	return ast.NewObject(append([]field{
		number("now", c.Now),
		object("zone", text("jurisdiction", c.Zone.Jurisdiction), text("environment", c.Zone.Environment)),
		object("subject", c.Subject.fields()...),
	}, more...)...)
}
