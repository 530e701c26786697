package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/enclave/disclosure"
)

// rival is another family, or another set of this response, whose cells a set's cells are compared with, pair by pair.
type rival struct {
	against  disclosure.Against
	cohort   cohort
	pairings []pairing
	crowds   *[2]crowd // compared as sets of entities, not of rows
	across   *across   // the rival was answered from other snapshots: compared by entities
}

// pairing says that a column of the set adds up the same thing as the rival.
type pairing struct {
	column   int
	measure  Measure           // the rival's, in its own governed form
	other    int               // the rival's column, for AgainstResponse
	released map[string]string // labels of the rival's released cells and their values, for AgainstEarlier
	answer   int               // index of the earlier answer, for AgainstEarlier
	loads    bool              // read from different loads: no box proves that rows are the same
}

// counts reports whether a rival's cell was released at all; cells of the response are decided later.
func (p pairing) counts(key []*string) bool {
	_, there := p.released[labelOf(key)]
	return p.released == nil || there
}

// same reports whether two measures are the same monomial over the same root.
func (m Measure) same(o Measure) bool {
	return m.Kind == o.Kind && m.Column == o.Column && m.second() == o.second() && m.Entity.Path == o.Entity.Path && m.Entity.Index == o.Entity.Index
}

// equalKeys reports whether two families are split in the same way.
func equalKeys(a, b []Key) bool {
	within := func(x, y []Key) bool {
		return !slices.ContainsFunc(x, func(k Key) bool { return !slices.ContainsFunc(y, k.same) })
	}
	return within(a, b) && within(b, a)
}

// settled reports whether the boxes alone decide every pair: no row is in both, or the cells are the same cells.
func settled(a, b cohort) bool {
	return a.box.Disjoint(b.box) || equalKeys(a.keys, b.keys) && a.box.Subset(b.box) && b.box.Subset(a.box)
}

// compare writes the statements for one rival: for every reference of either side, and for every measure whose totals matter.
func (g *generator) compare(set int, v rival) error {
	if len(v.pairings) == 0 || settled(g.sets[set], v.cohort) {
		return nil
	}
	g.rivals = append(g.rivals, v)
	index := len(g.rivals) - 1
	refs, _ := g.sets[set].representatives()
	theirs, _ := v.cohort.representatives()
	for _, e := range theirs {
		if !slices.ContainsFunc(refs, e.equal) {
			refs = append(refs, e)
		}
	}
	for _, e := range refs {
		p := pair{set: set, rival: index, ref: e, first: true, sides: []side{}}
		if slices.ContainsFunc(g.reps[set], e.equal) {
			p.sides = append(p.sides, sideCell)
		}
		if slices.ContainsFunc(theirs, e.equal) {
			p.sides = append(p.sides, sideRival)
		}
		if err := g.pair(p); err != nil {
			return err
		}
	}
	return nil
}

// pair is one comparison of a set with a rival, by one reference.
type pair struct {
	set, rival int
	ref        EntityRef
	sides      []side
	first      bool // the entity counts of this reference have not been read yet
}

// side is a direction: cell minus rival, or rival minus cell.
type side string

const (
	sideCell  side = "a"
	sideRival side = "b"
)

// pair writes a statement for each measure whose totals matter, or one for the entity counts alone.
func (g *generator) pair(p pair) error {
	v := g.rivals[p.rival]
	one := g.sets[p.set].oneRow(p.ref)
	var measured []int
	for _, q := range v.pairings {
		if m := g.plan.Cells[q.column].Measure; m.adds() || m.Kind == MeasureRows && !one {
			measured = append(measured, q.column)
		}
	}
	if len(measured) == 0 {
		return g.pairCounts(p, one)
	}
	for _, column := range measured {
		if err := g.pairTotals(p, column); err != nil {
			return err
		}
		p.first = false
	}
	return nil
}

// labels are the names of the two cells' keys.
func (g *generator) labels(p pair) (a, b []string) {
	return numbered("a", len(g.sets[p.set].keys)), numbered("b", len(g.rivals[p.rival].cohort.keys))
}

// pairBase is the rows in either cell: labels, entity, membership, and what each side adds up.
func (g *generator) pairBase(w *writer, p pair, column int) string {
	a, v := g.sets[p.set], g.rivals[p.rival]
	r := relate(a, v.cohort)
	e := r.entity(w, p.ref)
	columns := slices.Concat(named("a", r.keysOf(w, a.keys)), named("b", r.keysOf(w, v.cohort.keys)), []string{e + " AS e"})
	if column >= 0 {
		i := slices.IndexFunc(v.pairings, func(q pairing) bool { return q.column == column })
		columns = append(columns, r.contribution(w, g.measure(column))+" AS ma", r.contribution(w, v.pairings[i].measure)+" AS mb")
	}
	inA, inB := r.member(w, a.box), r.member(w, v.cohort.box)
	columns = append(columns, inA+" AS ina", inB+" AS inb")
	return fmt.Sprintf("base AS (SELECT %s%s)", list(columns),
		r.from(w, fmt.Sprintf("%s IS NOT NULL AND ((%s) OR (%s))", e, inA, inB)))
}

// pairCounts compares by entity counts alone. Of a cell's entities, those with every row in the other cell are not in the
// difference; where rows are entities, these are the common rows.
func (g *generator) pairCounts(p pair, one bool) error {
	w := &writer{}
	a, b := g.labels(p)
	both := slices.Concat(a, b)
	common := fmt.Sprintf("common AS (SELECT %s FROM base WHERE ina AND inb%s)", list(both, []string{"e", "count(*) AS r"}), grouped(both, []string{"e"}))
	if one {
		common = fmt.Sprintf("common AS (SELECT %s FROM base WHERE ina AND inb%s)", list(both, []string{"count(*) AS full"}), grouped(both))
	}
	with := []string{g.pairBase(w, p, -1), common}
	var out []string
	var from string
	for i, s := range p.sides {
		with = append(with, sideCounts(s, both, labelsOf(s, a, b), one)...)
		name := "side_" + string(s)
		out = append(out, name+".n")
		if i == 0 {
			from = name
			continue
		}
		from += fmt.Sprintf(" JOIN %s ON %s", name, same("side_"+string(p.sides[0]), name, both...))
	}
	sql := fmt.Sprintf("WITH %s\nSELECT %s FROM %s LIMIT %d", strings.Join(with, ",\n"),
		list(prefixed("side_"+string(p.sides[0])+".", both), out), from, g.in.Limits.Pairs+1)
	return g.addPair(w, p, -1, sql, 1)
}

// sideCounts are the common table expressions of one direction: the size of its cells, the entities of each pair that are wholly
// common, and what remains (side).
func sideCounts(s side, both, names []string, one bool) []string {
	rows, full := "base WHERE in"+string(s), "common"
	var out []string
	if !one {
		out = append(out,
			fmt.Sprintf("ent_%s AS (SELECT %s FROM %s%s)", s, list(names, []string{"e", "count(*) AS r"}), rows, grouped(names, []string{"e"})),
			fmt.Sprintf("full_%s AS (SELECT %s FROM common AS c JOIN ent_%s AS x ON %s%s)", s,
				list(prefixed("c.", both), []string{"count(*) FILTER (WHERE c.r = x.r) AS full"}), s,
				all("c.e = x.e", same("c", "x", names...)), grouped(prefixed("c.", both))))
		rows, full = "ent_"+string(s), "full_"+string(s)
	}
	return append(out,
		fmt.Sprintf("size_%s AS (SELECT %s FROM %s%s)", s, list(names, []string{"count(*) AS n"}), rows, grouped(names)),
		fmt.Sprintf("side_%s AS (SELECT %s FROM %s AS f JOIN size_%s AS z ON %s)", s,
			list(prefixed("f.", both), []string{"z.n - f.full AS n"}), full, s, same("f", "z", names...)))
}

func labelsOf(s side, a, b []string) []string {
	if s == sideCell {
		return a
	}
	return b
}

// pairTotals compares by entity counts and by the concentration of the differing rows. The largest totals of a difference are those of
// entities that are not in the other cell at all, or of what remains of those that are partly in it. The former are found by
// rank: entities of a cell are ranked by magnitude, and the first two ranks missing among the common entities are theirs.
func (g *generator) pairTotals(p pair, column int) error {
	w := &writer{}
	a, b := g.labels(p)
	both := slices.Concat(a, b)
	sum := func(m string) string {
		if g.plan.Cells[column].Measure.Kind == MeasureRows {
			return "count(*)"
		}
		return fmt.Sprintf("coalesce(sum(%s), 0)", m)
	}
	with := []string{g.pairBase(w, p, column), fmt.Sprintf("common AS (SELECT %s FROM base WHERE ina AND inb%s)",
		list(both, []string{"e", "count(*) AS r", sum("ma") + " AS s"}), grouped(both, []string{"e"}))}
	var out []string
	var from string
	for i, s := range p.sides {
		names := labelsOf(s, a, b)
		with = append(with, sideTotals(s, both, names, sum("m"+string(s)))...)
		gaps := fmt.Sprintf("gaps_%s", s)
		if i == 0 {
			from = gaps
		} else {
			from += fmt.Sprintf(" JOIN %s ON %s", gaps, same("gaps_"+string(p.sides[0]), gaps, both...))
		}
		from += fmt.Sprintf(" JOIN size_%[1]s ON %[2]s LEFT JOIN rank_%[1]s AS f_%[1]s ON %[3]s AND f_%[1]s.h = gaps_%[1]s.f"+
			" LEFT JOIN rank_%[1]s AS l_%[1]s ON %[4]s AND l_%[1]s.h = gaps_%[1]s.l", s, same(gaps, "size_"+string(s), names...),
			same(gaps, "f_"+string(s), names...), same(gaps, "l_"+string(s), names...))
		out = append(out, strings.Split(strings.ReplaceAll("size_?.n - gaps_?.full|size_?.t - gaps_?.m + gaps_?.q|coalesce(abs(f_?.s), 0)|"+
			"coalesce(abs(l_?.s), 0)|coalesce(gaps_?.p[1], 0)|coalesce(gaps_?.p[2], 0)", "?", string(s)), "|")...)
	}
	head := "gaps_" + string(p.sides[0]) + "."
	sql := fmt.Sprintf("WITH %s\nSELECT %s FROM %s LIMIT %d", strings.Join(with, ",\n"), list(prefixed(head, both), out), from, g.in.Limits.Pairs+1)
	return g.addPair(w, p, column, sql, 6)
}

// sideTotals are the common table expressions of one direction: totals and ranks of its entities, its size, and for every pair
// how many entities are wholly common (full), the magnitudes of the common ones (m), of what remains of them (q, largest two
// p), and the first two missing ranks (f, l).
func sideTotals(s side, both, names []string, sum string) []string {
	return []string{
		fmt.Sprintf("ent_%s AS (SELECT %s FROM base WHERE in%s%s)", s, list(names, []string{"e", "count(*) AS r", sum + " AS s"}), s,
			grouped(names, []string{"e"})),
		fmt.Sprintf("rank_%s AS (SELECT *, row_number() OVER (%sORDER BY abs(s) DESC, e) AS h FROM ent_%s)", s, partition(names), s),
		fmt.Sprintf("size_%s AS (SELECT %s FROM ent_%s%s)", s, list(names, []string{"count(*) AS n", "coalesce(sum(abs(s)), 0) AS t"}), s, grouped(names)),
		fmt.Sprintf("over_%[1]s AS (SELECT %[2]s FROM common AS c JOIN rank_%[1]s AS x ON %[3]s)", s,
			list(prefixed("c.", both), []string{"x.r - c.r AS r", "abs(x.s) AS x", "abs(x.s - c.s) AS d",
				fmt.Sprintf("x.h - row_number() OVER (%sORDER BY x.h) AS g", partition(prefixed("c.", both)))}),
			all("c.e = x.e", same("c", "x", names...))),
		fmt.Sprintf("gaps_%s AS (SELECT %s FROM over_%s%s)", s, list(both, []string{"count(*) FILTER (WHERE r = 0) AS full",
			"coalesce(sum(x), 0) AS m", "coalesce(sum(d), 0) AS q", "max(d, 2) AS p",
			"1 + count(*) FILTER (WHERE g = 0) AS f", "2 + count(*) FILTER (WHERE g <= 1) AS l"}), s, grouped(both)),
	}
}

// addPair appends a pair statement with width columns a side.
func (g *generator) addPair(w *writer, p pair, column int, sql string, width int) error {
	a, b := g.labels(p)
	v := g.rivals[p.rival]
	keys := len(a) + len(b)
	return g.add(w, sql, step{width: keys + width*len(p.sides), limit: g.in.Limits.Pairs, cut: func(e *gathering) { e.unknown[p.set] = true },
		read: func(e *gathering, row []*string) error {
			found, err := e.pair(p.set, p.rival, row[:len(a)], row[len(a):keys])
			if err != nil || found == nil {
				return err
			}
			for i, s := range p.sides {
				if err := found.read(s, p.first, column, row[keys+width*i:keys+width*(i+1)]); err != nil {
					return err
				}
			}
			return nil
		}}, g.sets[p.set], v.cohort)
}
