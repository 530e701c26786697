package outside

import (
	"encoding/binary"
	"math/big"
	"slices"

	"yumen/enclave/disclosure"
)

// sheet is what was gathered of the contributions.
type sheet struct {
	q       *Question
	rows    []Contribution
	entity  [][]int // by entity type and row: the number of the entity, -1 for none
	single  []bool  // by entity type: nobody has two rows
	cells   []cell
	columns []column
	atoms   []int // by row: its combination of all keys
	one     *big.Rat
	many    int                         // number of atoms
	all     [][]map[int]int             // by set and entity type: how many rows each entity has
	without map[[2]int]map[string][]int // by table and subset of sensitive keys: the rows by the keys that are left
}

// cell is one cell of one table: the rows that it adds up.
type cell struct {
	table    int
	key      []string
	rows     []int // rising
	withheld bool
}

// column is the count, or a measure over the rows that have one.
type column struct {
	name    string
	measure int // -1: the count
	set     int
	kind    disclosure.Kind
}

func gather(q *Question, rows []Contribution) *sheet {
	s := &sheet{q: q, rows: rows, one: big.NewRat(1, 1), without: map[[2]int]map[string][]int{}, columns: []column{{name: Count, measure: -1}}}
	sets := 1
	for m, measure := range q.Measures {
		c := column{name: measure.Name, measure: m, kind: disclosure.Amount}
		if slices.ContainsFunc(rows, func(r Contribution) bool { return r.Measures[m] == nil }) {
			c.set, sets = sets, sets+1
		}
		s.columns = append(s.columns, c)
	}
	for e := range q.Entities {
		s.number(e)
	}
	for t, keys := range q.Tables {
		s.split(t, keys)
	}
	index := map[string]int{}
	for _, r := range rows {
		label := labelOf(r.Keys)
		at, have := index[label]
		if !have {
			at = len(index)
			index[label] = at
		}
		s.atoms = append(s.atoms, at)
	}
	s.many = len(index)
	return s
}

// number gives the entities of a type their numbers. Without a name there is no entity.
func (s *sheet) number(e int) {
	index, single := map[string]int{}, true
	numbers := make([]int, len(s.rows))
	for i, r := range s.rows {
		if r.Entities[e] == "" {
			numbers[i] = -1
			continue
		}
		n, have := index[r.Entities[e]]
		if !have {
			n = len(index)
			index[r.Entities[e]] = n
		}
		numbers[i], single = n, single && !have
	}
	s.entity, s.single = append(s.entity, numbers), append(s.single, single)
}

// split finds the cells of a table, in order of their keys.
func (s *sheet) split(table int, keys []int) {
	index := map[string]int{}
	from := len(s.cells)
	for i, r := range s.rows {
		key := make([]string, len(keys))
		for j, k := range keys {
			key[j] = r.Keys[k]
		}
		label := labelOf(key)
		at, have := index[label]
		if !have {
			at = len(s.cells)
			index[label] = at
			s.cells = append(s.cells, cell{table: table, key: key})
		}
		c := &s.cells[at]
		c.rows = append(c.rows, i)
		c.withheld = c.withheld || s.q.Chosen && table == 0 && r.Withheld
	}
	slices.SortFunc(s.cells[from:], func(a, b cell) int { return slices.Compare(a.key, b.key) })
}

func labelOf(key []string) string {
	var out []byte
	for _, k := range key {
		out = binary.AppendUvarint(out, uint64(len(k)))
		out = append(out, k...)
	}
	return string(out)
}

// published lists the cells that are not withheld.
func (s *sheet) published() []int {
	var out []int
	for i, c := range s.cells {
		if !c.withheld {
			out = append(out, i)
		}
	}
	return out
}

// with are the rows that a column adds up.
func (s *sheet) with(column int, rows []int) []int {
	m := s.columns[column].measure
	if m < 0 || s.columns[column].set == 0 {
		return rows
	}
	return s.having(m, rows)
}

func (s *sheet) having(measure int, rows []int) []int {
	return slices.DeleteFunc(slices.Clone(rows), func(i int) bool { return s.rows[i].Measures[measure] == nil })
}

// entities counts the distinct entities of every type.
func (s *sheet) entities(rows []int) []int64 {
	out := make([]int64, len(s.entity))
	for e := range s.entity {
		out[e] = int64(len(s.members(e, rows)))
	}
	return out
}

func (s *sheet) members(e int, rows []int) map[int]bool {
	seen := map[int]bool{}
	for _, i := range rows {
		if n := s.entity[e][i]; n >= 0 {
			seen[n] = true
		}
	}
	return seen
}

// totals are the entities' totals of every type; of a count only where somebody has two rows.
func (s *sheet) totals(column int, rows []int) []disclosure.Concentration {
	if !s.spreads(column) {
		return nil
	}
	var out []disclosure.Concentration
	for e := range s.entity {
		out = append(out, s.crowd(column, e, rows).less(&crowd{}))
	}
	return out
}

// spreads reports whether a column is judged by how it spreads over entities.
func (s *sheet) spreads(column int) bool {
	return s.columns[column].kind != disclosure.Count || slices.Contains(s.single, false)
}

// adds is what a row adds to a column.
func (s *sheet) adds(column, row int) *big.Rat {
	if m := s.columns[column].measure; m >= 0 {
		return s.rows[row].Measures[m]
	}
	return s.one
}

func (s *sheet) sum(column int, rows []int) *big.Rat {
	out := new(big.Rat)
	for _, i := range rows {
		out.Add(out, s.adds(column, i))
	}
	return out
}
