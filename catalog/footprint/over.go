package footprint

import (
	"strings"

	"yumen/catalog/sqltree"
)

// Over is a SELECT over cells: it reads released values and nothing else, so its typing rules are those of plain SQL. The one grouped SELECT
// below it all is Query.Select.
type Over struct {
	Tree *sqltree.Select
	From OverFrom
	// Scalars are the subqueries that stand for one value.
	Scalars map[*sqltree.Query]*Over
}

// OverFrom is a relation of cells: *Cells or *OverJoin.
type OverFrom interface{ Position() int }

// Cells names a relation of cells. Over is nil where it is the grouped SELECT itself.
type Cells struct {
	sqltree.Pos
	Name    string
	Columns []string // renames its results, from the left
	Over    *Over
}

// OverJoin joins two relations of cells.
type OverJoin struct {
	Tree        *sqltree.Join
	Left, Right OverFrom
}

// Position is that of the join in the text.
func (j *OverJoin) Position() int { return j.Tree.Position() }

// maxOver is the largest number of SELECTs over cells.
const maxOver = 32

// cellsOf is what is known of one SELECT of the text.
type cellsOf struct {
	cells bool
	over  *Over
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
	if tree.From == nil {
		return nil, nil
	}
	outer := scope
	scope, err := b.with(tree, scope)
	if err != nil {
		return nil, err
	}
	from, others, err := b.overFrom(tree.From, scope)
	if err != nil || from == nil {
		return nil, err
	}
	if others >= 0 {
		return nil, sqltree.Refuse(sqltree.ReasonMixed, others)
	}
	if b.overs++; b.overs > maxOver {
		return nil, sqltree.Refuse(sqltree.ReasonTooManyReferences, tree.Position(), maxOver)
	}
	o := &Over{Tree: tree, From: from, Scalars: map[*sqltree.Query]*Over{}}
	for _, q := range tree.Queries() {
		inner, err := b.over(q.Select, scope)
		if err != nil {
			return nil, err
		}
		if inner == nil {
			return nil, sqltree.Refuse(sqltree.ReasonFrontiers, q.Position())
		}
		o.Scalars[q] = inner
	}
	return o, b.unused(scope, outer)
}

// overFrom reads a FROM clause. from is nil where no relation is cells; others is the position of a relation that is not, or -1.
func (b *binder) overFrom(f sqltree.From, scope *named) (from OverFrom, others int, err error) {
	var tree *sqltree.Select
	var c Cells
	inside := scope
	switch f := f.(type) {
	case *sqltree.Join:
		return b.overJoin(f, scope)
	case *sqltree.Subquery:
		tree, c = f.Select, Cells{Pos: f.Pos, Name: f.Alias, Columns: f.Columns}
	case *sqltree.Table:
		n := scope.find(f.Name)
		if n == nil || f.Schema != "" {
			return nil, f.Position(), nil
		}
		tree, inside = n.cte.Select, n.outer
		c = Cells{Pos: f.Pos, Name: f.Alias, Columns: n.cte.Columns}
		if c.Name == "" {
			c.Name = f.Name
		}
		defer func() { *n.used = *n.used || from != nil }()
	default:
		return nil, f.Position(), nil
	}
	known, err := b.cells(tree, inside)
	if err != nil || !known.cells {
		return nil, f.Position(), err
	}
	c.Over = known.over
	return &c, -1, nil
}

func (b *binder) overJoin(f *sqltree.Join, scope *named) (OverFrom, int, error) {
	left, other, err := b.overFrom(f.Left, scope)
	if err != nil {
		return nil, -1, err
	}
	right, other2, err := b.overFrom(f.Right, scope)
	if err != nil || left == nil && right == nil {
		return nil, f.Position(), err
	}
	return &OverJoin{Tree: f, Left: left, Right: right}, max(other, other2), nil
}

// cells tells whether a SELECT is a relation of cells: over such ones, or itself the grouped SELECT. A roll-up by an entity's key is none.
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
		probe := &binder{view: b.view, facts: Facts{Tables: map[string]TableFacts{}}, known: map[*sqltree.Select]cellsOf{}}
		bound, err := probe.query(tree, scope, false)
		out.cells = err == nil && !bound.Plain()
	}
	if out.cells && over == nil {
		if b.frontier != nil && b.frontier != tree {
			return cellsOf{}, sqltree.Refuse(sqltree.ReasonFrontiers, tree.Position())
		}
		b.frontier, b.around = tree, scope
	}
	b.known[tree] = out
	return out, nil
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

// alone refuses what has a meaning over cells only: a subquery in an expression, and the least and the greatest value.
func alone(tree *sqltree.Select) error {
	var fault error
	for _, root := range tree.Exprs() {
		sqltree.Walk(root, func(e sqltree.Expr) bool {
			switch e := e.(type) {
			case *sqltree.Query:
				fault = sqltree.Refuse(sqltree.ReasonSubquery, e.Position())
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

// Is reports whether a relation of cells is called so.
func (c *Cells) Is(name string) bool { return c.Name != "" && strings.EqualFold(c.Name, name) }
