package compile

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// MaxBins caps the different results of one CASE.
const MaxBins = 50

// keyCase is the function of a key that splits a column into declared sets: its values are the numbers of the bins.
const keyCase = "case"

// bin is one part of a split while it is read: the values of the column that have a label.
type bin struct {
	label *sqltree.Literal
	spans []span
	null  bool
}

// branch is one condition of a split, with what is said where it holds.
type branch struct {
	when *restriction
	then *sqltree.Literal
}

// binned reads CASE with constant results over conditions on one column, or such a condition itself, as a group key: a split of all values
// of the column into disjoint sets. What the results are called is no part of the key: the labels stand beside it, one a set. No labels
// mean that the expression is something else.
func (b *builder) binned(t footprint.Term) (Key, []sqltree.Expr, error) {
	var branches []branch
	var otherwise *sqltree.Literal
	var err error
	switch e := t.Expr.(type) {
	case *sqltree.Case:
		branches, otherwise, err = b.branches(t, e)
	case *sqltree.Compare, *sqltree.Between, *sqltree.In, *sqltree.IsNull, *sqltree.Not, *sqltree.Logic:
		branches, otherwise, err = b.truth(t)
	case *sqltree.Call:
		if e.Class != sqltree.ClassMatch {
			return Key{}, nil, nil
		}
		branches, otherwise, err = b.truth(t)
	default:
		return Key{}, nil, nil
	}
	if err != nil {
		return Key{}, nil, err
	}
	return b.split(t, branches, otherwise)
}

// branches reads the conditions and results of a CASE.
func (b *builder) branches(t footprint.Term, e *sqltree.Case) ([]branch, *sqltree.Literal, error) {
	var out []branch
	var kind sqltree.LiteralKind
	constant := func(x sqltree.Expr) (*sqltree.Literal, error) {
		l, ok := x.(*sqltree.Literal)
		if !ok {
			return nil, sqltree.Refuse(sqltree.ReasonKeyBins, e.Position())
		}
		if kind == "" || kind == sqltree.LiteralNull {
			kind = l.Kind
		}
		if l.Kind != kind && l.Kind != sqltree.LiteralNull {
			return nil, sqltree.Refuse(sqltree.ReasonKeyBins, l.Position())
		}
		return l, nil
	}
	for _, w := range e.Whens {
		then, err := constant(w.Then)
		if err != nil {
			return nil, nil, err
		}
		when, err := b.restrict(footprint.Term{In: t.In, Expr: w.If}, false)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, branch{when, then})
	}
	otherwise, err := constant(e.Else)
	return out, otherwise, err
}

// truth reads a condition as TRUE where it holds, FALSE where it does not, and NULL where it is neither.
func (b *builder) truth(t footprint.Term) ([]branch, *sqltree.Literal, error) {
	at := sqltree.Pos(t.Expr.Position())
	var out []branch
	for _, negated := range []bool{false, true} {
		when, err := b.restrict(t, negated)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, branch{when, &sqltree.Literal{Pos: at, Kind: sqltree.LiteralBool, Text: strconv.FormatBool(!negated)}})
	}
	return out, &sqltree.Literal{Pos: at, Kind: sqltree.LiteralNull}, nil
}

// split gives every value that the column has in the query's rows to the first branch that holds for it, and what is left to the label
// otherwise.
func (b *builder) split(t footprint.Term, branches []branch, otherwise *sqltree.Literal) (Key, []sqltree.Expr, error) {
	first := branches[0].when
	d := *first.domain
	d.notNull = d.notNull && b.always(first.operand)
	left, null := b.admitted(first, d.universe, !d.notNull)
	var bins []bin
	for _, x := range branches {
		if x.when.ref != first.ref {
			return Key{}, nil, sqltree.Refuse(sqltree.ReasonKeyBins, t.Expr.Position())
		}
		bins = put(bins, bin{x.then, meet(left, x.when.spans), null && x.when.null})
		left, null = meet(left, complement(x.when.spans)), null && !x.when.null
	}
	bins = put(bins, bin{otherwise, left, null})
	if len(bins) == 0 {
		return Key{}, nil, sqltree.Refuse(sqltree.ReasonEmptyCohort, t.Expr.Position())
	}
	if len(bins) > MaxBins {
		return Key{}, nil, sqltree.Refuse(sqltree.ReasonTooManyBins, t.Expr.Position(), MaxBins)
	}
	slices.SortFunc(bins, func(x, y bin) int {
		switch { // they are disjoint, so the lowest values decide; NULL alone stands last
		case len(x.spans) == 0:
			return 1
		case len(y.spans) == 0:
			return -1
		}
		return strings.Compare(x.spans[0].lo, y.spans[0].lo)
	})
	k := Key{Column: first.ref, Func: keyCase, Type: "BIGINT", Of: d.typ.String()}
	var labels []sqltree.Expr
	for _, x := range bins {
		set, _, ok := d.set(x.spans, x.null)
		if !ok {
			return Key{}, nil, sqltree.Refuse(sqltree.ReasonPredicate, t.Expr.Position())
		}
		k.Bins, labels = append(k.Bins, set), append(labels, x.label)
	}
	if c := first.column; c != nil && c.Sensitive {
		k.Sensitive, k.SensitiveValues = true, d.sensitiveValues(c)
	}
	return k, labels, nil
}

// admitted is what WHERE leaves of a column's values.
func (b *builder) admitted(of *restriction, spans []span, null bool) ([]span, bool) {
	if b.where == nil {
		return spans, null
	}
	for _, p := range b.where.parts {
		if p.ref == of.ref {
			spans, null = meet(spans, p.region()), null && p.null
		}
	}
	return spans, null
}

// put adds a part to the bin of its label. What is empty has no bin.
func put(bins []bin, x bin) []bin {
	if len(x.spans) == 0 && !x.null {
		return bins
	}
	for i := range bins {
		if sameLabel(bins[i].label, x.label) {
			bins[i].spans, bins[i].null = tidy(slices.Concat(bins[i].spans, x.spans)), bins[i].null || x.null
			return bins
		}
	}
	return append(bins, x)
}

// sameLabel reports whether two results are one value: numbers by what they are worth.
func sameLabel(x, y *sqltree.Literal) bool {
	if x.Kind != y.Kind || x.Kind != sqltree.LiteralNumber {
		return x.Kind == y.Kind && x.Text == y.Text
	}
	a, okA := new(big.Rat).SetString(x.Text)
	b, okB := new(big.Rat).SetString(y.Text)
	return okA && okB && a.Cmp(b) == 0
}

// always reports whether every row of every cohort of the query has a row of the operand's table, so that its columns are NULL only where
// they are stored so.
func (b *builder) always(o *operand) bool {
	if o.node == nil || o.node.parent == nil {
		return true
	}
	if b.where == nil {
		return false
	}
	own, err := b.where.box(b.innerNodes(false)...)
	return err == nil && own.matches(o.node.path)
}
