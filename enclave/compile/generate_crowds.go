package compile

import (
	"fmt"
	"slices"
	"strings"

	"yumen/enclave/disclosure"
)

// crowdPair writes the statement that counts, for every pair of cells with common entities, the entities of each that are not in the
// other, and those of both that do not cancel whatever multiple of one cell is subtracted from the other.
func (g *generator) crowdPair(set int, mine, theirs crowd, against disclosure.Against, by pairing) error {
	g.rivals = append(g.rivals, rival{against: against, cohort: theirs.cohort, pairings: []pairing{by}, crowds: &[2]crowd{mine, theirs}})
	p := crowdSQL{w: &writer{}, mine: mine, theirs: theirs, a: numbered("a", len(mine.cohort.keys)), b: numbered("b", len(theirs.cohort.keys)),
		weighed: !mine.plain() || !theirs.plain(), amount: mine.measure.kind() == disclosure.Amount, different: "TRUE"}
	if against == disclosure.AgainstResponse && g.plan.Cells[by.other].Set == set && by.other == by.column {
		p.different = "NOT (" + same("x", "y", p.a...) + ")"
		for i := range p.a {
			p.different = strings.ReplaceAll(p.different, "y."+p.a[i], "y."+p.b[i])
		}
	}
	column, width := -1, 1
	if p.amount {
		column, width = by.column, 4
	}
	index, a, keys := len(g.rivals)-1, len(p.a), len(p.a)+len(p.b)
	return g.add(p.w, p.statement(g.in.Limits.Pairs+1), step{width: keys + 1 + 2*width, limit: g.in.Limits.Pairs,
		cut: func(e *gathering) { e.unknown[set] = true },
		read: func(e *gathering, row []*string) error {
			found, err := e.pair(set, index, row[:a], row[a:keys])
			if err != nil || found == nil {
				return err
			}
			if found.apart, err = readCount(row[keys]); err != nil {
				return err
			}
			if err := found.read(sideCell, true, column, row[keys+1:keys+1+width]); err != nil {
				return err
			}
			return found.read(sideRival, true, column, row[keys+1+width:])
		}}, mine.cohort, theirs.cohort)
}

// crowdSQL is one comparison while its text is written.
type crowdSQL struct {
	w            *writer
	mine, theirs crowd
	a, b         []string // the names of the two cells' keys
	weighed      bool     // contributions differ: they are compared
	amount       bool     // the largest contributions of a difference are judged
	different    string   // the two cells are not the same cell
}

// statement is the text. Entities of a cell are ranked by magnitude where the largest ones of a difference are wanted: they are found by
// the first two ranks missing among the common entities, as in pairTotals.
func (p crowdSQL) statement(limit int) string {
	with := []string{fmt.Sprintf("x AS (%s)", p.contributions(p.mine, "a")), fmt.Sprintf("y AS (%s)", p.contributions(p.theirs, "b"))}
	common, columns := []string{"x.e"}, []string{"count(*) AS n", "0 AS apart"}
	if p.weighed {
		common = append(common, "x.s AS sa", "y.s AS sb", ratio("round")+" AS z", ratio("floor")+" AS zz")
		columns[1] = "count(*) - count(*) FILTER (WHERE sa = 0 AND sb = 0) - greatest(" + most("z") + ", " + most("zz") + ") AS apart"
	}
	x, y := "x", "y"
	if p.amount {
		with = append(with, byRank("x", p.a), byRank("y", p.b))
		common, x, y = append(common, p.missing("x", "ga"), p.missing("y", "gb")), "rank_x", "rank_y"
		for _, s := range []string{"a", "b"} {
			columns = append(columns, strings.Split(strings.ReplaceAll("coalesce(sum(abs(s?)), 0) AS m?|1 + count(*) FILTER (WHERE g? = 0) AS f?|"+
				"2 + count(*) FILTER (WHERE g? <= 1) AS l?", "?", s), "|")...)
		}
	}
	with = append(with, p.size("x", p.a), p.size("y", p.b),
		fmt.Sprintf("common AS (SELECT %s FROM %s AS x JOIN %s AS y ON x.e = y.e WHERE %s)", list(prefixed("x.", p.a), prefixed("y.", p.b), common),
			x, y, p.different),
		fmt.Sprintf("pairs AS (SELECT %s FROM common%s)", list(p.a, p.b, columns), grouped(p.a, p.b)))
	return fmt.Sprintf("WITH %s\nSELECT %s LIMIT %d", strings.Join(with, ",\n"), p.sides(), limit)
}

// sides is what is read of every pair: the entities that do not cancel, and of each direction how many it has and the largest ones.
func (p crowdSQL) sides() string {
	from := fmt.Sprintf("pairs JOIN size_x ON %s JOIN size_y ON %s", same("pairs", "size_x", p.a...), same("pairs", "size_y", p.b...))
	out := append(prefixed("pairs.", slices.Concat(p.a, p.b)), "pairs.apart")
	for _, s := range []struct {
		side, of string
		keys     []string
	}{{"a", "x", p.a}, {"b", "y", p.b}} {
		out = append(out, fmt.Sprintf("size_%s.n - pairs.n", s.of))
		if !p.amount {
			continue
		}
		for _, rank := range []string{"f", "l"} {
			from += fmt.Sprintf(" LEFT JOIN rank_%[1]s AS %[2]s%[3]s ON %[4]s AND %[2]s%[3]s.h = pairs.%[2]s%[3]s", s.of, rank, s.side,
				same("pairs", rank+s.side, s.keys...))
		}
		out = append(out, strings.Split(strings.ReplaceAll(fmt.Sprintf("size_%s.t - pairs.m?|coalesce(abs(f?.s), 0)|coalesce(abs(l?.s), 0)", s.of),
			"?", s.side), "|")...)
	}
	return strings.Join(out, ", ") + " FROM " + from + " WHERE pairs.n > 0"
}

// contributions selects what each entity adds to every cell: s, or nothing more than that it is there.
func (p crowdSQL) contributions(c crowd, prefix string) string {
	r := relate(c.cohort)
	e := r.entity(p.w, c.ref)
	columns := append(named(prefix, r.keysOf(p.w, c.cohort.keys)), e+" AS e")
	head, tail := "SELECT DISTINCT ", ""
	switch {
	case !p.weighed:
	case c.itself():
		columns = append(columns, "1 AS s")
	case c.measure.Kind == MeasureEntities:
		head, tail = "SELECT ", " GROUP BY ALL"
		columns = append(columns, fmt.Sprintf("count(DISTINCT %s) AS s", r.contribution(p.w, c.measure)))
	case c.measure.Kind == MeasureRows:
		head, tail, columns = "SELECT ", " GROUP BY ALL", append(columns, "count(*) AS s")
	default:
		head, tail = "SELECT ", " GROUP BY ALL"
		columns = append(columns, fmt.Sprintf("coalesce(sum(%s), 0) AS s", r.contribution(p.w, c.measure)))
	}
	return head + list(columns) + r.from(p.w, all(e+" IS NOT NULL", r.member(p.w, c.cohort.box))) + tail
}

// ratio buckets the ratio of two contributions that are not zero, by its logarithm and its sign. Equal ratios that arithmetic has set
// apart by a hair share a bucket of one of the two roundings.
func ratio(rounding string) string {
	return fmt.Sprintf("CASE WHEN x.s <> 0 AND y.s <> 0 THEN 2 * CAST(%s(10000000 * ln(abs(CAST(x.s AS DOUBLE) / CAST(y.s AS DOUBLE)))) AS BIGINT)"+
		" + CASE WHEN (x.s > 0) = (y.s > 0) THEN 0 ELSE 1 END END", rounding)
}

// most is how many values share the most frequent bucket.
func most(bucket string) string {
	return fmt.Sprintf("coalesce(list_max(map_values(histogram(%s))), 0)", bucket)
}

func byRank(of string, keys []string) string {
	return fmt.Sprintf("rank_%[1]s AS (SELECT *, row_number() OVER (%[2]sORDER BY abs(s) DESC, e) AS h FROM %[1]s)", of, partition(keys))
}

// missing is the number of ranks before a common entity that are not of common ones.
func (p crowdSQL) missing(of, name string) string {
	return fmt.Sprintf("%[1]s.h - row_number() OVER (%[2]sORDER BY %[1]s.h) AS %[3]s", of, partition(prefixed("x.", p.a), prefixed("y.", p.b)), name)
}

func (p crowdSQL) size(of string, keys []string) string {
	columns := []string{"count(*) AS n"}
	if p.amount {
		columns = append(columns, "coalesce(sum(abs(s)), 0) AS t")
	}
	return fmt.Sprintf("size_%s AS (SELECT %s FROM %s%s)", of, list(keys, columns), of, grouped(keys))
}
