package compile

import (
	"fmt"
	"slices"
	"strings"
)

// relation is the FROM clause that one or two cohorts of the same root are read from: the root's rows, every joined table and
// roll-up of either cohort, all as LEFT JOINs; whether a match is required is part of a box.
type relation struct {
	root    Table
	own     []EntityRef // the root's own entities: rows where one is NULL belong to nobody and are excluded
	joins   []Table
	filter  map[string][]Condition
	rollups []Rollup
	alias   map[string]string
	source  map[string]string // by dataset: the name under which its snapshot is attached
	used    map[string]bool   // by path: what an expression has named; the rest is not joined at all
}

// relate reads cohorts that share a root.
func relate(cohorts ...cohort) *relation {
	r := &relation{root: cohorts[0].base.Root, filter: map[string][]Condition{}, alias: map[string]string{}, source: map[string]string{},
		used: map[string]bool{}}
	r.alias[r.root.Path] = "r"
	for _, c := range cohorts {
		for _, d := range c.base.datasets() {
			if _, have := r.source[d]; !have {
				r.source[d] = c.attached(d)
			}
		}
		for _, t := range c.base.Joins {
			if _, have := r.alias[t.Path]; have {
				continue
			}
			r.joins = append(r.joins, t)
			r.filter[t.Path] = c.filter[t.Path]
			r.alias[t.Path] = fmt.Sprintf("j%d", len(r.joins))
		}
		for _, u := range c.base.Rollups {
			if _, have := r.alias[u.Path]; have {
				continue
			}
			r.rollups = append(r.rollups, u)
			r.alias[u.Path] = fmt.Sprintf("u%d", len(r.rollups))
		}
		for _, e := range c.base.Entities {
			if e.Path == r.root.Path && !slices.Contains(r.own, e) {
				r.own = append(r.own, e)
			}
		}
	}
	return r
}

// from is the FROM and WHERE clause for the rows of the base that satisfy a further condition. Tables that no expression has named so
// far are left out: a left join onto a unique key neither adds nor removes rows.
func (r *relation) from(w *writer, where string) string {
	text := ""
	for _, u := range r.rollups {
		if r.used[u.Path] {
			a := r.alias[u.Path]
			text += fmt.Sprintf("\n  LEFT JOIN (%s) AS %s ON %s.e = %s", r.rollup(w, u), a, a, r.entity(w, u.Entity))
		}
	}
	return r.tables(w) + text + "\n  WHERE " + all(r.owned(), where)
}

func (r *relation) tables(w *writer) string {
	for _, t := range slices.Backward(r.joins) { // a child needs its parent
		if r.used[t.Path] {
			r.used[t.Parent] = true
		}
	}
	text := "\n  FROM " + r.table(w, r.root.Dataset) + " AS r"
	for _, t := range r.joins {
		if !r.used[t.Path] {
			continue
		}
		source := r.table(w, t.Dataset)
		if conditions := r.filter[t.Path]; len(conditions) > 0 {
			inner := &relation{alias: map[string]string{t.Path: "t"}, used: map[string]bool{}}
			source = fmt.Sprintf("(SELECT * FROM %s AS t WHERE %s)", source, inner.member(w, Box{Conditions: conditions}))
		}
		text += fmt.Sprintf("\n  LEFT JOIN %s AS %s ON %s", source, r.alias[t.Path], r.on(w, t))
	}
	return text
}

// name is the alias of a path, which is used from now on.
func (r *relation) name(path string) string {
	r.used[path] = true
	return r.alias[path]
}

// table is a dataset's query file, which the statement reads from now on.
func (r *relation) table(w *writer, dataset string) string {
	w.reads = append(w.reads, r.source[dataset])
	return quote(r.source[dataset]) + ".main.data"
}

func (r *relation) on(w *writer, t Table) string {
	a, p := r.alias[t.Path], r.alias[t.Parent]
	if p == "" {
		return w.fail("a join without its parent")
	}
	if t.Entity >= 0 && t.ParentEntity >= 0 {
		return fmt.Sprintf("%s.%s = %s.%s", a, quote(EntityColumn(t.Entity)), p, quote(EntityColumn(t.ParentEntity)))
	}
	if len(t.On) == 0 {
		return w.fail("a join without columns")
	}
	var out []string
	for _, c := range t.On {
		out = append(out, fmt.Sprintf("%s.%s = %s.%s", a, quote(c.Column), p, quote(c.Parent)))
	}
	return all(out...)
}

// owned excludes rows that lack one of the root's own entities.
func (r *relation) owned() string {
	var out []string
	for _, e := range r.own {
		out = append(out, fmt.Sprintf("r.%s IS NOT NULL", quote(EntityColumn(e.Index))))
	}
	return all(out...)
}

// matched says that a joined table or a roll-up has a row for this one: the columns it is joined on are equal, so not NULL.
func (r *relation) matched(w *writer, path string) string {
	a := r.name(path)
	if i := slices.IndexFunc(r.joins, func(t Table) bool { return t.Path == path }); i >= 0 {
		t := r.joins[i]
		if t.Entity >= 0 && t.ParentEntity >= 0 {
			return fmt.Sprintf("%s.%s IS NOT NULL", a, quote(EntityColumn(t.Entity)))
		}
		return fmt.Sprintf("%s.%s IS NOT NULL", a, quote(t.On[0].Column))
	}
	if slices.ContainsFunc(r.rollups, func(u Rollup) bool { return u.Path == path }) {
		return a + ".e IS NOT NULL"
	}
	return w.fail("a match of nothing")
}

// entity is the hashed key of a reference; NULL where its table does not match.
func (r *relation) entity(w *writer, e EntityRef) string {
	a := r.name(e.Path)
	if a == "" {
		return w.fail("an entity of no table")
	}
	return a + "." + quote(EntityColumn(e.Index))
}

// column is a column of the base.
func (r *relation) column(w *writer, c ColumnRef) string {
	a := r.name(c.Path)
	if a == "" {
		return w.fail("a column of no table")
	}
	i := slices.IndexFunc(r.rollups, func(u Rollup) bool { return u.Path == c.Path })
	if i < 0 {
		return a + "." + quote(c.Column)
	}
	j := slices.IndexFunc(r.rollups[i].Columns, func(x RollupColumn) bool { return x.Name == c.Column })
	if j < 0 || r.rollups[i].Columns[j].Func == "avg" {
		return w.fail("a roll-up's column that has no exact value")
	}
	return fmt.Sprintf("%s.v%d", a, j)
}

// rollup is one row an entity, over the rows of its box. An average travels as its sum (v) and its number of values (w).
func (r *relation) rollup(w *writer, u Rollup) string {
	inner := &relation{root: r.root, own: r.own, joins: r.joins, filter: r.filter, alias: r.alias, source: r.source,
		used: map[string]bool{}}
	e := inner.entity(w, u.Entity)
	columns := []string{e + " AS e"}
	for i, c := range u.Columns {
		switch c.Func {
		case "count":
			columns = append(columns, fmt.Sprintf("count(*) AS v%d", i))
		case "sum":
			columns = append(columns, fmt.Sprintf("sum(%s) AS v%d", inner.column(w, c.Column), i))
		case "avg":
			x := inner.column(w, c.Column)
			columns = append(columns, fmt.Sprintf("sum(%s) AS v%d, count(%s) AS w%d", x, i, x, i))
		default:
			w.fail("a roll-up's function")
		}
	}
	where := all(inner.owned(), e+" IS NOT NULL", inner.member(w, u.Box))
	return fmt.Sprintf("SELECT %s%s\n  WHERE %s GROUP BY ALL", strings.Join(columns, ", "), inner.tables(w), where)
}
