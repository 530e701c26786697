// Package rewrite owns what a caller is offered in the place of a query that was refused: his own query, with his tables, columns and names,
// changed until the gateway accepts it. It judges nothing itself. It reads the refused text's parse tree loosely, repairs one part after the
// other, asks a judge about each, and writes what came of it as a text of the closed set, which the gateway parses and judges anew before it
// shows it to anybody. Everything it knows is the text and the caller's view of the catalog; data have no part in it.
package rewrite

import (
	"errors"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// Judge tells what the gateway would say to a tree; nil is that it would accept it.
type Judge struct {
	Part  func(*sqltree.Select) error // names, forms and plan
	Whole func(*sqltree.Select) error // the policy and the size of the answer as well
}

// Rewrite is a text that says something near to a refused one, and in which way it is another.
type Rewrite struct {
	SQL     string
	Changes []catalog.Text
}

// maxAsked is how often the judge is asked about one text.
const maxAsked = 400

// Of looks for a rewrite of the text that a worker made a parse tree of. The tree is not trusted: whatever it holds, there is a rewrite that
// the judge accepts or none. What is said already stands before the changes.
func Of(tree []byte, view footprint.View, judge Judge, said ...catalog.Text) (out Rewrite, found bool) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stop:
			out, found = Rewrite{}, false
		default:
			panic(r)
		}
	}()
	n := &notes{said: said}
	read, ok := readSketch(tree, n)
	if !ok {
		return out, false
	}
	f := &fixer{view: view, judge: judge, notes: n, sketch: read}
	for _, s := range f.attempts(read.tree) {
		before := slices.Clone(n.said)
		if fixed := f.repaired(s); fixed != nil && len(n.said) > 0 {
			text, err := sqltree.SQL(fixed)
			return Rewrite{SQL: text, Changes: n.said}, err == nil
		}
		n.said = before
		n.say("只保留内层查询", "only the query inside is kept")
	}
	return out, false
}

// fixer repairs one text.
type fixer struct {
	view   footprint.View
	judge  Judge
	notes  *notes
	sketch sketch
	asked  int
	depth  int
}

// errSpent says that the judge was asked often enough.
var errSpent = errors.New("the judge was asked often enough")

// ask asks the judge about a tree, if the tree has a text.
func (f *fixer) ask(judge func(*sqltree.Select) error, s *sqltree.Select) error {
	if f.asked++; f.asked > maxAsked {
		return errSpent
	}
	if _, err := sqltree.SQL(s); err != nil {
		return err
	}
	return judge(s)
}

// attempts are the SELECTs of a text that can be its answer, the outermost first, then those that stand inside it.
func (f *fixer) attempts(s *sqltree.Select) []*sqltree.Select {
	out := []*sqltree.Select{s}
	inside := func(q *sqltree.Select) {
		if q != nil && len(out) < 4 {
			c := *q
			c.With = append(slices.Clone(s.With), q.With...)
			out = append(out, &c)
		}
	}
	for _, side := range s.Union {
		inside(side)
	}
	for _, leaf := range leavesOf(s.From) {
		if q, ok := leaf.(*sqltree.Subquery); ok {
			inside(q.Select)
		}
	}
	for _, e := range s.Exprs() {
		walk(e, func(e sqltree.Expr) bool {
			switch x := e.(type) {
			case *sqltree.Query:
				inside(x.Select)
			case *open:
				inside(x.query)
			}
			return true
		})
	}
	for _, c := range s.With {
		if len(out) < 4 {
			out = append(out, c.Select)
		}
	}
	return out
}

// repaired is the statement with every part changed that is refused, or nil.
func (f *fixer) repaired(s *sqltree.Select) *sqltree.Select {
	if len(f.notes.said) > 0 && f.ask(f.judge.Whole, s) == nil {
		return s // what was left out while it was read was all that it needed
	}
	if s.Union != nil {
		return f.repairedUnion(s)
	}
	l := f.level(s, nil)
	if !l.relations() {
		return nil
	}
	if l.overCells() {
		return l.overRepaired()
	}
	l.body()
	return l.whole()
}

// repairedUnion repairs each SELECT of a union by itself; if they do not fit together any more, the first is kept.
func (f *fixer) repairedUnion(s *sqltree.Select) *sqltree.Select {
	out := &sqltree.Select{Pos: sqltree.None, Order: s.Order, Limit: s.Limit, Offset: s.Offset}
	for _, side := range s.Union {
		c := *side
		c.With = append(slices.Clone(s.With), side.With...)
		f.sketch.qualify[&c] = f.sketch.qualify[side]
		if fixed := f.repaired(&c); fixed != nil {
			out.Union = append(out.Union, fixed)
		}
	}
	if len(out.Union) == 0 {
		return nil
	}
	for _, order := range [][]sqltree.Order{out.Order, nil} {
		if out.Order = order; len(out.Union) > 1 && f.ask(f.judge.Whole, out) == nil {
			return out
		}
	}
	f.notes.say("只保留第一个 SELECT；其他部分请另行查询", "only the first SELECT is kept: ask the others as queries of their own")
	return out.Union[0]
}

// level is one SELECT under repair.
type level struct {
	f       *fixer
	read    *sqltree.Select // as it was read
	cut     bool            // of a union, of which only the first SELECT is here
	tree    *sqltree.Select
	ctes    []sqltree.CTE // in scope, the nearest last
	sources []*source
	moved   []sqltree.Expr // conditions that stood in ON
	having  []sqltree.Expr // conditions on aggregates that stood in WHERE
	across  []sqltree.Expr // conditions over several dimensions, for the cells
	extra   []sqltree.Expr // group keys that the text did not ask for
}

// level opens a SELECT in the scope of WITH queries.
func (f *fixer) level(s *sqltree.Select, scope []sqltree.CTE) *level {
	if f.depth++; f.depth > 200 {
		panic(stop{})
	}
	cut := s.Union != nil
	if cut {
		side := *s.Union[0]
		side.With = append(slices.Clone(s.With), side.With...)
		s = &side
	}
	tree := *s
	tree.With, tree.Items, tree.Groups, tree.Order = slices.Clone(s.With), slices.Clone(s.Items), slices.Clone(s.Groups), slices.Clone(s.Order)
	l := &level{f: f, read: s, tree: &tree, cut: cut}
	l.ctes = append(slices.Clone(scope), l.named()...)
	for _, leaf := range leavesOf(tree.From) {
		if src := l.source(leaf); src != nil {
			l.sources = append(l.sources, src)
		}
	}
	return l
}

// named renames WITH queries that are called like a dataset.
func (l *level) named() []sqltree.CTE {
	for i, c := range l.tree.With {
		if name, _ := l.f.dataset(c.Name); name == "" {
			continue
		}
		l.f.notes.about("WITH %s 与数据集重名，改名", "WITH %s is called like a dataset: renamed", c.Name)
		l.tree.With[i].Name = c.Name + "_1"
		renameTables(l.tree, c.Name, c.Name+"_1")
		for j := i + 1; j < len(l.tree.With); j++ {
			renameTables(l.tree.With[j].Select, c.Name, c.Name+"_1")
		}
	}
	return l.tree.With
}

// renameTables calls the tables of a SELECT that have a bare name by another, and keeps the old one as their alias.
func renameTables(s *sqltree.Select, from, to string) {
	for _, side := range s.Union {
		renameTables(side, from, to)
	}
	for _, leaf := range leavesOf(s.From) {
		switch t := leaf.(type) {
		case *sqltree.Table:
			if t.Schema == "" && strings.EqualFold(t.Name, from) {
				if t.Name = to; t.Alias == "" {
					t.Alias = from
				}
			}
		case *sqltree.Subquery:
			renameTables(t.Select, from, to)
		}
	}
}

// dataset finds a dataset of the caller's view.
func (f *fixer) dataset(name string) (string, *footprint.Granted) {
	for known, g := range f.view.Datasets {
		if strings.EqualFold(known, name) {
			return known, &g
		}
	}
	return "", nil
}

// probe asks about a SELECT over the level's own relations: a count of all rows, changed.
func (l *level) probe(change func(*sqltree.Select)) error {
	s := &sqltree.Select{Pos: sqltree.None, With: l.tree.With, From: l.tree.From, Items: []sqltree.Item{{Expr: countAll()}}}
	if change != nil {
		change(s)
	}
	return l.f.ask(l.f.judge.Part, s)
}
