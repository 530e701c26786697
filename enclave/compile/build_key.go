package compile

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// keysOf reads the group keys, sorted; SELECT DISTINCT without a GROUP BY groups by its outputs. Constants group nothing.
func (b *builder) keysOf() error {
	s := b.outer
	exprs := s.Keys
	if s.Tree.Distinct && !s.Grouped && !b.aggregated() {
		exprs = nil
		for _, o := range s.Outputs {
			exprs = append(exprs, o.Expr)
		}
	}
	for _, e := range exprs {
		t := footprint.Term{In: s, Expr: e}
		if _, constant := t.Follow().Expr.(*sqltree.Literal); constant {
			continue
		}
		k, err := b.key(t)
		if err != nil {
			return err
		}
		if len(k.Bins) == 1 {
			continue // whatever the value, one result
		}
		if !slices.ContainsFunc(b.keys, k.same) {
			b.keys = append(b.keys, k)
		}
		if len(b.keys) > MaxKeys {
			return sqltree.Refuse(sqltree.ReasonTooManyKeys, e.Position(), MaxKeys)
		}
	}
	slices.SortFunc(b.keys, compareKey)
	if !s.Grouped && !s.Tree.Distinct && !b.aggregated() {
		return sqltree.Refuse(sqltree.ReasonNotAggregated, s.Outputs[0].Expr.Position())
	}
	return b.distinctKeys()
}

// aggregated reports whether the query has an aggregate outside GROUP BY.
func (b *builder) aggregated() bool {
	s := b.outer
	return slices.ContainsFunc(s.Outputs, func(o footprint.Output) bool { return s.Aggregated(o.Expr) }) ||
		s.Tree.Having != nil && s.Aggregated(s.Tree.Having) ||
		slices.ContainsFunc(s.Order, func(o sqltree.Order) bool { return s.Aggregated(o.Expr) })
}

// distinctKeys checks that DISTINCT beside GROUP BY changes nothing: every group key is an output.
func (b *builder) distinctKeys() error {
	if !b.outer.Tree.Distinct {
		return nil
	}
	for _, k := range b.keys {
		if !slices.ContainsFunc(b.outer.Outputs, func(o footprint.Output) bool {
			return b.keyOf(footprint.Term{In: b.outer, Expr: o.Expr}) == b.indexOf(k)
		}) {
			return sqltree.Refuse(sqltree.ReasonDistinctGroup, b.outer.Tree.Position())
		}
	}
	return nil
}

// keyOf is the index of the group key that an expression is, or -1.
func (b *builder) keyOf(t footprint.Term) int {
	k, err := b.key(t)
	if err != nil {
		return -1
	}
	return b.indexOf(k)
}

func (b *builder) indexOf(k Key) int { return slices.IndexFunc(b.keys, k.same) }

func (k Key) same(other Key) bool { return compareKey(k, other) == 0 }

func compareKey(x, y Key) int {
	if n := compareRefs(x.Column, y.Column); n != 0 {
		return n
	}
	if n := strings.Compare(x.Func, y.Func); n != 0 {
		return n
	}
	if n := cmp.Compare(x.N, y.N); n != 0 {
		return n
	}
	return slices.CompareFunc(x.Bins, y.Bins, func(a, b Set) int { return strings.Compare(canonicalText(a), canonicalText(b)) })
}

// split names how a key splits its column.
func (k Key) split() string {
	if k.Func != keyCase {
		return k.Func
	}
	return k.Func + canonicalText(k.Bins)
}

// key reads an expression as a group key: a dimension, one of its declared generalisers, a band of a roll-up's result, or the bins of a
// CASE.
func (b *builder) key(t footprint.Term) (Key, error) {
	k, _, err := b.labelled(t)
	return k, err
}

// labelled reads a group key with what the expression calls its bins, if it has any.
func (b *builder) labelled(t footprint.Term) (Key, []sqltree.Expr, error) {
	k, labels, err := b.binned(t.Follow())
	if labels == nil && err == nil {
		k, err = b.columnKey(t)
	}
	return k, labels, err
}

// columnKey reads a key without labels.
func (b *builder) columnKey(t footprint.Term) (Key, error) {
	o, err := b.operand(t)
	if err != nil {
		return Key{}, err
	}
	if o == nil {
		return Key{}, sqltree.Refuse(sqltree.ReasonKey, t.Expr.Position())
	}
	if o.result != nil {
		return b.resultKey(o)
	}
	c := o.column
	d, ok := b.domainOf(c)
	if !ok || !c.Has(catalog.RoleDimension) {
		return Key{}, sqltree.Refuse(sqltree.ReasonKey, o.at)
	}
	if o.generalised() && !o.declared(d) || !o.generalised() && c.GeneralisedOnly {
		if names := d.describe(); names != "" {
			return Key{}, sqltree.Refuse(sqltree.ReasonKeyGeneralised, o.at, names)
		}
		return Key{}, sqltree.Refuse(sqltree.ReasonKey, o.at)
	}
	k := Key{Column: o.ref, Func: string(o.gen), N: o.n, Type: keyType(o, d), Sensitive: c.Sensitive}
	if o.trunc {
		k.Func = "trunc_" + k.Func
	}
	if c.Sensitive {
		k.SensitiveValues = c.SensitiveValues
	}
	return k, nil
}

// resultKey reads a band of a roll-up's result as a group key. Its width is a value of the grid that the result inherits, so that the edges
// cannot be moved; a width of one would be the result itself.
func (b *builder) resultKey(o *operand) (Key, error) {
	d, ok := resultDomain(o.result.Func, o.column)
	width := strconv.FormatInt(o.n, 10)
	if !ok || o.gen != catalog.GeneraliseBand || d.average || o.n <= 1 ||
		!slices.ContainsFunc(d.grids, func(g catalog.Grid) bool { return g.Contains(width) }) {
		return Key{}, sqltree.Refuse(sqltree.ReasonKeyResult, o.at)
	}
	k := Key{Column: o.ref, Func: string(o.gen), N: o.n, Type: keyType(o, d)}
	if o.column != nil && o.column.Sensitive {
		k.Sensitive, k.SensitiveValues = true, o.column.SensitiveValues
	}
	return k, nil
}

// keyType is the type of a key's values. A truncated date is a date, whatever the engine's function returns.
func keyType(o *operand, d *domain) string {
	switch {
	case !o.generalised():
		return d.typ.String()
	case o.gen == catalog.GeneralisePrefix:
		return string(catalog.TypeVarchar)
	case o.trunc:
		return string(catalog.TypeDate)
	case o.gen == catalog.GeneraliseBand && d.typ.Precision-d.typ.Scale > 18:
		return "DECIMAL(38,0)"
	}
	return string(catalog.TypeBigint)
}
