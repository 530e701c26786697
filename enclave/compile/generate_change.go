package compile

import (
	"fmt"
	"strings"

	"yumen/enclave/disclosure"
)

// entitiesOf are the common table expressions of one side: what each entity of each cell contributes. An entity contributes the number
// of its rows and their sum; to a count of entities, the set of those among its rows; to a count of itself, itself.
func (g *generator) entitiesOf(w *writer, o part) string {
	r := relate(o.cohort)
	e := r.entity(w, o.ref)
	keys := numbered(o.prefix, len(o.cohort.keys))
	columns := append(named(o.prefix, r.keysOf(w, o.cohort.keys)), e+" AS e")
	var sum string
	where := all(e+" IS NOT NULL", r.member(w, o.cohort.box))
	switch o.measure.Kind {
	case MeasureRows:
		sum = "count(*)"
	case MeasureEntities:
		x := r.contribution(w, o.measure)
		columns, where, sum = append(columns, x+" AS m"), all(where, x+" IS NOT NULL"), "list(DISTINCT m ORDER BY m)"
	case "":
		sum = "1"
	default:
		columns, sum = append(columns, r.contribution(w, o.measure)+" AS m"), "coalesce(sum(m), 0)"
	}
	return fmt.Sprintf("base_%[1]s AS (SELECT %[2]s%[3]s),\nent_%[1]s AS (SELECT %[4]s FROM base_%[1]s%[5]s)", o.prefix, list(columns), r.from(w, where),
		list(keys, []string{"e", "count(*) AS r", sum + " AS s"}), grouped(keys, []string{"e"}))
}

// equalParts says that an entity contributes the same to both sides.
func equalParts(m Measure) string {
	if m.kind() == disclosure.Amount {
		return "x.s = y.s AND x.r = y.r"
	}
	return "x.s = y.s"
}

// changes is the statement that compares two sides, cell by cell where they share an entity: the number of entities that contribute
// something else and, with totals, how much. The cells of one cohort are compared each with itself (own).
func (g *generator) changes(w *writer, a, b part, own, totals bool) string {
	keysA, keysB := numbered("a", len(a.cohort.keys)), numbered("b", len(b.cohort.keys))
	join := "x.e = y.e"
	if own {
		var equal []string
		for i := range keysA {
			equal = append(equal, fmt.Sprintf("x.%s IS NOT DISTINCT FROM y.%s", keysA[i], keysB[i]))
		}
		join = all(append([]string{join}, equal...)...)
	}
	pair := list(prefixed("x.", keysA), prefixed("y.", keysB))
	both := list(keysA, keysB)
	group := ""
	if both != "" {
		group = " GROUP BY " + both
	}
	with := []string{g.entitiesOf(w, a), g.entitiesOf(w, b)}
	head := prefixed("pairs.", keysA)
	if !own {
		head = append(head, prefixed("pairs.", keysB)...)
	}
	sizes := fmt.Sprintf("FROM pairs JOIN size_a ON %s JOIN size_b ON %s", same("pairs", "size_a", keysA...), same("pairs", "size_b", keysB...))
	if !totals {
		with = append(with,
			fmt.Sprintf("size_a AS (SELECT %s FROM ent_a%s)", list(keysA, []string{"count(*) AS n"}), grouped(keysA)),
			fmt.Sprintf("size_b AS (SELECT %s FROM ent_b%s)", list(keysB, []string{"count(*) AS n"}), grouped(keysB)),
			fmt.Sprintf("pairs AS (SELECT %s FROM (SELECT %s FROM ent_a AS x JOIN ent_b AS y ON %s)%s)",
				list(keysA, keysB, []string{"count(*) AS c", "count(*) FILTER (WHERE alike) AS full"}),
				list(prefixed("x.", keysA), prefixed("y.", keysB), []string{equalParts(a.measure) + " AS alike"}), join, group))
		return fmt.Sprintf("WITH %s\nSELECT %s %s WHERE pairs.c > 0 LIMIT %d", strings.Join(with, ",\n"),
			list(head, []string{countOf(a.ref)}), sizes, g.in.Limits.Pairs+1)
	}
	window := ""
	if pair != "" {
		window = "PARTITION BY " + pair + " "
	}
	with = append(with, ranked("a", keysA), ranked("b", keysB),
		fmt.Sprintf("met AS (SELECT %s FROM rank_a AS x JOIN rank_b AS y ON %s)", list(prefixed("x.", keysA), prefixed("y.", keysB), []string{
			equalParts(a.measure) + " AS alike", "abs(x.s) AS sa", "abs(y.s) AS sb", "abs(x.s - y.s) AS d",
			fmt.Sprintf("x.h - row_number() OVER (%sORDER BY x.h) AS ga", window), fmt.Sprintf("y.h - row_number() OVER (%sORDER BY y.h) AS gb", window)}), join),
		fmt.Sprintf("pairs AS (SELECT %s FROM met%s)", list(keysA, keysB, []string{"count(*) AS c", "count(*) FILTER (WHERE alike) AS full",
			"coalesce(sum(sa), 0) AS ma", "coalesce(sum(sb), 0) AS mb", "coalesce(sum(d), 0) AS q", "max(d, 2) AS p",
			"1 + count(*) FILTER (WHERE ga = 0) AS fa", "2 + count(*) FILTER (WHERE ga <= 1) AS la",
			"1 + count(*) FILTER (WHERE gb = 0) AS fb", "2 + count(*) FILTER (WHERE gb <= 1) AS lb"}), group))
	out := []string{countOf(a.ref), countOf(EntityRef{}), "size_a.t - pairs.ma + size_b.t - pairs.mb + pairs.q",
		"coalesce(pairs.p[1], 0)", "coalesce(pairs.p[2], 0)"}
	for _, s := range []struct {
		name string
		keys []string
	}{{"a", keysA}, {"b", keysB}} {
		for _, place := range []string{"f", "l"} {
			t := place + s.name
			sizes += fmt.Sprintf(" LEFT JOIN rank_%s AS %s ON %s AND %s.h = pairs.%s", s.name, t, same("pairs", t, s.keys...), t, t)
			out = append(out, fmt.Sprintf("coalesce(abs(%s.s), 0)", t))
		}
	}
	return fmt.Sprintf("WITH %s\nSELECT %s %s WHERE pairs.c > 0 LIMIT %d", strings.Join(with, ",\n"), list(head, out), sizes, g.in.Limits.Pairs+1)
}

// countOf counts the entities that contribute something else. Where rows are the entities, one that changed is in both sides: the longer
// one counts.
func countOf(e EntityRef) string {
	if e.Rows {
		return "greatest(size_a.n, size_b.n) - pairs.full"
	}
	return "size_a.n + size_b.n - pairs.c - pairs.full"
}

// ranked are the sizes of one side's cells, and its entities by magnitude.
func ranked(s string, keys []string) string {
	return fmt.Sprintf("rank_%[1]s AS (SELECT *, row_number() OVER (%[2]sORDER BY abs(s) DESC, e) AS h FROM ent_%[1]s),\n"+
		"size_%[1]s AS (SELECT %[3]s FROM ent_%[1]s%[4]s)", s, partition(keys),
		list(keys, []string{"count(*) AS n", "coalesce(sum(abs(s)), 0) AS t"}), grouped(keys))
}

// weighed reports whether the totals of a difference are judged: sums, and rows where an entity may have several.
func (o part) weighed(other part) bool {
	return o.measure.kind() == disclosure.Amount || o.measure.Kind == MeasureRows && !(o.cohort.oneRow(o.ref) && other.cohort.oneRow(o.ref))
}

// widthOf is the number of figures of a change.
func widthOf(totals bool) int {
	if totals {
		return 9
	}
	return 1
}

// pairAcross compares every cell of a set with every rival's cell that shares an entity with it, by one reference.
func (g *generator) pairAcross(set, rival, column int, a, b part) error {
	w := &writer{}
	totals := a.weighed(b)
	na, keys := len(a.cohort.keys), len(a.cohort.keys)+len(b.cohort.keys)
	return g.add(w, g.changes(w, a, b, false, totals), step{width: keys + widthOf(totals), limit: g.in.Limits.Pairs,
		cut: func(e *gathering) { e.unknown[set] = true },
		read: func(e *gathering, row []*string) error {
			found, err := e.pair(set, rival, row[:na], row[na:keys])
			if err != nil || found == nil {
				return err
			}
			return readChange(found.moved, column, row[keys:])
		}}, a.cohort, b.cohort)
}

// drift compares every cell of a cohort with itself on an earlier load, by one reference.
func (g *generator) drift(set, drift, column int, a, b part) error {
	w := &writer{}
	totals := a.weighed(b)
	keys := len(a.cohort.keys)
	return g.add(w, g.changes(w, a, b, true, totals), step{width: keys + widthOf(totals), limit: g.in.Limits.Pairs,
		cut: func(e *gathering) { e.unknown[set] = true },
		read: func(e *gathering, row []*string) error {
			at := driftAt{drift, labelOf(row[:keys])}
			if e.drifts[at] == nil {
				e.drifts[at] = map[int]*change{}
			}
			return readChange(e.drifts[at], column, row[keys:])
		}}, a.cohort, b.cohort)
}
