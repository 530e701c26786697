package compile

import (
	"slices"
	"strings"

	"yumen/enclave/disclosure"
)

// crowd is a cohort whose cells are seen as what each entity of one reference contributes to them: a sum of a column, a number of rows,
// or one where entities are counted. Cells that add up the same quantity are compared as sets of entities, whatever tables they come from.
type crowd struct {
	cohort  cohort
	ref     EntityRef
	measure Measure // in governed form
}

// crowds lists the references through which a measure is compared: every reference of the base, or, of a count of entities, those of its
// table that name the same kind of entity: the key that it counts, another key of that type, and their groups.
func (c cohort) crowds(m Measure) []crowd {
	var out []crowd
	if m.Kind != MeasureEntities {
		reps, _ := c.representatives()
		for _, e := range reps {
			out = append(out, crowd{c, e, m})
		}
		return out
	}
	kind := kindOf(m.Entity)
	for _, e := range c.base.Entities {
		if e.Path == m.Entity.Path && kindOf(e) == kind {
			out = append(out, crowd{c, e, m})
		}
	}
	return out
}

// kindOf is the declared type of a reference, its groups' being that of their members.
func kindOf(e EntityRef) string {
	typ, _, _ := strings.Cut(e.Type, ":")
	return typ
}

// is reports whether two references are the same one.
func (e EntityRef) is(o EntityRef) bool { return e.Path == o.Path && e.Index == o.Index }

// equal reports whether two references are declared alike: what a snapshot was verified to have is not part of it.
func (e EntityRef) equal(o EntityRef) bool {
	e.NotNull, o.NotNull = false, false
	return e == o
}

// counts reports whether the crowd's entities themselves are counted: distinct entities, or rows of a root that has one an entity.
func (a crowd) counts() bool {
	return a.itself() || a.measure.Kind == MeasureRows && a.ref.Unique && a.ref.Path == a.cohort.base.Root.Path
}

// itself reports whether the crowd's own key is what is counted.
func (a crowd) itself() bool { return a.measure.Kind == MeasureEntities && a.ref.is(a.measure.Entity) }

// throughAnother reports whether entities are counted and these are those of another key, or groups.
func (a crowd) throughAnother() bool { return a.measure.Kind == MeasureEntities && !a.itself() }

// group is the reference of the groups of a crowd's entities, if their table declares them.
func (a crowd) group() (EntityRef, bool) {
	i := slices.IndexFunc(a.cohort.base.Entities, func(e EntityRef) bool { return e.Path == a.ref.Path && e.GroupOf == a.ref.Index+1 })
	if i < 0 {
		return EntityRef{}, false
	}
	return a.cohort.base.Entities[i], true
}

// plain reports whether every entity contributes one.
func (a crowd) plain() bool {
	return a.itself() || a.measure.Kind == MeasureRows && a.cohort.oneRow(a.ref)
}

// quantity names what is added up, whatever the root and the joins: rows and entities are both counts; a column is that of its dataset.
type quantity struct {
	kind                            MeasureKind
	dataset, column, dataset2, with string
}

func (a crowd) quantity() quantity {
	if a.measure.kind() != disclosure.Amount {
		return quantity{kind: MeasureRows}
	}
	q := quantity{kind: a.measure.Kind, dataset: a.cohort.dataset(a.measure.Column.Path), column: a.measure.Column.Column}
	if m := a.measure.Other; m != nil {
		q.dataset2, q.with = a.cohort.dataset(m.Column.Path), m.Column.Column
		if q.dataset2+"."+q.with < q.dataset+"."+q.column { // the order of paths is that of the joins
			q.dataset, q.column, q.dataset2, q.with = q.dataset2, q.with, q.dataset, q.column
		}
	}
	return q
}

// dataset is the dataset of a table of the cohort.
func (c cohort) dataset(path string) string {
	for _, t := range c.base.Joins {
		if t.Path == path {
			return t.Dataset
		}
	}
	return c.base.Root.Dataset
}

// comparable reports whether cells of two crowds are compared as sets of entities. Two measures of rows over one root are compared by the
// same reference where both have it. Where rows are entities and the rows are compared, that says it all; and the parts of one table,
// split in one way, are other rows of the same entities: no boxes differ there but those that the keys make.
func (a crowd) comparable(b crowd) bool {
	if a.ref.Type != b.ref.Type || a.quantity() != b.quantity() {
		return false
	}
	if a.cohort.base.Root.Dataset != b.cohort.base.Root.Dataset {
		return true
	}
	if !a.ref.is(b.ref) && (a.throughAnother() || b.throughAnother()) {
		return false // another key of what is counted is compared with itself
	}
	if a.measure.Kind != MeasureEntities && b.measure.Kind != MeasureEntities && !a.ref.is(b.ref) {
		has := func(c cohort, e EntityRef) bool {
			return slices.ContainsFunc(c.base.Entities, func(x EntityRef) bool { return x.is(e) && c.representative(x).is(e) })
		}
		return !has(a.cohort, b.ref) && !has(b.cohort, a.ref)
	}
	if !a.measure.same(b.measure) {
		return true
	}
	if a.ref.is(b.ref) && a.cohort.oneRow(a.ref) && b.cohort.oneRow(b.ref) {
		return false
	}
	return !a.ofRows() || !a.cohort.splits(b.cohort)
}

// samesRows reports whether the two add up one measure, other than a count of entities, over one root: the rows are compared.
func (a crowd) samesRows(b crowd) bool {
	return a.measure.Kind != MeasureEntities && a.measure.same(b.measure) && a.cohort.base.Root.Dataset == b.cohort.base.Root.Dataset
}

// ofRows reports whether the measure is the root's own: its rows, or a column of them.
func (a crowd) ofRows() bool {
	root := a.cohort.base.Root.Path
	return a.measure.Kind == MeasureRows || slices.ContainsFunc(a.measure.factors(), func(f Factor) bool { return f.Column.Path == root })
}

// splits reports whether both cohorts are the same rows, split in the same way.
func (c cohort) splits(o cohort) bool {
	return equalKeys(c.keys, o.keys) && c.box.Subset(o.box) && o.box.Subset(c.box)
}

// members writes the comparisons of cells as sets of entities: of entity counts to the universe of every other table that must match, and
// of every measure to earlier releases and to the cells of this response, those of the same column included.
func (g *generator) members(set int) error {
	for _, column := range g.columns(set) {
		for _, mine := range g.sets[set].crowds(g.measure(column)) {
			for _, part := range []func(int, int, crowd) error{g.otherUniverses, g.earlierCrowds, g.responseCrowds} {
				if err := part(set, column, mine); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// otherUniverses compares with all entities of every other table with the same entity type that the set requires.
func (g *generator) otherUniverses(set, column int, mine crowd) error {
	if mine.throughAnother() && mine.ref.GroupOf == mine.measure.Entity.Index+1 {
		mine.measure.Entity = mine.ref // where firms are counted, so are their groups
	}
	if !mine.counts() {
		return nil
	}
	for i, t := range g.sets[set].base.Joins {
		if !g.sets[set].requires(t.Path) {
			continue
		}
		plain := byPath(g.plan.Base.Joins)[i].Path
		for _, e := range g.plan.Base.Entities {
			if e.Path != plain || e.Type != mine.ref.Type {
				continue
			}
			e.Path = t.Dataset
			base := Base{Root: Table{Path: t.Dataset, Dataset: t.Dataset, ParentEntity: -1, Entity: -1}, Entities: []EntityRef{e}}
			theirs := crowd{govern(base, nil, Box{}, g.in.Scope), e, Measure{Kind: MeasureEntities, Entity: e}}
			if err := g.crowdPair(set, mine, theirs, disclosure.AgainstUniverse, pairing{column: column}); err != nil {
				return err
			}
		}
	}
	return nil
}

// requires reports whether a cohort's cells depend on a joined table: on its match, or on a column of it or of what is joined to it.
func (c cohort) requires(path string) bool {
	below := func(p string) bool { return p == path || strings.HasPrefix(p, path+">") }
	return slices.ContainsFunc(c.box.Matched, below) ||
		slices.ContainsFunc(c.box.Conditions, func(x Condition) bool { return below(x.Column.Path) }) ||
		slices.ContainsFunc(c.keys, func(k Key) bool { return below(k.Column.Path) })
}

func (g *generator) earlierCrowds(set, column int, mine crowd) error {
	for n, f := range g.in.Earlier {
		if len(f.Released) == 0 {
			continue
		}
		on := g.read(f.Family, g.plan.Base)
		c := govern(f.Family.Base, f.Family.Keys, f.Family.Box, f.Family.scope()).on(on.theirs)
		for _, theirs := range c.crowds(c.measure(f.Family.Measure)) {
			if !mine.comparable(theirs) {
				continue
			}
			if on.across && mine.samesRows(theirs) {
				continue // compared by what each entity contributes
			}
			by := pairing{column: column, measure: c.measure(f.Family.Measure), released: f.labels(), answer: n}
			var err error
			switch {
			case on.gone:
				g.lost[set] = true
			case on.across && mine.counts() && theirs.counts():
				err = g.crowdAcross(set, mine, theirs, on, by)
			default:
				by.loads = on.across
				err = g.crowdPair(set, mine, theirs, disclosure.AgainstEarlier, by)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *generator) responseCrowds(set, column int, mine crowd) error {
	for other, cell := range g.plan.Cells {
		if !g.used[cell.Set] || cell.Set > set || cell.Set == set && other > column {
			continue
		}
		if other == column && len(g.plan.Keys) == 0 {
			continue // one cell
		}
		for _, theirs := range g.sets[cell.Set].crowds(g.measure(other)) {
			if !mine.comparable(theirs) {
				continue
			}
			if err := g.crowdPair(set, mine, theirs, disclosure.AgainstResponse, pairing{column: column, other: other}); err != nil {
				return err
			}
		}
	}
	return nil
}

// within reports whether the boxes, and the joins on hashed keys, prove that every entity of a's cell is one of b's.
func (a crowd) within(cellA cell, b crowd, cellB cell) bool {
	if a.cohort.base.Root.Dataset == b.cohort.base.Root.Dataset && a.cohort.representative(a.ref).is(b.cohort.representative(b.ref)) &&
		cellA.inside(cellB) {
		return true
	}
	for _, t := range a.cohort.base.Joins {
		if t.Dataset != b.cohort.base.Root.Dataset || b.ref.Path != b.cohort.base.Root.Path || !slices.Contains(a.cohort.box.Matched, t.Path) {
			continue
		}
		linked, owned := a.cohort.linked(t, b.ref)
		if !owned || !a.cohort.representative(linked).is(a.cohort.representative(a.ref)) {
			continue
		}
		moved := conjunction(cellA.rerooted(t.Path, t.Dataset), own(a.cohort.filter[t.Path], t.Dataset))
		if len(cellB.beside) == 0 && moved.Subset(cellB.box) {
			return true
		}
	}
	return false
}

// linked is the reference of a joined table that is, in the table itself, a reference of its own. A root drops the rows that lack one of
// its own entities and a joined table does not, so the rows are the same ones only where each of them is known to be there.
func (c cohort) linked(t Table, e EntityRef) (linked EntityRef, owned bool) {
	owned = true
	for _, x := range c.base.Entities {
		if x.Path != t.Path {
			continue
		}
		owned = owned && (x.Unique || x.NotNull)
		if x.Index == e.Index {
			linked = x
		}
	}
	return linked, owned && linked.Path != ""
}

// tolerates reports whether no entity by data is no finding: other rows of the same table, by the boxes, are about something else, and the
// rows of the same measure are compared one by one. Not where entities themselves are counted: there, nobody is a fact about persons.
func (a crowd) tolerates(cellA cell, b crowd, cellB cell) bool {
	if a.cohort.base.Root.Dataset != b.cohort.base.Root.Dataset || a.measure.Kind == MeasureEntities && b.measure.Kind == MeasureEntities {
		return false
	}
	return a.measure.same(b.measure) || cellA.box.Disjoint(cellB.box)
}
