package proposal

import (
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/internal/ident"
	"yumen/sandbox/wire"
)

// The entity types that are proposed.
const (
	person     = "person"
	enterprise = "enterprise"
)

// subjects are the kinds of identifiers that are keys of an entity when nothing better is, the best first.
var subjects = []struct {
	kind catalog.IdentifierKind
	typ  string
}{
	{catalog.IdentifierUSCC, enterprise}, {catalog.IdentifierOrgCode, enterprise}, {catalog.IdentifierLEI, enterprise},
	{catalog.IdentifierResidentID, person}, {catalog.IdentifierResidencePermit, person}, {catalog.IdentifierForeignerID, person},
	{catalog.IdentifierPassport, person}, {catalog.IdentifierMobile, person},
}

// entities proposes the privacy units and marks their keys. A number of one's own (person_id) is a better key than an identifier; of
// each kind of unit, all such numbers are keys: a borrower and a guarantor are two.
func (d *draft) entities() []catalog.Entity {
	var out []catalog.Entity
	for i := range d.guesses {
		if g := &d.guesses[i]; g.key != "" && g.strong && len(out) < 10 {
			out = append(out, d.entity(g, g.key))
		}
	}
	for _, s := range subjects {
		if has(out, s.typ) {
			continue
		}
		for i := range d.guesses {
			if g := &d.guesses[i]; g.kind == s.kind && g.typ.Name != catalog.TypeDecimal && len(out) < 10 {
				out = append(out, d.entity(g, s.typ))
			}
		}
	}
	for i := range d.guesses {
		if g := &d.guesses[i]; len(out) == 0 && g.key != "" {
			out = append(out, d.entity(g, g.key))
			g.say("唯一的编号，按个人主体处理：若为企业，请改 type", "a unique number, taken for that of a person: if it is an enterprise's, change the type")
		}
	}
	if len(out) == 0 {
		out = append(out, catalog.Entity{Type: person, Rows: true})
		d.say("没有唯一的键或标识符：暂按每行一个主体（rows: true）。若一个主体有多行，请指定 key，否则保护不足；不涉及任何主体时改写 public: true",
			"no key and no identifier was found: each row is taken for one person (rows: true). If somebody has several rows, name the key, or the protection falls short; for a table about no one write public: true")
	}
	d.person = has(out, person)
	return out
}

func has(entities []catalog.Entity, typ string) bool {
	return slices.ContainsFunc(entities, func(e catalog.Entity) bool { return e.Type == typ })
}

// entity makes a column the key of an entity.
func (d *draft) entity(g *guess, typ string) catalog.Entity {
	g.Roles = []catalog.Role{catalog.RoleEntityKey}
	e := catalog.Entity{Type: typ, Key: []string{g.Name}, Unique: g.seen.Unique && g.seen.Complete}
	if g.seen.Complete {
		no := false
		g.Nullable = &no
	}
	if !g.seen.Unique {
		g.say("值有重复：一个主体有多行", "values repeat: an entity has several rows")
	}
	return e
}

// keyOf says of which entity type a column could be the key by its name and values, and whether the name says so itself.
func keyOf(g *guess) (typ string, strong bool) {
	c := g.seen
	whole := g.typ.Name == catalog.TypeInteger || g.typ.Name == catalog.TypeBigint || g.typ.Name == catalog.TypeVarchar && !c.Words
	if !whole || strings.HasPrefix(c.Low, "-") || c.Distinct <= 20 && !c.Unique || ident.Mentions(c.Name, recordWords...) {
		return "", false
	}
	if g.kind != "" && g.kind != catalog.IdentifierRecord {
		return "", false
	}
	if alone(c.Name) && c.Unique && c.Complete {
		return person, false
	}
	if !ends(c.Name, keyEnds) {
		return "", false
	}
	switch {
	case ident.Mentions(c.Name, personWords...):
		return person, c.Unique || c.Distinct > wire.MaxListed
	case ident.Mentions(c.Name, firmWords...):
		return enterprise, c.Unique || c.Distinct > wire.MaxListed
	}
	return "", false
}

// alone reports whether the name says no more than that it is a number.
func alone(name string) bool {
	return slices.ContainsFunc(aloneKeys, func(k string) bool { return strings.EqualFold(strings.TrimSpace(name), k) })
}

// ends reports whether the name ends in one of the words.
func ends(name string, list []string) bool {
	return slices.ContainsFunc(list, func(w string) bool {
		if low := strings.ToUpper(name); w[0] < 0x80 {
			return ident.Mentions(name, w) && strings.HasSuffix(low, w)
		}
		return strings.HasSuffix(name, w)
	})
}
