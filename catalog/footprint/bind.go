package footprint

import (
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/sqltree"
)

// Bind resolves every name of the tree in the view, and nowhere else. Its errors are *catalog.Refusal.
func Bind(tree *sqltree.Select, view View) (*Query, error) {
	b := newBinder(view)
	over, err := b.over(tree, nil)
	if err != nil {
		return nil, err
	}
	if over == nil {
		b.parts = []part{{tree, nil}}
	}
	q := &Query{Over: over}
	for i := 0; i < len(b.parts); i++ { // a part may bring others, as values
		b.references = 0
		s, err := b.query(b.parts[i].tree, b.parts[i].scope, false)
		if err != nil {
			return nil, err
		}
		q.Parts = append(q.Parts, s)
	}
	q.Facts = b.facts
	return q, nil
}

type binder struct {
	view       View
	facts      Facts
	references int // of tables, by the grouped SELECT that is bound
	// of a question over cells: the SELECTs that group data, and what is known of each SELECT
	parts []part
	known map[*sqltree.Select]cellsOf
	overs int
}

// part is a SELECT that groups data, with the WITH queries in its scope.
type part struct {
	tree  *sqltree.Select
	scope *named
}

func newBinder(view View) *binder {
	return &binder{view: view, facts: Facts{Tables: map[string]TableFacts{}}, known: map[*sqltree.Select]cellsOf{}}
}

// named is the WITH queries in scope, innermost first.
type named struct {
	outer *named
	cte   *sqltree.CTE
	used  *bool
}

func (n *named) find(name string) *named {
	for ; n != nil; n = n.outer {
		if strings.EqualFold(n.cte.Name, name) {
			return n
		}
	}
	return nil
}

// query binds one SELECT. An inner one may group by keys of entities.
func (b *binder) query(tree *sqltree.Select, scope *named, inner bool) (*Select, error) {
	if tree.Union != nil {
		return nil, sqltree.Refuse(sqltree.ReasonSetOperation, tree.Position())
	}
	s := &Select{Tree: tree, Scalars: map[*sqltree.Query]*Cells{}, refs: map[*sqltree.Column]Ref{}}
	outer := scope
	if err := alone(tree, inner); err != nil {
		return nil, err
	}
	scope, err := b.with(tree, scope)
	if err != nil {
		return nil, err
	}
	s.scope = scope
	if tree.From == nil {
		return nil, sqltree.Refuse(sqltree.ReasonNoTable, tree.Position())
	}
	if _, err := b.relation(s, tree.From, scope); err != nil {
		return nil, err
	}
	if err := b.clauses(s, inner); err != nil {
		return nil, err
	}
	if err := b.unused(scope, outer); err != nil {
		return nil, err
	}
	return s, nil
}

// relation adds the sources of a FROM clause and returns those that it has below it.
func (b *binder) relation(s *Select, from sqltree.From, scope *named) ([]*Source, error) {
	switch f := from.(type) {
	case *sqltree.Table:
		return b.table(s, f, scope)
	case *sqltree.Subquery:
		return b.inner(s, f.Pos, f.Alias, f.Columns, f.Select, scope)
	case *sqltree.Join:
		return b.join(s, f, scope)
	}
	return nil, sqltree.Refuse(sqltree.ReasonTableFunction, from.Position())
}

func (b *binder) table(s *Select, t *sqltree.Table, scope *named) ([]*Source, error) {
	alias := t.Alias
	if alias == "" {
		alias = t.Name
	}
	if n := scope.find(t.Name); n != nil && t.Schema == "" {
		*n.used = true
		return b.inner(s, t.Pos, alias, n.cte.Columns, n.cte.Select, n.outer)
	}
	name, granted := b.view.dataset(t.Name)
	if granted == nil || t.Schema != "" && !strings.EqualFold(t.Schema, "main") {
		return nil, sqltree.Refuse(sqltree.ReasonUnknownTable, t.Position())
	}
	if len(granted.Spec.Entities) == 0 && !granted.Spec.Public {
		return nil, sqltree.Refuse(sqltree.ReasonNoUnit, t.Position())
	}
	if err := b.facts.reference(name, granted, t.Pos); err != nil {
		return nil, err
	}
	if b.references++; b.references > MaxReferences {
		return nil, sqltree.Refuse(sqltree.ReasonTooManyReferences, t.Position(), MaxReferences)
	}
	return s.add(&Source{Pos: t.Pos, Name: alias, Dataset: name, Granted: granted})
}

func (b *binder) inner(s *Select, at sqltree.Pos, alias string, columns []string, tree *sqltree.Select, scope *named) ([]*Source, error) {
	if len(tree.Order) > 0 || tree.Limit != nil || tree.Offset > 0 || tree.Distinct {
		return nil, sqltree.Refuse(sqltree.ReasonNested, tree.Position())
	}
	bound, err := b.query(tree, scope, true)
	if err != nil {
		return nil, err
	}
	b.facts.Rollup = b.facts.Rollup || !bound.Plain()
	src := &Source{Pos: at, Name: alias, Inner: bound}
	for i, o := range bound.Outputs {
		name := o.Name
		if i < len(columns) {
			name = columns[i]
		}
		src.columns = append(src.columns, name)
	}
	if len(columns) > len(bound.Outputs) {
		return nil, sqltree.Refuse(sqltree.ReasonColumnList, int(at))
	}
	return s.add(src)
}

// add puts a source into the FROM clause; two sources of one name cannot be told apart.
func (s *Select) add(src *Source) ([]*Source, error) {
	for _, other := range s.Sources {
		if src.Name != "" && strings.EqualFold(other.Name, src.Name) {
			return nil, sqltree.Refuse(sqltree.ReasonSameAlias, src.Position())
		}
	}
	s.Sources = append(s.Sources, src)
	return []*Source{src}, nil
}

func (b *binder) join(s *Select, tree *sqltree.Join, scope *named) ([]*Source, error) {
	if tree.Kind == sqltree.JoinFull || tree.Kind == sqltree.JoinCross {
		return nil, sqltree.Refuse(sqltree.ReasonJoinKind, tree.Position())
	}
	left, err := b.relation(s, tree.Left, scope)
	if err != nil {
		return nil, err
	}
	right, err := b.relation(s, tree.Right, scope)
	if err != nil {
		return nil, err
	}
	all := append(append([]*Source(nil), left...), right...)
	j := Join{Pos: tree.Pos, Kind: tree.Kind, Left: left, Right: right}
	if tree.Kind == sqltree.JoinRight {
		j.Kind, j.Left, j.Right = sqltree.JoinLeft, right, left
	}
	if j.Kind == sqltree.JoinLeft && len(j.Right) > 1 {
		return nil, sqltree.Refuse(sqltree.ReasonLeftSide, tree.Position())
	}
	for _, name := range tree.Using {
		if err := b.using(s, &j, name); err != nil {
			return nil, err
		}
	}
	if tree.On != nil {
		if err := b.on(s, &j, tree.On); err != nil {
			return nil, err
		}
	}
	s.Joins = append(s.Joins, j)
	return all, nil
}

// using pairs the columns of one name on both sides; columns that an earlier join has made equal count once.
func (b *binder) using(s *Select, j *Join, name string) error {
	var pair [2]Ref
	for side, sources := range [][]*Source{j.Left, j.Right} {
		refs := s.merged(lookup(sources, name))
		if len(refs) == 0 {
			return sqltree.Refuse(sqltree.ReasonUnknownColumn, j.Position())
		}
		if len(refs) > 1 {
			return sqltree.Refuse(sqltree.ReasonAmbiguous, j.Position())
		}
		pair[side] = refs[0]
	}
	return b.equality(j, pair, j.Pos)
}

// on reads a join condition: equalities of a column on either side, joined by AND.
func (b *binder) on(s *Select, j *Join, e sqltree.Expr) error {
	switch e := e.(type) {
	case *sqltree.Logic:
		if !e.And {
			break
		}
		for _, part := range e.Args {
			if err := b.on(s, j, part); err != nil {
				return err
			}
		}
		return nil
	case *sqltree.Compare:
		l, okL := e.Left.(*sqltree.Column)
		r, okR := e.Right.(*sqltree.Column)
		if e.Op != sqltree.Equal || !okL || !okR {
			break
		}
		return b.onColumns(s, j, l, r)
	}
	return sqltree.Refuse(sqltree.ReasonJoinCondition, e.Position())
}

func (b *binder) onColumns(s *Select, j *Join, l, r *sqltree.Column) error {
	left, err := s.resolve(l, append(append([]*Source(nil), j.Left...), j.Right...), nil)
	if err != nil {
		return err
	}
	right, err := s.resolve(r, append(append([]*Source(nil), j.Left...), j.Right...), nil)
	if err != nil {
		return err
	}
	if slices.Contains(j.Right, left.Source) {
		left, right = right, left
	}
	if !slices.Contains(j.Left, left.Source) || !slices.Contains(j.Right, right.Source) {
		return sqltree.Refuse(sqltree.ReasonJoinCondition, l.Position())
	}
	return b.equality(j, [2]Ref{left, right}, l.Pos)
}

// equality records one pair of joined columns.
func (b *binder) equality(j *Join, pair [2]Ref, at sqltree.Pos) error {
	for _, ref := range pair {
		src, c := ref.Base()
		if c == nil {
			return sqltree.Refuse(sqltree.ReasonJoinEdge, int(at))
		}
		if err := granted(src, c, at); err != nil {
			return err
		}
		if guarded(c) && !c.Has(catalog.RoleEntityKey) {
			return sqltree.Refuse(sqltree.ReasonKeyJoin, int(at))
		}
		b.facts.use(src.Dataset, c, UseJoin)
	}
	j.Equal = append(j.Equal, pair)
	return nil
}

func granted(src *Source, c *catalog.Column, at sqltree.Pos) error {
	if !src.Granted.grants(c.Name) {
		return sqltree.Refuse(sqltree.ReasonColumnNotGranted, int(at), c.Name)
	}
	return nil
}
