package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/enclave/disclosure"
)

// crowd is a cohort whose cells count the distinct entities of one reference. Counts of the same entity type are compared as sets of
// entities, whatever tables they come from.
type crowd struct {
	cohort cohort
	ref    EntityRef
}

// crowds lists the references that a measure counts: its own, or, where it counts the rows of a root, each reference with one row an entity.
func (c cohort) crowds(m Measure) []crowd {
	switch m.Kind {
	case MeasureEntities:
		for _, e := range c.base.Entities {
			if e.Path == m.Entity.Path && e.Index == m.Entity.Index {
				return []crowd{{c, e}}
			}
		}
	case MeasureRows:
		var out []crowd
		for _, e := range c.base.Entities {
			if e.Path == c.base.Root.Path && e.Unique {
				out = append(out, crowd{c, e})
			}
		}
		return out
	}
	return nil
}

// members writes the comparisons of entity counts as sets: to the universe of every other table that must match, to earlier
// releases, and to the cells of this response, those of the same column included.
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
			theirs := crowd{govern(base, nil, Box{}, g.in.Scope), e}
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
			if theirs.ref.Type != mine.ref.Type || mine.rowsOf(theirs) {
				continue
			}
			by := pairing{column: column, measure: c.measure(f.Family.Measure), released: f.labels(), answer: n}
			var err error
			switch {
			case on.gone:
				g.lost[set] = true
			case on.across:
				err = g.crowdAcross(set, mine, theirs, on, by)
			default:
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
			if theirs.ref.Type != mine.ref.Type || mine.rowsOf(theirs) {
				continue
			}
			if err := g.crowdPair(set, mine, theirs, disclosure.AgainstResponse, pairing{column: column, other: other}); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowsOf reports whether rows are the entities on both sides, of the same root and reference: then comparing rows says it all.
func (a crowd) rowsOf(b crowd) bool {
	return a.cohort.base.Root.Dataset == b.cohort.base.Root.Dataset && a.ref == b.ref && a.cohort.oneRow(a.ref) && b.cohort.oneRow(b.ref)
}

// crowdPair counts, for every pair of cells with common entities, the entities of each that are not in the other.
func (g *generator) crowdPair(set int, mine, theirs crowd, against disclosure.Against, by pairing) error {
	g.rivals = append(g.rivals, rival{against: against, cohort: theirs.cohort, pairings: []pairing{by}, crowds: &[2]crowd{mine, theirs}})
	index := len(g.rivals) - 1
	w := &writer{}
	a, b := numbered("a", len(mine.cohort.keys)), numbered("b", len(theirs.cohort.keys))
	different := "TRUE"
	if against == disclosure.AgainstResponse && g.plan.Cells[by.other].Set == set && by.other == by.column {
		var equal []string
		for i := range a {
			equal = append(equal, fmt.Sprintf("x.%s IS NOT DISTINCT FROM y.%s", a[i], b[i]))
		}
		different = "NOT (" + all(equal...) + ")"
	}
	sql := fmt.Sprintf(`WITH x AS (%s),
y AS (%s),
size_a AS (SELECT %s FROM x%s),
size_b AS (SELECT %s FROM y%s),
common AS (SELECT %s FROM x JOIN y ON x.e = y.e WHERE %s%s)
SELECT %s FROM common JOIN size_a ON %s JOIN size_b ON %s LIMIT %d`,
		mine.entities(w, "a"), theirs.entities(w, "b"),
		list(a, []string{"count(*) AS n"}), grouped(a), list(b, []string{"count(*) AS n"}), grouped(b),
		list(prefixed("x.", a), prefixed("y.", b), []string{"count(*) AS n"}), different, grouped(prefixed("x.", a), prefixed("y.", b)),
		list(prefixed("common.", a), prefixed("common.", b), []string{"size_a.n - common.n", "size_b.n - common.n"}),
		same("common", "size_a", a...), same("common", "size_b", b...), g.in.Limits.Pairs+1)
	return g.add(w, sql, step{width: len(a) + len(b) + 2, limit: g.in.Limits.Pairs, cut: func(e *gathering) { e.unknown[set] = true },
		read: func(e *gathering, row []*string) error {
			found, err := e.pair(set, index, row[:len(a)], row[len(a):len(a)+len(b)])
			if err != nil || found == nil {
				return err
			}
			if err := found.read(sideCell, true, -1, row[len(row)-2:len(row)-1]); err != nil {
				return err
			}
			return found.read(sideRival, true, -1, row[len(row)-1:])
		}}, mine.cohort, theirs.cohort)
}

// entities selects the distinct entities of every cell.
func (c crowd) entities(w *writer, prefix string) string {
	r := relate(c.cohort)
	e := r.entity(w, c.ref)
	columns := append(named(prefix, r.keysOf(w, c.cohort.keys)), e+" AS e")
	return fmt.Sprintf("SELECT DISTINCT %s%s", list(columns), r.from(w, all(e+" IS NOT NULL", r.member(w, c.cohort.box))))
}

// within reports whether the boxes, and the joins on hashed keys, prove that every entity of a's cell is one of b's.
func (a crowd) within(cellA cell, b crowd, cellB cell) bool {
	if a.cohort.base.Root.Dataset == b.cohort.base.Root.Dataset && a.cohort.representative(a.ref) == b.cohort.representative(b.ref) &&
		cellA.inside(cellB) {
		return true
	}
	for _, t := range a.cohort.base.Joins {
		if t.Dataset != b.cohort.base.Root.Dataset || b.ref.Path != b.cohort.base.Root.Path || !slices.Contains(a.cohort.box.Matched, t.Path) {
			continue
		}
		linked := EntityRef{Path: t.Path, Index: b.ref.Index, Type: b.ref.Type, Unique: b.ref.Unique}
		if a.cohort.representative(linked) != a.cohort.representative(a.ref) {
			continue
		}
		moved := conjunction(cellA.rerooted(t.Path, t.Dataset), own(a.cohort.filter[t.Path], t.Dataset))
		if len(cellB.beside) == 0 && moved.Subset(cellB.box) {
			return true
		}
	}
	return false
}
