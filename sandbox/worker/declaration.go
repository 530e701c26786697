package worker

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync/atomic"

	"yumen/catalog"
)

// declaration is a dataset's declaration, read for loading.
type declaration struct {
	columns  []column
	entities []unit
	keys     []*catalog.EntityHasher // by entity
	seen     atomic.Int64            // rows that went by, by a sample of them
}

// column is one declared column with what a load checks.
type column struct {
	catalog.Column
	typ      catalog.Type
	domain   []string // canonical values, when the domain is closed
	low      string   // inclusive bounds as literals of the engine, "" for none
	high     string
	required bool // NULL is a fault
}

// unit is a privacy unit of the declaration.
type unit struct{ catalog.Unit }

var errDeclaration = errors.New("the declaration cannot be loaded")

// declare reads a declaration. What a validated catalog cannot hold is an error.
func declare(spec *catalog.DatasetSpec, keys map[string][]byte) (*declaration, error) {
	d := &declaration{}
	for _, u := range spec.Units() {
		d.entities = append(d.entities, unit{u})
	}
	seen := map[string]bool{}
	for i := range spec.Columns {
		c, err := declareColumn(spec, &spec.Columns[i])
		if err != nil {
			return nil, err
		}
		name := strings.ToLower(c.Name)
		if seen[name] || name == "" || strings.HasPrefix(name, "__") {
			return nil, errDeclaration
		}
		seen[name] = true
		d.columns = append(d.columns, c)
	}
	if len(d.columns) == 0 || len(d.entities) > 10 {
		return nil, errDeclaration
	}
	for _, u := range d.entities {
		typ := u.Type
		if u.GroupOf > 0 { // a group is named as an entity is, so that a holding is its own group
			typ = spec.Entities[u.GroupOf-1].Type
		}
		key, ok := keys[typ]
		if !ok || len(key) != 32 || (len(u.Key) == 0) != u.Rows || len(u.Group) > 0 && len(u.Group) != len(u.Key) {
			return nil, errDeclaration
		}
		for _, name := range slices.Concat(u.Key, u.Group) {
			if spec.Column(name) == nil {
				return nil, errDeclaration
			}
		}
		d.keys = append(d.keys, catalog.NewEntityHasher([32]byte(key), typ))
	}
	return d, nil
}

func declareColumn(spec *catalog.DatasetSpec, in *catalog.Column) (column, error) {
	c := column{Column: *in}
	var err error
	if c.typ, err = catalog.ParseType(in.Type); err != nil {
		return c, err
	}
	for _, v := range in.Domain {
		text, err := c.typ.Canonical(string(v))
		if err != nil {
			return c, err
		}
		c.domain = append(c.domain, text)
	}
	if len(in.Bounds) > 0 {
		if len(in.Bounds) != 2 {
			return c, errDeclaration
		}
		if c.low, err = bound(in.Bounds[0], c.typ, true); err != nil {
			return c, err
		}
		if c.high, err = bound(in.Bounds[1], c.typ, false); err != nil {
			return c, err
		}
	}
	if in.ConstantPer != "" && len(entitiesOf(spec.Entities, in.ConstantPer)) == 0 {
		return c, errDeclaration
	}
	c.required = in.Nullable != nil && !*in.Nullable
	for _, e := range spec.Entities {
		for _, name := range e.Key {
			c.required = c.required || e.Unique && strings.EqualFold(name, in.Name)
		}
	}
	return c, nil
}

// constant reports whether a column has one value for each entity, by its declaration or because it names the entity's group.
func (u unit) constant(c *column) bool {
	inGroup := u.GroupOf == 0 && slices.ContainsFunc(u.Group, func(name string) bool { return strings.EqualFold(name, c.Name) })
	return (c.ConstantPer == u.Type || inGroup) && !u.OneRow()
}

// entitiesOf lists the indexes of the entities of a type.
func entitiesOf(entities []catalog.Entity, typ string) []int {
	var out []int
	for i, e := range entities {
		if e.Type == typ {
			out = append(out, i)
		}
	}
	return out
}

// bound is an inclusive bound as a literal that compares exactly: a day, or a number at the column's scale, rounded into the interval.
func bound(b catalog.Bound, typ catalog.Type, lower bool) (string, error) {
	if typ.Name == catalog.TypeDate {
		day, err := typ.Canonical(string(b))
		return "CAST(" + literal(day) + " AS DATE)", err
	}
	if !typ.Numeric() {
		return "", errDeclaration
	}
	scale := typ.Scale
	r, err := b.Rat()
	if err != nil {
		return "", err
	}
	r.Mul(r, new(big.Rat).SetInt(pow10(scale)))
	q, m := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int)) // floor, for the denominator is positive
	if lower && m.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	most := new(big.Int).Sub(pow10(38), big.NewInt(1))
	if q.CmpAbs(most) > 0 {
		most.Mul(most, big.NewInt(int64(q.Sign())))
		q = most
	}
	return fmt.Sprintf("CAST(%s AS DECIMAL(38,%d))", literal(decimal(q, scale)), scale), nil
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// queryColumns is what the query file holds: dimensions and measures under their declared names, then the hashed keys.
func (d *declaration) queryColumns() []string {
	var out []string
	for _, c := range d.columns {
		if c.Has(catalog.RoleDimension) || c.Has(catalog.RoleMeasure) {
			out = append(out, ident(c.Name))
		}
	}
	return append(out, d.entityColumns()...)
}

// identityColumns is what the identity file holds: the hashed keys, then identifiers and keys in clear.
func (d *declaration) identityColumns() []string {
	out := d.entityColumns()
	for _, c := range d.columns {
		if c.Has(catalog.RoleIdentifier) || c.Has(catalog.RoleEntityKey) {
			out = append(out, ident(c.Name))
		}
	}
	return out
}

func (d *declaration) entityColumns() []string {
	var out []string
	for i := range d.entities {
		out = append(out, ident(entityColumn(i)))
	}
	return out
}

// entityColumn is the hashed key of the i-th declared entity.
func entityColumn(i int) string { return fmt.Sprintf("__ekey_%d", i) }

// column returns the declared column of a name that is known to exist.
func (d *declaration) column(name string) *column {
	for i := range d.columns {
		if strings.EqualFold(d.columns[i].Name, name) {
			return &d.columns[i]
		}
	}
	panic("a key column is not declared") // declare has checked it
}
