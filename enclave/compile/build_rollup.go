package compile

import (
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// rollupPath begins the path of a roll-up; the digest of its content follows once it is known.
const rollupPath = "rollup:"

// rollupShape checks that the inner query is an entity roll-up: grouped by exactly one entity's full key and columns that are
// constant for it, with count, sum and avg.
func (b *builder) rollupShape() error {
	if b.inner == nil {
		return nil
	}
	s := b.inner
	if !s.Grouped {
		return sqltree.Refuse(sqltree.ReasonInner, s.Tree.Position())
	}
	var keyNames []string
	var keyOf *footprint.Source
	var others []*operand
	for _, k := range s.Keys {
		o, err := b.operand(footprint.Term{In: s, Expr: k})
		if err != nil {
			return err
		}
		switch {
		case o == nil || o.result != nil:
			return sqltree.Refuse(sqltree.ReasonInner, k.Position())
		case !o.column.Has(catalog.RoleEntityKey):
			others = append(others, o)
		case o.generalised() || keyOf != nil && keyOf != o.node.src:
			return sqltree.Refuse(sqltree.ReasonInner, k.Position())
		default:
			keyOf, keyNames = o.node.src, append(keyNames, o.column.Name)
		}
	}
	if keyOf == nil {
		return sqltree.Refuse(sqltree.ReasonInner, s.Tree.Position())
	}
	if keyOf.Granted.Spec.EntityOf(keyNames...) < 0 {
		return partOfKey(sqltree.ReasonInnerPart, keyOf, keyNames, s.Tree.Position())
	}
	b.entityNode, b.entityIndex = b.nodes[keyOf], keyOf.Granted.Spec.EntityOf(keyNames...)
	b.entity = b.entityRef(b.entityNode, b.entityIndex)
	for _, o := range others {
		if !b.constant(o) {
			return sqltree.Refuse(sqltree.ReasonInnerKey, o.at)
		}
	}
	return b.rollupOutputs()
}

// rollupOutputs checks the results: group keys and plain aggregates.
func (b *builder) rollupOutputs() error {
	for _, out := range b.inner.Outputs {
		t := footprint.Term{In: b.inner, Expr: out.Expr}.Follow()
		if call, ok := t.Expr.(*sqltree.Call); ok && call.Class == sqltree.ClassAggregate {
			if _, err := b.result(call); err != nil {
				return err
			}
			continue
		}
		if _, labels, err := b.binned(t); labels != nil || err != nil {
			if err != nil {
				return err
			}
			continue // what the outer query groups by
		}
		o, err := b.operand(t)
		if err != nil {
			return err
		}
		if o == nil || o.result == nil && !b.isRollupKey(o) {
			return sqltree.Refuse(sqltree.ReasonInner, out.Expr.Position())
		}
	}
	return nil
}

func (b *builder) isRollupKey(o *operand) bool {
	return slices.ContainsFunc(b.inner.Keys, func(k sqltree.Expr) bool {
		key, err := b.operand(footprint.Term{In: b.inner, Expr: k})
		return err == nil && key != nil && key.ref == o.ref && key.gen == o.gen && key.n == o.n && key.trunc == o.trunc
	})
}

// constant reports whether a column has one value for each entity of the roll-up: it is declared so, or it stands in a table
// that the entity's own key joins uniquely.
func (b *builder) constant(o *operand) bool {
	if !o.column.Has(catalog.RoleDimension) {
		return false
	}
	for n := o.node; n != nil; n = n.parent {
		for i, e := range n.src.Granted.Spec.Entities {
			ref := b.entityRef(n, i)
			if ref == b.entity && (e.OneRow() || n == o.node && o.column.ConstantPer == e.Type) {
				return true
			}
		}
	}
	return false
}

// result reads an aggregate of the roll-up as an operand.
func (b *builder) result(e *sqltree.Call) (*operand, error) {
	o := &operand{at: e.Position()}
	if e.Filter != nil {
		return nil, sqltree.Refuse(sqltree.ReasonFilter, e.Position())
	}
	switch method := footprint.MethodOf(e); {
	case method == footprint.MethodCount:
		if err := b.countsRows(e); err != nil {
			return nil, err
		}
		o.result = &RollupColumn{Name: "count", Func: "count"}
	case (method == footprint.MethodSum || method == footprint.MethodAvg) && len(e.Args) == 1 && !e.Distinct:
		base, err := b.measured(footprint.Term{In: b.inner, Expr: e.Args[0]}, e.Position())
		if err != nil {
			return nil, err
		}
		o.column = base.column
		o.result = &RollupColumn{Name: method + "(" + base.ref.Path + "." + base.ref.Column + ")", Func: method, Column: base.ref}
	default:
		return nil, sqltree.Refuse(sqltree.ReasonInner, e.Position())
	}
	o.ref = ColumnRef{Path: rollupPath, Column: o.result.Name}
	b.results[o.result.Name] = *o.result
	return o, nil
}

// countsRows checks that a count of the roll-up counts its rows: count(*), count(1), or count of a column of the entity's own key, which
// every row has.
func (b *builder) countsRows(e *sqltree.Call) error {
	if len(e.Args) == 0 {
		return nil
	}
	if l, ok := e.Args[0].(*sqltree.Literal); ok && l.Kind != sqltree.LiteralNull {
		return nil
	}
	src, c := footprint.Term{In: b.inner, Expr: e.Args[0]}.Column()
	if c != nil && b.nodes[src] == b.entityNode && len(e.Args) == 1 {
		key := src.Granted.Spec.Entities[b.entityIndex].Key
		if slices.ContainsFunc(key, func(k string) bool { return strings.EqualFold(k, c.Name) }) {
			return nil
		}
	}
	return sqltree.Refuse(sqltree.ReasonInner, e.Position())
}

// rollup writes the roll-up with the results that conditions and keys name, and gives each of these its path.
func (b *builder) rollup(sets []Box, keys []Key) ([]Rollup, error) {
	columns := map[string]RollupColumn{}
	for _, c := range b.allCohorts() {
		for _, p := range c.parts {
			if p.result != nil {
				columns[p.result.Name] = *p.result
			}
		}
	}
	for _, k := range b.results {
		columns[k.Name] = k
	}
	used := func(name string) bool {
		ref := ColumnRef{Path: rollupPath, Column: name}
		return slices.ContainsFunc(b.keys, func(k Key) bool { return k.Column == ref }) || slices.ContainsFunc(sets, func(s Box) bool {
			_, ok := s.condition(ref)
			return ok
		})
	}
	r := Rollup{Entity: b.entity}
	for name, c := range columns {
		if used(name) {
			r.Columns = append(r.Columns, c)
		}
	}
	if len(r.Columns) == 0 {
		return nil, nil
	}
	slices.SortFunc(r.Columns, func(x, y RollupColumn) int { return strings.Compare(x.Name, y.Name) })
	var err error
	if r.Box, err = b.rolled.box(b.innerNodes(true)...); err != nil {
		return nil, err
	}
	r.Path = r.named()
	for i := range sets {
		sets[i] = sets[i].withPath(rollupPath, r.Path)
	}
	for i := range keys {
		if keys[i].Column.Path == rollupPath {
			keys[i].Column.Path = r.Path
		}
	}
	return []Rollup{r}, nil
}

// withPath replaces a path in a box.
func (b Box) withPath(from, to string) Box {
	b.Conditions, b.Matched = slices.Clone(b.Conditions), slices.Clone(b.Matched)
	for i := range b.Conditions {
		if b.Conditions[i].Column.Path == from {
			b.Conditions[i].Column.Path = to
		}
	}
	for i := range b.Matched {
		if b.Matched[i] == from {
			b.Matched[i] = to
		}
	}
	slices.Sort(b.Matched)
	return b
}

func (b *builder) allCohorts() []*cohortBuilder {
	all := []*cohortBuilder{b.where}
	for _, d := range b.drafts {
		all = append(all, d.cohort)
	}
	return all
}
