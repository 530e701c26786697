package footprint

import (
	"slices"
	"strings"

	"yumen/catalog/sqltree"
)

// Over is a SELECT over cells: it reads released values and nothing else, so its typing rules are those of plain SQL. The grouped SELECTs
// below it are Query.Parts.
type Over struct {
	Tree *sqltree.Select
	From OverFrom // nil where the SELECT is of subqueries alone, or a union
	// Union are the relations of a UNION ALL, whose rows follow one another.
	Union []*Cells
	// Scalars are the subqueries that stand for one value.
	Scalars map[*sqltree.Query]*Cells
}

// OverFrom is a relation of cells: *Cells or *OverJoin.
type OverFrom interface{ Position() int }

// Cells names a relation of cells: a SELECT over cells, or, where Over is nil, the grouped SELECT that is Query.Parts[Part].
type Cells struct {
	sqltree.Pos
	Name    string
	Columns []string // renames its results, from the left
	Over    *Over
	Part    int
}

// OverJoin joins two relations of cells.
type OverJoin struct {
	Tree        *sqltree.Join
	Left, Right OverFrom
}

// Position is that of the join in the text.
func (j *OverJoin) Position() int { return j.Tree.Position() }

// The caps of one text: SELECTs over cells, and SELECTs that group data.
const (
	maxOver  = 32
	MaxParts = 8
)

// cellsOf is what is known of one SELECT of the text.
type cellsOf struct {
	cells bool
	over  *Over
	part  int
	fault error // why it is no grouped SELECT, where nothing else can be made of it
}

// with puts the queries of a WITH clause into scope.
func (b *binder) with(tree *sqltree.Select, scope *named) (*named, error) {
	for i := range tree.With {
		c := &tree.With[i]
		if _, known := b.view.dataset(c.Name); known != nil || scope.find(c.Name) != nil {
			return nil, sqltree.Refuse(sqltree.ReasonShadow, c.Select.Position())
		}
		scope = &named{outer: scope, cte: c, used: new(bool)}
	}
	return scope, nil
}

// over reads a SELECT whose relations are all cells; nil without error is any other.
func (b *binder) over(tree *sqltree.Select, scope *named) (*Over, error) {
	if tree.From == nil && len(tree.Queries()) == 0 && tree.Union == nil {
		return nil, nil
	}
	outer := scope
	scope, err := b.with(tree, scope)
	if err != nil {
		return nil, err
	}
	o := &Over{Tree: tree, Scalars: map[*sqltree.Query]*Cells{}}
	if tree.From != nil {
		from, other, err := b.overFrom(tree.From, scope)
		if err != nil || from == nil {
			return nil, err
		}
		if other != nil {
			return nil, other
		}
		o.From = from
	}
	if tree.Union != nil {
		if o.Union, err = b.union(tree, scope); err != nil || o.Union == nil {
			return nil, err
		}
	}
	if b.overs++; b.overs > maxOver {
		return nil, sqltree.Refuse(sqltree.ReasonTooManyReferences, tree.Position(), maxOver)
	}
	for _, q := range tree.Queries() {
		if o.Scalars[q], err = b.value(q, scope, relations(o.From)); err != nil {
			return nil, err
		}
	}
	return o, b.unused(scope, outer)
}

// union reads the SELECTs of a UNION ALL; nil without error where none of them is cells.
func (b *binder) union(tree *sqltree.Select, scope *named) ([]*Cells, error) {
	var out []*Cells
	for _, s := range tree.Union {
		known, err := b.cells(s, scope)
		switch {
		case err != nil:
			return nil, err
		case known.fault != nil:
			return nil, known.fault
		case known.cells:
			out = append(out, &Cells{Pos: s.Pos, Over: known.over, Part: known.part})
		}
	}
	if len(out) > 0 && len(out) < len(tree.Union) {
		return nil, sqltree.Refuse(sqltree.ReasonSetOperation, tree.Position())
	}
	return out, nil
}

// overFrom reads a FROM clause. from is nil where no relation is cells; other refuses one that is not beside others that are.
func (b *binder) overFrom(f sqltree.From, scope *named) (from OverFrom, other, err error) {
	var tree *sqltree.Select
	var c Cells
	inside := scope
	mixed := sqltree.Refuse(sqltree.ReasonMixed, f.Position())
	switch f := f.(type) {
	case *sqltree.Join:
		return b.overJoin(f, scope)
	case *sqltree.Subquery:
		tree, c = f.Select, Cells{Pos: f.Pos, Name: f.Alias, Columns: f.Columns}
	case *sqltree.Table:
		n := scope.find(f.Name)
		if n == nil || f.Schema != "" {
			return nil, mixed, nil
		}
		tree, inside = n.cte.Select, n.outer
		c = Cells{Pos: f.Pos, Name: f.Alias, Columns: n.cte.Columns}
		if c.Name == "" {
			c.Name = f.Name
		}
		defer func() { *n.used = *n.used || from != nil }()
	default:
		return nil, mixed, nil
	}
	known, err := b.cells(tree, inside)
	switch {
	case err != nil:
		return nil, nil, err
	case known.fault != nil:
		return nil, known.fault, nil
	case !known.cells:
		return nil, mixed, nil
	}
	c.Over, c.Part = known.over, known.part
	return &c, nil, nil
}

func (b *binder) overJoin(f *sqltree.Join, scope *named) (from OverFrom, other, err error) {
	left, other, err := b.overFrom(f.Left, scope)
	if err != nil {
		return nil, nil, err
	}
	right, other2, err := b.overFrom(f.Right, scope)
	if err != nil || left == nil && right == nil {
		return nil, other, err
	}
	if other == nil {
		other = other2
	}
	return &OverJoin{Tree: f, Left: left, Right: right}, other, nil
}

// value reads a subquery that stands for one value: a relation of cells. around are the relations of the SELECT that holds it.
func (b *binder) value(q *sqltree.Query, scope *named, around []string) (*Cells, error) {
	known, err := b.cells(q.Select, scope)
	switch {
	case err != nil:
		return nil, err
	case known.fault != nil && correlated(q.Select, around):
		return nil, sqltree.Refuse(sqltree.ReasonCorrelated, q.Position())
	case known.fault != nil:
		return nil, known.fault
	case !known.cells:
		return nil, sqltree.Refuse(sqltree.ReasonSubquery, q.Position())
	}
	return &Cells{Pos: q.Pos, Over: known.over, Part: known.part}, nil
}

// relations are the names of the relations of a FROM clause.
func relations(from OverFrom) []string {
	switch f := from.(type) {
	case *Cells:
		return []string{f.Name}
	case *OverJoin:
		return append(relations(f.Left), relations(f.Right)...)
	}
	return nil
}

// correlated reports whether a subquery that has no meaning by itself names a relation of the SELECT around it.
func correlated(tree *sqltree.Select, around []string) bool {
	found := false
	for _, root := range tree.Exprs() {
		sqltree.Walk(root, func(e sqltree.Expr) bool {
			c, ok := e.(*sqltree.Column)
			found = found || ok && len(c.Names) == 2 && slices.ContainsFunc(around, func(name string) bool { return strings.EqualFold(name, c.Names[0]) })
			return !found
		})
	}
	return found
}

// cells tells whether a SELECT is a relation of cells: over such ones, or itself a grouped SELECT. A roll-up by an entity's key is none.
func (b *binder) cells(tree *sqltree.Select, scope *named) (cellsOf, error) {
	if known, have := b.known[tree]; have {
		return known, nil
	}
	over, err := b.over(tree, scope)
	if err != nil {
		return cellsOf{}, err
	}
	out := cellsOf{cells: over != nil, over: over}
	if over == nil {
		if out.cells, out.fault = b.grouped(tree, scope); out.cells {
			if len(b.parts) == MaxParts {
				return cellsOf{}, sqltree.Refuse(sqltree.ReasonFrontiers, tree.Position(), MaxParts)
			}
			out.part, b.parts = len(b.parts), append(b.parts, part{tree, scope})
		}
	}
	b.known[tree] = out
	return out, nil
}

// grouped tries a SELECT as one that groups data. The fault is that of a SELECT which is no roll-up either.
func (b *binder) grouped(tree *sqltree.Select, scope *named) (bool, error) {
	bound, fault := newBinder(b.view).query(tree, scope, false)
	if fault == nil {
		return !bound.Plain(), nil
	}
	if _, err := newBinder(b.view).query(tree, scope, true); err == nil {
		return false, nil
	}
	return false, fault
}

// unused binds the queries of a WITH clause that nothing names: they belong to the text.
func (b *binder) unused(scope, outer *named) error {
	for ; scope != outer; scope = scope.outer {
		if *scope.used {
			continue
		}
		if _, err := b.query(scope.cte.Select, scope.outer, true); err != nil {
			return err
		}
	}
	return nil
}

// alone refuses what has a meaning over cells only: the least and the greatest value, and a subquery in an expression of an inner SELECT, or
// where rows are chosen and grouped.
func alone(tree *sqltree.Select, inner bool) error {
	over := map[*sqltree.Query]bool{}
	for _, q := range (&sqltree.Select{Items: tree.Items, Having: tree.Having, Order: tree.Order}).Queries() {
		over[q] = !inner
	}
	var fault error
	for _, root := range tree.Exprs() {
		sqltree.Walk(root, func(e sqltree.Expr) bool {
			switch e := e.(type) {
			case *sqltree.Query:
				if !over[e] {
					fault = sqltree.Refuse(sqltree.ReasonSubquery, e.Position())
				}
			case *sqltree.Call:
				if e.Class == sqltree.ClassCells {
					fault = sqltree.Refuse(sqltree.ReasonAggregate, e.Position())
				}
			}
			return fault == nil
		})
		if fault != nil {
			return fault
		}
	}
	return nil
}
