package outside

import (
	"maps"
	"math/big"
	"slices"

	"yumen/enclave/disclosure"
)

// membersMost is how many entities of an atom are numbered: an atom with more is never small.
const membersMost = 64

// table is the evidence of some cells; together says that they are compared with each other, too.
func (s *sheet) table(open []int, together bool) *disclosure.Table {
	t := &disclosure.Table{References: s.q.Entities}
	for _, c := range s.columns {
		t.Columns = append(t.Columns, disclosure.Column{Name: c.name, Set: c.set, Kind: c.kind})
	}
	for _, i := range open {
		t.Rows = append(t.Rows, s.row(s.cells[i]))
	}
	if together && len(s.q.Tables) > 1 {
		s.compare(t, open)
		for column := range s.columns {
			t.Linear = append(t.Linear, s.class(column, open))
		}
	}
	return t
}

// row is the evidence of one cell by itself.
func (s *sheet) row(c cell) disclosure.Row {
	var out disclosure.Row
	sets := 0
	for j, col := range s.columns {
		rows := s.with(j, c.rows)
		if col.set == sets {
			out.Groups, sets = append(out.Groups, s.group(c, j, rows)), sets+1
		}
		cell := disclosure.Cell{Totals: s.totals(j, rows)}
		if len(rows) > 0 {
			cell.Value = s.sum(j, rows).RatString()
		}
		out.Cells = append(out.Cells, cell)
	}
	return out
}

// group is the evidence of a cell over the rows of one set, that of a column.
func (s *sheet) group(c cell, column int, rows []int) disclosure.Group {
	g := disclosure.Group{Entities: s.entities(rows)}
	keys := s.q.Tables[c.table]
	if !s.q.Part {
		g.Differences = append(g.Differences, disclosure.Difference{Against: disclosure.AgainstUniverse, Outward: true, Empty: len(keys) == 0,
			Entities: s.beyond(column, rows)})
	}
	var sensitive []int // places among the keys of the table
	for _, x := range s.q.Sensitive {
		if at := slices.Index(keys, x.Key); x.Key >= 0 && at >= 0 {
			sensitive = append(sensitive, at)
		}
	}
	for subset := 1; subset < 1<<len(sensitive); subset++ {
		wider := s.wider(c, column, sensitive, subset)
		g.Differences = append(g.Differences, disclosure.Difference{Against: disclosure.AgainstSensitive, Outward: true, Entities: s.entities(minus(wider, rows))})
	}
	all := rows // without any sensitive key
	if len(sensitive) > 0 {
		all = s.wider(c, column, sensitive, 1<<len(sensitive)-1)
	}
	for i, x := range s.q.Sensitive {
		within := rows
		if slices.Contains(keys, x.Key) {
			within = all
		}
		g.Shares = append(g.Shares, s.shares(i, x, within)...)
	}
	return g
}

// beyond counts the entities of every type with a row that is not among these: those that have more rows than here.
func (s *sheet) beyond(column int, rows []int) []int64 {
	set := s.columns[column].set
	for len(s.all) <= set {
		s.all = append(s.all, nil)
	}
	if s.all[set] == nil {
		s.all[set] = s.perEntity(s.with(column, s.every()))
	}
	here, out := s.perEntity(rows), make([]int64, len(s.entity))
	for e, all := range s.all[set] {
		out[e] = int64(len(all))
		for n, times := range here[e] {
			if all[n] == times {
				out[e]--
			}
		}
	}
	return out
}

// perEntity counts the rows of every entity, by type.
func (s *sheet) perEntity(rows []int) []map[int]int {
	out := make([]map[int]int, len(s.entity))
	for e := range out {
		out[e] = map[int]int{}
		for _, i := range rows {
			if n := s.entity[e][i]; n >= 0 {
				out[e][n]++
			}
		}
	}
	return out
}

// every row of the sheet.
func (s *sheet) every() []int {
	all := make([]int, len(s.rows))
	for i := range all {
		all[i] = i
	}
	return all
}

// wider are the rows of a cell without a subset of its sensitive keys.
func (s *sheet) wider(c cell, column int, sensitive []int, subset int) []int {
	at := [2]int{c.table, subset}
	keys := s.q.Tables[c.table]
	label := func(key func(int) string) string {
		var left []string
		for i := range keys {
			if n := slices.Index(sensitive, i); n < 0 || subset&(1<<n) == 0 {
				left = append(left, key(i))
			}
		}
		return labelOf(left)
	}
	if s.without[at] == nil {
		s.without[at] = map[string][]int{}
		for row, r := range s.rows {
			l := label(func(i int) string { return r.Keys[keys[i]] })
			s.without[at][l] = append(s.without[at][l], row)
		}
	}
	return s.with(column, s.without[at][label(func(i int) string { return c.key[i] })])
}

// shares count who holds each sensitive value, by entity type.
func (s *sheet) shares(index int, x Sensitive, rows []int) []disclosure.Share {
	by := map[string][]int{}
	for _, i := range rows {
		by[s.rows[i].Sensitive[index]] = append(by[s.rows[i].Sensitive[index]], i)
	}
	all := s.entities(rows)
	var out []disclosure.Share
	for value, held := range by {
		if len(x.Values) > 0 && !slices.Contains(x.Values, value) {
			continue
		}
		for e, n := range s.entities(held) {
			out = append(out, disclosure.Share{Holders: n, Entities: all[e]})
		}
	}
	return out
}

// minus are the rows of a that are not in b; both rise.
func minus(a, b []int) []int {
	var out []int
	j := 0
	for _, i := range a {
		for j < len(b) && b[j] < i {
			j++
		}
		if j == len(b) || b[j] != i {
			out = append(out, i)
		}
	}
	return out
}

// class is a column as linear equations over the combinations of all keys: the cells that are published, and those that are not.
func (s *sheet) class(column int, open []int) disclosure.Class {
	col := s.columns[column]
	c := disclosure.Class{Kind: col.kind, Columns: []int{column}, Single: s.single}
	if col.measure >= 0 {
		c.Low, c.High = s.q.Measures[col.measure].Low, s.q.Measures[col.measure].High
	}
	of := make([][]int, s.many)
	for _, i := range s.with(column, s.every()) {
		of[s.atoms[i]] = append(of[s.atoms[i]], i)
	}
	for _, rows := range of {
		a := disclosure.Atom{Entities: s.entities(rows), Totals: s.totals(column, rows)}
		for e := range s.entity {
			a.Members = append(a.Members, s.listed(e, rows))
			if len(a.Totals) > 0 {
				a.Sums = append(a.Sums, s.ownSum(column, e, rows))
			}
		}
		c.Atoms = append(c.Atoms, a)
	}
	var references []int
	for e := range s.entity {
		references = append(references, e)
	}
	place := map[int]int{}
	for i, cell := range open {
		place[cell] = i
	}
	union := map[int]int64{}
	for i, cell := range s.cells {
		v := disclosure.Vector{Role: disclosure.RoleWithheld, Atoms: s.atomsOf(s.with(column, cell.rows)), References: references}
		if at, is := place[i]; is {
			v.Role, v.Place = disclosure.RoleCell, disclosure.Place{Row: at, Column: column}
		} else {
			for _, atom := range v.Atoms {
				union[atom]++
			}
		}
		if len(v.Atoms) > 0 {
			c.Vectors = append(c.Vectors, v)
		}
	}
	if len(union) > 0 { // what is withheld together must pass the rules, should it be determined
		part := disclosure.Vector{Role: disclosure.RolePart, Atoms: slices.Sorted(maps.Keys(union)), References: references}
		for _, atom := range part.Atoms {
			part.Times = append(part.Times, union[atom])
		}
		c.Vectors = append(c.Vectors, part)
	}
	return c
}

func (s *sheet) listed(e int, rows []int) []int64 {
	var out []int64
	for n := range s.members(e, rows) {
		if out = append(out, int64(n)); len(out) > membersMost {
			return nil
		}
	}
	slices.Sort(out)
	return out
}

// ownSum adds up the rows that have an entity of a type.
func (s *sheet) ownSum(column, e int, rows []int) *big.Rat {
	return s.sum(column, slices.DeleteFunc(slices.Clone(rows), func(i int) bool { return s.entity[e][i] < 0 }))
}

func (s *sheet) atomsOf(rows []int) []int {
	var out []int
	for _, i := range rows {
		out = append(out, s.atoms[i])
	}
	slices.Sort(out)
	return slices.Compact(out)
}
