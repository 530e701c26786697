package footprint

import (
	"slices"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// Query is a bound query with the facts about it.
type Query struct {
	// Parts are the SELECTs that group data, each a protected relation of its own, in the order in which the text names them.
	Parts []*Select
	// Over is the SELECT over their cells that the text asks for, or nil where that is the first part itself.
	Over  *Over
	Facts Facts // of all parts together
}

// Select is one bound SELECT. Its expressions are those of the tree; Ref says what each column reference means.
type Select struct {
	Tree    *sqltree.Select
	Sources []*Source // in the order of the text
	Joins   []Join    // from the innermost
	Outputs []Output
	// Keys are the group keys with ordinals, aliases and ALL resolved. Grouped says that there is a GROUP BY.
	Keys    []sqltree.Expr
	Grouped bool
	Order   []sqltree.Order // ordinals, aliases and ALL resolved
	// Scalars are the subqueries that stand for one value, over cells.
	Scalars map[*sqltree.Query]*Cells
	refs    map[*sqltree.Column]Ref
	scope   *named
}

// Output is one item of the select list under the name that the answer shows.
type Output struct {
	Expr sqltree.Expr
	Name string
}

// Source is one relation of a FROM clause: a dataset, or an inner query (then Dataset is empty).
type Source struct {
	sqltree.Pos
	Name    string // as the query calls it
	Dataset string
	Granted *Granted
	Inner   *Select
	columns []string // names of the results of the inner query
}

// Join says which sources an equality relates. An inner join's sides are interchangeable; of a left join, Left is kept.
type Join struct {
	sqltree.Pos
	Kind        sqltree.JoinKind // JoinInner or JoinLeft
	Left, Right []*Source
	Equal       [][2]Ref // each a column of Left and one of Right
}

// Ref is the meaning of a column reference: a column of a dataset, a result of an inner query, or (Source nil) an output of
// the same SELECT.
type Ref struct {
	Source *Source
	Column *catalog.Column
	Output int
}

// Term is an expression together with the SELECT in which its names have their meaning.
type Term struct {
	In   *Select
	Expr sqltree.Expr
}

// Follow replaces references to outputs and to results of inner queries by what they stand for, until the term is a column of
// a dataset or something else than a reference.
func (t Term) Follow() Term {
	for {
		c, ok := t.Expr.(*sqltree.Column)
		if !ok {
			return t
		}
		ref := t.In.refs[c]
		switch {
		case ref.Source == nil:
			t.Expr = t.In.Outputs[ref.Output].Expr
		case ref.Source.Inner != nil:
			t = Term{ref.Source.Inner, ref.Source.Inner.Outputs[ref.Output].Expr}
		default:
			return t
		}
	}
}

// Column is the dataset column that the term is, through any number of references, or nil.
func (t Term) Column() (*Source, *catalog.Column) {
	t = t.Follow()
	c, ok := t.Expr.(*sqltree.Column)
	if !ok {
		return nil, nil
	}
	ref := t.In.refs[c]
	return ref.Source, ref.Column
}

// Base is the dataset column behind a reference, or nil.
func (r Ref) Base() (*Source, *catalog.Column) {
	if r.Source == nil || r.Source.Inner == nil {
		return r.Source, r.Column
	}
	return Term{r.Source.Inner, r.Source.Inner.Outputs[r.Output].Expr}.Column()
}

// Plain reports whether a SELECT keeps the rows of its tables one by one: it projects and filters, and neither groups nor aggregates.
func (s *Select) Plain() bool {
	aggregated := slices.ContainsFunc(s.Outputs, func(o Output) bool { return s.Aggregated(o.Expr) })
	return !s.Grouped && s.Tree.Having == nil && !s.Tree.Distinct && !aggregated
}

// Aggregated reports whether an expression holds an aggregate, through references to other outputs of the SELECT.
func (s *Select) Aggregated(e sqltree.Expr) bool { return s.aggregated(e, map[int]bool{}) }

// aggregated looks at each output once: a chain of aliases that name one another twice would double with each of them.
func (s *Select) aggregated(e sqltree.Expr, seen map[int]bool) bool {
	found := false
	sqltree.Walk(e, func(e sqltree.Expr) bool {
		switch e := e.(type) {
		case *sqltree.Call:
			found = found || e.Class == sqltree.ClassAggregate
		case *sqltree.Column:
			if ref, ok := s.refs[e]; ok && ref.Source == nil && !found && !seen[ref.Output] {
				seen[ref.Output] = true
				found = s.aggregated(s.Outputs[ref.Output].Expr, seen)
			}
		}
		return !found
	})
	return found
}
