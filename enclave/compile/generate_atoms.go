package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/enclave/disclosure"
)

// The linear audit (docs/adr/0007-linear-audit.md) asks what all comparable answers say together. One scan labels every row with its cell in each of
// them; rows with equal labels are an atom. Atoms of entity counts are sets of entities.
const (
	maxFamilies = 500       // earlier families of one class; more withholds
	maxAtoms    = 50_000    // atoms of one class; more withholds
	maxText     = 256 << 10 // bytes of one statement; more withholds
	maxMembers  = 64        // atoms with more entities than that are never small: theirs are not numbered
)

// kin is a class of comparable families over the same loads: the same monomial over the same root, or the same quantity of entities of the
// same type, whatever the root.
type kin struct {
	measure  Measure
	crowds   bool // atoms are sets of entities
	columns  []int
	families []member
	refs     []EntityRef
	single   []bool // by reference: an entity has one row, so it is in one atom
	over     bool   // too many earlier families, or too long a statement
}

// member is one family of a class: a set of this response, or an earlier answer.
type member struct {
	cohort   cohort
	measure  Measure   // in the cohort's governed form
	ref      EntityRef // whose entities are counted
	columns  []int     // of this response; none for an earlier answer
	released map[string]string
	kept     map[string]bool // cells with the value of an earlier load: whether it is that of now
	refs     []int
}

// atoms writes the statements of every class of this response that could be solved: one family of disjoint cells never is.
func (g *generator) atoms() error {
	if err := g.marks(); err != nil {
		return err
	}
	g.kins = append(g.rowKins(), g.crowdKins()...)
	for i := range g.kins {
		k := &g.kins[i]
		if k.over {
			continue
		}
		write := g.rowAtoms
		if k.crowds {
			write = g.crowdAtoms
		}
		if err := write(i, k); err != nil {
			return err
		}
	}
	return nil
}

// rowKins are the classes of sums over rows.
func (g *generator) rowKins() []kin {
	var out []kin
	for _, c := range g.plan.Cells {
		if c.Measure.Kind == MeasureEntities || slices.ContainsFunc(out, func(k kin) bool { return k.measure.same(c.Measure) }) {
			continue
		}
		if k := g.rowKin(c.Measure); len(k.families) > 1 {
			k.reference()
			out = append(out, k)
		}
	}
	return out
}

// rowKin is the class of a measure over the root.
func (g *generator) rowKin(measure Measure) kin {
	k := kin{measure: measure}
	for set := range g.plan.Sets {
		m := member{cohort: g.sets[set]}
		for _, j := range g.columns(set) {
			if g.plan.Cells[j].Measure.same(measure) {
				m.columns, m.measure = append(m.columns, j), g.measure(j)
			}
		}
		if len(m.columns) > 0 {
			k.columns, k.families = append(k.columns, m.columns...), append(k.families, m)
		}
	}
	for _, f := range g.in.Earlier {
		if !measure.same(f.Family.Measure) || f.Family.Base.Root.Dataset != g.plan.Base.Root.Dataset {
			continue
		}
		if c, ok := g.alike(f); ok {
			k.join(member{cohort: c, measure: c.measure(f.Family.Measure), released: f.labels(), kept: f.keeps()})
		}
	}
	return k
}

// alike is the cohort of an earlier family that read its data as this run does; others are compared in pairs only.
func (g *generator) alike(f Earlier) (cohort, bool) {
	if len(f.Released)+len(f.Kept) == 0 {
		return cohort{}, false
	}
	on := g.read(f.Family, g.plan.Base)
	if on.across || on.gone {
		return cohort{}, false
	}
	return govern(f.Family.Base, f.Family.Keys, f.Family.Box, f.Family.scope()).on(on.theirs), true
}

// keeps are the labels of the cells that kept a value, and whether it is that of now.
func (e Earlier) keeps() map[string]bool {
	out := map[string]bool{}
	for _, c := range e.Kept {
		out[labelOf(c.Key)] = c.Same
	}
	return out
}

// join adds an earlier family, unless it reads a dataset from another load than a family before it.
func (k *kin) join(m member) {
	for _, d := range m.cohort.base.datasets() {
		for _, o := range k.families {
			if slices.Contains(o.cohort.base.datasets(), d) && o.cohort.attached(d) != m.cohort.attached(d) {
				return
			}
		}
	}
	k.families = append(k.families, m)
	earlier := 0
	for _, o := range k.families {
		if len(o.columns) == 0 {
			earlier++
		}
	}
	k.over = earlier > maxFamilies
}

// reference lists the references of all families, and which of them each family has.
func (k *kin) reference() {
	for i := range k.families {
		m := &k.families[i]
		reps, _ := m.cohort.representatives()
		for _, e := range reps {
			at := slices.IndexFunc(k.refs, e.is)
			if at < 0 {
				at, k.refs = len(k.refs), append(k.refs, e)
			}
			m.refs = append(m.refs, at)
		}
	}
	for _, e := range k.refs {
		single := true
		for _, m := range k.families {
			single = single && (!slices.ContainsFunc(m.cohort.base.Entities, e.is) || m.cohort.oneRow(e))
		}
		k.single = append(k.single, single)
	}
}

// crowdKins are the classes of quantities of entities, by type. Where all families add up the same rows, comparing rows says it all.
func (g *generator) crowdKins() []kin {
	var out []kin
	for column, c := range g.plan.Cells {
		for _, mine := range g.sets[c.Set].attributed(g.measure(column)) {
			i := slices.IndexFunc(out, func(k kin) bool { return k.families[0].crowd().alike(mine) })
			if i < 0 {
				i, out = len(out), append(out, kin{measure: mine.measure, crowds: true, refs: []EntityRef{mine.ref}, single: []bool{true}})
			}
			out[i].columns = append(out[i].columns, column)
			out[i].families = append(out[i].families, member{cohort: mine.cohort, measure: mine.measure, ref: mine.ref, columns: []int{column}})
		}
	}
	for i := range out {
		for _, f := range g.in.Earlier {
			c, ok := g.alike(f)
			if !ok {
				continue
			}
			for _, theirs := range c.attributed(c.measure(f.Family.Measure)) {
				if out[i].families[0].crowd().alike(theirs) {
					out[i].join(member{cohort: c, measure: theirs.measure, ref: theirs.ref, released: f.labels(), kept: f.keeps()})
				}
			}
		}
		out[i].groups()
	}
	return slices.DeleteFunc(out, func(k kin) bool {
		first := k.families[0]
		return len(k.families) == 1 && len(first.cohort.keys) == 0 || !slices.ContainsFunc(k.families, func(m member) bool {
			return first.cohort.base.Root.Dataset != m.cohort.base.Root.Dataset || !first.measure.same(m.measure) ||
				!m.crowd().ofRows() && !m.cohort.oneRow(m.ref)
		})
	})
}

// groups adds the groups of the entities as a second reference, if any family has them: entities of one group are one contributor.
func (k *kin) groups() {
	refs := []int{0}
	for _, m := range k.families {
		if g, have := m.crowd().group(); have && len(refs) == 1 {
			k.refs, k.single, refs = append(k.refs, g), append(k.single, false), []int{0, 1}
		}
	}
	for i := range k.families {
		k.families[i].refs = refs
	}
}

func (m member) crowd() crowd { return crowd{m.cohort, m.ref, m.measure} }

// alike reports whether two crowds add up the same quantity of the same type of entities.
func (a crowd) alike(b crowd) bool { return a.ref.Type == b.ref.Type && a.quantity() == b.quantity() }

// attributed are the crowds to whose cells an entity adds what is its own: one where entities are counted, or an amount that its own table
// has once, as often as it has rows.
func (c cohort) attributed(m Measure) []crowd {
	return slices.DeleteFunc(c.crowds(m), func(x crowd) bool {
		if m.kind() != disclosure.Amount {
			return !x.counts()
		}
		return !slices.ContainsFunc(c.base.Entities, func(e EntityRef) bool {
			return e.Unique && c.representative(e).is(x.ref) && !slices.ContainsFunc(m.factors(), func(f Factor) bool { return f.Column.Path != e.Path })
		})
	})
}

// rowAtoms labels the rows: a statement for each reference, which adds its entities to the atoms.
func (g *generator) rowAtoms(index int, k *kin) error {
	for ref := range k.refs {
		if err := g.rowAtomsOf(index, k, ref); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) rowAtomsOf(index int, k *kin, ref int) error {
	w := &writer{}
	var cohorts []cohort
	for _, m := range k.families {
		cohorts = append(cohorts, m.cohort)
	}
	r := relate(cohorts...)
	e := r.entity(w, k.refs[ref])
	raw := []string{e + " AS e", k.contribution(w, r) + " AS m"}
	var labels, inside, any []string
	for i, m := range k.families {
		in := fmt.Sprintf("i%d", i)
		raw = append(raw, r.member(w, m.cohort.box)+" AS "+in)
		raw = append(raw, named(fmt.Sprintf("k%d_", i), r.keysOf(w, m.cohort.keys))...)
		labels, inside, any = append(labels, in), append(inside, in), append(any, in)
		for j := range m.cohort.keys {
			labels = append(labels, fmt.Sprintf("l%d_%d", i, j))
			inside = append(inside, fmt.Sprintf("CASE WHEN %s THEN k%d_%d END AS l%d_%d", in, i, j, i, j))
		}
	}
	with := []string{
		fmt.Sprintf("raw AS (SELECT %s%s)", list(raw), r.from(w, e+" IS NOT NULL")),
		fmt.Sprintf("base AS (SELECT %s, e, m FROM raw WHERE %s)", list(inside), strings.Join(any, " OR ")),
	}
	from, x, members := "base", "m", "NULL"
	if !k.single[ref] {
		with = append(with,
			fmt.Sprintf("part AS (SELECT %s, e, sum(m) AS s FROM base%s)", list(labels), grouped(labels, []string{"e"})),
			"ranked AS (SELECT *, dense_rank() OVER (ORDER BY e) AS d FROM part)")
		from, x = "ranked", "s"
		members = fmt.Sprintf("CASE WHEN count(*) <= %d THEN string_agg(CAST(d AS VARCHAR), ',') END", maxMembers)
	}
	fields := []string{"count(*)", members, fmt.Sprintf("coalesce(max(abs(%s), 2)[1], 0)", x), fmt.Sprintf("coalesce(max(abs(%s), 2)[2], 0)", x),
		fmt.Sprintf("coalesce(sum(abs(%s)), 0)", x), fmt.Sprintf("coalesce(sum(%s), 0)", x)}
	sql := fmt.Sprintf("WITH %s\nSELECT %s FROM %s%s LIMIT %d", strings.Join(with, ",\n"), list(labels, fields), from, grouped(labels), maxAtoms+1)
	if k.over = k.over || len(sql) > maxText; k.over {
		return nil
	}
	return g.add(w, sql, step{width: len(labels) + len(fields), limit: maxAtoms, cut: func(e *gathering) { e.strain(index).cut = true },
		read: func(e *gathering, row []*string) error {
			return e.rowAtom(index, ref, row[:len(labels)], row[len(labels):])
		}}, cohorts...)
}

// contribution is what a row adds to the measure. A table under two scopes gives two columns; where both have a value it is the same.
func (k *kin) contribution(w *writer, r *relation) string {
	var out []string
	for _, m := range k.families {
		if x := r.contribution(w, m.measure); !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return "coalesce(" + strings.Join(append(out, "0"), ", ") + ")"
}

// crowdAtoms labels the entities: every entity has a list of cells, each with the number of times that it is added there, and entities with
// equal lists are an atom.
func (g *generator) crowdAtoms(index int, k *kin) error {
	w := &writer{}
	keys := 0
	var cohorts []cohort
	for _, m := range k.families {
		keys = max(keys, len(m.cohort.keys))
		cohorts = append(cohorts, m.cohort)
	}
	names := append([]string{"f"}, numbered("k", keys)...)
	var parts []string
	fields := []string{"atom.s", "atom.n", "u.n"}
	for i, m := range k.families {
		columns := []string{fmt.Sprintf("%d AS f", i), "e", "n", "x"}
		if len(k.refs) > 1 {
			columns = append(columns, "g")
		}
		for j := range keys {
			x := "CAST(NULL AS VARCHAR)"
			if j < len(m.cohort.keys) {
				x = fmt.Sprintf("CAST(k%d AS VARCHAR)", j)
			}
			columns = append(columns, fmt.Sprintf("%s AS k%d", x, j))
		}
		parts = append(parts, fmt.Sprintf("SELECT %s FROM (%s)", list(columns), m.entities(w, len(k.refs) > 1)))
	}
	totals := ""
	if k.amounts() {
		totals = ", coalesce(sum(abs(x)), 0) AS t, coalesce(max(abs(x), 2)[1], 0) AS t1, coalesce(max(abs(x), 2)[2], 0) AS t2, coalesce(sum(x), 0) AS x"
		fields = append(fields, "atom.t", "atom.t1", "atom.t2", "atom.x")
	}
	group, with, join := "", "", ""
	if len(k.refs) > 1 {
		group, with, join = ", min(g) AS g", groupAtoms(), " JOIN party ON party.s = atom.s"
		fields = append(fields, "party.n", "party.m", "party.t", "party.t1", "party.t2")
	}
	sql := fmt.Sprintf(`WITH u AS (%s),
cell AS (SELECT *, dense_rank() OVER (ORDER BY %s, n) AS d FROM u),
mark AS (SELECT e, string_agg(CAST(d AS VARCHAR), ',' ORDER BY d) AS s, max(x) AS x%s FROM cell GROUP BY e),
atom AS (SELECT s, count(*) AS n, min(e) AS e%s FROM mark GROUP BY s)%s
SELECT %s FROM atom JOIN u ON u.e = atom.e%s LIMIT %d`,
		strings.Join(parts, "\nUNION ALL "), list(names), group, totals, with, list(fields, prefixed("u.", names)), join, 4*maxAtoms+1)
	if k.over = len(sql) > maxText; k.over {
		return nil
	}
	return g.add(w, sql, step{width: len(fields) + len(names), limit: 4 * maxAtoms, cut: func(e *gathering) { e.strain(index).cut = true },
		read: func(e *gathering, row []*string) error {
			return e.crowdAtom(index, row[:len(fields)], row[len(fields):])
		}}, cohorts...)
}

// groupAtoms are the groups of every atom's entities: how many there are, their numbers where they are few, and what each adds up to.
func groupAtoms() string {
	return fmt.Sprintf(`,
part AS (SELECT s, g, sum(x) AS x FROM mark GROUP BY s, g),
numbered AS (SELECT *, dense_rank() OVER (ORDER BY g) AS d FROM part),
party AS (SELECT s, count(*) AS n, CASE WHEN count(*) <= %d THEN string_agg(CAST(d AS VARCHAR), ',') END AS m, coalesce(sum(abs(x)), 0) AS t,
  coalesce(max(abs(x), 2)[1], 0) AS t1, coalesce(max(abs(x), 2)[2], 0) AS t2 FROM numbered GROUP BY s)`, maxMembers)
}

// kind is how the class is judged.
func (k *kin) kind() disclosure.Kind {
	return k.measure.kind()
}

// amounts reports whether totals matter: not where rows of one entity each are counted.
func (k *kin) amounts() bool {
	if k.crowds {
		return k.measure.kind() == disclosure.Amount || len(k.refs) > 1
	}
	return k.measure.Kind != MeasureRows || slices.Contains(k.single, false)
}

// entities selects the entities of every cell, how often each is added there (n), the amount that is added (x), and the entity's group (g)
// where groups are asked for.
func (m member) entities(w *writer, groups bool) string {
	r := relate(m.cohort)
	e := r.entity(w, m.ref)
	columns := append(named("k", r.keysOf(w, m.cohort.keys)), e+" AS e")
	if groups {
		g := e
		if ref, have := m.crowd().group(); have {
			g = r.entity(w, ref)
		}
		columns = append(columns, g+" AS g")
	}
	head, tail, there := "SELECT DISTINCT ", "", e+" IS NOT NULL"
	if m.measure.kind() == disclosure.Amount {
		x := r.contribution(w, m.measure)
		head, tail, columns = "SELECT ", " GROUP BY ALL", append(columns, "count(*) AS n", fmt.Sprintf("max(%s) AS x", x))
		there = all(there, x+" IS NOT NULL") // who adds nothing does not make an atom larger
	} else {
		columns = append(columns, "1 AS n", "1 AS x")
	}
	return head + list(columns) + r.from(w, all(there, r.member(w, m.cohort.box))) + tail
}
