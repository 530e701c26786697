package compile

import (
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// node is one table of the base while it is built: a tree with the root at its top.
type node struct {
	src    *footprint.Source
	parent *node
	path   string
	on     []ColumnPair
	// parentEntity and entity are the entities whose hashed keys join, or -1.
	parentEntity, entity int
	inner                []*footprint.Source // the references that inner joins made; without any it is a left join
}

// matchTo marks the node and the joins above it as matched.
func (n *node) matchTo(match map[string]bool) {
	for ; n != nil && n.parent != nil; n = n.parent {
		match[n.path] = true
	}
}

// link is one join between two tables, with its joined columns.
type link struct {
	kind        sqltree.JoinKind
	left, right *footprint.Source // of a left join, left is kept
	columns     [2][]string
	at          int
}

// linksOf reads the joins of a SELECT as links between tables; results of the roll-up stand for their base columns.
func linksOf(s *footprint.Select) ([]link, error) {
	var links []link
	for _, j := range s.Joins {
		l := link{kind: j.Kind, at: j.Position()}
		for _, pair := range j.Equal {
			left, a := pair[0].Base()
			right, b := pair[1].Base()
			if l.left != nil && (l.left != left || l.right != right) {
				return nil, sqltree.Refuse(sqltree.ReasonJoinCondition, l.at)
			}
			l.left, l.right = left, right
			l.columns[0], l.columns[1] = append(l.columns[0], a.Name), append(l.columns[1], b.Name)
		}
		if j.Kind == sqltree.JoinLeft && j.Right[0].Inner != nil {
			return nil, sqltree.Refuse(sqltree.ReasonLeftSide, l.at)
		}
		links = append(links, l)
	}
	return links, nil
}

// edge is a declared join that a link follows, from parent to child.
func (l link) declared(parent, child *footprint.Source) (on []ColumnPair, ok bool) {
	near, far := l.columns[0], l.columns[1]
	if parent != l.left {
		near, far = far, near
	}
	for _, j := range parent.Granted.Spec.Joins {
		if strings.EqualFold(j.To.Dataset, child.Dataset) {
			if on, ok := pairs(j.Columns, j.To.Columns, near, far); ok {
				return on, true
			}
		}
	}
	for _, j := range child.Granted.Spec.Joins { // one-to-one, declared from the other end
		if j.Cardinality == catalog.OneToOne && strings.EqualFold(j.To.Dataset, parent.Dataset) {
			if on, ok := pairs(j.To.Columns, j.Columns, near, far); ok {
				return on, true
			}
		}
	}
	return nil, false
}

// pairs reports whether the joined columns are exactly the declared ones, and lists them in declared order.
func pairs(declaredNear, declaredFar, near, far []string) ([]ColumnPair, bool) {
	if len(near) != len(declaredNear) {
		return nil, false
	}
	var on []ColumnPair
	for i, name := range declaredNear {
		k := slices.IndexFunc(near, func(n string) bool { return strings.EqualFold(n, name) })
		if k < 0 || !strings.EqualFold(far[k], declaredFar[i]) {
			return nil, false
		}
		on = append(on, ColumnPair{Parent: near[k], Column: far[k]})
	}
	return on, true
}

// base finds the root and hangs every other table below it. The root of a roll-up's query is a table of the roll-up: its rows
// are what the entities' results add up.
func (b *builder) base(sources []*footprint.Source, links []link) error {
	candidates := slices.Clone(sources)
	if b.inner != nil {
		candidates = slices.Clone(b.rolledUp.sources)
	}
	slices.SortStableFunc(candidates, func(x, y *footprint.Source) int { return strings.Compare(x.Dataset, y.Dataset) })
	for _, root := range candidates {
		if nodes, ok := hang(root, links); ok && len(nodes) == len(sources) {
			b.root, b.nodes = nodes[root], nodes
			return b.check(links)
		}
	}
	return refuseGraph(links)
}

// hang tries a root: every link must lead away from it along a declared edge, and keep the left side of a left join.
func hang(root *footprint.Source, links []link) (map[*footprint.Source]*node, bool) {
	nodes := map[*footprint.Source]*node{root: {src: root, path: root.Dataset, parentEntity: -1, entity: -1}}
	open := slices.Clone(links)
	for len(open) > 0 {
		i := slices.IndexFunc(open, func(l link) bool { return nodes[l.left] != nil || nodes[l.right] != nil })
		if i < 0 {
			return nil, false
		}
		l := open[i]
		open = slices.Delete(open, i, i+1)
		parent, child := l.left, l.right
		if nodes[parent] == nil {
			parent, child = child, parent
		}
		on, ok := l.declared(parent, child)
		if !ok || nodes[child] != nil || l.kind == sqltree.JoinLeft && child != l.right {
			return nil, false
		}
		n := newNode(nodes[parent], child, on)
		for _, same := range nodes {
			if same.path == n.path {
				n = same // joined again in the same way: the same row
			}
		}
		if l.kind == sqltree.JoinInner {
			n.inner = append(n.inner, child)
		}
		nodes[child] = n
	}
	return nodes, true
}

func newNode(parent *node, child *footprint.Source, on []ColumnPair) *node {
	n := &node{src: child, parent: parent, on: on}
	var near, far []string
	for _, p := range on {
		near, far = append(near, p.Parent), append(far, p.Column)
	}
	n.path = parent.path + ">" + strings.Join(near, ",") + ":" + child.Dataset
	n.parentEntity, n.entity = parent.src.Granted.Spec.EntityOf(near...), child.Granted.Spec.EntityOf(far...)
	if n.parentEntity < 0 || n.entity < 0 {
		n.parentEntity, n.entity = -1, -1
	}
	return n
}

// refuseGraph names why no table reaches all others.
func refuseGraph(links []link) error {
	why, at := sqltree.ReasonFanOut, sqltree.None
	for _, l := range links {
		_, forward := l.declared(l.left, l.right)
		_, backward := l.declared(l.right, l.left)
		switch {
		case !forward && !backward && strings.EqualFold(l.left.Dataset, l.right.Dataset):
			return sqltree.Refuse(sqltree.ReasonSelfJoin, l.at)
		case !forward && !backward:
			return sqltree.Refuse(sqltree.ReasonJoinEdge, l.at)
		case l.kind == sqltree.JoinLeft && !forward:
			why, at = sqltree.ReasonLeftSide, l.at
		case at == sqltree.None:
			at = l.at
		}
	}
	return sqltree.Refuse(why, at)
}

// check refuses joins that the query files cannot run.
func (b *builder) check(links []link) error {
	at := func(n *node) int {
		for _, l := range links {
			if l.left == n.src || l.right == n.src {
				return l.at
			}
		}
		return n.src.Position()
	}
	for _, n := range b.sorted() {
		if n.parent != nil && !n.joinable() {
			return sqltree.Refuse(sqltree.ReasonJoinEdge, at(n))
		}
	}
	return nil
}

// joinable reports whether the join runs on hashed keys of one type onto a unique entity, or on plain columns of a public table.
func (n *node) joinable() bool {
	child, parent := &n.src.Granted.Spec, &n.parent.src.Granted.Spec
	if n.entity >= 0 {
		return child.Entities[n.entity].OneRow() && child.Entities[n.entity].Type == parent.Entities[n.parentEntity].Type
	}
	plain := func(s *catalog.DatasetSpec, name string) bool {
		c := s.Column(name)
		return c != nil && (c.Has(catalog.RoleDimension) || c.Has(catalog.RoleMeasure))
	}
	return child.Public && !slices.ContainsFunc(n.on, func(p ColumnPair) bool { return !plain(parent, p.Parent) || !plain(child, p.Column) })
}

// sorted lists the nodes by path, each once, the root first.
func (b *builder) sorted() []*node {
	var all []*node
	for _, n := range b.nodes {
		all = append(all, n)
	}
	slices.SortFunc(all, func(x, y *node) int { return strings.Compare(x.path, y.path) })
	return slices.Compact(all)
}

// entityRef is the canonical reference to an entity of a table: followed up the joins that run on its hashed key. Where the
// table matches it is the same entity.
func (b *builder) entityRef(n *node, index int) EntityRef {
	for n.parent != nil && n.entity == index {
		n, index = n.parent, n.parentEntity
	}
	return b.declaredRef(n, index, n.src.Granted.Spec.Units()[index])
}

// declaredRef is the reference to the index-th unit of a table. A group is there wherever its entity is.
func (b *builder) declaredRef(n *node, index int, u catalog.Unit) EntityRef {
	missing := func(k string) bool { return !b.facts.notNull(n.src.Dataset, k) }
	member := u.GroupOf > 0 && n.src.Granted.Spec.Entities[u.GroupOf-1].OneRow()
	return EntityRef{Path: n.path, Index: index, Type: u.Type, Unique: u.OneRow(), Rows: u.Rows, GroupOf: u.GroupOf,
		NotNull: member || !u.OneRow() && !slices.ContainsFunc(u.Key, missing)}
}

// writeBase is the base of the plan: the tables that are used, and every entity of every one of them.
func (b *builder) writeBase(used map[string]bool, matched []string) Base {
	var out Base
	for _, n := range b.sorted() {
		t := Table{Path: n.path, Dataset: n.src.Dataset, ParentEntity: n.parentEntity, Entity: n.entity}
		switch {
		case n.parent == nil:
			out.Root = t
		case !used[n.path]:
			continue // a left join onto a unique key that nothing names adds and removes nothing
		default:
			t.Parent, t.On, t.Inner = n.parent.path, n.on, slices.Contains(matched, n.path)
			out.Joins = append(out.Joins, t)
		}
		for i, u := range n.src.Granted.Spec.Units() {
			out.Entities = append(out.Entities, b.declaredRef(n, i, u))
		}
	}
	return out
}
