package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"yumen/catalog"
	"yumen/catalog/footprint"
	"yumen/catalog/sqltree"
)

// The caps of one query.
const (
	MaxKeys       = 4
	MaxAggregates = 16 // that differ
	MaxCells      = 48 // that these are computed from
	maxCalls      = 16 * MaxAggregates
)

// Facts are what the loads of the pinned snapshots have verified: columns without NULL, by dataset. They let a set that equals
// a closed domain be recognised as no restriction.
type Facts struct {
	NotNull map[string]map[string]bool
}

func (f Facts) notNull(dataset, column string) bool {
	for name, ok := range f.NotNull[dataset] {
		if ok && strings.EqualFold(name, column) {
			return true
		}
	}
	return false
}

// Build makes the protected plan of a bound query by typing rules: where none applies the query is refused. Equal meaning gives an equal base, equal
// keys, sets and cells, whatever the spelling. Its errors are *catalog.Refusal: a query without a typing rule is never run.
func Build(q *footprint.Query, facts Facts) (*Plan, error) {
	var parts []*builtPart
	for _, s := range q.Parts {
		b := &builder{query: q, facts: facts, outer: s, aggregates: map[*sqltree.Call]*aggregate{}, domains: map[*catalog.Column]*domain{},
			results: map[string]RollupColumn{}}
		for _, step := range []func() error{b.relations, b.rollupShape, b.cohorts, b.keysOf, b.cellsOf} {
			if err := step(); err != nil {
				return nil, err
			}
		}
		p, err := b.plan()
		if err != nil {
			return nil, err
		}
		parts = append(parts, &builtPart{builder: b, plan: p})
	}
	return assemble(q, parts)
}

// builtPart is one grouped SELECT with its plan, and the relation that holds its cells.
type builtPart struct {
	builder  *builder
	plan     *Plan
	relation int
	written  *overRelation // its SELECT over that relation, once it is written
}

// assemble puts the parts into their canonical order, equal ones together, and writes the outer query over them.
func assemble(q *footprint.Query, parts []*builtPart) (*Plan, error) {
	names, plans := make([]string, len(parts)), map[string]*Plan{}
	for i, x := range parts {
		names[i] = fmt.Sprintf("%d %04d %s", len(x.plan.Keys), len(x.plan.Sets[0].Conditions), canonicalText(x.plan))
		plans[names[i]] = x.plan
	}
	var p *Plan
	for i, name := range slices.Sorted(maps.Keys(plans)) {
		for at, x := range parts {
			if names[at] == name {
				x.relation = i
			}
		}
		if p == nil {
			p = plans[name]
			continue
		}
		p.More = append(p.More, plans[name])
	}
	for _, x := range parts {
		x.plan = p.Parts()[x.relation]
	}
	return p, post(q, parts, p)
}

type builder struct {
	query *footprint.Query
	facts Facts
	outer *footprint.Select
	inner *footprint.Select // the roll-up, nil if there is none

	level    level // around the roll-up; the whole query if there is none
	rolledUp level // of the roll-up
	nodes    map[*footprint.Source]*node
	root     *node

	// of the roll-up: its entity, and the rows that are rolled up
	entity      EntityRef // canonical
	entityNode  *node     // as written
	entityIndex int
	rolled      *cohortBuilder

	where      *cohortBuilder // the query's own cohort
	keys       []Key
	results    map[string]RollupColumn // of the roll-up, by name: every one that was read
	drafts     []draft
	aggregates map[*sqltree.Call]*aggregate
	domains    map[*catalog.Column]*domain
}

// relations finds the tables, the roll-up and the joins, and hangs them into one tree.
func (b *builder) relations() error {
	if err := b.gather(b.outer, nil, &b.level); err != nil {
		return err
	}
	sources, links := b.level.sources, b.level.links
	if b.inner != nil {
		if err := b.gather(b.inner, b.inner, &b.rolledUp); err != nil {
			return err
		}
		sources, links = append(slices.Clone(b.rolledUp.sources), sources...), append(slices.Clone(b.rolledUp.links), links...)
	}
	return b.base(sources, links)
}

// level is what stands on one side of the roll-up: tables, joins, and the SELECTs whose conditions apply.
type level struct {
	sources []*footprint.Source
	links   []link
	selects []*footprint.Select
}

// gather adds a SELECT to a level. An inner query that only projects and filters is written out: its tables, joins and conditions are those of
// the SELECT around it. The one inner query that aggregates is the roll-up, and holds no other.
func (b *builder) gather(s, rollup *footprint.Select, out *level) error {
	links, err := linksOf(s)
	if err != nil {
		return err
	}
	out.links, out.selects = append(out.links, links...), append(out.selects, s)
	for _, src := range s.Sources {
		switch {
		case src.Inner == nil:
			out.sources = append(out.sources, src)
		case src.Inner.Plain():
			if err := b.gather(src.Inner, rollup, out); err != nil {
				return err
			}
		case rollup != nil:
			return sqltree.Refuse(sqltree.ReasonInner, src.Inner.Tree.Position())
		case b.inner != nil:
			return sqltree.Refuse(sqltree.ReasonInnerTwice, src.Position())
		default:
			b.inner = src.Inner
		}
	}
	return nil
}

// cohorts reads WHERE (and of the roll-up WHERE and HAVING) as one box.
func (b *builder) cohorts() error {
	b.where = &cohortBuilder{b: b}
	if b.inner != nil {
		if err := b.conditions(&b.rolledUp); err != nil {
			return err
		}
		b.countKey(b.where, b.entityNode, b.entityIndex)
		b.rolled = b.where.clone()
		if err := b.where.where(footprint.Term{In: b.inner, Expr: b.inner.Tree.Having}, false); err != nil {
			return err
		}
	}
	return b.conditions(&b.level)
}

func (b *builder) conditions(l *level) error {
	for _, s := range slices.Backward(l.selects) {
		if err := b.where.where(footprint.Term{In: s, Expr: s.Tree.Where}, false); err != nil {
			return err
		}
	}
	return nil
}

// innerNodes lists the tables whose match every row has; of the roll-up alone, or of the whole query.
func (b *builder) innerNodes(rolledOnly bool) []*node {
	var out []*node
	for _, n := range b.sorted() {
		rolled := func(src *footprint.Source) bool { return !rolledOnly || slices.Contains(b.rolledUp.sources, src) }
		if n.parent != nil && slices.ContainsFunc(n.inner, rolled) {
			out = append(out, n)
		}
	}
	return out
}

// term is an expression of the outer query.
func (b *builder) term(e sqltree.Expr) footprint.Term { return footprint.Term{In: b.outer, Expr: e} }
