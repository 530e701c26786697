package compile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"yumen/enclave/disclosure"
)

// The audit of marks (docs/adr/0008-marks-together.md) asks what all answers under sensitive conditions say together to somebody who knows
// everything about everybody that is not sensitive. One scan labels every row with what is public of it, and with what is sensitive, as far as any
// of the questions asks.

// guise is a class of answers over one root and the same loads, at least one of which has a sensitive condition or key: counts of rows, counts of
// the entities of one reference, or sums.
type guise struct {
	kin
	publics  []public       // the public parts of boxes, each once
	secrets  []secret       // sensitive conditions and keys, each once
	uses     []use          // by family
	covered  int            // sensitive columns
	values   []Condition    // their declared sensitive values, one each
	numbered map[string]int // publics, secrets and columns, by what they are
}

// public is what everybody knows of a box: its conditions that are not sensitive, its joins, and the keys that are not sensitive.
type public struct {
	box  Box
	keys []Key
}

// secret is a sensitive condition or key.
type secret struct {
	column    int
	condition *Condition
	key       *Key
}

// use is what a family is made of.
type use struct {
	public     int
	conditions []int // secrets
	keys       []int // by key: a secret, or −1 − the index among the public keys
}

// marks writes the statements of every class of marks.
func (g *generator) marks() error {
	var seen []Measure
	for _, c := range g.plan.Cells {
		if slices.ContainsFunc(seen, c.Measure.same) {
			continue
		}
		seen = append(seen, c.Measure)
		m, ok := g.guise(c.Measure)
		if !ok {
			continue
		}
		g.guises = append(g.guises, m)
		index := len(g.guises) - 1
		for ref := range m.refs {
			if g.guises[index].over {
				break
			}
			if err := g.markScan(index, ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// guise is the class of a measure; false where nothing sensitive is asked of it. What everybody knows says nothing more, but sums are not known.
func (g *generator) guise(measure Measure) (guise, bool) {
	m := guise{kin: g.rowKin(measure), numbered: map[string]int{}}
	families, first, any := m.families, m.families[0], false
	m.families, m.columns = nil, nil
	for _, f := range families {
		if measure.Kind == MeasureEntities {
			if !f.measure.Entity.is(first.measure.Entity) {
				continue
			}
			f.refs = []int{0}
		}
		sensitive := f.cohort.sensitive()
		if any = any || sensitive; !sensitive && measure.kind() == disclosure.Count {
			continue
		}
		m.families, m.uses = append(m.families, f), append(m.uses, m.use(f.cohort))
		m.columns = append(m.columns, f.columns...)
	}
	if !any || len(m.columns) == 0 {
		return m, false
	}
	m.over = m.over || m.covered > maxSensitive
	if m.crowds = measure.Kind == MeasureEntities; m.crowds {
		m.refs, m.single = []EntityRef{first.measure.Entity}, []bool{true}
	} else {
		m.reference()
	}
	return m, true
}

// use takes a family apart.
func (m *guise) use(c cohort) (u use) {
	p := public{box: Box{Matched: c.box.Matched}}
	for _, x := range c.box.Conditions {
		if x.Sensitive {
			u.conditions = append(u.conditions, m.secret(secret{condition: &x}, x.Column, x.SensitiveValues, x))
			continue
		}
		p.box.Conditions = append(p.box.Conditions, x)
	}
	for _, k := range c.keys {
		if k.Sensitive {
			u.keys = append(u.keys, m.secret(secret{key: &k}, k.Column, k.SensitiveValues, k))
			continue
		}
		u.keys = append(u.keys, -1-len(p.keys))
		p.keys = append(p.keys, k)
	}
	i, fresh := m.number(len(m.publics), p.box, p.keys)
	if fresh {
		m.publics = append(m.publics, p)
	}
	u.public = i
	return u
}

// sensitive reports whether a cohort has a sensitive condition or key.
func (c cohort) sensitive() bool {
	return slices.ContainsFunc(c.box.Conditions, func(x Condition) bool { return x.Sensitive }) || slices.ContainsFunc(c.keys, func(k Key) bool { return k.Sensitive })
}

// secret lists a sensitive condition or key, and its column, once.
func (m *guise) secret(s secret, column ColumnRef, values []string, what any) int {
	at, fresh := m.number(m.covered, column)
	if fresh {
		m.covered, m.values = m.covered+1, append(m.values, valueShares(column, values)...)
	}
	s.column = at
	i, fresh := m.number(len(m.secrets), "secret", what)
	if fresh {
		m.secrets = append(m.secrets, s)
	}
	return i
}

// number finds the number of something, or gives it the next one.
func (m *guise) number(next int, what ...any) (at int, fresh bool) {
	text, err := json.Marshal(what)
	if err != nil {
		panic("compile: parts of a plan are plain data") // strings, numbers and booleans always encode
	}
	if at, have := m.numbered[string(text)]; have {
		return at, false
	}
	m.numbered[string(text)] = next
	return next, true
}

// markScan labels the rows that are in the public part of any box. A statement for each reference adds its entities.
func (g *generator) markScan(index, ref int) error {
	m, w := &g.guises[index], &writer{}
	var cohorts []cohort
	for _, f := range m.families {
		cohorts = append(cohorts, f.cohort)
	}
	r := relate(cohorts...)
	e := r.entity(w, m.refs[ref])
	raw, inside, labels, any := []string{e + " AS e"}, []string{"e"}, []string{}, []string{}
	for i, p := range m.publics {
		in := fmt.Sprintf("p%d", i)
		raw, inside, labels, any = append(raw, r.member(w, p.box)+" AS "+in), append(inside, in), append(labels, in), append(any, in)
		raw = append(raw, named(fmt.Sprintf("k%d_", i), r.keysOf(w, p.keys))...)
		for j := range p.keys {
			inside = append(inside, fmt.Sprintf("CASE WHEN %s THEN k%d_%d END AS p%d_%d", in, i, j, i, j))
			labels = append(labels, fmt.Sprintf("p%d_%d", i, j))
		}
	}
	for i, s := range m.secrets {
		x := ""
		if s.condition != nil {
			x = r.member(w, Box{Conditions: []Condition{*s.condition}})
		} else {
			x = r.key(w, *s.key)
		}
		name := fmt.Sprintf("s%d", i)
		raw, inside, labels = append(raw, x+" AS "+name), append(inside, name), append(labels, name)
	}
	for i, v := range m.values {
		raw, inside = append(raw, fmt.Sprintf("%s AS h%d", r.textIs(w, v), i)), append(inside, fmt.Sprintf("h%d", i))
	}
	base := fmt.Sprintf("raw AS (SELECT %s%s),\nbase AS (SELECT %s FROM raw WHERE %s)", list(raw), r.from(w, e+" IS NOT NULL"), list(inside), strings.Join(any, " OR "))
	sql, fields := m.rowSights(base, ref, labels)
	if m.crowds {
		sql, fields = m.crowdSights(base, labels)
	}
	if m.over = len(sql) > maxText; m.over {
		return nil
	}
	sql += fmt.Sprintf(" LIMIT %d", 4*maxAtoms+1)
	return g.add(w, sql, step{width: fields + len(labels), limit: 4 * maxAtoms, cut: func(e *gathering) { e.sightings(index).cut = true },
		read: func(e *gathering, row []*string) error { return e.sight(index, ref, row[:fields], row[fields:]) }}, cohorts...)
}

// rowSights counts the entities of rows with equal labels: a number, its members where they are few and may be elsewhere as well, and the
// holders of every sensitive value.
func (m *guise) rowSights(base string, ref int, labels []string) (sql string, fields int) {
	columns := []string{"count(*)", "NULL"}
	from, more := "base", ""
	if !m.single[ref] {
		from, columns[1] = "ranked", fmt.Sprintf("CASE WHEN count(*) <= %d THEN string_agg(CAST(d AS VARCHAR), ',') END", maxMembers)
		more = fmt.Sprintf(",\npart AS (SELECT %s FROM base%s),\nranked AS (SELECT *, dense_rank() OVER (ORDER BY e) AS d FROM part)",
			list(labels, []string{"e"}, m.holds()), grouped(labels, []string{"e"}))
	}
	for i := range m.values {
		columns = append(columns, fmt.Sprintf("count(*) FILTER (WHERE h%d)", i))
	}
	return fmt.Sprintf("WITH %s%s\nSELECT %s FROM %s%s", base, more, list(columns, labels), from, grouped(labels)), len(columns)
}

func (m *guise) holds() []string {
	var out []string
	for i := range m.values {
		out = append(out, fmt.Sprintf("bool_or(h%[1]d) AS h%[1]d", i))
	}
	return out
}

// crowdSights counts the entities whose rows have equal sets of labels: the set's name, a number, and the holders of every sensitive value, once
// with each label of the set.
func (m *guise) crowdSights(base string, labels []string) (sql string, fields int) {
	var held, holders []string
	for i := range m.values {
		held, holders = append(held, fmt.Sprintf("count(*) FILTER (WHERE h%[1]d) AS h%[1]d", i)), append(holders, fmt.Sprintf("sight.h%d", i))
	}
	return fmt.Sprintf(`WITH %s,
part AS (SELECT DISTINCT %s FROM base),
ranked AS (SELECT *, dense_rank() OVER (ORDER BY %s) AS d FROM part),
mark AS (SELECT e, string_agg(CAST(d AS VARCHAR), ',' ORDER BY d) AS s FROM ranked GROUP BY e),
held AS (SELECT %s FROM base GROUP BY e),
sight AS (SELECT %s FROM mark JOIN held ON mark.e = held.e GROUP BY s)
SELECT %s FROM sight JOIN ranked ON ranked.e = sight.e`, base, list([]string{"e"}, labels), list(labels), list([]string{"e"}, m.holds()),
		list([]string{"s", "count(*) AS n", "min(mark.e) AS e"}, held), list([]string{"sight.s", "sight.n"}, holders, prefixed("ranked.", labels))), 2 + len(holders)
}
